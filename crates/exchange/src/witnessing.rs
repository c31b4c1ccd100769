//! Having our own logs cosigned: by the peer over the connection of the exchange, by domestic
//! witnesses over HTTPS (C2SP `tlog-witness`). Nothing waits for it.
//!
//! At the start the same witnesses are asked what they have seen last: a database that was set back
//! shows here, and the office then refuses to sign.

use crate::asking::ask;
use crate::connection::{Answered, Connection};
use crate::error::ExchangeError;
use crate::patience::Patience;
use crate::protocol::{MAX_WITNESS_BYTES, NOTE_TYPE};
use crate::tls::TlsIdentity;
use hyper::StatusCode;
use journal::note::Note;
use journal::witness::{ADD_CHECKPOINT_PATH, Answer, checkpoint_path, parse_size};
use office::{Office, OfficeError, Standing, WitnessTarget, WitnessedHead};
use std::sync::Arc;
use std::time::Duration;
use store::https::{Service, Tls};
use tokio::time::{MissedTickBehavior, interval};

/// How often a witness is asked again at once because it has seen another size than we thought.
const ATTEMPTS: usize = 2;

/// Longest time for a domestic witness to answer.
const WITNESS_PATIENCE: Duration = Duration::from_secs(10);

/// Has the node's logs witnessed.
pub struct Witnessing {
    office: Arc<Office>,
    identity: Arc<TlsIdentity>,
    tls: Tls,
    patience: Patience,
}

impl Witnessing {
    /// For this office. `tls` says whom the domestic witnesses' certificates are trusted from.
    #[must_use]
    pub fn new(office: Arc<Office>, identity: Arc<TlsIdentity>, tls: Tls) -> Self {
        Self {
            office,
            identity,
            tls,
            patience: Patience::default(),
        }
    }

    /// The same with other bounds on waiting.
    #[must_use]
    pub fn with_patience(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    /// Confirms the standing, then has every log witnessed each `cadence` until `shutdown` resolves.
    pub async fn run(self, cadence: Duration, shutdown: impl Future<Output = ()>) {
        let rounds = async {
            let mut ticks = interval(cadence);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
            loop {
                ticks.tick().await;
                if matches!(self.office.standing(), Standing::Unconfirmed { .. })
                    && let Err(error) = self.confirm().await
                {
                    tracing::error!(error = error.with_causes(), "the standing is not confirmed");
                }
                self.round().await;
            }
        };
        tokio::select! {
            () = rounds => {}
            () = shutdown => {}
        }
    }

    /// Asks all witnesses what they have seen of our logs last and hands that to the office. Who
    /// cannot be reached does not keep the node from starting; the office writes down who was not
    /// asked.
    ///
    /// # Errors
    /// When the office cannot read or write.
    pub async fn confirm(&self) -> Result<Standing, ExchangeError> {
        let mut heads = Vec::new();
        let mut not_asked = Vec::new();
        for (log, origin, target) in self.targets().await? {
            match self.witnessed(&origin, &target).await {
                Ok(checkpoint) => heads.push(WitnessedHead {
                    log,
                    witness: target.name().to_owned(),
                    checkpoint,
                }),
                Err(error) => {
                    tracing::warn!(
                        log,
                        witness = target.name(),
                        error = error.with_causes(),
                        "a witness could not be asked"
                    );
                    not_asked.push(format!("{} ({log})", target.name()));
                }
            }
        }
        let standing = ask(&self.office, move |office| {
            match office.confirm_standing(&heads)? {
                Standing::Unconfirmed { .. } => office.go_on_unconfirmed(&not_asked),
                standing => Ok(standing),
            }
        })
        .await??;
        if let Standing::ReadOnly(why) = &standing {
            tracing::error!(%why, "standing.read-only");
        }
        Ok(standing)
    }

    /// Has every log that has grown since cosigned by every witness that can be reached, unless this
    /// node may not sign: nobody is to vouch for what it has not confirmed.
    pub async fn round(&self) {
        if self.office.standing() != Standing::Signing {
            return;
        }
        let targets = match self.targets().await {
            Ok(targets) => targets,
            Err(error) => {
                return tracing::error!(error = error.with_causes(), "no witness can be asked");
            }
        };
        for (log, origin, target) in targets {
            if let Err(error) = self.have_witnessed(&log, &origin, &target).await {
                tracing::warn!(
                    log,
                    witness = target.name(),
                    error = error.with_causes(),
                    "witness.failed"
                );
            }
        }
        match ask(&self.office, Office::watch).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::error!(%error, "the witnesses could not be watched"),
            Err(error) => tracing::error!(%error, "the watch was interrupted"),
        }
    }

    /// Every log with its origin and each of its witnesses.
    async fn targets(&self) -> Result<Vec<(String, String, WitnessTarget)>, ExchangeError> {
        let targets = ask(&self.office, |office| {
            let mut all = Vec::new();
            let database = office.reader().database().clone();
            for state in database.log_states().map_err(OfficeError::from)? {
                for target in office.witness_targets(&state.log)? {
                    all.push((state.log.clone(), state.origin.clone(), target));
                }
            }
            Ok::<_, OfficeError>(all)
        });
        Ok(targets.await??)
    }

    async fn have_witnessed(
        &self,
        log: &str,
        origin: &str,
        target: &WitnessTarget,
    ) -> Result<(), ExchangeError> {
        let mut old = target.last().map_or(0, |last| last.size);
        for _ in 0..ATTEMPTS {
            let name = log.to_owned();
            let (request, checkpoint) = ask(&self.office, move |office| {
                office.witness_request(&name, old)
            })
            .await??;
            // What is on file counts, not what the witness remembers: its last answer may have been
            // lost, and then it vouches for the same head anew.
            if target
                .last()
                .is_some_and(|last| last.size == checkpoint.size)
            {
                return Ok(());
            }
            let answer = self.add_checkpoint(target, request.to_string()).await?;
            let refused = || ExchangeError::Witness {
                status: answer.status.as_u16(),
            };
            match answer.status {
                StatusCode::OK => {
                    let mut note = request.note().clone();
                    merge(target, &mut note, &answer.body)?;
                    let name = log.to_owned();
                    let grade = ask(&self.office, move |office| {
                        office.file_cosignatures(&name, &note.to_string())
                    })
                    .await??;
                    let size = checkpoint.size;
                    tracing::debug!(
                        log,
                        witness = target.name(),
                        size,
                        grade = grade.code(),
                        "log.witnessed"
                    );
                    return Ok(());
                }
                StatusCode::CONFLICT => {
                    old = parse_size(&answer.body).ok_or_else(refused)?;
                    if old > checkpoint.size {
                        self.compare_with(log, origin, target).await?;
                        return Err(refused());
                    }
                }
                StatusCode::UNPROCESSABLE_ENTITY => {
                    self.compare_with(log, origin, target).await?;
                    return Err(refused());
                }
                _ => return Err(refused()),
            }
        }
        Err(ExchangeError::Witness {
            status: StatusCode::CONFLICT.as_u16(),
        })
    }

    /// A witness has seen what our log does not lead to. If it can show that, signed by us, then this
    /// database was set back, and the node stops signing.
    async fn compare_with(
        &self,
        log: &str,
        origin: &str,
        target: &WitnessTarget,
    ) -> Result<(), ExchangeError> {
        let head = WitnessedHead {
            log: log.to_owned(),
            witness: target.name().to_owned(),
            checkpoint: self.witnessed(origin, target).await?,
        };
        let standing = ask(&self.office, move |office| office.confirm_standing(&[head])).await??;
        if let Standing::ReadOnly(why) = standing {
            tracing::error!(%why, "standing.read-only");
        }
        Ok(())
    }

    async fn add_checkpoint(
        &self,
        target: &WitnessTarget,
        request: String,
    ) -> Result<Answered, ExchangeError> {
        match target {
            WitnessTarget::Peer { party, .. } => {
                Connection::open(&self.office, &self.identity, party, self.patience)
                    .await?
                    .add_checkpoint(request)
                    .await
            }
            WitnessTarget::Domestic { url, .. } => {
                self.domestic(url, move |service| {
                    service.post(
                        &format!("/{ADD_CHECKPOINT_PATH}"),
                        NOTE_TYPE,
                        request.as_bytes(),
                        MAX_WITNESS_BYTES as u64,
                    )
                })
                .await
            }
        }
    }

    /// The last checkpoint of ours that a witness has cosigned; nothing if it knows none.
    async fn witnessed(
        &self,
        origin: &str,
        target: &WitnessTarget,
    ) -> Result<Option<String>, ExchangeError> {
        let answer = match target {
            WitnessTarget::Peer { party, .. } => {
                return Connection::open(&self.office, &self.identity, party, self.patience)
                    .await?
                    .witnessed_checkpoint()
                    .await;
            }
            WitnessTarget::Domestic { url, .. } => {
                let path = format!("/{}", checkpoint_path(origin));
                self.domestic(url, move |service| {
                    service.get(&path, MAX_WITNESS_BYTES as u64)
                })
                .await?
            }
        };
        match answer.status {
            StatusCode::OK => {
                String::from_utf8(answer.body)
                    .map(Some)
                    .map_err(|e| ExchangeError::Unreadable {
                        what: "checkpoint",
                        source: e.into(),
                    })
            }
            StatusCode::NOT_FOUND => Ok(None),
            other => Err(ExchangeError::Witness {
                status: other.as_u16(),
            }),
        }
    }

    /// Asks a domestic witness, on a thread that may wait.
    async fn domestic(
        &self,
        url: &str,
        question: impl FnOnce(
            &Service,
        ) -> Result<
            store::https::ServiceAnswer,
            Box<dyn std::error::Error + Send + Sync>,
        > + Send
        + 'static,
    ) -> Result<Answered, ExchangeError> {
        let (url, tls) = (url.trim_end_matches('/').to_owned(), self.tls.clone());
        let answer = tokio::task::spawn_blocking(move || {
            let service = Service::new(&url, &tls, WITNESS_PATIENCE)?;
            question(&service)
        })
        .await
        .map_err(ExchangeError::Interrupted)?
        .map_err(|source| ExchangeError::Unreadable {
            what: "answer as a witness",
            source,
        })?;
        let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_GATEWAY);
        Ok(Answered {
            status,
            body: answer.body,
        })
    }
}

/// Puts the lines that a witness has answered under the checkpoint that it was asked about.
fn merge(target: &WitnessTarget, note: &mut Note, body: &[u8]) -> Result<(), ExchangeError> {
    Answer::parse(body)
        .and_then(|answer| answer.merge_into(note, target.keys()))
        .map(drop)
        .map_err(|e| ExchangeError::Unreadable {
            what: "cosignature",
            source: e.into(),
        })
}
