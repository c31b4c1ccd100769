//! Record types, vocabularies, markings, ids and times: the words in which the product thinks.
//!
//! Everything that is ever written down is a [`Record`]: a [`Header`] that every record shares
//! (what it is about, whose side it lies on, when it happened, how surely it is known, who may
//! see it, what proves it) and a typed [`Body`].
//!
//! This crate is pure data. It must never do I/O, read a clock or draw random numbers; ids and
//! times come in from the edges.
//!
//! Where to start reading: [`header`] for what all records share, [`vocabulary`] for the closed
//! lists of codes, [`request`] and [`answer`] for what contact points exchange, [`body`] for the
//! families of the consultation mechanism, and [`file`](mod@file) for import and export.

pub mod answer;
pub mod body;
pub mod file;
pub mod header;
pub mod id;
pub mod marking;
pub mod request;
pub mod time;
pub mod vocabulary;

pub use answer::{Answer, Conditions, ItemOutcome};
pub use body::{Body, RecordKind, Text};
pub use header::{Header, Knowledge, Record, Source};
pub use id::{PartyId, RecordId, ThreadId};
pub use marking::Marking;
pub use request::{DeclaredSelector, Request};
pub use time::{Occurred, Timestamp};
