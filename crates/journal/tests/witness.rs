//! What a witness vouches for and what it refuses, by the rules of C2SP tlog-witness.
#![cfg(feature = "sign")]
#![allow(clippy::unwrap_used)]

use std::convert::Infallible;

use journal::checkpoint::Checkpoint;
use journal::cosignature::{Cosigner, MlDsa44Signer, NO_TIME};
use journal::edge::Edge;
use journal::hash::{Hash, empty_root, leaf_hash, node_hash, sha256};
use journal::log_key::LogKeys;
use journal::note::{AnyVerifier, Ed25519Signer, Note, NoteSigner};
use journal::proof::VerifyError;
use journal::witness::{
    AddCheckpoint, Answer, AnswerError, MAX_PROOF_LINES, MAX_REQUEST_BYTES, Refusal, RequestError,
    SIZE_CONTENT_TYPE, Seen, check, checkpoint_path, parse_size,
};

const ORIGIN: &str = "de.kontaktstelle.example/exchange/cn";
const WITNESS: &str = "dpa.example/witness";
const NOW: u64 = 1_790_000_000;

fn signers() -> (Ed25519Signer, MlDsa44Signer) {
    (
        Ed25519Signer::from_seed(ORIGIN, [7; 32]),
        MlDsa44Signer::from_seed(ORIGIN, [7; 32], NO_TIME),
    )
}

fn keys() -> LogKeys {
    let (ed25519, ml_dsa) = signers();
    LogKeys::from_vkeys(&[ed25519.verifier().vkey(), ml_dsa.verifier().vkey()]).unwrap()
}

fn witness_keys() -> Vec<AnyVerifier> {
    let (ed25519, ml_dsa) = cosigners(NOW);
    vec![
        AnyVerifier::Cosignature(ed25519.verifier()),
        AnyVerifier::MlDsa44(ml_dsa.verifier()),
    ]
}

fn cosigners(time: u64) -> (Cosigner, MlDsa44Signer) {
    (
        Cosigner::from_seed(WITNESS, [3; 32], time),
        MlDsa44Signer::from_seed(WITNESS, [4; 32], time),
    )
}

fn leaf(number: u64) -> Hash {
    leaf_hash(&number.to_be_bytes())
}

/// The log of this size, the entries being numbers.
fn head(size: u64) -> Checkpoint {
    let mut edge = Edge::new();
    edge.append_all(&(0..size).map(leaf).collect::<Vec<_>>());
    Checkpoint {
        origin: ORIGIN.into(),
        size,
        root: edge.root(),
    }
}

fn signed(head: &Checkpoint) -> String {
    let (ed25519, ml_dsa) = signers();
    head.sign(&[&ed25519, &ml_dsa]).unwrap()
}

fn request(old: u64, proof: Vec<Hash>, head: &Checkpoint) -> AddCheckpoint {
    AddCheckpoint::new(old, proof, &signed(head)).unwrap()
}

fn seen(size: u64) -> Seen {
    Seen::from(&head(size))
}

fn ask(request: AddCheckpoint, seen: Option<&Seen>) -> Result<Seen, Refusal> {
    check(request, Some(&keys()), seen).map(|advance| advance.seen().clone())
}

/// From 2 to 4 entries the proof is the one node over entries 2 and 3.
fn proof_2_to_4() -> Vec<Hash> {
    vec![node_hash(&leaf(2), &leaf(3))]
}

/// Promise: what continues the memory is accepted, from the first checkpoint on, and again and again.
#[test]
fn what_continues_is_accepted() {
    assert_eq!(ask(request(0, vec![], &head(2)), None), Ok(seen(2)));
    assert_eq!(ask(request(0, vec![], &head(0)), None), Ok(seen(0)));
    assert_eq!(
        ask(request(0, vec![], &head(3)), Some(&seen(0))),
        Ok(seen(3))
    );
    assert_eq!(
        ask(request(2, proof_2_to_4(), &head(4)), Some(&seen(2))),
        Ok(seen(4))
    );
    assert_eq!(
        ask(request(4, vec![], &head(4)), Some(&seen(4))),
        Ok(seen(4))
    );
}

/// Promise: each refusal of the specification happens, with its status.
#[test]
fn what_does_not_continue_is_refused() {
    let forked = Checkpoint {
        root: sha256(b"other"),
        ..head(4)
    };
    let expect = |request, seen: Option<&Seen>, status: u16, fork: bool| {
        let refusal = ask(request, seen).unwrap_err();
        assert_eq!(
            (refusal.status(), refusal.proves_fork()),
            (status, fork),
            "{refusal}"
        );
        refusal
    };
    // 400: the old size is larger than the checkpoint.
    expect(request(5, vec![], &head(4)), Some(&seen(5)), 400, false);
    // 409: the old size is not the one seen last, be it smaller, larger or missing; the body tells.
    for (old, memory) in [(0, Some(seen(2))), (3, Some(seen(2))), (1, None)] {
        let refusal = expect(request(old, vec![], &head(4)), memory.as_ref(), 409, false);
        assert_eq!(refusal.content_type(), SIZE_CONTENT_TYPE);
        let size = memory.map_or(0, |seen| seen.size);
        assert_eq!(refusal.body(), format!("{size}\n"));
        assert_eq!(parse_size(refusal.body().as_bytes()), Some(size));
    }
    // 409 and yet the proof of a fork: the very size that was seen, with another root.
    expect(request(0, vec![], &forked), Some(&seen(4)), 409, true);
    // 422: the same size with another root, whatever proof comes with it.
    expect(request(4, vec![], &forked), Some(&seen(4)), 422, true);
    expect(
        request(4, proof_2_to_4(), &forked),
        Some(&seen(4)),
        422,
        true,
    );
    // 422: proofs that do not hold, are missing, or have no place.
    expect(
        request(2, vec![leaf(9)], &head(4)),
        Some(&seen(2)),
        422,
        false,
    );
    expect(request(2, vec![], &head(4)), Some(&seen(2)), 422, false);
    expect(
        request(2, proof_2_to_4(), &forked),
        Some(&seen(2)),
        422,
        false,
    );
    expect(request(0, vec![leaf(1)], &head(4)), None, 422, false);
    expect(
        request(4, vec![leaf(1)], &head(4)),
        Some(&seen(4)),
        422,
        false,
    );
    // 422: an empty log has the root of the empty tree.
    let empty = Checkpoint {
        root: sha256(b"not empty"),
        ..head(0)
    };
    assert_eq!(head(0).root, empty_root());
    let refusal = expect(request(0, vec![], &empty), None, 422, false);
    assert_eq!(refusal, Refusal::Inconsistent(VerifyError::Root));
}

/// Promise: an unknown log and a checkpoint that the log has not signed with both keys come to nothing,
/// before anything is said about the memory.
#[test]
fn unknown_and_unsigned_is_refused_first() {
    let (ed25519, ml_dsa) = signers();
    let refused = check(request(0, vec![], &head(2)), None, None).unwrap_err();
    assert_eq!((refused.status(), &refused), (404, &Refusal::UnknownLog));
    let elsewhere = Ed25519Signer::from_seed("elsewhere.example", [7; 32]);
    let elsewhere = LogKeys::from_vkeys(&[elsewhere.verifier().vkey()]).unwrap();
    let refused = check(request(0, vec![], &head(2)), Some(&elsewhere), None);
    assert_eq!(refused, Err(Refusal::UnknownLog));
    let memory_of_another = Seen {
        origin: "elsewhere.example".into(),
        ..seen(0)
    };
    let refused = ask(request(0, vec![], &head(2)), Some(&memory_of_another));
    assert_eq!(refused, Err(Refusal::UnknownLog));

    let impostor = Ed25519Signer::from_seed(ORIGIN, [9; 32]);
    let good = signed(&head(2));
    let bad_line = good.replace("2\n", "3\n");
    for note in [
        head(2).sign(&[&impostor]).unwrap(),
        head(2).sign(&[&ed25519]).unwrap(),
        head(2).sign(&[&ml_dsa]).unwrap(),
        bad_line,
    ] {
        let request = AddCheckpoint::new(7, vec![], &note).unwrap();
        assert_eq!(ask(request, Some(&seen(1))).unwrap_err().status(), 403);
    }
}

/// Promise: requests outside the format are refused with status 400, and say where.
#[test]
fn malformed_requests_are_refused() {
    let good = request(2, proof_2_to_4(), &head(4)).to_string();
    let cases = [
        (good.replace("old 2", "old 02"), RequestError::OldSize),
        (good.replace("old 2", "old  2"), RequestError::OldSize),
        (good.replace("old 2", "Old 2"), RequestError::OldSize),
        (good.replace("old 2", "old 2 "), RequestError::OldSize),
        (
            good.replace("old 2", "old 9223372036854775808"),
            RequestError::OldSize,
        ),
        (
            good.replace("old 2\n", "old 2\nx\n"),
            RequestError::ProofLine(2),
        ),
        (good.replace("\n\n", "\n"), RequestError::NoCheckpoint),
        (
            good.replace(
                "old 2\n",
                &format!("old 2\n{}", format!("{}\n", leaf(0)).repeat(63)),
            ),
            RequestError::ProofTooLong,
        ),
        (
            good.clone() + &" ".repeat(MAX_REQUEST_BYTES),
            RequestError::TooLarge,
        ),
    ];
    for (text, error) in cases {
        let refused = AddCheckpoint::parse(text.as_bytes()).unwrap_err();
        assert_eq!(refused, error, "{text}");
        assert_eq!(Refusal::from(refused).status(), 400);
    }
    for text in [
        good.trim_end().to_owned(),
        good.replace("4\n", "04\n"),
        good.replace(
            &format!("{}\n\n", head(4).root),
            &format!("{}\next\n\n", head(4).root),
        ),
    ] {
        let refused = AddCheckpoint::parse(text.as_bytes());
        assert!(
            matches!(refused, Err(RequestError::Checkpoint(_))),
            "{text}"
        );
    }
    assert_eq!(
        AddCheckpoint::parse(b"old 2\n\n\xff"),
        Err(RequestError::Encoding)
    );
    let long = vec![leaf(0); MAX_PROOF_LINES + 1];
    let refused = AddCheckpoint::new(2, long, &signed(&head(4)));
    assert_eq!(refused, Err(RequestError::ProofTooLong));
}

/// Promise: without storing there is no cosignature; a failed store leaves nothing that could sign.
#[test]
fn nothing_is_cosigned_unless_stored() {
    let advance = check(request(0, vec![], &head(2)), Some(&keys()), None).unwrap();
    let failed = advance.store(|_| Err("disk full"));
    assert_eq!(failed.err(), Some("disk full"));

    let mut memory = None;
    let advance = check(request(0, vec![], &head(2)), Some(&keys()), None).unwrap();
    let stored = advance
        .store(|seen| {
            memory = Some(seen.clone());
            Ok::<_, Infallible>(())
        })
        .unwrap();
    assert_eq!(memory, Some(seen(2)));
    let (ed25519, ml_dsa) = cosigners(NOW);
    let cosigned = stored.cosign(&[&ed25519, &ml_dsa]).unwrap();
    assert_eq!(cosigned.answer().to_string().lines().count(), 2);
    for key in witness_keys() {
        assert_eq!(key.time_of(cosigned.note()), Some(NOW));
    }
}

/// Promise: lines of strangers under a request are neither stored nor shown to monitors.
#[test]
fn lines_of_strangers_are_dropped() {
    let (ed25519, ml_dsa) = signers();
    let stranger = Ed25519Signer::from_seed("stranger.example", [1; 32]);
    let note = head(2)
        .sign(&[&stranger, &ed25519, &ml_dsa, &ed25519])
        .unwrap();
    let request = AddCheckpoint::new(0, vec![], &note).unwrap();
    let advance = check(request, Some(&keys()), None).unwrap();
    assert_eq!(advance.note().to_string(), signed(&head(2)));
}

fn answer_of(signers: &[&dyn NoteSigner], head: &Checkpoint) -> Answer {
    let note = Note::sign(head.to_text(), signers).unwrap().to_string();
    let (_, lines) = note.rsplit_once("\n\n").unwrap();
    Answer::parse(lines.as_bytes()).unwrap()
}

/// Promise: the log takes over what its witness has validly cosigned, once each, the newest.
#[test]
fn valid_cosignatures_are_merged() {
    let mut note = Note::parse(&signed(&head(4))).unwrap();
    let stranger = Cosigner::from_seed("stranger.example", [5; 32], NOW);
    let (ed25519, ml_dsa) = cosigners(NOW);
    let merged = answer_of(&[&stranger, &ed25519, &ml_dsa], &head(4))
        .merge_into(&mut note, &witness_keys())
        .unwrap();
    assert_eq!(
        merged.iter().map(|m| m.time).collect::<Vec<_>>(),
        [NOW, NOW]
    );
    assert_eq!(note.signatures().len(), 4);

    let (later, _) = cosigners(NOW + 60);
    answer_of(&[&later], &head(4))
        .merge_into(&mut note, &witness_keys())
        .unwrap();
    assert_eq!(note.signatures().len(), 4);
    assert_eq!(witness_keys()[0].time_of(&note), Some(NOW + 60));
    assert_eq!(keys().admit(&note), Ok(()));
}

/// Promise: a lying witness adds nothing to the note: not a cosignature of another checkpoint, not one
/// without time, not one by a stranger, not a valid line beside a bad one.
#[test]
fn bad_answers_change_nothing() {
    let before = Note::parse(&signed(&head(4))).unwrap();
    let (ed25519, ml_dsa) = cosigners(NOW);
    let (no_time, pq_no_time) = cosigners(0);
    let stranger = Cosigner::from_seed("stranger.example", [5; 32], NOW);
    let good = answer_of(&[&ed25519], &head(4)).to_string();
    let wrong = answer_of(&[&ml_dsa], &head(3)).to_string();
    let cases = [
        (answer_of(&[&ed25519], &head(3)), true),
        (answer_of(&[&ml_dsa], &head(3)), true),
        (answer_of(&[&no_time], &head(4)), true),
        (answer_of(&[&pq_no_time], &head(4)), true),
        (Answer::parse((good + &wrong).as_bytes()).unwrap(), true),
        (answer_of(&[&stranger], &head(4)), false),
    ];
    for (answer, bad) in cases {
        let mut note = before.clone();
        let error = answer.merge_into(&mut note, &witness_keys()).unwrap_err();
        assert_eq!(
            matches!(error, AnswerError::BadCosignature { .. }),
            bad,
            "{error}"
        );
        assert_eq!(note, before);
    }
    for body in [
        &b""[..],
        b"\n",
        b"no line\n",
        b"\xff\n",
        b"\xe2\x80\x94 a\tb AAAAAAA=\n",
    ] {
        assert!(Answer::parse(body).is_err());
    }
    for body in [&b""[..], b"4", b"04\n", b"-1\n", b"4\n\n", b"\xff\n"] {
        assert_eq!(parse_size(body), None);
    }
}

/// Promise: monitors find a log under the SHA-256 of its origin (computed with `sha256sum`).
#[test]
fn checkpoints_are_found_by_the_hash_of_the_origin() {
    assert_eq!(
        checkpoint_path("example.com/behind-the-sofa"),
        "5fd2dc0beb4ce54da5050cf6d5c75248b023abad441c3cecde3976fbe9da4fe4/checkpoint"
    );
}
