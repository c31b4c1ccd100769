//! Taking a key back, and which of its signatures still count.
//!
//! A thief who holds a key also chooses the time that is written into what they sign, so no clock can tell a signature
//! from before the theft from one after it. The order of a log can: what stands in a witnessed log *before* the entry that
//! revoked the key was there when the key was still good. [`counts`] decides by that and by nothing else; its arguments
//! cannot be made from a time.

use journal::hash::Hash;
use serde::{Deserialize, Serialize};

use crate::SealError;
use crate::statement::check_time;

/// What kind of key is taken back. The kind says how its id is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RevokedKind {
    /// A signing key; id: [`crate::keys::VerifyingKey::id`].
    Signing,
    /// A recipient; id: [`crate::keys::SealingRecipient::id`]. Seal nothing more to it.
    Recipient,
    /// A log's key; id: [`crate::key_manifest::LogReference::id`].
    Log,
    /// A witness's key; id: [`crate::key_manifest::WitnessReference::id`].
    Witness,
    /// A TLS key; id: the pin, SHA-256 of its public key.
    Tls,
    /// A root holder's key; id: [`crate::keys::HolderVerifyingKey::id`].
    Holder,
}

/// Why a key was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RevocationReason {
    /// Somebody else may have it.
    Compromised,
    /// A newer key has taken its place, and nothing more is to come from this one.
    Superseded,
    /// Nobody has it any more.
    Lost,
    /// What it was for has ended.
    Ceased,
}

/// A key that is taken back. Once in a party's manifest, it stays in every later one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revocation {
    /// The kind of key.
    pub kind: RevokedKind,
    /// The key's id.
    pub key: Hash,
    /// Why.
    pub reason: RevocationReason,
    /// Since when the owner believes it to be in other hands, RFC 3339 UTC. A claim that helps people to look at what was
    /// signed since; it decides nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compromised_since: Option<String>,
}

impl Revocation {
    pub(crate) fn validate(&self) -> Result<(), SealError> {
        let field = "revocations.compromised_since";
        match &self.compromised_since {
            Some(_) if self.reason != RevocationReason::Compromised => {
                Err(SealError::InvalidField {
                    field,
                    reason: "only goes with the reason compromised",
                })
            }
            Some(time) => check_time(field, time).map(drop),
            None => Ok(()),
        }
    }
}

/// Where in a log a signed statement is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureEntry {
    /// The log, by its name without the epoch: entry numbers go on through epochs.
    pub log: String,
    /// Number of the entry, from 0.
    pub index: u64,
}

/// Where in a log a key manifest is recorded that revokes the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevocationEntry {
    /// The log, by its name without the epoch.
    pub log: String,
    /// Number of the entry, from 0.
    pub index: u64,
}

/// Whether a signature by a key that was revoked still counts: it stands in the same log, before the revocation.
///
/// Places in two different logs have no order, so such a signature does not count. The caller has verified that both
/// entries are in the log, under a checkpoint that a witness has cosigned; where there are several entries with the
/// revocation, the first one decides.
#[must_use]
pub fn counts(signature: &SignatureEntry, revocation: &RevocationEntry) -> bool {
    signature.log == revocation.log && signature.index < revocation.index
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(log: &str, signature: u64, revocation: u64) -> bool {
        let signature = SignatureEntry {
            log: log.to_owned(),
            index: signature,
        };
        let revocation = RevocationEntry {
            log: "exchange-cn".to_owned(),
            index: revocation,
        };
        counts(&signature, &revocation)
    }

    /// Promise: what was recorded before the revocation stays good, what came later is void, and another log's order says
    /// nothing.
    #[test]
    fn the_log_decides() {
        assert!(at("exchange-cn", 6, 7));
        assert!(!at("exchange-cn", 7, 7));
        assert!(!at("exchange-cn", 8, 7));
        assert!(!at("office", 6, 7));
    }
}
