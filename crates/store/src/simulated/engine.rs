//! The engine.

use super::disk::Disk;
use super::tables::{Changed, Tables, frame};
use super::view::{View, number, text};
use crate::batch::OutboxUpdate;
use crate::cells::{StoredDocument, StoredMessage};
use crate::database::{EntryRef, StoreError};
use crate::engine::{
    Changes, CheckpointRow, Engine, EntryRow, LogRow, Rows, Transaction, WriteConnection,
};
use crate::table::{Cell, Table};
use crate::tree::damaged;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The file the database lies in.
const FILE: &str = "database";

/// A database on a simulated disk. Clones are the same database: nodes that share it.
#[derive(Clone)]
pub struct Simulated(Arc<Shared>);

struct Shared {
    disk: Disk,
    committed: Mutex<Arc<Tables>>,
    /// Where the next frame goes; who holds it may write.
    end: Mutex<usize>,
}

impl Simulated {
    /// The database on a disk, as the last transaction that is whole there left it.
    #[must_use]
    pub fn open(disk: &Disk) -> Self {
        let (tables, end) = Tables::replay(&disk.read(FILE));
        Self(Arc::new(Shared {
            disk: disk.clone(),
            committed: Mutex::new(Arc::new(tables)),
            end: Mutex::new(end),
        }))
    }

    /// The file that the database lies in, for [`Disk::restore`] and [`Disk::skip_syncs_of`].
    pub const FILE: &'static str = FILE;
}

impl Shared {
    /// A panic while a lock is held leaves whole tables: they are replaced, never half changed.
    fn committed(&self) -> MutexGuard<'_, Arc<Tables>> {
        self.committed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self) -> MutexGuard<'_, usize> {
        self.end.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn view<'a>(&self, right: Option<RightToWrite<'a>>) -> View<'a> {
        View {
            base: self.committed().clone(),
            changed: Changed::default(),
            right,
        }
    }

    /// Writes what a transaction changed; on the disk only if `wait`.
    fn write(&self, changed: &Changed, end: &mut usize, wait: bool) -> Result<(), StoreError> {
        if changed.is_empty() {
            return Ok(());
        }
        let failed = |source: std::io::Error| StoreError::Engine {
            doing: "writing to the simulated disk",
            source: Box::new(source),
        };
        let mut offset = *end;
        for piece in frame(changed) {
            self.disk.write(FILE, offset, &piece).map_err(failed)?;
            offset += piece.len();
        }
        if wait {
            self.disk.sync(FILE).map_err(failed)?;
        }
        Arc::make_mut(&mut self.committed()).change(changed);
        *end = offset;
        Ok(())
    }
}

impl Engine for Simulated {
    fn reader(&self) -> Result<Box<dyn Rows + '_>, StoreError> {
        Ok(Box::new(self.0.view(None)))
    }

    fn snapshot(&self) -> Result<Box<dyn Rows + '_>, StoreError> {
        Ok(Box::new(self.0.view(None)))
    }

    fn writer(&self) -> Result<Box<dyn WriteConnection>, StoreError> {
        Ok(Box::new(self.clone()))
    }
}

impl WriteConnection for Simulated {
    fn begin(&mut self) -> Result<Box<dyn Transaction + '_>, StoreError> {
        let right = RightToWrite {
            end: self.0.end(),
            shared: &self.0,
        };
        Ok(Box::new(self.0.view(Some(right))))
    }

    fn store_checkpoints(&mut self, published: &[CheckpointRow]) -> Result<(), StoreError> {
        let mut end = self.0.end();
        let mut view = self.0.view(None);
        for row in published {
            store_checkpoint(&mut view, row)?;
        }
        let View { changed, .. } = view;
        self.0.write(&changed, &mut end, false)
    }
}

/// The right to write, which one transaction has at a time.
pub(super) struct RightToWrite<'a> {
    shared: &'a Shared,
    end: MutexGuard<'a, usize>,
}

impl Transaction for View<'_> {
    fn highest_revisions(&mut self, documents: &[(&str, &str)]) -> Result<Vec<i64>, StoreError> {
        let highest = |(family, id): &(&str, &str)| {
            let last = self.stored_revisions(family, id)?.pop();
            Ok(last.map_or(0, |row| row.revision))
        };
        documents.iter().map(highest).collect()
    }

    fn places_taken(&mut self, places: &[(&str, u64)]) -> Result<Vec<bool>, StoreError> {
        let taken = |(peer, seq): &(&str, u64)| {
            let row = self.get::<StoredMessage>(&[text(peer), number(*seq)])?;
            Ok(row.is_some())
        };
        places.iter().map(taken).collect()
    }

    fn apply(&mut self, changes: &Changes) -> Result<(), StoreError> {
        apply(self, changes)
    }

    fn put_log(&mut self, log: &LogRow) -> Result<(), StoreError> {
        self.put(log);
        Ok(())
    }

    fn insert(&mut self, table: Table, rows: &[Vec<Cell>]) -> Result<(), StoreError> {
        for row in rows {
            self.put_cells(table, row.clone());
        }
        Ok(())
    }

    fn commit(self: Box<Self>) -> Result<(), StoreError> {
        let View { changed, right, .. } = *self;
        let Some(RightToWrite { shared, mut end }) = right else {
            return Err(StoreError::WriterStopped);
        };
        shared.write(&changed, &mut end, true)
    }
}

fn apply(view: &mut View<'_>, changes: &Changes) -> Result<(), StoreError> {
    for row in &changes.entries {
        view.put(row);
    }
    for row in &changes.documents {
        if row.latest {
            for mut older in view.stored_revisions(&row.family, &row.id)? {
                older.latest = false;
                view.put(&older);
            }
        }
        view.put(&StoredDocument {
            family: row.family.clone(),
            id: row.id.clone(),
            revision: row.revision,
            latest: row.latest,
            tag: row.tag.clone(),
            sort: row.sort,
            json: Some(row.json.clone()),
            entry: row.entry.clone(),
        });
    }
    for row in &changes.outbox {
        view.put(&StoredMessage {
            peer: row.peer.clone(),
            seq: row.seq,
            blob: row.blob,
            due_ms: row.due_ms,
            attempts: 0,
            delivered: false,
            last_error: None,
            entry: row.entry.clone(),
        });
    }
    for update in &changes.outbox_updates {
        update_outbox(view, update)?;
    }
    for row in &changes.blobs {
        view.put(row);
    }
    for row in &changes.tiles {
        view.put(row);
    }
    for moved in &changes.heads {
        let row = view.get::<LogRow>(&[text(&moved.log)])?;
        let mut row = row
            .filter(|row| (row.size, row.root) == moved.from)
            .ok_or_else(|| damaged(&moved.log, "its head was moved by somebody else"))?;
        (row.size, row.root) = moved.to;
        view.put(&row);
    }
    for row in &changes.cosigned {
        view.put(row);
    }
    for row in &changes.checkpoints {
        store_checkpoint(view, row)?;
    }
    for entry in &changes.destroy {
        destroy(view, entry)?;
    }
    for (family, id) in &changes.prune {
        for row in view.stored_revisions(family, id)? {
            if !row.latest && row.entry.is_none() {
                view.remove(&row);
            }
        }
    }
    for hash in &changes.forget {
        let key = vec![Cell::Bytes(hash.0.to_vec())];
        view.changed.insert((Table::Blobs, key), None);
    }
    Ok(())
}

fn update_outbox(view: &mut View<'_>, update: &OutboxUpdate) -> Result<(), StoreError> {
    let (peer, seq) = update.place();
    let Some(mut row) = view.get::<StoredMessage>(&[text(peer), number(seq)])? else {
        return Ok(());
    };
    row.attempts += 1;
    match update {
        OutboxUpdate::Again { due_ms, .. } => {
            row.delivered = false;
            row.attempts = 0;
            row.due_ms = *due_ms;
            row.last_error = None;
        }
        OutboxUpdate::Delivered { .. } => {
            row.delivered = true;
            row.last_error = None;
        }
        OutboxUpdate::Failed { due_ms, error, .. } => {
            row.due_ms = *due_ms;
            row.last_error = Some(error.clone());
        }
    }
    view.put(&row);
    Ok(())
}

fn store_checkpoint(view: &mut View<'_>, row: &CheckpointRow) -> Result<(), StoreError> {
    let stored = view.get::<LogRow>(&[text(&row.log)])?;
    if let Some(mut log) = stored.filter(|log| log.origin == row.origin && log.published < row.size)
    {
        log.published = row.size;
        log.checkpoint.clone_from(&row.checkpoint);
        view.put(&log);
    }
    Ok(())
}

fn destroy(view: &mut View<'_>, entry: &EntryRef) -> Result<(), StoreError> {
    if let Some(row) = view.get::<EntryRow>(&[text(&entry.log), number(entry.index)])? {
        view.put(&EntryRow {
            salt: None,
            body: None,
            writes: None,
            revisions: None,
            ..row
        });
    }
    for row in view.all::<StoredDocument>(&[])? {
        if row.entry.as_ref() == Some(entry) {
            view.put(&StoredDocument {
                tag: String::new(),
                sort: 0,
                json: None,
                ..row
            });
        }
    }
    Ok(())
}
