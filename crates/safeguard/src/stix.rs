//! Walks JSON, with an eye for STIX 2.1: which objects are made for technical selectors, which
//! members are accounts, what a pattern compares.

use crate::attachment::Passage;
use crate::extract::pattern;
use crate::finding::{Part, Place};
use crate::handle::account;
use crate::json::{Json, step};
use regex::Regex;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

/// Objects whose purpose is to carry technical indicators: in them, undeclared addresses, hosts,
/// URLs and hashes are what the sender wants to share. Notes, opinions and reports are prose.
const TECHNICAL: &[&str] = &[
    "indicator",
    "observed-data",
    "sighting",
    "malware",
    "malware-analysis",
    "infrastructure",
    "tool",
    "vulnerability",
    "artifact",
    "autonomous-system",
    "directory",
    "domain-name",
    "email-message",
    "file",
    "ipv4-addr",
    "ipv6-addr",
    "mac-addr",
    "mutex",
    "network-traffic",
    "process",
    "software",
    "url",
    "windows-registry-key",
    "x509-certificate",
];

/// Identifiers and timestamps of STIX, which hold no selector by their form.
static STRUCTURE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:[a-z0-9-]{1,40}--[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,18}Z)$",
    )
});

/// Object path or quoted literal of a STIX pattern (STIX 2.1, section 9).
static COMPARISON: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"([a-z][a-z0-9-]*):([A-Za-z0-9_.*-]+)|'((?:[^'\\]|\\.)*)'"));

/// Hands every string and number of a JSON text to `read`, member names included.
pub(crate) fn walk(json: &Json, file: &str, is_stix: bool, read: &mut dyn FnMut(Passage<'_>)) {
    let is_stix = is_stix || json.text("type") == Some("bundle");
    let start = Spot {
        file,
        pointer: String::new(),
        label: None,
        technical: false,
        is_stix,
        platform: None,
    };
    visit(json, &start, read);
}

/// Where the walk stands.
struct Spot<'a> {
    file: &'a str,
    pointer: String,
    label: Option<&'a str>,
    technical: bool,
    is_stix: bool,
    /// Inside a user account: the platform it is on.
    platform: Option<&'a str>,
}

impl Spot<'_> {
    fn place(&self, part: Part) -> Place {
        Place::Attachment {
            name: self.file.to_owned(),
            path: Some(self.pointer.clone()),
            part,
        }
    }
}

/// Recursion is bounded by [`crate::attachment::MAX_DEPTH`].
fn visit<'a>(json: &'a Json, spot: &Spot<'a>, read: &mut dyn FnMut(Passage<'_>)) {
    match json {
        Json::Plain => {}
        Json::Text(text) | Json::Number(text) => leaf(text, spot, read),
        Json::List(items) => {
            for (position, item) in items.iter().enumerate() {
                let inner = Spot {
                    pointer: format!("{}/{position}", spot.pointer),
                    ..*spot
                };
                visit(item, &inner, read);
            }
        }
        Json::Object(members) => {
            let kind = json.text("type").filter(|_| spot.is_stix);
            // Members that only describe part of an object inherit from it.
            let technical = kind.map_or(spot.technical, |k| TECHNICAL.contains(&k));
            let platform = match kind {
                Some("user-account") => Some(json.text("account_type").unwrap_or("account")),
                Some(_) => None,
                None => spot.platform,
            };
            for (name, value) in members {
                let inner = Spot {
                    pointer: step(&spot.pointer, name),
                    label: Some(name),
                    technical: technical || (spot.is_stix && name == "external_references"),
                    platform,
                    ..*spot
                };
                member_name(name, &inner, read);
                visit(value, &inner, read);
            }
        }
    }
}

/// A name of letters and low lines can only be a word; any other could hide a selector.
fn member_name(name: &str, spot: &Spot<'_>, read: &mut dyn FnMut(Passage<'_>)) {
    let is_word = name.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_');
    if is_word && !name.starts_with("wxid_") {
        return;
    }
    read(Passage {
        place: spot.place(Part::MemberName),
        text: Cow::Borrowed(name),
        label: None,
        technical: spot.technical,
        accounts: Vec::new(),
        payload: false,
    });
}

fn leaf(text: &str, spot: &Spot<'_>, read: &mut dyn FnMut(Passage<'_>)) {
    if STRUCTURE.is_match(text) {
        return;
    }
    let accounts = match (spot.label, spot.platform) {
        (Some("pattern"), _) if spot.is_stix => accounts_in_pattern(text),
        (Some("user_id" | "account_login"), Some(platform)) => {
            vec![(0..text.len(), account(platform, text))]
        }
        _ => Vec::new(),
    };
    read(Passage {
        place: spot.place(Part::Text),
        text: Cow::Borrowed(text),
        label: spot.label,
        technical: spot.technical,
        accounts,
        payload: spot.label == Some("payload_bin"),
    });
}

/// The accounts that a pattern compares with: `[user-account:account_login = 'jana']`. Other
/// literals are found by the ordinary rules, which read the pattern as text.
fn accounts_in_pattern(source: &str) -> Vec<(Range<usize>, String)> {
    let mut accounts = Vec::new();
    let mut is_login = false;
    for groups in COMPARISON.captures_iter(source) {
        if let (Some(object), Some(path)) = (groups.get(1), groups.get(2)) {
            is_login = object.as_str() == "user-account"
                && matches!(path.as_str(), "user_id" | "account_login" | "display_name");
        } else if let Some(literal) = groups.get(3).filter(|l| is_login && !l.is_empty()) {
            let id = literal.as_str().replace('\\', "");
            accounts.push((literal.range(), account("account", &id)));
        }
    }
    accounts
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Only accounts are taken from the structure of a pattern.
    #[test]
    fn patterns_show_accounts() {
        let found = accounts_in_pattern(
            "[user-account:account_login IN ('Jana', 'mia') AND file:hashes.'SHA-256' = 'aa']",
        );
        let names: Vec<_> = found.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(names, ["account:jana", "account:mia"]);
    }
}
