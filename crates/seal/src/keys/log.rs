//! The key that signs a log's checkpoints.

use std::fmt;

use journal::note::Ed25519Signer;
use zeroize::Zeroizing;

use super::SecretBytes;
use crate::SealError;

/// Signs the checkpoints of one log, with Ed25519 as the C2SP ecosystem of witnesses and verifiers expects.
pub struct LogKey {
    seed: Zeroizing<[u8; 32]>,
}

impl LogKey {
    /// A new key from the operating system's generator.
    ///
    /// # Errors
    /// [`SealError::Randomness`].
    pub fn generate() -> Result<Self, SealError> {
        let mut seed = Zeroizing::new([0; 32]);
        aws_lc_rs::rand::fill(seed.as_mut()).map_err(|_| SealError::Randomness)?;
        Ok(Self { seed })
    }

    /// Reads what [`Self::to_secret_bytes`] wrote.
    ///
    /// # Errors
    /// [`SealError::MalformedKey`] unless there are exactly 32 bytes.
    pub fn from_secret_bytes(bytes: &[u8]) -> Result<Self, SealError> {
        let seed = bytes
            .try_into()
            .map_err(|_| SealError::MalformedKey("log key"))?;
        Ok(Self {
            seed: Zeroizing::new(seed),
        })
    }

    /// The seed (RFC 8032): for the key store only.
    #[must_use]
    pub fn to_secret_bytes(&self) -> SecretBytes {
        SecretBytes::new(self.seed.to_vec())
    }

    /// The signer for the log of this origin, such as `de.kontaktstelle.example/office`.
    #[must_use]
    pub fn signer(&self, origin: &str) -> Ed25519Signer {
        Ed25519Signer::from_seed(origin, *self.seed)
    }
}

impl fmt::Debug for LogKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LogKey(secret)")
    }
}
