//! An object of any size passes through a store in the same memory.

#![allow(clippy::unwrap_used)]

#[path = "objects/s3.rs"]
#[allow(dead_code)] // its faults are for other tests
mod s3;

use std::io::{Read, repeat, sink};
use store::objects::{Bucket, Folder, Objects};

/// The most memory that this process has had at once, in bytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with("VmHWM:")).unwrap();
    let kilobytes: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kilobytes * 1024
}

/// A quarter of a gibibyte, in and out, grows the process by less than a quarter of that; the S3
/// server, which is in the same process, included.
#[test]
fn memory_does_not_grow_with_the_object() {
    const SIZE: u64 = 256 * 1024 * 1024;
    let folder = tempfile::tempdir().unwrap();
    let server = s3::Server::start();
    let stores: [Box<dyn Objects>; 2] = [
        Box::new(Folder::open(&folder.path().join("folder")).unwrap()),
        Box::new(Bucket::open(&server.config(""), &folder.path().join("in")).unwrap()),
    ];
    for objects in stores {
        let before = peak();
        let (hash, size) = objects.put(&mut repeat(7).take(SIZE), SIZE).unwrap();
        assert_eq!(size, SIZE);
        let mut reader = objects.open(&hash).unwrap().unwrap();
        assert_eq!(std::io::copy(&mut reader, &mut sink()).unwrap(), SIZE);
        let grown = peak() - before;
        assert!(grown < SIZE / 4, "grown by {grown} bytes");
    }
}
