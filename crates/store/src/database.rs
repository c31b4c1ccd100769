//! The interface that every database implements.

use crate::anchor::{AnchorError, AnchoredHead};
use crate::batch::{Batch, Document};
use crate::engine::Rows;
use journal::entry::{EntryBody, Salt};
use journal::grade::Grade;
use journal::hash::Hash;
use journal::note::NoteSigner;
use journal::proof::TileReader;
use journal::tile::TileId;
use std::fmt;
use std::sync::Arc;

/// Why something could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The database engine is older than the version in which a known corruption was mended.
    #[error(
        "sqlite {found} is too old: {needed} or newer is needed (wal-reset corruption before it)"
    )]
    EngineTooOld {
        /// What is linked.
        found: &'static str,
        /// What is needed.
        needed: &'static str,
    },
    /// The anchor could not be read or moved.
    #[error("the journal's anchor failed")]
    Anchor(#[source] AnchorError),
    /// A log with entries that the anchor knows nothing of.
    #[error(
        "log {log} has {size} entries, but no head of {origin} is in the anchor {place}; if the anchor was lost bring it back, else have the database adopted"
    )]
    NotAnchored {
        /// The log.
        log: String,
        /// Its origin.
        origin: String,
        /// Its entries.
        size: u64,
        /// The anchor.
        place: String,
    },
    /// The database does not contain the head that was anchored; see [`Standing::ReadOnly`].
    #[error(
        "log {log} is read-only: the anchored head is {anchored}, the database has {found} and does not continue it"
    )]
    ReadOnly {
        /// The log.
        log: String,
        /// The head in the anchor.
        anchored: AnchoredHead,
        /// What the database has instead.
        found: Found,
    },
    /// The writer's thread has panicked.
    #[error("the writer has panicked: {0}")]
    Panicked(String),
    /// A database into which something is to be loaded has something in it.
    #[error("the database is not empty: it has rows in {0}")]
    NotEmpty(&'static str),
    /// Another process writes to this database.
    #[error("{path} is in use by another process that writes; stop it or talk to it instead")]
    Locked {
        /// The lock file.
        path: String,
    },
    /// The schema is one this program does not know.
    #[error("database schema {found} is unknown to this program, which knows up to {known}")]
    SchemaUnknown {
        /// What the database says.
        found: i64,
        /// The newest version this program knows.
        known: i64,
    },
    /// The schema is one of an earlier release.
    #[error(
        "database schema {found} is older than this program's {known}; start the node once, it brings it up to date"
    )]
    SchemaOld {
        /// What the database says.
        found: i64,
        /// The version this program needs.
        known: i64,
    },
    /// There is no such log.
    #[error("there is no log named {0:?}")]
    NoSuchLog(String),
    /// Stored bytes contradict each other.
    #[error("stored data of log {log} is damaged: {what}")]
    Damaged {
        /// The log.
        log: String,
        /// What contradicts what.
        what: String,
    },
    /// The batch contradicts itself or cannot be stored; nothing of it was written.
    #[error("the batch cannot be written: {0}")]
    Unfit(String),
    /// The writer has stopped after an error; nothing more is accepted.
    #[error("the writer has stopped after an earlier error; restart the node")]
    WriterStopped,
    /// File system error.
    #[error("cannot use {path}")]
    File {
        /// The file.
        path: String,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// Error of the database engine.
    #[error("database error while {doing}")]
    Engine {
        /// What was being done.
        doing: &'static str,
        /// The cause.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Why a batch was not written.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// The state it was computed from has changed; compute it again.
    #[error("{family} {id} has changed meanwhile")]
    Conflict {
        /// Document family.
        family: &'static str,
        /// Document id.
        id: String,
    },
    /// The database could not write.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The name of an entry: its log and its index, from 0.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct EntryRef {
    /// The log.
    pub log: String,
    /// The index.
    pub index: u64,
}

/// A durable tree head with its signed checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The log's name.
    pub log: String,
    /// The log's origin line.
    pub origin: String,
    /// Number of entries.
    pub size: u64,
    /// Root of the tree.
    pub root: Hash,
    /// The signed checkpoint (C2SP tlog-checkpoint).
    pub checkpoint: String,
}

/// An entry as stored.
#[derive(Debug)]
pub struct StoredEntry {
    /// The index.
    pub index: u64,
    /// The bytes that the tree covers.
    pub leaf: Vec<u8>,
    /// The content and its salt, until its retention date.
    pub content: Option<(EntryBody, Salt)>,
}

/// A message that is due for delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxRow {
    /// The peer's party id.
    pub peer: String,
    /// The place in the direction.
    pub seq: u64,
    /// The blob that holds the sealed message.
    pub blob: Hash,
    /// How often delivery was tried.
    pub attempts: u32,
    /// Not before, in milliseconds since 1970.
    pub due_ms: i64,
    /// The last error.
    pub last_error: Option<String>,
}

/// What a batch became.
#[derive(Debug)]
pub struct Committed {
    /// Where its entries stand, in the order of the batch.
    pub entries: Vec<EntryRef>,
    /// The heads that cover them.
    pub heads: Vec<Head>,
}

/// The keys that sign a log's checkpoints.
pub struct LogSigner {
    /// The log's name inside the node.
    pub log: String,
    /// The log's origin line.
    pub origin: String,
    /// The signers, each of which signs every checkpoint; held by the one writer only.
    pub signers: Vec<Box<dyn NoteSigner + Send + Sync>>,
}

/// Whether a node may write and sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It may.
    Writable,
    /// The database was opened for reading.
    Reader,
    /// It may not: the database does not contain a head that the node has signed. It is an older
    /// copy, or rows have vanished. Nothing is written or signed until it is made whole again, or
    /// the log goes on in a new epoch.
    ReadOnly {
        /// The log.
        log: String,
        /// The head in the anchor.
        anchored: AnchoredHead,
        /// What the database has instead.
        found: Found,
    },
}

/// The head of a log as found in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Number of entries.
    pub size: u64,
    /// Root over them.
    pub root: Hash,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.size, self.root)
    }
}

/// A log as it stands in the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogState {
    /// The log's name.
    pub log: String,
    /// The origin it is signed under now.
    pub origin: String,
    /// Counts the origins it has had, from 1.
    pub epoch: u32,
    /// Its durable head, signed or not.
    pub head: Found,
}

/// A checkpoint with cosignatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosigned {
    /// The log.
    pub log: String,
    /// Number of entries it covers.
    pub size: u64,
    /// Root over them.
    pub root: Hash,
    /// The evidence grade it gives to these entries.
    pub grade: Grade,
    /// The signed note.
    pub note: String,
}

/// A database for one node.
///
/// One writer, many readers. All calls block; callers in asynchronous code use a blocking pool.
pub trait Database: Send + Sync {
    /// Writes a batch durably, or not at all.
    ///
    /// # Errors
    /// [`CommitError::Conflict`] if an expectation no longer holds or a place in the outbox is taken;
    /// [`StoreError::Unfit`] if the batch contradicts itself. Neither stops the writer.
    fn commit(&self, batch: Batch) -> Result<Committed, CommitError>;

    /// The names of all logs.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn logs(&self) -> Result<Vec<String>, StoreError>;

    /// Whether this database may be written and signed.
    fn standing(&self) -> Standing;

    /// All logs with their origins and durable heads.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn log_states(&self) -> Result<Vec<LogState>, StoreError>;

    /// The newest published head of a log. It covers every entry that was durable at the call: where
    /// one of them is not yet signed, this waits for it, or gives the last published head where
    /// nobody signs.
    ///
    /// # Errors
    /// When there is no such log, it has never been signed, or the database cannot be read.
    fn head(&self, log: &str) -> Result<Head, StoreError>;

    /// Entries `from..to` of a log, as far as they exist. Each is checked against the tree's leaf
    /// hashes, and its content against its leaf.
    ///
    /// # Errors
    /// When the database cannot be read; [`StoreError::Damaged`].
    fn entries(&self, log: &str, from: u64, to: u64) -> Result<Vec<StoredEntry>, StoreError>;

    /// The first `width` hashes of a tile.
    ///
    /// # Errors
    /// When the tile is missing or shorter.
    fn tile(&self, log: &str, id: TileId, width: u16) -> Result<Vec<Hash>, StoreError>;

    /// The newest revision of a document.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn document(&self, family: &str, id: &str) -> Result<Option<Document>, StoreError>;

    /// The newest revisions of a family, by their sort number, newest first; `tag` filters.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn documents(&self, family: &str, tag: Option<&str>) -> Result<Vec<Document>, StoreError>;

    /// The revisions of a family as they stood when `log` held `size` entries.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn documents_as_of(
        &self,
        family: &str,
        log: &str,
        size: u64,
    ) -> Result<Vec<Document>, StoreError>;

    /// All revisions of one document, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn revisions(&self, family: &str, id: &str) -> Result<Vec<Document>, StoreError>;

    /// For each evidence grade the smallest cosigned checkpoint with at least `size` entries.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn cosigned(&self, log: &str, size: u64) -> Result<Vec<Cosigned>, StoreError>;

    /// For each evidence grade the largest cosigned checkpoint.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn latest_cosigned(&self, log: &str) -> Result<Vec<Cosigned>, StoreError>;

    /// At most `limit` entries whose content is due for destruction, longest due first.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn expired(&self, now_ms: i64, limit: u32) -> Result<Vec<EntryRef>, StoreError>;

    /// Unchecked rows as they all stood at one moment: for [`crate::dump`], [`crate::fsck`] and
    /// [`crate::rebuild`].
    ///
    /// # Errors
    /// When the database cannot be read.
    fn snapshot(&self) -> Result<Box<dyn Rows + '_>, StoreError>;

    /// A blob.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn blob(&self, hash: &Hash) -> Result<Option<Vec<u8>>, StoreError>;

    /// The first undelivered message per peer, with when it is due.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn outbox_heads(&self) -> Result<Vec<OutboxRow>, StoreError>;

    /// Everything undelivered, for display.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn outbox(&self) -> Result<Vec<OutboxRow>, StoreError>;
}

/// The tiles of one log as the proofs read them.
#[derive(Clone)]
pub struct LogTiles {
    database: Arc<dyn Database>,
    log: String,
}

impl LogTiles {
    /// The tiles of `log`.
    #[must_use]
    pub fn new(database: Arc<dyn Database>, log: &str) -> Self {
        Self {
            database,
            log: log.to_owned(),
        }
    }
}

impl TileReader for LogTiles {
    type Error = StoreError;

    fn tile(&self, id: TileId, width: u16) -> Result<Vec<Hash>, StoreError> {
        self.database.tile(&self.log, id, width)
    }
}
