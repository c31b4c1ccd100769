//! Cosignatures of both kinds, and the two keys of a log, against other implementations.
#![cfg(feature = "sign")]
#![allow(clippy::unwrap_used)]

use journal::checkpoint::{Checkpoint, CheckpointError};
use journal::cosignature::{
    CosignatureVerifier, Cosigner, MlDsa44Signer, MlDsa44Verifier, NO_TIME, ml_dsa_44_message,
    timestamped,
};
use journal::hash::sha256;
use journal::log_key::{LogKeyError, LogKeys, LogVerifier};
use journal::note::{
    AnyVerifier, Ed25519Signer, KeyKind, Note, NoteError, NoteSigner, NoteVerifier, VerifierKey,
};

/// Made by others; see `vectors/README.md`.
const NOTE: &str = include_str!("vectors/tlog_scales_note.txt");
const VKEYS: &str = include_str!("vectors/tlog_scales_vkeys.txt");
const ACVP_KEYGEN: &str = include_str!("vectors/acvp_ml_dsa_44_keygen.txt");
/// By PyPI `aics-tlog` 0.2.1: `sign_cosignature` with the seed 32 × 03 over the checkpoint of `NOTE`.
const AICS_COSIGNATURE: &str = "00000000641850cb1ecbec03c488c4eb541996aafb8b63b925ded1e01c88e21aa1\
    93298e93d339892145429da2401d5c88d1aca4c146e3ac3a3baa145bf5a46f120ac290e7301206";

const ORIGIN: &str = "de.kontaktstelle.example/office";
const WITNESS: &str = "dpa.example/witness";
const TIME: u64 = 1_679_315_147;

fn checkpoint() -> Checkpoint {
    Checkpoint {
        origin: ORIGIN.into(),
        size: 20_852_163,
        root: sha256(b"root"),
    }
}

fn log_signers() -> (Ed25519Signer, MlDsa44Signer) {
    (
        Ed25519Signer::from_seed(ORIGIN, [7; 32]),
        MlDsa44Signer::from_seed(ORIGIN, [7; 32], NO_TIME),
    )
}

fn log_vkeys() -> Vec<String> {
    let (ed25519, ml_dsa) = log_signers();
    vec![ed25519.verifier().vkey(), ml_dsa.verifier().vkey()]
}

/// Promise: a note that another implementation signed with ML-DSA-44 is verified here, and the public
/// key of a seed is the same on both sides.
#[test]
fn a_foreign_ml_dsa_44_cosignature_verifies() {
    let [log_vkey, witness_vkey] = VKEYS.lines().collect::<Vec<_>>().try_into().unwrap();
    let witness = MlDsa44Verifier::from_vkey(witness_vkey).unwrap();
    let ours = MlDsa44Signer::from_seed(WITNESS, [3; 32], TIME);
    assert_eq!(ours.verifier(), witness);
    assert_eq!(ours.verifier().vkey(), witness_vkey);

    let log = AnyVerifier::from_vkey(log_vkey).unwrap();
    assert_eq!(
        Checkpoint::open(NOTE, ORIGIN, &[&log, &witness]),
        Ok(checkpoint())
    );
    let note = Note::parse(NOTE).unwrap();
    assert_eq!(note.to_string(), NOTE);
    assert_eq!(witness.time_of(&note), Some(TIME));
    let moved = NOTE.replace("20852163", "20852164");
    assert_eq!(witness.time_of(&Note::parse(&moved).unwrap()), None);
}

/// Promise: our Ed25519 cosignature is to the byte that of another implementation.
#[test]
fn an_ed25519_cosignature_equals_a_foreign_one() {
    let ours = Cosigner::from_seed(WITNESS, [3; 32], TIME);
    let signature = ours.sign(checkpoint().to_text().as_bytes());
    assert_eq!(hex::encode(signature), AICS_COSIGNATURE);
}

/// Promise: keys are generated from seeds as NIST's ACVP vectors say.
#[test]
fn ml_dsa_44_keys_are_those_of_acvp() {
    for line in ACVP_KEYGEN.lines() {
        let [_, seed, public] = line.split(' ').collect::<Vec<_>>().try_into().unwrap();
        let seed = hex::decode(seed).unwrap().try_into().unwrap();
        let vkey = MlDsa44Signer::from_seed("n", seed, 0).verifier().vkey();
        let key: VerifierKey = vkey.parse().unwrap();
        assert_eq!(hex::encode(key.key), public);
    }
}

/// Promise: the signed bytes are the structure `cosigned_message` of the specification, field by field.
#[test]
fn the_signed_message_is_that_of_the_specification() {
    let text = checkpoint().to_text();
    let mut expected = b"subtree/v1\n\0".to_vec();
    expected.push(19);
    expected.extend(b"dpa.example/witness");
    expected.extend([0, 0, 0, 0, 0x64, 0x18, 0x50, 0xcb]);
    expected.push(31);
    expected.extend(b"de.kontaktstelle.example/office");
    expected.extend([0; 8]);
    expected.extend([0, 0, 0, 0, 0x01, 0x3e, 0x2d, 0xc3]);
    expected.extend(sha256(b"root").0);
    assert_eq!(
        ml_dsa_44_message(WITNESS, TIME, text.as_bytes()),
        Some(expected)
    );
    assert_eq!(timestamped(258, b"s"), [0, 0, 0, 0, 0, 0, 1, 2, b's']);
}

/// Promise: what the message cannot hold, or would not cover, is neither signed nor accepted.
#[test]
fn only_plain_checkpoints_can_be_signed_with_ml_dsa_44() {
    let signer = MlDsa44Signer::from_seed(WITNESS, [3; 32], TIME);
    let long = Checkpoint {
        origin: "o".repeat(256),
        ..checkpoint()
    };
    let extended = checkpoint().to_text() + "extension\n";
    for text in ["text\n", &extended, &long.to_text()] {
        let refused = Note::sign(text.into(), &[&signer]);
        assert_eq!(refused, Err(NoteError::NotSignable(WITNESS.into())));
    }
    let text = checkpoint().to_text();
    let signature = signer.sign(text.as_bytes());
    assert!(signer.verifier().verify(text.as_bytes(), &signature));
    assert!(!signer.verifier().verify(extended.as_bytes(), &signature));
    assert_eq!(ml_dsa_44_message("", TIME, text.as_bytes()), None);
    assert_eq!(
        ml_dsa_44_message(&"n".repeat(256), TIME, text.as_bytes()),
        None
    );
    assert_eq!(ml_dsa_44_message(WITNESS, 1 << 63, text.as_bytes()), None);
}

/// Promise: a signature with ML-DSA-44 is bound to its time, to the name of its key, and to each byte.
#[test]
fn ml_dsa_44_signatures_bind_time_and_name() {
    let text = checkpoint().to_text();
    let signer = MlDsa44Signer::from_seed(WITNESS, [3; 32], TIME);
    let signature = signer.sign(text.as_bytes());
    assert_eq!(signature.len(), 8 + 2420);
    assert_eq!(signature, signer.sign(text.as_bytes()));
    for at in [0, 7, 8, 100, 2427] {
        let mut altered = signature.clone();
        altered[at] ^= 1;
        assert!(!signer.verifier().verify(text.as_bytes(), &altered), "{at}");
    }
    let other = MlDsa44Signer::from_seed("other.example", [3; 32], TIME);
    assert!(!other.verifier().verify(text.as_bytes(), &signature));
    for wrong in [
        &signature[1..],
        &signature[..8],
        b"",
        &[&signature[..], b"x"].concat(),
    ] {
        assert!(!signer.verifier().verify(text.as_bytes(), wrong));
    }
}

/// Promise: each kind of key text becomes a verifier of that kind and back; unknown kinds do not.
#[test]
fn key_texts_lead_to_verifiers_of_their_kind() {
    let keys = [
        (KeyKind::Ed25519, log_vkeys().remove(0)),
        (
            KeyKind::Cosignature,
            Cosigner::from_seed(WITNESS, [3; 32], 0).verifier().vkey(),
        ),
        (KeyKind::MlDsa44, log_vkeys().remove(1)),
    ];
    for (kind, vkey) in keys {
        let key = AnyVerifier::from_vkey(&vkey).unwrap();
        assert_eq!((key.kind(), key.vkey()), (kind, vkey.clone()));
        let own = [
            journal::note::Ed25519Verifier::from_vkey(&vkey).is_ok(),
            CosignatureVerifier::from_vkey(&vkey).is_ok(),
            MlDsa44Verifier::from_vkey(&vkey).is_ok(),
        ];
        assert_eq!(own.iter().filter(|is| **is).count(), 1, "{vkey}");
        assert_eq!(kind.is_timed(), kind != KeyKind::Ed25519);
    }
    for (key_type, length) in [
        (0x06, 1311),
        (0x06, 1313),
        (0x05, 32),
        (0xff, 32),
        (0x01, 31),
    ] {
        let key = VerifierKey {
            name: "n".into(),
            key_type,
            key: vec![9; length],
        };
        assert!(AnyVerifier::from_vkey(&key.to_string()).is_err());
    }
}

/// Promise: a reader who knows both keys of a log demands both signatures, whichever is taken away.
#[test]
fn both_signatures_of_a_log_are_demanded() {
    let (ed25519, ml_dsa) = log_signers();
    let log = LogVerifier::from_vkeys(&log_vkeys()).unwrap();
    assert_eq!(log.origin(), ORIGIN);
    assert_eq!(log.vkeys().to_vec(), log_vkeys());
    let mut reversed = log_vkeys();
    reversed.reverse();
    assert_eq!(LogVerifier::from_vkeys(&reversed), Ok(log.clone()));

    let signed = checkpoint().sign(&[&ed25519, &ml_dsa]).unwrap();
    assert_eq!(log.open(&signed), Ok(checkpoint()));
    let keys = LogKeys::from(log.clone());
    assert_eq!(keys.admit(&Note::parse(&signed).unwrap()), Ok(()));
    for missing in [
        vec![&ed25519 as &dyn NoteSigner],
        vec![&ml_dsa as &dyn NoteSigner],
    ] {
        let stripped = checkpoint().sign(&missing).unwrap();
        let lacks = |refused| matches!(refused, Err(CheckpointError::NotSignedBy { .. }));
        assert!(lacks(log.open(&stripped).map(|_| ())));
        assert!(lacks(keys.admit(&Note::parse(&stripped).unwrap())));
    }
    let other = Ed25519Signer::from_seed(ORIGIN, [8; 32]);
    let forged = checkpoint().sign(&[&other, &ml_dsa]).unwrap();
    assert!(log.open(&forged).is_err());
}

/// Promise: only the two keys of one log are taken for its keys.
#[test]
fn keys_of_a_log_must_belong_together() {
    let vkeys = log_vkeys();
    let elsewhere = Ed25519Signer::from_seed("elsewhere.example", [7; 32]);
    let elsewhere = elsewhere.verifier().vkey();
    let refused = |keys: &[&str]| LogVerifier::from_vkeys(keys).unwrap_err();
    assert_eq!(refused(&[]), LogKeyError::Kinds);
    assert_eq!(refused(&[&vkeys[0]]), LogKeyError::Kinds);
    assert_eq!(refused(&[&vkeys[0], &vkeys[0]]), LogKeyError::Kinds);
    assert_eq!(
        refused(&[&vkeys[0], &vkeys[1], &vkeys[1]]),
        LogKeyError::Kinds
    );
    assert!(matches!(
        refused(&[&elsewhere, &vkeys[1]]),
        LogKeyError::Names(..)
    ));
    assert!(matches!(refused(&["x", &vkeys[1]]), LogKeyError::Key(_)));
}

/// Promise: while a key is being replaced, either of its kind is enough, and another kind never is.
#[test]
fn one_key_of_each_kind_is_enough() {
    let (old, ml_dsa) = log_signers();
    let new = Ed25519Signer::from_seed(ORIGIN, [8; 32]);
    let mut vkeys = log_vkeys();
    vkeys.push(new.verifier().vkey());
    let keys = LogKeys::from_vkeys(&vkeys).unwrap();
    let admits = |signers: &[&dyn NoteSigner]| {
        let note = Note::parse(&checkpoint().sign(signers).unwrap()).unwrap();
        keys.admit(&note).is_ok()
    };
    assert!(admits(&[&old, &ml_dsa]) && admits(&[&new, &ml_dsa]));
    assert!(admits(&[&old, &new, &ml_dsa]));
    assert!(!admits(&[&old, &new]) && !admits(&[&ml_dsa]));
}
