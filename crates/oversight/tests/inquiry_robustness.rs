//! The parser on damaged papers and on text made to slow it down: it is handed files from outside.

#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};

use oversight::inquiry::{self, Inquiry};
use proptest::prelude::*;

const REFERENCE: &str = include_str!("../../../fixtures/inquiries/19-9523.txt");
const PAPERS: [&str; 4] = [
    REFERENCE,
    include_str!("papers/wiesenblumen.txt"),
    include_str!("papers/dorfbrunnen.txt"),
    include_str!("papers/wanderwege.txt"),
];

/// What holds for every reading, however damaged the paper was.
fn check_sound(inquiry: &Inquiry) {
    let numbers: Vec<u32> = inquiry
        .questions
        .iter()
        .map(|question| question.number)
        .collect();
    assert_eq!(
        numbers,
        (1..=u32::try_from(numbers.len()).unwrap()).collect::<Vec<_>>()
    );
    assert!(!numbers.is_empty());
    for question in &inquiry.questions {
        let labels: Vec<&String> = question
            .parts
            .iter()
            .filter_map(|part| part.label.as_ref())
            .collect();
        assert!(
            labels
                .iter()
                .all(|label| question.sub_items.contains(label))
        );
        assert!(question.place.first_line <= question.place.last_line);
        assert!(question.parts.iter().all(|part| !part.sentences.is_empty()));
    }
    let sentences: Vec<_> = inquiry
        .questions
        .iter()
        .flat_map(|question| &question.parts)
        .flat_map(|part| &part.sentences)
        .collect();
    let keys: std::collections::HashSet<_> =
        sentences.iter().map(|sentence| &sentence.key).collect();
    assert_eq!(
        keys.len(),
        sentences.len(),
        "each demand has a key of its own"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Promise: no text makes the parser panic.
    #[test]
    fn survives_any_text(text in "\\PC{0,400}") {
        if let Ok(inquiry) = inquiry::parse(&text) {
            check_sound(&inquiry);
        }
    }

    /// Promise: text made of the very signs the rules look for does not make it panic either.
    #[test]
    fn survives_text_of_its_own_signs(pieces in prop::collection::vec(prop::sample::select(vec![
        "\n", " ", "1. ", "2. ", "3.", "a) ", "b) ", "aa) ", "(", ")", "„", "“", "[", "-\n", "/\n", "www.", ".de/", "?", ".", ":", ";",
        "Wenn ja, ", "Falls nein, ", "und wenn ja", "bitte nach ", "Frage 1 bis 9", "Bundestagsdrucksache 18/1802", "Mai 2024",
        "Wir fragen die Bundesregierung:", "Berlin, den 2. April 2019", "Kleine Anfrage", "der Abgeordneten ", "und der Fraktion ",
        "Wort ", "Über ", "ß", "\u{ad}", "\u{308}", "\u{c}", "Wie viele ",
    ]), 0..120)) {
        let text = pieces.concat();
        for text in [text.clone(), format!("Wir fragen die Bundesregierung:\n1. {text}\nBerlin, den 2. April 2019")] {
            if let Ok(inquiry) = inquiry::parse(&text) {
                check_sound(&inquiry);
            }
        }
    }

    /// Promise: any bytes are read or refused.
    #[test]
    fn survives_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assume!(!bytes.windows(5).any(|window| window == b"%PDF-"));
        if let Ok(inquiry) = inquiry::parse_bytes(&bytes) {
            check_sound(&inquiry);
        }
    }

    /// Promise: a paper cut at any byte is refused or read soundly, and never read with more questions.
    #[test]
    fn survives_truncation(paper in 0..PAPERS.len(), share in 0.0..1.0_f64) {
        let whole = PAPERS[paper].as_bytes();
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
        let cut = (whole.len() as f64 * share) as usize;
        if let Ok(inquiry) = inquiry::parse_bytes(&whole[..cut]) {
            check_sound(&inquiry);
            prop_assert!(inquiry.questions.len() <= inquiry::parse(PAPERS[paper]).unwrap().questions.len());
        }
    }

    /// Promise: a paper that lost lines is refused or read soundly.
    #[test]
    fn survives_lost_lines(paper in 0..PAPERS.len(), lost in prop::collection::btree_set(0_usize..330, 1..12)) {
        let text: String = PAPERS[paper].lines().enumerate().filter(|(index, _)| !lost.contains(index)).map(|(_, line)| format!("{line}\n")).collect();
        if let Ok(inquiry) = inquiry::parse(&text) {
            check_sound(&inquiry);
        }
    }
}

/// Promise: a question that lost the line with its number is never passed over in silence.
#[test]
fn notices_a_lost_number() {
    let lines: Vec<&str> = REFERENCE.lines().collect();
    let found = openings(&lines);
    assert_eq!(found.len(), 41);
    for (number, index) in found
        .iter()
        .enumerate()
        .map(|(place, index)| (place + 1, *index))
        .take(40)
    {
        let text = lines
            .iter()
            .enumerate()
            .filter(|(line, _)| *line != index)
            .map(|(_, line)| *line)
            .collect::<Vec<_>>()
            .join("\n");
        assert!(
            inquiry::parse(&text).is_err(),
            "question {number} is missing and nobody says so"
        );
    }
}

/// Lines of the reference paper's questions, which are numbered without misprints.
fn openings(lines: &[&str]) -> Vec<usize> {
    let start = lines
        .iter()
        .position(|line| line.starts_with("Wir fragen die"))
        .unwrap();
    let mut found: Vec<usize> = Vec::new();
    for (index, line) in lines.iter().enumerate().skip(start) {
        if line
            .trim_start()
            .starts_with(&format!("{}. ", found.len() + 1))
        {
            found.push(index);
        }
    }
    found
}

/// Promise: time grows with the length of the text, not with its square, on long lines and deep nesting.
#[test]
fn takes_linear_time() {
    // One long line is tried in full length; pieces that break the text into lines or sentences cost
    // more for each byte in an unoptimised build and are tried at a fifth of it.
    let repeat = |piece: &str| {
        let size = if piece.len() == 1 { 1_000_000 } else { 200_000 };
        piece.repeat(size / piece.len())
    };
    for piece in [
        "a",
        "(",
        "„)",
        "wenn ja ",
        "bitte (",
        "Frage 1 bis 9, ",
        "Wenn ja, was? ",
        "www.beispiel.de/",
        "-\n",
        "a-\nb",
        "1. ",
        "1. A?\n",
        "a) b\n",
        "Bundesregierung:\n",
        "Bundesregierung fragen wir\n",
        "Drucksache 1/2 ",
        "x.de/\n",
        "Kopf\n",
        "A. ",
        "1.1.1.",
        "/\n",
        "Abgeordnete und ",
        "2. A?\n",
    ] {
        let text = format!(
            "Kleine Anfrage\nder Fraktion X\n\nT\n\nWir fragen die Bundesregierung:\n1. Wie {}\nBerlin, den 2. April 2019\n",
            repeat(piece)
        );
        let start = Instant::now();
        let _ = inquiry::parse(&text);
        // Measured at a small part of this; a square would take hours.
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "{piece:?} took {:?}",
            start.elapsed()
        );
    }
}
