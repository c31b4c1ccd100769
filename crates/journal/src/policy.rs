//! Trust policies: which logs are known, which witnesses, and how many of them must have cosigned, after
//! C2SP `tlog-policy`.
//!
//! ```text
//! log     <vkey> [<url>]
//! witness <name> <vkey> [<url>]
//! group   <name> all|any|<k> <name>…
//! quorum  <name>|none
//! ```
//!
//! A name may be a member of one group only, so each witness counts in one way only, and a group can
//! name only what stands above it, so there are no circles.
//!
//! Two things are stricter than in the specification. The text must be UTF-8. And where a log has keys
//! of two kinds, both must have signed ([`crate::log_key`]); the specification would take either.

mod text;
mod verdict;

pub use self::text::PolicyError;
pub use self::verdict::{Cosigner, PolicyRefusal, Verdict};
use crate::note::AnyVerifier;

/// The largest policy that is read, in bytes: all of the allowed keys fit.
pub const MAX_POLICY_BYTES: usize = 1 << 20;
/// The most logs, the most witnesses, and the most groups. The specification asks for at least 32.
pub const MAX_LINES_OF_A_KIND: usize = 64;

/// A trust policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<Log>,
    witnesses: Vec<Witness>,
    groups: Vec<Group>,
    quorum: Option<Member>,
}

/// A log key of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// The key; its name is the log's origin.
    pub key: AnyVerifier,
    /// Where the log can be asked.
    pub url: Option<String>,
}

/// A witness of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// Its name in this policy, which means nothing elsewhere.
    pub name: String,
    /// Its key, of a kind that carries a time.
    pub key: AnyVerifier,
    /// Where it can be asked: its submission prefix.
    pub url: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Group {
    name: String,
    threshold: Threshold,
    members: Vec<Member>,
}

/// How many members of a group must have witnessed; kept as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Threshold {
    All,
    Any,
    AtLeast(usize),
}

/// What a name stands for: an index into the witnesses or the groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Member {
    Witness(usize),
    Group(usize),
}

impl Policy {
    /// The log keys.
    #[must_use]
    pub fn logs(&self) -> &[Log] {
        &self.logs
    }

    /// The witnesses.
    #[must_use]
    pub fn witnesses(&self) -> &[Witness] {
        &self.witnesses
    }

    /// Whether the quorum is anything but `none`.
    #[must_use]
    pub fn asks_for_witnesses(&self) -> bool {
        self.quorum.is_some()
    }

    /// Whether a question to the witnesses is decided by those who have answered: they are a quorum,
    /// and those who have not are none. Then no checkpoint has a quorum without one of them knowing
    /// it, whoever else stays silent. A policy that asks for no witness leaves nothing to decide.
    #[must_use]
    pub fn is_decided_by(&self, has_answered: impl Fn(&Witness) -> bool) -> bool {
        let answered: Vec<bool> = self.witnesses.iter().map(has_answered).collect();
        let is = |index: usize| answered.get(index).copied().unwrap_or(false);
        !self.asks_for_witnesses() || (self.is_quorum(&is) && !self.is_quorum(&|index| !is(index)))
    }

    /// Whether these witnesses (by index) are enough.
    fn is_quorum(&self, has_cosigned: &impl Fn(usize) -> bool) -> bool {
        // A group names only groups above it, so one pass from the top settles them all.
        let mut witnessed: Vec<bool> = Vec::with_capacity(self.groups.len());
        let holds = |witnessed: &[bool], member: &Member| match *member {
            Member::Witness(index) => has_cosigned(index),
            Member::Group(index) => witnessed.get(index).copied().unwrap_or(false),
        };
        for group in &self.groups {
            let count = group
                .members
                .iter()
                .filter(|m| holds(&witnessed, m))
                .count();
            let needed = match group.threshold {
                Threshold::All => group.members.len(),
                Threshold::Any => 1,
                Threshold::AtLeast(k) => k,
            };
            witnessed.push(count >= needed);
        }
        self.quorum
            .as_ref()
            .is_none_or(|quorum| holds(&witnessed, quorum))
    }
}
