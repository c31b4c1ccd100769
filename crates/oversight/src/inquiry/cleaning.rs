//! Lines of a paper without the printer's furniture: running heads, imprint, margin marks.
//!
//! Every line keeps its number in the source and its page, so that each result can be shown beside
//! the place it was read from.

use std::sync::LazyLock;

use regex::Regex;

use super::pattern;

/// Furniture is short; longer lines are text and are not even matched.
const FURNITURE_LENGTH: usize = 300;

/// From this share of indented lines on, in percent, a text shows the layout of its pages.
const LAID_OUT_SHARE: usize = 25;

/// One line of a paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// Its text with single blanks, trimmed; empty for an empty line.
    pub text: String,
    /// Column of its first character, counted from the page's left edge.
    pub indent: usize,
    /// Column of its second word: with a number or label in front, the column of the text after it.
    pub hang: usize,
    /// Whether the source puts a blank at its end, by which some texts mark that a paragraph goes on.
    pub goes_on: bool,
    /// Its number in the source, from 1.
    pub number: u32,
    /// Its page, from 1.
    pub page: u32,
}

/// A cleaned paper.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Paper {
    /// Lines in order, empty ones included.
    pub lines: Vec<Line>,
    /// Whether a blank at the end of a line tells that its paragraph goes on. True for texts of the
    /// Bundestag's documentation system, not for texts that end every line in a blank.
    pub marks_wraps: bool,
    /// Whether indents can be trusted, as in text made from a PDF.
    pub laid_out: bool,
    /// Length of a full line in characters, indent included.
    pub width: usize,
}

/// What a line of furniture is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Furniture {
    /// A running head with the number of its page.
    PageHead(u32),
    /// Imprint, margin mark, foot note of the printer.
    Other,
}

/// Running heads, left pages and right pages, with the page's number in the first group that matches.
static RUNNING_HEAD: LazyLock<Regex> = LazyLock::new(|| {
    pattern::fixed(
        r"^(?:Drucksache \d{1,2}/\d{1,6}(?: ?\(neu\))? [–-] (\d{1,4}) [–-] Deutscher Bundestag(?: [–-] \d{1,2}\. Wahlperiode)?|Deutscher Bundestag [–-] \d{1,2}\. Wahlperiode [–-] (\d{1,4}) [–-] Drucksache \d{1,2}/\d{1,6}(?: ?\(neu\))?|[–-] (\d{1,4}) [–-])$",
    )
});

/// The printer's lines at the end, the mark of the preliminary edition (also broken over two lines in
/// mid-word, as its text runs up the margin), and the second half of a running head.
static FURNITURE: LazyLock<Regex> = LazyLock::new(|| {
    pattern::fixed(
        r"^(?:(?:Gesamtherstellung|Vertrieb): .*|ISSN \d{4}-\d{3}[\dX].*|Deutscher Bundestag [–-] \d{1,2}\. Wahlperiode|\*? ?(?:Elektronische )?Vorab-?[Ff]assung ?\*?(?: ?[–-] ?w(?:ird .*ersetzt\.?)?)?|\*? ?(?:[Ww]ird|ird) (?:durch die lektorierte|nach Vorliegen der lektorierten) .{0,60}ersetzt\.?)$",
    )
});

/// Splits a text into lines and drops the furniture.
pub(super) fn clean(text: &str) -> Paper {
    let mut lines = Vec::new();
    let mut page = 1;
    let mut number = 0;
    for raw in text.split_inclusive(['\n', '\r', '\u{85}', '\u{2028}']) {
        // The second half of CR LF is no line of its own.
        if raw == "\n" && text_before(text, raw).is_some_and(|before| before == b'\r') {
            continue;
        }
        number += 1;
        page += u32::try_from(raw.matches('\u{c}').count()).unwrap_or(0);
        let line = line(raw, number, page);
        match furniture(&line.text) {
            Some(Furniture::PageHead(printed)) => page = printed.max(page),
            Some(Furniture::Other) => {}
            None => lines.push(line),
        }
    }
    align_pages(&mut lines);
    let (marks_wraps, laid_out, width) = (marks_wraps(&lines), laid_out(&lines), width(&lines));
    Paper {
        lines,
        marks_wraps,
        laid_out,
        width,
    }
}

/// The byte of `text` just before its slice `part`.
fn text_before(text: &str, part: &str) -> Option<u8> {
    let offset = (part.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
    text.as_bytes().get(offset.checked_sub(1)?).copied()
}

fn line(raw: &str, number: u32, page: u32) -> Line {
    let raw = raw.trim_end_matches(['\n', '\r', '\u{85}', '\u{2028}']);
    let plain = plain(raw);
    let goes_on = plain.ends_with(' ');
    let trimmed = plain.trim();
    let indent = plain
        .chars()
        .take_while(|character| *character == ' ')
        .count();
    let first_word = trimmed
        .chars()
        .take_while(|character| *character != ' ')
        .count();
    let gap = trimmed
        .chars()
        .skip(first_word)
        .take_while(|character| *character == ' ')
        .count();
    let text = trimmed
        .split(' ')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    Line {
        text,
        indent,
        hang: indent + first_word + gap,
        goes_on,
        number,
        page,
    }
}

/// One kind of blank and of hyphen, no invisible characters, no ligatures, umlauts in one piece.
fn plain(raw: &str) -> String {
    let mut plain = String::with_capacity(raw.len());
    for character in raw.chars() {
        match character {
            '\t' | '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => {
                plain.push(' ')
            }
            '\u{2010}' | '\u{2011}' => plain.push('-'),
            // A soft hyphen is a hyphen only where the line was broken at it.
            '\u{ad}' => plain.push(character),
            'ﬀ' => plain.push_str("ff"),
            'ﬁ' => plain.push_str("fi"),
            'ﬂ' => plain.push_str("fl"),
            'ﬃ' => plain.push_str("ffi"),
            'ﬄ' => plain.push_str("ffl"),
            '\u{308}' => add_dots(&mut plain),
            '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' => {}
            _ if character.is_control() => {}
            _ => plain.push(character),
        }
    }
    if !plain.contains('\u{ad}') {
        return plain;
    }
    let blanks = plain.len() - plain.trim_end_matches(' ').len();
    let broken = plain.trim_end_matches(' ').ends_with('\u{ad}');
    let mut plain = plain.trim_end_matches(' ').replace('\u{ad}', "");
    if broken {
        plain.push('-');
    }
    plain.extend(std::iter::repeat_n(' ', blanks));
    plain
}

/// Joins a combining diaeresis with the letter before it.
fn add_dots(plain: &mut String) {
    let dotted = match plain.pop() {
        Some('a') => 'ä',
        Some('o') => 'ö',
        Some('u') => 'ü',
        Some('A') => 'Ä',
        Some('O') => 'Ö',
        Some('U') => 'Ü',
        Some(other) => other,
        None => return,
    };
    plain.push(dotted);
}

fn furniture(text: &str) -> Option<Furniture> {
    if text.is_empty() || text.len() > FURNITURE_LENGTH {
        return None;
    }
    if let Some(found) = RUNNING_HEAD.captures(text) {
        let page = found
            .iter()
            .skip(1)
            .flatten()
            .next()
            .and_then(|page| page.as_str().parse().ok());
        return Some(Furniture::PageHead(page.unwrap_or(1)));
    }
    FURNITURE.is_match(text).then_some(Furniture::Other)
}

/// Takes each page's common indent away: left and right pages have different margins.
fn align_pages(lines: &mut [Line]) {
    for page in lines.chunk_by_mut(|one, next| one.page == next.page) {
        let margin = page
            .iter()
            .filter(|line| !line.text.is_empty())
            .map(|line| line.indent)
            .min()
            .unwrap_or(0);
        for line in page {
            line.indent = line.indent.saturating_sub(margin);
            line.hang = line.hang.saturating_sub(margin);
        }
    }
}

/// A text marks its wraps if lines end in a blank, but hardly any that ends a question does.
fn marks_wraps(lines: &[Line]) -> bool {
    let marked = lines
        .iter()
        .filter(|line| !line.text.is_empty() && line.goes_on)
        .count();
    let ends = lines.iter().filter(|line| line.text.ends_with(['?', ':']));
    let (ends, marked_ends) = ends.fold((0, 0), |(all, marked), line| {
        (all + 1, marked + usize::from(line.goes_on))
    });
    marked >= 3 && ends > 0 && marked_ends * 5 <= ends
}

fn laid_out(lines: &[Line]) -> bool {
    let full = lines.iter().filter(|line| !line.text.is_empty()).count();
    let indented = lines
        .iter()
        .filter(|line| !line.text.is_empty() && line.indent >= 2)
        .count();
    full > 0 && indented * 100 >= full * LAID_OUT_SHARE
}

/// The length that nine lines in ten stay within: single lines run longer by an unbroken word.
fn width(lines: &[Line]) -> usize {
    let mut lengths: Vec<usize> = lines
        .iter()
        .filter(|line| !line.text.is_empty())
        .map(|line| line.indent + line.text.chars().count())
        .collect();
    lengths.sort_unstable();
    lengths.get(lengths.len() * 9 / 10).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        clean(text)
            .lines
            .into_iter()
            .map(|line| line.text)
            .collect()
    }

    /// Promise: running heads of both orders vanish, and tell the page of what follows.
    #[test]
    fn drops_running_heads_and_takes_their_page() {
        let paper = clean(
            "eins\nDrucksache 21/77 (neu) – 2 – Deutscher Bundestag – 21. Wahlperiode\nzwei\n\
             Deutscher Bundestag  –  21. Wahlperiode      – 3 –      Drucksache 21/77\ndrei\n– 4 –\nvier",
        );
        let pages: Vec<_> = paper
            .lines
            .iter()
            .map(|line| (line.text.as_str(), line.page, line.number))
            .collect();
        assert_eq!(
            pages,
            [
                ("eins", 1, 1),
                ("zwei", 2, 3),
                ("drei", 3, 5),
                ("vier", 4, 7)
            ]
        );
    }

    /// Promise: imprint and the margin mark vanish, broken in mid-word or not; text about them stays.
    #[test]
    fn drops_imprint_and_margin_marks() {
        let text = "poli-\nVorabfassung - w\nird durch die lektorierte Version ersetzt.\ntischen\n\
                    Vorabfassung – wird durch die lektorierte Version ersetzt.\nISSN 0722-8333\n\
                    Vertrieb: Verlag, Köln\nVorabfassung des Berichts liegt vor\n\
                    * Wird nach Vorliegen der lektorierten Druckfassung durch diese ersetzt.";
        assert_eq!(
            texts(text),
            ["poli-", "tischen", "Vorabfassung des Berichts liegt vor"]
        );
    }

    /// Promise: blanks, hyphens, ligatures and split umlauts of any kind become one kind.
    #[test]
    fn makes_characters_plain() {
        assert_eq!(
            texts("1.\u{a0}\u{2003}Wie\tviele\r\nﬁnden u\u{308}ber\u{200b}all"),
            ["1. Wie viele", "finden überall"]
        );
        assert_eq!(texts("Fra\u{ad}ge\u{ad} \nn"), ["Frage-", "n"]);
    }

    /// Promise: the two ways of ending lines in a blank are told apart.
    #[test]
    fn knows_whether_blanks_mark_wraps() {
        assert!(clean("a \nb \nc \nd?\ne?").marks_wraps);
        assert!(!clean("a \nb \nc \nd? \ne? ").marks_wraps);
        assert!(!clean("a\nb\nc?").marks_wraps);
    }

    /// Promise: different margins of left and right pages do not shift columns.
    #[test]
    fn aligns_pages() {
        let paper = clean("  1. Wie\n     viele\n\u{c}      2. Was\n         nun");
        let columns: Vec<_> = paper
            .lines
            .iter()
            .map(|line| (line.indent, line.hang, line.page))
            .collect();
        assert_eq!(columns, [(0, 3, 1), (3, 8, 1), (0, 3, 2), (3, 6, 2)]);
    }
}
