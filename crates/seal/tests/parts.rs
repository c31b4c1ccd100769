//! What a receiver may rely on when a part has been opened: it is the one that its author sealed for this message.
#![allow(clippy::unwrap_used, missing_docs)]

use journal::hash::sha256;
use seal::digest::Digest;
use seal::envelope::{PartContext, SealedPart, open_part, seal_part};
use seal::headers::Headers;
use seal::message::{MAX_INLINE_BYTES, MAX_INLINE_TOTAL_BYTES, Message, SignedManifest};
use seal::{SealError, Suite, sealed_file};
use serde_json::Value;

#[path = "support/houses.rs"]
mod houses;

use houses::{House, TEXT, context, manifest, message, sealed, sent};

/// A part's payload and header are bound by the manifest.
#[test]
fn altered_part_is_refused() {
    let (de, cn) = (House::new(), House::new());
    let sent = sent(&de, &cn);
    let mut bytes = sent.message.encode().unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    assert!(matches!(
        Message::decode(&bytes),
        Err(SealError::Wire("a payload is not what it is named as"))
    ));
    let (signed, payloads) = sent.message.clone().into_parts();
    let (payload, header) = (&payloads[0], sent.headers.get("request.txt").unwrap());
    let identities = std::slice::from_ref(&cn.inbox);
    let open = |header: &[u8], payload: &[u8]| {
        open_part(
            signed.statement(),
            "request.txt",
            header,
            payload,
            identities,
        )
    };
    assert_eq!(open(header, payload).unwrap(), TEXT);
    for longer in [
        [payload.as_slice(), b"\0"].concat(),
        [payload.as_slice(), payload].concat(),
    ] {
        assert!(matches!(open(header, &longer), Err(SealError::Payload)));
    }
    let mut altered = header.to_vec();
    altered[30] ^= 1;
    assert!(matches!(
        open(&altered, payload),
        Err(SealError::PartMismatch(name)) if name == "request.txt"
    ));
    // Sealed for the same two houses in the same place, but another message.
    let other = houses::sent(&de, &cn);
    let other_header = other.headers.get("request.txt").unwrap();
    assert!(matches!(
        open(other_header, payload),
        Err(SealError::PartMismatch(_))
    ));
    let other_payload = other.message.payload("request.txt").unwrap();
    assert!(matches!(
        open(header, other_payload),
        Err(SealError::Payload)
    ));
}

/// A payload that opens well but is another than the one named is refused at its end: the sender of both cannot have it
/// both ways.
#[test]
fn payload_with_another_hash_is_refused() {
    let (de, cn) = (House::new(), House::new());
    let mut part = sealed("a", &de, &cn, &context());
    part.reference.payload.sha256 = sha256(b"another");
    let identities = std::slice::from_ref(&cn.inbox);
    let manifest = manifest(&de, &[&part]);
    let refused = open_part(&manifest, "a", &part.header, &part.payload, identities);
    assert!(matches!(refused, Err(SealError::PartMismatch(_))));
}

/// Payloads that nobody announced, or that come twice or in another order, are not taken along.
#[test]
fn foreign_payload_is_refused() {
    let (de, cn) = (House::new(), House::new());
    let [a, b] = ["a", "b"].map(|name| sealed(name, &de, &cn, &context()));
    let signed = SignedManifest::sign_with(manifest(&de, &[&a, &b]), &de.key).unwrap();
    let join = |payloads: &[&SealedPart]| {
        let payloads = payloads.iter().map(|part| part.payload.clone()).collect();
        Message::new(signed.clone(), payloads)
    };
    let missing = |message: Message| -> Vec<String> {
        message.missing().map(|part| part.name.clone()).collect()
    };
    assert_eq!(missing(join(&[]).unwrap()), ["a", "b"]);
    assert_eq!(missing(join(&[&b]).unwrap()), ["a"]);
    let both = join(&[&a, &b]).unwrap();
    assert_eq!(both.payload("b"), Some(b.payload.as_slice()));
    assert!(missing(both).is_empty());
    let foreign = sealed("a", &de, &cn, &context());
    for payloads in [
        vec![&foreign],
        vec![&a, &foreign],
        vec![&a, &a],
        vec![&b, &a],
    ] {
        assert!(matches!(join(&payloads), Err(SealError::ForeignPayload(_))));
    }
}

/// What travels inside a message is bounded, each payload and all together.
#[test]
fn inline_payloads_are_bounded() {
    let (de, cn) = (House::new(), House::new());
    let signed = message(&de, &cn).into_parts().0;
    let join = |sizes: &[u64]| {
        let payloads = sizes.iter().map(|size| vec![0; *size as usize]).collect();
        Message::new(signed.clone(), payloads)
    };
    let bounded = |what: &str, sizes: &[u64]| {
        assert!(matches!(join(sizes), Err(SealError::TooLarge { what: w, .. }) if w == what));
    };
    bounded("inline payload", &[MAX_INLINE_BYTES + 1]);
    bounded("inline payloads together", &[MAX_INLINE_BYTES; 5]);
    let full = vec![MAX_INLINE_BYTES; (MAX_INLINE_TOTAL_BYTES / MAX_INLINE_BYTES) as usize];
    assert!(matches!(join(&full), Err(SealError::ForeignPayload(_))));
}

/// Headers belong to one message and are all there, no more and no less.
#[test]
fn headers_are_those_of_the_message() {
    let (de, cn) = (House::new(), House::new());
    let [a, b] = ["a", "b"].map(|name| sealed(name, &de, &cn, &context()));
    let signed = SignedManifest::sign_with(manifest(&de, &[&a, &b]), &de.key).unwrap();
    let collect = |headers: &[(&str, &SealedPart)]| {
        let headers = headers
            .iter()
            .map(|(name, part)| ((*name).to_owned(), part.header.clone()));
        Headers::new(&signed, headers)
    };
    let good = collect(&[("a", &a), ("b", &b)]).unwrap();
    for (headers, missing) in [
        (vec![("a", &a)], "b"),
        (vec![("a", &b), ("b", &a)], "a"),
        (vec![("a", &a), ("c", &b)], "b"),
    ] {
        assert!(matches!(
            collect(&headers),
            Err(SealError::PartMismatch(name)) if name == missing
        ));
    }
    assert!(matches!(
        collect(&[("a", &a), ("b", &b), ("c", &b)]),
        Err(SealError::UnknownPart(name)) if name == "c"
    ));
    assert!(matches!(
        good.check(message(&de, &cn).manifest()),
        Err(SealError::OtherMessage { .. })
    ));
}

/// The headers document has one spelling and bounds, and says what is wrong.
#[test]
fn headers_document_is_strict() {
    let (de, cn) = (House::new(), House::new());
    let json = sent(&de, &cn).headers.to_json().unwrap();
    Headers::from_json(format!("{json}\n").as_bytes()).unwrap();
    let read = |json: String| Headers::from_json(json.as_bytes());
    let with = |change: fn(&mut Value)| {
        let mut document: Value = serde_json::from_str(&json).unwrap();
        change(&mut document);
        read(serde_json_canonicalizer::to_string(&document).unwrap())
    };
    assert!(matches!(
        read(json.replacen(':', ": ", 1)),
        Err(SealError::NotCanonical(_))
    ));
    assert!(matches!(
        with(|d| d["format"] = "kontaktstelle/headers/v2".into()),
        Err(SealError::UnknownFormat { .. })
    ));
    assert!(matches!(
        with(|d| d["x"] = 1.into()),
        Err(SealError::MalformedJson { .. })
    ));
    let invalid: [fn(&mut Value); 4] = [
        |d| d["headers"]["request.txt"] = "%".into(),
        |d| d["headers"]["../x"] = "".into(),
        |d| d["headers"]["x"] = "A".repeat(4 * 22_000).into(),
        |d| {
            for n in 0..33 {
                d["headers"][n.to_string()] = "".into();
            }
        },
    ];
    for change in invalid {
        assert!(matches!(with(change), Err(SealError::InvalidField { .. })));
    }
    assert!(matches!(
        read(" ".repeat(1 << 23) + "x"),
        Err(SealError::TooLarge { .. })
    ));
}

/// What one suite sealed is not taken under the other, and this is noticed before a key is used: the key of the right
/// kind, and even the one it was sealed to, change nothing.
#[test]
fn suites_do_not_mix() {
    let (k1, k2) = (House::of(Suite::K1), House::of(Suite::K2));
    for (ours, other) in [(&k1, &k2), (&k2, &k1)] {
        let part = sealed("a", ours, &House::of(ours.inbox.suite()), &context());
        let mut manifest = manifest(ours, &[&part]);
        manifest.suite = other.inbox.suite();
        for identities in [vec![], vec![ours.inbox.clone(), other.inbox.clone()]] {
            let refused = open_part(&manifest, "a", &part.header, &part.payload, &identities);
            assert!(matches!(
                refused,
                Err(SealError::HeaderSuite { expected, found })
                    if expected == other.inbox.suite() && found == ours.inbox.suite()
            ));
        }
        let recipients = [ours.inbox.recipient(), other.inbox.recipient()];
        let suite = ours.inbox.suite();
        let refused = seal_part("a", "text/plain", TEXT, &recipients, &context(), suite);
        assert!(matches!(refused, Err(SealError::OtherSuite { .. })));
    }
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
        let identities = std::slice::from_ref(&cn.inbox);
        let stolen = manifest(&de, &[&part]);
        let refused = open_part(&stolen, "a", &part.header, &part.payload, identities);
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
        &part.header,
        &part.payload,
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
        let mut bytes = Vec::new();
        sealed_file::seal(Suite::K1, plaintext, &mut bytes, &[cn.inbox.recipient()]).unwrap();
        let header = seal::header::Header::parse(&bytes).unwrap().length();
        let (header, payload) = bytes.split_at(header);
        let mut part = sealed("a", &de, &cn, &context());
        part.reference.header = Digest::of(header);
        part.reference.payload = Digest::of(payload);
        let refused = open_part(
            &manifest(&de, &[&part]),
            "a",
            header,
            payload,
            std::slice::from_ref(&cn.inbox),
        );
        assert!(matches!(refused, Err(SealError::NoAuthorStatement(_))));
    }
}

/// A part that a key of another kind could open too is refused, although its own stanza is fine.
#[test]
fn foreign_recipient_is_refused_in_messages() {
    let (de, cn) = (House::new(), House::new());
    let mut part = sealed("a", &de, &cn, &context());
    let text = b"age-encryption.org/v1\n-> X25519 abc\nAAAA\n";
    part.header.splice(..22, text.iter().copied());
    part.reference.header = Digest::of(&part.header);
    let refused = open_part(
        &manifest(&de, &[&part]),
        "a",
        &part.header,
        &part.payload,
        std::slice::from_ref(&cn.inbox),
    );
    assert!(matches!(refused, Err(SealError::ForeignRecipient(_))));
}

/// A house cannot send what it could not read itself later.
#[test]
fn archive_recipient_is_required() {
    let cn = House::new();
    let only = cn.inbox.recipient();
    for recipients in [vec![], vec![only.clone()], vec![only.clone(), only]] {
        let refused = seal_part("a", "text/plain", TEXT, &recipients, &context(), Suite::K1);
        assert!(matches!(refused, Err(SealError::TooFewRecipients)));
    }
}
