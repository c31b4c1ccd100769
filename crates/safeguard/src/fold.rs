//! First layer: compatibility characters to their plain form, invisible characters away.
//!
//! Every later layer works on this one, so rules need not know that Chinese input methods write
//! `ｊａｎａ＠example。org`.

use crate::view::{Rewriter, View};
use std::ops::Range;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use unicode_script::{Script, UnicodeScript};

/// Whether a character leaves no mark on paper: zero width, direction controls, tags.
pub(crate) const fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}')
}

/// Direction overrides, embeddings and isolates, and the invisible tag letters: they have no use
/// in the texts exchanged here and can show a reader something else than what is written.
const fn is_trick(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{e0000}'..='\u{e00ff}')
}

/// NFKC, and full-width or ideographic stops and all dashes to their ASCII form.
pub(crate) fn fold(source: &str) -> View {
    let mut rewriter = Rewriter::new(source);
    let mut chars = source.char_indices().peekable();
    let mut cluster = String::new();
    while let Some((start, c)) = chars.next() {
        let mut end = start + c.len_utf8();
        let marked = chars.peek().is_some_and(|(_, n)| is_combining_mark(*n));
        if c.is_ascii() && !marked {
            continue;
        }
        if is_invisible(c) {
            rewriter.replace(start..end, "");
            continue;
        }
        cluster.clear();
        cluster.push(c);
        while let Some((at, mark)) = chars.next_if(|(_, n)| is_combining_mark(*n)) {
            end = at + mark.len_utf8();
            if !is_invisible(mark) {
                cluster.push(mark);
            }
        }
        let folded: String = cluster.nfkc().map(plain_sign).collect();
        if source.get(start..end) != Some(folded.as_str()) {
            rewriter.replace(start..end, &folded);
        }
    }
    rewriter.finish()
}

const fn plain_sign(c: char) -> char {
    match c {
        '。' | '\u{2024}' | '\u{fe52}' => '.',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{2044}' | '\u{2215}' => '/',
        _ => c,
    }
}

/// The invisible characters of a text that a person should look at: direction controls anywhere,
/// others only between two characters of the scripts that never need them. A soft hyphen is
/// German typography, so by itself it is no finding.
pub(crate) fn suspicious_invisible(source: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut before: Option<char> = None;
    let mut pending: Option<Range<usize>> = None;
    for (at, c) in source.char_indices() {
        let end = at + c.len_utf8();
        if is_trick(c) {
            found.push(at..end);
        } else if is_invisible(c) {
            if c != '\u{ad}' {
                pending = Some(pending.map_or(at..end, |p| p.start..end));
            }
        } else {
            if let Some(range) = pending.take()
                && before.is_some_and(needs_no_joiner)
                && needs_no_joiner(c)
            {
                found.push(range);
            }
            before = Some(c);
        }
    }
    found
}

fn needs_no_joiner(c: char) -> bool {
    c.is_ascii_graphic() || matches!(c.script(), Script::Latin | Script::Cyrillic | Script::Greek)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Full-width addresses read like plain ones.
    #[test]
    fn compatibility_characters_become_plain() {
        assert_eq!(
            fold("ｊａｎａ＠ｅｘａｍｐｌｅ．ｏｒｇ").text,
            "jana@example.org"
        );
        assert_eq!(fold("example。org").text, "example.org");
        assert_eq!(fold("ja\u{200b}na\u{ad}@x").text, "jana@x");
        assert!(fold("plain ASCII").is_unchanged());
        assert!(fold("既然是中文").is_unchanged());
    }

    /// Hidden characters in Latin words are reported, typography and emoji are not.
    #[test]
    fn only_tricks_are_suspicious() {
        assert_eq!(suspicious_invisible("ja\u{200b}na").len(), 1);
        assert_eq!(suspicious_invisible("abc\u{202e}gro").len(), 1);
        assert!(suspicious_invisible("Donau\u{ad}dampfer").is_empty());
        assert!(suspicious_invisible("👩\u{200d}💻").is_empty());
        assert!(suspicious_invisible("می\u{200c}خواهم").is_empty());
    }
}
