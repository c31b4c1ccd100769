//! The request `add-checkpoint`.

use std::fmt;

use super::{MAX_PROOF_LINES, MAX_REQUEST_BYTES};
use crate::checkpoint::{Checkpoint, CheckpointError, parse_decimal};
use crate::hash::Hash;
use crate::note::Note;

/// A request to vouch for a checkpoint: well-formed, and no more than that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    old: u64,
    proof: Vec<Hash>,
    note: Note,
    checkpoint: Checkpoint,
}

/// Why bytes are not a request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// More than [`MAX_REQUEST_BYTES`].
    #[error("the request is larger than {MAX_REQUEST_BYTES} bytes")]
    TooLarge,
    /// The bytes are not UTF-8.
    #[error("the request is not UTF-8 text")]
    Encoding,
    /// The first line is not `old` and a size.
    #[error("the first line of the request is not an old size")]
    OldSize,
    /// A line before the blank one is not a hash.
    #[error("line {0} of the request is not a hash")]
    ProofLine(usize),
    /// More than [`MAX_PROOF_LINES`] hashes.
    #[error("the request has more than {MAX_PROOF_LINES} hashes")]
    ProofTooLong,
    /// There is no blank line with a checkpoint below it.
    #[error("the request has no checkpoint")]
    NoCheckpoint,
    /// The checkpoint is malformed.
    #[error("the checkpoint of the request is malformed")]
    Checkpoint(#[from] CheckpointError),
}

impl AddCheckpoint {
    /// The request to vouch for the signed checkpoint, which continues the tree of `old` entries as
    /// `proof` shows.
    ///
    /// # Errors
    /// When the proof is too long or `signed` is not a signed checkpoint.
    pub fn new(old: u64, proof: Vec<Hash>, signed: &str) -> Result<Self, RequestError> {
        if proof.len() > MAX_PROOF_LINES {
            return Err(RequestError::ProofTooLong);
        }
        let note = Note::parse(signed).map_err(CheckpointError::from)?;
        let checkpoint = Checkpoint::parse(note.text())?;
        Ok(Self {
            old,
            proof,
            note,
            checkpoint,
        })
    }

    /// Reads the body of a request.
    ///
    /// # Errors
    /// When the format is broken or a limit exceeded.
    pub fn parse(body: &[u8]) -> Result<Self, RequestError> {
        if body.len() > MAX_REQUEST_BYTES {
            return Err(RequestError::TooLarge);
        }
        let text = std::str::from_utf8(body).map_err(|_| RequestError::Encoding)?;
        let (head, signed) = text.split_once("\n\n").ok_or(RequestError::NoCheckpoint)?;
        let mut lines = head.split('\n');
        let old = lines
            .next()
            .and_then(|line| parse_decimal(line.strip_prefix("old ")?))
            .ok_or(RequestError::OldSize)?;
        let mut proof = Vec::new();
        for (line, number) in lines.zip(2..) {
            if proof.len() == MAX_PROOF_LINES {
                return Err(RequestError::ProofTooLong);
            }
            proof.push(line.parse().map_err(|_| RequestError::ProofLine(number))?);
        }
        Self::new(old, proof, signed)
    }

    /// The size that the witness is believed to have seen last.
    #[must_use]
    pub fn old(&self) -> u64 {
        self.old
    }

    /// The consistency proof from that size.
    #[must_use]
    pub fn proof(&self) -> &[Hash] {
        &self.proof
    }

    /// The signed checkpoint. Nothing about its signatures is verified.
    #[must_use]
    pub fn note(&self) -> &Note {
        &self.note
    }

    /// What the checkpoint says.
    #[must_use]
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }
}

impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        for hash in &self.proof {
            writeln!(f, "{hash}")?;
        }
        write!(f, "\n{}", self.note)
    }
}
