//! A counterpart whose keys were accepted.

use crate::error::OfficeError;
use crate::writing::Filed;
use journal::note::Ed25519Verifier;
use records::{PartyId, Timestamp};
use seal::key_manifest::{KeyManifest, SignedKeyManifest};
use serde::{Deserialize, Serialize};

/// A counterpart as it is filed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peer {
    /// Its party id.
    pub party: PartyId,
    /// Its key manifest, signed by its root (JSON).
    pub manifest: String,
    /// The root's fingerprint, as compared over another channel.
    pub fingerprint: String,
    /// Who accepted it.
    pub accepted_by: String,
    /// When.
    pub accepted: Timestamp,
}

impl Filed for Peer {
    const FAMILY: &'static str = "peer";

    fn id(&self) -> String {
        self.party.to_string()
    }
}

impl Peer {
    /// Its keys. The signature was checked when the peer was accepted.
    ///
    /// # Errors
    /// When the filed manifest cannot be read.
    pub fn keys(&self) -> Result<KeyManifest, OfficeError> {
        Ok(SignedKeyManifest::from_json(self.manifest.as_bytes())?
            .statement()
            .clone())
    }

    /// The verifier of the checkpoints of its exchange log with `own`, and that log's origin.
    ///
    /// # Errors
    /// When its manifest names no such log, or the key is malformed.
    pub fn exchange_log_verifier(
        &self,
        own: &PartyId,
    ) -> Result<(String, Ed25519Verifier), OfficeError> {
        log_verifier(&self.keys()?, &crate::exchange_log(own))
    }
}

/// Verifier and origin of a log that a key manifest names.
///
/// # Errors
/// When the manifest names no such log, or the key is malformed.
pub fn log_verifier(
    keys: &KeyManifest,
    log: &str,
) -> Result<(String, Ed25519Verifier), OfficeError> {
    let missing = || OfficeError::NoSuch {
        what: "log in the key manifest",
        name: format!("{} of {}", log, keys.party),
    };
    let vkey = keys.log_vkey(log).ok_or_else(missing)?;
    let verifier = Ed25519Verifier::from_vkey(vkey)
        .map_err(|e| OfficeError::invalid(format!("key of log {log}"), e.to_string()))?;
    use journal::note::NoteVerifier;
    Ok((verifier.name().to_owned(), verifier))
}
