//! Statements about knowledge and about nothing.
//!
//! "We do not know" and "there was none" are answers that somebody gave on a day after looking
//! somewhere; recorded so, they can be shown and later corrected.

use super::Text;
use crate::Occurred;
use crate::vocabulary::{Topic, vocabulary};
use serde::{Deserialize, Serialize};

vocabulary! {
    /// How a search ended.
    SearchResult {
        Known = "known",
        KnownInPart = "known-in-part",
        NotKnown = "not-known",
        /// Sources contradict each other.
        Contradictory = "contradictory",
    }
}

/// What was searched for, where, and whether it is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnowledgeStatement {
    /// What was sought.
    pub sought: Text,
    /// Where it was sought. The header says when.
    pub searched: Vec<Text>,
    /// How the search ended.
    pub result: SearchResult,
    /// What is known, in words.
    pub statement: Text,
}

/// A span of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Period {
    /// The beginning; none means from the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Occurred>,
    /// The end, included; none means to the date of the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Occurred>,
}

/// The declaration that there was nothing (question 28 and wherever zero must be shown).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NilStatement {
    /// What there was none of.
    pub what: Text,
    /// In which period.
    pub period: Period,
    /// On which topics; none means all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<Topic>,
    /// Who declares it.
    pub declared_by: Text,
    /// Why there was none, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<Text>,
}
