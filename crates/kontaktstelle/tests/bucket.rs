//! A node that keeps attachments and published logs in a bucket.
#![allow(clippy::unwrap_used, missing_docs)]

#[allow(dead_code)]
#[path = "../../store/tests/objects/s3.rs"]
mod s3;
mod support;

use journal::resource::Resource;
use s3::{SECRET, Server};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use support::{eventually, two_nodes};

const LOG: &str = "exchange-cn";

/// What the node publishes stands in the bucket at the paths of C2SP tlog-tiles, the same as it serves
/// and exports; the log that is not published does not.
#[test]
fn published_logs_can_be_served_from_the_bucket() {
    let root = tempfile::tempdir().unwrap();
    let server = Server::start();
    let mut nodes = two_nodes(root.path());
    let node = &mut nodes[0];
    node.kill();
    let secret = node.directory.join("bucket.secret");
    fs::write(&secret, SECRET).unwrap();
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
    let file = node.directory.join("kontaktstelle.toml");
    let config = fs::read_to_string(&file).unwrap();
    let bucket = server.config("");
    let more = format!(
        "{config}\n[publication]\nlogs = [\"{LOG}\"]\n[objects.s3]\nendpoint = \"{}\"\nbucket = \"{}\"\nprefix = \"de\"\naccess_key_id = \"{}\"\nsecret_file = \"bucket.secret\"\n",
        bucket.endpoint, bucket.bucket, bucket.access_key_id
    );
    fs::write(&file, more).unwrap();
    node.start();
    node.succeed(&["ping", "cn"]);
    eventually("it is handed over", || {
        node.reader().outbox().unwrap().is_empty()
    });
    // Copied at the start, and then what is new.
    node.kill();
    let size = node.reader().head(LOG).unwrap().size;
    assert!(size > 0);
    node.start();
    let place = |resource| server.file(&format!("de/log/{LOG}/{resource}"));
    let copied = || fs::read_to_string(place(Resource::Checkpoint)).ok();
    let size_of = |note: String| note.lines().nth(1).unwrap().parse::<u64>().unwrap();
    eventually("the log is copied", || {
        copied().is_some_and(|note| size_of(note) >= size)
    });
    node.kill();
    for resource in Resource::all(size_of(copied().unwrap())).filter(Resource::is_final) {
        let published = node.reader().published(LOG, resource).unwrap().unwrap();
        assert!(
            fs::read(place(resource)).unwrap() == published,
            "{resource}"
        );
    }
    assert!(!server.file("de/log/office").exists());
    node.start();
    node.succeed(&["journal", "verify"]);
}
