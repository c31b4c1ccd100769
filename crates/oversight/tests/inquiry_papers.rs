//! The parser on papers made up for the purpose: see `papers/README.md` for the traps in each.

#![allow(clippy::unwrap_used)]

use oversight::inquiry::{self, CutOff, Inquiry, InquiryError};
use serde_json::{Value, json};

const WIESENBLUMEN: &str = include_str!("papers/wiesenblumen.txt");
const DORFBRUNNEN: &str = include_str!("papers/dorfbrunnen.txt");
const WANDERWEGE: &str = include_str!("papers/wanderwege.txt");
const WANDERWEGE_PDF: &[u8] = include_bytes!("papers/wanderwege.pdf");

/// Compares every field that the expectation names.
fn check(inquiry: &Inquiry, expected: &str) {
    let expected: Value = serde_json::from_str(expected).unwrap();
    let found = serde_json::to_value(inquiry).unwrap();
    let listed = ["questions", "demands", "pages"];
    for (field, wanted) in expected
        .as_object()
        .unwrap()
        .iter()
        .filter(|(field, _)| !listed.contains(&field.as_str()))
    {
        assert_eq!(&found[field], wanted, "{field}");
    }
    let questions = expected["questions"].as_array().unwrap();
    assert_eq!(
        found["questions"].as_array().unwrap().len(),
        questions.len()
    );
    for (found, wanted) in found["questions"].as_array().unwrap().iter().zip(questions) {
        for (field, wanted) in wanted.as_object().unwrap() {
            assert_eq!(
                &found[field], wanted,
                "question {}: {field}",
                found["number"]
            );
        }
    }
    for (key, wanted) in expected["demands"].as_object().unwrap() {
        let sentence = inquiry
            .questions
            .iter()
            .flat_map(|question| &question.parts)
            .flat_map(|part| &part.sentences)
            .find(|sentence| sentence.key.as_str() == key)
            .unwrap_or_else(|| panic!("no demand {key}"));
        let sentence = serde_json::to_value(sentence).unwrap();
        for (field, wanted) in wanted.as_object().unwrap() {
            let found = match field.as_str() {
                "on" | "of" => &sentence["condition"][field],
                "by" => &sentence["form"][0]["by"],
                "drucksache" | "question" => &sentence["references"][0][field],
                "refers" => &sentence["references"][0]["questions"],
                _ => &sentence[field],
            };
            assert_eq!(found, wanted, "demand {key}: {field}");
        }
    }
    for (number, page) in expected["pages"].as_object().unwrap() {
        let question = inquiry
            .questions
            .iter()
            .find(|question| question.number.to_string() == *number)
            .unwrap();
        assert_eq!(
            json!(question.place.page),
            *page,
            "page of question {number}"
        );
    }
}

/// Promise: the traps of a paper from the documentation system are all avoided.
#[test]
fn reads_a_paper_with_furniture_and_misprints() {
    check(
        &inquiry::parse(WIESENBLUMEN).unwrap(),
        include_str!("papers/wiesenblumen.expected.json"),
    );
}

/// Promise: a paper with one question and no number is read, and marked for a person's look.
#[test]
fn reads_a_single_question_without_number() {
    check(
        &inquiry::parse(DORFBRUNNEN).unwrap(),
        include_str!("papers/dorfbrunnen.expected.json"),
    );
}

/// Promise: indents of a laid-out text are used, not stumbled over.
#[test]
fn reads_a_laid_out_paper() {
    check(
        &inquiry::parse(WANDERWEGE).unwrap(),
        include_str!("papers/wanderwege.expected.json"),
    );
}

/// Promise: a PDF gives the same inquiry as its text; without the converter the error names its package.
#[test]
fn reads_a_pdf() {
    match inquiry::parse_bytes(WANDERWEGE_PDF) {
        Ok(inquiry) => check(&inquiry, include_str!("papers/wanderwege.expected.json")),
        Err(InquiryError::Pdf(missing)) => {
            assert!(missing.to_string().contains("poppler-utils"), "{missing}")
        }
        Err(other) => panic!("{other}"),
    }
}

/// Promise: a paper that lost its end, a question or its question part is refused, and it is said where.
#[test]
fn refuses_what_is_cut_off() {
    let cut = |text: &str| match inquiry::parse(text) {
        Err(InquiryError::CutOff(cut)) => cut,
        other => panic!("{other:?}"),
    };
    let (end, _) = WIESENBLUMEN.split_once("Berlin,den").unwrap();
    assert_eq!(
        cut(end),
        CutOff::NoClosing {
            last: 5,
            mid_sentence: false
        }
    );
    let (middle, _) = WIESENBLUMEN.split_once("EU-").unwrap();
    assert_eq!(
        cut(middle),
        CutOff::NoClosing {
            last: 3,
            mid_sentence: true
        }
    );
    let (front, _) = WIESENBLUMEN.split_once("Wir fragen").unwrap();
    assert_eq!(cut(front), CutOff::NoQuestions);
    let (_, back) = WIESENBLUMEN
        .split_once("Wir fragen die Bundesregierung:\n")
        .unwrap();
    let (first, _) = back.split_once(" 2. ").unwrap();
    let gap = cut(&WIESENBLUMEN.replace(first, ""));
    assert!(
        matches!(
            gap,
            CutOff::Gap {
                after: 0,
                found: 2,
                ..
            }
        ),
        "{gap:?}"
    );
    let (start, rest) = WIESENBLUMEN.split_once(" 3.  3Ist").unwrap();
    let (_, rest) = rest.split_once(" 4. ").unwrap();
    let gap = cut(&format!("{start} 4. {rest}"));
    assert!(
        matches!(
            gap,
            CutOff::Gap {
                after: 2,
                found: 4,
                ..
            }
        ),
        "{gap:?}"
    );
}

/// Promise: other files are refused with what was looked for.
#[test]
fn refuses_what_is_no_inquiry() {
    assert!(matches!(inquiry::parse(""), Err(InquiryError::Empty)));
    assert!(matches!(
        inquiry::parse_bytes(b"\xef\xbb\xbf\n"),
        Err(InquiryError::Empty)
    ));
    assert!(matches!(
        inquiry::parse_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
        Err(InquiryError::Binary)
    ));
    assert!(matches!(
        inquiry::parse("Einkauf:\n1. Brot\n2. Salz\n"),
        Err(InquiryError::NotAnInquiry)
    ));
    assert!(matches!(
        inquiry::parse(&"x".repeat(inquiry::LIMIT + 1)),
        Err(InquiryError::TooLarge { .. })
    ));
    let answer = "Drucksache 99/99\nAntwort \nder Bundesregierung \nauf die Kleine Anfrage der Abgeordneten A B und der Fraktion C\n– Drucksache 99/77 –\nTitel\n1. Wie?\nSo.\n";
    let error = inquiry::parse(answer).unwrap_err().to_string();
    assert!(
        error.starts_with("this is an answer, not an inquiry") && error.contains("99/77"),
        "{error}"
    );
}

/// Promise: without lead-in the questions are found by their numbers, and the paper is marked.
#[test]
fn reads_on_without_lead_in() {
    let inquiry =
        inquiry::parse(&WIESENBLUMEN.replace("Wir fragen die Bundesregierung:\n", "")).unwrap();
    assert_eq!(inquiry.questions.len(), 5);
    assert_eq!(
        serde_json::to_value(&inquiry.doubts).unwrap(),
        json!(["no_lead_in"])
    );
}
