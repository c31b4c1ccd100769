//! The counterpart's receipts: which count, for what, and how often.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use journal::hash::sha256;
use office::OfficeError;
use office::command::Command;
use seal::message::Message;
use seal::receipt::ReceiptEvent;
use support::*;

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
    de.answer(thread, honest_answer());
    // Both receipts of our reply to the ping.
    assert_eq!(step(&de, &cn), Some(ReceiptEvent::ContentConsignment));
    assert_eq!(step(&de, &cn), Some(ReceiptEvent::ContentHandover));
    assert_eq!(de.state(thread), "answer-released");
    let receipted = |house: &House| house.case(thread).answer.unwrap().receipted;
    assert_eq!(receipted(&de), office::case::Receipted::default());
    deliver(&de, &cn);
    assert_eq!(de.state(thread), "answer-delivered");
    assert!(receipted(&de).handed_over.is_some());
}

/// Promise: a counterpart that gives receipts and sends nothing is heard of.
#[test]
fn a_receipt_is_hearing_from_the_counterpart() {
    let (de, cn) = two_houses();
    de.ask(&cn, honest_request(), Vec::new());
    assert_eq!(de.reader().last_heard(&cn.party).unwrap(), None);
    for _ in [
        ReceiptEvent::ContentConsignment,
        ReceiptEvent::ContentHandover,
    ] {
        let now = de.office.now();
        step(&de, &cn).unwrap();
        assert!(de.reader().last_heard(&cn.party).unwrap() >= Some(now));
    }
}

/// Promise: a receipt is filed only if it proves that this peer has this message, once, and the two
/// receipts only one after the other; the second takes the message off the outbox.
#[test]
fn only_the_right_receipt_counts() {
    let (de, cn) = two_houses();
    let fr = House::new("fr", &["de"], false);
    de.accept(&fr).unwrap();
    fr.accept(&de).unwrap();
    let thread = de.ask(&cn, honest_request(), Vec::new());
    let bytes = de.only_waiting(&cn.party);
    let message = Message::decode(&bytes).unwrap();
    let receipt = cn.consign(&de, &bytes).unwrap();
    let id = message.id();

    let unmoved = |what: &str| {
        assert_eq!(de.state(thread), "sent", "{what}");
        assert_eq!(de.waiting(&cn.party).len(), 1, "{what}");
    };
    let mut broken = receipt.clone();
    broken.truncate(receipt.len() / 2);
    assert!(de.office.file_receipt(&cn.party, id, &broken).is_err());
    unmoved("cut off");
    let digit = receipt.find("\"entry_index\":1").unwrap();
    let mut changed = receipt.clone();
    changed.replace_range(digit + 14..=digit + 14, "2");
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
    let other = cn.consign(&de, &ping).unwrap();
    assert!(matches!(
        de.office.file_receipt(&cn.party, id, &other),
        Err(OfficeError::Invalid { .. })
    ));
    assert_eq!(de.state(thread), "sent");

    let handover = cn.open(&de, id).unwrap();
    assert!(matches!(
        de.office.file_receipt(&cn.party, id, &handover),
        Err(OfficeError::Invalid { .. })
    ));
    assert_eq!(
        de.state(thread),
        "sent",
        "the second receipt before the first"
    );

    let received = |house: &House| {
        let kinds = house.kinds("exchange-cn");
        let of = |kind: &str| kinds.iter().filter(|k| *k == kind).count();
        (of("receipt.received"), of("header.released"))
    };
    for (receipt, waiting, entries) in [(&receipt, 2, (1, 1)), (&handover, 1, (2, 1))] {
        for _ in 0..2 {
            de.office.file_receipt(&cn.party, id, receipt).unwrap();
            assert_eq!(de.state(thread), "delivered");
            assert_eq!(de.waiting(&cn.party).len(), waiting);
            assert_eq!(received(&de), entries);
        }
    }
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
    let message = Message::decode(&de.only_waiting(&cn.party)).unwrap();
    // The same parts, addressed to fr by de's own keys, is another message; fr can log what it
    // likes, but its receipt names another id or does not match what de has sent to cn.
    let elsewhere = de.forge(
        |m| m.recipient = "fr".to_owned(),
        message.clone().into_parts().1,
        &message,
    );
    let receipt = fr.consign(&de, &elsewhere).unwrap();
    assert!(
        de.office
            .file_receipt(&fr.party, message.id(), &receipt)
            .is_err()
    );
    assert_eq!(de.state(thread), "sent");
}

/// Promise: receipts of failure count neither as delivery nor as handover, and somebody sees them.
#[test]
fn failures_count_for_nothing() {
    // D.2: an exercise node takes nothing real. The headers are never released.
    let (de, cn) = two_houses();
    let de = de.reopen(true);
    let thread = cn.ask(&de, honest_request(), Vec::new());
    assert_eq!(
        step(&cn, &de),
        Some(ReceiptEvent::ContentConsignmentFailure)
    );
    assert_eq!(step(&cn, &de), None);
    assert_eq!(cn.state(thread), "sent");
    let receipted = cn.case(thread).receipted;
    assert!(receipted.failed.is_some());
    assert_eq!((receipted.consigned, receipted.handed_over), (None, None));
    assert!(
        !cn.kinds("exchange-de")
            .contains(&"header.released".to_owned())
    );

    // E.2: the counterpart holds it, and cannot use it.
    let (de, cn) = two_houses();
    let thread = cn.ask(&de, honest_request(), Vec::new());
    settle(&de, &cn);
    de.answer(thread, honest_answer());
    let withdraw = Command::WithdrawRequest {
        thread,
        reason: "no need".to_owned(),
    };
    cn.act(&cn.handler(), withdraw);
    settle(&de, &cn);
    assert_eq!(de.state(thread), "answer-delivered");
    let receipted = de.case(thread).answer.unwrap().receipted;
    assert!(receipted.failed.is_some() && receipted.handed_over.is_none());
    assert_eq!(de.last("office", "receipt.filed")["event"], "E.2");
}
