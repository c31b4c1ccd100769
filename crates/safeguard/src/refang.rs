//! Second layer: undoes what analysts do to make an address unclickable, and simple encodings.

use crate::extract::pattern;
use crate::view::{View, rewrite};
use regex::Regex;
use std::sync::LazyLock;

/// Rules whose whole match is replaced.
static WHOLE: LazyLock<Vec<(Regex, &'static str)>> = LazyLock::new(|| {
    [
        (
            r"(?i)[ \t]{0,2}[\[({<][ \t]?(?:\.|dot|punkt|point|点)[ \t]?[\])}>][ \t]{0,2}",
            ".",
        ),
        (r"\[\.|\.\]|\\{1,4}\.", "."),
        (
            r"(?i)[ \t]{1,2}dot[ \t]{1,2}|[ \t]{1,2}(?:punkt|PUNKT)[ \t]{1,2}",
            ".",
        ),
        (
            r"(?i)[ \t]{0,2}[\[({<][ \t]?(?:@|at|ät|艾特)[ \t]?[\])}>][ \t]{0,2}|艾特",
            "@",
        ),
        (
            r"(?i)\\@|\\u0040|%(?:25)?40|&#0{0,5}64;|&#x0{0,5}40;|&commat;",
            "@",
        ),
        (
            r"(?i)\\u002e|%(?:25)?2e|&#0{0,5}46;|&#x0{0,5}2e;|&period;",
            ".",
        ),
        (r"(?i)%(?:25)?3a|&#0{0,5}58;|&colon;", ":"),
        (r"(?i)%(?:25)?2f|&#0{0,5}47;|&sol;", "/"),
        (r"(?i)%(?:25)?2b", "+"),
        (r"[\[({]:[\])}]", ":"),
        (r"[\[({]://[\])}]", "://"),
        (r"[\[({]:[\])}]//", "://"),
        (r"[\[({]/[\])}]", "/"),
    ]
    .map(|(rule, with)| (pattern(rule), with))
    .into()
});

/// Rules that replace their first group only.
static GROUP: LazyLock<Vec<(Regex, &'static str)>> = LazyLock::new(|| {
    [
        (r"(?i)(?-u:\b)(h(?:xx|\*\*|__)ps)(?-u:\b)", "https"),
        (r"(?i)(?-u:\b)(h(?:xx|\*\*|__)p)(?-u:\b)", "http"),
        (r"(?i)(?-u:\b)(fxps?)(?-u:\b)", "ftp"),
        (r"[A-Za-z0-9](点)[A-Za-z]", "."),
    ]
    .map(|(rule, with)| (pattern(rule), with))
    .into()
});

/// `name at host.tld` in words. The word before is compared with [`BEFORE_AT`].
static AT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)([\p{L}\p{N}._+-]+)([ \t]{1,3}(?:at|ät)[ \t]{1,3})[\p{L}\p{N}-]+[ \t]{0,2}(?:\.[\p{L}\p{N}]|dot(?-u:\b)|punkt(?-u:\b)|[\[({<][ \t]?(?:\.|dot|punkt))",
    )
});

/// Words after which "at" is the English preposition. Kept short: a wrong join costs a look, a
/// missed one costs a person.
const BEFORE_AT: &[&str] = &[
    "hosted",
    "host",
    "server",
    "servers",
    "located",
    "available",
    "reachable",
    "running",
    "registered",
    "website",
    "site",
    "page",
    "look",
    "looking",
    "found",
    "seen",
    "observed",
    "address",
    "domain",
    "published",
    "online",
    "services",
    "service",
    "system",
    "systems",
    "listening",
    "pointed",
    "directed",
    "aimed",
    "portal",
    "mirror",
    "or",
    "and",
    "is",
    "was",
];

/// The text with defanged addresses made whole.
pub(crate) fn refang(source: &str) -> View {
    let mut edits = Vec::new();
    for (rule, with) in WHOLE.iter() {
        edits.extend(rule.find_iter(source).map(|m| (m.range(), *with)));
    }
    for (rule, with) in GROUP.iter() {
        let groups = rule.captures_iter(source).filter_map(|c| c.get(1));
        edits.extend(groups.map(|m| (m.range(), *with)));
    }
    for found in AT.captures_iter(source) {
        if let (Some(word), Some(at)) = (found.get(1), found.get(2))
            && !BEFORE_AT.contains(&word.as_str().to_lowercase().as_str())
        {
            edits.push((at.range(), "@"));
        }
    }
    rewrite(source, edits)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The ways analysts, and people who hide an address, write it.
    #[test]
    fn defanged_addresses_become_whole() {
        for (given, whole) in [
            ("hxxps://example[.]org/a", "https://example.org/a"),
            ("hXXp[:]//example(dot)org", "http://example.org"),
            ("jana [at] example [dot] org", "jana@example.org"),
            ("jana{at}example[.org", "jana@example.org"),
            ("jana at example dot org", "jana@example.org"),
            ("JANA AT EXAMPLE DOT ORG", "JANA@EXAMPLE.ORG"),
            (r"jana@example\.org", "jana@example.org"),
            ("jana%40example%2Eorg", "jana@example.org"),
            ("jana&#64;example&period;org", "jana@example.org"),
            ("jana艾特example点org", "jana@example.org"),
            ("192[.]0[.]2[.]1", "192.0.2.1"),
        ] {
            assert_eq!(refang(given).text, whole, "{given}");
        }
    }

    /// English prose stays prose.
    #[test]
    fn a_preposition_is_not_an_at_sign() {
        for text in [
            "The server at example.org",
            "at 10 o'clock",
            "(see above)",
            "Art. 5 [1]",
        ] {
            assert!(refang(text).is_unchanged(), "{text}");
        }
    }
}
