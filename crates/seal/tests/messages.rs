//! What a receiver may rely on when a message has been accepted, and what every kind of tampering leads to.
#![allow(clippy::unwrap_used, missing_docs)]

use journal::hash::{Hash, sha256};
use proptest::prelude::*;
use seal::headers::Headers;
use seal::keys::{SealingIdentity, SigningKey};
use seal::message::{MAX_INLINE_BYTES, Message, MessageManifest, SignedManifest};
use seal::{SealError, SignatureAlgorithm, Suite, sealed_file};
use serde_json::{Value, json};

#[path = "support/houses.rs"]
mod houses;

use houses::{House, Sent, TEXT, context, manifest, message, sealed, sent};

/// Changes a document as an attacker would and spells it canonically again.
fn tampered(
    signed: &SignedManifest,
    change: impl FnOnce(&mut Value),
) -> Result<SignedManifest, SealError> {
    let mut document: Value = serde_json::from_str(&signed.to_json().unwrap()).unwrap();
    change(&mut document);
    SignedManifest::from_json(&serde_json_canonicalizer::to_vec(&document).unwrap())
}

/// Changes the lines of the signature note: 0 is Ed25519, 1 is ML-DSA-65.
fn with_lines(signed: &SignedManifest, change: impl FnOnce(&mut Vec<String>)) -> SignedManifest {
    let (text, lines) = signed.signatures().rsplit_once("\n\n").unwrap();
    let mut lines: Vec<String> = lines.lines().map(str::to_owned).collect();
    change(&mut lines);
    let note = format!("{text}\n\n{}\n", lines.join("\n"));
    tampered(signed, |document| document["signatures"] = note.into()).unwrap()
}

/// Sender and receiver can both read what was sent, after message and headers went over the wire; nobody else can, and
/// without the headers nobody at all. So with both suites.
#[test]
fn both_houses_can_read_a_message() {
    for suite in Suite::ALL {
        let (de, cn, other) = (House::of(suite), House::of(suite), House::of(suite));
        let sent = sent(&de, &cn);
        let received = Sent {
            message: Message::decode(&sent.message.encode().unwrap()).unwrap(),
            headers: Headers::from_json(sent.headers.to_json().unwrap().as_bytes()).unwrap(),
        };
        assert_eq!(received.message, sent.message);
        assert_eq!(received.headers, sent.headers);
        let manifest = received
            .message
            .manifest()
            .verify_sender(&de.key.verifying_key())
            .unwrap();
        assert_eq!((manifest.seq, manifest.suite), (2, suite));
        received.headers.check(received.message.manifest()).unwrap();
        for reader in [&cn, &de] {
            let identities = [other.inbox.clone(), reader.inbox.clone()];
            assert_eq!(received.open("request.txt", &identities).unwrap(), TEXT);
        }
        let refused = received.open("request.txt", std::slice::from_ref(&other.inbox));
        assert!(matches!(refused, Err(SealError::NoMatchingIdentity)));
    }
}

/// The id is over the canonical statement only, so it does not change with a new signature over the same statement.
#[test]
fn id_does_not_depend_on_signatures() {
    let (de, cn) = (House::new(), House::new());
    let part = sealed("a", &de, &cn, &context());
    let first = SignedManifest::sign_with(manifest(&de, &[&part]), &de.key).unwrap();
    let second = SignedManifest::sign_with(manifest(&de, &[&part]), &de.key).unwrap();
    assert_ne!(first.signatures(), second.signatures());
    assert_eq!(first.id(), second.id());
    assert_eq!(
        first.id(),
        sha256(&serde_json_canonicalizer::to_vec(first.statement()).unwrap())
    );
}

/// Neither signature can be taken away: the error names the missing one.
#[test]
fn stripped_signature_is_named() {
    let (de, cn) = (House::new(), House::new());
    let signed = message(&de, &cn).manifest().clone();
    let key = de.key.verifying_key();
    for (at, line) in [SignatureAlgorithm::Ed25519, SignatureAlgorithm::MlDsa65]
        .into_iter()
        .enumerate()
    {
        let stripped = with_lines(&signed, |lines| drop(lines.remove(at)));
        assert!(matches!(stripped.verify(&key), Err(SealError::MissingSignature(l)) if l == line));
    }
}

/// A doubled, damaged, exchanged or additional signature line is refused by name.
#[test]
fn altered_signature_lines_are_named() {
    let (de, cn) = (House::new(), House::new());
    let signed = message(&de, &cn).manifest().clone();
    let key = de.key.verifying_key();
    for (at, line) in [SignatureAlgorithm::Ed25519, SignatureAlgorithm::MlDsa65]
        .into_iter()
        .enumerate()
    {
        let doubled = with_lines(&signed, |lines| lines.push(lines[at].clone()));
        assert!(matches!(doubled.verify(&key), Err(SealError::DuplicateSignature(l)) if l == line));

        let damaged = with_lines(&signed, |lines| {
            let flipped = if lines[at].as_bytes()[60] == b'A' {
                "B"
            } else {
                "A"
            };
            lines[at].replace_range(60..61, flipped);
        });
        assert!(
            matches!(damaged.verify(&key), Err(SealError::BadSignature(l)) if l == line),
            "{line}"
        );
    }

    let note_lines = |signed: &SignedManifest| -> Vec<String> {
        signed
            .signatures()
            .rsplit_once("\n\n")
            .unwrap()
            .1
            .lines()
            .map(str::to_owned)
            .collect()
    };
    let foreign = note_lines(message(&cn, &de).manifest());
    let extra = with_lines(&signed, |lines| lines.push(foreign[0].clone()));
    assert!(matches!(
        extra.verify(&key),
        Err(SealError::ForeignSignature(_))
    ));

    // A genuine signature by the same key over another message does not count for this one.
    let other = note_lines(message(&de, &cn).manifest());
    let swapped = with_lines(&signed, |lines| lines[1] = other[1].clone());
    assert!(matches!(
        swapped.verify(&key),
        Err(SealError::BadSignature(SignatureAlgorithm::MlDsa65))
    ));
    let swapped = with_lines(&signed, |lines| lines[0] = other[0].clone());
    assert!(matches!(
        swapped.verify(&key),
        Err(SealError::BadSignature(SignatureAlgorithm::Ed25519))
    ));
}

/// One valid signature never stands in for the other: two half-forged pairs do not add up.
#[test]
fn halves_of_two_keys_do_not_make_one() {
    let (de, cn) = (House::new(), House::new());
    let part = sealed("a", &de, &cn, &context());
    let mine = SignedManifest::sign_with(manifest(&de, &[&part]), &de.key).unwrap();
    let mut theirs = manifest(&de, &[&part]);
    theirs.sender_key = cn.key.verifying_key().id();
    let theirs = SignedManifest::sign_with(theirs, &cn.key).unwrap();
    let foreign = theirs
        .signatures()
        .rsplit_once("\n\n")
        .unwrap()
        .1
        .lines()
        .nth(1)
        .unwrap()
        .to_owned();
    let mixed = with_lines(&mine, |lines| lines[1] = foreign);
    for key in [de.key.verifying_key(), cn.key.verifying_key()] {
        assert!(matches!(
            mixed.verify(&key),
            Err(SealError::MissingSignature(_))
        ));
    }
}

/// A message counts only under the key that it names.
#[test]
fn wrong_key_is_refused() {
    let (de, cn) = (House::new(), House::new());
    let signed = message(&de, &cn).manifest().clone();
    let refused = signed.verify_sender(&cn.key.verifying_key());
    assert!(matches!(refused, Err(SealError::OtherSigningKey { .. })));
    let refused = SignedManifest::sign_with(signed.statement().clone(), &cn.key);
    assert!(matches!(refused, Err(SealError::OtherSigningKey { .. })));
}

/// No field of the manifest can be altered under the signatures.
#[test]
fn every_field_is_signed() {
    let (de, cn) = (House::new(), House::new());
    let signed = message(&de, &cn).manifest().clone();
    let key = de.key.verifying_key();
    let changes = [
        ("exercise", json!(true)),
        ("recipient", json!("us")),
        ("seq", json!(3)),
        ("previous", json!(sha256(b"another"))),
        ("kind", json!("request.revoked")),
        ("thread", json!("another")),
        ("reply_to", json!(sha256(b"another"))),
        ("deadline", json!("2027-11-24T14:00:00Z")),
        ("marking", json!({})),
        ("topic", json!("x")),
        ("parts", json!([])),
        ("screening", json!(sha256(b"another"))),
    ];
    for (field, value) in changes {
        let altered = tampered(&signed, |document| document["statement"][field] = value).unwrap();
        assert!(
            matches!(altered.verify(&key), Err(SealError::OtherStatementSigned)),
            "{field}"
        );
    }
}

/// What we do not understand we do not guess: unknown suites, formats and fields are refused.
#[test]
fn unknown_things_are_refused() {
    let (de, cn) = (House::new(), House::new());
    let signed = message(&de, &cn).manifest().clone();
    let with = |field: &str, value: Value| {
        tampered(&signed, |document| document["statement"][field] = value)
    };
    assert!(matches!(with("suite", json!("K0")), Err(SealError::UnknownSuite(s)) if s == "K0"));
    let refused = with("format", json!("kontaktstelle/message/v1"));
    assert!(
        matches!(refused, Err(SealError::UnknownFormat { found, .. }) if found == "kontaktstelle/message/v1")
    );
    assert!(matches!(
        with("cc", json!("x")),
        Err(SealError::MalformedJson { .. })
    ));
}

/// One statement has one spelling; anything else would give two hashes for one meaning.
#[test]
fn other_spellings_are_refused() {
    let (de, cn) = (House::new(), House::new());
    let json = message(&de, &cn).manifest().to_json().unwrap();
    SignedManifest::from_json(format!("{json}\n").as_bytes()).unwrap();
    let spaced = json.replacen(':', ": ", 1);
    let doubled = json.replacen(
        "\"exercise\":false",
        "\"exercise\":false,\"exercise\":false",
        1,
    );
    let null = json.replacen("\"thread\"", "\"screening\":null,\"thread\"", 1);
    let extra = format!("{},\"x\":1}}", json.strip_suffix('}').unwrap());
    for other in [spaced, doubled, null, extra] {
        assert!(
            matches!(
                SignedManifest::from_json(other.as_bytes()),
                Err(SealError::NotCanonical(_))
            ),
            "{other}"
        );
    }
}

/// Values that would be ambiguous, dangerous as file names, or out of order are refused before signing and on reading.
#[test]
fn invalid_fields_are_named() {
    let (de, cn) = (House::new(), House::new());
    let part = sealed("a", &de, &cn, &context());
    let good = manifest(&de, &[&part]);
    type Change = fn(&mut MessageManifest);
    let changes: [(&str, Change); 13] = [
        ("sender", |m| m.sender.clear()),
        ("recipient", |m| m.recipient = m.sender.clone()),
        ("seq", |m| m.seq = 1 << 53),
        ("previous", |m| m.previous = None),
        ("previous", |m| m.seq = 1),
        ("created", |m| {
            m.created = "2026-11-23T14:00:00+01:00".into()
        }),
        ("deadline", |m| {
            m.deadline = Some("2026-02-30T00:00:00Z".into())
        }),
        ("marking", |m| m.marking = json!([{"x": 0.5}])),
        ("parts.name", |m| m.parts[0].name = "../a".into()),
        ("parts.name", |m| m.parts.push(m.parts[0].clone())),
        ("parts.payload.sha256", |m| {
            m.parts.push(m.parts[0].clone());
            m.parts[1].name = "b".into();
        }),
        ("parts.payload.size", |m| m.parts[0].payload.size = 1 << 53),
        ("parts.header.size", |m| {
            m.parts[0].header.size = 64 * 1024 + 1
        }),
    ];
    for (expected, change) in changes {
        let mut bad = good.clone();
        change(&mut bad);
        let refused = SignedManifest::sign_with(bad, &de.key);
        assert!(
            matches!(refused, Err(SealError::InvalidField { field, .. }) if field == expected),
            "{expected}"
        );
    }
    let signed = SignedManifest::sign_with(good, &de.key).unwrap();
    let refused = tampered(&signed, |document| {
        document["statement"]["created"] = "yesterday".into()
    });
    assert!(matches!(
        refused,
        Err(SealError::InvalidField {
            field: "created",
            ..
        })
    ));
}

/// Every limit of the encoding holds, and nothing may hide behind the last payload.
#[test]
fn encoding_is_strict() {
    let (de, cn) = (House::new(), House::new());
    let bytes = message(&de, &cn).encode().unwrap();
    for cut in 0..bytes.len() {
        assert!(Message::decode(&bytes[..cut]).is_err());
    }
    let longer = [bytes.as_slice(), b"\0"].concat();
    assert!(matches!(
        Message::decode(&longer),
        Err(SealError::Wire("bytes after the last payload"))
    ));
    let mut older = bytes.clone();
    older[6] = 1;
    assert!(matches!(
        Message::decode(&older),
        Err(SealError::Wire("unknown version"))
    ));
    let manifest = u32::from_be_bytes(bytes[7..11].try_into().unwrap()) as usize;
    let with = |at: usize, number: &[u8]| {
        let mut bytes = bytes.clone();
        bytes[at..at + number.len()].copy_from_slice(number);
        Message::decode(&bytes)
    };
    let huge = with(7, &(64 * 1024 + 1_u32).to_be_bytes());
    assert!(matches!(
        huge,
        Err(SealError::TooLarge {
            what: "manifest",
            ..
        })
    ));
    let huge = with(12 + manifest, &(MAX_INLINE_BYTES as u32 + 1).to_be_bytes());
    assert!(matches!(
        huge,
        Err(SealError::TooLarge {
            what: "inline payload",
            ..
        })
    ));
    let many = with(11 + manifest, &[33]);
    assert!(matches!(many, Err(SealError::Wire("too many payloads"))));
}

/// A log line with keys in it gives no secret away.
#[test]
fn debug_shows_no_secret() {
    let key = SigningKey::generate(Suite::K1).unwrap();
    let secret = hex::encode(key.to_secret_bytes().unwrap());
    let shown = format!("{key:?}");
    assert!(
        shown.starts_with("SigningKey(secret of kontaktstelle/"),
        "{shown}"
    );
    for at in 0..secret.len() - 8 {
        assert!(!shown.contains(&secret[at..at + 8]));
    }
}

proptest! {
    /// Bytes from outside never end in a panic.
    #[test]
    fn decoders_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = Message::decode(&bytes);
        let _ = Message::decode(&[b"KSTMSG\x02", bytes.as_slice()].concat());
        let _ = SignedManifest::from_json(&bytes);
        let _ = seal::receipt::SignedReceipt::from_json(&bytes);
        let _ = seal::key_manifest::SignedKeyManifest::from_json(&bytes);
        let text = String::from_utf8_lossy(&bytes);
        let _ = text.parse::<SealingIdentity>();
        let _ = text.parse::<seal::keys::SealingRecipient>();
        let _ = text.parse::<seal::keys::Fingerprint>();
        let _ = SigningKey::from_secret_bytes(Suite::K1, &bytes);
        let _ = SigningKey::from_secret_bytes(Suite::K2, &bytes);
        let _ = Headers::from_json(&bytes);
        let _ = sealed_file::open(&*bytes, std::io::sink(), &[]);
        let log = seal::keys::LogKey::from_secret_bytes(&[1; 64]).unwrap().vkeys("x");
        let log = journal::note::Ed25519Verifier::from_vkey(&log[0]).unwrap();
        let _ = seal::cose::verify(&bytes, &Hash([0; 32]), &log);
    }

    /// One flipped bit anywhere in a message is noticed, by the reader or by the signatures.
    #[test]
    fn flipped_bits_are_noticed(at in any::<proptest::sample::Index>(), bit in 0..8_u32) {
        static SENT: std::sync::LazyLock<(Vec<u8>, House)> = std::sync::LazyLock::new(|| {
            let (de, cn) = (House::new(), House::new());
            (message(&de, &cn).encode().unwrap(), de)
        });
        let (sent, de) = &*SENT;
        let mut bytes = sent.clone();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        let accepted = Message::decode(&bytes)
            .is_ok_and(|message| message.manifest().verify_sender(&de.key.verifying_key()).is_ok());
        prop_assert!(!accepted, "byte {at} bit {bit}");
    }
}

/// The first message of a direction says so by having no predecessor, not by a null one.
#[test]
fn first_message_has_no_predecessor() {
    let (de, cn) = (House::new(), House::new());
    let part = sealed("a", &de, &cn, &context());
    let mut first = manifest(&de, &[&part]);
    (first.seq, first.previous) = (1, None);
    let signed = SignedManifest::sign_with(first, &de.key).unwrap();
    let json = signed.to_json().unwrap();
    assert!(!json.contains("previous"));
    let again: Option<Hash> = SignedManifest::from_json(json.as_bytes())
        .unwrap()
        .statement()
        .previous;
    assert_eq!(again, None);
}
