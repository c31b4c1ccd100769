//! What the root's holders rely on when they sign apart from each other: two of three, each known, each counted once.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use seal::SealError;
use seal::key_manifest::SignedKeyManifest;
use seal::key_manifest::ceremony::{HolderSignature, KeyManifestDraft};
use seal::keys::{Fingerprint, HolderKey, MAX_HOLDERS, Root};
use serde_json::Value;
use support::{holders, manifest, root, signed};

/// The draft and the signatures travel as files between machines, and any two holders make it whole.
#[test]
fn two_holders_sign_apart() {
    let holders = holders(1);
    let draft = KeyManifestDraft::new(manifest(&root(&holders))).unwrap();
    let file = draft.to_json().unwrap() + "\n";
    let at_holder = |holder: &HolderKey| {
        let read = KeyManifestDraft::from_json(file.as_bytes()).unwrap();
        assert_eq!(read.id(), draft.id());
        read.sign_with(holder).unwrap().to_string()
    };
    let files = holders.each_ref().map(at_holder);
    for pair in [[0, 1], [1, 2], [2, 0]] {
        let signatures = pair.map(|at| files[at].parse::<HolderSignature>().unwrap());
        for (signature, at) in signatures.iter().zip(pair) {
            let signer = draft.check(signature).unwrap();
            assert_eq!(*signer, holders[at].verifying_key());
        }
        draft
            .clone()
            .assemble(&signatures)
            .unwrap()
            .verify_self()
            .unwrap();
    }
}

/// One holder is not enough, however often they sign.
#[test]
fn one_holder_counts_once() {
    let holders = holders(1);
    let draft = KeyManifestDraft::new(manifest(&root(&holders))).unwrap();
    let once = draft.sign_with(&holders[0]).unwrap();
    let again = draft.sign_with(&holders[0]).unwrap();
    assert_ne!(once, again, "signing is randomised");
    let refused = draft.clone().assemble(&[once.clone(), again.clone()]);
    assert!(matches!(
        refused,
        Err(SealError::TooFewHolders {
            found: 1,
            needed: 2
        })
    ));
    assert!(matches!(
        draft.clone().assemble(&[]),
        Err(SealError::TooFewHolders {
            found: 0,
            needed: 2
        })
    ));
    // Nor if the lines are put into the document by hand.
    let good = draft
        .clone()
        .assemble(&[once.clone(), draft.sign_with(&holders[1]).unwrap()])
        .unwrap();
    let lines = |signature: &HolderSignature| {
        let text = signature.to_string();
        text.rsplit_once("\n\n").unwrap().1.to_owned()
    };
    let text = good.signatures().rsplit_once("\n\n").unwrap().0;
    let forged = format!("{text}\n\n{}{}", lines(&once), lines(&again));
    let refused = with_signatures(&good, &forged).verify_self();
    assert!(matches!(refused, Err(SealError::DuplicateSignature(_))));
}

fn with_signatures(signed: &SignedKeyManifest, signatures: &str) -> SignedKeyManifest {
    let mut document: Value = serde_json::from_str(&signed.to_json().unwrap()).unwrap();
    document["signatures"] = signatures.into();
    SignedKeyManifest::from_json(&serde_json_canonicalizer::to_vec(&document).unwrap()).unwrap()
}

/// A stranger's line beside good ones is an error, and so is a holder's line that lacks its partner or does not hold: a
/// third signature can spoil a document, but never silently be passed over.
#[test]
fn every_line_must_be_good() {
    let (own, strangers) = (holders(1), holders(101));
    let draft = KeyManifestDraft::new(manifest(&root(&own))).unwrap();
    assert!(matches!(
        draft.sign_with(&strangers[0]),
        Err(SealError::UnknownHolder(_))
    ));
    let good = signed(draft.manifest().clone(), &own);
    let (text, lines) = good.signatures().rsplit_once("\n\n").unwrap();
    let lines: Vec<_> = lines.lines().collect();
    assert_eq!(lines.len(), 4);
    for at in 0..4 {
        let mut kept = lines.clone();
        kept.remove(at);
        let stripped = with_signatures(&good, &format!("{text}\n\n{}\n", kept.join("\n")));
        assert!(matches!(
            stripped.verify_self(),
            Err(SealError::MissingSignature(_))
        ));
    }
    // The stranger signs the same manifest, as a holder of their own root would.
    let theirs = KeyManifestDraft::new(manifest(&root(&strangers))).unwrap();
    let stranger = theirs.sign_with(&strangers[0]).unwrap().to_string();
    let stranger = stranger.rsplit_once("\n\n").unwrap().1;
    let joined = with_signatures(&good, &format!("{}{stranger}", good.signatures()));
    assert!(matches!(
        joined.verify_self(),
        Err(SealError::ForeignSignature(_))
    ));
    // A third holder's signature of another manifest.
    let other = KeyManifestDraft::new(manifest(&root(&own))).unwrap();
    let other = other.sign_with(&own[2]).unwrap();
    assert!(matches!(
        draft.check(&other),
        Err(SealError::OtherStatementSigned)
    ));
    let other = other.to_string();
    let moved = other.rsplit_once("\n\n").unwrap().1;
    let joined = with_signatures(&good, &format!("{}{moved}", good.signatures()));
    assert!(matches!(
        joined.verify_self(),
        Err(SealError::BadSignature(_))
    ));
}

/// Any number of holders, but never so few that two groups could each sign without the other's knowledge.
#[test]
fn roots_have_a_majority() {
    let keys: Vec<_> = (1..=6)
        .map(|seed| {
            HolderKey::from_secret_bytes(&[seed; 80])
                .unwrap()
                .verifying_key()
        })
        .collect();
    for (threshold, count, good) in [
        (1, 1, true),
        (2, 3, true),
        (3, 3, true),
        (3, 5, true),
        (0, 1, false),
        (1, 2, false),
        (1, 3, false),
        (2, 4, false),
        (4, 3, false),
        (1, 0, false),
        (4, MAX_HOLDERS + 1, false),
    ] {
        let root = Root::new(threshold, keys[..count].to_vec());
        assert_eq!(root.is_ok(), good, "{threshold} of {count}");
    }
    let twice = [keys[0].clone(), keys[1].clone(), keys[0].clone()];
    assert!(Root::two_of_three(twice).is_err());
    // Half of a holder's key is not another holder.
    let mut secret = [1; 80];
    secret[32..].fill(7);
    let half = HolderKey::from_secret_bytes(&secret)
        .unwrap()
        .verifying_key();
    assert!(Root::two_of_three([keys[0].clone(), keys[1].clone(), half]).is_err());
}

/// The fingerprint is that of the holders and the threshold, in whatever order they are named, and is read as people type.
#[test]
fn fingerprint_is_for_people() {
    let keys = holders(1).map(|holder| holder.verifying_key());
    let one = Root::two_of_three(keys.clone()).unwrap();
    let [a, b, c] = keys.clone();
    let other = Root::two_of_three([c, a, b]).unwrap();
    assert_eq!(one, other);
    assert_eq!(one.fingerprint(), other.fingerprint());
    assert_ne!(
        Root::new(3, keys.to_vec()).unwrap().fingerprint(),
        one.fingerprint()
    );
    assert_ne!(root(&holders(2)).fingerprint(), one.fingerprint());

    let shown = one.fingerprint().to_string();
    let canonical = one.to_json().unwrap();
    let digits = shown.replace([' ', '\n'], "");
    assert_eq!(
        digits,
        hex::encode(journal::hash::sha256(canonical.as_bytes()).0)
    );
    let lines: Vec<_> = shown.lines().collect();
    assert_eq!(lines.len(), 2);
    for line in &lines {
        assert_eq!(line.split(' ').map(str::len).collect::<Vec<_>>(), [4; 8]);
    }
    assert_eq!(
        shown.to_uppercase().parse::<Fingerprint>().unwrap(),
        one.fingerprint()
    );
    assert!(shown.get(1..).unwrap().parse::<Fingerprint>().is_err());
}

/// A root has one spelling: what is read back is the same, another order of the same holders is refused.
#[test]
fn roots_have_one_spelling() {
    let root = root(&holders(1));
    let text = root.to_json().unwrap();
    assert_eq!(Root::from_json(text.as_bytes()).unwrap(), root);
    let mut turned: Value = serde_json::from_str(&text).unwrap();
    turned["holders"].as_array_mut().unwrap().reverse();
    let turned = serde_json_canonicalizer::to_vec(&turned).unwrap();
    assert!(Root::from_json(&turned).is_err());
    let spaced = text.replace(':', ": ");
    assert!(Root::from_json(spaced.as_bytes()).is_err());
}

/// A holder's secret survives the key store and never shows.
#[test]
fn holder_secrets_are_kept_and_hidden() {
    let key = HolderKey::generate().unwrap();
    let secret = key.to_secret_bytes().unwrap();
    let again = HolderKey::from_secret_bytes(&secret).unwrap();
    assert_eq!(again.verifying_key(), key.verifying_key());
    assert!(!format!("{key:?}").contains(&hex::encode(&secret)[..8]));
    for wrong in [0, 79, 81] {
        assert!(HolderKey::from_secret_bytes(&vec![1; wrong]).is_err());
    }
}
