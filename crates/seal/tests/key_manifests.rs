//! What trusting a key manifest rests on: it cannot be changed, mixed up, forked or rolled back, and keys can be replaced
//! or lost without losing what they signed.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use journal::note::NoteVerifier;
use seal::key_manifest::{
    KeyManifest, KeyStanding, MAX_EARLIER_KEYS, MAX_KEY_MANIFEST_BYTES, MAX_LOGS, MAX_REVOCATIONS,
    MAX_TLS_PINS, SignedKeyManifest,
};
use seal::keys::{SigningKey, WitnessKey};
use seal::revocation::{Revocation, RevocationReason, RevokedKind};
use seal::{SealError, Suite};
use serde_json::Value;
use support::{NODE, ORIGIN, holders, log, manifest, next, root, signed, suite_keys};

fn revocation(kind: RevokedKind, key: journal::hash::Hash) -> Revocation {
    Revocation {
        kind,
        key,
        reason: RevocationReason::Compromised,
        compromised_since: Some("2026-11-05T00:00:00Z".into()),
    }
}

/// The file alone, with the fingerprint on paper, is enough to trust the keys in it.
#[test]
fn manifest_holds_after_a_round_trip() {
    let holders = holders(1);
    let good = signed(manifest(&root(&holders)), &holders);
    let text = good.to_json().unwrap() + "\n";
    let read = SignedKeyManifest::from_json(text.as_bytes()).unwrap();
    assert_eq!(read, good);
    read.verify_self().unwrap();
    let keys = read.statement();
    assert_eq!(keys.fingerprint(), root(&holders).fingerprint());
    assert_eq!(keys.id().unwrap(), read.id());
    assert_eq!(keys.log_verifier("exchange-cn").unwrap().origin(), ORIGIN);
    let witness = keys.witness.as_ref().unwrap().verifiers().unwrap();
    assert!(
        witness
            .iter()
            .all(|v| v.name() == format!("{NODE}/witness"))
    );
}

/// No key can be exchanged under the holders' signatures.
#[test]
fn altered_manifest_is_refused() {
    let holders = holders(1);
    let good = signed(manifest(&root(&holders)), &holders);
    let mut document: Value = serde_json::from_str(&good.to_json().unwrap()).unwrap();
    document["statement"]["tls_spki_sha256"][0] = "cd".repeat(32).into();
    let altered = serde_json_canonicalizer::to_vec(&document).unwrap();
    let altered = SignedKeyManifest::from_json(&altered).unwrap();
    assert!(matches!(
        altered.verify_self(),
        Err(SealError::OtherStatementSigned)
    ));
}

/// Versions form one line: each names the one before, and a skipped, repeated, older or forked one is refused.
#[test]
fn manifests_only_go_forward_one_by_one() {
    let holders = holders(1);
    let first = manifest(&root(&holders));
    let second = next(&first);
    signed(second.clone(), &holders)
        .verify_successor(&first)
        .unwrap();
    let third = next(&second);
    let refused = |candidate: KeyManifest, current: &KeyManifest| {
        let refused = signed(candidate, &holders).verify_successor(current);
        assert!(
            matches!(refused, Err(SealError::NotSuccessor(_))),
            "{refused:?}"
        );
    };
    refused(third.clone(), &first);
    refused(second.clone(), &second);
    refused(second.clone(), &third);
    let mut fork = first.clone();
    fork.exchange_address = "elsewhere.example:7443".into();
    refused(next(&fork), &first);
    refused(
        KeyManifest {
            node: "cn.contact.example".into(),
            logs: vec![],
            witness: None,
            ..second.clone()
        },
        &first,
    );
    refused(
        KeyManifest {
            party: "cn".into(),
            ..second
        },
        &first,
    );
}

/// A root that nobody vouched for does not pass for a successor; one to which the old root hands over does, and then the
/// old one is out.
#[test]
fn root_changes_only_with_the_old_roots_consent() {
    let (old, new) = (holders(1), holders(11));
    let first = manifest(&root(&old));
    let mut usurped = next(&first);
    usurped.root = root(&new);
    let refused = signed(usurped.clone(), &new).verify_successor(&first);
    assert!(matches!(refused, Err(SealError::NotSuccessor(_))));

    let handed = KeyManifest {
        former_root: Some(root(&old)),
        ..usurped
    };
    let by_new_alone = SignedKeyManifest::sign_with(handed.clone(), &[&new[0], &new[1]]);
    assert!(matches!(
        by_new_alone,
        Err(SealError::TooFewHolders {
            found: 0,
            needed: 2
        })
    ));
    let by_old_alone = SignedKeyManifest::sign_with(handed.clone(), &[&old[0], &old[1]]);
    assert!(matches!(by_old_alone, Err(SealError::TooFewHolders { .. })));
    let both = [&new[0], &new[1], &old[1], &old[2]];
    let both = SignedKeyManifest::sign_with(handed.clone(), &both).unwrap();
    both.verify_successor(&first).unwrap();

    let third = next(&handed);
    signed(third.clone(), &new)
        .verify_successor(&handed)
        .unwrap();
    let by_old = SignedKeyManifest::sign_with(third, &[&old[0], &old[1]]);
    assert!(matches!(by_old, Err(SealError::UnknownHolder(_))));
}

/// A message that was queued while its key was replaced stays authentic: the key is known as an earlier one until it is
/// dropped or revoked, and it cannot be dropped in the same step.
#[test]
fn replaced_keys_are_honoured() {
    let holders = holders(1);
    let first = manifest(&root(&holders));
    let old = first.suite(Suite::K1).unwrap().signing.clone();
    assert_eq!(first.signing_key(old.id()), KeyStanding::Current(&old));

    let mut second = next(&first);
    let keys = &mut second.suites[0];
    keys.signing = SigningKey::generate(Suite::K1).unwrap().verifying_key();
    let forgotten = signed(second.clone(), &holders);
    assert!(matches!(
        forgotten.verify_successor(&first),
        Err(SealError::NotSuccessor(_))
    ));
    second.suites[0].earlier_signing.push(old.clone());
    signed(second.clone(), &holders)
        .verify_successor(&first)
        .unwrap();
    assert_eq!(second.signing_key(old.id()), KeyStanding::Earlier(&old));
    assert_eq!(second.signing_key(old.id()).honoured(), Some(&old));
    let current = &second.suite(Suite::K1).unwrap().signing;
    assert_eq!(second.signing_key(current.id()).honoured(), Some(current));

    let mut third = next(&second);
    third.suites[0].earlier_signing.clear();
    signed(third.clone(), &holders)
        .verify_successor(&second)
        .unwrap();
    assert_eq!(third.signing_key(old.id()), KeyStanding::Unknown);
}

/// A revoked key is not honoured, not used, and never comes back; what it signed before can still be verified.
#[test]
fn revocation_is_for_good() {
    let holders = holders(1);
    let first = manifest(&root(&holders));
    let old = first.suite(Suite::K1).unwrap().signing.clone();
    let mut second = next(&first);
    second
        .revocations
        .push(revocation(RevokedKind::Signing, old.id()));
    let in_use = SignedKeyManifest::sign_with(second.clone(), &[&holders[0], &holders[1]]);
    assert!(matches!(
        in_use,
        Err(SealError::InvalidField {
            field: "revocations",
            ..
        })
    ));
    second.suites[0].signing = SigningKey::generate(Suite::K1).unwrap().verifying_key();
    second.suites[0].earlier_signing.push(old.clone());
    signed(second.clone(), &holders)
        .verify_successor(&first)
        .unwrap();
    let standing = second.signing_key(old.id());
    assert!(matches!(standing, KeyStanding::Revoked { key: Some(key), .. } if *key == old));
    assert_eq!(standing.honoured(), None);

    let mut third = next(&second);
    third.revocations.clear();
    assert!(matches!(
        signed(third, &holders).verify_successor(&second),
        Err(SealError::NotSuccessor(_))
    ));
}

/// A log goes on under a new key or in a new epoch, and what its old key signed stays provable, unless that was revoked.
#[test]
fn logs_have_a_history() {
    let mut keys = manifest(&root(&holders(1)));
    let retired = keys.logs[0].clone();
    let epoch_2 = format!("{ORIGIN}/epoch-2");
    keys.logs.insert(0, log("exchange-cn", 1, ORIGIN));
    keys.logs.insert(0, log("exchange-cn", 2, &epoch_2));
    SignedKeyManifest::sign_with(keys.clone(), &holders(1).each_ref()).unwrap();
    assert_eq!(keys.log_verifier("exchange-cn").unwrap().origin(), epoch_2);
    assert_eq!(keys.log_verifiers_of(ORIGIN).unwrap().len(), 2);
    keys.revocations
        .push(revocation(RevokedKind::Log, retired.id()));
    assert_eq!(keys.log_verifiers_of(ORIGIN).unwrap().len(), 1);
    assert!(matches!(
        keys.log_verifier("exchange-fr"),
        Err(SealError::UnknownLog(_))
    ));
    assert!(keys.log_verifiers_of("cn.contact.example/office").is_err());
}

/// Both ends of the validity belong to it.
#[test]
fn validity_includes_both_ends() {
    let manifest = manifest(&root(&holders(1)));
    let at = |time: &str| manifest.is_valid_at(time.parse().unwrap()).unwrap();
    assert!(at("2026-11-01T00:00:00Z") && at("2027-01-30T00:00:00Z"));
    assert!(!at("2026-10-31T23:59:59.999Z") && !at("2027-01-30T00:00:00.001Z"));
}

/// Values that would break trust later are refused before signing.
#[test]
fn invalid_fields_are_named() {
    let holders = holders(1);
    let good = manifest(&root(&holders));
    type Change = fn(&mut KeyManifest);
    let changes: [(&str, Change); 27] = [
        ("party", |m| m.party = "d e".into()),
        ("version", |m| m.version = 0),
        ("previous", |m| m.version = 2),
        ("previous", |m| m.previous = Some(m.id().unwrap())),
        ("former_root", |m| m.former_root = Some(m.root.clone())),
        ("former_root", |m| {
            m.previous = Some(m.id().unwrap());
            m.version = 2;
            m.former_root = Some(m.root.clone());
        }),
        ("suites", |m| m.suites.clear()),
        ("suites", |m| m.suites.reverse()),
        ("suites", |m| m.suites.push(m.suites[1].clone())),
        ("suites", |m| {
            m.suites[0].signing = m.suites[1].signing.clone()
        }),
        ("suites", |m| {
            m.suites[1].recipient = m.suites[0].recipient.clone()
        }),
        ("suites.signing", |m| {
            let again = m.suites[0].signing.clone();
            m.suites[0].earlier_signing.push(again);
        }),
        ("suites.recipient", |m| {
            let again = m.suites[0].recipient.clone();
            m.suites[0].earlier_recipients.push(again);
        }),
        ("logs.vkeys", |m| m.logs[0].vkeys[0].push('A')),
        ("logs.vkeys", |m| m.logs[0].vkeys.truncate(1)),
        ("logs.vkeys", |m| m.logs[0].vkeys.reverse()),
        ("logs.vkeys", |m| m.logs.push(m.logs[0].clone())),
        ("logs.vkeys", |m| m.node = "de.kontaktstelle".into()),
        ("logs.epoch", |m| m.logs[0].epoch = 2),
        ("logs.epoch", |m| {
            m.logs
                .push(log("exchange-cn", 2, &format!("{ORIGIN}/epoch-2")));
        }),
        ("witness.vkeys", |m| {
            m.witness.as_mut().unwrap().vkeys.reverse();
        }),
        ("witness.vkeys", |m| {
            m.witness.as_mut().unwrap().vkeys = WitnessKey::generate()
                .unwrap()
                .vkeys("cn.contact.example/witness");
        }),
        ("tls_spki_sha256", |m| {
            m.tls_spki_sha256[0] = "AB".repeat(32)
        }),
        ("tls_spki_sha256", |m| {
            m.tls_spki_sha256.push("ab".repeat(32))
        }),
        ("revocations", |m| {
            let one = revocation(RevokedKind::Holder, m.root.holders()[2].id());
            m.revocations.push(one);
        }),
        ("revocations.compromised_since", |m| {
            let mut one = revocation(RevokedKind::Tls, m.id().unwrap());
            one.reason = RevocationReason::Ceased;
            m.revocations.push(one);
        }),
        ("valid_until", |m| m.valid_until = m.valid_from.clone()),
    ];
    for (at, (expected, change)) in changes.into_iter().enumerate() {
        let mut bad = good.clone();
        change(&mut bad);
        let refused = SignedKeyManifest::sign_with(bad, &[&holders[0], &holders[1]]);
        assert!(
            matches!(refused, Err(SealError::InvalidField { field, .. }) if field == expected),
            "change {at}, {expected}: {refused:?}"
        );
    }
}

/// The witness's key is never also a log's: what one says could be taken for what the other says.
#[test]
fn a_log_key_is_no_witness_key() {
    let mut keys = manifest(&root(&holders(1)));
    let secret = [9; 64];
    keys.logs[0].vkeys = seal::keys::LogKey::from_secret_bytes(&secret)
        .unwrap()
        .vkeys(ORIGIN);
    let witness = WitnessKey::from_secret_bytes(&secret).unwrap();
    keys.witness.as_mut().unwrap().vkeys = witness.vkeys(&format!("{NODE}/witness"));
    let refused = SignedKeyManifest::sign_with(keys, &[]);
    assert!(matches!(
        refused,
        Err(SealError::InvalidField {
            field: "witness.vkeys",
            ..
        })
    ));
}

/// Every list is bounded, a manifest with all lists full can still be signed and read, and a larger file is not read.
#[test]
fn manifests_are_bounded() {
    let holders = holders(1);
    let mut full = manifest(&root(&holders));
    for keys in &mut full.suites {
        for _ in 0..MAX_EARLIER_KEYS {
            let more = suite_keys(keys.suite);
            keys.earlier_signing.push(more.signing);
            keys.earlier_recipients.push(more.recipient);
        }
    }
    while full.logs.len() < MAX_LOGS {
        let at = full.logs.len();
        let peer = format!("exchange-p{at}");
        full.logs
            .push(log(&peer, 1, &format!("{NODE}/exchange/p{at}")));
    }
    while full.tls_spki_sha256.len() < MAX_TLS_PINS {
        let pin = journal::hash::sha256(&[full.tls_spki_sha256.len() as u8]);
        full.tls_spki_sha256.push(hex::encode(pin.0));
    }
    while full.revocations.len() < MAX_REVOCATIONS {
        let key = journal::hash::sha256(&full.revocations.len().to_be_bytes());
        full.revocations.push(revocation(RevokedKind::Tls, key));
    }
    let good = SignedKeyManifest::sign_with(full.clone(), &holders.each_ref()).unwrap();
    let document = good.to_json().unwrap();
    assert!(document.len() < MAX_KEY_MANIFEST_BYTES);
    SignedKeyManifest::from_json(document.as_bytes())
        .unwrap()
        .verify_self()
        .unwrap();

    type Change = fn(&mut KeyManifest);
    let changes: [(&str, Change); 5] = [
        ("suites.earlier_signing", |m| {
            let more = suite_keys(Suite::K1).signing;
            m.suites[0].earlier_signing.push(more);
        }),
        ("suites.earlier_recipients", |m| {
            let more = suite_keys(Suite::K1).recipient;
            m.suites[0].earlier_recipients.push(more);
        }),
        ("logs", |m| {
            m.logs.push(log("office", 1, &format!("{NODE}/office")))
        }),
        ("tls_spki_sha256", |m| {
            m.tls_spki_sha256.push("cd".repeat(32))
        }),
        ("revocations", |m| {
            let one = revocation(RevokedKind::Log, m.id().unwrap());
            m.revocations.push(one);
        }),
    ];
    for (expected, change) in changes {
        let mut bad = full.clone();
        change(&mut bad);
        let refused = SignedKeyManifest::sign_with(bad, &[]);
        assert!(
            matches!(refused, Err(SealError::InvalidField { field, .. }) if field == expected),
            "{expected}"
        );
    }
    let huge = vec![b'['; MAX_KEY_MANIFEST_BYTES + 1];
    assert!(matches!(
        SignedKeyManifest::from_json(&huge),
        Err(SealError::TooLarge { .. })
    ));
}
