//! Our own keys: each version is an entry of all logs, and the order of the log decides about keys
//! that were taken back.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use journal::hash::Hash;
use office::key_care::revocation_among;
use office::{Actor, Command};
use seal::Suite;
use seal::revocation::{Revocation, RevocationReason, RevokedKind};
use store::EntryRef;
use support::{House, settle, two_houses};

fn ping(house: &House, peer: &House) {
    let peer = peer.party.clone();
    house.act(&Actor::local_operator(), Command::Ping { peer });
}

/// Promise: a manifest is published once, in all logs; one that does not follow the one in force, or
/// is another party's, is not.
#[test]
fn a_manifest_is_published_in_all_logs_once() {
    let (de, cn) = two_houses();
    assert!(de.office.publish_keys(&de.manifest).unwrap());
    assert!(!de.office.publish_keys(&de.manifest).unwrap());
    for log in ["office", "exchange-cn"] {
        let entry = de.last(log, "keys.published");
        assert_eq!(entry["version"], 1);
        assert_eq!(entry["manifest"], de.manifest.id().to_string());
    }
    assert!(de.office.publish_keys(&cn.manifest).is_err());
    let skipping = de.next_manifest(&de.keys, |manifest| manifest.version = 3);
    assert!(de.office.publish_keys(&skipping).is_err());
    let next = de.next_manifest(&de.keys, |_| {});
    assert!(de.office.publish_keys(&next).unwrap());
    assert!(
        de.office.publish_keys(&de.manifest).is_err(),
        "back to the one before"
    );
    let kinds = de.kinds("exchange-cn");
    assert_eq!(
        kinds
            .iter()
            .filter(|kind| *kind == "keys.published")
            .count(),
        2
    );
    assert_eq!(de.reader().own_keys().unwrap().unwrap().version, 2);
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
    cn.office.publish_keys(&cn.manifest).unwrap();
    let cn = cn.reopen_with(|next| {
        next.keys = keys;
        next.manifest = manifest;
    });
    assert!(cn.office.publish_keys(&cn.manifest).unwrap());
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
