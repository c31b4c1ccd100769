//! A connection to a peer, from our side.

use crate::asking::ask;
use crate::error::ExchangeError;
use crate::patience::Patience;
use crate::protocol::{
    EXTRACT, JSON_TYPE, MAX_EXTRACT_BYTES, MAX_REFUSAL_BYTES, MESSAGE_TYPE, MESSAGES, Refusal,
    RefusalCode,
};
use crate::tls::{PinVerifier, Pins, TlsIdentity, client_config, key_exchange, no_name};
use http_body_util::{BodyExt, Limited};
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use hyper::client::conn::http1::SendRequest;
use hyper::header::{ACCEPT, CONTENT_TYPE, HOST};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
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
        let config = client_config(identity, verifier).map_err(ExchangeError::Tls)?;

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

    /// Hands in a sealed message and returns the receipt, unread. `on_sent` is called when the last
    /// byte has been handed to the connection.
    ///
    /// # Errors
    /// [`ExchangeError::Refused`] with the peer's reason; otherwise whether the peer has taken the
    /// message is not known, and it is to be handed in again.
    pub async fn hand_in(
        &mut self,
        message: Vec<u8>,
        on_sent: impl FnOnce() + Send + 'static,
    ) -> Result<String, ExchangeError> {
        let patience = self.patience.transfer(message.len() as u64);
        let letter = Letter {
            rest: Bytes::from(message),
            on_sent: Some(Box::new(on_sent)),
        };
        let request = self.request(Method::POST, MESSAGES, letter);
        let receipt = timeout(patience, self.send(request, "receipt", MAX_RECEIPT_BYTES))
            .await
            .map_err(|_| ExchangeError::TooSlow("the peer's receipt"))??;
        String::from_utf8(receipt).map_err(|e| ExchangeError::Unreadable {
            what: "receipt",
            source: e.into(),
        })
    }

    /// Fetches the peer's exchange log with us, as JSON.
    ///
    /// # Errors
    /// As [`Self::hand_in`].
    pub async fn fetch_extract(&mut self) -> Result<Vec<u8>, ExchangeError> {
        let nothing = Letter {
            rest: Bytes::new(),
            on_sent: None,
        };
        let request = self.request(Method::GET, EXTRACT, nothing);
        timeout(
            self.patience.transfer(MAX_EXTRACT_BYTES as u64),
            self.send(request, "extract", MAX_EXTRACT_BYTES),
        )
        .await
        .map_err(|_| ExchangeError::TooSlow("the peer's extract"))?
    }

    fn request(&self, method: Method, path: &'static str, letter: Letter) -> Request<Letter> {
        let mut request = Request::new(letter);
        *request.uri_mut() = hyper::Uri::from_static(path);
        *request.method_mut() = method;
        let headers = request.headers_mut();
        // HTTP/1.1 asks for it (RFC 9112, section 3.2); nobody here looks at it.
        headers.insert(
            HOST,
            self.host
                .parse()
                .unwrap_or(hyper::header::HeaderValue::from_static("peer")),
        );
        headers.insert(ACCEPT, hyper::header::HeaderValue::from_static(JSON_TYPE));
        headers.insert(
            CONTENT_TYPE,
            hyper::header::HeaderValue::from_static(MESSAGE_TYPE),
        );
        request
    }

    async fn send(
        &mut self,
        request: Request<Letter>,
        what: &'static str,
        limit: usize,
    ) -> Result<Vec<u8>, ExchangeError> {
        self.sender.ready().await.map_err(ExchangeError::Broken)?;
        let response = self
            .sender
            .send_request(request)
            .await
            .map_err(ExchangeError::Broken)?;
        let status = response.status();
        if status == StatusCode::OK {
            return read(response, what, limit).await;
        }
        // A refusal that cannot be read is one for which no reason is known.
        let reason = read(response, "refusal", MAX_REFUSAL_BYTES).await.ok();
        let refusal = reason.and_then(|json| serde_json::from_slice(&json).ok());
        let refusal: Refusal = refusal.unwrap_or(RefusalCode::Unknown.into());
        Err(ExchangeError::Refused {
            status: status.as_u16(),
            refusal,
        })
    }
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
