//! Keys, signatures and sealed envelopes between two authorities.
//!
//! What leaves a house is a *message*: a [manifest](message) in canonical JSON that names every part by its hash, carries
//! two signatures (a classical and a post-quantum one, **both** must verify), and parts sealed to hybrid post-quantum keys
//! ([`envelope`]). First the sealed payloads go; what comes back is a [`receipt`], signed the same way and provable in the
//! receiver's log; only then the [`headers`] follow, without which nobody can read. Which keys count is said by a [key manifest](key_manifest), signed by two of the three holders of a
//! [root](keys::Root) whose fingerprint was exchanged on paper. The algorithms are those of a [`Suite`].
//!
//! What this crate must never do: read a clock, a file or the network, keep state, or accept a statement of which one
//! signature is missing. The only thing it takes from outside is randomness: the operating system's generator, through
//! `aws-lc-rs` (keys, content keys, nonces), `hpke` (encapsulation) and `age` (files under a passphrase). The last two panic
//! if that generator fails, because there is nothing safe left to do.
//!
//! Start reading at [`statement`]: the one way in which anything is signed here. Then [`message`] and [`envelope`].

#[cfg(test)]
mod age_testkit;
pub mod answer_seal;
mod container;
pub mod cose;
pub mod digest;
pub mod envelope;
mod error;
mod framing;
pub mod header;
pub mod headers;
pub mod key_manifest;
pub mod keys;
pub mod message;
pub mod receipt;
pub mod revocation;
pub mod sealed_file;
pub mod secret_file;
pub mod statement;
mod suite;
mod wire;

pub use error::SealError;
pub use suite::{KeyEncapsulation, SignatureAlgorithm, Suite, TlsGroup};
