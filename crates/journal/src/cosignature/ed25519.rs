//! Cosignatures with Ed25519 (type 04).

use ed25519_dalek::{Signature, VerifyingKey};
#[cfg(feature = "sign")]
use ed25519_dalek::{Signer as _, SigningKey};
#[cfg(feature = "sign")]
use zeroize::Zeroize as _;

use super::{latest_time, split_time};
#[cfg(feature = "sign")]
use crate::note::NoteSigner;
use crate::note::{Note, NoteError, NoteVerifier, TYPE_COSIGNATURE, VerifierKey, key_id};

/// Signs checkpoints as a witness, at one given time. The secret is wiped when dropped.
///
/// The same key must not be used for another witness: the signed message does not name the witness.
#[cfg(feature = "sign")]
pub struct Cosigner {
    name: String,
    key: SigningKey,
    time: u64,
}

#[cfg(feature = "sign")]
impl Cosigner {
    /// The cosigner for a 32-byte secret seed (RFC 8032), at `time` in seconds since 1970 (POSIX).
    #[must_use]
    pub fn from_seed(name: &str, mut seed: [u8; 32], time: u64) -> Self {
        let key = SigningKey::from_bytes(&seed);
        seed.zeroize();
        Self {
            name: name.to_owned(),
            key,
            time,
        }
    }

    /// The verifier for this cosigner's public key.
    #[must_use]
    pub fn verifier(&self) -> CosignatureVerifier {
        CosignatureVerifier {
            name: self.name.clone(),
            key: self.key.verifying_key(),
        }
    }
}

#[cfg(feature = "sign")]
impl NoteSigner for Cosigner {
    fn name(&self) -> &str {
        &self.name
    }

    fn key_id(&self) -> u32 {
        let key = self.key.verifying_key();
        key_id(&self.name, TYPE_COSIGNATURE, key.as_bytes())
    }

    fn sign(&self, text: &[u8]) -> Vec<u8> {
        let signature = self.key.sign(&message(self.time, text)).to_bytes();
        super::timestamped(self.time, &signature)
    }
}

/// Checks the Ed25519 cosignatures of one witness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CosignatureVerifier {
    name: String,
    key: VerifyingKey,
}

impl CosignatureVerifier {
    /// The verifier for a key text with type byte 04.
    ///
    /// # Errors
    /// When the text is malformed or not such a key.
    pub fn from_vkey(text: &str) -> Result<Self, NoteError> {
        let parsed: VerifierKey = text.parse()?;
        let key = parsed.ed25519(TYPE_COSIGNATURE)?;
        Ok(Self {
            name: parsed.name,
            key,
        })
    }

    /// The key text of this key.
    #[must_use]
    pub fn vkey(&self) -> String {
        VerifierKey {
            name: self.name.clone(),
            key_type: TYPE_COSIGNATURE,
            key: self.key.to_bytes().to_vec(),
        }
        .to_string()
    }

    /// When this witness has cosigned the note, in seconds since 1970 (the latest time, if more than
    /// once); nothing if it has not, or not validly.
    #[must_use]
    pub fn time_of(&self, note: &Note) -> Option<u64> {
        latest_time(note, self, |text, cosignature| {
            self.check(text, cosignature)
        })
    }

    /// The time in a cosignature over `text`, if it is valid.
    fn check(&self, text: &[u8], cosignature: &[u8]) -> Option<u64> {
        let (time, signature) = split_time(cosignature)?;
        let signature = Signature::from_slice(signature).ok()?;
        self.key
            .verify_strict(&message(time, text), &signature)
            .ok()?;
        Some(time)
    }
}

impl NoteVerifier for CosignatureVerifier {
    fn name(&self) -> &str {
        &self.name
    }

    fn key_id(&self) -> u32 {
        key_id(&self.name, TYPE_COSIGNATURE, self.key.as_bytes())
    }

    fn verify(&self, text: &[u8], signature: &[u8]) -> bool {
        self.check(text, signature).is_some()
    }
}

fn message(time: u64, text: &[u8]) -> Vec<u8> {
    [format!("cosignature/v1\ntime {time}\n").as_bytes(), text].concat()
}
