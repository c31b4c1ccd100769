//! Extracts of logs: entries opened as far as needed, with what proves them.

use super::Reader;
use crate::error::OfficeError;
use crate::office::Office;
use crate::writing::{Filed, Loaded};
use crate::{OFFICE_LOG, exchange_log};
use journal::entry::open_fields;
use journal::extract::{Extract, ExtractEntry};
use journal::proof::inclusion_proof;
use records::{PartyId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use store::LogTiles;

/// The fields of exchange log entries that figures are counted by.
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
        "created",
        "reply_to",
        "deadline",
        "topic",
        "urgency",
        "outcome",
        "reason",
        "event",
    ]
}

/// What a counterpart's exchange log shows, as it gave it to us.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PeerExtract {
    /// The counterpart.
    pub peer: PartyId,
    /// The extract; verified before it is filed.
    pub extract: Extract,
    /// When it was fetched.
    pub at: Timestamp,
}

impl Filed for PeerExtract {
    const FAMILY: &'static str = "peer-extract";

    fn id(&self) -> String {
        self.peer.to_string()
    }
}

impl Reader {
    /// A log as a whole, each entry with the named fields open: what counts and zeros rest on.
    ///
    /// # Errors
    /// When the log cannot be read, or holds entries whose content was destroyed.
    pub fn complete_extract(&self, log: &str, fields: &[&str]) -> Result<Extract, OfficeError> {
        let head = self.head(log)?;
        let entries = self.database().entries(log, 0, head.size)?;
        let entries = entries
            .into_iter()
            .map(|entry| {
                let gone = || OfficeError::NoSuch {
                    what: "content of entry",
                    name: format!("{log} {}", entry.index),
                };
                let (body, salt) = entry.content.as_ref().ok_or_else(gone)?;
                Ok(ExtractEntry {
                    index: entry.index,
                    opening: open_fields(body, salt, fields),
                    proof: Vec::new(),
                })
            })
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
    /// When the log cannot be read, or one of the entries is not there.
    pub fn partial_extract(
        &self,
        log: &str,
        indices: &BTreeSet<u64>,
        fields: &[&str],
    ) -> Result<Extract, OfficeError> {
        let head = self.head(log)?;
        let tiles = LogTiles::new(self.database().clone(), log);
        let mut entries = Vec::with_capacity(indices.len());
        for &index in indices {
            let missing = || OfficeError::NoSuch {
                what: "content of entry",
                name: format!("{log} {index}"),
            };
            let stored = self
                .database()
                .entries(log, index, index.saturating_add(1))?;
            let (body, salt) = stored
                .into_iter()
                .next()
                .and_then(|e| e.content)
                .ok_or_else(missing)?;
            let proof = inclusion_proof(&tiles, index, head.size)
                .map_err(|e| OfficeError::invalid("proof", e.to_string()))?;
            entries.push(ExtractEntry {
                index,
                opening: open_fields(&body, &salt, fields),
                proof,
            });
        }
        Ok(Extract {
            log: head.origin,
            checkpoint: head.checkpoint,
            entries,
            complete: false,
        })
    }

    /// What the counterpart's exchange log showed when it was last fetched.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn peer_extract(&self, peer: &PartyId) -> Result<Option<PeerExtract>, OfficeError> {
        self.one(peer.as_str())
    }
}

impl Office {
    /// Our exchange log with a peer, as that peer may see it.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn extract_for_peer(&self, peer: &PartyId) -> Result<Extract, OfficeError> {
        self.reader()
            .complete_extract(&exchange_log(peer), fields_for_figures())
    }

    /// Files what a peer's exchange log shows, after checking it against the peer's key.
    ///
    /// # Errors
    /// When the extract does not verify.
    pub fn file_peer_extract(&self, from: &PartyId, extract: Extract) -> Result<(), OfficeError> {
        let peer = self.peer(from)?;
        let (origin, verifier) = peer.exchange_log_verifier(self.party())?;
        let verified = extract
            .verify(&origin, &[&verifier])
            .map_err(|e| OfficeError::invalid(format!("extract of {origin}"), e.to_string()))?;
        if !verified.is_complete() {
            return Err(OfficeError::invalid(
                format!("extract of {origin}"),
                "it is not complete",
            ));
        }
        let (size, root) = (verified.checkpoint().size, verified.checkpoint().root);
        let earlier = self.load::<PeerExtract>(from.as_str())?;
        if let Some(earlier) = &earlier
            && !continues(&earlier.value.extract, &extract)
        {
            return self.note_rewritten_log(from, &origin, &earlier.value.extract, &extract);
        }
        let revision = earlier.map_or(0, |filed| filed.revision);
        let mut writing = self.writing();
        let filed = PeerExtract {
            peer: from.clone(),
            extract,
            at: writing.now,
        };
        let entry = writing.entry(
            OFFICE_LOG,
            "peer.extract-filed",
            vec![
                ("peer", from.to_string().into()),
                ("size", size.into()),
                ("root", root.to_string().into()),
            ],
        )?;
        writing.file(
            &Loaded {
                value: filed,
                revision,
                entry: None,
            },
            Some(entry),
        )?;
        writing.commit().map(drop)
    }

    /// A log that does not continue what it showed before is evidence: both checkpoints are signed
    /// by the peer's key, so both are kept.
    fn note_rewritten_log(
        &self,
        from: &PartyId,
        origin: &str,
        before: &Extract,
        now: &Extract,
    ) -> Result<(), OfficeError> {
        tracing::error!(peer = %from, origin, "the peer's log does not continue what it showed before");
        let mut writing = self.writing();
        writing.entry(
            OFFICE_LOG,
            "peer.log-rewritten",
            vec![
                ("peer", from.to_string().into()),
                ("before", before.checkpoint.clone().into()),
                ("now", now.checkpoint.clone().into()),
            ],
        )?;
        writing.commit()?;
        Err(OfficeError::invalid(
            format!("extract of {origin}"),
            "it does not continue what this log showed before; both checkpoints are on file",
        ))
    }
}

/// Whether the later extract of a log holds everything that the earlier one showed, in its place.
fn continues(earlier: &Extract, later: &Extract) -> bool {
    earlier.entries.len() <= later.entries.len()
        && earlier
            .entries
            .iter()
            .zip(&later.entries)
            .all(|(before, now)| before.opening.leaf_bytes() == now.opening.leaf_bytes())
}
