//! A counterpart that was put back to an older copy, over real connections.
#![allow(clippy::unwrap_used)]

mod support;

use std::path::Path;
use support::{stop, two_houses, until};

/// Copies the files of a node that does not run.
fn copy(from: &Path, to: &Path) {
    for file in std::fs::read_dir(to).unwrap() {
        let path = file.unwrap().path();
        if path.is_file() {
            std::fs::remove_file(path).unwrap();
        }
    }
    for file in std::fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        if file.path().is_file() {
            std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
        }
    }
}

/// Promise: a message that finds its predecessor lost does not stop the channel. The courier reads
/// the peer's log, sends the lost one again, and goes on; each is opened once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_courier_sends_again_what_the_peer_has_lost() {
    let (de, mut cn) = two_houses().await;
    let copies = tempfile::tempdir().unwrap();
    cn.restart_after(|cn| copy(cn.directory.path(), copies.path()))
        .await;
    let (reception, (_, round)) = (cn.receive().await, de.send());
    let lost = de.ping(&cn).message.unwrap();
    until("the first is opened", || {
        !de.receipted(&cn, "E.1").is_empty()
    })
    .await;
    stop([reception, round]).await;
    cn.restart_after(|cn| copy(copies.path(), cn.directory.path()))
        .await;
    assert!(cn.messages(&de, "message.opened").is_empty());

    let next = de.ping(&cn).message.unwrap();
    let (reception, (_, round)) = (cn.receive().await, de.send());
    until("both are opened", || {
        de.office().reader().outbox().unwrap().is_empty()
    })
    .await;
    let (lost, next) = (lost.to_string(), next.to_string());
    let (lost, next) = (lost.as_str(), next.as_str());
    assert_eq!(cn.messages(&de, "message.opened"), [lost, next]);
    assert_eq!(de.messages(&cn, "message.sent-again"), [lost]);
    assert_eq!(de.messages(&cn, "message.sent"), [lost, next]);
    assert_eq!(de.receipted(&cn, "E.1"), [lost, lost, next]);
    stop([reception, round]).await;
}
