//! Who is to be asked to vouch for our own logs, and with what.

use super::cosignature::Cosignature;
use super::fault::WitnessFault;
use super::peer_of;
use crate::error::OfficeError;
use crate::office::Office;
use journal::checkpoint::Checkpoint;
use journal::note::AnyVerifier;
use journal::proof::consistency_proof;
use journal::witness::AddCheckpoint;
use records::PartyId;
use store::LogTiles;

/// A witness that is to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WitnessTarget {
    /// The counterpart, over the connection of the exchange.
    Peer {
        /// Which one.
        party: PartyId,
        /// Its keys.
        keys: Vec<AnyVerifier>,
        /// What it has vouched for last.
        last: Option<Cosignature>,
        /// What is the matter with it.
        fault: Option<WitnessFault>,
    },
    /// A witness of the policy, at its submission prefix.
    Domestic {
        /// Where it is asked.
        url: String,
        /// What it is called in the policy; one name per key.
        names: Vec<String>,
        /// Its keys.
        keys: Vec<AnyVerifier>,
        /// What it has vouched for last.
        last: Option<Cosignature>,
        /// What is the matter with it.
        fault: Option<WitnessFault>,
    },
}

impl WitnessTarget {
    /// Its keys.
    #[must_use]
    pub fn keys(&self) -> &[AnyVerifier] {
        match self {
            Self::Peer { keys, .. } | Self::Domestic { keys, .. } => keys,
        }
    }

    /// What it has vouched for last.
    #[must_use]
    pub const fn last(&self) -> Option<Cosignature> {
        match self {
            Self::Peer { last, .. } | Self::Domestic { last, .. } => *last,
        }
    }

    /// What is the matter with it, as was noted since it has these keys.
    #[must_use]
    pub const fn fault(&self) -> Option<WitnessFault> {
        match self {
            Self::Peer { fault, .. } | Self::Domestic { fault, .. } => *fault,
        }
    }

    /// What an operator calls it.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Peer { party, .. } => party.as_str(),
            Self::Domestic { names, url, .. } => names.first().unwrap_or(url),
        }
    }
}

impl Office {
    /// The witnesses of one of our logs: the peer for its exchange log, and those of the policy that
    /// have an address. The office journal is never shown to a peer.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn witness_targets(&self, log: &str) -> Result<Vec<WitnessTarget>, OfficeError> {
        let cosigners = self.cosigners(log)?.value;
        let mut targets = Vec::new();
        let keys = self.peer_witness(log)?;
        if let Some(party) = peer_of(log).filter(|_| !keys.is_empty()) {
            targets.push(WitnessTarget::Peer {
                last: cosigners.last_of(&keys),
                fault: self.fault_of(log, party.as_str(), &keys, &cosigners)?,
                party,
                keys,
            });
        }
        let mut domestic: Vec<(String, Vec<String>, Vec<AnyVerifier>)> = Vec::new();
        let witnesses = self.witnesses.of(log).map_or(&[][..], |p| p.witnesses());
        for witness in witnesses {
            let Some(url) = &witness.url else { continue };
            // A witness that signs with two kinds of key stands in the policy twice, at one address.
            match domestic.iter_mut().find(|(known, _, _)| known == url) {
                Some((_, names, keys)) => {
                    names.push(witness.name.clone());
                    keys.push(witness.key.clone());
                }
                None => domestic.push((
                    url.clone(),
                    vec![witness.name.clone()],
                    vec![witness.key.clone()],
                )),
            }
        }
        for (url, names, keys) in domestic {
            let name = names.first().unwrap_or(&url);
            targets.push(WitnessTarget::Domestic {
                last: cosigners.last_of(&keys),
                fault: self.fault_of(log, name, &keys, &cosigners)?,
                url,
                names,
                keys,
            });
        }
        Ok(targets)
    }

    /// What a witness that has seen `old` entries of this log last is to be sent: our newest
    /// checkpoint with the proof that it continues that.
    ///
    /// # Errors
    /// [`OfficeError::Invalid`] if the log never had `old` entries. A witness that says it has seen
    /// so many knows more of this log than this database does: have it show its checkpoint, and hand
    /// that to [`Office::confirm_standing`].
    pub fn witness_request(
        &self,
        log: &str,
        old: u64,
    ) -> Result<(AddCheckpoint, Checkpoint), OfficeError> {
        // Nobody vouches for what this node has not confirmed.
        self.may_write()?;
        let head = self.database().head(log)?;
        let tiles = LogTiles::new(self.database().clone(), log);
        let proof = consistency_proof(&tiles, old, head.size).map_err(|error| {
            OfficeError::invalid(format!("proof of log {log}"), error.to_string())
        })?;
        let request = AddCheckpoint::new(old, proof, &head.checkpoint).map_err(|error| {
            OfficeError::invalid(format!("checkpoint of log {log}"), error.to_string())
        })?;
        let checkpoint = request.checkpoint().clone();
        Ok((request, checkpoint))
    }
}
