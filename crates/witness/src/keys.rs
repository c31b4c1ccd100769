//! The two keys of a witness, and how they lie on disk.

use std::fmt;

use journal::cosignature::{Cosigner, MAX_NAME_BYTES, MlDsa44Signer};
use journal::note::AnyVerifier;
use zeroize::Zeroizing;

use crate::error::{CustodyError, StateError};

/// Bytes of the secret: two seeds of 32 bytes.
const SECRET_BYTES: usize = 64;

/// The keys of a witness: Ed25519 (type 04), which every verifier of today knows, and ML-DSA-44 (type
/// 06), which quantum computers cannot forge. It cosigns with both. The secrets are wiped when dropped.
#[derive(Clone)]
pub struct WitnessKeys {
    name: String,
    ed25519: Zeroizing<[u8; 32]>,
    ml_dsa_44: Zeroizing<[u8; 32]>,
}

impl WitnessKeys {
    /// New keys for a witness of this name, from the operating system's random generator. The name
    /// belongs to the keys for good; it should be a URL without scheme, such as `dpa.example/witness`.
    ///
    /// # Errors
    /// When the name is not allowed or there are no random bytes.
    pub fn generate(name: &str) -> Result<Self, StateError> {
        let mut secret = Zeroizing::new([0; SECRET_BYTES]);
        getrandom::fill(&mut secret[..]).map_err(|_| StateError::Random)?;
        Self::from_secret_bytes(name, &secret[..])
    }

    /// The keys with these secret bytes; see [`WitnessKeys::secret_bytes`].
    ///
    /// # Errors
    /// When the name is not allowed or it is not 64 bytes.
    pub fn from_secret_bytes(name: &str, secret: &[u8]) -> Result<Self, StateError> {
        let (ed25519, ml_dsa_44) = secret
            .split_first_chunk()
            .and_then(|(first, rest)| Some((*first, <[u8; 32]>::try_from(rest).ok()?)))
            .ok_or(StateError::Secret)?;
        let keys = Self {
            name: name.to_owned(),
            ed25519: Zeroizing::new(ed25519),
            ml_dsa_44: Zeroizing::new(ml_dsa_44),
        };
        // A name that the formats forbid shows when the keys are read back, or cannot sign.
        keys.vkeys()
            .iter()
            .try_for_each(|vkey| AnyVerifier::from_vkey(vkey).map(|_| ()))
            .map_err(StateError::Name)?;
        match name.len() {
            ..=MAX_NAME_BYTES => Ok(keys),
            _ => Err(StateError::Name(journal::note::NoteError::KeyName(
                name.to_owned(),
            ))),
        }
    }

    /// The secret bytes: the seed of the Ed25519 key, then that of the ML-DSA-44 key.
    #[must_use]
    pub fn secret_bytes(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new([&self.ed25519[..], &self.ml_dsa_44[..]].concat())
    }

    /// Name of the witness.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The public keys as texts, Ed25519 first: what logs and readers put into their policies.
    #[must_use]
    pub fn vkeys(&self) -> [String; 2] {
        let (ed25519, ml_dsa_44) = self.cosigners(0);
        [ed25519.verifier().vkey(), ml_dsa_44.verifier().vkey()]
    }

    /// What signs at `time`, in seconds since 1970.
    pub(crate) fn cosigners(&self, time: u64) -> (Cosigner, MlDsa44Signer) {
        (
            Cosigner::from_seed(&self.name, *self.ed25519, time),
            MlDsa44Signer::from_seed(&self.name, *self.ml_dsa_44, time),
        )
    }
}

impl fmt::Debug for WitnessKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WitnessKeys")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// How the secret bytes are kept at rest: the program that runs the witness encrypts them.
pub trait Custody {
    /// What is to be written to disk for these secret bytes.
    ///
    /// # Errors
    /// When they cannot be encrypted.
    fn protect(&self, secret: &[u8]) -> Result<Vec<u8>, CustodyError>;

    /// The secret bytes for what was written to disk.
    ///
    /// # Errors
    /// When they cannot be decrypted, such as with a wrong passphrase.
    fn reveal(&self, stored: &[u8]) -> Result<Zeroizing<Vec<u8>>, CustodyError>;
}

/// Keeps the secret bytes as they are, in a file that only its owner may read: for tests, and for disks
/// that are encrypted as a whole.
#[derive(Debug, Clone, Copy)]
pub struct Unprotected;

impl Custody for Unprotected {
    fn protect(&self, secret: &[u8]) -> Result<Vec<u8>, CustodyError> {
        Ok(secret.to_vec())
    }

    fn reveal(&self, stored: &[u8]) -> Result<Zeroizing<Vec<u8>>, CustodyError> {
        Ok(Zeroizing::new(stored.to_vec()))
    }
}
