//! The sentence that opens the question part.

use std::sync::LazyLock;

use regex::Regex;

use super::cleaning::Paper;
use super::{hyphenation, numbering, pattern, sentences};

/// How many lines a lead-in may run over.
const LINES: usize = 5;

/// How many lines (headings, a remark) may stand between the lead-in and question 1.
const LINES_TO_FIRST: usize = 8;

/// A longer sentence is no lead-in.
const LENGTH: usize = 600;

/// Where a lead-in was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LeadIn {
    /// The sentence in one line.
    pub text: String,
    /// Index of the line after it.
    pub after: usize,
}

/// An asking word and somebody or something asked. 754 of 768 papers have exactly "Wir fragen die
/// Bundesregierung:"; the others vary both halves.
static ASKS: LazyLock<Regex> = LazyLock::new(|| {
    pattern::fixed(
        r"(?i)\b(?:fragen|fragt|erfragen|erfragt|befragen|gefragt|bitten|bittet|richten|richtet|stellen|stellt|ersuchen)\b",
    )
});
static ASKED: LazyLock<Regex> = LazyLock::new(|| {
    pattern::fixed(
        r"(?i)\b(?:Bundesregierung|folgende[nrs]?|nachfolgende[nrs]?|nachstehende[nrs]?|Fragesteller(?:innen|n)?|Fragestellenden?|Anfragesteller(?:innen|n)?|wir)\b",
    )
});

/// The plain wording, taken also where its colon is missing.
static PLAIN: LazyLock<Regex> = LazyLock::new(|| {
    pattern::fixed(r"(?i)\b(?:wir fragen|fragen wir)\b.{0,120}\bBundesregierung\b[ .…;,]*$")
});

/// The last lead-in that question 1 follows; without such, the last one at all.
pub(super) fn find(paper: &Paper) -> Option<LeadIn> {
    let mut fallback = None;
    for end in (0..paper.lines.len()).rev() {
        let Some(lead_in) = ending_at(paper, end) else {
            continue;
        };
        if numbering::opens_within(paper, lead_in.after, LINES_TO_FIRST) {
            return Some(lead_in);
        }
        fallback.get_or_insert(lead_in);
    }
    fallback
}

/// The lead-in that ends with the line `end`, if one does.
fn ending_at(paper: &Paper, end: usize) -> Option<LeadIn> {
    let line = &paper.lines.get(end)?.text;
    let colon = line.ends_with(':');
    if line.len() > LENGTH || !(colon || line.contains("Bundesregierung")) {
        return None;
    }
    let start = (end.saturating_sub(LINES - 1)..end)
        .rev()
        .take_while(|index| {
            paper.lines.get(*index).is_some_and(|line| {
                !line.text.is_empty()
                    && line.text.len() <= LENGTH
                    && !line.text.ends_with(['.', '?', '!', ':'])
            })
        })
        .last()
        .unwrap_or(end);
    let text = hyphenation::join(
        paper
            .lines
            .get(start..=end)?
            .iter()
            .map(|line| line.text.as_str()),
    );
    let sentence = *sentences::split(&text).last()?;
    let fits = sentence.len() <= LENGTH
        && if colon {
            ASKS.is_match(sentence)
                && ASKED.is_match(sentence)
                && !numbering::looks_numbered(sentence)
        } else {
            PLAIN.is_match(sentence)
        };
    fits.then(|| LeadIn {
        text: sentence.to_owned(),
        after: end + 1,
    })
}

#[cfg(test)]
mod tests {
    use super::super::cleaning;
    use super::*;

    fn found(text: &str) -> Option<(String, usize)> {
        find(&cleaning::clean(text)).map(|lead_in| (lead_in.text, lead_in.after))
    }

    /// Promise: the family of wordings is known, over two lines and without colon too.
    #[test]
    fn knows_the_family_of_lead_ins() {
        for (text, lead_in) in [
            (
                "Vorrede.\nWir fragen die Bundesregierung:\n1. Wie?",
                "Wir fragen die Bundesregierung:",
            ),
            (
                "So ist es. Wir fragen die Bundesregierung\n1. Wie?",
                "Wir fragen die Bundesregierung",
            ),
            (
                "Vorrede.\nAus diesem Grund erfragen die Fragestellenden folgende\nVorhaben der Bundesregierung:\n1. Wie?",
                "Aus diesem Grund erfragen die Fragestellenden folgende Vorhaben der Bundesregierung:",
            ),
            (
                "Wir richten folgende Fragen an die Bundesregierung:\n\nTeil\n1. Wie?",
                "Wir richten folgende Fragen an die Bundesregierung:",
            ),
        ] {
            assert_eq!(found(text).map(|found| found.0).as_deref(), Some(lead_in));
        }
    }

    /// Promise: the last lead-in counts, and one inside a question does not.
    #[test]
    fn takes_the_last_one_that_a_question_follows() {
        let text = "Wir fragen die Bundesregierung:\nnoch nichts.\nNun fragen wir die Bundesregierung:\n1. Wer sagte:\n„Wir fragen die Bundesregierung:\nja“?";
        assert_eq!(
            found(text),
            Some(("Nun fragen wir die Bundesregierung:".to_owned(), 3))
        );
    }

    /// Promise: running text is no lead-in.
    #[test]
    fn refuses_running_text() {
        assert_eq!(
            found("Die Bundesregierung hat Folgendes vor:\n1. Wie?"),
            None
        );
        assert_eq!(
            found("Wir fragen uns, was die Bundesregierung plant."),
            None
        );
    }
}
