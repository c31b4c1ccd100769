//! A message passes from house to house, once, whatever happens on the way.
#![allow(clippy::unwrap_used)]

mod support;

use exchange::{Connection, ExchangeError, reconcile};
use office::state::{Decision, Stage};
use office::{Command, NewAttachment, exchange_log};
use policy::Role;
use rustls::NamedGroup;
use std::time::Duration;
use support::line::{Says, impostor};
use support::{House, Running, fixture, forge, patient, stop, two_houses, until, wire};

/// A ping reaches the other house in two steps, is answered, and each side holds both receipts of
/// the other, which it got before and after the headers left.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ping_is_answered_and_both_sides_hold_receipts() {
    let (mut de, mut cn) = two_houses().await;
    let receptions = [de.receive().await, cn.receive().await];
    let ((courier, de_round), (_, cn_round)) = (de.send(), cn.send());
    let ping = de.ping(&cn).message.unwrap();
    courier.nudge();
    until("both hold the second receipt", || {
        !cn.receipted(&de, "E.1").is_empty() && !de.receipted(&cn, "E.1").is_empty()
    })
    .await;

    assert_eq!(cn.messages(&de, "message.accepted"), [ping.to_string()]);
    assert_eq!(cn.messages(&de, "message.opened"), [ping.to_string()]);
    assert_eq!(
        de.messages(&cn, "message.accepted"),
        cn.messages(&de, "message.sent")
    );
    assert_eq!(de.entries("office", "ping.answered").len(), 1);
    for (house, other) in [(&de, &cn), (&cn, &de)] {
        assert!(house.office().reader().outbox().unwrap().is_empty());
        let sent = house.office().reader().sent().unwrap();
        assert!(
            sent.iter()
                .all(|sent| sent.consignment.is_some() && sent.handover.is_some())
        );
        let log = exchange_log(&other.party);
        let lines = house.office().reader().lines(&log, 0, 1 << 20).unwrap();
        let of_sending = ["message.sent", "header.released", "receipt.received"];
        let order: Vec<_> = lines
            .iter()
            .filter(|line| of_sending.contains(&line.text("kind")))
            .map(|line| (line.text("kind"), line.text("event")))
            .collect();
        assert_eq!(
            order,
            [
                ("message.sent", "A.1"),
                ("receipt.received", "D.1"),
                ("header.released", ""),
                ("receipt.received", "E.1"),
            ]
        );
    }
    stop(receptions.into_iter().chain([de_round, cn_round])).await;
}

/// The whole way of a request with its attachment and of its answer: every step on one side shows
/// on the other, and in the end both exchange logs name the same messages.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_goes_out_and_its_answer_comes_back() {
    let (mut de, mut cn) = two_houses().await;
    let receptions = [de.receive().await, cn.receive().await];
    let rounds = [de.send().1, cn.send().1];

    let (asks, releases) = (
        cn.officer("asks", Role::Handler),
        cn.officer("releases", Role::Releaser),
    );
    let indicators = fixture("water-utility.stix.json");
    let media_type = "application/stix+json;version=2.1";
    let attachment = NewAttachment::inline("indicators.json", media_type, indicators.clone());
    let request = serde_json::from_slice(&fixture("water-utility.request.json")).unwrap();
    let thread = cn.act(
        &asks,
        Command::DraftRequest {
            peer: de.party.clone(),
            request: Box::new(request),
            attachments: vec![attachment.clone()],
        },
    );
    cn.act(&asks, Command::SubmitRequest { thread });
    cn.act(&releases, Command::ReleaseRequest { thread });
    until("the request is delivered", || {
        cn.state_of(thread) == "delivered"
    })
    .await;

    // The content is there a moment later: the headers left for the receipt that says so.
    until("the request is opened", || de.state_of(thread) != "none").await;

    let received = de.office().reader().case(thread).unwrap();
    assert!(matches!(received.stage, Stage::Incoming(_)));
    let hash = &received.attachments[0].sha256;
    let mut stored = Vec::new();
    let object = de.office().reader().object(hash).unwrap();
    std::io::Read::read_to_end(&mut object.unwrap(), &mut stored).unwrap();
    assert_eq!(stored, indicators);

    let reviews = de.officer("reviews", Role::Reviewer);
    let (answers, lets_go) = (
        de.officer("answers", Role::Handler),
        de.officer("lets-go", Role::Releaser),
    );
    let reason = "no person is concerned".to_owned();
    de.act(
        &reviews,
        Command::ReviewScreening {
            thread,
            decision: Decision::Clear,
            reason,
        },
    );
    let draft = serde_json::from_slice(&fixture("water-utility.answer.json")).unwrap();
    de.act(
        &answers,
        Command::DraftAnswer {
            thread,
            draft: Box::new(draft),
            attachments: Vec::new(),
        },
    );
    de.act(&lets_go, Command::ReleaseAnswer { thread, read: None });
    until("the answer is delivered", || {
        de.state_of(thread) == "answer-delivered"
    })
    .await;
    until("the answer is opened", || cn.state_of(thread) == "answered").await;

    assert_eq!(
        cn.messages(&de, "message.sent"),
        de.messages(&cn, "message.accepted")
    );
    assert_eq!(
        de.messages(&cn, "message.sent"),
        cn.messages(&de, "message.accepted")
    );
    stop(receptions.into_iter().chain(rounds)).await;
}

/// A sender that crashed before it filed a receipt sends again: it gets the very same receipt for
/// either step, and the message has no second effect.
#[tokio::test]
async fn the_same_message_twice_gets_the_same_receipts_and_no_second_effect() {
    let (mut de, cn) = two_houses().await;
    let reception = de.receive().await;
    let first = forge::ping(&cn, &de, forge::FIRST);
    let second = forge::ping(&cn, &de, (2, Some(first.id())));
    let receipts = wire::deliver(&cn, &de, &first).await.unwrap();
    wire::deliver(&cn, &de, &second).await.unwrap();
    let before = (de.effects(&cn), de.office().reader().outbox().unwrap());

    // Also when it is an older message that comes again.
    let again = wire::deliver(&cn, &de, &first).await.unwrap();
    assert_eq!(again, receipts);
    assert_eq!(
        (de.effects(&cn), de.office().reader().outbox().unwrap()),
        before
    );
    reception.stop().await;
}

/// While the peer is away its message waits, its next try stands in the database and survives a
/// restart; once the peer is back the message arrives, once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_that_was_down_gets_its_message_once() {
    let (mut de, mut cn) = two_houses().await;
    cn.hang_up();
    de.ping(&cn);
    let (_, round) = de.send();
    until("two tries have failed", || {
        de.office().reader().outbox().unwrap()[0].attempts >= 2
    })
    .await;
    round.stop().await;

    let waiting = de.office().reader().outbox().unwrap().remove(0);
    assert!(
        waiting
            .last_error
            .as_ref()
            .unwrap()
            .contains("cannot reach"),
        "{waiting:?}"
    );
    let wait = waiting.due_ms - de.office().now().millis();
    assert!(
        wait > 0 && wait <= 4_000,
        "the third try comes within four seconds, not in {wait} ms"
    );
    de.restart().await;
    assert_eq!(de.office().reader().outbox().unwrap(), [waiting]);

    let reception = cn.receive().await;
    let (_, round) = de.send();
    until("the receipt is here", || {
        !de.receipted(&cn, "E.1").is_empty()
    })
    .await;
    assert_eq!(cn.exchange_entries(&de, "message.accepted").len(), 1);
    assert!(de.office().reader().outbox().unwrap().is_empty());
    round.stop().await;
    reception.stop().await;
}

/// Messages arrive in the order in which they were released, and a peer that is away keeps no other
/// peer waiting.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn peers_are_served_in_order_and_independently() {
    let (de, mut cn) = two_houses().await;
    let mut fr = House::build("fr", &["de"]).await;
    de.accept(&fr);
    fr.hang_up();
    let reception = cn.receive().await;
    de.ping(&fr);
    for _ in 0..5 {
        de.ping(&cn);
    }
    let (_, round) = de.send();
    until("five messages are receipted", || {
        de.receipted(&cn, "E.1").len() == 5
    })
    .await;
    assert_eq!(
        cn.messages(&de, "message.accepted"),
        de.messages(&cn, "message.sent")
    );
    assert_eq!(de.office().reader().outbox().unwrap().len(), 1);
    round.stop().await;
    reception.stop().await;
}

/// What is recorded on the line today stays closed to a quantum computer: the hybrid group is the
/// one agreed on.
#[tokio::test]
async fn the_key_exchange_is_hybrid() {
    let (mut de, cn) = two_houses().await;
    let reception = de.receive().await;
    let connection = Connection::open(cn.office(), &cn.keys.identity, &de.party, patient())
        .await
        .unwrap();
    assert_eq!(connection.key_exchange(), Some(NamedGroup::X25519MLKEM768));
    drop(connection);
    reception.stop().await;
}

/// Whoever answers at the peer's address with another key gets nothing to see, not even one that
/// belongs to another accepted peer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_with_another_key_gets_no_message() {
    let (de, mut cn) = two_houses().await;
    let fr = House::build("fr", &["de"]).await;
    de.accept(&fr);
    let impostor = cn.receive_as(fr.keys.identity.clone(), patient()).await;
    de.ping(&cn);
    let (_, round) = de.send();
    let failed = || de.office().reader().outbox().unwrap()[0].last_error.clone();
    until("the delivery has failed", || failed().is_some()).await;
    assert!(
        failed().unwrap().starts_with("no TLS connection with cn"),
        "{:?}",
        failed()
    );
    assert!(cn.exchange_entries(&de, "message.accepted").is_empty());
    assert!(de.exchange_entries(&cn, "receipt.received").is_empty());
    round.stop().await;
    impostor.stop().await;
}

/// Plays a peer that answers every request alike.
async fn answer_everything(cn: &mut House, status: u16, body: String) -> Running {
    impostor(cn, move |_| Says::status(status, body.clone())).await
}

/// Only a receipt that proves what it says takes a message off the outbox; anything else is an
/// alarm, tried again slowly, and the message is never dropped.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_is_no_receipt_raises_an_alarm() {
    let huge = "x".repeat(1 << 20);
    for (status, answer, error) in [
        (200, "{}".to_owned(), "the peer's receipt does not hold"),
        (
            409,
            r#"{"code":"fork"}"#.to_owned(),
            "the peer refused (status 409)",
        ),
        (200, huge, "the peer's receipt is larger than"),
    ] {
        let (de, mut cn) = two_houses().await;
        let impostor = answer_everything(&mut cn, status, answer).await;
        de.ping(&cn);
        let (_, round) = de.send();
        let waiting = || de.office().reader().outbox().unwrap().remove(0);
        until("the delivery has failed", || waiting().last_error.is_some()).await;
        let waiting = waiting();
        assert!(
            waiting.last_error.as_ref().unwrap().starts_with(error),
            "{waiting:?}"
        );
        if !error.contains("larger") {
            let wait = Duration::from_millis(
                u64::try_from(waiting.due_ms - de.office().now().millis()).unwrap(),
            );
            assert!(
                wait > Duration::from_secs(6 * 60),
                "tried again already in {wait:?}"
            );
        }
        assert!(de.exchange_entries(&cn, "receipt.received").is_empty());
        round.stop().await;
        impostor.stop().await;
    }
}

/// Each side can check the other's exchange log: what it shows is filed only if it is proven and
/// complete, and it names the same messages.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reconciliation_files_what_the_peer_proves() {
    let (mut de, mut cn) = two_houses().await;
    let receptions = [de.receive().await, cn.receive().await];
    let rounds = [de.send().1, cn.send().1];
    let ping = de.ping(&cn).message.unwrap();
    until("both hold the second receipt", || {
        !cn.receipted(&de, "E.1").is_empty() && !de.receipted(&cn, "E.1").is_empty()
    })
    .await;

    let reconciled = reconcile(de.office(), &de.keys.identity, &cn.party)
        .await
        .unwrap();
    let size = |house: &House, other: &House| {
        house
            .office()
            .reader()
            .head(&exchange_log(&other.party))
            .unwrap()
            .size
    };
    assert_eq!(
        (reconciled.ours, reconciled.theirs),
        (size(&de, &cn), size(&cn, &de))
    );
    let filed = de
        .office()
        .reader()
        .peer_extract(&cn.party)
        .unwrap()
        .unwrap();
    let accepted = filed.extract.entries.iter().find(|entry| {
        entry.opening.get("kind").and_then(|kind| kind.as_str()) == Some("message.accepted")
    });
    assert_eq!(
        accepted.unwrap().opening.get("message").unwrap().as_str(),
        Some(ping.to_string().as_str())
    );
    stop(receptions.into_iter().chain(rounds)).await;
}

/// A forged extract is not filed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reconciliation_refuses_what_is_not_proven() {
    let (de, mut cn) = two_houses().await;
    // Another log of another house, shown as if it were the exchange log.
    let fr = House::build("fr", &["de"]).await;
    let extract = fr.office().extract_for_peer(&de.party, 0).unwrap();
    let extract = serde_json::to_string(&extract).unwrap();
    let impostor = answer_everything(&mut cn, 200, extract).await;
    let refused = reconcile(de.office(), &de.keys.identity, &cn.party).await;
    assert!(
        matches!(
            refused,
            Err(ExchangeError::NotProven {
                what: "extract",
                ..
            })
        ),
        "{refused:?}"
    );
    assert!(
        de.office()
            .reader()
            .peer_extract(&cn.party)
            .unwrap()
            .is_none()
    );
    impostor.stop().await;
}

/// A deadline passes by the clock alone, without anybody acting.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ticks_let_deadlines_pass() {
    let (de, cn) = two_houses().await;
    let (asks, releases) = (
        de.officer("asks", Role::Handler),
        de.officer("releases", Role::Releaser),
    );
    let request = serde_json::from_slice(&fixture("water-utility.request.json")).unwrap();
    let peer = cn.party.clone();
    let thread = de.act(
        &asks,
        Command::DraftRequest {
            peer,
            request: Box::new(request),
            attachments: Vec::new(),
        },
    );
    de.act(&asks, Command::SubmitRequest { thread });
    de.act(&releases, Command::ReleaseRequest { thread });
    let ticks = Running::start(|stopped| {
        exchange::clockwork::run_ticks(de.office().clone(), Duration::from_millis(20), stopped)
    });
    assert_eq!(de.state_of(thread), "sent");
    de.clock.forward(Duration::from_secs(3 * 24 * 3600 + 1));
    until("the request is overdue", || {
        de.state_of(thread) == "overdue"
    })
    .await;
    ticks.stop().await;
}

/// A peer is let in from the moment its keys are accepted, without a restart of the reception.
#[tokio::test]
async fn a_newly_accepted_peer_is_let_in_at_once() {
    let (mut de, _cn) = two_houses().await;
    let fr = House::build("fr", &["de"]).await;
    fr.accept(&de);
    let reception = de.receive().await;
    let message = forge::ping(&fr, &de, forge::FIRST).encode();
    assert!(wire::hand_in(&fr, &de, message.clone()).await.is_err());
    de.accept(&fr);
    wire::hand_in(&fr, &de, message).await.unwrap();
    reception.stop().await;
}
