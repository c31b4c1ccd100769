//! Timestamped cosignatures on checkpoints, after C2SP `tlog-cosignature`: Ed25519 (type 04) and
//! ML-DSA-44 (type 06), which quantum computers cannot forge.
//!
//! A cosignature says: this checkpoint continues all others of this log that the cosigner has seen,
//! and, *as of the time in it*, it is the largest. Whoever cosigns must have checked just that, and
//! have stored the checkpoint *before* signing; [`crate::witness`] makes both sure.
//!
//! A log signs its own checkpoints with type 06 as well. It makes no statement about the largest tree
//! then, and its time may be zero ([`NO_TIME`]); a witness's time must not.

mod ed25519;
mod ml_dsa_44;

pub use self::ed25519::CosignatureVerifier;
#[cfg(feature = "sign")]
pub use self::ed25519::Cosigner;
#[cfg(feature = "sign")]
pub use self::ml_dsa_44::MlDsa44Signer;
pub use self::ml_dsa_44::{MlDsa44Verifier, ml_dsa_44_message};
use crate::edge::MAX_SIZE;
use crate::note::{Note, NoteVerifier};

/// Bytes that the structure signed with type 06 has room for in a name: the cosigner's, and the origin
/// of the log. A longer one cannot be cosigned.
pub const MAX_NAME_BYTES: usize = 255;

/// The time of a cosignature that says nothing about when this was the largest checkpoint.
pub const NO_TIME: u64 = 0;

/// The bytes of a note signature: the time, then the signature proper (`timestamped_signature`).
#[must_use]
pub fn timestamped(time: u64, signature: &[u8]) -> Vec<u8> {
    [&time.to_be_bytes()[..], signature].concat()
}

/// Time and signature proper of a note signature. The time is not yet verified.
fn split_time(timestamped: &[u8]) -> Option<(u64, &[u8])> {
    let (time, signature) = timestamped.split_first_chunk()?;
    let time = u64::from_be_bytes(*time);
    (time <= MAX_SIZE).then_some((time, signature)) // the specification's limit is the same 2^63 - 1
}

/// The latest time at which `verifier` has cosigned `note`, where `check` gives the time in a valid
/// cosignature.
fn latest_time(
    note: &Note,
    verifier: &dyn NoteVerifier,
    check: impl Fn(&[u8], &[u8]) -> Option<u64>,
) -> Option<u64> {
    let key_id = verifier.key_id();
    note.signatures()
        .iter()
        .filter(|line| line.name == verifier.name() && line.key_id == key_id)
        .filter_map(|line| check(note.text().as_bytes(), &line.signature))
        .max()
}
