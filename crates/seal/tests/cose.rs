//! What an exported COSE Receipt (RFC 9942) proves, to us and to others.
#![allow(clippy::unwrap_used, missing_docs)]

use journal::hash::{Hash, leaf_hash, node_hash};
use journal::note::Ed25519Verifier;
use proptest::prelude::*;
use seal::SealError;
use seal::cose::{Inclusion, Proven, receipt, verify};
use seal::keys::LogKey;
use serde_json::Value;

const ORIGIN: &str = "cn.contact.example/exchange/de";
const SUBJECT: &str = "message";

/// Leaves of a log of `size` entries.
fn leaves(size: u64) -> Vec<Hash> {
    (0..size).map(|n| leaf_hash(&n.to_be_bytes())).collect()
}

/// Root and inclusion path by the recursive definition of RFC 9162 2.1.1 and 2.1.3.1, not by the algorithm we check with.
fn root_and_path(leaves: &[Hash], index: usize) -> (Hash, Vec<Hash>) {
    if let [leaf] = leaves {
        return (*leaf, Vec::new());
    }
    let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
    let (near, far, index_near) = match index.checked_sub(left.len()) {
        None => (left, right, index),
        Some(index) => (right, left, index),
    };
    let (near_root, mut path) = root_and_path(near, index_near);
    let (far_root, _) = root_and_path(far, 0);
    path.push(far_root);
    let root = match index < left.len() {
        true => node_hash(&near_root, &far_root),
        false => node_hash(&far_root, &near_root),
    };
    (root, path)
}

fn inclusion(index: u64, size: u64) -> (Inclusion, Hash) {
    let leaves = leaves(size);
    let (root, path) = root_and_path(&leaves, index as usize);
    let leaf = leaves[index as usize];
    let inclusion = Inclusion {
        leaf,
        index,
        size,
        path,
    };
    (inclusion, root)
}

fn verifier(key: &LogKey) -> Ed25519Verifier {
    Ed25519Verifier::from_vkey(&key.vkeys(ORIGIN)[0]).unwrap()
}

/// Every place of small logs can be proven, and the receipt says which log it is of and what about.
#[test]
fn receipts_hold_for_every_place() {
    let key = LogKey::generate().unwrap();
    for size in 1..=17 {
        for index in 0..size {
            let (inclusion, root) = inclusion(index, size);
            let bytes = receipt(&inclusion, &root, ORIGIN, SUBJECT, &key).unwrap();
            let proven = verify(&bytes, &inclusion.leaf, &verifier(&key)).unwrap();
            let expected = Proven {
                inclusion,
                root,
                origin: Some(ORIGIN.to_owned()),
                subject: Some(SUBJECT.to_owned()),
            };
            assert_eq!(proven, expected);
        }
    }
}

/// A receipt is for one entry and by one log.
#[test]
fn other_entries_and_keys_are_refused() {
    let (key, other) = (LogKey::generate().unwrap(), LogKey::generate().unwrap());
    let (inclusion, root) = inclusion(3, 7);
    let bytes = receipt(&inclusion, &root, ORIGIN, SUBJECT, &key).unwrap();
    for (leaf, key) in [(leaves(7)[2], &key), (inclusion.leaf, &other)] {
        let refused = verify(&bytes, &leaf, &verifier(key));
        assert!(matches!(
            refused,
            Err(SealError::Cose("signature does not verify"))
        ));
    }
}

/// Nothing is issued that would not hold.
#[test]
fn false_proof_is_not_signed() {
    let key = LogKey::generate().unwrap();
    let (good, root) = inclusion(3, 7);
    let mut wrong = good.clone();
    wrong.index = 2;
    assert!(matches!(
        receipt(&wrong, &root, ORIGIN, SUBJECT, &key),
        Err(SealError::Cose(_))
    ));
    assert!(matches!(
        receipt(&good, &good.leaf, ORIGIN, SUBJECT, &key),
        Err(SealError::Cose(_))
    ));
}

/// A receipt written by another implementation (see `vectors/README.md`) holds here.
#[test]
fn foreign_receipt_holds() {
    let vector: Value = serde_json::from_str(include_str!("vectors/cose/scitt-cose.json")).unwrap();
    let bytes = |field: &str| hex::decode(vector[field].as_str().unwrap()).unwrap();
    let public: [u8; 32] = bytes("public_key").try_into().unwrap();
    let key = Ed25519Verifier::new("x", &public).unwrap();
    let leaf = leaf_hash(&bytes("entry"));
    let proven = verify(&bytes("receipt"), &leaf, &key).unwrap();
    assert_eq!(proven.inclusion.index, vector["index"]);
    assert_eq!(proven.inclusion.size, vector["size"]);
    assert_eq!(proven.root.0.as_slice(), bytes("root"));
}

proptest! {
    /// One flipped bit anywhere makes a receipt worthless or changes nothing that is signed: RFC 9942 has the log sign
    /// the root alone, so where several sizes and places have the same path, the receipt does not tell them apart.
    #[test]
    fn flipped_bits_are_noticed(at in any::<proptest::sample::Index>(), bit in 0..8_u32) {
        static ISSUED: std::sync::LazyLock<(Vec<u8>, Proven, LogKey)> = std::sync::LazyLock::new(|| {
            let key = LogKey::generate().unwrap();
            let (inclusion, root) = inclusion(3, 7);
            let bytes = receipt(&inclusion, &root, ORIGIN, SUBJECT, &key).unwrap();
            let proven = verify(&bytes, &inclusion.leaf, &verifier(&key)).unwrap();
            (bytes, proven, key)
        });
        let (issued, good, key) = &*ISSUED;
        let mut bytes = issued.clone();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        if let Ok(mut found) = verify(&bytes, &good.inclusion.leaf, &verifier(key)) {
            found.inclusion.size = good.inclusion.size;
            found.inclusion.index = good.inclusion.index;
            prop_assert_eq!(&found, good, "byte {} bit {}", at, bit);
        }
    }

    /// Bytes from outside never end in a panic.
    #[test]
    fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let key = verifier(&LogKey::from_secret_bytes(&[1; 64]).unwrap());
        for start in [&b""[..], b"\xd2\x84", b"\xd2\x84\x43\xa1\x01\x27\xa0\xf6"] {
            prop_assert!(verify(&[start, &bytes].concat(), &Hash([0; 32]), &key).is_err());
        }
    }
}
