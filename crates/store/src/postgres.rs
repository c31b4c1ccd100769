//! PostgreSQL, 15 and newer: one database for several nodes.
//!
//! The nodes keep no state of their own. Each has one connection that writes, guarded by an advisory
//! lock against those of the other nodes, and a few that read. What must never happen here is that
//! something counts as durable before the server, and its synchronous standby where it has one, has
//! it on the disk: see [`write`](self) and the settings it starts a connection with.
//!
//! A server that does not promise what the journal needs is refused: `fsync` or `full_page_writes`
//! off, an encoding other than UTF-8, a version before 15. A pooler between node and server must
//! keep a connection to one client for as long as it lives (session mode).

mod apply;
mod migrate;
mod pool;
mod read;
mod server;
mod session;
mod write;

use crate::anchor::Anchor;
use crate::database::{LogSigner, StoreError};
use crate::engine::{Engine, Rows, WriteConnection};
use crate::store::Store;
use pool::Pool;
use server::Server;
use session::Fault;
use std::sync::Arc;

/// A PostgreSQL database.
pub struct Postgres {
    server: Arc<Server>,
    pool: Pool,
    writes: bool,
}

impl Postgres {
    /// Opens the database at a URL for writing, and brings its schema up to date.
    ///
    /// The URL is libpq's, `postgres://user@host1,host2/name?…`, with `sslrootcert` for a server on
    /// another machine.
    ///
    /// # Errors
    /// When no server answers, it does not promise durability, or [`StoreError::SchemaUnknown`].
    pub fn writable(url: &str) -> Result<Self, StoreError> {
        Self::connect(url, true)
    }

    /// Opens an existing database for reading only, beside running nodes or not.
    ///
    /// # Errors
    /// As [`Postgres::writable`]; nothing is changed, the schema neither.
    pub fn read_only(url: &str) -> Result<Self, StoreError> {
        Self::connect(url, false)
    }

    /// Opens a node's database. Several nodes on one database share one anchor, which therefore
    /// lies outside all of them; a file is enough only where there is one node.
    ///
    /// # Errors
    /// As [`Postgres::writable`] and [`Store::open`].
    pub fn open(
        url: &str,
        anchor: Arc<dyn Anchor>,
        signers: Vec<LogSigner>,
        on_fatal: impl FnOnce(&StoreError) + Send + 'static,
    ) -> Result<Store, StoreError> {
        Store::open(Arc::new(Self::writable(url)?), anchor, signers, on_fatal)
    }

    /// Opens a database for reading only, beside running nodes or not.
    ///
    /// # Errors
    /// As [`Postgres::read_only`].
    pub fn open_read_only(url: &str) -> Result<Store, StoreError> {
        Ok(Store::reader(Arc::new(Self::read_only(url)?)))
    }

    fn connect(url: &str, writes: bool) -> Result<Self, StoreError> {
        let server = Arc::new(Server::parse(url)?);
        let prepare = || -> Result<(), Fault> {
            let mut session = server.connect()?;
            migrate::assert_server(&mut session)?;
            if writes {
                migrate::migrate(&mut session)
            } else {
                migrate::check(&mut session)
            }
        };
        prepare().map_err(|fault| fault.while_doing("opening the database"))?;
        Ok(Self {
            pool: Pool::new(server.clone()),
            server,
            writes,
        })
    }
}

impl Engine for Postgres {
    fn reader(&self) -> Result<Box<dyn Rows + '_>, StoreError> {
        match self.pool.reader() {
            Ok(reader) => Ok(Box::new(reader)),
            Err(fault) => Err(fault.while_doing("connecting to the database")),
        }
    }

    fn snapshot(&self) -> Result<Box<dyn Rows + '_>, StoreError> {
        match self.pool.snapshot() {
            Ok(reader) => Ok(Box::new(reader)),
            Err(fault) => Err(fault.while_doing("beginning to read")),
        }
    }

    fn writer(&self) -> Result<Box<dyn WriteConnection>, StoreError> {
        if !self.writes {
            return Err(StoreError::WriterStopped);
        }
        match write::Writer::new(self.server.clone()) {
            Ok(writer) => Ok(Box::new(writer)),
            Err(fault) => Err(fault.while_doing("connecting to the database")),
        }
    }
}
