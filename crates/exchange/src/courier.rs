//! The courier: carries what the office has queued, in order, until the receipt is on file.

pub mod backoff;

use crate::asking::ask;
use crate::connection::Connection;
use crate::error::{ExchangeError, not_proven};
use crate::patience::Patience;
use crate::tls::TlsIdentity;
use office::clock::Entropy;
use office::{Office, OfficeError};
use records::PartyId;
use seal::message::Message;
use std::collections::HashMap;
use std::sync::Arc;
use store::OutboxRow;
use tokio::sync::Notify;
use tokio::task::JoinSet;

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
                    for (party, _) in due {
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

    /// The first undelivered message of each peer, where it is due.
    async fn due(&self) -> Result<Vec<(PartyId, OutboxRow)>, ExchangeError> {
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
                    .collect::<Vec<_>>(),
            )
        })
        .await??;
        // The office queues for parties only, so every name can be read back.
        Ok(due
            .into_iter()
            .filter_map(|row| Some((row.peer.parse().ok()?, row)))
            .collect())
    }

    /// Delivers to one peer until nothing is due any more or something fails.
    async fn round(self: Arc<Self>, party: PartyId) {
        let mut connection = None;
        loop {
            let due = match self.due().await {
                Ok(due) => due,
                Err(error) => {
                    return tracing::error!(
                        error = error.with_causes(),
                        "the outbox cannot be read"
                    );
                }
            };
            let Some((_, row)) = due.into_iter().find(|(head, _)| *head == party) else {
                return;
            };
            if let Err(error) = self.deliver(&party, &row, &mut connection).await {
                return self.postpone(&party, &row, &error).await;
            }
        }
    }

    async fn deliver(
        &self,
        party: &PartyId,
        row: &OutboxRow,
        connection: &mut Option<Connection>,
    ) -> Result<(), ExchangeError> {
        let seq = row.seq;
        tracing::info!(peer = %party, seq, attempt = row.attempts.saturating_add(1), "delivery.started");
        let (blob, peer) = (row.blob, party.clone());
        let (id, bytes) = ask(&self.office, move |office| {
            let missing = || ExchangeError::MessageMissing { peer, seq };
            let bytes = office.reader().blob(&blob)?.ok_or_else(missing)?;
            // Our own bytes, so no limit is needed to read them.
            let id = Message::decode(&bytes, u64::MAX)
                .map_err(OfficeError::from)?
                .id();
            Ok::<_, ExchangeError>((id, bytes))
        })
        .await??;

        let open = match connection.take() {
            Some(open) if !open.is_closed() => open,
            _ => Connection::open(&self.office, &self.identity, party, self.patience).await?,
        };
        let open = connection.insert(open);
        let (peer, length) = (party.clone(), bytes.len());
        let sent = move || tracing::info!(%peer, seq, bytes = length, "delivery.sent");
        let receipt = open.hand_in(bytes, sent).await?;

        // The office logs "receipt.received" once the receipt is durable.
        let peer = party.clone();
        ask(&self.office, move |office| {
            office.file_receipt(&peer, id, &receipt)
        })
        .await?
        .map_err(not_proven("receipt"))
    }

    /// Writes down that a delivery failed. No message is ever given up.
    async fn postpone(&self, party: &PartyId, row: &OutboxRow, error: &ExchangeError) {
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
