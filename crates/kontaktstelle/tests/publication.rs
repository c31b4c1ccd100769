//! What everybody may read of a running node: the same files that the operator exports.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use support::{Node, free_ports};

/// The status line and the body of an answer.
fn get(port: u16, path: &str) -> (String, Vec<u8>) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nhost: a.example\r\nconnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
    let body = answer.split_off(end.unwrap() + 4);
    let head = String::from_utf8(answer).unwrap();
    (head.lines().next().unwrap().to_owned(), body)
}

fn files(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// Checkpoint, tiles and entries over HTTP are byte for byte what `journal export` writes, and a log
/// that the configuration does not name is not there.
#[test]
fn a_log_is_served_as_it_is_exported() {
    let root = tempfile::tempdir().unwrap();
    let port = free_ports();
    let mut node = Node::create(root.path(), "de", "cn", port, port + 1);
    let published = port + 2;
    let mut config = OpenOptions::new()
        .append(true)
        .open(node.directory.join("kontaktstelle.toml"))
        .unwrap();
    write!(
        config,
        "[publication]\nlisten = \"127.0.0.1:{published}\"\nlogs = [\"office\"]\n"
    )
    .unwrap();
    node.start();
    let export = root.path().join("export");
    node.succeed(&[
        "journal",
        "export",
        "--log",
        "office",
        export.to_str().unwrap(),
    ]);

    let mut exported = Vec::new();
    files(&export, &mut exported);
    assert!(
        exported.len() >= 3,
        "checkpoint, tile and entries at least: {exported:?}"
    );
    for path in exported {
        let name = path.strip_prefix(&export).unwrap().to_str().unwrap();
        let (status, body) = get(published, &format!("/log/office/{name}"));
        assert_eq!(status, "HTTP/1.1 200 OK", "{name}");
        assert!(body == std::fs::read(&path).unwrap(), "{name}");
    }
    let (status, _) = get(published, "/log/exchange-cn/checkpoint");
    assert_eq!(status, "HTTP/1.1 404 Not Found");
}
