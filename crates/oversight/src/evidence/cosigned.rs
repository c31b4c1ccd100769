//! Who, besides its keeper, vouches for a log.
//!
//! A log's own signature says that its keeper stands for it. A cosignature says that somebody else
//! was shown the same log at that time, so the keeper can no longer rewrite it alone. Evidence carries
//! cosigned checkpoints beside the logs, each with what proves that the log shown here continues it,
//! and the keys of those who have cosigned. So the grade of every entry and figure can be computed
//! again by anybody.

use super::proof::{ProofFault, log_verifiers};
use super::{Evidence, unverified_checkpoint};
use journal::checkpoint::Checkpoint;
use journal::extract::Extract;
use journal::grade::Grade;
use journal::hash::{Hash, leaf_hash, root_of};
use journal::note::{self, AnyVerifier, Note, NoteError, NoteVerifier};
use journal::policy::Policy;
use journal::proof::verify_consistency;
use office::{OFFICE_LOG, exchange_log};
use records::PartyId;
use seal::key_manifest::KeyManifest;
use seal::revocation::RevokedKind;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Most cosigned checkpoints that evidence may carry.
pub const MAX_COSIGNED: usize = 256;

/// A checkpoint of one of the logs in the evidence, cosigned by others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cosigned {
    /// The note: the checkpoint, the lines of the log and those of witnesses.
    pub checkpoint: String,
    /// The proof that the log as shown continues it; empty for a log that is shown completely, whose
    /// root at any size can be computed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub consistency: Vec<Hash>,
}

/// Which witnesses the issuer relies on, as C2SP `tlog-policy` texts. The counterpart, which
/// witnesses the exchange log, is not among them: its key stands in its manifest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WitnessTexts {
    /// For the office journal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub office: Option<String>,
    /// For the exchange logs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange: Option<String>,
}

impl WitnessTexts {
    /// Whether no witness is named at all.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.office.is_none() && self.exchange.is_none()
    }
}

/// Up to which entry a log is vouched for, and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Vouched {
    /// Entries that are covered.
    pub size: u64,
    /// How far they are vouched for.
    pub grade: Grade,
    /// The witnesses: parties, and names of the policy.
    pub witnesses: Vec<String>,
}

/// What the cosignatures give, log by log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grades(BTreeMap<String, Vec<Vouched>>);

impl Grades {
    /// The grade of the first `entries` entries of the log of this origin.
    #[must_use]
    pub fn of(&self, origin: &str, entries: u64) -> Grade {
        self.vouched(origin, entries)
            .map_or(Grade::SelfSigned, |vouched| vouched.grade)
    }

    /// Who vouches for the first `entries` entries of the log, by the best grade that covers them.
    #[must_use]
    pub fn vouched(&self, origin: &str, entries: u64) -> Option<&Vouched> {
        let all = self.of_log(origin).iter();
        all.filter(|vouched| vouched.size >= entries)
            .max_by_key(|vouched| vouched.grade)
    }

    /// All who vouch for any log.
    pub fn all(&self) -> impl Iterator<Item = &Vouched> {
        self.0.values().flatten()
    }

    /// All who vouch for the log of this origin.
    #[must_use]
    pub fn of_log(&self, origin: &str) -> &[Vouched] {
        self.0.get(origin).map_or(&[], Vec::as_slice)
    }
}

/// A log in the evidence, and whose cosignatures count for it.
struct Watched<'a> {
    extract: &'a Extract,
    shown: Checkpoint,
    keeper: &'a PartyId,
    log: String,
    /// Who cosigns it as the other side of the exchange.
    peer: Option<&'a PartyId>,
    policy: Option<&'a Policy>,
}

impl Evidence {
    /// How far the logs are vouched for, from the cosignatures in the evidence. A cosigned checkpoint
    /// that does not hold gives nothing and is named.
    pub(crate) fn grades(&self, keys: &[KeyManifest]) -> (Grades, Vec<ProofFault>) {
        let (mut grades, mut faults) = (Grades::default(), Vec::new());
        if self.cosigned.len() > MAX_COSIGNED {
            faults.push(ProofFault::TooManyCosigned);
        }
        let mut policy = |text: &Option<String>| {
            let parsed = text.as_deref()?.parse::<Policy>();
            parsed
                .map_err(|source| faults.push(ProofFault::Policy(source)))
                .ok()
        };
        let office = policy(&self.witnesses.office);
        let exchange = policy(&self.witnesses.exchange);
        let logs = self.watched(office.as_ref(), exchange.as_ref());
        for cosigned in self.cosigned.iter().take(MAX_COSIGNED) {
            match vouched(cosigned, &logs, keys) {
                Ok((origin, vouched)) => grades.0.entry(origin).or_default().push(vouched),
                Err(fault) => faults.push(fault),
            }
        }
        (grades, faults)
    }

    fn watched<'a>(
        &'a self,
        office: Option<&'a Policy>,
        exchange: Option<&'a Policy>,
    ) -> Vec<Watched<'a>> {
        let watched = |extract, keeper, log, peer, policy| {
            Some(Watched {
                shown: unverified_checkpoint(extract)?,
                extract,
                keeper,
                log,
                peer,
                policy,
            })
        };
        let own = &self.party;
        let records = watched(&self.records, own, OFFICE_LOG.to_owned(), None, office);
        let mut logs: Vec<Watched<'a>> = records.into_iter().collect();
        for it in &self.exchanges {
            let log = exchange_log(&it.peer);
            logs.extend(watched(&it.own, own, log, Some(&it.peer), exchange));
            let counterpart = it.counterpart.as_ref();
            logs.extend(counterpart.and_then(|extract| {
                watched(extract, &it.peer, exchange_log(own), Some(own), None)
            }));
        }
        logs
    }
}

/// Checks one cosigned checkpoint: that its log has signed it, that the log shown continues it, and
/// who has cosigned.
fn vouched(
    cosigned: &Cosigned,
    logs: &[Watched<'_>],
    keys: &[KeyManifest],
) -> Result<(String, Vouched), ProofFault> {
    let malformed = || ProofFault::CosignedForm;
    let note = Note::parse(&cosigned.checkpoint).map_err(|_| malformed())?;
    let said = Checkpoint::parse(note.text()).map_err(|_| malformed())?;
    let origin = said.origin.clone();
    let log = logs
        .iter()
        .find(|log| log.shown.origin == origin)
        .ok_or_else(|| ProofFault::CosignedStranger(origin.clone()))?;
    let of = |party: &PartyId| keys.iter().find(|keys| keys.party == party.as_str());
    let signed = of(log.keeper).is_some_and(|keys| {
        log_verifiers(keys, &log.log).any(|key| key.open(&cosigned.checkpoint).is_ok())
    });
    if !signed {
        return Err(ProofFault::CosignedUnsigned(origin));
    }
    if !continues(log, &said, &cosigned.consistency) {
        return Err(ProofFault::CosignedContradicts {
            log: origin,
            size: said.size,
        });
    }
    let peer = log.peer.and_then(|party| Some((party, of(party)?)));
    let (peer, witness) = peer.map_or((None, Vec::new()), |(party, keys)| {
        (Some(party), witness_keys(keys))
    });
    let forged = |source| ProofFault::Cosignature {
        log: origin.clone(),
        size: said.size,
        source,
    };
    // A line by a known witness that does not verify is worse than none.
    let known: Vec<&dyn NoteVerifier> = witness.iter().map(|key| key as _).collect();
    match note::verify(&note, &known) {
        Ok(_) | Err(NoteError::NotSignedByKnownKey) => {}
        Err(source) => return Err(forged(source)),
    }
    // A node of this house cosigns with two algorithms: taking one line away gains nothing.
    let both = |key: &AnyVerifier| key.time_of(&note).is_some_and(|time| time > 0);
    let by_peer = !witness.is_empty() && witness.iter().all(both);
    let mut witnesses: Vec<String> = Vec::new();
    witnesses.extend(peer.filter(|_| by_peer).map(ToString::to_string));
    if let Some(policy) = log.policy {
        let verdict = policy.evaluate(&note).map_err(forged)?;
        witnesses.extend(verdict.cosigners.into_iter().map(|it| it.witness));
    }
    let grade = Grade::of(&note, if by_peer { &witness } else { &[] }, log.policy);
    let vouched = Vouched {
        size: said.size,
        grade,
        witnesses,
    };
    Ok((origin, vouched))
}

/// Whether the log as shown begins with the tree that was cosigned.
fn continues(log: &Watched<'_>, said: &Checkpoint, consistency: &[Hash]) -> bool {
    if !log.extract.complete {
        let Checkpoint { size, root, .. } = &log.shown;
        return verify_consistency(said.size, &said.root, *size, root, consistency).is_ok();
    }
    let entries = &log.extract.entries;
    let first = usize::try_from(said.size)
        .ok()
        .and_then(|size| entries.get(..size));
    consistency.is_empty()
        && first.is_some_and(|first| {
            let leaves = first.iter().map(|it| leaf_hash(&it.opening.leaf_bytes()));
            root_of(&leaves.collect::<Vec<_>>()) == said.root
        })
}

/// The keys with which a party cosigns, unless it has taken them back.
fn witness_keys(keys: &KeyManifest) -> Vec<AnyVerifier> {
    let witness = keys.witness.as_ref();
    let in_force = witness.filter(|witness| {
        keys.revocation(RevokedKind::Witness, witness.id())
            .is_none()
    });
    in_force
        .and_then(|witness| witness.verifiers().ok())
        .map(Vec::from)
        .unwrap_or_default()
}
