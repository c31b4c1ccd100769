//! Third layer: takes out the blanks of `j a n a @ example . org`.

use crate::view::{View, rewrite};
use std::ops::Range;

/// So many single characters in a row, with blanks between, are one spaced-out word.
const RUN: usize = 4;

/// How far from an at sign its address is looked for, in words.
const WORDS: usize = 64;

/// The text without the blanks inside spaced-out words and around at signs.
///
/// Each blank is looked at a bounded number of times: the way from one at sign ends at the next.
pub(crate) fn join(source: &str) -> View {
    let words = words(source);
    let mut joints = vec![false; words.len()];
    join_runs(source, &words, &mut joints);
    for (at, word) in words.iter().enumerate() {
        if source[word.clone()].contains('@') {
            join_left(source, &words, &mut joints, at);
            join_right(source, &words, &mut joints, at);
        }
    }
    let gaps = words.windows(2).zip(&joints);
    let edits = gaps.filter_map(|(pair, joined)| match pair {
        [a, b] if *joined => Some((a.end..b.start, "")),
        _ => None,
    });
    rewrite(source, edits.collect())
}

/// The words of a text, as ranges. A gap that is more than three blanks or holds a line break
/// counts as a border, which an empty word marks.
fn words(source: &str) -> Vec<Range<usize>> {
    let mut words: Vec<Range<usize>> = Vec::new();
    let mut start = None;
    for (at, c) in source.char_indices() {
        match (c.is_whitespace(), start) {
            (true, Some(from)) => {
                words.push(from..at);
                start = None;
            }
            (false, None) => {
                if let Some(last) = words.last().map(|w| w.end)
                    && is_border(&source[last..at])
                {
                    words.push(at..at);
                }
                start = Some(at);
            }
            _ => {}
        }
    }
    if let Some(from) = start {
        words.push(from..source.len());
    }
    words
}

fn is_border(gap: &str) -> bool {
    gap.contains(['\n', '\r']) || gap.chars().nth(3).is_some()
}

fn is_single(text: &str) -> bool {
    let mut chars = text.chars();
    matches!((chars.next(), chars.next()), (Some(c), None)
        if c.is_alphanumeric() || matches!(c, '.' | '@' | '_' | '-' | '+' | '/' | ':'))
}

/// Marks the gaps inside runs of single characters. `joints[i]` is the gap after word `i`.
fn join_runs(source: &str, words: &[Range<usize>], joints: &mut [bool]) {
    let mut from = 0;
    while from < words.len() {
        let length = words[from..]
            .iter()
            .take_while(|w| is_single(&source[(*w).clone()]))
            .count();
        if length >= RUN {
            joints[from..from + length - 1].fill(true);
        }
        from += length.max(1);
    }
}

/// From an at sign to the left: the word it touches, or single characters, or words that are
/// tied by a stop.
fn join_left(source: &str, words: &[Range<usize>], joints: &mut [bool], at: usize) {
    if !source[words[at].clone()].starts_with('@') {
        return;
    }
    let mut right = "";
    for step in 0..WORDS.min(at) {
        let index = at - 1 - step;
        let word = &source[words[index].clone()];
        let tied = step == 0
            || is_tie(right, true)
            || is_tie(word, false)
            || (is_single(word) && is_single(right));
        if word.is_empty() || word.contains('@') || !tied || ends_clause(word, right) {
            return;
        }
        joints[index] = true;
        right = word;
    }
}

/// From an at sign to the right: single characters, or words that are tied by a stop.
fn join_right(source: &str, words: &[Range<usize>], joints: &mut [bool], at: usize) {
    let first = &source[words[at].clone()];
    let mut left = first;
    for index in (at + 1..words.len()).take(WORDS) {
        let word = &source[words[index].clone()];
        let lone_stop = word == "." || (word.starts_with('.') && word.len() > 1);
        let tied = left.ends_with('@')
            || lone_stop
            || left == "."
            || (is_single(word) && is_single(left) && left != "@");
        if word.is_empty() || word.contains('@') || !tied {
            return;
        }
        joints[index - 1] = true;
        left = word;
    }
}

/// Whether a word begins (or ends) with the signs that tie parts of a local part.
fn is_tie(word: &str, at_start: bool) -> bool {
    let ties = ['.', '_', '-', '+'];
    if at_start {
        word.starts_with(ties)
    } else {
        word.len() == 1 && word.ends_with(ties)
    }
}

/// A word such as "Nutzer." closes a sentence; it does not tie to a name after it.
fn ends_clause(word: &str, right: &str) -> bool {
    word.chars().count() > 1 && word.ends_with(['.', ':', ',', ';', '!', '?']) && !right.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Spaced-out addresses are read, and the words beside them are left alone.
    #[test]
    fn blanks_inside_addresses_go() {
        for (given, joined) in [
            (
                "zu j a n a @ example . org bitte",
                "zu jana@example.org bitte",
            ),
            ("zu jana @ example.org bitte", "zu jana@example.org bitte"),
            ("jana . meier @ example . org", "jana.meier@example.org"),
            ("j a n a @ e x a m p l e . o r g", "jana@example.org"),
            ("an e x a m p l e . o r g vorbei", "an example.org vorbei"),
        ] {
            assert_eq!(join(given).text, joined);
        }
    }

    /// Ordinary texts keep their words.
    #[test]
    fn prose_stays() {
        for text in [
            "Plan A, B und C",
            "zu jana@example.org. Danach",
            "a b c",
            "jana\n@\nexample",
        ] {
            assert!(
                join(text).is_unchanged(),
                "{text:?} became {:?}",
                join(text).text
            );
        }
    }
}
