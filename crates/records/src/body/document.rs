//! The register of documents (question 8 of the reference inquiry).
//!
//! Of a document that may not be kept in this software, a record says that it exists, its number
//! and its place, never its content.

use super::{Text, Truth};
use crate::vocabulary::vocabulary;
use serde::{Deserialize, Serialize};

vocabulary! {
    /// What a document is; the list of question 8, and what else proves facts.
    DocumentKind {
        JointStatement = "joint-statement",
        Memorandum = "memorandum-of-understanding",
        PressRelease = "press-release",
        /// Protokoll.
        Minutes = "minutes",
        InternalReport = "internal-report",
        /// Sachstand.
        StatusNote = "status-note",
        /// Between ministries.
        InterMinistry = "inter-ministry-correspondence",
        /// Within one ministry.
        IntraMinistry = "intra-ministry-correspondence",
        /// Drahtbericht.
        Cable = "cable",
        EmbassyReport = "embassy-report",
        NonPaper = "non-paper",
        /// Drucksache.
        ParliamentaryPaper = "parliamentary-paper",
        Letter = "letter",
        PressReport = "press-report",
        Other = "other",
    }
}

vocabulary! {
    /// When a document came to be, seen from the round it is about.
    DocumentPhase { Before = "before", During = "during", After = "after" }
}

/// A document, or the fact that there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// Its title, or what it would be.
    pub title: Text,
    /// What it is. The header says its date.
    pub document: DocumentKind,
    /// When it came to be, seen from the round in the record's `about`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<DocumentPhase>,
    /// Whether there is one.
    pub exists: Truth,
    /// Whether it is public.
    pub published: Truth,
    /// The unit that wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<Text>,
    /// Its number, such as that of a printed paper.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Where it is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept_at: Option<Text>,
    /// What it says, in short, as far as that may be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<Text>,
}
