//! Extracts: entries of a log with proof, as they accompany an answer.
//!
//! A *complete* extract opens every entry up to a signed checkpoint. Recomputing the root from all
//! leaves proves what no selection can: that nothing else happened. It is what makes "none" and "seven"
//! provable figures. An extract that is not complete proves each of its entries, and no more.

use serde::{Deserialize, Serialize};

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::hash::{Hash, leaf_hash, root_of};
use crate::note::NoteVerifier;
use crate::opening::Opening;
use crate::proof::{VerifyError, verify_inclusion};

/// Entries of one log, with what is needed to check them. Unproven until [`Extract::verify`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extract {
    /// The log's name in its house, such as `office`. A label for people: what is proven is the
    /// origin in the checkpoint.
    pub log: String,
    /// The signed checkpoint, a note.
    pub checkpoint: String,
    /// The entries, by ascending index.
    pub entries: Vec<ExtractEntry>,
    /// Whether these are all entries of the log up to the checkpoint.
    pub complete: bool,
}

/// One entry of an [`Extract`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExtractEntry {
    /// Number of the entry in the log, from 0.
    pub index: u64,
    /// The entry, with some fields shown.
    pub opening: Opening,
    /// Its inclusion proof; empty in a complete extract, where the root is recomputed instead.
    pub proof: Vec<Hash>,
}

/// What a verified extract proves. Only [`Extract::verify`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedExtract<'a> {
    checkpoint: Checkpoint,
    entries: &'a [ExtractEntry],
    complete: bool,
}

impl<'a> VerifiedExtract<'a> {
    /// The checkpoint against which the entries were proven.
    #[must_use]
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The proven entries, by ascending index, each once.
    #[must_use]
    pub fn entries(&self) -> &'a [ExtractEntry] {
        self.entries
    }

    /// Whether these are all entries up to the checkpoint: only then does a count of them mean "no
    /// more than that".
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.complete
    }
}

/// Why an extract does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExtractError {
    /// The checkpoint is malformed, of another log, or not signed as demanded.
    #[error("extract of log {log}: the checkpoint is not acceptable")]
    Checkpoint {
        /// The log.
        log: String,
        /// What is wrong with it.
        source: CheckpointError,
    },
    /// The extract calls itself complete and has another number of entries than the log.
    #[error("extract of log {log}: {found} entries given as all {size}")]
    NotComplete {
        /// The log.
        log: String,
        /// Entries in the extract.
        found: usize,
        /// Entries in the log.
        size: u64,
    },
    /// An entry does not stand in ascending order, or leaves a gap in a complete extract.
    #[error("extract of log {log}: entry {index} is out of place")]
    OutOfPlace {
        /// The log.
        log: String,
        /// Number of the entry.
        index: u64,
    },
    /// An entry of a complete extract has a proof of its own, which nothing would check.
    #[error("extract of log {log}: entry {index} of a complete extract has its own proof")]
    NeedlessProof {
        /// The log.
        log: String,
        /// Number of the entry.
        index: u64,
    },
    /// All leaves together do not give the signed root.
    #[error("extract of log {log}: its {size} entries do not give the signed root")]
    Root {
        /// The log.
        log: String,
        /// Entries in the log.
        size: u64,
    },
    /// An entry is not proven.
    #[error("extract of log {log}: entry {index} is not proven")]
    Entry {
        /// The log.
        log: String,
        /// Number of the entry.
        index: u64,
        /// Why not.
        source: VerifyError,
    },
}

impl Extract {
    /// Checks the extract against log `origin` and a checkpoint that each of the given keys has
    /// signed; see [`Checkpoint::open`].
    ///
    /// # Errors
    /// When the checkpoint, an entry, or the completeness does not hold.
    pub fn verify(
        &self,
        origin: &str,
        verifiers: &[&dyn NoteVerifier],
    ) -> Result<VerifiedExtract<'_>, ExtractError> {
        let checkpoint =
            Checkpoint::open(&self.checkpoint, origin, verifiers).map_err(|source| {
                ExtractError::Checkpoint {
                    log: self.log.clone(),
                    source,
                }
            })?;
        if self.complete {
            self.verify_all(&checkpoint)?;
        } else {
            self.verify_each(&checkpoint)?;
        }
        Ok(VerifiedExtract {
            checkpoint,
            entries: &self.entries,
            complete: self.complete,
        })
    }

    fn verify_all(&self, checkpoint: &Checkpoint) -> Result<(), ExtractError> {
        let log = || self.log.clone();
        let (found, size) = (self.entries.len(), checkpoint.size);
        if found as u64 != size {
            return Err(ExtractError::NotComplete {
                log: log(),
                found,
                size,
            });
        }
        for (expected, entry) in (0..).zip(&self.entries) {
            let index = entry.index;
            if index != expected {
                return Err(ExtractError::OutOfPlace { log: log(), index });
            }
            if !entry.proof.is_empty() {
                return Err(ExtractError::NeedlessProof { log: log(), index });
            }
        }
        let leaves: Vec<Hash> = self.entries.iter().map(ExtractEntry::leaf_hash).collect();
        if root_of(&leaves) != checkpoint.root {
            return Err(ExtractError::Root { log: log(), size });
        }
        Ok(())
    }

    fn verify_each(&self, checkpoint: &Checkpoint) -> Result<(), ExtractError> {
        let log = || self.log.clone();
        let Checkpoint { size, root, .. } = checkpoint;
        let mut next = 0;
        for entry in &self.entries {
            let index = entry.index;
            // An entry given twice would count twice.
            if index < next {
                return Err(ExtractError::OutOfPlace { log: log(), index });
            }
            verify_inclusion(&entry.leaf_hash(), index, *size, &entry.proof, root).map_err(
                |source| ExtractError::Entry {
                    log: log(),
                    index,
                    source,
                },
            )?;
            next = index + 1; // no overflow: the index is below the size
        }
        Ok(())
    }
}

impl ExtractEntry {
    fn leaf_hash(&self) -> Hash {
        leaf_hash(&self.opening.leaf_bytes())
    }
}
