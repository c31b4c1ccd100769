//! Verified entries per second and core, on a log of a million entries, as a ratio to bare hashing.
//!
//! Bare hashing is one thread that hashes the same leaves into a tree, and each entry's content into
//! its leaf, from memory: the least that a verification of the same bytes can cost. The tree alone
//! (leaves, tiles, root) is what an outsider verifies; the content too (each body against its leaf,
//! what it wrote against its field) is what the node does daily.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use journal::edge::Edge;
use journal::entry::{EntryBody, Salt, leaf_bytes};
use journal::hash::leaf_hash;
use journal::note::Ed25519Signer;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use store::{Batch, Database, EntryRef, LogSigner, NewEntry, Sqlite, fsck};

const ENTRIES: u64 = 1_000_000;
const BATCH: u64 = 10_000;
const ROUNDS: usize = 3;
const ORIGIN: &str = "de.kontaktstelle.example/office";

/// An entry of the size that sending a message writes.
fn body(n: u64) -> EntryBody {
    let text = |name: &str, value: &str| (name.to_owned(), value.into());
    let fields = BTreeMap::from([
        text("kind", "message.sent"),
        text("time", "2026-03-10T08:00:00.000Z"),
        text(
            "message",
            "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        ),
        text("message_kind", "request"),
        text("sender", "de"),
        text("recipient", "cn"),
        ("seq".to_owned(), n.into()),
        text("thread", "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"),
        text("topic", "critical-infrastructure"),
        text(fsck_field(), "RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o="),
    ]);
    EntryBody::new(fields).unwrap()
}

const fn fsck_field() -> &'static str {
    store::writes::FIELD
}

/// Processor time of the whole process so far.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat
        .rsplit_once(')')
        .unwrap()
        .1
        .split_whitespace()
        .collect();
    let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    Duration::from_millis(ticks * 10)
}

/// Entries a second of processor time, and of time.
fn rate(entries: u64, work: impl FnOnce()) -> (f64, f64) {
    let (busy, begun) = (processor_time(), Instant::now());
    work();
    let busy = (processor_time() - busy).as_secs_f64();
    (
        entries as f64 / busy,
        entries as f64 / begun.elapsed().as_secs_f64(),
    )
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let signers = || {
        vec![LogSigner {
            log: "office".to_owned(),
            origin: ORIGIN.to_owned(),
            signers: vec![Box::new(Ed25519Signer::from_seed(ORIGIN, [7; 32]))],
        }]
    };
    let (path, anchor) = (dir.path().join("node.db"), dir.path().join("node.anchor"));
    let fatal = |_: &store::StoreError| std::process::abort();
    let database = Sqlite::open(&path, &anchor, signers(), fatal).unwrap();
    let salt = || Salt::new([3; 32]);
    for batch in 0..ENTRIES / BATCH {
        let entries = (0..BATCH).map(|n| {
            let mut fields: BTreeMap<_, _> = body(batch * BATCH + n).into();
            fields.remove(fsck_field());
            NewEntry {
                log: "office".to_owned(),
                body: EntryBody::new(fields).unwrap(),
                salt: salt(),
                keep_until: None,
            }
        });
        let entries = entries.collect();
        database
            .commit(Batch {
                entries,
                ..Batch::default()
            })
            .unwrap();
    }
    let bodies: Vec<EntryBody> = (0..BATCH).map(body).collect();
    let leaves: Vec<Vec<u8>> = bodies
        .iter()
        .map(|body| leaf_bytes(body, &salt()))
        .collect();

    println!("entries a second of one core, median of {ROUNDS} rounds in turns, {ENTRIES} entries");
    println!(
        "{:>8} {:>10} {:>10} {:>7} {:>12}",
        "what", "verify", "bare", "ratio", "on all cores"
    );
    let mut rows = Vec::new();
    for what in ["content", "tree"] {
        if what == "tree" {
            for batch in 0..ENTRIES / BATCH {
                let places = (0..BATCH).map(|n| EntryRef {
                    log: "office".to_owned(),
                    index: batch * BATCH + n,
                });
                let destroy = places.collect();
                database
                    .commit(Batch {
                        destroy,
                        ..Batch::default()
                    })
                    .unwrap();
            }
        }
        let (mut ours, mut wall, mut theirs) = (vec![], vec![], vec![]);
        for _ in 0..ROUNDS {
            let bare = rate(ENTRIES, || {
                let mut edge = Edge::new();
                for _ in 0..ENTRIES / BATCH {
                    let hashes: Vec<_> = if what == "content" {
                        let leaves = bodies.iter().map(|body| leaf_bytes(body, &salt()));
                        leaves.map(|leaf| leaf_hash(&leaf)).collect()
                    } else {
                        leaves.iter().map(|leaf| leaf_hash(leaf)).collect()
                    };
                    edge.append_all(&hashes);
                }
                assert_eq!(edge.size(), ENTRIES);
            });
            let full = rate(ENTRIES, || {
                assert_eq!(
                    fsck::recompute(&database, "office", &mut |_, _| {}).unwrap(),
                    ENTRIES
                );
            });
            ours.push(full.0);
            wall.push(full.1);
            theirs.push(bare.0);
        }
        let (ours, wall, theirs) = (median(ours), median(wall), median(theirs));
        let ratio = ours / theirs;
        println!("{what:>8} {ours:>10.0} {theirs:>10.0} {ratio:>7.2} {wall:>12.0}");
        rows.push(serde_json::json!({
            "what": what, "verify": ours.round(), "bare": theirs.round(),
            "ratio": (ratio * 1000.0).round() / 1000.0, "all_cores": wall.round(),
        }));
    }
    println!(
        "{}",
        serde_json::json!({ "bench": "verify", "unit": "entries/s", "rows": rows })
    );
}
