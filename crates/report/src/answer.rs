//! The data of an answer to a parliamentary inquiry.
//!
//! All texts are plain: no markup of any kind is understood. A line feed in a text is a line
//! break; paragraphs are separate list items. Numbers, dates and sums arrive as they are to be
//! printed, because only the caller knows the reader's language.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// An answer to a parliamentary inquiry, ready to be printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerDocument {
    /// Language of the document: `de`, `en`, or with region, `de-DE`. Rules hyphenation.
    pub lang: String,
    /// Every fixed word that the template prints; [`crate::check::LABELS`] lists the keys.
    pub labels: BTreeMap<String, String>,
    /// The banner while nobody has released it.
    pub draft: Option<Banner>,
    /// The banner when this is an exercise.
    pub exercise: Option<Banner>,
    /// The contact point that answers. Also the document's author.
    pub issuer: String,
    /// What the inquiry is about. Also the document's title.
    pub title: String,
    /// Line above the title, such as "auf die Kleine Anfrage der Fraktion …". May be empty.
    pub subtitle: String,
    /// The inquiry's own number, such as "Drucksache 19/9523".
    pub reference: String,
    /// The inquiry's date, as printed.
    pub dated: String,
    /// Who asked. May be empty.
    pub askers: Vec<String>,
    /// The parliamentary group that asked. May be empty.
    pub fraction: String,
    /// When this document was made. Also the document's date.
    pub generated_at: Moment,
    /// The position of the journal at which every figure was counted.
    pub position: Position,
    /// Preliminary remark, by paragraph. May be empty.
    pub remarks: Vec<String>,
    /// What the answer says, in a few sentences by paragraph; the first is set as the lead. May be
    /// empty.
    pub summary: Vec<String>,
    /// The questions and answers.
    pub sections: Vec<Section>,
    /// What the answers rest on.
    pub sources: Vec<Source>,
    /// Every figure of the answers, with the definition of what was counted.
    pub figures: Vec<Figure>,
    /// How a reader can check this document, step by step.
    pub verification: Vec<String>,
    /// Fingerprints of what is published with this document.
    #[serde(default)]
    pub fingerprints: Vec<Fingerprint>,
}

/// Says what a document is not: released, or more than an exercise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Banner {
    /// One or two words for the running head of every page, such as "ÜBUNG".
    pub short: String,
    /// The full sentence, for the first page.
    pub text: String,
}

/// A point in time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moment {
    /// RFC 3339 in UTC, such as `2019-05-14T09:30:00Z`; fractions of a second are not printed.
    pub rfc3339: String,
    /// As printed, in the reader's language.
    pub printable: String,
}

/// A position of a journal: everything up to here was counted, nothing after it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// Name (origin) of the log.
    pub log: String,
    /// Number of entries.
    pub size: u64,
    /// Tree head over these entries, in the form that the verifier prints.
    pub root: String,
}

/// A part of the inquiry under one heading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// The heading, if the inquiry has one here.
    pub heading: Option<String>,
    /// The questions under it.
    pub questions: Vec<Question>,
}

/// One question with its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The number that the inquiry gives it, such as "26".
    pub number: String,
    /// The question, verbatim.
    pub text: String,
    /// Its sub-items, verbatim.
    pub sub_items: Vec<SubItem>,
    /// The answer, in parts.
    pub answers: Vec<AnswerPart>,
}

/// A sub-item of a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubItem {
    /// As the inquiry prints it, such as "a)".
    pub label: String,
    /// The sub-item, verbatim.
    pub text: String,
}

/// One part of an answer: a statement of one kind with its evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerPart {
    /// Which part of the question this answers, such as "26a". Printed unless it is empty or
    /// just the number of the question.
    pub key: String,
    /// Code of the kind of statement; not printed.
    pub kind: String,
    /// The kind in words, such as "Nachgewiesene Null".
    pub kind_label: String,
    /// The statement, by paragraph.
    pub text: Vec<String>,
    /// Tables that belong to it.
    pub tables: Vec<Table>,
    /// Numbers of the sources it rests on; each must be in [`AnswerDocument::sources`].
    pub notes: Vec<usize>,
    /// True when the part does not answer the question (not recorded, not known, reserved to a
    /// person). Printed with an open mark instead of a full one.
    pub missing: bool,
}

/// A table. Every row has as many cells as the header.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// What the table shows.
    pub caption: String,
    /// Head of each column.
    pub header: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<String>>,
}

/// Something an answer rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Number under which answers cite it, unique in the document.
    pub number: usize,
    /// Title.
    pub title: String,
    /// Who published or wrote it. May be empty.
    pub publisher: String,
    /// Its date, as printed. May be empty.
    pub dated: String,
    /// Where it can be read. Only `https:` and `http:` addresses become links. May be empty.
    pub url: String,
    /// Number of the journal entry that records it, if one does.
    pub entry: Option<u64>,
}

/// A figure with the definition of what was counted, and where. Figures that share a definition
/// or a log share its text: the appendix prints each text once and refers to it by number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// Identifier under which the published evidence holds it.
    pub id: String,
    /// Number of the question that it answers. Empty when it answers none in particular.
    pub question: String,
    /// What it is.
    pub label: String,
    /// The figure, as printed.
    pub value: String,
    /// What was counted, and how.
    pub definition: String,
    /// Name of the log it was counted in.
    pub log: String,
    /// Number of entries that were looked at.
    pub size: u64,
    /// How far others vouch for that log, in words.
    pub grade: String,
}

/// A fingerprint of something published with the document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fingerprint {
    /// What it is the fingerprint of, and by which method.
    pub label: String,
    /// The fingerprint.
    pub value: String,
}
