//! The order of messages: gaps wait, forks are evidence, headers may come late.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use journal::hash::sha256;
use office::Rejection;
use office::command::Command;
use seal::message::Message;
use seal::receipt::ReceiptEvent;
use support::*;

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
/// no effect, its signed manifest kept as evidence, the channel goes on.
#[test]
fn a_fork_is_evidence() {
    let (de, cn) = two_houses();
    cn.ask(&de, honest_request(), Vec::new());
    let bytes = cn.only_waiting(&de.party);
    let first = Message::decode(&bytes).unwrap();
    settle(&de, &cn);
    let before = effects(&de, &cn);

    let other = cn.forge(
        |m| m.exercise = !m.exercise,
        first.clone().into_parts().1,
        &first,
    );
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
        let entry = de.last("office", "message.rejected");
        assert_eq!(entry["code"], "fork");
        // The signed manifest is the evidence; the payloads are not kept.
        let manifest = Message::decode(&forked)
            .unwrap()
            .manifest()
            .to_json()
            .unwrap();
        let kept = sha256(manifest.as_bytes());
        assert_eq!(entry["evidence"], kept.to_string());
        assert_eq!(
            de.reader().blob(&kept).unwrap(),
            Some(manifest.into_bytes())
        );
        assert_eq!(de.reader().blob(&sha256(&forked)).unwrap(), None);
    }
    cn.act(
        &cn.handler(),
        Command::Ping {
            peer: de.party.clone(),
        },
    );
    settle(&de, &cn);
}

/// Promise: headers may come after later messages were accepted. Each message takes effect when it is
/// opened, whatever the order; until then it visibly waits.
#[test]
fn headers_may_come_late() {
    let (de, cn) = two_houses();
    let threads = [(); 2].map(|()| cn.ask(&de, honest_request(), Vec::new()));
    let waiting = cn.waiting(&de.party);
    for (_, bytes) in &waiting {
        assert_eq!(
            event(&de.consign(&cn, bytes).unwrap()),
            ReceiptEvent::ContentConsignment
        );
    }
    assert!(de.reader().cases().unwrap().is_empty());
    assert_eq!(de.reader().awaiting_headers().unwrap().len(), 2);
    let ids: Vec<_> = waiting.iter().map(|(_, bytes)| id_of(bytes)).collect();
    for (at, left) in [(1, 1), (0, 0)] {
        let receipt = de.open(&cn, ids[at]).unwrap();
        assert_eq!(event(&receipt), ReceiptEvent::ContentHandover);
        assert_eq!(de.state(threads[at]), "screening");
        assert_eq!(de.reader().awaiting_headers().unwrap().len(), left);
    }
}

/// Promise: what is opened too late for its case has no effect, and nothing else breaks: here an
/// answer whose request was withdrawn before the answer's headers came, and a withdrawal that is
/// opened before its request.
#[test]
fn an_effect_that_comes_too_late() {
    let (de, cn) = two_houses();
    let thread = cn.ask(&de, honest_request(), Vec::new());
    settle(&de, &cn);
    de.answer(thread, honest_answer());
    let answer = de.only_waiting(&cn.party);
    cn.consign(&de, &answer).unwrap();
    let withdraw = |thread| Command::WithdrawRequest {
        thread,
        reason: "no need".to_owned(),
    };
    cn.act(&cn.handler(), withdraw(thread));
    let receipt = cn.open(&de, id_of(&answer)).unwrap();
    assert_eq!(event(&receipt), ReceiptEvent::ContentHandoverFailure);
    assert_eq!(cn.state(thread), "withdrawn");
    assert!(cn.case(thread).answer.is_none());
    settle(&de, &cn);

    let second = cn.ask(&de, honest_request(), Vec::new());
    cn.act(&cn.handler(), withdraw(second));
    let waiting = cn.waiting(&de.party);
    let ids: Vec<_> = waiting.iter().map(|(_, bytes)| id_of(bytes)).collect();
    for (_, bytes) in &waiting {
        de.consign(&cn, bytes).unwrap();
    }
    let early = de.open(&cn, ids[1]).unwrap();
    assert_eq!(event(&early), ReceiptEvent::ContentHandoverFailure);
    let late = de.open(&cn, ids[0]).unwrap();
    assert_eq!(event(&late), ReceiptEvent::ContentHandover);
    assert_eq!(de.state(second), "screening");
    settle(&de, &cn);
}
