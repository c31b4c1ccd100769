//! Keys that change while messages are under way, and keys that are taken back.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use office::command::Command;
use office::{Actor, OfficeError, Rejection};
use seal::Suite;
use seal::key_manifest::SignedKeyManifest;
use seal::receipt::ReceiptEvent;
use seal::revocation::{Revocation, RevocationReason, RevokedKind};
use support::*;

fn accept(house: &House, manifest: &SignedKeyManifest) -> Result<office::Done, OfficeError> {
    let command = Command::AcceptPeer {
        manifest: manifest.to_json().unwrap(),
        fingerprint: manifest.statement().fingerprint().to_string(),
    };
    house.try_act(&Actor::local_operator(), command)
}

fn revoked(key: journal::hash::Hash) -> Revocation {
    Revocation {
        kind: RevokedKind::Signing,
        key,
        reason: RevocationReason::Compromised,
        compromised_since: None,
    }
}

/// Promise: what was queued under the old keys stays deliverable after a rotation on both sides, what
/// was sealed to the old keys still opens, receipts made under the old key still count, and what
/// follows is made with the new keys.
#[test]
fn keys_change_while_messages_are_under_way() {
    let (de, cn) = two_houses();
    let thread = cn.ask(&de, honest_request(), Vec::new());
    let queued = cn.only_waiting(&de.party);
    let half_way = cn.ask(&de, honest_request(), Vec::new());
    // The first receipt of the first message is made before the rotation and filed after it.
    let receipt = de.consign(&cn, &queued).unwrap();

    let rotate = |house: House| {
        let keys = house.rotated_keys();
        let manifest = house.next_manifest(&keys, |_| {});
        house.reopen_with(|house| {
            house.keys = keys;
            house.manifest = manifest;
        })
    };
    let old = cn.signing().verifying_key().id();
    let (de, cn) = (rotate(de), rotate(cn));
    accept(&de, &cn.manifest).unwrap();
    accept(&cn, &de.manifest).unwrap();
    cn.office
        .file_receipt(&de.party, id_of(&queued), &receipt)
        .unwrap();
    settle(&de, &cn);
    assert_eq!(
        (de.state(thread), de.state(half_way)),
        ("screening", "screening")
    );

    cn.ask(&de, honest_request(), Vec::new());
    let message = seal::message::Message::decode(&cn.only_waiting(&de.party)).unwrap();
    let used = message.manifest().statement().sender_key;
    assert_ne!(used, old);
    assert_eq!(used, cn.keys.signing(Suite::K1).verifying_key().id());
    settle(&de, &cn);
    assert_eq!(de.reader().cases().unwrap().len(), 3);
}

/// Promise: a message by a key whose owner has taken it back is turned away, by its own code, with an
/// entry; what was accepted before stays, is answered as before and can still be opened.
#[test]
fn a_key_that_is_taken_back_counts_no_more() {
    let (de, cn) = two_houses();
    let thread = cn.ask(&de, honest_request(), Vec::new());
    let before = cn.only_waiting(&de.party);
    let receipt = de.consign(&cn, &before).unwrap();
    cn.ask(&de, honest_request(), Vec::new());
    let after = cn.waiting(&de.party).remove(1).1;

    let stolen = cn.signing().verifying_key().id();
    let mut keys = cn.rotated_keys();
    keys.signing
        .retain(|key| key.verifying_key().id() != stolen);
    let manifest = cn.next_manifest(&keys, |manifest| {
        manifest.revocations = vec![revoked(stolen)]
    });
    accept(&de, &manifest).unwrap();
    for log in ["office", "exchange-cn"] {
        let entry = de.last(log, "keys.accepted");
        assert_eq!(
            entry["revoked"],
            serde_json::json!([stolen.to_string()]),
            "{log}"
        );
        assert_eq!(entry["version"], 2, "{log}");
        assert_eq!(entry["manifest"], manifest.id().to_string(), "{log}");
    }
    // The order of the log decides: the message stands before the revocation and names its key.
    let kinds = de.kinds("exchange-cn");
    assert_eq!(
        kinds,
        ["keys.accepted", "message.accepted", "keys.accepted"]
    );
    assert_eq!(
        de.last("exchange-cn", "message.accepted")["sender_key"],
        stolen.to_string()
    );

    let effects_before = effects(&de, &cn);
    let rejection = de.consign(&cn, &after).unwrap_err();
    assert!(
        matches!(rejection, Rejection::RevokedKey(key) if key == stolen),
        "{rejection}"
    );
    assert_eq!(rejection.code(), "revoked-key");
    assert_eq!(de.last("office", "message.rejected")["code"], "revoked-key");
    assert_eq!(effects(&de, &cn), effects_before);

    assert_eq!(de.consign(&cn, &before).unwrap(), receipt);
    let opened = de.open(&cn, id_of(&before)).unwrap();
    assert_eq!(event(&opened), ReceiptEvent::ContentHandover);
    assert_eq!(de.state(thread), "screening");
}

/// Promise: a message by a key that the manifest on file does not name is not authentic here; after
/// the newer manifest was accepted it is taken.
#[test]
fn an_old_manifest_knows_no_new_key() {
    let (de, cn) = two_houses();
    let keys = cn.rotated_keys();
    let manifest = cn.next_manifest(&keys, |_| {});
    let cn = cn.reopen_with(|house| {
        house.keys = keys;
        house.manifest = manifest;
    });
    cn.ask(&de, honest_request(), Vec::new());
    let bytes = cn.only_waiting(&de.party);
    let rejection = de.consign(&cn, &bytes).unwrap_err();
    assert!(matches!(rejection, Rejection::UnknownKey(_)), "{rejection}");
    assert_eq!(rejection.code(), "not-authentic");
    assert!(rejection.to_string().contains("newer manifest"));
    accept(&de, &cn.manifest).unwrap();
    settle(&de, &cn);
    assert_eq!(de.reader().cases().unwrap().len(), 1);
}

/// Promise: manifests follow one another without a gap, and one without keys for the agreed suite is
/// not accepted; a refused one leaves no entry in the exchange log.
#[test]
fn manifests_follow_one_another() {
    let (de, cn) = two_houses();
    let next = cn.next_manifest(&cn.keys, |_| {});
    let skipping = cn.next_manifest(&cn.keys, |manifest| manifest.version = 3);
    let forgetting = cn.next_manifest(&cn.rotated_keys(), |manifest| {
        for keys in &mut manifest.suites {
            keys.earlier_signing.clear();
        }
    });
    let other_suite = cn.next_manifest(&cn.keys, |manifest| {
        manifest.suites.retain(|keys| keys.suite == Suite::K2);
    });
    for (what, refused) in [
        ("a gap", &skipping),
        ("a key forgotten", &forgetting),
        ("no keys for the suite", &other_suite),
    ] {
        assert!(accept(&de, refused).is_err(), "{what}");
        assert_eq!(de.kinds("exchange-cn"), ["keys.accepted"], "{what}");
    }
    accept(&de, &next).unwrap();
    assert!(accept(&de, &next).is_err(), "the same again");
    assert_eq!(de.kinds("exchange-cn"), ["keys.accepted"; 2]);
}

/// Promise: another suite comes into force between messages and never under one: a node with
/// messages in the queue does not start with it, and once they are through the channel goes on in it.
#[test]
fn a_suite_changes_only_when_nothing_waits() {
    let (de, cn) = two_houses();
    let thread = cn.ask(&de, honest_request(), Vec::new());
    let to_k2 = |house: &mut Setup, peer: &str| house.agreements.insert(party(peer), Suite::K2);
    let cn = cn.reopen_with(|house| {
        let before = house.agreements.clone();
        to_k2(house, "de");
        let refused = house.open().err().unwrap();
        assert!(
            matches!(
                &refused,
                OfficeError::SuiteChanged { peer, agreed: Suite::K2, queued: Suite::K1 } if peer == "de"
            ),
            "{refused}"
        );
        house.agreements = before;
    });
    settle(&de, &cn);
    assert_eq!(de.state(thread), "screening");
    let cn = cn.reopen_with(|house| assert!(to_k2(house, "de").is_some()));
    let de = de.reopen_with(|house| assert!(to_k2(house, "cn").is_some()));
    de.answer(thread, honest_answer());
    settle(&de, &cn);
    assert_eq!(cn.state(thread), "answered");
}
