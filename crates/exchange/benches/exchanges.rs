//! Complete exchanges per second and the time to a receipt, between two nodes over real TLS.
//!
//! A complete exchange is a message, durable in both logs, with both of its receipts (D.1 and E.1) on
//! file at the sender. Two peers are measured in the same run: what the signatures and envelopes of
//! such an exchange cost on one core when nothing else is done (the ceiling), and one synced write of
//! the disk.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, dead_code)]

#[path = "../tests/support/mod.rs"]
mod support;

use journal::hash::Hash;
use office::Acceptance;
use office::content::CONTENT_PART;
use seal::envelope::open_part;
use seal::message::Message;
use seal::receipt::SignedReceipt;
use std::fs::File;
use std::io::Write;
use std::time::{Duration, Instant};
use support::{House, SUITE, forge, two_houses};

/// How many communication checks are queued at once; each is answered, so twice as many messages.
const QUEUED: u64 = 200;

/// How many single messages are timed to their receipts.
const SINGLE: usize = 60;

/// How often a crypto round or a synced write is timed.
const ROUNDS: u32 = 200;

#[tokio::main]
async fn main() {
    let ceiling = {
        let (de, cn) = two_houses().await;
        ceiling(&de, &cn)
    };
    let (mut de, mut cn) = two_houses().await;
    let sync = synced_write(de.directory.path());
    let (_receiving_de, _receiving_cn) = (de.receive().await, cn.receive().await);
    let (courier_de, _sending_de) = de.send();
    let (_courier_cn, _sending_cn) = cn.send();

    let (mut consigned, mut handed_over) = (Vec::new(), Vec::new());
    for _ in 0..SINGLE {
        let begun = Instant::now();
        let message = ping(&de, &cn).await;
        courier_de.nudge();
        until(|| sent(&de, &message).consignment.is_some()).await;
        consigned.push(begun.elapsed());
        until(|| sent(&de, &message).handover.is_some()).await;
        handed_over.push(begun.elapsed());
        // The answer is on its way; it is not to be in the way of the next one.
        until(|| is_settled(&de) && is_settled(&cn)).await;
    }

    let before = through(&de, &cn) + through(&cn, &de);
    let begun = Instant::now();
    for _ in 0..QUEUED {
        ping(&de, &cn).await;
        courier_de.nudge();
    }
    let all = before + 2 * QUEUED;
    until(|| is_settled(&de) && is_settled(&cn) && through(&de, &cn) + through(&cn, &de) >= all)
        .await;
    let spent = begun.elapsed();
    let per_second = (2 * QUEUED) as f64 / spent.as_secs_f64();

    println!(
        "exchanges/s {per_second:.0} | crypto ceiling of one core {ceiling:.0}/s | ratio {:.2}",
        per_second / ceiling
    );
    let [first, second] = [consigned, handed_over].map(Waits::new);
    println!(
        "time to the first receipt p50 {:.1} ms, p99 {:.1} ms; to the second p50 {:.1} ms, p99 {:.1} ms | one synced write {:.1} ms | first p50 above it {:.1} ms",
        millis(first.at(50)),
        millis(first.at(99)),
        millis(second.at(50)),
        millis(second.at(99)),
        millis(sync),
        millis(first.at(50).saturating_sub(sync)),
    );
    println!(
        "{}",
        serde_json::json!({
            "exchanges_per_second": per_second,
            "crypto_ceiling_per_second": ceiling,
            "ratio": per_second / ceiling,
            "receipt_p50_ms": millis(first.at(50)),
            "receipt_p99_ms": millis(first.at(99)),
            "handover_p50_ms": millis(second.at(50)),
            "handover_p99_ms": millis(second.at(99)),
            "synced_write_ms": millis(sync),
        })
    );
}

/// Times, shortest first.
struct Waits(Vec<Duration>);

impl Waits {
    fn new(mut waits: Vec<Duration>) -> Self {
        waits.sort();
        Self(waits)
    }

    fn at(&self, part: usize) -> Duration {
        self.0[(self.0.len() - 1) * part / 100]
    }
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

fn sent(house: &House, message: &Hash) -> office::channel::SentMessage {
    let sent = house.office().reader().sent_message(message).unwrap();
    sent.unwrap()
}

fn is_settled(house: &House) -> bool {
    house.office().reader().outbox().unwrap().is_empty()
}

/// How many messages to `other` it has numbered; all of them are through when it is settled.
fn through(house: &House, other: &House) -> u64 {
    let channel = house.office().reader().channel(&other.party).unwrap();
    channel.map_or(0, |channel| channel.sent)
}

async fn until(done: impl Fn() -> bool) {
    while !tokio::task::block_in_place(&done) {
        tokio::time::sleep(Duration::from_micros(200)).await;
    }
}

/// Exchanges per second that one core can sign, seal, open and check: a message and its two
/// receipts, with the proofs in them.
fn ceiling(de: &House, cn: &House) -> f64 {
    let given = receipts(de, cn);
    let key = cn.keys.signing(SUITE);
    let log = cn
        .keys
        .manifest
        .statement()
        .log_verifier("exchange-de")
        .unwrap();
    let begun = Instant::now();
    for _ in 0..ROUNDS {
        let forged = forge::ping(de, cn, forge::FIRST);
        let message = Message::decode(&forged.encode()).unwrap();
        message
            .manifest()
            .verify_sender(&de.keys.signing(SUITE).verifying_key())
            .unwrap();
        let (manifest, header) = (message.manifest().statement(), forged.header(CONTENT_PART));
        let payload = message.payload(CONTENT_PART).unwrap();
        let identities = std::slice::from_ref(cn.keys.sealing(SUITE));
        open_part(manifest, CONTENT_PART, &header, payload, identities).unwrap();
        for receipt in &given {
            let (statement, proof) = (receipt.statement().clone(), receipt.proof().to_owned());
            let again = SignedReceipt::sign(statement, key, receipt.opening().clone(), proof);
            again.unwrap().verify(&key.verifying_key(), &log).unwrap();
        }
    }
    f64::from(ROUNDS) / begun.elapsed().as_secs_f64()
}

/// Both receipts for a message, as the receiver's office gives them.
fn receipts(de: &House, cn: &House) -> [SignedReceipt; 2] {
    let forged = forge::ping(de, cn, forge::FIRST);
    let (office, from) = (cn.office(), &de.party);
    let Acceptance::Receipt(first) = office.accept_message(from, &forged.encode()).unwrap() else {
        panic!("a ping has no large payloads");
    };
    let second = office
        .open_message(from, &forged.id(), &forged.headers)
        .unwrap();
    [first, second].map(|receipt| SignedReceipt::from_json(receipt.as_bytes()).unwrap())
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
