//! A batch as the writer takes it. Made on the thread of the caller: hashing and JSON cost more than
//! the writing, and the one writer is what everybody waits for.

use crate::batch::{Batch, DocumentPut, Expect, NewEntry, OutboxPut, OutboxUpdate};
use crate::database::{EntryRef, StoreError};
use crate::engine::{BlobRow, CosignedRow};
use crate::writes;
use journal::checkpoint::Checkpoint;
use journal::entry::{EntryBody, leaf_bytes};
use journal::hash::{Hash, leaf_hash};
use journal::note::Note;
use serde_json::Value;
use std::collections::BTreeMap;

/// A batch that contradicts nothing it says itself.
#[derive(Debug, Default)]
pub(crate) struct Prepared {
    pub(crate) expect: Vec<Expect>,
    pub(crate) entries: Vec<PreparedEntry>,
    pub(crate) documents: Vec<DocumentPut>,
    pub(crate) outbox: Vec<OutboxPut>,
    pub(crate) outbox_updates: Vec<OutboxUpdate>,
    pub(crate) blobs: Vec<BlobRow>,
    pub(crate) cosigned: Vec<CosignedRow>,
    pub(crate) destroy: Vec<EntryRef>,
    pub(crate) forget: Vec<Hash>,
    pub(crate) prune: Vec<(&'static str, String)>,
}

/// An entry as it is stored, except for its place.
#[derive(Debug)]
pub(crate) struct PreparedEntry {
    pub(crate) log: String,
    /// The bytes that the tree covers, and their hash in the tree.
    pub(crate) leaf: Vec<u8>,
    pub(crate) hash: Hash,
    pub(crate) salt: [u8; 32],
    pub(crate) body: String,
    pub(crate) writes: String,
    pub(crate) keep_until: Option<i64>,
}

impl Prepared {
    /// Refuses what could only fail half-way: an error of the engine inside a group would stop the
    /// writer for everybody, so one caller's mistake must be found before anything is written.
    pub(crate) fn new(batch: Batch) -> Result<Self, StoreError> {
        let entries = batch.entries.len();
        let derived = batch.documents.iter().map(|put| put.entry);
        let derived = derived.chain(batch.outbox.iter().map(|put| put.entry));
        if let Some(position) = derived.flatten().find(|position| *position >= entries) {
            return Err(unfit(format!(
                "something derives from entry {position} of it"
            )));
        }
        if let Some(text) = texts_of(&batch).find(|text| text.contains('\0')) {
            return Err(unfit(format!("the text {text:?} has a NUL in it")));
        }
        let updated = batch.outbox_updates.iter().map(|update| update.place().1);
        let numbers = batch.outbox.iter().map(|put| put.seq).chain(updated);
        let indices = batch.destroy.iter().map(|entry| entry.index);
        if let Some(number) = numbers
            .chain(indices)
            .find(|number| i64::try_from(*number).is_err())
        {
            return Err(unfit(format!("number {number} is too large")));
        }
        let texts = (0..entries)
            .map(|position| writes::text_of(&batch, position))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|e| unfit(e.to_string()))?;
        let blobs = batch.blobs.into_iter().map(|blob| BlobRow {
            hash: blob.hash,
            bytes: blob.bytes,
        });
        Ok(Self {
            expect: batch.expect,
            entries: batch
                .entries
                .into_iter()
                .zip(texts)
                .map(|(entry, writes)| PreparedEntry::new(entry, writes))
                .collect::<Result<_, _>>()?,
            documents: batch.documents,
            outbox: batch.outbox,
            outbox_updates: batch.outbox_updates.into_iter().map(storable).collect(),
            blobs: blobs.collect(),
            cosigned: batch
                .cosigned
                .into_iter()
                .map(|put| {
                    let head = cosigned_head(&put.log, &put.note)?;
                    Ok(CosignedRow {
                        log: put.log,
                        size: head.size,
                        root: head.root,
                        grade: put.grade.code().to_owned(),
                        note: put.note,
                    })
                })
                .collect::<Result<_, StoreError>>()?,
            destroy: batch.destroy,
            forget: batch.forget,
            prune: batch.prune,
        })
    }
}

impl PreparedEntry {
    fn new(entry: NewEntry, writes: String) -> Result<Self, StoreError> {
        let NewEntry {
            log,
            body,
            salt,
            keep_until,
        } = entry;
        let mut fields: BTreeMap<String, Value> = body.into();
        let digest = Value::String(writes::digest(&writes).to_string());
        if fields.insert(writes::FIELD.to_owned(), digest).is_some() {
            return Err(unfit(format!(
                "an entry of log {log} has a field {}, which is the database's own",
                writes::FIELD
            )));
        }
        let body = EntryBody::new(fields).map_err(|e| unfit(format!("entry of log {log}: {e}")))?;
        let leaf = leaf_bytes(&body, &salt);
        Ok(Self {
            hash: leaf_hash(&leaf),
            leaf,
            salt: *salt.as_bytes(),
            body: serde_json::to_string(body.fields())
                .map_err(|e| unfit(format!("entry of log {log}: {e}")))?,
            writes,
            keep_until,
            log,
        })
    }
}

/// Every text that is stored as it is. PostgreSQL keeps no NUL in a text, so no database does.
fn texts_of(batch: &Batch) -> impl Iterator<Item = &str> {
    let expected = batch.expect.iter().map(|expect| expect.id.as_str());
    let documents = batch.documents.iter();
    let documents = documents.flat_map(|put| [put.family, &put.id, &put.tag, &put.json]);
    let peers = batch.outbox.iter().map(|put| put.peer.as_str());
    let updated = batch.outbox_updates.iter().map(|update| update.place().0);
    let notes = batch.cosigned.iter().map(|put| put.note.as_str());
    let pruned = batch.prune.iter().map(|(_, id)| id.as_str());
    expected
        .chain(pruned)
        .chain(documents)
        .chain(peers)
        .chain(updated)
        .chain(notes)
}

/// The words of an error come from outside; an unfit one must not keep the attempt from being filed.
fn storable(update: OutboxUpdate) -> OutboxUpdate {
    match update {
        OutboxUpdate::Failed {
            peer,
            seq,
            due_ms,
            error,
        } => OutboxUpdate::Failed {
            peer,
            seq,
            due_ms,
            error: error.replace('\0', "\u{fffd}"),
        },
        update @ (OutboxUpdate::Delivered { .. } | OutboxUpdate::Again { .. }) => update,
    }
}

/// What a cosigned note is about.
fn cosigned_head(log: &str, note: &str) -> Result<Checkpoint, StoreError> {
    let unreadable = |e: &dyn std::fmt::Display| unfit(format!("cosigned note of log {log}: {e}"));
    let note = Note::parse(note).map_err(|e| unreadable(&e))?;
    Checkpoint::parse(note.text()).map_err(|e| unreadable(&e))
}

pub(crate) fn unfit(what: impl Into<String>) -> StoreError {
    StoreError::Unfit(what.into())
}
