//! Our own keys over time: which manifest is in force, and since which entry.
//!
//! Every version of the manifest since a log began is an entry of that log: of the office log, and of
//! the log with each peer. Whether a signature by a key that was taken back still counts is decided by
//! the order of these entries and of nothing else: what stands before the revocation was there when
//! the key was still good ([`seal::revocation`]).

use crate::entry_kind::EntryKind;
use crate::error::OfficeError;
use crate::office::Office;
use crate::reader::Reader;
use crate::writing::{Filed, Loaded, Writing};
use crate::{OFFICE_LOG, exchange_log};
use journal::hash::Hash;
use journal::opening::Opening;
use seal::key_manifest::SignedKeyManifest;
use seal::revocation::{RevocationEntry, SignatureEntry, counts};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::EntryRef;

/// Entries looked at together.
const LOOKED_AT_ONCE: u64 = 1024;

/// The manifest of our own keys that is in force by a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnKeys {
    /// The log.
    pub log: String,
    /// The manifest's version.
    pub version: u32,
    /// The manifest, signed by the root (JSON).
    pub manifest: String,
}

impl Filed for OwnKeys {
    const FAMILY: &'static str = "own-keys";

    fn id(&self) -> String {
        self.log.clone()
    }
}

impl Office {
    /// Writes down in the office log and in the log with every accepted peer that a manifest of our
    /// own keys is in force: `newest`, and before it what of `earlier` (oldest first) a log does not
    /// have yet, as each version must follow the one before. A log without any begins with the newest,
    /// which names all revocations there were. To be called whenever the node starts and peers are
    /// accepted; gives the number of entries written.
    ///
    /// Messages that were queued before keep their signature: the key that made it stands in the new
    /// manifest as an earlier one.
    ///
    /// # Errors
    /// [`OfficeError::Seal`] if the root has not signed a manifest or it does not follow the one
    /// before; [`OfficeError::Invalid`] if the newest is another party's.
    pub fn publish_keys(
        &self,
        earlier: &[SignedKeyManifest],
        newest: &SignedKeyManifest,
    ) -> Result<usize, OfficeError> {
        if newest.statement().party != self.party().as_str() {
            return Err(OfficeError::invalid("manifest", "it is another party's"));
        }
        let peers = self.reader().peers()?;
        let exchange_logs = peers.iter().map(|peer| exchange_log(&peer.party));
        let mut writing = self.writing();
        for log in exchange_logs.chain([OFFICE_LOG.to_owned()]) {
            self.publish_in(&mut writing, log, earlier, newest)?;
        }
        let written = writing.batch.entries.len();
        if written > 0 {
            writing.commit()?;
        }
        Ok(written)
    }

    /// Adds what one log does not have yet.
    fn publish_in(
        &self,
        writing: &mut Writing<'_>,
        log: String,
        earlier: &[SignedKeyManifest],
        newest: &SignedKeyManifest,
    ) -> Result<(), OfficeError> {
        let filed = self.load::<OwnKeys>(&log)?;
        let revision = filed.as_ref().map_or(0, |filed| filed.revision);
        let mut entry = None;
        match filed {
            None => {
                newest.verify_self()?;
                entry = Some(published(writing, &log, newest)?);
            }
            Some(filed) => {
                let mut in_force = &SignedKeyManifest::from_json(filed.value.manifest.as_bytes())?;
                let first = in_force.statement().version;
                let later = |signed: &&SignedKeyManifest| signed.statement().version > first;
                for signed in earlier.iter().filter(later).chain([newest]) {
                    if signed.id() != in_force.id() {
                        signed.verify_successor(in_force.statement())?;
                        entry = Some(published(writing, &log, signed)?);
                        in_force = signed;
                    }
                }
            }
        }
        let Some(entry) = entry else {
            return Ok(());
        };
        let own = OwnKeys {
            log,
            version: newest.statement().version,
            manifest: newest.to_json()?,
        };
        writing.file(
            &Loaded {
                value: own,
                revision,
                entry: None,
            },
            Some(entry),
        )
    }
}

/// The entry that says that a manifest is in force.
fn published(
    writing: &mut Writing<'_>,
    log: &str,
    signed: &SignedKeyManifest,
) -> Result<usize, OfficeError> {
    let keys = signed.statement();
    let revoked = keys.revocations.iter();
    let revoked: Vec<String> = revoked.map(|it| it.key.to_string()).collect();
    writing.entry(
        log,
        EntryKind::KeysPublished,
        [
            ("version", keys.version.into()),
            ("manifest", signed.id().to_string().into()),
            ("revoked", revoked.into()),
        ],
    )
}

impl Reader {
    /// The manifest of our own keys that is in force by a log, once one was published there.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn own_keys(&self, log: &str) -> Result<Option<OwnKeys>, OfficeError> {
        self.one(log)
    }

    /// Where a log first says that a key was taken back.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn revocation(&self, log: &str, key: Hash) -> Result<Option<RevocationEntry>, OfficeError> {
        let size = self.head(log)?.size;
        let mut from = 0;
        while from < size {
            let to = size.min(from + LOOKED_AT_ONCE);
            for line in self.lines(log, from, to)? {
                let field = |name| line.body.as_ref().and_then(|body| body.get(name));
                if revokes(field("kind"), field("revoked"), key) {
                    return Ok(Some(RevocationEntry {
                        log: log.to_owned(),
                        index: line.entry.index,
                    }));
                }
            }
            from = to;
        }
        Ok(None)
    }

    /// Whether what a key signed and `entry` records counts: the log has not taken the key back, or
    /// only after that entry.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn signature_counts(&self, entry: &EntryRef, key: Hash) -> Result<bool, OfficeError> {
        let revocation = self.revocation(&entry.log, key)?;
        let signature = SignatureEntry {
            log: entry.log.clone(),
            index: entry.index,
        };
        Ok(revocation.is_none_or(|revocation| counts(&signature, &revocation)))
    }
}

/// Where the entries of a log (their numbers ascending, as an extract has them) first say that a key
/// was taken back.
#[must_use]
pub fn revocation_among<'a>(
    log: &str,
    entries: impl IntoIterator<Item = (u64, &'a Opening)>,
    key: Hash,
) -> Option<RevocationEntry> {
    let mut entries = entries.into_iter();
    let (index, _) =
        entries.find(|(_, opening)| revokes(opening.get("kind"), opening.get("revoked"), key))?;
    Some(RevocationEntry {
        log: log.to_owned(),
        index,
    })
}

fn revokes(kind: Option<&Value>, revoked: Option<&Value>, key: Hash) -> bool {
    let of_keys = kind
        .and_then(Value::as_str)
        .is_some_and(|kind| matches!(kind, "keys.published" | "keys.accepted"));
    let key = key.to_string();
    let names_it = |named: &Value| named.as_str() == Some(&key);
    of_keys
        && revoked
            .and_then(Value::as_array)
            .is_some_and(|all| all.iter().any(names_it))
}
