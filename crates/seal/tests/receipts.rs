//! What a sender may rely on when holding a receipt, offline and years later.
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeMap;

use journal::checkpoint::Checkpoint;
use journal::entry::{EntryBody, Salt, leaf_bytes, open_fields};
use journal::hash::{Hash, leaf_hash, node_hash, sha256};
use journal::log_key::LogVerifier;
use journal::note::NoteSigner;
use journal::opening::Opening;
use journal::proof_file::ProofFile;
use seal::keys::{LogKey, SigningKey};
use seal::receipt::{ReceiptEvent, ReceiptFormat, ReceiptStatement, SignedReceipt};
use seal::{SealError, SignatureAlgorithm, Suite};
use serde_json::{Value, json};

const ORIGIN: &str = "cn.contact.example/exchange/de";

fn entry(message: Hash, event: ReceiptEvent) -> (EntryBody, Salt) {
    let fields = BTreeMap::from([
        ("event".to_owned(), json!(event.code())),
        ("kind".to_owned(), json!("message.accepted")),
        ("message".to_owned(), json!(message)),
        ("officer".to_owned(), json!("who is nobody's business")),
        ("time".to_owned(), json!("2026-11-23T14:00:01.000Z")),
    ]);
    (EntryBody::new(fields).unwrap(), Salt::new([3; 32]))
}

fn statement(message: Hash, event: ReceiptEvent) -> ReceiptStatement {
    ReceiptStatement {
        format: ReceiptFormat::V1,
        event,
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

/// The log's key, under the name of one of its logs.
struct Log {
    key: LogKey,
    origin: &'static str,
}

impl Log {
    fn verifier(&self) -> LogVerifier {
        LogVerifier::from_vkeys(&self.key.vkeys(self.origin)).unwrap()
    }

    /// A log of two entries; ours is the second.
    fn proof(&self, leaf: &[u8], index: u64) -> String {
        let first = leaf_hash(b"another entry");
        let checkpoint = Checkpoint {
            origin: self.origin.into(),
            size: 2,
            root: node_hash(&first, &leaf_hash(leaf)),
        };
        let signers = self.key.signers(self.origin);
        let signers: Vec<&dyn NoteSigner> = signers
            .iter()
            .map(|s| s.as_ref() as &dyn NoteSigner)
            .collect();
        ProofFile {
            extra: None,
            index,
            proof: vec![first],
            checkpoint: checkpoint.sign(&signers).unwrap(),
        }
        .to_string()
    }
}

struct Receiver {
    key: SigningKey,
    log: Log,
}

const D1: ReceiptEvent = ReceiptEvent::ContentConsignment;

impl Receiver {
    fn new() -> Self {
        Self {
            key: SigningKey::generate(Suite::K1).unwrap(),
            log: Log {
                key: LogKey::generate().unwrap(),
                origin: ORIGIN,
            },
        }
    }

    fn opening(message: Hash, event: ReceiptEvent) -> (Opening, Vec<u8>) {
        let (body, salt) = entry(message, event);
        (
            open_fields(&body, &salt, &["event", "kind", "message", "time"]),
            leaf_bytes(&body, &salt),
        )
    }

    fn sign(&self, event: ReceiptEvent, message: Hash) -> Result<SignedReceipt, SealError> {
        let (opening, leaf) = Self::opening(message, event);
        let proof = self.log.proof(&leaf, 1);
        SignedReceipt::sign(statement(message, event), &self.key, opening, proof)
    }

    fn receipt(&self, message: Hash) -> SignedReceipt {
        self.sign(D1, message).unwrap()
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
        Err(SealError::MissingSignature(SignatureAlgorithm::Ed25519))
    ));
    let refused = receipt.verify(&cn.key.verifying_key(), &other.log.verifier());
    assert!(matches!(refused, Err(SealError::ReceiptProof(_))));
    let elsewhere = Log {
        key: LogKey::generate().unwrap(),
        origin: "cn.contact.example/office",
    };
    let refused = receipt.verify(&cn.key.verifying_key(), &elsewhere.verifier());
    assert!(matches!(
        refused,
        Err(SealError::ReceiptEntry("log_origin"))
    ));
}

/// A checkpoint without the log's second signature proves nothing: an attacker who breaks one algorithm has not both.
#[test]
fn stripped_log_signature_is_refused() {
    let cn = Receiver::new();
    let receipt = cn.receipt(sha256(b"message"));
    for kept in [0, 1] {
        let stripped = tampered(&receipt, |document| {
            let proof = document["proof"].as_str().unwrap().to_owned();
            let (text, lines) = proof.rsplit_once("\n\n").unwrap();
            let line = lines.lines().nth(kept).unwrap();
            document["proof"] = format!("{text}\n\n{line}\n").into();
        })
        .unwrap();
        let refused = stripped.verify(&cn.key.verifying_key(), &cn.log.verifier());
        assert!(matches!(refused, Err(SealError::ReceiptProof(_))));
    }
}

/// Every event that is the receiver's can be receipted, and none that is the sender's own.
#[test]
fn only_the_receivers_events_are_receipted() {
    let cn = Receiver::new();
    let receiptable: Vec<&str> = ReceiptEvent::ALL
        .into_iter()
        .filter(|event| match cn.sign(*event, sha256(b"message")) {
            Ok(receipt) => {
                receipt
                    .verify(&cn.key.verifying_key(), &cn.log.verifier())
                    .unwrap();
                true
            }
            Err(SealError::InvalidField { field: "event", .. }) => false,
            Err(other) => panic!("{other}"),
        })
        .map(ReceiptEvent::code)
        .collect();
    assert_eq!(receiptable, ["D.1", "D.2", "E.1", "E.2"]);
    for event in ReceiptEvent::ALL {
        assert_eq!(ReceiptEvent::from_code(event.code()), Some(event));
    }
    assert_eq!(ReceiptEvent::from_code("B.1"), None);
}

/// The log entry of "lies ready, unread" cannot be shown as proof that the content was handed over, nor one that hides
/// which event it records.
#[test]
fn entry_of_one_event_proves_no_other() {
    let cn = Receiver::new();
    let message = sha256(b"message");
    let (opening, leaf) = Receiver::opening(message, D1);
    let proof = cn.log.proof(&leaf, 1);
    let handed_over = statement(message, ReceiptEvent::ContentHandover);
    let refused = SignedReceipt::sign(handed_over, &cn.key, opening, proof.clone());
    assert!(matches!(refused, Err(SealError::ReceiptEntry("event"))));
    let (body, salt) = entry(message, D1);
    let hidden = open_fields(&body, &salt, &["message"]);
    let refused = SignedReceipt::sign(statement(message, D1), &cn.key, hidden, proof);
    assert!(matches!(refused, Err(SealError::ReceiptEntry("event"))));
}

/// The proof must be for the entry that shows this message, at the place stated.
#[test]
fn proof_of_something_else_is_refused() {
    let cn = Receiver::new();
    let (message, other) = (sha256(b"message"), sha256(b"another message"));
    let (opening, leaf) = Receiver::opening(message, D1);
    let good = cn.log.proof(&leaf, 1);
    let sign = |opening: Opening, proof: String| {
        SignedReceipt::sign(statement(message, D1), &cn.key, opening, proof)
    };

    // The entry speaks of another message, or hides of which.
    let (other_opening, other_leaf) = Receiver::opening(other, D1);
    let refused = sign(other_opening, cn.log.proof(&other_leaf, 1));
    assert!(matches!(refused, Err(SealError::ReceiptEntry("message"))));
    let (body, salt) = entry(message, D1);
    let refused = sign(open_fields(&body, &salt, &["kind"]), good.clone());
    assert!(matches!(refused, Err(SealError::ReceiptEntry("message"))));

    // The proof is for another place, or is none.
    let refused = sign(opening.clone(), cn.log.proof(&leaf, 0));
    assert!(matches!(
        refused,
        Err(SealError::ReceiptEntry("entry_index"))
    ));
    assert!(matches!(
        sign(opening.clone(), "x".into()),
        Err(SealError::ReceiptProof(_))
    ));

    // The proof is for another leaf, or of another log under the same key.
    let office = Log {
        key: LogKey::from_secret_bytes(&cn.log.key.to_secret_bytes()).unwrap(),
        origin: "cn.contact.example/office",
    };
    for proof in [cn.log.proof(&other_leaf, 1), office.proof(&leaf, 1)] {
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
