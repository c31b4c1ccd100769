//! Head of the paper: kind, number, day of print, members, fraction, title.

use std::sync::LazyLock;

use jiff::civil::Date;
use regex::Regex;

use super::cleaning::{Line, Paper};
use super::{Doubt, InquiryError, InquiryKind, dates, hyphenation, numbering, pattern};

/// The head of an answer stands within so many lines that are not empty.
const ANSWER_WITHIN: usize = 15;

/// The kind of the paper stands within so many lines that are not empty.
const KIND_WITHIN: usize = 40;

/// Members and fraction take at most so many lines: a whole large fraction.
const AUTHOR_LINES: usize = 120;

/// A title of more lines is no title but the preamble.
const TITLE_LINES: usize = 6;

/// Width of a full title line in percent of other lines: titles are set in bold, which is wider.
const TITLE_WIDTH: usize = 95;

static KIND: LazyLock<Regex> = LazyLock::new(|| {
    pattern::fixed(r"^(Kleine|Große) Anfrage(?: (de[rs] (?:Abgeordneten?|Fraktion|Gruppe)\b.*))?$")
});
static ANSWER: LazyLock<Regex> = LazyLock::new(|| {
    pattern::fixed(r"^Antwort(?: der Bundesregierung)?(?: auf die (?:Kleine|Große) Anfrage\b.*)?$")
});
static NUMBER: LazyLock<Regex> =
    LazyLock::new(|| pattern::fixed(r"\bDrucksache (\d{1,2}/\d{1,6})( ?\(neu\))?"));
static PRINTED: LazyLock<Regex> =
    LazyLock::new(|| pattern::fixed(r"(?:^|Wahlperiode )(\d{1,2}\.\d{1,2}\.\d{4})$"));
static GROUP: LazyLock<Regex> =
    LazyLock::new(|| pattern::fixed(r"\b(?:Fraktion(?:en)?|Gruppe)(?: der\b)? ?(.*)$"));
static AUTHORS_END: LazyLock<Regex> = LazyLock::new(|| {
    pattern::fixed(r",? ?\b(?:und |sowie )?(?:der|den) (?:Fraktion(?:en)?|Gruppe)\b")
});

/// What the head tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Front {
    pub kind: InquiryKind,
    pub drucksache: Option<String>,
    pub printed: Option<Date>,
    pub askers: Vec<String>,
    pub fraction: Option<String>,
    pub title: String,
    pub title_guessed: bool,
}

impl Front {
    /// What could not be found, or only guessed.
    pub(super) fn doubts(&self) -> Vec<Doubt> {
        let title = match (self.title.is_empty(), self.title_guessed) {
            (true, _) => Some(Doubt::NoTitle),
            (false, true) => Some(Doubt::TitleGuessed),
            (false, false) => None,
        };
        let fraction = self.fraction.is_none().then_some(Doubt::NoFraction);
        title.into_iter().chain(fraction).collect()
    }
}

/// Tells an answer by its head: it reprints the questions and would pass for an inquiry otherwise.
pub(super) fn refuse_answer(paper: &Paper) -> Result<(), InquiryError> {
    let mut lines = paper
        .lines
        .iter()
        .map(|line| line.text.as_str())
        .filter(|text| !text.is_empty());
    let Some(first) = lines
        .by_ref()
        .take(ANSWER_WITHIN)
        .find(|text| ANSWER.is_match(text))
    else {
        return Ok(());
    };
    let rest: Vec<&str> = std::iter::once(first)
        .chain(lines.take(ANSWER_WITHIN))
        .collect();
    if !rest.iter().take(4).any(|text| {
        text.contains("auf die Kleine Anfrage") || text.contains("auf die Große Anfrage")
    }) {
        return Ok(());
    }
    let inquiry = rest.iter().find_map(|text| number(text));
    Err(InquiryError::Answer { inquiry })
}

/// Whether the paper has the head of an inquiry.
pub(super) fn is_present(paper: &Paper) -> bool {
    kind(&paper.lines).is_some()
}

/// Reads the head from the lines before `ends`.
pub(super) fn read(paper: &Paper, ends: usize) -> Front {
    let lines = paper.lines.get(..ends).unwrap_or(&paper.lines);
    let kind = kind(lines);
    let authors_from = kind.as_ref().map_or(0, |kind| kind.line);
    let above = lines.get(..authors_from).unwrap_or_default();
    let authors = authors(paper, lines, authors_from);
    let (title, title_guessed) = authors
        .as_ref()
        .map(|authors| title(paper, lines, authors.after))
        .unwrap_or_default();
    Front {
        kind: kind.as_ref().map_or(InquiryKind::Minor, |kind| kind.kind),
        drucksache: above.iter().find_map(|line| number(&line.text)),
        printed: above.iter().find_map(|line| {
            let found = PRINTED.captures(&line.text)?;
            dates::single(&found[1])
        }),
        title,
        title_guessed,
        askers: authors.as_ref().map(Authors::askers).unwrap_or_default(),
        fraction: authors.map(|authors| authors.fraction),
    }
}

/// The line "Kleine Anfrage".
struct Kind {
    kind: InquiryKind,
    line: usize,
}

fn kind(lines: &[Line]) -> Option<Kind> {
    lines
        .iter()
        .enumerate()
        .filter(|(_, line)| !line.text.is_empty())
        .take(KIND_WITHIN)
        .find_map(|(index, line)| {
            let found = KIND.captures(&line.text)?;
            let kind = if &found[1] == "Kleine" {
                InquiryKind::Minor
            } else {
                InquiryKind::Major
            };
            Some(Kind { kind, line: index })
        })
}

fn number(text: &str) -> Option<String> {
    let found = NUMBER.captures(text)?;
    let addition = if found.get(2).is_some() { " (neu)" } else { "" };
    Some(format!("{}{addition}", &found[1]))
}

/// Members and fraction as printed.
struct Authors {
    /// "der Abgeordneten … und der Fraktion …" in one line.
    text: String,
    fraction: String,
    /// Index of the line after them.
    after: usize,
}

impl Authors {
    fn askers(&self) -> Vec<String> {
        let named = self
            .text
            .find("Abgeordnete")
            .and_then(|start| self.text.get(start..));
        let Some((_, names)) = named.and_then(|named| named.split_once(' ')) else {
            return Vec::new();
        };
        let names = AUTHORS_END
            .find(names)
            .and_then(|end| names.get(..end.start()))
            .unwrap_or(names);
        names
            .split(", ")
            .flat_map(|name| name.split(" und "))
            .map(|name| name.trim().trim_end_matches(','))
            .filter(|name| !name.is_empty() && !name.starts_with("weitere"))
            .map(str::to_owned)
            .collect()
    }
}

/// Reads on from the line "Kleine Anfrage" to the end of the fraction's name.
fn authors(paper: &Paper, lines: &[Line], from: usize) -> Option<Authors> {
    let within = from.saturating_add(AUTHOR_LINES).min(lines.len());
    let (line, mut last, mut name) = (from..within).find_map(|index| {
        let text = &lines.get(index)?.text;
        if let Some(found) = GROUP.captures(text) {
            return Some((index, index, found[1].to_owned()));
        }
        // "der Frak-" with "tion X" on the next line.
        let whole = hyphenation::join([
            text.strip_suffix('-').map(|_| text.as_str())?,
            &lines.get(index + 1)?.text,
        ]);
        GROUP
            .captures(&whole)
            .map(|found| (index, index + 1, found[1].to_owned()))
    })?;
    while let Some(next) = lines.get(last + 1).filter(|next| !next.text.is_empty()) {
        let wraps = paper.marks_wraps && lines.get(last).is_some_and(|line| line.goes_on);
        if !(wraps || is_unfinished(&name)) || last - line > 3 {
            break;
        }
        name = hyphenation::join([name.as_str(), next.text.as_str()]);
        last += 1;
    }
    let fraction = name.strip_prefix("der ").unwrap_or(&name).trim().to_owned();
    let text = hyphenation::join(
        lines
            .get(from..=last)?
            .iter()
            .map(|line| line.text.as_str()),
    );
    (!fraction.is_empty()).then_some(Authors {
        text,
        fraction,
        after: last + 1,
    })
}

/// Whether a fraction's name must go on: it ends in a joint, or in an article or a name's first half.
fn is_unfinished(name: &str) -> bool {
    name.is_empty()
        || name.ends_with(['/', '-', ','])
        || matches!(
            name.rsplit(' ').next(),
            Some("der" | "die" | "Die" | "DIE" | "und" | "BÜNDNIS" | "Bündnis")
        )
}

/// The title, and whether its end had to be guessed.
///
/// It ends at an empty line, or where the text marks that a line does not go on. A text with neither
/// leaves only the line's width: a line that had room for the next word was ended on purpose.
fn title(paper: &Paper, lines: &[Line], from: usize) -> (String, bool) {
    let blank = lines
        .iter()
        .skip(from)
        .take_while(|line| line.text.is_empty())
        .count();
    let rest = lines.get(from + blank..).unwrap_or_default();
    let paragraph = rest.iter().take_while(|line| !line.text.is_empty()).count();
    let closed = paragraph < rest.len() && paragraph <= TITLE_LINES && !paper.marks_wraps;
    let goes_on = |pair: &&[Line]| {
        let [line, next] = pair else { return false };
        let full = numbering::length_with_word(line, next) * 100 > paper.width * TITLE_WIDTH;
        line.text.ends_with(['-', '–', ','])
            || if paper.marks_wraps {
                line.goes_on
            } else {
                full
            }
    };
    let length = if closed {
        paragraph
    } else {
        (rest.windows(2).take_while(goes_on).count() + 1)
            .min(paragraph)
            .min(TITLE_LINES)
    };
    let title = hyphenation::join(rest.iter().take(length).map(|line| line.text.as_str()));
    (title, !closed && !paper.marks_wraps)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::cleaning;
    use super::*;

    fn front(text: &str) -> Front {
        let paper = cleaning::clean(text);
        read(&paper, paper.lines.len())
    }

    /// Promise: number with its addition, day of print, members and fraction come from the head.
    #[test]
    fn reads_a_printed_head() {
        let front = front(
            "Deutscher Bundestag            Drucksache 21/77 (neu)\n21. Wahlperiode           01.02.2025\nKleine Anfrage\n\
             der Abgeordneten Dr. Ada Beispiel, Bo Mus-\nter (Ort) und der Fraktion der XYZ\nBlaue Blumen \nam Wegrand\n\
             Es blüht. \nWarum \nnun?",
        );
        assert_eq!(front.drucksache.as_deref(), Some("21/77 (neu)"));
        assert_eq!(front.printed.unwrap().to_string(), "2025-02-01");
        assert_eq!(front.askers, ["Dr. Ada Beispiel", "Bo Muster (Ort)"]);
        assert_eq!(front.fraction.as_deref(), Some("XYZ"));
        assert_eq!(front.title, "Blaue Blumen am Wegrand");
        assert_eq!(front.kind, InquiryKind::Minor);
    }

    /// Promise: a fraction's name broken over lines is not taken for the title.
    #[test]
    fn joins_a_broken_fraction() {
        for head in [
            "der Abgeordneten A B und der Fraktion\nBÜNDNIS 90/DIE GRÜNEN\n\nTitel\n",
            "der Abgeordneten A B und der Fraktion BÜNDNIS 90/\nDIE GRÜNEN\n\nTitel\n",
            "des Abgeordneten A B und der\nFraktion BÜNDNIS\n90/DIE GRÜNEN\n\nTitel\n",
            "des Abgeordneten A B und der Frak-\ntion BÜNDNIS 90/DIE GRÜNEN\n\nTitel\n",
        ] {
            let front = front(&format!("Große Anfrage\n{head}\nText."));
            assert_eq!(
                front.fraction.as_deref(),
                Some("BÜNDNIS 90/DIE GRÜNEN"),
                "{head}"
            );
            assert_eq!(front.title, "Titel");
            assert_eq!(front.askers, ["A B"]);
            assert_eq!(front.kind, InquiryKind::Major);
        }
        assert!(
            front("Kleine Anfrage\nder Fraktion der XYZ\n\nTitel\n\nText.")
                .askers
                .is_empty()
        );
    }

    /// Promise: without empty lines and marks the title ends at a line with room, and that is said.
    #[test]
    fn guesses_a_title_by_its_width() {
        let text = "Kleine Anfrage\nder Fraktion der XYZ\nBlaue, gelbe und weiße Blumen am Wegrand im\nFrühjahr\n\
                    Viele Menschen sehen die blauen Blumen nicht\nund gehen doch gern an ihnen vorbei. Ja,\nwarum?";
        let front = front(text);
        assert_eq!(
            front.title,
            "Blaue, gelbe und weiße Blumen am Wegrand im Frühjahr"
        );
        assert_eq!(front.doubts(), [Doubt::TitleGuessed]);
    }

    /// Promise: an answer is refused by name and tells which inquiry to hand in.
    #[test]
    fn refuses_an_answer() {
        let text = "Drucksache 21/308\nAntwort\nder Bundesregierung\nauf die Kleine Anfrage des Abgeordneten A B\n– Drucksache 21/147 –\n";
        match refuse_answer(&cleaning::clean(text)) {
            Err(InquiryError::Answer { inquiry }) => assert_eq!(inquiry.as_deref(), Some("21/147")),
            other => panic!("{other:?}"),
        }
        assert!(refuse_answer(&cleaning::clean("Antwort\nauf alle Fragen")).is_ok());
    }
}
