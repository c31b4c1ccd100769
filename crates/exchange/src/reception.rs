//! The reception: takes in what peers hand in, and shows each peer our exchange log with it.
//!
//! Whoever shows no pinned key does not get past the TLS handshake. A connection that got past it
//! belongs to one party, and everything said on it counts as said by that party.

mod body;
mod desk;
mod strangers;

use crate::asking::ask;
use crate::error::ExchangeError;
use crate::patience::Patience;
use crate::tls::{PinVerifier, Pins, TlsIdentity, group_of, key_exchange, server_config};
use desk::Desk;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use office::{Office, Rejection};
use records::PartyId;
use rustls::{NamedGroup, ServerConfig};
use seal::Suite;
use std::collections::{BTreeSet, HashMap};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use strangers::Strangers;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// Handshakes at the same time. Whoever comes on top waits in the operating system's queue.
const MAX_HANDSHAKES: usize = 64;

/// Connections of one peer at the same time: its courier, its witnessing and its reconciliation each
/// need one, and one may not have noticed yet that it is dead. It bounds memory too, since each can
/// hold one message.
const MAX_CONNECTIONS_PER_PEER: usize = 4;

/// Bytes that are buffered of a connection, which bounds the head of a request.
const MAX_BUFFERED: usize = 64 * 1024;

/// Header lines of a request.
const MAX_HEADERS: usize = 32;

/// How long to rest when the operating system gives no connection, such as for want of file
/// descriptors.
const REST: Duration = Duration::from_millis(100);

/// Receives peers on `listener` until `shutdown` resolves, with the usual patience.
pub async fn serve(
    listener: TcpListener,
    office: Arc<Office>,
    identity: Arc<TlsIdentity>,
    shutdown: impl Future<Output = ()>,
) {
    Reception::new(office, identity)
        .serve(listener, shutdown)
        .await;
}

/// The reception of one node.
pub struct Reception {
    office: Arc<Office>,
    identity: Arc<TlsIdentity>,
    patience: Patience,
    strangers: Strangers,
    seats: Mutex<HashMap<PartyId, usize>>,
}

impl Reception {
    /// A reception for this office.
    #[must_use]
    pub fn new(office: Arc<Office>, identity: Arc<TlsIdentity>) -> Self {
        Self {
            office,
            identity,
            patience: Patience::default(),
            strangers: Strangers::default(),
            seats: Mutex::new(HashMap::new()),
        }
    }

    /// The same with other bounds on waiting.
    #[must_use]
    pub fn with_patience(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    /// Receives peers on `listener` until `shutdown` resolves; what is under way then may finish.
    pub async fn serve(self, listener: TcpListener, shutdown: impl Future<Output = ()>) {
        let reception = Arc::new(self);
        let handshakes = Arc::new(Semaphore::new(MAX_HANDSHAKES));
        let (close, closing) = watch::channel(());
        let mut guests = JoinSet::new();
        tokio::pin!(shutdown);
        loop {
            let next = async {
                let permit = Arc::clone(&handshakes).acquire_owned().await.ok();
                (permit, listener.accept().await)
            };
            tokio::select! {
                () = &mut shutdown => break,
                (permit, accepted) = next => match accepted {
                    Ok((tcp, address)) => {
                        guests.spawn(Arc::clone(&reception).receive(tcp, address, permit, closing.clone()));
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
        if timeout(reception.patience.farewell, farewell)
            .await
            .is_err()
        {
            tracing::warn!("connections were cut off: they did not end in time");
        }
    }

    async fn receive(
        self: Arc<Self>,
        tcp: TcpStream,
        address: SocketAddr,
        permit: Option<OwnedSemaphorePermit>,
        closing: watch::Receiver<()>,
    ) {
        let guest = timeout(self.patience.handshake, self.shake_hands(tcp, address)).await;
        drop(permit);
        match guest {
            Ok(Some((tls, party))) => self.converse(tls, party, closing).await,
            Ok(None) => {}
            Err(_) => tracing::info!(%address, "a TLS handshake took too long"),
        }
    }

    /// The connection with the party that has proven to hold the key it showed.
    async fn shake_hands(
        &self,
        tcp: TcpStream,
        address: SocketAddr,
    ) -> Option<(TlsStream<TcpStream>, PartyId)> {
        let (verifier, config) = match self.prepare_handshake().await {
            Ok(prepared) => prepared,
            Err(error) => {
                tracing::error!(error = error.with_causes(), "no TLS handshake is possible");
                return None;
            }
        };
        let _best_effort = tcp.set_nodelay(true);
        match TlsAcceptor::from(Arc::new(config)).accept(tcp).await {
            Ok(tls) => {
                let connection = tls.get_ref().1;
                let party = verifier.party(connection)?.clone();
                let came_with = key_exchange(connection);
                if !self.is_agreed(&party, came_with).await {
                    return None;
                }
                tracing::debug!(peer = %party, %address, key_exchange = ?came_with, "connection.accepted");
                Some((tls, party))
            }
            Err(error) => {
                tracing::warn!(%address, %error, "a TLS handshake failed");
                if let Some(certificate) = verifier.stranger() {
                    self.note_stranger(certificate.to_vec()).await;
                }
                None
            }
        }
    }

    /// The pins of this moment: keys accepted since the last connection count.
    async fn prepare_handshake(&self) -> Result<(Arc<PinVerifier>, ServerConfig), ExchangeError> {
        let peers = ask(&self.office, |office| office.reader().peers()).await??;
        // What was agreed with nobody is not offered.
        let agreed = peers.iter().map(|peer| self.office.suite(&peer.party));
        let mut suites: BTreeSet<Suite> = agreed.collect();
        if suites.is_empty() {
            // Whoever calls is a stranger then, and is to be told so by TLS.
            suites.insert(Suite::default());
        }
        let verifier = Arc::new(PinVerifier::new(Pins::of(peers)));
        let config = server_config(&self.identity, Arc::clone(&verifier), &suites)
            .map_err(ExchangeError::Tls)?;
        Ok((verifier, config))
    }

    /// Whether a peer came with the key exchange of the agreed suite. Another one is written down: it
    /// is how somebody would begin to have us speak the weaker of two.
    async fn is_agreed(&self, party: &PartyId, came_with: Option<NamedGroup>) -> bool {
        let agreed = self.office.suite(party);
        let mut others = Suite::ALL.into_iter().filter(|suite| *suite != agreed);
        let Some(found) = others.find(|suite| came_with == Some(group_of(*suite))) else {
            // No other group than those of the suites is ever offered.
            return came_with == Some(group_of(agreed));
        };
        let from = party.clone();
        let noted = ask(&self.office, move |office| {
            let rejection = Rejection::Suite { agreed, found };
            office.note_rejection(Some(&from), &rejection, None);
        })
        .await;
        if let Err(error) = noted {
            tracing::error!(peer = %party, %error, "another suite could not be written down");
        }
        false
    }

    async fn note_stranger(&self, certificate: Vec<u8>) {
        if !self.strangers.may_be_noted(Instant::now()) {
            return;
        }
        let noted = ask(&self.office, move |office| {
            office.note_rejection(None, &Rejection::UnknownPeer, Some(&certificate))
        })
        .await;
        if let Err(error) = noted {
            tracing::error!(%error, "an unknown certificate could not be written down");
        }
    }

    /// Answers the requests of one connection.
    async fn converse(
        self: Arc<Self>,
        tls: TlsStream<TcpStream>,
        party: PartyId,
        mut closing: watch::Receiver<()>,
    ) {
        let Some(_seat) = Seat::take(&self, &party) else {
            return tracing::warn!(peer = %party, "the peer has too many connections");
        };
        let desk = Desk {
            office: Arc::clone(&self.office),
            patience: self.patience,
            party: party.clone(),
        };
        let mut http = hyper::server::conn::http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(self.patience.head)
            .max_buf_size(MAX_BUFFERED)
            .max_headers(MAX_HEADERS);
        let connection =
            http.serve_connection(TokioIo::new(tls), TowerToHyperService::new(desk.router()));
        tokio::pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            _ = closing.changed() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(peer = %party, %error, "connection.ended");
        }
    }

    fn seats(&self) -> MutexGuard<'_, HashMap<PartyId, usize>> {
        // Numbers, which a panic elsewhere leaves whole.
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One of the connections that a peer may have.
struct Seat<'a> {
    reception: &'a Reception,
    party: &'a PartyId,
}

impl<'a> Seat<'a> {
    fn take(reception: &'a Reception, party: &'a PartyId) -> Option<Self> {
        let mut seats = reception.seats();
        let taken = seats.entry(party.clone()).or_default();
        (*taken < MAX_CONNECTIONS_PER_PEER).then(|| {
            *taken += 1;
            Self { reception, party }
        })
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        if let Some(taken) = self.reception.seats().get_mut(self.party) {
            *taken = taken.saturating_sub(1);
        }
    }
}
