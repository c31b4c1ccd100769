//! Receipt before read: what each side can do, and when.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use journal::hash::sha256;
use office::{DeliveryStep, Rejection};
use seal::receipt::ReceiptEvent;
use support::*;

/// Promise: before its first receipt a message has no effect and cannot be read, by anybody; after
/// it, it takes effect once its headers come. Both sides show where it stands.
#[test]
fn nothing_is_read_before_the_receipt() {
    let (de, cn) = two_houses();
    let secret = attachment("notes.txt", b"a most secret word");
    let thread = cn.ask(&de, honest_request(), vec![secret.clone()]);
    let bytes = cn.only_waiting(&de.party);
    let id = id_of(&bytes);
    let sent = || cn.reader().sent_message(&id).unwrap().unwrap();
    let accepted = || de.reader().accepted().unwrap();

    // What leaves first does not hold what makes it readable.
    let message = seal::message::Message::decode(&bytes).unwrap();
    let headers = seal::headers::Headers::from_json(&cn.headers_of(id)).unwrap();
    for part in &message.manifest().statement().parts {
        let header = headers.get(&part.name).unwrap();
        let middle = &header[header.len() / 2..][..32];
        assert!(
            !bytes.windows(32).any(|window| window == middle),
            "{}",
            part.name
        );
    }
    let delivery = cn.office.next_delivery(&de.party).unwrap().unwrap();
    assert!(matches!(delivery.step, DeliveryStep::Consign { .. }));

    assert_eq!(step(&cn, &de), Some(ReceiptEvent::ContentConsignment));
    assert_eq!(cn.state(thread), "delivered");
    assert!(sent().is_consigned() && !sent().is_handed_over());
    assert!(cn.case(thread).receipted.consigned.is_some());
    assert_eq!(cn.case(thread).receipted.handed_over, None);
    assert!(accepted()[0].awaits_headers());
    assert!(de.reader().cases().unwrap().is_empty());
    let stored = de.everything_stored();
    for word in ["a most secret word", honest_request().subject.as_str()] {
        assert!(!contains(&stored, word), "{word}");
    }
    assert!(!de.has_object(&secret.reference().sha256));

    let delivery = cn.office.next_delivery(&de.party).unwrap().unwrap();
    let DeliveryStep::Release { headers } = delivery.step else {
        panic!("the receipt is on file");
    };
    assert_eq!(headers, cn.headers_of(id));
    assert_eq!(step(&cn, &de), Some(ReceiptEvent::ContentHandover));
    assert!(sent().is_handed_over() && !accepted()[0].awaits_headers());
    assert!(cn.case(thread).receipted.handed_over.is_some());
    assert_eq!(de.case(thread).attachments, [secret.reference()]);
    assert!(cn.office.next_delivery(&de.party).unwrap().is_none());

    // Both logs tell the whole story.
    assert_eq!(
        cn.kinds("exchange-de"),
        [
            "keys.accepted",
            "message.sent",
            "receipt.received",
            "header.released",
            "receipt.received"
        ]
    );
    assert_eq!(
        de.kinds("exchange-cn"),
        ["keys.accepted", "message.accepted", "message.opened"]
    );
    let event = |house: &House, log: &str, kind: &str| house.last(log, kind)["event"].clone();
    assert_eq!(event(&cn, "exchange-de", "message.sent"), "A.1");
    assert_eq!(event(&de, "exchange-cn", "message.accepted"), "D.1");
    assert_eq!(event(&de, "exchange-cn", "message.opened"), "E.1");
    assert_eq!(event(&cn, "exchange-de", "receipt.received"), "E.1");
}

/// Promise: headers count only for a message of this peer that has our first receipt, and only the
/// very ones that its manifest names. Others change nothing, and the right ones still work.
#[test]
fn only_the_right_headers_open() {
    let (de, cn) = two_houses();
    let fr = House::new("fr", &["de"], false);
    de.accept(&fr).unwrap();
    let thread = cn.ask(&de, honest_request(), vec![attachment("a.txt", b"x")]);
    let bytes = cn.only_waiting(&de.party);
    let id = id_of(&bytes);
    let headers = cn.headers_of(id);
    let open = |from: &House, headers: &[u8]| de.office.open_message(&from.party, &id, headers);

    let early = open(&cn, &headers).unwrap_err();
    assert!(
        matches!(early, Rejection::NotConsigned(message) if message == id),
        "{early}"
    );
    de.consign(&cn, &bytes).unwrap();
    let before = effects(&de, &cn);
    let foreign = open(&fr, &headers).unwrap_err();
    assert!(matches!(foreign, Rejection::NotConsigned(_)), "{foreign}");

    let other = cn.ask(&de, honest_request(), vec![attachment("a.txt", b"x")]);
    let other = cn.headers_of(cn.case(other).message.unwrap());
    let text = String::from_utf8(headers.clone()).unwrap();
    let other_text = String::from_utf8(other.clone()).unwrap();
    let with_id = other_text.replacen(&id_in(&other_text), &id.to_string(), 1);
    for (what, wrong) in [
        ("nothing", Vec::new()),
        ("no document", b"{}".to_vec()),
        ("another message's", other),
        ("another message's under this id", with_id.into_bytes()),
        ("cut off", text.as_bytes()[..text.len() - 1].to_vec()),
        (
            "one letter changed",
            text.replacen('A', "B", 1).into_bytes(),
        ),
    ] {
        let refused = open(&cn, &wrong).unwrap_err();
        assert!(
            matches!(refused, Rejection::NotAuthentic(_)),
            "{what}: {refused}"
        );
        assert_eq!(effects(&de, &cn), before, "{what}");
        let entry = de.last("office", "message.rejected");
        assert_eq!(entry["sha256"], sha256(&wrong).to_string(), "{what}");
    }
    open(&cn, &headers).unwrap();
    assert_eq!(de.state(thread), "screening");
}

/// The message that a headers document names.
fn id_in(headers: &str) -> String {
    let headers: serde_json::Value = serde_json::from_str(headers).unwrap();
    headers["message"].as_str().unwrap().to_owned()
}

/// Promise: a message whose headers never come stays visibly consigned, not handed over, and keeps
/// nothing behind it from being taken.
#[test]
fn headers_that_never_come() {
    let (de, cn) = two_houses();
    cn.ask(&de, honest_request(), Vec::new());
    let second = cn.ask(&de, honest_request(), Vec::new());
    let waiting = cn.waiting(&de.party);
    de.consign(&cn, &waiting[0].1).unwrap();
    de.take(&cn, &waiting[1].1).unwrap();
    let de = de.reopen(false);
    let silent = de.reader().awaiting_headers().unwrap();
    assert_eq!(silent.len(), 1);
    assert_eq!(
        (silent[0].seq, silent[0].message),
        (1, id_of(&waiting[0].1))
    );
    assert_eq!(de.reader().cases().unwrap().len(), 1);
    assert_eq!(de.state(second), "screening");
}

/// Promise: where the counterpart has not taken a request over by its deadline, the entry says so by
/// the event that ETSI EN 319 522-1 has for it; where it has, it does not.
#[test]
fn a_message_that_nobody_takes_expires() {
    for taken in [false, true] {
        let (de, cn) = two_houses();
        cn.ask(&de, honest_request(), Vec::new());
        if taken {
            assert_eq!(step(&cn, &de), Some(ReceiptEvent::ContentConsignment));
        }
        cn.clock
            .advance(i64::from(honest_request().urgency.answer_within_hours()) * HOUR + 1);
        assert_eq!(cn.office.tick().unwrap(), 1);
        let event = cn.last("office", "request.overdue").get("event").cloned();
        assert_eq!(event, (!taken).then(|| "C.5".into()));
    }
}
