//! The two requests that a witness answers, over plain HTTP/1.1; TLS is for a reverse proxy to add.
//!
//! | request | answer |
//! |---|---|
//! | `POST /add-checkpoint` | 200 and the cosignatures, or the status of [`journal::witness::Refusal`] |
//! | `GET /<hash of origin>/checkpoint` | 200 and the newest cosigned checkpoint, or 404 |
//!
//! Beyond that: 405 for another method, 408 for a body that does not arrive, 413 for one that is too
//! large, 503 when the witness cannot be sure to remember, or its clock is behind.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::header::{ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_TYPE, HeaderValue};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use journal::witness::{ADD_CHECKPOINT_PATH, MAX_REQUEST_BYTES};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::error::NotCosigned;
use crate::state::State;

const TEXT: &str = "text/plain; charset=utf-8";
/// Bytes that are buffered of a connection, which bounds the head of a request.
const MAX_BUFFERED: usize = 64 * 1024;
/// Header lines of a request.
const MAX_HEADERS: usize = 32;
/// How long to rest when the operating system gives no connection.
const REST: Duration = Duration::from_millis(100);

/// Bounds on what clients may take up.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections at the same time; whoever comes on top waits.
    pub connections: usize,
    /// Until the head of a request is complete, and how long a connection may idle before it.
    pub head: Duration,
    /// Until the body of a request is complete.
    pub body: Duration,
    /// How long open requests may finish once the server is to stop.
    pub farewell: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 128,
            head: Duration::from_secs(10),
            body: Duration::from_secs(10),
            farewell: Duration::from_secs(5),
        }
    }
}

/// The time of the operating system in seconds since 1970; 0 before that, where nothing is cosigned.
#[must_use]
pub fn system_time() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

/// Serves `state` on `listener` until `shutdown` resolves; what is under way then may finish. `clock`
/// gives seconds since 1970, such as [`system_time`].
pub async fn serve(
    listener: TcpListener,
    state: Arc<State>,
    clock: fn() -> u64,
    limits: Limits,
    shutdown: impl Future<Output = ()>,
) {
    let desk = Arc::new(Desk {
        state,
        clock,
        limits,
    });
    let seats = Arc::new(Semaphore::new(limits.connections));
    let (close, closing) = watch::channel(());
    let mut guests = JoinSet::new();
    tokio::pin!(shutdown);
    loop {
        let next = async {
            let seat = Arc::clone(&seats).acquire_owned().await.ok();
            (seat, listener.accept().await)
        };
        tokio::select! {
            () = &mut shutdown => break,
            (seat, accepted) = next => match accepted {
                Ok((tcp, _)) => {
                    guests.spawn(converse(Arc::clone(&desk), tcp, seat, closing.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "no connection could be accepted");
                    tokio::time::sleep(REST).await;
                }
            },
            Some(_) = guests.join_next() => {}
        }
    }
    drop(listener);
    drop(close);
    let farewell = async { while guests.join_next().await.is_some() {} };
    if timeout(limits.farewell, farewell).await.is_err() {
        tracing::warn!("connections were cut off: they did not end in time");
    }
}

/// Answers the requests of one connection.
async fn converse(
    desk: Arc<Desk>,
    tcp: TcpStream,
    _seat: Option<OwnedSemaphorePermit>,
    mut closing: watch::Receiver<()>,
) {
    let _best_effort = tcp.set_nodelay(true);
    let mut http = hyper::server::conn::http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(desk.limits.head)
        .max_buf_size(MAX_BUFFERED)
        .max_headers(MAX_HEADERS);
    let service = service_fn(move |request| {
        let desk = Arc::clone(&desk);
        async move { Ok::<_, Infallible>(desk.answer(request).await) }
    });
    let connection = http.serve_connection(TokioIo::new(tcp), service);
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        _ = closing.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection has ended");
    }
}

struct Desk {
    state: Arc<State>,
    clock: fn() -> u64,
    limits: Limits,
}

type Reply = Response<Full<Bytes>>;

impl Desk {
    async fn answer(&self, request: Request<Incoming>) -> Reply {
        let path = request.uri().path();
        let path = path.strip_prefix('/').unwrap_or(path).to_owned();
        if path == ADD_CHECKPOINT_PATH {
            return match *request.method() {
                Method::POST => self.add_checkpoint(request.into_body()).await,
                _ => other_method("POST"),
            };
        }
        match path.strip_suffix("/checkpoint") {
            None => reply(StatusCode::NOT_FOUND, TEXT, "there is nothing here\n"),
            Some(_) if request.method() != Method::GET => other_method("GET"),
            Some(origin_hash) => match self.state.checkpoint(origin_hash) {
                Some(note) => reply(StatusCode::OK, TEXT, note),
                None => reply(StatusCode::NOT_FOUND, TEXT, "the log is not known here\n"),
            },
        }
    }

    async fn add_checkpoint(&self, body: Incoming) -> Reply {
        let too_large = || {
            let text = "the request is too large\n";
            last(reply(StatusCode::PAYLOAD_TOO_LARGE, TEXT, text))
        };
        if body.size_hint().lower() > MAX_REQUEST_BYTES as u64 {
            return too_large();
        }
        let body = Limited::new(body, MAX_REQUEST_BYTES).collect();
        let body = match timeout(self.limits.body, body).await {
            Ok(Ok(body)) => body.to_bytes(),
            Ok(Err(error)) if error.is::<LengthLimitError>() => return too_large(),
            Ok(Err(_)) => {
                return last(reply(
                    StatusCode::BAD_REQUEST,
                    TEXT,
                    "the request broke off\n",
                ));
            }
            Err(_) => {
                return last(reply(
                    StatusCode::REQUEST_TIMEOUT,
                    TEXT,
                    "the request is too slow\n",
                ));
            }
        };
        let (state, now) = (Arc::clone(&self.state), (self.clock)());
        // It waits for the disk. If the client goes away meanwhile, the decision is still finished.
        let decided = tokio::task::spawn_blocking(move || state.add_checkpoint(&body, now)).await;
        match decided.unwrap_or(Err(NotCosigned::Halted)) {
            Ok(answer) => reply(StatusCode::OK, TEXT, answer.to_string()),
            Err(NotCosigned::Refused(refusal)) => {
                let status = StatusCode::from_u16(refusal.status());
                let status = status.unwrap_or(StatusCode::BAD_REQUEST);
                reply(status, refusal.content_type(), refusal.body())
            }
            Err(other @ (NotCosigned::ClockBehind(_) | NotCosigned::Halted)) => {
                reply(StatusCode::SERVICE_UNAVAILABLE, TEXT, format!("{other}\n"))
            }
        }
    }
}

fn reply(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Reply {
    let mut reply = Response::new(Full::new(body.into()));
    *reply.status_mut() = status;
    let headers = reply.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    reply
}

fn other_method(allowed: &'static str) -> Reply {
    let mut reply = reply(
        StatusCode::METHOD_NOT_ALLOWED,
        TEXT,
        "not with this method\n",
    );
    let allowed = HeaderValue::from_static(allowed);
    reply.headers_mut().insert(ALLOW, allowed);
    reply
}

/// The last reply of a connection on which the rest of a request may still be under way.
fn last(mut reply: Reply) -> Reply {
    let close = HeaderValue::from_static("close");
    reply.headers_mut().insert(CONNECTION, close);
    reply
}
