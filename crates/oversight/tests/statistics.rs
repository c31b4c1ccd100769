//! Counting exchange logs: fates, scopes, periods, and two logs against each other.
#![allow(clippy::unwrap_used)]

mod support;

use oversight::statistics::{Cell, Discrepancies, Ledger, LedgerError, Measure, Scope, Tally};
use proptest::prelude::*;
use records::vocabulary::{ExternalReason, Outcome, Topic};
use serde_json::json;
use support::{Case, Sent, answer, as_of, exercise_traffic, log_of, request};

const DAY: &str = "2026-01-10T00:00:00.000Z";

fn own(case: &Case, messages: &[Sent]) -> Ledger {
    let extract = case.de.exchange_extract(&log_of("de", messages));
    Ledger::read(&extract, &case.de.party, &case.cn.party).unwrap()
}

fn counterpart(case: &Case, messages: &[Sent]) -> Ledger {
    let extract = case.cn.exchange_extract(&log_of("cn", messages));
    Ledger::read(&extract, &case.cn.party, &case.de.party).unwrap()
}

fn count(tally: &Tally, sender: &str, topic: Option<Topic>, scope: Scope, measure: Measure) -> u64 {
    tally.get(&Cell {
        sender: sender.parse().unwrap(),
        topic,
        scope,
        measure,
    })
}

/// Promise: every request has exactly one fate.
#[test]
fn every_request_has_one_fate() {
    let case = Case::new();
    let asked = |id| request(id, "cn", "cybercrime", false, DAY);
    let (full, refused, silent) = (asked("m1"), asked("m2"), asked("m3"));
    let mut open = asked("m4");
    open.more["deadline"] = "2026-12-31T00:00:00.000Z".into();
    let taken_back = asked("m5");
    let withdrawal = Sent {
        id: "w5",
        kind: "withdrawal",
        more: json!({}),
        ..taken_back.clone()
    };
    let messages = [
        full.clone(),
        refused.clone(),
        silent,
        open,
        taken_back,
        withdrawal,
        answer("a1", &full, "full", None),
        answer("a2", &refused, "refused", Some("X4")),
    ];
    for ledger in [own(&case, &messages), counterpart(&case, &messages)] {
        let tally = ledger.tally(None, as_of());
        let count = |measure| count(&tally, "cn", Some(Topic::Cybercrime), Scope::Real, measure);
        assert_eq!(count(Measure::Requests), 5);
        assert_eq!(count(Measure::Delivered), 5);
        assert_eq!(count(Measure::Answered(Outcome::Full)), 1);
        assert_eq!(count(Measure::Answered(Outcome::Refused)), 1);
        assert_eq!(count(Measure::NotGiven(ExternalReason::NoInformation)), 1);
        assert_eq!(count(Measure::Unanswered), 1);
        assert_eq!(count(Measure::Open), 1);
        assert_eq!(count(Measure::Withdrawn), 1);
    }
}

/// Promise: a later answer in the same case replaces an earlier one; no request counts twice.
#[test]
fn the_latest_answer_counts() {
    let case = Case::new();
    let asked = request("m1", "cn", "sabotage", false, DAY);
    let mut later = answer("a2", &asked, "full", None);
    later.created = "2026-01-21T00:00:00.000Z";
    let messages = [
        asked.clone(),
        answer("a1", &asked, "deferred", Some("X3")),
        later,
    ];
    let tally = own(&case, &messages).tally(None, as_of());
    let count = |measure| count(&tally, "cn", Some(Topic::Sabotage), Scope::Real, measure);
    assert_eq!(count(Measure::Answered(Outcome::Full)), 1);
    assert_eq!(count(Measure::Answered(Outcome::Deferred)), 0);
    assert_eq!(count(Measure::NotGiven(ExternalReason::LegalGround)), 0);
}

/// Promise: the cut-off is a moment, itself included, and what came after it does not count.
#[test]
fn the_period_ends_at_the_cut_off() {
    let case = Case::new();
    let messages = [
        request("m1", "cn", "sabotage", false, "2026-01-10T23:59:59.999Z"),
        request("m2", "cn", "sabotage", false, "2026-01-11T00:00:00.000Z"),
    ];
    let until = "2026-01-10T23:59:59.999Z".parse().unwrap();
    let tally = own(&case, &messages).tally(Some(until), as_of());
    assert_eq!(
        count(
            &tally,
            "cn",
            Some(Topic::Sabotage),
            Scope::Real,
            Measure::Requests
        ),
        1
    );
}

/// Promise: checks are counted by the side that sent them, and answered only if the other replied.
#[test]
fn checks_are_counted() {
    let case = Case::new();
    let tally = own(&case, &exercise_traffic()).tally(None, as_of());
    assert_eq!(
        count(&tally, "cn", None, Scope::Exercise, Measure::PingsSent),
        1
    );
    assert_eq!(
        count(&tally, "cn", None, Scope::Exercise, Measure::PingsAnswered),
        1
    );
    assert_eq!(
        count(&tally, "de", None, Scope::Exercise, Measure::PingsSent),
        0
    );
}

/// Promise: both sides reproduce the same figures from their own logs.
#[test]
fn both_logs_give_the_same_figures() {
    let case = Case::new();
    let traffic = exercise_traffic();
    let found = Discrepancies::between(
        &own(&case, &traffic),
        &counterpart(&case, &traffic),
        as_of(),
    );
    assert!(found.is_empty(), "{:?}", found.to_rows());
}

/// Promise: a message that one side does not show is named, with the figures that differ by it.
#[test]
fn a_missing_message_is_named() {
    let case = Case::new();
    let traffic = exercise_traffic();
    let without: Vec<Sent> = traffic
        .iter()
        .filter(|message| message.id != "m3")
        .cloned()
        .collect();
    let found = Discrepancies::between(
        &own(&case, &traffic),
        &counterpart(&case, &without),
        as_of(),
    );
    assert_eq!(found.one_sided.len(), 1);
    assert_eq!(found.one_sided[0].message, "m3");
    assert_eq!(found.one_sided[0].known_to, case.de.party);
    assert!(found.one_sided[0].delivered, "our log has the receipt");
    assert!(
        found
            .figures
            .iter()
            .any(|it| it.measure == "requests" && (it.own, it.counterpart) == (1, 0))
    );
    let swapped = Discrepancies::between(
        &counterpart(&case, &without),
        &own(&case, &traffic),
        as_of(),
    );
    assert_eq!(swapped.one_sided[0].message, "m3");
    assert!(
        swapped
            .to_rows()
            .iter()
            .any(|row| row[0].contains("m3") && row[1] == "unknown")
    );
}

/// Promise: a message written down differently is named with field and both values.
#[test]
fn a_different_message_is_named() {
    let case = Case::new();
    let traffic = exercise_traffic();
    let mut other = traffic.clone();
    other[0].more["topic"] = "situation".into();
    let found = Discrepancies::between(&own(&case, &traffic), &counterpart(&case, &other), as_of());
    let [differs] = &found.messages[..] else {
        panic!("{:?}", found.messages)
    };
    assert_eq!((differs.message.as_str(), differs.field), ("m1", "topic"));
    assert_eq!(
        (differs.own.as_str(), differs.counterpart.as_str()),
        ("cybercrime", "situation")
    );
}

/// Promise: a log that hides a field, lacks entries or names a foreign sender is not counted.
#[test]
fn what_is_not_shown_is_not_counted() {
    let case = Case::new();
    let log = log_of("de", &exercise_traffic());
    let whole = case.de.exchange_extract(&log);
    let read = |extract| Ledger::read(extract, &case.de.party, &case.cn.party);

    let mut lacking = whole.clone();
    lacking.entries.pop();
    assert_eq!(read(&lacking).unwrap_err(), LedgerError::Incomplete);

    let mut partial = whole.clone();
    partial.complete = false;
    assert_eq!(read(&partial).unwrap_err(), LedgerError::Incomplete);

    let mut foreign = log.clone();
    foreign[0]["sender"] = "us".into();
    let foreign = case.de.exchange_extract(&foreign);
    assert_eq!(
        read(&foreign).unwrap_err(),
        LedgerError::Field {
            entry: 0,
            field: "sender"
        }
    );

    let key = seal::keys::LogKey::generate().unwrap();
    let fields = ["kind", "time", "message"];
    let hidden = support::extract(
        "de.kontaktstelle.example/exchange/cn",
        &key,
        &log,
        &fields,
        true,
    );
    assert!(matches!(
        read(&hidden).unwrap_err(),
        LedgerError::Hidden { entry: 0, .. }
    ));
}

/// Promise: an empty log proves zero, and says so with its size.
#[test]
fn an_empty_log_is_zero() {
    let case = Case::new();
    let ledger = own(&case, &[]);
    assert_eq!((ledger.size, ledger.since), (0, None));
    assert_eq!(ledger.tally(None, as_of()), Tally::default());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Promise: whatever is exercised, real figures stay what they are.
    #[test]
    fn exercises_never_change_real_figures(kept in prop::collection::vec(any::<bool>(), 9)) {
        let case = Case::new();
        let real = [
            request("r1", "cn", "situation", false, DAY),
            request("r2", "de", "cybercrime", false, DAY),
        ];
        let exercise = exercise_traffic().into_iter().zip(kept).filter(|(_, kept)| *kept);
        let both: Vec<Sent> =
            real.iter().cloned().chain(exercise.map(|(message, _)| message)).collect();
        let real_cells = |messages: &[Sent]| {
            let tally = own(&case, messages).tally(None, as_of());
            let cells = tally.cells().filter(|(cell, _)| cell.scope == Scope::Real);
            cells.map(|(cell, count)| (cell.clone(), count)).collect::<Vec<_>>()
        };
        prop_assert_eq!(real_cells(&real), real_cells(&both));
    }
}

/// Promise: a message of a kind that nobody knows is compared and counts as nothing; it never ends
/// the counting of everything else.
#[test]
fn an_unknown_kind_of_message_ends_no_counting() {
    let case = Case::new();
    let asked = request("m1", "cn", "cybercrime", false, DAY);
    let decree = Sent {
        id: "d1",
        kind: "decree",
        more: json!({ "event": "D.2" }),
        ..asked.clone()
    };
    let ledger = own(&case, &[asked.clone(), decree.clone()]);
    let tally = ledger.tally(None, as_of());
    let requests = Measure::Requests;
    assert_eq!(
        count(&tally, "cn", Some(Topic::Cybercrime), Scope::Real, requests),
        1
    );
    let lacking = counterpart(&case, &[asked]);
    let found = Discrepancies::between(&ledger, &lacking, as_of());
    assert_eq!(found.one_sided.len(), 1);
    assert_eq!(found.one_sided[0].message, "d1");
}

/// The ledgers of both sides over one request and an answer to it that got so far.
fn half_way(case: &Case, sender: &[&str], receiver: &[&str]) -> (Ledger, Ledger) {
    let asked = request("m1", "cn", "cybercrime", false, DAY);
    let given = answer("a1", &asked, "refused", Some("X4"));
    let mut own = asked.entries("de");
    own.push(given.fields("message.sent", "A.1", true));
    own.extend(sender.iter().map(|event| given.receipt(event)));
    let mut theirs = asked.entries("cn");
    for event in receiver {
        theirs.push(match *event {
            "D.1" | "D.2" => given.fields("message.accepted", event, false),
            _ => given.fields("message.opened", event, *event == "E.1"),
        });
    }
    let own = case.de.exchange_extract(&own);
    let theirs = case.cn.exchange_extract(&theirs);
    (
        Ledger::read(&own, &case.de.party, &case.cn.party).unwrap(),
        Ledger::read(&theirs, &case.cn.party, &case.de.party).unwrap(),
    )
}

/// Promise: an answer answers once its content was handed over (E.1): not while it only lies there
/// (D.1), and never if it could not be taken (D.2) or used (E.2). Both sides say the same.
#[test]
fn what_nobody_could_read_answers_nothing() {
    let case = Case::new();
    let refused = Measure::Answered(Outcome::Refused);
    for (sender, receiver, answered) in [
        (&["D.1", "E.1"][..], &["D.1", "E.1"][..], 1),
        (&["D.1"], &["D.1"], 0),
        (&["D.2"], &["D.2"], 0),
        (&["D.1", "E.2"], &["D.1", "E.2"], 0),
    ] {
        let (own, theirs) = half_way(&case, sender, receiver);
        for ledger in [&own, &theirs] {
            let tally = ledger.tally(None, as_of());
            let count =
                |measure| count(&tally, "cn", Some(Topic::Cybercrime), Scope::Real, measure);
            assert_eq!(count(refused), answered, "{sender:?}");
            assert_eq!(count(Measure::Unanswered), 1 - answered, "{sender:?}");
            assert_eq!(count(Measure::Delivered), 1, "the request was delivered");
        }
        let found = Discrepancies::between(&own, &theirs, as_of());
        assert!(found.is_empty(), "{:?}", found.to_rows());
    }
}

/// Promise: what the sender knows and the receiver cannot read yet is no contradiction between the
/// logs; a receipt that is still on its way shows as a figure that differs, and as nothing else.
#[test]
fn a_receipt_under_way_is_no_contradiction() {
    let case = Case::new();
    let (own, theirs) = half_way(&case, &["D.1"], &["D.1", "E.1"]);
    let found = Discrepancies::between(&own, &theirs, as_of());
    assert!(found.messages.is_empty() && found.one_sided.is_empty());
    assert!(!found.figures.is_empty());
}

/// Promise: a topic that nobody knows, which the sender's manifest may name, ends no counting.
#[test]
fn an_unknown_topic_ends_no_counting() {
    let case = Case::new();
    let asked = request("m1", "cn", "astrology", false, DAY);
    let tally = own(&case, &[asked]).tally(None, as_of());
    let requests = Measure::Requests;
    assert_eq!(count(&tally, "cn", None, Scope::Real, requests), 1);
}
