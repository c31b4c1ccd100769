//! What a sender may rely on when holding a receipt, offline and years later.
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeMap;

use journal::checkpoint::Checkpoint;
use journal::entry::{EntryBody, Salt, leaf_bytes, open_fields};
use journal::hash::{Hash, leaf_hash, node_hash, sha256};
use journal::note::Ed25519Signer;
use journal::opening::Opening;
use journal::proof_file::ProofFile;
use seal::keys::{LogKey, SigningKey};
use seal::receipt::{ReceiptEvent, ReceiptFormat, ReceiptStatement, SignedReceipt};
use seal::{Line, SealError};
use serde_json::{Value, json};

const ORIGIN: &str = "cn.contact.example/exchange/de";

fn entry(message: Hash) -> (EntryBody, Salt) {
    let fields = BTreeMap::from([
        ("kind".to_owned(), json!("message.received")),
        ("message".to_owned(), json!(message)),
        ("officer".to_owned(), json!("who is nobody's business")),
        ("time".to_owned(), json!("2026-11-23T14:00:01.000Z")),
    ]);
    (EntryBody::new(fields).unwrap(), Salt::new([3; 32]))
}

fn statement(message: Hash) -> ReceiptStatement {
    ReceiptStatement {
        format: ReceiptFormat::V1,
        event: ReceiptEvent::ContentConsignment,
        message,
        sender: "de".into(),
        recipient: "cn".into(),
        seq: 2,
        thread: "0198c0de-0000-7000-8000-000000000001".into(),
        time: "2026-11-23T14:00:01.000Z".into(),
        log_origin: ORIGIN.into(),
        entry_index: 1,
    }
}

/// A log of two entries; ours is the second.
fn proof(signer: &Ed25519Signer, origin: &str, leaf: &[u8], index: u64) -> String {
    let first = leaf_hash(b"another entry");
    let checkpoint = Checkpoint {
        origin: origin.into(),
        size: 2,
        root: node_hash(&first, &leaf_hash(leaf)),
    };
    let checkpoint = checkpoint.sign(&[signer]).unwrap();
    ProofFile {
        extra: None,
        index,
        proof: vec![first],
        checkpoint,
    }
    .to_string()
}

struct Receiver {
    key: SigningKey,
    log: Ed25519Signer,
}

impl Receiver {
    fn new() -> Self {
        Self {
            key: SigningKey::generate().unwrap(),
            log: LogKey::generate().unwrap().signer(ORIGIN),
        }
    }

    fn opening(message: Hash) -> (Opening, Vec<u8>) {
        let (body, salt) = entry(message);
        (
            open_fields(&body, &salt, &["kind", "message", "time"]),
            leaf_bytes(&body, &salt),
        )
    }

    fn receipt(&self, message: Hash) -> SignedReceipt {
        let (opening, leaf) = Self::opening(message);
        let proof = proof(&self.log, ORIGIN, &leaf, 1);
        SignedReceipt::sign(statement(message), &self.key, opening, proof).unwrap()
    }
}

fn tampered(
    receipt: &SignedReceipt,
    change: impl FnOnce(&mut Value),
) -> Result<SignedReceipt, SealError> {
    let mut document: Value = serde_json::from_str(&receipt.to_json().unwrap()).unwrap();
    change(&mut document);
    SignedReceipt::from_json(&serde_json_canonicalizer::to_vec(&document).unwrap())
}

/// A receipt can be checked from the file alone, and does not show what it need not.
#[test]
fn receipt_holds_after_a_round_trip() {
    let cn = Receiver::new();
    let sent = cn.receipt(sha256(b"message"));
    let json = sent.to_json().unwrap();
    assert!(!json.contains("nobody"));
    let kept = SignedReceipt::from_json(json.as_bytes()).unwrap();
    assert_eq!(kept, sent);
    kept.verify(&cn.key.verifying_key(), &cn.log.verifier())
        .unwrap();
    assert_eq!(kept.statement().event.code(), "D.1");
}

/// Another house's signature or another log's proof does not make a receipt.
#[test]
fn wrong_keys_are_refused() {
    let (cn, other) = (Receiver::new(), Receiver::new());
    let receipt = cn.receipt(sha256(b"message"));
    let refused = receipt.verify(&other.key.verifying_key(), &cn.log.verifier());
    assert!(matches!(
        refused,
        Err(SealError::MissingSignature(Line::Ed25519))
    ));
    let refused = receipt.verify(&cn.key.verifying_key(), &other.log.verifier());
    assert!(matches!(refused, Err(SealError::ReceiptProof(_))));
    let elsewhere = LogKey::from_secret_bytes(&[1; 32])
        .unwrap()
        .signer("cn.contact.example/office");
    let refused = receipt.verify(&cn.key.verifying_key(), &elsewhere.verifier());
    assert!(matches!(
        refused,
        Err(SealError::ReceiptEntry("log_origin"))
    ));
}

/// The proof must be for the entry that shows this message, at the place stated.
#[test]
fn proof_of_something_else_is_refused() {
    let cn = Receiver::new();
    let (message, other) = (sha256(b"message"), sha256(b"another message"));
    let (opening, leaf) = Receiver::opening(message);
    let good = proof(&cn.log, ORIGIN, &leaf, 1);
    let sign = |opening: Opening, proof: String| {
        SignedReceipt::sign(statement(message), &cn.key, opening, proof)
    };

    // The entry speaks of another message, or hides of which.
    let (other_opening, other_leaf) = Receiver::opening(other);
    let refused = sign(other_opening, proof(&cn.log, ORIGIN, &other_leaf, 1));
    assert!(matches!(refused, Err(SealError::ReceiptEntry("message"))));
    let (body, salt) = entry(message);
    let refused = sign(open_fields(&body, &salt, &["kind"]), good.clone());
    assert!(matches!(refused, Err(SealError::ReceiptEntry("message"))));

    // The proof is for another place, or is none.
    let refused = sign(opening.clone(), proof(&cn.log, ORIGIN, &leaf, 0));
    assert!(matches!(
        refused,
        Err(SealError::ReceiptEntry("entry_index"))
    ));
    assert!(matches!(
        sign(opening.clone(), "x".into()),
        Err(SealError::ReceiptProof(_))
    ));

    // The proof is for another leaf, or of another log under the same key.
    for proof in [
        proof(&cn.log, ORIGIN, &other_leaf, 1),
        proof(&cn.log, "cn.contact.example/office", &leaf, 1),
    ] {
        let receipt = sign(opening.clone(), proof).unwrap();
        let refused = receipt.verify(&cn.key.verifying_key(), &cn.log.verifier());
        assert!(matches!(refused, Err(SealError::ReceiptProof(_))));
    }
}

/// Nothing in a receipt can be altered.
#[test]
fn altered_receipt_is_refused() {
    let cn = Receiver::new();
    let receipt = cn.receipt(sha256(b"message"));
    let check =
        |receipt: SignedReceipt| receipt.verify(&cn.key.verifying_key(), &cn.log.verifier());

    let altered = tampered(&receipt, |d| {
        d["receipt"]["statement"]["event"] = "ContentHandover".into()
    })
    .unwrap();
    assert!(matches!(
        check(altered),
        Err(SealError::OtherStatementSigned)
    ));
    let altered = tampered(&receipt, |d| d["receipt"]["signatures"] = "x".into()).unwrap();
    assert!(matches!(check(altered), Err(SealError::MalformedNote(_))));
    // The time shown in the entry is bound by the leaf.
    let altered = tampered(&receipt, |d| {
        let fields = d["opening"]["fields"].as_array_mut().unwrap();
        let time = fields
            .iter_mut()
            .find(|f| f["opened"]["name"] == "time")
            .unwrap();
        time["opened"]["value"] = "2026-11-22T14:00:01.000Z".into();
    });
    assert!(matches!(
        check(altered.unwrap()),
        Err(SealError::ReceiptProof(_))
    ));
    assert!(
        tampered(&receipt, |d| d["receipt"]["statement"]["event"] =
            "D.1".into())
        .is_err()
    );
    let refused = tampered(&receipt, |d| d["x"] = 1.into());
    assert!(matches!(refused, Err(SealError::MalformedJson { .. })));
}
