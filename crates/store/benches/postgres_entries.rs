//! Durable journal entries per second on PostgreSQL, as a ratio to bare PostgreSQL.
//!
//! Both sides write the same rows into the same table of the same server, in groups, with one synced
//! transaction a group; only the journal also keeps the tree, holds off other nodes, reads back what
//! it wrote, moves the anchor and signs the head. The two are measured in turns in the same run, so
//! that a busy machine is busy for both.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

#[path = "../tests/node/anchor.rs"]
mod anchor;
#[path = "../tests/cluster/mod.rs"]
mod cluster;

use anchor::SharedAnchor;
use cluster::Cluster;
use journal::entry::{EntryBody, Salt, leaf_bytes};
use journal::note::Ed25519Signer;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, channel, sync_channel};
use std::time::{Duration, Instant};
use store::{Batch, Database, LogSigner, NewEntry, Postgres};

const ROUNDS: usize = 5;
const SLICE: Duration = Duration::from_millis(1000);
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

fn journal(writers: usize) -> Measured {
    let signer = LogSigner {
        log: "office".to_owned(),
        origin: ORIGIN.to_owned(),
        signers: vec![Box::new(Ed25519Signer::from_seed(ORIGIN, [7; 32]))],
    };
    let url = Cluster::shared().database();
    let anchor = SharedAnchor::new();
    let database = Postgres::open(&url, anchor, vec![signer], |_| std::process::abort()).unwrap();
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

const BARE: &str = "INSERT INTO entries (log, idx, leaf, salt, body)
    SELECT 'office', * FROM unnest($1::bigint[], $2::bytea[], $3::bytea[], $4::text[])";

fn bare(writers: usize) -> Measured {
    let url = Cluster::shared().database();
    drop(Postgres::writable(&url).unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let (queue, waiting) = channel::<(String, SyncSender<()>)>();
    let leaf = leaf_bytes(&body(0), &Salt::new([3; 32]));
    let writer = std::thread::spawn(move || {
        runtime.block_on(async {
            let (mut client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls)
                .await
                .unwrap();
            tokio::spawn(connection);
            let insert = client.prepare(BARE).await.unwrap();
            let mut index = 0_i64;
            while let Ok(first) = waiting.recv() {
                let group: Vec<_> = std::iter::once(first)
                    .chain(waiting.try_iter().take(999))
                    .collect();
                let count = i64::try_from(group.len()).unwrap();
                let places: Vec<i64> = (index..index + count).collect();
                let leaves = vec![leaf.as_slice(); group.len()];
                let salts = vec![[3_u8; 32]; group.len()];
                let salts: Vec<&[u8]> = salts.iter().map(<[u8; 32]>::as_slice).collect();
                let bodies: Vec<&str> = group.iter().map(|(body, _)| body.as_str()).collect();
                let transaction = client.transaction().await.unwrap();
                transaction
                    .execute(&insert, &[&places, &leaves, &salts, &bodies])
                    .await
                    .unwrap();
                transaction.commit().await.unwrap();
                index += count;
                for (_, reply) in group {
                    reply.send(()).unwrap();
                }
            }
        });
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
        "durable entries per second on PostgreSQL, median of {ROUNDS} rounds in turns; p99 of the wait for durability"
    );
    println!(
        "{:>7} {:>10} {:>10} {:>7} {:>12}",
        "writers", "journal", "bare", "ratio", "journal p99"
    );
    let mut rows = Vec::new();
    for writers in WRITERS {
        let (mut ours, mut theirs, mut ratios, mut waits) = (vec![], vec![], vec![], vec![]);
        for _ in 0..ROUNDS {
            let base = bare(writers);
            let full = journal(writers);
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
        serde_json::json!({ "bench": "postgres_entries", "unit": "entries/s", "rows": rows })
    );
}
