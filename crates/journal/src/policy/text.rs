//! The text of a policy.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use super::{
    Group, Log, MAX_LINES_OF_A_KIND, MAX_POLICY_BYTES, Member, Policy, Threshold, Witness,
};
use crate::note::{AnyVerifier, KeyKind, NoteError, VerifierKey};

/// The name that stands for "no witness" in the quorum line and for nothing anywhere else.
const NONE: &str = "none";

/// Why a text is not a policy. Lines are counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// More than [`MAX_POLICY_BYTES`].
    #[error("policy is larger than {MAX_POLICY_BYTES} bytes")]
    TooLarge,
    /// A control character other than tab and newline, or no newline at the end of the last line.
    #[error("policy has a control character or no newline at its end")]
    Text,
    /// A line is none of the four kinds, or has too few or too many words.
    #[error("line {0} of the policy is malformed")]
    Line(usize),
    /// More than [`MAX_LINES_OF_A_KIND`] logs, witnesses or groups.
    #[error("line {0} of the policy is one too many of its kind")]
    TooMany(usize),
    /// A key is malformed or of a kind that a log or witness does not sign with.
    #[error("line {line} of the policy has no usable key")]
    Key {
        /// The line.
        line: usize,
        /// What is wrong with the key.
        source: NoteError,
    },
    /// The same public key stands in another line of this kind, under whatever name.
    #[error("line {0} of the policy repeats a key")]
    DuplicateKey(usize),
    /// A name is taken already, or is `none`.
    #[error("line {line} of the policy cannot define {name:?}")]
    NameTaken {
        /// The line.
        line: usize,
        /// The name.
        name: String,
    },
    /// A name is not defined above the line.
    #[error("line {line} of the policy uses {name:?}, which is not defined above it")]
    UnknownName {
        /// The line.
        line: usize,
        /// The name.
        name: String,
    },
    /// A name is already a member of a group.
    #[error("line {line} of the policy has {name:?}, which is in a group already")]
    MemberTwice {
        /// The line.
        line: usize,
        /// The name.
        name: String,
    },
    /// The number of a group is not between 1 and its number of members.
    #[error("line {0} of the policy asks for an impossible number of members")]
    Threshold(usize),
    /// There is not exactly one quorum line.
    #[error("policy does not have exactly one quorum line")]
    Quorum,
}

impl FromStr for Policy {
    type Err = PolicyError;

    fn from_str(text: &str) -> Result<Self, PolicyError> {
        if text.len() > MAX_POLICY_BYTES {
            return Err(PolicyError::TooLarge);
        }
        let control = |byte: u8| (byte < 0x20 && byte != b'\t' && byte != b'\n') || byte == 0x7f;
        if !text.ends_with('\n') || text.bytes().any(control) {
            return Err(PolicyError::Text);
        }
        let mut reader = Reader::default();
        for (line, number) in text.split_terminator('\n').zip(1..) {
            let words: Vec<&str> = line
                .split([' ', '\t'])
                .filter(|word| !word.is_empty())
                .collect();
            reader.line(&words, number)?;
        }
        Ok(Policy {
            logs: reader.logs,
            witnesses: reader.witnesses,
            groups: reader.groups,
            quorum: reader.quorum.ok_or(PolicyError::Quorum)?,
        })
    }
}

/// A policy read so far.
#[derive(Default)]
struct Reader {
    logs: Vec<Log>,
    witnesses: Vec<Witness>,
    groups: Vec<Group>,
    /// The quorum line, once it was there.
    quorum: Option<Option<Member>>,
    log_keys: BTreeSet<Vec<u8>>,
    witness_keys: BTreeSet<Vec<u8>>,
    grouped: BTreeSet<String>,
}

impl Reader {
    fn line(&mut self, words: &[&str], line: usize) -> Result<(), PolicyError> {
        match *words {
            [] => Ok(()),
            [first, ..] if first.starts_with('#') => Ok(()),
            ["log", vkey, ref url @ ..] => self.log(vkey, url_of(url, line)?, line),
            ["witness", name, vkey, ref url @ ..] => {
                self.witness(name, vkey, url_of(url, line)?, line)
            }
            ["group", name, threshold, ref members @ ..] => {
                self.group(name, threshold, members, line)
            }
            ["quorum", name] => self.quorum(name, line),
            _ => Err(PolicyError::Line(line)),
        }
    }

    fn log(&mut self, vkey: &str, url: Option<String>, line: usize) -> Result<(), PolicyError> {
        let (key, public) = read_key(vkey, line)?;
        if !self.log_keys.insert(public) {
            return Err(PolicyError::DuplicateKey(line));
        }
        push(&mut self.logs, Log { key, url }, line)
    }

    fn witness(
        &mut self,
        name: &str,
        vkey: &str,
        url: Option<String>,
        line: usize,
    ) -> Result<(), PolicyError> {
        self.check_new(name, line)?;
        let (key, public) = read_key(vkey, line)?;
        if key.kind() == KeyKind::Ed25519 {
            let source = NoteError::VerifierKey;
            return Err(PolicyError::Key { line, source });
        }
        if !self.witness_keys.insert(public) {
            return Err(PolicyError::DuplicateKey(line));
        }
        let name = name.to_owned();
        push(&mut self.witnesses, Witness { name, key, url }, line)
    }

    fn group(
        &mut self,
        name: &str,
        threshold: &str,
        names: &[&str],
        line: usize,
    ) -> Result<(), PolicyError> {
        self.check_new(name, line)?;
        if names.is_empty() {
            return Err(PolicyError::Line(line));
        }
        let threshold = match threshold {
            "all" => Threshold::All,
            "any" => Threshold::Any,
            // In decimal, and in the one spelling.
            number => number
                .parse()
                .ok()
                .filter(|k| (1..=names.len()).contains(k) && k.to_string() == number)
                .map(Threshold::AtLeast)
                .ok_or(PolicyError::Threshold(line))?,
        };
        let mut members = Vec::with_capacity(names.len());
        for member in names {
            members.push(self.find(member, line)?);
            if !self.grouped.insert((*member).to_owned()) {
                let name = (*member).to_owned();
                return Err(PolicyError::MemberTwice { line, name });
            }
        }
        let group = Group {
            name: name.to_owned(),
            threshold,
            members,
        };
        push(&mut self.groups, group, line)
    }

    fn quorum(&mut self, name: &str, line: usize) -> Result<(), PolicyError> {
        let quorum = match name {
            NONE => None,
            name => Some(self.find(name, line)?),
        };
        match self.quorum.replace(quorum) {
            Some(_) => Err(PolicyError::Quorum),
            None => Ok(()),
        }
    }

    fn find(&self, name: &str, line: usize) -> Result<Member, PolicyError> {
        let witness = self.witnesses.iter().position(|w| w.name == name);
        let group = || self.groups.iter().position(|g| g.name == name);
        witness
            .map(Member::Witness)
            .or_else(|| group().map(Member::Group))
            .ok_or_else(|| PolicyError::UnknownName {
                line,
                name: name.to_owned(),
            })
    }

    fn check_new(&self, name: &str, line: usize) -> Result<(), PolicyError> {
        if name == NONE || self.find(name, line).is_ok() {
            let name = name.to_owned();
            return Err(PolicyError::NameTaken { line, name });
        }
        Ok(())
    }
}

/// The verifier for a key text, and the public key alone, by which duplicates are known.
fn read_key(vkey: &str, line: usize) -> Result<(AnyVerifier, Vec<u8>), PolicyError> {
    let read = || {
        Ok((
            AnyVerifier::from_vkey(vkey)?,
            vkey.parse::<VerifierKey>()?.key,
        ))
    };
    read().map_err(|source| PolicyError::Key { line, source })
}

fn url_of(words: &[&str], line: usize) -> Result<Option<String>, PolicyError> {
    match words {
        [] => Ok(None),
        [url] => Ok(Some((*url).to_owned())),
        _ => Err(PolicyError::Line(line)),
    }
}

fn push<T>(list: &mut Vec<T>, item: T, line: usize) -> Result<(), PolicyError> {
    if list.len() == MAX_LINES_OF_A_KIND {
        return Err(PolicyError::TooMany(line));
    }
    list.push(item);
    Ok(())
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = |url: &Option<String>| match url {
            Some(url) => format!(" {url}"),
            None => String::new(),
        };
        for log in &self.logs {
            writeln!(f, "log {}{}", log.key.vkey(), url(&log.url))?;
        }
        for Witness {
            name,
            key,
            url: address,
        } in &self.witnesses
        {
            writeln!(f, "witness {name} {}{}", key.vkey(), url(address))?;
        }
        for group in &self.groups {
            write!(f, "group {} {}", group.name, group.threshold)?;
            for member in &group.members {
                write!(f, " {}", self.name_of(*member))?;
            }
            writeln!(f)?;
        }
        let quorum = self.quorum.map_or(NONE, |member| self.name_of(member));
        writeln!(f, "quorum {quorum}")
    }
}

impl Policy {
    fn name_of(&self, member: Member) -> &str {
        match member {
            Member::Witness(index) => self.witnesses.get(index).map(|w| w.name.as_str()),
            Member::Group(index) => self.groups.get(index).map(|g| g.name.as_str()),
        }
        .unwrap_or(NONE)
    }
}

impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Threshold::All => f.write_str("all"),
            Threshold::Any => f.write_str("any"),
            Threshold::AtLeast(k) => write!(f, "{k}"),
        }
    }
}
