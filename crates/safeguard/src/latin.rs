//! Fourth layer: letters of other scripts that look like Latin ones become Latin.
//!
//! Only letters that are not Latin are changed. The full skeleton of Unicode TS 39 would also
//! write `m` as `rn` and `1` as `l`, which destroys addresses and telephone numbers; it is a key
//! for comparison, never a canonical value.

use crate::view::{Rewriter, View};
use std::ops::Range;
use unicode_normalization::char::is_combining_mark;
use unicode_script::{Script, UnicodeScript};
use unicode_security::confusable_detection::skeleton;

/// The ASCII letter or digit that a letter of another script looks like.
fn look_alike(c: char) -> Option<char> {
    let foreign = matches!(
        c.script(),
        Script::Cyrillic | Script::Greek | Script::Armenian | Script::Cherokee | Script::Coptic
    ) || (!c.is_ascii() && c.script() == Script::Latin && c.is_alphabetic());
    if !foreign {
        return None;
    }
    let mut buffer = [0; 4];
    let mut key = skeleton(c.encode_utf8(&mut buffer));
    match (key.next(), key.next()) {
        (Some(plain), None) if plain.is_ascii_alphanumeric() => Some(plain),
        _ => None,
    }
}

/// The text with look-alikes in words that hold at least one Latin neighbour, a stop or an at
/// sign made Latin, and with marks over Latin letters taken off.
pub(crate) fn latinise(source: &str) -> View {
    let mut rewriter = Rewriter::new(source);
    for token in tokens(source, |c| {
        c.is_alphanumeric() || is_combining_mark(c) || matches!(c, '.' | '@' | '-' | '_' | '/')
    }) {
        let text = &source[token.clone()];
        if text.is_ascii() || !text.contains(|c: char| c.is_ascii_alphanumeric()) {
            continue;
        }
        let mut after_latin = false;
        for (at, c) in text.char_indices() {
            let range = token.start + at..token.start + at + c.len_utf8();
            if is_combining_mark(c) && after_latin {
                rewriter.replace(range, "");
            } else if let Some(plain) = look_alike(c) {
                rewriter.replace(range, plain.encode_utf8(&mut [0; 4]));
                after_latin = true;
            } else {
                after_latin = c.is_ascii_alphabetic();
            }
        }
    }
    rewriter.finish()
}

/// Words that mix Latin letters with look-alikes of another script. Units such as `kΩ` or `µm`
/// and names such as `TGFβ` do not look like anything else and are no finding.
pub(crate) fn mixed_words(source: &str) -> Vec<Range<usize>> {
    tokens(source, char::is_alphabetic)
        .filter(|token| {
            let text = &source[token.clone()];
            !text.is_ascii()
                && text.contains(|c: char| c.script() == Script::Latin)
                && text.contains(|c: char| c.script() != Script::Latin && look_alike(c).is_some())
        })
        .collect()
}

/// The longest runs of characters that belong together.
fn tokens<F: Fn(char) -> bool>(source: &str, belongs: F) -> impl Iterator<Item = Range<usize>> {
    let mut chars = source.char_indices().peekable();
    std::iter::from_fn(move || {
        let (start, first) = chars.find(|(_, c)| belongs(*c))?;
        let mut end = start + first.len_utf8();
        while let Some((at, c)) = chars.next_if(|(_, c)| belongs(*c)) {
            end = at + c.len_utf8();
        }
        Some(start..end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cyrillic а and е in a Latin address are seen through and reported.
    #[test]
    fn look_alikes_become_latin() {
        assert_eq!(
            latinise("j\u{430}na@\u{435}xample.org").text,
            "jana@example.org"
        );
        assert_eq!(mixed_words("j\u{430}na@\u{435}xample.org").len(), 2);
    }

    /// Other scripts in their own words are nothing unusual.
    #[test]
    fn honest_scripts_stay() {
        for text in [
            "привет мир",
            "Straße für Jürgen",
            "TGFβ",
            "10 kΩ",
            "多里坤 abc",
        ] {
            assert!(mixed_words(text).is_empty(), "{text}");
        }
        assert!(latinise("Überprüfung der Straße").is_unchanged());
        assert!(latinise("привет").is_unchanged());
    }
}
