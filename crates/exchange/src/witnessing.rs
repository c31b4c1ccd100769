//! Having our own logs cosigned: by the peer over the connection of the exchange, by domestic
//! witnesses over HTTPS (C2SP `tlog-witness`). Nothing waits for it, and no witness waits for another:
//! each is visited by a task of its own.
//!
//! At the start the same witnesses are asked what they have seen last: a database that was set back
//! shows here, and the office then refuses to sign.

mod visit;

use crate::asking::ask;
use crate::error::ExchangeError;
use crate::patience::Patience;
use crate::tls::TlsIdentity;
use office::{Office, OfficeError, Standing, WitnessAnswer};
use std::sync::Arc;
use std::time::Duration;
use store::https::Tls;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};
use visit::Visit;

/// Has the node's logs witnessed.
#[derive(Clone)]
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
    /// Where too few witnesses have answered for a log, they are asked again each time.
    pub async fn run(self, cadence: Duration, shutdown: impl Future<Output = ()>) {
        let rounds = async {
            let mut ticks = interval(cadence);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
            loop {
                ticks.tick().await;
                if self.asks_for_confirmation()
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

    /// Asks all witnesses what they have seen of our logs last, as far as too few have said so since
    /// the start, and hands that to the office. Who cannot be reached does not keep the node from
    /// starting; the office writes down who gave no answer.
    ///
    /// # Errors
    /// When the office cannot read or write.
    pub async fn confirm(&self) -> Result<Standing, ExchangeError> {
        let open = self.to_be_confirmed();
        let mut visits = JoinSet::new();
        for visit in self.visits(|log| open.contains(log)).await? {
            visits.spawn(visit.what_was_seen());
        }
        let mut answers: Vec<WitnessAnswer> = visits.join_all().await.concat();
        answers.sort_by_key(ToString::to_string);
        let standing = ask(&self.office, move |office| {
            match office.confirm_standing(&answers)? {
                Standing::Unconfirmed { .. } => office.go_on_unconfirmed(&answers),
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
        let mut visits = JoinSet::new();
        match self.visits(|_| true).await {
            Ok(all) => all.into_iter().for_each(|visit| {
                visits.spawn(visit.have_witnessed());
            }),
            Err(error) => {
                return tracing::error!(error = error.with_causes(), "no witness can be asked");
            }
        }
        visits.join_all().await;
        match ask(&self.office, Office::watch).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::error!(%error, "the witnesses could not be watched"),
            Err(error) => tracing::error!(%error, "the watch was interrupted"),
        }
    }

    /// Whether the office waits for a confirmation, or signs in doubt. It may wait without a log to ask
    /// about: where nobody witnesses, and what it was to write first could not be written.
    fn asks_for_confirmation(&self) -> bool {
        matches!(self.office.standing(), Standing::Unconfirmed { .. })
            || !self.office.doubtful_logs().is_empty()
    }

    /// The logs for which too few witnesses have answered since the start.
    fn to_be_confirmed(&self) -> std::collections::BTreeSet<String> {
        match self.office.standing() {
            Standing::Unconfirmed { logs } => logs,
            _ => self.office.doubtful_logs(),
        }
    }

    /// Each witness with those of our logs that it is to vouch for. There are not many: a policy has
    /// at most [`journal::policy::MAX_LINES_OF_A_KIND`] of them.
    async fn visits(&self, of: impl Fn(&str) -> bool) -> Result<Vec<Visit>, ExchangeError> {
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
        let mut visits: Vec<Visit> = Vec::new();
        for (log, origin, target) in targets.await?? {
            if !of(&log) {
                continue;
            }
            let known = visits.iter_mut().find(|visit| visit.is_to(&target));
            let question = visit::Question {
                log,
                origin,
                target,
            };
            match known {
                Some(visit) => visit.add(question),
                None => visits.push(Visit::new(self.clone(), question)),
            }
        }
        Ok(visits)
    }
}
