//! Whether a key manifest is its party's, and whether it follows the one before.

use super::{KeyManifest, KeyStanding, SignedKeyManifest};
use crate::SealError;
use crate::keys::{read_note, refuse_foreign};

/// Largest note of signatures we read, in bytes: each holder writes about 11 kB.
const MAX_NOTE_BYTES: usize = 128 * 1024;

impl SignedKeyManifest {
    /// Checks that enough holders of the root that the manifest itself names have signed it, each with both keys; of the
    /// former root too, if the root changes. This proves that the document is whole, **not** that it is the party's: for
    /// that, compare [`KeyManifest::fingerprint`] with the paper, or use [`Self::verify_successor`].
    ///
    /// # Errors
    /// [`SealError::TooFewHolders`], [`SealError::ForeignSignature`] for a line by anybody but the holders, and the other
    /// signature errors of [`SealError`]: a failing, doubled or lonely line of a holder spoils the whole, whoever else
    /// has signed.
    pub fn verify_self(&self) -> Result<(), SealError> {
        let manifest = self.statement();
        let note = read_note(&self.signed_text(), self.signatures(), MAX_NOTE_BYTES)?;
        let roots = || std::iter::once(&manifest.root).chain(&manifest.former_root);
        for root in roots() {
            root.check_quorum(&note)?;
        }
        let holders = roots().flat_map(|root| root.holders());
        refuse_foreign(&note, holders.map(|holder| holder.pair()))
    }

    /// Checks that this manifest follows `current`, which is trusted already: signed by the same root, or by a new one
    /// *and* the old one; same party and node; the next version, naming `current` as the one before; no revocation taken
    /// back; and the keys that signed until now still known, so that messages under way stay authentic.
    ///
    /// # Errors
    /// [`SealError::NotSuccessor`] naming what is wrong, and as [`Self::verify_self`].
    pub fn verify_successor(&self, current: &KeyManifest) -> Result<(), SealError> {
        self.verify_self()?;
        let next = self.statement();
        // The root that has the say until this version.
        if next.former_root.as_ref().unwrap_or(&next.root) != &current.root {
            return Err(SealError::NotSuccessor(
                "its root is another, to which the root before has not handed over",
            ));
        }
        if next.party != current.party || next.node != current.node {
            return Err(SealError::NotSuccessor("it is of another party or node"));
        }
        if Some(next.version) != current.version.checked_add(1) {
            return Err(SealError::NotSuccessor("its version is not the next one"));
        }
        if next.previous != Some(current.id()?) {
            return Err(SealError::NotSuccessor("it names another one before it"));
        }
        if !current
            .revocations
            .iter()
            .all(|old| next.revocations.contains(old))
        {
            return Err(SealError::NotSuccessor("it takes a revocation back"));
        }
        let is_forgotten = |id| next.signing_key(id) == KeyStanding::Unknown;
        if current
            .suites
            .iter()
            .any(|keys| is_forgotten(keys.signing.id()))
        {
            return Err(SealError::NotSuccessor(
                "a key that signed until now is neither kept nor revoked",
            ));
        }
        Ok(())
    }
}
