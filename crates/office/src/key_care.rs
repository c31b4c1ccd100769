//! Our own keys over time: which manifest is in force, and since which entry.
//!
//! Every version of the manifest is an entry of all logs. Whether a signature by a key that was taken
//! back still counts is decided by the order of these entries and of nothing else: what stands before
//! the revocation was there when the key was still good ([`seal::revocation`]).

use crate::error::OfficeError;
use crate::office::Office;
use crate::reader::Reader;
use crate::writing::{Filed, Loaded};
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

/// The manifest of our own keys that is in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnKeys {
    /// Its version.
    pub version: u32,
    /// The manifest, signed by the root (JSON).
    pub manifest: String,
}

impl OwnKeys {
    const NODE: &'static str = "node";
}

impl Filed for OwnKeys {
    const FAMILY: &'static str = "own-keys";

    fn id(&self) -> String {
        Self::NODE.to_owned()
    }
}

impl Office {
    /// Writes down in all logs that a manifest of our own keys is in force. To be called with the
    /// keyring's manifest whenever the node starts; the one that is in force already changes nothing
    /// and gives `false`.
    ///
    /// Messages that were queued before keep their signature: the key that made it stands in the new
    /// manifest as an earlier one.
    ///
    /// # Errors
    /// [`OfficeError::Seal`] if the root has not signed it or it does not follow the one in force;
    /// [`OfficeError::Invalid`] if it is another party's.
    pub fn publish_keys(&self, signed: &SignedKeyManifest) -> Result<bool, OfficeError> {
        signed.verify_self()?;
        let keys = signed.statement();
        if keys.party != self.party().as_str() {
            return Err(OfficeError::invalid("manifest", "it is another party's"));
        }
        let filed = self.load::<OwnKeys>(OwnKeys::NODE)?;
        if let Some(filed) = &filed {
            let in_force = SignedKeyManifest::from_json(filed.value.manifest.as_bytes())?;
            if in_force.id() == signed.id() {
                return Ok(false);
            }
            signed.verify_successor(in_force.statement())?;
        }
        let revoked: Vec<String> = keys
            .revocations
            .iter()
            .map(|revocation| revocation.key.to_string())
            .collect();
        let fields = || {
            vec![
                ("version", keys.version.into()),
                ("manifest", signed.id().to_string().into()),
                ("revoked", revoked.clone().into()),
            ]
        };
        let mut writing = self.writing();
        for peer in self.reader().peers()? {
            writing.entry(&exchange_log(&peer.party), "keys.published", fields())?;
        }
        let entry = writing.entry(OFFICE_LOG, "keys.published", fields())?;
        let own = OwnKeys {
            version: keys.version,
            manifest: signed.to_json()?,
        };
        writing.file(
            &Loaded {
                value: own,
                revision: filed.map_or(0, |filed| filed.revision),
                entry: None,
            },
            Some(entry),
        )?;
        writing.commit()?;
        Ok(true)
    }
}

impl Reader {
    /// The manifest of our own keys that is in force, once one was published.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn own_keys(&self) -> Result<Option<OwnKeys>, OfficeError> {
        self.one(OwnKeys::NODE)
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
