//! The answer to an inquiry: one document from which JSON, HTML and PDF are made.
//!
//! It carries its evidence, and of every part the binding that made it. So whoever holds the file
//! can run the findings again; see [`verify`](mod@crate::verify).

mod compose;
mod digest;
mod execute;
mod plan;
mod release;
mod sources;

pub use compose::{Composition, compose};
pub use digest::PartDigest;
pub use plan::{Demand, PlannedQuestion};
pub use release::{RELEASE_ENTRY, Release, released};

pub(crate) use digest::{document_hash, part_digests};
pub(crate) use execute::execute;

use crate::binding::Bound;
use crate::evidence::{Evidence, JournalPosition};
use crate::finding::{AnswerKind, Figure, Table};
use crate::inquiry::Outcome as When;
use jiff::civil::Date;
use journal::grade::Grade;
use locales::Language;
use records::body::Truth;
use records::{RecordId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// The format of an answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum AnswerFormat {
    /// With status and release, and with grades of evidence.
    #[default]
    #[serde(rename = "kontaktstelle/answer/v2")]
    V2,
}

/// Whether an answer is one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerStatus {
    /// Composed, perhaps filed, and not released by a second officer: nobody answers with it.
    #[default]
    Draft,
    /// Released by a second officer, as the journal proves, and sealed.
    Released,
}

/// The language of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AnswerLanguage {
    /// German.
    De,
    /// English.
    En,
}

impl From<Language> for AnswerLanguage {
    fn from(language: Language) -> Self {
        match language {
            Language::De => Self::De,
            Language::En => Self::En,
        }
    }
}

impl From<AnswerLanguage> for Language {
    fn from(language: AnswerLanguage) -> Self {
        match language {
            AnswerLanguage::De => Self::De,
            AnswerLanguage::En => Self::En,
        }
    }
}

/// Which inquiry is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InquiryHead {
    /// Number of the paper.
    pub reference: String,
    /// Title.
    pub title: String,
    /// Its day.
    pub dated: Date,
    /// The fraction that asks; empty where the paper names none.
    pub fraction: String,
    /// The members who ask.
    pub askers: Vec<String>,
    /// SHA-256 of the paper as it came in, in hexadecimal.
    pub source_sha256: String,
}

/// Who answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Issuer {
    /// The party.
    pub party: String,
    /// Its node's domain.
    pub node: String,
}

/// Words of the answer, with the sources they rest on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// The words.
    pub text: String,
    /// Numbers of [`Answer::sources`].
    pub sources: Vec<usize>,
}

/// Something an answer rests on outside the journals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerSource {
    /// Its number, from 1.
    pub number: usize,
    /// Title.
    pub title: String,
    /// Who published it.
    pub publisher: String,
    /// Its date in the language of the answer; empty where not known.
    pub dated: String,
    /// Where it can be found; empty where not known.
    pub locator: String,
}

/// A record that was cited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cited {
    /// The record.
    pub record: RecordId,
    /// Number of the entry that wrote it down.
    pub entry: u64,
    /// Who, besides the issuer, vouches for that entry.
    pub grade: Grade,
    /// What the record notes on how it is known, word for word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Under which condition a demand is put.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// The demand whose answer decides.
    pub of: String,
    /// What that answer must be.
    pub on: When,
}

/// The answer to one demand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerPart {
    /// Key of the demand, such as `26` or `3a`.
    pub key: String,
    /// The words of the demand.
    pub asked: String,
    /// Under which condition it is put.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
    /// How it is answered.
    pub bound: Bound,
    /// What sort of answer it is.
    pub kind: AnswerKind,
    /// That in words.
    pub kind_label: String,
    /// For yes-or-no questions: what the answer is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub affirms: Option<Truth>,
    /// The words.
    pub statements: Vec<Statement>,
    /// The tables.
    pub tables: Vec<Table>,
    /// The figures.
    pub figures: Vec<Figure>,
    /// The records that it rests on.
    pub cited: Vec<Cited>,
}

/// A sub-item of a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubItem {
    /// Its letter.
    pub label: String,
    /// Its words.
    pub text: String,
}

/// A question with its answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Its number.
    pub number: u32,
    /// The words before the first sub-item; all, where there is none.
    pub text: String,
    /// The heading it stands under; empty where there is none.
    pub section: String,
    /// Its sub-items.
    pub sub_items: Vec<SubItem>,
    /// The answers, demand by demand.
    pub answers: Vec<AnswerPart>,
}

/// The answer in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// Questions asked.
    pub questions: u64,
    /// Questions of which the main demand is answered from records or logs.
    pub answered_from_records: u64,
    /// Demands by kind of answer.
    pub by_kind: BTreeMap<AnswerKind, u64>,
    /// Records that answers cite, by who vouches for their entries.
    pub by_grade: BTreeMap<Grade, u64>,
    /// The same in words, with what was counted.
    pub text: Vec<String>,
}

/// An answer to an inquiry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Format and version.
    pub format: AnswerFormat,
    /// Whether it was released.
    pub status: AnswerStatus,
    /// Which inquiry.
    pub inquiry: InquiryHead,
    /// Language.
    pub lang: AnswerLanguage,
    /// Who answers.
    pub issuer: Issuer,
    /// Whether it was made in an exercise.
    pub exercise: bool,
    /// When it was made.
    pub generated_at: Timestamp,
    /// The day up to which was counted, included.
    pub cut_off: Date,
    /// Where the office journal stood.
    pub position: JournalPosition,
    /// Records that correct what the inquiry takes for granted.
    pub premises: Vec<RecordId>,
    /// Preliminary remarks.
    pub remarks: Vec<Statement>,
    /// The answer in numbers.
    pub summary: Summary,
    /// Questions and answers.
    pub questions: Vec<Question>,
    /// Sources outside the journals.
    pub sources: Vec<AnswerSource>,
    /// What proves it.
    pub evidence: Evidence,
    /// Hashes of the parts, so that a change shows where it is.
    pub digests: Vec<PartDigest>,
    /// What proves that a second officer released it; none in a draft.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<Release>,
    /// The issuer's seal over everything above; none in a draft.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<Value>,
}

impl Answer {
    /// Every figure, in the order of the questions.
    pub fn figures(&self) -> impl Iterator<Item = &Figure> {
        let parts = self.questions.iter().flat_map(|question| &question.answers);
        parts.flat_map(|part| &part.figures)
    }

    /// The document as it is published: indented JSON.
    ///
    /// # Errors
    /// None that a composed answer is known to cause.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|json| json + "\n")
    }
}
