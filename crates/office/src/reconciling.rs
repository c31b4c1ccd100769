//! Holding the two exchange logs against each other: showing ours, and filing what the peer's shows.
//!
//! A log is fetched from where the last fetch ended, in bounded pieces. Each piece is proven entry by
//! entry under the checkpoint that came with it; whenever a piece reaches its checkpoint, the root is
//! computed anew over everything on file, which shows whether anything was rewritten behind us.

use crate::entry_kind::EntryKind;
use crate::error::OfficeError;
use crate::office::Office;
use crate::reader::{End, PeerLog, PeerRange, fields_for_figures};
use crate::writing::Loaded;
use crate::{OFFICE_LOG, exchange_log};
use journal::checkpoint::Checkpoint;
use journal::extract::{Extract, ExtractEntry, VerifiedExtract};
use journal::hash::leaf_hash;
use journal::log_key::LogVerifier;
use records::PartyId;
use store::BlobRef;

/// Most entries of one piece.
pub const MAX_EXTRACT_ENTRIES: u64 = 1_000;

/// How far a peer's log is on file after a piece of it was filed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Entries on file: fetch on from there.
    pub filed: u64,
    /// Entries of the log by the checkpoint that came with the piece.
    pub size: u64,
}

impl Progress {
    /// Whether the log is on file to the end it had.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.filed == self.size
    }
}

impl Office {
    /// Our exchange log with a peer from entry `from` on, as that peer may see it, at most
    /// [`MAX_EXTRACT_ENTRIES`] entries, each with its proof.
    ///
    /// # Errors
    /// When the log cannot be read or is shorter than `from`.
    pub fn extract_for_peer(&self, peer: &PartyId, from: u64) -> Result<Extract, OfficeError> {
        let log = exchange_log(peer);
        self.reader()
            .extract_from(&log, from, MAX_EXTRACT_ENTRIES, fields_for_figures())
    }

    /// Files the next piece of a peer's exchange log, after checking it against the peer's keys and
    /// against all that is on file.
    ///
    /// # Errors
    /// When it does not verify, does not begin where the last one ended, or contradicts what the log
    /// showed before; then both checkpoints are kept.
    pub fn file_peer_extract(
        &self,
        from: &PartyId,
        extract: Extract,
    ) -> Result<Progress, OfficeError> {
        let verifiers = self
            .counterpart(from)?
            .exchange_log_verifiers(self.party())?;
        let verified = verify(&extract, &verifiers)?;
        let (checkpoint, origin) = (verified.checkpoint(), &verified.checkpoint().origin);
        let invalid =
            |problem: String| OfficeError::invalid(format!("extract of {origin}"), problem);

        let copy = |epoch| PeerLog {
            peer: from.clone(),
            epoch,
            frontier: crate::frontier::Frontier::default(),
            checkpoint: extract.checkpoint.clone(),
            end: None,
            contradiction: None,
        };
        let mut log = match self.load::<PeerLog>(from.as_str())? {
            None => Loaded::new(copy(None)),
            Some(log) if log.value.origin() == origin => log,
            // A new epoch owes nothing to the one before: it is copied from its first entry on.
            Some(log) if is_in_force(&verifiers, origin) => Loaded {
                value: copy(Some(origin.clone())),
                ..log
            },
            Some(log) => {
                let now = log.value.origin();
                return Err(invalid(format!("the log goes on as {now}")));
            }
        };
        let mut frontier = log.value.frontier.clone();
        let start = frontier.size();
        if checkpoint.size < start {
            return Err(self.note_rewritten_log(log, checkpoint, &extract)?);
        }
        for (expected, entry) in (start..).zip(verified.entries()) {
            if entry.index != expected {
                return Err(invalid(format!(
                    "entry {} where {expected} is next",
                    entry.index
                )));
            }
            frontier.push(leaf_hash(&entry.opening.leaf_bytes()));
        }
        let filed = frontier.size();
        let progress = Progress {
            filed,
            size: checkpoint.size,
        };
        if progress.is_complete() {
            if frontier.root() != checkpoint.root {
                return Err(self.note_rewritten_log(log, checkpoint, &extract)?);
            }
        } else if filed == start {
            return Err(invalid(format!(
                "nothing of entries {start} to {}",
                checkpoint.size
            )));
        }
        let known_end = log.value.end.as_ref().map(|end| end.size);
        if filed == start && known_end == Some(filed) {
            // Nothing new: nothing is written.
            return Ok(progress);
        }
        log.value.frontier = frontier;
        self.write_piece(log, verified.entries(), &extract.checkpoint, checkpoint)?;
        Ok(progress)
    }

    fn write_piece(
        &self,
        mut log: Loaded<PeerLog>,
        entries: &[ExtractEntry],
        note: &str,
        checkpoint: &Checkpoint,
    ) -> Result<(), OfficeError> {
        let mut writing = self.writing();
        let filed = log.value.frontier.size();
        let mut fields = vec![
            ("peer", log.value.peer.to_string().into()),
            ("filed", filed.into()),
            ("size", checkpoint.size.into()),
            ("root", checkpoint.root.to_string().into()),
        ];
        // The proofs have done their work: the whole is proven by its root.
        let stored: Vec<ExtractEntry> = entries
            .iter()
            .map(|entry| ExtractEntry {
                proof: Vec::new(),
                ..entry.clone()
            })
            .collect();
        let json = serde_json::to_vec(&stored).map_err(|source| OfficeError::Unreadable {
            what: "extract".to_owned(),
            source,
        })?;
        let blob = BlobRef::new(json);
        fields.push(("entries", blob.hash.to_string().into()));
        let entry = writing.entry(OFFICE_LOG, EntryKind::PeerExtractFiled, fields)?;
        if let (Some(first), Some(last)) = (entries.first(), entries.last()) {
            let range = PeerRange {
                peer: log.value.peer.clone(),
                epoch: log.value.epoch.clone(),
                from: first.index,
                to: last.index.saturating_add(1),
                entries: blob.hash,
            };
            writing.batch.blobs.push(blob);
            writing.file(&Loaded::new(range), Some(entry))?;
        }
        note.clone_into(&mut log.value.checkpoint);
        if filed == checkpoint.size {
            log.value.end = Some(End {
                origin: checkpoint.origin.clone(),
                size: filed,
                checkpoint: note.to_owned(),
                at: writing.now,
            });
        }
        writing.file(&log, Some(entry))?;
        writing.commit().map(drop)
    }

    /// A log that does not continue what it showed before is evidence: both checkpoints are signed
    /// by the peer's key, so both are kept. Once is enough: the two stay on file, and a peer cannot
    /// make us write one such entry after the other.
    fn note_rewritten_log(
        &self,
        mut log: Loaded<PeerLog>,
        checkpoint: &Checkpoint,
        now: &Extract,
    ) -> Result<OfficeError, OfficeError> {
        let (peer, origin) = (log.value.peer.clone(), &checkpoint.origin);
        tracing::error!(%peer, origin, "the peer's log does not continue what it showed before");
        if log.value.contradiction.is_none() {
            log.value.contradiction = Some(now.checkpoint.clone());
            let mut writing = self.writing();
            let entry = writing.entry(
                OFFICE_LOG,
                EntryKind::PeerLogRewritten,
                vec![
                    ("peer", peer.to_string().into()),
                    ("before", log.value.checkpoint.clone().into()),
                    ("now", now.checkpoint.clone().into()),
                ],
            )?;
            writing.file(&log, Some(entry))?;
            writing.commit()?;
        }
        Ok(OfficeError::invalid(
            format!("extract of {origin}"),
            "it does not continue what this log showed before; both checkpoints are on file",
        ))
    }
}

/// Whether this is the origin under which the log is signed now.
fn is_in_force(verifiers: &[LogVerifier], origin: &str) -> bool {
    verifiers.first().is_some_and(|key| key.origin() == origin)
}

/// Checks an extract against the keys of the log, the one that signs now first: a checkpoint may have
/// been signed before a rotation.
fn verify<'a>(
    extract: &'a Extract,
    verifiers: &[LogVerifier],
) -> Result<VerifiedExtract<'a>, OfficeError> {
    let mut problem = "no key of the log is known".to_owned();
    for verifier in verifiers {
        match extract.verify(verifier.origin(), &verifier.demanded()) {
            Ok(verified) => return Ok(verified),
            Err(error) => problem = error.to_string(),
        }
    }
    Err(OfficeError::invalid("extract", problem))
}
