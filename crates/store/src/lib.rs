//! One database for journal, records, outbox and messages.
//!
//! This crate is the only one that speaks SQL. It must never know what a record means: it keeps
//! log entries, revisions of JSON documents, rows of an outbox and blobs named by hash, and it
//! keeps the promise that what belongs together is written together.
//!
//! The promises:
//!
//! * A [`Batch`] is durable as a whole (entries, tree head, documents, outbox) before
//!   [`Database::commit`] returns, or it has left no trace.
//! * Nobody is answered, and nothing is signed, before the head is in the [`anchor`], outside the
//!   database. No two signed heads of a log ever contradict each other, whatever the database or
//!   another node beside it does.
//! * Every document that derives from an entry can be made again from the entry, byte for byte.
//!
//! Where to start reading: [`batch`] for what can be written, [`database`] for the interface that
//! callers use, `writer` for how a batch becomes durable, signed and public, [`engine`] for what a
//! database engine has to do (so little that there are several), [`epoch`] for what happens when a
//! database was set back, [`fsck`] for recomputing everything from what is stored, [`dump`] for
//! moving it elsewhere, [`handover`] for moving a node with it, [`rebuild`] for making the documents again.

pub mod anchor;
pub mod batch;
mod board;
mod cells;
pub mod database;
mod draft;
pub mod dump;
pub mod engine;
pub mod epoch;
pub mod fsck;
pub mod handover;
pub mod https;
pub mod objects;
pub mod open;
mod opening;
pub mod postgres;
mod prepared;
mod publisher;
pub mod rebuild;
pub mod recovery;
mod sequencer;
#[cfg(feature = "simulation")]
pub mod simulated;
pub mod sqlite;
pub mod store;
pub mod table;
mod tree;
mod writer;
pub mod writes;

pub use anchor::{Anchor, AnchorError, AnchoredHead, FileAnchor};
pub use batch::{
    Batch, BlobRef, CosignedPut, Document, DocumentPut, Expect, NewEntry, OutboxPut, OutboxUpdate,
};
pub use database::{
    CommitError, Committed, Cosigned, Database, EntryRef, Found, Head, LogSigner, LogState,
    LogTiles, OutboxRow, Standing, StoreError, StoredEntry,
};
pub use engine::Engine;
pub use open::Address;
pub use postgres::Postgres;
pub use sqlite::Sqlite;
pub use store::Store;
