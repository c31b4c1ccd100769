//! The public key of one algorithm: its length, its line type in a note, its check.

use std::fmt;

use aws_lc_rs::signature::{
    ECDSA_P384_SHA384_FIXED, ML_DSA_44, ML_DSA_65, ML_DSA_87, ParsedPublicKey, UnparsedPublicKey,
};
use journal::note::{Ed25519Verifier, NoteVerifier as _, TYPE_ED25519, TYPE_PRIVATE, VerifierKey};
use slh_dsa::Sha2_128s;

use crate::SignatureAlgorithm;

/// A public key that has the right form for its algorithm.
///
/// There is one sequence of bytes per key (points uncompressed), so that equal keys are equal bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    algorithm: SignatureAlgorithm,
    bytes: Box<[u8]>,
}

impl PublicKey {
    /// The key of these bytes, or nothing if they are not a usable key of `algorithm`: wrong length, a point that is
    /// not on the curve, one of the weak Ed25519 keys.
    #[must_use]
    pub fn new(algorithm: SignatureAlgorithm, bytes: &[u8]) -> Option<Self> {
        let length = match algorithm {
            SignatureAlgorithm::Ed25519 | SignatureAlgorithm::SlhDsaSha2_128s => 32,
            SignatureAlgorithm::EcdsaP384 => 97,
            // FIPS 204, table 2.
            SignatureAlgorithm::MlDsa44 => 1312,
            SignatureAlgorithm::MlDsa65 => 1952,
            SignatureAlgorithm::MlDsa87 => 2592,
        };
        let usable = bytes.len() == length
            && match algorithm {
                SignatureAlgorithm::Ed25519 => ed25519(bytes).is_some(),
                SignatureAlgorithm::EcdsaP384 => {
                    ParsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, bytes).is_ok()
                }
                _ => true,
            };
        usable.then(|| Self {
            algorithm,
            bytes: bytes.into(),
        })
    }

    /// Which algorithm it is for.
    #[must_use]
    pub fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    /// The key itself.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether `signature` is this key's signature over `message`.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let bytes = &self.bytes;
        match self.algorithm {
            // Strictly (RFC 8032 with cofactorless equation, weak keys refused), as the journal does it.
            SignatureAlgorithm::Ed25519 => {
                ed25519(bytes).is_some_and(|key| key.verify(message, signature))
            }
            SignatureAlgorithm::EcdsaP384 => {
                UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, bytes)
                    .verify(message, signature)
                    .is_ok()
            }
            SignatureAlgorithm::MlDsa44 => UnparsedPublicKey::new(&ML_DSA_44, bytes)
                .verify(message, signature)
                .is_ok(),
            SignatureAlgorithm::MlDsa65 => UnparsedPublicKey::new(&ML_DSA_65, bytes)
                .verify(message, signature)
                .is_ok(),
            SignatureAlgorithm::MlDsa87 => UnparsedPublicKey::new(&ML_DSA_87, bytes)
                .verify(message, signature)
                .is_ok(),
            SignatureAlgorithm::SlhDsaSha2_128s => {
                slh_dsa_verifies(bytes, message, signature).is_some()
            }
        }
    }

    /// The key as a C2SP verifier key of this name.
    ///
    /// Signed notes have assigned a type byte to Ed25519 (01) only. The others are private types (ff), which begin with
    /// a name of the algorithm that is unlikely to collide.
    pub(crate) fn vkey(&self, name: &str) -> VerifierKey {
        let (key_type, key) = match private_type(self.algorithm) {
            None => (TYPE_ED25519, self.bytes.to_vec()),
            Some(label) => (TYPE_PRIVATE, [label, &self.bytes].concat()),
        };
        VerifierKey {
            name: name.to_owned(),
            key_type,
            key,
        }
    }

    /// Reads the key out of a verifier key of this algorithm. The name is the caller's to check.
    pub(crate) fn from_vkey(algorithm: SignatureAlgorithm, vkey: &VerifierKey) -> Option<Self> {
        let bytes = match private_type(algorithm) {
            None => (vkey.key_type == TYPE_ED25519).then_some(vkey.key.as_slice())?,
            Some(label) if vkey.key_type == TYPE_PRIVATE => vkey.key.strip_prefix(label)?,
            Some(_) => return None,
        };
        Self::new(algorithm, bytes)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Thousands of digits help nobody in a log line.
        let start = self.bytes.first_chunk::<8>();
        let start = start.map(hex::encode).unwrap_or_default();
        write!(f, "PublicKey({} {start}…)", self.algorithm)
    }
}

/// The beginning of a private note type's key; nothing for the algorithm with a type byte of its own.
fn private_type(algorithm: SignatureAlgorithm) -> Option<&'static [u8]> {
    match algorithm {
        SignatureAlgorithm::Ed25519 => None,
        SignatureAlgorithm::EcdsaP384 => Some(b"kontaktstelle/ecdsa-p384-sha384"),
        SignatureAlgorithm::MlDsa44 => Some(b"kontaktstelle/ml-dsa-44"),
        SignatureAlgorithm::MlDsa65 => Some(b"kontaktstelle/ml-dsa-65"),
        SignatureAlgorithm::MlDsa87 => Some(b"kontaktstelle/ml-dsa-87"),
        SignatureAlgorithm::SlhDsaSha2_128s => Some(b"kontaktstelle/slh-dsa-sha2-128s"),
    }
}

/// The name plays no part in a signature, only in a key's note id.
fn ed25519(bytes: &[u8]) -> Option<Ed25519Verifier> {
    Ed25519Verifier::new("-", bytes.try_into().ok()?).ok()
}

fn slh_dsa_verifies(key: &[u8], message: &[u8], signature: &[u8]) -> Option<()> {
    let key = slh_dsa::VerifyingKey::<Sha2_128s>::try_from(key).ok()?;
    let signature = slh_dsa::Signature::try_from(signature).ok()?;
    key.try_verify_with_context(message, b"", &signature).ok()
}
