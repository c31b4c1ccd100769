//! Backup, restoring, making again and moving, with the commands that an operator types; and what a node
//! does that was started from too old a copy.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use rusqlite::Connection;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Output;
use support::{Node, eventually, two_nodes};

const BACKUP_PASSPHRASE: &str = "a passphrase for backups, in tests";

fn with_backup_key(node: &Node, arguments: &[&str]) -> Output {
    node.command(arguments)
        .env("KONTAKTSTELLE_BACKUP_PASSPHRASE", BACKUP_PASSPHRASE)
        .output()
        .unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[track_caller]
fn good(output: &Output) {
    assert!(output.status.success(), "{}", told(output));
}

fn heads(node: &Node) -> Value {
    node.json(&["journal", "list"])
}

fn quiet(nodes: &[Node; 2]) {
    for node in nodes {
        eventually("everything is handed over", || {
            let sent = node.reader().sent().unwrap();
            node.reader().outbox().unwrap().is_empty()
                && sent.iter().all(|message| message.is_handed_over())
        });
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// A new, empty place for the node: its configuration and keys, nothing else.
fn empty_place(node: &Node, directory: &Path) -> Node {
    copy(&node.directory.join("keys"), &directory.join("keys"));
    for name in ["kontaktstelle.toml", "keys.passphrase"] {
        fs::copy(node.directory.join(name), directory.join(name)).unwrap();
    }
    Node::at(directory, node.party, node.peer)
}

/// A backup of a running node is whole, opens only with its key, and gives the same heads; started
/// from it beside an anchor that knows more, the node signs nothing and says why.
#[test]
fn a_backup_comes_back_and_an_old_one_signs_nothing() {
    let root = tempfile::tempdir().unwrap();
    let mut nodes = two_nodes(root.path());
    nodes[0].succeed(&["ping", "cn"]);
    quiet(&nodes);
    good(&with_backup_key(
        &nodes[0],
        &["backup", "key", "backup-key"],
    ));
    let written = nodes[0].json(&["backup", "write", "first", "--to", "backup-key.pub"]);
    assert!(written["entries"].as_u64().unwrap() > 5, "{written}");
    let again = nodes[0].run(&["backup", "write", "first", "--to", "backup-key.pub"]);
    assert!(!again.status.success(), "a backup was overwritten");
    nodes[0].kill();
    nodes[0].succeed(&["backup", "write", "second", "--to", "backup-key.pub"]);
    let before = heads(&nodes[0]);

    // A stranger's key does not open it.
    let stranger = with_backup_key(&nodes[0], &["backup", "key", "another-key"]);
    good(&stranger);
    let restored = empty_place(&nodes[0], &root.path().join("restored"));
    let second = nodes[0].directory.join("second");
    let second = second.to_str().unwrap();
    let key = |name: &str| nodes[0].directory.join(name).display().to_string();
    let refused = with_backup_key(
        &restored,
        &["restore", second, "--key", &key("another-key")],
    );
    assert!(!refused.status.success());
    good(&with_backup_key(
        &restored,
        &["restore", second, "--key", &key("backup-key")],
    ));
    assert_eq!(heads(&restored), before);
    restored.succeed(&["journal", "verify"]);
    let twice = with_backup_key(&restored, &["restore", second, "--key", &key("backup-key")]);
    assert!(
        !twice.status.success(),
        "a backup was loaded over something"
    );

    // The older backup, beside the anchor as it is now. Writing goes on nowhere.
    let old = root.path().join("old");
    let mut old = empty_place(&nodes[0], &old);
    let first = nodes[0].directory.join("first");
    good(&with_backup_key(
        &old,
        &[
            "restore",
            first.to_str().unwrap(),
            "--key",
            &key("backup-key"),
        ],
    ));
    let lost = heads(&old);
    nodes[0].start();
    nodes[0].succeed(&["ping", "cn"]);
    quiet(&nodes);
    nodes[0].kill();
    let anchor = "kontaktstelle.anchor";
    fs::copy(nodes[0].directory.join(anchor), old.directory.join(anchor)).unwrap();
    old.start();
    let refused = old.run(&["ping", "cn"]);
    assert!(!refused.status.success());
    assert!(
        told(&refused).contains("was set back"),
        "{}",
        told(&refused)
    );
    assert_eq!(heads(&old), lost, "something was signed over an older copy");
    old.succeed(&["journal", "verify"]);
}

/// The counterpart remembers what it has cosigned: without any anchor, a node that was set back is
/// found out by asking it.
#[test]
fn the_counterpart_finds_out_a_node_that_was_set_back_with_its_anchor() {
    let root = tempfile::tempdir().unwrap();
    let mut nodes = two_nodes(root.path());
    nodes[0].succeed(&["ping", "cn"]);
    quiet(&nodes);
    eventually("the node has nothing more to write by itself", || {
        nodes[0].reader().own_keys("office").unwrap().is_some()
    });
    nodes[0].kill();
    let kept = root.path().join("kept");
    copy(&nodes[0].directory, &kept);
    nodes[0].start();
    nodes[0].succeed(&["ping", "cn"]);
    quiet(&nodes);
    let newest = nodes[0].reader().head("exchange-cn").unwrap().size - 1;
    let newest = newest.to_string();
    let witnessed =
        || nodes[0].json(&["journal", "grade", "exchange-cn", &newest])["grade"].clone();
    eventually("the counterpart has cosigned it", || {
        witnessed() == "peer_witnessed"
    });
    nodes[0].kill();
    for ending in ["-wal", "-shm"] {
        let file = format!("kontaktstelle.sqlite{ending}");
        let _none = fs::remove_file(nodes[0].directory.join(file));
    }
    copy(&kept, &nodes[0].directory);
    // What is durable; a head of it that was not signed before the end is signed at the start.
    let durable = |node: &Node| node.reader().database().log_states().unwrap();
    let lost = durable(&nodes[0]);
    nodes[0].start();
    let refused = nodes[0].run(&["ping", "cn"]);
    assert!(!refused.status.success());
    assert!(
        told(&refused).contains("was set back"),
        "{}",
        told(&refused)
    );
    assert_eq!(
        durable(&nodes[0]),
        lost,
        "something was written over an older copy"
    );
}

/// A row that was changed behind the program's back is found, named, and comes back as it was written;
/// a node that its own check had stopped checks again when it starts, and goes on.
#[test]
fn a_changed_row_is_made_again_from_its_entry() {
    let root = tempfile::tempdir().unwrap();
    let mut nodes = two_nodes(root.path());
    nodes[0].succeed(&["ping", "cn"]);
    quiet(&nodes);
    nodes[0].succeed(&[
        "officer", "add", "weber", "--roles", "handler", "--unit", "one",
    ]);
    nodes[0].kill();
    let same = nodes[0].json(&["journal", "rebuild"]);
    assert_eq!(same["different"], serde_json::json!([]), "{same}");
    let database = Connection::open(nodes[0].directory.join("kontaktstelle.sqlite")).unwrap();
    let changed = database
        .execute(
            "UPDATE documents SET json = replace(json, 'handler', 'releaser') WHERE family = 'officer'",
            [],
        )
        .unwrap();
    drop(database);
    assert_eq!(changed, 1);
    let found = nodes[0].run(&["journal", "verify"]);
    assert!(!found.status.success(), "a changed row was not found");
    let different = nodes[0].json(&["journal", "rebuild", "--apply"]);
    assert_eq!(
        different["different"],
        serde_json::json!(["documents"]),
        "{different}"
    );
    nodes[0].succeed(&["journal", "verify"]);
    assert!(
        nodes[0]
            .succeed(&["officer", "list"])
            .contains("weber  one  Handler")
    );
    let database = Connection::open(nodes[0].directory.join("kontaktstelle.sqlite")).unwrap();
    database
        .execute(
            "INSERT INTO documents (family, id, revision, latest, tag, sort, json) \
             VALUES ('self-check', 'node', 1, TRUE, '', 0, \
                     '{\"at\":\"2026-01-01T00:00:00.000Z\",\"problem\":\"a changed row\"}')",
            [],
        )
        .unwrap();
    drop(database);
    nodes[0].start();
    eventually("the damage is lifted", || {
        let check = nodes[0].reader().self_check().unwrap().unwrap();
        check.problem.is_none()
    });
    nodes[0].succeed(&["ping", "cn"]);
    quiet(&nodes);
}

/// A moved node goes on where it was, with every proof; the database that was left behind can be read,
/// and nothing is signed over it.
#[test]
fn a_moved_node_goes_on_and_leaves_nothing_that_signs() {
    let root = tempfile::tempdir().unwrap();
    let mut nodes = two_nodes(root.path());
    nodes[0].succeed(&["ping", "cn"]);
    quiet(&nodes);
    nodes[0].kill();
    let before = heads(&nodes[0]);
    let file = nodes[0].directory.join("kontaktstelle.toml");
    let config = fs::read_to_string(&file).unwrap();
    let moved = format!(
        "{config}\n[database]\nurl = \"moved.sqlite\"\n[anchor]\nfile = \"moved.anchor\"\n[objects]\nfolder = \"moved\"\n"
    );
    let new = nodes[0].directory.join("new.toml");
    fs::write(&new, moved).unwrap();
    nodes[0].succeed(&["move", "--to", "new.toml"]);
    // Cut off and called again, it ends where it would have.
    nodes[0].succeed(&["move", "--to", "new.toml"]);
    let left = nodes[0].run(&[
        "officer", "add", "weber", "--roles", "desk", "--unit", "one",
    ]);
    assert!(!left.status.success(), "the old database was written");
    assert_eq!(heads(&nodes[0]), before, "the old database was signed over");
    fs::rename(&new, &file).unwrap();
    assert_eq!(heads(&nodes[0]), before);
    nodes[0].succeed(&["journal", "verify"]);
    // The anchor that was left is no place to come back to: the node stays alive where it is.
    let back = format!("{config}\n[database]\nurl = \"back.sqlite\"\n");
    fs::write(nodes[0].directory.join("back.toml"), back).unwrap();
    let refused = nodes[0].run(&["move", "--to", "back.toml"]);
    assert!(!refused.status.success());
    assert!(
        told(&refused).contains("another anchor"),
        "{}",
        told(&refused)
    );
    nodes[0].start();
    nodes[0].succeed(&["ping", "cn"]);
    quiet(&nodes);
}
