//! After a loss: fetching back from the counterpart's copy, or going on in a new epoch.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use journal::checkpoint::Checkpoint;
use journal::note::Note;
use office::epoch::{open_epoch, origin_of_epoch};
use office::mirror::recover_from_mirror;
use office::{Actor, Command, OfficeError, Standing, WitnessedHead};
use seal::key_manifest::LogReference;
use std::path::Path;
use store::{FileAnchor, Sqlite};
use support::{House, deliver, settle};

const DE_LOG: &str = "exchange-cn";

fn ping(house: &House, peer: &House) -> Result<(), OfficeError> {
    let peer = peer.party.clone();
    house
        .try_act(&Actor::local_operator(), Command::Ping { peer })
        .map(drop)
}

/// Files of the node, copied while it does not run.
fn copy(from: &Path, to: &Path) {
    for file in std::fs::read_dir(to).unwrap() {
        let path = file.unwrap().path();
        if path.is_file() {
            std::fs::remove_file(path).unwrap();
        }
    }
    for file in std::fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        if file.path().is_file() {
            std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
        }
    }
}

/// A house whose database and anchor were set back behind what `cn` has witnessed and copied.
fn set_back() -> (House, House) {
    let de = House::witnessing("de", &["cn"]);
    let cn = House::witnessing("cn", &["de"]);
    de.accept(&cn).unwrap();
    cn.accept(&de).unwrap();
    ping(&de, &cn).unwrap();
    settle(&de, &cn);
    let folder = de.database_path().parent().unwrap().to_owned();
    let copies = tempfile::tempdir().unwrap();
    let de = de.reopen_with(|_| copy(&folder, copies.path()));
    de.office.go_on_unconfirmed(&[]).unwrap();
    ping(&de, &cn).unwrap();
    settle(&de, &cn);
    let (request, _) = de.office.witness_request(DE_LOG, 0).unwrap();
    cn.office
        .witness_checkpoint(&de.party, request.to_string().as_bytes())
        .unwrap();
    let extract = de.office.extract_for_peer(&cn.party, 0).unwrap();
    assert!(
        cn.office
            .file_peer_extract(&de.party, extract)
            .unwrap()
            .is_complete()
    );
    let de = de.reopen_with(|_| copy(copies.path(), &folder));
    (de, cn)
}

fn shown(de: &House, cn: &House) -> WitnessedHead {
    WitnessedHead {
        log: DE_LOG.to_owned(),
        witness: "cn".to_owned(),
        checkpoint: cn.office.witnessed_checkpoint(&de.party).unwrap(),
    }
}

fn checkpoint(note: &str) -> Checkpoint {
    Checkpoint::parse(Note::parse(note).unwrap().text()).unwrap()
}

/// Promise: the counterpart's copy leads the tree to exactly the witnessed head; the node is confirmed
/// again, goes on at the right place in the channel, and a copy that was tampered with is refused.
#[test]
fn the_mirror_gives_the_same_root() {
    let (de, cn) = set_back();
    let head = shown(&de, &cn);
    let witnessed = checkpoint(head.checkpoint.as_ref().unwrap());
    assert!(matches!(
        de.office
            .confirm_standing(std::slice::from_ref(&head))
            .unwrap(),
        Standing::ReadOnly(_)
    ));
    let mirror = cn
        .reader()
        .peer_extract(&de.party)
        .unwrap()
        .unwrap()
        .extract;
    let (path, peer) = (de.database_path(), cn.party.clone());
    let own = de.manifest.statement().clone();
    let de = de.reopen_with(|_| {
        let engine = Sqlite::writable(&path).unwrap();
        let mut short = mirror.clone();
        short.entries.pop();
        assert!(recover_from_mirror(&engine, &own, &peer, &short).is_err());
        let mut swapped = mirror.clone();
        let last = swapped.entries.len() - 1;
        swapped.entries[last].opening = swapped.entries[0].opening.clone();
        assert!(recover_from_mirror(&engine, &own, &peer, &swapped).is_err());
        let recovered = recover_from_mirror(&engine, &own, &peer, &mirror).unwrap();
        assert!(recovered.from < witnessed.size);
        assert_eq!(
            (recovered.head.size, recovered.head.root),
            (witnessed.size, witnessed.root)
        );
    });
    let own_head = de.reader().head(DE_LOG).unwrap();
    assert_eq!(
        (own_head.size, own_head.root),
        (witnessed.size, witnessed.root)
    );
    assert_eq!(
        de.office.confirm_standing(&[head]).unwrap(),
        Standing::Signing
    );
    de.office.self_check(&mut |_, _| ()).unwrap();
    ping(&de, &cn).unwrap();
    assert_eq!(deliver(&de, &cn), 1);
    // Figures are still counted over the whole log.
    let whole = de
        .reader()
        .complete_extract(DE_LOG, &["kind", "seq"])
        .unwrap();
    let keys = de.manifest.statement().log_verifier(DE_LOG).unwrap();
    whole.verify(keys.origin(), &keys.demanded()).unwrap();
}

/// Promise: what cannot be fetched back goes on under a new origin, whose first entry names the last
/// checkpoint that was seen of the old one; under the old origin nothing is signed any more.
#[test]
fn an_epoch_names_the_last_checkpoint() {
    let (de, cn) = set_back();
    let head = shown(&de, &cn);
    de.office
        .confirm_standing(std::slice::from_ref(&head))
        .unwrap();
    let last_seen = head.checkpoint.clone().unwrap();
    let size = de.reader().head(DE_LOG).unwrap().size;
    let node = "de.kontaktstelle.example/exchange-cn";
    let path = de.database_path();
    let mut keys = de.keys.clone();
    keys.epochs.insert(DE_LOG.to_owned(), 2);
    let vkeys = keys.log(DE_LOG).vkeys(&origin_of_epoch(node, 2));
    let manifest = de.next_manifest(&keys, |manifest| {
        let place = manifest
            .logs
            .iter()
            .position(|log| log.name == DE_LOG)
            .unwrap();
        let new = LogReference {
            name: DE_LOG.to_owned(),
            epoch: 2,
            vkeys,
        };
        manifest.logs.insert(place, new);
    });
    let de = de.reopen_with(|next| {
        let engine = Sqlite::writable(&path).unwrap();
        let anchor = FileAnchor::open(&path.with_extension("anchor")).unwrap();
        let foreign = cn.reader().head("office").unwrap().checkpoint;
        assert!(open_epoch(&engine, &anchor, DE_LOG, Some(&foreign)).is_err());
        let opened = open_epoch(&engine, &anchor, DE_LOG, Some(&last_seen)).unwrap();
        assert_eq!((opened.epoch, opened.found.size), (2, size));
        next.keys = keys;
        next.manifest = manifest;
    });
    // What the witness saw of the old epoch stands in nobody's way any more.
    assert!(matches!(de.office.standing(), Standing::Unconfirmed { .. }));
    de.office.go_on_unconfirmed(&[]).unwrap();
    let first = de.reader().lines(DE_LOG, size, size + 1).unwrap().remove(0);
    assert_eq!(first.text("kind"), "epoch.opened");
    assert_eq!(first.text("last_checkpoint"), last_seen);
    assert_eq!(first.text("new_origin"), origin_of_epoch(node, 2));
    let head = de.reader().head(DE_LOG).unwrap();
    assert_eq!(head.origin, origin_of_epoch(node, 2));
    assert!(de.office.publish_keys(&de.manifest).unwrap());
    let de = de.reopen(false);
    de.office.go_on_unconfirmed(&[]).unwrap();
    let opened = de
        .kinds(DE_LOG)
        .iter()
        .filter(|kind| *kind == "epoch.opened")
        .count();
    assert_eq!(opened, 1);
}
