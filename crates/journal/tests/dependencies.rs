//! What the crate rests on, so that a reader of logs can be built anywhere.
#![allow(clippy::unwrap_used)]

use std::process::Command;

/// Crates that ask an operating system for something.
const OS: [&str; 14] = [
    "getrandom",
    "libc",
    "rand",
    "rustix",
    "nix",
    "mio",
    "tokio",
    "socket2",
    "windows-sys",
    "wasi",
    "js-sys",
    "wasm-bindgen",
    "aws-lc-sys",
    "openssl-sys",
];

/// The crates in the tree of this one when it is built to verify only.
fn verify_only_tree(target: &str) -> Vec<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--package", "journal", "--no-default-features"])
        .args(["--edges", "normal", "--prefix", "none", "--format", "{p}"])
        .args(["--target", target, "--offline"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let tree = String::from_utf8(output.stdout).unwrap();
    let name = |line: &str| line.split(' ').next().unwrap_or_default().to_owned();
    tree.lines().map(name).collect()
}

/// Promise: a build that only verifies depends on no operating system, on Linux and in a browser.
#[test]
fn a_verify_only_build_asks_no_operating_system() {
    for target in ["x86_64-unknown-linux-gnu", "wasm32-unknown-unknown"] {
        let crates = verify_only_tree(target);
        assert!(crates.iter().any(|name| name == "ml-dsa"), "{crates:?}");
        let asking: Vec<_> = crates
            .iter()
            .filter(|name| OS.contains(&name.as_str()))
            .collect();
        assert!(asking.is_empty(), "{target}: {asking:?}");
    }
}

/// Promise: nothing of this workspace lies below this crate, with signers or without.
#[test]
fn the_crate_stands_alone() {
    let crates = verify_only_tree("x86_64-unknown-linux-gnu");
    for house in ["seal", "store", "records", "office", "exchange", "witness"] {
        assert!(!crates.iter().any(|name| name == house), "{house}");
    }
}

/// Promise: where the target for browsers is installed, the verify-only build compiles for it.
#[test]
fn a_verify_only_build_compiles_for_browsers_where_possible() {
    let target = "wasm32-unknown-unknown";
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
    let libraries = Command::new(rustc)
        .args(["--print", "target-libdir", "--target", target])
        .output()
        .unwrap();
    let libraries = String::from_utf8(libraries.stdout).unwrap();
    if !std::path::Path::new(libraries.trim()).is_dir() {
        return;
    }
    let built = Command::new(env!("CARGO"))
        .args(["check", "--package", "journal", "--no-default-features"])
        .args(["--target", target, "--offline", "--target-dir"])
        .arg(std::env::temp_dir().join("journal-wasm"))
        .status()
        .unwrap();
    assert!(built.success());
}
