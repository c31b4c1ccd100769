//! Public keys as text.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::VerifyingKey;

use super::{NoteError, check_name, key_id};

/// A public key as text, `name+id+base64(type byte, key)`: the form in which keys are printed,
/// exchanged on paper and configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    /// Name of the key.
    pub name: String,
    /// Signature type byte.
    pub key_type: u8,
    /// The public key; for [`super::TYPE_PRIVATE`] after the longer type identifier.
    pub key: Vec<u8>,
}

impl VerifierKey {
    /// The id of this key.
    #[must_use]
    pub fn key_id(&self) -> u32 {
        key_id(&self.name, self.key_type, &self.key)
    }

    /// The key as Ed25519 key, if its type byte is `key_type` (two types use such keys).
    pub(crate) fn ed25519(&self, key_type: u8) -> Result<VerifyingKey, NoteError> {
        match self.key.as_slice().try_into() {
            Ok(key) if self.key_type == key_type => usable_ed25519(key),
            _ => Err(NoteError::VerifierKey),
        }
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let encoded = STANDARD.encode([&[self.key_type][..], &self.key].concat());
        write!(f, "{}+{:08x}+{encoded}", self.name, self.key_id())
    }
}

impl FromStr for VerifierKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(encoded)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(NoteError::VerifierKey);
        };
        check_name(name)?;
        let bytes = STANDARD
            .decode(encoded)
            .map_err(|_| NoteError::VerifierKey)?;
        let (key_type, key) = bytes.split_first().ok_or(NoteError::VerifierKey)?;
        let parsed = VerifierKey {
            name: name.to_owned(),
            key_type: *key_type,
            key: key.to_vec(),
        };
        if id != format!("{:08x}", parsed.key_id()) {
            return Err(NoteError::VerifierKey);
        }
        Ok(parsed)
    }
}

/// An Ed25519 public key that is a point on the curve and not one of the few weak ones, for which
/// one signature fits many texts.
pub(crate) fn usable_ed25519(key: &[u8; 32]) -> Result<VerifyingKey, NoteError> {
    VerifyingKey::from_bytes(key)
        .ok()
        .filter(|key| !key.is_weak())
        .ok_or(NoteError::VerifierKey)
}
