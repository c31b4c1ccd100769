//! What lies between two houses, and who may answer in a house's place.

use super::{House, Running};
use exchange::tls::{PinVerifier, Pins, server_config};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// What a line has carried.
#[derive(Default)]
pub(crate) struct Carried {
    /// Bytes from callers.
    pub(crate) bytes: AtomicU64,
    /// Connections that were cut.
    pub(crate) cuts: AtomicU64,
}

/// Carries connections to `to`. Each of the first ones is cut when it has carried as many bytes
/// from the caller as `cuts` says; later ones are left alone.
pub(crate) fn carry(
    listener: TcpListener,
    to: SocketAddr,
    cuts: &[u64],
) -> (Arc<Carried>, Running) {
    let carried = Arc::new(Carried::default());
    let mut cuts: VecDeque<u64> = cuts.iter().copied().collect();
    let counted = carried.clone();
    let running = Running::start(|stopped| async move {
        let mut lines = tokio::task::JoinSet::new();
        let accept = async {
            loop {
                let (caller, _) = listener.accept().await.unwrap();
                let bound = cuts.pop_front();
                lines.spawn(carry_one(caller, to, bound, counted.clone()));
            }
        };
        tokio::select! {
            () = accept => {}
            () = stopped => {}
        }
    });
    (carried, running)
}

async fn carry_one(caller: TcpStream, to: SocketAddr, bound: Option<u64>, carried: Arc<Carried>) {
    let Ok(callee) = TcpStream::connect(to).await else {
        return;
    };
    let ((from_caller, mut to_caller), (mut from_callee, mut to_callee)) =
        (caller.into_split(), callee.into_split());
    let back = tokio::spawn(async move {
        let _ended = copy(&mut from_callee, &mut to_caller).await;
    });
    let mut bounded = from_caller.take(bound.unwrap_or(u64::MAX));
    let forth = copy(&mut bounded, &mut to_callee).await.unwrap_or_default();
    carried.bytes.fetch_add(forth, Ordering::SeqCst);
    if bound == Some(forth) {
        carried.cuts.fetch_add(1, Ordering::SeqCst);
    }
    // Both directions end at once, as when a line is cut.
    back.abort();
}

/// A request as an [`Impostor`] reads it.
pub(crate) struct Asked {
    /// Method and path.
    pub(crate) line: String,
    pub(crate) body: Vec<u8>,
}

/// What an impostor answers.
pub(crate) struct Says {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Says {
    pub(crate) fn ok(body: impl Into<String>) -> Self {
        Self::status(200, body)
    }

    pub(crate) fn status(status: u16, body: impl Into<String>) -> Self {
        Self {
            status,
            body: body.into(),
        }
    }
}

/// Plays a peer: shows the keys of `house`, and answers what it likes.
pub(crate) async fn impostor(
    house: &mut House,
    answer: impl FnMut(Asked) -> Says + Send + 'static,
) -> Running {
    let verifier = PinVerifier::new(Pins::of(house.office().reader().peers().unwrap()));
    let suites = seal::Suite::ALL.into_iter().collect();
    let config = server_config(&house.keys.identity, Arc::new(verifier), &suites).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = house.take_listener().await;
    let answer = Arc::new(Mutex::new(answer));
    Running::start(|stopped| async move {
        let mut callers = tokio::task::JoinSet::new();
        let serve = async {
            loop {
                let (tcp, _) = listener.accept().await.unwrap();
                let (acceptor, answer) = (acceptor.clone(), answer.clone());
                callers.spawn(async move {
                    let Ok(mut tls) = acceptor.accept(tcp).await else {
                        return;
                    };
                    while let Some(asked) = read_request(&mut tls).await {
                        let says = answer.lock().unwrap()(asked);
                        if write_answer(&mut tls, &says).await.is_err() {
                            return;
                        }
                    }
                });
            }
        };
        tokio::select! {
            () = serve => {}
            () = stopped => {}
        }
    })
}

/// Reads a request up to its end; nothing if the caller has gone.
async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> Option<Asked> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).unwrap();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    stream.read_exact(&mut body).await.ok()?;
    let line = head.lines().next()?.trim_end_matches(" HTTP/1.1");
    Some(Asked {
        line: line.to_owned(),
        body,
    })
}

async fn write_answer(stream: &mut (impl AsyncWrite + Unpin), says: &Says) -> std::io::Result<()> {
    let Says { status, body } = says;
    let head = format!(
        "HTTP/1.1 {status} Said\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await?;
    stream.flush().await
}
