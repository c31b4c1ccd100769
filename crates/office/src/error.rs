//! Why something was not done.

use crate::standing::ReadOnly;
use crate::state::NotNow;
use journal::hash::Hash;
use records::ThreadId;
use seal::Suite;
use std::collections::BTreeSet;
use store::objects::ObjectError;
use store::{CommitError, StoreError};

/// Why a command was not carried out. Nothing of it has been written, except, for a refusal, the
/// entry that says so.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OfficeError {
    /// Name or password do not match an active officer.
    #[error("name or password is wrong")]
    NotAuthenticated,
    /// The policies forbid it. The refusal is in the journal.
    #[error("not allowed: {}", titles(.policies))]
    Refused {
        /// The policies that decided; none where simply nothing permits the act.
        policies: Vec<policy::PolicyRef>,
    },
    /// The case does not allow the step now.
    #[error(transparent)]
    NotNow(#[from] NotNow),
    /// No such case.
    #[error("there is no case {0}")]
    NoSuchCase(ThreadId),
    /// No such thing.
    #[error("there is no {what} named {name:?}")]
    NoSuch {
        /// What was looked for.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// It is there already.
    #[error("{what} {name:?} exists already")]
    Exists {
        /// What.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// The input is not usable.
    #[error("{field}: {problem}")]
    Invalid {
        /// The field.
        field: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The fingerprint does not match the key manifest.
    #[error(
        "the key manifest of {party} has another fingerprint than the one given; do not accept it"
    )]
    FingerprintDiffers {
        /// The party the manifest names.
        party: String,
    },
    /// The draft is not complete.
    #[error(transparent)]
    Draft(#[from] records::answer::DraftError),
    /// Another suite is configured for a peer than messages that wait for it were sealed in.
    #[error(
        "suite {agreed} is configured for {peer}, and messages of suite {queued} still wait for it; go back to {queued} on both sides until they are through"
    )]
    SuiteChanged {
        /// The peer.
        peer: String,
        /// The suite that is configured.
        agreed: Suite,
        /// The suite of the message that is next.
        queued: Suite,
    },
    /// Keys, signatures or envelopes.
    #[error("cannot seal or open")]
    Seal(#[from] seal::SealError),
    /// This node only reads.
    #[error("this node is read-only: {0}")]
    ReadOnly(ReadOnly),
    /// This node has not asked its witnesses yet whether its database is the newest.
    #[error(
        "this node does not sign yet: nobody has been asked about {}; wait, or have it go on unconfirmed",
        .logs.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
    )]
    Unconfirmed {
        /// The logs.
        logs: BTreeSet<String>,
    },
    /// The state kept changing under the command.
    #[error("others kept changing the same case; try again")]
    Busy,
    /// What is stored cannot be read back.
    #[error("stored {what} cannot be read")]
    Unreadable {
        /// What.
        what: String,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The object store.
    #[error(transparent)]
    Objects(#[from] ObjectError),
}

fn titles(policies: &[policy::PolicyRef]) -> String {
    if policies.is_empty() {
        return "no policy permits it".to_owned();
    }
    policies
        .iter()
        .map(|p| p.title("en"))
        .collect::<Vec<_>>()
        .join("; ")
}

impl From<CommitError> for OfficeError {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Conflict { .. } => Self::Busy,
            CommitError::Store(error) => Self::Store(error),
        }
    }
}

impl OfficeError {
    /// A stable code for logs, interfaces and locale catalogues.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotAuthenticated => "not-authenticated",
            Self::Refused { .. } => "refused",
            Self::NotNow(_) => "not-now",
            Self::NoSuchCase(_) | Self::NoSuch { .. } => "no-such",
            Self::Exists { .. } => "exists",
            Self::Invalid { .. } | Self::Draft(_) => "invalid",
            Self::FingerprintDiffers { .. } => "fingerprint-differs",
            Self::SuiteChanged { .. } => "suite-changed",
            Self::Seal(_) => "seal",
            Self::Busy => "busy",
            Self::ReadOnly(_) => "read-only",
            Self::Unconfirmed { .. } => "unconfirmed",
            Self::Unreadable { .. } | Self::Store(_) | Self::Objects(_) => "store",
        }
    }

    pub(crate) fn invalid(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Invalid {
            field: field.into(),
            problem: problem.into(),
        }
    }
}

/// Why something of a peer was not taken. It had no effect, except the entry that says so.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Rejection {
    /// The sender is no peer whose keys were accepted, or speaks for another party.
    #[error("the sender is not a known peer")]
    UnknownPeer,
    /// Not a message, or signatures, recipient or parts do not hold.
    #[error("the message is not authentic")]
    NotAuthentic(#[source] seal::SealError),
    /// Signed by a key that the sender's manifest on file does not name. It may be a forgery, or our
    /// copy of that manifest is old.
    #[error(
        "the message is signed by key {0}, which the sender's manifest on file does not name; perhaps a newer manifest has not been accepted here yet"
    )]
    UnknownKey(Hash),
    /// Signed by a key that its owner has taken back.
    #[error("the message is signed by key {0}, which its owner has taken back")]
    RevokedKey(Hash),
    /// Made in another suite than the one that was agreed. It is not read any further.
    #[error("the message is of suite {found}, agreed is {agreed}")]
    Suite {
        /// The suite agreed with this peer.
        agreed: Suite,
        /// The suite that the message names.
        found: Suite,
    },
    /// Larger than is taken.
    #[error("the {what} is larger than {limit} bytes")]
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// The limit in bytes.
        limit: u64,
    },
    /// It is meant for somebody else.
    #[error("the message is addressed to {0:?}")]
    OtherRecipient(String),
    /// Messages before it are missing. Send those first.
    #[error("message {found} came before {expected}")]
    Gap {
        /// The next number in this direction.
        expected: u64,
        /// The number of this message.
        found: u64,
    },
    /// Another message with the same place in the chain is on file: the sender has forked its
    /// history. Both are kept as evidence.
    #[error("message {seq} contradicts an earlier one")]
    Fork {
        /// The contested place.
        seq: u64,
        /// The message on file before or at that place.
        on_file: Option<Hash>,
    },
    /// A piece of a payload that no message in its place has named. Hand in the message first.
    #[error("payload {} was not announced", store::objects::hex(.0))]
    NotAnnounced(Hash),
    /// A piece of a payload that does not continue what is here.
    #[error("{received} bytes of the payload are here; continue from there")]
    WrongOffset {
        /// Where to continue.
        received: u64,
    },
    /// Headers of a message that does not lie here under our receipt. Hand in the message first.
    #[error("message {0} does not lie here to be opened")]
    NotConsigned(Hash),
    /// This side cannot take it now; try again.
    #[error("cannot take the message now")]
    NotNow(#[source] Box<OfficeError>),
}

impl Rejection {
    /// A stable code that the peer may see.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownPeer => "unknown-peer",
            Self::NotAuthentic(_) | Self::UnknownKey(_) => "not-authentic",
            Self::RevokedKey(_) => "revoked-key",
            Self::Suite { .. } => "suite",
            Self::TooLarge { .. } => "too-large",
            Self::OtherRecipient(_) => "other-recipient",
            Self::Gap { .. } => "gap",
            Self::Fork { .. } => "fork",
            Self::NotAnnounced(_) => "not-announced",
            Self::WrongOffset { .. } => "wrong-offset",
            Self::NotConsigned(_) => "not-consigned",
            Self::NotNow(_) => "not-now",
        }
    }

    /// Whether it is written down. A peer that is a step ahead or behind, or a node that is busy, is
    /// no event of note.
    pub(crate) const fn is_of_note(&self) -> bool {
        match self {
            Self::UnknownPeer
            | Self::NotAuthentic(_)
            | Self::UnknownKey(_)
            | Self::RevokedKey(_)
            | Self::Suite { .. }
            | Self::TooLarge { .. }
            | Self::OtherRecipient(_)
            | Self::Fork { .. } => true,
            Self::Gap { .. }
            | Self::NotAnnounced(_)
            | Self::WrongOffset { .. }
            | Self::NotConsigned(_)
            | Self::NotNow(_) => false,
        }
    }
}

impl<E: Into<OfficeError>> From<E> for Rejection {
    fn from(error: E) -> Self {
        Self::NotNow(Box::new(error.into()))
    }
}
