//! The embedded database: one SQLite file and its lock, nothing to install.
//!
//! SQLite runs in WAL mode with `synchronous=FULL`: a commit returns after the disk has it. One
//! connection writes (and checkpoints the WAL); readers have their own. The engine's version is
//! asserted at start, because versions before 3.51.3 can corrupt a WAL database when two
//! connections write and checkpoint at once.

mod read;
mod write;

use crate::batch::{Batch, Document};
use crate::database::{
    CommitError, Committed, Database, Head, LogSigner, OutboxRow, StoreError, StoredEntry,
};
use crate::sequencer::Sequencer;
use journal::hash::Hash;
use journal::tile::TileId;
use rusqlite::{Connection, OpenFlags};
use std::fs::File;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

/// The oldest SQLite without the WAL-reset corruption, as SQLite counts versions.
const OLDEST_GOOD_ENGINE: i32 = 3_051_003;

/// The schema this program writes.
const SCHEMA: i64 = 1;

/// Between commit and signature a head is durable but not yet signed. A reader waits that moment
/// out rather than hand out a head without proof.
const SIGNING_POLL: Duration = Duration::from_millis(5);
const SIGNING_POLLS: u32 = 400;

/// Most idle read connections that are kept.
const IDLE_READERS: usize = 8;

/// The embedded database.
pub struct Sqlite {
    path: PathBuf,
    sequencer: Option<Sequencer>,
    readers: Mutex<Vec<Connection>>,
    /// Held as long as this process may write.
    _lock: Option<File>,
}

impl Sqlite {
    /// Opens (or creates) the database for writing and takes the node's lock.
    ///
    /// Every log in `signers` is created if it is new; its head is signed again if the node ended
    /// between writing and signing. `on_fatal` is called if the disk fails: end the process there.
    ///
    /// # Errors
    /// [`StoreError::Locked`] if another process writes; [`StoreError::EngineTooOld`];
    /// [`StoreError::SchemaUnknown`]; [`StoreError::Damaged`] if tiles and head contradict.
    pub fn open(
        path: &Path,
        signers: Vec<LogSigner>,
        on_fatal: impl FnOnce(&StoreError) + Send + 'static,
    ) -> Result<Self, StoreError> {
        assert_engine()?;
        let lock = take_lock(path)?;
        private_file(path)?;
        let connection = connect(
            path,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
        )?;
        migrate(&connection)?;
        let writer = write::Writer::new(connection, signers)?;
        let sequencer = Sequencer::start(writer, on_fatal).map_err(|source| StoreError::File {
            path: "writer thread".to_owned(),
            source,
        })?;
        Ok(Self {
            path: path.to_owned(),
            sequencer: Some(sequencer),
            readers: Mutex::new(Vec::new()),
            _lock: Some(lock),
        })
    }

    /// Opens an existing database for reading only, beside a running node or not.
    ///
    /// # Errors
    /// When there is no such database or its schema is unknown.
    pub fn open_read_only(path: &Path) -> Result<Self, StoreError> {
        assert_engine()?;
        let connection = connect_reader(path)?;
        check_schema(&connection)?;
        Ok(Self {
            path: path.to_owned(),
            sequencer: None,
            readers: Mutex::new(vec![connection]),
            _lock: None,
        })
    }

    fn read<T>(
        &self,
        doing: &'static str,
        query: impl FnOnce(&Connection) -> Result<T, ReadError>,
    ) -> Result<T, StoreError> {
        let idle = self
            .readers
            .lock()
            .map_or(None, |mut readers| readers.pop());
        let connection = match idle {
            Some(connection) => connection,
            None => connect_reader(&self.path)?,
        };
        let result = query(&connection).map_err(|e| e.while_doing(doing));
        if let Ok(mut readers) = self.readers.lock()
            && readers.len() < IDLE_READERS
        {
            readers.push(connection);
        }
        result
    }
}

impl Database for Sqlite {
    fn commit(&self, batch: Batch) -> Result<Committed, CommitError> {
        match &self.sequencer {
            Some(sequencer) => sequencer.commit(batch),
            None => Err(CommitError::Store(StoreError::WriterStopped)),
        }
    }

    fn logs(&self) -> Result<Vec<String>, StoreError> {
        self.read("listing logs", read::logs)
    }

    fn head(&self, log: &str) -> Result<Head, StoreError> {
        for _ in 0..SIGNING_POLLS {
            let head = self.read("reading a head", |c| read::head(c, log))?;
            if !head.checkpoint.is_empty() {
                read::check_signed_text(&head)?;
                return Ok(head);
            }
            std::thread::sleep(SIGNING_POLL);
        }
        Err(read::damaged(
            log,
            "its head is durable but not signed; start the node, it signs at start",
        ))
    }

    fn entries(&self, log: &str, from: u64, to: u64) -> Result<Vec<StoredEntry>, StoreError> {
        self.read("reading entries", |c| read::entries(c, log, from, to))
    }

    fn tile(&self, log: &str, id: TileId, width: u16) -> Result<Vec<Hash>, StoreError> {
        self.read("reading a tile", |c| read::tile(c, log, id, width))
    }

    fn document(&self, family: &str, id: &str) -> Result<Option<Document>, StoreError> {
        self.read("reading a document", |c| read::document(c, family, id))
    }

    fn documents(&self, family: &str, tag: Option<&str>) -> Result<Vec<Document>, StoreError> {
        self.read("listing documents", |c| read::documents(c, family, tag))
    }

    fn documents_as_of(
        &self,
        family: &str,
        log: &str,
        size: u64,
    ) -> Result<Vec<Document>, StoreError> {
        self.read("listing documents as of an entry", |c| {
            read::documents_as_of(c, family, log, size)
        })
    }

    fn revisions(&self, family: &str, id: &str) -> Result<Vec<Document>, StoreError> {
        self.read("listing revisions", |c| read::revisions(c, family, id))
    }

    fn blob(&self, hash: &Hash) -> Result<Option<Vec<u8>>, StoreError> {
        self.read("reading a blob", |c| read::blob(c, hash))
    }

    fn outbox_heads(&self) -> Result<Vec<OutboxRow>, StoreError> {
        self.read("reading the outbox", read::outbox_heads)
    }

    fn outbox(&self) -> Result<Vec<OutboxRow>, StoreError> {
        self.read("listing the outbox", read::outbox)
    }
}

/// What a query can run into.
enum ReadError {
    Engine(rusqlite::Error),
    Store(StoreError),
}

impl ReadError {
    fn while_doing(self, doing: &'static str) -> StoreError {
        match self {
            Self::Engine(source) => StoreError::Engine {
                doing,
                source: Box::new(source),
            },
            Self::Store(error) => error,
        }
    }
}

impl From<rusqlite::Error> for ReadError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Engine(error)
    }
}

impl From<StoreError> for ReadError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

fn assert_engine() -> Result<(), StoreError> {
    if rusqlite::version_number() < OLDEST_GOOD_ENGINE {
        return Err(StoreError::EngineTooOld {
            found: rusqlite::version(),
            needed: "3.51.3",
        });
    }
    Ok(())
}

/// Opens or creates a file that only the node's user may read: cases lie in the database in plain,
/// and SQLite gives its other files the mode of the database.
fn private_file(path: &Path) -> Result<File, StoreError> {
    File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(path)
        .map_err(|source| StoreError::File {
            path: path.display().to_string(),
            source,
        })
}

fn take_lock(path: &Path) -> Result<File, StoreError> {
    let lock_path = path.with_extension("lock");
    let shown = lock_path.display().to_string();
    let lock = private_file(&lock_path)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(std::fs::TryLockError::WouldBlock) => Err(StoreError::Locked { path: shown }),
        Err(std::fs::TryLockError::Error(source)) => Err(StoreError::File {
            path: shown,
            source,
        }),
    }
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    let opening = |source: rusqlite::Error| StoreError::Engine {
        doing: "opening the database",
        source: Box::new(source),
    };
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
        .map_err(opening)?;
    connection
        .busy_timeout(Duration::from_secs(5))
        .map_err(opening)?;
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA mmap_size = 0;",
        )
        .map_err(opening)?;
    Ok(connection)
}

fn connect_reader(path: &Path) -> Result<Connection, StoreError> {
    let opening = |source: rusqlite::Error| StoreError::Engine {
        doing: "opening the database",
        source: Box::new(source),
    };
    // Read-write without create: a reader of a WAL database must be able to map its shared memory
    // even when no writer runs; query_only keeps it from writing.
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )
    .map_err(opening)?;
    connection
        .busy_timeout(Duration::from_secs(5))
        .map_err(opening)?;
    connection
        .execute_batch("PRAGMA query_only = ON; PRAGMA mmap_size = 0;")
        .map_err(opening)?;
    Ok(connection)
}

fn schema_version(connection: &Connection) -> Result<i64, StoreError> {
    connection
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .map_err(|source| StoreError::Engine {
            doing: "reading the schema version",
            source: Box::new(source),
        })
}

fn check_schema(connection: &Connection) -> Result<(), StoreError> {
    match schema_version(connection)? {
        SCHEMA => Ok(()),
        found => Err(StoreError::SchemaUnknown {
            found,
            known: SCHEMA,
        }),
    }
}

fn migrate(connection: &Connection) -> Result<(), StoreError> {
    if schema_version(connection)? != 0 {
        return check_schema(connection);
    }
    let create = format!(
        "BEGIN IMMEDIATE; {} PRAGMA user_version = {SCHEMA}; COMMIT;",
        include_str!("sqlite/schema.sql")
    );
    connection
        .execute_batch(&create)
        .map_err(|source| StoreError::Engine {
            doing: "creating the schema",
            source: Box::new(source),
        })
}
