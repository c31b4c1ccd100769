//! Our own keys: each version is an entry of all logs, and the order of the log decides about keys
//! that were taken back.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use journal::hash::Hash;
use office::key_care::revocation_among;
use office::reader::Line;
use office::{Actor, Command};
use seal::Suite;
use seal::revocation::{Revocation, RevocationReason, RevokedKind};
use store::EntryRef;
use support::{House, settle, two_houses};

fn ping(house: &House, peer: &House) {
    let peer = peer.party.clone();
    house.act(&Actor::local_operator(), Command::Ping { peer });
}

/// The versions that a log says were published.
fn published(house: &House, log: &str) -> Vec<u64> {
    let lines = house.reader().lines(log, 0, u64::MAX).unwrap();
    let version = |line: &Line| line.body.as_ref()?.get("version")?.as_u64();
    let is_of_keys = |line: &&Line| line.text("kind") == "keys.published";
    lines
        .iter()
        .filter(is_of_keys)
        .filter_map(version)
        .collect()
}

/// Promise: a manifest is published once, in all logs; one that does not follow the one in force, or
/// is another party's, is not.
#[test]
fn a_manifest_is_published_in_all_logs_once() {
    let (de, cn) = two_houses();
    assert_eq!(de.office.publish_keys(&[], &de.manifest).unwrap(), 2);
    assert_eq!(de.office.publish_keys(&[], &de.manifest).unwrap(), 0);
    for log in ["office", "exchange-cn"] {
        let entry = de.last(log, "keys.published");
        assert_eq!(entry["version"], 1);
        assert_eq!(entry["manifest"], de.manifest.id().to_string());
    }
    assert!(de.office.publish_keys(&[], &cn.manifest).is_err());
    let skipping = de.next_manifest(&de.keys, |manifest| manifest.version = 3);
    assert!(de.office.publish_keys(&[], &skipping).is_err());
    let next = de.next_manifest(&de.keys, |_| {});
    assert_eq!(de.office.publish_keys(&[], &next).unwrap(), 2);
    assert!(
        de.office.publish_keys(&[], &de.manifest).is_err(),
        "back to the one before"
    );
    assert_eq!(published(&de, "exchange-cn"), [1, 2]);
    let in_force = de.reader().own_keys("exchange-cn").unwrap().unwrap();
    assert_eq!(in_force.version, 2);
}

/// Promise: a manifest that was followed by another before the node started again is not left out,
/// so neither is a revocation; every log gets each version in order, once.
#[test]
fn manifests_between_two_starts_are_published_in_order() {
    let (de, _cn) = two_houses();
    let first = de.manifest.clone();
    de.office.publish_keys(&[], &first).unwrap();
    let gone = Hash([7; 32]);
    let second = de.next_manifest(&de.keys, |manifest| {
        manifest.revocations.push(Revocation {
            kind: RevokedKind::Tls,
            key: gone,
            reason: RevocationReason::Compromised,
            compromised_since: None,
        });
    });
    let de = de.reopen_with(|next| next.manifest = second.clone());
    let third = de.next_manifest(&de.keys, |_| {});
    let missing = de.office.publish_keys(&[], &third);
    assert!(missing.is_err(), "the second is not there");
    let earlier = [first, second];
    assert_eq!(de.office.publish_keys(&earlier, &third).unwrap(), 4);
    for log in ["office", "exchange-cn"] {
        assert_eq!(published(&de, log), [1, 2, 3]);
        assert!(de.reader().revocation(log, gone).unwrap().is_some());
    }
    assert_eq!(de.office.publish_keys(&earlier, &third).unwrap(), 0);
}

/// Promise: the log with a peer that is accepted after our keys were published has them too.
#[test]
fn a_log_with_a_later_peer_gets_the_keys_in_force() {
    let (de, cn) = (
        House::new("de", &["cn"], false),
        House::new("cn", &["de"], false),
    );
    de.office.publish_keys(&[], &de.manifest).unwrap();
    assert!(published(&de, "exchange-cn").is_empty());
    de.accept(&cn).unwrap();
    de.office.publish_keys(&[], &de.manifest).unwrap();
    assert_eq!(published(&de, "exchange-cn"), [1]);
    assert_eq!(published(&de, "office"), [1]);
}

/// Promise: a signature counts if its entry stands before the one that revokes the key, in the log of
/// either side, and not otherwise.
#[test]
fn the_order_of_the_log_decides_about_a_revoked_key() {
    let (de, cn) = two_houses();
    ping(&cn, &de);
    settle(&de, &cn);
    let key = cn.signing().verifying_key().id();
    let accepted = |house: &House, log: &str, kind: &str| EntryRef {
        log: log.to_owned(),
        index: house.kinds(log).iter().position(|k| k == kind).unwrap() as u64,
    };
    let before = accepted(&de, "exchange-cn", "message.accepted");
    assert!(de.reader().signature_counts(&before, key).unwrap());

    let keys = {
        let mut keys = cn.rotated_keys();
        let gone = keys
            .signing
            .iter()
            .rposition(|k| k.suite() == Suite::K1)
            .unwrap();
        keys.signing.swap_remove(gone);
        keys
    };
    let manifest = cn.next_manifest(&keys, |manifest| {
        manifest.revocations.push(Revocation {
            kind: RevokedKind::Signing,
            key,
            reason: RevocationReason::Compromised,
            compromised_since: None,
        });
        let old = cn.signing().verifying_key();
        manifest.suites[0].earlier_signing = vec![old];
    });
    cn.office.publish_keys(&[], &cn.manifest).unwrap();
    let cn = cn.reopen_with(|next| {
        next.keys = keys;
        next.manifest = manifest;
    });
    assert_eq!(cn.office.publish_keys(&[], &cn.manifest).unwrap(), 2);
    de.accept(&cn).unwrap();

    assert!(de.reader().signature_counts(&before, key).unwrap());
    let revoked = de.reader().revocation("exchange-cn", key).unwrap().unwrap();
    assert!(revoked.index > before.index);
    let after = EntryRef {
        index: revoked.index + 1,
        ..before.clone()
    };
    assert!(!de.reader().signature_counts(&after, key).unwrap());
    assert!(de.reader().signature_counts(&after, Hash([7; 32])).unwrap());
    let own = accepted(&cn, "exchange-de", "message.sent");
    assert!(cn.reader().signature_counts(&own, key).unwrap());
    assert!(
        cn.reader()
            .revocation("exchange-de", key)
            .unwrap()
            .is_some()
    );

    // The same from what an auditor is given.
    let extract = de.office.extract_for_peer(&cn.party, 0).unwrap();
    let entries = extract
        .entries
        .iter()
        .map(|entry| (entry.index, &entry.opening));
    assert_eq!(revocation_among("exchange-cn", entries, key), Some(revoked));
}
