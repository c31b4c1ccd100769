//! Queries.
//!
//! Parameters are written `?1`: to SQLite `$1` is a name, numbered by where it occurs first, so that
//! values would be bound to the wrong places.

use super::ReadError;
use crate::batch::Document;
use crate::database::{EntryRef, Head, OutboxRow, StoreError, StoredEntry};
use journal::checkpoint::Checkpoint;
use journal::entry::{EntryBody, Salt, leaf_bytes};
use journal::hash::{Hash, leaf_hash, sha256};
use journal::tile::{TILE_WIDTH, TileId};
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

/// The end of a range of a log, which may be any number: beyond the last entry there is nothing.
fn to_end(index: u64) -> i64 {
    i64::try_from(index).unwrap_or(i64::MAX)
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
        .prepare_cached("SELECT origin, size, root, checkpoint FROM logs WHERE name = ?1")?
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

/// Refuses a head whose signed text speaks of another tree than the columns beside it.
pub(super) fn check_signed_text(head: &Head) -> Result<(), StoreError> {
    let text = Checkpoint {
        origin: head.origin.clone(),
        size: head.size,
        root: head.root,
    }
    .to_text();
    if head.checkpoint.starts_with(&text) {
        Ok(())
    } else {
        Err(damaged(
            &head.log,
            "its checkpoint is not about the stored head",
        ))
    }
}

pub(super) fn entries(
    connection: &Connection,
    log: &str,
    from: u64,
    to: u64,
) -> Result<Vec<StoredEntry>, ReadError> {
    let mut statement = connection.prepare_cached(
        "SELECT idx, leaf, salt, body FROM entries WHERE log = ?1 AND idx >= ?2 AND idx < ?3 ORDER BY idx",
    )?;
    let mut rows = statement.query(params![log, to_end(from), to_end(to)])?;
    let mut leaf_hashes = LeafHashes::default();
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
        let leaf: Vec<u8> = row.get(1)?;
        if leaf_hashes.get(connection, log, index)? != Some(leaf_hash(&leaf)) {
            return Err(damaged(log, format!("entry {index} is not the one in the tree")).into());
        }
        if content
            .as_ref()
            .is_some_and(|(body, salt)| leaf_bytes(body, salt) != leaf)
        {
            return Err(damaged(
                log,
                format!("content of entry {index} is not what its leaf commits to"),
            )
            .into());
        }
        entries.push(StoredEntry {
            index,
            leaf,
            content,
        });
    }
    Ok(entries)
}

/// The leaf hashes of the tile that was read last: neighbouring entries share it.
#[derive(Default)]
struct LeafHashes(Option<(u64, Vec<Hash>)>);

impl LeafHashes {
    fn get(
        &mut self,
        connection: &Connection,
        log: &str,
        index: u64,
    ) -> Result<Option<Hash>, ReadError> {
        let width = u64::from(TILE_WIDTH);
        let (number, place) = (index / width, index % width);
        let hashes = match self.0.take() {
            // A partial tile may have grown since.
            Some((held, hashes)) if held == number && place < hashes.len() as u64 => hashes,
            _ => stored_tile(
                connection,
                log,
                TileId {
                    level: 0,
                    index: number,
                },
            )?,
        };
        let hash = usize::try_from(place)
            .ok()
            .and_then(|place| hashes.get(place))
            .copied();
        self.0 = Some((number, hashes));
        Ok(hash)
    }
}

/// The leaf hashes of entries `from..to` as computed from the stored leaves alone.
pub(super) fn leaf_hashes(
    connection: &Connection,
    log: &str,
    from: u64,
    to: u64,
) -> Result<Vec<Hash>, ReadError> {
    let mut statement = connection.prepare_cached(
        "SELECT leaf FROM entries WHERE log = ?1 AND idx >= ?2 AND idx < ?3 ORDER BY idx",
    )?;
    let hashes = statement
        .query_map(params![log, to_end(from), to_end(to)], |row| {
            Ok(leaf_hash(row.get_ref(0)?.as_blob()?))
        })?
        .collect::<Result<_, _>>()?;
    Ok(hashes)
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
    let mut hashes = stored_tile(connection, log, id)?;
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

/// A tile as wide as it is stored; empty where there is none.
fn stored_tile(connection: &Connection, log: &str, id: TileId) -> Result<Vec<Hash>, ReadError> {
    let stored: Option<Vec<u8>> = connection
        .prepare_cached("SELECT hashes FROM tiles WHERE log = ?1 AND level = ?2 AND idx = ?3")?
        .query_row(params![log, id.level, to_stored(log, id.index)?], |row| {
            row.get(0)
        })
        .optional()?;
    Ok(hashes_from(log, &stored.unwrap_or_default())?)
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
        "SELECT {DOCUMENT_COLUMNS} FROM documents WHERE family = ?1 AND id = ?2 ORDER BY revision DESC LIMIT 1"
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
        "SELECT {DOCUMENT_COLUMNS} FROM documents WHERE latest AND family = ?1 AND (?2 IS NULL OR tag = ?2) ORDER BY sort DESC, id DESC"
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
        "SELECT {DOCUMENT_COLUMNS} FROM documents AS d WHERE family = ?1 AND entry_log = ?2 AND entry_idx < ?3
         AND revision = (SELECT MAX(revision) FROM documents WHERE family = d.family AND id = d.id AND entry_log = ?2 AND entry_idx < ?3)
         ORDER BY sort DESC, id DESC"
    );
    document_list(connection, &sql, &[&family, &log, &to_end(size)])
}

pub(super) fn revisions(
    connection: &Connection,
    family: &str,
    id: &str,
) -> Result<Vec<Document>, ReadError> {
    let sql = format!(
        "SELECT {DOCUMENT_COLUMNS} FROM documents WHERE family = ?1 AND id = ?2 ORDER BY revision"
    );
    document_list(connection, &sql, &[&family, &id])
}

pub(super) fn blob(connection: &Connection, hash: &Hash) -> Result<Option<Vec<u8>>, ReadError> {
    let bytes: Option<Vec<u8>> = connection
        .prepare_cached("SELECT bytes FROM blobs WHERE hash = ?1")?
        .query_row([hash.0.as_slice()], |row| row.get(0))
        .optional()?;
    if bytes.as_ref().is_some_and(|bytes| sha256(bytes) != *hash) {
        return Err(damaged(
            "blobs",
            format!("{hash} has other bytes than its name says"),
        )
        .into());
    }
    Ok(bytes)
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
