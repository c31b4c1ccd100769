//! Parliamentary inquiries: from the paper as printed to the list of everything it demands.
//!
//! A *Kleine Anfrage* is a printed paper, not a form. [`parse`] finds its head (title, members,
//! fraction, number), its questions with their sub-items, and inside every question the single
//! **demands**: each sentence with its kind, the condition under which it is put ("Wenn nein,
//! warum nicht?"), the form asked for ("bitte nach Jahren aufschlüsseln") and the papers it refers to.
//! Completeness of an answer is later judged demand by demand, so what is lost here is never answered.
//!
//! The rules were gathered on 768 papers of the 21st Bundestag and are rules about print, not about
//! single papers: no title, number or name of a paper occurs in this code.
//!
//! What it must never do: correct the text (misprints stay), guess in silence (see [`Doubt`]), panic,
//! or take more than linear time on text that anybody can send in. Only [`pdf_text`] does I/O.
//!
//! Where to start reading: [`parse`] below names the steps in their order; each step is a file.
//!
//! A paper without headings has no [`Inquiry::sections`]; questions printed before the first heading
//! belong to no section. A paper whose question part carries no number is one question, number 1.

mod brackets;
mod cleaning;
mod closing;
mod conditions;
mod dates;
mod demands;
mod error;
mod forms;
mod head;
mod headings;
mod hyphenation;
mod lead_in;
mod numbering;
mod pattern;
mod pdf;
mod references;
mod sentences;
mod source;
mod sub_items;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use error::{CutOff, InquiryError};
pub use pdf::{PdfError, pdf_text};

/// The largest source taken, in bytes: over a hundred times the longest inquiry measured.
pub const LIMIT: usize = 8 * 1024 * 1024;

/// One inquiry as printed, split into questions and demands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inquiry {
    /// What the paper calls itself.
    pub kind: InquiryKind,
    /// Number of the paper with its addition, such as `21/1026 (neu)`; unedited texts print none.
    pub drucksache: Option<String>,
    /// Day of print from the paper's head.
    #[serde(with = "dates::optional")]
    pub printed: Option<Date>,
    /// Title in one line; empty when none was found (then [`Doubt::NoTitle`]).
    pub title: String,
    /// Fraction or group that puts the inquiry.
    pub fraction: Option<String>,
    /// Members named in the head, in the order of print, with their titles.
    pub askers: Vec<String>,
    /// Place of signature.
    pub place: String,
    /// Day of signature. It may lie after the day of print; that is not corrected.
    #[serde(with = "dates::required")]
    pub dated: Date,
    /// Line of signatories under the date.
    pub signed_by: Option<String>,
    /// The sentence that opens the question part.
    pub lead_in: Option<String>,
    /// Text between lead-in and first question that holds for all questions.
    pub preface: Option<String>,
    /// Headings inside the question part, each with every number that stands under it.
    pub sections: Vec<Section>,
    /// The questions, numbered from 1 without gap.
    pub questions: Vec<Question>,
    /// Days named anywhere before the signature, in order of time.
    #[serde(with = "dates::list")]
    pub dates_named: Vec<Date>,
    /// What a person should look at in the paper as a whole.
    pub doubts: Vec<Doubt>,
    /// SHA-256 of the source's bytes in hexadecimal: ties this reading to the file that was handed in.
    pub source_sha256: String,
}

/// What an inquiry is under the Bundestag's rules of procedure (§§ 100 to 104 GO-BT).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum InquiryKind {
    /// § 104: answered in writing within fourteen days.
    #[serde(rename = "Kleine Anfrage")]
    Minor,
    /// §§ 100 to 102: the government says first whether and when it will answer.
    #[serde(rename = "Große Anfrage")]
    Major,
}

/// A heading of the question part and the questions under it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// The heading as printed, in one line.
    pub heading: String,
    /// All question numbers under it, not only the first and last.
    pub questions: Vec<u32>,
}

/// One numbered question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Its number in print; 1 for the single unnumbered question.
    pub number: u32,
    /// The whole question in one line, labels included, hyphenation undone.
    pub text: String,
    /// Labels of its sub-items in order: `a` to `z`, then `aa`, `bb` and on to `zzzz`.
    pub sub_items: Vec<String>,
    /// Stem, sub-items and tail in order of print.
    pub parts: Vec<Part>,
    /// Where it stands in the source.
    pub place: SourcePlace,
    /// Whether a person should check the split.
    pub confidence: Confidence,
    /// Why.
    pub doubts: Vec<Doubt>,
}

/// Lines and page of a source text, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourcePlace {
    /// First line.
    pub first_line: u32,
    /// Last line.
    pub last_line: u32,
    /// Page on which it begins, as far as page breaks or running heads tell.
    pub page: u32,
}

/// Stem, sub-item or tail of a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// `3` for the stem, `3a` for a sub-item, `3-tail` for the tail.
    pub key: DemandKey,
    /// Label of a sub-item; stem and tail have none.
    pub label: Option<String>,
    /// Which of the three it is.
    pub role: PartRole,
    /// Its sentences in order; never empty.
    pub sentences: Vec<Sentence>,
}

/// Role of a part inside its question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartRole {
    /// What is asked before the first sub-item, or the whole question.
    Stem,
    /// A labelled sub-item.
    Item,
    /// What follows the last sub-item and belongs to all of them: "(bitte nach Jahren aufschlüsseln)?".
    Tail,
}

/// Name of a demand within its inquiry: `9`, `9.2`, `17b`, `17b.3`, `6-tail`.
///
/// The first sentence of a part bears the part's key, each later one a full stop and its place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DemandKey(String);

impl DemandKey {
    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for DemandKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// One demand: a sentence that wants an answer, or says how or when one is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sentence {
    /// Its name; unique in the inquiry.
    pub key: DemandKey,
    /// The sentence as printed.
    pub text: String,
    /// What it does.
    pub kind: SentenceKind,
    /// The condition under which the whole sentence is put.
    pub condition: Option<Condition>,
    /// Conditions inside the sentence: "…, und wenn ja, welche?".
    pub inline_conditions: Vec<InlineCondition>,
    /// Papers, questions, press releases and links it names.
    pub references: Vec<Reference>,
    /// How the answer shall look.
    pub form: Vec<FormRequest>,
    /// Whether it asks for a number or an amount.
    pub counts: bool,
    /// The span of time it asks about, in its own words.
    pub period: Option<String>,
    /// Days it names.
    #[serde(with = "dates::list")]
    pub dates: Vec<Date>,
}

/// What a sentence does in its question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SentenceKind {
    /// Asks.
    Main,
    /// Asks only if its condition holds.
    Condition,
    /// Only says how the answer shall look.
    Form,
    /// Goes on with the open sentence of the stem: a topic in a list, or a clause.
    Continuation,
    /// Tells something and asks nothing.
    Statement,
}

/// A condition put before a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// What the answer must be for the sentence to apply.
    pub on: Outcome,
    /// The demand whose answer decides; none when the paper leaves it open.
    pub of: Option<DemandKey>,
    /// The condition in the paper's words.
    pub clause: String,
    /// Set when the sentence has no condition of its own but runs on in parallel with the one before:
    /// "Falls ja, wie viele Ersuchen wurden von A …? Wie viele Ersuchen wurden von B …?".
    pub inherited: bool,
}

/// What an answer must be for a conditional demand to apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// "Wenn ja", "Falls ja", "sollte dies der Fall sein".
    Yes,
    /// "Wenn nein", "Falls nicht".
    No,
    /// "Falls keine Informationen vorliegen".
    Unknown,
    /// A condition in words of its own, to be judged by a person.
    Stated,
}

/// A condition in the middle of a sentence, on the sentence itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InlineCondition {
    /// What the answer to the first half must be.
    pub on: Outcome,
    /// From the conjunction on to the end of what depends on it.
    pub text: String,
}

/// Something a sentence refers to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// What is named.
    pub kind: ReferenceKind,
    /// Number of the parliamentary paper, such as `18/1802`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub drucksache: Option<String>,
    /// Question in that paper as printed: `5`, or `Schriftliche Frage 1`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub question: Option<String>,
    /// Questions of the same inquiry, a range written out.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub questions: Vec<String>,
    /// The words of the reference.
    pub text: String,
}

/// What kind of thing is referred to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReferenceKind {
    /// A printed paper of the Bundestag.
    Paper,
    /// Another question of the same inquiry.
    Question,
    /// The record of a plenary sitting.
    Plenary,
    /// A press release.
    Press,
    /// An address on the Web.
    Link,
}

/// An instruction on the form of the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormRequest {
    /// The instruction as printed.
    pub text: String,
    /// What the answer shall be grouped by, in the paper's words.
    pub by: Option<String>,
}

/// Whether a split can be taken as it is. Nothing is published without a person's look all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// No rule had to choose between two readings.
    Certain,
    /// Show the source beside the result.
    Check,
}

/// A reason to look at the source again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// No title stands between the members and the preamble.
    NoTitle,
    /// Nothing but the length of its lines tells where the title ends.
    TitleGuessed,
    /// No fraction or group was found in the head.
    NoFraction,
    /// No lead-in was found; the question part begins at the first "1.".
    NoLeadIn,
    /// The question part has no number; it was taken as one question.
    Unnumbered,
    /// The number stands where a date or an ordinal could stand too.
    WeakNumber,
    /// Another line inside begins like a numbered question.
    NumberInside,
    /// The last part does not end like a sentence.
    NoFinalMark,
    /// Another line inside begins with a label that is out of turn.
    LabelInside,
}

/// Reads an inquiry from text.
///
/// # Errors
///
/// See [`InquiryError`]: empty, too large or binary text, an answer instead of an inquiry, text that is
/// no inquiry, and a paper that was cut off.
pub fn parse(text: &str) -> Result<Inquiry, InquiryError> {
    source::check_size(text.len())?;
    read(text, text.as_bytes())
}

/// Reads an inquiry from a file's bytes: text in UTF-8 (with or without byte order mark) or
/// Windows-1252, or a PDF with a text layer.
///
/// # Errors
///
/// As [`parse`], and [`InquiryError::Pdf`] when the PDF gives no text.
pub fn parse_bytes(bytes: &[u8]) -> Result<Inquiry, InquiryError> {
    source::check_size(bytes.len())?;
    let text = source::text(bytes)?;
    source::check_size(text.len())?;
    read(&text, bytes)
}

/// The steps of a reading, in order.
fn read(text: &str, source: &[u8]) -> Result<Inquiry, InquiryError> {
    source::check_text(text)?;
    let paper = cleaning::clean(text);
    head::refuse_answer(&paper)?;
    let lead_in = lead_in::find(&paper);
    let listing = numbering::find(&paper, lead_in.as_ref())?;
    let front = head::read(&paper, listing.head_ends);
    let closing = &listing.closing;

    let mut doubts = front.doubts();
    if lead_in.is_none() {
        doubts.push(Doubt::NoLeadIn);
    }
    let questions = demands::questions(&paper, &listing.blocks);
    Ok(Inquiry {
        kind: front.kind,
        drucksache: front.drucksache,
        printed: front.printed,
        title: front.title,
        fraction: front.fraction,
        askers: front.askers,
        place: closing.place.clone(),
        dated: closing.dated,
        signed_by: closing.signed_by.clone(),
        lead_in: lead_in.map(|lead_in| lead_in.text),
        preface: listing.preface.clone(),
        sections: headings::sections(&listing.blocks),
        questions,
        dates_named: dates::distinct(&hyphenation::join(
            paper
                .lines
                .iter()
                .take(closing.line)
                .map(|line| line.text.as_str()),
        )),
        doubts,
        source_sha256: hex::encode(Sha256::digest(source)),
    })
}
