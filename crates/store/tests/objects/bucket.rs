//! What only the bucket promises.

use crate::s3::{SECRET, Server};
use crate::{PART, bytes, read};
use journal::hash::sha256;
use store::objects::{Announced, Bucket, BucketConfig, ObjectError, Objects};
use tempfile::tempdir;

/// A wrong key, bucket or address shows when the node starts, not when the first attachment comes.
#[test]
fn a_wrong_configuration_shows_at_once() {
    let server = Server::start();
    let folder = tempdir().unwrap();
    let right = server.config("");
    Bucket::open(&right, folder.path()).unwrap();
    let wrong: [fn(&mut BucketConfig); 5] = [
        |c| c.secret_access_key = "another".to_owned(),
        |c| c.access_key_id = "another".to_owned(),
        |c| c.bucket = "another".to_owned(),
        |c| c.endpoint = "http://192.0.2.1:9000".to_owned(),
        |c| c.endpoint = "127.0.0.1".to_owned(),
    ];
    for (n, change) in wrong.into_iter().enumerate() {
        let mut config = right.clone();
        change(&mut config);
        assert!(Bucket::open(&config, folder.path()).is_err(), "{n}");
    }
}

/// The secret of the access key never comes out in a log line.
#[test]
fn the_secret_is_not_shown() {
    let config = Server::start().config("");
    assert!(!format!("{config:?}").contains(SECRET));
}

/// A store that is busy for a moment costs time, not objects: small, large, read and written.
#[test]
fn a_busy_store_is_asked_again() {
    let server = Server::start();
    let folder = tempdir().unwrap();
    let bucket = Bucket::open(&server.config(""), folder.path()).unwrap();
    for length in [1000, PART + 1000] {
        let content = bytes(length);
        server.fail_next(2);
        let before = server.requests();
        let (hash, _) = bucket.put(&mut content.as_slice(), u64::MAX).unwrap();
        assert!(server.requests() - before >= 4);
        server.fail_next(2);
        assert!(read(&bucket, &hash).unwrap() == content);
        assert_eq!(bucket.list().unwrap().len(), 1);
        server.fail_next(1);
        bucket.remove(&hash).unwrap();
    }
}

/// An object that has come whole is not lost when the store cannot take it: it waits on the disk
/// and is completed later.
#[test]
fn what_has_come_waits_for_the_store() {
    let server = Server::start();
    let folder = tempdir().unwrap();
    let bucket = Bucket::open(&server.config(""), folder.path()).unwrap();
    let content = bytes(1000);
    let what = Announced {
        scope: "cn".to_owned(),
        hash: sha256(&content),
        size: 1000,
    };
    bucket.partial(&what, 100_000).unwrap();
    bucket.append(&what, 0, &mut content.as_slice()).unwrap();
    server.fail_next(usize::MAX);
    let refused = bucket.complete(&what);
    assert!(matches!(refused, Err(ObjectError::Bucket { .. })));
    server.fail_next(0);
    assert_eq!(bucket.size(&what.hash).unwrap(), None);
    assert_eq!(bucket.partial(&what, 100_000).unwrap(), 1000);
    bucket.complete(&what).unwrap();
    assert!(bucket.is_whole(&what.hash).unwrap());
}

/// A store that says "stored" and has not is found out before the only copy is given away.
#[test]
fn a_store_that_forgets_is_found_out() {
    let server = Server::start();
    let folder = tempdir().unwrap();
    let bucket = Bucket::open(&server.config(""), folder.path()).unwrap();
    let content = bytes(1000);
    let what = Announced {
        scope: "cn".to_owned(),
        hash: sha256(&content),
        size: 1000,
    };
    bucket.partial(&what, 100_000).unwrap();
    bucket.append(&what, 0, &mut content.as_slice()).unwrap();
    server.forget(true);
    assert!(bucket.put(&mut &b"another"[..], 100).is_err());
    assert!(bucket.complete(&what).is_err());
    server.forget(false);
    bucket.complete(&what).unwrap();
    assert!(bucket.is_whole(&what.hash).unwrap());
}

/// Several nodes may share a bucket under different prefixes and do not see each other.
#[test]
fn prefixes_keep_nodes_apart() {
    let server = Server::start();
    let folder = tempdir().unwrap();
    let open = |prefix: &str| {
        Bucket::open(
            &server.config(prefix),
            &folder.path().join(prefix.replace('/', "-")),
        )
        .unwrap()
    };
    let (de, de2) = (open("de"), open("de/2"));
    let (hash, _) = de.put(&mut &b"of the first"[..], 100).unwrap();
    assert_eq!(de2.size(&hash).unwrap(), None);
    assert_eq!(de2.list().unwrap(), []);
    de2.put(&mut &b"of the second"[..], 100).unwrap();
    assert_eq!(de.list().unwrap().len(), 1);
    assert!(
        server
            .file(&format!("de/objects/{}", store::objects::hex(&hash)))
            .exists()
    );
}
