//! What PostgreSQL and a node beside it promise when one of the two is killed.
//!
//! The test program starts itself again as the node that is to die.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod cluster;
#[macro_use]
mod conformance;
mod node;

use cluster::Cluster;
use conformance::{EXCHANGE, OFFICE, check_signed, entry, origin, recompute, signers, texts};
use journal::hash::Hash;
use journal::proof::{consistency_proof, verify_consistency};
use node::{Node, SharedAnchor};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use store::postgres::Postgres;
use store::{Anchor, AnchorError, Batch, Committed, Database, FileAnchor, LogTiles};

const SERVER_ROUNDS: u64 = 30;
const NODE_ROUNDS: u64 = 60;
const WRITERS: usize = 4;
const URL: &str = "STORE_POSTGRES_CRASH_TEST_URL";
const ANCHOR: &str = "STORE_POSTGRES_CRASH_TEST_ANCHOR";

/// An acknowledged entry: where it stands, what it says, and a head that covers it.
#[derive(Debug, Clone)]
struct Told {
    index: u64,
    text: String,
    size: u64,
    root: Hash,
}

/// What callers were told, by log.
type AllTold = BTreeMap<String, Vec<Told>>;

fn batch(text: &str) -> Batch {
    Batch {
        entries: vec![entry(OFFICE, text), entry(EXCHANGE, text)],
        ..Batch::default()
    }
}

fn told(committed: &Committed, text: &str) -> Vec<(String, Told)> {
    let of = |place: &store::EntryRef| {
        let head = committed
            .heads
            .iter()
            .find(|head| head.log == place.log)
            .unwrap();
        let told = Told {
            index: place.index,
            text: text.to_owned(),
            size: head.size,
            root: head.root,
        };
        (place.log.clone(), told)
    };
    committed.entries.iter().map(of).collect()
}

/// Checks that everything acknowledged is there at its place, that the logs are whole and signed,
/// and that every head that was ever told is the beginning of the one found.
fn assert_all_there(database: &Arc<dyn Database>, all: &AllTold, round: u64) {
    for log in [OFFICE, EXCHANGE] {
        let head = database.head(log).unwrap();
        check_signed(&head);
        assert_eq!(
            recompute(&**database, log).unwrap(),
            head.size,
            "round {round}"
        );
        let said = texts(&**database, log);
        let tiles = LogTiles::new(database.clone(), log);
        let mut heads = BTreeMap::new();
        for told in all.get(log).into_iter().flatten() {
            assert_eq!(
                said.get(told.index as usize),
                Some(&told.text),
                "round {round}"
            );
            let stands = heads.entry(told.size).or_insert(told.root);
            assert_eq!(*stands, told.root, "round {round}: two heads of one size");
        }
        for (size, root) in heads {
            let proof = consistency_proof(&tiles, size, head.size).unwrap();
            verify_consistency(size, &root, head.size, &head.root, &proof).unwrap();
        }
    }
}

/// What was checked against one head needs no second look, except the last of it.
fn forget_checked(all: &mut AllTold) {
    for told in all.values_mut() {
        told.drain(..told.len().saturating_sub(20));
    }
}

/// An uneven moment of at most `most`.
fn moment(round: u64, most: Duration) -> Duration {
    let part = round.wrapping_mul(2_654_435_761) % 1000;
    most * u32::try_from(part).unwrap() / 1000
}

/// Promise: whenever the server is killed, what was acknowledged is there after its recovery, once,
/// at its place, under heads that continue those before. A node that waits for a commit meanwhile
/// finds out what became of it; one that cannot tell ends.
#[test]
fn the_server_may_be_killed_at_any_moment() {
    let cluster = Cluster::start("");
    let (url, anchor) = (cluster.database(), SharedAnchor::new());
    let all: Mutex<AllTold> = Mutex::default();
    let mut node = Node::open(&url, &anchor);
    let mut count = 0;
    for round in 0..SERVER_ROUNDS {
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for writer in 0..WRITERS {
                let (node, all, stop) = (&node, &all, &stop);
                scope.spawn(move || {
                    for n in 0.. {
                        if stop.load(Ordering::SeqCst) {
                            return;
                        }
                        let text = format!("{round}/{writer}/{n}");
                        // An error is no acknowledgement: the entry may be there or not.
                        let Ok(committed) = node.store.commit(batch(&text)) else {
                            return;
                        };
                        for (log, told) in told(&committed, &text) {
                            all.lock().unwrap().entry(log).or_default().push(told);
                        }
                    }
                });
            }
            std::thread::sleep(
                Duration::from_millis(50) + moment(round, Duration::from_millis(200)),
            );
            cluster.kill();
            cluster.run();
            // Long enough for a node that goes on to show that it does.
            std::thread::sleep(Duration::from_millis(300));
            stop.store(true, Ordering::SeqCst);
        });
        if node.has_ended() {
            drop(node);
            node = Node::open(&url, &anchor);
        }
        let database: Arc<dyn Database> = node.store.clone();
        let mut all = all.lock().unwrap();
        count += all[OFFICE].len() as u64;
        assert_all_there(&database, &all, round);
        forget_checked(&mut all);
    }
    assert!(count > SERVER_ROUNDS, "{count}");
    for log in [OFFICE, EXCHANGE] {
        let history = anchor.history(&origin(log));
        assert!(history.windows(2).all(|pair| pair[0].size < pair[1].size));
    }
}

/// Not a test by itself: the node that commits until it is killed, and tells what it was told.
#[test]
fn node_that_is_killed() {
    let Ok(url) = std::env::var(URL) else {
        return;
    };
    let anchor = std::env::var(ANCHOR).unwrap();
    let database = open(&url, Path::new(&anchor));
    let born = database.head(OFFICE).unwrap().size;
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let database = &database;
            scope.spawn(move || {
                for n in 0.. {
                    let text = format!("{born}/{writer}/{n}");
                    let committed = database.commit(batch(&text)).unwrap();
                    for (log, told) in told(&committed, &text) {
                        let Told {
                            index,
                            text,
                            size,
                            root,
                        } = told;
                        let line = format!("told {log} {index} {text} {size} {root}\n");
                        let mut out = std::io::stdout().lock();
                        out.write_all(line.as_bytes()).unwrap();
                        out.flush().unwrap();
                    }
                }
            });
        }
    });
}

fn open(url: &str, anchor: &Path) -> Arc<dyn Database> {
    // A server that the other test is just starting is for a moment a copy of this process, and holds
    // the lock with it.
    let until = Instant::now() + Duration::from_secs(10);
    let anchor: Arc<dyn Anchor> = loop {
        let opened = match anchor.exists() {
            true => FileAnchor::open(anchor),
            false => FileAnchor::create(anchor),
        };
        match opened {
            Err(AnchorError::Locked { .. }) if Instant::now() < until => {
                std::thread::sleep(Duration::from_millis(5));
            }
            opened => break Arc::new(opened.unwrap()),
        }
    };
    Arc::new(Postgres::open(url, anchor, signers(), |_| std::process::abort()).unwrap())
}

fn parse(line: &str) -> Option<(String, Told)> {
    let mut words = line.split_once("told ")?.1.split(' ');
    let mut next = || words.next().map(str::to_owned);
    let log = next()?;
    let told = Told {
        index: next()?.parse().ok()?,
        text: next()?,
        size: next()?.parse().ok()?,
        root: next()?.parse().ok()?,
    };
    Some((log, told))
}

/// Promise: whenever a node is killed, every entry it acknowledged is there at its place, the next
/// node opens the database without a human, and every head that was ever told is the beginning of
/// the one found.
#[test]
fn a_node_may_be_killed_at_any_moment() {
    let dir = tempfile::tempdir().unwrap();
    let anchor = dir.path().join("anchor");
    let url = Cluster::shared().database();
    let mut all = AllTold::new();
    let mut count = 0;
    for round in 0..NODE_ROUNDS {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["node_that_is_killed", "--exact", "--nocapture"])
            .env(URL, &url)
            .env(ANCHOR, &anchor)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut lines = lines.map_while(Result::ok).filter_map(|line| parse(&line));
        let first = lines.next();
        if first.is_none() {
            let mut said = String::new();
            let mut stderr = child.stderr.take().unwrap();
            stderr.read_to_string(&mut said).unwrap();
            panic!("round {round}: no acknowledgement, but: {said}");
        }
        std::thread::sleep(moment(round, Duration::from_millis(60)));
        child.kill().unwrap();
        // The last line may be cut off: then its root does not parse, and nobody was told.
        for (log, told) in first.into_iter().chain(lines) {
            all.entry(log).or_default().push(told);
            count += 1;
        }
        child.wait().unwrap();
        assert_all_there(&open(&url, &anchor), &all, round);
        forget_checked(&mut all);
    }
    assert!(count > NODE_ROUNDS, "{count}");
}
