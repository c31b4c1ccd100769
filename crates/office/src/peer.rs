//! A counterpart whose keys were accepted.

use crate::error::OfficeError;
use crate::exchange_log;
use crate::office::Office;
use crate::writing::{Filed, Loaded};
use journal::log_key::LogVerifier;
use records::{PartyId, Timestamp};
use seal::key_manifest::{KeyManifest, SignedKeyManifest, SuiteKeys};
use seal::keys::VerifyingKey;
use seal::revocation::RevokedKind;
use seal::{SealError, Suite};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

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
    /// Its keys. The signatures were checked when the peer was accepted.
    ///
    /// # Errors
    /// When the filed manifest cannot be read.
    pub fn keys(&self) -> Result<KeyManifest, OfficeError> {
        Ok(SignedKeyManifest::from_json(self.manifest.as_bytes())?
            .statement()
            .clone())
    }
}

/// The peers' manifests as last read, with the revision of the document they are from. Reading one
/// costs as much as everything else about a message, and they change once in months.
#[derive(Default)]
pub(crate) struct KnownKeys(Mutex<BTreeMap<PartyId, (i64, Arc<KeyManifest>)>>);

impl KnownKeys {
    fn of(&self, peer: &Loaded<Peer>) -> Result<Arc<KeyManifest>, OfficeError> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((revision, keys)) = known.get(&peer.value.party)
            && *revision == peer.revision
        {
            return Ok(Arc::clone(keys));
        }
        let keys = Arc::new(peer.value.keys()?);
        let read = (peer.revision, Arc::clone(&keys));
        known.insert(peer.value.party.clone(), read);
        Ok(keys)
    }
}

/// A counterpart with its keys at hand, and the suite that was agreed with it.
pub(crate) struct Counterpart {
    pub(crate) party: PartyId,
    pub(crate) keys: Arc<KeyManifest>,
    pub(crate) suite: Suite,
}

impl Counterpart {
    /// Its keys for messages of the agreed suite.
    pub(crate) fn public(&self) -> Result<&SuiteKeys, OfficeError> {
        self.keys
            .suite(self.suite)
            .ok_or_else(|| OfficeError::NoSuch {
                what: "keys for the agreed suite in the manifest of",
                name: self.party.to_string(),
            })
    }

    /// The keys of the agreed suite whose signatures are taken: the one that signs now and those
    /// that signed before it, as a receipt may be older than a rotation.
    pub(crate) fn honoured(&self) -> impl Iterator<Item = &VerifyingKey> {
        let keys = self.keys.suite(self.suite);
        let all = keys
            .into_iter()
            .flat_map(|keys| std::iter::once(&keys.signing).chain(&keys.earlier_signing));
        all.filter(|key| self.keys.signing_key(key.id()).honoured().is_some())
    }

    /// The verifiers of its exchange log with `own`: of the key that signs now first, then of
    /// earlier keys and epochs that were not taken back.
    pub(crate) fn exchange_log_verifiers(
        &self,
        own: &PartyId,
    ) -> Result<Vec<LogVerifier>, SealError> {
        let name = exchange_log(own);
        let verifiers = self
            .keys
            .logs
            .iter()
            .filter(|log| log.name == name)
            .filter(|log| self.keys.revocation(RevokedKind::Log, log.id()).is_none())
            .map(seal::key_manifest::LogReference::verifier)
            .collect::<Result<Vec<_>, _>>()?;
        if verifiers.is_empty() {
            return Err(SealError::UnknownLog(name));
        }
        Ok(verifiers)
    }
}

impl Office {
    pub(crate) fn peer(&self, party: &PartyId) -> Result<Loaded<Peer>, OfficeError> {
        self.load::<Peer>(party.as_str())?
            .ok_or_else(|| OfficeError::NoSuch {
                what: "accepted peer",
                name: party.to_string(),
            })
    }

    pub(crate) fn counterpart(&self, party: &PartyId) -> Result<Counterpart, OfficeError> {
        Ok(Counterpart {
            keys: self.known_keys.of(&self.peer(party)?)?,
            suite: self.suite(party),
            party: party.clone(),
        })
    }

    /// The suite agreed with a peer.
    #[must_use]
    pub fn suite(&self, party: &PartyId) -> Suite {
        self.agreements.get(party).copied().unwrap_or_default()
    }
}
