//! The embedded database keeps what every database promises, and what it promises by itself.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod conformance;

use conformance::{EXCHANGE, OFFICE, check_signed, document, one, signers, texts};
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::{Batch, CommitError, Database, Sqlite, StoreError, fsck};

fn path(dir: &Path) -> PathBuf {
    dir.join("node.db")
}

fn try_open(dir: &Path) -> Result<Sqlite, StoreError> {
    Sqlite::open(&path(dir), signers(), |error| {
        panic!("the writer stopped: {error}")
    })
}

fn open(dir: &Path) -> Arc<dyn Database> {
    Arc::new(try_open(dir).unwrap())
}

macro_rules! conforms {
    ($($promise:ident),+ $(,)?) => {$(
        #[test]
        fn $promise() {
            let dir = tempfile::tempdir().unwrap();
            conformance::$promise(open, dir.path());
        }
    )+};
}

conforms! {
    a_batch_is_written_whole,
    a_conflict_writes_nothing,
    an_unfit_batch_stops_nobody,
    of_rivals_exactly_one_wins,
    every_acknowledged_entry_is_proved,
    tiles_grow_across_their_borders,
    reading_outside_the_log_is_harmless,
    revisions_stay,
    lists_filter_and_sort,
    as_of_is_replay,
    messages_wait_in_order,
    reopening_changes_nothing,
}

/// A database of 600 entries, so that there are full tiles, a partial one and two levels.
fn grown() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let database = open(dir.path());
    for round in 0..3 {
        let entries = (0..200).map(|n| conformance::entry(OFFICE, &format!("{round}/{n}")));
        let batch = Batch {
            entries: entries.collect(),
            documents: vec![document("case", "a", "", Some(0))],
            ..Batch::default()
        };
        database.commit(batch).unwrap();
    }
    dir
}

/// Changes the file behind the program's back.
fn tamper(dir: &Path, sql: &str) {
    let changed = Connection::open(path(dir))
        .unwrap()
        .execute(sql, [])
        .unwrap();
    assert_eq!(changed, 1, "{sql}");
}

#[track_caller]
fn assert_damaged<T>(result: Result<T, StoreError>, named: &str) {
    match result {
        Err(StoreError::Damaged { log, what }) => assert_eq!(log, named, "{what}"),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("the damage was not seen"),
    }
}

/// Promise: a signature lost between commit and the next sync is made again, the very same.
#[test]
fn a_lost_signature_is_made_again() {
    let dir = grown();
    let before = open(dir.path()).head(OFFICE).unwrap();
    tamper(
        dir.path(),
        "UPDATE logs SET checkpoint = '' WHERE name = 'office'",
    );
    let read_only = Sqlite::open_read_only(&path(dir.path())).unwrap();
    assert_damaged(read_only.head(OFFICE), OFFICE);
    let after = open(dir.path()).head(OFFICE).unwrap();
    check_signed(&after);
    assert_eq!(after, before);
    assert_eq!(read_only.head(OFFICE).unwrap(), before);
}

/// Promise: a head or an edge of the tree that was changed on the disk keeps the node from
/// starting, before it signs anything.
#[test]
fn a_damaged_head_or_edge_is_seen_at_start() {
    for sql in [
        "UPDATE logs SET root = zeroblob(32) WHERE name = 'office'",
        "UPDATE logs SET root = zeroblob(31) WHERE name = 'office'",
        "UPDATE logs SET size = 599 WHERE name = 'office'",
        "UPDATE logs SET size = 601 WHERE name = 'office'",
        "UPDATE logs SET size = -1 WHERE name = 'office'",
        "UPDATE logs SET origin = 'elsewhere/office' WHERE name = 'office'",
        "UPDATE tiles SET hashes = zeroblob(length(hashes)) WHERE log = 'office' AND level = 0 AND idx = 2",
        "UPDATE tiles SET hashes = substr(hashes, 1, 64) WHERE log = 'office' AND level = 0 AND idx = 2",
        "UPDATE tiles SET hashes = substr(hashes, 2) WHERE log = 'office' AND level = 0 AND idx = 2",
        "DELETE FROM tiles WHERE log = 'office' AND level = 0 AND idx = 2",
        "DELETE FROM tiles WHERE log = 'office' AND level = 1 AND idx = 0",
        "UPDATE tiles SET hashes = zeroblob(64) WHERE log = 'office' AND level = 1 AND idx = 0",
    ] {
        let dir = grown();
        tamper(dir.path(), sql);
        let result = try_open(dir.path());
        assert!(
            matches!(&result, Err(StoreError::Damaged { log, .. }) if log == OFFICE),
            "{sql}"
        );
    }
}

/// Promise: a head whose signed text speaks of another tree is never handed out.
#[test]
fn a_changed_checkpoint_is_not_handed_out() {
    let dir = grown();
    tamper(
        dir.path(),
        "UPDATE logs SET checkpoint = replace(checkpoint, '600', '601') WHERE name = 'office'",
    );
    let read_only = Sqlite::open_read_only(&path(dir.path())).unwrap();
    assert_damaged(read_only.head(OFFICE), OFFICE);
}

/// Promise: an entry that was changed on the disk is never read as if it were the one in the tree,
/// and recomputing the log finds it.
#[test]
fn a_damaged_entry_is_seen_when_read() {
    for sql in [
        "UPDATE entries SET leaf = x'00' WHERE log = 'office' AND idx = 7",
        "UPDATE entries SET body = replace(body, '0/7', '0/8') WHERE log = 'office' AND idx = 7",
        "UPDATE entries SET body = 'not JSON' WHERE log = 'office' AND idx = 7",
        "UPDATE entries SET salt = zeroblob(32) WHERE log = 'office' AND idx = 7",
        "UPDATE entries SET salt = zeroblob(5) WHERE log = 'office' AND idx = 7",
        "UPDATE entries SET salt = NULL WHERE log = 'office' AND idx = 7",
        "UPDATE entries SET body = NULL WHERE log = 'office' AND idx = 7",
        "UPDATE tiles SET hashes = zeroblob(length(hashes)) WHERE log = 'office' AND level = 0 AND idx = 0",
        "UPDATE tiles SET hashes = x'00' WHERE log = 'office' AND level = 0 AND idx = 0",
        "DELETE FROM tiles WHERE log = 'office' AND level = 0 AND idx = 0",
    ] {
        let dir = grown();
        tamper(dir.path(), sql);
        let database = open(dir.path());
        assert_damaged(database.entries(OFFICE, 7, 8), OFFICE);
        assert_damaged(fsck::recompute(&*database, OFFICE), OFFICE);
        assert_eq!(
            database.entries(OFFICE, 300, 301).unwrap().len(),
            1,
            "{sql}"
        );
    }
    // An entry that is gone is no damage to a reader of ranges, but the log is not whole.
    for sql in [
        "DELETE FROM entries WHERE log = 'office' AND idx = 7",
        "DELETE FROM entries WHERE log = 'office' AND idx = 599",
    ] {
        let dir = grown();
        tamper(dir.path(), sql);
        assert_damaged(fsck::recompute(&*open(dir.path()), OFFICE), OFFICE);
    }
}

/// Promise: content destroyed at its retention date leaves leaf and proof.
#[test]
fn destroyed_content_leaves_the_proof() {
    let dir = grown();
    tamper(
        dir.path(),
        "UPDATE entries SET salt = NULL, body = NULL WHERE log = 'office' AND idx = 7",
    );
    let database = open(dir.path());
    let entries = database.entries(OFFICE, 7, 8).unwrap();
    assert!(entries[0].content.is_none());
    assert_eq!(fsck::recompute(&*database, OFFICE).unwrap(), 600);
}

/// Promise: a blob is what its name says, or it is reported.
#[test]
fn a_damaged_blob_is_seen_when_read() {
    let dir = tempfile::tempdir().unwrap();
    let blob = store::BlobRef::new(b"evidence".to_vec());
    let hash = blob.hash;
    open(dir.path())
        .commit(Batch {
            blobs: vec![blob],
            ..Batch::default()
        })
        .unwrap();
    assert_eq!(open(dir.path()).blob(&hash).unwrap().unwrap(), b"evidence");
    tamper(dir.path(), "UPDATE blobs SET bytes = x'00'");
    assert_damaged(open(dir.path()).blob(&hash), "blobs");
}

/// Promise: two processes never both write; the second is told which file holds it off.
#[test]
fn a_second_writer_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let first = open(dir.path());
    let refused = try_open(dir.path());
    assert!(matches!(&refused, Err(StoreError::Locked { path }) if path.ends_with("node.lock")));
    first.commit(one(OFFICE, "still writing")).unwrap();
    drop(first);
    assert!(try_open(dir.path()).is_ok());
}

/// Promise: a second program may read beside the writer, sees what is committed, and cannot write.
#[test]
fn reading_beside_the_writer() {
    let dir = tempfile::tempdir().unwrap();
    assert!(Sqlite::open_read_only(&path(dir.path())).is_err());
    let writer = open(dir.path());
    let reader = Sqlite::open_read_only(&path(dir.path())).unwrap();
    for n in 0..5 {
        let text = n.to_string();
        writer.commit(one(EXCHANGE, &text)).unwrap();
        assert_eq!(texts(&reader, EXCHANGE).last(), Some(&text));
        assert_eq!(
            reader.head(EXCHANGE).unwrap(),
            writer.head(EXCHANGE).unwrap()
        );
    }
    let refused = reader.commit(one(EXCHANGE, "never"));
    assert!(matches!(
        refused,
        Err(CommitError::Store(StoreError::WriterStopped))
    ));
    drop(writer);
    assert_eq!(texts(&reader, EXCHANGE).len(), 5);
}

/// Promise: a database of a later program is left alone, by writers and readers.
#[test]
fn a_schema_from_the_future_is_refused() {
    let dir = grown();
    Connection::open(path(dir.path()))
        .unwrap()
        .execute_batch("PRAGMA user_version = 2")
        .unwrap();
    let unknown = |result: Result<Sqlite, StoreError>| {
        matches!(
            result,
            Err(StoreError::SchemaUnknown { found: 2, known: 1 })
        )
    };
    assert!(unknown(try_open(dir.path())));
    assert!(unknown(Sqlite::open_read_only(&path(dir.path()))));
}

/// Promise: the file is a WAL database, whoever opens it, so that readers never block the writer.
#[test]
fn the_file_is_in_wal_mode() {
    let dir = grown();
    let connection = Connection::open(path(dir.path())).unwrap();
    let mode: String = connection
        .query_row("PRAGMA journal_mode", [], |row| row.get(0))
        .unwrap();
    assert_eq!(mode, "wal");
}
