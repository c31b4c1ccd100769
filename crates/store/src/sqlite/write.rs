//! The writing connection.

use super::failed;
use super::read::{On, to_stored};
use crate::batch::OutboxUpdate;
use crate::database::{EntryRef, StoreError};
use crate::engine::{
    Changes, CheckpointRow, DocumentRow, EntryRow, HeadMove, LogRow, Transaction, WriteConnection,
};
use crate::table::{Cell, Table};
use crate::tree::damaged;
use rusqlite::types::{ToSqlOutput, Value};
use rusqlite::{Connection, ToSql, TransactionBehavior, params, params_from_iter};
use std::ops::Deref;

pub(super) struct Writer {
    connection: Connection,
    /// Content was destroyed, and may still stand in the write-ahead log.
    scrub: bool,
}

impl Writer {
    pub(super) fn new(connection: Connection) -> Self {
        Self {
            connection,
            scrub: false,
        }
    }
}

impl WriteConnection for Writer {
    fn begin(&mut self) -> Result<Box<dyn Transaction + '_>, StoreError> {
        let Self { connection, scrub } = self;
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(failed("beginning a transaction"))?;
        Ok(Box::new(On(Writing { transaction, scrub })))
    }

    fn store_checkpoints(&mut self, published: &[CheckpointRow]) -> Result<(), StoreError> {
        let storing = failed("storing a checkpoint");
        // Without a disk write of its own: it may ride on the next sync.
        self.connection
            .execute_batch("PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE")
            .map_err(&storing)?;
        for row in published {
            store_checkpoint(&self.connection, row)?;
        }
        self.connection
            .execute_batch("COMMIT; PRAGMA synchronous = FULL")
            .map_err(&storing)?;
        if std::mem::take(&mut self.scrub) {
            // Where a reader stands in the way, the old frames go with a later checkpoint.
            self.connection
                .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
                .map_err(failed("emptying the write-ahead log"))?;
        }
        Ok(())
    }
}

/// A transaction that writes; its rows are those of its connection.
struct Writing<'a> {
    transaction: rusqlite::Transaction<'a>,
    scrub: &'a mut bool,
}

impl Deref for Writing<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.transaction
    }
}

impl Transaction for On<Writing<'_>> {
    fn highest_revisions(&mut self, documents: &[(&str, &str)]) -> Result<Vec<i64>, StoreError> {
        let reading = failed("reading revisions");
        let mut statement = self
            .0
            .prepare_cached("SELECT MAX(revision) FROM documents WHERE family = ?1 AND id = ?2")
            .map_err(&reading)?;
        let highest = |(family, id): &(&str, &str)| {
            let found: Option<i64> = statement.query_row([family, id], |row| row.get(0))?;
            Ok(found.unwrap_or(0))
        };
        documents
            .iter()
            .map(highest)
            .collect::<Result<_, _>>()
            .map_err(reading)
    }

    fn places_taken(&mut self, places: &[(&str, u64)]) -> Result<Vec<bool>, StoreError> {
        let reading = failed("reading the outbox");
        let mut statement = self
            .0
            .prepare_cached("SELECT 1 FROM outbox WHERE peer = ?1 AND seq = ?2")
            .map_err(&reading)?;
        places
            .iter()
            .map(|(peer, seq)| {
                statement
                    .exists(params![peer, to_stored(peer, *seq)?])
                    .map_err(&reading)
            })
            .collect()
    }

    fn apply(&mut self, changes: &Changes) -> Result<(), StoreError> {
        *self.0.scrub |= !changes.destroy.is_empty() || !changes.forget.is_empty();
        apply(&self.0, changes)
    }

    fn put_log(&mut self, log: &LogRow) -> Result<(), StoreError> {
        self.0
            .execute(
                "INSERT INTO logs (name, origin, epoch, size, root, published, checkpoint) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT (name) DO UPDATE SET origin = excluded.origin, epoch = excluded.epoch, size = excluded.size,
                 root = excluded.root, published = excluded.published, checkpoint = excluded.checkpoint",
                params![
                    log.log,
                    log.origin,
                    log.epoch,
                    to_stored(&log.log, log.size)?,
                    log.root.0.as_slice(),
                    to_stored(&log.log, log.published)?,
                    log.checkpoint
                ],
            )
            .map_err(failed("opening a log"))?;
        Ok(())
    }

    fn insert(&mut self, table: Table, rows: &[Vec<Cell>]) -> Result<(), StoreError> {
        let inserting = failed("inserting rows");
        let names: Vec<_> = table.columns().iter().map(|column| column.name).collect();
        let marks: Vec<_> = (1..=names.len()).map(|n| format!("?{n}")).collect();
        let (table, names, marks) = (table.name(), names.join(", "), marks.join(", "));
        let mut statement = self
            .0
            .prepare_cached(&format!("INSERT INTO {table} ({names}) VALUES ({marks})"))
            .map_err(&inserting)?;
        for row in rows {
            statement
                .execute(params_from_iter(row.iter().map(Bound)))
                .map_err(&inserting)?;
        }
        Ok(())
    }

    fn commit(self: Box<Self>) -> Result<(), StoreError> {
        self.0
            .transaction
            .commit()
            .map_err(failed("committing a transaction"))
    }
}

/// A cell as SQLite binds it.
struct Bound<'a>(&'a Cell);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self.0 {
            Cell::Null => ToSqlOutput::Owned(Value::Null),
            Cell::Integer(number) => ToSqlOutput::Owned(Value::Integer(*number)),
            Cell::Boolean(is) => ToSqlOutput::Owned(Value::Integer(i64::from(*is))),
            Cell::Text(text) => ToSqlOutput::Borrowed(text.as_str().into()),
            Cell::Bytes(bytes) => ToSqlOutput::Borrowed(bytes.as_slice().into()),
        })
    }
}

fn run(
    connection: &Connection,
    doing: &'static str,
    sql: &str,
    values: &[&dyn ToSql],
) -> Result<usize, StoreError> {
    connection
        .prepare_cached(sql)
        .and_then(|mut statement| statement.execute(values))
        .map_err(failed(doing))
}

fn apply(on: &Connection, changes: &Changes) -> Result<(), StoreError> {
    for row in &changes.entries {
        put_entry(on, row)?;
    }
    for row in &changes.documents {
        put_document(on, row)?;
    }
    for row in &changes.outbox {
        let (log, index) = entry_cells(row.entry.as_ref())?;
        run(
            on,
            "writing the outbox",
            "INSERT INTO outbox (peer, seq, blob, due_ms, attempts, delivered, entry_log, entry_idx) VALUES (?1, ?2, ?3, ?4, 0, FALSE, ?5, ?6)",
            &[
                &row.peer,
                &to_stored(&row.peer, row.seq)?,
                &row.blob.0.as_slice(),
                &row.due_ms,
                &log,
                &index,
            ],
        )?;
    }
    for update in &changes.outbox_updates {
        update_outbox(on, update)?;
    }
    for row in &changes.blobs {
        run(
            on,
            "writing a blob",
            "INSERT INTO blobs (hash, bytes) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            &[&row.hash.0.as_slice(), &row.bytes],
        )?;
    }
    // Hashes are no secret, and the old bytes of a growing tile need no overwriting.
    on.execute_batch("PRAGMA secure_delete = FAST")
        .map_err(failed("writing a tile"))?;
    for row in &changes.tiles {
        run(
            on,
            "writing a tile",
            "INSERT INTO tiles (log, level, idx, hashes) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (log, level, idx) DO UPDATE SET hashes = excluded.hashes",
            &[
                &row.log,
                &row.id.level,
                &to_stored(&row.log, row.id.index)?,
                &row.hashes,
            ],
        )?;
    }
    on.execute_batch("PRAGMA secure_delete = ON")
        .map_err(failed("writing a tile"))?;
    for moved in &changes.heads {
        move_head(on, moved)?;
    }
    for row in &changes.cosigned {
        run(
            on,
            "writing a cosigned checkpoint",
            "INSERT INTO cosigned (log, size, grade, root, note) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (log, size, grade) DO UPDATE SET root = excluded.root, note = excluded.note",
            &[
                &row.log,
                &to_stored(&row.log, row.size)?,
                &row.grade,
                &row.root.0.as_slice(),
                &row.note,
            ],
        )?;
    }
    for row in &changes.checkpoints {
        store_checkpoint(on, row)?;
    }
    for entry in &changes.destroy {
        destroy(on, entry)?;
    }
    for (family, id) in &changes.prune {
        run(
            on,
            "pruning documents",
            "DELETE FROM documents WHERE family = ?1 AND id = ?2 AND NOT latest AND entry_log IS NULL",
            &[family, id],
        )?;
    }
    for hash in &changes.forget {
        run(
            on,
            "destroying a blob",
            "DELETE FROM blobs WHERE hash = ?1",
            &[&hash.0.as_slice()],
        )?;
    }
    Ok(())
}

fn entry_cells(entry: Option<&EntryRef>) -> Result<(Option<&str>, Option<i64>), StoreError> {
    Ok(match entry {
        Some(EntryRef { log, index }) => (Some(log), Some(to_stored(log, *index)?)),
        None => (None, None),
    })
}

fn put_entry(on: &Connection, row: &EntryRow) -> Result<(), StoreError> {
    run(
        on,
        "writing an entry",
        "INSERT INTO entries (log, idx, leaf, salt, body, writes, revisions, keep_until) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        &[
            &row.log,
            &to_stored(&row.log, row.index)?,
            &row.leaf,
            &row.salt,
            &row.body,
            &row.writes,
            &row.revisions,
            &row.keep_until,
        ],
    )?;
    Ok(())
}

fn put_document(on: &Connection, row: &DocumentRow) -> Result<(), StoreError> {
    // Of the latest one there is at most one, and it is the revision before, or before in the group.
    if row.latest && row.revision > 1 {
        run(
            on,
            "writing a document",
            "UPDATE documents SET latest = FALSE WHERE family = ?1 AND id = ?2 AND latest",
            &[&row.family, &row.id],
        )?;
    }
    let (log, index) = entry_cells(row.entry.as_ref())?;
    run(
        on,
        "writing a document",
        "INSERT INTO documents (family, id, revision, latest, tag, sort, json, entry_log, entry_idx) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        &[
            &row.family,
            &row.id,
            &row.revision,
            &row.latest,
            &row.tag,
            &row.sort,
            &row.json,
            &log,
            &index,
        ],
    )?;
    Ok(())
}

fn update_outbox(on: &Connection, update: &OutboxUpdate) -> Result<(), StoreError> {
    let doing = "updating the outbox";
    match update {
        OutboxUpdate::Delivered { peer, seq } => run(
            on,
            doing,
            "UPDATE outbox SET delivered = TRUE, attempts = attempts + 1, last_error = NULL WHERE peer = ?1 AND seq = ?2",
            &[peer, &to_stored(peer, *seq)?],
        )?,
        OutboxUpdate::Failed {
            peer,
            seq,
            due_ms,
            error,
        } => run(
            on,
            doing,
            "UPDATE outbox SET attempts = attempts + 1, due_ms = ?3, last_error = ?4 WHERE peer = ?1 AND seq = ?2",
            &[peer, &to_stored(peer, *seq)?, due_ms, error],
        )?,
        OutboxUpdate::Again { peer, seq, due_ms } => run(
            on,
            doing,
            "UPDATE outbox SET delivered = FALSE, attempts = 0, due_ms = ?3, last_error = NULL WHERE peer = ?1 AND seq = ?2",
            &[peer, &to_stored(peer, *seq)?, due_ms],
        )?,
    };
    Ok(())
}

fn move_head(on: &Connection, moved: &HeadMove) -> Result<(), StoreError> {
    let HeadMove { log, from, to } = moved;
    let rows = run(
        on,
        "moving a head",
        "UPDATE logs SET size = ?1, root = ?2 WHERE name = ?3 AND size = ?4 AND root = ?5",
        &[
            &to_stored(log, to.0)?,
            &to.1.0.as_slice(),
            log,
            &to_stored(log, from.0)?,
            &from.1.0.as_slice(),
        ],
    )?;
    if rows == 1 {
        Ok(())
    } else {
        Err(damaged(
            log,
            "its head was moved by somebody else inside this transaction",
        ))
    }
}

fn store_checkpoint(on: &Connection, row: &CheckpointRow) -> Result<(), StoreError> {
    run(
        on,
        "storing a checkpoint",
        "UPDATE logs SET checkpoint = ?1, published = ?2 WHERE name = ?3 AND origin = ?4 AND published < ?2",
        &[
            &row.checkpoint,
            &to_stored(&row.log, row.size)?,
            &row.log,
            &row.origin,
        ],
    )?;
    Ok(())
}

fn destroy(on: &Connection, entry: &EntryRef) -> Result<(), StoreError> {
    let index = to_stored(&entry.log, entry.index)?;
    run(
        on,
        "destroying an entry",
        "UPDATE entries SET salt = NULL, body = NULL, writes = NULL, revisions = NULL WHERE log = ?1 AND idx = ?2",
        &[&entry.log, &index],
    )?;
    run(
        on,
        "destroying a document",
        "UPDATE documents SET tag = '', sort = 0, json = NULL WHERE entry_log = ?1 AND entry_idx = ?2",
        &[&entry.log, &index],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::engine::Engine;
    use crate::sqlite::Sqlite;
    use journal::hash::empty_root;

    fn pragma(connection: &Connection, name: &str) -> String {
        let read = |row: &rusqlite::Row<'_>| {
            Ok(match row.get_ref(0)? {
                rusqlite::types::ValueRef::Integer(number) => number.to_string(),
                other => other.as_str()?.to_owned(),
            })
        };
        connection
            .query_row(&format!("PRAGMA {name}"), [], read)
            .unwrap()
    }

    /// Promise: a commit waits for the disk. WAL and `synchronous=FULL` (2) hold for the writer,
    /// also after it has stored a signature without waiting; what is deleted is overwritten.
    #[test]
    fn the_writer_waits_for_the_disk() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("node.db");
        let engine = Sqlite::writable(&path).unwrap();
        assert!(engine.writer().is_ok());
        let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE;
        let mut writer = Writer::new(crate::sqlite::connect(&path, flags).unwrap());
        for size in 1..3 {
            let connection = &writer.connection;
            assert_eq!(pragma(connection, "journal_mode"), "wal");
            assert_eq!(pragma(connection, "synchronous"), "2");
            assert_eq!(pragma(connection, "foreign_keys"), "1");
            assert_eq!(pragma(connection, "mmap_size"), "0");
            assert_eq!(pragma(connection, "secure_delete"), "1");
            let mut transaction = writer.begin().unwrap();
            let log = LogRow {
                log: "office".to_owned(),
                origin: "o".to_owned(),
                epoch: 1,
                size,
                root: empty_root(),
                published: 0,
                checkpoint: String::new(),
            };
            transaction.put_log(&log).unwrap();
            transaction.commit().unwrap();
            let published = CheckpointRow {
                log: "office".to_owned(),
                origin: "o".to_owned(),
                size,
                checkpoint: "signed".to_owned(),
            };
            writer.store_checkpoints(&[published]).unwrap();
        }
    }

    /// Promise: a head that is not the one this writer has seen is never moved.
    #[test]
    fn a_head_is_moved_by_compare_and_swap() {
        let dir = tempfile::tempdir().unwrap();
        let engine = Sqlite::writable(&dir.path().join("node.db")).unwrap();
        let mut writer = engine.writer().unwrap();
        let mut transaction = writer.begin().unwrap();
        let log = LogRow {
            log: "office".to_owned(),
            origin: "o".to_owned(),
            epoch: 1,
            size: 0,
            root: empty_root(),
            published: 0,
            checkpoint: String::new(),
        };
        transaction.put_log(&log).unwrap();
        let to = (1, journal::hash::sha256(b"x"));
        let mut apply = |from| {
            let heads = vec![HeadMove {
                log: "office".to_owned(),
                from,
                to,
            }];
            transaction.apply(&Changes {
                heads,
                ..Changes::default()
            })
        };
        assert!(apply((1, empty_root())).is_err());
        assert!(apply((0, to.1)).is_err());
        apply((0, empty_root())).unwrap();
        assert!(apply((0, empty_root())).is_err());
    }

    /// Promise: the linked engine is one without the WAL-reset corruption (fixed in 3.51.3).
    #[test]
    fn the_engine_is_new_enough() {
        crate::sqlite::assert_engine().unwrap();
        assert!(rusqlite::version_number() >= 3_051_003);
    }
}
