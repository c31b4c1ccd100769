//! What is answered on one connection.

use super::body;
use crate::asking::ask;
use crate::patience::Patience;
use crate::protocol::{EXTRACT, JSON_TYPE, MESSAGE_TYPE, MESSAGES, Refusal, RefusalCode};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use office::{Office, Rejection};
use records::PartyId;
use seal::SealError;
use seal::receipt::SignedReceipt;
use std::sync::Arc;

/// When a peer that we cannot serve now may ask again, in seconds.
const RETRY_AFTER_SECONDS: &str = "5";

/// The desk at which one peer is served on one connection.
pub(super) struct Desk {
    pub(super) office: Arc<Office>,
    pub(super) max_message_bytes: usize,
    pub(super) patience: Patience,
    pub(super) party: PartyId,
}

impl Desk {
    pub(super) fn router(self) -> Router {
        Router::new()
            .route(MESSAGES, post(take_message))
            .route(EXTRACT, get(show_extract))
            .with_state(Arc::new(self))
    }

    /// Has the office write down a message that never came to it.
    async fn note_too_large(&self) {
        let limit = self.max_message_bytes as u64;
        let party = self.party.clone();
        let noted = ask(&self.office, move |office| {
            let rejection = Rejection::NotAuthentic(SealError::TooLarge {
                what: "message",
                limit,
            });
            office.note_rejection(Some(&party), &rejection, None);
        });
        if let Err(error) = noted.await {
            tracing::error!(%error, "a rejection could not be written down");
        }
    }
}

async fn take_message(State(desk): State<Arc<Desk>>, request: Request) -> Response {
    if request
        .headers()
        .get(CONTENT_TYPE)
        .is_none_or(|found| found != MESSAGE_TYPE)
    {
        return refuse(RefusalCode::NotAMessage.into());
    }
    let bytes = match body::read(request.into_body(), desk.max_message_bytes, desk.patience).await {
        Ok(bytes) => bytes,
        Err(code) => {
            tracing::warn!(peer = %desk.party, ?code, "a message was not read");
            if code == RefusalCode::TooLarge {
                desk.note_too_large().await;
            }
            return refuse(code.into());
        }
    };
    let party = desk.party.clone();
    let taken = ask(&desk.office, move |office| {
        office.accept_message(&party, &bytes).map(|receipt| {
            let seq = SignedReceipt::from_json(receipt.as_bytes())
                .map_or(0, |signed| signed.statement().seq);
            (receipt, seq)
        })
    })
    .await;
    match taken {
        Ok(Ok((receipt, seq))) => {
            tracing::info!(peer = %desk.party, seq, "receipt.sent");
            json(StatusCode::OK, receipt)
        }
        Ok(Err(Rejection::NotNow(error))) => not_now(&desk.party, error.as_ref()),
        // The office has written down what is to be written down.
        Ok(Err(rejection)) => refuse(Refusal::from(&rejection)),
        Err(error) => not_now(&desk.party, &error),
    }
}

/// Our exchange log with the caller, and with nobody else.
async fn show_extract(State(desk): State<Arc<Desk>>) -> Response {
    let party = desk.party.clone();
    let extract = ask(&desk.office, move |office| {
        office
            .extract_for_peer(&party)
            .map(|extract| serde_json::to_string(&extract))
    });
    match extract.await {
        Ok(Ok(Ok(extract))) => json(StatusCode::OK, extract),
        Ok(Ok(Err(error))) => not_now(&desk.party, &error),
        Ok(Err(error)) => not_now(&desk.party, &error),
        Err(error) => not_now(&desk.party, &error),
    }
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
