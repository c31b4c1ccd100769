//! Finds selectors in one layer of a text.
//!
//! Every pattern runs on the `regex` crate, whose time is linear in the text; an extractor on a
//! backtracking engine was measured at 20 seconds for two thousand letters and an at sign. Word
//! boundaries are ASCII ones throughout: to Unicode a Chinese character is part of a word, so
//! that nothing would begin after one.

use crate::{handle, host, phone};
use records::vocabulary::SelectorKind;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// A selector as found: where in the layer, and its canonical value.
#[derive(Debug, Clone)]
pub(crate) struct Raw {
    pub(crate) kind: SelectorKind,
    pub(crate) span: Range<usize>,
    pub(crate) value: String,
}

/// Compiles a pattern that is a constant of this crate.
#[allow(clippy::expect_used)]
pub(crate) fn pattern(rule: &str) -> Regex {
    Regex::new(rule).expect("a constant pattern, compiled by the tests of its module")
}

/// A host name candidate: labels either of alphabetic scripts or of Han and kana, so that Chinese
/// words touching a Latin name are not drawn into it.
const HOST: &str = r"(?:[\p{Latin}\p{Cyrillic}\p{Greek}\p{Arabic}0-9][\p{Latin}\p{Cyrillic}\p{Greek}\p{Arabic}0-9-]*|[\p{Han}\p{Hiragana}\p{Katakana}0-9]+)(?:\.(?:[\p{Latin}\p{Cyrillic}\p{Greek}\p{Arabic}0-9][\p{Latin}\p{Cyrillic}\p{Greek}\p{Arabic}0-9-]*|[\p{Han}\p{Hiragana}\p{Katakana}0-9]+))+";

static EMAIL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r#"([\p{{Latin}}\p{{Cyrillic}}\p{{Greek}}\p{{Arabic}}\p{{M}}0-9._%+~-]+|"[^"@\r\n]{{1,64}}"|\p{{Han}}{{1,20}})@\[?({HOST}|localhost)"#
    ))
});

static DOMAIN: LazyLock<Regex> = LazyLock::new(|| pattern(HOST));

static URL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r#"(?i)(?-u:\b)(https?|ftps?|sftp|wss?)://(?:[^\s/?\#<>"'@]*@)?(\[[0-9a-f:.]+\]|{HOST}|[a-z0-9-]+)(:[0-9]{{1,5}})?([/?\#][\p{{Latin}}!-~&&[^<>"'`\\^{{|}}]]*)?"#
    ))
});

static IPV4: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?:/[0-9]{1,2})?"));

static IPV6: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,8}(?:\.[0-9]{1,3}){0,3}(?:/[0-9]{1,3})?")
});

static HASH: LazyLock<Regex> = LazyLock::new(|| pattern(r"[0-9A-Fa-f]{32,}"));

/// Every selector in a text, in no order; a selector may be found by more than one rule.
pub(crate) fn extract(text: &str) -> Vec<Raw> {
    let mut found = Vec::new();
    emails(text, &mut found);
    urls(text, &mut found);
    domains(text, &mut found);
    addresses(text, &mut found);
    hashes(text, &mut found);
    phone::find(text, &mut found);
    handle::find(text, &mut found);
    found
}

fn emails(text: &str, found: &mut Vec<Raw>) {
    if !text.contains('@') {
        return;
    }
    for groups in EMAIL.captures_iter(text) {
        let (Some(local), Some(domain)) = (groups.get(1), groups.get(2)) else {
            continue;
        };
        let written = local.as_str();
        let lead = written.len() - written.trim_start_matches(['.', '-', '_', '%', '~']).len();
        // A leading low line or stop belongs to a file name or a list, not to a mailbox.
        let lead = if lead == written.len() { 0 } else { lead };
        let Some((canonical, length)) = mail_host(domain.as_str()) else {
            continue;
        };
        let name = written.get(lead..).unwrap_or(written).trim_matches('"');
        found.push(Raw {
            kind: SelectorKind::Email,
            span: local.start() + lead..domain.start() + length,
            value: format!("{}@{canonical}", name.to_lowercase()),
        });
    }
}

/// The host part of an address and its length as written.
fn mail_host(domain: &str) -> Option<(String, usize)> {
    if let Some(address) = host::ip(domain) {
        return Some((address, domain.len()));
    }
    if domain == "localhost" {
        return Some((domain.to_owned(), domain.len()));
    }
    let host = host::host(domain)?;
    (host.start == 0).then_some((host.canonical, host.end))
}

fn urls(text: &str, found: &mut Vec<Raw>) {
    for groups in URL.captures_iter(text) {
        let (Some(whole), Some(scheme), Some(authority)) =
            (groups.get(0), groups.get(1), groups.get(2))
        else {
            continue;
        };
        let rest = groups.get(4).map_or("", |m| m.as_str());
        let rest = rest.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']']);
        let (name, host_end) = match host::host(authority.as_str()) {
            Some(host) => (host.canonical, authority.start() + host.end),
            None => (authority.as_str().to_lowercase(), authority.end()),
        };
        let complete = host_end == authority.end();
        let port = groups.get(3).filter(|_| complete);
        let end = match (complete, rest.is_empty(), port) {
            (true, false, _) => groups
                .get(4)
                .map_or(whole.end(), |m| m.start() + rest.len()),
            (true, true, Some(port)) => port.end(),
            _ => host_end,
        };
        let scheme_name = scheme.as_str().to_lowercase();
        let path = if complete { rest } else { "" };
        found.push(Raw {
            kind: SelectorKind::Url,
            span: whole.start()..end,
            value: canonical_url(&scheme_name, &name, port.map(|p| p.as_str()), path),
        });
    }
}

/// Scheme and host in lower case, no default port, no fragment, an empty path written `/`.
fn canonical_url(scheme: &str, host: &str, port: Option<&str>, rest: &str) -> String {
    let default = match scheme {
        "http" | "ws" => ":80",
        "https" | "wss" => ":443",
        "ftp" => ":21",
        "sftp" => ":22",
        _ => "",
    };
    let port = port.filter(|p| *p != default).unwrap_or_default();
    let path = rest.split('#').next().unwrap_or_default();
    let slash = if path.starts_with('/') { "" } else { "/" };
    format!("{scheme}://{host}{port}{slash}{path}")
}

fn domains(text: &str, found: &mut Vec<Raw>) {
    for m in DOMAIN.find_iter(text) {
        let Some(host) = host::host(m.as_str()) else {
            continue;
        };
        let span = m.start() + host.start..m.start() + host.end;
        let glued = text[..span.start].ends_with('@');
        if glued || host::is_unlikely_host(&text[span.clone()]) {
            continue;
        }
        found.push(Raw {
            kind: SelectorKind::Domain,
            span,
            value: host.canonical,
        });
    }
}

fn addresses(text: &str, found: &mut Vec<Raw>) {
    let candidates = IPV4.find_iter(text).chain(IPV6.find_iter(text));
    for m in candidates {
        let written = m.as_str().trim_end_matches('.');
        // "2001:db8::1: see" ends in a colon of the sentence.
        let written = match written.strip_suffix(':') {
            Some(shorter) if !written.ends_with("::") => shorter,
            _ => written,
        };
        let span = m.start()..m.start() + written.len();
        if !stands_alone(text, &span, &['.', ':']) || written.len() < 3 {
            continue;
        }
        if let Some(value) = host::ip(written) {
            found.push(Raw {
                kind: SelectorKind::Ip,
                span,
                value,
            });
        }
    }
}

fn hashes(text: &str, found: &mut Vec<Raw>) {
    for m in HASH.find_iter(text) {
        if let Some(value) = hash(m.as_str())
            && stands_alone(text, &m.range(), &[])
        {
            found.push(Raw {
                kind: SelectorKind::Hash,
                span: m.range(),
                value,
            });
        }
    }
}

/// The algorithm by the length of the digest, and the digest in lower case.
fn hash(digest: &str) -> Option<String> {
    let algorithm = match digest.len() {
        32 => "md5",
        40 => "sha1",
        64 => "sha256",
        128 => "sha512",
        _ => return None,
    };
    Some(format!("{algorithm}:{}", digest.to_ascii_lowercase()))
}

/// Not a piece of a longer word. `signs` are further signs that tie when a digit follows.
fn stands_alone(text: &str, span: &Range<usize>, signs: &[char]) -> bool {
    let before = text[..span.start].chars().next_back();
    let mut after = text[span.end..].chars();
    let next = after.next();
    before.is_none_or(|c| !c.is_ascii_alphanumeric() && !signs.contains(&c))
        && match next {
            Some(c) if c.is_ascii_alphanumeric() => false,
            Some(c) if signs.contains(&c) => !after.next().is_some_and(|c| c.is_ascii_hexdigit()),
            _ => true,
        }
}
