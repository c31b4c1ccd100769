//! Use cases: the one way in which anything happens.
//!
//! Everything enters here once, as a [`Command`] of an officer, a message of a peer or the tick of
//! a clock; is checked (who may do this, does the case allow it, what does the gate find); and is
//! written once, as journal entries together with the documents derived from them.
//!
//! This crate must never speak HTTP or SQL, and it is the only one that writes: views, answers and
//! reports read through [`Reader`].
//!
//! Where to start reading: [`command`] for what officers can do; [`case`] and [`state`] for what a
//! request goes through; [`office`] for how a command is carried out; [`reception`] for what a
//! peer's message does and [`delivery`] for how ours get there; [`reader`] for what can be read.

pub mod attachment;
pub mod authority;
pub mod case;
pub mod channel;
pub mod clock;
pub mod command;
pub mod content;
pub mod delivery;
mod dispatch;
mod entry_kind;
pub mod epoch;
pub mod error;
mod frontier;
pub mod handling;
pub mod key_care;
pub mod keyring;
mod lost;
pub mod mirror;
pub mod office;
pub mod officer;
pub mod orphans;
pub mod peer;
pub mod reader;
pub mod reception;
pub mod reconciling;
pub mod retention;
pub mod self_check;
pub mod standing;
pub mod state;
mod streaming;
pub mod witnessing;
pub mod writing;

pub use attachment::{AttachmentRef, AttachmentSource, NewAttachment};
pub use authority::Actor;
pub use case::Case;
pub use clock::{Clock, Entropy, Limits};
pub use command::{Command, Done};
pub use delivery::{Delivery, DeliveryStep};
pub use entry_kind::EntryKind;
pub use error::{OfficeError, Rejection};
pub use keyring::Keyring;
pub use office::Office;
pub use peer::Peer;
pub use reader::Reader;
pub use reception::{Acceptance, MissingPayload};
pub use standing::{ReadOnly, Said, Standing, WitnessAnswer};
pub use witnessing::{Lag, WitnessFault, WitnessPolicy, WitnessRefusal, WitnessTarget};

/// The name of the log in which a node keeps everything.
pub const OFFICE_LOG: &str = "office";

/// The name of the log of what passed between the node and `peer`.
#[must_use]
pub fn exchange_log(peer: &records::PartyId) -> String {
    format!("exchange-{peer}")
}
