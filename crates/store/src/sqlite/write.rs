//! The one writer: a group of batches becomes one transaction, one tree head and one signature.

use super::ReadError;
use super::read::{self, damaged, to_stored};
use crate::batch::{Batch, DocumentPut, NewEntry, OutboxUpdate};
use crate::database::{CommitError, Committed, EntryRef, Head, LogSigner, StoreError};
use crate::sequencer::{GroupWriter, PreparedEntry, Waiting};
use journal::checkpoint::Checkpoint;
use journal::edge::Edge;
use journal::hash::Hash;
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use std::collections::{BTreeMap, BTreeSet};

/// A log as the writer holds it.
struct OpenLog {
    origin: String,
    signer: Box<dyn journal::note::NoteSigner + Send + Sync>,
    /// The right edge of the tree that is durable.
    edge: Edge,
    checkpoint: String,
}

pub(super) struct Writer {
    connection: Connection,
    logs: BTreeMap<String, OpenLog>,
}

/// A group within its transaction: what each log has grown by.
#[derive(Default)]
struct Growth {
    leaves: BTreeMap<String, Vec<Hash>>,
}

impl Writer {
    pub(super) fn new(
        mut connection: Connection,
        signers: Vec<LogSigner>,
    ) -> Result<Self, StoreError> {
        let mut logs = BTreeMap::new();
        for LogSigner {
            log,
            origin,
            signer,
        } in signers
        {
            let opened = open_log(&mut connection, &log, origin, signer)
                .map_err(|e| e.while_doing("opening a log"))?;
            logs.insert(log, opened);
        }
        Ok(Self { connection, logs })
    }
}

impl GroupWriter for Writer {
    fn write(&mut self, group: Vec<Waiting>) -> Result<(), StoreError> {
        self.write_group(group)
            .map_err(|e| e.while_doing("writing the journal"))
    }
}

impl Writer {
    fn write_group(&mut self, group: Vec<Waiting>) -> Result<(), ReadError> {
        let Self { connection, logs } = self;
        let transaction =
            connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let mut growth = Growth::default();
        let mut outcomes = Vec::with_capacity(group.len());
        for waiting in &group {
            outcomes.push(write_batch(
                &transaction,
                logs,
                &mut growth,
                &waiting.batch,
                &waiting.entries,
            )?);
        }
        let grown = write_trees(&transaction, logs, &growth)?;
        transaction.commit()?;

        let heads = publish(connection, logs, grown)?;
        for (waiting, outcome) in group.into_iter().zip(outcomes) {
            waiting.answer(outcome.map(|entries| {
                let heads = heads
                    .iter()
                    .filter(|h| entries.iter().any(|e| e.log == h.log))
                    .cloned()
                    .collect();
                Committed { entries, heads }
            }));
        }
        Ok(())
    }
}

fn open_log(
    connection: &mut Connection,
    name: &str,
    origin: String,
    signer: Box<dyn journal::note::NoteSigner + Send + Sync>,
) -> Result<OpenLog, ReadError> {
    connection.execute(
        "INSERT INTO logs (name, origin, size, root, checkpoint) VALUES (?1, ?2, 0, ?3, '') ON CONFLICT DO NOTHING",
        params![name, origin, Edge::new().root().0.as_slice()],
    )?;
    let head = read::head(connection, name)?;
    if head.origin != origin {
        return Err(damaged(
            name,
            format!(
                "its origin is {:?}, the configuration says {origin:?}",
                head.origin
            ),
        )
        .into());
    }
    let edge = Edge::from_partial_tiles(head.size, |id, width| {
        read::tile(connection, name, id, width).ok()
    })
    .map_err(|e| damaged(name, e.to_string()))?;
    if edge.root() != head.root {
        return Err(damaged(name, "the tiles do not give the stored root").into());
    }
    // Ed25519 is deterministic: signing the same durable head again gives the same checkpoint.
    let checkpoint = sign(name, &origin, signer.as_ref(), head.size, head.root)?;
    if checkpoint != head.checkpoint {
        store_checkpoint(connection, name, &checkpoint)?;
    }
    Ok(OpenLog {
        origin,
        signer,
        edge,
        checkpoint,
    })
}

/// Writes one batch, or nothing of it if an expectation fails.
fn write_batch(
    transaction: &Transaction<'_>,
    logs: &BTreeMap<String, OpenLog>,
    growth: &mut Growth,
    batch: &Batch,
    prepared: &[PreparedEntry],
) -> Result<Result<Vec<EntryRef>, CommitError>, ReadError> {
    if let Err(refusal) = check_batch(transaction, logs, batch)? {
        return Ok(Err(refusal));
    }
    for expect in &batch.expect {
        if latest_revision(transaction, expect.family, &expect.id)? != expect.revision {
            return Ok(Err(CommitError::Conflict {
                family: expect.family,
                id: expect.id.clone(),
            }));
        }
    }
    let mut entries = Vec::with_capacity(batch.entries.len());
    for (entry, prepared) in batch.entries.iter().zip(prepared) {
        entries.push(write_entry(transaction, logs, growth, entry, prepared)?);
    }
    for put in &batch.documents {
        write_document(
            transaction,
            put,
            put.entry.and_then(|position| entries.get(position)),
        )?;
    }
    for blob in &batch.blobs {
        transaction
            .prepare_cached(
                "INSERT INTO blobs (hash, bytes) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            )?
            .execute(params![blob.hash.0.as_slice(), blob.bytes])?;
    }
    for put in &batch.outbox {
        transaction
            .prepare_cached("INSERT INTO outbox (peer, seq, blob, due_ms, attempts, delivered) VALUES (?1, ?2, ?3, ?4, 0, FALSE)")?
            .execute(params![put.peer, to_stored(&put.peer, put.seq)?, put.blob.0.as_slice(), put.due_ms])?;
    }
    for update in &batch.outbox_updates {
        write_outbox_update(transaction, update)?;
    }
    Ok(Ok(entries))
}

/// Refuses what could only fail half-way: an error of the engine inside a group would stop the
/// writer for everybody, so one caller's mistake must be found before anything is written.
fn check_batch(
    transaction: &Transaction<'_>,
    logs: &BTreeMap<String, OpenLog>,
    batch: &Batch,
) -> Result<Result<(), CommitError>, ReadError> {
    if let Some(missing) = batch.entries.iter().find(|e| !logs.contains_key(&e.log)) {
        return Ok(Err(StoreError::NoSuchLog(missing.log.clone()).into()));
    }
    let unfit = |what: String| Ok(Err(StoreError::Unfit(what).into()));
    let positions = batch.documents.iter().filter_map(|put| put.entry);
    if let Some(position) = positions.max().filter(|p| *p >= batch.entries.len()) {
        return unfit(format!("a document derives from entry {position} of it"));
    }
    let updated = batch.outbox_updates.iter().map(|update| match update {
        OutboxUpdate::Delivered { seq, .. } | OutboxUpdate::Failed { seq, .. } => *seq,
    });
    let numbers = batch.outbox.iter().map(|put| put.seq).chain(updated);
    if let Some(seq) = numbers.max().filter(|seq| i64::try_from(*seq).is_err()) {
        return unfit(format!("message number {seq} is too large"));
    }
    let mut places = BTreeSet::new();
    for put in &batch.outbox {
        let taken = transaction
            .prepare_cached("SELECT 1 FROM outbox WHERE peer = ?1 AND seq = ?2")?
            .exists(params![put.peer, to_stored(&put.peer, put.seq)?])?;
        if taken || !places.insert((&put.peer, put.seq)) {
            return Ok(Err(CommitError::Conflict {
                family: "outbox",
                id: format!("{} {}", put.peer, put.seq),
            }));
        }
    }
    Ok(Ok(()))
}

fn latest_revision(
    transaction: &Transaction<'_>,
    family: &str,
    id: &str,
) -> Result<i64, ReadError> {
    Ok(transaction
        .prepare_cached("SELECT MAX(revision) FROM documents WHERE family = ?1 AND id = ?2")?
        .query_row([family, id], |row| row.get::<_, Option<i64>>(0))
        .optional()?
        .flatten()
        .unwrap_or(0))
}

fn write_entry(
    transaction: &Transaction<'_>,
    logs: &BTreeMap<String, OpenLog>,
    growth: &mut Growth,
    entry: &NewEntry,
    prepared: &PreparedEntry,
) -> Result<EntryRef, ReadError> {
    let durable = logs.get(&entry.log).map_or(0, |log| log.edge.size());
    let leaves = growth.leaves.entry(entry.log.clone()).or_default();
    let index = durable + leaves.len() as u64;
    transaction
        .prepare_cached(
            "INSERT INTO entries (log, idx, leaf, salt, body) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            entry.log,
            to_stored(&entry.log, index)?,
            prepared.leaf,
            entry.salt.as_bytes().as_slice(),
            prepared.body
        ])?;
    leaves.push(prepared.hash);
    Ok(EntryRef {
        log: entry.log.clone(),
        index,
    })
}

fn write_document(
    transaction: &Transaction<'_>,
    put: &DocumentPut,
    entry: Option<&EntryRef>,
) -> Result<(), ReadError> {
    let revision = latest_revision(transaction, put.family, &put.id)? + 1;
    transaction
        .prepare_cached(
            "UPDATE documents SET latest = FALSE WHERE family = ?1 AND id = ?2 AND revision = ?3",
        )?
        .execute(params![put.family, put.id, revision - 1])?;
    let (entry_log, entry_idx) = match entry {
        Some(entry) => (Some(&entry.log), Some(to_stored(&entry.log, entry.index)?)),
        None => (None, None),
    };
    transaction
        .prepare_cached(
            "INSERT INTO documents (family, id, revision, latest, tag, sort, json, entry_log, entry_idx) VALUES (?1, ?2, ?3, TRUE, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![put.family, put.id, revision, put.tag, put.sort, put.json, entry_log, entry_idx])?;
    Ok(())
}

fn write_outbox_update(
    transaction: &Transaction<'_>,
    update: &OutboxUpdate,
) -> Result<(), ReadError> {
    match update {
        OutboxUpdate::Delivered { peer, seq } => transaction
            .prepare_cached("UPDATE outbox SET delivered = TRUE, attempts = attempts + 1, last_error = NULL WHERE peer = ?1 AND seq = ?2")?
            .execute(params![peer, to_stored(peer, *seq)?])?,
        OutboxUpdate::Failed { peer, seq, due_ms, error } => transaction
            .prepare_cached("UPDATE outbox SET attempts = attempts + 1, due_ms = ?3, last_error = ?4 WHERE peer = ?1 AND seq = ?2")?
            .execute(params![peer, to_stored(peer, *seq)?, due_ms, error])?,
    };
    Ok(())
}

/// A log's next edge, with the size it grows from.
struct Grown {
    log: String,
    from: u64,
    edge: Edge,
}

/// Writes the tiles and moves each head by compare-and-swap on the old one.
fn write_trees(
    transaction: &Transaction<'_>,
    logs: &BTreeMap<String, OpenLog>,
    growth: &Growth,
) -> Result<Vec<Grown>, ReadError> {
    let mut grown = Vec::new();
    for (name, leaves) in &growth.leaves {
        let Some(log) = logs.get(name) else { continue };
        let mut edge = log.edge.clone();
        for update in edge.append_all(leaves) {
            let bytes: Vec<u8> = update.hashes.iter().flat_map(|hash| hash.0).collect();
            transaction
                .prepare_cached(
                    "INSERT INTO tiles (log, level, idx, hashes) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT (log, level, idx) DO UPDATE SET hashes = excluded.hashes",
                )?
                .execute(params![
                    name,
                    update.id.level,
                    to_stored(name, update.id.index)?,
                    bytes
                ])?;
        }
        let moved = transaction
            .prepare_cached(
                "UPDATE logs SET size = ?1, root = ?2, checkpoint = '' WHERE name = ?3 AND size = ?4 AND root = ?5",
            )?
            .execute(params![
                to_stored(name, edge.size())?,
                edge.root().0.as_slice(),
                name,
                to_stored(name, log.edge.size())?,
                log.edge.root().0.as_slice()
            ])?;
        if moved != 1 {
            return Err(damaged(
                name,
                "the head in the database is not the one this writer has signed; another writer?",
            )
            .into());
        }
        grown.push(Grown {
            log: name.clone(),
            from: log.edge.size(),
            edge,
        });
    }
    Ok(grown)
}

/// After the commit: read back what is durable, recompute, sign, store the signature.
fn publish(
    connection: &mut Connection,
    logs: &mut BTreeMap<String, OpenLog>,
    grown: Vec<Grown>,
) -> Result<Vec<Head>, ReadError> {
    let mut heads = Vec::new();
    for Grown {
        log: name,
        from,
        edge,
    } in grown
    {
        let Some(log) = logs.get_mut(&name) else {
            continue;
        };
        let written = read::leaf_hashes(connection, &name, from, edge.size())?;
        let mut recomputed = log.edge.clone();
        recomputed.append_all(&written);
        if recomputed.root() != edge.root() || recomputed.size() != edge.size() {
            return Err(damaged(&name, "what was read back is not what was written").into());
        }
        log.checkpoint = sign(
            &name,
            &log.origin,
            log.signer.as_ref(),
            edge.size(),
            edge.root(),
        )?;
        store_checkpoint(connection, &name, &log.checkpoint)?;
        heads.push(Head {
            log: name,
            origin: log.origin.clone(),
            size: edge.size(),
            root: edge.root(),
            checkpoint: log.checkpoint.clone(),
        });
        log.edge = edge;
    }
    Ok(heads)
}

fn sign(
    log: &str,
    origin: &str,
    signer: &dyn journal::note::NoteSigner,
    size: u64,
    root: Hash,
) -> Result<String, StoreError> {
    Checkpoint {
        origin: origin.to_owned(),
        size,
        root,
    }
    .sign(&[signer])
    .map_err(|e| damaged(log, format!("its head cannot be signed: {e}")))
}

/// Stores a signature without a disk write of its own: it is deterministic and is made again at
/// start if it was lost, so it may ride on the next sync.
fn store_checkpoint(connection: &Connection, log: &str, checkpoint: &str) -> Result<(), ReadError> {
    connection.execute_batch("PRAGMA synchronous = NORMAL")?;
    connection
        .prepare_cached("UPDATE logs SET checkpoint = ?2 WHERE name = ?1")?
        .execute([log, checkpoint])?;
    connection.execute_batch("PRAGMA synchronous = FULL")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::batch::Expect;
    use journal::entry::{EntryBody, Salt};
    use journal::note::Ed25519Signer;
    use rusqlite::OpenFlags;

    fn writer(dir: &std::path::Path) -> Writer {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let connection = super::super::connect(&dir.join("node.db"), flags).unwrap();
        super::super::migrate(&connection).unwrap();
        let signer = LogSigner {
            log: "office".to_owned(),
            origin: "de.kontaktstelle.example/office".to_owned(),
            signer: Box::new(Ed25519Signer::from_seed(
                "de.kontaktstelle.example/office",
                [7; 32],
            )),
        };
        Writer::new(connection, vec![signer]).unwrap()
    }

    fn rival(text: &str) -> Batch {
        let fields = BTreeMap::from([("text".to_owned(), text.into())]);
        Batch {
            expect: vec![Expect {
                family: "case",
                id: "a".to_owned(),
                revision: 0,
            }],
            entries: vec![NewEntry {
                log: "office".to_owned(),
                body: EntryBody::new(fields).unwrap(),
                salt: Salt::new([1; 32]),
            }],
            documents: vec![DocumentPut {
                family: "case",
                id: "a".to_owned(),
                tag: String::new(),
                sort: 0,
                json: text.to_owned(),
                entry: Some(0),
            }],
            ..Batch::default()
        }
    }

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

    /// Promise: in one transaction a batch that conflicts with an earlier one of the same group
    /// leaves no trace, and those around it stand.
    #[test]
    fn a_conflict_inside_a_group_leaves_the_others() {
        let dir = tempfile::tempdir().unwrap();
        let mut writer = writer(dir.path());
        let third = Batch {
            expect: Vec::new(),
            ..rival("third")
        };
        let (group, answers): (Vec<_>, Vec<_>) = [rival("first"), rival("second"), third]
            .map(Waiting::new)
            .into_iter()
            .unzip();
        writer.write(group).unwrap();
        let indices: Vec<_> = answers
            .iter()
            .map(|answer| answer.recv().unwrap().map(|c| c.entries[0].index).ok())
            .collect();
        assert_eq!(indices, [Some(0), None, Some(1)]);
        assert_eq!(
            read::head(&writer.connection, "office")
                .unwrap_or_else(|_| panic!())
                .size,
            2
        );
        let revisions =
            read::revisions(&writer.connection, "case", "a").unwrap_or_else(|_| panic!());
        let texts: Vec<_> = revisions.iter().map(|d| d.json.as_str()).collect();
        assert_eq!(texts, ["first", "third"]);
    }

    /// Promise: a commit waits for the disk. WAL and `synchronous=FULL` (2) hold for the writer,
    /// also after it has stored a signature without waiting.
    #[test]
    fn the_writer_waits_for_the_disk() {
        let dir = tempfile::tempdir().unwrap();
        let mut writer = writer(dir.path());
        for _ in 0..2 {
            assert_eq!(pragma(&writer.connection, "journal_mode"), "wal");
            assert_eq!(pragma(&writer.connection, "synchronous"), "2");
            assert_eq!(pragma(&writer.connection, "foreign_keys"), "1");
            assert_eq!(pragma(&writer.connection, "mmap_size"), "0");
            let (waiting, answer) = Waiting::new(Batch {
                expect: Vec::new(),
                ..rival("x")
            });
            writer.write(vec![waiting]).unwrap();
            answer.recv().unwrap().unwrap();
        }
    }

    /// Promise: the linked engine is one without the WAL-reset corruption (fixed in 3.51.3).
    #[test]
    fn the_engine_is_new_enough() {
        super::super::assert_engine().unwrap();
        assert!(rusqlite::version_number() >= 3_051_003);
    }
}
