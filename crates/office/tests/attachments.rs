//! Attachments: named by hash, streamed, and stopped where nobody has read them.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use office::attachment::MAX_INLINE_BYTES;
use office::command::Command;
use office::{Acceptance, NewAttachment, OfficeError, Rejection};
use support::*;

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

/// Bytes that no rule of the gate knows, without end.
struct Noise(u64);

impl std::io::Read for Noise {
    fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        for byte in room.iter_mut() {
            // Knuth's linear congruential generator: good enough to be no zeros.
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            *byte = (self.0 >> 56) as u8;
        }
        Ok(room.len())
    }
}

/// Takes `size` bytes of noise into the object store and names them as an attachment.
fn taken_in(house: &House, name: &str, media_type: &str, size: u64) -> NewAttachment {
    let mut noise = std::io::Read::take(Noise(size), size);
    let stored = house.office.take_in_attachment(&mut noise, size).unwrap();
    assert_eq!(stored.1, size);
    NewAttachment::stored(name, media_type, stored)
}

/// Promise: a large attachment goes from the command to the counterpart by its hash only; what
/// arrives is what was handed in, in the same order, beside small ones; the sealed payload stays as
/// evidence on both sides.
#[test]
fn a_large_attachment_arrives() {
    let (de, cn) = two_houses();
    // More than travels inside a message.
    let size = 20 << 20;
    let large = taken_in(&cn, "image.bin", "application/octet-stream", size);
    let sha256 = large.reference().sha256;
    let small = attachment("a.txt", b"some words");
    let thread = cn.ask(&de, honest_request(), vec![small.clone(), large.clone()]);
    // Nobody has read it, so a person had to look.
    assert!(cn.case(thread).review.is_some());
    let sealed = cn.only_waiting(&de.party);
    assert!(sealed.len() < 64 << 10, "{}", sealed.len());
    let message = seal::message::Message::decode(&sealed).unwrap();
    let payload = message.missing().next().unwrap().payload;
    assert!(payload.size > size && cn.has_object(&payload.sha256));

    assert_eq!(deliver(&cn, &de), 1);
    let arrived = de.case(thread);
    assert_eq!(arrived.attachments, [small.reference(), large.reference()]);
    assert_eq!(de.object(&sha256), cn.object(&sha256));
    assert_eq!(de.object(&small.reference().sha256), b"some words");
    assert!(de.has_object(&payload.sha256));
    // On this side, too, the gate stops what it cannot read.
    assert_eq!(de.state(thread), "held");
}

/// Promise: an attachment that is larger than the gate reads holds what it goes with, whatever type
/// it says it is, in both directions; so do many that are too much together.
#[test]
fn what_the_gate_cannot_read_is_held() {
    let (de, cn) = two_houses();
    let stored = |name: usize, media_type: &str, bytes: &str| {
        let stored = cn
            .office
            .take_in_attachment(&mut bytes.as_bytes(), u64::MAX)
            .unwrap();
        NewAttachment::stored(&name.to_string(), media_type, stored)
    };
    let state = |attachments| cn.state(cn.draft(&de, honest_request(), attachments));
    let limit = safeguard::attachment::MAX_SIZE;
    let words = "nothing to see ";
    let small = stored(0, "text/plain", &words.repeat(1000));
    assert_eq!(state(vec![small]), "drafted");
    let large = stored(0, "text/plain", &words.repeat(limit / words.len() + 1));
    let held = cn.draft(&de, honest_request(), vec![large]);
    assert_eq!(cn.state(held), "held");
    let finding = &cn.case(held).screening.findings[0];
    assert_eq!(finding.check, safeguard::Check::UnscreenableAttachment);
    // Nothing in it, but it has to be read.
    let empty = format!("[{}]", " ".repeat(limit - 2));
    let many = |count| {
        (0..count)
            .map(|n| stored(n, "application/json", &empty))
            .collect()
    };
    assert_eq!(state(many(4)), "drafted");
    assert_eq!(state(many(5)), "held");
}

/// Promise: a command refers only to bytes that were taken in, by their true size, and carries only
/// small files itself.
#[test]
fn only_what_was_taken_in_can_be_named() {
    let (de, cn) = two_houses();
    let draft = |attachment| {
        let command = Command::DraftRequest {
            peer: cn.party.clone(),
            request: Box::new(honest_request()),
            attachments: vec![attachment],
        };
        de.try_act(&de.handler(), command)
    };
    let (sha256, size) = de
        .office
        .take_in_attachment(&mut b"some words".as_slice(), 10)
        .unwrap();
    let named = |sha256, size| NewAttachment::stored("a.txt", "text/plain", (sha256, size));
    draft(named(sha256, size)).unwrap();
    for wrong in [
        named(sha256, size + 1),
        named(journal::hash::sha256(b"?"), size),
    ] {
        assert!(matches!(draft(wrong), Err(OfficeError::NoSuch { .. })));
    }
    let inline = |size| attachment("b.txt", &vec![b' '; size]);
    assert!(matches!(
        draft(inline(MAX_INLINE_BYTES + 1)),
        Err(OfficeError::Invalid { .. })
    ));
    draft(inline(MAX_INLINE_BYTES)).unwrap();
    let too_much = de
        .office
        .take_in_attachment(&mut b"some words".as_slice(), 9);
    assert!(matches!(too_much, Err(OfficeError::Objects(_))));

    // The form that callers of the JSON interface write.
    let json = serde_json::to_value(named(sha256, size)).unwrap();
    assert_eq!(json["source"]["stored"]["size"], 10);
    let json = serde_json::to_value(attachment("a", b"abc")).unwrap();
    assert_eq!(json["source"]["inline"], "YWJj");
    assert_eq!(
        serde_json::from_value::<NewAttachment>(json).unwrap(),
        attachment("a", b"abc")
    );
}

/// Promise: a payload comes in pieces, goes on after a cut and a restart, and only what the next
/// message of this peer announces is taken, within its bounds. The message has no place before all
/// of it is here, and wrong bytes never count.
#[test]
fn payloads_come_in_pieces() {
    let (de, cn) = two_houses();
    let size = 3 << 20;
    let large = taken_in(&cn, "image.bin", "application/octet-stream", size);
    let thread = cn.ask(&de, honest_request(), vec![large.clone()]);
    let bytes = cn.only_waiting(&de.party);
    let message = seal::message::Message::decode(&bytes).unwrap();
    let payload = message.missing().next().unwrap().payload;
    let whole = cn.object(&payload.sha256);
    let append = |house: &House, offset: usize, to: usize| {
        let mut piece = &whole[offset..to];
        let (from, offset) = (&cn.party, offset as u64);
        house
            .office
            .append_payload(from, &payload.sha256, offset, &mut piece)
    };
    let unannounced = append(&de, 0, 10).unwrap_err();
    assert!(
        matches!(unannounced, Rejection::NotAnnounced(_)),
        "{unannounced}"
    );

    let missing = |house: &House| match house.office.accept_message(&cn.party, &bytes).unwrap() {
        Acceptance::PayloadsMissing(missing) => missing[0].received,
        Acceptance::Receipt(receipt) => panic!("{receipt}"),
    };
    let before = effects(&de, &cn);
    assert_eq!(missing(&de), 0);
    assert_eq!(append(&de, 0, 1 << 20).unwrap(), 1 << 20);
    let gap = append(&de, 2 << 20, 3 << 20).unwrap_err();
    assert!(
        matches!(gap, Rejection::WrongOffset { received } if received == 1 << 20),
        "{gap}"
    );
    let de = de.reopen(false);
    assert_eq!(missing(&de), 1 << 20);
    assert_eq!(
        de.office
            .payload_received(&cn.party, &payload.sha256)
            .unwrap(),
        1 << 20
    );
    assert_eq!(effects(&de, &cn), before);

    // Wrong bytes to the end, and one too many.
    let mut wrong = vec![0; whole.len() - (1 << 20) + 1];
    let too_long = de
        .office
        .append_payload(&cn.party, &payload.sha256, 1 << 20, &mut wrong.as_slice())
        .unwrap_err();
    assert!(matches!(too_long, Rejection::TooLarge { .. }), "{too_long}");
    wrong.clear();
    let mismatch = de.office.accept_message(&cn.party, &bytes).unwrap_err();
    assert!(matches!(mismatch, Rejection::NotAuthentic(_)), "{mismatch}");
    assert_eq!(effects(&de, &cn), before);
    assert!(!de.has_object(&payload.sha256));

    // From the beginning, and whole.
    deliver(&cn, &de);
    assert_eq!(de.case(thread).attachments, [large.reference()]);
}

/// Promise: a peer cannot make this node keep more than the bounds, nor learn by an announcement
/// whether this node has a file.
#[test]
fn announcements_are_bounded_and_tell_nothing() {
    let (de, cn) = two_houses();
    let size = 3 << 20;
    // The very bytes that will be announced lie here already.
    let large = taken_in(&cn, "image.bin", "application/octet-stream", size);
    cn.ask(&de, honest_request(), vec![large]);
    let bytes = cn.only_waiting(&de.party);
    let message = seal::message::Message::decode(&bytes).unwrap();
    let payload = message.missing().next().unwrap().payload;
    let mut known = cn.reader().object(&payload.sha256).unwrap().unwrap();
    de.office.take_in_attachment(&mut known, u64::MAX).unwrap();
    let accepted = de.office.accept_message(&cn.party, &bytes).unwrap();
    let Acceptance::PayloadsMissing(missing) = accepted else {
        panic!("the node has told that it has these bytes");
    };
    assert_eq!(missing[0].received, 0);

    for (part_bytes, message_bytes, what) in [
        (size - 1, u64::MAX, "part"),
        (u64::MAX, size - 1, "message"),
    ] {
        let (de, cn) = two_houses();
        let de = de.reopen_with(|house| {
            house.limits.part_bytes = part_bytes;
            house.limits.message_bytes = message_bytes;
        });
        let large = taken_in(&cn, "image.bin", "application/octet-stream", size);
        cn.ask(&de, honest_request(), vec![large]);
        let refused = de.consign(&cn, &cn.only_waiting(&de.party)).unwrap_err();
        assert!(
            matches!(refused, Rejection::TooLarge { what: found, .. } if found == what),
            "{refused}"
        );
    }
}

/// Promise: when another message takes the place of one that never came whole, what had come of the
/// first goes.
#[test]
fn what_is_not_expected_any_more_goes() {
    let (de, cn) = two_houses();
    let thread = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";
    let craft = |fill: u8| {
        let extra = vec![fill; 2 << 20];
        let content = br#"{"kind":"ping"}"#;
        let parts: [(&str, &[u8]); 2] = [("content", content), ("extra", &extra)];
        cn.craft(&de, "ping", thread, (1, None), &parts)
    };
    let (first, second) = (craft(1), craft(2));
    let payload = |bytes: &[u8]| {
        let message = seal::message::Message::decode(bytes).unwrap();
        let first = message.missing().next().unwrap();
        first.payload.sha256
    };
    let received = |bytes: &[u8]| de.office.payload_received(&cn.party, &payload(bytes));
    de.office.accept_message(&cn.party, &first).unwrap();
    let mut piece = &cn.object(&payload(&first))[..1000];
    de.office
        .append_payload(&cn.party, &payload(&first), 0, &mut piece)
        .unwrap();
    assert_eq!(received(&first).unwrap(), 1000);
    de.office.accept_message(&cn.party, &second).unwrap();
    assert!(matches!(received(&first), Err(Rejection::NotAnnounced(_))));
    assert_eq!(received(&second).unwrap(), 0);
}
