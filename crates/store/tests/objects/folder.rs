//! What only the folder promises.

use crate::bytes;
use std::fs;
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use store::objects::{Announced, Folder, Objects};

fn everything_under(path: &Path) -> Vec<PathBuf> {
    let mut found = vec![path.to_owned()];
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            found.extend(everything_under(&entry.unwrap().path()));
        }
    }
    found
}

/// Attachments are for the node's own user: nobody else on the machine may read or list them.
#[test]
fn files_are_for_their_owner_only() {
    let parent = tempfile::tempdir().unwrap();
    let root = parent.path().join("attachments");
    let objects = Folder::open(&root).unwrap();
    let (hash, size) = objects.put(&mut &b"confidential"[..], 100).unwrap();
    let announced = Announced {
        scope: "cn".to_owned(),
        hash,
        size,
    };
    objects.partial(&announced, 100_000).unwrap();
    let everything = everything_under(&root);
    assert!(everything.len() >= 9, "{everything:?}");
    for path in everything {
        let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        let expected = if path.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode, expected, "{}", path.display());
    }
}

/// What a crash left half written is cleared at the next start; what another process is writing at
/// that moment is not.
#[test]
fn leftovers_are_cleared_and_the_living_are_spared() {
    struct Reopening<'a>(&'a Path, &'a [u8]);
    impl Read for Reopening<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            // Another process starts while this one is writing.
            Folder::open(self.0).unwrap();
            self.1.read(into)
        }
    }
    let root = tempfile::tempdir().unwrap();
    let objects = Folder::open(root.path()).unwrap();
    let leftover = root.path().join("incoming/new/4711-0");
    fs::write(&leftover, "half").unwrap();
    let content = bytes(300_000);
    objects
        .put(&mut Reopening(root.path(), &content), u64::MAX)
        .unwrap();
    assert!(!leftover.exists());
}

/// What cannot be written is an error with the path in it, and leaves nothing that looks stored.
#[test]
fn an_object_that_cannot_be_written_is_not_there() {
    let root = tempfile::tempdir().unwrap();
    let objects = Folder::open(root.path()).unwrap();
    // A file where the object's directory must be: the last step cannot be done.
    let content = bytes(1000);
    let hash = journal::hash::sha256(&content);
    let directory = root
        .path()
        .join("objects")
        .join(&store::objects::hex(&hash)[..2]);
    fs::write(&directory, "").unwrap();
    let error = objects.put(&mut content.as_slice(), 1000).unwrap_err();
    assert!(
        error.to_string().contains(directory.to_str().unwrap()),
        "{error}"
    );
    assert_eq!(objects.list().unwrap(), []);
    assert_eq!(
        fs::read_dir(root.path().join("incoming/new"))
            .unwrap()
            .count(),
        0
    );
    fs::remove_file(&directory).unwrap();
    objects.put(&mut content.as_slice(), 1000).unwrap();
}
