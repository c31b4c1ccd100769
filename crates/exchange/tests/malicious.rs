//! A peer with valid keys that lies. Whatever it does has no effect, leaves a trace where there is
//! something to show, and costs this node no more than it allows.
#![allow(clippy::unwrap_used)]

mod support;

use exchange::connection::HandedIn;
use exchange::protocol::{MAX_PIECE_BYTES, MAX_WITNESS_BYTES, RefusalCode};
use exchange::{Connection, ExchangeError};
use journal::hash::{Hash, sha256};
use office::reception::MAX_NOTED_PER_DAY;
use office::{Acceptance, Actor, Command, DeliveryStep, OFFICE_LOG, Office};
use records::PartyId;
use seal::headers::MAX_HEADERS_BYTES;
use seal::message::Message;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use support::forge::{self, FIRST, Forged};
use support::line::{Asked, Says, impostor};
use support::wire::{self, head, refusal};
use support::{House, Running, impatient, stop, two_houses, two_witnesses, until};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

/// Hands in a message whose payloads are still to come.
async fn announce(from: &House, to: &House, forged: &Forged) -> Connection {
    let mut connection = wire::open(from, to).await.unwrap();
    let handed = connection.hand_in(forged.encode(), || {}).await.unwrap();
    assert!(matches!(handed, HandedIn::Missing(_)), "{handed:?}");
    connection
}

/// Promise: nobody fills the disk with what was not announced, with more than was announced, with
/// pieces that jump, or with pieces that are too large.
#[tokio::test]
async fn lies_about_size_and_place_are_refused() {
    let (mut de, cn) = two_houses().await;
    let reception = de.receive().await;
    let before = de.effects(&cn);
    let forged = forge::large(&cn, &de, FIRST, 2 << 20);
    let (bytes, payload) = (forged.large[0].clone(), forged.payload());
    let mut connection = wire::open(&cn, &de).await.unwrap();
    let early = connection.hand_in_piece(&payload, 0, vec![1]).await;
    assert_eq!(refusal(early).1.code, RefusalCode::NotAnnounced);
    drop(connection);

    let mut connection = announce(&cn, &de, &forged).await;
    let other = sha256(b"something that lies in the store");
    for (hash, offset, piece, code) in [
        (other, 0, vec![1], RefusalCode::NotAnnounced),
        (payload, 1, vec![1], RefusalCode::WrongOffset),
        (payload, u64::MAX, vec![1], RefusalCode::WrongOffset),
    ] {
        let refused = connection.hand_in_piece(&hash, offset, piece).await;
        assert_eq!(refusal(refused).1.code, code);
    }
    let more = [bytes.clone(), vec![0; 4096]].concat();
    let refused = connection.hand_in_piece(&payload, 0, more).await;
    assert_eq!(refusal(refused).1.code, RefusalCode::TooLarge);
    drop(connection);
    let arrived = de.office().payload_received(&cn.party, &payload).unwrap();
    assert!(arrived <= bytes.len() as u64, "{arrived}");

    let path = format!("/v1/payloads/{}?offset={arrived}", hex::encode(payload.0));
    let answer = wire::ask(&cn, &de, &head("PUT", &path, MAX_PIECE_BYTES + 1)).await;
    assert!(answer.unwrap().starts_with("HTTP/1.1 413"));
    let upper = format!("/v1/payloads/{}?offset=0", hex::encode_upper(payload.0));
    for odd in [
        upper.as_str(),
        "/v1/payloads/..%2f..?offset=0",
        "/v1/payloads/00",
    ] {
        let answer = wire::ask(&cn, &de, &head("PUT", odd, 0)).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 40"), "{odd}: {answer}");
    }
    assert_eq!(de.effects(&cn), before);
    reception.stop().await;
}

/// Promise: a payload that is not what the manifest says is thrown away and asked for again; the
/// message gets no place until it is right.
#[tokio::test]
async fn a_payload_of_another_hash_is_thrown_away() {
    let (mut de, cn) = two_houses().await;
    let reception = de.receive().await;
    let before = de.effects(&cn);
    let forged = forge::large(&cn, &de, FIRST, 2 << 20);
    let mut wrong = forged.large[0].clone();
    *wrong.last_mut().unwrap() ^= 1;
    let mut connection = announce(&cn, &de, &forged).await;
    connection
        .hand_in_piece(&forged.payload(), 0, wrong)
        .await
        .unwrap();
    drop(connection);
    let refused = wire::hand_in(&cn, &de, forged.encode()).await;
    assert_eq!(refusal(refused).1.code, RefusalCode::NotAuthentic);
    assert_eq!(de.rejections("not-authentic").len(), 1);
    assert_eq!(de.effects(&cn), before);

    let mut connection = announce(&cn, &de, &forged).await;
    let right = forged.large[0].clone();
    connection
        .hand_in_piece(&forged.payload(), 0, right)
        .await
        .unwrap();
    drop(connection);
    wire::deliver(&cn, &de, &forged).await.unwrap();
    reception.stop().await;
}

/// Promise: a manifest that announces more than is taken is refused before anything is kept, and one
/// announcement replaces the other: together they never hold more than one message may.
#[tokio::test]
async fn announcements_are_bounded() {
    let (mut de, cn) = two_houses().await;
    de.limits.part_bytes = 3 << 20;
    de.restart().await;
    let reception = de.receive().await;
    let too_large = forge::large(&cn, &de, FIRST, 4 << 20);
    let refused = wire::hand_in(&cn, &de, too_large.encode()).await;
    assert_eq!(refusal(refused).1.code, RefusalCode::TooLarge);
    assert_eq!(de.rejections("too-large").len(), 1);
    let announced = [(); 3].map(|()| forge::large(&cn, &de, FIRST, 2 << 20));
    for forged in &announced {
        announce(&cn, &de, forged).await;
    }
    let known = announced.iter().filter(|forged| {
        de.office()
            .payload_received(&cn.party, &forged.payload())
            .is_ok()
    });
    assert_eq!(known.count(), 1);
    reception.stop().await;
}

/// Promise: headers open nothing but the message they belong to, and only after its receipt.
#[tokio::test]
async fn headers_open_only_their_own_message() {
    let (mut de, cn) = two_houses().await;
    let reception = de.receive().await;
    let (first, never_sent) = (forge::ping(&cn, &de, FIRST), forge::ping(&cn, &de, FIRST));
    let release = async |message: Hash, headers: &[u8]| {
        wire::release(&cn, &de, message, headers.to_vec()).await
    };
    let early = release(first.id(), &first.headers).await;
    assert_eq!(refusal(early).1.code, RefusalCode::NotConsigned);
    wire::hand_in(&cn, &de, first.encode()).await.unwrap();
    let before = de.effects(&cn);
    let mut changed = first.headers.clone();
    let at = changed.len() / 2;
    changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
    for (count, headers) in (1..).zip([&never_sent.headers[..], &changed, b"{}", b""]) {
        let refused = release(first.id(), headers).await;
        assert_eq!(refusal(refused).1.code, RefusalCode::NotAuthentic);
        assert_eq!(de.rejections("not-authentic").len(), count);
    }
    let elsewhere = release(never_sent.id(), &first.headers).await;
    assert_eq!(refusal(elsewhere).1.code, RefusalCode::NotConsigned);
    let path = format!("/v1/messages/{}/headers", hex::encode(first.id().0));
    let huge = wire::ask(&cn, &de, &head("POST", &path, MAX_HEADERS_BYTES + 1)).await;
    assert!(huge.unwrap().starts_with("HTTP/1.1 413"));
    assert_eq!(de.effects(&cn), before);
    release(first.id(), &first.headers).await.unwrap();
    assert_ne!(de.effects(&cn), before);
    reception.stop().await;
}

/// Promise: a peer that takes our receipt and never releases the headers has put nothing into
/// effect; what lies there unread is on the list, and later messages are not held up.
#[tokio::test]
async fn withheld_headers_leave_the_message_unread() {
    let (mut de, cn) = two_houses().await;
    let reception = de.receive().await;
    let withheld = forge::ping(&cn, &de, FIRST);
    let later = forge::ping(&cn, &de, (2, Some(withheld.id())));
    wire::hand_in(&cn, &de, withheld.encode()).await.unwrap();
    wire::deliver(&cn, &de, &later).await.unwrap();
    let waiting = de.office().reader().awaiting_headers().unwrap();
    assert_eq!(
        waiting.iter().map(|w| w.message).collect::<Vec<_>>(),
        [withheld.id()]
    );
    assert_eq!(de.messages(&cn, "message.opened"), [later.id().to_string()]);
    assert_eq!(de.messages(&cn, "message.sent").len(), 1);
    reception.stop().await;
}

/// The receipts that an honest house of the same keys would give, for a peer that hands out others.
struct Receipts {
    office: Arc<Office>,
    from: PartyId,
}

impl Receipts {
    fn consignment(&self, bytes: &[u8]) -> String {
        match self.office.accept_message(&self.from, bytes).unwrap() {
            Acceptance::Receipt(receipt) => receipt,
            missing => panic!("{missing:?}"),
        }
    }

    fn handover(&self, message: Hash, headers: &[u8]) -> String {
        self.office
            .open_message(&self.from, &message, headers)
            .unwrap()
    }
}

/// Sends two pings to a peer that answers by `answer`; gives the house, when its first delivery has
/// failed, with the reason and how often it was asked.
async fn deceived(
    answer: impl Fn(&Receipts, &Asked, &mut Option<String>) -> String + Send + 'static,
) -> (House, House, String, usize) {
    let (de, mut cn) = two_houses().await;
    let receipts = Receipts {
        office: cn.office().clone(),
        from: de.party.clone(),
    };
    let asked_for = Arc::new(Mutex::new(0));
    let (count, mut kept) = (asked_for.clone(), None);
    let peer = impostor(&mut cn, move |asked| {
        *count.lock().unwrap() += 1;
        Says::ok(answer(&receipts, &asked, &mut kept))
    })
    .await;
    de.ping(&cn);
    de.ping(&cn);
    let (_, round) = de.send();
    let failed = || de.office().reader().outbox().unwrap()[0].last_error.clone();
    until("a delivery has failed", || failed().is_some()).await;
    let why = failed().unwrap();
    round.stop().await;
    peer.stop().await;
    let count = *asked_for.lock().unwrap();
    (de, cn, why, count)
}

fn is_consigning(asked: &Asked) -> bool {
    asked.line == "POST /v1/messages"
}

/// Promise: without the first receipt the headers stay here, whatever the peer gives instead of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn headers_leave_only_for_the_right_receipt() {
    // A genuine receipt for another message: that before this one.
    let (de, cn, why, _) = deceived(|receipts, asked, kept| {
        if !is_consigning(asked) {
            let path = asked.line.split('/').nth(3).unwrap();
            let mut id = [0; 32];
            hex::decode_to_slice(path, &mut id).unwrap();
            return receipts.handover(Hash(id), &asked.body);
        }
        kept.get_or_insert_with(|| receipts.consignment(&asked.body))
            .clone()
    })
    .await;
    assert!(why.contains("receipt does not hold"), "{why}");
    assert_eq!(de.receipted(&cn, "E.1").len(), 1);
    assert_eq!(de.exchange_entries(&cn, "header.released").len(), 1);

    // A genuine first receipt with one signature taken away, or with another event written into it.
    for (from, to) in [
        ("ContentConsignment", "ContentHandover"),
        ("signatures", "signature"),
    ] {
        let (de, cn, why, _) = deceived(move |receipts, asked, _| {
            receipts.consignment(&asked.body).replacen(from, to, 1)
        })
        .await;
        assert!(why.contains("receipt does not hold"), "{why}");
        assert!(de.exchange_entries(&cn, "header.released").is_empty());
        assert!(de.exchange_entries(&cn, "receipt.received").is_empty());
    }
}

/// Promise: a peer that answers the headers with its first receipt once more has not confirmed them;
/// the message stays on the outbox and is tried again slowly, not without pause.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_receipt_does_not_do_for_the_second() {
    let (de, cn, why, count) = deceived(|receipts, asked, kept| {
        if is_consigning(asked) {
            *kept = Some(receipts.consignment(&asked.body));
        }
        kept.clone().unwrap()
    })
    .await;
    assert!(why.contains("taken before"), "{why}");
    assert_eq!(count, 2, "it was asked again at once");
    assert_eq!(de.receipted(&cn, "D.1").len(), 1);
    assert!(de.receipted(&cn, "E.1").is_empty());
    let row = de.office().reader().outbox().unwrap().remove(0);
    let wait = row.due_ms - de.office().now().millis();
    assert!(wait > 6 * 60 * 1000, "tried again already in {wait} ms");
}

/// Promise: a peer that names something else as missing does not get it, though it lies in the same
/// store: neither another case's attachment, nor a payload under a false size.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_uploaded_that_the_message_does_not_have() {
    let secret = b"what another case holds, named by its hash";
    for lie in 0..2 {
        let (de, mut cn) = two_houses().await;
        let taken = de
            .office()
            .take_in_attachment(&mut &secret[..], 1 << 20)
            .unwrap();
        let asked_for = Arc::new(Mutex::new(Vec::new()));
        let heard = asked_for.clone();
        let peer = impostor(&mut cn, move |asked| {
            heard.lock().unwrap().push(asked.line.clone());
            if !is_consigning(&asked) {
                return Says::ok(format!(r#"{{"received":{}}}"#, taken.1));
            }
            let content = Message::decode(&asked.body).unwrap();
            let part = &content.manifest().statement().parts[0].payload;
            let (hash, size) = match lie {
                0 => (taken.0, taken.1),
                _ => (part.sha256, part.size + 1),
            };
            let missing =
                format!(r#"{{"missing":[{{"payload":"{hash}","size":{size},"received":0}}]}}"#);
            Says::status(202, missing)
        })
        .await;
        de.ping(&cn);
        let (_, round) = de.send();
        let failed = || de.office().reader().outbox().unwrap()[0].last_error.clone();
        until("the delivery has failed", || failed().is_some()).await;
        assert!(
            failed().unwrap().contains("does not have"),
            "{:?}",
            failed()
        );
        assert_eq!(*asked_for.lock().unwrap(), ["POST /v1/messages"]);
        round.stop().await;
        peer.stop().await;
    }
}

/// Promise: a peer that never has enough of a payload is given up on for a while.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_that_never_has_enough_is_left_alone() {
    let (de, mut cn) = two_houses().await;
    let bytes = vec![3; 2 << 20];
    let taken = de
        .office()
        .take_in_attachment(&mut bytes.as_slice(), 1 << 30)
        .unwrap();
    let thread = drafted_with(&de, &cn, taken);
    assert!(thread);
    let delivery = de.office().next_delivery(&cn.party).unwrap().unwrap();
    let DeliveryStep::Consign { large, .. } = delivery.step else {
        panic!("it is not consigned yet");
    };
    let (hash, size) = (large[0].sha256, large[0].size);
    let puts = Arc::new(Mutex::new(0));
    let counted = puts.clone();
    let peer = impostor(&mut cn, move |asked| {
        if is_consigning(&asked) {
            let missing =
                format!(r#"{{"missing":[{{"payload":"{hash}","size":{size},"received":0}}]}}"#);
            return Says::status(202, missing);
        }
        *counted.lock().unwrap() += 1;
        Says::ok(format!(r#"{{"received":{size}}}"#))
    })
    .await;
    let (_, round) = de.send();
    let failed = || de.office().reader().outbox().unwrap()[0].last_error.clone();
    until("the delivery has failed", || failed().is_some()).await;
    assert!(
        failed().unwrap().contains("goes on asking"),
        "{:?}",
        failed()
    );
    assert_eq!(*puts.lock().unwrap(), 3);
    round.stop().await;
    peer.stop().await;
}

/// Releases a request with this attachment.
fn drafted_with(from: &House, to: &House, taken: (Hash, u64)) -> bool {
    use office::state::Decision;
    use policy::Role;
    let (asks, looks, releases) = (
        from.officer("asks", Role::Handler),
        from.officer("looks", Role::Reviewer),
        from.officer("releases", Role::Releaser),
    );
    let request = support::fixture("water-utility.request.json");
    let attachment = office::NewAttachment::stored("image.bin", "application/octet-stream", taken);
    let thread = from.act(
        &asks,
        Command::DraftRequest {
            peer: to.party.clone(),
            request: Box::new(serde_json::from_slice(&request).unwrap()),
            attachments: vec![attachment],
        },
    );
    let (decision, reason) = (Decision::Clear, "looked at".to_owned());
    from.act(
        &looks,
        Command::ReviewScreening {
            thread,
            decision,
            reason,
        },
    );
    from.act(&asks, Command::SubmitRequest { thread });
    from.act(&releases, Command::ReleaseRequest { thread });
    from.state_of(thread) == "sent"
}

/// Promise: a caller that stalls is hung up on, at each request alike, and holds up nobody.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_callers_are_hung_up_on_everywhere() {
    let (mut de, cn) = two_houses().await;
    let reception = de.receive_as(de.keys.identity.clone(), impatient()).await;
    let forged = forge::large(&cn, &de, FIRST, 2 << 20);
    drop(announce(&cn, &de, &forged).await);
    let payload = format!("/v1/payloads/{}?offset=0", hex::encode(forged.payload().0));
    let headers = format!("/v1/messages/{}/headers", hex::encode(forged.id().0));
    let begun = Instant::now();
    for (method, path) in [
        ("POST", "/v1/messages"),
        ("PUT", payload.as_str()),
        ("POST", headers.as_str()),
        ("POST", "/v1/witness/add-checkpoint"),
    ] {
        let begins = format!("{}x", head(method, path, 1000));
        let answer = wire::ask(&cn, &de, &begins).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 408"), "{path}: {answer}");
    }
    assert!(begun.elapsed() < Duration::from_secs(30));
    reception.stop().await;
}

/// Promise: silent connections by the hundred keep no peer out for longer than one handshake may
/// take.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unbounded_connections_do_not_keep_peers_out() {
    let (mut de, cn) = two_houses().await;
    let reception = de.receive_as(de.keys.identity.clone(), impatient()).await;
    let mut silent = Vec::new();
    for _ in 0..200 {
        silent.push(TcpStream::connect(de.keys.address).await.unwrap());
    }
    let message = forge::ping(&cn, &de, FIRST).encode();
    wire::hand_in(&cn, &de, message).await.unwrap();
    for mut stream in silent {
        assert_eq!(stream.read(&mut [0; 1]).await.unwrap_or(0), 0);
    }
    reception.stop().await;
}

/// Promise: what is too large for a witness request, or signed by one key of two, or about another
/// log, or no request at all, is not cosigned and not kept.
#[tokio::test]
async fn odd_witness_requests_are_refused() {
    let (de, mut cn) = two_witnesses().await;
    let reception = cn.receive().await;
    de.ping(&cn);
    let (request, _) = de.office().witness_request("exchange-cn", 0).unwrap();
    let whole = request.to_string();
    let stripped: Vec<&str> = whole.lines().collect();
    let stripped = stripped[..stripped.len() - 1].join("\n") + "\n";
    let (office, _) = de.office().witness_request(OFFICE_LOG, 0).unwrap();
    for (request, status) in [
        (stripped, 403),
        (office.to_string(), 404),
        (whole.replacen("old 0", "old 99", 1), 400),
        ("no request".to_owned(), 400),
    ] {
        let mut connection = wire::open(&de, &cn).await.unwrap();
        let answer = connection.add_checkpoint(request).await.unwrap();
        assert_eq!(answer.status, status);
    }
    let path = "/v1/witness/add-checkpoint";
    let huge = wire::ask(&de, &cn, &head("POST", path, MAX_WITNESS_BYTES + 1)).await;
    assert!(huge.unwrap().starts_with("HTTP/1.1 413"));
    assert_eq!(cn.office().witnessed_checkpoint(&de.party).unwrap(), None);
    assert_eq!(cn.rejections("too-large").len(), 1);
    reception.stop().await;
}

/// Promise: a flood of different lies is counted, and its entries are bounded.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_lies_leaves_bounded_evidence() {
    let (mut de, cn) = two_houses().await;
    let reception = de.receive().await;
    let mut connection = wire::open(&cn, &de).await.unwrap();
    for number in 0..MAX_NOTED_PER_DAY + 20 {
        let lie = format!("lie {number}").into_bytes();
        let refused = connection.hand_in(lie, || {}).await;
        assert_eq!(refusal(refused).1.code, RefusalCode::NotAuthentic);
    }
    assert_eq!(de.rejections("not-authentic").len(), MAX_NOTED_PER_DAY);
    let kind = "message.rejections-suppressed";
    assert_eq!(de.entries(OFFICE_LOG, kind).len(), 1);
    drop(connection);
    reception.stop().await;
}

/// Promise: once a peer has replaced its keys, the manifest from before opens no door: its TLS key
/// is a stranger's, and it cannot be accepted again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_key_manifest_is_worth_nothing() {
    let (mut de, mut cn) = two_houses().await;
    let reception = de.receive().await;
    let (old_identity, old_manifest) = (cn.keys.identity.clone(), cn.keys.manifest.clone());
    cn.restart_after(|cn| cn.keys.replace_tls_key()).await;
    de.accept(&cn);
    let message = forge::ping(&cn, &de, FIRST).encode();
    let refused = wire::hand_in_as(&cn, &old_identity, &de, message.clone()).await;
    assert!(
        matches!(
            refused,
            Err(ExchangeError::Broken(_) | ExchangeError::Handshake { .. })
        ),
        "{refused:?}"
    );
    let replay = Command::AcceptPeer {
        manifest: old_manifest.to_json().unwrap(),
        fingerprint: old_manifest.statement().fingerprint().to_string(),
    };
    let replayed = de.office().execute(&Actor::local_operator(), &replay);
    assert!(replayed.is_err(), "{replayed:?}");
    assert!(de.messages(&cn, "message.accepted").is_empty());
    wire::hand_in(&cn, &de, message).await.unwrap();
    let running: [Running; 1] = [reception];
    stop(running).await;
}
