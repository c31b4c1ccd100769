//! Why something was not done.

use crate::state::NotNow;
use journal::hash::Hash;
use records::ThreadId;
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
    /// Keys, signatures or envelopes.
    #[error("cannot seal or open")]
    Seal(#[from] seal::SealError),
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
            Self::Seal(_) => "seal",
            Self::Busy => "busy",
            Self::Unreadable { .. } | Self::Store(_) => "store",
        }
    }

    pub(crate) fn invalid(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Invalid {
            field: field.into(),
            problem: problem.into(),
        }
    }
}

/// Why a message of a peer was not taken. It had no effect, except the entry that says so.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Rejection {
    /// The sender is no peer whose keys were accepted, or speaks for another party.
    #[error("the sender is not a known peer")]
    UnknownPeer,
    /// Not a message, or signatures, recipient or parts do not hold.
    #[error("the message is not authentic")]
    NotAuthentic(#[source] seal::SealError),
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
            Self::NotAuthentic(_) => "not-authentic",
            Self::OtherRecipient(_) => "other-recipient",
            Self::Gap { .. } => "gap",
            Self::Fork { .. } => "fork",
            Self::NotNow(_) => "not-now",
        }
    }
}

impl<E: Into<OfficeError>> From<E> for Rejection {
    fn from(error: E) -> Self {
        Self::NotNow(Box::new(error.into()))
    }
}
