//! What every database promises, one function a promise.
//!
//! Nothing here knows SQLite: a function gets `open`, which opens the database that lies in a
//! directory, with the logs of [`signers`], or creates it there. A new database passes if a file
//! as thin as `sqlite.rs` runs the same functions on it.
#![allow(clippy::unwrap_used)]

mod batches;
mod documents;
mod outbox;
mod reopening;
mod tree;

pub use batches::*;
pub use documents::*;
pub use outbox::*;
pub use reopening::*;
pub use tree::*;

use journal::checkpoint::Checkpoint;
use journal::entry::{EntryBody, Salt};
use journal::hash::sha256;
use journal::note::Ed25519Signer;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use store::{Batch, Database, DocumentPut, Expect, Head, LogSigner, NewEntry};

/// Opens the database in a directory for writing, with the logs of [`signers`].
pub type Open = fn(&Path) -> Arc<dyn Database>;

pub const OFFICE: &str = "office";
pub const EXCHANGE: &str = "exchange-cn";

pub fn origin(log: &str) -> String {
    format!("de.kontaktstelle.example/{log}")
}

fn key(log: &str) -> Ed25519Signer {
    Ed25519Signer::from_seed(&origin(log), sha256(log.as_bytes()).0)
}

/// The signers of two logs, the same at every call.
pub fn signers() -> Vec<LogSigner> {
    [OFFICE, EXCHANGE]
        .into_iter()
        .map(|log| LogSigner {
            log: log.to_owned(),
            origin: origin(log),
            signer: Box::new(key(log)),
        })
        .collect()
}

/// Checks that a head's checkpoint is signed by its log and says what the head says.
pub fn check_signed(head: &Head) {
    let checkpoint = Checkpoint::open(
        &head.checkpoint,
        &origin(&head.log),
        &[&key(&head.log).verifier()],
    )
    .unwrap();
    assert_eq!((checkpoint.size, checkpoint.root), (head.size, head.root));
}

/// An entry that says `text`.
pub fn entry(log: &str, text: &str) -> NewEntry {
    let fields = BTreeMap::from([
        ("kind".to_owned(), "test".into()),
        ("text".to_owned(), text.into()),
    ]);
    NewEntry {
        log: log.to_owned(),
        body: EntryBody::new(fields).unwrap(),
        salt: Salt::new(sha256(text.as_bytes()).0),
    }
}

/// A document revision that says `text`, derived from the batch's first entry if it has one.
pub fn document(family: &'static str, id: &str, text: &str, entry: Option<usize>) -> DocumentPut {
    DocumentPut {
        family,
        id: id.to_owned(),
        tag: String::new(),
        sort: 0,
        json: format!("{{\"text\":\"{text}\"}}"),
        entry,
    }
}

pub fn expect(family: &'static str, id: &str, revision: i64) -> Expect {
    Expect {
        family,
        id: id.to_owned(),
        revision,
    }
}

/// A batch of one entry.
pub fn one(log: &str, text: &str) -> Batch {
    Batch {
        entries: vec![entry(log, text)],
        ..Batch::default()
    }
}

/// What the entries of a log say, in order.
pub fn texts(database: &dyn Database, log: &str) -> Vec<String> {
    database
        .entries(log, 0, u64::MAX)
        .unwrap()
        .into_iter()
        .map(|stored| {
            let (body, _) = stored.content.unwrap();
            body.get("text").unwrap().as_str().unwrap().to_owned()
        })
        .collect()
}
