//! How fast a log is recomputed from its stored entries: hash each entry, grow the tree, as `fsck` and
//! `journal verify` do. The measure is bare SHA-256 over the same entries in the same run.
//!
//! `cargo bench -p journal --bench verify` prints both rates and their ratio, for one core.
#![allow(clippy::print_stdout)]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use journal::edge::Edge;
use journal::entry::{EntryBody, Salt, leaf_bytes};
use journal::hash::{leaf_hash, sha256};

/// Entries in the log.
const ENTRIES: usize = 300_000;
/// Bytes of an entry.
const ENTRY_BYTES: usize = 200;
/// Entries that are added at once, as when a bundle is read.
const BUNDLE: usize = 256;
/// Rounds; the best counts, since others disturb but never help.
const ROUNDS: usize = 5;

fn main() {
    let log: Vec<[u8; ENTRY_BYTES]> = (0..ENTRIES)
        .map(|number| {
            let mut entry = [0x5a; ENTRY_BYTES];
            entry[..8].copy_from_slice(&number.to_be_bytes());
            entry
        })
        .collect();
    let (mut bare, mut whole) = (Duration::MAX, Duration::MAX);
    for _ in 0..ROUNDS {
        bare = bare.min(time(|| {
            for entry in &log {
                black_box(sha256(entry));
            }
        }));
        whole = whole.min(time(|| {
            let mut edge = Edge::new();
            for bundle in log.chunks(BUNDLE) {
                let leaves: Vec<_> = bundle.iter().map(|entry| leaf_hash(entry)).collect();
                black_box(edge.append_all(&leaves));
            }
            black_box(edge.root());
        }));
    }
    let rate = |time: Duration| ENTRIES as f64 / time.as_secs_f64();
    println!("entries of {ENTRY_BYTES} bytes, {ENTRIES} of them, one core");
    println!("bare SHA-256     {:>10.0} entries/s", rate(bare));
    println!("recompute a log  {:>10.0} entries/s", rate(whole));
    println!("ratio            {:>10.2}", rate(whole) / rate(bare));
    contents();
}

/// Each entry's content into its leaf, from the JSON that is stored. The measure is bare SHA-256
/// over as many blocks.
fn contents() {
    let text = |name: &str, value: &str| (name.to_owned(), value.into());
    let fields = BTreeMap::from([
        text("kind", "message.sent"),
        text("time", "2026-03-10T08:00:00.000Z"),
        text("message", &"0123456789abcdef".repeat(4)),
        text("message_kind", "request"),
        text("sender", "de"),
        text("recipient", "cn"),
        ("seq".to_owned(), 1_234.into()),
        text("thread", "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"),
        text("topic", "critical-infrastructure"),
        text("wrote", "RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o="),
    ]);
    let stored = serde_json::to_string(&EntryBody::new(fields).expect("fields")).expect("JSON");
    let salt = Salt::new([3; 32]);
    // What is hashed for one entry, by the construction in `journal::entry`.
    let body: EntryBody = serde_json::from_str(&stored).expect("a body");
    let lengths = body.fields().iter().flat_map(|(name, value)| {
        let value = value.to_string().len();
        [28 + 48 + name.len(), 29 + 56 + name.len() + value]
    });
    let names: usize = body.fields().keys().map(|name| name.len() + 48).sum();
    let lengths: Vec<usize> = lengths.chain([29 + names, 69]).collect();
    let bytes = vec![0x5a; 1024];
    let (mut bare, mut hashed, mut read) = (Duration::MAX, Duration::MAX, Duration::MAX);
    for _ in 0..ROUNDS {
        bare = bare.min(time(|| {
            for _ in 0..ENTRIES {
                for &length in &lengths {
                    black_box(sha256(&bytes[..length]));
                }
            }
        }));
        hashed = hashed.min(time(|| {
            for _ in 0..ENTRIES {
                black_box(leaf_hash(&leaf_bytes(black_box(&body), &salt)));
            }
        }));
        read = read.min(time(|| {
            for _ in 0..ENTRIES {
                let body: EntryBody = serde_json::from_str(black_box(&stored)).expect("a body");
                black_box(leaf_hash(&leaf_bytes(&body, &salt)));
            }
        }));
    }
    let rate = |time: Duration| ENTRIES as f64 / time.as_secs_f64();
    println!(
        "entries of {} fields, from their content",
        body.fields().len()
    );
    println!("bare SHA-256     {:>10.0} entries/s", rate(bare));
    println!("hash             {:>10.0} entries/s", rate(hashed));
    println!("read and hash    {:>10.0} entries/s", rate(read));
    println!("ratio            {:>10.2}", rate(read) / rate(bare));
}

fn time(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}
