//! What every database promises, one function a promise.
//!
//! Nothing here knows an engine: a function gets a [`Fixture`], an empty place where a database of
//! one kind can be opened. A new engine passes if a file as thin as `sqlite.rs` names its fixture to
//! [`conforms`].
#![allow(clippy::unwrap_used, dead_code, unused_macros, unused_imports)]

mod anchoring;
mod batches;
mod documents;
mod moving;
mod outbox;
mod reopening;
mod retention;
mod rot;
mod tree;
mod witnessing;

pub use anchoring::*;
pub use batches::*;
pub use documents::*;
pub use moving::*;
pub use outbox::*;
pub use reopening::*;
pub use retention::*;
pub use rot::*;
pub use tree::*;
pub use witnessing::*;

use journal::checkpoint::Checkpoint;
use journal::entry::{EntryBody, Salt};
use journal::hash::sha256;
use journal::note::{Ed25519Signer, NoteSigner};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use store::{
    Anchor, Batch, Database, DocumentPut, Engine, Expect, Head, LogSigner, NewEntry, Store,
    StoreError,
};

/// An empty place for one database and its anchor.
pub trait Fixture: Sync {
    /// Whether several nodes may have the database open for writing at once.
    const SHARED: bool;

    /// Another empty place.
    fn new() -> Self;

    /// The engine for writing. Unless it is shared, the one before has been dropped.
    fn engine(&self) -> Arc<dyn Engine>;

    /// The engine for reading, beside one that writes or not.
    fn reading(&self) -> Arc<dyn Engine>;

    /// The anchor that belongs to the place, made if there is none. Unless the engine is shared, the
    /// one before has been dropped.
    fn anchor(&self) -> Arc<dyn Anchor>;

    /// Opens the database for writing.
    fn try_open(&self, signers: Vec<LogSigner>) -> Result<Store, StoreError> {
        Store::open(self.engine(), self.anchor(), signers, |error| {
            panic!("the writer stopped: {error}")
        })
    }

    /// Opens the database for writing, with the logs of [`signers`].
    fn open(&self) -> Arc<dyn Database> {
        Arc::new(self.try_open(signers()).unwrap())
    }
}

/// Runs all promises on one kind of database.
macro_rules! conforms {
    ($fixture:ty) => {
        conforms! { $fixture:
            a_batch_is_written_whole,
            a_conflict_writes_nothing,
            an_unfit_batch_stops_nobody,
            of_rivals_exactly_one_wins,
            every_acknowledged_entry_is_proved,
            tiles_grow_across_their_borders,
            reading_outside_the_log_is_harmless,
            reading_beside_the_writer,
            revisions_stay,
            lists_filter_and_sort,
            as_of_is_replay,
            messages_wait_in_order,
            pruned_revisions_go,
            reopening_changes_nothing,
            content_is_destroyed_and_the_proof_stays,
            a_check_looks_at_one_moment,
            what_is_due_is_listed,
            entries_say_what_they_wrote,
            rot_in_any_table_is_found,
            a_dump_keeps_every_byte,
            a_damaged_dump_is_not_loaded,
            a_rebuild_is_the_same_byte_for_byte,
            a_rebuild_mends_what_rotted_beside_the_log,
            cosigned_checkpoints_give_grades,
            a_foreign_cosigned_checkpoint_is_refused,
            an_older_copy_is_read_only,
            a_vanished_entry_is_read_only,
            a_database_without_its_anchor_is_not_signed,
            adopting_puts_heads_into_an_empty_anchor_only,
            a_new_epoch_goes_on_under_a_new_origin,
            what_was_never_published_is_published_at_start,
            two_nodes_beside_one_database,
        }
    };
    ($fixture:ty: $($promise:ident),+ $(,)?) => {$(
        #[test]
        fn $promise() {
            conformance::$promise(&<$fixture as conformance::Fixture>::new());
        }
    )+};
}

pub const OFFICE: &str = "office";
pub const EXCHANGE: &str = "exchange-cn";

pub fn origin(log: &str) -> String {
    format!("de.kontaktstelle.example/{log}")
}

pub fn key(log: &str) -> Ed25519Signer {
    Ed25519Signer::from_seed(&origin(log), sha256(log.as_bytes()).0)
}

/// The signers of two logs, the same at every call.
pub fn signers() -> Vec<LogSigner> {
    [OFFICE, EXCHANGE]
        .into_iter()
        .map(|log| LogSigner {
            log: log.to_owned(),
            origin: origin(log),
            signers: vec![Box::new(key(log))],
        })
        .collect()
}

/// What a node has signed, as it could have been seen outside.
pub type Signed = Arc<Mutex<Vec<Checkpoint>>>;

/// A key that keeps a list of what it was asked to sign.
struct Spy {
    key: Ed25519Signer,
    signed: Signed,
}

impl NoteSigner for Spy {
    fn name(&self) -> &str {
        self.key.name()
    }

    fn key_id(&self) -> u32 {
        self.key.key_id()
    }

    fn sign(&self, text: &[u8]) -> Vec<u8> {
        let checkpoint = Checkpoint::parse(std::str::from_utf8(text).unwrap()).unwrap();
        self.signed.lock().unwrap().push(checkpoint);
        self.key.sign(text)
    }
}

/// The [`signers`] with their keys watched.
pub fn watched_signers(signed: &Signed) -> Vec<LogSigner> {
    [OFFICE, EXCHANGE]
        .into_iter()
        .map(|log| LogSigner {
            log: log.to_owned(),
            origin: origin(log),
            signers: vec![Box::new(Spy {
                key: key(log),
                signed: signed.clone(),
            })],
        })
        .collect()
}

/// Whether two different heads of one size were signed for one origin: a fork, whatever else holds.
pub fn forked(signed: &Signed) -> bool {
    let mut heads = BTreeMap::new();
    signed.lock().unwrap().iter().any(|head| {
        let stands = heads
            .entry((head.origin.clone(), head.size))
            .or_insert(head.root);
        *stands != head.root
    })
}

/// Recomputes a log; gives its size.
pub fn recompute(database: &dyn Database, log: &str) -> Result<u64, StoreError> {
    store::fsck::recompute(database, log, &mut |_, _| {})
}

/// Checks everything that can be checked without keys.
pub fn check(database: &dyn Database) -> Result<store::fsck::Checked, StoreError> {
    store::fsck::check(database, &mut |_, _| {})
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
        keep_until: None,
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
