//! Findings on small evidence made by hand.
#![allow(clippy::unwrap_used)]

mod support;

use locales::Language;
use oversight::Finding;
use oversight::evidence::{Evidence, View};
use oversight::finding::{AnswerKind, Asked, Outcome};
use records::Record;
use records::body::Truth;
use serde_json::{Value, json};
use support::{Case, Sent, answer, exercise_traffic, request};

fn id(number: u8) -> String {
    format!("019b76da-a800-7000-8000-0000000000{number:02x}")
}

/// A certain record; `more` changes its header.
fn record(number: u8, kind: &str, body: Value, more: Value) -> Record {
    let mut record = json!({
        "id": id(number), "side": "own", "occurred": "2018-05-17",
        "knowledge": { "certainty": "certain" }, "marking": { "tlp": "CLEAR" },
        "evidence": [{ "title": "Release", "publisher": "Ministry", "dated": "2018-05-18" }],
        "kind": kind, "body": body,
    });
    record
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    serde_json::from_value(record).unwrap()
}

fn claimed() -> Value {
    json!({ "knowledge": { "certainty": "claimed" } })
}

fn about(number: u8) -> Value {
    json!({ "about": [id(number)] })
}

fn round(number: u8) -> Record {
    record(
        number,
        "round",
        json!({ "number": 1, "held": "yes" }),
        json!({}),
    )
}

fn view(records: &[Record]) -> View {
    Case::new().evidence(records, &[], None).view().unwrap()
}

fn ask(finding: Value, view: &View) -> Outcome {
    let finding: Finding = serde_json::from_value(finding).unwrap();
    finding.evaluate(&Asked::new(view, "1", Language::De))
}

fn words(outcome: &Outcome) -> String {
    outcome
        .statements
        .iter()
        .map(|said| said.text.as_str())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Every finding there is, with parameters that match nothing.
fn all_findings() -> Vec<Value> {
    let some = id(99);
    vec![
        json!({ "participants": { "round": 7 } }),
        json!({ "agencies": { "round": 7, "party": "cn" } }),
        json!({ "subjects": { "round": 7 } }),
        json!({ "hr-overview": { "round": 7 } }),
        json!({ "hr-themes": { "round": 7, "themes": ["ai-ethics"] } }),
        json!({ "documents": { "round": 7 } }),
        json!({ "evaluation": { "round": 7 } }),
        json!({ "next-round": { "number": 7 } }),
        json!({ "dialogue-formats": {} }),
        json!({ "comparable-mechanisms": {} }),
        json!({ "comparable-rounds": {} }),
        json!({ "contact-point-lifecycle": { "parties": ["de"] } }),
        json!({ "contact-point-resources": { "party": "de" } }),
        json!({ "contact-point-mandate": { "party": "de" } }),
        json!({ "contact-point-units": { "party": "de" } }),
        json!({ "activation-rules": {} }),
        json!({ "safeguard-rules": {} }),
        json!({ "requests": { "peer": "us" } }),
        json!({ "unanswered-requests": { "peer": "us" } }),
        json!({ "dossier-state": { "records": [some] } }),
        json!({ "dossier-agencies": { "record": some } }),
        json!({ "negotiation-steps": { "record": some } }),
        json!({ "plan-state": { "records": [some] } }),
        json!({ "external-event": { "record": some } }),
        json!({ "knowledge": { "records": [some] } }),
    ]
}

/// Promise: where nothing is recorded, no finding says "none"; it says that nothing is recorded.
#[test]
fn an_absent_record_is_not_a_zero() {
    let empty = view(&[]);
    for finding in all_findings() {
        let outcome = ask(finding.clone(), &empty);
        assert_eq!(outcome.kind, AnswerKind::NotRecorded, "{finding}");
        assert!(!outcome.statements.is_empty(), "{finding}");
        assert!(outcome.cited().is_empty(), "{finding}");
    }
}

/// Promise: a claim is worded as one, with its source; only what is established is a nil.
#[test]
fn claims_are_worded_as_claims() {
    let topic = |more: Value| {
        let body = json!({
            "subject": { "de": "KI" }, "topic": "human-rights", "human_rights": true,
            "theme": "ai-ethics", "raised": "not-raised",
        });
        let mut header = about(1);
        header
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        view(&[round(1), record(2, "topic-statement", body, header)])
    };
    let finding = json!({ "hr-themes": { "round": 1, "themes": ["ai-ethics"] } });
    let certain = ask(finding.clone(), &topic(json!({})));
    assert_eq!(
        (certain.kind, certain.affirms),
        (AnswerKind::None, Some(Truth::No))
    );
    assert_eq!(words(&certain), "„KI“: nicht angesprochen.");
    let claim = ask(finding, &topic(claimed()));
    assert_eq!(
        (claim.kind, claim.affirms),
        (AnswerKind::Facts, Some(Truth::No))
    );
    assert_eq!(
        words(&claim),
        "„KI“: nicht angesprochen (nicht gesichert; Grundlage: Ministry, 18. Mai 2018)."
    );
}

/// Promise: exercise records appear in no real answer; the rules of an exercise are labelled.
#[test]
fn exercise_records_stay_apart() {
    let rule = json!({
        "name": { "de": "Regel" }, "triggered_by": ["own-authority"],
        "preconditions": [{ "de": "Bedingung." }], "version": 1, "valid_from": "2026-01-01",
    });
    let drill = record(
        1,
        "activation-rule",
        rule.clone(),
        json!({ "exercise": true }),
    );
    let outcome = ask(
        json!({ "activation-rules": {} }),
        &view(std::slice::from_ref(&drill)),
    );
    assert_eq!(outcome.kind, AnswerKind::NotRecorded);
    assert!(outcome.tables.iter().all(|table| table.exercise));

    let both = view(&[drill, record(2, "activation-rule", rule, json!({}))]);
    let outcome = ask(json!({ "activation-rules": {} }), &both);
    assert_eq!(outcome.kind, AnswerKind::Table);
    let exercise: Vec<bool> = outcome.tables.iter().map(|table| table.exercise).collect();
    assert_eq!(exercise, [false, true]);

    let held = json!({ "number": 1, "held": "yes" });
    let drill = view(&[record(3, "round", held, json!({ "exercise": true }))]);
    assert_eq!(
        ask(json!({ "subjects": { "round": 1 } }), &drill).kind,
        AnswerKind::NotRecorded
    );
}

/// Promise: a revised record no longer counts; its revision does, also when asked by the old id.
#[test]
fn revisions_replace() {
    let dossier = |stage: &str| json!({ "subject": { "de": "Gesetz" }, "matter": "legislation", "stage": stage, "statement": { "de": "So." } });
    let records = [
        record(1, "dossier", dossier("announced"), json!({})),
        record(
            2,
            "dossier",
            dossier("draft"),
            json!({ "supersedes": id(1) }),
        ),
    ];
    let finding = json!({ "dossier-state": { "records": [id(1)] } });
    let outcome = ask(finding.clone(), &view(&records));
    assert!(words(&outcome).contains("Entwurf") && !words(&outcome).contains("angekündigt"));
    // The published evidence holds the revision only; it is found by the name that it replaces.
    assert_eq!(ask(finding, &view(&records[1..])), outcome);
}

/// Promise: agreed on paper never reads as working.
#[test]
fn a_contact_point_on_paper_does_not_work() {
    let event = |number, stage: &str, reached: &str| {
        let body = json!({ "party": "cn", "stage": stage, "reached": reached });
        record(number, "lifecycle-event", body, json!({}))
    };
    let finding = json!({ "contact-point-lifecycle": { "parties": ["cn"] } });
    let agreed = [
        event(1, "agreed", "yes"),
        event(2, "started-work", "unknown"),
    ];
    let outcome = ask(finding.clone(), &view(&agreed));
    assert!(
        words(&outcome).contains("nicht belegt"),
        "{}",
        words(&outcome)
    );
    let started = [event(1, "agreed", "yes"), event(2, "started-work", "yes")];
    assert!(words(&ask(finding, &view(&started))).contains("Arbeit aufgenommen"));
}

/// Promise: "we do not know" comes with what was searched, and leaves follow-ups open.
#[test]
fn not_known_says_where_it_was_searched() {
    let body = json!({
        "sought": { "de": "Mittel der „Stelle“" }, "searched": [{ "de": "Archiv" }],
        "result": "not-known", "statement": { "de": "Nichts gefunden." },
    });
    let known = view(&[record(1, "knowledge-statement", body, json!({}))]);
    let outcome = ask(json!({ "knowledge": { "records": [id(1)] } }), &known);
    assert_eq!(
        (outcome.kind, outcome.affirms),
        (AnswerKind::NotKnown, Some(Truth::Unknown))
    );
    assert_eq!(
        words(&outcome),
        "Zu „Mittel der ‚Stelle‘“ (Stand: 17. Mai 2018): Nichts gefunden. Ausgewertet wurden: Archiv."
    );
}

/// Promise: staff and money are printed as recorded, to the hundredth.
#[test]
fn resources_are_printed_as_recorded() {
    let body = json!({
        "party": "de", "known": "yes", "statement": { "de": "Bekannt." },
        "staff": { "posts": 4, "full_time_hundredths": 350, "grades": ["A 13"] },
        "budget": [{ "title": { "de": "Titel 1" }, "year": 2019, "amount": 250000, "currency": "EUR" }],
    });
    let known = view(&[record(1, "resource-statement", body, json!({}))]);
    let outcome = ask(
        json!({ "contact-point-resources": { "party": "de" } }),
        &known,
    );
    assert_eq!(outcome.kind, AnswerKind::Facts);
    let cells: Vec<&str> = outcome.tables[0]
        .rows
        .iter()
        .map(|row| row[2].as_str())
        .collect();
    assert_eq!(cells, ["4", "3,50", "250000 EUR"]);
}

fn requests(evidence: &Evidence) -> Outcome {
    ask(
        json!({ "requests": { "peer": "cn" } }),
        &evidence.view().unwrap(),
    )
}

fn figure(outcome: &Outcome, id: &str) -> u64 {
    outcome
        .figures
        .iter()
        .find(|figure| figure.id == id)
        .unwrap()
        .value
}

/// Promise: requests after the day of the inquiry do not count where the log goes back before it.
#[test]
fn requests_are_counted_to_the_cut_off() {
    let asked = [
        request("m1", "cn", "cybercrime", false, "2019-04-02T23:59:59.999Z"),
        request("m2", "cn", "cybercrime", false, "2019-04-03T00:00:00.000Z"),
    ];
    let outcome = requests(&Case::new().evidence(&[], &asked, None));
    assert_eq!(outcome.kind, AnswerKind::Count);
    assert_eq!(figure(&outcome, "1.cn.cybercrime.real"), 1);
    assert_eq!(figure(&outcome, "1.cn.all.real"), 1);
    assert_eq!(figure(&outcome, "1.de.all.real"), 0);
    assert!(words(&outcome).contains("2. April 2019"));
    assert!(words(&outcome).contains("allein auf dem eigenen Journal"));
}

/// Promise: a zero of a log that begins after the inquiry is not passed off as one for the time before.
#[test]
fn a_later_log_says_that_it_is_later() {
    let outcome = requests(&Case::new().evidence(&[], &exercise_traffic(), None));
    assert_eq!(outcome.kind, AnswerKind::None);
    assert_eq!(figure(&outcome, "1.cn.all.real"), 0);
    assert_eq!(figure(&outcome, "1.cn.all.exercise"), 2);
    assert!(words(&outcome).contains("beginnt nach dem Stichtag"));
    assert!(outcome.tables.iter().any(|table| table.exercise));
}

/// Promise: a request that was refused, or not answered, is a gap; an answered one is none.
#[test]
fn the_gap_is_what_was_not_given() {
    let asked = |id| request(id, "cn", "sabotage", false, "2019-01-10T00:00:00.000Z");
    let (full, refused) = (asked("m1"), asked("m2"));
    let given = vec![full.clone(), answer("a1", &full, "full", None)];
    let gap = |messages: &[Sent]| {
        let evidence = Case::new().evidence(&[], messages, None);
        ask(
            json!({ "unanswered-requests": { "peer": "cn" } }),
            &evidence.view().unwrap(),
        )
    };
    let none = gap(&given);
    assert_eq!(
        (none.kind, none.affirms),
        (AnswerKind::None, Some(Truth::No))
    );
    let refusal = answer("a2", &refused, "refused", Some("X4"));
    let some = gap(&[given, vec![refused, refusal, asked("m3")]].concat());
    assert_eq!(
        (some.kind, some.affirms),
        (AnswerKind::Count, Some(Truth::Yes))
    );
    assert_eq!(figure(&some, "1.cn.all.real"), 3);
    assert_eq!(figure(&some, "1.cn.all.real.without-information"), 1);
    assert_eq!(figure(&some, "1.cn.all.real.unanswered"), 1);
    assert_eq!(figure(&some, "1.cn.all.real.reason-x4"), 1);
}

/// Promise: where the counterpart's log differs, the answer says so and shows how.
#[test]
fn a_differing_counterpart_is_shown() {
    let traffic = exercise_traffic();
    let evidence = Case::new().evidence(&[], &traffic, Some(&traffic[1..]));
    let outcome = requests(&evidence);
    assert!(words(&outcome).contains("weicht ab"));
    assert!(
        outcome.tables[0]
            .rows
            .iter()
            .any(|row| row[0].contains("m1"))
    );
    let contested = outcome
        .figures
        .iter()
        .find(|it| it.id == "1.cn.cybercrime.exercise")
        .unwrap();
    assert_eq!(
        (
            contested.value,
            contested.counterpart.as_ref().unwrap().value
        ),
        (1, 0)
    );
}

/// Promise: every code that an answer can print has words in every language.
#[test]
fn every_code_has_words() {
    use records::body::{document, dossier, mechanism, organisation, round, safeguard};
    use records::vocabulary as codes;
    macro_rules! lists {
        ($($name:literal: $list:ty),+ $(,)?) => {
            vec![$(($name, <$list>::ALL.iter().map(|code| code.code()).collect::<Vec<_>>())),+]
        };
    }
    let mut lists = lists![
        "truth": records::body::Truth, "topic": codes::Topic, "urgency": codes::Urgency,
        "direction": codes::Direction, "reason": codes::ExternalReason,
        "agency": organisation::AgencyKind, "stage": organisation::Stage,
        "trigger": organisation::Trigger, "level": organisation::Level,
        "lifecycle": organisation::OperationalState, "meeting-role": round::MeetingRole,
        "theme": round::Raised, "document": document::DocumentKind,
        "phase": document::DocumentPhase, "plan-state": mechanism::PlanState,
        "cadence": mechanism::Cadence, "measure": safeguard::Measure,
        "group": safeguard::ProtectedGroup, "dossier-stage": dossier::DossierStage,
        "dossier-role": dossier::DossierRole, "step": dossier::StepKind,
        "record": records::body::RecordKind, "standing": records::header::Certainty,
    ];
    lists.push((
        "kind",
        AnswerKind::ALL.iter().map(|kind| kind.code()).collect(),
    ));
    for (list, codes) in lists {
        for code in codes {
            let id = format!("answer-{list}-{}", code.to_lowercase().replace('_', "-"));
            for language in Language::ALL {
                assert!(
                    locales::find(language, &id, &[]).is_some(),
                    "{id} in {}",
                    language.code()
                );
            }
        }
    }
}
