//! Pulling the plug on real nodes at each step of an exchange.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use office::exchange_log;
use std::collections::BTreeMap;
use std::time::Duration;
use support::{Node, eventually, two_nodes};

/// The steps of an exchange, as the nodes log them.
const STEPS: [&str; 8] = [
    "delivery.started",
    "delivery.sent",
    "message.accepted",
    "receipt.sent",
    "receipt.received",
    "headers.sent",
    "message.opened",
    "command",
];

/// How many times each step is cut, on each side.
const TIMES: usize = 3;

/// Lines of a log by message: how often it was sent or accepted, how often it was released or opened,
/// and receipted.
#[derive(Debug, Default, PartialEq, Eq)]
struct Kept {
    written: usize,
    released: usize,
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
            let entry: &mut Kept = kept.entry(message).or_default();
            entry.written += 1;
            entry.seq = line
                .body
                .as_ref()
                .and_then(|b| b.get("seq"))
                .and_then(serde_json::Value::as_u64)
                .unwrap();
            continue;
        }
        match (kind, line.text("kind")) {
            ("message.sent", "receipt.received") => {
                kept.entry(message).or_default().receipts += 1;
            }
            ("message.sent", "header.released") | ("message.accepted", "message.opened") => {
                kept.entry(message).or_default().released += 1;
            }
            _ => {}
        }
    }
    kept
}

/// Nothing that was acknowledged is lost, nothing arrives twice, and both journals stay whole,
/// wherever the plug is pulled: sender and receiver, at each step, forty-eight times.
#[test]
fn nothing_is_lost_and_nothing_comes_twice_under_kill_9() {
    let root = tempfile::tempdir().unwrap();
    let mut nodes = two_nodes(root.path());
    let mut acknowledged: Vec<(usize, String)> = Vec::new();
    let mut cut = 0;
    for round in 0..STEPS.len() * 2 * TIMES {
        let step = STEPS[round % STEPS.len()];
        let victim = (round / STEPS.len()) % 2;
        // A command is logged where it is given; every other step both nodes pass in every round,
        // because a ping is answered by a message of the other side.
        let asking = if step == "command" { victim } else { round % 2 };
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
    assert!(cut >= 38, "only {cut} rounds were cut at their step");

    for node in &nodes {
        eventually("all messages are delivered", || {
            node.reader().outbox().unwrap().is_empty()
        });
    }
    for (sender, receiver) in [(&nodes[0], &nodes[1]), (&nodes[1], &nodes[0])] {
        eventually("every message has both receipts", || {
            sender
                .reader()
                .sent()
                .unwrap()
                .iter()
                .all(|message| message.is_consigned() && message.is_handed_over())
        });
        let sent = log_by_message(sender, "message.sent");
        let accepted = log_by_message(receiver, "message.accepted");
        assert!(
            sent.values()
                .all(|kept| kept.written == 1 && kept.released == 1 && kept.receipts == 2),
            "{sent:#?}"
        );
        assert!(
            accepted
                .values()
                .all(|kept| kept.written == 1 && kept.released == 1),
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

/// Where the plug is pulled while a message travels: at the sending or the receiving node, at a
/// step that this node logs.
const CUTS: [(End, &str); 8] = [
    (End::Sender, "command"),
    (End::Sender, "delivery.started"),
    (End::Sender, "delivery.sent"),
    (End::Receiver, "message.accepted"),
    (End::Receiver, "receipt.sent"),
    (End::Sender, "receipt.received"),
    (End::Sender, "headers.sent"),
    (End::Receiver, "message.opened"),
];

/// One end of a delivery.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Sender,
    Receiver,
}

/// Releases something at `nodes[sender]` and pulls the plug at one step of its delivery. The
/// release is repeated if the node did not live to acknowledge it; then it is either done or
/// refused because it was done.
fn release_under_cut(nodes: &mut [Node; 2], sender: usize, cut: (End, &str), release: &[&str]) {
    let victim = if cut.0 == End::Sender {
        sender
    } else {
        1 - sender
    };
    nodes[victim].forget_steps();
    let mut arguments = vec!["--as", "releaser"];
    arguments.extend_from_slice(release);
    let mut command = nodes[sender].command(&arguments);
    let command = command
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null());
    let running = command.spawn().unwrap();
    let step = format!("\"{}\"", cut.1);
    assert!(
        nodes[victim].await_step(&step, Duration::from_secs(30)),
        "{step} was not passed"
    );
    nodes[victim].kill();
    let acknowledged = running.wait_with_output().unwrap().status.success();
    nodes[victim].start();
    if !acknowledged {
        let again = nodes[sender].run(&arguments);
        let told = String::from_utf8_lossy(&again.stderr).into_owned();
        assert!(
            again.status.success() || told.contains("not possible while"),
            "{told}"
        );
    }
}

/// A request and its answer survive the plug at each step, at either end: there is one case on each
/// side, one answer, and both sides agree about all of it.
#[test]
fn a_request_and_its_answer_survive_kill_9_at_each_step() {
    let root = tempfile::tempdir().unwrap();
    let mut nodes = two_nodes(root.path());
    for node in &nodes {
        for role in ["handler", "reviewer", "releaser"] {
            node.succeed(&["officer", "add", role, "--roles", role, "--unit", role]);
        }
    }
    let request = support::fixture("exercise/water-utility.request.json");
    let answer = support::fixture("exercise/water-utility.answer.json");
    for (round, cut) in CUTS.into_iter().enumerate() {
        let (asking, asked) = (round % 2, 1 - round % 2);
        let peer = nodes[asking].peer;
        let done = nodes[asking].json(&[
            "--as",
            "handler",
            "request",
            "draft",
            request.to_str().unwrap(),
            "--peer",
            peer,
        ]);
        let thread = done["thread"].as_str().unwrap().to_owned();
        nodes[asking].succeed(&["--as", "handler", "request", "submit", &thread]);
        release_under_cut(&mut nodes, asking, cut, &["request", "release", &thread]);
        let state = |node: &Node| {
            node.reader()
                .case(thread.parse().unwrap())
                .map(|case| case.stage.code())
                .unwrap_or_default()
        };
        eventually("the request arrives", || {
            state(&nodes[asked]) == "screening"
        });
        let reviewed = [
            "--as",
            "reviewer",
            "review",
            &thread,
            "--decision",
            "clear",
            "--reason",
            "a test of the plug",
        ];
        nodes[asked].succeed(&reviewed);
        nodes[asked].succeed(&[
            "--as",
            "handler",
            "answer",
            "draft",
            &thread,
            answer.to_str().unwrap(),
        ]);
        release_under_cut(&mut nodes, asked, cut, &["answer", "release", &thread]);
        eventually("the answer arrives", || state(&nodes[asking]) == "answered");
        eventually("its receipt arrives", || {
            state(&nodes[asked]) == "answer-delivered"
        });
    }
    for node in &nodes {
        eventually("everything is handed over, and said to be", || {
            let sent = node.reader().sent().unwrap();
            sent.iter().all(|message| message.is_handed_over())
        });
    }
    for node in &nodes {
        assert_eq!(node.reader().cases().unwrap().len(), CUTS.len());
        node.succeed(&["journal", "verify"]);
        node.succeed(&["reconcile", node.peer]);
        let statistics = node.json(&["statistics", node.peer]);
        assert_eq!(
            statistics["discrepancies"]["one_sided"],
            serde_json::json!([])
        );
        let figure = |measure: &str| -> u64 {
            let figures = statistics["figures"].as_array().unwrap();
            let counted = figures.iter().filter(|figure| figure["measure"] == measure);
            counted
                .map(|figure| figure["value"].as_u64().unwrap())
                .sum()
        };
        assert_eq!((figure("requests"), figure("answered-partial")), (8, 8));
    }
}
