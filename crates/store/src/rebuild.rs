//! Makes the tables again from the entries: into an empty database of any engine, byte for byte.
//!
//! Entries, blobs, cosigned checkpoints and the rows that no entry vouches for are copied. Tiles are
//! computed from the leaves. Documents and messages come from what each entry says it wrote, so a
//! revision that was changed or lost beside the log comes back as it was written. What happened to a
//! message since (attempts, delivery) is no entry's; it is copied.

use crate::cells::{StoredDocument, StoredMessage, TableRow};
use crate::database::{Database, EntryRef, StoreError};
use crate::dump::check_empty;
use crate::engine::{BlobRow, CosignedRow, Engine, EntryRow, LogRow, Rows, TileRow, Transaction};
use crate::store::checked_content;
use crate::table::{Cell, Table};
use crate::tree::damaged;
use crate::writes::{self, Writes};
use journal::edge::Edge;
use journal::hash::leaf_hash;
use journal::tile::TileUpdate;
use std::collections::{BTreeMap, HashMap};

/// Bytes of rows that are inserted at a time, roughly.
const PORTION_BYTES: usize = 4 << 20;

/// What was made again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rebuilt {
    /// Entries of all logs.
    pub entries: u64,
    /// Document revisions and messages made from their entries.
    pub derived: u64,
    /// Rows that were copied because no entry says what they must be.
    pub copied: u64,
}

/// Rebuilds `source` into the empty database `target`, whole or not at all.
///
/// # Errors
/// [`StoreError::NotEmpty`]; [`StoreError::Damaged`] if an entry is not the one its leaf commits to
/// or the entries do not give the head: there is nothing to rebuild from then.
pub fn rebuild(source: &dyn Database, target: &dyn Engine) -> Result<Rebuilt, StoreError> {
    let mut rows = source.snapshot()?;
    let mut connection = target.writer()?;
    let mut transaction = connection.begin()?;
    check_empty(transaction.as_mut())?;
    let plan = Plan::read(rows.as_mut())?;
    let mut filling = Filling::new(transaction.as_mut());
    let mut rebuilt = Rebuilt::default();
    for log in &plan.logs {
        filling.put(log)?;
        rebuilt.entries += log.size;
    }
    replay(rows.as_mut(), &plan, &mut filling, &mut rebuilt)?;
    rows.table(Table::Documents, &mut |cells| {
        let mut row = StoredDocument::from_cells(cells)?;
        if plan.covers(row.entry.as_ref()) {
            return Ok(());
        }
        row.latest = plan.is_latest(&row.family, &row.id, row.revision);
        rebuilt.copied += 1;
        filling.put(&row)
    })?;
    rows.table(Table::Outbox, &mut |cells| {
        let row = StoredMessage::from_cells(cells)?;
        if plan.covers(row.entry.as_ref()) {
            return Ok(());
        }
        rebuilt.copied += 1;
        filling.put(&row)
    })?;
    rows.table(Table::Blobs, &mut |cells| {
        filling.put(&BlobRow::from_cells(cells)?)
    })?;
    rows.table(Table::Cosigned, &mut |cells| {
        filling.put(&CosignedRow::from_cells(cells)?)
    })?;
    filling.flush()?;
    transaction.commit()?;
    Ok(rebuilt)
}

/// What must be known before the first row is written.
#[derive(Default)]
struct Plan {
    logs: Vec<LogRow>,
    /// For each log, which entries say what they wrote.
    covered: BTreeMap<String, Vec<bool>>,
    /// The last revision of each document.
    last: HashMap<(String, String), i64>,
    /// What happened to each message since it was written.
    fates: HashMap<(String, u64), StoredMessage>,
}

impl Plan {
    fn read(rows: &mut dyn Rows) -> Result<Self, StoreError> {
        let mut plan = Self {
            logs: rows.logs()?,
            ..Self::default()
        };
        rows.table(Table::Entries, &mut |cells| {
            let entry = EntryRow::from_cells(cells)?;
            let written = written_by(&entry)?;
            let covered = plan.covered.entry(entry.log).or_default();
            covered.push(written.is_some());
            for (put, revision) in written
                .into_iter()
                .flat_map(|(w, r)| w.documents.into_iter().zip(r))
            {
                plan.count(put.family, put.id, revision);
            }
            Ok(())
        })?;
        rows.table(Table::Documents, &mut |cells| {
            let row = StoredDocument::from_cells(cells)?;
            if !plan.covers(row.entry.as_ref()) {
                plan.count(row.family, row.id, row.revision);
            }
            Ok(())
        })?;
        rows.table(Table::Outbox, &mut |cells| {
            let row = StoredMessage::from_cells(cells)?;
            plan.fates.insert((row.peer.clone(), row.seq), row);
            Ok(())
        })?;
        Ok(plan)
    }

    fn count(&mut self, family: String, id: String, revision: i64) {
        let last = self.last.entry((family, id)).or_default();
        *last = revision.max(*last);
    }

    fn is_latest(&self, family: &str, id: &str, revision: i64) -> bool {
        let key = (family.to_owned(), id.to_owned());
        self.last.get(&key) == Some(&revision)
    }

    /// Whether a row comes from the entry it derives from, rather than from the row itself.
    fn covers(&self, entry: Option<&EntryRef>) -> bool {
        entry.is_some_and(|EntryRef { log, index }| {
            let covered = self.covered.get(log);
            let index = usize::try_from(*index).unwrap_or(usize::MAX);
            covered.and_then(|covered| covered.get(index)) == Some(&true)
        })
    }
}

/// What an entry says it wrote, with the revisions; nothing where its content was destroyed or it
/// is of a release before schema 2. The content must be what the leaf commits to.
fn written_by(entry: &EntryRow) -> Result<Option<(Writes, Vec<i64>)>, StoreError> {
    let said = checked_content(entry)?.and_then(|(body, _)| body.get(writes::FIELD).cloned());
    let Some(said) = said else { return Ok(None) };
    let EntryRow { log, index, .. } = entry;
    let wrong = || {
        damaged(
            log,
            format!("what entry {index} wrote is not what its field says"),
        )
    };
    let text = entry.writes.as_deref().ok_or_else(wrong)?;
    if said != *writes::digest(text).to_string() {
        return Err(wrong());
    }
    let written: Writes = serde_json::from_str(text).map_err(|_| wrong())?;
    let revisions = entry.revisions.as_deref().ok_or_else(wrong)?;
    let revisions: Vec<i64> = serde_json::from_str(revisions).map_err(|_| wrong())?;
    if revisions.len() != written.documents.len() {
        return Err(wrong());
    }
    Ok(Some((written, revisions)))
}

/// Copies the entries, and writes what follows from them: tiles, documents, messages.
fn replay(
    rows: &mut dyn Rows,
    plan: &Plan,
    filling: &mut Filling<'_>,
    rebuilt: &mut Rebuilt,
) -> Result<(), StoreError> {
    let mut edges: BTreeMap<String, Edge> = BTreeMap::new();
    rows.table(Table::Entries, &mut |cells| {
        let entry = EntryRow::from_cells(cells)?;
        let edge = edges.entry(entry.log.clone()).or_default();
        if entry.index != edge.size() {
            let missing = edge.size();
            return Err(damaged(&entry.log, format!("entry {missing} is missing")));
        }
        for tile in edge.append(leaf_hash(&entry.leaf)) {
            if tile.is_full() {
                filling.put(&tile_row(&entry.log, tile))?;
            }
        }
        filling.put(&entry)?;
        let Some((written, revisions)) = written_by(&entry)? else {
            return Ok(());
        };
        let place = EntryRef {
            log: entry.log,
            index: entry.index,
        };
        for (put, revision) in written.documents.into_iter().zip(revisions) {
            rebuilt.derived += 1;
            filling.put(&StoredDocument {
                latest: plan.is_latest(&put.family, &put.id, revision),
                family: put.family,
                id: put.id,
                revision,
                tag: put.tag,
                sort: put.sort,
                json: Some(put.json),
                entry: Some(place.clone()),
            })?;
        }
        for put in written.outbox {
            rebuilt.derived += 1;
            let fate = plan.fates.get(&(put.peer.clone(), put.seq));
            filling.put(&StoredMessage {
                peer: put.peer,
                seq: put.seq,
                blob: put.blob,
                due_ms: fate.map_or(put.due_ms, |fate| fate.due_ms),
                attempts: fate.map_or(0, |fate| fate.attempts),
                delivered: fate.is_some_and(|fate| fate.delivered),
                last_error: fate.and_then(|fate| fate.last_error.clone()),
                entry: Some(place.clone()),
            })?;
        }
        Ok(())
    })?;
    for log in &plan.logs {
        let edge = edges.remove(&log.log).unwrap_or_default();
        if (edge.size(), edge.root()) != (log.size, log.root) {
            return Err(damaged(&log.log, "the entries do not give the stored root"));
        }
        for tile in edge.partial_tiles() {
            filling.put(&tile_row(&log.log, tile))?;
        }
    }
    Ok(())
}

fn tile_row(log: &str, tile: TileUpdate) -> TileRow {
    TileRow {
        log: log.to_owned(),
        id: tile.id,
        hashes: tile.hashes.iter().flat_map(|hash| hash.0).collect(),
    }
}

/// Rows on their way into the target, in portions of one table each.
struct Filling<'a> {
    target: &'a mut dyn Transaction,
    waiting: BTreeMap<Table, (Vec<Vec<Cell>>, usize)>,
}

impl<'a> Filling<'a> {
    fn new(target: &'a mut dyn Transaction) -> Self {
        Self {
            target,
            waiting: BTreeMap::new(),
        }
    }

    fn put<T: TableRow>(&mut self, row: &T) -> Result<(), StoreError> {
        let cells = row.cells();
        let (rows, bytes) = self.waiting.entry(T::TABLE).or_default();
        *bytes += cells.iter().map(Cell::bytes).sum::<usize>();
        rows.push(cells);
        if *bytes < PORTION_BYTES {
            return Ok(());
        }
        self.flush()
    }

    /// Writes what waits, the tables in an order in which each finds what it refers to.
    fn flush(&mut self) -> Result<(), StoreError> {
        for (table, (rows, _)) in std::mem::take(&mut self.waiting) {
            self.target.insert(table, &rows)?;
        }
        Ok(())
    }
}
