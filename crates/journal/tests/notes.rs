//! Signed notes, checkpoints and cosignatures: who can be believed to have signed what.
#![cfg(feature = "sign")]
#![allow(clippy::unwrap_used)]

use journal::checkpoint::{Checkpoint, CheckpointError};
use journal::cosignature::{CosignatureVerifier, Cosigner};
use journal::hash::{Hash, sha256};
use journal::note::{
    Ed25519Signer, Ed25519Verifier, MAX_SIGNATURES, Note, NoteError, NoteSigner, NoteVerifier,
    TYPE_PRIVATE, VerifierKey, key_id, verify,
};
use proptest::prelude::*;

/// From the documentation of the Go package `golang.org/x/mod/sumdb/note`.
const NEUMANN: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const NEUMANN_NOTE: &str = "If you think cryptography is the answer to your problem,\n\
    then you don't know what your problem is.\n\
    \n\
    — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
const ORIGIN: &str = "de.kontaktstelle.example/office";

fn signer() -> Ed25519Signer {
    Ed25519Signer::from_seed(ORIGIN, [7; 32])
}

fn checkpoint() -> Checkpoint {
    Checkpoint {
        origin: ORIGIN.into(),
        size: 20_852_163,
        root: sha256(b"root"),
    }
}

/// A private signature type (`ff`), as the post-quantum key will be. The "signature" is a keyed hash.
struct PrivateKey(&'static str);

impl PrivateKey {
    fn tag(&self, text: &[u8]) -> Vec<u8> {
        sha256(&[b"key of ", self.0.as_bytes(), text].concat())
            .0
            .to_vec()
    }
}

impl NoteSigner for PrivateKey {
    fn name(&self) -> &str {
        self.0
    }
    fn key_id(&self) -> u32 {
        key_id(self.0, TYPE_PRIVATE, b"example private type 1\npublic key")
    }
    fn sign(&self, text: &[u8]) -> Vec<u8> {
        self.tag(text)
    }
}

impl NoteVerifier for PrivateKey {
    fn name(&self) -> &str {
        self.0
    }
    fn key_id(&self) -> u32 {
        NoteSigner::key_id(self)
    }
    fn verify(&self, text: &[u8], signature: &[u8]) -> bool {
        self.tag(text) == signature
    }
}

/// A note signed by the reference implementation is read, verified and written back unchanged.
#[test]
fn the_reference_note_verifies() {
    let key = Ed25519Verifier::from_vkey(NEUMANN).unwrap();
    assert_eq!(key.vkey(), NEUMANN);
    assert_eq!(key.key_id(), 0xc74f_20a3);
    let note = Note::parse(NEUMANN_NOTE).unwrap();
    assert_eq!(note.to_string(), NEUMANN_NOTE);
    let verified = verify(&note, &[&key]).unwrap();
    assert_eq!(verified.signers, [("PeterNeumann".to_owned(), 0xc74f_20a3)]);
}

/// Known key, failing signature: refused. Unknown key: passed over, but not enough.
#[test]
fn only_known_keys_count_and_their_failures_spoil_the_note() {
    let (ours, other) = (signer(), Ed25519Signer::from_seed("other.example", [8; 32]));
    let impostor = Ed25519Signer::from_seed(ORIGIN, [9; 32]);
    let note = Note::sign("text\n".into(), &[&other, &impostor]).unwrap();
    assert_eq!(
        verify(&note, &[&ours.verifier()]),
        Err(NoteError::NotSignedByKnownKey)
    );
    assert_eq!(verify(&note, &[]), Err(NoteError::NotSignedByKnownKey));

    let note = Note::sign("text\n".into(), &[&other, &ours, &ours]).unwrap();
    let verified = verify(&note, &[&ours.verifier()]).unwrap();
    assert_eq!(verified.signers.len(), 1);
    assert!(verified.signed_by(&ours.verifier()) && !verified.signed_by(&other.verifier()));

    let forged = note.to_string().replace("text", "test");
    let failed = verify(&Note::parse(&forged).unwrap(), &[&ours.verifier()]);
    assert!(matches!(failed, Err(NoteError::BadSignature { name, .. }) if name == ORIGIN));
}

/// The text ends at the *last* blank line: nobody can smuggle text in below a signature.
#[test]
fn the_last_blank_line_separates_text_and_signatures() {
    let text = "a\n\n— b AAAAAAA=\n\nc\n";
    let note = Note::sign(text.into(), &[&signer()]).unwrap();
    let read = Note::parse(&note.to_string()).unwrap();
    assert_eq!(read.text(), text);
    assert_eq!(read, note);
}

/// Everything outside the format is refused.
#[test]
fn malformed_notes_are_refused() {
    let good = Note::sign("text\n".into(), &[&signer()])
        .unwrap()
        .to_string();
    let line = good.lines().last().unwrap().to_owned() + "\n";
    let refused = [
        (good.trim_end().to_owned(), NoteError::Text),
        (good.replace("text", "te\txt"), NoteError::Text),
        (good.replace("text\n", "text\r\n"), NoteError::Text),
        ("text\n".to_owned(), NoteError::NoSignatures),
        ("text\n\n".to_owned(), NoteError::NoSignatures),
        (good.replace("— ", "- "), NoteError::SignatureLine(1)),
        (good.replace("— ", "—  "), NoteError::SignatureLine(1)),
        (
            good.replace("office ", "off+ice "),
            NoteError::SignatureLine(1),
        ),
        (
            good.replace("office ", "office\u{a0}x "),
            NoteError::SignatureLine(1),
        ),
        (good.replace("=\n", "\n"), NoteError::SignatureLine(1)),
        (format!("{good}x\n"), NoteError::SignatureLine(2)),
        (
            "text\n\n— name AAAAAA==\n".to_owned(),
            NoteError::SignatureLine(1),
        ),
        (
            format!("text\n\n{}", line.repeat(MAX_SIGNATURES + 1)),
            NoteError::TooManySignatures,
        ),
        (
            format!("{}{good}", "x".repeat(1_000_000)),
            NoteError::TooLarge,
        ),
    ];
    for (text, error) in refused {
        assert_eq!(
            Note::parse(&text),
            Err(error),
            "{}",
            &text[..text.len().min(200)]
        );
    }
    let most = format!("text\n\n{}", line.repeat(MAX_SIGNATURES));
    assert_eq!(
        Note::parse(&most).unwrap().signatures().len(),
        MAX_SIGNATURES
    );
}

/// What could not be read back is not signed.
#[test]
fn texts_and_names_outside_the_format_are_not_signed() {
    assert_eq!(
        Note::sign("no newline".into(), &[&signer()]),
        Err(NoteError::Text)
    );
    for name in ["", "a b", "a+b", "a\u{2003}b", "a\nb"] {
        let refused = Note::sign("text\n".into(), &[&Ed25519Signer::from_seed(name, [1; 32])]);
        assert_eq!(refused, Err(NoteError::KeyName(name.into())));
    }
    for origin in ["", "two\nlines", "with\ttab"] {
        let head = Checkpoint {
            origin: origin.into(),
            ..checkpoint()
        };
        assert!(head.sign(&[&signer()]).is_err(), "{origin:?}");
    }
    let too_large = Checkpoint {
        size: u64::MAX,
        ..checkpoint()
    };
    assert_eq!(
        too_large.sign(&[&signer()]),
        Err(CheckpointError::Malformed)
    );
}

/// A key text with a wrong id, type or key is refused, so that a slip in copying is noticed.
#[test]
fn malformed_verifier_keys_are_refused() {
    let weak = VerifierKey {
        name: "weak".into(),
        key_type: 1,
        key: vec![0; 32],
    };
    let private = VerifierKey {
        name: "pq".into(),
        key_type: TYPE_PRIVATE,
        key: b"type key".to_vec(),
    };
    assert_eq!(private.to_string().parse(), Ok(private.clone()));
    for text in [
        "",
        "PeterNeumann",
        "PeterNeumann+c74f20a3",
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumenn+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+",
        &weak.to_string(),
        &private.to_string(),
    ] {
        assert!(Ed25519Verifier::from_vkey(text).is_err(), "{text}");
    }
}

/// Keys of private types take part like any other, and a checkpoint demands *all* keys it is
/// opened with: removing the stronger signature gains nothing.
#[test]
fn a_stripped_signature_is_noticed() {
    let (ed, pq) = (signer(), PrivateKey(ORIGIN));
    let signed = checkpoint().sign(&[&ed, &pq]).unwrap();
    assert_eq!(
        Checkpoint::open(&signed, ORIGIN, &[&ed.verifier(), &pq]),
        Ok(checkpoint())
    );
    let stripped = checkpoint().sign(&[&ed]).unwrap();
    assert_eq!(
        Checkpoint::open(&stripped, ORIGIN, &[&ed.verifier()]),
        Ok(checkpoint())
    );
    let refused = Checkpoint::open(&stripped, ORIGIN, &[&ed.verifier(), &pq]);
    let key_id = NoteVerifier::key_id(&pq);
    assert_eq!(
        refused,
        Err(CheckpointError::NotSignedBy {
            name: ORIGIN.into(),
            key_id
        })
    );
    assert!(Checkpoint::open(&signed, ORIGIN, &[]).is_err());
}

/// A checkpoint of another log, signed by the same key, is not taken for ours.
#[test]
fn the_origin_is_checked() {
    let signed = checkpoint().sign(&[&signer()]).unwrap();
    let refused = Checkpoint::open(
        &signed,
        "de.kontaktstelle.example/exchange/cn",
        &[&signer().verifier()],
    );
    assert!(matches!(refused, Err(CheckpointError::Origin { .. })));
}

/// A checkpoint has one text only; the first is the form in the tlog-cosignature specification.
#[test]
fn checkpoints_are_read_strictly() {
    let text =
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
    let read = Checkpoint::parse(text).unwrap();
    assert_eq!(
        (read.origin.as_str(), read.size),
        ("example.com/behind-the-sofa", 20_852_163)
    );
    assert_eq!(read.to_text(), text);
    for wrong in [
        text.replace("2085", "02085"),
        text.replace("2085", "+2085"),
        text.replace("2085", " 2085"),
        text.replace("20852163", ""),
        text.replace("20852163", "9223372036854775808"),
        text.replace("q2I=", "q2J="),
        text.replace("q2I=", "q2I"),
        text.replace("example.com/behind-the-sofa", ""),
        format!("{text}extension\n"),
        format!("{text}\n"),
        text.trim_end().to_owned(),
        String::new(),
    ] {
        assert_eq!(
            Checkpoint::parse(&wrong),
            Err(CheckpointError::Malformed),
            "{wrong}"
        );
    }
}

/// A witness's cosignature binds the time to the checkpoint, and neither passes for a plain signature.
#[test]
fn cosignatures_bind_time_and_checkpoint() {
    let witness = Cosigner::from_seed("dpa.example/witness", [3; 32], 1_679_315_147);
    let key = CosignatureVerifier::from_vkey(&witness.verifier().vkey()).unwrap();
    assert_eq!(key, witness.verifier());
    assert!(Ed25519Verifier::from_vkey(&key.vkey()).is_err());

    let mut note = Note::parse(&checkpoint().sign(&[&signer()]).unwrap()).unwrap();
    assert_eq!(key.time_of(&note), None);
    note.add_signature(&witness).unwrap();
    assert_eq!(key.time_of(&note), Some(1_679_315_147));
    let opened = Checkpoint::open(&note.to_string(), ORIGIN, &[&signer().verifier(), &key]);
    assert_eq!(opened, Ok(checkpoint()));

    let mut cosignature = note.signatures()[1].signature.clone();
    assert_eq!(cosignature.len(), 8 + 64);
    let message = format!(
        "cosignature/v1\ntime 1679315147\n{}",
        checkpoint().to_text()
    );
    let plain = Ed25519Signer::from_seed("any", [3; 32]);
    assert!(
        plain
            .verifier()
            .verify(message.as_bytes(), &cosignature[8..])
    );
    cosignature[7] ^= 1;
    assert!(!key.verify(note.text().as_bytes(), &cosignature));
}

proptest! {
    /// One changed byte in text or signature is never accepted.
    #[test]
    fn altered_notes_are_refused(at in 0..NEUMANN_NOTE.len(), bit in 0..8_u32) {
        let key = Ed25519Verifier::from_vkey(NEUMANN).unwrap();
        let mut bytes = NEUMANN_NOTE.as_bytes().to_vec();
        bytes[at] ^= 1 << bit;
        let accepted = std::str::from_utf8(&bytes).is_ok_and(|text| {
            Note::parse(text).is_ok_and(|note| verify(&note, &[&key]).is_ok())
        });
        prop_assert!(!accepted);
    }

    /// What can be signed can be read back and verified.
    #[test]
    fn notes_round_trip(text in "([^\\x00-\\x09\\x0b-\\x1f]{0,40}\n){1,5}") {
        let note = Note::sign(text, &[&signer()]).unwrap();
        let read = Note::parse(&note.to_string()).unwrap();
        prop_assert_eq!(&read, &note);
        prop_assert!(verify(&read, &[&signer().verifier()]).is_ok());
    }

    /// No text makes a parser panic, and what is accepted has exactly this one spelling.
    #[test]
    fn any_text_is_read_or_refused(text in "(— |\\PC|[ +=\n0-9A-Za-z/]){0,120}\n?") {
        if let Ok(note) = Note::parse(&text) {
            prop_assert_eq!(note.to_string(), &*text);
        }
        if let Ok(checkpoint) = Checkpoint::parse(&text) {
            prop_assert_eq!(checkpoint.to_text(), &*text);
        }
        if let Ok(key) = text.parse::<VerifierKey>() {
            prop_assert_eq!(key.to_string(), &*text);
        }
        if let Ok(hash) = text.parse::<Hash>() {
            prop_assert_eq!(hash.to_string(), &*text);
        }
    }
}
