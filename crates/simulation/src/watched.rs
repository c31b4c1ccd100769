//! The database and the log keys of an office, watched: what it was promised, and what it signs.

use crate::mutant::Mutant;
use journal::checkpoint::Checkpoint;
use journal::hash::Hash;
use journal::note::NoteSigner;
use journal::tile::TileId;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use store::engine::Rows;
use store::{
    Batch, CommitError, Committed, Cosigned, Database, Document, EntryRef, Head, LogState,
    OutboxRow, Standing, Store, StoreError, StoredEntry,
};

/// What one life of an office has told to others.
#[derive(Default)]
pub(crate) struct Told {
    /// By log: how many entries it was told are durable.
    pub(crate) acknowledged: BTreeMap<String, u64>,
    /// The heads it has signed since they were asked for last.
    pub(crate) signed: Vec<Checkpoint>,
}

/// Shared between the office and those who watch it.
pub(crate) type Watch = Arc<Mutex<Told>>;

/// A log's key that notes what it signs.
pub(crate) struct WatchedKey {
    pub(crate) key: Box<dyn NoteSigner + Send + Sync>,
    pub(crate) watch: Watch,
}

impl NoteSigner for WatchedKey {
    fn name(&self) -> &str {
        self.key.name()
    }

    fn key_id(&self) -> u32 {
        self.key.key_id()
    }

    fn sign(&self, text: &[u8]) -> Vec<u8> {
        let said = std::str::from_utf8(text)
            .ok()
            .and_then(|text| Checkpoint::parse(text).ok());
        self.watch.lock().unwrap().signed.extend(said);
        self.key.sign(text)
    }
}

/// The store of an office.
pub(crate) struct Watched {
    pub(crate) store: Store,
    pub(crate) watch: Watch,
    pub(crate) mutant: Option<Mutant>,
}

impl Watched {
    fn opens_twice(&self) -> bool {
        self.mutant == Some(Mutant::OpensTwice)
    }
}

/// What is filed of a message that was taken: the broken build reads it stale and does not compare.
const ACCEPTED: &str = "accepted";

impl Database for Watched {
    fn commit(&self, mut batch: Batch) -> Result<Committed, CommitError> {
        if self.opens_twice() {
            batch.expect.retain(|expected| expected.family != ACCEPTED);
        }
        let committed = self.store.commit(batch)?;
        let mut told = self.watch.lock().unwrap();
        for entry in &committed.entries {
            let until = told.acknowledged.entry(entry.log.clone()).or_default();
            *until = (*until).max(entry.index + 1);
        }
        Ok(committed)
    }

    fn document(&self, family: &str, id: &str) -> Result<Option<Document>, StoreError> {
        if self.opens_twice() && family == ACCEPTED {
            return Ok(self.store.revisions(family, id)?.into_iter().next());
        }
        self.store.document(family, id)
    }

    fn logs(&self) -> Result<Vec<String>, StoreError> {
        self.store.logs()
    }

    fn standing(&self) -> Standing {
        self.store.standing()
    }

    fn log_states(&self) -> Result<Vec<LogState>, StoreError> {
        self.store.log_states()
    }

    fn head(&self, log: &str) -> Result<Head, StoreError> {
        self.store.head(log)
    }

    fn entries(&self, log: &str, from: u64, to: u64) -> Result<Vec<StoredEntry>, StoreError> {
        self.store.entries(log, from, to)
    }

    fn tile(&self, log: &str, id: TileId, width: u16) -> Result<Vec<Hash>, StoreError> {
        self.store.tile(log, id, width)
    }

    fn documents(&self, family: &str, tag: Option<&str>) -> Result<Vec<Document>, StoreError> {
        self.store.documents(family, tag)
    }

    fn documents_as_of(
        &self,
        family: &str,
        log: &str,
        size: u64,
    ) -> Result<Vec<Document>, StoreError> {
        self.store.documents_as_of(family, log, size)
    }

    fn revisions(&self, family: &str, id: &str) -> Result<Vec<Document>, StoreError> {
        self.store.revisions(family, id)
    }

    fn cosigned(&self, log: &str, size: u64) -> Result<Vec<Cosigned>, StoreError> {
        self.store.cosigned(log, size)
    }

    fn latest_cosigned(&self, log: &str) -> Result<Vec<Cosigned>, StoreError> {
        self.store.latest_cosigned(log)
    }

    fn expired(&self, now_ms: i64, limit: u32) -> Result<Vec<EntryRef>, StoreError> {
        self.store.expired(now_ms, limit)
    }

    fn snapshot(&self) -> Result<Box<dyn Rows + '_>, StoreError> {
        self.store.snapshot()
    }

    fn blob(&self, hash: &Hash) -> Result<Option<Vec<u8>>, StoreError> {
        self.store.blob(hash)
    }

    fn outbox_heads(&self) -> Result<Vec<OutboxRow>, StoreError> {
        self.store.outbox_heads()
    }

    fn outbox(&self) -> Result<Vec<OutboxRow>, StoreError> {
        self.store.outbox()
    }
}
