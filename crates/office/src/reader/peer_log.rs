//! What a counterpart's exchange log shows, as it gave it to us, range by range.

use super::Reader;
use crate::error::OfficeError;
use crate::exchange_log;
use crate::frontier::Frontier;
use crate::writing::{Filed, read_document};
use journal::extract::{Extract, ExtractEntry};
use journal::hash::Hash;
use records::{PartyId, Timestamp};
use serde::{Deserialize, Serialize};

/// What a counterpart's exchange log showed when it was last read to its end.
#[derive(Debug, Clone, PartialEq)]
pub struct PeerExtract {
    /// The counterpart.
    pub peer: PartyId,
    /// The extract; verified before its ranges were filed. It is complete.
    pub extract: Extract,
    /// When its end was fetched.
    pub at: Timestamp,
}

/// How far a counterpart's log is on file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PeerLog {
    pub(crate) peer: PartyId,
    /// The log's origin, where an earlier epoch was copied before this one. That copy stays on file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) epoch: Option<String>,
    /// All entries that are on file, proven and in their places.
    pub(crate) frontier: Frontier,
    /// The newest checkpoint seen: the entries on file are proven under it or an earlier one.
    pub(crate) checkpoint: String,
    /// Where it was last read to its end.
    pub(crate) end: Option<End>,
    /// The first checkpoint that contradicts what is on file, once one has been seen.
    pub(crate) contradiction: Option<String>,
}

/// A checkpoint all of whose entries are on file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct End {
    pub(crate) origin: String,
    pub(crate) size: u64,
    pub(crate) checkpoint: String,
    pub(crate) at: Timestamp,
}

impl PeerLog {
    /// The origin of what is on file.
    pub(crate) fn origin(&self) -> &str {
        self.checkpoint.lines().next().unwrap_or_default()
    }

    /// By what its ranges are found.
    fn ranges(&self) -> &str {
        self.epoch.as_deref().unwrap_or(self.peer.as_str())
    }
}

impl Filed for PeerLog {
    const FAMILY: &'static str = "peer-log";

    fn id(&self) -> String {
        self.peer.to_string()
    }
}

/// A range of a counterpart's log: what one fetch brought. Never written again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PeerRange {
    pub(crate) peer: PartyId,
    /// As in [`PeerLog`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) epoch: Option<String>,
    /// Index of its first entry.
    pub(crate) from: u64,
    /// Index after its last entry.
    pub(crate) to: u64,
    /// The entries (JSON), by the hash of their bytes in the store.
    pub(crate) entries: Hash,
}

impl Filed for PeerRange {
    const FAMILY: &'static str = "peer-log-range";

    fn id(&self) -> String {
        format!("{} {}", self.tag(), self.from)
    }

    fn tag(&self) -> String {
        self.epoch
            .as_deref()
            .unwrap_or(self.peer.as_str())
            .to_owned()
    }

    fn sort(&self) -> i64 {
        i64::try_from(self.from).unwrap_or(i64::MAX)
    }
}

impl Reader {
    /// What the counterpart's exchange log showed when it was last read to its end.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn peer_extract(&self, peer: &PartyId) -> Result<Option<PeerExtract>, OfficeError> {
        let Some(log) = self.one::<PeerLog>(peer.as_str())? else {
            return Ok(None);
        };
        let ranges = log.ranges().to_owned();
        let Some(end) = log.end else {
            return Ok(None);
        };
        let mut entries = Vec::new();
        let ranges = self
            .database()
            .documents(PeerRange::FAMILY, Some(&ranges))?;
        // They are given last first.
        for range in ranges.into_iter().rev() {
            let range = read_document::<PeerRange>(range)?.value;
            let stored = self.stored_entries(&range)?;
            entries.extend(stored.into_iter().filter(|entry| entry.index < end.size));
        }
        Ok(Some(PeerExtract {
            peer: peer.clone(),
            extract: Extract {
                log: end.origin,
                checkpoint: end.checkpoint,
                entries,
                complete: true,
            },
            at: end.at,
        }))
    }

    /// How many entries of the counterpart's exchange log are on file: the next ones are to be
    /// fetched from there. None of an epoch that has just begun.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn peer_log_size(&self, peer: &PartyId) -> Result<u64, OfficeError> {
        let (Some(log), Some(counterpart)) =
            (self.one::<PeerLog>(peer.as_str())?, self.peer(peer)?)
        else {
            return Ok(0);
        };
        let in_force = counterpart
            .keys()?
            .log_verifier(&exchange_log(self.party()))?;
        let goes_on = in_force.origin() == log.origin();
        Ok(if goes_on { log.frontier.size() } else { 0 })
    }

    fn stored_entries(&self, range: &PeerRange) -> Result<Vec<ExtractEntry>, OfficeError> {
        let bytes = self
            .blob(&range.entries)?
            .ok_or_else(|| OfficeError::NoSuch {
                what: "entries of a counterpart's log",
                name: range.id(),
            })?;
        serde_json::from_slice(&bytes).map_err(|source| OfficeError::Unreadable {
            what: format!("entries {}", range.id()),
            source,
        })
    }
}
