//! Binding files, and demands that no finding answers.
#![allow(clippy::unwrap_used)]

mod support;

use locales::Language;
use oversight::answer::{Answer, AnswerPart, Composition, compose};
use oversight::binding::{Bindings, Bound};
use oversight::finding::AnswerKind;
use oversight::verify::verify;
use oversight::{OversightError, inquiry};
use serde_json::json;
use support::{Case, fixture_records, reference};

fn bind(text: &str) -> Result<Bindings, OversightError> {
    Bindings::read("test.yaml", text)
}

fn composed(bindings: &Bindings) -> (Case, Result<Answer, OversightError>) {
    let case = Case::new();
    let (inquiry, _) = reference();
    let evidence = case.evidence(&fixture_records(), &[], None);
    let answer = compose(&Composition {
        inquiry: &inquiry,
        bindings,
        evidence: &evidence,
        language: Language::De,
        exercise: false,
    });
    (case, answer)
}

fn part<'a>(answer: &'a Answer, key: &str) -> &'a AnswerPart {
    let parts = answer
        .questions
        .iter()
        .flat_map(|question| &question.answers);
    parts.into_iter().find(|part| part.key == key).unwrap()
}

/// Promise: a fault in a binding file is told with the field, and an unknown demand by its key.
#[test]
fn faults_are_named() {
    let fault = |text: &str| bind(text).unwrap_err().to_string();
    let head = "format: 1\ninquiry: 19/9523\n";
    assert!(
        fault(&format!(
            "{head}demands: {{ \"1\": {{ finding: {{ subjects: {{ rund: 1 }} }} }} }}"
        ))
        .contains("demands")
    );
    assert!(fault(&format!("{head}demands: {{ \"1\": {{ guess: {{}} }} }}")).contains("guess"));
    assert!(fault(&format!("{head}demands: {{ \"1\": {{ refused: {{}} }} }}")).contains("reason"));
    assert!(fault("format: 2\ninquiry: x\ndemands: {}").contains("format 2"));
    assert!(bind(&"#".repeat(oversight::binding::MAX_BYTES + 1)).is_err());

    let stray = bind(&format!("{head}demands: {{ \"42\": {{ unbound: {{}} }} }}")).unwrap();
    assert!(matches!(composed(&stray).1, Err(OversightError::NoSuchDemand(key)) if key == "42"));
    let stray = bind(&format!(
        "{head}demands: {{ \"1\": {{ refers: {{ to: \"9z\" }} }} }}"
    ))
    .unwrap();
    assert!(matches!(composed(&stray).1, Err(OversightError::NoSuchDemand(key)) if key == "9z"));
}

/// Promise: without bindings every question shows, as not yet assigned; nothing is guessed.
#[test]
fn nothing_is_guessed() {
    let (_, answer) = composed(&Bindings::none("19/9523"));
    let answer = answer.unwrap();
    assert_eq!(answer.questions.len(), 41);
    assert_eq!(answer.summary.answered_from_records, 0);
    assert_eq!(part(&answer, "1").kind, AnswerKind::Unbound);
    assert!(answer.evidence.records.entries.is_empty());
}

/// Promise: what is not answered openly says why, and at which level; the answer still verifies.
#[test]
fn reasons_are_printed() {
    let mut bindings = Bindings::none("19/9523");
    let mut add = |key: &str, bound: serde_json::Value| {
        let bound: Bound = serde_json::from_value(bound).unwrap();
        bindings.demands.insert(key.to_owned(), bound);
    };
    let reason = json!({ "de": "Das Wohl des Staates wäre gefährdet, weil …" });
    add(
        "5",
        json!({ "classified": { "level": "VS-NfD", "reason": reason } }),
    );
    add("6", json!({ "refused": { "reason": reason } }));
    add(
        "7",
        json!({ "outside-responsibility": { "reason": reason } }),
    );
    add("8", json!({ "withheld": { "reason": reason } }));
    add("9", json!({ "refers": { "to": "9.2" } }));
    let (case, answer) = composed(&bindings);
    let mut answer = answer.unwrap();
    for (key, kind) in [
        ("5", AnswerKind::Classified),
        ("6", AnswerKind::Refused),
        ("7", AnswerKind::OutsideResponsibility),
        ("8", AnswerKind::Withheld),
    ] {
        let part = part(&answer, key);
        assert_eq!(part.kind, kind);
        assert!(
            part.statements
                .iter()
                .any(|it| it.text.contains("Wohl des Staates")),
            "{key}"
        );
    }
    assert!(part(&answer, "5").statements[0].text.contains("VS-NfD"));
    assert!(
        part(&answer, "9").statements[0]
            .text
            .contains("Frage 9, Satz 2")
    );
    assert_eq!(answer.summary.answered_from_records, 0);
    case.seal(&mut answer);
    verify(&answer.to_json().unwrap(), &[]).unwrap();
}

/// Promise: the same finding under "Wenn ja" applies where the question is affirmed, and falls away
/// with its reason where it is denied.
#[test]
fn conditions_follow_the_answers() {
    let (inquiry, bindings) = reference();
    let case = Case::new();
    let answer = |exists: &str| {
        let mut records = fixture_records();
        for record in &mut records {
            let mut json = serde_json::to_value(&*record).unwrap();
            if json["kind"] == "comparable-mechanism" {
                json["body"]["exists"] = exists.into();
                *record = serde_json::from_value(json).unwrap();
            }
        }
        let evidence = case.evidence(&records, &[], None);
        compose(&Composition {
            inquiry: &inquiry,
            bindings: &bindings,
            evidence: &evidence,
            language: Language::De,
            exercise: false,
        })
        .unwrap()
    };
    let (yes, no) = (answer("yes"), answer("no"));
    assert_eq!(part(&yes, "17a").kind, AnswerKind::Table);
    assert_eq!(part(&yes, "17b").kind, AnswerKind::NotApplicable);
    assert!(
        part(&yes, "17b").statements[0]
            .text
            .contains("Frage 17 bejaht")
    );
    assert_eq!(part(&no, "17a").kind, AnswerKind::NotApplicable);
    assert!(
        part(&no, "17a").statements[0]
            .text
            .contains("Frage 17 verneint")
    );
    assert_eq!(part(&no, "17b").kind, AnswerKind::Assessment);
}

/// Promise: records that are not for the public are counted in a remark, and the count is an assertion.
#[test]
fn withheld_records_are_mentioned() {
    let (inquiry, bindings) = reference();
    let case = Case::new();
    let mut evidence = case.evidence(&fixture_records(), &[], None);
    evidence.withheld = 3;
    let mut answer = compose(&Composition {
        inquiry: &inquiry,
        bindings: &bindings,
        evidence: &evidence,
        language: Language::De,
        exercise: false,
    })
    .unwrap();
    assert!(
        answer
            .remarks
            .iter()
            .any(|remark| remark.text.contains("3 Aufzeichnungen"))
    );
    case.seal(&mut answer);
    let report = verify(&answer.to_json().unwrap(), &[]).unwrap();
    assert!(
        report
            .assertions
            .contains(&oversight::verify::Assertion::WithheldRecords { count: 3 })
    );
}

/// Promise: the binding file of the reference inquiry names only demands that the paper makes.
#[test]
fn the_reference_bindings_fit_the_paper() {
    let (inquiry, bindings) = reference();
    bindings.check(&inquiry).unwrap();
    assert_eq!(bindings.cut_off(&inquiry), inquiry.dated);
    assert!(inquiry::parse("no inquiry").is_err());
}
