//! Headings between questions.

use std::sync::LazyLock;

use regex::Regex;

use super::cleaning::Line;
use super::numbering::Block;
use super::{Section, brackets, conditions, hyphenation, pattern, sentences, sub_items};

/// A heading has at most so many lines.
const LINES: usize = 3;

/// A heading has at most so many bytes.
const LENGTH: usize = 250;

static CAPITAL: LazyLock<Regex> = LazyLock::new(|| pattern::fixed(r"^[„»(]?[\p{Lu}\d§]"));

/// Parts the lines before a number into those of the question before it and the heading.
///
/// A heading is short, ends without a mark (a colon is allowed) and stands behind a finished sentence.
/// The first line of a question is never a heading; the first line after the lead-in (`free`) may be.
pub(super) fn split_off(lines: &[Line], free: bool) -> (&[Line], Option<String>) {
    let mut start = lines.len();
    let mut taken = 0;
    let mut finished = free;
    for (index, line) in lines
        .iter()
        .enumerate()
        .rev()
        .filter(|(_, line)| !line.text.is_empty())
    {
        let ends = line.text.ends_with(['?', '!', '.', ':', ')', '“', '”']);
        let last_of_heading = taken == 0 && line.text.ends_with([':', ')', '“', '”']);
        if (ends && !last_of_heading) || line.text.ends_with([';', ',']) {
            finished = ends;
            break;
        }
        if taken == LINES || (index == 0 && !free) {
            finished = false;
            break;
        }
        start = index;
        taken += 1;
        // Behind a heading's closing mark one cannot tell a heading from a question's end in two lines.
        if last_of_heading && index > 0 {
            let before = lines.iter().take(index).rfind(|line| !line.text.is_empty());
            if before.is_some_and(|before| before.text.ends_with(['?', '!', '.', ')'])) {
                finished = true;
                break;
            }
        }
    }
    let heading = hyphenation::join(lines.iter().skip(start).map(|line| line.text.as_str()));
    if finished && taken > 0 && is_heading(&heading) {
        (lines.get(..start).unwrap_or_default(), Some(heading))
    } else {
        (lines, None)
    }
}

fn is_heading(text: &str) -> bool {
    let opening = text.matches(['(', '[']).count();
    text.len() <= LENGTH
        && CAPITAL.is_match(text)
        && !sentences::opens_with_question_word(text)
        && !conditions::opens(text)
        && !text.starts_with("Bitte")
        && sub_items::label(text).is_none()
        && opening == text.matches([')', ']']).count()
        && brackets::spans(text).len() >= opening
}

/// Headings with all numbers under them.
pub(super) fn sections(blocks: &[Block]) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for block in blocks {
        if let Some(heading) = &block.heading {
            sections.push(Section {
                heading: heading.clone(),
                questions: Vec::new(),
            });
        }
        if let Some(section) = sections.last_mut() {
            section.questions.push(block.number);
        }
    }
    sections
}

#[cfg(test)]
mod tests {
    use super::super::cleaning;
    use super::*;

    fn heading(text: &str) -> Option<String> {
        split_off(&cleaning::clean(text).lines, false).1
    }

    /// Promise: a short line without a mark behind a finished question is a heading, over two lines too.
    #[test]
    fn finds_headings() {
        assert_eq!(
            heading("Wie viele?\n\nKontaktstelle\n").as_deref(),
            Some("Kontaktstelle")
        );
        assert_eq!(
            heading("Wie viele (bitte nennen)?\nÄnderung, Abkommen und Europäische Pers-\npektive")
                .as_deref(),
            Some("Änderung, Abkommen und Europäische Perspektive")
        );
        assert_eq!(
            heading("Wie viele?\nII. Zum zweiten Teil:").as_deref(),
            Some("II. Zum zweiten Teil:")
        );
        assert_eq!(
            heading("Wie viele?\nAmt für Wege (AfW)").as_deref(),
            Some("Amt für Wege (AfW)")
        );
    }

    /// Promise: the end of a question without its mark is no heading.
    #[test]
    fn refuses_ends_of_questions() {
        assert_eq!(heading("Wie viele Fahrten gab es\nim Jahr 2024"), None);
        assert_eq!(
            heading("Wie viele Fahrten gab es bei\na) der Bahn,\nb) der Post"),
            None
        );
        assert_eq!(
            heading("Wie viele (siehe dort.\nJahren aufschlüsseln)"),
            None
        );
        assert_eq!(heading("Wie viele?\nBitte nach Jahren ordnen"), None);
        assert_eq!(heading("Wie viele?\nWenn nein, warum nicht"), None);
    }
}
