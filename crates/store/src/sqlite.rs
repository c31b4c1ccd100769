//! The embedded engine: one SQLite file and its lock, nothing to install.
//!
//! SQLite runs in WAL mode with `synchronous=FULL`: a commit returns after the disk has it. One
//! connection writes (and checkpoints the WAL); readers have their own. The engine's version is
//! asserted at start, because versions before 3.51.3 can corrupt a WAL database when two
//! connections write and checkpoint at once.

mod migration;
mod read;
mod write;

use crate::anchor::FileAnchor;
use crate::database::{LogSigner, StoreError};
use crate::engine::{Engine, Rows, WriteConnection};
use crate::store::Store;
use read::On;
use rusqlite::{Connection, OpenFlags};
use std::fs::File;
use std::ops::Deref;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The oldest SQLite without the WAL-reset corruption, as SQLite counts versions.
const OLDEST_GOOD_ENGINE: i32 = 3_051_003;

/// Most idle read connections that are kept.
const IDLE_READERS: usize = 8;

/// A database file.
pub struct Sqlite {
    path: PathBuf,
    readers: Mutex<Vec<Connection>>,
    /// Held as long as this process may write.
    lock: Option<File>,
}

impl Sqlite {
    /// Opens (or creates) the file for writing, takes the node's lock and brings the schema up to
    /// date.
    ///
    /// # Errors
    /// [`StoreError::Locked`] if another process writes; [`StoreError::EngineTooOld`];
    /// [`StoreError::SchemaUnknown`].
    pub fn writable(path: &Path) -> Result<Self, StoreError> {
        assert_engine()?;
        let lock = take_lock(path)?;
        private_file(path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        migration::migrate(&mut connect(path, flags)?)?;
        Ok(Self {
            path: path.to_owned(),
            readers: Mutex::new(Vec::new()),
            lock: Some(lock),
        })
    }

    /// Opens an existing file for reading only, beside a running node or not.
    ///
    /// # Errors
    /// When there is no such file or its schema is not this program's.
    pub fn read_only(path: &Path) -> Result<Self, StoreError> {
        assert_engine()?;
        let connection = connect_reader(path)?;
        migration::check(&connection)?;
        Ok(Self {
            path: path.to_owned(),
            readers: Mutex::new(vec![connection]),
            lock: None,
        })
    }

    /// Opens a node's database with its anchor, which is made if the database has no entries yet.
    ///
    /// # Errors
    /// As [`Sqlite::writable`], [`FileAnchor::open`] and [`Store::open`].
    pub fn open(
        path: &Path,
        anchor: &Path,
        signers: Vec<LogSigner>,
        on_fatal: impl FnOnce(&StoreError) + Send + 'static,
    ) -> Result<Store, StoreError> {
        let engine = Arc::new(Self::writable(path)?);
        let anchor = FileAnchor::beside(engine.as_ref(), anchor)?;
        Store::open(engine, Arc::new(anchor), signers, on_fatal)
    }

    /// Opens a database for reading only, beside a running node or not.
    ///
    /// # Errors
    /// As [`Sqlite::read_only`].
    pub fn open_read_only(path: &Path) -> Result<Store, StoreError> {
        Ok(Store::reader(Arc::new(Self::read_only(path)?)))
    }

    fn pooled(&self) -> Result<Pooled<'_>, StoreError> {
        let idle = self
            .readers
            .lock()
            .map_or(None, |mut readers| readers.pop());
        let connection = match idle {
            Some(connection) => connection,
            None => connect_reader(&self.path)?,
        };
        Ok(Pooled {
            engine: self,
            connection: Some(connection),
        })
    }
}

impl Engine for Sqlite {
    fn reader(&self) -> Result<Box<dyn Rows + '_>, StoreError> {
        Ok(Box::new(On(self.pooled()?)))
    }

    fn snapshot(&self) -> Result<Box<dyn Rows + '_>, StoreError> {
        let pooled = self.pooled()?;
        pooled
            .execute_batch("BEGIN")
            .map_err(failed("beginning to read"))?;
        Ok(Box::new(On(Snapshot(pooled))))
    }

    fn writer(&self) -> Result<Box<dyn WriteConnection>, StoreError> {
        if self.lock.is_none() {
            return Err(StoreError::WriterStopped);
        }
        let connection = connect(&self.path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        Ok(Box::new(write::Writer::new(connection)))
    }
}

/// A reader that goes back to the pool.
struct Pooled<'a> {
    engine: &'a Sqlite,
    connection: Option<Connection>,
}

impl Deref for Pooled<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        match &self.connection {
            Some(connection) => connection,
            // Taken in drop only.
            None => unreachable!("a reader is used after it was given back"),
        }
    }
}

impl Drop for Pooled<'_> {
    fn drop(&mut self) {
        if let (Some(connection), Ok(mut readers)) =
            (self.connection.take(), self.engine.readers.lock())
            && readers.len() < IDLE_READERS
        {
            readers.push(connection);
        }
    }
}

/// A reader inside one read transaction.
struct Snapshot<'a>(Pooled<'a>);

impl Deref for Snapshot<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.0
    }
}

impl Drop for Snapshot<'_> {
    fn drop(&mut self) {
        if self.0.execute_batch("COMMIT").is_err() {
            // Not fit for others any more.
            self.0.connection.take();
        }
    }
}

fn failed(doing: &'static str) -> impl Fn(rusqlite::Error) -> StoreError {
    move |source| StoreError::Engine {
        doing,
        source: Box::new(source),
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
    let opening = failed("opening the database");
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
        .map_err(&opening)?;
    connection
        .busy_timeout(Duration::from_secs(5))
        .map_err(&opening)?;
    // secure_delete: what is destroyed at its retention date is overwritten, not only forgotten.
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA mmap_size = 0; PRAGMA secure_delete = ON; PRAGMA wal_autocheckpoint = 4000;",
        )
        .map_err(&opening)?;
    Ok(connection)
}

fn connect_reader(path: &Path) -> Result<Connection, StoreError> {
    let opening = failed("opening the database");
    // Read-write without create: a reader of a WAL database must be able to map its shared memory
    // even when no writer runs; query_only keeps it from writing.
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )
    .map_err(&opening)?;
    connection
        .busy_timeout(Duration::from_secs(5))
        .map_err(&opening)?;
    connection
        .execute_batch("PRAGMA query_only = ON; PRAGMA mmap_size = 0;")
        .map_err(&opening)?;
    Ok(connection)
}
