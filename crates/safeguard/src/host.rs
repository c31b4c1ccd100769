//! Host names and IP addresses: what counts as one, and its canonical form.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Longest host name in bytes (RFC 1035, section 2.3.4, as text).
const MAX_HOST: usize = 253;

/// So many labels may be cut off the end of a candidate before it is given up.
const MAX_CUTS: usize = 8;

/// Names that are no public suffixes but are domains all the same: those set apart for tests and
/// examples (RFC 2606, RFC 6761), which exercises use; onion services (RFC 7686); and names for
/// local networks (RFC 6762, RFC 8375), which appear in incident reports. `example.org` and its
/// sisters need no entry, `org` is a public suffix.
const SPECIAL: &[&str] = &[
    "example",
    "test",
    "invalid",
    "localhost",
    "onion",
    "local",
    "internal",
    "home.arpa",
    "alt",
];

/// Endings of file names that are also top-level domains. A bare name of two labels with one of
/// them is taken for a file.
const FILE_ENDINGS: &[&str] = &[
    "zip", "mov", "md", "rs", "sh", "py", "so", "ps", "cab", "app",
];

/// Words that Chinese texts write right before a host name, without a blank.
const LABELS_BEFORE: &[&str] = &[
    "网址",
    "網址",
    "域名",
    "网站",
    "網站",
    "邮箱",
    "郵箱",
    "邮件",
    "地址",
    "主页",
    "服务器",
    "访问",
    "位于",
    "来自",
    "通过",
    "和",
    "与",
    "及",
    "在",
    "是",
    "为",
    "到",
    "从",
    "的",
];

/// A host name found in a candidate: its canonical form and the part of the candidate it takes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Host {
    pub(crate) canonical: String,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// The host name that a candidate of labels and stops begins with.
///
/// What follows a known suffix without a blank is cut off: a next sentence (`example.org.Weiter`)
/// or Chinese words (`例子.公司的用户`).
pub(crate) fn host(candidate: &str) -> Option<Host> {
    let start = leading_words(candidate);
    let mut rest = candidate.get(start..)?;
    if rest.len() > MAX_HOST {
        let cut = (0..=MAX_HOST).rev().find(|i| rest.is_char_boundary(*i))?;
        rest = rest.get(..cut)?;
    }
    for _ in 0..=MAX_CUTS {
        rest = rest.trim_end_matches(['.', '-']);
        if let Some(canonical) = known(rest) {
            return Some(Host {
                canonical,
                start,
                end: start + rest.len(),
            });
        }
        let (head, last) = rest.rsplit_once('.')?;
        if !last.is_ascii() {
            for (at, _) in last.char_indices().skip(1).take(8) {
                let shorter = rest.get(..head.len() + 1 + at)?;
                if let Some(canonical) = known(shorter) {
                    return Some(Host {
                        canonical,
                        start,
                        end: start + shorter.len(),
                    });
                }
            }
        }
        rest = head;
    }
    None
}

/// Length of the Chinese words glued to the front of a Chinese first label.
fn leading_words(candidate: &str) -> usize {
    let mut at = 0;
    while let Some(word) = LABELS_BEFORE
        .iter()
        .find(|w| candidate.get(at..).is_some_and(|c| c.starts_with(**w)))
    {
        let after = candidate.get(at + word.len()..).unwrap_or_default();
        if after.is_empty() || after.starts_with('.') {
            break;
        }
        at += word.len();
    }
    at
}

/// The canonical form of a name under a known suffix; a suffix alone is not a host.
fn known(name: &str) -> Option<String> {
    let canonical = to_ascii(name)?;
    if canonical == "localhost" {
        return Some(canonical);
    }
    let (first, rest) = canonical.split_once('.')?;
    if first.is_empty() || rest.is_empty() || canonical.split('.').any(|l| l.is_empty()) {
        return None;
    }
    let special = SPECIAL.iter().any(|s| {
        canonical
            .strip_suffix(s)
            .is_some_and(|head| head.ends_with('.'))
    });
    (special || (has_known_suffix(&canonical) && !is_suffix(&canonical))).then_some(canonical)
}

/// Lower case, labels as in the DNS (IDNA A-labels). `None` where IDNA forbids the name.
fn to_ascii(name: &str) -> Option<String> {
    if name.is_empty() || name.len() > MAX_HOST * 4 {
        return None;
    }
    let ascii = idna::domain_to_ascii(name).ok()?;
    (!ascii.is_empty() && ascii.len() <= MAX_HOST).then_some(ascii)
}

fn has_known_suffix(ascii: &str) -> bool {
    let (unicode, _) = idna::domain_to_unicode(ascii);
    [ascii, unicode.as_str()]
        .iter()
        .any(|n| psl::suffix(n.as_bytes()).is_some_and(|s| s.is_known()))
}

/// Whether a name is a public suffix as a whole, such as `de` or `com.cn`: asking for it asks for
/// everybody under it.
pub(crate) fn is_suffix(name: &str) -> bool {
    let Some(ascii) = to_ascii(name.trim().trim_matches('.')) else {
        return false;
    };
    let (unicode, _) = idna::domain_to_unicode(&ascii);
    [ascii.as_str(), unicode.as_str()].iter().any(|n| {
        psl::suffix(n.as_bytes()).is_some_and(|s| s.is_known() && s.as_bytes() == n.as_bytes())
    })
}

/// Whether a bare name in running text is more likely a file or two sentences without a blank
/// than a host: `report.zip`, `Server.In`.
pub(crate) fn is_unlikely_host(written: &str) -> bool {
    let Some((head, last)) = written.rsplit_once('.') else {
        return true;
    };
    if head.contains('.') {
        return false;
    }
    let mut letters = last.chars();
    let titled = letters.next().is_some_and(char::is_uppercase)
        && letters.next().is_some_and(char::is_lowercase);
    titled || FILE_ENDINGS.contains(&last.to_lowercase().as_str())
}

/// An address or a network, in canonical form. A network is masked; a full-length prefix and an
/// IPv4-mapped IPv6 address become the single IPv4 address they mean.
pub(crate) fn ip(text: &str) -> Option<String> {
    let network: Network = text.parse().ok()?;
    Some(network.to_string())
}

/// An IP network; a single address has the full prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// Wider than /24 (IPv4) or /48 (IPv6), the limits of check M7.
    pub(crate) fn is_too_broad(&self) -> bool {
        self.prefix < if self.address.is_ipv4() { 24 } else { 48 }
    }

    /// Whether the other network lies inside this one.
    pub(crate) fn contains(&self, other: &Self) -> bool {
        self.address.is_ipv4() == other.address.is_ipv4()
            && self.prefix <= other.prefix
            && mask(other.address, self.prefix) == self.address
    }
}

impl std::str::FromStr for Network {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse::<u8>().map_err(|_| ())?)),
            None => (text, None),
        };
        let mut address: IpAddr = address.parse().map_err(|_| ())?;
        if let IpAddr::V6(v6) = address
            && let Some(v4) = v6.to_ipv4_mapped()
            && prefix.is_none_or(|p| p == 128)
        {
            return Ok(Self {
                address: v4.into(),
                prefix: 32,
            });
        }
        let full = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.unwrap_or(full);
        if prefix > full {
            return Err(());
        }
        address = mask(address, prefix);
        Ok(Self { address, prefix })
    }
}

impl std::fmt::Display for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let full = if self.address.is_ipv4() { 32 } else { 128 };
        if self.prefix == full {
            write!(f, "{}", self.address)
        } else {
            write!(f, "{}/{}", self.address, self.prefix)
        }
    }
}

fn mask(address: IpAddr, prefix: u8) -> IpAddr {
    match address {
        IpAddr::V4(v4) => {
            let kept = u32::MAX
                .checked_shl(32_u32.saturating_sub(prefix.into()))
                .unwrap_or(0);
            Ipv4Addr::from(u32::from(v4) & kept).into()
        }
        IpAddr::V6(v6) => {
            let kept = u128::MAX
                .checked_shl(128_u32.saturating_sub(prefix.into()))
                .unwrap_or(0);
            Ipv6Addr::from(u128::from(v6) & kept).into()
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn canonical(candidate: &str) -> Option<String> {
        host(candidate).map(|h| h.canonical)
    }

    /// Known suffixes, reserved names and onion services are hosts; anything else is prose.
    #[test]
    fn known_suffixes_make_hosts() {
        assert_eq!(canonical("Example.ORG").unwrap(), "example.org");
        assert_eq!(canonical("例子.公司").unwrap(), "xn--fsqu00a.xn--55qx5d");
        assert_eq!(
            canonical("例子.公司的用户").unwrap(),
            "xn--fsqu00a.xn--55qx5d"
        );
        assert_eq!(
            canonical("网址例子.公司").unwrap(),
            "xn--fsqu00a.xn--55qx5d"
        );
        assert_eq!(
            canonical("xn--fsqu00a.xn--55qx5d").unwrap(),
            "xn--fsqu00a.xn--55qx5d"
        );
        assert_eq!(canonical("abc.onion").unwrap(), "abc.onion");
        assert_eq!(
            canonical("kontaktstelle.example").unwrap(),
            "kontaktstelle.example"
        );
        assert_eq!(canonical("example.org.Weiter").unwrap(), "example.org");
        for prose in ["z.B", "i.V.m", "com.cn", "de", "Art.12", "abc.nosuchsuffix"] {
            assert_eq!(canonical(prose), None, "{prose}");
        }
    }

    /// Networks are masked, so that two ways of writing one network are the same selector.
    #[test]
    fn networks_are_canonical() {
        assert_eq!(ip("192.0.2.77/24").unwrap(), "192.0.2.0/24");
        assert_eq!(ip("192.0.2.1/32").unwrap(), "192.0.2.1");
        assert_eq!(ip("2001:DB8:0::1").unwrap(), "2001:db8::1");
        assert_eq!(ip("::ffff:192.0.2.1").unwrap(), "192.0.2.1");
        assert_eq!(ip("0.0.0.0/0").unwrap(), "0.0.0.0/0");
        assert_eq!(ip("300.1.1.1"), None);
        let wide: Network = "198.51.100.0/23".parse().unwrap();
        assert!(wide.is_too_broad());
        assert!(wide.contains(&"198.51.101.9".parse().unwrap()));
    }
}
