//! Extracts of logs: entries opened as far as needed, with what proves them.

use super::Reader;
use crate::error::OfficeError;
use crate::mirror::RecoveredEntry;
use journal::entry::open_fields;
use journal::extract::{Extract, ExtractEntry};
use journal::opening::Opening;
use journal::proof::inclusion_proof;
use std::collections::BTreeSet;
use store::{LogTiles, StoredEntry};

/// The fields of exchange log entries that the peer may see and figures are counted by.
#[must_use]
pub const fn fields_for_figures() -> &'static [&'static str] {
    &[
        "kind",
        "time",
        "message",
        "message_kind",
        "sender",
        "recipient",
        "seq",
        "thread",
        "exercise",
        "sender_key",
        "created",
        "reply_to",
        "deadline",
        "topic",
        "urgency",
        "outcome",
        "reason",
        "event",
        "version",
        "manifest",
        "revoked",
    ]
}

impl Reader {
    /// A log as a whole, each entry with the named fields open: what counts and zeros rest on. An
    /// entry whose content was destroyed shows that it was.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn complete_extract(&self, log: &str, fields: &[&str]) -> Result<Extract, OfficeError> {
        let head = self.head(log)?;
        let entries = self.database().entries(log, 0, head.size)?;
        let entries = entries
            .into_iter()
            .map(|entry| self.opened(log, entry, fields))
            .collect::<Result<_, OfficeError>>()?;
        Ok(Extract {
            log: head.origin,
            checkpoint: head.checkpoint,
            entries,
            complete: true,
        })
    }

    /// Single entries of a log, each with the named fields open and its inclusion proof.
    ///
    /// # Errors
    /// When the log cannot be read, or one of the entries is not there or its content destroyed.
    pub fn partial_extract(
        &self,
        log: &str,
        indices: &BTreeSet<u64>,
        fields: &[&str],
    ) -> Result<Extract, OfficeError> {
        let mut stored = Vec::with_capacity(indices.len());
        for &index in indices {
            let found = self
                .database()
                .entries(log, index, index.saturating_add(1))?;
            let missing = || no_content(log, index);
            stored.push(found.into_iter().next().ok_or_else(missing)?);
        }
        let extract = self.proven(log, stored, fields)?;
        match extract.entries.iter().find(|e| e.opening.is_destroyed()) {
            Some(destroyed) => Err(no_content(log, destroyed.index)),
            None => Ok(extract),
        }
    }

    /// The entries of a log from `from` on, at most `most` of them, each with the named fields open
    /// and its inclusion proof. An entry whose content was destroyed shows that it was.
    ///
    /// # Errors
    /// When the log cannot be read or is shorter than `from`.
    pub fn extract_from(
        &self,
        log: &str,
        from: u64,
        most: u64,
        fields: &[&str],
    ) -> Result<Extract, OfficeError> {
        let size = self.head(log)?.size;
        if from > size {
            return Err(OfficeError::invalid(
                "from",
                format!("log {log} has {size} entries, not {from}"),
            ));
        }
        let to = size.min(from.saturating_add(most));
        let stored = self.database().entries(log, from, to)?;
        self.proven(log, stored, fields)
    }

    fn proven(
        &self,
        log: &str,
        stored: Vec<StoredEntry>,
        fields: &[&str],
    ) -> Result<Extract, OfficeError> {
        let head = self.head(log)?;
        let tiles = LogTiles::new(self.database().clone(), log);
        let entries = stored
            .into_iter()
            .map(|entry| {
                let proof = inclusion_proof(&tiles, entry.index, head.size)
                    .map_err(|e| OfficeError::invalid("proof", e.to_string()))?;
                Ok(ExtractEntry {
                    proof,
                    ..self.opened(log, entry, fields)?
                })
            })
            .collect::<Result<_, OfficeError>>()?;
        Ok(Extract {
            log: head.origin,
            checkpoint: head.checkpoint,
            entries,
            complete: false,
        })
    }

    /// An entry with the named fields open, not yet proven. Of one that was fetched back from the
    /// counterpart what that had been shown.
    fn opened(
        &self,
        log: &str,
        entry: StoredEntry,
        fields: &[&str],
    ) -> Result<ExtractEntry, OfficeError> {
        let opening = match &entry.content {
            Some((body, salt)) => open_fields(body, salt, fields),
            None => {
                let id = RecoveredEntry::id_of(log, entry.index);
                match self.one::<RecoveredEntry>(&id)? {
                    Some(recovered) => recovered.opening,
                    None => Opening::of_destroyed(&entry.leaf)
                        .ok_or_else(|| no_content(log, entry.index))?,
                }
            }
        };
        Ok(ExtractEntry {
            index: entry.index,
            opening,
            proof: Vec::new(),
        })
    }
}

fn no_content(log: &str, index: u64) -> OfficeError {
    OfficeError::NoSuch {
        what: "content of entry",
        name: format!("{log} {index}"),
    }
}
