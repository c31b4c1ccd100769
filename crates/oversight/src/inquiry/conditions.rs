//! Conditions: "Wenn ja", "Falls nein", "sollte dies der Fall sein", before a sentence and inside it.

use std::sync::LazyLock;

use regex::Regex;

use super::{InlineCondition, Outcome, brackets, pattern, sentences};

/// A condition is told from its first words; more is not looked at.
const REACH: usize = 400;

static YES: LazyLock<Regex> = LazyLock::new(|| {
    pattern::fixed(
        r"(?i)^(?:(?:und|oder),? )?(?:(?:wenn|falls|sofern) ja\b|(?:wenn|falls|sofern|sollten?) (?:dies|das|dem) (?:so|der Fall|zutr\w+)\b|im Falle?(?: der| einer)? Bejahung\b|bejahendenfalls\b)",
    )
});
static NO: LazyLock<Regex> = LazyLock::new(|| {
    pattern::fixed(
        r"(?i)^(?:(?:und|oder),? )?(?:(?:wenn|falls|sofern) (?:nein\b|nicht ?(?:[,?:;)]|$|warum\b))|(?:wenn|falls|sofern|sollten?) (?:dies|das|dem) nicht (?:\w+ )?(?:so|der Fall|zutr\w+)\b|im Falle?(?: der| einer)? Verneinung\b|verneinendenfalls\b)",
    )
});
static UNKNOWN: LazyLock<Regex> = LazyLock::new(|| {
    pattern::fixed(
        r"(?i)^(?:(?:und|oder),? )?(?:wenn|falls|sofern|sollten?) [^,?]{0,200}?\b(?:kein\w*|nicht)\b[^,?]{0,200}?\b(?:vorlieg\w*|vorhanden|bekannt|verfüg\w*)\b",
    )
});
static STATED: LazyLock<Regex> =
    LazyLock::new(|| pattern::fixed(r"(?i)^(?:(?:und|oder),? )?(?:wenn|falls|sofern)\b"));
static INLINE: LazyLock<Regex> = LazyLock::new(|| {
    pattern::fixed(
        r"(?i)\b(?:(?:und|oder),? )?(?:(?:wenn|falls|sofern) (?:ja\b|nein\b|nicht(?:[,?:;)]| warum\b))|(?:wenn|falls|sofern|sollten?) (?:dies|das|dem) (?:nicht )?(?:so|der Fall|zutr\w+)\b)",
    )
});
static NAMED: LazyLock<Regex> =
    LazyLock::new(|| pattern::fixed(r"\bFrage (\d{1,3})(?: ?([a-z]{1,4})\)|([a-z])\b)?"));
static ANSWERED: LazyLock<Regex> = LazyLock::new(|| {
    pattern::fixed(r"(?i)\b(?:(?:mit „?)(ja|nein)\b|(bejah\w+|zustimm\w+)|(vernein\w+))")
});

/// A condition at the beginning of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Opening<'a> {
    pub on: Outcome,
    /// The condition in the sentence's words.
    pub clause: &'a str,
    /// The rest of the sentence.
    pub main: &'a str,
    /// Number (and label) of a question that the condition names.
    pub names: Option<String>,
}

/// Whether a sentence begins with a condition.
pub(super) fn opens(sentence: &str) -> bool {
    outcome(start_of(sentence)).is_some()
}

/// The condition at a sentence's beginning.
pub(super) fn opening(sentence: &str) -> Option<Opening<'_>> {
    let (on, matched) = outcome(start_of(sentence))?;
    let end = clause_end(sentence, on, matched);
    let (clause, rest) = sentence.split_at_checked(end)?;
    let named = NAMED.captures(clause);
    let names = named.as_ref().map(|named| {
        let label = named
            .get(2)
            .or_else(|| named.get(3))
            .map_or("", |label| label.as_str());
        format!("{}{label}", &named[1])
    });
    let on = match (on, &names) {
        (Outcome::Stated, Some(_)) => answered(clause).unwrap_or(on),
        _ => on,
    };
    Some(Opening {
        on,
        clause: clause.trim(),
        main: rest.trim_start_matches([',', ':', ' ']),
        names,
    })
}

fn start_of(sentence: &str) -> &str {
    let mut end = sentence.len().min(REACH);
    while !sentence.is_char_boundary(end) {
        end -= 1;
    }
    sentence.get(..end).unwrap_or(sentence)
}

fn outcome(start: &str) -> Option<(Outcome, usize)> {
    let table = [
        (&YES, Outcome::Yes),
        (&NO, Outcome::No),
        (&UNKNOWN, Outcome::Unknown),
        (&STATED, Outcome::Stated),
    ];
    table
        .iter()
        .find_map(|(pattern, outcome)| pattern.find(start).map(|found| (*outcome, found.end())))
}

/// What "Wenn Frage 3 bejaht wird" waits for.
fn answered(clause: &str) -> Option<Outcome> {
    let found = ANSWERED.captures(clause)?;
    let said = found.get(1).map(|word| word.as_str().to_lowercase());
    Some(
        if found.get(3).is_some() || said.as_deref() == Some("nein") {
            Outcome::No
        } else {
            Outcome::Yes
        },
    )
}

/// A condition ends at the comma behind which the question begins, else at its first comma.
fn clause_end(sentence: &str, on: Outcome, matched: usize) -> usize {
    let start = start_of(sentence);
    let closed = brackets::outermost(&brackets::spans(start));
    let mut commas = start
        .match_indices(", ")
        .map(|(place, _)| place)
        .filter(|place| *place + 1 >= matched && !closed.iter().any(|span| span.contains(place)));
    let first = commas.clone().next();
    let short = matches!(on, Outcome::Yes | Outcome::No);
    let asks = commas.find(|place| {
        let rest = sentence.get(place + 2..).unwrap_or_default();
        sentences::opens_with_question_word(rest) || sentences::opens_with_verb(&capitalised(rest))
    });
    let end = if short {
        first.filter(|place| *place <= matched + 60)
    } else {
        asks.or(first)
    };
    end.unwrap_or_else(|| {
        matched.min(
            sentence
                .trim_end_matches(['?', '.', ',', ';', ':', ')'])
                .len(),
        )
    })
}

/// The first word with a capital, as verbs stand in the list.
fn capitalised(rest: &str) -> String {
    let word = rest.split(' ').next().unwrap_or_default();
    let mut letters = word.chars().take(30);
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// Conditions inside a sentence, each up to the next one, the end of its bracket or the sentence's end.
pub(super) fn inline(sentence: &str) -> Vec<InlineCondition> {
    let found: Vec<_> = INLINE
        .find_iter(sentence)
        .filter(|found| found.start() > 0)
        .collect();
    if found.is_empty() {
        return Vec::new();
    }
    let spans = brackets::spans(sentence);
    found
        .iter()
        .enumerate()
        .map(|(index, condition)| {
            let next = found
                .get(index + 1)
                .map_or(sentence.len(), regex::Match::start);
            // Spans are ordered by their end, so the first one around the condition is the innermost.
            let bracket = spans.partition_point(|span| span.end <= condition.start());
            let bracket = spans
                .get(bracket..)
                .unwrap_or_default()
                .iter()
                .take(8)
                .find(|span| span.contains(&condition.start()));
            let end = next.min(bracket.map_or(sentence.len(), |span| span.end.saturating_sub(1)));
            let text = sentence.get(condition.start()..end).unwrap_or_default();
            let words = condition.as_str().to_lowercase();
            let no = words.contains("nein") || words.contains("nicht");
            let text = text
                .trim_end_matches([' ', ',', '?', ';', ':', '.'])
                .to_owned();
            InlineCondition {
                on: if no { Outcome::No } else { Outcome::Yes },
                text,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Promise: each wording of a condition is read as what must be answered for the question to apply.
    #[test]
    fn reads_conditions() {
        for (sentence, on, clause) in [
            ("Wenn ja, welche?", Outcome::Yes, "Wenn ja"),
            ("Wenn ja welche?", Outcome::Yes, "Wenn ja"),
            (
                "und wenn nein, wird sie dies tun?",
                Outcome::No,
                "und wenn nein",
            ),
            ("Wenn nicht, warum?", Outcome::No, "Wenn nicht"),
            (
                "Falls dies nicht immer der Fall ist, welche Schritte plant sie?",
                Outcome::No,
                "Falls dies nicht immer der Fall ist",
            ),
            (
                "Sollte dies der Fall sein, wie?",
                Outcome::Yes,
                "Sollte dies der Fall sein",
            ),
            (
                "Falls keine genauen Angaben, auch nicht geschätzt, vorliegen, wer weiß es?",
                Outcome::Stated,
                "Falls keine genauen Angaben, auch nicht geschätzt, vorliegen",
            ),
            (
                "Falls keine genauen Informationen über alle vorliegen, welche Ämter waren da?",
                Outcome::Unknown,
                "Falls keine genauen Informationen über alle vorliegen",
            ),
            (
                "Falls es mehrere sind, wie arbeiten sie zusammen?",
                Outcome::Stated,
                "Falls es mehrere sind",
            ),
        ] {
            let opening = opening(sentence).unwrap();
            assert_eq!((opening.on, opening.clause), (on, clause), "{sentence}");
        }
        assert!(!opens("Sollte die Bahn schneller fahren?"));
        assert!(!opens("Wie ist es, wenn nein?"));
    }

    /// Promise: a condition on another question names that question.
    #[test]
    fn reads_the_question_that_is_named() {
        let opening = opening("Falls Frage 3 b) bejaht wird, seit wann?").unwrap();
        assert_eq!(
            (opening.on, opening.names.as_deref(), opening.main),
            (Outcome::Yes, Some("3b"), "seit wann?")
        );
    }

    /// Promise: conditions in mid-sentence are found with what depends on them.
    #[test]
    fn reads_inline_conditions() {
        let found = inline(
            "Gab es dies (falls ja, bitte mit Datum), und wenn ja, wo, und wenn nein, warum nicht?",
        );
        let found: Vec<_> = found
            .iter()
            .map(|condition| (condition.on, condition.text.as_str()))
            .collect();
        assert_eq!(
            found,
            [
                (Outcome::Yes, "falls ja, bitte mit Datum"),
                (Outcome::Yes, "und wenn ja, wo"),
                (Outcome::No, "und wenn nein, warum nicht")
            ]
        );
        assert!(inline("Wenn ja, welche?").is_empty());
    }
}
