//! What answers rest on: entries of the journals, with what proves them.
//!
//! Findings see an [`Evidence`] value and nothing else. It is small enough to be published inside the
//! answer, so a reader can run the same findings again.

mod cosigned;
mod gather;
mod proof;
mod view;

pub use cosigned::{Cosigned, Grades, MAX_COSIGNED, Vouched, WitnessTexts};
pub use gather::Gathering;
pub(crate) use proof::log_verifiers;
pub use proof::{ExchangeProof, ManifestProof, Proof, ProofFault};
pub use view::{ExchangeView, Known, View};

use jiff::civil::Date;
use journal::checkpoint::Checkpoint;
use journal::extract::Extract;
use journal::note::Note;
use records::{PartyId, RecordId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;

/// Kind of the office journal's entries that hold a record.
pub const RECORD_ENTRY: &str = "record.written";

/// Fields of such an entry that are opened.
pub const RECORD_FIELDS: [&str; 3] = ["kind", "record", "time"];

/// Entries of the journals of one node, and the keys with which they can be checked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The party whose node this is.
    pub party: PartyId,
    /// The moment at which deadlines are judged.
    pub as_of: Timestamp,
    /// The day up to which the inquiry asks, included.
    pub cut_off: Date,
    /// How many entries of the office journal were considered.
    pub considered: u64,
    /// Records that may not be shown in a public answer. Their number is an assertion.
    pub withheld: u64,
    /// Entries of the office journal that hold records, each with inclusion proof.
    pub records: Extract,
    /// The exchange logs, each complete.
    pub exchanges: Vec<ExchangeEvidence>,
    /// Key manifests of the parties (JSON), own first.
    pub keys: Vec<Value>,
    /// Checkpoints of these logs that others have cosigned: what gives entries and figures a better
    /// grade than the keeper's own word.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cosigned: Vec<Cosigned>,
    /// The witnesses that the issuer relies on.
    #[serde(default, skip_serializing_if = "WitnessTexts::is_empty")]
    pub witnesses: WitnessTexts,
}

/// What passed between this node and one counterpart, as each side wrote it down.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExchangeEvidence {
    /// The counterpart.
    pub peer: PartyId,
    /// Our log: every entry.
    pub own: Extract,
    /// The counterpart's log, every entry, as it was last given to us.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counterpart: Option<Extract>,
}

/// Where a journal stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JournalPosition {
    /// Origin of the log.
    pub log: String,
    /// Number of entries.
    pub size: u64,
    /// Root of the tree over them, in base64.
    pub root: String,
    /// The signed checkpoint.
    pub checkpoint: String,
}

impl JournalPosition {
    /// What an extract's checkpoint says; not yet verified.
    #[must_use]
    pub fn of(extract: &Extract) -> Option<Self> {
        let checkpoint = unverified_checkpoint(extract)?;
        Some(Self {
            log: checkpoint.origin,
            size: checkpoint.size,
            root: checkpoint.root.to_string(),
            checkpoint: extract.checkpoint.clone(),
        })
    }
}

/// What the checkpoint says, whoever has signed it.
pub(crate) fn unverified_checkpoint(extract: &Extract) -> Option<Checkpoint> {
    checkpoint_of(&extract.checkpoint)
}

/// What a signed checkpoint says, whoever has signed it.
pub(crate) fn checkpoint_of(note: &str) -> Option<Checkpoint> {
    Checkpoint::parse(Note::parse(note).ok()?.text()).ok()
}

impl Evidence {
    /// The same evidence with these records only. Exchange logs stay whole: a count needs them all.
    #[must_use]
    pub fn restricted_to(&self, cited: &BTreeSet<RecordId>) -> Self {
        let mut restricted = self.clone();
        restricted
            .records
            .entries
            .retain(|entry| view::record_id(&entry.opening).is_some_and(|id| cited.contains(&id)));
        restricted
    }
}
