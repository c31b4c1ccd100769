//! Queries.
//!
//! Parameters are written `?1`: to SQLite `$1` is a name, numbered by where it occurs first, so that
//! values would be bound to the wrong places.

use super::failed;
use crate::batch::Document;
use crate::database::{EntryRef, OutboxRow, StoreError};
use crate::engine::{CosignedRow, EntryRow, LogRow, Rows};
use crate::table::{Cell, Kind, Table};
use crate::tree::damaged;
use journal::hash::Hash;
use journal::tile::TileId;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};
use std::ops::Deref;

const DOCUMENT_COLUMNS: &str = "family, id, revision, tag, sort, json, entry_log, entry_idx";
const LOG_COLUMNS: &str = "name, origin, epoch, size, root, published, checkpoint";
const OUTBOX_COLUMNS: &str = "peer, seq, blob, due_ms, attempts, last_error";
const COSIGNED_COLUMNS: &str = "log, size, root, grade, note";

/// Reading rows on a connection, whoever holds it.
pub(super) struct On<C>(pub(super) C);

pub(super) fn to_index(log: &str, stored: i64) -> Result<u64, StoreError> {
    u64::try_from(stored).map_err(|_| damaged(log, format!("negative number {stored}")))
}

pub(super) fn to_stored(log: &str, index: u64) -> Result<i64, StoreError> {
    i64::try_from(index).map_err(|_| damaged(log, format!("number {index} too large")))
}

/// The end of a range of a log, which may be any number: beyond the last entry there is nothing.
fn to_end(index: u64) -> i64 {
    i64::try_from(index).unwrap_or(i64::MAX)
}

fn hash_from(log: &str, bytes: &[u8]) -> Result<Hash, StoreError> {
    bytes
        .try_into()
        .map(Hash)
        .map_err(|_| damaged(log, "a hash is not 32 bytes long"))
}

/// Runs a query and makes something of each row. What a row does not bear is the row's fault, not
/// the engine's: hence the two kinds of errors.
fn list<T>(
    connection: &Connection,
    doing: &'static str,
    sql: &str,
    values: &[&dyn ToSql],
    mut make: impl FnMut(&Row<'_>) -> rusqlite::Result<Result<T, StoreError>>,
) -> Result<Vec<T>, StoreError> {
    let reading = failed(doing);
    let mut statement = connection.prepare_cached(sql).map_err(&reading)?;
    let mut rows = statement.query(values).map_err(&reading)?;
    let mut made = Vec::new();
    while let Some(row) = rows.next().map_err(&reading)? {
        made.push(make(row).map_err(&reading)??);
    }
    Ok(made)
}

fn log_row(row: &Row<'_>) -> rusqlite::Result<Result<LogRow, StoreError>> {
    let log: String = row.get(0)?;
    let origin = row.get(1)?;
    let epoch = row.get(2)?;
    let (size, published): (i64, i64) = (row.get(3)?, row.get(5)?);
    let root = hash_from(&log, row.get_ref(4)?.as_blob()?);
    let checkpoint = row.get(6)?;
    let make = || {
        Ok(LogRow {
            origin,
            epoch,
            size: to_index(&log, size)?,
            root: root?,
            published: to_index(&log, published)?,
            checkpoint,
            log,
        })
    };
    Ok(make())
}

fn document_row(row: &Row<'_>) -> rusqlite::Result<Result<Document, StoreError>> {
    let entry_log: Option<String> = row.get(6)?;
    let entry_idx: Option<i64> = row.get(7)?;
    Ok(Ok(Document {
        family: row.get(0)?,
        id: row.get(1)?,
        revision: row.get(2)?,
        tag: row.get(3)?,
        sort: row.get(4)?,
        json: row.get(5)?,
        entry: entry_log
            .zip(entry_idx.and_then(|idx| u64::try_from(idx).ok()))
            .map(|(log, index)| EntryRef { log, index }),
    }))
}

fn outbox_row(row: &Row<'_>) -> rusqlite::Result<Result<OutboxRow, StoreError>> {
    let peer: String = row.get(0)?;
    let seq: i64 = row.get(1)?;
    let blob = hash_from(&peer, row.get_ref(2)?.as_blob()?);
    let (due_ms, attempts, last_error) = (row.get(3)?, row.get(4)?, row.get(5)?);
    let make = || {
        Ok(OutboxRow {
            seq: to_index(&peer, seq)?,
            blob: blob?,
            due_ms,
            attempts,
            last_error,
            peer,
        })
    };
    Ok(make())
}

fn cosigned_row(row: &Row<'_>) -> rusqlite::Result<Result<CosignedRow, StoreError>> {
    let log: String = row.get(0)?;
    let size: i64 = row.get(1)?;
    let root = hash_from(&log, row.get_ref(2)?.as_blob()?);
    let (grade, note) = (row.get(3)?, row.get(4)?);
    let make = || {
        Ok(CosignedRow {
            size: to_index(&log, size)?,
            root: root?,
            grade,
            note,
            log,
        })
    };
    Ok(make())
}

fn cell(value: ValueRef<'_>, kind: Kind) -> rusqlite::Result<Cell> {
    Ok(match (value, kind) {
        (ValueRef::Null, _) => Cell::Null,
        (value, Kind::Integer) => Cell::Integer(value.as_i64()?),
        (value, Kind::Boolean) => Cell::Boolean(value.as_i64()? != 0),
        (value, Kind::Text) => Cell::Text(value.as_str()?.to_owned()),
        (value, Kind::Bytes) => Cell::Bytes(value.as_blob()?.to_owned()),
    })
}

impl<C: Deref<Target = Connection>> Rows for On<C> {
    fn logs(&mut self) -> Result<Vec<LogRow>, StoreError> {
        let sql = format!("SELECT {LOG_COLUMNS} FROM logs ORDER BY name");
        list(&self.0, "listing logs", &sql, &[], log_row)
    }

    fn log(&mut self, log: &str) -> Result<Option<LogRow>, StoreError> {
        let sql = format!("SELECT {LOG_COLUMNS} FROM logs WHERE name = ?1");
        Ok(list(&self.0, "reading a head", &sql, &[&log], log_row)?.pop())
    }

    fn entries(&mut self, log: &str, from: u64, to: u64) -> Result<Vec<EntryRow>, StoreError> {
        list(
            &self.0,
            "reading entries",
            "SELECT idx, leaf, salt, body, writes, revisions, keep_until FROM entries WHERE log = ?1 AND idx >= ?2 AND idx < ?3 ORDER BY idx",
            &[&log, &to_end(from), &to_end(to)],
            |row| {
                let index = to_index(log, row.get(0)?);
                let (leaf, salt, body) = (row.get(1)?, row.get(2)?, row.get(3)?);
                let (writes, revisions, keep_until) = (row.get(4)?, row.get(5)?, row.get(6)?);
                Ok(index.map(|index| EntryRow {
                    log: log.to_owned(),
                    index,
                    leaf,
                    salt,
                    body,
                    writes,
                    revisions,
                    keep_until,
                }))
            },
        )
    }

    fn leaves(
        &mut self,
        log: &str,
        from: u64,
        to: u64,
        each: &mut dyn FnMut(&[u8]),
    ) -> Result<(), StoreError> {
        let reading = failed("reading leaves");
        let mut statement = self
            .0
            .prepare_cached(
                "SELECT leaf FROM entries WHERE log = ?1 AND idx >= ?2 AND idx < ?3 ORDER BY idx",
            )
            .map_err(&reading)?;
        let mut rows = statement
            .query(params![log, to_end(from), to_end(to)])
            .map_err(&reading)?;
        while let Some(row) = rows.next().map_err(&reading)? {
            let leaf = row.get_ref(0).and_then(|leaf| Ok(leaf.as_blob()?));
            each(leaf.map_err(&reading)?);
        }
        Ok(())
    }

    fn tile(&mut self, log: &str, id: TileId) -> Result<Vec<u8>, StoreError> {
        let stored: Option<Vec<u8>> = self
            .0
            .prepare_cached("SELECT hashes FROM tiles WHERE log = ?1 AND level = ?2 AND idx = ?3")
            .and_then(|mut statement| {
                statement
                    .query_row(params![log, id.level, to_end(id.index)], |row| row.get(0))
                    .optional()
            })
            .map_err(failed("reading a tile"))?;
        Ok(stored.unwrap_or_default())
    }

    fn document(&mut self, family: &str, id: &str) -> Result<Option<Document>, StoreError> {
        let sql = format!(
            "SELECT {DOCUMENT_COLUMNS} FROM documents WHERE family = ?1 AND id = ?2 AND json IS NOT NULL
             AND revision = (SELECT MAX(revision) FROM documents WHERE family = ?1 AND id = ?2)"
        );
        Ok(list(
            &self.0,
            "reading a document",
            &sql,
            &[&family, &id],
            document_row,
        )?
        .pop())
    }

    fn documents(&mut self, family: &str, tag: Option<&str>) -> Result<Vec<Document>, StoreError> {
        let sql = format!(
            "SELECT {DOCUMENT_COLUMNS} FROM documents WHERE latest AND family = ?1 AND json IS NOT NULL
             AND (?2 IS NULL OR tag = ?2) ORDER BY sort DESC, id DESC"
        );
        list(
            &self.0,
            "listing documents",
            &sql,
            &[&family, &tag],
            document_row,
        )
    }

    fn documents_as_of(
        &mut self,
        family: &str,
        log: &str,
        size: u64,
    ) -> Result<Vec<Document>, StoreError> {
        let sql = format!(
            "SELECT {DOCUMENT_COLUMNS} FROM documents AS d
             WHERE family = ?1 AND entry_log = ?2 AND entry_idx < ?3 AND json IS NOT NULL
             AND revision = (SELECT MAX(revision) FROM documents WHERE family = d.family AND id = d.id AND entry_log = ?2 AND entry_idx < ?3)
             ORDER BY sort DESC, id DESC"
        );
        list(
            &self.0,
            "listing documents as of an entry",
            &sql,
            &[&family, &log, &to_end(size)],
            document_row,
        )
    }

    fn revisions(&mut self, family: &str, id: &str) -> Result<Vec<Document>, StoreError> {
        let sql = format!(
            "SELECT {DOCUMENT_COLUMNS} FROM documents WHERE family = ?1 AND id = ?2 AND json IS NOT NULL ORDER BY revision"
        );
        list(
            &self.0,
            "listing revisions",
            &sql,
            &[&family, &id],
            document_row,
        )
    }

    fn blob(&mut self, hash: &Hash) -> Result<Option<Vec<u8>>, StoreError> {
        self.0
            .prepare_cached("SELECT bytes FROM blobs WHERE hash = ?1")
            .and_then(|mut statement| {
                statement
                    .query_row([hash.0.as_slice()], |row| row.get(0))
                    .optional()
            })
            .map_err(failed("reading a blob"))
    }

    fn outbox_heads(&mut self) -> Result<Vec<OutboxRow>, StoreError> {
        let sql = format!(
            "SELECT {OUTBOX_COLUMNS} FROM outbox AS o WHERE NOT delivered
             AND seq = (SELECT MIN(seq) FROM outbox WHERE peer = o.peer AND NOT delivered) ORDER BY peer"
        );
        list(&self.0, "reading the outbox", &sql, &[], outbox_row)
    }

    fn outbox(&mut self) -> Result<Vec<OutboxRow>, StoreError> {
        let sql =
            format!("SELECT {OUTBOX_COLUMNS} FROM outbox WHERE NOT delivered ORDER BY peer, seq");
        list(&self.0, "listing the outbox", &sql, &[], outbox_row)
    }

    fn cosigned(&mut self, log: &str, size: u64) -> Result<Vec<CosignedRow>, StoreError> {
        let sql = format!(
            "SELECT {COSIGNED_COLUMNS} FROM cosigned AS c WHERE log = ?1
             AND size = (SELECT MIN(size) FROM cosigned WHERE log = ?1 AND grade = c.grade AND size >= ?2)
             ORDER BY size, grade"
        );
        list(
            &self.0,
            "reading cosigned checkpoints",
            &sql,
            &[&log, &to_end(size)],
            cosigned_row,
        )
    }

    fn latest_cosigned(&mut self, log: &str) -> Result<Vec<CosignedRow>, StoreError> {
        let sql = format!(
            "SELECT {COSIGNED_COLUMNS} FROM cosigned AS c WHERE log = ?1
             AND size = (SELECT MAX(size) FROM cosigned WHERE log = ?1 AND grade = c.grade)
             ORDER BY size, grade"
        );
        list(
            &self.0,
            "reading cosigned checkpoints",
            &sql,
            &[&log],
            cosigned_row,
        )
    }

    fn expired(&mut self, now_ms: i64, limit: u32) -> Result<Vec<EntryRef>, StoreError> {
        list(
            &self.0,
            "listing expired entries",
            "SELECT log, idx FROM entries WHERE keep_until <= ?1 AND keep_until IS NOT NULL AND body IS NOT NULL
             ORDER BY keep_until, log, idx LIMIT ?2",
            &[&now_ms, &limit],
            |row| {
                let log: String = row.get(0)?;
                let index = to_index(&log, row.get(1)?);
                Ok(index.map(|index| EntryRef { log, index }))
            },
        )
    }

    fn table(
        &mut self,
        table: Table,
        each: &mut dyn FnMut(&[Cell]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let reading = failed("reading a table");
        let columns = table.columns();
        let names: Vec<_> = columns.iter().map(|column| column.name).collect();
        let (all, key) = (names.join(", "), names[..table.key()].join(", "));
        let sql = format!("SELECT {all} FROM {} ORDER BY {key}", table.name());
        let mut statement = self.0.prepare_cached(&sql).map_err(&reading)?;
        let mut rows = statement.query([]).map_err(&reading)?;
        while let Some(row) = rows.next().map_err(&reading)? {
            let cells = columns.iter().enumerate().map(|(position, column)| {
                row.get_ref(position)
                    .and_then(|value| cell(value, column.kind))
                    .map_err(&reading)
            });
            each(&cells.collect::<Result<Vec<_>, _>>()?)?;
        }
        Ok(())
    }
}
