//! Notes signed with plain Ed25519 (type 01).

#[cfg(feature = "sign")]
use std::fmt;

use ed25519_dalek::{Signature, VerifyingKey};
#[cfg(feature = "sign")]
use ed25519_dalek::{Signer as _, SigningKey};
#[cfg(feature = "sign")]
use zeroize::Zeroize as _;

#[cfg(feature = "sign")]
use super::NoteSigner;
use super::verifier_key::usable_ed25519;
use super::{NoteError, NoteVerifier, TYPE_ED25519, VerifierKey, check_name, key_id};

/// Signs notes with Ed25519. The secret is wiped when dropped.
#[cfg(feature = "sign")]
pub struct Ed25519Signer {
    name: String,
    key: SigningKey,
}

#[cfg(feature = "sign")]
impl Ed25519Signer {
    /// The signer for a 32-byte secret seed (RFC 8032). A name that the format forbids is refused
    /// when signing.
    #[must_use]
    pub fn from_seed(name: &str, mut seed: [u8; 32]) -> Self {
        let key = SigningKey::from_bytes(&seed);
        seed.zeroize();
        Self {
            name: name.to_owned(),
            key,
        }
    }

    /// The verifier for this signer's public key.
    #[must_use]
    pub fn verifier(&self) -> Ed25519Verifier {
        Ed25519Verifier {
            name: self.name.clone(),
            key: self.key.verifying_key(),
        }
    }
}

#[cfg(feature = "sign")]
impl fmt::Debug for Ed25519Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ed25519Signer")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "sign")]
impl NoteSigner for Ed25519Signer {
    fn name(&self) -> &str {
        &self.name
    }

    fn key_id(&self) -> u32 {
        key_id(
            &self.name,
            TYPE_ED25519,
            self.key.verifying_key().as_bytes(),
        )
    }

    fn sign(&self, text: &[u8]) -> Vec<u8> {
        self.key.sign(text).to_bytes().to_vec()
    }
}

/// Checks Ed25519 signatures on notes, strictly: weak keys and malleable signatures are refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ed25519Verifier {
    name: String,
    key: VerifyingKey,
}

impl Ed25519Verifier {
    /// The verifier for a 32-byte public key.
    ///
    /// # Errors
    /// When the name is not allowed or the bytes are not a usable key.
    pub fn new(name: &str, key: &[u8; 32]) -> Result<Self, NoteError> {
        check_name(name)?;
        Ok(Self {
            name: name.to_owned(),
            key: usable_ed25519(key)?,
        })
    }

    /// The verifier for a key text such as `example.com/log+c74f20a3+ARpc…`.
    ///
    /// # Errors
    /// When the text is malformed or not an Ed25519 key.
    pub fn from_vkey(text: &str) -> Result<Self, NoteError> {
        let parsed: VerifierKey = text.parse()?;
        let key = parsed.ed25519(TYPE_ED25519)?;
        Ok(Self {
            name: parsed.name,
            key,
        })
    }

    /// The key text of this key.
    #[must_use]
    pub fn vkey(&self) -> String {
        let key = self.key.to_bytes().to_vec();
        VerifierKey {
            name: self.name.clone(),
            key_type: TYPE_ED25519,
            key,
        }
        .to_string()
    }
}

impl NoteVerifier for Ed25519Verifier {
    fn name(&self) -> &str {
        &self.name
    }

    fn key_id(&self) -> u32 {
        key_id(&self.name, TYPE_ED25519, self.key.as_bytes())
    }

    fn verify(&self, text: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature).is_ok_and(|s| self.key.verify_strict(text, &s).is_ok())
    }
}
