//! What a receiver may rely on when a message has been accepted, and what every kind of tampering leads to.
#![allow(clippy::unwrap_used, missing_docs)]

use journal::hash::{Hash, sha256};
use proptest::prelude::*;
use seal::envelope::{PartContext, SealedPart, open_part, seal_part};
use seal::keys::{SealingIdentity, SigningKey};
use seal::message::{Message, MessageFormat, MessageManifest, SignedManifest};
use seal::{Line, SealError, Suite, age_file};
use serde_json::{Value, json};

const TEXT: &[u8] = "Auskunft über Anschluss +49 30 0000".as_bytes();
const LIMIT: u64 = 1 << 20;

struct House {
    key: SigningKey,
    inbox: SealingIdentity,
}

impl House {
    fn new() -> Self {
        Self {
            key: SigningKey::generate().unwrap(),
            inbox: SealingIdentity::generate().unwrap(),
        }
    }
}

fn context() -> PartContext {
    PartContext {
        sender: "de".into(),
        recipient: "cn".into(),
        thread: "0198c0de-0000-7000-8000-000000000001".into(),
        kind: "request.information".into(),
        seq: 2,
    }
}

fn sealed(name: &str, from: &House, to: &House, context: &PartContext) -> SealedPart {
    let recipients = [to.inbox.recipient(), from.inbox.recipient()];
    seal_part(name, "text/plain", TEXT, &recipients, context).unwrap()
}

fn manifest(from: &House, parts: &[&SealedPart]) -> MessageManifest {
    let context = context();
    MessageManifest {
        format: MessageFormat::V1,
        suite: Suite::K1,
        exercise: false,
        sender: context.sender,
        recipient: context.recipient,
        sender_key: from.key.verifying_key().id(),
        seq: context.seq,
        previous: Some(sha256(b"message 1")),
        kind: context.kind,
        thread: context.thread,
        reply_to: None,
        created: "2026-11-23T14:00:00.000Z".into(),
        deadline: Some("2026-11-24T14:00:00Z".into()),
        marking: json!({"level": "VS-NfD", "copies": 1}),
        topic: None,
        parts: parts.iter().map(|part| part.reference.clone()).collect(),
        screening: None,
    }
}

fn message(from: &House, to: &House) -> Message {
    let part = sealed("request.txt", from, to, &context());
    let signed = SignedManifest::sign_with(manifest(from, &[&part]), &from.key).unwrap();
    Message::new(signed, vec![part.bytes]).unwrap()
}

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

/// Sender and receiver can both read what was sent, after it went over the wire; nobody else can.
#[test]
fn both_houses_can_read_a_message() {
    let (de, cn, other) = (House::new(), House::new(), House::new());
    let sent = message(&de, &cn);
    let received = Message::decode(&sent.encode().unwrap(), LIMIT).unwrap();
    assert_eq!(received, sent);
    let manifest = received
        .manifest()
        .verify_sender(&de.key.verifying_key())
        .unwrap();
    assert_eq!(manifest.seq, 2);
    for reader in [&cn, &de] {
        let identities = [other.inbox.clone(), reader.inbox.clone()];
        assert_eq!(
            received.open_part("request.txt", &identities).unwrap(),
            TEXT
        );
    }
    let refused = received.open_part("request.txt", std::slice::from_ref(&other.inbox));
    assert!(matches!(refused, Err(SealError::NoMatchingIdentity)));
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
    for (at, line) in [Line::Ed25519, Line::MlDsa65].into_iter().enumerate() {
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
    for (at, line) in [Line::Ed25519, Line::MlDsa65].into_iter().enumerate() {
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
        Err(SealError::BadSignature(Line::MlDsa65))
    ));
    let swapped = with_lines(&signed, |lines| lines[0] = other[0].clone());
    assert!(matches!(
        swapped.verify(&key),
        Err(SealError::BadSignature(Line::Ed25519))
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
    let refused = with("format", json!("kontaktstelle/message/v2"));
    assert!(
        matches!(refused, Err(SealError::UnknownFormat { found, .. }) if found == "kontaktstelle/message/v2")
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
    let changes: [(&str, Change); 10] = [
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

/// A part's bytes are bound by the manifest.
#[test]
fn altered_part_is_refused() {
    let (de, cn) = (House::new(), House::new());
    let sent = message(&de, &cn);
    let mut bytes = sent.encode().unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    assert!(
        matches!(Message::decode(&bytes, LIMIT), Err(SealError::PartMismatch(name)) if name == "request.txt")
    );
    let (signed, parts) = sent.into_parts();
    let refused = Message::new(signed.clone(), vec![parts[0].clone(), parts[0].clone()]);
    assert!(matches!(refused, Err(SealError::Wire(_))));
    let other = message(&de, &cn).into_parts().1;
    assert!(matches!(
        Message::new(signed, other),
        Err(SealError::PartMismatch(_))
    ));
}

/// Surreptitious forwarding: a ciphertext put under another manifest, even one with good signatures, is recognised by what
/// its author wrote inside.
#[test]
fn part_of_another_message_is_recognised() {
    let (de, cn) = (House::new(), House::new());
    type Change = fn(&mut PartContext);
    let changes: [(&str, Change); 5] = [
        ("sender", |c| c.sender = "us".into()),
        ("recipient", |c| c.recipient = "us".into()),
        ("thread", |c| c.thread = "another".into()),
        ("kind", |c| c.kind = "another".into()),
        ("seq", |c| c.seq = 9),
    ];
    for (expected, change) in changes {
        let mut elsewhere = context();
        change(&mut elsewhere);
        let part = sealed("a", &de, &cn, &elsewhere);
        let signed = SignedManifest::sign_with(manifest(&de, &[&part]), &de.key).unwrap();
        let stolen = Message::new(signed, vec![part.bytes]).unwrap();
        let refused = stolen.open_part("a", std::slice::from_ref(&cn.inbox));
        assert!(
            matches!(refused, Err(SealError::OtherContext { field, .. }) if field == expected),
            "{expected}"
        );
    }
    // The same within one message: two parts cannot take each other's name.
    let mut part = sealed("a", &de, &cn, &context());
    part.reference.name = "b".into();
    let refused = open_part(
        &manifest(&de, &[&part]),
        "b",
        &part.bytes,
        std::slice::from_ref(&cn.inbox),
    );
    assert!(matches!(
        refused,
        Err(SealError::OtherContext { field: "name", .. })
    ));
}

/// A sealed file without an author's statement, or with a false length, is not a part.
#[test]
fn part_without_statement_is_refused() {
    let (de, cn) = (House::new(), House::new());
    for plaintext in [
        &b""[..],
        b"\0\0\0",
        b"\0\0\0\x02{}rest",
        b"\xff\xff\xff\xff",
        b"hello world",
    ] {
        let bytes = age_file::seal(plaintext, &[cn.inbox.recipient()]).unwrap();
        let mut part = sealed("a", &de, &cn, &context());
        part.reference.size = bytes.len() as u64;
        part.reference.sha256 = sha256(&bytes);
        let refused = open_part(
            &manifest(&de, &[&part]),
            "a",
            &bytes,
            std::slice::from_ref(&cn.inbox),
        );
        assert!(matches!(refused, Err(SealError::NoAuthorStatement(_))));
    }
}

/// A part that a classical key could open too is refused, although its post-quantum stanza is fine.
#[test]
fn classical_recipient_is_refused_in_messages() {
    let (de, cn) = (House::new(), House::new());
    let mut part = sealed("a", &de, &cn, &context());
    let text = b"age-encryption.org/v1\n-> X25519 abc\nAAAA\n";
    part.bytes.splice(..22, text.iter().copied());
    part.reference.size = part.bytes.len() as u64;
    part.reference.sha256 = sha256(&part.bytes);
    let refused = open_part(
        &manifest(&de, &[&part]),
        "a",
        &part.bytes,
        std::slice::from_ref(&cn.inbox),
    );
    assert!(matches!(refused, Err(SealError::ClassicalRecipient(_))));
}

/// A house cannot send what it could not read itself later.
#[test]
fn archive_recipient_is_required() {
    let cn = House::new();
    let only = cn.inbox.recipient();
    for recipients in [vec![], vec![only.clone()], vec![only.clone(), only]] {
        let refused = seal_part("a", "text/plain", TEXT, &recipients, &context());
        assert!(matches!(refused, Err(SealError::TooFewRecipients)));
    }
}

/// Every limit of the encoding holds, and nothing may hide behind the last part.
#[test]
fn encoding_is_strict() {
    let (de, cn) = (House::new(), House::new());
    let sent = message(&de, &cn);
    let bytes = sent.encode().unwrap();
    let size = sent.manifest().statement().parts[0].size;
    assert!(Message::decode(&bytes, size).is_ok());
    assert!(matches!(
        Message::decode(&bytes, size - 1),
        Err(SealError::TooLarge { what: "part", .. })
    ));
    for cut in 0..bytes.len() {
        assert!(Message::decode(&bytes[..cut], LIMIT).is_err());
    }
    let longer = [bytes.as_slice(), b"\0"].concat();
    assert!(matches!(
        Message::decode(&longer, LIMIT),
        Err(SealError::Wire("bytes after the last part"))
    ));
    let mut newer = bytes.clone();
    newer[6] = 2;
    assert!(matches!(
        Message::decode(&newer, LIMIT),
        Err(SealError::Wire("unknown version"))
    ));
    let mut huge = bytes;
    huge[7..11].copy_from_slice(&(64 * 1024 + 1_u32).to_be_bytes());
    assert!(matches!(
        Message::decode(&huge, LIMIT),
        Err(SealError::TooLarge {
            what: "manifest",
            ..
        })
    ));
}

/// A log line with keys in it gives no secret away.
#[test]
fn debug_shows_no_secret() {
    let key = SigningKey::generate().unwrap();
    let secret = hex::encode(key.to_secret_bytes());
    let shown = format!("{key:?}");
    assert!(
        shown.starts_with("SigningKey(secret of VerifyingKey(kontaktstelle/"),
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
        let _ = Message::decode(&bytes, LIMIT);
        let _ = Message::decode(&[b"KSTMSG\x01", bytes.as_slice()].concat(), LIMIT);
        let _ = SignedManifest::from_json(&bytes);
        let _ = seal::receipt::SignedReceipt::from_json(&bytes);
        let _ = seal::key_manifest::SignedKeyManifest::from_json(&bytes);
        let text = String::from_utf8_lossy(&bytes);
        let _ = text.parse::<SealingIdentity>();
        let _ = text.parse::<seal::keys::SealingRecipient>();
        let _ = text.parse::<seal::keys::Fingerprint>();
        let _ = SigningKey::from_secret_bytes(&bytes);
        let _ = age_file::open(&bytes, &[]);
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
        let accepted = Message::decode(&bytes, LIMIT)
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
