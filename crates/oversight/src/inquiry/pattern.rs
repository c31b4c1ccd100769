//! Fixed patterns. The `regex` crate matches in linear time, which is why no other kind is used on
//! text from outside.

use regex::Regex;

/// Compiles a pattern written in this crate.
pub(super) fn fixed(pattern: &str) -> Regex {
    Regex::new(pattern).expect("patterns are constants of this crate and each is used by a test")
}
