//! The time to read, answer and verify the reference inquiry 19/9523.
//!
//! Each is also given as a ratio to what is bound to be done whatever the code is like, measured in
//! the same run: reading a paper to hashing its bytes, verifying to checking its evidence alone.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

#[path = "../tests/support/mod.rs"]
mod support;

use locales::Language;
use oversight::inquiry;
use oversight::verify::verify;
use std::time::{Duration, Instant};
use support::{Case, exercise_traffic, fixture_records};

const PAPER: &str = include_str!("../../../fixtures/inquiries/19-9523.txt");
const ROUNDS: usize = 15;

fn main() {
    let case = Case::new();
    let traffic = exercise_traffic();
    let evidence = case.evidence(&fixture_records(), &traffic, Some(&traffic));
    let json = case.answer(Language::De, &evidence).to_json().unwrap();

    let parse = median(|| drop(inquiry::parse(PAPER).unwrap()));
    let hash = median(|| {
        std::hint::black_box(journal::hash::sha256(PAPER.as_bytes()));
    });
    let answer = median(|| drop(case.answer(Language::De, &evidence)));
    let prove = median(|| drop(evidence.prove(&[])));
    let check = median(|| drop(verify(&json, &[]).unwrap()));

    println!(
        "read    {:>8.2} ms ({:.0} times hashing the paper)",
        millis(parse),
        ratio(parse, hash)
    );
    println!(
        "answer  {:>8.2} ms (reading, every finding, sealing)",
        millis(answer)
    );
    println!(
        "verify  {:>8.2} ms ({:.1} times checking all the evidence)",
        millis(check),
        ratio(check, prove)
    );
    println!(
        "{}",
        serde_json::json!({
            "parse_ms": millis(parse),
            "answer_ms": millis(answer),
            "verify_ms": millis(check),
            "evidence_ms": millis(prove),
        })
    );
}

fn median(mut work: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let begun = Instant::now();
            work();
            begun.elapsed()
        })
        .collect();
    times.sort();
    times[ROUNDS / 2]
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn ratio(time: Duration, peer: Duration) -> f64 {
    time.as_secs_f64() / peer.as_secs_f64().max(f64::MIN_POSITIVE)
}
