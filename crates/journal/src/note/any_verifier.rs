//! A verifier of whichever type the key text names.

use super::{
    Ed25519Verifier, Note, NoteError, NoteVerifier, TYPE_COSIGNATURE, TYPE_ED25519, TYPE_ML_DSA_44,
    VerifierKey,
};
use crate::cosignature::{CosignatureVerifier, MlDsa44Verifier};

/// The kinds of keys that this crate can verify, by the type byte of their signatures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum KeyKind {
    /// Plain Ed25519, as logs sign.
    Ed25519 = TYPE_ED25519,
    /// Timestamped Ed25519, as witnesses cosign.
    Cosignature = TYPE_COSIGNATURE,
    /// Timestamped ML-DSA-44, as logs sign and witnesses cosign.
    MlDsa44 = TYPE_ML_DSA_44,
}

impl KeyKind {
    /// Whether signatures of this kind carry a time, as those of witnesses must.
    #[must_use]
    pub const fn is_timed(self) -> bool {
        matches!(self, KeyKind::Cosignature | KeyKind::MlDsa44)
    }
}

/// A verifier for a key of any kind that this crate knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnyVerifier {
    /// For plain Ed25519 signatures (type 01).
    Ed25519(Ed25519Verifier),
    /// For Ed25519 cosignatures (type 04).
    Cosignature(CosignatureVerifier),
    /// For ML-DSA-44 signatures and cosignatures (type 06).
    MlDsa44(MlDsa44Verifier),
}

impl AnyVerifier {
    /// The verifier for a key text, by its type byte.
    ///
    /// # Errors
    /// When the text is malformed or of a type that is not known here.
    pub fn from_vkey(text: &str) -> Result<Self, NoteError> {
        let key: VerifierKey = text.parse()?;
        match key.key_type {
            TYPE_ED25519 => Ed25519Verifier::from_vkey(text).map(Self::Ed25519),
            TYPE_COSIGNATURE => CosignatureVerifier::from_vkey(text).map(Self::Cosignature),
            TYPE_ML_DSA_44 => MlDsa44Verifier::from_vkey(text).map(Self::MlDsa44),
            _ => Err(NoteError::VerifierKey),
        }
    }

    /// The key text of this key.
    #[must_use]
    pub fn vkey(&self) -> String {
        match self {
            Self::Ed25519(key) => key.vkey(),
            Self::Cosignature(key) => key.vkey(),
            Self::MlDsa44(key) => key.vkey(),
        }
    }

    /// The kind of the key.
    #[must_use]
    pub const fn kind(&self) -> KeyKind {
        match self {
            Self::Ed25519(_) => KeyKind::Ed25519,
            Self::Cosignature(_) => KeyKind::Cosignature,
            Self::MlDsa44(_) => KeyKind::MlDsa44,
        }
    }

    /// When this key has cosigned the note, in seconds since 1970; nothing if it has not, or not
    /// validly, or its signatures carry no time.
    #[must_use]
    pub fn time_of(&self, note: &Note) -> Option<u64> {
        match self {
            Self::Ed25519(_) => None,
            Self::Cosignature(key) => key.time_of(note),
            Self::MlDsa44(key) => key.time_of(note),
        }
    }

    fn inner(&self) -> &dyn NoteVerifier {
        match self {
            Self::Ed25519(key) => key,
            Self::Cosignature(key) => key,
            Self::MlDsa44(key) => key,
        }
    }
}

impl NoteVerifier for AnyVerifier {
    fn name(&self) -> &str {
        self.inner().name()
    }

    fn key_id(&self) -> u32 {
        self.inner().key_id()
    }

    fn verify(&self, text: &[u8], signature: &[u8]) -> bool {
        self.inner().verify(text, signature)
    }
}
