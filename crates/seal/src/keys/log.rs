//! The key that signs a log's checkpoints.

use std::fmt;

use journal::cosignature::{NO_TIME, ml_dsa_44_message, timestamped};
use journal::note::{Ed25519Signer, NoteSigner, TYPE_ML_DSA_44, VerifierKey};
use zeroize::Zeroizing;

use super::SecretBytes;
use super::custody::{self, Custody};
use crate::{SealError, SignatureAlgorithm};

const SEED_BYTES: usize = 32;

/// Two secret seeds, Ed25519 (RFC 8032) and ML-DSA-44 (FIPS 204), as logs and witnesses have them.
#[derive(Clone)]
pub(super) struct Seeds {
    pub(super) ed25519: Zeroizing<[u8; SEED_BYTES]>,
    ml_dsa_44: Zeroizing<[u8; SEED_BYTES]>,
}

impl Seeds {
    pub(super) fn generate() -> Result<Self, SealError> {
        let mut seeds = Zeroizing::new([0; 2 * SEED_BYTES]);
        aws_lc_rs::rand::fill(seeds.as_mut()).map_err(|_| SealError::Randomness)?;
        Self::from_secret_bytes(seeds.as_ref()).ok_or(SealError::Randomness)
    }

    pub(super) fn from_secret_bytes(bytes: &[u8]) -> Option<Self> {
        let (ed25519, rest) = bytes.split_first_chunk::<SEED_BYTES>()?;
        let ml_dsa_44 = <[u8; SEED_BYTES]>::try_from(rest).ok()?;
        Some(Self {
            ed25519: Zeroizing::new(*ed25519),
            ml_dsa_44: Zeroizing::new(ml_dsa_44),
        })
    }

    pub(super) fn to_secret_bytes(&self) -> SecretBytes {
        SecretBytes::new([self.ed25519.as_slice(), self.ml_dsa_44.as_slice()].concat())
    }

    /// The line of type 06 by `name`, signed at `time`.
    pub(super) fn ml_dsa_44(&self, name: &str, time: u64) -> MlDsa44Line {
        let key = custody::software(SignatureAlgorithm::MlDsa44, self.ml_dsa_44.as_ref())
            .expect("a seed of 32 bytes is always a valid key");
        let vkey = VerifierKey {
            name: name.to_owned(),
            key_type: TYPE_ML_DSA_44,
            key: key.public_key().bytes().to_vec(),
        };
        MlDsa44Line { key, vkey, time }
    }
}

/// Signs the checkpoints of one log, with Ed25519 as the C2SP ecosystem of witnesses and verifiers expects, and with
/// ML-DSA-44, which a quantum computer cannot forge. Both lines bear the log's origin as name.
pub struct LogKey(Seeds);

impl LogKey {
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
            .ok_or(SealError::MalformedKey("log key"))
    }

    /// The Ed25519 and the ML-DSA-44 seed, 32 bytes each: for the key store only.
    #[must_use]
    pub fn to_secret_bytes(&self) -> SecretBytes {
        self.0.to_secret_bytes()
    }

    /// The two signers for the log of this origin, such as `de.kontaktstelle.example/office`. Every checkpoint is signed
    /// by both.
    ///
    /// ML-DSA-44 lines hold a time; a log, which makes no statement about when this was the largest checkpoint, signs at
    /// time zero (C2SP `tlog-cosignature`).
    #[must_use]
    pub fn signers(&self, origin: &str) -> Vec<Box<dyn NoteSigner + Send + Sync>> {
        vec![
            Box::new(self.ed25519(origin)),
            Box::new(self.0.ml_dsa_44(origin, NO_TIME)),
        ]
    }

    /// The verifier keys of [`Self::signers`] in the form of C2SP signed notes, in the same order.
    #[must_use]
    pub fn vkeys(&self, origin: &str) -> Vec<String> {
        vec![
            self.ed25519(origin).verifier().vkey(),
            self.0.ml_dsa_44(origin, NO_TIME).vkey.to_string(),
        ]
    }

    pub(crate) fn ed25519(&self, origin: &str) -> Ed25519Signer {
        Ed25519Signer::from_seed(origin, *self.0.ed25519)
    }
}

impl fmt::Debug for LogKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LogKey(secret)")
    }
}

/// Writes lines of type 06 (C2SP `tlog-cosignature`).
pub(super) struct MlDsa44Line {
    key: Box<dyn Custody>,
    pub(super) vkey: VerifierKey,
    time: u64,
}

impl NoteSigner for MlDsa44Line {
    fn name(&self) -> &str {
        &self.vkey.name
    }

    fn key_id(&self) -> u32 {
        self.vkey.key_id()
    }

    /// Empty if `text` is no checkpoint or signing fails. No reader of notes takes an empty signature.
    fn sign(&self, text: &[u8]) -> Vec<u8> {
        ml_dsa_44_message(&self.vkey.name, self.time, text)
            .and_then(|message| self.key.sign(&message).ok())
            .map(|signature| timestamped(self.time, &signature))
            .unwrap_or_default()
    }
}
