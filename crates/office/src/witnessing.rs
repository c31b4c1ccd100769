//! Witnessing: vouching for a peer's exchange log with us, and having our own logs vouched for.
//!
//! A witness that cosigns two heads of which neither continues the other has lied. What may be
//! cosigned is decided in [`journal::witness`]; here that memory is kept: as one document per log,
//! written on condition that nobody else has written it meanwhile, and durable before any signature
//! is made.
//!
//! Cosignatures for our own logs come after the fact. A message is never held up by a witness; what a
//! cosignature adds is the *grade* of the evidence ([`crate::reader::Evidence`]), and a witness that
//! stays away raises an alarm (`lag`), as does one that answers wrongly (`fault`).
//!
//! Where to start reading: `cosigning` for their logs, `targets`, `filing` and `cosignature` for ours.

mod anchoring;
mod cosignature;
mod cosigning;
mod fault;
mod filing;
mod lag;
mod targets;

pub use anchoring::{OfficeAnchor, anchored_hash};
pub use cosignature::Cosignature;
pub use cosigning::{ForkedPeer, WitnessRefusal};
pub use fault::WitnessFault;
pub use lag::Lag;
pub use targets::WitnessTarget;

use crate::OFFICE_LOG;
use crate::error::OfficeError;
use crate::office::Office;
use crate::peer::Peer;
use crate::writing::load;
use journal::note::AnyVerifier;
use journal::policy::Policy;
use records::PartyId;

/// Who has to witness the node's logs, besides the peer, who witnesses its own exchange log.
#[derive(Debug, Clone, Default)]
pub struct WitnessPolicy {
    /// For the office journal: domestic witnesses only. It is never shown to a peer.
    pub office: Option<Policy>,
    /// For the exchange logs.
    pub exchange: Option<Policy>,
}

impl WitnessPolicy {
    /// The policy for this log.
    #[must_use]
    pub fn of(&self, log: &str) -> Option<&Policy> {
        if log == OFFICE_LOG {
            self.office.as_ref()
        } else {
            self.exchange.as_ref()
        }
    }
}

/// The peer whose exchange log this is; nothing for the office journal.
pub(crate) fn peer_of(log: &str) -> Option<PartyId> {
    log.strip_prefix("exchange-")?.parse().ok()
}

impl Office {
    /// The witness keys of the peer whose exchange log this is. Empty where the peer was not
    /// accepted, cosigns nothing, or has taken the key back.
    pub(crate) fn peer_witness(&self, log: &str) -> Result<Vec<AnyVerifier>, OfficeError> {
        let Some(party) = peer_of(log) else {
            return Ok(Vec::new());
        };
        let Some(peer) = load::<Peer>(self.database().as_ref(), party.as_str())? else {
            return Ok(Vec::new());
        };
        let keys = peer.value.keys()?;
        match &keys.witness {
            Some(witness) => Ok(witness.verifiers()?.to_vec()),
            None => Ok(Vec::new()),
        }
    }
}
