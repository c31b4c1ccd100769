//! From bytes to text: which encoding, and whether it is text at all.

use std::borrow::Cow;

use super::{InquiryError, LIMIT, pdf};

/// The characters of Windows-1252 from 0x80 to 0x9f, where it differs from Latin-1 (source: the
/// Encoding Standard of the WHATWG). Older texts carry their quotation marks and dashes there.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// One control character in this many is taken as a slip; more make the file binary.
const TOLERATED_CONTROLS: usize = 200;

/// Refuses what is too large before anything is done with it.
pub(super) fn check_size(bytes: usize) -> Result<(), InquiryError> {
    if bytes > LIMIT {
        Err(InquiryError::TooLarge { bytes })
    } else {
        Ok(())
    }
}

/// Text of a source: PDF by its magic number, else UTF-8, else Windows-1252.
pub(super) fn text(bytes: &[u8]) -> Result<Cow<'_, str>, InquiryError> {
    if pdf::is_pdf(bytes) {
        return Ok(Cow::Owned(pdf::pdf_text(bytes)?));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.contains(&0) {
        return Err(InquiryError::Binary);
    }
    Ok(match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().map(|byte| windows_1252(*byte)).collect()),
    })
}

fn windows_1252(byte: u8) -> char {
    let high = usize::from(byte).checked_sub(0x80);
    high.and_then(|place| WINDOWS_1252.get(place))
        .copied()
        .unwrap_or(char::from(byte))
}

/// Refuses text that is empty or full of control characters.
pub(super) fn check_text(text: &str) -> Result<(), InquiryError> {
    if !text.chars().any(char::is_alphanumeric) {
        return if text.chars().any(is_odd) {
            Err(InquiryError::Binary)
        } else {
            Err(InquiryError::Empty)
        };
    }
    let odd = text.chars().filter(|character| is_odd(*character)).count();
    if odd > text.len() / TOLERATED_CONTROLS {
        Err(InquiryError::Binary)
    } else {
        Ok(())
    }
}

fn is_odd(character: char) -> bool {
    character == char::REPLACEMENT_CHARACTER
        || (character.is_control() && !matches!(character, '\n' | '\r' | '\t' | '\u{c}' | '\u{85}'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Promise: a text in an old encoding keeps its umlauts, quotation marks and dashes.
    #[test]
    fn reads_windows_1252() {
        assert_eq!(
            text(b"\x84F\xfcr\x93 \x96 gr\xfc\xdfen").unwrap(),
            "„Für“ – grüßen"
        );
        assert_eq!(text("\u{feff}Für".as_bytes()).unwrap(), "Für");
    }

    /// Promise: binary files and empty ones are told apart and refused.
    #[test]
    fn refuses_what_is_no_text() {
        assert!(matches!(
            text(b"PK\x03\x04\x00\x00"),
            Err(InquiryError::Binary)
        ));
        assert!(matches!(check_text(" \n\t"), Err(InquiryError::Empty)));
        assert!(matches!(
            check_text("a\u{1}\u{2}\u{3}"),
            Err(InquiryError::Binary)
        ));
        assert!(
            matches!(check_size(LIMIT + 1), Err(InquiryError::TooLarge { bytes }) if bytes == LIMIT + 1)
        );
        assert!(check_size(LIMIT).is_ok());
    }
}
