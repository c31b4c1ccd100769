//! The line "Berlin, den 2. April 2019" and the signatories under it.

use std::sync::LazyLock;

use jiff::civil::Date;
use regex::Regex;

use super::cleaning::Paper;
use super::{InquiryError, dates, hyphenation, pattern};

/// How many lines the signatories may take.
const SIGNATORY_LINES: usize = 8;

/// End of an inquiry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Closing {
    /// Index of its line.
    pub line: usize,
    /// Place of signature.
    pub place: String,
    /// Day of signature.
    pub dated: Date,
    /// Signatories in one line.
    pub signed_by: Option<String>,
}

/// The blank after the comma is missing in some papers, "den" in others.
static CLOSING: LazyLock<Regex> = LazyLock::new(|| {
    pattern::fixed(
        r"^(?:(Berlin), ?(?:den )?|(\p{Lu}[\p{L} -]{2,30}), ?den )(\d{1,2}\. ?(?:\p{L}{3,9}|\d{1,2}\.) ?\d{4})\.?$",
    )
});

/// The first closing line from the line `from` on; none when there is none.
pub(super) fn find(paper: &Paper, from: usize) -> Result<Option<Closing>, InquiryError> {
    let candidates = paper
        .lines
        .iter()
        .enumerate()
        .skip(from)
        .filter(|(_, line)| line.text.len() < 100);
    for (index, line) in candidates {
        let Some(found) = CLOSING.captures(&line.text) else {
            continue;
        };
        let place = found
            .get(1)
            .or_else(|| found.get(2))
            .map_or("", |place| place.as_str());
        let dated = dates::single(&found[3]).ok_or_else(|| InquiryError::NoSuchDay {
            day: found[3].to_owned(),
        })?;
        return Ok(Some(Closing {
            line: index,
            place: place.to_owned(),
            dated,
            signed_by: signed_by(paper, index + 1),
        }));
    }
    Ok(None)
}

/// The paragraph under the date, up to the word "Fraktion" or "Gruppe" that ends it in print.
fn signed_by(paper: &Paper, from: usize) -> Option<String> {
    let mut lines = Vec::new();
    for line in paper.lines.iter().skip(from).take(SIGNATORY_LINES) {
        if line.text.is_empty() && !lines.is_empty() {
            break;
        }
        lines.push(line.text.as_str());
        if line.text.ends_with("Fraktion") || line.text.ends_with("Gruppe") {
            break;
        }
    }
    Some(hyphenation::join(lines)).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::cleaning;
    use super::*;

    fn found(text: &str) -> Result<Option<(String, String)>, InquiryError> {
        let closing = find(&cleaning::clean(text), 0)?;
        Ok(closing.map(|closing| {
            (
                closing.dated.to_string(),
                closing.signed_by.unwrap_or_default(),
            )
        }))
    }

    /// Promise: the closing line is known in its variants, with the signatories and nothing after them.
    #[test]
    fn reads_day_and_signatories() {
        let expected = Some((
            "2025-06-04".to_owned(),
            "A. Muster, B. Bei-Spiel und Fraktion".to_owned(),
        ));
        for line in [
            "Berlin, den 4. Juni 2025",
            "Berlin,den 04. Juni 2025",
            "Berlin, 4.6.2025",
            "Musterstadt, den 4. Juni 2025",
        ] {
            let text = format!("Wie?\n{line}\n\nA. Muster, B. Bei-\nSpiel und Fraktion\nDruckerei");
            assert_eq!(found(&text).unwrap(), expected, "{line}");
        }
    }

    /// Promise: a sentence that only begins alike is no closing, and an impossible day is named.
    #[test]
    fn refuses_other_lines_and_impossible_days() {
        assert_eq!(
            found("Berlin, den 4. Juni 2025 getroffenen Abreden").unwrap(),
            None
        );
        assert!(
            matches!(found("Berlin, den 31. April 2025"), Err(InquiryError::NoSuchDay { day }) if day == "31. April 2025")
        );
    }
}
