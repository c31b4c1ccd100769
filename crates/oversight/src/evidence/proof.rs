//! Checking evidence: that the keys are whole, and that every log says what the extracts show.

use super::Evidence;
use journal::checkpoint::Checkpoint;
use journal::extract::{Extract, ExtractError};
use office::peer::log_verifier;
use office::{OFFICE_LOG, exchange_log};
use records::PartyId;
use seal::key_manifest::{KeyManifest, SignedKeyManifest};
use seal::keys::{Fingerprint, VerifyingKey};
use serde_json::Value;

/// Most key manifests that evidence may carry: own and those of counterparts.
const MAX_MANIFESTS: usize = 64;

/// A key manifest that is whole. Whether it is the party's is for the reader to compare with paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestProof {
    /// The party.
    pub party: String,
    /// The root's fingerprint, to be compared.
    pub fingerprint: Fingerprint,
    /// Whether it is among the fingerprints that the reader trusts; none where none were given.
    pub trusted: Option<bool>,
    /// The key that signs for the house.
    pub signing: VerifyingKey,
}

/// One exchange whose logs hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExchangeProof {
    /// The counterpart.
    pub peer: PartyId,
    /// Our log.
    pub own: Checkpoint,
    /// The counterpart's log.
    pub counterpart: Option<Checkpoint>,
}

/// What the evidence proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The keys.
    pub manifests: Vec<ManifestProof>,
    /// The office journal.
    pub office: Option<Checkpoint>,
    /// The exchanges.
    pub exchanges: Vec<ExchangeProof>,
}

/// Why a part of the evidence does not hold.
#[derive(Debug, thiserror::Error)]
pub enum ProofFault {
    /// Too many key manifests.
    #[error("more than {MAX_MANIFESTS} key manifests")]
    TooManyManifests,
    /// A key manifest is malformed or not signed by the root that it names.
    #[error("key manifest {number} does not hold: {source}")]
    Manifest {
        /// Its place in the file, from 1.
        number: usize,
        /// Why.
        source: seal::SealError,
    },
    /// A key manifest cannot be spelled canonically.
    #[error("key manifest {0} has no canonical form")]
    ManifestForm(usize),
    /// Two manifests for one party.
    #[error("party {0} has two key manifests")]
    TwoManifests(String),
    /// No manifest of a party whose log is shown.
    #[error("no key manifest of party {0}")]
    NoManifest(PartyId),
    /// The manifest names no usable key for a log.
    #[error("the key manifest of party {party} has no usable key for log {log}")]
    NoLogKey {
        /// The party.
        party: PartyId,
        /// The log.
        log: String,
    },
    /// An extract does not hold.
    #[error("evidence from log {log} of party {party} does not hold: {source}")]
    Extract {
        /// The party.
        party: PartyId,
        /// The log.
        log: String,
        /// Why.
        source: ExtractError,
    },
    /// An exchange log is shown in part only, so that nothing could be counted in it.
    #[error("log {log} of party {party} is not shown completely")]
    Incomplete {
        /// The party.
        party: PartyId,
        /// The log.
        log: String,
    },
}

impl Evidence {
    /// Checks keys and logs, offline.
    ///
    /// `trusted` are fingerprints of roots that the reader got from somewhere else; where there are
    /// none, the manifests only prove that they are whole.
    #[must_use]
    pub fn prove(&self, trusted: &[Fingerprint]) -> (Proof, Vec<ProofFault>) {
        let mut faults = Vec::new();
        let keys = self.manifests(&mut faults);
        let manifests = keys.iter().map(|manifest| ManifestProof {
            party: manifest.party.clone(),
            fingerprint: manifest.fingerprint(),
            trusted: (!trusted.is_empty()).then(|| trusted.contains(&manifest.fingerprint())),
            signing: manifest.signing.clone(),
        });
        let manifests = manifests.collect();
        let mut check =
            |extract: &Extract, party: &PartyId, log: &str, complete: bool| match prove_extract(
                &keys, extract, party, log, complete,
            ) {
                Ok(checkpoint) => Some(checkpoint),
                Err(fault) => {
                    faults.push(fault);
                    None
                }
            };
        let office = check(&self.records, &self.party, OFFICE_LOG, false);
        let mut exchanges = Vec::new();
        for exchange in &self.exchanges {
            let own = check(
                &exchange.own,
                &self.party,
                &exchange_log(&exchange.peer),
                true,
            );
            let counterpart = exchange.counterpart.as_ref();
            let counterpart =
                counterpart.map(|it| check(it, &exchange.peer, &exchange_log(&self.party), true));
            if let (Some(own), None | Some(Some(_))) = (own, &counterpart) {
                let counterpart = counterpart.flatten();
                exchanges.push(ExchangeProof {
                    peer: exchange.peer.clone(),
                    own,
                    counterpart,
                });
            }
        }
        (
            Proof {
                manifests,
                office,
                exchanges,
            },
            faults,
        )
    }

    fn manifests(&self, faults: &mut Vec<ProofFault>) -> Vec<KeyManifest> {
        if self.keys.len() > MAX_MANIFESTS {
            faults.push(ProofFault::TooManyManifests);
        }
        let mut whole: Vec<KeyManifest> = Vec::new();
        for (number, value) in (1..).zip(self.keys.iter().take(MAX_MANIFESTS)) {
            match read_manifest(number, value) {
                Ok(manifest) if whole.iter().any(|other| other.party == manifest.party) => {
                    faults.push(ProofFault::TwoManifests(manifest.party));
                }
                Ok(manifest) => whole.push(manifest),
                Err(fault) => faults.push(fault),
            }
        }
        whole
    }
}

fn read_manifest(number: usize, value: &Value) -> Result<KeyManifest, ProofFault> {
    let json =
        serde_json_canonicalizer::to_string(value).map_err(|_| ProofFault::ManifestForm(number))?;
    let read = SignedKeyManifest::from_json(json.as_bytes())
        .and_then(|signed| signed.verify_self().map(|()| signed.statement().clone()));
    read.map_err(|source| ProofFault::Manifest { number, source })
}

fn prove_extract(
    keys: &[KeyManifest],
    extract: &Extract,
    party: &PartyId,
    log: &str,
    complete: bool,
) -> Result<Checkpoint, ProofFault> {
    let manifest = keys
        .iter()
        .find(|manifest| manifest.party == party.as_str())
        .ok_or_else(|| ProofFault::NoManifest(party.clone()))?;
    let (origin, verifier) = log_verifier(manifest, log).map_err(|_| ProofFault::NoLogKey {
        party: party.clone(),
        log: log.to_owned(),
    })?;
    let verified = extract
        .verify(&origin, &[&verifier])
        .map_err(|source| ProofFault::Extract {
            party: party.clone(),
            log: log.to_owned(),
            source,
        })?;
    if complete && !verified.is_complete() {
        return Err(ProofFault::Incomplete {
            party: party.clone(),
            log: log.to_owned(),
        });
    }
    Ok(verified.checkpoint().clone())
}
