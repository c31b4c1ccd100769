//! The answer to the reference inquiry, Bundestag paper 19/9523, as a whole.
#![allow(clippy::unwrap_used)]

mod support;

use locales::Language;
use oversight::Answer;
use oversight::answer::AnswerPart;
use oversight::finding::AnswerKind;
use oversight::verify::{Assertion, verify};
use support::{Case, exercise_traffic, fixture_records};

fn sealed(language: Language) -> (Case, Answer) {
    let case = Case::new();
    let traffic = exercise_traffic();
    let evidence = case.evidence(&fixture_records(), &traffic, Some(&traffic));
    let answer = case.answer(language, &evidence);
    (case, answer)
}

fn part<'a>(answer: &'a Answer, key: &str) -> &'a AnswerPart {
    let parts = answer
        .questions
        .iter()
        .flat_map(|question| &question.answers);
    parts.into_iter().find(|part| part.key == key).unwrap()
}

/// Promise: every question and every sub-item gets an answer, in both languages.
#[test]
fn every_question_and_sub_item_is_there() {
    for language in Language::ALL {
        let (_, answer) = sealed(language);
        assert_eq!(answer.questions.len(), 41);
        let items: usize = answer
            .questions
            .iter()
            .map(|question| question.sub_items.len())
            .sum();
        assert_eq!(items, 22);
        for question in &answer.questions {
            for item in &question.sub_items {
                let key = format!("{}{}", question.number, item.label);
                assert!(!part(&answer, &key).statements.is_empty(), "{key}");
            }
        }
        assert!(
            answer.summary.answered_from_records >= 15,
            "{:?}",
            answer.summary
        );
    }
}

/// Promise: the kinds of answer are those that the public record allows, no better ones.
#[test]
fn kinds_are_those_the_record_allows() {
    use AnswerKind::{
        Assessment, Facts, None, NotApplicable, NotKnown, NotRecorded, Planned, Table, Unbound,
    };
    let (_, answer) = sealed(Language::De);
    let expected = [
        ("1", Table),
        ("1.2", Facts),
        ("2", Table),
        ("3", Facts),
        ("3a", Facts),
        ("3f", Facts),
        ("3g", Facts),
        ("4", NotKnown),
        ("5", NotKnown),
        ("5.2", NotKnown),
        ("8", Table),
        ("9", Assessment),
        ("9.2", NotKnown),
        ("11", Planned),
        ("14", Assessment),
        ("16", Table),
        ("17", Facts),
        ("17a", Table),
        ("17b", NotApplicable),
        ("17b.5", NotApplicable),
        ("19", Facts),
        ("20", NotKnown),
        ("20a", NotKnown),
        ("20a.2", NotKnown),
        ("21", NotKnown),
        ("21a", NotKnown),
        ("22", NotRecorded),
        ("26", None),
        ("27", NotRecorded),
        ("28", None),
        ("28.2", NotApplicable),
        ("28.3", NotApplicable),
        ("29", Facts),
        ("30", NotKnown),
        ("31", Facts),
        ("32", Facts),
        ("32.2", NotKnown),
        ("32.3", Assessment),
        ("41.2", Unbound),
    ];
    for (key, kind) in expected {
        assert_eq!(part(&answer, key).kind, kind, "{key}");
    }
}

/// Promise: the file alone, with fingerprints from paper, is enough to check everything.
#[test]
fn the_file_verifies_offline() {
    for language in Language::ALL {
        let (case, answer) = sealed(language);
        let json = answer.to_json().unwrap();
        let trusted = [case.de.fingerprint(), case.cn.fingerprint()];
        let report = verify(&json, &trusted).unwrap();
        assert_eq!(report.questions, 41);
        assert_eq!(report.figures.len(), answer.figures().count());
        assert!(
            report
                .parties
                .iter()
                .all(|party| party.trusted == Some(true))
        );
        // Whoever knows one fingerprint checks that one; the other stays a thing to be compared.
        let report = verify(&json, &trusted[..1]).unwrap();
        assert!(report.assertions.contains(&Assertion::Keys));
        let foreign = Case::strange().de.fingerprint();
        assert!(
            verify(&json, &[foreign]).is_err(),
            "the file rests on no such key"
        );
    }
}

/// Promise: the wrong date in the paper is corrected where a reader sees it.
#[test]
fn the_wrong_premise_is_corrected() {
    let (_, answer) = sealed(Language::De);
    let remark = &answer.remarks[0].text;
    assert!(
        remark.contains("13. Juli 2016") && remark.contains("13. Juni 2016"),
        "{remark}"
    );
}

/// Promise: nothing shows as an unknown message, an unlabelled code or an unfilled place.
#[test]
fn every_word_is_a_word() {
    for language in Language::ALL {
        let (_, answer) = sealed(language);
        let page = oversight::html::page(&answer).unwrap();
        assert!(
            !page.contains("[["),
            "{}",
            &page[page.find("[[").unwrap_or(0)..][..80]
        );
        assert!(!page.contains("{$") && !page.contains("{ $"));
        for question in &answer.questions {
            assert!(page.contains(&format!("id=\"q-{}\"", question.number)));
        }
    }
}

/// Promise: the same evidence gives the same bytes.
#[test]
fn the_same_evidence_gives_the_same_answer() {
    let case = Case::new();
    let evidence = case.evidence(&fixture_records(), &exercise_traffic(), None);
    let made = || case.draft(Language::De, &evidence).to_json().unwrap();
    assert_eq!(made(), made());
}

/// Promise: only what is cited is published.
#[test]
fn no_record_is_published_without_being_cited() {
    let (_, answer) = sealed(Language::De);
    let parts = answer
        .questions
        .iter()
        .flat_map(|question| &question.answers);
    let mut cited: Vec<u64> = parts
        .flat_map(|part| part.cited.iter().map(|it| it.entry))
        .collect();
    cited.sort_unstable();
    cited.dedup();
    let shown = answer.evidence.records.entries.len();
    // The two records behind the corrected premise are cited by the preliminary remark.
    assert_eq!(shown, cited.len() + 2);
    assert!(shown < fixture_records().len());
}
