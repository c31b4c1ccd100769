//! The keys a node works with, in memory.

use records::PartyId;
use seal::key_manifest::SignedKeyManifest;
use seal::keys::{SealingIdentity, SigningKey};

/// The keys of one node. The keys of its logs are with the store's one writer, the root key is
/// not on the machine at all once the manifest is signed.
pub struct Keyring {
    /// The party this node belongs to.
    pub party: PartyId,
    /// Signs messages and receipts.
    pub signing: SigningKey,
    /// Opens what is sealed to this node, newest first.
    pub sealing: Vec<SealingIdentity>,
    /// What the root says about these keys.
    pub manifest: SignedKeyManifest,
}
