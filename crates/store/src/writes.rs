//! What derives from an entry, so that every document can be made again from the entries.
//!
//! Beside an entry's body lies the list of the document revisions and outbox messages that the same
//! act wrote and that derive from it, as one JSON text. The text's hash is the field [`FIELD`] of
//! the body, so the leaf covers it: a document that was changed on the disk is found, and one that
//! is lost comes back byte for byte ([`crate::rebuild`]).
//!
//! Every entry has the field, also where nothing derives from it. An entry without it was written by
//! a release before schema 2; what derives from those is not covered.
//!
//! The revision numbers are not in the text: they are known only inside the transaction, when the
//! leaf is fixed already. They lie beside it ([`crate::engine::EntryRow::revisions`]).

use crate::batch::{Batch, DocumentPut, OutboxPut};
use journal::hash::{Hash, sha256};
use serde::{Deserialize, Serialize};

/// The field of an entry's body that holds the hash of what derives from it.
pub const FIELD: &str = "writes";

/// What derives from one entry.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Writes {
    /// Document revisions, in the order they were written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<WrittenDocument>,
    /// Messages to deliver.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outbox: Vec<WrittenMessage>,
}

/// A document revision without its number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenDocument {
    /// Document family.
    pub family: String,
    /// Document id.
    pub id: String,
    /// The code to filter by.
    pub tag: String,
    /// The number to sort by.
    pub sort: i64,
    /// The content.
    pub json: String,
}

/// A message to deliver, as it was put into the outbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WrittenMessage {
    /// The peer's party id.
    pub peer: String,
    /// The place in the direction.
    pub seq: u64,
    /// The blob that holds the sealed message.
    pub blob: Hash,
    /// When it was first due, in milliseconds since 1970.
    pub due_ms: i64,
}

#[derive(Serialize)]
struct DocumentText<'a> {
    family: &'a str,
    id: &'a str,
    tag: &'a str,
    sort: i64,
    json: &'a str,
}

#[derive(Serialize)]
struct MessageText<'a> {
    peer: &'a str,
    seq: u64,
    blob: Hash,
    due_ms: i64,
}

#[derive(Serialize)]
struct WritesText<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    documents: Vec<DocumentText<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    outbox: Vec<MessageText<'a>>,
}

/// The text of what derives from the entry at `position` of a batch.
///
/// # Errors
/// When it cannot be written as JSON, which no text and no number gives cause for.
pub fn text_of(batch: &Batch, position: usize) -> Result<String, serde_json::Error> {
    let derives = |entry: Option<usize>| entry == Some(position);
    let document = |put: &DocumentPut| derives(put.entry);
    let message = |put: &OutboxPut| derives(put.entry);
    let documents = batch
        .documents
        .iter()
        .filter(|put| document(put))
        .map(|put| DocumentText {
            family: put.family,
            id: &put.id,
            tag: &put.tag,
            sort: put.sort,
            json: &put.json,
        });
    let outbox = batch
        .outbox
        .iter()
        .filter(|put| message(put))
        .map(|put| MessageText {
            peer: &put.peer,
            seq: put.seq,
            blob: put.blob,
            due_ms: put.due_ms,
        });
    serde_json::to_string(&WritesText {
        documents: documents.collect(),
        outbox: outbox.collect(),
    })
}

/// The value of [`FIELD`] for a text.
#[must_use]
pub fn digest(text: &str) -> Hash {
    sha256(text.as_bytes())
}

/// The revisions of an entry's documents as they are stored: a JSON list of numbers.
#[must_use]
pub fn revisions_text(revisions: &[i64]) -> String {
    let numbers: Vec<String> = revisions.iter().map(i64::to_string).collect();
    format!("[{}]", numbers.join(","))
}
