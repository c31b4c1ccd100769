//! Sub-items a), b), …, z), aa), bb) and the tail behind the last one.

use std::sync::LazyLock;

use regex::Regex;

use super::cleaning::{Line, Paper};
use super::{Doubt, numbering, pattern};

/// The longest label: 103 sub-items, the most that were found in one question, end at `yyyy`.
const LABEL_LENGTH: usize = 4;

/// A short word cannot be broken, so before it a line without the blank that marks a wrap is an end.
const UNBROKEN: [&str; 9] = [
    "und", "oder", "bzw.", "wenn", "falls", "wie", "in", "im", "zu",
];

/// Behind such words a label is a mention: "in den Fragen 3 / a) und b)".
static MENTION: LazyLock<Regex> = LazyLock::new(|| {
    pattern::fixed(
        r"(?:\bFragen? \d{1,3}|\bBuchstaben?|\bNummern? \d{1,3}|\b(?:Absatz|Satz) \d{1,2})$",
    )
});

/// A question cut at its labels.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Division<'a> {
    /// Lines before the first label.
    pub stem: Vec<&'a str>,
    /// Labels with their lines.
    pub items: Vec<(String, Vec<&'a str>)>,
    /// Lines behind the last sub-item that belong to the whole question.
    pub tail: Vec<&'a str>,
    /// A line begins with a label out of turn.
    pub doubt: Option<Doubt>,
}

/// Label and rest of a line that begins like a sub-item; whether it is one depends on its turn.
pub(super) fn label(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('(').unwrap_or(text);
    let length = inner.bytes().take_while(u8::is_ascii_lowercase).count();
    let (label, rest) = inner.split_at_checked(length)?;
    let rest = rest.strip_prefix(')')?;
    let content = rest.trim_start();
    let fits = (1..=LABEL_LENGTH).contains(&length)
        && content.chars().next().is_none_or(|first| {
            first.is_alphanumeric() || matches!(first, '„' | '(' | '"' | '§' | '–')
        });
    fits.then_some((label, content))
}

/// Cuts the lines of a question.
pub(super) fn divide<'a>(paper: &Paper, lines: &'a [Line]) -> Division<'a> {
    let mut division = Division::default();
    let mut last_item: Vec<&'a Line> = Vec::new();
    let mut before = "";
    for line in lines.iter().filter(|line| !line.text.is_empty()) {
        let previous = division.items.last().map(|(label, _)| label.as_str());
        match label(&line.text).filter(|_| !MENTION.is_match(end_of(before))) {
            Some((label, rest)) if follows(previous, label) => {
                division.items.push((label.to_owned(), vec![rest]));
                last_item = vec![line];
            }
            other => {
                // "(bitte …)" and the like are words; a single letter out of turn is a doubt.
                if other.is_some_and(|(label, _)| label.len() == 1) {
                    division.doubt = Some(Doubt::LabelInside);
                }
                match division.items.last_mut() {
                    Some((_, lines)) => {
                        lines.push(&line.text);
                        last_item.push(line);
                    }
                    None => division.stem.push(&line.text),
                }
            }
        }
        before = &line.text;
    }
    if let (Some(cut), Some((_, lines))) =
        (tail_start(paper, &last_item), division.items.last_mut())
    {
        division.tail = lines.split_off(cut.min(lines.len()));
    }
    division
}

/// The last few words of a line: a mention is short, a line can be long.
fn end_of(text: &str) -> &str {
    let mut start = text.len().saturating_sub(40);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    text.get(start..).unwrap_or_default()
}

/// Whether a label comes next: b after a, aa after z, then bb (or ab, which some papers count instead).
fn follows(previous: Option<&str>, label: &str) -> bool {
    let Some(previous) = previous else {
        return label == "a";
    };
    let Some(last) = previous.chars().next_back() else {
        return false;
    };
    let next = char::from_u32(u32::from(last) + 1).unwrap_or('z');
    if last == 'z' {
        return label.len() == previous.len() + 1 && label.bytes().all(|letter| letter == b'a');
    }
    let all_next = label.len() == previous.len() && label.chars().all(|letter| letter == next);
    let last_next = previous.len() > 1
        && label
            .strip_suffix(next)
            .is_some_and(|head| previous.strip_suffix(last) == Some(head));
    all_next || last_next
}

/// Index of the first line of the tail among the last sub-item's lines.
///
/// In a laid-out text the tail stands at the stem's column. Otherwise it begins with a small letter or
/// a bracket behind a line that was ended on purpose.
fn tail_start(paper: &Paper, lines: &[&Line]) -> Option<usize> {
    let label = lines.first()?;
    lines
        .windows(2)
        .position(|pair| {
            let [before, line] = pair else { return false };
            if paper.laid_out {
                return line.indent + 1 < label.hang && line.indent <= label.indent + 1;
            }
            let goes_on = line
                .text
                .starts_with(|first: char| first.is_lowercase() || first == '(');
            goes_on && ended_on_purpose(paper, before, line)
        })
        .map(|index| index + 1)
}

fn ended_on_purpose(paper: &Paper, before: &Line, line: &Line) -> bool {
    if before.text.ends_with('-') || (paper.marks_wraps && before.goes_on) {
        return false;
    }
    let word = line
        .text
        .split(' ')
        .next()
        .unwrap_or_default()
        .trim_end_matches(',');
    let unbroken = UNBROKEN.contains(&word) || word == "(bitte";
    (paper.marks_wraps && unbroken) || numbering::has_room(paper, before, line)
}

#[cfg(test)]
mod tests {
    use super::super::cleaning;
    use super::*;

    fn labels(text: &str) -> (Vec<String>, String) {
        let paper = cleaning::clean(text);
        let division = divide(&paper, &paper.lines);
        (
            division
                .items
                .iter()
                .map(|(label, _)| label.clone())
                .collect(),
            division.tail.join(" "),
        )
    }

    /// Promise: labels run on after z with aa, bb and so on up to four letters.
    #[test]
    fn counts_on_after_z() {
        let mut expected: Vec<String> = Vec::new();
        for length in 1..=4 {
            expected.extend(('a'..='z').map(|letter| letter.to_string().repeat(length)));
        }
        let text = expected
            .iter()
            .map(|label| format!("{label}) Punkt\n"))
            .collect::<String>();
        assert_eq!(labels(&format!("Wie ist es bei\n{text}")).0, expected);
        assert!(
            follows(Some("aa"), "ab") && follows(Some("ab"), "ac") && !follows(Some("ab"), "ad")
        );
    }

    /// Promise: brackets and mentions at a line's start are no labels.
    #[test]
    fn refuses_brackets_and_mentions() {
        let (found, _) = labels(
            "Wie hat das Amt\n(BAMF) dies nach Frage 3\na) beantwortet (oder\nmehr)? Und einer Straftat, a) was\na) Punkt\nb) noch",
        );
        assert_eq!(found, ["a", "b"]);
    }

    /// Promise: what follows the last sub-item in a line of its own belongs to the whole question.
    #[test]
    fn parts_the_tail() {
        let wide = "Bei welchen der folgenden und hier einzeln genannten Gelegenheiten war dies so";
        assert_eq!(
            labels(&format!("{wide}\na) Bahn,\nb) Post\nwurden gezählt?")).1,
            "wurden gezählt?"
        );
        assert_eq!(
            labels(&format!("{wide}\na) Bahn,\nb) Post\n(bitte nennen)?")).1,
            "(bitte nennen)?"
        );
        assert_eq!(
            labels(&format!("{wide}\na) Bahn,\nb) {wide}\ngewesen?")).1,
            ""
        );
        assert_eq!(
            labels(&format!(
                "{wide}\na) Bahn,\nb) Post?\nWenn nein, warum nicht?"
            ))
            .1,
            ""
        );
    }

    /// Promise: in a laid-out text the column decides, also for a tail with a capital.
    #[test]
    fn parts_the_tail_by_its_column() {
        let text = "1. Welche Arten\n   a) blühen\n      und duften,\n   b) welken\n      rasch\n   (bitte nennen)?\n2. Wo?\n    Hier";
        let paper = cleaning::clean(text);
        let block = &paper.lines[..6];
        let division = divide(&paper, block);
        assert_eq!(division.tail, ["(bitte nennen)?"]);
        assert_eq!(division.items[1].1, ["welken", "rasch"]);
    }

    /// Promise: a label out of turn is not lost in silence.
    #[test]
    fn doubts_a_label_out_of_turn() {
        let paper = cleaning::clean("Wie\na) eins\nc) drei");
        assert_eq!(divide(&paper, &paper.lines).doubt, Some(Doubt::LabelInside));
    }
}
