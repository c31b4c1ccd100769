//! Large payloads go over in pieces, and a cut costs one piece and not the whole.
#![allow(clippy::unwrap_used)]

mod support;

use exchange::protocol::{MAX_PIECE_BYTES, RefusalCode};
use journal::hash::Hash;
use office::state::Decision;
use office::{Command, DeliveryStep, NewAttachment};
use policy::Role;
use records::ThreadId;
use seal::digest::Digest;
use std::io::Read;
use std::sync::atomic::Ordering;
use std::time::Duration;
use support::wire::{self, refusal};
use support::{House, fixture, forge, keys, line, listen, patient, two_houses, until};

const MIB: u64 = 1 << 20;

/// Bytes that cannot be compressed and repeat nowhere.
struct Noise(u64);

impl Read for Noise {
    fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        for byte in room.iter_mut() {
            // Knuth's linear congruential generator.
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            *byte = (self.0 >> 56) as u8;
        }
        Ok(room.len())
    }
}

/// Releases a request with an attachment of this size; gives its case and the attachment's hash.
fn ask(from: &House, to: &House, size: u64) -> (ThreadId, Hash) {
    let mut noise = Noise(size).take(size);
    let taken = from.office().take_in_attachment(&mut noise, size).unwrap();
    let attachment = NewAttachment::stored("image.bin", "application/octet-stream", taken);
    let (asks, looks, releases) = (
        from.officer("asks", Role::Handler),
        from.officer("looks", Role::Reviewer),
        from.officer("releases", Role::Releaser),
    );
    let request = serde_json::from_slice(&fixture("water-utility.request.json")).unwrap();
    let thread = from.act(
        &asks,
        Command::DraftRequest {
            peer: to.party.clone(),
            request: Box::new(request),
            attachments: vec![attachment],
        },
    );
    // The gate cannot read it, so a person has to look.
    let (decision, reason) = (Decision::Clear, "an image of the disk".to_owned());
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
    (thread, taken.0)
}

/// The only payload of what is to be delivered next that does not travel in the message.
fn large_payload(from: &House, to: &House) -> Digest {
    let delivery = from.office().next_delivery(&to.party).unwrap().unwrap();
    match delivery.step {
        DeliveryStep::Consign { large, .. } => large[0],
        DeliveryStep::Release { .. } => panic!("it is consigned already"),
    }
}

/// Promise: a large attachment whose connection is cut again and again arrives whole; each attempt
/// goes on where the receiver is, also after both nodes were restarted, and what is sent twice is
/// less than one piece for each cut.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_cut_off_goes_on_where_it_was() {
    let (mut de, mut cn) = two_houses().await;
    let (size, cuts) = (24 * MIB, [6 * MIB; 3]);
    let behind = keys::free_address();
    let (carried, line) = line::carry(cn.take_listener().await, behind, &cuts);
    let receive =
        async |cn: &House| cn.receive_at(listen(behind).await, cn.keys.identity.clone(), patient());
    let reception = receive(&cn).await;
    let (thread, attachment) = ask(&de, &cn, size);
    let payload = large_payload(&de, &cn);
    let arrived = |cn: &House| cn.office().payload_received(&de.party, &payload.sha256);

    let (courier, round) = de.send();
    for cut in 1..=cuts.len() as u64 {
        until("the delivery has failed once more", || {
            u64::from(de.office().reader().outbox().unwrap()[0].attempts) == cut
        })
        .await;
        // Each connection got one piece through, and lost another on the way.
        assert_eq!(arrived(&cn).unwrap(), cut * MAX_PIECE_BYTES as u64);
        assert_eq!(carried.cuts.load(Ordering::SeqCst), cut);
        if cut < cuts.len() as u64 {
            de.clock.forward(Duration::from_secs(60));
            courier.nudge();
        }
    }
    drop(courier);
    round.stop().await;
    reception.stop().await;
    de.restart().await;
    cn.restart().await;
    let arrived = cn.office().payload_received(&de.party, &payload.sha256);
    assert_eq!(arrived.unwrap(), 12 * MIB);

    let reception = receive(&cn).await;
    de.clock.forward(Duration::from_secs(60));
    let (_, round) = de.send();
    until("the request is handed over", || {
        !de.receipted(&cn, "E.1").is_empty()
    })
    .await;
    round.stop().await;
    reception.stop().await;
    line.stop().await;

    let case = cn.office().reader().case(thread).unwrap();
    assert_eq!(
        (case.attachments[0].sha256, case.attachments[0].size),
        (attachment, size)
    );
    let mut object = cn.office().reader().object(&attachment).unwrap().unwrap();
    // Hashed while it is read: the end comes only if it is whole.
    assert_eq!(
        std::io::copy(&mut object, &mut std::io::sink()).unwrap(),
        size
    );
    assert_eq!(cn.messages(&de, "message.accepted").len(), 1);
    let sent = carried.bytes.load(Ordering::SeqCst);
    let twice = cuts.len() as u64 * MAX_PIECE_BYTES as u64;
    assert!(
        (payload.size..payload.size + twice).contains(&sent),
        "{sent} bytes were sent"
    );
}

/// Promise: a peer may send its payloads in any pieces up to the limit, is told where to go on when
/// it loses its place, and gets its receipt when all is there.
#[tokio::test]
async fn pieces_join_to_the_payload() {
    let (mut de, cn) = two_houses().await;
    let reception = de.receive().await;
    let forged = forge::large(&cn, &de, forge::FIRST, 3 << 20);
    let (bytes, payload) = (&forged.large[0], forged.payload());
    let mut connection = wire::open(&cn, &de).await.unwrap();
    let missing = match connection.hand_in(forged.encode(), || {}).await.unwrap() {
        exchange::connection::HandedIn::Missing(missing) => missing,
        receipt => panic!("{receipt:?}"),
    };
    assert_eq!(missing.len(), 1);
    assert_eq!(
        (missing[0].payload, missing[0].size, missing[0].received),
        (payload, bytes.len() as u64, 0)
    );
    let put = async |connection: &mut exchange::Connection, from: usize, to: usize| {
        let piece = bytes[from..to].to_vec();
        connection.hand_in_piece(&payload, from as u64, piece).await
    };
    assert_eq!(put(&mut connection, 0, 1).await.unwrap(), 1);
    assert_eq!(put(&mut connection, 1, 1 << 20).await.unwrap(), MIB);
    for elsewhere in [0, 2 << 20] {
        let (status, refused) = refusal(put(&mut connection, elsewhere, bytes.len()).await);
        assert_eq!((status, refused.code), (409, RefusalCode::WrongOffset));
        assert_eq!(refused.received, Some(MIB));
    }
    put(&mut connection, 1 << 20, bytes.len()).await.unwrap();
    drop(connection);
    wire::deliver(&cn, &de, &forged).await.unwrap();
    assert_eq!(
        de.messages(&cn, "message.opened"),
        [forged.id().to_string()]
    );
    reception.stop().await;
}
