//! What a sentence refers to: printed papers, other questions, plenary records, press releases, links.

use std::sync::LazyLock;

use regex::Regex;

use super::{Reference, ReferenceKind, pattern};

/// How far before a paper's number the question in it may be named, in bytes.
const BEFORE: usize = 220;

/// How far behind a paper's number the question in it may be named, in bytes.
const AFTER: usize = 60;

/// A range of questions is written out up to this length; no inquiry had more questions.
const LONGEST_RANGE: u32 = 200;

static PAPER: LazyLock<Regex> = LazyLock::new(|| {
    pattern::fixed(
        r"(?:[Dd]rucksachen?|\bDrs\.?|\bDrucks\.) (\d{1,2}/\d{1,6})((?:(?:,| und| sowie) \d{1,2}/\d{2,6})*)",
    )
});
static ITS_QUESTION: LazyLock<Regex> = LazyLock::new(|| {
    pattern::fixed(r"\b(?:(Schriftliche|Mündliche)n? )?Fragen? (\d{1,3}[a-z]?)\b")
});
static QUESTION_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    pattern::fixed(r"^,? (?:Antwort(?:en)? )?(?:zu|auf) (?:die )?Frage (\d{1,3}[a-z]?)\b")
});
static QUESTIONS: LazyLock<Regex> = LazyLock::new(|| {
    pattern::fixed(
        r"\bFragen? (\d{1,3}(?:[a-z]\b| ?[a-z]{1,4}\))?(?:(?:, | und | bis | sowie | oder )\d{1,3}(?:[a-z]\b| ?[a-z]{1,4}\))?)*)",
    )
});
static OTHER: LazyLock<Regex> = LazyLock::new(|| {
    pattern::fixed(
        r"(?P<plenary>Plenarprotokoll \d{1,2}/\d{1,4})|(?P<press>Pressemitteilung(?:en)? [^,;()?]{0,100}?\d{1,2}\. \p{L}+ \d{4})|(?P<link>(?:https?://|www\.)[^ ]+)",
    )
});

/// Everything a sentence refers to, papers first.
pub(super) fn find(sentence: &str) -> Vec<Reference> {
    let mut references = Vec::new();
    let mut used: Vec<usize> = Vec::new();
    let mut from = 0;
    for paper in PAPER.captures_iter(sentence) {
        let Some(whole) = paper.get(0) else { continue };
        let before = window(
            sentence,
            from.max(whole.start().saturating_sub(BEFORE)),
            whole.start(),
        );
        let offset = whole.start() - before.len();
        let named = ITS_QUESTION.captures_iter(before).last();
        let behind = window(sentence, whole.end(), whole.end().saturating_add(AFTER));
        let question = match (QUESTION_AFTER.captures(behind), &named) {
            (Some(behind), _) => {
                used.extend(
                    behind
                        .get(0)
                        .map(|found| whole.end() + found.start()..whole.end() + found.end())
                        .into_iter()
                        .flatten(),
                );
                Some(behind[1].to_owned())
            }
            (None, Some(named)) => {
                used.extend(
                    named
                        .get(0)
                        .map(|found| offset + found.start()..offset + found.end())
                        .into_iter()
                        .flatten(),
                );
                Some(match named.get(1) {
                    Some(way) => format!("{} Frage {}", way.as_str(), &named[2]),
                    None => named[2].to_owned(),
                })
            }
            (None, None) => None,
        };
        let further = paper[2].split([' ', ',']).filter(|word| word.contains('/'));
        for number in std::iter::once(&paper[1]).chain(further) {
            references.push(Reference {
                drucksache: Some(number.to_owned()),
                question: question.clone(),
                ..named_only(ReferenceKind::Paper, whole.as_str())
            });
        }
        from = whole.end();
    }
    used.sort_unstable();
    references.extend(own_questions(sentence, &used));
    references.extend(OTHER.captures_iter(sentence).map(|found| {
        let kind = match (found.name("plenary"), found.name("press")) {
            (Some(_), _) => ReferenceKind::Plenary,
            (None, Some(_)) => ReferenceKind::Press,
            (None, None) => ReferenceKind::Link,
        };
        named_only(
            kind,
            found[0].trim_end_matches([')', ']', ';', ',', '.', ':', '?', '“']),
        )
    }));
    references
}

/// Questions of the same inquiry; those at `used` places belong to another paper.
fn own_questions(sentence: &str, used: &[usize]) -> Vec<Reference> {
    QUESTIONS
        .captures_iter(sentence)
        .filter_map(|found| {
            let whole = found.get(0)?;
            let elsewhere = used.binary_search(&whole.start()).is_ok()
                || window(sentence, whole.start().saturating_sub(14), whole.start())
                    .contains("liche");
            let questions = if elsewhere {
                Vec::new()
            } else {
                written_out(&found[1])
            };
            (!elsewhere).then(|| Reference {
                questions,
                ..named_only(ReferenceKind::Question, whole.as_str())
            })
        })
        .collect()
}

/// `1 bis 4` as 1, 2, 3, 4; `13, 13a und 13b` as they stand.
fn written_out(list: &str) -> Vec<String> {
    let list = list.replace(")", "");
    let mut questions: Vec<String> = Vec::new();
    let mut range = false;
    for word in list.split([' ', ',']).filter(|word| !word.is_empty()) {
        match word {
            "bis" => range = true,
            "und" | "sowie" | "oder" => {}
            _ if word.starts_with(|first: char| first.is_ascii_digit()) => {
                if range {
                    let last = questions.last().cloned().unwrap_or_default();
                    questions.extend(between(&last, word));
                }
                range = false;
                questions.push(word.to_owned());
            }
            // The label of "1 f)", parted from its number.
            label => {
                if let Some(last) = questions.last_mut() {
                    last.push_str(label);
                }
            }
        }
    }
    questions
}

/// What lies between two questions, without them.
fn between(first: &str, last: &str) -> Vec<String> {
    if let (Ok(first), Ok(last)) = (first.parse::<u32>(), last.parse::<u32>()) {
        return if last.saturating_sub(first) <= LONGEST_RANGE {
            (first + 1..last).map(|number| number.to_string()).collect()
        } else {
            Vec::new()
        };
    }
    let parts = |key: &str| {
        let letter = key.chars().next_back().filter(char::is_ascii_lowercase)?;
        Some((key.strip_suffix(letter)?.to_owned(), letter))
    };
    match (parts(first), parts(last)) {
        (Some((one, from)), Some((other, to))) if one == other => (from..to)
            .skip(1)
            .map(|letter| format!("{one}{letter}"))
            .collect(),
        _ => Vec::new(),
    }
}

fn named_only(kind: ReferenceKind, text: &str) -> Reference {
    Reference {
        kind,
        drucksache: None,
        question: None,
        questions: Vec::new(),
        text: text.to_owned(),
    }
}

/// A slice between two offsets, moved to the next borders of characters.
fn window(text: &str, mut start: usize, end: usize) -> &str {
    let mut end = end.min(text.len());
    while !text.is_char_boundary(start) {
        start += 1;
    }
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(start..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn papers(sentence: &str) -> Vec<(Option<String>, Option<String>)> {
        find(sentence)
            .into_iter()
            .filter(|reference| reference.kind == ReferenceKind::Paper)
            .map(|reference| (reference.drucksache, reference.question))
            .collect()
    }

    /// Promise: a paper is found with the question in it, named before or behind its number.
    #[test]
    fn finds_papers_with_their_questions() {
        let paper =
            |number: &str, question: &str| (Some(number.to_owned()), Some(question.to_owned()));
        assert_eq!(
            papers(
                "(vgl. Antwort zu Frage 5 der Kleinen Anfrage der Fraktion X auf Bundestagsdrucksache 18/1802)"
            ),
            [paper("18/1802", "5")]
        );
        assert_eq!(
            papers(
                "Antwort auf die Schriftliche Frage 1 der Abgeordneten A auf Bundestagsdrucksache 19/7138"
            ),
            [paper("19/7138", "Schriftliche Frage 1")]
        );
        assert_eq!(
            papers("(Bundestagsdrucksache 21/1444, Antwort auf Frage 4)"),
            [paper("21/1444", "4")]
        );
        assert_eq!(
            papers("auf den Bundestagsdrucksachen 19/11 und 19/22").len(),
            2
        );
    }

    /// Promise: questions of the same paper are listed one by one, those of other papers are not mixed in.
    #[test]
    fn finds_questions_of_the_same_inquiry() {
        let questions = |sentence: &str| -> Vec<String> {
            find(sentence)
                .into_iter()
                .flat_map(|reference| reference.questions)
                .collect()
        };
        assert_eq!(
            questions("mit Bezug auf die Fragen 1 bis 4:"),
            ["1", "2", "3", "4"]
        );
        assert_eq!(
            questions("in den Fragen 13, 13a und 13b erfragten"),
            ["13", "13a", "13b"]
        );
        assert_eq!(questions("aus der Frage 1 f) bei"), ["1f"]);
        assert_eq!(questions("die Fragen 3a bis 3d"), ["3a", "3b", "3c", "3d"]);
        assert_eq!(
            questions(
                "in Frage 2 genannten und Antwort zu Frage 5 auf Bundestagsdrucksache 18/1802"
            ),
            ["2"]
        );
        assert!(questions("die Schriftliche Frage 1").is_empty());
        assert!(questions("Fragen 1 bis 999").len() < 3);
    }

    /// Promise: press releases, plenary records and links are kept word for word.
    #[test]
    fn finds_other_sources() {
        let found = find(
            "vgl. Pressemitteilung des BMI vom 18. Mai 2018; Plenarprotokoll 21/3, S. 7; www.beispiel.de/a-b_c.html).",
        );
        let found: Vec<_> = found
            .iter()
            .map(|reference| (reference.kind, reference.text.as_str()))
            .collect();
        assert_eq!(
            found,
            [
                (
                    ReferenceKind::Press,
                    "Pressemitteilung des BMI vom 18. Mai 2018"
                ),
                (ReferenceKind::Plenary, "Plenarprotokoll 21/3"),
                (ReferenceKind::Link, "www.beispiel.de/a-b_c.html")
            ]
        );
    }
}
