//! What is not authentic, not for us or not from a known peer has no effect.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use journal::hash::sha256;
use office::Rejection;
use seal::Suite;
use seal::message::Message;
use seal::receipt::ReceiptEvent;
use support::*;

/// Promise: what is not authentic, not for us or not from a known peer has no effect except the
/// entry that says so, with a code and the hash of what came.
#[test]
fn forged_messages_have_no_effect() {
    let (de, cn) = two_houses();
    let fr = House::new("fr", &["de"], false);
    cn.ask(&de, honest_request(), vec![attachment("a.txt", b"x")]);
    let bytes = cn.only_waiting(&de.party);
    let message = Message::decode(&bytes).unwrap();
    let parts = || message.clone().into_parts().1;
    let before = effects(&de, &cn);
    let check = |bytes: &[u8], from: &House, code: &str, what: &str| {
        let rejection = de.take(from, bytes).unwrap_err();
        assert_eq!(rejection.code(), code, "{what}: {rejection}");
        assert_eq!(effects(&de, &cn), before, "{what}");
        let entry = de.last("office", "message.rejected");
        assert_eq!(entry["code"], code, "{what}");
        assert_eq!(entry["sha256"], sha256(bytes).to_string(), "{what}");
    };

    let mut flipped = bytes.clone();
    *flipped.last_mut().unwrap() ^= 1;
    check(&flipped, &cn, "not-authentic", "a bit of the last part");
    check(&bytes[..bytes.len() - 1], &cn, "not-authentic", "cut off");
    check(b"", &cn, "not-authentic", "nothing");
    check(b"{}", &cn, "not-authentic", "no message");
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let at = text.find("critical-infrastructure").unwrap();
    let mut edited = bytes.clone();
    edited[at] = b'C';
    check(&edited, &cn, "not-authentic", "a letter of the manifest");

    // One of the two signatures taken away: each line of the note is one.
    let lines: Vec<_> = message
        .manifest()
        .signatures()
        .lines()
        .filter(|l| l.starts_with('—'))
        .map(str::to_owned)
        .collect();
    assert_eq!(lines.len(), 2);
    for line in lines {
        let json = message.manifest().to_json().unwrap();
        let mut document: serde_json::Value = serde_json::from_str(&json).unwrap();
        strip(&mut document, &line);
        let stripped = serde_json::to_string(&document).unwrap();
        assert_ne!(stripped, json);
        let signed = seal::message::SignedManifest::from_json(stripped.as_bytes());
        // Refused when read, or else when verified.
        if let Ok(signed) = signed {
            let bytes = Message::new(signed, parts()).unwrap().encode().unwrap();
            check(&bytes, &cn, "not-authentic", "a stripped signature");
        }
    }

    let own_key = fr.signing().verifying_key().id();
    let by_fr = fr.forge(|m| m.sender_key = own_key, parts(), &message);
    check(&by_fr, &cn, "not-authentic", "signed by another key");
    let for_fr = cn.forge(|m| m.recipient = "fr".to_owned(), parts(), &message);
    check(&for_fr, &cn, "other-recipient", "for somebody else");
    let as_us = cn.forge(|m| m.sender = "fr".to_owned(), parts(), &message);
    check(&as_us, &cn, "unknown-peer", "speaks for another party");
    check(&bytes, &fr, "unknown-peer", "brought by a stranger");
    assert_eq!(de.reader().accepted().unwrap().len(), 0);
    // And the real one still goes through.
    assert_eq!(
        event(&de.take(&cn, &bytes).unwrap()),
        ReceiptEvent::ContentHandover
    );
}

/// Removes a line from every text in a document.
fn strip(value: &mut serde_json::Value, line: &str) {
    match value {
        serde_json::Value::String(text) => *text = text.replace(&format!("{line}\n"), ""),
        serde_json::Value::Object(members) => members.values_mut().for_each(|v| strip(v, line)),
        serde_json::Value::Array(items) => items.iter_mut().for_each(|v| strip(v, line)),
        _ => {}
    }
}

/// Promise: a message in another suite than the one agreed with its sender is not read, however good
/// its signatures are; the sender hears why. In the agreed suite everything goes its way.
#[test]
fn only_the_agreed_suite_counts() {
    for (ours, theirs) in [(Suite::K1, Suite::K2), (Suite::K2, Suite::K1)] {
        let de = House::agreed("de", &["cn"], false, ours);
        let cn = House::agreed("cn", &["de"], false, theirs);
        de.accept(&cn).unwrap();
        cn.accept(&de).unwrap();
        cn.ask(&de, honest_request(), Vec::new());
        let bytes = cn.only_waiting(&de.party);
        let before = effects(&de, &cn);
        let rejection = de.take(&cn, &bytes).unwrap_err();
        assert!(
            matches!(rejection, Rejection::Suite { agreed, found } if agreed == ours && found == theirs),
            "{rejection}"
        );
        assert_eq!(rejection.code(), "suite");
        assert_eq!(effects(&de, &cn), before);
        assert_eq!(de.last("office", "message.rejected")["code"], "suite");

        // After both have agreed on the other one, the peering works, with attachments.
        let agreed = [(cn.party.clone(), theirs)];
        let de = de.reopen_with(|house| house.agreements = agreed.into());
        let thread = cn.ask(
            &de,
            honest_request(),
            vec![attachment("a.txt", b"some words")],
        );
        settle(&de, &cn);
        de.answer(thread, honest_answer());
        settle(&de, &cn);
        assert_eq!(cn.state(thread), "answered");
        assert!(cn.case(thread).receipted.handed_over.is_some());
    }
}
