//! A part of any size passes in constant memory. Alone in its program, because it looks at the memory of the process.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, missing_docs)]

use std::fs::File;
use std::io::{self, Read};

use journal::hash::sha256;
use seal::Suite;
use seal::envelope::{PartContext, open_stream, seal_stream};
use seal::keys::SealingIdentity;
use seal::message::{MessageFormat, MessageManifest};
use serde_json::json;

const SIZE: u64 = 64 << 20;
/// Buffers, the other thread's blocks and what the allocator keeps; a quarter of one content.
const ALLOWED_KIB: u64 = 16 * 1024;

/// The most memory this process has ever had, in KiB.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// 64 MiB, generated while they are read, are sealed and opened without ever being held, under both suites.
#[test]
fn large_parts_are_not_held_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("payload");
    let before = peak_kib();
    for suite in Suite::ALL {
        let keys = [(); 2].map(|()| SealingIdentity::generate(suite).unwrap());
        let context = PartContext {
            sender: "de".into(),
            recipient: "cn".into(),
            thread: "t".into(),
            kind: "k".into(),
            seq: 1,
        };
        let sealed = seal_stream(
            "film",
            "video/mp4",
            io::repeat(7).take(SIZE),
            File::create(&path).unwrap(),
            &[keys[0].recipient(), keys[1].recipient()],
            &context,
            suite,
        )
        .unwrap();
        let manifest = MessageManifest {
            format: MessageFormat::V2,
            suite,
            exercise: true,
            sender: context.sender,
            recipient: context.recipient,
            sender_key: sha256(b"key"),
            seq: context.seq,
            previous: None,
            kind: context.kind,
            thread: context.thread,
            reply_to: None,
            created: "2026-11-23T14:00:00Z".into(),
            deadline: None,
            marking: json!({}),
            topic: None,
            parts: vec![sealed.reference],
            screening: None,
        };
        let payload = File::open(&path).unwrap();
        let opened = open_stream(
            &manifest,
            "film",
            &sealed.header,
            payload,
            io::sink(),
            &keys[..1],
        );
        assert_eq!(opened.unwrap(), SIZE);
    }
    let growth = peak_kib() - before;
    assert!(growth < ALLOWED_KIB, "grew by {growth} KiB");
}
