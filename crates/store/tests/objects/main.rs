//! What every object store promises, held by the folder and by the bucket of a real S3 server.

#![allow(clippy::unwrap_used)]

mod announced;
mod bucket;
mod folder;
mod publication;
mod s3;

use journal::hash::{Hash, sha256};
use s3::Server;
use std::io::{self, ErrorKind, Read};
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use store::objects::{Bucket, Folder, Listed, ObjectError, Objects, hex};
use tempfile::TempDir;

/// The size from which the bucket writes in parts.
const PART: usize = 8 * 1024 * 1024;

/// An object store that can be closed and opened again, and whose bytes can be spoiled.
enum Place {
    Folder(TempDir),
    Bucket(TempDir, Server),
}

impl Place {
    fn each() -> [Self; 2] {
        [
            Self::Folder(TempDir::new().unwrap()),
            Self::Bucket(TempDir::new().unwrap(), Server::start()),
        ]
    }

    fn open(&self) -> Box<dyn Objects> {
        match self {
            Self::Folder(folder) => Box::new(Folder::open(folder.path()).unwrap()),
            Self::Bucket(folder, server) => {
                Box::new(Bucket::open(&server.config("node"), &folder.path().join("in")).unwrap())
            }
        }
    }

    /// The file in which the object's bytes lie.
    fn file(&self, hash: &Hash) -> PathBuf {
        let name = hex(hash);
        match self {
            Self::Folder(folder) => {
                let objects = folder.path().join("objects");
                objects.join(&name[..2]).join(&name[2..4]).join(name)
            }
            Self::Bucket(_, server) => server.file(&format!("node/objects/{name}")),
        }
    }

    /// The folder of what is on its way in.
    fn incoming(&self) -> PathBuf {
        match self {
            Self::Folder(folder) => folder.path().join("incoming"),
            Self::Bucket(folder, _) => folder.path().join("in"),
        }
    }

    fn files_on_their_way(&self) -> usize {
        std::fs::read_dir(self.incoming().join("new"))
            .unwrap()
            .count()
    }
}

/// Bytes of which no two blocks are alike.
fn bytes(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64 ^ length as u64;
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        // xorshift64
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend(state.to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

fn read(objects: &dyn Objects, hash: &Hash) -> io::Result<Vec<u8>> {
    let mut read = Vec::new();
    objects
        .open(hash)
        .unwrap()
        .unwrap()
        .read_to_end(&mut read)?;
    Ok(read)
}

/// A sender whose connection breaks after its bytes.
struct Breaking<'a>(&'a [u8]);

impl Read for Breaking<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self.0.read(into)? {
            0 => Err(ErrorKind::ConnectionReset.into()),
            read => Ok(read),
        }
    }
}

/// What went in comes out under the hash of its bytes, whatever its length.
#[test]
fn objects_come_out_as_they_went_in() {
    for place in Place::each() {
        let objects = place.open();
        let mut expected = Vec::new();
        for length in [0, 1, 131_071, 131_073, PART, PART + 1, 2 * PART + 5] {
            let content = bytes(length);
            let hash = sha256(&content);
            let size = length as u64;
            assert_eq!(objects.size(&hash).unwrap(), None);
            let put = objects.put(&mut content.as_slice(), size).unwrap();
            assert_eq!(put, (hash, size));
            assert_eq!(objects.size(&hash).unwrap(), Some(size));
            assert!(read(&*objects, &hash).unwrap() == content, "{length}");
            assert!(objects.is_whole(&hash).unwrap());
            expected.push(Listed { hash, size });
        }
        expected.sort();
        assert_eq!(objects.list().unwrap(), expected);
        assert_eq!(place.files_on_their_way(), 0);
    }
}

/// What is not there is not there: no error, and nothing made up.
#[test]
fn what_is_not_there_is_not_there() {
    for place in Place::each() {
        let objects = place.open();
        let hash = sha256(b"never stored");
        assert!(objects.open(&hash).unwrap().is_none());
        assert!(objects.open_at(&hash, 7).unwrap().is_none());
        assert_eq!(objects.size(&hash).unwrap(), None);
        assert!(!objects.is_whole(&hash).unwrap());
        assert_eq!(objects.list().unwrap(), []);
        objects.remove(&hash).unwrap();
    }
}

/// What is removed is gone for everybody, also after a restart.
#[test]
fn what_is_removed_is_gone() {
    for place in Place::each() {
        let (hash, _) = place.open().put(&mut &b"to be destroyed"[..], 100).unwrap();
        place.open().remove(&hash).unwrap();
        let objects = place.open();
        assert!(objects.open(&hash).unwrap().is_none());
        assert_eq!(objects.list().unwrap(), []);
        assert!(!place.file(&hash).exists());
    }
}

/// The time of an object is when it was stored last: whoever sweeps spares what has just come, also
/// where the same bytes had been there for long.
#[test]
fn an_object_is_as_old_as_its_storing() {
    let now = || {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        i64::try_from(since.as_millis()).unwrap()
    };
    for place in Place::each() {
        let objects = place.open();
        assert_eq!(objects.since_ms(&sha256(b"none")).unwrap(), None);
        let mut before = now();
        for _ in 0..2 {
            let (hash, _) = objects.put(&mut &b"some bytes"[..], 100).unwrap();
            let since = objects.since_ms(&hash).unwrap().unwrap();
            // S3 counts seconds.
            assert!((before - 1000..=now() + 1000).contains(&since), "{since}");
            std::thread::sleep(Duration::from_millis(2100));
            before = now();
        }
    }
}

/// A bound on the size is a bound: one byte more, and nothing is stored or left behind.
#[test]
fn more_than_allowed_is_not_stored() {
    for place in Place::each() {
        let objects = place.open();
        let content = bytes(200_000);
        let refused = objects.put(&mut content.as_slice(), 199_999);
        assert!(matches!(
            refused,
            Err(ObjectError::TooLarge { limit: 199_999 })
        ));
        assert_eq!(objects.list().unwrap(), []);
        assert_eq!(place.files_on_their_way(), 0);
        objects.put(&mut content.as_slice(), 200_000).unwrap();
    }
}

/// A sender that breaks off stores nothing: half an attachment is not an attachment.
#[test]
fn a_broken_sender_stores_nothing() {
    for place in Place::each() {
        let objects = place.open();
        let refused = objects.put(&mut Breaking(&bytes(200_000)), u64::MAX);
        assert!(matches!(refused, Err(ObjectError::Cut { received: 0, .. })));
        assert_eq!(objects.list().unwrap(), []);
        assert_eq!(place.files_on_their_way(), 0);
    }
}

/// Sending goes on where it was cut: from any offset come exactly the bytes that are missing.
#[test]
fn reading_goes_on_from_any_offset() {
    for place in Place::each() {
        let objects = place.open();
        let content = bytes(PART + 1000);
        let (hash, size) = objects.put(&mut content.as_slice(), u64::MAX).unwrap();
        for offset in [0, 1, PART - 1, PART, PART + 999, PART + 1000] {
            let mut rest = Vec::new();
            let mut reader = objects.open_at(&hash, offset as u64).unwrap().unwrap();
            reader.read_to_end(&mut rest).unwrap();
            assert!(rest == content[offset..], "{offset}");
        }
        for beyond in [size + 1, u64::MAX] {
            let mut reader = objects.open_at(&hash, beyond).unwrap().unwrap();
            assert_eq!(reader.read(&mut [0; 8]).unwrap(), 0);
        }
    }
}

/// One rotten bit, a byte too few or too many: whoever reads to the end learns it, and storing the
/// object again mends it.
#[test]
fn damage_shows_at_the_end_and_can_be_mended() {
    for place in Place::each() {
        let objects = place.open();
        let content = bytes(300_000);
        let (hash, _) = objects.put(&mut content.as_slice(), u64::MAX).unwrap();
        let mut flipped = content.clone();
        flipped[150_000] ^= 1;
        let longer = [&content[..], b"!"].concat();
        for damaged in [flipped, content[..299_999].to_vec(), longer, Vec::new()] {
            std::fs::write(place.file(&hash), damaged).unwrap();
            let error = read(&*objects, &hash).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidData);
            assert!(!objects.is_whole(&hash).unwrap());
            objects.put(&mut content.as_slice(), u64::MAX).unwrap();
            assert!(read(&*objects, &hash).unwrap() == content);
        }
    }
}

/// What others left in the folder or bucket is not taken for an object.
#[test]
fn strangers_are_not_listed() {
    for place in Place::each() {
        let objects = place.open();
        let (hash, size) = objects.put(&mut &b"ours"[..], 100).unwrap();
        let ours = place.file(&hash);
        std::fs::write(ours.with_file_name("README"), "not ours").unwrap();
        std::fs::write(ours.with_file_name(hex(&hash).to_uppercase()), "not ours").unwrap();
        assert_eq!(objects.list().unwrap(), [Listed { hash, size }]);
    }
}

/// Many at once, the same object among them: each is stored once and whole.
#[test]
fn many_may_write_at_once() {
    for place in Place::each() {
        let objects = place.open();
        std::thread::scope(|scope| {
            for writer in 0..8_usize {
                let objects = &objects;
                scope.spawn(move || {
                    for n in 0..6 {
                        let content = bytes(10_000 + (writer + n) % 4);
                        objects.put(&mut content.as_slice(), 20_000).unwrap();
                    }
                });
            }
        });
        let listed = objects.list().unwrap();
        assert_eq!(listed.len(), 4);
        assert!(
            listed
                .iter()
                .all(|each| objects.is_whole(&each.hash).unwrap())
        );
        assert_eq!(place.files_on_their_way(), 0);
    }
}
