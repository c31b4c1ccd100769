//! How fast a log is recomputed from its stored entries: hash each entry, grow the tree, as `fsck` and
//! `journal verify` do. The measure is bare SHA-256 over the same entries in the same run.
//!
//! `cargo bench -p journal --bench verify` prints both rates and their ratio, for one core.
#![allow(clippy::print_stdout)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use journal::edge::Edge;
use journal::hash::{leaf_hash, sha256};

/// Entries in the log.
const ENTRIES: usize = 300_000;
/// Bytes of an entry.
const ENTRY_BYTES: usize = 200;
/// Entries that are added at once, as when a bundle is read.
const BUNDLE: usize = 256;
/// Rounds; the best counts, since others disturb but never help.
const ROUNDS: usize = 7;

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
}

fn time(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}
