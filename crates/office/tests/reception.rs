//! What a peer may send: the same message twice, forged ones, wrong ones, and stuffed ones.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use journal::hash::sha256;
use office::command::Command;
use office::{OfficeError, Rejection};
use seal::message::Message;
use seal::receipt::{ReceiptEvent, SignedReceipt};
use support::*;

fn event(receipt: &str) -> ReceiptEvent {
    SignedReceipt::from_json(receipt.as_bytes())
        .unwrap()
        .statement()
        .event
}

/// What must not change when a message has no effect, apart from the office log.
fn effects(house: &House, peer: &House) -> impl PartialEq + std::fmt::Debug + use<> {
    (
        house.reader().cases().unwrap(),
        house.reader().channel(&peer.party).unwrap(),
        house.reader().accepted().unwrap(),
        house
            .reader()
            .head(&format!("exchange-{}", peer.party))
            .unwrap(),
    )
}

/// Promise: the same message again gets the very same receipt and has no second effect, also
/// after a restart, and also when the node ended between commit and receipt.
#[test]
fn redelivery() {
    let (de, cn) = two_houses();
    cn.ask(&de, honest_request(), Vec::new());
    let bytes = cn.only_waiting(&de.party);
    let receipt = de.take(&cn, &bytes).unwrap();
    let before = (effects(&de, &cn), de.kinds("office"));
    assert_eq!(de.take(&cn, &bytes).unwrap(), receipt);
    let de = de.reopen(false);
    assert_eq!(de.take(&cn, &bytes).unwrap(), receipt);
    assert_eq!((effects(&de, &cn), de.kinds("office")), before);

    // As if the process had ended after the commit: the revision with the receipt is not there.
    let connection = rusqlite::Connection::open(de.database_path()).unwrap();
    let changed = connection
        .execute(
            "DELETE FROM documents WHERE family = 'accepted' AND revision = 2",
            [],
        )
        .unwrap()
        + connection
            .execute(
                "UPDATE documents SET latest = TRUE WHERE family = 'accepted'",
                [],
            )
            .unwrap();
    assert_eq!(changed, 2);
    let de = de.reopen(false);
    let entries = de.kinds("exchange-cn");
    let made_again = de.take(&cn, &bytes).unwrap();
    assert_eq!(de.kinds("exchange-cn"), entries);
    let statement = |receipt: &str| SignedReceipt::from_json(receipt.as_bytes()).unwrap().id();
    assert_eq!(statement(&made_again), statement(&receipt));
    assert_eq!(de.take(&cn, &bytes).unwrap(), made_again);
    let id = Message::decode(&bytes, u64::MAX).unwrap().id();
    cn.office.file_receipt(&de.party, id, &made_again).unwrap();
}

/// Promise: many deliveries of one message at once have one effect and one receipt.
#[test]
fn redelivery_at_once() {
    let (de, cn) = two_houses();
    cn.ask(&de, honest_request(), Vec::new());
    let bytes = cn.only_waiting(&de.party);
    let receipts: Vec<_> = std::thread::scope(|scope| {
        let deliveries: Vec<_> = (0..6)
            .map(|_| scope.spawn(|| de.take(&cn, &bytes).unwrap()))
            .collect();
        deliveries
            .into_iter()
            .map(|delivery| delivery.join().unwrap())
            .collect()
    });
    assert!(receipts.iter().all(|receipt| *receipt == receipts[0]));
    assert_eq!(de.kinds("exchange-cn"), ["message.accepted"]);
    assert_eq!(de.reader().cases().unwrap().len(), 1);
}

/// Promise: what is not authentic, not for us or not from a known peer has no effect except the
/// entry that says so, with a code and the hash of what came.
#[test]
fn forged_messages_have_no_effect() {
    let (de, cn) = two_houses();
    let fr = House::new("fr", &["de"], false);
    cn.ask(&de, honest_request(), vec![attachment("a.txt", b"x")]);
    let bytes = cn.only_waiting(&de.party);
    let message = Message::decode(&bytes, u64::MAX).unwrap();
    let parts = || message.parts().to_vec();
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
        ReceiptEvent::ContentConsignment
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

/// Promise: a message that came before an earlier one is turned away without a trace, and is taken
/// in its turn.
#[test]
fn a_gap_waits() {
    let (de, cn) = two_houses();
    let ping = || Command::Ping {
        peer: de.party.clone(),
    };
    cn.act(&cn.handler(), ping());
    cn.act(&cn.handler(), ping());
    let waiting = cn.waiting(&de.party);
    let before = (effects(&de, &cn), de.kinds("office"));
    let early = de.take(&cn, &waiting[1].1).unwrap_err();
    assert!(
        matches!(
            early,
            Rejection::Gap {
                expected: 1,
                found: 2
            }
        ),
        "{early}"
    );
    assert_eq!((effects(&de, &cn), de.kinds("office")), before);
    settle(&de, &cn);
    assert_eq!(de.reader().channel(&cn.party).unwrap().unwrap().accepted, 2);
}

/// Promise: a second message for a place that is taken, or with another predecessor, is a fork:
/// no effect, the message kept whole as evidence, the channel goes on.
#[test]
fn a_fork_is_evidence() {
    let (de, cn) = two_houses();
    cn.ask(&de, honest_request(), Vec::new());
    let bytes = cn.only_waiting(&de.party);
    let first = Message::decode(&bytes, u64::MAX).unwrap();
    settle(&de, &cn);
    let before = effects(&de, &cn);

    let other = cn.forge(|m| m.exercise = !m.exercise, first.parts().to_vec(), &first);
    let content = br#"{"kind":"ping"}"#;
    let thread = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";
    let elsewhere = cn.craft(
        &de,
        "ping",
        thread,
        (2, Some(sha256(b"?"))),
        &[("content", content)],
    );
    for forked in [other, elsewhere] {
        let rejection = de.take(&cn, &forked).unwrap_err();
        assert!(matches!(rejection, Rejection::Fork { .. }), "{rejection}");
        assert_eq!(effects(&de, &cn), before);
        assert_eq!(de.reader().blob(&sha256(&forked)).unwrap(), Some(forked));
        assert_eq!(de.last("office", "message.rejected")["code"], "fork");
    }
    cn.act(
        &cn.handler(),
        Command::Ping {
            peer: de.party.clone(),
        },
    );
    settle(&de, &cn);
}

/// Promise: an authentic message whose content cannot be used is receipted as such, takes its
/// place and has no other effect; the channel goes on behind it.
#[test]
fn unusable_content_takes_its_place() {
    let (de, cn) = two_houses();
    let thread = cn.ask(&de, honest_request(), Vec::new());
    settle(&de, &cn);
    let answered = de.draft(&cn, honest_request(), Vec::new());
    let new = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";
    let (taken, unsent) = (thread.to_string(), answered.to_string());
    let (taken, unsent) = (taken.as_str(), unsent.as_str());
    let request = |edit: fn(&mut records::Request)| {
        let mut request = honest_request();
        edit(&mut request);
        serde_json::to_vec(&serde_json::json!({"kind": "request", "body": request})).unwrap()
    };
    let answer = {
        let answer = honest_answer().finish(2).unwrap();
        serde_json::to_vec(&serde_json::json!({"kind": "answer", "body": answer})).unwrap()
    };
    let withdrawal = |reason: String| {
        serde_json::to_vec(&serde_json::json!({"kind": "withdrawal", "body": {"reason": reason}}))
            .unwrap()
    };
    let good = request(|_| {});
    let cases: Vec<(&str, &str, &str, Vec<u8>)> = vec![
        ("no JSON", "request", new, b"no JSON".to_vec()),
        (
            "unknown field",
            "ping",
            new,
            br#"{"kind":"ping","x":1}"#.to_vec(),
        ),
        (
            "unknown kind",
            "decree",
            new,
            br#"{"kind":"decree"}"#.to_vec(),
        ),
        (
            "another kind than the manifest's",
            "ping",
            new,
            good.clone(),
        ),
        ("no case's name", "request", "case-1", good.clone()),
        ("a case of this name is there", "request", taken, good),
        ("answer to nothing", "answer", new, answer.clone()),
        (
            "answer to a request of its own",
            "answer",
            taken,
            answer.clone(),
        ),
        ("answer to what was never sent", "answer", unsent, answer),
        (
            "withdrawal of nothing",
            "withdrawal",
            new,
            withdrawal("x".to_owned()),
        ),
        (
            "withdrawal of ours",
            "withdrawal",
            unsent,
            withdrawal("x".to_owned()),
        ),
        (
            "withdrawal larger than an entry",
            "withdrawal",
            taken,
            withdrawal("x".repeat(2 << 20)),
        ),
        (
            "withdrawal without reason",
            "withdrawal",
            taken,
            withdrawal(" ".to_owned()),
        ),
        (
            "too many items",
            "request",
            new,
            request(|r| r.items = vec!["x".to_owned(); 51]),
        ),
        (
            "too long a text",
            "request",
            new,
            request(|r| r.facts = "x".repeat(65 * 1024)),
        ),
        (
            "a contact of 5 MiB",
            "request",
            new,
            request(|r| r.requester.verification_contact = "x".repeat(5 << 20)),
        ),
    ];
    let before = de.reader().cases().unwrap();
    for (what, kind, thread, content) in cases {
        let channel = de.reader().channel(&cn.party).unwrap().unwrap();
        let place = (channel.accepted + 1, channel.last_accepted);
        let bytes = cn.craft(
            &de,
            kind,
            thread,
            place,
            &[("content", &content), ("extra", b"plain")],
        );
        let receipt = de
            .take(&cn, &bytes)
            .unwrap_or_else(|e| panic!("{what}: {e:?}"));
        assert_eq!(
            event(&receipt),
            ReceiptEvent::ContentConsignmentFailure,
            "{what}"
        );
        assert_eq!(de.reader().cases().unwrap(), before, "{what}");
        let channel = de.reader().channel(&cn.party).unwrap().unwrap();
        assert_eq!(channel.accepted, place.0, "{what}");
        assert_eq!(
            de.last("exchange-cn", "message.accepted")["event"],
            "D.2",
            "{what}"
        );
        let entry = de.last("office", "message.unusable");
        assert_eq!(
            entry["message"],
            channel.last_accepted.unwrap().to_string(),
            "{what}"
        );
        assert_eq!(de.reader().blob(&sha256(b"plain")).unwrap(), None, "{what}");
        assert_eq!(de.take(&cn, &bytes).unwrap(), receipt, "{what}");
        assert!(de.waiting(&cn.party).is_empty(), "{what}");
    }
    // Without the content part at all.
    let channel = de.reader().channel(&cn.party).unwrap().unwrap();
    let place = (channel.accepted + 1, channel.last_accepted);
    let bytes = cn.craft(&de, "ping", new, place, &[("other", b"x")]);
    assert_eq!(
        event(&de.take(&cn, &bytes).unwrap()),
        ReceiptEvent::ContentConsignmentFailure
    );
}

/// Promise: a request stuffed to its limits with what the gate finds is taken like any other; it
/// cannot stop the channel by making an entry too large.
#[test]
fn a_stuffed_request_does_not_stop_the_channel() {
    let (de, cn) = two_houses();
    let mut request = honest_request();
    let addresses: String = (0..2_000)
        .map(|n| format!("person.number{n}@blog.example.org "))
        .collect();
    request.facts = addresses.chars().take(60_000).collect();
    request.items = vec![request.facts.clone(); 20];
    let content =
        serde_json::to_vec(&serde_json::json!({"kind": "request", "body": request})).unwrap();
    let thread = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";
    let bytes = cn.craft(&de, "request", thread, (1, None), &[("content", &content)]);
    let receipt = de.take(&cn, &bytes).unwrap();
    assert_eq!(event(&receipt), ReceiptEvent::ContentConsignment);
    assert_eq!(de.state(thread.parse().unwrap()), "held");
    let again = cn.craft(
        &de,
        "ping",
        thread,
        (2, Some(Message::decode(&bytes, u64::MAX).unwrap().id())),
        &[("content", br#"{"kind":"ping"}"#)],
    );
    assert_eq!(
        event(&de.take(&cn, &again).unwrap()),
        ReceiptEvent::ContentConsignment
    );
}

/// Promise: an answer counts once; a second one is receipted as unusable and changes nothing.
#[test]
fn an_answer_counts_once() {
    let (de, cn) = two_houses();
    let thread = cn.ask(&de, honest_request(), Vec::new());
    settle(&de, &cn);
    de.answer(thread, honest_answer());
    settle(&de, &cn);
    let case = cn.case(thread);
    let channel = cn.reader().channel(&de.party).unwrap().unwrap();
    let mut second = honest_answer().finish(2).unwrap();
    second.items[0].text = "on second thoughts".to_owned();
    let content =
        serde_json::to_vec(&serde_json::json!({"kind": "answer", "body": second})).unwrap();
    let place = (channel.accepted + 1, channel.last_accepted);
    let bytes = de.craft(
        &cn,
        "answer",
        &thread.to_string(),
        place,
        &[("content", &content)],
    );
    assert_eq!(
        event(&cn.take(&de, &bytes).unwrap()),
        ReceiptEvent::ContentConsignmentFailure
    );
    assert_eq!(cn.case(thread), case);
}

/// Promise: a case belongs to one peer; another peer's message in its name has no effect.
#[test]
fn a_case_belongs_to_one_peer() {
    let (de, cn) = two_houses();
    let fr = House::new("fr", &["de"], false);
    de.accept(&fr).unwrap();
    let thread = de.ask(&cn, honest_request(), Vec::new());
    let case = de.case(thread);
    let answer = honest_answer().finish(2).unwrap();
    let content =
        serde_json::to_vec(&serde_json::json!({"kind": "answer", "body": answer})).unwrap();
    let bytes = fr.craft(
        &de,
        "answer",
        &thread.to_string(),
        (1, None),
        &[("content", &content)],
    );
    assert_eq!(
        event(&de.take(&fr, &bytes).unwrap()),
        ReceiptEvent::ContentConsignmentFailure
    );
    assert_eq!(de.case(thread), case);
}

/// Promise: an exercise and reality never mix in one case.
#[test]
fn exercise_and_reality_do_not_mix() {
    let (de, cn) = two_houses();
    let thread = cn.ask(&de, honest_request(), Vec::new());
    settle(&de, &cn);
    let de = de.reopen(true);
    let answer = honest_answer().finish(2).unwrap();
    let content =
        serde_json::to_vec(&serde_json::json!({"kind": "answer", "body": answer})).unwrap();
    let bytes = de.craft(
        &cn,
        "answer",
        &thread.to_string(),
        (1, None),
        &[("content", &content)],
    );
    assert_eq!(
        event(&cn.take(&de, &bytes).unwrap()),
        ReceiptEvent::ContentConsignmentFailure
    );
    assert_eq!(cn.state(thread), "delivered");
}

/// Promise: an exercise node, whose clock may have been moved, takes no real message; the sender
/// hears that it was not taken.
#[test]
fn an_exercise_node_takes_nothing_real() {
    let (de, cn) = two_houses();
    let de = de.reopen(true);
    let thread = cn.ask(&de, honest_request(), Vec::new());
    let receipt = de.take(&cn, &cn.only_waiting(&de.party)).unwrap();
    assert_eq!(event(&receipt), ReceiptEvent::ContentConsignmentFailure);
    assert!(de.reader().cases().unwrap().is_empty());
    settle(&de, &cn);
    assert_eq!(cn.state(thread), "sent");
}

/// Promise: an answer counts as delivered by its own receipt only, not by that of another message
/// for which the peer has named the same case.
#[test]
fn another_receipt_in_the_case_delivers_no_answer() {
    let (de, cn) = two_houses();
    let thread = cn.ask(&de, honest_request(), Vec::new());
    settle(&de, &cn);
    let channel = de.reader().channel(&cn.party).unwrap().unwrap();
    let ping = cn.craft(
        &de,
        "ping",
        &thread.to_string(),
        (channel.accepted + 1, channel.last_accepted),
        &[("content", br#"{"kind":"ping"}"#)],
    );
    de.take(&cn, &ping).unwrap();
    let reply = de.only_waiting(&cn.party);
    de.answer(thread, honest_answer());
    let receipt = cn.take(&de, &reply).unwrap();
    let id = Message::decode(&reply, u64::MAX).unwrap().id();
    de.office.file_receipt(&cn.party, id, &receipt).unwrap();
    assert_eq!(de.state(thread), "answer-released");
    deliver(&de, &cn);
    assert_eq!(de.state(thread), "answer-delivered");
}

/// Promise: a receipt is filed only if it proves that this peer has this message; it takes the
/// message off the outbox once.
#[test]
fn only_the_right_receipt_counts() {
    let (de, cn) = two_houses();
    let fr = House::new("fr", &["de"], false);
    de.accept(&fr).unwrap();
    fr.accept(&de).unwrap();
    let thread = de.ask(&cn, honest_request(), Vec::new());
    let bytes = de.only_waiting(&cn.party);
    let message = Message::decode(&bytes, u64::MAX).unwrap();
    let receipt = cn.take(&de, &bytes).unwrap();
    let id = message.id();

    let unmoved = |what: &str| {
        assert_eq!(de.state(thread), "sent", "{what}");
        assert_eq!(de.waiting(&cn.party).len(), 1, "{what}");
    };
    let mut broken = receipt.clone();
    broken.truncate(receipt.len() / 2);
    assert!(de.office.file_receipt(&cn.party, id, &broken).is_err());
    unmoved("cut off");
    let digit = receipt.find("\"entry_index\":0").unwrap();
    let mut changed = receipt.clone();
    changed.replace_range(digit + 14..=digit + 14, "1");
    assert!(de.office.file_receipt(&cn.party, id, &changed).is_err());
    unmoved("changed");
    assert!(
        de.office
            .file_receipt(&cn.party, sha256(b"?"), &receipt)
            .is_err()
    );
    assert!(de.office.file_receipt(&fr.party, id, &receipt).is_err());
    unmoved("handed in by another peer");

    // A receipt of another message of ours.
    de.act(
        &de.handler(),
        Command::Ping {
            peer: cn.party.clone(),
        },
    );
    let ping = de.waiting(&cn.party).remove(1).1;
    let other = cn.take(&de, &ping).unwrap();
    assert!(matches!(
        de.office.file_receipt(&cn.party, id, &other),
        Err(OfficeError::Invalid { .. })
    ));
    assert_eq!(de.state(thread), "sent");

    for _ in 0..2 {
        de.office.file_receipt(&cn.party, id, &receipt).unwrap();
    }
    assert_eq!(de.state(thread), "delivered");
    assert_eq!(de.waiting(&cn.party).len(), 1);
    assert_eq!(
        de.kinds("exchange-cn")
            .iter()
            .filter(|k| *k == "receipt.received")
            .count(),
        1
    );
}

/// Promise: another peer cannot receipt a message that was meant for somebody else, not even with
/// a receipt that is true of its own log.
#[test]
fn another_peers_receipt_does_not_count() {
    let (de, cn) = two_houses();
    let fr = House::new("fr", &["de"], false);
    de.accept(&fr).unwrap();
    fr.accept(&de).unwrap();
    let thread = de.ask(&cn, honest_request(), Vec::new());
    let message = Message::decode(&de.only_waiting(&cn.party), u64::MAX).unwrap();
    // The same parts, addressed to fr by de's own keys, is another message; fr can log what it
    // likes, but its receipt names another id or does not match what de has sent to cn.
    let elsewhere = de.forge(
        |m| m.recipient = "fr".to_owned(),
        message.parts().to_vec(),
        &message,
    );
    let receipt = fr.take(&de, &elsewhere).unwrap();
    assert!(
        de.office
            .file_receipt(&fr.party, message.id(), &receipt)
            .is_err()
    );
    assert_eq!(de.state(thread), "sent");
}

/// Promise: names of attachments that clash or could become a path are refused when drafted, not
/// at the release when nobody can change them any more.
#[test]
fn attachment_names_are_checked_early() {
    let (de, cn) = two_houses();
    let draft = |attachments| {
        let command = Command::DraftRequest {
            peer: cn.party.clone(),
            request: Box::new(honest_request()),
            attachments,
        };
        de.try_act(&de.handler(), command)
    };
    for name in [
        "content",
        "",
        ".",
        "..",
        "../etc/passwd",
        "a\\b",
        "a\nb",
        "gnp.\u{202e}exe",
    ] {
        let refused = draft(vec![attachment(name, b"x")]);
        assert!(
            matches!(refused, Err(OfficeError::Invalid { .. })),
            "{name:?}"
        );
    }
    let twice = vec![attachment("a.txt", b"1"), attachment("a.txt", b"2")];
    assert!(matches!(draft(twice), Err(OfficeError::Invalid { .. })));
    let mut odd = attachment("a.txt", b"1");
    odd.media_type = "text/plain charset".to_owned();
    assert!(matches!(draft(vec![odd]), Err(OfficeError::Invalid { .. })));
    assert!(matches!(
        draft(vec![attachment("a", b"x"); 21]),
        Err(OfficeError::Invalid { .. })
    ));
    let fine = vec![attachment("a.txt", b"1"), attachment("Bericht 1.txt", b"2")];
    let thread = de.ask(&cn, honest_request(), fine);
    assert_eq!(deliver(&de, &cn), 1);
    assert_eq!(cn.case(thread).attachments.len(), 2);
}

/// Promise: the largest attachment that may be drafted can also be taken on the other side.
#[test]
fn the_largest_attachment_arrives() {
    let (de, cn) = two_houses();
    let largest = vec![0; office::attachment::MAX_ATTACHMENT_BYTES];
    let mut big = attachment("big.bin", &largest);
    // The gate does not read what it cannot understand; a person has to.
    big.media_type = "application/octet-stream".to_owned();
    let thread = de.ask(&cn, honest_request(), vec![big]);
    assert_eq!(deliver(&de, &cn), 1);
    assert_eq!(de.state(thread), "delivered");
}
