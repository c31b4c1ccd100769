//! The canonical form of selectors, version 1.
//!
//! Frozen: a registry of protected selectors holds nothing but keyed digests of canonical forms,
//! so a changed rule would orphan every entry. A new rule is a new version beside this one. The
//! rules are written down in `CANONICAL.md`, the test vectors in `tests/canonical-v1.json`.

use crate::{handle, host, reading};
use records::vocabulary::SelectorKind;
use serde::{Deserialize, Serialize};

/// The version of the rules in this module.
pub const VERSION: u32 = 1;

/// A selector in canonical form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Canonical {
    /// What it is.
    pub kind: SelectorKind,
    /// Its value, as the rules for the kind write it.
    pub value: String,
}

impl Canonical {
    /// The further forms under which the same mailbox or account is known: providers that ignore
    /// stops and plus tags, and QQ mailboxes, which are QQ accounts. They are asked beside the
    /// canonical form, never instead of it.
    #[must_use]
    pub fn variants(&self) -> Vec<Self> {
        let Some((local, domain)) = self.mailbox() else {
            return Vec::new();
        };
        let plain = local.split('+').next().unwrap_or(local);
        let mut values = Vec::new();
        match domain {
            "gmail.com" | "googlemail.com" => {
                values.push((
                    SelectorKind::Email,
                    format!("{}@gmail.com", plain.replace('.', "")),
                ));
            }
            "outlook.com" | "hotmail.com" | "proton.me" | "protonmail.com" | "icloud.com"
            | "fastmail.com" => {
                values.push((SelectorKind::Email, format!("{plain}@{domain}")));
            }
            "qq.com" if local.bytes().all(|b| b.is_ascii_digit()) => {
                values.push((SelectorKind::Handle, format!("qq:{local}")));
            }
            _ => {}
        }
        let variants = values.into_iter().map(|(kind, value)| Self { kind, value });
        variants.filter(|v| v != self).collect()
    }

    fn mailbox(&self) -> Option<(&str, &str)> {
        match self.kind {
            SelectorKind::Email => self.value.rsplit_once('@'),
            _ => None,
        }
    }

    /// Whether naming `self` openly also names `other`: the same selector, a variant of it, or a
    /// technical selector inside it (a host of a declared domain, URL or address; an IP address
    /// in a declared network). A person is never covered by anything but their own selector.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        if self == other {
            return true;
        }
        match other.kind {
            SelectorKind::Email | SelectorKind::Phone | SelectorKind::Handle => {
                self.is_same_account(other)
            }
            SelectorKind::Ip => {
                self.kind == SelectorKind::Ip
                    && matches!((self.value.parse::<host::Network>(), other.value.parse()),
                        (Ok(own), Ok(its)) if own.contains(&its))
            }
            SelectorKind::Domain | SelectorKind::Url => match (self.host(), other.host()) {
                (Some(own), Some(its)) => {
                    // A declared URL or mailbox opens its host by name, not everything on it.
                    let whole = self.kind == SelectorKind::Domain;
                    (own == its && (whole || other.kind == SelectorKind::Domain))
                        || (whole && its.strip_suffix(own).is_some_and(|h| h.ends_with('.')))
                }
                _ => false,
            },
            SelectorKind::Hash => false,
        }
    }

    fn is_same_account(&self, other: &Self) -> bool {
        if self.kind == SelectorKind::Handle
            && other.kind == SelectorKind::Handle
            && let Some(id) = self.value.strip_prefix("any:")
        {
            return other
                .value
                .split_once(':')
                .is_some_and(|(_, its)| its == id);
        }
        let (own, its) = (self.variants(), other.variants());
        own.contains(other) || its.contains(self) || own.iter().any(|v| its.contains(v))
    }

    fn host(&self) -> Option<&str> {
        match self.kind {
            SelectorKind::Domain => Some(&self.value),
            SelectorKind::Email => self.value.rsplit_once('@').map(|(_, host)| host),
            SelectorKind::Url => {
                let rest = self.value.split_once("://")?.1;
                let authority = rest.split('/').next()?;
                Some(match authority.rsplit_once(':') {
                    Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
                    _ => authority,
                })
            }
            _ => None,
        }
    }
}

impl std::fmt::Display for Canonical {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.value)
    }
}

/// Whether selectors of a kind can mean a person.
///
/// E-mail addresses, telephone numbers and accounts always do, function mailboxes included: who
/// reads `info@` of a small newsroom is a person, and an exception by name would be the first
/// place to hide one. IP addresses, hosts, URLs and hashes count as technical here; a URL that is
/// an account page is an account.
#[must_use]
pub const fn is_personal(kind: SelectorKind) -> bool {
    matches!(
        kind,
        SelectorKind::Email | SelectorKind::Phone | SelectorKind::Handle
    )
}

/// The canonical form of a declared selector, in whatever form it is written; `None` where it
/// cannot be read as the kind it is declared as.
///
/// ```
/// use records::vocabulary::SelectorKind;
/// let written = safeguard::canonicalise(SelectorKind::Email, "Jana[at]Example[.]org");
/// assert_eq!(written.unwrap().value, "jana@example.org");
/// ```
#[must_use]
pub fn canonicalise(kind: SelectorKind, value: &str) -> Option<Canonical> {
    let mut fitting: Vec<_> = reading::read(value, None)
        .hits
        .into_iter()
        .filter(|hit| hit.canonical.kind == kind)
        .collect();
    // The widest reading of the plainest layer: "jana.meier@…" before "meier@…".
    fitting.sort_by_key(|hit| (std::cmp::Reverse(hit.span.len()), hit.form));
    let found = fitting.into_iter().next().map(|hit| hit.canonical);
    found.or_else(|| alone(kind, value.trim()))
}

/// Forms that are selectors only because they are declared as one, not in running text.
fn alone(kind: SelectorKind, value: &str) -> Option<Canonical> {
    let value = match kind {
        SelectorKind::Handle => handle::declared(value)?,
        SelectorKind::Domain => {
            let name = value.trim_start_matches("*.").trim_end_matches('.');
            match host::host(name) {
                Some(host) if host.start == 0 && host.end == name.len() => host.canonical,
                _ if host::is_suffix(name) => idna::domain_to_ascii(name).ok()?,
                _ => return None,
            }
        }
        _ => return None,
    };
    Some(Canonical { kind, value })
}
