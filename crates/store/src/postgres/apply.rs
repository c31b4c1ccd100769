//! Writing rows, many in one statement and many statements in one go: what a transaction costs
//! beside the disk is the number of times it waits for the server.

use super::read::to_stored;
use super::session::{Fault, Session, Step, WRITING};
use crate::batch::OutboxUpdate;
use crate::database::{EntryRef, StoreError};
use crate::engine::{
    BlobRow, Changes, CheckpointRow, CosignedRow, DocumentRow, EntryRow, HeadMove, OutboxInsert,
    TileRow,
};
use crate::table::{Cell, Kind, Table};
use tokio_postgres::types::ToSql;

/// Most bytes in one statement. PostgreSQL refuses more than 1 GiB.
const STATEMENT: usize = 16 << 20;

/// Most rows in one statement.
const ROWS: usize = 4096;

const ENTRIES: &str = "INSERT INTO entries
        (log, idx, leaf, salt, body, writes, revisions, keep_until)
    SELECT * FROM unnest($1::text[], $2::bigint[], $3::bytea[], $4::bytea[], $5::text[],
        $6::text[], $7::text[], $8::bigint[])";

const NOT_LATEST: &str = "UPDATE documents AS d SET latest = FALSE
    FROM unnest($1::text[], $2::text[]) AS new (family, id)
    WHERE d.latest AND d.family = new.family AND d.id = new.id";

const DOCUMENTS: &str = "INSERT INTO documents
        (family, id, revision, latest, tag, sort, json, entry_log, entry_idx)
    SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::boolean[], $5::text[],
        $6::bigint[], $7::text[], $8::text[], $9::bigint[])";

const OUTBOX: &str = "INSERT INTO outbox
        (peer, seq, blob, due_ms, attempts, delivered, entry_log, entry_idx)
    SELECT peer, seq, blob, due_ms, 0, FALSE, entry_log, entry_idx
    FROM unnest($1::text[], $2::bigint[], $3::bytea[], $4::bigint[], $5::text[], $6::bigint[])
        AS new (peer, seq, blob, due_ms, entry_log, entry_idx)";

const DELIVERED: &str = "UPDATE outbox
    SET delivered = TRUE, attempts = attempts + 1, last_error = NULL
    WHERE peer = $1 AND seq = $2";

const FAILED: &str = "UPDATE outbox SET attempts = attempts + 1, due_ms = $3, last_error = $4
    WHERE peer = $1 AND seq = $2";

const AGAIN: &str = "UPDATE outbox
    SET delivered = FALSE, attempts = 0, due_ms = $3, last_error = NULL
    WHERE peer = $1 AND seq = $2";

const BLOBS: &str = "INSERT INTO blobs (hash, bytes) SELECT * FROM unnest($1::bytea[], $2::bytea[])
    ON CONFLICT DO NOTHING";

const TILES: &str = "INSERT INTO tiles (log, level, idx, hashes)
    SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bytea[])
    ON CONFLICT (log, level, idx) DO UPDATE SET hashes = excluded.hashes";

const HEADS: &str = "UPDATE logs SET size = new.size, root = new.root
    FROM unnest($1::text[], $2::bigint[], $3::bytea[], $4::bigint[], $5::bytea[])
        AS new (log, old_size, old_root, size, root)
    WHERE logs.name = new.log AND logs.size = new.old_size AND logs.root = new.old_root";

const COSIGNED: &str = "INSERT INTO cosigned (log, size, grade, root, note)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (log, size, grade) DO UPDATE SET root = excluded.root, note = excluded.note";

/// Another node may have published a later head meanwhile: that one stays.
const CHECKPOINT: &str = "UPDATE logs SET published = $3, checkpoint = $4
    WHERE name = $1 AND origin = $2 AND published < $3";

const DESTROY_ENTRIES: &str = "UPDATE entries AS e
    SET salt = NULL, body = NULL, writes = NULL, revisions = NULL
    FROM unnest($1::text[], $2::bigint[]) AS old (log, idx)
    WHERE e.log = old.log AND e.idx = old.idx";

const DESTROY_DOCUMENTS: &str = "UPDATE documents AS d SET tag = '', sort = 0, json = NULL
    FROM unnest($1::text[], $2::bigint[]) AS old (log, idx)
    WHERE d.entry_log = old.log AND d.entry_idx = old.idx";

const FORGET: &str = "DELETE FROM blobs WHERE hash = ANY ($1)";

const PRUNE: &str = "DELETE FROM documents
    WHERE family = $1 AND id = $2 AND NOT latest AND entry_log IS NULL";

/// Writes everything, in the order of [`Changes`].
pub(super) fn changes(session: &mut Session, changes: &Changes) -> Result<(), Fault> {
    let mut steps = Vec::new();
    for part in parts(&changes.entries, entry_bytes) {
        steps.push(entries(part));
    }
    for part in parts(&changes.documents, |row| row.json.len() + row.id.len()) {
        steps.push(not_latest(part));
        steps.push(documents(part));
    }
    for part in parts(&changes.outbox, |row| row.peer.len()) {
        steps.push(outbox(part));
    }
    steps.extend(changes.outbox_updates.iter().map(outbox_update));
    for part in parts(&changes.blobs, |row| row.bytes.len()) {
        steps.push(blobs(part));
    }
    for part in parts(&changes.tiles, |row| row.hashes.len()) {
        steps.push(tiles(part));
    }
    let heads_step = steps.len();
    if !changes.heads.is_empty() {
        steps.push(heads(&changes.heads));
    }
    steps.extend(changes.cosigned.iter().map(cosigned));
    steps.extend(changes.checkpoints.iter().map(checkpoint));
    for part in parts(&changes.destroy, |row| row.log.len()) {
        steps.push(by_entry(DESTROY_ENTRIES, part));
        steps.push(by_entry(DESTROY_DOCUMENTS, part));
    }
    if !changes.forget.is_empty() {
        let hashes = column(&changes.forget, |hash| hash.0.as_slice());
        steps.push(step(FORGET, [hashes]));
    }
    let pruned = changes.prune.iter();
    steps.extend(pruned.map(|(family, id)| step(PRUNE, [Box::new(family), Box::new(id)])));
    let counts = session.execute_all(&steps)?;
    let moved = counts.get(heads_step).copied().unwrap_or(0);
    if let Some(head) = changes.heads.first()
        && moved != changes.heads.len() as u64
    {
        return Err(Fault::Store(StoreError::Damaged {
            log: head.log.clone(),
            what: "the head in the database is not the one this writer has signed; another writer?"
                .to_owned(),
        }));
    }
    Ok(())
}

/// Stores published checkpoints.
pub(super) fn checkpoints(session: &mut Session, published: &[CheckpointRow]) -> Result<(), Fault> {
    let steps: Vec<_> = published.iter().map(checkpoint).collect();
    session.execute_all(&steps)?;
    Ok(())
}

/// Inserts rows of any table.
pub(super) fn insert(session: &mut Session, table: Table, rows: &[Vec<Cell>]) -> Result<(), Fault> {
    let (mut names, mut arrays) = (Vec::new(), Vec::new());
    for (place, column) in table.columns().iter().enumerate() {
        let kind = match column.kind {
            Kind::Integer => "bigint",
            Kind::Boolean => "boolean",
            Kind::Text => "text",
            Kind::Bytes => "bytea",
        };
        names.push(column.name);
        arrays.push(format!("${}::{kind}[]", place + 1));
    }
    let sql = format!(
        "INSERT INTO {} ({}) SELECT * FROM unnest({})",
        table.name(),
        names.join(", "),
        arrays.join(", ")
    );
    for part in parts(rows, |row| row.iter().map(cell_bytes).sum()) {
        let columns = table.columns().iter().enumerate();
        let values: Vec<Value<'_>> = columns
            .map(|(place, column)| cells(part, place, column.kind))
            .collect();
        let values: Vec<_> = values.iter().map(|value| &**value as _).collect();
        session.execute(&sql, &values, WRITING)?;
    }
    Ok(())
}

type Value<'a> = Box<dyn ToSql + Sync + 'a>;

fn step<'a, const N: usize>(sql: &'static str, values: [Value<'a>; N]) -> Step<'a> {
    Step {
        sql,
        values: values.into(),
    }
}

/// One column of many rows.
fn column<'a, R, T>(rows: &'a [R], cell: impl Fn(&'a R) -> T) -> Value<'a>
where
    T: ToSql + Sync + 'a,
{
    Box::new(rows.iter().map(cell).collect::<Vec<T>>())
}

/// Splits rows so that no statement grows too large.
fn parts<R>(rows: &[R], bytes: impl Fn(&R) -> usize) -> Vec<&[R]> {
    let mut parts = Vec::new();
    let mut rest = rows;
    while !rest.is_empty() {
        let mut sum = 0;
        let fitting = rest.iter().take(ROWS).take_while(|row| {
            sum += bytes(row);
            sum <= STATEMENT
        });
        // One row alone may be larger.
        let (part, others) = rest.split_at(fitting.count().max(1));
        parts.push(part);
        rest = others;
    }
    parts
}

fn entry_bytes(row: &EntryRow) -> usize {
    let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    row.leaf.len() + text(&row.body) + text(&row.writes) + text(&row.revisions)
}

fn entries(rows: &[EntryRow]) -> Step<'_> {
    step(
        ENTRIES,
        [
            column(rows, |row| row.log.as_str()),
            column(rows, |row| to_stored(row.index)),
            column(rows, |row| row.leaf.as_slice()),
            column(rows, |row| row.salt.as_deref()),
            column(rows, |row| row.body.as_deref()),
            column(rows, |row| row.writes.as_deref()),
            column(rows, |row| row.revisions.as_deref()),
            column(rows, |row| row.keep_until),
        ],
    )
}

fn not_latest(rows: &[DocumentRow]) -> Step<'_> {
    let newest: Vec<_> = rows.iter().filter(|row| row.latest).collect();
    let families: Vec<&str> = newest.iter().map(|row| row.family.as_str()).collect();
    let ids: Vec<&str> = newest.iter().map(|row| row.id.as_str()).collect();
    step(NOT_LATEST, [Box::new(families), Box::new(ids)])
}

fn documents(rows: &[DocumentRow]) -> Step<'_> {
    Step {
        sql: DOCUMENTS,
        values: vec![
            column(rows, |row| row.family.as_str()),
            column(rows, |row| row.id.as_str()),
            column(rows, |row| row.revision),
            column(rows, |row| row.latest),
            column(rows, |row| row.tag.as_str()),
            column(rows, |row| row.sort),
            column(rows, |row| row.json.as_str()),
            column(rows, |row| entry_log(row.entry.as_ref())),
            column(rows, |row| entry_index(row.entry.as_ref())),
        ],
    }
}

fn entry_log(entry: Option<&EntryRef>) -> Option<&str> {
    entry.map(|entry| entry.log.as_str())
}

fn entry_index(entry: Option<&EntryRef>) -> Option<i64> {
    entry.map(|entry| to_stored(entry.index))
}

fn outbox(rows: &[OutboxInsert]) -> Step<'_> {
    step(
        OUTBOX,
        [
            column(rows, |row| row.peer.as_str()),
            column(rows, |row| to_stored(row.seq)),
            column(rows, |row| row.blob.0.as_slice()),
            column(rows, |row| row.due_ms),
            column(rows, |row| entry_log(row.entry.as_ref())),
            column(rows, |row| entry_index(row.entry.as_ref())),
        ],
    )
}

fn outbox_update(update: &OutboxUpdate) -> Step<'_> {
    match update {
        OutboxUpdate::Delivered { peer, seq } => {
            step(DELIVERED, [Box::new(peer), Box::new(to_stored(*seq))])
        }
        OutboxUpdate::Failed {
            peer,
            seq,
            due_ms,
            error,
        } => step(
            FAILED,
            [
                Box::new(peer),
                Box::new(to_stored(*seq)),
                Box::new(due_ms),
                Box::new(error),
            ],
        ),
        OutboxUpdate::Again { peer, seq, due_ms } => step(
            AGAIN,
            [Box::new(peer), Box::new(to_stored(*seq)), Box::new(due_ms)],
        ),
    }
}

fn blobs(rows: &[BlobRow]) -> Step<'_> {
    step(
        BLOBS,
        [
            column(rows, |row| row.hash.0.as_slice()),
            column(rows, |row| row.bytes.as_slice()),
        ],
    )
}

fn tiles(rows: &[TileRow]) -> Step<'_> {
    step(
        TILES,
        [
            column(rows, |row| row.log.as_str()),
            column(rows, |row| i64::from(row.id.level)),
            column(rows, |row| to_stored(row.id.index)),
            column(rows, |row| row.hashes.as_slice()),
        ],
    )
}

fn heads(rows: &[HeadMove]) -> Step<'_> {
    step(
        HEADS,
        [
            column(rows, |row| row.log.as_str()),
            column(rows, |row| to_stored(row.from.0)),
            column(rows, |row| row.from.1.0.as_slice()),
            column(rows, |row| to_stored(row.to.0)),
            column(rows, |row| row.to.1.0.as_slice()),
        ],
    )
}

fn cosigned(row: &CosignedRow) -> Step<'_> {
    step(
        COSIGNED,
        [
            Box::new(&row.log),
            Box::new(to_stored(row.size)),
            Box::new(&row.grade),
            Box::new(row.root.0.as_slice()),
            Box::new(&row.note),
        ],
    )
}

fn checkpoint(row: &CheckpointRow) -> Step<'_> {
    step(
        CHECKPOINT,
        [
            Box::new(&row.log),
            Box::new(&row.origin),
            Box::new(to_stored(row.size)),
            Box::new(&row.checkpoint),
        ],
    )
}

fn by_entry<'a>(sql: &'static str, rows: &'a [EntryRef]) -> Step<'a> {
    step(
        sql,
        [
            column(rows, |row| row.log.as_str()),
            column(rows, |row| to_stored(row.index)),
        ],
    )
}

fn cell_bytes(cell: &Cell) -> usize {
    match cell {
        Cell::Null | Cell::Integer(_) | Cell::Boolean(_) => 8,
        Cell::Text(text) => text.len(),
        Cell::Bytes(bytes) => bytes.len(),
    }
}

/// One column of rows of cells; a cell of another kind counts as NULL and is refused by the table.
fn cells(rows: &[Vec<Cell>], place: usize, kind: Kind) -> Value<'_> {
    match kind {
        Kind::Integer => column(rows, move |row| match row.get(place) {
            Some(Cell::Integer(number)) => Some(*number),
            _ => None,
        }),
        Kind::Boolean => column(rows, move |row| match row.get(place) {
            Some(Cell::Boolean(truth)) => Some(*truth),
            _ => None,
        }),
        Kind::Text => column(rows, move |row| match row.get(place) {
            Some(Cell::Text(text)) => Some(text.as_str()),
            _ => None,
        }),
        Kind::Bytes => column(rows, move |row| match row.get(place) {
            Some(Cell::Bytes(bytes)) => Some(bytes.as_slice()),
            _ => None,
        }),
    }
}
