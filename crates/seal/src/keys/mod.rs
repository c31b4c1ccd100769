//! The keys of a house, and what each may do.
//!
//! One type per purpose, so that a key cannot be used for what it is not for: [`RootKey`] signs key manifests and nothing
//! else, [`SigningKey`] signs messages and receipts, [`LogKey`] signs log checkpoints, [`SealingIdentity`] opens parts.
//! No type shows its secret in `Debug`; secrets are wiped from memory when dropped.

mod log;
mod pair;
mod sealing;
mod signing;

pub use log::LogKey;
pub(crate) use pair::SigningPair;
pub use pair::VerifyingKey;
pub(crate) use sealing::STANZA_TYPE;
pub use sealing::{SealingIdentity, SealingRecipient};
pub use signing::{Fingerprint, RootKey, SigningKey};

/// A secret in transit: wiped when dropped, and never printed.
pub type SecretBytes = zeroize::Zeroizing<Vec<u8>>;
