//! Base64 and hexadecimal text inside a text, undone one level deep.

use crate::extract::pattern;
use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// Shorter runs cannot hold an address and occur in prose.
const SHORTEST: usize = 16;

/// From this length on a blob that is no text is reported; below it may be any identifier.
const LONG: usize = 128;

static BLOB: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"[A-Za-z0-9+/_-]{{{SHORTEST},}}={{0,2}}")));

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// An encoded part of a text.
pub(crate) struct Blob {
    pub(crate) span: Range<usize>,
    /// What it says, where it is text.
    pub(crate) plain: Option<String>,
}

/// The encoded parts: those that are text, and long ones that are something else.
pub(crate) fn blobs(text: &str) -> impl Iterator<Item = Blob> {
    BLOB.find_iter(text).filter_map(|m| {
        let written = m.as_str();
        let plain = decode(written);
        let suspicious = written.len() >= LONG && is_mixed(written);
        (plain.is_some() || suspicious).then_some(Blob {
            span: m.range(),
            plain,
        })
    })
}

/// Whether a whole string, as the `payload_bin` of a STIX artifact, is Base64 that holds no text.
pub(crate) fn is_opaque(text: &str) -> bool {
    let compact: String = text.split_ascii_whitespace().collect();
    !compact.is_empty() && decode(&compact).is_none()
}

/// The text of a blob wrapped over several lines, which [`blobs`] would read line by line.
pub(crate) fn unwrapped(text: &str) -> Option<String> {
    if !text.trim().contains(['\n', '\r', ' ', '\t']) {
        return None;
    }
    let compact: String = text.split_ascii_whitespace().collect();
    let whole = BLOB.find(&compact)?;
    (whole.len() == compact.len()).then(|| decode(&compact))?
}

fn decode(written: &str) -> Option<String> {
    if written.len().is_multiple_of(2) && written.bytes().all(|b| b.is_ascii_hexdigit()) {
        return as_text(hex::decode(written).ok()?);
    }
    let engine = if written.contains(['-', '_']) {
        &URL_SAFE
    } else {
        &STANDARD
    };
    as_text(engine.decode(written).ok()?)
}

/// UTF-8 without control characters; random bytes almost never are.
fn as_text(bytes: Vec<u8>) -> Option<String> {
    let text = String::from_utf8(bytes).ok()?;
    let readable = text
        .chars()
        .all(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t'));
    (readable && text.chars().count() >= 8).then_some(text)
}

/// Letters of both cases and digits, as Base64 of any length has and words and digests have not.
fn is_mixed(written: &str) -> bool {
    written.bytes().any(|b| b.is_ascii_uppercase())
        && written.bytes().any(|b| b.is_ascii_lowercase())
        && written.bytes().any(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn plain(text: &str) -> Vec<Option<String>> {
        blobs(text).map(|b| b.plain).collect()
    }

    /// An encoded address is text again; digests, words and identifiers are left alone.
    #[test]
    fn text_is_told_from_noise() {
        let address = Some("jana@example.org".to_owned());
        assert_eq!(
            plain("see amFuYUBleGFtcGxlLm9yZw== there"),
            std::slice::from_ref(&address)
        );
        assert_eq!(plain("6a616e61406578616d706c652e6f7267"), [address]);
        for text in [
            "Donaudampfschifffahrtsgesellschaft",
            "d41d8cd98f00b204e9800998ecf8427e",
            "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
        ] {
            assert!(plain(text).iter().all(Option::is_none), "{text}");
        }
        assert!(is_opaque("AAECAwQFBgcICQ=="));
        assert_eq!(
            unwrapped("amFuYUBleGFt\ncGxlLm9yZw==").unwrap(),
            "jana@example.org"
        );
    }
}
