//! The embedded database keeps what every database promises, and what it promises by itself.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

#[macro_use]
mod conformance;

use conformance::{
    Fixture, OFFICE, check, check_signed, document, one, origin, recompute, signers, texts,
};
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::{
    Anchor, AnchorError, Batch, Database, Engine, FileAnchor, LogTiles, Sqlite, Store, StoreError,
};

/// A directory with a database file and an anchor file.
struct InDirectory(tempfile::TempDir);

impl Fixture for InDirectory {
    const SHARED: bool = false;

    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn engine(&self) -> Arc<dyn Engine> {
        Arc::new(Sqlite::writable(&path(self.0.path())).unwrap())
    }

    fn reading(&self) -> Arc<dyn Engine> {
        Arc::new(Sqlite::read_only(&path(self.0.path())).unwrap())
    }

    fn anchor(&self) -> Arc<dyn Anchor> {
        let path = anchor(self.0.path());
        let opened = match path.exists() {
            true => FileAnchor::open(&path),
            false => FileAnchor::create(&path),
        };
        Arc::new(opened.unwrap())
    }
}

conforms!(InDirectory);

fn path(dir: &Path) -> PathBuf {
    dir.join("node.db")
}

fn anchor(dir: &Path) -> PathBuf {
    dir.join("node.anchor")
}

fn try_open(dir: &Path) -> Result<Store, StoreError> {
    Sqlite::open(&path(dir), &anchor(dir), signers(), |error| {
        panic!("the writer stopped: {error}")
    })
}

fn open(dir: &Path) -> Arc<dyn Database> {
    Arc::new(try_open(dir).unwrap())
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
        "UPDATE logs SET checkpoint = '', published = 0 WHERE name = 'office'",
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
        assert_damaged(recompute(&*database, OFFICE), OFFICE);
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
        assert_damaged(recompute(&*open(dir.path()), OFFICE), OFFICE);
    }
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

/// Promise: a database of a later program is left alone, by writers and readers.
#[test]
fn a_schema_from_the_future_is_refused() {
    let dir = grown();
    Connection::open(path(dir.path()))
        .unwrap()
        .execute_batch("PRAGMA user_version = 3")
        .unwrap();
    let unknown = |result: Result<Store, StoreError>| {
        matches!(
            result,
            Err(StoreError::SchemaUnknown { found: 3, known: 2 })
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

/// Lays the database of the release before in a directory.
fn of_the_release_before() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let bytes = include_bytes!("fixtures/schema1.sqlite");
    std::fs::write(path(dir.path()), bytes).unwrap();
    dir
}

/// Promise: a database of the release before is brought forward when it is opened for writing.
/// Nothing of it is lost: entries, documents, outbox, and every head it has signed is the beginning
/// of what is signed from now on.
#[test]
fn a_database_of_the_release_before_goes_on() {
    let dir = of_the_release_before();
    assert!(matches!(
        Sqlite::open_read_only(&path(dir.path())),
        Err(StoreError::SchemaOld { found: 1, known: 2 })
    ));
    // It has entries and no anchor: to vouch for them is a decision.
    let refused = try_open(dir.path()).err().unwrap();
    assert!(
        matches!(&refused, StoreError::Anchor(AnchorError::Missing { .. })),
        "{refused}"
    );
    let adopt = || {
        let engine = Sqlite::writable(&path(dir.path())).unwrap();
        let anchor = FileAnchor::create(&anchor(dir.path())).unwrap();
        store::epoch::adopt(&engine, &anchor).unwrap()
    };
    assert_eq!(adopt().len(), 2);

    let database = open(dir.path());
    let head = database.head(OFFICE).unwrap();
    assert_eq!(head.size, 300);
    let said = texts(&*database, OFFICE);
    let expected: Vec<_> = (0..300).map(|n| format!("{}/{}", n / 10, n % 10)).collect();
    assert_eq!(said, expected);
    assert_eq!(texts(&*database, conformance::EXCHANGE).len(), 30);
    assert_eq!(database.revisions("case", "case-1").unwrap().len(), 8);
    let case = database.document("case", "case-1").unwrap().unwrap();
    assert_eq!((case.json.as_str(), case.sort), ("{\"round\":29}", 29));
    assert_eq!(database.documents("receipt", None).unwrap().len(), 30);
    assert_eq!(
        database.documents_as_of("case", OFFICE, 30).unwrap().len(),
        3
    );
    let waiting = database.outbox().unwrap();
    assert_eq!(waiting.len(), 29);
    assert_eq!(waiting[0].last_error.as_deref(), Some("no route"));
    let sealed = database.blob(&waiting[3].blob).unwrap().unwrap();
    assert_eq!(sealed, b"sealed 4");
    let checked = check(&*database).unwrap();
    assert_eq!((checked.derived, checked.uncovered), (0, 90));

    let old = include_str!("fixtures/schema1.checkpoints");
    let newer = database
        .commit(one(OFFICE, "goes on"))
        .unwrap()
        .heads
        .remove(0);
    check_signed(&newer);
    let tiles = LogTiles::new(database.clone(), OFFICE);
    let mut compared = 0;
    for note in old.split("===\n") {
        let key = conformance::key(OFFICE).verifier();
        let Ok(old) = journal::checkpoint::Checkpoint::open(note, &origin(OFFICE), &[&key]) else {
            continue;
        };
        let proof = journal::proof::consistency_proof(&tiles, old.size, newer.size).unwrap();
        journal::proof::verify_consistency(old.size, &old.root, newer.size, &newer.root, &proof)
            .unwrap();
        compared += 1;
    }
    assert_eq!(compared, 5);
    // Written now, derived now: covered beside what is not.
    database
        .commit(Batch {
            documents: vec![document("case", "case-1", "", Some(0))],
            ..one(OFFICE, "covered")
        })
        .unwrap();
    let checked = check(&*database).unwrap();
    assert_eq!((checked.derived, checked.uncovered), (1, 90));
    drop(database);
    let rebuilt = InDirectory::new();
    let source = Sqlite::open_read_only(&path(dir.path())).unwrap();
    store::rebuild::rebuild(&source, rebuilt.engine().as_ref()).unwrap();
    let rebuilt = Store::reader(rebuilt.reading());
    assert_eq!(conformance::dumped(&rebuilt), conformance::dumped(&source));
}

/// A database of every schema there was, as the program of its time wrote it, and the hash of its dump
/// under today's. Whoever adds a schema adds one here.
const WRITTEN: [(&[u8], &str); 2] = [
    (
        include_bytes!("fixtures/schema1.sqlite"),
        "fBCTOQed5S2xBK+4qfwlw3aCBIhuP0g22KpNKSy7pFw=",
    ),
    (
        include_bytes!("fixtures/schema2.sqlite"),
        "YWcWzyn20ngtfEnJeyykWCDlUU2d+poniGgU0Pa7clo=",
    ),
];

/// Promise: a database of any schema there was opens with the rows it was written with, gives the same
/// byte for byte when it is made again from its entries, and goes on.
#[test]
fn every_schema_there_was_is_brought_forward() {
    for (bytes, hash) in WRITTEN {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(path(dir.path()), bytes).unwrap();
        let engine = Sqlite::writable(&path(dir.path())).unwrap();
        let anchor = FileAnchor::create(&anchor(dir.path())).unwrap();
        store::epoch::adopt(&engine, &anchor).unwrap();
        drop((engine, anchor));
        let source = Sqlite::open_read_only(&path(dir.path())).unwrap();
        let before = conformance::dumped(&source);
        assert_eq!(before.0.hash.to_string(), hash);
        check(&source).unwrap();
        let rebuilt = InDirectory::new();
        store::rebuild::rebuild(&source, rebuilt.engine().as_ref()).unwrap();
        assert_eq!(
            conformance::dumped(&Store::reader(rebuilt.reading())),
            before
        );
        open(dir.path()).commit(one(OFFICE, "goes on")).unwrap();

        Connection::open(path(dir.path()))
            .unwrap()
            .execute_batch("PRAGMA user_version = 99")
            .unwrap();
        let known = match try_open(dir.path()) {
            Err(StoreError::SchemaUnknown { known, .. }) => known,
            _ => panic!("a schema from the future was opened"),
        };
        assert_eq!(known, WRITTEN.len() as i64, "a schema without its database");
    }
}

/// Promise: destroyed content is not in the files any more either.
#[test]
fn destroyed_content_is_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    let database = open(dir.path());
    let batch = Batch {
        documents: vec![document("case", "a", "unmistakable secret", Some(0))],
        ..one(OFFICE, "unmistakable secret")
    };
    database.commit(batch).unwrap();
    let on_disk = || {
        let files = ["node.db", "node.db-wal"].map(|name| dir.path().join(name));
        let bytes = files
            .map(|file| std::fs::read(file).unwrap_or_default())
            .concat();
        bytes
            .windows(19)
            .any(|window| window == b"unmistakable secret")
    };
    assert!(on_disk());
    let destroying = Batch {
        destroy: vec![store::EntryRef {
            log: OFFICE.to_owned(),
            index: 0,
        }],
        ..one(OFFICE, "content.destroyed")
    };
    database.commit(destroying).unwrap();
    drop(database);
    assert!(!on_disk());
}
