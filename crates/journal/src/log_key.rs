//! The keys by which a reader knows a log.
//!
//! A log of this house signs every checkpoint twice, with Ed25519 and with ML-DSA-44. Whoever knows
//! both keys demands both signatures: if one of the two algorithms falls, the other still stands, and
//! taking the stronger line away gains nothing.

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::cosignature::MlDsa44Verifier;
use crate::note::{self, AnyVerifier, Ed25519Verifier, Note, NoteError, NoteVerifier};

/// Why key texts are not the keys of a log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogKeyError {
    /// A key text is malformed or of an unknown type.
    #[error("a key of the log is not usable")]
    Key(#[from] NoteError),
    /// No key is given, or not exactly one Ed25519 and one ML-DSA-44 key where these are demanded.
    #[error("a log needs one Ed25519 key and one ML-DSA-44 key")]
    Kinds,
    /// The keys do not have one common name, so they are not those of one log.
    #[error("keys of {0:?} and of {1:?} are not keys of one log")]
    Names(String, String),
}

/// The two keys of a log of this house. Both must have signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogVerifier {
    ed25519: Ed25519Verifier,
    ml_dsa_44: MlDsa44Verifier,
}

impl LogVerifier {
    /// The log with exactly these two keys, in either order. Their name is the log's origin.
    ///
    /// # Errors
    /// When a text is no usable key, the names differ, or it is not one key of each kind.
    pub fn from_vkeys(vkeys: &[impl AsRef<str>]) -> Result<Self, LogKeyError> {
        let LogKeys { keys, .. } = LogKeys::from_vkeys(vkeys)?;
        match <[AnyVerifier; 2]>::try_from(keys) {
            Ok(
                [
                    AnyVerifier::Ed25519(ed25519),
                    AnyVerifier::MlDsa44(ml_dsa_44),
                ]
                | [
                    AnyVerifier::MlDsa44(ml_dsa_44),
                    AnyVerifier::Ed25519(ed25519),
                ],
            ) => Ok(Self { ed25519, ml_dsa_44 }),
            _ => Err(LogKeyError::Kinds),
        }
    }

    /// The log's origin, which is the name of its keys.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.ed25519.name()
    }

    /// The keys whose signatures are demanded: all.
    #[must_use]
    pub fn demanded(&self) -> [&dyn NoteVerifier; 2] {
        [&self.ed25519, &self.ml_dsa_44]
    }

    /// The key texts, Ed25519 first.
    #[must_use]
    pub fn vkeys(&self) -> [String; 2] {
        [self.ed25519.vkey(), self.ml_dsa_44.vkey()]
    }

    /// Reads a checkpoint of this log that both keys have signed.
    ///
    /// # Errors
    /// When it is malformed, of another log, or lacks a signature.
    pub fn open(&self, signed: &str) -> Result<Checkpoint, CheckpointError> {
        Checkpoint::open(signed, self.origin(), &self.demanded())
    }
}

/// The keys of any log, such as one that a witness follows: at least one, of whatever kind.
///
/// Of each kind of key at least one must have signed. So a key can be replaced by another of its kind
/// (both are known for a while), but no kind of signature can be stripped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogKeys {
    origin: String,
    keys: Vec<AnyVerifier>,
}

impl LogKeys {
    /// The log with these keys. Their common name is the log's origin.
    ///
    /// # Errors
    /// When there is no key, one is not usable, or the names differ.
    pub fn from_vkeys(vkeys: &[impl AsRef<str>]) -> Result<Self, LogKeyError> {
        let keys = vkeys
            .iter()
            .map(|vkey| AnyVerifier::from_vkey(vkey.as_ref()))
            .collect::<Result<Vec<_>, _>>()?;
        let origin = keys.first().ok_or(LogKeyError::Kinds)?.name().to_owned();
        match keys.iter().find(|key| key.name() != origin) {
            Some(other) => Err(LogKeyError::Names(origin, other.name().to_owned())),
            None => Ok(Self { origin, keys }),
        }
    }

    /// The log's origin.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The keys.
    #[must_use]
    pub fn keys(&self) -> &[AnyVerifier] {
        &self.keys
    }

    /// Whether the log has signed this note, with each kind of key it has.
    ///
    /// # Errors
    /// When a signature fails or is missing.
    pub fn admit(&self, note: &Note) -> Result<(), CheckpointError> {
        demand_each_kind(note, &self.keys)
    }
}

impl From<LogVerifier> for LogKeys {
    fn from(log: LogVerifier) -> Self {
        Self {
            origin: log.origin().to_owned(),
            keys: vec![
                AnyVerifier::Ed25519(log.ed25519),
                AnyVerifier::MlDsa44(log.ml_dsa_44),
            ],
        }
    }
}

/// Demands of each kind among `keys` one valid signature, and of no known key an invalid one.
pub(crate) fn demand_each_kind<'k>(
    note: &Note,
    keys: impl IntoIterator<Item = &'k AnyVerifier>,
) -> Result<(), CheckpointError> {
    let keys: Vec<&AnyVerifier> = keys.into_iter().collect();
    let verifiers: Vec<&dyn NoteVerifier> =
        keys.iter().map(|key| *key as &dyn NoteVerifier).collect();
    let verified = note::verify(note, &verifiers)?;
    let signed = |kind| {
        keys.iter()
            .any(|key| key.kind() == kind && verified.signed_by(*key))
    };
    match keys.iter().find(|key| !signed(key.kind())) {
        Some(missing) => Err(CheckpointError::NotSignedBy {
            name: missing.name().to_owned(),
            key_id: missing.key_id(),
        }),
        None => Ok(()),
    }
}
