//! A message passes from house to house, once, whatever happens on the way.
#![allow(clippy::unwrap_used)]

mod support;

use exchange::tls::Pins;
use exchange::{Connection, ExchangeError, reconcile};
use office::state::{Decision, Stage};
use office::{Actor, Command, NewAttachment, exchange_log};
use policy::Role;
use records::ThreadId;
use rustls::NamedGroup;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use support::{House, Running, forge, patient, two_houses, until, wire};

const PASSWORD: &str = "a long exercise password";

/// A ping reaches the other house, is answered, and each side holds the other's receipt.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ping_is_answered_and_both_sides_hold_receipts() {
    let (mut de, mut cn) = two_houses().await;
    let receptions = [de.receive().await, cn.receive().await];
    let ((courier, de_round), (_, cn_round)) = (de.send(), cn.send());
    let ping = de.ping(&cn).message.unwrap();
    courier.nudge();
    until("the reply's receipt is back", || {
        !cn.exchange_entries(&de, "receipt.received").is_empty()
    })
    .await;
    until("the ping's receipt is back", || {
        !de.exchange_entries(&cn, "receipt.received").is_empty()
    })
    .await;

    assert_eq!(cn.messages(&de, "message.accepted"), [ping.to_string()]);
    assert_eq!(
        de.messages(&cn, "message.accepted"),
        cn.messages(&de, "message.sent")
    );
    assert_eq!(de.entries("office", "ping.answered").len(), 1);
    for house in [&de, &cn] {
        assert!(house.office().reader().outbox().unwrap().is_empty());
        assert!(
            house
                .office()
                .reader()
                .sent()
                .unwrap()
                .iter()
                .all(|sent| sent.receipt.is_some())
        );
    }
    for running in receptions.into_iter().chain([de_round, cn_round]) {
        running.stop().await;
    }
}

fn officer(house: &House, name: &str, role: Role) -> Actor {
    house.operate(&Command::AddOfficer {
        name: name.to_owned(),
        roles: BTreeSet::from([role]),
        unit: "exercise".to_owned(),
        password: office::command::Password::new(PASSWORD.to_owned()),
    });
    house.office().sign_in(name, PASSWORD).unwrap()
}

fn act(house: &House, actor: &Actor, command: Command) -> ThreadId {
    house
        .office()
        .execute(actor, &command)
        .unwrap()
        .thread
        .unwrap()
}

fn fixture(name: &str) -> Vec<u8> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fixtures/exercise")
        .join(name);
    std::fs::read(path).unwrap()
}

fn code(house: &House, thread: ThreadId) -> &'static str {
    house
        .office()
        .reader()
        .case(thread)
        .map_or("none", |case| case.stage.code())
}

/// The whole way of a request with its attachment and of its answer: every step on one side shows
/// on the other, and in the end both exchange logs name the same messages.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_goes_out_and_its_answer_comes_back() {
    let (mut de, mut cn) = two_houses().await;
    let receptions = [de.receive().await, cn.receive().await];
    let rounds = [de.send().1, cn.send().1];

    let (asks, releases) = (
        officer(&cn, "asks", Role::Handler),
        officer(&cn, "releases", Role::Releaser),
    );
    let attachment = NewAttachment {
        name: "indicators.json".to_owned(),
        media_type: "application/stix+json;version=2.1".to_owned(),
        bytes: fixture("water-utility.stix.json"),
    };
    let request = serde_json::from_slice(&fixture("water-utility.request.json")).unwrap();
    let thread = act(
        &cn,
        &asks,
        Command::DraftRequest {
            peer: de.party.clone(),
            request: Box::new(request),
            attachments: vec![attachment.clone()],
        },
    );
    act(&cn, &asks, Command::SubmitRequest { thread });
    act(&cn, &releases, Command::ReleaseRequest { thread });
    until("the request is delivered", || {
        code(&cn, thread) == "delivered"
    })
    .await;

    let received = de.office().reader().case(thread).unwrap();
    assert!(matches!(received.stage, Stage::Incoming(_)));
    let stored = de
        .office()
        .reader()
        .blob(&received.attachments[0].sha256)
        .unwrap();
    assert_eq!(stored.unwrap(), attachment.bytes);

    let reviews = officer(&de, "reviews", Role::Reviewer);
    let (answers, lets_go) = (
        officer(&de, "answers", Role::Handler),
        officer(&de, "lets-go", Role::Releaser),
    );
    let reason = "no person is concerned".to_owned();
    act(
        &de,
        &reviews,
        Command::ReviewScreening {
            thread,
            decision: Decision::Clear,
            reason,
        },
    );
    let draft = serde_json::from_slice(&fixture("water-utility.answer.json")).unwrap();
    act(
        &de,
        &answers,
        Command::DraftAnswer {
            thread,
            draft: Box::new(draft),
            attachments: Vec::new(),
        },
    );
    act(&de, &lets_go, Command::ReleaseAnswer { thread, read: None });
    until("the answer is delivered", || {
        code(&de, thread) == "answer-delivered"
    })
    .await;
    assert_eq!(code(&cn, thread), "answered");

    assert_eq!(
        cn.messages(&de, "message.sent"),
        de.messages(&cn, "message.accepted")
    );
    assert_eq!(
        de.messages(&cn, "message.sent"),
        cn.messages(&de, "message.accepted")
    );
    for running in receptions.into_iter().chain(rounds) {
        running.stop().await;
    }
}

/// A sender that crashed before it filed the receipt sends again: it gets the very same receipt, and
/// the message has no second effect.
#[tokio::test]
async fn the_same_message_twice_gets_the_same_receipt_and_no_second_effect() {
    let (mut de, cn) = two_houses().await;
    let reception = de.receive().await;
    let first = forge::ping(&cn, &de, 1, None);
    let second = forge::ping(&cn, &de, 2, Some(first.id()));
    let receipt = wire::hand_in(&cn, &de, first.encode().unwrap())
        .await
        .unwrap();
    wire::hand_in(&cn, &de, second.encode().unwrap())
        .await
        .unwrap();
    let before = (de.effects(&cn), de.office().reader().outbox().unwrap());

    // Also when it is an older message that comes again.
    let again = wire::hand_in(&cn, &de, first.encode().unwrap())
        .await
        .unwrap();
    assert_eq!(again, receipt);
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
        !de.exchange_entries(&cn, "receipt.received").is_empty()
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
        de.exchange_entries(&cn, "receipt.received").len() == 5
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
    let connection = Connection::open(cn.office(), &cn.identity, &de.party, patient())
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
    let impostor = cn.receive_as(fr.identity.clone(), patient()).await;
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

/// Reads a request up to its end: a connection closed with bytes unread may lose the answer.
async fn read_request(stream: &mut (impl tokio::io::AsyncRead + Unpin)) {
    use tokio::io::AsyncReadExt;
    let mut read = Vec::new();
    let rest = loop {
        read.push(stream.read_u8().await.unwrap());
        if read.ends_with(b"\r\n\r\n") {
            let head = String::from_utf8(read).unwrap();
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "));
            break length.map_or(0, |length| length.parse().unwrap());
        }
    };
    stream.read_exact(&mut vec![0; rest]).await.unwrap();
}

/// Plays a peer that answers every request with `answer`.
async fn answer_everything(cn: &mut House, answer: String) -> Running {
    use exchange::tls::{PinVerifier, server_config};
    use tokio::io::AsyncWriteExt;
    let verifier = Arc::new(PinVerifier::new(Pins::of(
        cn.office().reader().peers().unwrap(),
    )));
    let config = Arc::new(server_config(&cn.identity, verifier).unwrap());
    let listener = cn.take_listener().await;
    Running::start(|stopped| async move {
        let serve = async {
            loop {
                let (tcp, _) = listener.accept().await.unwrap();
                let mut tls = tokio_rustls::TlsAcceptor::from(config.clone())
                    .accept(tcp)
                    .await
                    .unwrap();
                read_request(&mut tls).await;
                tls.write_all(answer.as_bytes()).await.unwrap();
                let _gone = tls.shutdown().await;
            }
        };
        tokio::select! {
            () = serve => {}
            () = stopped => {}
        }
    })
}

/// Only a receipt that proves what it says takes a message off the outbox; anything else is an
/// alarm, tried again slowly, and the message is never dropped.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_is_no_receipt_raises_an_alarm() {
    let huge = format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{}",
        1 << 20,
        "x".repeat(1 << 19)
    );
    for (answer, error) in [
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".to_owned(),
            "the peer's receipt does not hold",
        ),
        (
            "HTTP/1.1 409 Conflict\r\ncontent-length: 15\r\n\r\n{\"code\":\"fork\"}".to_owned(),
            "the peer refused (status 409)",
        ),
        (huge, "the peer's receipt is larger than"),
    ] {
        let (de, mut cn) = two_houses().await;
        let impostor = answer_everything(&mut cn, answer).await;
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
    until("the reply's receipt is back", || {
        !cn.exchange_entries(&de, "receipt.received").is_empty()
    })
    .await;
    until("the ping's receipt is back", || {
        !de.exchange_entries(&cn, "receipt.received").is_empty()
    })
    .await;

    let reconciled = reconcile(de.office(), &de.identity, &cn.party)
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
    for running in receptions.into_iter().chain(rounds) {
        running.stop().await;
    }
}

/// A forged extract is not filed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reconciliation_refuses_what_is_not_proven() {
    let (de, mut cn) = two_houses().await;
    // Another log of another house, shown as if it were the exchange log.
    let fr = House::build("fr", &["de"]).await;
    let extract = fr.office().extract_for_peer(&de.party).unwrap();
    let extract = serde_json::to_string(&extract).unwrap();
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{extract}",
        extract.len()
    );
    let impostor = answer_everything(&mut cn, answer).await;
    let refused = reconcile(de.office(), &de.identity, &cn.party).await;
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
        officer(&de, "asks", Role::Handler),
        officer(&de, "releases", Role::Releaser),
    );
    let request = serde_json::from_slice(&fixture("water-utility.request.json")).unwrap();
    let peer = cn.party.clone();
    let thread = act(
        &de,
        &asks,
        Command::DraftRequest {
            peer,
            request: Box::new(request),
            attachments: Vec::new(),
        },
    );
    act(&de, &asks, Command::SubmitRequest { thread });
    act(&de, &releases, Command::ReleaseRequest { thread });
    let ticks = Running::start(|stopped| {
        exchange::clockwork::run_ticks(de.office().clone(), Duration::from_millis(20), stopped)
    });
    assert_eq!(code(&de, thread), "sent");
    de.clock.forward(Duration::from_secs(3 * 24 * 3600 + 1));
    until("the request is overdue", || code(&de, thread) == "overdue").await;
    ticks.stop().await;
}

/// A peer is let in from the moment its keys are accepted, without a restart of the reception.
#[tokio::test]
async fn a_newly_accepted_peer_is_let_in_at_once() {
    let (mut de, _cn) = two_houses().await;
    let fr = House::build("fr", &["de"]).await;
    fr.accept(&de);
    let reception = de.receive().await;
    let message = forge::ping(&fr, &de, 1, None).encode().unwrap();
    assert!(wire::hand_in(&fr, &de, message.clone()).await.is_err());
    de.accept(&fr);
    wire::hand_in(&fr, &de, message).await.unwrap();
    reception.stop().await;
}
