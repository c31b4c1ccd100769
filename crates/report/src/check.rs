//! What must hold in an answer beyond its shape, checked before anything is typeset.
//!
//! A fault names the place in the data, because a template error would name a place in the
//! template, which tells the person who made the data nothing.

use std::collections::BTreeSet;

use typst::foundations::Datetime;

use crate::answer::{AnswerDocument, Question, Table};
use crate::pdf::ReportError;

/// The labels that the answer template prints. `{…}` marks what the template fills in.
pub const LABELS: [&str; 31] = [
    "answer",         // kicker above the title: "Antwort"
    "reference",      // "Anfrage"
    "dated",          // "vom"
    "askers",         // "Fragesteller"
    "fraction",       // "Fraktion"
    "as_of",          // "Stand der Antwort"
    "journal",        // "Journal"
    "position",       // "{size} Einträge"
    "root",           // "Baumkopf"
    "summary",        // "Zusammenfassung"
    "remarks",        // "Vorbemerkung"
    "questions",      // "Fragen und Antworten"
    "question",       // "Frage {number}"
    "entry",          // "Eintrag {entry}"
    "appendix",       // "Anhang"
    "sources",        // "Quellen"
    "figures",        // "Zahlen und was gezählt wurde"
    "figure",         // "Zahl"
    "figure_id",      // "Kennung"
    "value",          // "Wert"
    "definition",     // "Gezählt wurde"
    "definition_ref", // "Def.", head of the column of definition numbers
    "counted_in",     // "Gezählt in"
    "log_ref",        // "Log", head of the column of log numbers
    "grade",          // "Beweisgrad"
    "grades_text",    // what each grade means
    "verification",   // "So lässt sich diese Antwort nachprüfen"
    "fingerprints",   // "Fingerabdrücke"
    "fingerprint_of", // "Gegenstand"
    "fingerprint",    // "Fingerabdruck"
    "page",           // "Seite {page} von {pages}"
];

/// More text than this is not an answer but an attempt to keep the machine busy.
const TEXT_BYTES_MAX: usize = 8 * 1024 * 1024;
const TABLE_COLUMNS_MAX: usize = 12;

/// Checks an answer; the first fault found is returned.
///
/// # Errors
/// [`ReportError::Data`] with the place and the fault.
pub fn check(document: &AnswerDocument) -> Result<(), ReportError> {
    if !is_language(&document.lang) {
        return Err(fault(
            "lang",
            format!("{:?} is not a language such as de or de-DE", document.lang),
        ));
    }
    for label in LABELS {
        if !document.labels.contains_key(label) {
            return Err(fault(&format!("labels.{label}"), "missing".to_owned()));
        }
    }
    for (path, text) in [("issuer", &document.issuer), ("title", &document.title)] {
        if text.trim().is_empty() {
            return Err(fault(path, "empty".to_owned()));
        }
    }
    if utc_time(&document.generated_at.rfc3339).is_none() {
        let message = format!(
            "{:?} is not a UTC time in RFC 3339",
            document.generated_at.rfc3339
        );
        return Err(fault("generated_at.rfc3339", message));
    }
    let sources = source_numbers(document)?;
    for (s, section) in document.sections.iter().enumerate() {
        for (q, question) in section.questions.iter().enumerate() {
            check_question(&format!("sections[{s}].questions[{q}]"), question, &sources)?;
        }
    }
    Ok(())
}

/// Refuses data that is too long before any work is spent on it.
pub(crate) fn check_size(json: &[u8]) -> Result<(), ReportError> {
    if json.len() > TEXT_BYTES_MAX {
        let message = format!("{} bytes, at most {TEXT_BYTES_MAX} are typeset", json.len());
        return Err(fault("", message));
    }
    Ok(())
}

fn source_numbers(document: &AnswerDocument) -> Result<BTreeSet<usize>, ReportError> {
    let mut numbers = BTreeSet::new();
    for (i, source) in document.sources.iter().enumerate() {
        if !numbers.insert(source.number) {
            let message = format!("number {} occurs twice", source.number);
            return Err(fault(&format!("sources[{i}].number"), message));
        }
    }
    Ok(numbers)
}

fn check_question(
    path: &str,
    question: &Question,
    sources: &BTreeSet<usize>,
) -> Result<(), ReportError> {
    for (a, part) in question.answers.iter().enumerate() {
        let path = format!("{path}.answers[{a}]");
        if let Some(note) = part.notes.iter().find(|note| !sources.contains(note)) {
            return Err(fault(
                &format!("{path}.notes"),
                format!("there is no source {note}"),
            ));
        }
        for (t, table) in part.tables.iter().enumerate() {
            check_table(&format!("{path}.tables[{t}]"), table)?;
        }
    }
    Ok(())
}

fn check_table(path: &str, table: &Table) -> Result<(), ReportError> {
    let columns = table.header.len();
    if columns == 0 || columns > TABLE_COLUMNS_MAX {
        let message = format!("{columns} columns, 1 to {TABLE_COLUMNS_MAX} can be printed");
        return Err(fault(&format!("{path}.header"), message));
    }
    match table
        .rows
        .iter()
        .enumerate()
        .find(|(_, row)| row.len() != columns)
    {
        None => Ok(()),
        Some((r, row)) => {
            let message = format!("{} cells, the header has {columns}", row.len());
            Err(fault(&format!("{path}.rows[{r}]"), message))
        }
    }
}

/// Language and optional region in the form that Typst and PDF share.
fn is_language(tag: &str) -> bool {
    let (language, region) = match tag.split_once('-') {
        Some((language, region)) => (language, Some(region)),
        None => (tag, None),
    };
    matches!(language.len(), 2 | 3)
        && language.bytes().all(|b| b.is_ascii_lowercase())
        && region.is_none_or(|r| r.len() == 2 && r.bytes().all(|b| b.is_ascii_uppercase()))
}

/// Reads `YYYY-MM-DDTHH:MM:SS`, an optional fraction, `Z`. The fraction is dropped.
pub(crate) fn utc_time(text: &str) -> Option<Datetime> {
    let (seconds, rest) = text.split_at_checked(19)?;
    let in_form = seconds
        .bytes()
        .zip("dddd-dd-ddTdd:dd:dd".bytes())
        .all(|(byte, form)| {
            if form == b'd' {
                byte.is_ascii_digit()
            } else {
                byte == form
            }
        });
    let fraction = rest.strip_suffix('Z')?;
    let digits = fraction.strip_prefix('.').unwrap_or("0");
    let fraction_in_form = fraction.is_empty()
        || (fraction.starts_with('.')
            && !digits.is_empty()
            && digits.bytes().all(|b| b.is_ascii_digit()));
    if !in_form || !fraction_in_form {
        return None;
    }
    let field = |from: usize, to: usize| seconds.get(from..to)?.parse::<u8>().ok();
    Datetime::from_ymd_hms(
        seconds.get(..4)?.parse().ok()?,
        field(5, 7)?,
        field(8, 10)?,
        field(11, 13)?,
        field(14, 16)?,
        field(17, 19)?,
    )
}

fn fault(path: &str, message: String) -> ReportError {
    ReportError::Data {
        path: path.to_owned(),
        message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pdf::Template;

    /// Promise: the date in the file's metadata is a real moment, not a guess at one.
    #[test]
    fn only_utc_times_pass() {
        for good in ["2019-05-14T09:30:00Z", "2019-05-14T09:30:00.123Z"] {
            assert!(utc_time(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "2019-05-14",
            "2019-05-14T09:30:00",
            "2019-05-14T09:30:00+02:00",
            "2019-13-14T09:30:00Z",
            "2019-02-29T09:30:00Z",
            "2019-05-14T09:30:00Z.",
            "2019-05-14T09:30:00x1Z",
            "2019-05-14T24:30:00Z",
            "2019-05-14T09:30:00.Z",
            "2019-05-14T09:30:0äZ",
            "äää9-05-14T09:30:00Z",
        ] {
            assert!(utc_time(bad).is_none(), "{bad}");
        }
    }

    /// Promise: the template prints exactly the words that the check asks for.
    #[test]
    fn labels_are_those_of_the_template() {
        let text = Template::InquiryAnswer.text();
        let used: BTreeSet<&str> = text
            .split("word.")
            .skip(1)
            .filter_map(|rest| {
                rest.split(|c: char| !c.is_ascii_lowercase() && c != '_')
                    .next()
            })
            .collect();
        assert_eq!(used, BTreeSet::from(LABELS));
    }

    /// Promise: a language tag is one the archive and screen readers understand.
    #[test]
    fn only_language_tags_pass() {
        for good in ["de", "en", "de-DE", "deu"] {
            assert!(is_language(good), "{good}");
        }
        for bad in ["", "d", "DE", "de-de", "de_DE", "de-", "deutsch"] {
            assert!(!is_language(bad), "{bad}");
        }
    }
}
