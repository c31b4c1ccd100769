//! What a witness decides, after C2SP `tlog-witness` (v1.1.0): whether it may vouch for a checkpoint.
//! No I/O here; who asks, where the memory lies and how late it is, the caller says.
//!
//! A witness that cosigns two checkpoints of which neither continues the other has lied. So
//!
//! 1. [`AddCheckpoint::parse`] reads the request,
//! 2. [`check`] compares it with what the witness has seen of this log last,
//! 3. [`Advance::store`] has the new state written durably, and only a
//! 4. [`Stored`] can cosign.
//!
//! There is no other way to a cosignature through this module: a crash between storing and signing
//! costs a retry, never the truth. Nobody can skip the third step:
//!
//! ```compile_fail
//! # use journal::{note::Note, witness::Stored};
//! fn skip(note: Note) -> Stored {
//!     Stored { note }
//! }
//! ```
//!
//! Steps 2 and 3 must be one atomic step (a lock, or a transaction that compares), else two requests at
//! once could take the witness back.

mod answer;
mod refusal;
mod request;

use serde::{Deserialize, Serialize};

pub use self::answer::{Answer, AnswerError, Merged, parse_size};
pub use self::refusal::Refusal;
pub use self::request::{AddCheckpoint, RequestError};
use crate::checkpoint::Checkpoint;
use crate::hash::{Hash, empty_root, sha256};
use crate::log_key::LogKeys;
use crate::note::{Note, NoteVerifier as _};
#[cfg(feature = "sign")]
use crate::note::{NoteError, NoteSigner};
use crate::proof::verify_consistency;

/// The most hashes of a consistency proof in a request.
pub const MAX_PROOF_LINES: usize = 63;
/// The largest request that is read, in bytes: a note with the most signatures, and a proof.
pub const MAX_REQUEST_BYTES: usize = 256 * 1024;
/// The largest answer that is read, in bytes.
pub const MAX_ANSWER_BYTES: usize = 64 * 1024;
/// Path of the request below the witness's submission prefix.
pub const ADD_CHECKPOINT_PATH: &str = "add-checkpoint";
/// Content type of an answer that tells the size seen last, with status 409.
pub const SIZE_CONTENT_TYPE: &str = "text/x.tlog.size";

/// Path of a log's newest cosigned checkpoint below the witness's monitoring prefix: the SHA-256 of
/// the origin in lower-case hexadecimal, then `/checkpoint`.
#[must_use]
pub fn checkpoint_path(origin: &str) -> String {
    format!("{}/checkpoint", origin_hash(origin))
}

/// The SHA-256 of an origin in lower-case hexadecimal.
#[must_use]
pub fn origin_hash(origin: &str) -> String {
    let digest = sha256(origin.as_bytes()).0;
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a witness remembers of a log: the largest checkpoint it has accepted. It must never forget it
/// and go on: a witness that has lost this memory retires its key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// The log's origin.
    pub origin: String,
    /// Number of entries.
    pub size: u64,
    /// Root over these entries.
    pub root: Hash,
}

impl From<&Checkpoint> for Seen {
    fn from(checkpoint: &Checkpoint) -> Self {
        Self {
            origin: checkpoint.origin.clone(),
            size: checkpoint.size,
            root: checkpoint.root,
        }
    }
}

/// Decides about a request, in the order of the specification. `log` are the keys the witness trusts
/// for this origin, if it follows the log; `seen` is its memory of it, nothing if it never accepted a
/// checkpoint. Keys or a memory of *another* log lead to refusal.
///
/// The same checkpoint may come again; it is then vouched for anew.
///
/// # Errors
/// [`Refusal`], with the status the specification gives it. Nothing may be stored or signed then.
pub fn check(
    request: AddCheckpoint,
    log: Option<&LogKeys>,
    seen: Option<&Seen>,
) -> Result<Advance, Refusal> {
    let checkpoint = request.checkpoint();
    let log = log
        .filter(|log| log.origin() == checkpoint.origin)
        .ok_or(Refusal::UnknownLog)?;
    if seen.is_some_and(|seen| seen.origin != checkpoint.origin) {
        return Err(Refusal::UnknownLog);
    }
    log.admit(request.note()).map_err(Refusal::NotSigned)?;
    let (old, size) = (request.old(), checkpoint.size);
    if old > size {
        return Err(Refusal::OldTooLarge { old, size });
    }
    let (seen_size, seen_root) = seen.map_or((0, empty_root()), |seen| (seen.size, seen.root));
    let fork = size == seen_size && size > 0 && checkpoint.root != seen_root;
    if old != seen_size {
        return Err(Refusal::Conflict {
            seen: seen_size,
            fork,
        });
    }
    if fork {
        return Err(Refusal::Fork { size });
    }
    verify_consistency(old, &seen_root, size, &checkpoint.root, request.proof())
        .map_err(Refusal::Inconsistent)?;
    // Lines of strangers are neither vouched for nor kept.
    let note = request.note().only(|line| {
        let mut keys = log.keys().iter();
        keys.any(|key| key.name() == line.name && key.key_id() == line.key_id)
    });
    Ok(Advance {
        seen: Seen::from(checkpoint),
        note,
    })
}

/// A checkpoint that may be vouched for as soon as it is stored.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "nothing is cosigned unless it is stored"]
pub struct Advance {
    seen: Seen,
    note: Note,
}

impl Advance {
    /// What the witness will have seen.
    #[must_use]
    pub fn seen(&self) -> &Seen {
        &self.seen
    }

    /// The checkpoint as the log has signed it, without lines of others.
    #[must_use]
    pub fn note(&self) -> &Note {
        &self.note
    }

    /// Has the new state stored. `durably` returns only when it cannot be lost any more, and fails if
    /// the memory is no longer the one that [`check`] was given.
    ///
    /// # Errors
    /// What `durably` says. The advance is gone then: whether anything was stored is unknown, and the
    /// request has to be checked anew.
    pub fn store<E>(self, durably: impl FnOnce(&Seen) -> Result<(), E>) -> Result<Stored, E> {
        durably(&self.seen)?;
        Ok(Stored { note: self.note })
    }
}

/// A checkpoint that the witness remembers, and may therefore vouch for. Only [`Advance::store`]
/// makes one.
#[derive(Debug)]
#[must_use = "a stored advance is there to be cosigned"]
pub struct Stored {
    #[cfg_attr(not(feature = "sign"), expect(dead_code))]
    note: Note,
}

#[cfg(feature = "sign")]
impl Stored {
    /// Cosigns with each key of the witness. The signers must be of types with a time, and theirs must
    /// be that of now: a witness's time must not be zero.
    ///
    /// # Errors
    /// When a key cannot sign, such as for a too long name.
    pub fn cosign(mut self, signers: &[&dyn NoteSigner]) -> Result<Cosigned, NoteError> {
        let before = self.note.signatures().len();
        for signer in signers {
            self.note.add_signature(*signer)?;
        }
        let lines = self.note.signatures().iter().skip(before).cloned();
        Ok(Cosigned {
            answer: Answer::new(lines.collect()),
            note: self.note,
        })
    }
}

/// A cosigned checkpoint.
#[cfg(feature = "sign")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosigned {
    answer: Answer,
    note: Note,
}

#[cfg(feature = "sign")]
impl Cosigned {
    /// What the log is answered: the lines of the witness.
    #[must_use]
    pub fn answer(&self) -> &Answer {
        &self.answer
    }

    /// What monitors are shown: the checkpoint with the lines of the log and of the witness.
    #[must_use]
    pub fn note(&self) -> &Note {
        &self.note
    }
}
