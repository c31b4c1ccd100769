//! What the database promises when its process is killed or its disk is full.
//!
//! The test program starts itself again as the process that is to die.
#![allow(
    clippy::unwrap_used,
    missing_docs,
    unreachable_pub,
    dead_code,
    unused_imports
)]

#[macro_use]
mod conformance;

use conformance::{EXCHANGE, OFFICE, check_signed, entry, one, recompute, signers, texts};
use journal::hash::Hash;
use journal::proof::{consistency_proof, verify_consistency};
use rusqlite::Connection;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use store::{Batch, BlobRef, CommitError, Database, LogTiles, Sqlite, StoreError};

/// Rounds on one database, and databases: so many rounds that every moment is hit, so few on each
/// that looking through it stays quick.
const ROUNDS: u64 = 50;
const DATABASES: u64 = 6;
const DIR: &str = "STORE_CRASH_TEST_DIR";

fn path(dir: &Path) -> PathBuf {
    dir.join("node.db")
}

fn anchor(dir: &Path) -> PathBuf {
    dir.join("node.anchor")
}

fn open(dir: &Path) -> Arc<dyn Database> {
    Arc::new(
        Sqlite::open(&path(dir), &anchor(dir), signers(), |_| {
            std::process::abort()
        })
        .unwrap(),
    )
}

/// One line to the parent, whole or not at all.
fn tell(line: &str) {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("{line}\n").as_bytes()).unwrap();
    out.flush().unwrap();
}

/// Not a test by itself: the process that commits until it is killed, and tells what it was told.
#[test]
fn process_that_is_killed() {
    let Some(dir) = std::env::var_os(DIR) else {
        return;
    };
    let database = open(Path::new(&dir));
    let born = database.head(OFFICE).unwrap().size;
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let database = &database;
            scope.spawn(move || {
                for n in 0.. {
                    let text = format!("{born}/{writer}/{n}");
                    let entries = vec![entry(OFFICE, &text), entry(EXCHANGE, &text)];
                    let committed = database
                        .commit(Batch {
                            entries,
                            ..Batch::default()
                        })
                        .unwrap();
                    for (place, head) in committed.entries.iter().zip([1, 0]) {
                        let head = &committed.heads[head];
                        assert_eq!(head.log, place.log);
                        let (log, index) = (&place.log, place.index);
                        tell(&format!(
                            "told {log} {index} {text} {} {}",
                            head.size, head.root
                        ));
                    }
                }
            });
        }
    });
}

struct Told {
    log: String,
    index: usize,
    text: String,
    size: u64,
    root: Hash,
}

fn parse(line: &str) -> Option<Told> {
    let mut words = line.split_once("told ")?.1.split(' ');
    let mut next = || words.next().map(str::to_owned);
    Some(Told {
        log: next()?,
        index: next()?.parse().ok()?,
        text: next()?,
        size: next()?.parse().ok()?,
        root: next()?.parse().ok()?,
    })
}

/// Promise: whenever the process is killed, every acknowledged entry is there at its place, the
/// database is whole, the head is signed, and every head that was ever told is the beginning of
/// the one found: the log never forks.
#[test]
fn killed_at_any_moment_nothing_acknowledged_is_lost() {
    // Two at a time: the other one keeps the disk busy.
    std::thread::scope(|scope| {
        for half in 0..2 {
            scope.spawn(move || {
                for database in 0..DATABASES / 2 {
                    kill_rounds((half * DATABASES + database) * ROUNDS);
                }
            });
        }
    });
}

fn kill_rounds(first: u64) {
    let dir = tempfile::tempdir().unwrap();
    let mut told: Vec<Told> = Vec::new();
    for round in 0..ROUNDS {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["process_that_is_killed", "--exact", "--nocapture"])
            .env(DIR, dir.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut lines = lines.map_while(Result::ok).filter_map(|line| parse(&line));
        told.extend(lines.next());
        // Uneven moments after the first acknowledgement; some at once.
        let moment = ((first + round) * 2_654_435_761) % 20_000;
        std::thread::sleep(Duration::from_micros(moment));
        child.kill().unwrap();
        // The last line may be cut off: then its root does not parse, and nobody was told.
        told.extend(lines);
        child.wait().unwrap();

        let whole: String = Connection::open(path(dir.path()))
            .unwrap()
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .unwrap();
        assert_eq!(whole, "ok", "round {round}");
        let database = open(dir.path());
        for log in [OFFICE, EXCHANGE] {
            let head = database.head(log).unwrap();
            check_signed(&head);
            let tiles = LogTiles::new(database.clone(), log);
            let said = texts(&*database, log);
            assert_eq!(said.len() as u64, head.size, "round {round}");
            for told in told.iter().filter(|told| told.log == log) {
                assert_eq!(said.get(told.index), Some(&told.text), "round {round}");
                assert!(told.size <= head.size, "round {round}");
                let proof = consistency_proof(&tiles, told.size, head.size).unwrap();
                verify_consistency(told.size, &told.root, head.size, &head.root, &proof).unwrap();
            }
            assert_eq!(recompute(&*database, log).unwrap(), head.size);
        }
        // What was checked against this head needs no second look, except the last of it.
        let keep = told.len().saturating_sub(20);
        told.drain(..keep);
    }
}

/// Not a test by itself: the process that fills its disk and then must have stopped writing.
#[test]
fn process_that_fills_its_disk() {
    let Some(dir) = std::env::var_os(DIR) else {
        return;
    };
    let fatal = Arc::new(AtomicUsize::new(0));
    let called = fatal.clone();
    let database = Sqlite::open(
        &path(Path::new(&dir)),
        &anchor(Path::new(&dir)),
        signers(),
        move |_| {
            called.fetch_add(1, Ordering::SeqCst);
        },
    )
    .unwrap();
    let batch = |n: usize| Batch {
        blobs: vec![BlobRef::new(vec![n as u8; 50_000])],
        ..one(OFFICE, &n.to_string())
    };
    let stopped = |error: CommitError| {
        assert!(
            matches!(error, CommitError::Store(StoreError::WriterStopped)),
            "{error}"
        );
    };
    let full = (0..100_usize).find_map(|n| match database.commit(batch(n)) {
        Ok(_) => None,
        Err(error) => Some((n, error)),
    });
    let (acknowledged, error) = full.unwrap();
    stopped(error);
    stopped(database.commit(one(OFFICE, "later")).unwrap_err());
    assert_eq!(fatal.load(Ordering::SeqCst), 1);
    tell(&format!("acknowledged {acknowledged}"));
}

/// Promise: when the disk refuses a write the writer stops for good, says so once, and what was
/// acknowledged before is there at the next start.
#[test]
fn a_full_disk_stops_the_writer() {
    let dir = tempfile::tempdir().unwrap();
    drop(open(dir.path()));
    // Files may grow to 1 MiB; the signal for it is ignored, so that writing fails with an error.
    let output = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 2048; exec \"$0\" \"$@\""])
        .arg(std::env::current_exe().unwrap())
        .args(["process_that_fills_its_disk", "--exact", "--nocapture"])
        .env(DIR, dir.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let acknowledged = said
        .lines()
        .find_map(|line| Some(line.split_once("acknowledged ")?.1));
    let acknowledged: usize = acknowledged.unwrap().parse().unwrap();
    assert!(acknowledged > 2, "{acknowledged}");
    let database = open(dir.path());
    let expected: Vec<_> = (0..acknowledged).map(|n| n.to_string()).collect();
    assert_eq!(texts(&*database, OFFICE), expected);
    check_signed(&database.head(OFFICE).unwrap());
    database.commit(one(OFFICE, "there is room again")).unwrap();
}
