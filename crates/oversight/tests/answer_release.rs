//! A draft is a draft, and only what a second officer has released is an answer.
#![allow(clippy::unwrap_used)]

mod support;

use locales::Language;
use oversight::Answer;
use oversight::answer::AnswerStatus;
use oversight::verify::{VerifyError, verify};
use serde_json::json;
use support::{Case, as_of, exercise_traffic, fixture_records};

fn draft(case: &Case) -> Answer {
    let traffic = exercise_traffic();
    let evidence = case.evidence(&fixture_records(), &traffic, Some(&traffic));
    case.draft(Language::De, &evidence)
}

fn errors(answer: &Answer) -> Vec<VerifyError> {
    verify(&answer.to_json().unwrap(), &[]).unwrap_err()
}

/// Promise: what is composed calls itself a draft, in the file, on the page and when it is verified;
/// it has neither seal nor release.
#[test]
fn a_draft_says_so() {
    let draft = draft(&Case::new());
    let report = verify(&draft.to_json().unwrap(), &[]).unwrap();
    assert_eq!(report.status, AnswerStatus::Draft);
    assert!(report.seal.is_none() && report.release.is_none());
    assert!(draft.to_json().unwrap().contains("\"status\": \"draft\""));
    let page = oversight::html::page(&draft).unwrap();
    assert!(page.contains("Entwurf"), "the page says so too");
}

/// Promise: what was released verifies with entry and time of its release, and is the draft word for
/// word.
#[test]
fn a_released_answer_proves_its_release() {
    let case = Case::new();
    let draft = draft(&case);
    let mut answer = draft.clone();
    case.seal(&mut answer);
    let report = verify(&answer.to_json().unwrap(), &[]).unwrap();
    assert_eq!(report.status, AnswerStatus::Released);
    assert_eq!(report.seal.unwrap().party, "de");
    assert_eq!(report.release.unwrap().time, "2026-03-02T00:00:00.000Z");
    assert_eq!(answer.draft_hash().unwrap(), draft.draft_hash().unwrap());
    let page = oversight::html::page(&answer).unwrap();
    assert!(!page.contains("Entwurf"));
}

/// Promise: no status can be put on from outside: a draft with a seal, an answer without the entry of
/// its release, and the release of another document or inquiry or by another kind of entry all fail.
#[test]
fn a_draft_does_not_become_an_answer_by_saying_so() {
    let case = Case::new();
    let draft = draft(&case);
    let mut answer = draft.clone();
    case.seal(&mut answer);

    let called_draft = Answer {
        status: AnswerStatus::Draft,
        ..answer.clone()
    };
    assert!(matches!(
        errors(&called_draft)[..],
        [VerifyError::SealedDraft]
    ));
    let called_answer = Answer {
        status: AnswerStatus::Released,
        ..draft.clone()
    };
    assert!(matches!(
        errors(&called_answer)[..],
        [VerifyError::NotReleased, VerifyError::NotSealed]
    ));

    let entry = json!({
        "kind": "inquiry.answer-released", "time": "2026-03-02T00:00:00.000Z",
        "inquiry": draft.inquiry.reference, "document": draft.draft_hash().unwrap(),
    });
    for (field, value) in [
        ("kind", "inquiry.answer-filed"),
        ("inquiry", "19/9524"),
        ("document", "another"),
    ] {
        let mut entry = entry.clone();
        entry[field] = value.into();
        let mut answer = draft.clone();
        answer
            .seal(case.de.release_by(entry), &case.de.signing, as_of())
            .unwrap();
        let found = errors(&answer);
        assert!(
            matches!(&found[..], [VerifyError::ReleasedOther(named)] if *named == field),
            "{field}: {found:?}"
        );
    }

    let mut by_stranger = draft;
    let release = Case::strange().de.release_by(entry);
    by_stranger
        .seal(release, &case.de.signing, as_of())
        .unwrap();
    assert!(matches!(
        errors(&by_stranger)[..],
        [VerifyError::Release(_)]
    ));
}
