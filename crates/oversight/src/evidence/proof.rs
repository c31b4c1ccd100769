//! Checking evidence: that the keys are whole, and that every log says what the extracts show.

use super::Evidence;
use super::cosigned::{Grades, MAX_COSIGNED};
use journal::checkpoint::Checkpoint;
use journal::extract::{Extract, ExtractError};
use journal::log_key::LogVerifier;
use journal::note::NoteError;
use journal::policy::PolicyError;
use office::{OFFICE_LOG, exchange_log};
use records::PartyId;
use seal::key_manifest::{KeyManifest, SignedKeyManifest};
use seal::keys::Fingerprint;
use seal::revocation::RevokedKind;
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
    /// The manifest.
    pub keys: KeyManifest,
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
    /// Who vouches for the logs.
    pub grades: Grades,
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
    /// Too many cosigned checkpoints.
    #[error("more than {MAX_COSIGNED} cosigned checkpoints")]
    TooManyCosigned,
    /// A text that names witnesses cannot be read.
    #[error("the list of witnesses does not hold")]
    Policy(#[source] PolicyError),
    /// A cosigned checkpoint is malformed.
    #[error("a cosigned checkpoint is malformed")]
    CosignedForm,
    /// A cosigned checkpoint is of a log that is not shown.
    #[error("a cosigned checkpoint is of log {0}, which the file does not show")]
    CosignedStranger(String),
    /// A cosigned checkpoint that its own log has not signed.
    #[error("a cosigned checkpoint of log {0} is not signed by the log")]
    CosignedUnsigned(String),
    /// Others have vouched for another tree than the one that is shown.
    #[error(
        "log {log} as shown does not continue the checkpoint over {size} entries that was cosigned"
    )]
    CosignedContradicts {
        /// Origin of the log.
        log: String,
        /// Entries that the cosigned checkpoint covers.
        size: u64,
    },
    /// A cosignature by a known witness does not hold.
    #[error("a cosignature under log {log} at {size} entries is forged")]
    Cosignature {
        /// Origin of the log.
        log: String,
        /// Entries that the checkpoint covers.
        size: u64,
        /// Why it does not hold.
        source: NoteError,
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
            keys: manifest.clone(),
        });
        let manifests = manifests.collect();
        let (grades, ungraded) = self.grades(&keys);
        faults.extend(ungraded);
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
                grades,
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

/// The manifests as they are, for reading only: whether they hold is for [`Evidence::prove`].
pub(super) fn claimed_manifests(keys: &[Value]) -> Vec<KeyManifest> {
    let statements = keys.iter().take(MAX_MANIFESTS).filter_map(|signed| {
        let statement = signed.get("statement")?;
        serde::Deserialize::deserialize(statement).ok()
    });
    statements.collect()
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
    let mut fault = ProofFault::NoLogKey {
        party: party.clone(),
        log: log.to_owned(),
    };
    let mut proven = None;
    for verifier in log_verifiers(manifest, log) {
        match extract.verify(verifier.origin(), &verifier.demanded()) {
            Ok(verified) => {
                proven = Some(verified);
                break;
            }
            // The key that signs now comes first: its complaint is the one to be heard.
            Err(source) if matches!(fault, ProofFault::NoLogKey { .. }) => {
                fault = ProofFault::Extract {
                    party: party.clone(),
                    log: log.to_owned(),
                    source,
                };
            }
            Err(_) => {}
        }
    }
    let verified = proven.ok_or(fault)?;
    if complete && !verified.is_complete() {
        return Err(ProofFault::Incomplete {
            party: party.clone(),
            log: log.to_owned(),
        });
    }
    Ok(verified.checkpoint().clone())
}

/// The keys of a party's log, the one that signs now first, then those of earlier keys and epochs
/// that were not taken back.
pub(crate) fn log_verifiers<'a>(
    manifest: &'a KeyManifest,
    log: &'a str,
) -> impl Iterator<Item = LogVerifier> + 'a {
    manifest
        .logs
        .iter()
        .filter(move |reference| reference.name == log)
        .filter(|reference| {
            manifest
                .revocation(RevokedKind::Log, reference.id())
                .is_none()
        })
        .filter_map(|reference| reference.verifier().ok())
}
