//! The keys of a house, and what each may do.
//!
//! One type per purpose, so that a key cannot be used for what it is not for: a [`HolderKey`] signs key manifests together
//! with those of other holders and nothing else, a [`SigningKey`] signs messages and receipts, a [`LogKey`] signs log
//! checkpoints, a [`WitnessKey`] cosigns those of others, a [`SealingIdentity`] opens parts. Where signing keys are kept
//! is behind [`custody`]. No type shows its secret in `Debug`; secrets are wiped from memory when dropped.

pub mod custody;
mod encapsulation;
mod fingerprint;
mod log;
mod pair;
mod public_key;
mod root;
mod sealing;
mod signing;
mod witness;

pub(crate) use encapsulation::{ContentKey, stanza_type};
pub use fingerprint::Fingerprint;
pub use log::LogKey;
pub(crate) use pair::{copy_lines, read_note, refuse_foreign};
pub use public_key::PublicKey;
pub use root::{HolderKey, HolderVerifyingKey, MAX_HOLDERS, Root};
pub(crate) use sealing::Unwrap;
pub use sealing::{SealingIdentity, SealingRecipient};
pub use signing::{SigningKey, VerifyingKey};
pub use witness::WitnessKey;

/// A secret in transit: wiped when dropped, and never printed.
pub type SecretBytes = zeroize::Zeroizing<Vec<u8>>;
