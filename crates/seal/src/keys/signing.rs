//! Keys that sign statements: the root and the house's signing key.

use std::fmt;
use std::str::FromStr;

use journal::hash::Hash;

use super::{SecretBytes, SigningPair, VerifyingKey};
use crate::SealError;

/// Signs a house's messages and receipts, with Ed25519 and ML-DSA-65 together. Renewed often (every 90 days).
pub struct SigningKey(SigningPair);

/// Signs a party's key manifests and nothing else. Kept offline; its fingerprint is exchanged on paper.
pub struct RootKey(SigningPair);

/// The same five operations for both kinds, which stay different types.
macro_rules! signing_key {
    ($name:ident) => {
        impl $name {
            /// A new key from the operating system's generator.
            ///
            /// # Errors
            /// [`SealError::Randomness`].
            pub fn generate() -> Result<Self, SealError> {
                SigningPair::generate().map(Self)
            }

            /// Reads what [`Self::to_secret_bytes`] wrote.
            ///
            /// # Errors
            /// [`SealError::MalformedKey`] unless there are exactly 64 bytes.
            pub fn from_secret_bytes(bytes: &[u8]) -> Result<Self, SealError> {
                SigningPair::from_secret_bytes(bytes).map(Self)
            }

            /// The Ed25519 seed (RFC 8032) and the ML-DSA seed (FIPS 204), 32 bytes each: for the key store only.
            #[must_use]
            pub fn to_secret_bytes(&self) -> SecretBytes {
                self.0.to_secret_bytes()
            }

            /// The public half.
            #[must_use]
            pub fn verifying_key(&self) -> VerifyingKey {
                self.0.public().clone()
            }

            pub(crate) fn pair(&self) -> &SigningPair {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(
                    f,
                    concat!(stringify!($name), "(secret of {:?})"),
                    self.0.public()
                )
            }
        }
    };
}

signing_key!(SigningKey);
signing_key!(RootKey);

/// A key's id to be read aloud and compared: sixteen groups of four hexadecimal digits, eight to a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint(Hash);

impl Fingerprint {
    pub(super) fn of(id: Hash) -> Self {
        Self(id)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, group) in self.0.0.chunks(2).enumerate() {
            match at {
                0 => {}
                8 => writeln!(f)?,
                _ => write!(f, " ")?,
            }
            f.write_str(&hex::encode(group))?;
        }
        Ok(())
    }
}

impl FromStr for Fingerprint {
    type Err = SealError;

    /// Reads a fingerprint as people type it: spaces, line breaks and capitals do not matter.
    fn from_str(text: &str) -> Result<Self, SealError> {
        let malformed = || SealError::MalformedKey("fingerprint");
        if text.len() > 256 {
            return Err(malformed());
        }
        let digits: String = text.split_whitespace().collect();
        let bytes = hex::decode(digits).map_err(|_| malformed())?;
        Ok(Self(Hash(bytes.try_into().map_err(|_| malformed())?)))
    }
}
