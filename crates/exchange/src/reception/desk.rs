//! What is answered on one connection.

use super::body;
use crate::asking::ask;
use crate::patience::Patience;
use crate::protocol::{
    ADD_CHECKPOINT, EXTRACT, JSON_TYPE, MAX_PIECE_BYTES, MAX_WITNESS_BYTES, MESSAGE_TYPE, MESSAGES,
    Missing, NOTE_TYPE, PAYLOADS, Received, Refusal, RefusalCode, StillMissing, WITNESSED,
    max_message_bytes, read_hash,
};
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Query, Request, State};
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use office::{Acceptance, Office, Rejection, WitnessRefusal};
use records::PartyId;
use seal::headers::MAX_HEADERS_BYTES;
use seal::receipt::SignedReceipt;
use std::sync::Arc;

/// When a peer that we cannot serve now may ask again, in seconds.
const RETRY_AFTER_SECONDS: &str = "5";

/// The desk at which one peer is served on one connection.
pub(super) struct Desk {
    pub(super) office: Arc<Office>,
    pub(super) patience: Patience,
    pub(super) party: PartyId,
}

impl Desk {
    pub(super) fn router(self) -> Router {
        Router::new()
            .route(MESSAGES, post(take_message))
            .route(
                &format!("{MESSAGES}/{{message}}/headers"),
                post(take_headers),
            )
            .route(&format!("{PAYLOADS}/{{payload}}"), put(take_piece))
            .route(EXTRACT, get(show_extract))
            .route(ADD_CHECKPOINT, post(witness))
            .route(WITNESSED, get(show_witnessed))
            .with_state(Arc::new(self))
    }

    /// A body within bounds of size and time; otherwise the answer to give.
    async fn read(
        &self,
        body: Body,
        what: &'static str,
        limit: usize,
    ) -> Result<Vec<u8>, Response> {
        match body::read(body, limit, self.patience).await {
            Ok(bytes) => Ok(bytes),
            Err(code) => {
                tracing::warn!(peer = %self.party, what, ?code, "a body was not read");
                if code == RefusalCode::TooLarge {
                    self.note_too_large(what, limit as u64).await;
                }
                Err(refuse(code.into()))
            }
        }
    }

    /// Has the office write down something that never came to it.
    async fn note_too_large(&self, what: &'static str, limit: u64) {
        let party = self.party.clone();
        let noted = ask(&self.office, move |office| {
            office.note_rejection(Some(&party), &Rejection::TooLarge { what, limit }, None);
        });
        if let Err(error) = noted.await {
            tracing::error!(%error, "a rejection could not be written down");
        }
    }

    /// Asks the office on behalf of this peer; a refusal becomes the answer.
    async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Office, &PartyId) -> Result<T, Rejection> + Send + 'static,
    ) -> Result<T, Response> {
        let party = self.party.clone();
        match ask(&self.office, move |office| work(office, &party)).await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(Rejection::NotNow(error))) => Err(not_now(&self.party, error.as_ref())),
            // The office has written down what is to be written down.
            Ok(Err(rejection)) => Err(refuse(Refusal::from(&rejection))),
            Err(error) => Err(not_now(&self.party, &error)),
        }
    }
}

/// An answer, good or not.
type Answer = Result<Response, Response>;

async fn take_message(State(desk): State<Arc<Desk>>, request: Request) -> Answer {
    let is_message = |found| found == MESSAGE_TYPE;
    if !request.headers().get(CONTENT_TYPE).is_some_and(is_message) {
        return Err(refuse(RefusalCode::NotAMessage.into()));
    }
    let bytes = desk
        .read(request.into_body(), "message", max_message_bytes())
        .await?;
    let taken = desk
        .ask(move |office, party| office.accept_message(party, &bytes))
        .await?;
    Ok(match taken {
        Acceptance::Receipt(receipt) => give_receipt(&desk.party, receipt),
        Acceptance::PayloadsMissing(missing) => {
            let missing = missing
                .into_iter()
                .map(|missing| Missing {
                    payload: missing.payload,
                    size: missing.size,
                    received: missing.received,
                })
                .collect();
            let body = serde_json::to_string(&StillMissing { missing });
            json(StatusCode::ACCEPTED, body.unwrap_or_default())
        }
    })
}

#[derive(serde::Deserialize)]
struct PieceQuery {
    offset: u64,
}

async fn take_piece(
    State(desk): State<Arc<Desk>>,
    Path(payload): Path<String>,
    Query(PieceQuery { offset }): Query<PieceQuery>,
    body: Body,
) -> Answer {
    let payload = read_hash(&payload).ok_or_else(|| refuse(RefusalCode::NotAnnounced.into()))?;
    // Before the piece is read: who announced nothing sends nothing.
    desk.ask(move |office, party| office.payload_received(party, &payload))
        .await?;
    let piece = desk
        .read(body, "piece of a payload", MAX_PIECE_BYTES)
        .await?;
    let received = desk
        .ask(move |office, party| {
            office.append_payload(party, &payload, offset, &mut piece.as_slice())
        })
        .await?;
    let body = serde_json::to_string(&Received { received });
    Ok(json(StatusCode::OK, body.unwrap_or_default()))
}

async fn take_headers(
    State(desk): State<Arc<Desk>>,
    Path(message): Path<String>,
    body: Body,
) -> Answer {
    let message = read_hash(&message).ok_or_else(|| refuse(RefusalCode::NotConsigned.into()))?;
    let headers = desk.read(body, "headers", MAX_HEADERS_BYTES).await?;
    let receipt = desk
        .ask(move |office, party| office.open_message(party, &message, &headers))
        .await?;
    Ok(give_receipt(&desk.party, receipt))
}

fn give_receipt(party: &PartyId, receipt: String) -> Response {
    if let Ok(signed) = SignedReceipt::from_json(receipt.as_bytes()) {
        let statement = signed.statement();
        let (seq, event) = (statement.seq, statement.event.code());
        tracing::info!(peer = %party, seq, event, "receipt.sent");
    }
    json(StatusCode::OK, receipt)
}

#[derive(serde::Deserialize)]
struct ExtractQuery {
    #[serde(default)]
    from: u64,
}

/// Our exchange log with the caller, and with nobody else.
async fn show_extract(
    State(desk): State<Arc<Desk>>,
    Query(ExtractQuery { from }): Query<ExtractQuery>,
) -> Answer {
    let extract = desk
        .ask(move |office, party| Ok(office.extract_for_peer(party, from)?))
        .await?;
    match serde_json::to_string(&extract) {
        Ok(extract) => Ok(json(StatusCode::OK, extract)),
        Err(error) => Err(not_now(&desk.party, &error)),
    }
}

/// Vouches for the caller's exchange log with us.
async fn witness(State(desk): State<Arc<Desk>>, body: Body) -> Answer {
    let request = desk.read(body, "checkpoint", MAX_WITNESS_BYTES).await?;
    let party = desk.party.clone();
    let answer = ask(&desk.office, move |office| {
        office.witness_checkpoint(&party, &request)
    });
    match answer.await {
        Ok(Ok(cosignatures)) => Ok(note(StatusCode::OK, NOTE_TYPE, cosignatures)),
        Ok(Err(refusal)) => Err(not_witnessed(&desk.party, &refusal)),
        Err(error) => Err(not_now(&desk.party, &error)),
    }
}

async fn show_witnessed(State(desk): State<Arc<Desk>>) -> Answer {
    let party = desk.party.clone();
    let checkpoint = ask(&desk.office, move |office| {
        office.witnessed_checkpoint(&party)
    });
    match checkpoint.await {
        Ok(Ok(Some(checkpoint))) => Ok(note(StatusCode::OK, NOTE_TYPE, checkpoint)),
        Ok(Ok(None)) => Ok(note(StatusCode::NOT_FOUND, NOTE_TYPE, String::new())),
        Ok(Err(refusal)) => Err(not_witnessed(&desk.party, &refusal)),
        Err(error) => Err(not_now(&desk.party, &error)),
    }
}

fn not_witnessed(party: &PartyId, refusal: &WitnessRefusal) -> Response {
    tracing::warn!(peer = %party, error = %refusal, "a checkpoint was not cosigned");
    let status =
        StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    match refusal {
        WitnessRefusal::Refused(refusal) => note(status, refusal.content_type(), refusal.body()),
        WitnessRefusal::NoWitness | WitnessRefusal::NotNow(_) => {
            note(status, NOTE_TYPE, String::new())
        }
    }
}

fn note(status: StatusCode, content_type: &'static str, body: String) -> Response {
    let content_type = HeaderValue::from_static(content_type);
    (status, [(CONTENT_TYPE, content_type)], body).into_response()
}

fn not_now(party: &PartyId, error: &(dyn std::error::Error + 'static)) -> Response {
    tracing::error!(peer = %party, error, "a peer could not be served");
    refuse(RefusalCode::NotNow.into())
}

fn refuse(refusal: Refusal) -> Response {
    let status =
        StatusCode::from_u16(refusal.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = json(status, serde_json::to_string(&refusal).unwrap_or_default());
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_SECONDS));
    }
    response
}

fn json(status: StatusCode, body: String) -> Response {
    (
        status,
        [(CONTENT_TYPE, HeaderValue::from_static(JSON_TYPE))],
        body,
    )
        .into_response()
}
