//! Durable journal entries per second, as a ratio to bare SQLite.
//!
//! Both sides write the same rows into the same table, in groups, with one synced transaction a
//! group; only the journal also keeps the tree, reads back what it wrote, moves its head in the
//! anchor (a second sync, in another file), and signs it twice, with Ed25519 and ML-DSA-44. The two
//! are measured in turns in the same run, so that a busy machine is busy for both.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use aws_lc_rs::signature::{KeyPair, ML_DSA_44_SIGNING, PqdsaKeyPair};
use journal::cosignature::{NO_TIME, ml_dsa_44_message, timestamped};
use journal::entry::{EntryBody, Salt, leaf_bytes};
use journal::note::{Ed25519Signer, NoteSigner, TYPE_ML_DSA_44, key_id};
use rusqlite::{Connection, params};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, channel, sync_channel};
use std::time::{Duration, Instant};
use store::{Batch, Database, LogSigner, NewEntry, Sqlite};

const ROUNDS: usize = 7;
const SLICE: Duration = Duration::from_millis(700);
const WRITERS: [usize; 3] = [1, 8, 64];
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
    ]);
    EntryBody::new(fields).unwrap()
}

/// The log's second key, as a node signs with it.
struct MlDsa44(PqdsaKeyPair);

impl NoteSigner for MlDsa44 {
    fn name(&self) -> &str {
        ORIGIN
    }

    fn key_id(&self) -> u32 {
        key_id(ORIGIN, TYPE_ML_DSA_44, self.0.public_key().as_ref())
    }

    fn sign(&self, text: &[u8]) -> Vec<u8> {
        let message = ml_dsa_44_message(ORIGIN, NO_TIME, text).unwrap();
        let mut signature = vec![0; 2420];
        self.0.sign(&message, &mut signature).unwrap();
        timestamped(NO_TIME, &signature)
    }
}

/// What a measurement gave.
struct Measured {
    per_second: f64,
    p99: Duration,
}

/// Lets `writers` threads call `write` for a slice of time.
fn measure(writers: usize, write: impl Fn(u64) + Sync) -> Measured {
    let next = AtomicU64::new(0);
    let stop = AtomicBool::new(false);
    let started = Instant::now();
    let mut waits: Vec<Duration> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..writers)
            .map(|_| {
                scope.spawn(|| {
                    let mut waits = Vec::new();
                    while !stop.load(Ordering::Relaxed) {
                        let begun = Instant::now();
                        write(next.fetch_add(1, Ordering::Relaxed));
                        waits.push(begun.elapsed());
                    }
                    waits
                })
            })
            .collect();
        std::thread::sleep(SLICE);
        stop.store(true, Ordering::Relaxed);
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect()
    });
    let seconds = started.elapsed().as_secs_f64();
    waits.sort_unstable();
    Measured {
        per_second: waits.len() as f64 / seconds,
        p99: waits[waits.len() * 99 / 100],
    }
}

fn journal(dir: &Path, writers: usize) -> Measured {
    let signer = LogSigner {
        log: "office".to_owned(),
        origin: ORIGIN.to_owned(),
        signers: vec![
            Box::new(Ed25519Signer::from_seed(ORIGIN, [7; 32])),
            Box::new(MlDsa44(PqdsaKeyPair::generate(&ML_DSA_44_SIGNING).unwrap())),
        ],
    };
    let (path, anchor) = (dir.join("node.db"), dir.join("node.anchor"));
    let fatal = |_: &store::StoreError| std::process::abort();
    let database = Sqlite::open(&path, &anchor, vec![signer], fatal).unwrap();
    measure(writers, |n| {
        let entry = NewEntry {
            log: "office".to_owned(),
            body: body(n),
            salt: Salt::new([3; 32]),
            keep_until: None,
        };
        let batch = Batch {
            entries: vec![entry],
            ..Batch::default()
        };
        database.commit(batch).unwrap();
    })
}

fn bare(dir: &Path, writers: usize) -> Measured {
    let mut connection = Connection::open(dir.join("bare.db")).unwrap();
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA mmap_size = 0;",
        )
        .unwrap();
    for step in [
        include_str!("../src/sqlite/migrations/001_first.sql"),
        include_str!("../src/sqlite/migrations/002_trust.sql"),
    ] {
        connection.execute_batch(step).unwrap();
    }
    connection
        .execute("INSERT INTO logs (name, origin, size, root, checkpoint) VALUES ('office', '', 0, x'', '')", [])
        .unwrap();
    let (queue, waiting) = channel::<(String, SyncSender<()>)>();
    let leaf = leaf_bytes(&body(0), &Salt::new([3; 32]));
    let writer = std::thread::spawn(move || {
        let mut index = 0_i64;
        while let Ok(first) = waiting.recv() {
            let group: Vec<_> = std::iter::once(first)
                .chain(waiting.try_iter().take(999))
                .collect();
            let transaction = connection.transaction().unwrap();
            for (body, _) in &group {
                transaction
                    .prepare_cached("INSERT INTO entries (log, idx, leaf, salt, body, writes, revisions) VALUES ('office', ?1, ?2, ?3, ?4, '{}', '[]')")
                    .unwrap()
                    .execute(params![index, leaf, [3_u8; 32].as_slice(), body])
                    .unwrap();
                index += 1;
            }
            transaction.commit().unwrap();
            for (_, reply) in group {
                reply.send(()).unwrap();
            }
        }
    });
    let measured = measure(writers, |n| {
        let (reply, answer) = sync_channel(1);
        queue
            .send((serde_json::to_string(&body(n)).unwrap(), reply))
            .unwrap();
        answer.recv().unwrap();
    });
    drop(queue);
    writer.join().unwrap();
    measured
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    println!(
        "durable entries per second, median of {ROUNDS} rounds in turns; p99 of the wait for durability"
    );
    println!(
        "{:>7} {:>10} {:>10} {:>7} {:>12}",
        "writers", "journal", "bare", "ratio", "journal p99"
    );
    let mut rows = Vec::new();
    for writers in WRITERS {
        let (mut ours, mut theirs, mut ratios, mut waits) = (vec![], vec![], vec![], vec![]);
        for _ in 0..ROUNDS {
            // On the disk that is built on: a temporary directory may lie in memory.
            let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
            let base = bare(dir.path(), writers);
            let full = journal(dir.path(), writers);
            ratios.push(full.per_second / base.per_second);
            ours.push(full.per_second);
            theirs.push(base.per_second);
            waits.push(full.p99.as_secs_f64() * 1000.0);
        }
        let (ours, theirs, ratio, wait) =
            (median(ours), median(theirs), median(ratios), median(waits));
        println!("{writers:>7} {ours:>10.0} {theirs:>10.0} {ratio:>7.2} {wait:>9.1} ms");
        rows.push(serde_json::json!({
            "writers": writers, "journal": ours.round(), "bare": theirs.round(),
            "ratio": (ratio * 1000.0).round() / 1000.0, "journal_p99_ms": (wait * 10.0).round() / 10.0,
        }));
    }
    println!(
        "{}",
        serde_json::json!({ "bench": "journal_entries", "unit": "entries/s", "rows": rows })
    );
}
