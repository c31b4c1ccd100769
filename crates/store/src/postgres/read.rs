//! Queries. Rows are returned as they are stored: what they mean is checked above the engine.

use super::session::{Fault, Session, Values};
use crate::batch::Document;
use crate::database::{EntryRef, OutboxRow, StoreError};
use crate::engine::{CosignedRow, EntryRow, LogRow, Rows};
use crate::table::{Cell, Kind, Table};
use journal::hash::Hash;
use journal::tile::TileId;
use tokio_postgres::Row;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::FromSql;

/// Something that has a connection to ask on, with or without a transaction around.
pub(super) trait Ask {
    /// The connection.
    fn session(&mut self) -> Result<&mut Session, Fault>;
}

fn damaged(log: &str, what: impl Into<String>) -> Fault {
    Fault::Store(StoreError::Damaged {
        log: log.to_owned(),
        what: what.into(),
    })
}

/// A number as it is stored. One that is larger than any stored number stands for the end: beyond the
/// last entry there is nothing, and what is to be written has been checked before.
pub(super) fn to_stored(index: u64) -> i64 {
    i64::try_from(index).unwrap_or(i64::MAX)
}

pub(super) fn get<'a, T: FromSql<'a>>(row: &'a Row, place: usize) -> Result<T, Fault> {
    row.try_get(place).map_err(Fault::Unreadable)
}

fn number<T: TryFrom<i64>>(of: &str, row: &Row, place: usize) -> Result<T, Fault> {
    let stored: i64 = get(row, place)?;
    T::try_from(stored).map_err(|_| damaged(of, format!("number {stored} is out of range")))
}

fn hash(of: &str, row: &Row, place: usize) -> Result<Hash, Fault> {
    get::<&[u8]>(row, place)?
        .try_into()
        .map(Hash)
        .map_err(|_| damaged(of, "a hash is not 32 bytes long"))
}

const LOG: &str = "SELECT name, origin, epoch, size, root, published, checkpoint FROM logs
    WHERE name = $1";
const LOGS: &str = "SELECT name, origin, epoch, size, root, published, checkpoint FROM logs
    ORDER BY name";

fn log_row(row: &Row) -> Result<LogRow, Fault> {
    let log: String = get(row, 0)?;
    Ok(LogRow {
        origin: get(row, 1)?,
        epoch: number(&log, row, 2)?,
        size: number(&log, row, 3)?,
        root: hash(&log, row, 4)?,
        published: number(&log, row, 5)?,
        checkpoint: get(row, 6)?,
        log,
    })
}

const ENTRIES: &str = "SELECT idx, leaf, salt, body, writes, revisions, keep_until FROM entries
    WHERE log = $1 AND idx >= $2 AND idx < $3 ORDER BY idx";

fn entry_row(log: &str, row: &Row) -> Result<EntryRow, Fault> {
    Ok(EntryRow {
        log: log.to_owned(),
        index: number(log, row, 0)?,
        leaf: get(row, 1)?,
        salt: get(row, 2)?,
        body: get(row, 3)?,
        writes: get(row, 4)?,
        revisions: get(row, 5)?,
        keep_until: get(row, 6)?,
    })
}

const LEAVES: &str =
    "SELECT leaf FROM entries WHERE log = $1 AND idx >= $2 AND idx < $3 ORDER BY idx";
const TILE: &str = "SELECT hashes FROM tiles WHERE log = $1 AND level = $2 AND idx = $3";

macro_rules! documents {
    ($rest:literal) => {
        concat!(
            "SELECT d.family, d.id, d.revision, d.tag, d.sort, d.json, d.entry_log, d.entry_idx FROM documents AS d ",
            $rest
        )
    };
}

const DOCUMENT: &str = documents!("WHERE family = $1 AND id = $2 ORDER BY revision DESC LIMIT 1");
const DOCUMENTS: &str = documents!(
    "WHERE latest AND json IS NOT NULL AND family = $1 AND ($2::text IS NULL OR tag = $2)
     ORDER BY sort DESC, id DESC"
);
const DOCUMENTS_AS_OF: &str = documents!(
    "JOIN (SELECT id, MAX(revision) AS revision FROM documents
           WHERE family = $1 AND entry_log = $2 AND entry_idx < $3 GROUP BY id) AS newest
       ON d.family = $1 AND d.id = newest.id AND d.revision = newest.revision
     WHERE d.json IS NOT NULL ORDER BY d.sort DESC, d.id DESC"
);
const REVISIONS: &str =
    documents!("WHERE family = $1 AND id = $2 AND json IS NOT NULL ORDER BY revision");

/// A revision, unless it is destroyed.
fn document_row(row: &Row) -> Result<Option<Document>, Fault> {
    let Some(json) = get::<Option<String>>(row, 5)? else {
        return Ok(None);
    };
    let log: Option<String> = get(row, 6)?;
    let entry = log
        .map(|log| {
            let index = number(&log, row, 7)?;
            Ok::<_, Fault>(EntryRef { log, index })
        })
        .transpose()?;
    Ok(Some(Document {
        family: get(row, 0)?,
        id: get(row, 1)?,
        revision: get(row, 2)?,
        tag: get(row, 3)?,
        sort: get(row, 4)?,
        json,
        entry,
    }))
}

const OUTBOX: &str = "SELECT peer, seq, blob, attempts, due_ms, last_error FROM outbox
    WHERE NOT delivered ORDER BY peer, seq";
const OUTBOX_HEADS: &str = "SELECT DISTINCT ON (peer) peer, seq, blob, attempts, due_ms, last_error
    FROM outbox WHERE NOT delivered ORDER BY peer, seq";

fn outbox_row(row: &Row) -> Result<OutboxRow, Fault> {
    let peer: String = get(row, 0)?;
    Ok(OutboxRow {
        seq: number(&peer, row, 1)?,
        blob: hash(&peer, row, 2)?,
        attempts: number(&peer, row, 3)?,
        due_ms: get(row, 4)?,
        last_error: get(row, 5)?,
        peer,
    })
}

const BLOB: &str = "SELECT bytes FROM blobs WHERE hash = $1";

const COSIGNED: &str = "SELECT log, size, root, grade, note FROM (
        SELECT DISTINCT ON (grade) * FROM cosigned WHERE log = $1 AND size >= $2 ORDER BY grade, size
    ) AS smallest ORDER BY size, grade";
const LATEST_COSIGNED: &str = "SELECT log, size, root, grade, note FROM (
        SELECT DISTINCT ON (grade) * FROM cosigned WHERE log = $1 ORDER BY grade, size DESC
    ) AS largest ORDER BY size, grade";

fn cosigned_row(row: &Row) -> Result<CosignedRow, Fault> {
    let log: String = get(row, 0)?;
    Ok(CosignedRow {
        size: number(&log, row, 1)?,
        root: hash(&log, row, 2)?,
        grade: get(row, 3)?,
        note: get(row, 4)?,
        log,
    })
}

const EXPIRED: &str = "SELECT log, idx FROM entries
    WHERE keep_until IS NOT NULL AND body IS NOT NULL AND keep_until <= $1
    ORDER BY keep_until, log, idx LIMIT $2";

fn entry_ref(row: &Row) -> Result<EntryRef, Fault> {
    let log: String = get(row, 0)?;
    Ok(EntryRef {
        index: number(&log, row, 1)?,
        log,
    })
}

fn cell(row: &Row, place: usize, kind: Kind) -> Result<Cell, Fault> {
    Ok(match kind {
        Kind::Integer => get::<Option<i64>>(row, place)?.map(Cell::Integer),
        Kind::Boolean => get::<Option<bool>>(row, place)?.map(Cell::Boolean),
        Kind::Text => get::<Option<String>>(row, place)?.map(Cell::Text),
        Kind::Bytes => get::<Option<Vec<u8>>>(row, place)?.map(Cell::Bytes),
    }
    .unwrap_or(Cell::Null))
}

/// Asks, and reads each row.
pub(super) fn list<A: Ask, T>(
    connection: &mut A,
    doing: &'static str,
    sql: &str,
    values: Values<'_>,
    read: impl Fn(&Row) -> Result<T, Fault>,
) -> Result<Vec<T>, StoreError> {
    let rows = match connection
        .session()
        .and_then(|session| session.query(sql, values))
    {
        // The text that was asked for has a NUL in it, as no stored one has: nothing is found.
        Err(Fault::Refused(refusal))
            if *refusal.code() == SqlState::CHARACTER_NOT_IN_REPERTOIRE =>
        {
            return Ok(Vec::new());
        }
        rows => rows,
    };
    rows.and_then(|rows| rows.iter().map(read).collect())
        .map_err(|fault| fault.while_doing(doing))
}

impl<A: Ask> Rows for A {
    fn logs(&mut self) -> Result<Vec<LogRow>, StoreError> {
        list(self, "listing logs", LOGS, &[], log_row)
    }

    fn log(&mut self, log: &str) -> Result<Option<LogRow>, StoreError> {
        Ok(list(self, "reading a head", LOG, &[&log], log_row)?.pop())
    }

    fn entries(&mut self, log: &str, from: u64, to: u64) -> Result<Vec<EntryRow>, StoreError> {
        let values: Values<'_> = &[&log, &to_stored(from), &to_stored(to)];
        list(self, "reading entries", ENTRIES, values, |row| {
            entry_row(log, row)
        })
    }

    fn leaves(
        &mut self,
        log: &str,
        from: u64,
        to: u64,
        each: &mut dyn FnMut(&[u8]),
    ) -> Result<(), StoreError> {
        let values: Values<'_> = &[&log, &to_stored(from), &to_stored(to)];
        let mut pass_on = |row: &Row| {
            each(get(row, 0)?);
            Ok(())
        };
        self.session()
            .and_then(|session| session.each(LEAVES, values, &mut pass_on))
            .map_err(|fault| fault.while_doing("reading leaves"))
    }

    fn tile(&mut self, log: &str, id: TileId) -> Result<Vec<u8>, StoreError> {
        let values: Values<'_> = &[&log, &i64::from(id.level), &to_stored(id.index)];
        let found = list(self, "reading a tile", TILE, values, |row| get(row, 0))?;
        Ok(found.into_iter().next().unwrap_or_default())
    }

    fn document(&mut self, family: &str, id: &str) -> Result<Option<Document>, StoreError> {
        let doing = "reading a document";
        let found = list(self, doing, DOCUMENT, &[&family, &id], document_row)?;
        Ok(found.into_iter().next().flatten())
    }

    fn documents(&mut self, family: &str, tag: Option<&str>) -> Result<Vec<Document>, StoreError> {
        let doing = "listing documents";
        let found = list(self, doing, DOCUMENTS, &[&family, &tag], document_row)?;
        Ok(found.into_iter().flatten().collect())
    }

    fn documents_as_of(
        &mut self,
        family: &str,
        log: &str,
        size: u64,
    ) -> Result<Vec<Document>, StoreError> {
        let doing = "listing documents as of an entry";
        let values: Values<'_> = &[&family, &log, &to_stored(size)];
        let found = list(self, doing, DOCUMENTS_AS_OF, values, document_row)?;
        Ok(found.into_iter().flatten().collect())
    }

    fn revisions(&mut self, family: &str, id: &str) -> Result<Vec<Document>, StoreError> {
        let doing = "listing revisions";
        let found = list(self, doing, REVISIONS, &[&family, &id], document_row)?;
        Ok(found.into_iter().flatten().collect())
    }

    fn blob(&mut self, hash: &Hash) -> Result<Option<Vec<u8>>, StoreError> {
        let values: Values<'_> = &[&hash.0.as_slice()];
        Ok(list(self, "reading a blob", BLOB, values, |row| get(row, 0))?.pop())
    }

    fn outbox_heads(&mut self) -> Result<Vec<OutboxRow>, StoreError> {
        list(self, "reading the outbox", OUTBOX_HEADS, &[], outbox_row)
    }

    fn outbox(&mut self) -> Result<Vec<OutboxRow>, StoreError> {
        list(self, "listing the outbox", OUTBOX, &[], outbox_row)
    }

    fn cosigned(&mut self, log: &str, size: u64) -> Result<Vec<CosignedRow>, StoreError> {
        let values: Values<'_> = &[&log, &to_stored(size)];
        list(
            self,
            "reading cosigned heads",
            COSIGNED,
            values,
            cosigned_row,
        )
    }

    fn latest_cosigned(&mut self, log: &str) -> Result<Vec<CosignedRow>, StoreError> {
        let doing = "reading cosigned heads";
        list(self, doing, LATEST_COSIGNED, &[&log], cosigned_row)
    }

    fn expired(&mut self, now_ms: i64, limit: u32) -> Result<Vec<EntryRef>, StoreError> {
        let values: Values<'_> = &[&now_ms, &i64::from(limit)];
        list(self, "listing expired entries", EXPIRED, values, entry_ref)
    }

    fn table(
        &mut self,
        table: Table,
        each: &mut dyn FnMut(&[Cell]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let columns = table.columns();
        let mut pass_on = |row: &Row| {
            let cells = columns.iter().enumerate();
            let cells: Vec<Cell> = cells
                .map(|(place, column)| cell(row, place, column.kind))
                .collect::<Result<_, _>>()?;
            Ok(each(&cells)?)
        };
        self.session()
            .and_then(|session| session.each(&whole_table(table), &[], &mut pass_on))
            .map_err(|fault| fault.while_doing("reading a table"))
    }
}

fn whole_table(table: Table) -> String {
    let names: Vec<_> = table.columns().iter().map(|column| column.name).collect();
    format!(
        "SELECT {} FROM {} ORDER BY {}",
        names.join(", "),
        table.name(),
        names.get(..table.key()).unwrap_or(&names).join(", ")
    )
}
