//! Authentic messages that cannot be used: they take their place and have no other effect.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use journal::hash::{Hash, sha256};
use seal::receipt::ReceiptEvent;
use support::*;

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
        // What the manifest shows is refused before anything can be read.
        let expected = if what == "no case's name" {
            ReceiptEvent::ContentConsignmentFailure
        } else {
            ReceiptEvent::ContentHandoverFailure
        };
        assert_eq!(event(&receipt), expected, "{what}");
        assert_eq!(de.reader().cases().unwrap(), before, "{what}");
        let channel = de.reader().channel(&cn.party).unwrap().unwrap();
        assert_eq!(channel.accepted, place.0, "{what}");
        let kind = match expected {
            ReceiptEvent::ContentHandoverFailure => "message.opened",
            _ => "message.accepted",
        };
        assert_eq!(
            de.last("exchange-cn", kind)["event"],
            expected.code(),
            "{what}"
        );
        let entry = de.last("office", "message.unusable");
        assert_eq!(
            entry["message"],
            channel.last_accepted.unwrap().to_string(),
            "{what}"
        );
        assert!(!de.has_object(&sha256(b"plain")), "{what}");
        assert_eq!(de.take(&cn, &bytes).unwrap(), receipt, "{what}");
        assert!(de.waiting(&cn.party).is_empty(), "{what}");
    }
    // Content that says another topic than its manifest.
    let channel = de.reader().channel(&cn.party).unwrap().unwrap();
    let place = (channel.accepted + 1, channel.last_accepted);
    let content = request(|_| {});
    let parts: [(&str, &[u8]); 1] = [("content", &content)];
    let bytes = cn.craft_with(&de, "request", new, place, &parts, |m| m.topic = None);
    let receipt = de.take(&cn, &bytes).unwrap();
    assert_eq!(event(&receipt), ReceiptEvent::ContentHandoverFailure);
    assert_eq!(de.reader().cases().unwrap(), before);
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
    assert_eq!(event(&receipt), ReceiptEvent::ContentHandover);
    assert_eq!(de.state(thread.parse().unwrap()), "held");
    let again = cn.craft(
        &de,
        "ping",
        thread,
        (2, Some(id_of(&bytes))),
        &[("content", br#"{"kind":"ping"}"#)],
    );
    assert_eq!(
        event(&de.take(&cn, &again).unwrap()),
        ReceiptEvent::ContentHandover
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
        ReceiptEvent::ContentHandoverFailure
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
        ReceiptEvent::ContentHandoverFailure
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
        ReceiptEvent::ContentHandoverFailure
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

/// Promise: an answer counts only if it names the request that it answers, and items that the request
/// has, each once.
#[test]
fn an_answer_goes_with_its_request() {
    let (de, cn) = two_houses();
    let thread = cn.ask(&de, honest_request(), Vec::new());
    settle(&de, &cn);
    let request = cn.case(thread).message;
    let answer = |edit: fn(&mut records::Answer)| {
        let mut answer = honest_answer().finish(2).unwrap();
        edit(&mut answer);
        serde_json::to_vec(&serde_json::json!({"kind": "answer", "body": answer})).unwrap()
    };
    let give = |content: &[u8], reply_to: Option<Hash>| {
        let channel = cn.reader().channel(&de.party).unwrap().unwrap();
        let bytes = de.craft_with(
            &cn,
            "answer",
            &thread.to_string(),
            (channel.accepted + 1, channel.last_accepted),
            &[("content", content)],
            |manifest| manifest.reply_to = reply_to,
        );
        event(&cn.take(&de, &bytes).unwrap())
    };
    let good = answer(|_| {});
    let before = cn.case(thread);
    for (what, content, reply_to) in [
        ("names nothing", &good, None),
        ("names another message", &good, Some(sha256(b"?"))),
        (
            "an item too many",
            &answer(|a| a.items[1].item = 3),
            request,
        ),
        ("item 0", &answer(|a| a.items[0].item = 0), request),
        ("an item twice", &answer(|a| a.items[1].item = 1), request),
    ] {
        assert_eq!(
            give(content, reply_to),
            ReceiptEvent::ContentHandoverFailure,
            "{what}"
        );
        assert_eq!(cn.case(thread), before, "{what}");
    }
    assert_eq!(give(&good, request), ReceiptEvent::ContentHandover);
    assert_eq!(cn.state(thread), "answered");
}
