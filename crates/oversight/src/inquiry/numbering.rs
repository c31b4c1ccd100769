//! Splits the question part at its numbers.
//!
//! A line "7. Mai 2025" is a date, "20. Wahlperiode" an ordinal, "7. Gab es …" a question. A question
//! opens only with the next number in turn, never before the name of a month and the like, and of two
//! lines that could open it the one at which a paragraph ends is taken.

use std::collections::BTreeMap;

use super::cleaning::{Line, Paper};
use super::closing::{self, Closing};
use super::lead_in::LeadIn;
use super::{CutOff, Doubt, InquiryError, dates, head, headings, hyphenation, sentences};

/// Words after which a number at the line's start is an ordinal (also with an ending).
const AFTER_ORDINAL: [&str; 16] = [
    "Wahlperiode",
    "Legislatur",
    "Jahrhundert",
    "Lebensjahr",
    "Lebenswoche",
    "Lebensmonat",
    "Erwägungsgrund",
    "Kalenderwoche",
    "Sitzung",
    "Tagung",
    "Auflage",
    "Bundesversammlung",
    "Schwangerschaftswoche",
    "Klasse",
    "Jahrestag",
    "Geburtstag",
];

/// How far a number may jump ahead and still be taken as a question after a gap. Farther on it is more
/// likely an ordinal ("104. Konferenz").
const GAP_REACH: u32 = 50;

/// The question part of a paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listing {
    /// Index of the first line that is no longer head or preamble.
    pub head_ends: usize,
    /// Text between lead-in and first question.
    pub preface: Option<String>,
    /// Questions in order.
    pub blocks: Vec<Block>,
    /// Date and signatories.
    pub closing: Closing,
}

/// The lines of one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    /// Its number.
    pub number: u32,
    /// The heading printed just before it.
    pub heading: Option<String>,
    /// Its lines; the first without the number.
    pub lines: Vec<Line>,
    /// What was doubtful in finding it.
    pub doubts: Vec<Doubt>,
}

/// A line that could open a question.
#[derive(Debug, Clone, Copy)]
struct Candidate<'a> {
    line: usize,
    number: u32,
    rest: &'a str,
    /// A paragraph ends before it and a sentence begins after its number.
    strong: bool,
}

/// Finds all questions between lead-in and closing line.
pub(super) fn find(paper: &Paper, lead_in: Option<&LeadIn>) -> Result<Listing, InquiryError> {
    let start = lead_in.map_or(0, |lead_in| lead_in.after);
    let closing = closing::find(paper, start)?;
    let end = closing
        .as_ref()
        .map_or(paper.lines.len(), |closing| closing.line);
    let part = paper.lines.get(start..end).unwrap_or_default();
    let candidates = candidates(paper, part);
    let mut chosen = in_turn(&candidates);
    if lead_in.is_none()
        && !chosen.first().is_some_and(|first| {
            part.iter()
                .skip(first.line)
                .any(|line| line.text.contains('?'))
        })
    {
        chosen.clear();
        if !(closing.is_some() || head::is_present(paper)) {
            return Err(InquiryError::NotAnInquiry);
        }
        check_gap(part, &candidates, &chosen)?;
        return Err(InquiryError::CutOff(CutOff::NoQuestions));
    }
    if part.iter().all(|line| line.text.is_empty()) {
        return Err(InquiryError::CutOff(CutOff::NoQuestions));
    }
    let closing = closing.ok_or_else(|| {
        let last = chosen.last().map_or(1, |last| last.number);
        let mid_sentence = part
            .iter()
            .rfind(|line| !line.text.is_empty())
            .is_some_and(|line| !ends_sentence(&line.text));
        InquiryError::CutOff(CutOff::NoClosing { last, mid_sentence })
    })?;
    check_gap(part, &candidates, &chosen)?;
    let (preface, blocks) = blocks(part, &candidates, &chosen);
    let head_ends = if lead_in.is_some() {
        start
    } else {
        start + chosen.first().map_or(0, |first| first.line)
    };
    Ok(Listing {
        head_ends,
        preface,
        blocks,
        closing,
    })
}

/// Whether a question 1 opens within the next so many lines that are not empty.
pub(super) fn opens_within(paper: &Paper, from: usize, lines: usize) -> bool {
    let mut next = paper
        .lines
        .iter()
        .skip(from)
        .filter(|line| !line.text.is_empty())
        .take(lines);
    next.any(|line| {
        numbered(&line.text).is_some_and(|(number, _, rest)| number == 1 && !is_ordinal(rest))
    })
}

/// Whether a text begins with a number and a full stop.
pub(super) fn looks_numbered(text: &str) -> bool {
    numbered(text).is_some()
}

/// Whether a line ends like a sentence or a clause of a list.
pub(super) fn ends_sentence(text: &str) -> bool {
    text.ends_with(['?', '!', '.', ':', ';', ')', ']', '“', '”', '"'])
}

/// Number, sign after it and the rest of a line, misprints ("1. 1.Wie", "2. 2Mit", "3.Wie") included.
fn numbered(text: &str) -> Option<(u32, char, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if !(1..=3).contains(&digits) {
        return None;
    }
    let (figures, rest) = text.split_at_checked(digits)?;
    let number: u32 = figures.parse().ok()?;
    let rest = rest.strip_prefix(' ').unwrap_or(rest);
    let sign = rest
        .chars()
        .next()
        .filter(|sign| matches!(sign, '.' | ')'))?;
    let rest = rest.get(1..)?;
    let content = rest.trim_start();
    if let Some(again) = content.strip_prefix(figures) {
        let content = again.strip_prefix('.').map_or(again, str::trim_start);
        if content.starts_with(char::is_uppercase) {
            return Some((number, sign, content));
        }
    }
    let gap = content.is_empty() || content.len() < rest.len();
    (gap || begins_word(rest)).then_some((number, sign, content))
}

/// A capital and a small letter: "Wie", not "DE" and not "html".
fn begins_word(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(char::is_uppercase)
        && characters.next().is_some_and(char::is_lowercase)
}

fn is_ordinal(rest: &str) -> bool {
    let word = rest
        .split(|character: char| !character.is_alphabetic())
        .next()
        .unwrap_or_default();
    dates::is_month(word)
        || AFTER_ORDINAL
            .iter()
            .any(|ordinal| word.starts_with(ordinal))
}

fn candidates<'a>(paper: &Paper, part: &'a [Line]) -> Vec<Candidate<'a>> {
    let mut all = Vec::new();
    let mut columns = None;
    let mut before: Option<&Line> = None;
    for (index, line) in part
        .iter()
        .enumerate()
        .filter(|(_, line)| !line.text.is_empty())
    {
        if let Some((number, sign, rest)) =
            numbered(&line.text).filter(|(_, _, rest)| !is_ordinal(rest))
        {
            if number == 1 {
                columns.get_or_insert((line.indent, line.hang));
            }
            // Text after a hanging number goes on in its column: a number there is inside a paragraph.
            let inside = paper.laid_out
                && columns
                    .is_some_and(|(indent, hang)| line.indent > indent + 3 && line.hang > hang + 2);
            let begins = rest.is_empty()
                || rest.starts_with(|character: char| {
                    character.is_uppercase() || matches!(character, '„' | '(' | '"' | '§')
                })
                || rest.get(1..2) == Some(")");
            let strong = !inside
                && begins
                && before.is_none_or(|before| ends_paragraph(paper, before, line));
            all.push((
                sign,
                Candidate {
                    line: index,
                    number,
                    rest,
                    strong,
                },
            ));
        }
        before = Some(line);
    }
    // "1)" counts only in a paper that does not write "1.".
    let begins_with = |wanted| {
        all.iter()
            .any(|(sign, candidate)| *sign == wanted && candidate.number == 1)
    };
    let sign = if !begins_with('.') && begins_with(')') {
        ')'
    } else {
        '.'
    };
    all.into_iter()
        .filter(|(found, _)| *found == sign)
        .map(|(_, candidate)| candidate)
        .collect()
}

/// A paragraph ends with a sentence, or with a line that had room for the next word.
pub(super) fn ends_paragraph(paper: &Paper, line: &Line, next: &Line) -> bool {
    ends_sentence(&line.text) || has_room(paper, line, next)
}

/// Whether the next line's first word would have fitted, with a quarter of the line to spare: then the
/// line was ended on purpose.
pub(super) fn has_room(paper: &Paper, line: &Line, next: &Line) -> bool {
    !line.text.ends_with('-') && length_with_word(line, next) * 4 <= paper.width * 3
}

/// Length of a line in characters if the next line's first word stood on it.
pub(super) fn length_with_word(line: &Line, next: &Line) -> usize {
    let word = next.text.split(' ').next().unwrap_or_default();
    line.indent + line.text.chars().count() + 1 + word.chars().count()
}

/// One candidate for each number in turn.
fn in_turn<'a>(candidates: &[Candidate<'a>]) -> Vec<Candidate<'a>> {
    let mut by_number: BTreeMap<u32, Vec<Candidate<'a>>> = BTreeMap::new();
    for candidate in candidates {
        by_number
            .entry(candidate.number)
            .or_default()
            .push(*candidate);
    }
    let mut chosen: Vec<Candidate<'a>> = Vec::new();
    for number in 1.. {
        let after = chosen.last().map(|last| last.line);
        let later = |candidate: &&Candidate<'a>| after.is_none_or(|after| candidate.line > after);
        let own = by_number
            .get(&number)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let Some(first) = own.iter().find(later) else {
            break;
        };
        let strong = own.iter().filter(later).find(|candidate| candidate.strong);
        // A strong line later on wins over a weak one now, unless the next question stands between.
        let next = by_number
            .get(&(number + 1))
            .map(Vec::as_slice)
            .unwrap_or_default();
        let next = next
            .iter()
            .find(|candidate| candidate.strong && candidate.line > first.line);
        chosen.push(match strong {
            Some(strong) if next.is_none_or(|next| strong.line < next.line) => *strong,
            _ => *first,
        });
    }
    chosen
}

/// A number after the last one in turn that is itself followed by its next, or asks: then one is missing.
fn check_gap(
    part: &[Line],
    candidates: &[Candidate<'_>],
    chosen: &[Candidate<'_>],
) -> Result<(), InquiryError> {
    let (after, from) = chosen
        .last()
        .map_or((0, 0), |last| (last.number, last.line + 1));
    let ahead: Vec<_> = candidates
        .iter()
        .filter(|candidate| candidate.strong && candidate.line >= from)
        .collect();
    let reach = after + 2..=after + GAP_REACH;
    let found = ahead.iter().enumerate().find(|(index, candidate)| {
        reach.contains(&candidate.number)
            && (sentences::opens_with_question_word(candidate.rest)
                || ahead
                    .iter()
                    .skip(index + 1)
                    .take(3)
                    .any(|next| next.number == candidate.number + 1))
    });
    match found
        .and_then(|(_, candidate)| Some((candidate.number, part.get(candidate.line)?.number)))
    {
        Some((found, line)) => Err(InquiryError::CutOff(CutOff::Gap { after, found, line })),
        None => Ok(()),
    }
}

/// Cuts the part at the chosen lines and takes headings off the ends.
fn blocks(
    part: &[Line],
    candidates: &[Candidate<'_>],
    chosen: &[Candidate<'_>],
) -> (Option<String>, Vec<Block>) {
    let Some(first) = chosen.first() else {
        let lines = part.to_vec();
        return (
            None,
            vec![Block {
                number: 1,
                heading: None,
                lines,
                doubts: vec![Doubt::Unnumbered],
            }],
        );
    };
    let before = part.get(..first.line).unwrap_or_default();
    let (preface, mut heading) = headings::split_off(before, true);
    let preface = Some(text_of(preface)).filter(|text| !text.is_empty());
    let mut others = candidates.iter().filter(|other| other.strong).peekable();
    let mut blocks = Vec::with_capacity(chosen.len());
    for (index, opener) in chosen.iter().enumerate() {
        let end = chosen.get(index + 1).map_or(part.len(), |next| next.line);
        let lines = part.get(opener.line..end).unwrap_or_default();
        let last = index + 1 == chosen.len();
        let (lines, next_heading) = if last {
            (lines, None)
        } else {
            headings::split_off(lines, false)
        };
        let mut doubts = Vec::new();
        if !opener.strong && heading.is_none() {
            doubts.push(Doubt::WeakNumber);
        }
        while others.next_if(|other| other.line <= opener.line).is_some() {}
        if others
            .peek()
            .is_some_and(|other| other.line < opener.line + lines.len())
        {
            doubts.push(Doubt::NumberInside);
        }
        let heading = std::mem::replace(&mut heading, next_heading);
        blocks.push(Block {
            number: opener.number,
            heading,
            lines: without_number(lines, opener.rest),
            doubts,
        });
    }
    (preface, blocks)
}

/// The lines of a question, the first one cut back to what follows the number.
fn without_number(lines: &[Line], rest: &str) -> Vec<Line> {
    let mut lines = lines.to_vec();
    if let Some(first) = lines.first_mut() {
        let word = rest.split(' ').next().unwrap_or_default().chars().count();
        *first = Line {
            text: rest.to_owned(),
            indent: first.hang,
            hang: first.hang + word + 1,
            ..first.clone()
        };
    }
    lines
}

fn text_of(lines: &[Line]) -> String {
    hyphenation::join(lines.iter().map(|line| line.text.as_str()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::{cleaning, lead_in};
    use super::*;

    fn listing(questions: &str) -> Result<Listing, InquiryError> {
        let paper = cleaning::clean(&format!("Wir fragen die Bundesregierung:\n{questions}"));
        find(&paper, lead_in::find(&paper).as_ref())
    }

    fn starts(questions: &str) -> Vec<(u32, String)> {
        let listing = listing(&format!("{questions}\nBerlin, den 2. April 2019")).unwrap();
        listing
            .blocks
            .into_iter()
            .map(|block| (block.number, block.lines[0].text.clone()))
            .collect()
    }

    /// Promise: misprinted numbers are read as what they stand for.
    #[test]
    fn reads_misprinted_numbers() {
        let questions = starts("1. 1.Wie?\n2. 2Mit wem?\n3.Was?\n4 . Wo?\n5.  Wann?");
        assert_eq!(
            questions
                .iter()
                .map(|(_, text)| text.as_str())
                .collect::<Vec<_>>(),
            ["Wie?", "Mit wem?", "Was?", "Wo?", "Wann?"]
        );
    }

    /// Promise: dates, ordinals, addresses and amounts at a line's start open no question.
    #[test]
    fn refuses_dates_and_ordinals() {
        let questions = starts(
            "1. Wie war es am\n2. Mai 2024 und in der\n2. Wahlperiode, im\n2. Jahrhundert und unter www.beispiel.de/\n2.html)?\n2. Was kostete\n3.000 Euro um\n3.15 Uhr?\n104. Konferenz?",
        );
        assert_eq!(
            questions,
            [
                (1, "Wie war es am".to_owned()),
                (2, "Was kostete".to_owned())
            ]
        );
    }

    /// Promise: of two lines with the number in turn, the one after a finished sentence opens it.
    #[test]
    fn prefers_the_line_after_a_sentence() {
        let full = "Wie viele Fahrten machte nach Kenntnis der Bundesregierung der Zug der";
        let questions = starts(&format!(
            "1. {full}\n2. Klassenstufe nach {full}?\n2. {full}?"
        ));
        assert_eq!(questions.len(), 2);
        assert!(questions[1].1.starts_with("Wie viele"));
    }

    /// Promise: a number that is missing is reported with the line where the count goes on.
    #[test]
    fn reports_a_gap() {
        match listing("1. Wie?\n3. Was?\n4. Wo?\nBerlin, den 2. April 2019") {
            Err(InquiryError::CutOff(CutOff::Gap {
                after: 1,
                found: 3,
                line: 3,
            })) => {}
            other => panic!("{other:?}"),
        }
    }

    /// Promise: a paper without its end is refused and the last question named.
    #[test]
    fn reports_a_missing_end() {
        match listing("1. Wie?\n2. Was ist mit der") {
            Err(InquiryError::CutOff(CutOff::NoClosing {
                last: 2,
                mid_sentence: true,
            })) => {}
            other => panic!("{other:?}"),
        }
        match listing("1. Wie?\n2. Was?") {
            Err(InquiryError::CutOff(CutOff::NoClosing {
                last: 2,
                mid_sentence: false,
            })) => {}
            other => panic!("{other:?}"),
        }
    }

    /// Promise: without any number the whole part is question 1, and it is said.
    #[test]
    fn takes_an_unnumbered_question() {
        let listing = listing("Welche Noten hat\ndas Netz?\nBerlin, den 2. April 2019").unwrap();
        assert_eq!(listing.blocks.len(), 1);
        assert_eq!(listing.blocks[0].doubts, [Doubt::Unnumbered]);
    }

    /// Promise: a number printed twice does not end the count, and the question says so.
    #[test]
    fn doubts_a_number_printed_twice() {
        let listing = listing("1. Wie?\n1. Was?\n2. Wo?\nBerlin, den 2. April 2019").unwrap();
        assert_eq!(listing.blocks.len(), 2);
        assert_eq!(listing.blocks[0].doubts, [Doubt::NumberInside]);
    }
}
