//! The parser on the reference paper, Bundestag paper 19/9523, against a reading made by hand.

#![allow(clippy::unwrap_used)]

use oversight::inquiry::{self, Inquiry, Outcome, Question, Sentence};
use serde_json::Value;

const PAPER: &str = include_str!("../../../fixtures/inquiries/19-9523.txt");
const EXPECTED: &str = include_str!("../../../fixtures/inquiries/19-9523.expected.json");

fn read() -> (Inquiry, Value) {
    (
        inquiry::parse(PAPER).unwrap(),
        serde_json::from_str(EXPECTED).unwrap(),
    )
}

/// `17b` as number and label.
fn key(key: &str) -> (u32, Option<&str>) {
    let figures = key.bytes().take_while(u8::is_ascii_digit).count();
    let (number, label) = key.split_at(figures);
    (
        number.parse().unwrap(),
        Some(label).filter(|label| !label.is_empty()),
    )
}

fn question<'a>(inquiry: &'a Inquiry, wanted: &str) -> &'a Question {
    let number = key(wanted).0;
    inquiry
        .questions
        .iter()
        .find(|question| question.number == number)
        .unwrap()
}

/// The sentences of a part: of the stem when the key has no label.
fn sentences<'a>(inquiry: &'a Inquiry, wanted: &str) -> &'a [Sentence] {
    let label = key(wanted).1;
    let part = question(inquiry, wanted)
        .parts
        .iter()
        .find(|part| part.label.as_deref() == label);
    &part.unwrap().sentences
}

/// Promise: the head is read as printed: title, members with their titles, fraction, day, signatories.
#[test]
fn reads_the_head() {
    let (inquiry, expected) = read();
    let json = serde_json::to_value(&inquiry).unwrap();
    for field in [
        "kind",
        "title",
        "fraction",
        "askers",
        "place",
        "dated",
        "signed_by",
        "drucksache",
        "lead_in",
        "dates_named",
    ] {
        assert_eq!(json[field], expected[field], "{field}");
    }
    assert_eq!(inquiry.doubts, []);
    assert_eq!(inquiry.preface, None);
}

/// Promise: 41 questions, numbered in turn, with their sub-items, and none of them in doubt.
#[test]
fn finds_all_questions_and_sub_items() {
    let (inquiry, expected) = read();
    let numbers: Vec<u32> = inquiry
        .questions
        .iter()
        .map(|question| question.number)
        .collect();
    assert_eq!(numbers, (1..=41).collect::<Vec<_>>());
    assert_eq!(expected["questions"], 41);
    let mut total = 0;
    for question in &inquiry.questions {
        let wanted = expected["sub_items"]
            .get(question.number.to_string())
            .cloned()
            .unwrap_or_else(|| Value::Array(Vec::new()));
        assert_eq!(
            serde_json::to_value(&question.sub_items).unwrap(),
            wanted,
            "question {}",
            question.number
        );
        assert_eq!(question.doubts, [], "question {}", question.number);
        total += question.sub_items.len();
    }
    assert_eq!(total, expected["sub_items_total"]);
}

/// Promise: each heading holds every question from its first to its last.
#[test]
fn finds_the_sections() {
    let (inquiry, expected) = read();
    let found: Vec<Value> = inquiry
        .sections
        .iter()
        .map(|section| {
            let (first, last) = (section.questions[0], *section.questions.last().unwrap());
            assert_eq!(section.questions, (first..=last).collect::<Vec<_>>());
            serde_json::json!({ "heading": section.heading, "questions": [first, last] })
        })
        .collect();
    assert_eq!(Value::Array(found), expected["sections"]);
}

/// Promise: words broken by the print come back in one piece, and hyphens that belong to a word stay.
#[test]
fn keeps_the_text() {
    let (inquiry, expected) = read();
    for (wanted, text) in expected["text_checks"]
        .as_object()
        .unwrap()
        .iter()
        .filter(|(key, _)| *key != "_what")
    {
        let text = text.as_str().unwrap();
        assert!(
            question(&inquiry, wanted).text.contains(text),
            "question {wanted}: {text}"
        );
        let parts = &question(&inquiry, wanted).parts;
        let label = key(wanted).1;
        let own: String = parts
            .iter()
            .filter(|part| part.label.as_deref() == label)
            .flat_map(|part| &part.sentences)
            .map(|sentence| format!("{} ", sentence.text))
            .collect();
        assert!(own.contains(text), "part {wanted}: {text}");
    }
    assert!(
        question(&inquiry, "30")
            .text
            .contains("Telekommunikationsgesetztes"),
        "a misprint is kept"
    );
    assert!(
        question(&inquiry, "16")
            .text
            .contains("der IT- Gesetzgebung"),
        "a blank behind a hyphen is kept"
    );
    let url = "www.washingtonpost.com/world/national-security/the-us-and-china-agree-not-to-conduct-economic-espionage-in-cyberspace/2015/09/25/1c03f4b8-63a2-11e5-8e9e-dce8a2a2a679_story.html";
    assert!(
        question(&inquiry, "34").text.contains(url),
        "an address is put together as it was"
    );
}

/// Promise: each follow-up is a sentence of its own in the right part, tied to the right question.
#[test]
fn finds_follow_ups_with_their_conditions() {
    let (inquiry, expected) = read();
    let mut seen: std::collections::HashMap<(String, String), usize> =
        std::collections::HashMap::new();
    for follow_up in expected["follow_ups"].as_array().unwrap() {
        let (q, starts) = (
            follow_up["q"].as_str().unwrap(),
            follow_up["starts"].as_str().unwrap(),
        );
        let skip = seen.entry((q.to_owned(), starts.to_owned())).or_default();
        let sentence = sentences(&inquiry, q)
            .iter()
            .filter(|sentence| sentence.text.starts_with(starts))
            .nth(*skip);
        let sentence =
            sentence.unwrap_or_else(|| panic!("{q}: no sentence starts with {starts:?}"));
        *skip += 1;
        let found = sentence
            .condition
            .as_ref()
            .map(|condition| (condition.on, condition.of.as_ref().unwrap().as_str()));
        let wanted = follow_up["condition"].as_str().map(|condition| {
            let on = match condition.split(' ').next().unwrap() {
                "yes" => Outcome::Yes,
                "no" => {
                    if condition.starts_with("no details") {
                        Outcome::Unknown
                    } else {
                        Outcome::No
                    }
                }
                other => panic!("unknown condition {other}"),
            };
            // In both questions with such a note the yes-or-no question is the second sentence.
            let of = if condition.contains("(to the sentence before)") {
                format!("{q}.2")
            } else {
                condition
                    .split_once(" to ")
                    .map_or(q, |(_, of)| of)
                    .to_owned()
            };
            (on, of)
        });
        let found = found.map(|(on, of)| (on, of.to_owned()));
        assert_eq!(found, wanted, "{q}: {starts}");
    }
}

/// Promise: the condition that one sentence takes over from the one before is marked as taken over.
#[test]
fn marks_the_inherited_condition() {
    let (inquiry, _) = read();
    let inherited: Vec<_> = inquiry
        .questions
        .iter()
        .flat_map(|question| &question.parts)
        .flat_map(|part| &part.sentences)
        .filter(|sentence| {
            sentence
                .condition
                .as_ref()
                .is_some_and(|condition| condition.inherited)
        })
        .map(|sentence| sentence.key.as_str())
        .collect();
    assert_eq!(inherited, ["28.3"]);
}

/// Promise: conditions in mid-sentence are found at the questions named and nowhere else.
#[test]
fn finds_inline_conditions() {
    let (inquiry, expected) = read();
    let expected = expected["inline_conditions"].as_object().unwrap();
    for question in &inquiry.questions {
        let found: Vec<&str> = question
            .parts
            .iter()
            .flat_map(|part| &part.sentences)
            .flat_map(|sentence| &sentence.inline_conditions)
            .map(|condition| condition.text.as_str())
            .collect();
        match expected.get(&question.number.to_string()) {
            Some(wanted) => {
                let wanted = wanted.as_str().unwrap().trim_start_matches('(');
                assert!(
                    found.iter().any(|text| text.starts_with(wanted)),
                    "{}: {found:?}",
                    question.number
                );
            }
            None => assert!(found.is_empty(), "{}: {found:?}", question.number),
        }
    }
}

/// Promise: exactly the named parts ask for a form.
#[test]
fn finds_requests_for_form() {
    let (inquiry, expected) = read();
    let mut found: Vec<&str> = inquiry
        .questions
        .iter()
        .flat_map(|question| &question.parts)
        .filter(|part| {
            part.sentences
                .iter()
                .any(|sentence| !sentence.form.is_empty())
        })
        .map(|part| part.key.as_str())
        .collect();
    let mut wanted: Vec<&str> = expected["requests_for_form"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    found.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(found, wanted);
    assert_eq!(
        sentences(&inquiry, "26")[0].form[0].by.as_deref(),
        Some("chinesischen und deutschen Anfragen")
    );
}

/// Promise: earlier papers are referred to with number and question, other sources in their own words.
#[test]
fn finds_references() {
    let (inquiry, expected) = read();
    let mut papers = 0;
    for reference in expected["references"].as_array().unwrap() {
        let q = reference["q"].as_str().unwrap();
        let found: Vec<_> = sentences(&inquiry, q)
            .iter()
            .flat_map(|sentence| &sentence.references)
            .collect();
        if let Some(number) = reference["drucksache"].as_str() {
            papers += 1;
            assert!(
                found
                    .iter()
                    .any(|found| found.drucksache.as_deref() == Some(number)
                        && found.question.as_deref() == reference["question"].as_str()),
                "{q}: {found:?}"
            );
        } else {
            assert!(
                found
                    .iter()
                    .any(|found| found.text == "Pressemitteilung des BMI vom 18. Mai 2018"),
                "{q}: {found:?}"
            );
        }
    }
    let all = inquiry
        .questions
        .iter()
        .flat_map(|question| &question.parts)
        .flat_map(|part| &part.sentences);
    assert_eq!(
        all.flat_map(|sentence| &sentence.references)
            .filter(|found| found.drucksache.is_some())
            .count(),
        papers
    );
}

/// Promise: questions for figures are marked as such, and the period in question 26 is seen.
#[test]
fn marks_counts_and_periods() {
    let (inquiry, _) = read();
    let counting: Vec<&str> = inquiry
        .questions
        .iter()
        .flat_map(|question| &question.parts)
        .flat_map(|part| &part.sentences)
        .filter(|sentence| sentence.counts)
        .map(|sentence| sentence.key.as_str())
        .collect();
    assert_eq!(counting, ["17a", "26", "28.2", "28.3", "34"]);
    let period = sentences(&inquiry, "26")[0].period.as_deref();
    assert_eq!(
        period,
        Some("seit Arbeitsaufnahme bis zur Einreichung dieser Anfrage")
    );
}

/// Promise: every key names one demand only, and every condition refers to a demand that exists.
#[test]
fn keys_are_unique_and_conditions_resolve() {
    let (inquiry, _) = read();
    let all: Vec<&Sentence> = inquiry
        .questions
        .iter()
        .flat_map(|question| &question.parts)
        .flat_map(|part| &part.sentences)
        .collect();
    let keys: std::collections::HashSet<_> = all.iter().map(|sentence| &sentence.key).collect();
    assert_eq!(keys.len(), all.len());
    for condition in all
        .iter()
        .filter_map(|sentence| sentence.condition.as_ref())
    {
        assert!(
            keys.contains(condition.of.as_ref().unwrap()),
            "{condition:?}"
        );
    }
}

/// Promise: the reading names the bytes it was made from, and the same text in other bytes reads the same.
#[test]
fn reads_any_encoding_alike() {
    let (inquiry, _) = read();
    let with_mark = inquiry::parse_bytes(&[b"\xef\xbb\xbf", PAPER.as_bytes()].concat()).unwrap();
    assert_ne!(with_mark.source_sha256, inquiry.source_sha256);
    assert_eq!(
        Inquiry {
            source_sha256: inquiry.source_sha256.clone(),
            ..with_mark
        },
        inquiry
    );
    let latin: Vec<u8> = PAPER
        .chars()
        .map(|character| match character {
            '„' => 0x84,
            '“' => 0x93,
            '–' => 0x96,
            other => u8::try_from(u32::from(other)).unwrap(),
        })
        .collect();
    let latin = inquiry::parse_bytes(&latin).unwrap();
    assert_eq!(
        Inquiry {
            source_sha256: inquiry.source_sha256.clone(),
            ..latin
        },
        inquiry
    );
    let windows = inquiry::parse(&PAPER.replace('\n', "\r\n")).unwrap();
    assert_eq!(
        Inquiry {
            source_sha256: inquiry.source_sha256.clone(),
            ..windows
        },
        inquiry
    );
}

/// Promise: what is written as JSON is read back as the same inquiry.
#[test]
fn survives_json() {
    let (inquiry, _) = read();
    let json = serde_json::to_string(&inquiry).unwrap();
    assert_eq!(serde_json::from_str::<Inquiry>(&json).unwrap(), inquiry);
}
