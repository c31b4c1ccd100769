//! After a loss: fetching back from the counterpart's copy, or going on in a new epoch.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use journal::checkpoint::Checkpoint;
use journal::hash::Hash;
use journal::note::Note;
use office::epoch::{open_epoch, origin_of_epoch};
use office::mirror::recover_from_mirror;
use office::{Actor, Command, OfficeError, Rejection, Said, Standing, WitnessAnswer, exchange_log};
use seal::Suite;
use seal::key_manifest::{LogReference, SignedKeyManifest};
use seal::receipt::ReceiptEvent;
use seal::revocation::{Revocation, RevocationReason, RevokedKind};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use store::{Engine, FileAnchor, Sqlite};
use support::{HOUR, House, Setup, deliver, honest_request, settle, step, two_houses};

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

fn shown(de: &House, cn: &House) -> WitnessAnswer {
    let head = cn.office.witnessed_checkpoint(&de.party).unwrap();
    WitnessAnswer {
        log: DE_LOG.to_owned(),
        target: de.office.witness_targets(DE_LOG).unwrap().remove(0),
        said: head.map_or(Said::Nothing, Said::Head),
    }
}

/// The checkpoint that a witness has shown.
fn head_of(answer: &WitnessAnswer) -> &str {
    match &answer.said {
        Said::Head(signed) => signed,
        other => panic!("{other:?}"),
    }
}

/// `reader` fetches what is new of the log of `shows`, and sends again what that has lost.
fn compare(reader: &House, shows: &House) -> usize {
    let ours = reader.reader().head(&exchange_log(&shows.party)).unwrap();
    let from = reader.reader().peer_log_size(&shows.party).unwrap();
    let extract = shows.office.extract_for_peer(&reader.party, from).unwrap();
    let filed = reader.office.file_peer_extract(&shows.party, extract);
    assert!(filed.unwrap().is_complete());
    reader.office.send_again(&shows.party, ours.size).unwrap()
}

/// How often the log of `house` with `peer` has each kind of entry about this message.
fn counts(house: &House, peer: &House, message: Hash) -> BTreeMap<String, usize> {
    let log = exchange_log(&peer.party);
    let mut counts = BTreeMap::new();
    for line in house.reader().lines(&log, 0, u64::MAX).unwrap() {
        if line.text("message") == message.to_string() {
            *counts.entry(line.text("kind").to_owned()).or_default() += 1;
        }
    }
    counts
}

/// Two houses that know each other, and a copy of the database of the second.
fn backed_up() -> (House, House, tempfile::TempDir) {
    let (de, cn) = two_houses();
    let (copies, folder) = (tempfile::tempdir().unwrap(), folder_of(&cn));
    let cn = cn.reopen_with(|_| copy(&folder, copies.path()));
    (de, cn, copies)
}

/// `cn` with its database from the copy, and behind it what `de` has mirrored of its log.
fn recovered(cn: House, de: &House, copies: &tempfile::TempDir) -> House {
    let mirror = de.reader().peer_extract(&cn.party).unwrap().unwrap();
    let (folder, path, own) = (folder_of(&cn), cn.database_path(), cn.manifest.clone());
    cn.reopen_with(|_| {
        copy(copies.path(), &folder);
        let engine = Sqlite::writable(&path).unwrap();
        recover_from_mirror(&engine, own.statement(), &de.party, &mirror.extract).unwrap();
    })
}

fn accept(house: &House, manifest: &SignedKeyManifest) {
    let command = Command::AcceptPeer {
        manifest: manifest.to_json().unwrap(),
        fingerprint: manifest.statement().fingerprint().to_string(),
    };
    house.try_act(&Actor::local_operator(), command).unwrap();
}

fn taken_back(key: Hash) -> Revocation {
    Revocation {
        kind: RevokedKind::Signing,
        key,
        reason: RevocationReason::Compromised,
        compromised_since: None,
    }
}

fn folder_of(house: &House) -> PathBuf {
    house.database_path().parent().unwrap().to_owned()
}

/// Promise: a counterpart that was put back to an older copy, and whose log no longer shows what it
/// had receipted, is given those very messages again, each at its place and with one effect; both
/// logs say so, and the channel goes on.
#[test]
fn what_a_backup_has_lost_is_sent_again() {
    let (de, cn, copies) = backed_up();
    let through = de.ask(&cn, honest_request(), Vec::new());
    deliver(&de, &cn);
    let half = de.ask(&cn, honest_request(), Vec::new());
    assert_eq!(step(&de, &cn), Some(ReceiptEvent::ContentConsignment));
    let (folder, size) = (
        folder_of(&cn),
        cn.reader().head("exchange-de").unwrap().size,
    );
    let cn = cn.reopen_with(|_| copy(copies.path(), &folder));
    assert!(cn.reader().head("exchange-de").unwrap().size < size);

    // Its headers find nothing: the channel stands still until the log is looked at.
    let next = de.office.next_delivery(&cn.party).unwrap().unwrap();
    let refused = cn.open(&de, next.message).unwrap_err();
    assert!(matches!(refused, Rejection::NotConsigned(_)));
    let receipts = |thread| de.case(thread).receipted;
    let before = receipts(through);
    assert_eq!(compare(&de, &cn), 2);
    de.clock.advance(HOUR);
    assert_eq!(deliver(&de, &cn), 2);
    // The same once more: nothing is lost any more.
    assert_eq!(compare(&de, &cn), 0);
    for thread in [through, half] {
        let message = de.case(thread).message.unwrap();
        assert_eq!(counts(&de, &cn, message)["message.sent-again"], 1);
        assert_eq!(counts(&de, &cn, message)["message.sent"], 1);
        let theirs = counts(&cn, &de, message);
        assert_eq!(
            (theirs["message.accepted"], theirs["message.opened"]),
            (1, 1)
        );
        assert_eq!(cn.state(thread), "screening");
        let sent = de.reader().sent_message(&message).unwrap().unwrap();
        assert!(sent.is_handed_over() && sent.consignment.is_some());
    }
    // That it was delivered once stays true.
    assert_eq!(receipts(through), before);
    ping(&de, &cn).unwrap();
    settle(&de, &cn);
    assert!(de.reader().outbox().unwrap().is_empty());
}

/// Promise: a lost message that the counterpart would refuse for ever, since its key was taken back or
/// another suite was agreed meanwhile, is not queued. What comes after it is, where its place is known
/// to be taken, and goes through.
#[test]
fn what_would_be_refused_is_not_sent_again() {
    for is_place_known in [false, true] {
        let (de, cn, copies) = backed_up();
        ping(&de, &cn).unwrap();
        settle(&de, &cn);
        let old = de.signing().verifying_key().id();
        let keys = de.rotated_keys();
        let rotated = de.next_manifest(&keys, |_| {});
        let de = de.reopen_with(|house| {
            house.keys = keys;
            house.manifest = rotated;
        });
        cn.accept(&de).unwrap();
        ping(&de, &cn).unwrap();
        settle(&de, &cn);
        let revoking = de.next_manifest(&de.keys, |manifest| {
            manifest.revocations = vec![taken_back(old)];
        });
        let rotated = de.manifest.clone();
        let de = de.reopen_with(|house| house.manifest = revoking.clone());
        let cn = if is_place_known {
            compare(&de, &cn);
            recovered(cn, &de, &copies)
        } else {
            let folder = folder_of(&cn);
            cn.reopen_with(|_| copy(copies.path(), &folder))
        };
        assert_eq!(compare(&de, &cn), usize::from(is_place_known));
        if is_place_known {
            assert_eq!(de.waiting(&cn.party)[0].0, 2);
            for manifest in [rotated, revoking] {
                accept(&cn, &manifest);
            }
            assert_eq!(deliver(&de, &cn), 1);
        }
        assert!(de.reader().outbox().unwrap().is_empty());
    }
}

/// Promise: of a message that the counterpart has still accepted the headers are released again,
/// though the key that signed it was taken back since.
#[test]
fn headers_are_released_again_under_a_revoked_key() {
    let (de, cn) = two_houses();
    ping(&de, &cn).unwrap();
    assert_eq!(step(&de, &cn), Some(ReceiptEvent::ContentConsignment));
    let (copies, folder) = (tempfile::tempdir().unwrap(), folder_of(&cn));
    let cn = cn.reopen_with(|_| copy(&folder, copies.path()));
    assert_eq!(deliver(&de, &cn), 1);
    let keys = de.rotated_keys();
    let revoking = de.next_manifest(&keys, |manifest| {
        manifest.revocations = vec![taken_back(de.signing().verifying_key().id())];
    });
    let de = de.reopen_with(|house| {
        house.keys = keys;
        house.manifest = revoking;
    });
    let cn = cn.reopen_with(|_| copy(copies.path(), &folder));
    assert_eq!(compare(&de, &cn), 1);
    assert_eq!(step(&de, &cn), Some(ReceiptEvent::ContentHandover));
    assert!(de.reader().outbox().unwrap().is_empty());
}

/// Promise: the same of another suite that was agreed meanwhile; a node does not start over a queue in
/// one that is not agreed any more.
#[test]
fn what_is_in_another_suite_is_not_sent_again() {
    let (de, cn, copies) = backed_up();
    ping(&de, &cn).unwrap();
    settle(&de, &cn);
    let agree = |house: &mut Setup, peer: &House| {
        house.agreements.insert(peer.party.clone(), Suite::K2);
    };
    let de = de.reopen_with(|house| agree(house, &cn));
    let folder = folder_of(&cn);
    let cn = cn.reopen_with(|house| {
        copy(copies.path(), &folder);
        agree(house, &de);
    });
    assert_eq!(compare(&de, &cn), 0);
    de.reopen(false);
}

/// Promise: a receipt that came after the log was fetched says nothing about a loss.
#[test]
fn a_receipt_that_is_newer_than_the_log_is_no_loss() {
    let (de, cn) = two_houses();
    let ours = de.reader().head(DE_LOG).unwrap().size;
    let extract = cn.office.extract_for_peer(&de.party, 0).unwrap();
    ping(&de, &cn).unwrap();
    assert_eq!(deliver(&de, &cn), 1);
    de.office.file_peer_extract(&cn.party, extract).unwrap();
    assert_eq!(de.office.send_again(&cn.party, ours).unwrap(), 0);
    assert!(de.reader().outbox().unwrap().is_empty());
}

/// Promise: what a node has fetched back without content it says in its log, takes again from its
/// sender, to the place it had, and gives a receipt for; nobody else's message gets that place.
#[test]
fn what_the_mirror_could_not_give_is_sent_again() {
    let (de, cn, copies) = backed_up();
    ping(&cn, &de).unwrap();
    ping(&de, &cn).unwrap();
    settle(&cn, &de);
    let thread = de.ask(&cn, honest_request(), Vec::new());
    assert_eq!(deliver(&de, &cn), 1);
    compare(&de, &cn);
    let (size, accepted) = (
        cn.reader().head("exchange-de").unwrap().size,
        cn.reader().channel(&de.party).unwrap().unwrap(),
    );
    let cn = recovered(cn, &de, &copies);
    let messages: Vec<Hash> = de
        .reader()
        .sent()
        .unwrap()
        .iter()
        .map(|sent| sent.message)
        .collect();
    for message in &messages {
        assert_eq!(counts(&cn, &de, *message).get("message.lost"), Some(&1));
    }
    assert!(cn.reader().cases().unwrap().is_empty());
    assert_eq!(compare(&de, &cn), messages.len());
    let forged = de.craft(&cn, "ping", &thread.to_string(), (1, None), &[]);
    assert!(matches!(
        cn.consign(&de, &forged),
        Err(Rejection::Fork { .. })
    ));
    assert_eq!(deliver(&de, &cn), messages.len());
    assert_eq!(cn.state(thread), "screening");
    let channel = cn.reader().channel(&de.party).unwrap().unwrap();
    assert_eq!(
        (channel.accepted, channel.last_accepted),
        (accepted.accepted, accepted.last_accepted)
    );
    assert!(cn.reader().head("exchange-de").unwrap().size > size);
    assert_eq!(compare(&de, &cn), 0);
    cn.office.self_check(&mut |_, _| ()).unwrap();
    let cn = cn.reopen(false);
    for message in &messages {
        assert_eq!(counts(&cn, &de, *message)["message.lost"], 1, "said once");
    }
}

/// Promise: a receipt that was given and then lost with the last writes does not stop a message whose
/// entry is there: the headers open it, behind a receipt for the same entry.
#[test]
fn a_lost_receipt_is_given_again() {
    let (de, cn) = two_houses();
    ping(&de, &cn).unwrap();
    assert_eq!(step(&de, &cn), Some(ReceiptEvent::ContentConsignment));
    let path = cn.database_path();
    let cn = cn.reopen_with(|_| {
        let connection = rusqlite::Connection::open(path).unwrap();
        let gone = connection.execute("DELETE FROM documents WHERE family = 'issued-receipt'", []);
        assert_eq!(gone.unwrap(), 1);
    });
    assert_eq!(deliver(&de, &cn), 1);
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
    let witnessed = checkpoint(head_of(&head));
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
        assert!(!recovered.is_nothing());
        let written = || {
            let revisions = engine.reader().unwrap().revisions("channel", "cn");
            revisions.unwrap().len()
        };
        let before = written();
        // Once more: nothing is missing, which is said and changes nothing.
        let again = recover_from_mirror(&engine, &own, &peer, &mirror).unwrap();
        assert!(again.is_nothing());
        assert_eq!((again.head, written()), (recovered.head, before));
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
    let last_seen = head_of(&head).to_owned();
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
    assert!(de.office.publish_keys(&[], &de.manifest).unwrap() > 0);
    let de = de.reopen(false);
    de.office.go_on_unconfirmed(&[]).unwrap();
    let opened = de
        .kinds(DE_LOG)
        .iter()
        .filter(|kind| *kind == "epoch.opened")
        .count();
    assert_eq!(opened, 1);
    // The counterpart copies the new epoch from its first entry on, and gives back what it shows
    // to be lost.
    cn.accept(&de).unwrap();
    assert_eq!(compare(&cn, &de), 1);
    let whole = cn.reader().peer_extract(&de.party).unwrap().unwrap();
    assert_eq!(whole.extract.log, origin_of_epoch(node, 2));
    assert!(
        !cn.kinds("office")
            .contains(&"peer.log-rewritten".to_owned())
    );
    assert_eq!(deliver(&cn, &de), 1);
}
