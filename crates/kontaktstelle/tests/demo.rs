//! The demo as a newcomer runs it, and what can be looked at afterwards.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::Command;
use support::{PROGRAM, free_ports};

fn kontaktstelle(arguments: &[&str]) -> std::process::Output {
    Command::new(PROGRAM).args(arguments).output().unwrap()
}

fn succeed(arguments: &[&str]) -> String {
    let output = kontaktstelle(arguments);
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// The whole story works from an empty directory, in both languages, and ends with status 0; the
/// nodes it leaves behind can be looked at with the commands that the README names; and the answer
/// it wrote verifies from the file alone until a digit is changed.
#[test]
fn the_demo_runs_and_what_it_leaves_can_be_checked() {
    let root = tempfile::tempdir().unwrap();
    // A long path: the control socket must still be reachable.
    let directory = root.path().join(
        "a directory with spaces and a name that is longer than a socket address may be, by far",
    );
    let dir = directory.to_str().unwrap();
    let port = free_ports().to_string();
    let told = succeed(&[
        "--language",
        "en",
        "demo",
        "--exit",
        "--dir",
        dir,
        "--port",
        &port,
    ]);
    assert!(told.contains("Demo finished"), "{told}");
    assert!(!told.contains("[["), "a message is missing: {told}");

    for side in ["de", "cn"] {
        let config = directory.join(side).join("kontaktstelle.toml");
        let config = config.to_str().unwrap();
        succeed(&["--config", config, "journal", "verify"]);
        let logs: Vec<Value> =
            serde_json::from_str(&succeed(&["--config", config, "--json", "journal", "list"]))
                .unwrap();
        assert_eq!(logs.len(), 2);
        for log in &logs {
            let name = log["name"].as_str().unwrap();
            let out = root.path().join(format!("{side}-{name}"));
            succeed(&[
                "--config",
                config,
                "journal",
                "export",
                "--log",
                name,
                out.to_str().unwrap(),
            ]);
            assert_eq!(
                std::fs::read_to_string(out.join("checkpoint")).unwrap(),
                log["checkpoint"].as_str().unwrap()
            );
            assert!(out.join("tile/entries").is_dir());
        }
    }
    for name in ["answer.json", "answer.html", "answer.pdf"] {
        assert!(
            std::fs::metadata(directory.join(name)).unwrap().len() > 10_000,
            "{name}"
        );
    }
    let answer = directory.join("answer.json");
    succeed(&["verify", answer.to_str().unwrap()]);
    let forged = directory.join("answer-forged.json");
    let output = kontaktstelle(&["--language", "en", "verify", forged.to_str().unwrap()]);
    assert!(!output.status.success());
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("26"),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// A directory that holds a demo already is not overwritten.
#[test]
fn a_second_demo_in_the_same_directory_is_refused() {
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(root.path().join("de")).unwrap();
    let output = kontaktstelle(&["demo", "--exit", "--dir", root.path().to_str().unwrap()]);
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("holds a demo already"));
}

/// No node outlives the demo that started it, not even when the demo is killed without warning.
#[test]
fn the_nodes_end_with_the_demo() {
    let root = tempfile::tempdir().unwrap();
    let port = free_ports();
    let mut demo = Command::new(PROGRAM)
        .args([
            "--language",
            "en",
            "demo",
            "--dir",
            root.path().to_str().unwrap(),
        ])
        .args(["--port", &port.to_string()])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(demo.stdout.take().unwrap()).lines();
    let told = lines
        .map_while(Result::ok)
        .any(|line| line.contains("Ctrl-C"));
    assert!(told, "the demo ended before it left its consoles running");
    let console = std::net::TcpStream::connect(("127.0.0.1", port));
    assert!(console.is_ok(), "the console does not listen");
    demo.kill().unwrap();
    demo.wait().unwrap();
    support::eventually("both nodes have ended", || {
        (port..port + 6).all(|port| std::net::TcpListener::bind(("127.0.0.1", port)).is_ok())
    });
}
