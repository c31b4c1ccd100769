//! A connection to a peer, from our side.

use crate::asking::ask;
use crate::error::ExchangeError;
use crate::patience::Patience;
use crate::protocol::{
    ADD_CHECKPOINT, EXTRACT, JSON_TYPE, MAX_EXTRACT_BYTES, MAX_REFUSAL_BYTES, MAX_WITNESS_BYTES,
    MESSAGE_TYPE, MESSAGES, Missing, NOTE_TYPE, PIECE_TYPE, Received, Refusal, RefusalCode,
    StillMissing, WITNESSED, headers_path, payload_path,
};
use crate::tls::{PinVerifier, Pins, TlsIdentity, client_config, key_exchange, no_name};
use http_body_util::{BodyExt, Limited};
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use hyper::client::conn::http1::SendRequest;
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use journal::hash::Hash;
use office::Office;
use records::PartyId;
use rustls::NamedGroup;
use seal::receipt::MAX_RECEIPT_BYTES;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

/// Bytes that are handed to the connection at once.
const PIECE: usize = 64 * 1024;

/// A connection on which the peer has proven to hold its pinned key, and we ours.
///
/// One request at a time; it ends when it is dropped.
pub struct Connection {
    sender: SendRequest<Letter>,
    host: String,
    key_exchange: Option<NamedGroup>,
    patience: Patience,
    // Aborted with the connection.
    _driver: JoinSet<()>,
}

impl Connection {
    /// Calls a peer at the address in its key manifest.
    ///
    /// # Errors
    /// [`ExchangeError::NoSuchPeer`], [`ExchangeError::NotReached`], [`ExchangeError::TooSlow`], and
    /// [`ExchangeError::Handshake`] if somebody else answers.
    pub async fn open(
        office: &Arc<Office>,
        identity: &TlsIdentity,
        party: &PartyId,
        patience: Patience,
    ) -> Result<Self, ExchangeError> {
        let wanted = party.clone();
        let peer = ask(office, move |office| office.reader().peer(&wanted)).await??;
        let peer = peer.ok_or_else(|| ExchangeError::NoSuchPeer(party.clone()))?;
        let address = peer.keys()?.exchange_address;
        // Only this peer's keys: another peer that answers at its address is a stranger.
        let verifier = Arc::new(PinVerifier::new(Pins::of(vec![peer])));
        let suite = office.suite(party);
        let config = client_config(identity, verifier, suite).map_err(ExchangeError::Tls)?;

        let tcp = timeout(patience.connect, TcpStream::connect(&address))
            .await
            .map_err(|_| ExchangeError::TooSlow("connecting"))?
            .and_then(|tcp| tcp.set_nodelay(true).map(|()| tcp))
            .map_err(|source| ExchangeError::NotReached {
                address: address.clone(),
                source,
            })?;
        let tls = timeout(
            patience.handshake,
            TlsConnector::from(Arc::new(config)).connect(no_name(), tcp),
        )
        .await
        .map_err(|_| ExchangeError::TooSlow("the TLS handshake"))?
        .map_err(|source| ExchangeError::Handshake {
            peer: party.clone(),
            source,
        })?;
        let key_exchange = key_exchange(tls.get_ref().1);
        tracing::debug!(peer = %party, address, ?key_exchange, "connection.opened");

        let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(tls))
            .await
            .map_err(ExchangeError::Broken)?;
        let mut driver = JoinSet::new();
        driver.spawn(async move {
            // The request in progress reports the same error.
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection.ended");
            }
        });
        Ok(Self {
            sender,
            host: address,
            key_exchange,
            patience,
            _driver: driver,
        })
    }

    /// The key exchange that was agreed on.
    #[must_use]
    pub const fn key_exchange(&self) -> Option<NamedGroup> {
        self.key_exchange
    }

    /// Whether the peer has hung up.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.sender.is_closed()
    }

    /// Hands in a sealed message. `on_sent` is called when the last byte has been handed to the
    /// connection.
    ///
    /// # Errors
    /// [`ExchangeError::Refused`] with the peer's reason; otherwise whether the peer has taken the
    /// message is not known, and it is to be handed in again.
    pub async fn hand_in(
        &mut self,
        message: Vec<u8>,
        on_sent: impl FnOnce() + Send + 'static,
    ) -> Result<HandedIn, ExchangeError> {
        let letter = Letter {
            rest: Bytes::from(message),
            on_sent: Some(Box::new(on_sent)),
        };
        let request = self.request(Method::POST, MESSAGES, MESSAGE_TYPE, letter);
        let answer = self.ask(request, "receipt", MAX_RECEIPT_BYTES).await?;
        if answer.status != StatusCode::ACCEPTED {
            return text("receipt", answer.body).map(HandedIn::Receipt);
        }
        let still: StillMissing = read_json("list of missing payloads", &answer.body)?;
        Ok(HandedIn::Missing(still.missing))
    }

    /// Hands in a piece of a payload; gives how much of it the peer has then.
    ///
    /// # Errors
    /// As [`Self::hand_in`].
    pub async fn hand_in_piece(
        &mut self,
        payload: &Hash,
        offset: u64,
        piece: Vec<u8>,
    ) -> Result<u64, ExchangeError> {
        let path = payload_path(payload, offset);
        let request = self.request(Method::PUT, &path, PIECE_TYPE, Letter::of(piece));
        let answer = self.ask(request, "count", MAX_REFUSAL_BYTES).await?;
        let received: Received = read_json("count", &answer.body)?;
        Ok(received.received)
    }

    /// Releases the headers of a message and returns the receipt, unread.
    ///
    /// # Errors
    /// As [`Self::hand_in`].
    pub async fn release(
        &mut self,
        message: &Hash,
        headers: Vec<u8>,
    ) -> Result<String, ExchangeError> {
        let path = headers_path(message);
        let request = self.request(Method::POST, &path, JSON_TYPE, Letter::of(headers));
        let answer = self.ask(request, "receipt", MAX_RECEIPT_BYTES).await?;
        text("receipt", answer.body)
    }

    /// Fetches a piece of the peer's exchange log with us, from entry `from` on, as JSON.
    ///
    /// # Errors
    /// As [`Self::hand_in`].
    pub async fn fetch_extract(&mut self, from: u64) -> Result<Vec<u8>, ExchangeError> {
        let path = format!("{EXTRACT}?from={from}");
        let request = self.request(Method::GET, &path, JSON_TYPE, Letter::of(Vec::new()));
        Ok(self.ask(request, "extract", MAX_EXTRACT_BYTES).await?.body)
    }

    /// Asks the peer to cosign our exchange log with it (C2SP tlog-witness).
    ///
    /// # Errors
    /// As [`Self::hand_in`], but for answers that the protocol knows: those are returned.
    pub async fn add_checkpoint(&mut self, request: String) -> Result<Answered, ExchangeError> {
        let letter = Letter::of(request.into_bytes());
        let request = self.request(Method::POST, ADD_CHECKPOINT, NOTE_TYPE, letter);
        self.exchange(request, "cosignature", MAX_WITNESS_BYTES)
            .await
    }

    /// What the peer has cosigned of our exchange log last; nothing if it has not.
    ///
    /// # Errors
    /// As [`Self::hand_in`].
    pub async fn witnessed_checkpoint(&mut self) -> Result<Option<String>, ExchangeError> {
        let request = self.request(Method::GET, WITNESSED, NOTE_TYPE, Letter::of(Vec::new()));
        let answer = self
            .exchange(request, "checkpoint", MAX_WITNESS_BYTES)
            .await?;
        match answer.status {
            StatusCode::OK => text("checkpoint", answer.body).map(Some),
            StatusCode::NOT_FOUND => Ok(None),
            _ => Err(refused(&answer)),
        }
    }

    fn request(
        &self,
        method: Method,
        path: &str,
        content_type: &'static str,
        letter: Letter,
    ) -> Request<Letter> {
        let mut request = Request::new(letter);
        // Paths are made here, of constants, digits and hexadecimal.
        *request.uri_mut() = path.parse().unwrap_or_default();
        *request.method_mut() = method;
        let headers = request.headers_mut();
        // HTTP/1.1 asks for it (RFC 9112, section 3.2); nobody here looks at it.
        headers.insert(
            HOST,
            self.host
                .parse()
                .unwrap_or(hyper::header::HeaderValue::from_static("peer")),
        );
        headers.insert(
            CONTENT_TYPE,
            hyper::header::HeaderValue::from_static(content_type),
        );
        request
    }

    /// The answer, if it is a good one.
    async fn ask(
        &mut self,
        request: Request<Letter>,
        what: &'static str,
        limit: usize,
    ) -> Result<Answered, ExchangeError> {
        let answer = self.exchange(request, what, limit).await?;
        if answer.status.is_success() {
            Ok(answer)
        } else {
            Err(refused(&answer))
        }
    }

    /// Any answer, within the time that this much takes on the slowest line.
    async fn exchange(
        &mut self,
        request: Request<Letter>,
        what: &'static str,
        limit: usize,
    ) -> Result<Answered, ExchangeError> {
        let bytes = request.body().rest.len().saturating_add(limit);
        let patience = self.patience.transfer(bytes as u64);
        let answer = async {
            self.sender.ready().await.map_err(ExchangeError::Broken)?;
            let response = self
                .sender
                .send_request(request)
                .await
                .map_err(ExchangeError::Broken)?;
            let status = response.status();
            let body = read(response, what, limit).await?;
            Ok(Answered { status, body })
        };
        timeout(patience, answer)
            .await
            .map_err(|_| ExchangeError::TooSlow("the peer's answer"))?
    }
}

/// What handing in a message came to.
#[derive(Debug)]
pub enum HandedIn {
    /// The receipt, unread.
    Receipt(String),
    /// The payloads that the peer still needs.
    Missing(Vec<Missing>),
}

/// An answer as it came.
#[derive(Debug)]
pub struct Answered {
    /// The HTTP status.
    pub status: StatusCode,
    /// The body.
    pub body: Vec<u8>,
}

/// A refusal that cannot be read is one for which no reason is known.
fn refused(answer: &Answered) -> ExchangeError {
    let refusal: Option<Refusal> = serde_json::from_slice(&answer.body).ok();
    ExchangeError::Refused {
        status: answer.status.as_u16(),
        refusal: refusal.unwrap_or(RefusalCode::Unknown.into()),
    }
}

fn text(what: &'static str, body: Vec<u8>) -> Result<String, ExchangeError> {
    String::from_utf8(body).map_err(|e| ExchangeError::Unreadable {
        what,
        source: e.into(),
    })
}

fn read_json<T: serde::de::DeserializeOwned>(
    what: &'static str,
    body: &[u8],
) -> Result<T, ExchangeError> {
    serde_json::from_slice(body).map_err(|e| ExchangeError::Unreadable {
        what,
        source: e.into(),
    })
}

async fn read(
    response: Response<Incoming>,
    what: &'static str,
    limit: usize,
) -> Result<Vec<u8>, ExchangeError> {
    match Limited::new(response.into_body(), limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes().to_vec()),
        Err(error) => Err(match error.downcast::<hyper::Error>() {
            Ok(broken) => ExchangeError::Broken(*broken),
            Err(_) => ExchangeError::TooLarge { what, limit },
        }),
    }
}

/// The body of a request, handed over piece by piece so that the end of writing can be told.
struct Letter {
    rest: Bytes,
    on_sent: Option<Box<dyn FnOnce() + Send>>,
}

impl Letter {
    fn of(bytes: Vec<u8>) -> Self {
        Self {
            rest: Bytes::from(bytes),
            on_sent: None,
        }
    }
}

impl Body for Letter {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        let length = self.rest.len().min(PIECE);
        let piece = self.rest.split_to(length);
        if self.rest.is_empty()
            && let Some(on_sent) = self.on_sent.take()
        {
            on_sent();
        }
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.len() as u64)
    }
}
