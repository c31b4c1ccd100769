//! Sealing and opening a large attachment, as a ratio to the `age` crate's own stream with the same recipients.
//!
//! `SEAL_BENCH_MIB` sets the size (256 by default; the reported figures are with 1024). All contents are generated while
//! they are read and thrown away while they are written, so that no disk is measured. What is opened is kept in a file
//! of the temporary folder, read once before, since nobody can hold a generated ciphertext. Ours also takes the SHA-256
//! over the whole that the manifest names, which the crate does not.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::time::Instant;

use journal::hash::Hash;
use seal::Suite;
use seal::digest::Digest;
use seal::envelope::{PartContext, SealedRef, open_stream, seal_stream};
use seal::keys::{SealingIdentity, SigningKey};
use seal::message::{MessageFormat, MessageManifest};
use serde_json::json;

#[path = "../tests/support/age_keys.rs"]
mod age_keys;

use age_keys::{AgeIdentity, AgeRecipient};

const ROUNDS: usize = 5;
const BLOCK: usize = 1 << 20;

fn context() -> PartContext {
    PartContext {
        sender: "de".into(),
        recipient: "cn".into(),
        thread: "0198c0de-0000-7000-8000-000000000001".into(),
        kind: "request.information".into(),
        seq: 1,
    }
}

fn manifest(suite: Suite, sealed: &SealedRef) -> MessageManifest {
    let context = context();
    MessageManifest {
        format: MessageFormat::V2,
        suite,
        exercise: true,
        sender: context.sender,
        recipient: context.recipient,
        sender_key: SigningKey::generate(suite).unwrap().verifying_key().id(),
        seq: context.seq,
        previous: None::<Hash>,
        kind: context.kind,
        thread: context.thread,
        reply_to: None,
        created: "2026-11-23T14:00:00Z".into(),
        deadline: None,
        marking: json!({}),
        topic: None,
        parts: vec![sealed.reference.clone()],
        screening: None,
    }
}

/// Two keys, as every part has: the receiver's and the sender's archive.
fn keys(suite: Suite) -> [SealingIdentity; 2] {
    [(); 2].map(|()| SealingIdentity::generate(suite).unwrap())
}

fn seal(suite: Suite, keys: &[SealingIdentity], size: u64, out: impl Write) -> SealedRef {
    let recipients: Vec<_> = keys.iter().map(SealingIdentity::recipient).collect();
    let content = io::repeat(7).take(size);
    seal_stream(
        "attachment",
        "application/octet-stream",
        content,
        out,
        &recipients,
        &context(),
        suite,
    )
    .unwrap()
}

fn age_seal(keys: &[SealingIdentity], size: u64, out: impl Write) {
    let recipients: Vec<_> = keys
        .iter()
        .map(|key| AgeRecipient::new(key.recipient()))
        .collect();
    let recipients = recipients.iter().map(|r| r as &dyn age::Recipient);
    let mut writer = age::Encryptor::with_recipients(recipients)
        .unwrap()
        .wrap_output(out)
        .unwrap();
    copy(io::repeat(7).take(size), &mut writer);
    writer.finish().unwrap();
}

fn age_open(key: &SealingIdentity, file: impl Read) {
    let identity = AgeIdentity::new(key.to_secret_string().as_str());
    let reader = age::Decryptor::new_buffered(BufReader::with_capacity(BLOCK, file)).unwrap();
    copy(
        reader.decrypt(std::iter::once(&identity as _)).unwrap(),
        io::sink(),
    );
}

/// Copies in large pieces; `io::copy` takes 8 KiB, which would be unfair to the crate.
fn copy(mut from: impl Read, mut to: impl Write) {
    let mut block = vec![0; BLOCK];
    loop {
        match from.read(&mut block).unwrap() {
            0 => break,
            read => to.write_all(&block[..read]).unwrap(),
        }
    }
}

/// Megabytes per second of the median of several rounds, the two taking turns so that both meet the same machine.
fn compare(size: u64, mut ours: impl FnMut(), mut theirs: impl FnMut()) -> (f64, f64) {
    let mut times = (Vec::new(), Vec::new());
    let seconds = |run: &mut dyn FnMut()| {
        let start = Instant::now();
        run();
        start.elapsed().as_secs_f64()
    };
    for _ in 0..ROUNDS {
        times.0.push(seconds(&mut ours));
        times.1.push(seconds(&mut theirs));
    }
    let rate = |mut times: Vec<f64>| {
        times.sort_by(f64::total_cmp);
        size as f64 / 1e6 / times[ROUNDS / 2]
    };
    (rate(times.0), rate(times.1))
}

/// The most memory this process has ever had, in KiB (Linux).
fn peak_kib() -> u64 {
    std::fs::read_to_string("/proc/self/status")
        .unwrap_or_default()
        .lines()
        .find_map(|line| {
            line.strip_prefix("VmHWM:")?
                .split_whitespace()
                .next()?
                .parse()
                .ok()
        })
        .unwrap_or(0)
}

fn main() {
    let mib: u64 = std::env::var("SEAL_BENCH_MIB")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(256);
    let size = mib << 20;
    let folder = tempfile::tempdir().unwrap();
    println!("| {mib} MiB | ours MB/s | age crate MB/s | ratio |");
    println!("|---|---|---|---|");
    let mut figures = json!({ "mib": mib });
    // Warm up, so that what every process needs once does not count as growth.
    let k1 = keys(Suite::K1);
    seal(Suite::K1, &k1, 1 << 20, io::sink());
    age_seal(&k1, 1 << 20, io::sink());
    let before = peak_kib();

    for suite in Suite::ALL {
        let keys = keys(suite);
        let payload = folder.path().join("payload");
        let sealed = seal(suite, &keys, size, File::create(&payload).unwrap());
        let age_file = folder.path().join("age");
        age_seal(&k1, size, File::create(&age_file).unwrap());
        let manifest = manifest(suite, &sealed);
        for file in [&payload, &age_file] {
            copy(File::open(file).unwrap(), io::sink());
        }

        let sealing = compare(
            size,
            || drop(seal(suite, &keys, size, io::sink())),
            || age_seal(&k1, size, io::sink()),
        );
        let opening = compare(
            size,
            || {
                let file = File::open(&payload).unwrap();
                let opened = open_stream(
                    &manifest,
                    "attachment",
                    &sealed.header,
                    file,
                    io::sink(),
                    &keys[..1],
                );
                assert_eq!(opened.unwrap(), size);
            },
            || age_open(&k1[0], File::open(&age_file).unwrap()),
        );
        for (what, (ours, theirs)) in [("seal", sealing), ("open", opening)] {
            let ratio = ours / theirs;
            println!("| {suite} {what} | {ours:.0} | {theirs:.0} | {ratio:.2} |");
            figures[format!("{suite}_{what}")] = json!({ "mb_per_s": ours, "ratio_to_age": ratio });
        }
    }
    let growth = peak_kib().saturating_sub(before);
    println!("\npeak memory grew by {growth} KiB over {mib} MiB contents");
    figures["peak_growth_kib"] = growth.into();
    // What the digest alone costs, since it is the difference to the crate.
    let block = vec![7; BLOCK];
    let start = Instant::now();
    for _ in 0..256 {
        std::hint::black_box(Digest::of(&block));
    }
    let digest = 256.0 * BLOCK as f64 / 1e6 / start.elapsed().as_secs_f64();
    figures["sha256_mb_per_s"] = digest.into();
    println!("{figures}");
}
