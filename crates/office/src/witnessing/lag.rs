//! Witnesses that stay away: how far the cosignatures lag behind our logs.

use super::peer_of;
use crate::OFFICE_LOG;
use crate::entry_kind::EntryKind;
use crate::error::OfficeError;
use crate::office::Office;
use crate::reader::Reader;
use crate::writing::{Filed, Loaded};
use journal::grade::Grade;
use records::Timestamp;
use serde::{Deserialize, Serialize};

/// Entries of a log that no sufficient cosignature covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lag {
    /// The log.
    pub log: String,
    /// The grade that it is to have.
    pub wanted: Grade,
    /// Entries that have it.
    pub covered: u64,
    /// Entries of the log.
    pub size: u64,
    /// When the first entry was written that does not have it; nothing where all do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Whether that is longer ago than the configuration allows.
    pub alarm: bool,
}

impl Filed for Lag {
    const FAMILY: &'static str = "witness-lag";

    fn id(&self) -> String {
        self.log.clone()
    }

    fn tag(&self) -> String {
        if self.alarm { "alarm" } else { "" }.to_owned()
    }
}

impl Reader {
    /// The logs whose witnesses have stayed away for too long, as was last written down.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn witness_alarms(&self) -> Result<Vec<Lag>, OfficeError> {
        let lags = self.all::<Lag>()?;
        Ok(lags.into_iter().filter(|lag| lag.alarm).collect())
    }
}

impl Office {
    /// How far the cosignatures lag behind, log by log; logs that nobody has to witness are not
    /// among them.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn witness_lag(&self) -> Result<Vec<Lag>, OfficeError> {
        let mut lags = Vec::new();
        for log in self.database().logs()? {
            if let Some(wanted) = self.wanted_grade(&log)? {
                lags.push(self.lag_of(&log, wanted)?);
            }
        }
        Ok(lags)
    }

    /// Raises and ends alarms about witnesses that stay away; gives how many.
    pub(super) fn watch_witnesses(&self) -> Result<usize, OfficeError> {
        let mut changed = 0;
        for lag in self.witness_lag()? {
            let filed = self.load::<Lag>(&lag.log)?;
            if lag.alarm == filed.as_ref().is_some_and(|filed| filed.value.alarm) {
                continue;
            }
            let kind = if lag.alarm {
                tracing::error!(log = lag.log, covered = lag.covered, "witness.lagging");
                EntryKind::WitnessLagging
            } else {
                EntryKind::WitnessCaughtUp
            };
            let mut writing = self.writing();
            let entry = writing.entry(
                OFFICE_LOG,
                kind,
                vec![
                    ("log", lag.log.clone().into()),
                    ("wanted", lag.wanted.code().into()),
                    ("covered", lag.covered.into()),
                    ("size", lag.size.into()),
                ],
            )?;
            writing.file(
                &Loaded {
                    value: lag,
                    revision: filed.map_or(0, |filed| filed.revision),
                    entry: None,
                },
                Some(entry),
            )?;
            writing.commit()?;
            changed += 1;
        }
        Ok(changed)
    }

    fn wanted_grade(&self, log: &str) -> Result<Option<Grade>, OfficeError> {
        let policy = self.witnesses.of(log);
        if policy.is_some_and(|policy| policy.asks_for_witnesses()) {
            return Ok(Some(Grade::QuorumWitnessed));
        }
        let by_peer = peer_of(log).is_some() && !self.peer_witness(log)?.is_empty();
        Ok(by_peer.then_some(Grade::PeerWitnessed))
    }

    fn lag_of(&self, log: &str, wanted: Grade) -> Result<Lag, OfficeError> {
        let cosigned = self.database().latest_cosigned(log)?;
        let sufficient = cosigned.iter().filter(|cosigned| cosigned.grade >= wanted);
        let covered = sufficient.map(|cosigned| cosigned.size).max().unwrap_or(0);
        let size = self.database().head(log)?.size;
        let since = if covered < size {
            // Without content, by the first later one that has it: the alarm comes late then, once.
            let lines = self.reader().lines(log, covered, size.min(covered + 64))?;
            lines.iter().find_map(|line| line.text("time").parse().ok())
        } else {
            None
        };
        let limit = i64::from(self.limits.witness_lag_seconds);
        let is_late = |since: Timestamp| since.plus_seconds(limit) < self.now();
        Ok(Lag {
            log: log.to_owned(),
            wanted,
            covered,
            size,
            since,
            alarm: since.is_some_and(is_late),
        })
    }
}
