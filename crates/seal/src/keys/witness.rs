//! The key with which a node cosigns the checkpoints of others.

use std::fmt;

use journal::cosignature::Cosigner;
use journal::note::NoteSigner;

use super::SecretBytes;
use super::log::Seeds;
use crate::SealError;

/// Cosigns checkpoints of other logs, with Ed25519 (type 04) and ML-DSA-44 (type 06).
///
/// One witness, one key: a witness that lost its memory of what it has cosigned must retire its key, and the key of a log
/// is never used as a witness.
pub struct WitnessKey(Seeds);

impl WitnessKey {
    /// A new key from the operating system's generator.
    ///
    /// # Errors
    /// [`SealError::Randomness`].
    pub fn generate() -> Result<Self, SealError> {
        Seeds::generate().map(Self)
    }

    /// Reads what [`Self::to_secret_bytes`] wrote.
    ///
    /// # Errors
    /// [`SealError::MalformedKey`] unless there are exactly 64 bytes.
    pub fn from_secret_bytes(bytes: &[u8]) -> Result<Self, SealError> {
        Seeds::from_secret_bytes(bytes)
            .map(Self)
            .ok_or(SealError::MalformedKey("witness key"))
    }

    /// The Ed25519 and the ML-DSA-44 seed, 32 bytes each: for the key store only.
    #[must_use]
    pub fn to_secret_bytes(&self) -> SecretBytes {
        self.0.to_secret_bytes()
    }

    /// The two signers of the witness of this name, at `time` in seconds since 1970. The checkpoint must be stored as the
    /// largest before it is signed.
    #[must_use]
    pub fn cosigners(&self, name: &str, time: u64) -> Vec<Box<dyn NoteSigner + Send + Sync>> {
        vec![
            Box::new(self.ed25519(name, time)),
            Box::new(self.0.ml_dsa_44(name, time)),
        ]
    }

    /// The verifier keys of [`Self::cosigners`] in the form of C2SP signed notes, in the same order.
    #[must_use]
    pub fn vkeys(&self, name: &str) -> Vec<String> {
        vec![
            self.ed25519(name, 0).verifier().vkey(),
            self.0.ml_dsa_44(name, 0).vkey.to_string(),
        ]
    }

    fn ed25519(&self, name: &str, time: u64) -> Cosigner {
        Cosigner::from_seed(name, *self.0.ed25519, time)
    }
}

impl fmt::Debug for WitnessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WitnessKey(secret)")
    }
}
