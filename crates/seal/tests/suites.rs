//! What fixing a suite per peering rests on: nothing signed in one suite passes for the other, and no line can be left out.
#![allow(clippy::unwrap_used, missing_docs)]

use journal::note::{Ed25519Verifier, Note, NoteVerifier};
use seal::answer_seal::{AnswerSeal, AnswerSealFormat, SignedAnswerSeal};
use seal::keys::custody::Custody;
use seal::keys::{LogKey, PublicKey, SigningKey, VerifyingKey, WitnessKey};
use seal::{SealError, SignatureAlgorithm, Suite};
use serde_json::Value;

fn statement() -> AnswerSeal {
    AnswerSeal {
        format: AnswerSealFormat::V1,
        document: journal::hash::sha256(b"answer"),
        party: "de".to_owned(),
        time: "2026-11-01T00:00:00Z".to_owned(),
    }
}

fn signed(key: &SigningKey) -> SignedAnswerSeal {
    SignedAnswerSeal::sign_with(statement(), key).unwrap()
}

/// The signed statement with its signature lines changed.
fn with_lines(
    signed: &SignedAnswerSeal,
    change: impl Fn(Vec<String>) -> Vec<String>,
) -> SignedAnswerSeal {
    let (text, lines) = signed.signatures().rsplit_once("\n\n").unwrap();
    let lines = change(lines.lines().map(|line| format!("{line}\n")).collect());
    let mut document: Value = serde_json::from_str(&signed.to_json().unwrap()).unwrap();
    document["signatures"] = format!("{text}\n\n{}", lines.concat()).into();
    let document = serde_json_canonicalizer::to_vec(&document).unwrap();
    SignedAnswerSeal::from_json(&document).unwrap()
}

/// Each suite signs and verifies by itself; each key survives the key store and JSON.
#[test]
fn each_suite_works() {
    for suite in Suite::ALL {
        let key = SigningKey::generate(suite).unwrap();
        let again = SigningKey::from_secret_bytes(suite, &key.to_secret_bytes().unwrap()).unwrap();
        assert_eq!(again.verifying_key(), key.verifying_key());
        let spelled = serde_json::to_string(&key.verifying_key()).unwrap();
        let read: VerifyingKey = serde_json::from_str(&spelled).unwrap();
        assert_eq!((read.suite(), &read), (suite, &key.verifying_key()));
        signed(&again).verify(&read).unwrap();
    }
}

/// A key of one suite never verifies what the other suite's key signed, nor can one be read as the other's.
#[test]
fn suites_do_not_mix() {
    let [k1, k2] = Suite::ALL.map(|suite| SigningKey::generate(suite).unwrap());
    assert!(signed(&k1).verify(&k2.verifying_key()).is_err());
    assert!(signed(&k2).verify(&k1.verifying_key()).is_err());
    let mut renamed = serde_json::to_value(k2.verifying_key()).unwrap();
    renamed["suite"] = "K1".into();
    assert!(serde_json::from_value::<VerifyingKey>(renamed).is_err());
    for (suite, key) in [(Suite::K1, &k2), (Suite::K2, &k1)] {
        let secret = key.to_secret_bytes().unwrap();
        assert!(SigningKey::from_secret_bytes(suite, &secret).is_err());
    }
    // Lines of both suites under one statement are no better than one suite's.
    let other = signed(&k1);
    let other = other.signatures().rsplit_once("\n\n").unwrap().1.to_owned();
    let both = with_lines(&signed(&k2), |mut lines| {
        lines.push(other.clone());
        lines
    });
    assert!(matches!(
        both.verify(&k2.verifying_key()),
        Err(SealError::ForeignSignature(_))
    ));
}

/// Neither line of either suite can be taken away, doubled or altered.
#[test]
fn both_lines_are_demanded() {
    for suite in Suite::ALL {
        let key = SigningKey::generate(suite).unwrap();
        let good = signed(&key);
        for (at, algorithm) in suite.signatures().into_iter().enumerate() {
            let stripped = with_lines(&good, |mut lines| {
                lines.remove(at);
                lines
            });
            let refused = stripped.verify(&key.verifying_key());
            assert!(
                matches!(refused, Err(SealError::MissingSignature(a)) if a == algorithm),
                "{algorithm}"
            );
            let doubled = with_lines(&good, |mut lines| {
                lines.push(lines[at].clone());
                lines
            });
            let refused = doubled.verify(&key.verifying_key());
            assert!(matches!(refused, Err(SealError::DuplicateSignature(a)) if a == algorithm));
            let altered = with_lines(&good, |mut lines| {
                // A letter well inside the signature.
                let place = lines[at].len() - 20;
                let letter = if &lines[at][place..=place] == "A" {
                    "B"
                } else {
                    "A"
                };
                lines[at].replace_range(place..=place, letter);
                lines
            });
            let refused = altered.verify(&key.verifying_key());
            assert!(matches!(refused, Err(SealError::BadSignature(a)) if a == algorithm));
        }
    }
}

/// A broken or bribed key module can withhold a signature, but not have us issue a false one.
#[test]
fn custody_is_checked() {
    struct Module {
        public: PublicKey,
        answer: Result<Vec<u8>, &'static str>,
    }
    impl Custody for Module {
        fn public_key(&self) -> &PublicKey {
            &self.public
        }
        fn sign(&self, _: &[u8]) -> Result<Vec<u8>, SealError> {
            self.answer.clone().map_err(|reason| SealError::Custody {
                algorithm: self.public.algorithm(),
                reason: reason.to_owned(),
            })
        }
    }
    // Public keys of a real pair, spelled as verifier keys: name, type, key.
    let real =
        serde_json::to_value(SigningKey::generate(Suite::K1).unwrap().verifying_key()).unwrap();
    let bytes = |field: &str, prefix: &[u8]| {
        let vkey: journal::note::VerifierKey = real[field].as_str().unwrap().parse().unwrap();
        vkey.key.strip_prefix(prefix).unwrap().to_vec()
    };
    let module = |algorithm, bytes: Vec<u8>, answer| -> Box<dyn Custody> {
        let public = PublicKey::new(algorithm, &bytes).unwrap();
        Box::new(Module { public, answer })
    };
    let [classical, post_quantum] = Suite::K1.signatures();
    let build = |answer: Result<Vec<u8>, &'static str>| {
        let custody = [
            module(classical, bytes("classical", b""), answer.clone()),
            module(
                post_quantum,
                bytes("post_quantum", b"kontaktstelle/ml-dsa-65"),
                answer,
            ),
        ];
        SigningKey::from_custody(Suite::K1, custody).unwrap()
    };
    let lying = build(Ok(vec![7; 64]));
    assert!(lying.to_secret_bytes().is_none());
    assert!(matches!(
        SignedAnswerSeal::sign_with(statement(), &lying),
        Err(SealError::SigningFailed)
    ));
    assert!(matches!(
        SignedAnswerSeal::sign_with(statement(), &build(Err("token removed"))),
        Err(SealError::Custody { .. })
    ));
    let swapped = [
        module(
            post_quantum,
            bytes("post_quantum", b"kontaktstelle/ml-dsa-65"),
            Err(""),
        ),
        module(classical, bytes("classical", b""), Err("")),
    ];
    assert!(SigningKey::from_custody(Suite::K1, swapped).is_err());
}

/// A third party's note tool can check K1's Ed25519 line with the verifier key printed in the manifest.
#[test]
fn ed25519_line_is_a_plain_signed_note() {
    let key = SigningKey::generate(Suite::K1).unwrap();
    let spelled = serde_json::to_value(key.verifying_key()).unwrap();
    let verifier = Ed25519Verifier::from_vkey(spelled["classical"].as_str().unwrap()).unwrap();
    let good = signed(&key);
    let note = Note::parse(good.signatures()).unwrap();
    let verified = journal::note::verify(&note, &[&verifier]).unwrap();
    assert!(verified.signed_by(&verifier));
    assert_eq!(
        note.text(),
        format!("kontaktstelle/answer-seal/v1\n{}\n", good.id())
    );
}

/// The two keys of a pair are bound to each other: a mixed pair, or a renamed one, is not a key.
#[test]
fn mixed_pairs_are_refused() {
    for suite in Suite::ALL {
        let spelled =
            || serde_json::to_value(SigningKey::generate(suite).unwrap().verifying_key()).unwrap();
        let (one, two) = (spelled(), spelled());
        assert!(serde_json::from_value::<VerifyingKey>(one.clone()).is_ok());
        let mut mixed = one.clone();
        mixed["post_quantum"] = two["post_quantum"].clone();
        assert!(serde_json::from_value::<VerifyingKey>(mixed).is_err());
        let mut swapped = one.clone();
        swapped["post_quantum"] = one["classical"].clone();
        assert!(serde_json::from_value::<VerifyingKey>(swapped).is_err());
    }
}

/// A log signs each checkpoint with both algorithms, readers demand both, and the witness's key is told from the log's.
#[test]
fn logs_and_witnesses_sign_twice() {
    let origin = "de.kontaktstelle.example/office";
    let log = LogKey::generate().unwrap();
    let again = LogKey::from_secret_bytes(&log.to_secret_bytes()).unwrap();
    assert_eq!(again.vkeys(origin), log.vkeys(origin));
    let head = journal::checkpoint::Checkpoint {
        origin: origin.to_owned(),
        size: 1,
        root: journal::hash::leaf_hash(b"entry"),
    };
    let signers = log.signers(origin);
    let signers: Vec<&dyn journal::note::NoteSigner> =
        signers.iter().map(|signer| &**signer as _).collect();
    let verifier = journal::log_key::LogVerifier::from_vkeys(&log.vkeys(origin)).unwrap();
    let both = head.sign(&signers).unwrap();
    assert_eq!(verifier.open(&both).unwrap(), head);
    for one in &signers {
        assert!(verifier.open(&head.sign(&[*one]).unwrap()).is_err());
    }

    let witness = WitnessKey::generate().unwrap();
    let name = "cn.kontaktstelle.example/witness";
    let mut note = Note::parse(&both).unwrap();
    for signer in witness.cosigners(name, 1_793_000_000) {
        note.add_signature(&*signer).unwrap();
    }
    let verifiers = witness
        .vkeys(name)
        .iter()
        .map(|vkey| journal::note::AnyVerifier::from_vkey(vkey).unwrap())
        .collect::<Vec<_>>();
    for verifier in &verifiers {
        assert_eq!(verifier.name(), name);
        assert_eq!(verifier.time_of(&note), Some(1_793_000_000));
    }
    assert_eq!(verifier.open(&note.to_string()).unwrap(), head);
}

/// Secrets never show in a log line.
#[test]
fn secrets_are_hidden() {
    let key = SigningKey::generate(Suite::K2).unwrap();
    let hidden = hex::encode(key.to_secret_bytes().unwrap());
    assert!(!format!("{key:?}").contains(&hidden[..8]));
    assert_eq!(
        format!("{:?}", LogKey::generate().unwrap()),
        "LogKey(secret)"
    );
    for wrong in [0, 63, 65] {
        assert!(SigningKey::from_secret_bytes(Suite::K1, &vec![1; wrong]).is_err());
        assert!(LogKey::from_secret_bytes(&vec![1; wrong]).is_err());
        assert!(WitnessKey::from_secret_bytes(&vec![1; wrong]).is_err());
    }
}

/// The names under which suites are agreed on are fixed, and no other name is read as one.
#[test]
fn suites_have_names() {
    assert_eq!(Suite::ALL.map(Suite::name), ["K1", "K2"]);
    for suite in Suite::ALL {
        assert_eq!(suite.name().parse::<Suite>().unwrap(), suite);
        assert_eq!(
            serde_json::to_value(suite).unwrap(),
            Value::from(suite.name())
        );
    }
    for other in ["", "k1", "K3", "K1 "] {
        assert!(matches!(
            Suite::from_name(other),
            Err(SealError::UnknownSuite(_))
        ));
    }
    assert_eq!(Suite::K2.tls_group().to_string(), "SecP256r1MLKEM768");
    assert_eq!(
        Suite::K2.signatures(),
        [SignatureAlgorithm::EcdsaP384, SignatureAlgorithm::MlDsa87]
    );
}
