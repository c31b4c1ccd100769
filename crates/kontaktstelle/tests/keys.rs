//! Ceremony, rotation and compromise as an operator and three holders type them, and what lies on the
//! disk afterwards.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use office::reader::Line;
use serde_json::Value;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use support::{Node, PROGRAM, eventually, two_nodes};

const HOLDER_PASSPHRASE: &str = "a holder's passphrase, for tests";

fn holder(arguments: &[&str]) -> Output {
    Command::new(PROGRAM)
        .env("KONTAKTSTELLE_HOLDER_PASSPHRASE", HOLDER_PASSPHRASE)
        .args(["--language", "en", "--json", "key"])
        .args(arguments)
        .output()
        .unwrap()
}

fn json(output: &Output) -> Value {
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Three holders, each in a directory of their own, and the root of all three.
struct Holders {
    secrets: Vec<PathBuf>,
    root: PathBuf,
}

impl Holders {
    fn make(directory: &Path) -> Self {
        let secrets: Vec<PathBuf> = ["a", "b", "c"]
            .iter()
            .map(|name| {
                let own = directory.join(name);
                std::fs::create_dir(&own).unwrap();
                let secret = own.join("holder");
                json(&holder(&["holder", "new", text(&secret)]));
                secret
            })
            .collect();
        let public: Vec<String> = secrets
            .iter()
            .map(|path| format!("{}.pub", text(path)))
            .collect();
        let root = directory.join("root.json");
        json(&holder(&[
            "root",
            &public[0],
            &public[1],
            &public[2],
            "--out",
            text(&root),
        ]));
        Self { secrets, root }
    }

    /// One holder's signature under a draft.
    fn sign(&self, at: usize, draft: &str, name: &str) -> PathBuf {
        let out = self.secrets[at].with_file_name(name);
        let secret = text(&self.secrets[at]);
        json(&holder(&[
            "holder",
            "sign",
            draft,
            "--holder",
            secret,
            "--out",
            text(&out),
        ]));
        out
    }
}

fn write_config(directory: &Path) {
    std::fs::create_dir_all(directory).unwrap();
    let config = "party = \"de\"\nnode = \"de.kontaktstelle.example\"\n[keys]\npassphrase_file = \"keys.passphrase\"\n\
         [exchange]\nlisten = \"127.0.0.1:0\"\naddress = \"127.0.0.1:1\"\npeers = [\"cn\"]\n[console]\nlisten = \"127.0.0.1:0\"\n";
    std::fs::write(directory.join("kontaktstelle.toml"), config).unwrap();
}

fn key(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(PROGRAM)
        .current_dir(directory)
        .args(["--language", "en", "--json", "key"])
        .args(arguments)
        .output()
        .unwrap()
}

/// No holder alone makes a node's keys count, nor the node without them; two of three do.
#[test]
fn two_of_three_holders_make_the_keys_count() {
    let directory = tempfile::tempdir().unwrap();
    let holders = Holders::make(directory.path());
    let node = directory.path().join("node");
    write_config(&node);
    let drafted = json(&key(&node, &["init", "--root", text(&holders.root)]));
    let draft = drafted["draft"].as_str().unwrap();
    let one = holders.sign(0, draft, "signature");
    let alone = key(&node, &["publish", text(&one)]);
    assert!(!alone.status.success(), "one holder was enough");
    let twice = key(&node, &["publish", text(&one), text(&one)]);
    assert!(!twice.status.success(), "one holder counted twice");
    assert!(!node.join("keys/manifest.json").exists());
    let two = holders.sign(2, draft, "signature");
    let published = json(&key(&node, &["publish", text(&one), text(&two)]));
    assert_eq!(published["version"], 1);
    let again = key(&node, &["init", "--root", text(&holders.root)]);
    assert!(!again.status.success(), "keys were overwritten");

    // Later: a rotation that two other holders sign.
    let rotated = json(&key(&node, &["rotate", "signing"]));
    assert_eq!(rotated["version"], 2);
    let draft = rotated["draft"].as_str().unwrap();
    let signatures = [
        holders.sign(1, draft, "second"),
        holders.sign(2, draft, "second"),
    ];
    let published = json(&key(
        &node,
        &["publish", text(&signatures[0]), text(&signatures[1])],
    ));
    assert_eq!(published["version"], 2);
    let keys = json(&key(&node, &["status"]));
    let standing = |standing: &str| {
        keys.as_array()
            .unwrap()
            .iter()
            .filter(|key| key["kind"] == "signing" && key["standing"] == standing)
            .count()
    };
    assert_eq!(
        (standing("current"), standing("earlier")),
        (1, 1),
        "{keys:#}"
    );
    // Since when each of them, and by when the one in use is to be replaced: after ninety days.
    let time = |key: &Value, name: &str| {
        let text = key[name].as_str()?;
        Some(text.parse::<records::Timestamp>().unwrap())
    };
    let signing = |standing: &str| {
        let all = keys.as_array().unwrap();
        let is_it = |key: &&Value| key["kind"] == "signing" && key["standing"] == standing;
        let key = all.iter().find(is_it).unwrap();
        (time(key, "since").unwrap(), time(key, "due"))
    };
    let (since, due) = signing("current");
    assert_eq!(due, Some(since.plus_seconds(90 * 24 * 3600)));
    let (earlier, due) = signing("earlier");
    assert!(earlier < since && due.is_none(), "{keys:#}");
}

/// A wrong passphrase opens nothing, says so, and no private key lies on the disk in plain.
#[test]
fn private_keys_are_encrypted_at_rest() {
    let directory = tempfile::tempdir().unwrap();
    let holders = Holders::make(directory.path());
    let node = directory.path().join("node");
    write_config(&node);
    json(&key(&node, &["init", "--root", text(&holders.root)]));
    let mut files = vec![holders.secrets[0].clone()];
    for entry in std::fs::read_dir(node.join("keys")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "key") {
            files.push(path);
        }
    }
    assert_eq!(
        files.len(),
        7,
        "holder, signing, sealing, two logs, witness, tls"
    );
    for path in files {
        let bytes = std::fs::read(&path).unwrap();
        assert!(
            bytes.starts_with(b"age-encryption.org/v1\n-> scrypt "),
            "{}",
            path.display()
        );
        for plain in [&b"PRIVATE KEY"[..], b"SECRET-KEY"] {
            let found = bytes.windows(plain.len()).any(|window| window == plain);
            assert!(!found, "{}", path.display());
        }
    }
    let draft = node.join("keys/draft.json");
    let wrong = Command::new(PROGRAM)
        .env(
            "KONTAKTSTELLE_HOLDER_PASSPHRASE",
            "another one, just as long",
        )
        .args(["--language", "en", "key", "holder", "sign", text(&draft)])
        .args(["--holder", text(&holders.secrets[0])])
        .args(["--out", text(&directory.path().join("never"))])
        .output()
        .unwrap();
    assert!(!wrong.status.success());
    assert!(!directory.path().join("never").exists());
    std::fs::write(node.join("keys.passphrase"), "not the one that was drawn\n").unwrap();
    let rotated = key(&node, &["rotate", "log", "office"]);
    // Making a key under another passphrase would leave a node that opens only half of its keys.
    assert!(!rotated.status.success(), "a second passphrase was taken");
}

/// With systemd's credential no passphrase lies beside the keys, and without it they open for nobody.
#[test]
fn systemd_hands_over_the_passphrase() {
    let directory = tempfile::tempdir().unwrap();
    let node = directory.path().join("node");
    write_config(&node);
    let config = node.join("kontaktstelle.toml");
    let with_file = std::fs::read_to_string(&config).unwrap();
    let without = with_file.replace("[keys]\npassphrase_file = \"keys.passphrase\"\n", "");
    assert_ne!(with_file, without);
    std::fs::write(
        &config,
        without.replace("[exchange]", "exercise = true\n[exchange]"),
    )
    .unwrap();
    let credentials = |name: &str, passphrase: &str| {
        let credentials = directory.path().join(name);
        std::fs::create_dir(&credentials).unwrap();
        let path = credentials.join("kontaktstelle-keys");
        std::fs::write(&path, passphrase).unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(0o400)).unwrap();
        credentials
    };
    let key = |credentials: Option<&Path>, arguments: &[&str]| {
        let mut command = Command::new(PROGRAM);
        if let Some(credentials) = credentials {
            command.env("CREDENTIALS_DIRECTORY", credentials);
        }
        command.current_dir(&node).stdin(Stdio::null()).arg("key");
        command.args(arguments).output().unwrap()
    };
    let ours = credentials("ours", "as systemd keeps it, sealed to the machine");
    let other = credentials("other", "as another machine would have it");

    let made = key(Some(&ours), &["init", "--exercise-holders", "holders"]);
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
    assert!(!node.join("keys.passphrase").exists());
    let rotate = ["rotate", "log", "office"];
    assert!(!key(None, &rotate).status.success());
    assert!(!key(Some(&other), &rotate).status.success());
    let rotated = key(Some(&ours), &rotate);
    assert!(
        rotated.status.success(),
        "{}",
        String::from_utf8_lossy(&rotated.stderr)
    );
}

/// Runs `key rotate …` on a running node, has the exercise's holders sign, publishes, and restarts.
fn rotate(node: &mut Node, word: &[&str]) {
    let mut arguments = vec!["key", "rotate"];
    arguments.extend_from_slice(word);
    let drafted = node.json(&arguments);
    publish(node, drafted["draft"].as_str().unwrap());
}

fn publish(node: &mut Node, draft: &str) {
    publish_for_later(node, draft);
    node.kill();
    node.start();
}

/// The same without the restart that makes the new manifest count.
fn publish_for_later(node: &Node, draft: &str) {
    let signatures: Vec<PathBuf> = ["holder-a", "holder-c"]
        .iter()
        .map(|name| {
            let out = node.directory.join(format!("{name}.signature"));
            let _none_yet = std::fs::remove_file(&out);
            let secret = node.directory.join("holders").join(name);
            let mut command = node.command(&[
                "key",
                "holder",
                "sign",
                draft,
                "--holder",
                text(&secret),
                "--out",
                text(&out),
            ]);
            let output = command
                .env("KONTAKTSTELLE_HOLDER_PASSPHRASE", "exercise")
                .output()
                .unwrap();
            assert!(
                output.status.success(),
                "{}",
                String::from_utf8_lossy(&output.stderr)
            );
            out
        })
        .collect();
    node.succeed(&["key", "publish", text(&signatures[0]), text(&signatures[1])]);
}

fn accept(nodes: &[Node; 2], at: usize) {
    let other = &nodes[1 - at];
    let keys = other.directory.join("keys");
    let fingerprint = other.json(&["key", "show"])["fingerprint"]
        .as_str()
        .unwrap()
        .to_owned();
    // Each version follows the one before, so a counterpart that missed some is given all of them.
    let earlier = (2..100).map(|version| keys.join(format!("manifest-{version}.json")));
    let missed = earlier.take_while(|path| path.exists());
    for manifest in missed.chain([keys.join("manifest.json")]) {
        nodes[at].succeed(&[
            "peer",
            "accept",
            text(&manifest),
            "--fingerprint",
            &fingerprint,
        ]);
    }
}

fn ping(nodes: &[Node; 2]) {
    for (asking, asked) in [(&nodes[0], &nodes[1]), (&nodes[1], &nodes[0])] {
        asking.succeed(&["ping", asked.party]);
    }
    for node in nodes {
        eventually("every message has both receipts", || {
            let sent = node.reader().sent().unwrap();
            node.reader().outbox().unwrap().is_empty()
                && sent.iter().all(|message| message.is_handed_over())
        });
    }
}

/// Every key of a node is replaced while the exchange goes on, messages under way included: one that
/// was queued under the earlier key arrives after the rotation.
#[test]
fn keys_are_rotated_while_messages_are_under_way() {
    let root = tempfile::tempdir().unwrap();
    let mut nodes = two_nodes(root.path());
    ping(&nodes);
    // Queued while the counterpart is away, signed by the key that is about to be replaced.
    nodes[1].kill();
    nodes[0].succeed(&["ping", "cn"]);
    rotate(&mut nodes[0], &["signing"]);
    rotate(&mut nodes[0], &["sealing"]);
    rotate(&mut nodes[0], &["witness"]);
    rotate(&mut nodes[0], &["log", "exchange-cn"]);
    nodes[1].start();
    accept(&nodes, 1);
    ping(&nodes);
    for node in &nodes {
        node.succeed(&["journal", "verify"]);
        node.succeed(&["reconcile", node.peer]);
    }
    let sent = nodes[0].reader().sent().unwrap();
    assert!(sent.len() >= 3, "{sent:#?}");
}

/// The manifests in a log of the node, by version.
fn published(node: &Node, log: &str) -> Vec<String> {
    let lines = node.reader().lines(log, 0, u64::MAX).unwrap();
    let version = |line: &Line| Some(line.body.as_ref()?.get("version")?.to_string());
    let is_of_keys = |line: &&Line| line.text("kind") == "keys.published";
    lines
        .iter()
        .filter(is_of_keys)
        .filter_map(version)
        .collect()
}

/// Promise: a manifest that is followed by another before the node starts again is in all logs too,
/// before that one.
#[test]
fn two_manifests_between_two_starts_are_both_logged() {
    let root = tempfile::tempdir().unwrap();
    let mut nodes = two_nodes(root.path());
    let logs = ["office", "exchange-cn"];
    let all_have = |node: &Node, versions: &[&str]| {
        eventually("the logs have the manifests", || {
            logs.iter().all(|log| published(node, log) == versions)
        });
    };
    all_have(&nodes[0], &["1"]);
    for _ in 0..2 {
        let drafted = nodes[0].json(&["key", "rotate", "signing"]);
        publish_for_later(&nodes[0], drafted["draft"].as_str().unwrap());
    }
    nodes[0].kill();
    nodes[0].start();
    all_have(&nodes[0], &["1", "2", "3"]);
}

/// A key that was taken back signs nothing any more that counts: the manifest names its successor,
/// and says why.
#[test]
fn a_compromised_key_is_taken_back_and_replaced() {
    let root = tempfile::tempdir().unwrap();
    let mut nodes = two_nodes(root.path());
    ping(&nodes);
    let keys = nodes[0].json(&["key", "status"]);
    let old = keys
        .as_array()
        .unwrap()
        .iter()
        .find(|key| key["kind"] == "signing")
        .unwrap();
    let old = old["id"].as_str().unwrap().to_owned();
    nodes[0].succeed(&["key", "rotate", "signing"]);
    let drafted = nodes[0].succeed(&["key", "compromised", &old[..16]]);
    assert!(drafted.contains("What to do now"), "{drafted}");
    let draft = nodes[0].directory.join("keys/draft.json");
    publish(&mut nodes[0], text(&draft));
    accept(&nodes, 1);
    ping(&nodes);
    let keys = nodes[0].json(&["key", "status"]);
    let standing = keys
        .as_array()
        .unwrap()
        .iter()
        .find(|key| key["id"] == old.as_str())
        .map(|key| key["standing"].as_str().unwrap().to_owned());
    assert_eq!(standing.as_deref(), Some("revoked"));
}
