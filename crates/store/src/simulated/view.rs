//! What a reader or a transaction sees: committed tables, and over them its own changes.

use super::engine::RightToWrite;
use super::tables::{Changed, Rows as TableRows, Tables};
use crate::batch::Document;
use crate::cells::{StoredDocument, StoredMessage, TableRow};
use crate::database::{EntryRef, OutboxRow, StoreError};
use crate::engine::{BlobRow, CosignedRow, EntryRow, LogRow, Rows, TileRow};
use crate::table::{Cell, Table};
use journal::hash::Hash;
use journal::tile::TileId;
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) struct View<'a> {
    pub(super) base: Arc<Tables>,
    pub(super) changed: Changed,
    /// Set in a transaction.
    pub(super) right: Option<RightToWrite<'a>>,
}

pub(super) fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

pub(super) fn number(number: u64) -> Cell {
    Cell::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}

impl View<'_> {
    /// The rows whose keys begin with `prefix`, from `from` on and as long as `wanted` says so.
    fn scan<T: TableRow>(
        &self,
        prefix: &[Cell],
        from: Vec<Cell>,
        wanted: impl Fn(&T) -> bool,
    ) -> Result<Vec<T>, StoreError> {
        let none = TableRows::new();
        let base = self.base.rows(T::TABLE).unwrap_or(&none);
        let within = |key: &[Cell]| key.starts_with(prefix);
        let mut found = Vec::new();
        let mut changed: BTreeMap<&Vec<Cell>, Option<&Vec<Cell>>> = self
            .changed
            .range((T::TABLE, from.clone())..)
            .take_while(|((table, key), _)| *table == T::TABLE && within(key))
            .map(|((_, key), row)| (key, row.as_ref()))
            .collect();
        for (key, row) in base.range(from..).take_while(|(key, _)| within(key)) {
            // Changes that come before, then the row itself or what became of it.
            let after = changed.split_off(key);
            for row in std::mem::replace(&mut changed, after)
                .into_values()
                .flatten()
            {
                found.push(row);
            }
            match changed.remove(key) {
                Some(row) => found.extend(row),
                None => found.push(row),
            }
            if let Some(last) = found.last()
                && !wanted(&T::from_cells(last)?)
            {
                break;
            }
        }
        found.extend(changed.into_values().flatten());
        let mut rows = Vec::with_capacity(found.len());
        for row in found {
            let row = T::from_cells(row)?;
            if !wanted(&row) {
                break;
            }
            rows.push(row);
        }
        Ok(rows)
    }

    pub(super) fn all<T: TableRow>(&self, prefix: &[Cell]) -> Result<Vec<T>, StoreError> {
        self.scan(prefix, prefix.to_vec(), |_| true)
    }

    pub(super) fn get<T: TableRow>(&self, key: &[Cell]) -> Result<Option<T>, StoreError> {
        let row = match self.changed.get(&(T::TABLE, key.to_vec())) {
            Some(row) => row.as_ref(),
            None => self.base.rows(T::TABLE).and_then(|rows| rows.get(key)),
        };
        row.map(|row| T::from_cells(row)).transpose()
    }

    pub(super) fn put<T: TableRow>(&mut self, row: &T) {
        self.put_cells(T::TABLE, row.cells());
    }

    pub(super) fn remove<T: TableRow>(&mut self, row: &T) {
        let key = row.cells().into_iter().take(T::TABLE.key()).collect();
        self.changed.insert((T::TABLE, key), None);
    }

    pub(super) fn put_cells(&mut self, table: Table, row: Vec<Cell>) {
        let key = row.iter().take(table.key()).cloned().collect();
        self.changed.insert((table, key), Some(row));
    }

    fn range(&self, log: &str, from: u64, to: u64) -> Result<Vec<EntryRow>, StoreError> {
        if from >= to || i64::try_from(from).is_err() {
            return Ok(Vec::new());
        }
        let prefix = [text(log)];
        self.scan(&prefix, vec![text(log), number(from)], |row: &EntryRow| {
            row.index < to
        })
    }

    pub(super) fn stored_revisions(
        &self,
        family: &str,
        id: &str,
    ) -> Result<Vec<StoredDocument>, StoreError> {
        self.all(&[text(family), text(id)])
    }

    /// The documents of a family that `pick` leaves of each, in the order of lists.
    fn list(
        &self,
        family: &str,
        keep: impl Fn(&StoredDocument) -> bool,
    ) -> Result<Vec<Document>, StoreError> {
        let mut newest: BTreeMap<String, StoredDocument> = BTreeMap::new();
        for row in self.all::<StoredDocument>(&[text(family)])? {
            if keep(&row) {
                newest.insert(row.id.clone(), row);
            }
        }
        let mut list: Vec<Document> = newest.into_values().filter_map(document).collect();
        list.sort_by(|a, b| (b.sort, &b.id).cmp(&(a.sort, &a.id)));
        Ok(list)
    }

    fn waiting(&self) -> Result<Vec<OutboxRow>, StoreError> {
        let rows = self.all::<StoredMessage>(&[])?;
        let waiting = rows.into_iter().filter(|row| !row.delivered);
        Ok(waiting
            .map(|row| OutboxRow {
                peer: row.peer,
                seq: row.seq,
                blob: row.blob,
                attempts: row.attempts,
                due_ms: row.due_ms,
                last_error: row.last_error,
            })
            .collect())
    }
}

fn document(row: StoredDocument) -> Option<Document> {
    Some(Document {
        json: row.json?,
        family: row.family,
        id: row.id,
        revision: row.revision,
        tag: row.tag,
        sort: row.sort,
        entry: row.entry,
    })
}

/// One row a grade, by size.
fn by_grade(rows: impl Iterator<Item = CosignedRow>) -> Vec<CosignedRow> {
    let mut grades: BTreeMap<String, CosignedRow> = BTreeMap::new();
    for row in rows {
        grades.entry(row.grade.clone()).or_insert(row);
    }
    let mut rows: Vec<_> = grades.into_values().collect();
    rows.sort_by(|a, b| (a.size, &a.grade).cmp(&(b.size, &b.grade)));
    rows
}

impl Rows for View<'_> {
    fn logs(&mut self) -> Result<Vec<LogRow>, StoreError> {
        self.all(&[])
    }

    fn log(&mut self, log: &str) -> Result<Option<LogRow>, StoreError> {
        self.get(&[text(log)])
    }

    fn entries(&mut self, log: &str, from: u64, to: u64) -> Result<Vec<EntryRow>, StoreError> {
        self.range(log, from, to)
    }

    fn leaves(
        &mut self,
        log: &str,
        from: u64,
        to: u64,
        each: &mut dyn FnMut(&[u8]),
    ) -> Result<(), StoreError> {
        for row in self.range(log, from, to)? {
            each(&row.leaf);
        }
        Ok(())
    }

    fn tile(&mut self, log: &str, id: TileId) -> Result<Vec<u8>, StoreError> {
        let key = [text(log), number(u64::from(id.level)), number(id.index)];
        let row = self.get::<TileRow>(&key)?;
        Ok(row.map(|row| row.hashes).unwrap_or_default())
    }

    fn document(&mut self, family: &str, id: &str) -> Result<Option<Document>, StoreError> {
        Ok(self.stored_revisions(family, id)?.pop().and_then(document))
    }

    fn documents(&mut self, family: &str, tag: Option<&str>) -> Result<Vec<Document>, StoreError> {
        self.list(family, |row| {
            row.latest && tag.is_none_or(|tag| tag == row.tag)
        })
    }

    fn documents_as_of(
        &mut self,
        family: &str,
        log: &str,
        size: u64,
    ) -> Result<Vec<Document>, StoreError> {
        let before = |entry: &EntryRef| entry.log == log && entry.index < size;
        self.list(family, |row| row.entry.as_ref().is_some_and(before))
    }

    fn revisions(&mut self, family: &str, id: &str) -> Result<Vec<Document>, StoreError> {
        let rows = self.stored_revisions(family, id)?;
        Ok(rows.into_iter().filter_map(document).collect())
    }

    fn blob(&mut self, hash: &Hash) -> Result<Option<Vec<u8>>, StoreError> {
        let row = self.get::<BlobRow>(&[Cell::Bytes(hash.0.to_vec())])?;
        Ok(row.map(|row| row.bytes))
    }

    fn outbox_heads(&mut self) -> Result<Vec<OutboxRow>, StoreError> {
        let mut rows = self.waiting()?;
        rows.dedup_by(|later, earlier| later.peer == earlier.peer);
        Ok(rows)
    }

    fn outbox(&mut self) -> Result<Vec<OutboxRow>, StoreError> {
        self.waiting()
    }

    fn cosigned(&mut self, log: &str, size: u64) -> Result<Vec<CosignedRow>, StoreError> {
        let rows = self.all::<CosignedRow>(&[text(log)])?;
        Ok(by_grade(rows.into_iter().filter(|row| row.size >= size)))
    }

    fn latest_cosigned(&mut self, log: &str) -> Result<Vec<CosignedRow>, StoreError> {
        Ok(by_grade(
            self.all::<CosignedRow>(&[text(log)])?.into_iter().rev(),
        ))
    }

    fn expired(&mut self, now_ms: i64, limit: u32) -> Result<Vec<EntryRef>, StoreError> {
        let mut due: Vec<(i64, EntryRef)> = self
            .all::<EntryRow>(&[])?
            .into_iter()
            .filter(|row| row.body.is_some())
            .filter_map(|row| {
                let until = row.keep_until.filter(|until| *until <= now_ms)?;
                Some((
                    until,
                    EntryRef {
                        log: row.log,
                        index: row.index,
                    },
                ))
            })
            .collect();
        due.sort();
        Ok(due
            .into_iter()
            .take(limit as usize)
            .map(|(_, entry)| entry)
            .collect())
    }

    fn table(
        &mut self,
        table: Table,
        each: &mut dyn FnMut(&[Cell]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut rows = self.base.rows(table).cloned().unwrap_or_default();
        for ((_, key), row) in self.changed.iter().filter(|((of, _), _)| *of == table) {
            match row {
                Some(row) => rows.insert(key.clone(), row.clone()),
                None => rows.remove(key),
            };
        }
        rows.values().try_for_each(|row| each(row))
    }
}
