//! One database for journal, records, outbox and messages.
//!
//! This crate is the only one that speaks SQL. It must never know what a record means: it keeps
//! log entries, revisions of JSON documents, rows of an outbox and blobs named by hash, and it
//! keeps the promise that what belongs together is written together.
//!
//! The promise, in one sentence: a [`Batch`] is durable as a whole (entries, tree head, documents,
//! outbox) before [`Database::commit`] returns, or it has left no trace.
//!
//! Where to start reading: [`batch`] for what can be written, [`database`] for the interface that
//! every database implements, [`sqlite`] for the embedded one, [`fsck`] for recomputing a whole log
//! from what is stored.

pub mod batch;
pub mod database;
pub mod fsck;
pub mod sequencer;
pub mod sqlite;

pub use batch::{Batch, BlobRef, Document, DocumentPut, Expect, NewEntry, OutboxPut, OutboxUpdate};
pub use database::{
    CommitError, Committed, Database, EntryRef, Head, LogSigner, LogTiles, OutboxRow, StoreError,
    StoredEntry,
};
pub use sqlite::Sqlite;
