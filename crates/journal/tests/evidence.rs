//! Proof files and extracts: evidence that leaves the house and must stand on its own.
#![cfg(feature = "sign")]
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::convert::Infallible;

use journal::checkpoint::{Checkpoint, CheckpointError};
use journal::edge::Edge;
use journal::entry::{EntryBody, Salt, leaf_bytes, open_fields};
use journal::extract::{Extract, ExtractEntry, ExtractError};
use journal::hash::{Hash, leaf_hash, sha256};
use journal::note::{Ed25519Signer, NoteSigner, NoteVerifier, TYPE_PRIVATE, key_id};
use journal::proof::{TileReader, VerifyError, inclusion_proof};
use journal::proof_file::{ProofFile, ProofFileError};
use journal::tile::TileId;
use proptest::prelude::*;
use serde_json::json;

const ORIGIN: &str = "de.kontaktstelle.example/exchange/cn";

fn signer() -> Ed25519Signer {
    Ed25519Signer::from_seed(ORIGIN, [7; 32])
}

/// Stands in for a log key where thousands of checks would make a real one slow.
struct FastKey;

impl NoteSigner for FastKey {
    fn name(&self) -> &str {
        ORIGIN
    }
    fn key_id(&self) -> u32 {
        key_id(ORIGIN, TYPE_PRIVATE, b"test")
    }
    fn sign(&self, text: &[u8]) -> Vec<u8> {
        sha256(text).0.to_vec()
    }
}

impl NoteVerifier for FastKey {
    fn name(&self) -> &str {
        ORIGIN
    }
    fn key_id(&self) -> u32 {
        NoteSigner::key_id(self)
    }
    fn verify(&self, text: &[u8], signature: &[u8]) -> bool {
        sha256(text).0 == signature
    }
}

struct Log {
    tiles: BTreeMap<TileId, Vec<Hash>>,
    head: Checkpoint,
}

impl TileReader for Log {
    type Error = Infallible;

    fn tile(&self, id: TileId, width: u16) -> Result<Vec<Hash>, Infallible> {
        Ok(self.tiles[&id].iter().copied().take(width.into()).collect())
    }
}

fn body(index: u64) -> EntryBody {
    let kind = if index.is_multiple_of(3) {
        "request.received"
    } else {
        "message.sent"
    };
    let fields = json!({ "kind": kind, "number": index, "person": "confidential" });
    serde_json::from_value(fields).unwrap()
}

fn salt(index: u64) -> Salt {
    Salt::new(sha256(&index.to_be_bytes()).0)
}

fn log(size: u64) -> Log {
    let leaves: Vec<Hash> = (0..size)
        .map(|i| leaf_hash(&leaf_bytes(&body(i), &salt(i))))
        .collect();
    let mut edge = Edge::new();
    let tiles = edge
        .append_all(&leaves)
        .into_iter()
        .map(|u| (u.id, u.hashes))
        .collect();
    Log {
        tiles,
        head: Checkpoint {
            origin: ORIGIN.into(),
            size,
            root: edge.root(),
        },
    }
}

fn extract(
    log: &Log,
    indices: impl Iterator<Item = u64>,
    complete: bool,
    key: &dyn NoteSigner,
) -> Extract {
    let entry = |index| ExtractEntry {
        index,
        opening: open_fields(&body(index), &salt(index), &["kind", "number"]),
        proof: match complete {
            true => Vec::new(),
            false => inclusion_proof(log, index, log.head.size).unwrap(),
        },
    };
    Extract {
        log: "exchange-cn".into(),
        checkpoint: log.head.sign(&[key]).unwrap(),
        entries: indices.map(entry).collect(),
        complete,
    }
}

/// A complete extract proves a count: it verifies as sent, and only whole.
#[test]
fn a_complete_extract_proves_a_count() {
    let log = log(300);
    let sent = serde_json::to_string(&extract(&log, 0..300, true, &signer())).unwrap();
    assert!(!sent.contains("confidential"));
    let received: Extract = serde_json::from_str(&sent).unwrap();
    let proven = received.verify(ORIGIN, &[&signer().verifier()]).unwrap();
    assert_eq!(
        (proven.checkpoint(), proven.is_complete()),
        (&log.head, true)
    );
    let requests = proven
        .entries()
        .iter()
        .filter(|e| e.opening.get("kind") == Some(&json!("request.received")));
    assert_eq!(requests.count(), 100);
}

/// The empty log proves a zero too.
#[test]
fn an_empty_log_proves_zero() {
    let zero = extract(&log(0), 0..0, true, &signer());
    assert!(
        zero.verify(ORIGIN, &[&signer().verifier()])
            .unwrap()
            .entries()
            .is_empty()
    );
}

/// Leaving out, repeating, exchanging or adding an entry is noticed, and the error names the place.
#[test]
fn an_incomplete_extract_does_not_pass_as_complete() {
    let log = log(20);
    let whole = extract(&log, 0..20, true, &FastKey);
    let check = |change: &dyn Fn(&mut Extract)| {
        let mut changed = whole.clone();
        change(&mut changed);
        changed.verify(ORIGIN, &[&FastKey]).map(|_| ()).unwrap_err()
    };
    let log = || "exchange-cn".to_owned();
    assert_eq!(
        check(&|e| drop(e.entries.pop())),
        ExtractError::NotComplete {
            log: log(),
            found: 19,
            size: 20
        }
    );
    assert_eq!(
        check(&|e| e.entries[4] = e.entries[3].clone()),
        ExtractError::OutOfPlace {
            log: log(),
            index: 3
        }
    );
    assert_eq!(
        check(&|e| e.entries.swap(4, 5)),
        ExtractError::OutOfPlace {
            log: log(),
            index: 5
        }
    );
    assert_eq!(
        check(&|e| e.entries[4].opening = e.entries[3].opening.clone()),
        ExtractError::Root {
            log: log(),
            size: 20
        }
    );
    assert_eq!(
        check(&|e| e.entries[4].proof.push(sha256(b""))),
        ExtractError::NeedlessProof {
            log: log(),
            index: 4
        }
    );
    assert_eq!(
        check(&|e| e.complete = false).to_string(),
        "extract of log exchange-cn: entry 0 is not proven"
    );
}

/// Selected entries are proven one by one; an entry cannot be counted twice.
#[test]
fn a_selection_proves_each_entry() {
    let log = log(300);
    let selection = extract(&log, [0, 7, 255, 256, 299].into_iter(), false, &FastKey);
    let proven = selection.verify(ORIGIN, &[&FastKey]).unwrap();
    assert_eq!((proven.entries().len(), proven.is_complete()), (5, false));

    let mut twice = selection.clone();
    twice.entries.insert(1, twice.entries[0].clone());
    let out_of_place = ExtractError::OutOfPlace {
        log: "exchange-cn".into(),
        index: 0,
    };
    assert_eq!(twice.verify(ORIGIN, &[&FastKey]), Err(out_of_place));
    let mut beyond = selection.clone();
    beyond.entries[4].index = u64::MAX;
    assert!(matches!(
        beyond.verify(ORIGIN, &[&FastKey]),
        Err(ExtractError::Entry {
            index: u64::MAX,
            source: VerifyError::NoSuchEntry { .. },
            ..
        })
    ));
    let mut as_all = selection.clone();
    as_all.complete = true;
    assert!(matches!(
        as_all.verify(ORIGIN, &[&FastKey]),
        Err(ExtractError::NotComplete { .. })
    ));
}

/// An extract of another log, or under a head nobody we know has signed, proves nothing.
#[test]
fn the_checkpoint_of_an_extract_must_be_ours() {
    let whole = extract(&log(3), 0..3, true, &signer());
    let stranger = Ed25519Signer::from_seed(ORIGIN, [8; 32]).verifier();
    for refused in [
        whole.verify("de.kontaktstelle.example/office", &[&signer().verifier()]),
        whole.verify(ORIGIN, &[&stranger]),
        whole.verify(ORIGIN, &[]),
    ] {
        assert!(matches!(refused, Err(ExtractError::Checkpoint { .. })));
    }
}

/// No single bit of the leaf data can be changed: not a value, not an index, not a salt, not a proof.
#[test]
fn any_flipped_bit_of_an_extract_is_noticed() {
    let log = log(3);
    for complete in [true, false] {
        let whole = extract(&log, 0..3, complete, &FastKey);
        assert!(whole.verify(ORIGIN, &[&FastKey]).is_ok());
        let entries = serde_json::to_vec(&whole.entries).unwrap();
        for (at, bit) in (0..entries.len()).flat_map(|at| (0..8).map(move |bit| (at, bit))) {
            let mut flipped = entries.clone();
            flipped[at] ^= 1 << bit;
            let Ok(entries) = serde_json::from_slice(&flipped) else {
                continue;
            };
            let altered = Extract {
                entries,
                ..whole.clone()
            };
            assert!(
                altered.verify(ORIGIN, &[&FastKey]).is_err(),
                "byte {at}, bit {bit}"
            );
        }
    }
}

fn receipt(index: u64, size: u64, extra: Option<Vec<u8>>) -> (ProofFile, Vec<u8>) {
    let log = log(size);
    let file = ProofFile {
        extra,
        index,
        proof: inclusion_proof(&log, index, size).unwrap(),
        checkpoint: log.head.sign(&[&signer()]).unwrap(),
    };
    (file, leaf_bytes(&body(index), &salt(index)))
}

/// A receipt, written and read as the specification says, proves its entry offline, and only that.
#[test]
fn a_receipt_proves_its_entry() {
    for extra in [None, Some(Vec::new()), Some(b"note to the reader".to_vec())] {
        let (file, entry) = receipt(5, 7, extra);
        let text = file.to_string();
        let read = ProofFile::parse(&text).unwrap();
        assert_eq!(read, file);
        let head = read
            .verify(&entry, ORIGIN, &[&signer().verifier()])
            .unwrap();
        assert_eq!(head, log(7).head);
        assert_eq!(
            read.verify(b"another entry", ORIGIN, &[&signer().verifier()]),
            Err(ProofFileError::Entry {
                index: 5,
                source: VerifyError::Root
            })
        );
        assert!(matches!(
            read.verify(&entry, "other", &[&signer().verifier()]),
            Err(ProofFileError::Checkpoint(CheckpointError::Origin { .. }))
        ));
    }
}

/// The layout, line by line, is that of the example in the specification.
#[test]
fn the_layout_of_a_receipt_is_that_of_the_specification() {
    let (file, _) = receipt(2, 3, Some(b"x".to_vec()));
    let text = file.to_string();
    let lines: Vec<&str> = text.split('\n').collect();
    assert_eq!(
        lines[..3],
        ["c2sp.org/tlog-proof@v1", "extra eA==", "index 2"]
    );
    assert_eq!(lines[3], file.proof[0].to_string());
    assert_eq!(lines[4..7], ["", ORIGIN, "3"]);
    let (single, entry) = receipt(0, 1, None);
    assert!(
        single
            .to_string()
            .starts_with("c2sp.org/tlog-proof@v1\nindex 0\n\n")
    );
    let read = ProofFile::parse(&single.to_string()).unwrap();
    assert!(read.verify(&entry, ORIGIN, &[&signer().verifier()]).is_ok());
}

/// Anything outside the format is refused with the line it is in.
#[test]
fn malformed_receipts_are_refused() {
    let text = receipt(5, 7, Some(b"x".to_vec())).0.to_string();
    let hash = "\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    for (from, to, line) in [
        ("@v1", "@v2", 1),
        ("eA==", "eB==", 2),
        ("index 5", "index 05", 3),
        ("index 5", "index -5", 3),
        ("index", "Index", 3),
        ("extra eA==\nindex 5", "index 5\nextra eA==", 3),
        ("index 5", "index 5\nshort", 4),
        ("index 5", &format!("index 5{}", hash.repeat(64)), 67),
    ] {
        let wrong = text.replacen(from, to, 1);
        assert_eq!(
            ProofFile::parse(&wrong),
            Err(ProofFileError::Line(line)),
            "{to}"
        );
    }
    assert!(ProofFile::parse("").is_err());
    assert!(ProofFile::parse("c2sp.org/tlog-proof@v1\nindex 0\n\nno note\n").is_err());
    assert_eq!(
        ProofFile::parse(&"x".repeat(2_000_001)),
        Err(ProofFileError::TooLarge)
    );
}

proptest! {
    /// No text makes the parsers panic; a receipt that is read has exactly this one spelling.
    #[test]
    fn any_receipt_text_is_read_or_refused(
        at in any::<prop::sample::Index>(), cut in 0..40_usize, insert in "\\PC{0,8}\n?",
    ) {
        let text = receipt(2, 3, None).0.to_string();
        let mut chars: Vec<char> = text.chars().collect();
        let at = at.index(chars.len());
        chars.splice(at..(at + cut).min(text.chars().count()), insert.chars());
        let text: String = chars.into_iter().collect();
        if let Ok(file) = ProofFile::parse(&text) {
            prop_assert_eq!(file.index, 2);
            prop_assert_eq!(file.to_string(), text);
        }
    }

    /// No bytes make the JSON readers panic.
    #[test]
    fn any_json_is_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "[\\[\\]{}:,\"a-z0-9]{0,80}") {
        prop_assert!(serde_json::from_slice::<Extract>(&bytes).is_err());
        prop_assert!(serde_json::from_str::<Extract>(&text).is_err());
    }
}
