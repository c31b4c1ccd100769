//! Pulling the plug on real nodes at each step of an exchange.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use office::exchange_log;
use std::collections::BTreeMap;
use std::time::Duration;
use support::{Node, eventually, two_nodes};

/// The steps of an exchange, as the nodes log them. Each of the two nodes passes each of them in
/// every round, because a ping is answered by a message of the other side.
const STEPS: [&str; 6] = [
    "delivery.started",
    "delivery.sent",
    "message.accepted",
    "receipt.sent",
    "receipt.received",
    "command",
];

/// How many times each step is cut, on each side.
const TIMES: usize = 5;

/// Lines of a log by message: how often it was sent or accepted, and receipted.
#[derive(Debug, Default, PartialEq, Eq)]
struct Kept {
    written: usize,
    receipts: usize,
    seq: u64,
}

fn log_by_message(node: &Node, kind: &str) -> BTreeMap<String, Kept> {
    let reader = node.reader();
    let log = exchange_log(&node.peer_id());
    let size = reader.head(&log).unwrap().size;
    let mut kept: BTreeMap<String, Kept> = BTreeMap::new();
    for line in reader.lines(&log, 0, size).unwrap() {
        let message = line.text("message").to_owned();
        if line.text("kind") == kind {
            let entry = kept.entry(message).or_default();
            entry.written += 1;
            entry.seq = line
                .body
                .as_ref()
                .and_then(|b| b.get("seq"))
                .and_then(serde_json::Value::as_u64)
                .unwrap();
        } else if line.text("kind") == "receipt.received" && kind == "message.sent" {
            kept.entry(message).or_default().receipts += 1;
        }
    }
    kept
}

/// Nothing that was acknowledged is lost, nothing arrives twice, and both journals stay whole,
/// wherever the plug is pulled: sender and receiver, at each step, sixty times.
#[test]
fn nothing_is_lost_and_nothing_comes_twice_under_kill_9() {
    let root = tempfile::tempdir().unwrap();
    let mut nodes = two_nodes(root.path());
    let mut acknowledged: Vec<(usize, String)> = Vec::new();
    let mut cut = 0;
    for round in 0..STEPS.len() * 2 * TIMES {
        let step = STEPS[round % STEPS.len()];
        let victim = (round / STEPS.len()) % 2;
        let asking = round % 2;
        nodes[victim].forget_steps();
        let [de, cn] = &nodes;
        let asker = [de, cn][asking];
        let ping = asker
            .command(&["--json", "ping", asker.peer])
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let passed = nodes[victim].await_step(&format!("\"{step}\""), Duration::from_secs(20));
        cut += usize::from(passed);
        nodes[victim].kill();
        let output = ping.wait_with_output().unwrap();
        if output.status.success() {
            let done: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
            acknowledged.push((asking, done["message"].as_str().unwrap().to_owned()));
        }
        nodes[victim].start();
    }
    assert!(cut >= 50, "only {cut} rounds were cut at their step");

    for node in &nodes {
        eventually("all messages are delivered", || {
            node.reader().outbox().unwrap().is_empty()
        });
    }
    for (sender, receiver) in [(&nodes[0], &nodes[1]), (&nodes[1], &nodes[0])] {
        eventually("every message has its receipt", || {
            sender
                .reader()
                .sent()
                .unwrap()
                .iter()
                .all(|message| message.receipt.is_some())
        });
        let sent = log_by_message(sender, "message.sent");
        let accepted = log_by_message(receiver, "message.accepted");
        assert!(
            sent.values()
                .all(|kept| kept.written == 1 && kept.receipts == 1),
            "{sent:#?}"
        );
        assert!(
            accepted.values().all(|kept| kept.written == 1),
            "{accepted:#?}"
        );
        assert_eq!(
            sent.keys().collect::<Vec<_>>(),
            accepted.keys().collect::<Vec<_>>()
        );
        let mut places: Vec<u64> = accepted.values().map(|kept| kept.seq).collect();
        places.sort_unstable();
        assert_eq!(places, (1..=accepted.len() as u64).collect::<Vec<_>>());
    }
    for (asking, message) in &acknowledged {
        assert!(
            log_by_message(&nodes[*asking], "message.sent").contains_key(message),
            "{message} was acknowledged and is gone"
        );
    }
    assert!(
        acknowledged.len() > 10,
        "hardly any command was acknowledged: {}",
        acknowledged.len()
    );
    for node in &nodes {
        node.succeed(&["journal", "verify"]);
        node.succeed(&["reconcile", node.peer]);
        let statistics = node.json(&["statistics", node.peer]);
        assert_eq!(
            statistics["discrepancies"]["one_sided"]
                .as_array()
                .unwrap()
                .len(),
            0
        );
    }
}
