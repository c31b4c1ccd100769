//! Complete exchanges per second and the time to a receipt, between two nodes over real TLS.
//!
//! A complete exchange is a message, durable in both logs, with its receipt on file at the sender.
//! Two peers are measured in the same run: what the signatures and envelopes of such an exchange
//! cost on one core when nothing else is done (the ceiling), and one synced write of the disk.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, dead_code)]

#[path = "../tests/support/mod.rs"]
mod support;

use journal::hash::Hash;
use office::content::CONTENT_PART;
use std::fs::File;
use std::io::Write;
use std::time::{Duration, Instant};
use support::{House, forge, two_houses};

/// How many communication checks are queued at once; each is answered, so twice as many messages.
const QUEUED: usize = 200;

/// How many single messages are timed to their receipt.
const SINGLE: usize = 60;

/// How often a crypto round or a synced write is timed.
const ROUNDS: u32 = 200;

#[tokio::main]
async fn main() {
    let (mut de, mut cn) = two_houses().await;
    let ceiling = ceiling(&de, &cn);
    let sync = synced_write(de.directory.path());
    let (_receiving_de, _receiving_cn) = (de.receive().await, cn.receive().await);
    let (courier_de, _sending_de) = de.send();
    let (_courier_cn, _sending_cn) = cn.send();

    let mut waits = Vec::with_capacity(SINGLE);
    for _ in 0..SINGLE {
        let begun = Instant::now();
        let message = ping(&de, &cn).await;
        courier_de.nudge();
        until(|| receipted(&de, &message)).await;
        waits.push(begun.elapsed());
    }
    waits.sort();

    until(|| all_receipted(&de) && all_receipted(&cn)).await;
    let before =
        de.messages(&cn, "receipt.received").len() + cn.messages(&de, "receipt.received").len();
    let begun = Instant::now();
    for _ in 0..QUEUED {
        ping(&de, &cn).await;
        courier_de.nudge();
    }
    until(|| {
        cn.messages(&de, "message.accepted").len() == SINGLE + QUEUED
            && all_receipted(&de)
            && all_receipted(&cn)
    })
    .await;
    let spent = begun.elapsed();
    let after =
        de.messages(&cn, "receipt.received").len() + cn.messages(&de, "receipt.received").len();
    let per_second = (after - before) as f64 / spent.as_secs_f64();

    println!(
        "exchanges/s {per_second:.0} | crypto ceiling of one core {ceiling:.0}/s | ratio {:.2}",
        per_second / ceiling
    );
    let at = |part: usize| waits[(waits.len() - 1) * part / 100];
    println!(
        "time to receipt p50 {:.1} ms, p99 {:.1} ms | one synced write {:.1} ms | p50 above it {:.1} ms",
        millis(at(50)),
        millis(at(99)),
        millis(sync),
        millis(at(50).saturating_sub(sync)),
    );
    println!(
        "{}",
        serde_json::json!({
            "exchanges_per_second": per_second,
            "crypto_ceiling_per_second": ceiling,
            "ratio": per_second / ceiling,
            "receipt_p50_ms": millis(at(50)),
            "receipt_p99_ms": millis(at(99)),
            "synced_write_ms": millis(sync),
        })
    );
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

async fn ping(from: &House, to: &House) -> Hash {
    // As a node does it: the command runs beside the network's own thread.
    tokio::task::block_in_place(|| from.ping(to))
        .message
        .unwrap()
}

fn receipted(house: &House, message: &Hash) -> bool {
    house
        .office()
        .reader()
        .sent_message(message)
        .unwrap()
        .is_some_and(|sent| sent.receipt.is_some())
}

fn all_receipted(house: &House) -> bool {
    house.office().reader().outbox().unwrap().is_empty()
}

async fn until(done: impl Fn() -> bool) {
    while !tokio::task::block_in_place(&done) {
        tokio::time::sleep(Duration::from_micros(200)).await;
    }
}

/// Exchanges per second that one core can sign, seal, open and check: a message and its receipt.
fn ceiling(de: &House, cn: &House) -> f64 {
    let begun = Instant::now();
    for _ in 0..ROUNDS {
        let sealed = forge::ping(de, cn, 1, None).encode().unwrap();
        let message = seal::message::Message::decode(&sealed, support::PART_BYTES).unwrap();
        message
            .manifest()
            .verify_sender(&de.signing_key().verifying_key())
            .unwrap();
        message
            .open_part(CONTENT_PART, std::slice::from_ref(&cn.sealing))
            .unwrap();
        // The receipt is a statement of the same sort: signed once, checked once.
        let receipt = seal::message::SignedManifest::sign_with(
            seal::message::MessageManifest {
                sender_key: cn.signing_key().verifying_key().id(),
                ..message.manifest().statement().clone()
            },
            &cn.signing_key(),
        )
        .unwrap();
        receipt
            .verify_sender(&cn.signing_key().verifying_key())
            .unwrap();
    }
    f64::from(ROUNDS) / begun.elapsed().as_secs_f64()
}

/// The median time of appending 4 KiB and waiting for the disk.
fn synced_write(directory: &std::path::Path) -> Duration {
    let mut file = File::create(directory.join("synced")).unwrap();
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let begun = Instant::now();
            file.write_all(&[7; 4096]).unwrap();
            file.sync_data().unwrap();
            begun.elapsed()
        })
        .collect();
    times.sort();
    times[times.len() / 2]
}
