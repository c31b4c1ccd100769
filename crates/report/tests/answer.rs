//! A whole answer, from data to file.

#![allow(clippy::unwrap_used)]

use std::path::PathBuf;

use report::{Pdf, ReportError, Template, render};
use serde_json::{Value, json};

fn sample() -> Value {
    serde_json::from_str(include_str!("data/answer-de.json")).unwrap()
}

fn rendered(data: &Value) -> Pdf {
    render(Template::InquiryAnswer, data).unwrap()
}

/// The sample with one place changed.
fn with(place: &str, value: Value) -> Value {
    let mut data = sample();
    *data.pointer_mut(place).unwrap() = value;
    data
}

fn contains(pdf: &Pdf, text: &str) -> bool {
    pdf.bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

/// Promise: a realistic answer renders without a warning, and characters that no font has are
/// counted. The file is left beside the test binaries for people to look at.
#[test]
fn realistic_answer_renders() {
    let pdf = rendered(&sample());
    assert_eq!(pdf.warnings, []);
    assert_eq!(pdf.substituted, 15);
    assert!(pdf.pages > 4, "{} pages", pdf.pages);
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("answer.pdf");
    std::fs::write(path, &pdf.bytes).unwrap();
}

/// Promise: the file says that it is PDF/A-2a and PDF/UA-1, whose it is, what it is called, when
/// it was made and in which language, and it carries a structure for screen readers.
#[test]
fn file_declares_archive_and_accessibility_standard() {
    let pdf = rendered(&sample());
    for marker in [
        "%PDF-1.7",
        "<pdfaid:part>2</pdfaid:part>",
        "<pdfaid:conformance>A</pdfaid:conformance>",
        "<pdfuaid:part>1</pdfuaid:part>",
        "Deutsch-Chinesischer Cyberkonsultationsmechanismus</rdf:li>",
        "<rdf:li>Kontaktstelle Musterland</rdf:li>",
        "<rdf:li>de</rdf:li>",
        "<xmp:CreateDate>2026-11-20T09:30:00+00:00</xmp:CreateDate>",
        "/Lang",
        "/StructTreeRoot",
        "/MarkInfo",
        "/Marked true",
    ] {
        assert!(contains(&pdf, marker), "{marker}");
    }
    let english = rendered(&with("/lang", json!("en-GB")));
    assert!(contains(&english, "<rdf:li>en-GB</rdf:li>"));
}

/// Promise: the same data gives the same bytes, whatever was rendered before.
#[test]
fn same_data_same_bytes() {
    let first = rendered(&sample());
    let other = rendered(&with("/title", json!("Etwas anderes")));
    comemo::evict(0);
    assert_eq!(rendered(&sample()), first);
    assert_ne!(other.bytes, first.bytes);
}

/// Promise: the smallest answer renders: no banner, no heading, nothing optional.
#[test]
fn bare_answer_renders() {
    let mut data = sample();
    for place in [
        "/askers",
        "/remarks",
        "/summary",
        "/sources",
        "/figures",
        "/verification",
        "/fingerprints",
    ] {
        *data.pointer_mut(place).unwrap() = json!([]);
    }
    for place in ["/subtitle", "/dated", "/fraction"] {
        *data.pointer_mut(place).unwrap() = json!("");
    }
    data["exercise"] = Value::Null;
    data["sections"] = json!([{ "heading": null, "questions": [
        { "number": "1", "text": "Warum?", "sub_items": [], "answers": [] }
    ]}]);
    let pdf = rendered(&data);
    assert_eq!(pdf.warnings, []);
}

/// Promise: unusable data is refused with the place and the fault.
#[test]
fn faults_in_data_are_named() {
    let table = "/sections/1/questions/1/answers/0/tables/0";
    for (data, path, message) in [
        (
            with("/sections/0/questions/0/text", json!(7)),
            "sections[0].questions[0].text",
            "string",
        ),
        (
            with("/sections/0/questions/0", json!({})),
            "sections[0].questions[0]",
            "number",
        ),
        (with("/position", json!({ "log": "x" })), "position", "size"),
        (with("/labels/page", json!(null)), "labels.page", "string"),
        (with("/labels", json!({})), "labels.answer", "missing"),
        (with("/lang", json!("deutsch")), "lang", "deutsch"),
        (with("/title", json!(" ")), "title", "empty"),
        (
            with("/generated_at/rfc3339", json!("gestern")),
            "generated_at.rfc3339",
            "gestern",
        ),
        (
            with("/sections/0/questions/0/answers/0/notes", json!([1, 99])),
            "sections[0].questions[0].answers[0].notes",
            "no source 99",
        ),
        (
            with("/sources/1/number", json!(1)),
            "sources[1].number",
            "twice",
        ),
        (
            with(&format!("{table}/rows/3"), json!(["a"])),
            "sections[1].questions[1].answers[0].tables[0].rows[3]",
            "1 cells, the header has 5",
        ),
        (
            with(&format!("{table}/header"), json!([])),
            "sections[1].questions[1].answers[0].tables[0].header",
            "0 columns",
        ),
    ] {
        let error = render(Template::InquiryAnswer, &data).unwrap_err();
        let ReportError::Data {
            path: found,
            message: said,
        } = &error
        else {
            panic!("{error}");
        };
        assert_eq!(found, path, "{error}");
        assert!(said.contains(message), "{error}");
    }
}

/// Promise: an oversized text is refused before any work is spent on it.
#[test]
fn oversized_data_is_refused() {
    let error = render(
        Template::InquiryAnswer,
        &with("/summary", json!(["x".repeat(9 << 20)])),
    );
    assert!(matches!(error, Err(ReportError::Data { .. })), "{error:?}");
}
