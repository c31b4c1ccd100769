//! The courier: carries what the office has queued, in order, until the receipt is on file.

pub mod backoff;

use crate::asking::ask;
use crate::connection::{Connection, HandedIn};
use crate::error::{ExchangeError, not_proven};
use crate::patience::Patience;
use crate::protocol::{MAX_PIECE_BYTES, Missing};
use crate::reconcile::reconcile_over;
use crate::tls::TlsIdentity;
use office::clock::Entropy;
use office::{Delivery, DeliveryStep, Office, OfficeError};
use records::PartyId;
use seal::digest::Digest;
use std::collections::HashMap;
use std::io::Read;
use std::sync::Arc;
use tokio::sync::Notify;
use tokio::task::JoinSet;

/// How often a message is handed in while the peer asks for payloads: once to learn which are
/// missing, once when they are there, and once more if one did not arrive whole.
const CONSIGNMENTS: usize = 3;

/// The row of the outbox that a delivery stands in.
#[derive(Clone, Copy)]
struct Row {
    seq: u64,
    attempts: u32,
}

/// Carries messages to peers.
///
/// Each peer has its own round, so that one which is away keeps no other waiting; within a round
/// messages go strictly one after the other. Nothing about a delivery is kept in memory: what is
/// due, and since when it fails, stands in the outbox and survives a restart.
pub struct Courier {
    office: Arc<Office>,
    identity: Arc<TlsIdentity>,
    jitter: Arc<dyn Entropy>,
    patience: Patience,
    nudged: Notify,
}

impl Courier {
    /// A courier for this office. `jitter` spreads the repetitions.
    #[must_use]
    pub fn new(office: Arc<Office>, identity: Arc<TlsIdentity>, jitter: Arc<dyn Entropy>) -> Self {
        Self {
            office,
            identity,
            jitter,
            patience: Patience::default(),
            nudged: Notify::new(),
        }
    }

    /// The same with other bounds on waiting.
    #[must_use]
    pub fn with_patience(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    /// Says that something new may be queued. Without it the courier looks by itself, a little
    /// later.
    pub fn nudge(&self) {
        self.nudged.notify_one();
    }

    /// Carries messages until `shutdown` resolves. A delivery that is cut off is repeated after the
    /// next start.
    pub async fn run(self: Arc<Self>, shutdown: impl Future<Output = ()>) {
        let mut rounds = JoinSet::new();
        let mut under_way = HashMap::new();
        tokio::pin!(shutdown);
        loop {
            match self.due().await {
                Ok(due) => {
                    for party in due {
                        if !under_way.values().any(|busy| *busy == party) {
                            let round = rounds.spawn(Arc::clone(&self).round(party.clone()));
                            under_way.insert(round.id(), party);
                        }
                    }
                }
                Err(error) => {
                    tracing::error!(error = error.with_causes(), "the outbox cannot be read")
                }
            }
            tokio::select! {
                () = &mut shutdown => break,
                () = self.nudged.notified() => {}
                () = tokio::time::sleep(self.patience.poll) => {}
                Some(ended) = rounds.join_next_with_id() => {
                    let id = ended.as_ref().map_or_else(tokio::task::JoinError::id, |(id, ())| *id);
                    under_way.remove(&id);
                    if let Err(error) = ended {
                        tracing::error!(%error, "a round of deliveries ended abnormally");
                    }
                }
            }
        }
        rounds.shutdown().await;
    }

    /// The peers to whom something is due.
    async fn due(&self) -> Result<Vec<PartyId>, ExchangeError> {
        let due = ask(&self.office, |office| {
            let now = office.now().millis();
            let heads = office
                .reader()
                .database()
                .outbox_heads()
                .map_err(OfficeError::from)?;
            Ok::<_, OfficeError>(
                heads
                    .into_iter()
                    .filter(|row| row.due_ms <= now)
                    .map(|row| row.peer)
                    .collect::<Vec<_>>(),
            )
        })
        .await??;
        // The office queues for parties only, so every name can be read back.
        Ok(due
            .into_iter()
            .filter_map(|peer| peer.parse().ok())
            .collect())
    }

    /// Delivers to one peer until nothing is due any more or something fails.
    async fn round(self: Arc<Self>, party: PartyId) {
        let mut connection = None;
        let mut taken = None;
        let mut compared = false;
        loop {
            let peer = party.clone();
            let next = ask(&self.office, move |office| office.next_delivery(&peer)).await;
            let delivery = match next.and_then(|next| Ok(next?)) {
                Ok(Some(delivery)) => delivery,
                Ok(None) => return,
                Err(error) => {
                    return tracing::error!(
                        peer = %party,
                        error = error.with_causes(),
                        "the outbox cannot be read"
                    );
                }
            };
            let row = Row {
                seq: delivery.seq,
                attempts: delivery.attempts,
            };
            let step = (delivery.message, std::mem::discriminant(&delivery.step));
            if taken == Some(step) {
                // Its receipt was genuine, but proved no more than was on file.
                let error = ExchangeError::NoFurther(party.clone());
                return self.postpone(&party, row, &error).await;
            }
            let Err(error) = self.deliver(&party, delivery, &mut connection).await else {
                taken = Some(step);
                continue;
            };
            // Once in a round: a peer that goes on losing things is left to the next one.
            if error.hints_at_loss() && !compared {
                compared = true;
                if self.queued_again(&party, &mut connection).await {
                    taken = None;
                    continue;
                }
            }
            return self.postpone(&party, row, &error).await;
        }
    }

    /// Reads the log of a peer that lacks what it has receipted. Says whether that shows a loss, and
    /// what was lost is queued again.
    async fn queued_again(&self, party: &PartyId, connection: &mut Option<Connection>) -> bool {
        let compared = async {
            let open = self.connected(party, connection).await?;
            reconcile_over(open, &self.office, party).await
        };
        match compared.await {
            Ok(reconciled) => reconciled.again > 0,
            Err(error) => {
                tracing::warn!(peer = %party, error = error.with_causes(), "its log cannot be read");
                false
            }
        }
    }

    /// The connection that is open, or a new one.
    async fn connected<'a>(
        &self,
        party: &PartyId,
        connection: &'a mut Option<Connection>,
    ) -> Result<&'a mut Connection, ExchangeError> {
        let open = match connection.take() {
            Some(open) if !open.is_closed() => open,
            _ => Connection::open(&self.office, &self.identity, party, self.patience).await?,
        };
        Ok(connection.insert(open))
    }

    /// Takes the next step of a delivery and files the receipt for it.
    async fn deliver(
        &self,
        party: &PartyId,
        delivery: Delivery,
        connection: &mut Option<Connection>,
    ) -> Result<(), ExchangeError> {
        let Delivery {
            message,
            seq,
            attempts,
            step,
            ..
        } = delivery;
        let open = self.connected(party, connection).await?;
        let receipt = match step {
            DeliveryStep::Consign { bytes, large } => {
                tracing::info!(peer = %party, seq, attempt = attempts.saturating_add(1), "delivery.started");
                self.consign(party, seq, bytes, &large, open).await?
            }
            DeliveryStep::Release { headers } => {
                tracing::info!(peer = %party, seq, "headers.sent");
                open.release(&message, headers).await?
            }
        };
        // The office logs "receipt.received" once the receipt is durable.
        let peer = party.clone();
        ask(&self.office, move |office| {
            office.file_receipt(&peer, message, &receipt)
        })
        .await?
        .map_err(not_proven("receipt"))
    }

    /// Hands in a message, then the payloads that the peer says are missing, then the message again.
    /// Only payloads of this very message: the store they lie in holds whatever the house has.
    async fn consign(
        &self,
        party: &PartyId,
        seq: u64,
        message: Vec<u8>,
        large: &[Digest],
        connection: &mut Connection,
    ) -> Result<String, ExchangeError> {
        for _ in 0..CONSIGNMENTS {
            let (peer, length) = (party.clone(), message.len());
            let sent = move || tracing::info!(%peer, seq, bytes = length, "delivery.sent");
            match connection.hand_in(message.clone(), sent).await? {
                HandedIn::Receipt(receipt) => return Ok(receipt),
                HandedIn::Missing(missing) => {
                    let is_ours = |asked: &Missing| {
                        let named = Digest {
                            sha256: asked.payload,
                            size: asked.size,
                        };
                        large.contains(&named)
                    };
                    if !missing.iter().all(is_ours) {
                        return Err(ExchangeError::NotOffered(party.clone()));
                    }
                    for payload in large {
                        let mut asked = missing.iter();
                        if let Some(asked) = asked.find(|m| m.payload == payload.sha256) {
                            self.upload(party, seq, *asked, connection).await?;
                        }
                    }
                }
            }
        }
        // It goes on asking for what it was given.
        Err(ExchangeError::NeverEnough(party.clone()))
    }

    /// Hands in a payload from where the peer has it, piece by piece. What is cut off goes on there
    /// with the next attempt.
    async fn upload(
        &self,
        party: &PartyId,
        seq: u64,
        missing: Missing,
        connection: &mut Connection,
    ) -> Result<(), ExchangeError> {
        let mut at = missing.received;
        while at < missing.size {
            let piece = ask(&self.office, move |office| {
                let mut piece = Vec::new();
                let payload = office.open_payload(&missing.payload, at)?;
                payload
                    .take(MAX_PIECE_BYTES as u64)
                    .read_to_end(&mut piece)
                    .map_err(ExchangeError::Payload)?;
                Ok::<_, ExchangeError>(piece)
            })
            .await??;
            let received = connection
                .hand_in_piece(&missing.payload, at, piece)
                .await?;
            tracing::debug!(peer = %party, seq, received, size = missing.size, "payload.sent");
            if received <= at {
                return Err(ExchangeError::NeverEnough(party.clone()));
            }
            at = received;
        }
        Ok(())
    }

    /// Writes down that a delivery failed. No message is ever given up.
    async fn postpone(&self, party: &PartyId, row: Row, error: &ExchangeError) {
        let mut random = [0; 4];
        self.jitter.fill(&mut random);
        let needs_a_person = error.needs_a_person();
        let wait = backoff::wait(row.attempts, needs_a_person, u32::from_le_bytes(random));
        let (seq, reason, seconds) = (row.seq, error.with_causes(), wait.as_secs_f64());
        if needs_a_person {
            tracing::error!(peer = %party, seq, error = reason, seconds, "delivery.alarm");
        } else {
            tracing::warn!(peer = %party, seq, error = reason, seconds, "delivery.postponed");
        }
        let peer = party.clone();
        let written = ask(&self.office, move |office| {
            let wait = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
            office.postpone_delivery(
                &peer,
                seq,
                office.now().millis().saturating_add(wait),
                &reason,
            )
        })
        .await;
        if let Err(error) = written.and_then(|written| Ok(written?)) {
            tracing::error!(peer = %party, seq, error = error.with_causes(), "a failed delivery could not be written down");
        }
    }
}
