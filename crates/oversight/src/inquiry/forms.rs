//! What is asked for beside the facts: their form, their number, their period.

use std::sync::LazyLock;

use regex::Regex;

use super::{FormRequest, brackets, pattern};

static PLEASE: LazyLock<Regex> = LazyLock::new(|| pattern::fixed(r"\b[Bb]itte\b"));
static BY: LazyLock<Regex> = LazyLock::new(|| {
    pattern::fixed(
        r"\bnach (.{2,200}?) (?:getrennt|sortiert|geordnet|gegliedert|aufgeschlüsselt|differenziert|aufschlüsseln|aufgliedern|auflisten|differenzieren|gliedern|unterteilen|unterscheiden|trennen|ordnen|ausweisen|darstellen|angeben|erläutern|nennen|benennen)\b",
    )
});
static COUNTS: LazyLock<Regex> = LazyLock::new(|| {
    pattern::fixed(
        r"(?i)\bwie ?(?:viele?[nrs]?|hoch|hohe[nrs]?|oft|lange|häufig|groß)\b|\bin welche[rm] (?:Höhe|Anzahl|Zahl|Umfang)\b",
    )
});
static PERIOD: LazyLock<Regex> = LazyLock::new(|| {
    pattern::fixed(
        r"\b(?:seit|von|zwischen|in den Jahren|im Jahre?|im Zeitraum)\b [^,;?()]{0,60}?\b(?:19|20)\d\d\b(?:(?: bis| und| –) [^,;?()]{0,40}?\b(?:19|20)\d\d\b)?|\bseit [^,;?()]{2,60}? bis zu[rm] [^,;?()]{2,40}? Anfrage\b",
    )
});

/// Instructions on the form: every "bitte …" in a bracket of its own, or at the end of a sentence.
pub(super) fn requests(sentence: &str) -> Vec<FormRequest> {
    let mut requests = Vec::new();
    let mut spans = None;
    let mut covered = 0;
    for please in PLEASE.find_iter(sentence) {
        let inside = sentence
            .get(..please.start())
            .is_some_and(|before| !before.is_empty() && !before.ends_with('('));
        // "Bitte" in mid-sentence is the noun.
        if please.start() < covered || (please.as_str() == "Bitte" && inside) {
            continue;
        }
        let spans = spans.get_or_insert_with(|| brackets::spans(sentence));
        let after = spans.partition_point(|span| span.end <= please.start());
        let bracket = spans
            .get(after..)
            .unwrap_or_default()
            .iter()
            .take(8)
            .find(|span| span.contains(&please.start()));
        let end = bracket.map_or(sentence.len(), |span| span.end.saturating_sub(1));
        let text = sentence
            .get(please.start()..end)
            .unwrap_or_default()
            .trim_end_matches([' ', '?', '.', ',', ';', ':']);
        covered = end;
        let by = BY.captures(text).map(|found| found[1].to_owned());
        requests.push(FormRequest {
            text: text.to_owned(),
            by,
        });
    }
    requests
}

/// Whether a sentence does nothing but say how the answer shall look.
pub(super) fn is_only_request(sentence: &str) -> bool {
    ["Bitte ", "bitte ", "(bitte ", "(Bitte "]
        .iter()
        .any(|word| sentence.starts_with(word))
}

/// Whether a sentence asks for a number or an amount (22 % of the questions measured do).
pub(super) fn counts(sentence: &str) -> bool {
    COUNTS.is_match(sentence)
}

/// The first span of time in a sentence, in its own words.
pub(super) fn period(sentence: &str) -> Option<String> {
    PERIOD.find(sentence).map(|found| found.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Promise: instructions are found in and outside brackets, with what to group by.
    #[test]
    fn finds_instructions() {
        let found = requests(
            "Welche (Ämter, Höfe; bitte nach Ländern und Jahren getrennt auflisten), und wenn ja, bitte nennen?",
        );
        let found: Vec<_> = found
            .iter()
            .map(|form| (form.text.as_str(), form.by.as_deref()))
            .collect();
        assert_eq!(
            found,
            [
                (
                    "bitte nach Ländern und Jahren getrennt auflisten",
                    Some("Ländern und Jahren")
                ),
                ("bitte nennen", None)
            ]
        );
        assert!(requests("Warum wurde keine Bitte geäußert?").is_empty());
        assert_eq!(requests("Bitte nennen.").len(), 1);
        assert!(is_only_request("(bitte nennen)?") && !is_only_request("Wie (bitte nennen)?"));
    }

    /// Promise: questions for figures are known.
    #[test]
    fn knows_questions_for_figures() {
        for text in [
            "Wie viele?",
            "In wie vielen Fällen?",
            "wie hoch",
            "In welcher Höhe?",
            "wie oft",
        ] {
            assert!(counts(text), "{text}");
        }
        assert!(!counts("Wie wird gezählt?"));
    }

    /// Promise: the span of time is taken in its own words.
    #[test]
    fn finds_periods() {
        assert_eq!(
            period("Wie viele seit dem Jahr 2015 jährlich?").as_deref(),
            Some("seit dem Jahr 2015")
        );
        assert_eq!(
            period("jeweils von 2021 bis 2024?").as_deref(),
            Some("von 2021 bis 2024")
        );
        assert_eq!(
            period("gab es seit Arbeitsaufnahme bis zur Einreichung dieser Anfrage bei").as_deref(),
            Some("seit Arbeitsaufnahme bis zur Einreichung dieser Anfrage")
        );
        assert_eq!(period("Wie viele?"), None);
    }
}
