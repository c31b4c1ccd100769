//! A node moves from its file to PostgreSQL and etcd with one command, and two processes stand beside
//! one database.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "../../store/tests/cluster/mod.rs"]
mod cluster;
#[allow(dead_code)]
#[path = "../../store/tests/etcd/cluster.rs"]
mod etcd;
mod support;

use cluster::Cluster;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::Instant;
use support::{Node, PATIENCE, eventually, free_ports, two_nodes};

/// Commands that both processes carry out together, at least.
const PINGS: usize = 20;

fn heads(node: &Node) -> Value {
    node.json(&["journal", "list"])
}

/// Sent, opened and receipted, by the node's own log.
fn all_handed_over(node: &Node) -> bool {
    let lines = node.succeed(&[
        "--json",
        "journal",
        "show",
        &format!("exchange-{}", node.peer),
        "--count",
        "10000",
    ]);
    let lines: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let count = |kind: &str| {
        let of_kind = lines.iter().filter(|line| line["fields"]["kind"] == kind);
        of_kind.count()
    };
    // Each message has two receipts.
    count("message.sent") * 2 == count("receipt.received")
}

/// The node's configuration with other ports, and with `more` behind it.
fn configure(node: &Node, more: &str, ports: Option<u16>) -> String {
    let config = fs::read_to_string(node.directory.join("kontaktstelle.toml")).unwrap();
    let mut port = ports;
    let lines: Vec<String> = config
        .lines()
        .map(|line| match &mut port {
            Some(port) if line.starts_with("listen = ") => {
                *port += 1;
                format!("listen = \"127.0.0.1:{port}\"")
            }
            _ => line.to_owned(),
        })
        .collect();
    format!("{}\n{more}", lines.join("\n"))
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

/// The proofs stay what they were, the exchange goes on, and two processes that write at the same time
/// beside one database never contradict each other: the counterpart's log and ours agree in the end.
#[test]
fn a_node_moves_to_postgres_where_two_processes_share_it() {
    let root = tempfile::tempdir().unwrap();
    let server = Cluster::start("");
    let anchor = etcd::Cluster::start(1);
    let mut nodes = two_nodes(root.path());
    nodes[0].succeed(&["ping", "cn"]);
    eventually("it is handed over", || all_handed_over(&nodes[0]));
    nodes[0].kill();
    let before = heads(&nodes[0]);
    let proof = nodes[0].succeed(&["journal", "proof", "exchange-cn", "1"]);

    let objects = root.path().join("shared-objects");
    let more = format!(
        "[database]\nurl = \"{}\"\n[anchor]\netcd = {:?}\n[objects]\nfolder = {objects:?}\n",
        server.database(),
        anchor.endpoints(),
    );
    let new = nodes[0].directory.join("new.toml");
    fs::write(&new, configure(&nodes[0], &more, None)).unwrap();
    nodes[0].succeed(&["move", "--to", "new.toml"]);
    fs::rename(&new, nodes[0].directory.join("kontaktstelle.toml")).unwrap();
    assert_eq!(heads(&nodes[0]), before);
    assert_eq!(
        nodes[0].succeed(&["journal", "proof", "exchange-cn", "1"]),
        proof
    );
    nodes[0].succeed(&["journal", "verify"]);

    let second = root.path().join("second");
    copy(&nodes[0].directory.join("keys"), &second.join("keys"));
    fs::copy(
        nodes[0].directory.join("keys.passphrase"),
        second.join("keys.passphrase"),
    )
    .unwrap();
    let config = configure(&nodes[0], "", Some(free_ports()));
    fs::write(second.join("kontaktstelle.toml"), config).unwrap();
    let mut second = Node::at(&second, "de", "cn");
    nodes[0].start();
    second.start();
    // Both write at once: one of them is told to try again now and then.
    let mut done = 0;
    let deadline = Instant::now() + PATIENCE;
    while done < PINGS {
        assert!(
            Instant::now() < deadline,
            "only {done} of {PINGS} were done"
        );
        let running: Vec<_> = [&nodes[0], &second, &nodes[0], &second]
            .map(|node| {
                node.command(&["ping", "cn"])
                    .stdout(Stdio::null())
                    .stderr(Stdio::null())
                    .spawn()
                    .unwrap()
            })
            .into();
        for mut child in running {
            done += usize::from(child.wait().unwrap().success());
        }
    }
    for node in &nodes {
        eventually("all is handed over", || all_handed_over(node));
    }
    nodes[0].succeed(&["journal", "verify"]);
    nodes[0].succeed(&["reconcile", "cn"]);
    let statistics = nodes[0].json(&["statistics", "cn"]);
    assert_eq!(
        statistics["discrepancies"]["one_sided"],
        serde_json::json!([])
    );
    assert_eq!(heads(&nodes[0]), heads(&second));
}
