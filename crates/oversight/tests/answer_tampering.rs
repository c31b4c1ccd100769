//! What happens to an answer that somebody changed: it fails, and says where.
#![allow(clippy::unwrap_used)]

mod support;

use locales::Language;
use oversight::Answer;
use oversight::answer::{Composition, compose};
use oversight::binding::Bindings;
use oversight::verify::{Difference, Place, VerifyError, verify};
use proptest::prelude::*;
use serde_json::Value;
use std::sync::LazyLock;
use support::{Case, Sent, exercise_traffic, fixture_records, log_of, reference, request};

/// Two real requests beside the exercise, so that figures are not only zeros.
fn traffic() -> Vec<Sent> {
    let mut traffic = exercise_traffic();
    traffic.push(request(
        "r1",
        "cn",
        "situation",
        false,
        "2026-01-11T00:00:00.000Z",
    ));
    traffic.push(request(
        "r2",
        "de",
        "economic-espionage",
        false,
        "2026-01-12T00:00:00.000Z",
    ));
    traffic
}

/// An answer to the questions about figures only: small, so that each figure can be tried.
fn figures_only(case: &Case) -> Answer {
    let (inquiry, all) = reference();
    let mut bindings = Bindings::none("19/9523");
    for key in ["26", "28"] {
        bindings
            .demands
            .insert(key.to_owned(), all.demands[key].clone());
    }
    let evidence = case.evidence(&fixture_records(), &traffic(), Some(&traffic()));
    let composition = Composition {
        inquiry: &inquiry,
        bindings: &bindings,
        evidence: &evidence,
        language: Language::De,
        exercise: true,
    };
    let mut answer = compose(&composition).unwrap();
    case.seal(&mut answer);
    answer
}

fn errors(answer: &Answer) -> Vec<VerifyError> {
    verify(&answer.to_json().unwrap(), &[]).unwrap_err()
}

/// The value of one figure in the JSON document.
fn figure<'a>(json: &'a mut Value, id: &str) -> &'a mut Value {
    let questions = json["questions"].as_array_mut().unwrap().iter_mut();
    let parts = questions.flat_map(|question| question["answers"].as_array_mut().unwrap());
    let mut figures = parts.flat_map(|part| part["figures"].as_array_mut().unwrap());
    figures.find(|figure| figure["id"] == id).unwrap()
}

/// Promise: one changed digit in any figure, whether ours or as counted from the counterpart's log,
/// fails, and the first error names that figure with both values.
#[test]
fn every_changed_figure_is_named() {
    let answer = figures_only(&Case::new());
    verify(&answer.to_json().unwrap(), &[]).unwrap();
    let figures: Vec<(String, u64)> = answer
        .figures()
        .map(|it| (it.id.clone(), it.value))
        .collect();
    assert!(figures.len() > 30 && figures.iter().any(|(_, value)| *value > 0));
    for (id, value) in figures {
        for field in ["value", "counterpart"] {
            let mut json = serde_json::to_value(&answer).unwrap();
            let place = figure(&mut json, &id);
            match field {
                "value" => place["value"] = (value + 1).into(),
                _ => place["counterpart"]["value"] = (value + 1).into(),
            }
            let found = verify(&json.to_string(), &[]).unwrap_err();
            let VerifyError::Differs(difference) = &found[0] else {
                panic!("{id}: {}", found[0])
            };
            let Difference {
                place,
                stated,
                recomputed,
            } = difference.as_ref();
            assert!(
                matches!(place, Place::Figure { id: named, .. } if *named == id),
                "{place}"
            );
            assert_eq!(stated, &(value + 1).to_string());
            assert_eq!(recomputed, &value.to_string());
            assert!(
                found
                    .iter()
                    .any(|it| matches!(it, VerifyError::SealedOther { .. })),
                "{id}"
            );
        }
    }
}

/// Promise: not even the issuer, with its own key, can state a figure that its log does not show.
#[test]
fn the_issuer_cannot_state_another_figure() {
    let case = Case::new();
    let mut answer = figures_only(&case);
    let part = answer.questions[25].answers.first_mut().unwrap();
    let named = part.figures[0].id.clone();
    part.figures[0].value += 1;
    case.seal(&mut answer);
    let found = errors(&answer);
    assert!(found[0].to_string().contains(&named), "{}", found[0]);
    assert!(
        !found
            .iter()
            .any(|it| matches!(it, VerifyError::SealedOther { .. }))
    );
}

/// Promise: changed words, cells and questions are named by the question they stand in.
#[test]
fn changed_words_are_named() {
    let case = Case::new();
    let whole = figures_only(&case);
    let mut changed = whole.clone();
    changed.questions[25].answers[0].statements[0]
        .text
        .push('!');
    assert!(
        errors(&changed)[0]
            .to_string()
            .starts_with("question 26, statement 1")
    );

    let mut changed = whole.clone();
    changed.questions[25].answers[0].tables[0].rows[1][2] = "7".to_owned();
    let error = errors(&changed)[0].to_string();
    assert!(
        error.starts_with("question 26, table") && error.contains("row 2, column 3"),
        "{error}"
    );

    let mut changed = whole.clone();
    changed.questions[6].text.push('?');
    assert!(matches!(&errors(&changed)[0], VerifyError::Digest { part } if part == "question 7"));

    let mut changed = whole.clone();
    changed.summary.answered_from_records += 1;
    assert!(
        errors(&changed)[0]
            .to_string()
            .starts_with("summary.answered_from_records")
    );

    let mut changed = whole.clone();
    changed.inquiry.dated = "2019-04-03".parse().unwrap();
    assert!(matches!(&errors(&changed)[0], VerifyError::Digest { part } if part == "head"));

    let unsealed = Answer {
        seal: None,
        ..whole
    };
    assert!(matches!(errors(&unsealed)[..], [VerifyError::NotSealed]));
}

/// Promise: an entry that is taken out of an exchange log is missed, and so is one that is added.
#[test]
fn entries_cannot_be_taken_out_or_added() {
    let case = Case::new();
    let whole = figures_only(&case);
    for at in 0..whole.evidence.exchanges[0].own.entries.len() {
        let mut changed = whole.clone();
        changed.evidence.exchanges[0].own.entries.remove(at);
        case.seal(&mut changed);
        verify(&changed.to_json().unwrap(), &[]).unwrap_err();
    }
    let mut changed = whole.clone();
    let again = changed.evidence.exchanges[0].own.entries[0].clone();
    changed.evidence.exchanges[0].own.entries.push(again);
    case.seal(&mut changed);
    verify(&changed.to_json().unwrap(), &[]).unwrap_err();
}

/// Promise: another log with another message, signed by a key that is not the party's, does not pass.
#[test]
fn a_log_of_somebody_else_does_not_pass() {
    let (case, stranger) = (Case::new(), Case::strange());
    let mut answer = figures_only(&case);
    let log = log_of("de", &exercise_traffic());
    answer.evidence.exchanges[0].own = stranger.de.exchange_extract(&log);
    let mut answer = answer.recompute().unwrap();
    case.seal(&mut answer);
    assert!(
        errors(&answer)
            .iter()
            .any(|error| matches!(error, VerifyError::Evidence(_)))
    );
}

/// Promise: a figure's log may not be shown with hidden fields: what is hidden cannot be counted.
#[test]
fn hidden_fields_are_not_counted() {
    let case = Case::new();
    let mut answer = figures_only(&case);
    let entry = &mut answer.evidence.exchanges[0].own.entries[0];
    let json = serde_json::to_value(&entry.opening).unwrap();
    let text = json
        .to_string()
        .replace("\"name\":\"topic\"", "\"name\":\"topid\"");
    entry.opening = serde_json::from_str(&text).unwrap();
    case.seal(&mut answer);
    verify(&answer.to_json().unwrap(), &[]).unwrap_err();
}

static WHOLE: LazyLock<Value> = LazyLock::new(|| {
    let case = Case::new();
    let evidence = case.evidence(&fixture_records(), &traffic(), Some(&traffic()));
    serde_json::to_value(case.answer(Language::De, &evidence)).unwrap()
});

/// Every text and number in a document, as JSON pointers.
fn leaves(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                leaves(
                    value,
                    &format!("{path}/{}", name.replace('~', "~0").replace('/', "~1")),
                    found,
                );
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                leaves(item, &format!("{path}/{at}"), found);
            }
        }
        Value::String(text) if text.is_empty() => {}
        Value::String(_) | Value::Number(_) | Value::Bool(_) => found.push(path.to_owned()),
        Value::Null => {}
    }
}

/// The leaf with one character, digit or truth value changed.
fn changed(leaf: &Value, at: usize) -> Value {
    match leaf {
        Value::String(text) => {
            let mut letters: Vec<char> = text.chars().collect();
            let at = at % letters.len();
            letters[at] = match letters[at] {
                '1' => '2',
                digit if digit.is_ascii_digit() => '1',
                'q' => 'w',
                _ => 'q',
            };
            letters.into_iter().collect::<String>().into()
        }
        Value::Number(number) => (number.as_u64().unwrap() + 1).into(),
        Value::Bool(truth) => (!truth).into(),
        other => other.clone(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Promise: a change of a single character anywhere in the file, be it words, cells, openings,
    /// proofs, checkpoints, keys or seal, fails.
    #[test]
    fn any_changed_character_fails(leaf in any::<prop::sample::Index>(), at in any::<usize>()) {
        let mut paths = Vec::new();
        leaves(&WHOLE, "", &mut paths);
        let path = leaf.get(&paths);
        let mut json = WHOLE.clone();
        let place = json.pointer_mut(path).unwrap();
        *place = changed(place, at);
        prop_assert!(verify(&json.to_string(), &[]).is_err(), "{path}");
    }
}

/// Promise: what is no answer is refused with the place of the fault, and nothing panics.
#[test]
fn other_files_are_refused() {
    for text in [
        "",
        "{}",
        "[]",
        "{\"format\":\"kontaktstelle/answer/v1\"}",
        "null",
    ] {
        let found = verify(text, &[]).unwrap_err();
        assert!(matches!(found[..], [VerifyError::Format { .. }]), "{text}");
    }
    let mut with_more = WHOLE.clone();
    with_more["more"] = Value::Bool(true);
    assert!(verify(&with_more.to_string(), &[]).is_err());
    let twice = format!("{}{}", *WHOLE, *WHOLE);
    assert!(verify(&twice, &[]).is_err());
}
