//! Rows as cells and back: for everything that goes through whole tables and knows no engine.

use crate::database::{EntryRef, StoreError};
use crate::engine::{BlobRow, CosignedRow, EntryRow, LogRow, TileRow};
use crate::table::{Cell, Table};
use crate::tree::damaged;
use journal::hash::Hash;
use journal::tile::TileId;

/// A whole row of `documents`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredDocument {
    pub(crate) family: String,
    pub(crate) id: String,
    pub(crate) revision: i64,
    pub(crate) latest: bool,
    pub(crate) tag: String,
    pub(crate) sort: i64,
    /// Gone once the content is destroyed.
    pub(crate) json: Option<String>,
    pub(crate) entry: Option<EntryRef>,
}

/// A whole row of `outbox`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredMessage {
    pub(crate) peer: String,
    pub(crate) seq: u64,
    pub(crate) blob: Hash,
    pub(crate) due_ms: i64,
    pub(crate) attempts: u32,
    pub(crate) delivered: bool,
    pub(crate) last_error: Option<String>,
    pub(crate) entry: Option<EntryRef>,
}

/// A row that stands in one table.
pub(crate) trait TableRow: Sized {
    const TABLE: Table;

    fn read(cells: &mut Reader<'_>) -> Result<Self, StoreError>;

    fn cells(&self) -> Vec<Cell>;

    fn from_cells(cells: &[Cell]) -> Result<Self, StoreError> {
        let mut reader = Reader {
            table: Self::TABLE,
            cells: cells.iter(),
        };
        Self::read(&mut reader)
    }
}

/// The cells of one row, one after the other.
pub(crate) struct Reader<'a> {
    table: Table,
    cells: std::slice::Iter<'a, Cell>,
}

impl Reader<'_> {
    fn bad(&self) -> StoreError {
        damaged(
            self.table.name(),
            "a row has a value that does not fit its column",
        )
    }

    fn maybe_integer(&mut self) -> Result<Option<i64>, StoreError> {
        match self.cells.next() {
            Some(Cell::Integer(number)) => Ok(Some(*number)),
            Some(Cell::Null) => Ok(None),
            _ => Err(self.bad()),
        }
    }

    fn integer(&mut self) -> Result<i64, StoreError> {
        self.maybe_integer()?.ok_or_else(|| self.bad())
    }

    fn number<T: TryFrom<i64>>(&mut self) -> Result<T, StoreError> {
        T::try_from(self.integer()?).map_err(|_| self.bad())
    }

    fn boolean(&mut self) -> Result<bool, StoreError> {
        match self.cells.next() {
            Some(Cell::Boolean(is)) => Ok(*is),
            _ => Err(self.bad()),
        }
    }

    fn maybe_text(&mut self) -> Result<Option<String>, StoreError> {
        match self.cells.next() {
            Some(Cell::Text(text)) => Ok(Some(text.clone())),
            Some(Cell::Null) => Ok(None),
            _ => Err(self.bad()),
        }
    }

    fn text(&mut self) -> Result<String, StoreError> {
        self.maybe_text()?.ok_or_else(|| self.bad())
    }

    fn maybe_bytes(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        match self.cells.next() {
            Some(Cell::Bytes(bytes)) => Ok(Some(bytes.clone())),
            Some(Cell::Null) => Ok(None),
            _ => Err(self.bad()),
        }
    }

    fn bytes(&mut self) -> Result<Vec<u8>, StoreError> {
        self.maybe_bytes()?.ok_or_else(|| self.bad())
    }

    fn hash(&mut self) -> Result<Hash, StoreError> {
        let bytes = self.bytes()?;
        bytes.try_into().map(Hash).map_err(|_| self.bad())
    }

    fn entry(&mut self) -> Result<Option<EntryRef>, StoreError> {
        match (self.maybe_text()?, self.maybe_integer()?) {
            (Some(log), Some(index)) => {
                let index = u64::try_from(index).map_err(|_| self.bad())?;
                Ok(Some(EntryRef { log, index }))
            }
            (None, None) => Ok(None),
            _ => Err(self.bad()),
        }
    }
}

/// A number that was an `i64` in the engine, or was checked to be one.
fn integer(number: u64) -> Cell {
    Cell::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

fn maybe_text(value: Option<&String>) -> Cell {
    value.map_or(Cell::Null, |value| text(value))
}

fn hash(hash: &Hash) -> Cell {
    Cell::Bytes(hash.0.to_vec())
}

fn entry(entry: Option<&EntryRef>) -> [Cell; 2] {
    match entry {
        Some(entry) => [text(&entry.log), integer(entry.index)],
        None => [Cell::Null, Cell::Null],
    }
}

impl TableRow for LogRow {
    const TABLE: Table = Table::Logs;

    fn read(cells: &mut Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            log: cells.text()?,
            origin: cells.text()?,
            epoch: cells.number()?,
            size: cells.number()?,
            root: cells.hash()?,
            published: cells.number()?,
            checkpoint: cells.text()?,
        })
    }

    fn cells(&self) -> Vec<Cell> {
        vec![
            text(&self.log),
            text(&self.origin),
            Cell::Integer(i64::from(self.epoch)),
            integer(self.size),
            hash(&self.root),
            integer(self.published),
            text(&self.checkpoint),
        ]
    }
}

impl TableRow for EntryRow {
    const TABLE: Table = Table::Entries;

    fn read(cells: &mut Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            log: cells.text()?,
            index: cells.number()?,
            leaf: cells.bytes()?,
            salt: cells.maybe_bytes()?,
            body: cells.maybe_text()?,
            writes: cells.maybe_text()?,
            revisions: cells.maybe_text()?,
            keep_until: cells.maybe_integer()?,
        })
    }

    fn cells(&self) -> Vec<Cell> {
        vec![
            text(&self.log),
            integer(self.index),
            Cell::Bytes(self.leaf.clone()),
            self.salt.clone().map_or(Cell::Null, Cell::Bytes),
            maybe_text(self.body.as_ref()),
            maybe_text(self.writes.as_ref()),
            maybe_text(self.revisions.as_ref()),
            self.keep_until.map_or(Cell::Null, Cell::Integer),
        ]
    }
}

impl TableRow for TileRow {
    const TABLE: Table = Table::Tiles;

    fn read(cells: &mut Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            log: cells.text()?,
            id: TileId {
                level: cells.number()?,
                index: cells.number()?,
            },
            hashes: cells.bytes()?,
        })
    }

    fn cells(&self) -> Vec<Cell> {
        vec![
            text(&self.log),
            Cell::Integer(i64::from(self.id.level)),
            integer(self.id.index),
            Cell::Bytes(self.hashes.clone()),
        ]
    }
}

impl TableRow for StoredDocument {
    const TABLE: Table = Table::Documents;

    fn read(cells: &mut Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            family: cells.text()?,
            id: cells.text()?,
            revision: cells.integer()?,
            latest: cells.boolean()?,
            tag: cells.text()?,
            sort: cells.integer()?,
            json: cells.maybe_text()?,
            entry: cells.entry()?,
        })
    }

    fn cells(&self) -> Vec<Cell> {
        let [log, index] = entry(self.entry.as_ref());
        vec![
            text(&self.family),
            text(&self.id),
            Cell::Integer(self.revision),
            Cell::Boolean(self.latest),
            text(&self.tag),
            Cell::Integer(self.sort),
            maybe_text(self.json.as_ref()),
            log,
            index,
        ]
    }
}

impl TableRow for StoredMessage {
    const TABLE: Table = Table::Outbox;

    fn read(cells: &mut Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            peer: cells.text()?,
            seq: cells.number()?,
            blob: cells.hash()?,
            due_ms: cells.integer()?,
            attempts: cells.number()?,
            delivered: cells.boolean()?,
            last_error: cells.maybe_text()?,
            entry: cells.entry()?,
        })
    }

    fn cells(&self) -> Vec<Cell> {
        let [log, index] = entry(self.entry.as_ref());
        vec![
            text(&self.peer),
            integer(self.seq),
            hash(&self.blob),
            Cell::Integer(self.due_ms),
            Cell::Integer(i64::from(self.attempts)),
            Cell::Boolean(self.delivered),
            maybe_text(self.last_error.as_ref()),
            log,
            index,
        ]
    }
}

impl TableRow for BlobRow {
    const TABLE: Table = Table::Blobs;

    fn read(cells: &mut Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            hash: cells.hash()?,
            bytes: cells.bytes()?,
        })
    }

    fn cells(&self) -> Vec<Cell> {
        vec![hash(&self.hash), Cell::Bytes(self.bytes.clone())]
    }
}

impl TableRow for CosignedRow {
    const TABLE: Table = Table::Cosigned;

    fn read(cells: &mut Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            log: cells.text()?,
            size: cells.number()?,
            grade: cells.text()?,
            root: cells.hash()?,
            note: cells.text()?,
        })
    }

    fn cells(&self) -> Vec<Cell> {
        vec![
            text(&self.log),
            integer(self.size),
            text(&self.grade),
            hash(&self.root),
            text(&self.note),
        ]
    }
}
