//! What trusting a key manifest rests on, and that it cannot be changed, mixed up or rolled back.
#![allow(clippy::unwrap_used, missing_docs)]

use journal::note::{Ed25519Verifier, Note, NoteVerifier};
use seal::SealError;
use seal::key_manifest::{KeyManifest, KeyManifestFormat, LogReference, SignedKeyManifest};
use seal::keys::{Fingerprint, LogKey, RootKey, SealingIdentity, SigningKey, VerifyingKey};
use serde_json::Value;

const ORIGIN: &str = "de.kontaktstelle.example/exchange/cn";

fn manifest(root: &RootKey, version: u32) -> KeyManifest {
    KeyManifest {
        format: KeyManifestFormat::V1,
        party: "de".into(),
        node: "de.kontaktstelle.example".into(),
        version,
        root: root.verifying_key(),
        signing: SigningKey::generate().unwrap().verifying_key(),
        recipient: SealingIdentity::generate().unwrap().recipient(),
        logs: vec![LogReference {
            name: "exchange-cn".into(),
            vkey: LogKey::generate().unwrap().signer(ORIGIN).verifier().vkey(),
        }],
        tls_spki_sha256: vec!["ab".repeat(32)],
        valid_from: "2026-11-01T00:00:00Z".into(),
        valid_until: "2027-01-30T00:00:00Z".into(),
        exchange_address: "exchange.de.kontaktstelle.example:7443".into(),
    }
}

/// The file alone, with the fingerprint on paper, is enough to trust the keys in it.
#[test]
fn manifest_holds_after_a_round_trip() {
    let root = RootKey::generate().unwrap();
    let signed = SignedKeyManifest::sign_with(manifest(&root, 1), &root).unwrap();
    let text = signed.to_json().unwrap() + "\n";
    let read = SignedKeyManifest::from_json(text.as_bytes()).unwrap();
    assert_eq!(read, signed);
    read.verify_self().unwrap();
    assert_eq!(
        read.statement().fingerprint(),
        root.verifying_key().fingerprint()
    );
    let vkey = read.statement().log_vkey("exchange-cn").unwrap();
    assert_eq!(Ed25519Verifier::from_vkey(vkey).unwrap().name(), ORIGIN);
}

/// Two people can read a fingerprint to each other, and a typed one is compared exactly.
#[test]
fn fingerprint_is_for_people() {
    let root = RootKey::from_secret_bytes(&[7; 64])
        .unwrap()
        .verifying_key();
    let shown = root.fingerprint().to_string();
    let lines: Vec<_> = shown.lines().collect();
    assert_eq!(lines.len(), 2);
    for line in &lines {
        assert_eq!(line.split(' ').map(str::len).collect::<Vec<_>>(), [4; 8]);
    }
    assert_eq!(shown.replace([' ', '\n'], ""), hex::encode(root.id().0));
    assert_eq!(
        shown.to_uppercase().parse::<Fingerprint>().unwrap(),
        root.fingerprint()
    );
    assert!(shown.get(1..).unwrap().parse::<Fingerprint>().is_err());
    let other = RootKey::from_secret_bytes(&[8; 64])
        .unwrap()
        .verifying_key();
    assert_ne!(other.fingerprint(), root.fingerprint());
}

/// Only the root that the manifest names can sign it, and a manifest that names a forged root does not pass for a
/// successor of the trusted one.
#[test]
fn only_the_known_root_counts() {
    let (root, forger) = (RootKey::generate().unwrap(), RootKey::generate().unwrap());
    let refused = SignedKeyManifest::sign_with(manifest(&root, 1), &forger);
    assert!(matches!(refused, Err(SealError::OtherSigningKey { .. })));
    let forged = SignedKeyManifest::sign_with(manifest(&forger, 2), &forger).unwrap();
    forged.verify_self().unwrap();
    let refused = forged.verify_successor(&manifest(&root, 1));
    assert!(matches!(refused, Err(SealError::OtherSigningKey { .. })));
}

/// Old keys cannot be brought back with an old manifest, nor another party's put in their place.
#[test]
fn manifests_only_go_forward() {
    let root = RootKey::generate().unwrap();
    let current = manifest(&root, 5);
    let next = |version| SignedKeyManifest::sign_with(manifest(&root, version), &root).unwrap();
    next(6).verify_successor(&current).unwrap();
    for version in [4, 5] {
        let refused = next(version).verify_successor(&current);
        assert!(matches!(
            refused,
            Err(SealError::InvalidField {
                field: "version",
                ..
            })
        ));
    }
    let mut other = manifest(&root, 6);
    other.node = "cn.contact.example".into();
    let refused = SignedKeyManifest::sign_with(other, &root)
        .unwrap()
        .verify_successor(&current);
    assert!(matches!(
        refused,
        Err(SealError::InvalidField { field: "party", .. })
    ));
}

/// No key can be exchanged under the root's signatures.
#[test]
fn altered_manifest_is_refused() {
    let root = RootKey::generate().unwrap();
    let signed = SignedKeyManifest::sign_with(manifest(&root, 1), &root).unwrap();
    let mut document: Value = serde_json::from_str(&signed.to_json().unwrap()).unwrap();
    document["statement"]["tls_spki_sha256"][0] = "cd".repeat(32).into();
    let altered =
        SignedKeyManifest::from_json(&serde_json_canonicalizer::to_vec(&document).unwrap())
            .unwrap();
    assert!(matches!(
        altered.verify_self(),
        Err(SealError::OtherStatementSigned)
    ));
}

/// Values that would break trust later are refused before signing.
#[test]
fn invalid_fields_are_named() {
    let root = RootKey::generate().unwrap();
    let good = manifest(&root, 1);
    type Change = fn(&mut KeyManifest);
    let changes: [(&str, Change); 7] = [
        ("party", |m| m.party = "d e".into()),
        ("version", |m| m.version = 0),
        ("signing", |m| m.signing = m.root.clone()),
        ("logs.vkey", |m| m.logs[0].vkey.push('A')),
        ("logs.name", |m| m.logs.push(m.logs[0].clone())),
        ("tls_spki_sha256", |m| {
            m.tls_spki_sha256[0] = "AB".repeat(32)
        }),
        ("valid_until", |m| m.valid_until = m.valid_from.clone()),
    ];
    for (expected, change) in changes {
        let mut bad = good.clone();
        change(&mut bad);
        let refused = SignedKeyManifest::sign_with(bad, &root);
        assert!(
            matches!(refused, Err(SealError::InvalidField { field, .. }) if field == expected),
            "{expected}"
        );
    }
}

/// Both ends of the validity belong to it.
#[test]
fn validity_includes_both_ends() {
    let manifest = manifest(&RootKey::generate().unwrap(), 1);
    let at = |time: &str| manifest.is_valid_at(time.parse().unwrap()).unwrap();
    assert!(at("2026-11-01T00:00:00Z") && at("2027-01-30T00:00:00Z"));
    assert!(!at("2026-10-31T23:59:59.999Z") && !at("2027-01-30T00:00:00.001Z"));
}

/// A third party's note tool can check the Ed25519 line with the verifier key printed in the manifest.
#[test]
fn ed25519_line_is_a_plain_signed_note() {
    let root = RootKey::generate().unwrap();
    let signed = SignedKeyManifest::sign_with(manifest(&root, 1), &root).unwrap();
    let spelled = serde_json::to_value(root.verifying_key()).unwrap();
    let verifier = Ed25519Verifier::from_vkey(spelled["ed25519"].as_str().unwrap()).unwrap();
    let note = Note::parse(signed.signatures()).unwrap();
    assert!(
        journal::note::verify(&note, &[&verifier])
            .unwrap()
            .signed_by(&verifier)
    );
    assert_eq!(
        note.text(),
        format!("kontaktstelle/keys/v1\n{}\n", signed.id())
    );
}

/// The two keys of a pair are bound to each other: a mixed pair, or a renamed one, is not a key.
#[test]
fn mixed_pairs_are_refused() {
    let spelled = |seed: u8| {
        serde_json::to_value(
            RootKey::from_secret_bytes(&[seed; 64])
                .unwrap()
                .verifying_key(),
        )
        .unwrap()
    };
    let (one, two) = (spelled(1), spelled(2));
    assert!(serde_json::from_value::<VerifyingKey>(one.clone()).is_ok());
    let mut mixed = one.clone();
    mixed["ml_dsa_65"] = two["ml_dsa_65"].clone();
    assert!(serde_json::from_value::<VerifyingKey>(mixed).is_err());
    let mut swapped = one.clone();
    swapped["ml_dsa_65"] = one["ed25519"].clone();
    assert!(serde_json::from_value::<VerifyingKey>(swapped).is_err());
}

/// Secrets survive the key store unchanged, and never show in a log line.
#[test]
fn secrets_are_kept_and_hidden() {
    let root = RootKey::generate().unwrap();
    let again = RootKey::from_secret_bytes(&root.to_secret_bytes()).unwrap();
    assert_eq!(again.verifying_key(), root.verifying_key());
    let log = LogKey::from_secret_bytes(&[7; 32]).unwrap();
    assert_eq!(log.to_secret_bytes().as_slice(), [7; 32]);
    assert_eq!(format!("{log:?}"), "LogKey(secret)");
    let hidden = hex::encode(root.to_secret_bytes());
    assert!(!format!("{root:?}").contains(&hidden[..8]));
    for wrong in [0, 63, 65] {
        assert!(RootKey::from_secret_bytes(&vec![1; wrong]).is_err());
    }
}
