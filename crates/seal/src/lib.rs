//! Keys, signatures and sealed envelopes between two authorities.
//!
//! What leaves a house is a *message*: a [manifest](message) in canonical JSON that names every part by its hash, carries
//! two signatures (Ed25519 and ML-DSA-65, **both** must verify), and parts that are age v1 files sealed to a hybrid
//! post-quantum key ([`envelope`]). What comes back is a [`receipt`], signed the same way and provable in the receiver's
//! log. Which keys count is said by a [key manifest](key_manifest), signed by a root whose fingerprint was exchanged on
//! paper.
//!
//! What this crate must never do: read a clock, a file or the network, keep state, or accept a statement of which one
//! signature is missing. The only thing it takes from outside is randomness: the operating system's generator, through
//! `aws-lc-rs` (keys), `age` (file keys, nonces) and `hpke` (encapsulation). The last two panic if that generator fails,
//! because there is nothing safe left to do.
//!
//! Start reading at [`statement`]: the one way in which anything is signed here. Then [`message`] and [`envelope`].

pub mod age_file;
pub mod age_header;
pub mod answer_seal;
pub mod envelope;
mod error;
pub mod key_manifest;
pub mod keys;
pub mod message;
pub mod receipt;
pub mod statement;
mod suite;
mod wire;

pub use error::{Line, SealError};
pub use suite::Suite;
