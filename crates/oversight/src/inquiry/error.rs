//! What can be wrong with a paper that is handed in, and what to do about it.

use super::{LIMIT, PdfError};

/// Why a source was not taken as an inquiry. Each message tells what was looked for and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InquiryError {
    /// No letters at all.
    #[error("the paper is empty: hand in the inquiry as text or as a PDF that holds text")]
    Empty,
    /// More than [`LIMIT`] bytes.
    #[error(
        "the paper has {bytes} bytes, {LIMIT} are taken: hand in the inquiry alone, without annexes"
    )]
    TooLarge {
        /// Size of the source in bytes.
        bytes: usize,
    },
    /// Neither text nor PDF.
    #[error(
        "the file is neither text (UTF-8 or Windows-1252) nor a PDF: export the inquiry as text or PDF and hand that in"
    )]
    Binary,
    /// The government's answer, which reprints the questions.
    #[error(
        "this is an answer, not an inquiry: its head reads \"Antwort der Bundesregierung\"; hand in the inquiry {}",
        inquiry.as_deref().map_or_else(|| "it answers".to_owned(), |number| format!("Drucksache {number}"))
    )]
    Answer {
        /// Number of the inquiry that it answers, where its head names it.
        inquiry: Option<String>,
    },
    /// Nothing in the text looks like an inquiry.
    #[error(
        "the text is no inquiry: neither a lead-in such as \"Wir fragen die Bundesregierung:\" nor a line that begins with \"1.\" and asks was found; check that the right file was handed in"
    )]
    NotAnInquiry,
    /// A part of the paper is missing.
    #[error("the inquiry is cut off: {0}; hand in the whole paper")]
    CutOff(CutOff),
    /// The closing line has a date that no calendar knows.
    #[error(
        "the closing line names the day {day:?}, which does not exist: correct the text and hand it in again"
    )]
    NoSuchDay {
        /// The day as printed.
        day: String,
    },
    /// The PDF could not be turned into text.
    #[error(transparent)]
    Pdf(#[from] PdfError),
}

/// How it shows that a part of a paper is missing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CutOff {
    /// The head of an inquiry without any question.
    #[error("it has the head of an inquiry but no lead-in and no question")]
    NoQuestions,
    /// No closing line.
    #[error(
        "no closing line such as \"Berlin, den 2. April 2019\" follows question {last}{}",
        if *mid_sentence { ", which ends in mid-sentence" } else { "" }
    )]
    NoClosing {
        /// The last question that was found.
        last: u32,
        /// Whether the text stops inside a sentence.
        mid_sentence: bool,
    },
    /// The numbers of the questions do not follow one another.
    #[error("the numbering jumps from {after} to {found} (line {line})")]
    Gap {
        /// Last number in order; 0 when question 1 is missing.
        after: u32,
        /// Number found instead of the next.
        found: u32,
        /// Line of the source, counted from 1.
        line: u32,
    },
}
