//! Why a witness does not cosign.

use super::{RequestError, SIZE_CONTENT_TYPE};
use crate::checkpoint::CheckpointError;
use crate::proof::VerifyError;

/// Why a witness does not cosign, with the status and body that HTTP gets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The request is malformed (400).
    #[error("the request is malformed")]
    Malformed(#[from] RequestError),
    /// The witness does not follow this log (404).
    #[error("the log is not known here")]
    UnknownLog,
    /// A signature of the log is missing or does not verify (403).
    #[error("the log has not signed the checkpoint")]
    NotSigned(#[source] CheckpointError),
    /// The old size is larger than the checkpoint (400).
    #[error("a log of {old} entries cannot have become one of {size}")]
    OldTooLarge {
        /// The old size.
        old: u64,
        /// Size of the checkpoint.
        size: u64,
    },
    /// The old size is not the one the witness has seen last (409). The log asks again from there.
    #[error("the log was last seen with {seen} entries")]
    Conflict {
        /// The size seen last.
        seen: u64,
        /// Whether the checkpoint has that very size and another root; see [`Refusal::proves_fork`].
        fork: bool,
    },
    /// The checkpoint has the size seen last and another root (422).
    #[error("the log was seen with {size} entries and another root")]
    Fork {
        /// The size.
        size: u64,
    },
    /// The proof does not show that the checkpoint continues what was seen (422).
    #[error("the checkpoint does not continue what was seen")]
    Inconsistent(#[source] VerifyError),
}

impl Refusal {
    /// The HTTP status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Refusal::Malformed(_) | Refusal::OldTooLarge { .. } => 400,
            Refusal::NotSigned(_) => 403,
            Refusal::UnknownLog => 404,
            Refusal::Conflict { .. } => 409,
            Refusal::Fork { .. } | Refusal::Inconsistent(_) => 422,
        }
    }

    /// The content type of the body.
    #[must_use]
    pub const fn content_type(&self) -> &'static str {
        match self {
            Refusal::Conflict { .. } => SIZE_CONTENT_TYPE,
            _ => "text/plain; charset=utf-8",
        }
    }

    /// The body of the answer: for a conflict the size seen last, else a sentence.
    #[must_use]
    pub fn body(&self) -> String {
        match self {
            Refusal::Conflict { seen, .. } => format!("{seen}\n"),
            other => format!("{other}\n"),
        }
    }

    /// Whether the log has signed two different trees of one size: together with the checkpoint seen
    /// before, the request proves that the log lies.
    #[must_use]
    pub const fn proves_fork(&self) -> bool {
        matches!(
            self,
            Refusal::Fork { .. } | Refusal::Conflict { fork: true, .. }
        )
    }
}
