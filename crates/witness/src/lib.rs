//! A domestic witness: a court of audit, a data-protection authority, a university that vouches for the
//! logs of contact points, after C2SP `tlog-witness`.
//!
//! What it is for: a log that two readers could be shown differently is worth nothing. A witness
//! remembers the largest checkpoint of each log it follows, and cosigns another only if it continues
//! that one. It sees sizes and hashes, never entries.
//!
//! What it must never do: cosign two checkpoints of which neither continues the other, whatever
//! crashes, races, or is restored. So it writes down what it has seen *before* it signs
//! ([`journal::witness`] makes anything else impossible), two processes never share a memory, and a
//! witness that has lost its memory does not start: its key must be retired. For the same reason its
//! directory must never be restored from a backup. A copy of the key alone is of no use either: without
//! the memory it may not sign.
//!
//! The server speaks plain HTTP. TLS is left to a reverse proxy in front of it, which the operator has
//! anyway; nothing it says is secret, and everything it vouches for is signed.
//!
//! Where to start reading: [`state`] is the memory and the decision; [`keys`] the two keys, Ed25519 and
//! ML-DSA-44; [`server`] the two requests it answers.

mod durable;
mod error;
pub mod keys;
pub mod server;
pub mod state;

pub use crate::error::{CustodyError, NotCosigned, StateError};
pub use crate::keys::{Custody, Unprotected, WitnessKeys};
pub use crate::server::{Limits, serve};
pub use crate::state::State;
