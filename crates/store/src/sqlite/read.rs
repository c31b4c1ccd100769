//! Queries.

use super::ReadError;
use crate::batch::Document;
use crate::database::{EntryRef, Head, OutboxRow, StoreError, StoredEntry};
use journal::entry::{EntryBody, Salt};
use journal::hash::Hash;
use journal::tile::TileId;
use rusqlite::{Connection, OptionalExtension, Row, params};

const DOCUMENT_COLUMNS: &str = "family, id, revision, tag, sort, json, entry_log, entry_idx";

pub(super) fn damaged(log: &str, what: impl Into<String>) -> StoreError {
    StoreError::Damaged {
        log: log.to_owned(),
        what: what.into(),
    }
}

pub(super) fn to_index(log: &str, stored: i64) -> Result<u64, StoreError> {
    u64::try_from(stored).map_err(|_| damaged(log, format!("negative number {stored}")))
}

pub(super) fn to_stored(log: &str, index: u64) -> Result<i64, StoreError> {
    i64::try_from(index).map_err(|_| damaged(log, format!("number {index} too large")))
}

pub(super) fn hash_from(log: &str, bytes: &[u8]) -> Result<Hash, StoreError> {
    bytes
        .try_into()
        .map(Hash)
        .map_err(|_| damaged(log, "a hash is not 32 bytes long"))
}

pub(super) fn hashes_from(log: &str, bytes: &[u8]) -> Result<Vec<Hash>, StoreError> {
    if !bytes.len().is_multiple_of(32) {
        return Err(damaged(log, "a tile is not a row of 32-byte hashes"));
    }
    bytes
        .chunks_exact(32)
        .map(|chunk| hash_from(log, chunk))
        .collect()
}

pub(super) fn logs(connection: &Connection) -> Result<Vec<String>, ReadError> {
    let mut statement = connection.prepare_cached("SELECT name FROM logs ORDER BY name")?;
    let names = statement
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(names)
}

pub(super) fn head(connection: &Connection, log: &str) -> Result<Head, ReadError> {
    let row = connection
        .prepare_cached("SELECT origin, size, root, checkpoint FROM logs WHERE name = $1")?
        .query_row([log], |row| {
            Ok((
                row.get::<_, String>(0)?,
                row.get::<_, i64>(1)?,
                row.get::<_, Vec<u8>>(2)?,
                row.get::<_, String>(3)?,
            ))
        })
        .optional()?;
    let (origin, size, root, checkpoint) =
        row.ok_or_else(|| StoreError::NoSuchLog(log.to_owned()))?;
    Ok(Head {
        log: log.to_owned(),
        origin,
        size: to_index(log, size)?,
        root: hash_from(log, &root)?,
        checkpoint,
    })
}

pub(super) fn entries(
    connection: &Connection,
    log: &str,
    from: u64,
    to: u64,
) -> Result<Vec<StoredEntry>, ReadError> {
    let mut statement = connection.prepare_cached(
        "SELECT idx, leaf, salt, body FROM entries WHERE log = $1 AND idx >= $2 AND idx < $3 ORDER BY idx",
    )?;
    let mut rows = statement.query(params![log, to_stored(log, from)?, to_stored(log, to)?])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        let index = to_index(log, row.get(0)?)?;
        let salt: Option<Vec<u8>> = row.get(2)?;
        let body: Option<String> = row.get(3)?;
        let content = match (salt, body) {
            (Some(salt), Some(body)) => Some(content(log, index, &salt, &body)?),
            (None, None) => None,
            _ => {
                return Err(
                    damaged(log, format!("entry {index} has only one of salt and body")).into(),
                );
            }
        };
        entries.push(StoredEntry {
            index,
            leaf: row.get(1)?,
            content,
        });
    }
    Ok(entries)
}

fn content(
    log: &str,
    index: u64,
    salt: &[u8],
    body: &str,
) -> Result<(EntryBody, Salt), StoreError> {
    let salt: [u8; 32] = salt
        .try_into()
        .map_err(|_| damaged(log, format!("salt of entry {index} is not 32 bytes long")))?;
    let body: EntryBody = serde_json::from_str(body)
        .map_err(|e| damaged(log, format!("body of entry {index} is not readable: {e}")))?;
    Ok((body, Salt::new(salt)))
}

pub(super) fn tile(
    connection: &Connection,
    log: &str,
    id: TileId,
    width: u16,
) -> Result<Vec<Hash>, ReadError> {
    let stored: Option<Vec<u8>> = connection
        .prepare_cached("SELECT hashes FROM tiles WHERE log = $1 AND level = $2 AND idx = $3")?
        .query_row(params![log, id.level, to_stored(log, id.index)?], |row| {
            row.get(0)
        })
        .optional()?;
    let mut hashes = hashes_from(log, &stored.unwrap_or_default())?;
    let width = usize::from(width);
    if hashes.len() < width {
        return Err(damaged(
            log,
            format!(
                "tile {}/{} holds {} of {width} hashes",
                id.level,
                id.index,
                hashes.len()
            ),
        )
        .into());
    }
    hashes.truncate(width);
    Ok(hashes)
}

fn document_row(row: &Row<'_>) -> rusqlite::Result<Document> {
    let entry_log: Option<String> = row.get(6)?;
    let entry_idx: Option<i64> = row.get(7)?;
    Ok(Document {
        family: row.get(0)?,
        id: row.get(1)?,
        revision: row.get(2)?,
        tag: row.get(3)?,
        sort: row.get(4)?,
        json: row.get(5)?,
        entry: entry_log
            .zip(entry_idx.and_then(|idx| u64::try_from(idx).ok()))
            .map(|(log, index)| EntryRef { log, index }),
    })
}

fn document_list(
    connection: &Connection,
    sql: &str,
    values: &[&dyn rusqlite::ToSql],
) -> Result<Vec<Document>, ReadError> {
    let mut statement = connection.prepare_cached(sql)?;
    let documents = statement
        .query_map(values, document_row)?
        .collect::<Result<_, _>>()?;
    Ok(documents)
}

pub(super) fn document(
    connection: &Connection,
    family: &str,
    id: &str,
) -> Result<Option<Document>, ReadError> {
    let sql = format!(
        "SELECT {DOCUMENT_COLUMNS} FROM documents WHERE family = $1 AND id = $2 ORDER BY revision DESC LIMIT 1"
    );
    Ok(connection
        .prepare_cached(&sql)?
        .query_row([family, id], document_row)
        .optional()?)
}

pub(super) fn documents(
    connection: &Connection,
    family: &str,
    tag: Option<&str>,
) -> Result<Vec<Document>, ReadError> {
    let sql = format!(
        "SELECT {DOCUMENT_COLUMNS} FROM documents WHERE latest AND family = $1 AND ($2 IS NULL OR tag = $2) ORDER BY sort DESC, id DESC"
    );
    document_list(connection, &sql, &[&family, &tag])
}

pub(super) fn documents_as_of(
    connection: &Connection,
    family: &str,
    log: &str,
    size: u64,
) -> Result<Vec<Document>, ReadError> {
    let sql = format!(
        "SELECT {DOCUMENT_COLUMNS} FROM documents AS d WHERE family = $1 AND entry_log = $2 AND entry_idx < $3
         AND revision = (SELECT MAX(revision) FROM documents WHERE family = d.family AND id = d.id AND entry_log = $2 AND entry_idx < $3)
         ORDER BY sort DESC, id DESC"
    );
    document_list(connection, &sql, &[&family, &log, &to_stored(log, size)?])
}

pub(super) fn revisions(
    connection: &Connection,
    family: &str,
    id: &str,
) -> Result<Vec<Document>, ReadError> {
    let sql = format!(
        "SELECT {DOCUMENT_COLUMNS} FROM documents WHERE family = $1 AND id = $2 ORDER BY revision"
    );
    document_list(connection, &sql, &[&family, &id])
}

pub(super) fn blob(connection: &Connection, hash: &Hash) -> Result<Option<Vec<u8>>, ReadError> {
    Ok(connection
        .prepare_cached("SELECT bytes FROM blobs WHERE hash = $1")?
        .query_row([hash.0.as_slice()], |row| row.get(0))
        .optional()?)
}

fn outbox_list(connection: &Connection, sql: &str) -> Result<Vec<OutboxRow>, ReadError> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    let mut list = Vec::new();
    while let Some(row) = rows.next()? {
        let peer: String = row.get(0)?;
        list.push(OutboxRow {
            seq: to_index(&peer, row.get(1)?)?,
            blob: hash_from(&peer, &row.get::<_, Vec<u8>>(2)?)?,
            due_ms: row.get(3)?,
            attempts: row.get(4)?,
            last_error: row.get(5)?,
            peer,
        });
    }
    Ok(list)
}

pub(super) fn outbox_heads(connection: &Connection) -> Result<Vec<OutboxRow>, ReadError> {
    outbox_list(
        connection,
        "SELECT peer, MIN(seq), blob, due_ms, attempts, last_error FROM outbox WHERE NOT delivered GROUP BY peer",
    )
}

pub(super) fn outbox(connection: &Connection) -> Result<Vec<OutboxRow>, ReadError> {
    outbox_list(
        connection,
        "SELECT peer, seq, blob, due_ms, attempts, last_error FROM outbox WHERE NOT delivered ORDER BY peer, seq",
    )
}
