//! The grade of evidence of an entry, and the file that proves it.

use super::Reader;
use crate::error::OfficeError;
use journal::grade::Grade;
use journal::note::Note;
use journal::proof::inclusion_proof;
use journal::proof_file::ProofFile;
use records::Timestamp;
use store::{Cosigned, EntryRef, LogTiles};

/// Who, besides us, vouches for an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// How far.
    pub grade: Grade,
    /// The earliest checkpoint that has this grade and covers the entry; absent where only we have
    /// signed.
    pub witnessed: Option<Witnessed>,
}

/// A cosigned checkpoint that covers an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witnessed {
    /// Entries that it covers.
    pub size: u64,
    /// The latest time among its cosignatures: by then the entry stood there, and all of them say so.
    pub at: Timestamp,
    /// The note, with the lines of log and witnesses. They were verified when it was filed.
    pub checkpoint: String,
}

impl Reader {
    /// Who vouches for an entry.
    ///
    /// # Errors
    /// When the log cannot be read or has no such entry.
    pub fn grade(&self, entry: &EntryRef) -> Result<Evidence, OfficeError> {
        if self.head(&entry.log)?.size <= entry.index {
            return Err(OfficeError::NoSuch {
                what: "entry",
                name: format!("{} {}", entry.log, entry.index),
            });
        }
        Ok(match self.best_cosigned(entry)? {
            None => Evidence {
                grade: Grade::SelfSigned,
                witnessed: None,
            },
            Some(cosigned) => Evidence {
                grade: cosigned.grade,
                witnessed: Some(Witnessed {
                    size: cosigned.size,
                    at: latest_time(&cosigned.note),
                    checkpoint: cosigned.note,
                }),
            },
        })
    }

    /// The offline proof of an entry (C2SP `tlog-proof`): by the cosigned checkpoint of the best
    /// grade that covers it, else by our newest own.
    ///
    /// # Errors
    /// When the log cannot be read or has no such entry.
    pub fn proof_file(&self, entry: &EntryRef) -> Result<ProofFile, OfficeError> {
        let (size, checkpoint) = match self.best_cosigned(entry)? {
            Some(cosigned) => (cosigned.size, cosigned.note),
            None => {
                let head = self.head(&entry.log)?;
                (head.size, head.checkpoint)
            }
        };
        let tiles = LogTiles::new(self.database().clone(), &entry.log);
        let proof = inclusion_proof(&tiles, entry.index, size)
            .map_err(|error| OfficeError::invalid("proof", error.to_string()))?;
        Ok(ProofFile {
            extra: None,
            index: entry.index,
            proof,
            checkpoint,
        })
    }

    fn best_cosigned(&self, entry: &EntryRef) -> Result<Option<Cosigned>, OfficeError> {
        let covering = self
            .database()
            .cosigned(&entry.log, entry.index.saturating_add(1))?;
        Ok(covering
            .into_iter()
            .filter(|cosigned| cosigned.grade > Grade::SelfSigned)
            .max_by_key(|cosigned| cosigned.grade))
    }
}

/// The latest time in a note's lines. A log's own lines have none, or time zero.
fn latest_time(note: &str) -> Timestamp {
    let Ok(note) = Note::parse(note) else {
        return Timestamp::from_millis(0);
    };
    let origin = note.text().lines().next().unwrap_or_default();
    let times = note
        .signatures()
        .iter()
        .filter(|line| line.name != origin)
        .filter_map(|line| line.signature.first_chunk().copied())
        .map(u64::from_be_bytes);
    let seconds = i64::try_from(times.max().unwrap_or(0)).unwrap_or(0);
    Timestamp::from_millis(seconds.saturating_mul(1000))
}
