//! What a database engine does: keep rows, and write many of them in one transaction.
//!
//! An engine knows no rule of the journal. What may be written, which revision a document gets, how
//! the tree grows, what is signed when: that is written once, in `writer`. Checks of what
//! is read stand once in [`crate::store`]. An engine that passes `tests/conformance` is a database.
//!
//! Rules for an engine:
//!
//! * [`Transaction::commit`] returns only once everything is on the disk (and, where there is a
//!   synchronous standby, on that too). An error of it may mean either outcome.
//! * Readers see committed rows only, and block nobody.
//! * Nothing is tried again after a failed write or sync: the error is returned, the writer stops.

use crate::batch::{Document, OutboxUpdate};
use crate::database::{EntryRef, OutboxRow, StoreError};
use crate::table::{Cell, Table};
use journal::hash::Hash;
use journal::tile::TileId;

/// A row of `logs`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRow {
    /// The log's name inside the node; primary key.
    pub log: String,
    /// The origin line it is signed under now.
    pub origin: String,
    /// Counts the origins it has had, from 1.
    pub epoch: u32,
    /// Number of durable entries.
    pub size: u64,
    /// Root over them.
    pub root: Hash,
    /// Size of the newest published checkpoint: `size` or less.
    pub published: u64,
    /// The newest published checkpoint; empty before the first.
    pub checkpoint: String,
}

/// A row of `entries`, as stored: nothing in it is checked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryRow {
    /// The log.
    pub log: String,
    /// The index, from 0.
    pub index: u64,
    /// The bytes that the tree covers.
    pub leaf: Vec<u8>,
    /// The salt; gone once the content is destroyed, as the next three.
    pub salt: Option<Vec<u8>>,
    /// The body as JSON.
    pub body: Option<String>,
    /// What derives from the entry, as JSON; its hash is a field of the body. See [`crate::writes`].
    pub writes: Option<String>,
    /// The revision of each document in `writes`, as a JSON list of numbers.
    pub revisions: Option<String>,
    /// When the content is due for destruction, in milliseconds since 1970.
    pub keep_until: Option<i64>,
}

/// A new row of `documents`. Where `latest` is set, no older revision is the latest any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentRow {
    /// Document family; with `id` and `revision` the primary key.
    pub family: String,
    /// Document id.
    pub id: String,
    /// Counts from 1.
    pub revision: i64,
    /// Whether no revision after it is in the same [`Changes`].
    pub latest: bool,
    /// The code to filter by.
    pub tag: String,
    /// The number to sort by.
    pub sort: i64,
    /// The content.
    pub json: String,
    /// The entry it derives from.
    pub entry: Option<EntryRef>,
}

/// A new row of `outbox`: attempts 0, not delivered, no error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxInsert {
    /// The peer's party id; with `seq` the primary key.
    pub peer: String,
    /// The place in the direction; at most `i64::MAX`.
    pub seq: u64,
    /// The blob that holds the sealed message.
    pub blob: Hash,
    /// Not before, in milliseconds since 1970.
    pub due_ms: i64,
    /// The entry it derives from.
    pub entry: Option<EntryRef>,
}

/// A new row of `blobs`; one that is there already stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobRow {
    /// SHA-256 of the bytes; primary key.
    pub hash: Hash,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// A row of `tiles` with its whole new content, instead of what was there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TileRow {
    /// The log; with the id the primary key.
    pub log: String,
    /// Which tile.
    pub id: TileId,
    /// 1 to 256 hashes of 32 bytes, one after the other.
    pub hashes: Vec<u8>,
}

/// A head to be moved, only if `from` still stands in the row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadMove {
    /// The log.
    pub log: String,
    /// Size and root that must stand there.
    pub from: (u64, Hash),
    /// Size and root that are to stand there.
    pub to: (u64, Hash),
}

/// A row of `cosigned`; it takes the place of one with the same log, size and grade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CosignedRow {
    /// The log; with `size` and `grade` the primary key.
    pub log: String,
    /// Size of the cosigned head.
    pub size: u64,
    /// Its root.
    pub root: Hash,
    /// Code of the evidence grade.
    pub grade: String,
    /// The checkpoint with the log's signatures and the cosignatures.
    pub note: String,
}

/// A published checkpoint. It is stored in the log's row if `origin` stands there and `published` is
/// smaller than `size`; otherwise nothing happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckpointRow {
    /// The log.
    pub log: String,
    /// The origin it is signed under.
    pub origin: String,
    /// The size it speaks of.
    pub size: u64,
    /// The signed note.
    pub checkpoint: String,
}

/// Everything that one transaction writes. The lists are applied in the order of the fields; within
/// a list in its order. All of it has been checked: an engine that cannot write a row fails.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Changes {
    /// New entries.
    pub entries: Vec<EntryRow>,
    /// New document revisions.
    pub documents: Vec<DocumentRow>,
    /// New messages to deliver.
    pub outbox: Vec<OutboxInsert>,
    /// What became of deliveries; an update of a row that is not there does nothing. `Delivered`:
    /// delivered, attempts + 1, no error. `Failed`: attempts + 1, due and error as given.
    pub outbox_updates: Vec<OutboxUpdate>,
    /// New blobs.
    pub blobs: Vec<BlobRow>,
    /// Changed tiles.
    pub tiles: Vec<TileRow>,
    /// Moved heads. A move whose `from` does not stand fails the transaction.
    pub heads: Vec<HeadMove>,
    /// Cosigned checkpoints.
    pub cosigned: Vec<CosignedRow>,
    /// Published checkpoints.
    pub checkpoints: Vec<CheckpointRow>,
    /// Entries whose salt, body, writes and revisions become NULL. In every document revision that
    /// derives from them tag becomes empty, sort 0 and json NULL; number and `latest` stay. The
    /// engine overwrites the bytes as far as it can.
    pub destroy: Vec<EntryRef>,
    /// Blobs to delete.
    pub forget: Vec<Hash>,
    /// Documents (family, id) to delete all revisions of that are not the latest and derive from no
    /// entry.
    pub prune: Vec<(String, String)>,
}

/// Reading rows. Each call sees what is committed; those of [`Engine::snapshot`] all see the same.
///
/// A document whose `json` is NULL (destroyed) is in no answer of the document functions.
pub trait Rows {
    /// All logs, by name.
    ///
    /// # Errors
    /// When the rows cannot be read; so with all of these.
    fn logs(&mut self) -> Result<Vec<LogRow>, StoreError>;

    /// One log.
    fn log(&mut self, log: &str) -> Result<Option<LogRow>, StoreError>;

    /// The entries `from..to` as far as they exist, by index. Both ends may be any number.
    fn entries(&mut self, log: &str, from: u64, to: u64) -> Result<Vec<EntryRow>, StoreError>;

    /// The bytes of the leaves `from..to` as far as they exist, by index, one call each.
    fn leaves(
        &mut self,
        log: &str,
        from: u64,
        to: u64,
        each: &mut dyn FnMut(&[u8]),
    ) -> Result<(), StoreError>;

    /// The bytes of a tile; empty where there is none.
    fn tile(&mut self, log: &str, id: TileId) -> Result<Vec<u8>, StoreError>;

    /// The newest revision of a document, if that is not destroyed.
    fn document(&mut self, family: &str, id: &str) -> Result<Option<Document>, StoreError>;

    /// The latest revisions of a family, by sort number and id, both descending; `tag` filters.
    fn documents(&mut self, family: &str, tag: Option<&str>) -> Result<Vec<Document>, StoreError>;

    /// For each document of the family the newest revision among those that derive from an entry of
    /// `log` below `size`; ordered as [`Rows::documents`].
    fn documents_as_of(
        &mut self,
        family: &str,
        log: &str,
        size: u64,
    ) -> Result<Vec<Document>, StoreError>;

    /// All revisions of one document, oldest first.
    fn revisions(&mut self, family: &str, id: &str) -> Result<Vec<Document>, StoreError>;

    /// The bytes of a blob.
    fn blob(&mut self, hash: &Hash) -> Result<Option<Vec<u8>>, StoreError>;

    /// The first undelivered message per peer, by peer.
    fn outbox_heads(&mut self) -> Result<Vec<OutboxRow>, StoreError>;

    /// Everything undelivered, by peer and place.
    fn outbox(&mut self) -> Result<Vec<OutboxRow>, StoreError>;

    /// The cosigned checkpoints of a log with at least `size` entries, by size ascending, at most
    /// one for each grade: the smallest that is large enough.
    fn cosigned(&mut self, log: &str, size: u64) -> Result<Vec<CosignedRow>, StoreError>;

    /// The largest cosigned checkpoint of a log for each grade, by size ascending.
    fn latest_cosigned(&mut self, log: &str) -> Result<Vec<CosignedRow>, StoreError>;

    /// Entries with content whose `keep_until` is not after `now_ms`, by `keep_until`, log, index.
    fn expired(&mut self, now_ms: i64, limit: u32) -> Result<Vec<EntryRef>, StoreError>;

    /// Every row of a table in the order of its primary key ([`Table::key`]; text compares by its
    /// UTF-8 bytes), its cells in the order of [`Table::columns`].
    fn table(
        &mut self,
        table: Table,
        each: &mut dyn FnMut(&[Cell]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError>;
}

/// A transaction that holds the engine's right to write: no other writer, of this node or another,
/// is between its begin and its end. Dropped without commit, it leaves no trace.
pub trait Transaction: Rows {
    /// The highest revision of each (family, id), destroyed ones included; 0 where there is none.
    ///
    /// # Errors
    /// When the rows cannot be read or written; so with all of these.
    fn highest_revisions(&mut self, documents: &[(&str, &str)]) -> Result<Vec<i64>, StoreError>;

    /// Whether each (peer, seq) is in the outbox, delivered or not.
    fn places_taken(&mut self, places: &[(&str, u64)]) -> Result<Vec<bool>, StoreError>;

    /// Writes all of it.
    fn apply(&mut self, changes: &Changes) -> Result<(), StoreError>;

    /// Inserts the log or replaces its row. For opening a log and for an epoch; not for growth.
    fn put_log(&mut self, log: &LogRow) -> Result<(), StoreError>;

    /// Inserts rows as [`Rows::table`] gave them. For loading into an empty database.
    fn insert(&mut self, table: Table, rows: &[Vec<Cell>]) -> Result<(), StoreError>;

    /// Makes all of it durable, or none of it.
    fn commit(self: Box<Self>) -> Result<(), StoreError>;
}

/// The connection of the one writer.
pub trait WriteConnection: Send {
    /// Begins a transaction and waits for the right to write. The heads read in it are final until
    /// it ends.
    ///
    /// # Errors
    /// When the engine cannot be reached.
    fn begin(&mut self) -> Result<Box<dyn Transaction + '_>, StoreError>;

    /// Stores published checkpoints by themselves. They need not be on the disk when this returns:
    /// one that is lost is signed again at the next start.
    ///
    /// # Errors
    /// When the rows cannot be written.
    fn store_checkpoints(&mut self, published: &[CheckpointRow]) -> Result<(), StoreError>;
}

/// An opened database of one kind. Opening it has brought its schema up to date.
pub trait Engine: Send + Sync {
    /// A connection for reading; each call of [`Rows`] sees what is committed by then.
    ///
    /// # Errors
    /// When the engine cannot be reached.
    fn reader(&self) -> Result<Box<dyn Rows + '_>, StoreError>;

    /// A connection for reading whose calls all see one moment: for dump and fsck.
    ///
    /// # Errors
    /// When the engine cannot be reached.
    fn snapshot(&self) -> Result<Box<dyn Rows + '_>, StoreError>;

    /// The connection to write with. An engine opened for reading only returns
    /// [`StoreError::WriterStopped`]; a node asks once.
    ///
    /// # Errors
    /// When the engine cannot be reached.
    fn writer(&self) -> Result<Box<dyn WriteConnection>, StoreError>;
}
