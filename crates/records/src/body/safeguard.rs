//! The rules against misuse, in words (question 27 of the reference inquiry).
//!
//! The rules that act are policies; these records tell parliament and public what they do.

use super::Text;
use crate::vocabulary::{Direction, vocabulary};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

vocabulary! {
    /// What a safeguard does.
    Measure {
        /// Every request is screened before a person may answer it.
        Gate = "gate",
        /// A person reviews before anything is disclosed.
        ReviewBeforeDisclosure = "review-before-disclosure",
        /// Two persons decide, not one.
        FourEyes = "four-eyes",
        /// The same rules for both directions.
        SymmetricRules = "symmetric-rules",
        /// A lapsed deadline never yields data.
        LapseYieldsNothing = "lapse-yields-nothing",
        /// A refusal does not show what it protects.
        NeutralAnswer = "neutral-answer",
        /// The receiver binds itself before it can read.
        Conditions = "conditions",
        /// Somebody independent looks at the journal.
        IndependentControl = "independent-control",
    }
}

vocabulary! {
    /// Who is protected; the first five are named in question 27.
    ProtectedGroup {
        Journalists = "journalists",
        Bloggers = "bloggers",
        HumanRightsDefenders = "human-rights-defenders",
        ReligiousMinorities = "religious-minorities",
        EthnicMinorities = "ethnic-minorities",
        Lawyers = "lawyers",
        Whistleblowers = "whistleblowers",
        PoliticalOpposition = "political-opposition",
    }
}

/// A rule against misuse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SafeguardRule {
    /// What it does.
    pub measure: Measure,
    /// The rule, in words.
    pub rule: Text,
    /// The requests it holds for.
    pub directions: Vec<Direction>,
    /// Whom it protects; none means everybody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub protects: Vec<ProtectedGroup>,
    /// Its version, from 1.
    pub version: u32,
    /// The first day it holds.
    pub valid_from: Date,
    /// The last day it holds; none where it still does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Date>,
}
