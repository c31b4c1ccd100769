//! What all records share.

use crate::vocabulary::{Side, vocabulary};
use crate::{Body, Marking, Occurred, RecordId};
use serde::{Deserialize, Serialize};

vocabulary! {
    /// How surely a record's content is known.
    Certainty {
        /// Established; no source contradicts it.
        Certain = "certain",
        /// Someone says so; see the source.
        Claimed = "claimed",
        /// Stands against an earlier claim that turned out wrong.
        Corrected = "corrected",
        /// Searched for and not known. The record says what was looked for.
        Unknown = "unknown",
    }
}

/// How surely something is known, and on whose word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Knowledge {
    /// The degree.
    pub certainty: Certainty,
    /// In words: whose claim, what was searched, what corrects what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A public source.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// What it is called.
    pub title: String,
    /// Who published it.
    pub publisher: String,
    /// Its own date, as precisely as known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dated: Option<String>,
    /// Where it can be found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locator: Option<String>,
}

/// What every record carries before its body.
///
/// When and as which entry a record was written down is not here: the journal says that, and the
/// store hands it out beside the record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// This record.
    pub id: RecordId,
    /// The records it belongs to: a topic statement to its round, a round to its mechanism.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub about: Vec<RecordId>,
    /// Whose side it lies on.
    pub side: Side,
    /// When it happened; none where there is no such moment or it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurred: Option<Occurred>,
    /// How surely it is known.
    pub knowledge: Knowledge,
    /// Who may see it.
    pub marking: Marking,
    /// What proves it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Source>,
    /// The record that this one revises. The older one stays readable *as of* its time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<RecordId>,
    /// Invented for an exercise or demonstration; never counted as real.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exercise: bool,
}

/// One thing written down.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// What all records share.
    #[serde(flatten)]
    pub header: Header,
    /// What this one says.
    #[serde(flatten)]
    pub body: Body,
}
