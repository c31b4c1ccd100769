//! Two offices: what passes between them, and what must not.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use office::command::Command;
use office::state::Decision;
use records::vocabulary::{ExternalReason, Outcome};
use seal::message::Message;
use support::*;

/// Promise: a ping is answered by the other side's office itself, and both logs show it.
#[test]
fn ping_and_reply() {
    let (de, cn) = two_houses();
    let ping = Command::Ping {
        peer: cn.party.clone(),
    };
    de.act(&de.handler(), ping);
    settle(&de, &cn);
    let own = [
        "message.sent",
        "receipt.received",
        "header.released",
        "receipt.received",
    ];
    let theirs = ["message.accepted", "message.opened"];
    assert_eq!(
        de.kinds("exchange-cn"),
        [&["keys.accepted"][..], &own, &theirs].concat()
    );
    // The reply is queued when the ping is opened, so its entry stands before that.
    let mut kinds = cn.kinds("exchange-de");
    kinds.sort();
    let mut expected = [&["keys.accepted"][..], &own, &theirs].concat();
    expected.sort_unstable();
    assert_eq!(kinds, expected);
    assert!(de.kinds("office").contains(&"ping.answered".to_owned()));
    let channel = de.reader().channel(&cn.party).unwrap().unwrap();
    assert_eq!((channel.sent, channel.accepted), (1, 1));
}

/// Promise: a request goes through review, draft and release on the other side and comes back
/// answered, with the conditions; both sides name the case alike, both logs verify.
#[test]
fn request_and_answer_with_conditions() {
    let (de, cn) = two_houses();
    let stix = attachment("indicators.txt", b"198.51.100.44");
    let thread = cn.ask(&de, honest_request(), vec![stix.clone()]);
    assert_eq!(cn.state(thread), "sent");
    deliver(&cn, &de);
    assert_eq!((cn.state(thread), de.state(thread)), ("delivered", "held"));
    let arrived = de.case(thread);
    assert_eq!(arrived.request, honest_request());
    assert_eq!(arrived.attachments, [stix.reference()]);
    assert_eq!(de.object(&stix.reference().sha256), b"198.51.100.44");

    de.review(thread, Decision::ClearWithConditions);
    assert_eq!(de.state(thread), "conditional");
    de.draft_answer(thread, honest_answer());
    de.act(
        &de.releaser(),
        Command::ReleaseAnswer { thread, read: None },
    );
    settle(&de, &cn);
    assert_eq!(
        (de.state(thread), cn.state(thread)),
        ("answer-delivered", "answered")
    );
    let answer = cn.case(thread).answer.unwrap();
    assert_eq!(answer.answer, honest_answer().finish(2).unwrap());
    assert!(answer.answer.conditions.is_some());
    assert_eq!((answer.ground, answer.released_by), (None, None));
    for (house, log) in [
        (&de, "office"),
        (&de, "exchange-cn"),
        (&cn, "office"),
        (&cn, "exchange-de"),
    ] {
        store::fsck::recompute(&**house.database(), log, &mut |_, _| {}).unwrap();
    }
}

/// Promise: both sides log a message under the same words, so that both count the same.
#[test]
fn both_sides_log_a_message_alike() {
    let (de, cn) = two_houses();
    let thread = cn.ask(&de, honest_request(), Vec::new());
    settle(&de, &cn);
    de.answer(thread, honest_answer());
    settle(&de, &cn);
    for (from, to, log_from, log_to) in [
        (&cn, &de, "exchange-de", "exchange-cn"),
        (&de, &cn, "exchange-cn", "exchange-de"),
    ] {
        let mut sent = from.last(log_from, "message.sent");
        let mut accepted = to.last(log_to, "message.accepted");
        let opened = to.last(log_to, "message.opened");
        // Of the content the receiver can write only when it has been opened.
        for content in ["urgency", "outcome", "reason"] {
            assert_eq!(
                opened.get(content).cloned(),
                sent.remove(content),
                "{content}"
            );
        }
        for (entry, event) in [(&mut sent, "A.1"), (&mut accepted, "D.1")] {
            assert_eq!(entry.remove("event"), Some(event.into()));
            entry.remove("kind");
            entry.remove("writes");
        }
        assert_eq!(sent, accepted);
        assert_eq!(opened["event"], "E.1");
        for same in [
            "message",
            "message_kind",
            "sender",
            "recipient",
            "seq",
            "thread",
        ] {
            assert_eq!(opened[same], accepted[same], "{same}");
        }
    }
}

/// Promise: of a refusal the counterpart learns the coarse reason and nothing else. Neither the
/// fine ground nor the internal reason is in the message or anywhere in its database.
#[test]
fn a_refusal_shows_only_its_coarse_reason() {
    let (de, cn) = two_houses();
    let thread = cn.ask(&de, honest_request(), Vec::new());
    deliver(&cn, &de);
    de.answer(thread, protected_refusal());
    let sealed = de.only_waiting(&cn.party);
    let message = Message::decode(&sealed).unwrap();
    let headers = seal::headers::Headers::from_json(&de.headers_of(message.id())).unwrap();
    let plain = seal::envelope::open_part(
        message.manifest().statement(),
        "content",
        headers.get("content").unwrap(),
        message.payload("content").unwrap(),
        &[cn.sealing().clone()],
    )
    .unwrap();
    let manifest = message.manifest().to_json().unwrap();
    settle(&de, &cn);

    let answer = cn.case(thread).answer.unwrap().answer;
    assert_eq!(answer.outcome, Outcome::Refused);
    assert_eq!(answer.reason, Some(ExternalReason::NoInformation));
    let ours = de.case(thread).answer.unwrap();
    assert_eq!(
        ours.ground,
        Some(records::vocabulary::Ground::PressPrivilege)
    );
    let stored = cn.everything_stored();
    for secret in [
        "INTERNAL-ONLY",
        "\"ground\"",
        "internal_reason",
        "press",
        "\"P\"",
    ] {
        assert!(!contains(&plain, secret), "{secret} in the message");
        assert!(
            !contains(manifest.as_bytes(), secret),
            "{secret} in the manifest"
        );
        assert!(
            !contains(&stored, secret),
            "{secret} in the counterpart's database"
        );
    }
    // The exchange log that the counterpart may fetch does not show it either.
    let extract =
        serde_json::to_string(&de.office.extract_for_peer(&cn.party, 0).unwrap()).unwrap();
    assert!(!extract.contains("INTERNAL-ONLY") && !extract.contains("\"ground\""));
    // The file of the house does.
    assert!(contains(&de.everything_stored(), "\"ground\":\"P\""));
}

/// Promise: whether the gate holds a request or not, the counterpart sees the same: the same
/// receipt, the same kinds of entries with the same fields in both exchange logs, the same state.
#[test]
fn a_held_request_looks_like_any_other() {
    let view = |held: bool| {
        let (de, cn) = two_houses();
        let attachments = if held {
            hidden_person()
        } else {
            attachment("notes.txt", b"nothing to see")
        };
        let thread = cn.ask(&de, honest_request(), vec![attachments]);
        let bytes = cn.only_waiting(&de.party);
        let receipts = [
            de.consign(&cn, &bytes).unwrap(),
            de.open(&cn, id_of(&bytes)).unwrap(),
        ];
        for receipt in &receipts {
            cn.office
                .file_receipt(&de.party, id_of(&bytes), receipt)
                .unwrap();
        }
        assert_eq!(de.state(thread), if held { "held" } else { "screening" });
        assert_eq!(de.consign(&cn, &bytes).unwrap(), receipts[0]);
        assert_eq!(de.open(&cn, id_of(&bytes)).unwrap(), receipts[1]);

        let shape = |house: &House, log: &str| -> Vec<(String, Vec<String>)> {
            let lines = house.reader().lines(log, 0, u64::MAX).unwrap();
            lines
                .into_iter()
                .map(|line| {
                    let body = line.body.unwrap();
                    // Values that differ between any two messages are left out.
                    let varying = [
                        "message",
                        "thread",
                        "receipt",
                        "writes",
                        "sender_key",
                        "manifest",
                    ];
                    let fields = body.fields().iter().map(|(name, value)| {
                        if varying.contains(&name.as_str()) {
                            name.clone()
                        } else {
                            format!("{name}={value}")
                        }
                    });
                    (body.get("kind").unwrap().to_string(), fields.collect())
                })
                .collect()
        };
        let receipts = receipts.map(|receipt| {
            let receipt: serde_json::Value = serde_json::from_str(&receipt).unwrap();
            let opened = receipt["opening"].to_string().len();
            (receipt["receipt"]["event"].clone(), opened)
        });
        (
            shape(&de, "exchange-cn"),
            shape(&cn, "exchange-de"),
            receipts,
            cn.state(thread),
            cn.case(thread).deadline,
            de.waiting(&cn.party).len(),
        )
    };
    assert_eq!(view(true), view(false));
}

/// Promise: our own gate stops our own draft in the same way, before anybody outside sees it.
#[test]
fn our_own_gate_stops_our_own_draft() {
    let (de, cn) = two_houses();
    let thread = de.draft(&cn, honest_request(), vec![hidden_person()]);
    assert_eq!(de.state(thread), "held");
    assert!(
        de.try_act(&de.handler(), Command::SubmitRequest { thread })
            .is_err()
    );
    assert!(
        de.try_act(&de.releaser(), Command::ReleaseRequest { thread })
            .is_err()
    );
    de.review(thread, Decision::Hold);
    assert!(
        de.try_act(&de.handler(), Command::SubmitRequest { thread })
            .is_err()
    );
    de.review(thread, Decision::Reject);
    assert_eq!(de.state(thread), "rejected");
    assert!(
        de.try_act(&de.releaser(), Command::ReleaseRequest { thread })
            .is_err()
    );
    assert!(de.waiting(&cn.party).is_empty());
    assert_eq!(de.kinds("exchange-cn"), ["keys.accepted"]);
}

/// Promise: a withdrawal before release stays in the house; after it the counterpart hears of it
/// and can no longer answer.
#[test]
fn withdrawal() {
    let (de, cn) = two_houses();
    let reason = || "solved otherwise".to_owned();
    let unsent = cn.draft(&de, honest_request(), Vec::new());
    cn.act(
        &cn.handler(),
        Command::WithdrawRequest {
            thread: unsent,
            reason: reason(),
        },
    );
    assert!(cn.waiting(&de.party).is_empty());

    let thread = cn.ask(&de, honest_request(), Vec::new());
    settle(&de, &cn);
    de.review(thread, Decision::Clear);
    let done = cn.act(
        &cn.handler(),
        Command::WithdrawRequest {
            thread,
            reason: reason(),
        },
    );
    // What was sent is named, and it is not the request.
    let sent = cn.reader().channel(&de.party).unwrap().unwrap().last_sent;
    assert_eq!(done.message, sent);
    settle(&de, &cn);
    assert_eq!(
        (cn.state(thread), de.state(thread)),
        ("withdrawn", "withdrawn")
    );
    let draft = Box::new(honest_answer());
    let late = Command::DraftAnswer {
        thread,
        draft,
        attachments: Vec::new(),
    };
    assert!(de.try_act(&de.handler(), late).is_err());
    let twice = Command::WithdrawRequest {
        thread,
        reason: reason(),
    };
    assert!(cn.try_act(&cn.handler(), twice).is_err());
}

/// Promise: a withdrawal that crosses the answer has no effect and says so; the answer stands on
/// the answering side, and the asking side does not take it as one.
#[test]
fn withdrawal_and_answer_cross() {
    let (de, cn) = two_houses();
    let thread = cn.ask(&de, honest_request(), Vec::new());
    settle(&de, &cn);
    de.answer(thread, honest_answer());
    cn.act(
        &cn.handler(),
        Command::WithdrawRequest {
            thread,
            reason: "no need".to_owned(),
        },
    );
    settle(&de, &cn);
    assert_eq!(
        (cn.state(thread), de.state(thread)),
        // They hold it; their second receipt says that it could not be handed over.
        ("withdrawn", "answer-delivered")
    );
    assert!(cn.case(thread).answer.is_none());
    for house in [&cn, &de] {
        assert!(
            house
                .kinds("office")
                .contains(&"message.unusable".to_owned())
        );
    }
}

/// Promise: the clocks of both sides: overdue at the deadline, unanswered after the grace, each
/// written once; a late answer is still the answer, and time alone brings none.
#[test]
fn deadline_grace_and_late_answer() {
    let (de, cn) = two_houses();
    let thread = cn.ask(&de, honest_request(), Vec::new());
    settle(&de, &cn);
    let hours = i64::from(honest_request().urgency.answer_within_hours());
    let tick = |house: &House| house.office.tick().unwrap();
    assert_eq!((tick(&cn), tick(&de)), (0, 0));
    for house in [&cn, &de] {
        house.clock.advance(hours * HOUR);
        assert_eq!(tick(house), 0, "the deadline itself is in time");
        house.clock.advance(1);
        assert_eq!(tick(house), 1);
        assert_eq!(tick(house), 0);
    }
    assert_eq!(
        (cn.state(thread), de.state(thread)),
        ("overdue", "screening")
    );
    assert!(de.case(thread).overdue);
    for house in [&cn, &de] {
        house.clock.advance(24 * HOUR);
        tick(house);
        assert_eq!(tick(house), 0);
    }
    assert_eq!(
        (cn.state(thread), de.state(thread)),
        ("unanswered", "screening")
    );
    assert!(de.waiting(&cn.party).is_empty() && cn.case(thread).answer.is_none());
    de.answer(thread, honest_answer());
    settle(&de, &cn);
    assert_eq!(
        (cn.state(thread), de.state(thread)),
        ("answered", "answer-delivered")
    );
    let kinds = cn.kinds("office");
    for kind in ["request.overdue", "request.unanswered"] {
        assert_eq!(kinds.iter().filter(|k| *k == kind).count(), 1, "{kind}");
    }
    assert_eq!(
        de.kinds("office")
            .iter()
            .filter(|k| *k == "answer.overdue")
            .count(),
        1
    );
}

/// Promise: a node that slept through deadline and grace says "unanswered" at once.
#[test]
fn a_node_that_slept_catches_up() {
    let (de, cn) = two_houses();
    let thread = cn.ask(&de, honest_request(), Vec::new());
    cn.clock.advance(1000 * HOUR);
    assert_eq!(cn.office.tick().unwrap(), 1);
    assert_eq!(cn.state(thread), "unanswered");
}

/// Promise: no free text to the counterpart goes round the gate; the reason of a withdrawal may not
/// name a person whom the request does not name.
#[test]
fn the_reason_of_a_withdrawal_passes_the_gate() {
    let (de, cn) = two_houses();
    let thread = cn.ask(&de, honest_request(), Vec::new());
    settle(&de, &cn);
    let withdraw = |reason: &str| Command::WithdrawRequest {
        thread,
        reason: reason.to_owned(),
    };
    let naming = withdraw("settled, we found mira.tal[at]presse.example[.]org ourselves");
    let before = cn.office.reader().outbox().unwrap().len();
    assert!(cn.try_act(&cn.handler(), naming).is_err());
    assert_eq!(cn.office.reader().outbox().unwrap().len(), before);
    assert_eq!(cn.state(thread), "delivered");
    cn.act(&cn.handler(), withdraw("settled in the meantime"));
    assert_eq!(cn.state(thread), "withdrawn");
}
