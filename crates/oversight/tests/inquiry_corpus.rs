//! The parser on papers that are not part of this repository.
//!
//! `KONTAKTSTELLE_INQUIRIES` names a folder with real papers as text and `expected.json`, in which each
//! paper's figures were checked by hand. Without it there is nothing to compare and the test says so.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::path::Path;

use oversight::inquiry::{self, Inquiry, InquiryError};
use serde_json::Value;

/// Promise: on every paper of the folder each field agrees with what was checked by hand.
#[test]
fn agrees_with_every_checked_paper() {
    let Some(folder) = std::env::var_os("KONTAKTSTELLE_INQUIRIES") else {
        eprintln!(
            "not asked for: set KONTAKTSTELLE_INQUIRIES to a folder with papers and expected.json"
        );
        return;
    };
    let folder = Path::new(&folder);
    let expected: Value =
        serde_json::from_slice(&std::fs::read(folder.join("expected.json")).unwrap()).unwrap();
    let mut differences = Vec::new();
    for (file, paper) in expected["inquiries"].as_object().unwrap() {
        match inquiry::parse_bytes(&std::fs::read(folder.join(file)).unwrap()) {
            Ok(inquiry) => compare(file, &inquiry, paper, &mut differences),
            Err(error) => differences.push(format!("{file}: {error}")),
        }
    }
    for (file, paper) in expected["answers"].as_object().unwrap() {
        match inquiry::parse_bytes(&std::fs::read(folder.join(file)).unwrap()) {
            Err(InquiryError::Answer { inquiry })
                if inquiry.as_deref() == paper["answers"].as_str() => {}
            other => differences.push(format!("{file}: is an answer, but read as {other:?}")),
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

fn compare(file: &str, inquiry: &Inquiry, expected: &Value, differences: &mut Vec<String>) {
    let json = serde_json::to_value(inquiry).unwrap();
    let mut check = |field: &str, found: Value, wanted: &Value| {
        if found != *wanted {
            differences.push(format!("{file}: {field}: found {found}, expected {wanted}"));
        }
    };
    for field in [
        "kind",
        "drucksache",
        "printed",
        "dated",
        "fraction",
        "title",
    ] {
        check(field, json[field].clone(), &expected[field]);
    }
    check("askers", inquiry.askers.len().into(), &expected["askers"]);
    check(
        "first_asker",
        json["askers"][0].clone(),
        &expected["first_asker"],
    );
    check(
        "questions",
        inquiry.questions.len().into(),
        &expected["questions"],
    );
    let numbers: Vec<u32> = inquiry
        .questions
        .iter()
        .map(|question| question.number)
        .collect();
    let count = u32::try_from(numbers.len()).unwrap();
    check(
        "numbers",
        numbers.into(),
        &(1..=count).collect::<Vec<_>>().into(),
    );
    let sub_items: serde_json::Map<String, Value> = inquiry
        .questions
        .iter()
        .filter(|question| !question.sub_items.is_empty())
        .map(|question| {
            (
                question.number.to_string(),
                question.sub_items.clone().into(),
            )
        })
        .collect();
    let total: usize = inquiry
        .questions
        .iter()
        .map(|question| question.sub_items.len())
        .sum();
    check("sub_items", sub_items.into(), &expected["sub_items"]);
    check(
        "sub_items_total",
        total.into(),
        &expected["sub_items_total"],
    );
    // "…" in the list stands for words left out.
    let wanted = expected["lead_in"]
        .as_str()
        .unwrap()
        .replace("standard", "Wir fragen die Bundesregierung:");
    let (start, end) = wanted.split_once(" … ").unwrap_or((&wanted, ""));
    let found = inquiry.lead_in.as_deref().unwrap_or_default();
    let fits = if end.is_empty() {
        found == start
    } else {
        found.starts_with(start) && found.ends_with(end)
    };
    check("lead_in fits", fits.into(), &Value::Bool(true));
}
