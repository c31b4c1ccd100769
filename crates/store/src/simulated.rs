//! An engine in memory over a disk that can lose and tear what was not synced, fill up and fail.
//!
//! For tests only: of the crash behaviour of everything above the engine here, and of protocols
//! between nodes elsewhere. Its promises to the caller are those of a database, and are tested by
//! the same suite; what a disk may do to it is chosen by the test, and repeats with the seed.
//!
//! Every write and every sync of the database file and of the anchor file is one numbered operation
//! of the [`Disk`], at each of which it can be cut off.

mod disk;
mod engine;
mod mutant;
mod tables;
mod view;

pub use disk::{Disk, Fault, Loss};
pub use engine::Simulated;
pub use mutant::{Careless, CarelessAnchor, SignsBeforeCommit};
