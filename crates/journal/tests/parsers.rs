//! Every reader of outside bytes: whatever comes, it is read or refused, never a panic; and what is
//! read prints as the same bytes, so that nobody can hide a second meaning in a spelling.
#![cfg(feature = "sign")]
#![allow(clippy::unwrap_used)]

use std::fmt::Display;
use std::sync::LazyLock;

use journal::checkpoint::Checkpoint;
use journal::cosignature::{Cosigner, MlDsa44Signer};
use journal::entry::{EntryBody, Salt, leaf_bytes, open_fields};
use journal::extract::{Extract, ExtractEntry};
use journal::hash::{Hash, leaf_hash};
use journal::note::{AnyVerifier, Ed25519Signer, Note, VerifierKey};
use journal::opening::Opening;
use journal::policy::Policy;
use journal::proof_file::ProofFile;
use journal::resource::Resource;
use journal::tile::{decode_bundle, encode_bundle};
use journal::witness::{AddCheckpoint, Answer, parse_size};
use proptest::prelude::*;
use proptest::sample::Index;
use serde::Serialize;
use serde::de::DeserializeOwned;

const ORIGIN: &str = "log.example/office";

fn body() -> EntryBody {
    serde_json::from_str(r#"{"kind":"request.received","number":7,"deep":[{"a":null},"ü"]}"#)
        .unwrap()
}

fn signed() -> String {
    let head = Checkpoint {
        origin: ORIGIN.into(),
        size: 1,
        root: leaf_hash(&leaf_bytes(&body(), &Salt::new([1; 32]))),
    };
    let log = Ed25519Signer::from_seed(ORIGIN, [7; 32]);
    let witness = Cosigner::from_seed("w.example", [3; 32], 1_790_000_000);
    head.sign(&[&log, &witness]).unwrap()
}

fn extract() -> Extract {
    Extract {
        log: "office".into(),
        checkpoint: signed(),
        entries: vec![ExtractEntry {
            index: 0,
            opening: open_fields(&body(), &Salt::new([1; 32]), &["kind", "deep"]),
            proof: vec![leaf_hash(b"x")],
        }],
        complete: false,
    }
}

/// One good document for each reader; the tests spoil them.
static DOCUMENTS: LazyLock<Vec<String>> = LazyLock::new(documents);

fn documents() -> Vec<String> {
    let log = Ed25519Signer::from_seed(ORIGIN, [7; 32]).verifier().vkey();
    let witness = Cosigner::from_seed("w.example", [3; 32], 0)
        .verifier()
        .vkey();
    let pq = MlDsa44Signer::from_seed("w.example", [3; 32], 0)
        .verifier()
        .vkey();
    let hashes = [leaf_hash(b"a"), leaf_hash(b"b")];
    let proof = ProofFile {
        extra: Some(b"extra".to_vec()),
        index: 20_852_163,
        proof: hashes.to_vec(),
        checkpoint: signed(),
    };
    let (text, lines) = signed()
        .rsplit_once("\n\n")
        .map(|(t, l)| (t.to_owned(), l.to_owned()))
        .unwrap();
    vec![
        signed(),
        text + "\n",
        lines,
        proof.to_string(),
        AddCheckpoint::new(0, hashes.to_vec(), &signed())
            .unwrap()
            .to_string(),
        format!("log {log} u\nwitness a {witness}\nwitness b {pq}\ngroup g 1 a b\nquorum g\n"),
        log,
        pq,
        hashes[0].to_string(),
        serde_json::to_string(&extract()).unwrap(),
        serde_json::to_string(&body()).unwrap(),
        "tile/entries/x273/112.p/17".into(),
        "tile/1/x001/x234/067".into(),
        "20852163\n".into(),
    ]
}

/// A change to a text: where, how much of it, and what comes in its place.
#[derive(Debug, Clone)]
struct Edit {
    at: Index,
    cut: usize,
    insert: Vec<u8>,
}

fn edit() -> impl Strategy<Value = Edit> {
    let bytes = prop_oneof![
        Just(Vec::new()),
        proptest::collection::vec(any::<u8>(), 1..4),
        "(\n|\n\n|— | |\\+|=|0|:|\"|,|\\{|\\[|none|\u{212a}|99999999999999999999)"
            .prop_map(String::into_bytes),
    ];
    (any::<Index>(), 0_usize..5, bytes).prop_map(|(at, cut, insert)| Edit { at, cut, insert })
}

fn spoil(document: &str, edits: &[Edit]) -> Vec<u8> {
    let mut bytes = document.as_bytes().to_vec();
    for edit in edits {
        let at = edit.at.index(bytes.len() + 1);
        let end = (at + edit.cut).min(bytes.len());
        bytes.splice(at..end, edit.insert.iter().copied());
    }
    bytes
}

/// What is read from `bytes` prints as `bytes`.
fn prints_back<T: Display, E>(bytes: &[u8], read: Result<T, E>) -> Result<(), TestCaseError> {
    if let Ok(read) = read {
        prop_assert_eq!(read.to_string().into_bytes(), bytes);
    }
    Ok(())
}

/// What is read from JSON prints as JSON that is read as the same. (JSON has many spellings; what is
/// hashed is the one canonical form.)
fn reads_again<T>(text: &str) -> Result<(), TestCaseError>
where
    T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug,
{
    if let Ok(read) = serde_json::from_str::<T>(text) {
        let printed = serde_json::to_string(&read).unwrap();
        prop_assert_eq!(serde_json::from_str::<T>(&printed).unwrap(), read);
    }
    Ok(())
}

/// Gives bytes to every reader there is.
fn read_everywhere(bytes: &[u8]) -> Result<(), TestCaseError> {
    prints_back(bytes, AddCheckpoint::parse(bytes))?;
    prints_back(bytes, Answer::parse(bytes))?;
    if let Some(size) = parse_size(bytes) {
        prop_assert_eq!(format!("{size}\n").into_bytes(), bytes);
    }
    if let Ok(entries) = decode_bundle(bytes) {
        prop_assert_eq!(encode_bundle(&entries).unwrap(), bytes);
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Ok(());
    };
    prints_back(bytes, Note::parse(text))?;
    prints_back(
        bytes,
        Checkpoint::parse(text).map(|checkpoint| checkpoint.to_text()),
    )?;
    prints_back(bytes, text.parse::<VerifierKey>())?;
    prints_back(bytes, AnyVerifier::from_vkey(text).map(|key| key.vkey()))?;
    prints_back(bytes, text.parse::<Hash>())?;
    prints_back(bytes, ProofFile::parse(text))?;
    prints_back(bytes, Resource::parse(text).ok_or(()))?;
    if let Ok(policy) = text.parse::<Policy>() {
        // A policy has comments and free spacing; its print is the same policy.
        prop_assert_eq!(policy.to_string().parse::<Policy>(), Ok(policy));
    }
    reads_again::<Opening>(text)?;
    reads_again::<EntryBody>(text)?;
    reads_again::<Extract>(text)?;
    // What is well-formed may still be anything: verifying it must not fail otherwise than by saying no.
    if let Ok(extract) = serde_json::from_str::<Extract>(text) {
        let key = Ed25519Signer::from_seed(ORIGIN, [7; 32]).verifier();
        let _verdict = extract.verify(ORIGIN, &[&key]);
    }
    if let Ok(file) = ProofFile::parse(text) {
        let key = Ed25519Signer::from_seed(ORIGIN, [7; 32]).verifier();
        let _verdict = file.verify(b"entry", ORIGIN, &[&key]);
    }
    Ok(())
}

/// Promise: the unspoiled documents are all read, so that the tests below begin near something good.
#[test]
fn the_documents_are_good() {
    let [
        note,
        checkpoint,
        answer,
        proof,
        request,
        policy,
        log,
        pq,
        hash,
        extract,
        body,
        ..,
        size,
    ] = <[String; 14]>::try_from(documents()).unwrap();
    assert!(Note::parse(&note).is_ok() && Checkpoint::parse(&checkpoint).is_ok());
    assert!(Answer::parse(answer.as_bytes()).is_ok() && ProofFile::parse(&proof).is_ok());
    assert!(AddCheckpoint::parse(request.as_bytes()).is_ok() && policy.parse::<Policy>().is_ok());
    assert!(AnyVerifier::from_vkey(&log).is_ok() && AnyVerifier::from_vkey(&pq).is_ok());
    assert!(hash.parse::<Hash>().is_ok() && parse_size(size.as_bytes()).is_some());
    assert!(serde_json::from_str::<Extract>(&extract).is_ok());
    assert!(serde_json::from_str::<EntryBody>(&body).is_ok());
    for document in &*DOCUMENTS {
        read_everywhere(document.as_bytes()).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Promise: a good document with a few bytes changed is read or refused by every reader.
    #[test]
    fn spoiled_documents_are_read_or_refused(
        which in any::<Index>(),
        edits in proptest::collection::vec(edit(), 1..4),
    ) {
        let document: &String = which.get(&DOCUMENTS);
        read_everywhere(&spoil(document, &edits))?;
    }

    /// Promise: any bytes are read or refused by every reader.
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        read_everywhere(&bytes)?;
    }
}
