//! An implementation by others computes the same roots from what the program exports. Further ones, in
//! other languages, are run by `scripts/foreign`.
#![allow(clippy::unwrap_used)]

mod support;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use sha2::Sha256;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::{PROGRAM, free_ports};

fn succeed(arguments: &[&str]) {
    let output = Command::new(PROGRAM).args(arguments).output().unwrap();
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// The bundles of an exported log, in order: a full one is a file, the last may be in a directory `N.p`.
fn bundles(log: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(log.join("tile/entries"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| match path.is_dir() {
            true => fs::read_dir(&path).unwrap().next().unwrap().unwrap().path(),
            false => path,
        })
        .collect();
    found.sort();
    found
}

/// Entries of a bundle: each after its length in two big-endian bytes.
fn entries(bundle: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    let mut rest = bundle;
    while let Some((length, tail)) = rest.split_first_chunk() {
        let (entry, tail) = tail.split_at(u16::from_be_bytes(*length).into());
        found.push(entry.to_vec());
        rest = tail;
    }
    found
}

fn root_of(entries: &[Vec<u8>]) -> String {
    let mut tree: MemoryBackedTree<Sha256, Vec<u8>> = MemoryBackedTree::new();
    entries.iter().for_each(|entry| tree.push(entry.clone()));
    STANDARD.encode(tree.root().as_bytes())
}

/// Whoever has nothing but the exported files and another implementation of RFC 6962 comes to the size
/// and the root that the checkpoint states, for every log of both nodes; with one bit changed they do
/// not.
#[test]
fn ct_merkle_computes_the_exported_roots() {
    let root = tempfile::tempdir().unwrap();
    let demo = root.path().join("demo");
    let port = free_ports().to_string();
    let directory = demo.to_str().unwrap();
    succeed(&["demo", "--exit", "--dir", directory, "--port", &port]);

    for (side, peer) in [("de", "cn"), ("cn", "de")] {
        let config = demo.join(side).join("kontaktstelle.toml");
        for log in ["office".to_owned(), format!("exchange-{peer}")] {
            let out = root.path().join(format!("{side}-{log}"));
            let (config, target) = (config.to_str().unwrap(), out.to_str().unwrap());
            succeed(&[
                "--config", config, "journal", "export", "--log", &log, target,
            ]);

            let checkpoint = fs::read_to_string(out.join("checkpoint")).unwrap();
            let mut stated = checkpoint.lines().skip(1);
            let mut leaves: Vec<Vec<u8>> = bundles(&out)
                .iter()
                .flat_map(|path| entries(&fs::read(path).unwrap()))
                .collect();
            assert_eq!(stated.next().unwrap(), leaves.len().to_string(), "{target}");
            let root = stated.next().unwrap();
            assert_eq!(root, root_of(&leaves), "{target}");

            let last = leaves.last_mut().and_then(|leaf| leaf.last_mut()).unwrap();
            *last ^= 1;
            assert_ne!(root, root_of(&leaves), "{target}");
        }
    }
}
