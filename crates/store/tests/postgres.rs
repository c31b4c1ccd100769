//! PostgreSQL keeps what every database promises, and what it promises by itself.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod cluster;
#[macro_use]
mod conformance;
mod node;

use cluster::Cluster;
use conformance::{
    EXCHANGE, Fixture, OFFICE, check, document, entry, one, origin, recompute, signers, texts,
};
use node::{Node, SharedAnchor};
use std::sync::Arc;
use store::handover::{Handover, HandoverError};
use store::postgres::Postgres;
use store::table::{Kind, Table};
use store::{
    Anchor, Batch, BlobRef, CommitError, Database, Engine, FileAnchor, Sqlite, Standing, Store,
    StoreError, dump,
};

/// A database of its own on the test program's server.
struct OnServer {
    url: String,
    anchor: Arc<SharedAnchor>,
}

impl Fixture for OnServer {
    const SHARED: bool = true;

    fn new() -> Self {
        Self {
            url: Cluster::shared().database(),
            anchor: SharedAnchor::new(),
        }
    }

    fn engine(&self) -> Arc<dyn Engine> {
        Arc::new(Postgres::writable(&self.url).unwrap())
    }

    fn reading(&self) -> Arc<dyn Engine> {
        Arc::new(Postgres::read_only(&self.url).unwrap())
    }

    fn anchor(&self) -> Arc<dyn Anchor> {
        self.anchor.clone()
    }
}

conforms!(OnServer);

/// The database's own name in its URL.
fn name(url: &str) -> &str {
    url.rsplit('/').next().unwrap()
}

/// Another database, as a dump of the server's own makes it.
fn restored(sql: &[u8]) -> String {
    let url = Cluster::shared().database();
    let mut restore = Cluster::shared()
        .command("psql")
        .args(["-q", "-v", "ON_ERROR_STOP=1", "-d", name(&url)])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut restore.stdin.take().unwrap(), sql).unwrap();
    assert!(restore.wait().unwrap().success());
    url
}

/// Changes the database behind the program's back.
fn tamper(url: &str, sql: &str) {
    Cluster::shared().psql(name(url), sql);
}

/// A database of 600 entries, so that there are full tiles, a partial one and two levels.
fn grown() -> (String, Arc<SharedAnchor>) {
    let (url, anchor) = (Cluster::shared().database(), SharedAnchor::new());
    let node = Node::open(&url, &anchor);
    for round in 0..3 {
        let entries = (0..200).map(|n| entry(OFFICE, &format!("{round}/{n}")));
        let batch = Batch {
            entries: entries.collect(),
            documents: vec![document("case", "a", "", Some(0))],
            ..Batch::default()
        };
        node.store.commit(batch).unwrap();
    }
    (url, anchor)
}

#[track_caller]
fn assert_damaged<T>(result: Result<T, StoreError>, sql: &str) {
    match result {
        Err(StoreError::Damaged { .. }) => {}
        Err(other) => panic!("{sql}: {other:?}"),
        Ok(_) => panic!("{sql}: the damage was not seen"),
    }
}

/// Promise: both databases have the same tables and columns, of the same kinds, so that rows move
/// between them as they are.
#[test]
fn tables_and_columns_are_those_of_sqlite() {
    let url = Cluster::shared().database();
    drop(Postgres::writable(&url).unwrap());
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("node.db");
    drop(Sqlite::writable(&path).unwrap());
    let sqlite = rusqlite::Connection::open(&path).unwrap();
    for table in Table::ALL {
        let here = Cluster::shared().psql(
            name(&url),
            &format!(
                "SELECT column_name, data_type, is_nullable FROM information_schema.columns
                 WHERE table_schema = 'public' AND table_name = '{}' ORDER BY column_name",
                table.name()
            ),
        );
        let mut expected: Vec<_> = table
            .columns()
            .iter()
            .map(|column| {
                let kind = match column.kind {
                    Kind::Integer => "bigint",
                    Kind::Boolean => "boolean",
                    Kind::Text => "text",
                    Kind::Bytes => "bytea",
                };
                let nullable = if column.nullable { "YES" } else { "NO" };
                format!("{}|{kind}|{nullable}", column.name)
            })
            .collect();
        expected.sort();
        assert_eq!(
            here.lines().collect::<Vec<_>>(),
            expected,
            "{}",
            table.name()
        );
        let mut statement = sqlite
            .prepare(&format!(
                "SELECT name FROM pragma_table_info('{}') ORDER BY name",
                table.name()
            ))
            .unwrap();
        let there: Vec<String> = statement
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let here: Vec<_> = here
            .lines()
            .map(|line| line.split('|').next().unwrap())
            .collect();
        assert_eq!(here, there, "{}", table.name());
    }
}

/// Promise: everything of an SQLite database is there after it was loaded into PostgreSQL, byte for
/// byte: heads, checkpoints, documents and proofs; and the way back gives the same again.
#[test]
fn a_database_moves_from_sqlite_and_back() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("node.db");
    let anchor = dir.path().join("anchor");
    let fatal = |error: &StoreError| panic!("the writer stopped: {error:?}");
    let sqlite = Sqlite::open(&path, &anchor, signers(), fatal).unwrap();
    let blob = BlobRef::new(b"evidence \0 \xff".to_vec());
    for round in 0..300 {
        let text = format!("Fall {round}: „äß“ \u{10348}");
        let mut batch = one(if round % 3 == 0 { EXCHANGE } else { OFFICE }, &text);
        batch.documents = vec![document("case", &format!("{}", round % 7), "x", Some(0))];
        batch.blobs = vec![blob.clone()];
        sqlite.commit(batch).unwrap();
    }
    let heads: Vec<_> = [OFFICE, EXCHANGE]
        .map(|log| sqlite.head(log).unwrap())
        .into();
    drop(sqlite);
    let sqlite = Sqlite::open_read_only(&path).unwrap();
    let mut moved = Vec::new();
    let dumped = dump::dump(sqlite.snapshot().unwrap().as_mut(), &mut moved).unwrap();

    let url = Cluster::shared().database();
    let engine = Arc::new(Postgres::writable(&url).unwrap());
    let loaded = dump::load(engine.as_ref(), &mut moved.as_slice()).unwrap();
    assert_eq!(loaded, dumped);
    let there = Store::reader(engine.clone());
    for head in &heads {
        assert_eq!(there.head(&head.log).unwrap(), *head);
        assert_eq!(recompute(&there, &head.log).unwrap(), head.size);
        assert_eq!(texts(&there, &head.log), texts(&sqlite, &head.log));
    }
    assert_eq!(
        there.documents("case", None).unwrap(),
        sqlite.documents("case", None).unwrap()
    );
    assert_eq!(there.blob(&blob.hash).unwrap(), Some(blob.bytes));
    let mut back = Vec::new();
    dump::dump(there.snapshot().unwrap().as_mut(), &mut back).unwrap();
    assert!(back == moved, "the dump of the copy is another one");
    // A second load would mix two nodes.
    assert!(dump::load(engine.as_ref(), &mut moved.as_slice()).is_err());
    drop(there);

    // The node goes on with the anchor it had.
    let anchor = Arc::new(FileAnchor::open(&anchor).unwrap());
    let node = Store::open(engine, anchor, signers(), fatal).unwrap();
    let committed = node.commit(one(OFFICE, "after the move")).unwrap();
    assert_eq!(committed.entries[0].index, heads[0].size);
}

/// Promise: a node that finds an older copy of its database refuses to sign and says so.
#[test]
fn an_older_copy_is_not_signed() {
    let (url, anchor) = grown();
    let copy = Cluster::shared()
        .command("pg_dump")
        .arg(name(&url))
        .output()
        .unwrap();
    assert!(copy.status.success());
    {
        let node = Node::open(&url, &anchor);
        node.store.commit(one(OFFICE, "after the copy")).unwrap();
    }
    let restored = restored(&copy.stdout);
    let before = anchor.history(&origin(OFFICE));
    let node = Node::open(&restored, &anchor);
    assert!(matches!(
        node.store.standing(),
        Standing::ReadOnly { log, anchored, .. } if log == OFFICE && anchored.size == 601
    ));
    assert!(matches!(
        node.store.commit(one(OFFICE, "a fork")),
        Err(CommitError::Store(StoreError::ReadOnly { .. }))
    ));
    assert_eq!(node.store.head(OFFICE).unwrap().size, 600);
    assert_eq!(anchor.history(&origin(OFFICE)), before);
}

/// Takes the newest entry away so that all that is left fits together: what a failover to a standby
/// that lagged behind does.
fn take_back(url: &str, anchor: &Arc<SharedAnchor>) -> String {
    let tables = "entries, tiles, logs, documents";
    for table in tables.split(", ") {
        tamper(url, &format!("CREATE TABLE kept_{table} AS TABLE {table}"));
    }
    Node::open(url, anchor)
        .store
        .commit(one(OFFICE, "vanishes"))
        .unwrap();
    tables
        .split(", ")
        .map(|table| format!("DELETE FROM {table}; INSERT INTO {table} TABLE kept_{table};"))
        .collect()
}

/// Promise: where acknowledged rows vanish, a node that starts refuses to sign.
#[test]
fn a_vanished_row_is_seen_at_start() {
    let (url, anchor) = grown();
    let take_back = take_back(&url, &anchor);
    tamper(&url, &take_back);
    let node = Node::open(&url, &anchor);
    assert!(matches!(node.store.standing(), Standing::ReadOnly { .. }));
    assert!(node.store.commit(one(OFFICE, "a fork")).is_err());
}

/// Promise: where acknowledged rows vanish under a running node, it stops before it signs another
/// head, and the anchor does not move.
#[test]
fn a_vanished_row_stops_a_running_node() {
    for replaced in 1..=2 {
        let (url, anchor) = grown();
        let take_back = take_back(&url, &anchor);
        let node = Node::open(&url, &anchor);
        tamper(&url, &take_back);
        let before = anchor.history(&origin(OFFICE));
        // As many entries as had vanished, and more.
        let batch = Batch {
            entries: (0..replaced)
                .map(|n| entry(OFFICE, &format!("fork {n}")))
                .collect(),
            ..Batch::default()
        };
        let refused = node.store.commit(batch);
        assert!(
            matches!(refused, Err(CommitError::Store(StoreError::WriterStopped))),
            "{refused:?}"
        );
        assert!(node.ends());
        assert_eq!(anchor.history(&origin(OFFICE)), before);
    }
}

/// Promise: a head or an edge of the tree that was changed on the disk keeps the node from starting,
/// before it signs anything.
#[test]
fn a_damaged_head_or_edge_is_seen_at_start() {
    for sql in [
        "UPDATE logs SET root = '\\x00' WHERE name = 'office'",
        "UPDATE logs SET root = sha256('') WHERE name = 'office'",
        "UPDATE logs SET size = 599 WHERE name = 'office'",
        "UPDATE logs SET size = 601 WHERE name = 'office'",
        "UPDATE logs SET size = -1 WHERE name = 'office'",
        "UPDATE logs SET origin = 'elsewhere/office' WHERE name = 'office'",
        "UPDATE tiles SET hashes = substr(hashes, 1, 64) WHERE log = 'office' AND level = 0 AND idx = 2",
        "UPDATE tiles SET hashes = substr(hashes, 2) WHERE log = 'office' AND level = 0 AND idx = 2",
        "DELETE FROM tiles WHERE log = 'office' AND level = 1 AND idx = 0",
    ] {
        let (url, anchor) = grown();
        tamper(&url, sql);
        assert_damaged(Node::try_open(&url, &anchor), sql);
    }
}

/// Promise: destroyed content is gone from its entry and from every document that derives from it;
/// leaf and proof stay.
#[test]
fn destroyed_content_leaves_the_proof() {
    let (url, anchor) = grown();
    let node = Node::open(&url, &anchor);
    let blob = BlobRef::new(b"a sealed message".to_vec());
    let committed = node.store.commit(Batch {
        blobs: vec![blob.clone()],
        documents: vec![document("case", "b", "to be destroyed", Some(0))],
        ..one(OFFICE, "to be destroyed")
    });
    let place = committed.unwrap().entries.remove(0);
    let destroying = Batch {
        destroy: vec![place.clone()],
        forget: vec![blob.hash],
        ..one(OFFICE, "content destroyed")
    };
    node.store.commit(destroying).unwrap();
    let entries = node
        .store
        .entries(OFFICE, place.index, place.index + 1)
        .unwrap();
    assert!(entries[0].content.is_none());
    assert_eq!(node.store.document("case", "b").unwrap(), None);
    assert_eq!(node.store.blob(&blob.hash).unwrap(), None);
    check(&*node.store).unwrap();
    let copy = Cluster::shared()
        .command("pg_dump")
        .arg("--data-only")
        .arg(name(&url))
        .output();
    let copy = String::from_utf8_lossy(&copy.unwrap().stdout).into_owned();
    assert!(copy.contains("content destroyed") && !copy.contains("to be destroyed"));
}

/// A database of every schema there was, as the program of its time wrote it, and the hash of its dump
/// under today's. Whoever adds a schema adds one here.
const WRITTEN: [(&str, &str); 1] = [(
    include_str!("fixtures/schema1.sql"),
    "YWcWzyn20ngtfEnJeyykWCDlUU2d+poniGgU0Pa7clo=",
)];

/// Promise: a database of any schema there was opens with the rows it was written with, gives the same
/// byte for byte when it is made again from its entries, and goes on.
#[test]
fn every_schema_there_was_is_brought_forward() {
    for (sql, hash) in WRITTEN {
        let place = OnServer {
            url: restored(sql.as_bytes()),
            anchor: SharedAnchor::new(),
        };
        store::epoch::adopt(place.engine().as_ref(), place.anchor.as_ref()).unwrap();
        let source = Store::reader(place.reading());
        let before = conformance::dumped(&source);
        assert_eq!(before.0.hash.to_string(), hash);
        check(&source).unwrap();
        let rebuilt = OnServer::new();
        store::rebuild::rebuild(&source, rebuilt.engine().as_ref()).unwrap();
        assert_eq!(
            conformance::dumped(&Store::reader(rebuilt.reading())),
            before
        );
        place.open().commit(one(OFFICE, "goes on")).unwrap();

        tamper(&place.url, "UPDATE schema_version SET version = 99");
        let known = match Postgres::writable(&place.url) {
            Err(StoreError::SchemaUnknown { known, .. }) => known,
            _ => panic!("a schema from the future was opened"),
        };
        assert_eq!(known, WRITTEN.len() as i64, "a schema without its database");
    }
}

/// Promise: who only reads makes nothing, and a database of a later program is left alone.
#[test]
fn an_unknown_schema_is_left_alone() {
    let (url, anchor) = (Cluster::shared().database(), SharedAnchor::new());
    assert!(matches!(
        Postgres::read_only(&url),
        Err(StoreError::SchemaUnknown { found: 0, .. })
    ));
    assert_eq!(
        Cluster::shared().psql(name(&url), "SELECT to_regclass('logs')"),
        ""
    );
    drop(Node::open(&url, &anchor));
    tamper(&url, "UPDATE schema_version SET version = 99");
    for result in [Postgres::writable(&url), Postgres::read_only(&url)] {
        assert!(matches!(
            result,
            Err(StoreError::SchemaUnknown { found: 99, .. })
        ));
    }
}

/// Promise: a snapshot is one moment, whatever is written meanwhile.
#[test]
fn a_snapshot_is_one_moment() {
    let (url, anchor) = grown();
    let node = Node::open(&url, &anchor);
    let mut before = Vec::new();
    let mut snapshot = node.store.snapshot().unwrap();
    assert_eq!(snapshot.log(OFFICE).unwrap().unwrap().size, 600);
    node.store.commit(one(OFFICE, "meanwhile")).unwrap();
    dump::dump(snapshot.as_mut(), &mut before).unwrap();
    drop(snapshot);
    assert!(!String::from_utf8_lossy(&before).contains("meanwhile"));
    let mut after = Vec::new();
    dump::dump(node.store.snapshot().unwrap().as_mut(), &mut after).unwrap();
    assert!(String::from_utf8_lossy(&after).contains("meanwhile"));
}

/// Promise: a call from asynchronous code works as any other, and so does the end of the database
/// there: the driver's own runtime is nobody else's concern.
#[test]
fn asynchronous_callers_are_served() {
    let (url, anchor) = (Cluster::shared().database(), SharedAnchor::new());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let node = Node::open(&url, &anchor);
        node.store.commit(one(OFFICE, "from a task")).unwrap();
        let store = node.store.clone();
        let blocking = tokio::task::spawn_blocking(move || texts(&*store, OFFICE));
        assert_eq!(blocking.await.unwrap(), ["from a task"]);
        assert_eq!(texts(&*node.store, OFFICE), ["from a task"]);
        drop(node);
    });
}

/// Promise: a node that still runs beside the database is found before the heads are retired, and
/// waits while they are: what it was told to have written is never left behind.
#[test]
fn a_running_node_is_not_moved_away_under() {
    let (url, anchor) = grown();
    let source = Arc::new(Postgres::writable(&url).unwrap());
    let dir = tempfile::tempdir().unwrap();
    let moving = || Handover {
        source: source.clone(),
        old_anchor: anchor.clone(),
        target: Arc::new(Sqlite::writable(&dir.path().join("node.db")).unwrap()),
        place: "here".to_owned(),
        new_anchor: Some(SharedAnchor::new()),
    };
    let begun = moving();
    begun.copy().unwrap();
    // A node is in the middle of a transaction: what it writes there counts.
    let mut connection = source.writer().unwrap();
    let mut writing = connection.begin().unwrap();
    let mut row = writing.log(OFFICE).unwrap().unwrap();
    row.epoch += 1;
    writing.put_log(&row).unwrap();
    std::thread::scope(|scope| {
        let finishing = scope.spawn(|| begun.finish());
        std::thread::sleep(std::time::Duration::from_millis(300));
        assert!(!finishing.is_finished(), "it does not wait for the writer");
        writing.commit().unwrap();
        let refused = finishing.join().unwrap();
        assert!(matches!(refused, Err(HandoverError::Different { .. })));
    });
    let stands = anchor.read(&[&origin(OFFICE)]).unwrap();
    assert!(stands[0].is_some_and(|head| !head.retired));
    drop(begun);
    std::fs::remove_file(dir.path().join("node.db")).unwrap();
    let moved = moving();
    moved.copy().unwrap();
    moved.finish().unwrap();
    assert!(matches!(
        Node::open(&url, &anchor).store.standing(),
        Standing::ReadOnly { .. }
    ));
}
