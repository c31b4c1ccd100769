//! Checkpoints: what a log signs about itself, after C2SP `tlog-checkpoint`.
//!
//! Three lines: the log's origin, its size in decimal, its root in base64. Extension lines are
//! refused: the specification discourages them, and a line we do not understand would be vouched for
//! by everyone who relies on our check.

use crate::edge::MAX_SIZE;
use crate::hash::Hash;
#[cfg(feature = "sign")]
use crate::note::NoteSigner;
use crate::note::{self, Note, NoteError, NoteVerifier};

/// The state of a log: what its keeper may never contradict once signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's unique name, such as `de.kontaktstelle.example/office`.
    pub origin: String,
    /// Number of entries.
    pub size: u64,
    /// Root over these entries.
    pub root: Hash,
}

/// Why a checkpoint cannot be read, made or trusted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The text is not three well-formed lines.
    #[error("checkpoint is malformed")]
    Malformed,
    /// The checkpoint is of another log.
    #[error("checkpoint is of log {found:?}, not of {expected:?}")]
    Origin {
        /// The log asked for.
        expected: String,
        /// The log it is of.
        found: String,
    },
    /// The note around it is malformed or a signature does not hold.
    #[error("checkpoint note is not acceptable")]
    Note(#[from] NoteError),
    /// A key whose signature is demanded has not signed.
    #[error("checkpoint is not signed by {name} (key {key_id:08x})")]
    NotSignedBy {
        /// Name of the key.
        name: String,
        /// Its id.
        key_id: u32,
    },
}

impl Checkpoint {
    /// The text that is signed.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, self.root)
    }

    /// Reads the text of a checkpoint. Each checkpoint has exactly one text: leading zeros, other
    /// base64 spellings and extension lines are refused.
    ///
    /// # Errors
    /// When the text is anything else.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let mut lines = text
            .strip_suffix('\n')
            .ok_or(CheckpointError::Malformed)?
            .split('\n');
        let parsed = match (lines.next(), lines.next(), lines.next(), lines.next()) {
            (Some(origin), Some(size), Some(root), None) if !origin.is_empty() => {
                parse_decimal(size)
                    .zip(root.parse().ok())
                    .map(|(size, root)| Checkpoint {
                        origin: origin.to_owned(),
                        size,
                        root,
                    })
            }
            _ => None,
        };
        parsed.ok_or(CheckpointError::Malformed)
    }

    /// Signs the checkpoint with each key and returns the signed note.
    ///
    /// # Errors
    /// When the origin or a key name breaks the format: what could not be read back is not signed.
    #[cfg(feature = "sign")]
    pub fn sign(&self, signers: &[&dyn NoteSigner]) -> Result<String, CheckpointError> {
        let text = self.to_text();
        if Self::parse(&text)? != *self {
            return Err(CheckpointError::Malformed);
        }
        Ok(Note::sign(text, signers)?.to_string())
    }

    /// Reads a signed checkpoint of log `origin` that **each** of the given keys has signed.
    ///
    /// The caller names the keys whose signatures it demands. With an Ed25519 and a post-quantum key
    /// both must be there, so removing the stronger line gains an attacker nothing. Where some of
    /// many keys suffice (a quorum of witnesses), use [`Note::parse`] and [`note::verify`] as well.
    ///
    /// # Errors
    /// When the note is malformed, of another log, lacks a demanded signature, has a failing one, or
    /// no key is given.
    pub fn open(
        signed: &str,
        origin: &str,
        verifiers: &[&dyn NoteVerifier],
    ) -> Result<Self, CheckpointError> {
        let note = Note::parse(signed)?;
        let verified = note::verify(&note, verifiers)?;
        if let Some(missing) = verifiers.iter().find(|key| !verified.signed_by(**key)) {
            return Err(CheckpointError::NotSignedBy {
                name: missing.name().to_owned(),
                key_id: missing.key_id(),
            });
        }
        let checkpoint = Self::parse(note.text())?;
        if checkpoint.origin != origin {
            return Err(CheckpointError::Origin {
                expected: origin.to_owned(),
                found: checkpoint.origin,
            });
        }
        Ok(checkpoint)
    }
}

/// A decimal number up to [`MAX_SIZE`] without sign or leading zeros.
pub(crate) fn parse_decimal(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok().filter(|number| *number <= MAX_SIZE)?;
    (number.to_string() == text).then_some(number)
}
