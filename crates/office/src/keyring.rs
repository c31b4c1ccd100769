//! The keys a node works with, in memory.

use crate::error::OfficeError;
use records::PartyId;
use seal::Suite;
use seal::key_manifest::{SignedKeyManifest, SuiteKeys};
use seal::keys::{SealingIdentity, SigningKey, WitnessKey};

/// The keys of one node. The keys of its logs are with the store's one writer; the root's are not on
/// the machine at all.
pub struct Keyring {
    /// The party this node belongs to.
    pub party: PartyId,
    /// Sign messages and receipts. Which one signs now is said by the manifest, one per suite; keys
    /// that signed before it may stand beside it.
    pub signing: Vec<SigningKey>,
    /// Open what is sealed to this node: those the manifest names now and earlier ones, as long as
    /// something sealed to them may still be under way.
    pub sealing: Vec<SealingIdentity>,
    /// Cosigns the peers' exchange logs, if the manifest names it.
    pub witness: Option<WitnessKey>,
    /// What the root says about these keys.
    pub manifest: SignedKeyManifest,
}

impl Keyring {
    /// The public keys for messages of this suite.
    ///
    /// # Errors
    /// [`OfficeError::NoSuch`] if this node's manifest has none.
    pub fn public(&self, suite: Suite) -> Result<&SuiteKeys, OfficeError> {
        self.manifest
            .statement()
            .suite(suite)
            .ok_or_else(|| OfficeError::NoSuch {
                what: "own keys for suite",
                name: suite.to_string(),
            })
    }

    /// The key that signs messages and receipts of this suite now.
    ///
    /// # Errors
    /// [`OfficeError::NoSuch`] if this node's manifest names none, or its secret is not here.
    pub fn signing(&self, suite: Suite) -> Result<&SigningKey, OfficeError> {
        let named = &self.public(suite)?.signing;
        self.signing
            .iter()
            .find(|key| key.suite() == suite && key.verifying_key() == *named)
            .ok_or_else(|| OfficeError::NoSuch {
                what: "secret of the signing key for suite",
                name: suite.to_string(),
            })
    }
}
