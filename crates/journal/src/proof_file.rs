//! Offline receipts: one text file that proves an entry, after C2SP `tlog-proof`.
//!
//! The file holds the entry's number, the inclusion proof and a signed checkpoint, with the
//! cosignatures of witnesses under it. With the entry and the public keys (or a policy that names them)
//! it can be checked years later, without the log.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::checkpoint::{Checkpoint, CheckpointError, parse_decimal};
use crate::hash::{Hash, leaf_hash};
use crate::note::{MAX_NOTE_BYTES, Note, NoteVerifier};
use crate::policy::{Policy, PolicyRefusal, Verdict};
use crate::proof::{VerifyError, verify_inclusion};

/// The first line of every proof file.
pub const HEADER: &str = "c2sp.org/tlog-proof@v1";
/// The most hashes an inclusion proof can have: one per level of the largest tree.
pub const MAX_PROOF_HASHES: usize = 63;

/// A proof file. Its content is unproven until [`ProofFile::verify`] has accepted it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofFile {
    /// Data for the reader that is *not* covered by any signature.
    pub extra: Option<Vec<u8>>,
    /// Number of the entry, from 0.
    pub index: u64,
    /// Inclusion proof, from the leaf's sibling up.
    pub proof: Vec<Hash>,
    /// The signed checkpoint, a note.
    pub checkpoint: String,
}

/// Why a proof file cannot be read or does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofFileError {
    /// The text is larger than any proof file needs to be.
    #[error("proof file is too large")]
    TooLarge,
    /// A line is not what the format wants there.
    #[error("line {0} of the proof file is malformed")]
    Line(usize),
    /// The checkpoint is malformed, of another log, or not signed as demanded.
    #[error("checkpoint of the proof file is not acceptable")]
    Checkpoint(#[from] CheckpointError),
    /// The checkpoint is not valid under the policy.
    #[error("checkpoint of the proof file is not valid under the policy")]
    Policy(#[from] PolicyRefusal),
    /// The entry is not proven.
    #[error("proof file does not prove entry {index}")]
    Entry {
        /// Number of the entry.
        index: u64,
        /// Why not.
        source: VerifyError,
    },
}

impl fmt::Display for ProofFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", STANDARD.encode(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        for hash in &self.proof {
            writeln!(f, "{hash}")?;
        }
        write!(f, "\n{}", self.checkpoint)
    }
}

impl ProofFile {
    /// Reads a proof file.
    ///
    /// # Errors
    /// When the format is broken or a limit exceeded.
    pub fn parse(text: &str) -> Result<Self, ProofFileError> {
        if text.len() > 2 * MAX_NOTE_BYTES {
            return Err(ProofFileError::TooLarge);
        }
        let (head, checkpoint) = text.split_once("\n\n").ok_or(ProofFileError::Line(1))?;
        let mut lines = head.split('\n').zip(1..).peekable();
        if lines.next().is_none_or(|(line, _)| line != HEADER) {
            return Err(ProofFileError::Line(1));
        }
        let extra = lines
            .next_if(|(line, _)| line.starts_with("extra "))
            .map(|(line, number)| {
                STANDARD
                    .decode(&line["extra ".len()..])
                    .map_err(|_| ProofFileError::Line(number))
            })
            .transpose()?;
        let (line, number) = lines.next().unwrap_or(("", 2));
        let index = line
            .strip_prefix("index ")
            .and_then(parse_decimal)
            .ok_or(ProofFileError::Line(number))?;
        let mut proof = Vec::new();
        for (line, number) in lines {
            if proof.len() == MAX_PROOF_HASHES {
                return Err(ProofFileError::Line(number));
            }
            proof.push(line.parse().map_err(|_| ProofFileError::Line(number))?);
        }
        Note::parse(checkpoint).map_err(CheckpointError::from)?;
        Ok(Self {
            extra,
            index,
            proof,
            checkpoint: checkpoint.to_owned(),
        })
    }

    /// Checks that `entry` (the leaf bytes) is in log `origin`, by a checkpoint that each of the
    /// given keys has signed; see [`Checkpoint::open`]. Returns that checkpoint.
    ///
    /// # Errors
    /// When the checkpoint or the proof does not hold.
    pub fn verify(
        &self,
        entry: &[u8],
        origin: &str,
        verifiers: &[&dyn NoteVerifier],
    ) -> Result<Checkpoint, ProofFileError> {
        let checkpoint = Checkpoint::open(&self.checkpoint, origin, verifiers)?;
        self.verify_entry(entry, &checkpoint)?;
        Ok(checkpoint)
    }

    /// Checks that `entry` is in a log of the policy, by a checkpoint that is valid under it; see
    /// [`Policy::open`]. Returns that checkpoint, and who has cosigned it.
    ///
    /// # Errors
    /// When the checkpoint or the proof does not hold.
    pub fn verify_with_policy(
        &self,
        entry: &[u8],
        policy: &Policy,
    ) -> Result<(Checkpoint, Verdict), ProofFileError> {
        let (checkpoint, verdict) = policy.open(&self.checkpoint)?;
        self.verify_entry(entry, &checkpoint)?;
        Ok((checkpoint, verdict))
    }

    fn verify_entry(&self, entry: &[u8], checkpoint: &Checkpoint) -> Result<(), ProofFileError> {
        let Self { index, proof, .. } = self;
        verify_inclusion(
            &leaf_hash(entry),
            *index,
            checkpoint.size,
            proof,
            &checkpoint.root,
        )
        .map_err(|source| ProofFileError::Entry {
            index: *index,
            source,
        })
    }
}
