//! Putting back lost entries by their leaves.
#![allow(clippy::unwrap_used, missing_docs)]

use journal::edge::Edge;
use journal::hash::leaf_hash;
use journal::note::{Ed25519Signer, NoteSigner};
use std::path::Path;
use store::recovery::append_leaves;
use store::{Database, Found, LogSigner, Sqlite};

const LOG: &str = "exchange-cn";

fn signer() -> Vec<LogSigner> {
    let origin = "de.example/exchange/cn".to_owned();
    let key: Box<dyn NoteSigner + Send + Sync> =
        Box::new(Ed25519Signer::from_seed(&origin, [7; 32]));
    vec![LogSigner {
        log: LOG.to_owned(),
        origin,
        signers: vec![key],
    }]
}

fn open(folder: &Path) -> store::Store {
    let (database, anchor) = (folder.join("node.db"), folder.join("node.anchor"));
    Sqlite::open(&database, &anchor, signer(), |error| panic!("{error}")).unwrap()
}

/// Promise: leaves that lead to the given head are appended whole, and the node goes on over them;
/// leaves that do not, or that begin elsewhere, change nothing.
#[test]
fn only_leaves_that_lead_to_the_head_are_put_back() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()));
    let leaves: Vec<Vec<u8>> = (0..300_u32).map(|n| n.to_be_bytes().to_vec()).collect();
    let mut edge = Edge::new();
    for leaf in &leaves {
        edge.append(leaf_hash(leaf));
    }
    let to = Found {
        size: edge.size(),
        root: edge.root(),
    };
    let engine = Sqlite::writable(&folder.path().join("node.db")).unwrap();
    assert!(append_leaves(&engine, LOG, 0, &leaves[..299], to, Vec::new()).is_err());
    assert!(append_leaves(&engine, LOG, 1, &leaves, to, Vec::new()).is_err());
    assert!(append_leaves(&engine, "other", 0, &leaves, to, Vec::new()).is_err());
    append_leaves(&engine, LOG, 0, &leaves, to, Vec::new()).unwrap();
    drop(engine);
    let database = open(folder.path());
    let head = database.head(LOG).unwrap();
    assert_eq!((head.size, head.root), (to.size, to.root));
    let back = database.entries(LOG, 299, 300).unwrap();
    assert_eq!(back[0].leaf, leaves[299]);
    assert!(back[0].content.is_none());
    store::fsck::check(&database, &mut |_, _| ()).unwrap();
}
