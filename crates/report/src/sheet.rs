//! Looking at finished pages: where each run of text stands. Only for tests.

#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};
use typst::layout::{Abs, Frame, FrameItem, Point, Transform};

use crate::pdf::{Template, compile};
use crate::world::Room;

/// A run of text in one line and one font, in points from the page's top left corner.
#[derive(Debug)]
struct Run {
    text: String,
    left: f64,
    right: f64,
    top: f64,
    base: f64,
}

/// Where the pages' margins are, in points (26, 24, and the outer edges of head and foot).
const LEFT: f64 = 26.0 / 25.4 * 72.0;
const RIGHT: f64 = (210.0 - 24.0) / 25.4 * 72.0;
const BODY_BOTTOM: f64 = (297.0 - 24.0) / 25.4 * 72.0;

fn runs(data: &Value) -> Vec<Vec<Run>> {
    let template = Template::InquiryAnswer;
    let json = data.to_string().into_bytes();
    let room = Room::new(template.name(), template.text(), json).unwrap();
    let (document, _) = compile(&room).unwrap();
    let collected = document.pages().iter().map(|page| {
        let mut found = Vec::new();
        collect(&page.frame, Transform::identity(), &mut found);
        found
    });
    collected.collect()
}

fn collect(frame: &Frame, outer: Transform, found: &mut Vec<Run>) {
    for (at, item) in frame.items() {
        match item {
            FrameItem::Group(group) => {
                let inner = outer
                    .pre_concat(Transform::translate(at.x, at.y))
                    .pre_concat(group.transform);
                collect(&group.frame, inner, found);
            }
            FrameItem::Text(text) => {
                let end = Point::new(at.x + text.width(), at.y - text.size * 0.6);
                let (start, end) = (at.transform(outer), end.transform(outer));
                found.push(Run {
                    text: text.text.to_string(),
                    left: Abs::to_pt(start.x),
                    right: Abs::to_pt(end.x),
                    top: Abs::to_pt(end.y),
                    base: Abs::to_pt(start.y),
                });
            }
            _ => {}
        }
    }
}

fn assert_tidy(data: &Value) {
    for (number, page) in (1..).zip(runs(data)) {
        for (i, run) in page.iter().enumerate() {
            // Spaces at line ends and hanging hyphens stand beyond the edge.
            let inside = run.left > LEFT - 0.5 && run.right < RIGHT + 5.0;
            assert!(inside, "page {number}: beyond the margin: {run:?}");
            // The foot's own line is the only one below the body.
            let foot = run.base > BODY_BOTTOM + 12.0;
            assert!(
                foot || run.base < BODY_BOTTOM + 1.0,
                "page {number}: {run:?}"
            );
            let meets = |other: &&Run| {
                let across = run.right.min(other.right) - run.left.max(other.left);
                let down = run.base.min(other.base) - run.top.max(other.top);
                across > 1.0 && down > 1.0
            };
            let other = page.iter().skip(i + 1).find(meets);
            assert!(other.is_none(), "page {number}: {run:?} meets {other:?}");
        }
    }
}

fn sample() -> Value {
    serde_json::from_str(include_str!("../tests/data/answer-de.json")).unwrap()
}

/// The sample's frame with one question only.
fn with_answer(answer: Value) -> Value {
    let mut data = sample();
    for place in [
        "/sources",
        "/figures",
        "/verification",
        "/fingerprints",
        "/remarks",
        "/summary",
    ] {
        *data.pointer_mut(place).unwrap() = json!([]);
    }
    data["sections"] = json!([{ "heading": null, "questions": [
        { "number": "1", "text": "Welche?", "sub_items": [], "answers": [answer] }
    ]}]);
    data
}

fn answer_with(text: &[String], tables: Value) -> Value {
    json!({
        "key": "1", "kind": "table", "kind_label": "Aufstellung", "text": text,
        "tables": tables, "notes": [], "missing": false,
    })
}

fn wide_table(rows: usize) -> Value {
    let row = [
        "Pressemitteilung des BMI zum ersten deutsch-chinesischen Cyberkonsultationsmechanismus",
        "Telekommunikationsüberwachungsverordnungsänderungsentwurf",
        "17. Mai 2018",
        "nicht bekannt",
        "bundesministerium.innern.bau.heimat@example.org",
        "Grzegrzrzczyszczykrzwstrzbrzkrzwrz",
        "12 345",
        "gesichert (Bundesministerium des Innern, für Bau und Heimat, BT-Drs. 19/10137; heise, Mai 2019)",
    ];
    json!([{
        "caption": "Dokumente zur 1. Runde",
        "header": WIDE_HEADER,
        "rows": vec![row; rows],
    }])
}

const WIDE_HEADER: [&str; 8] = [
    "Dokument",
    "Art",
    "Zeitpunkt",
    "vorhanden",
    "veröffentlicht",
    "Urheber",
    "Datum",
    "Kenntnisstand",
];

/// Promise: nothing is printed over something else or beyond the margins.
#[test]
fn nothing_overlaps_in_an_answer() {
    assert_tidy(&sample());
}

/// Promise: eight columns of long German words, of words that no dictionary divides and of
/// addresses stay apart, and so do their heads.
#[test]
fn eight_columns_stay_apart() {
    for lang in ["de", "en"] {
        let mut data = with_answer(answer_with(&["Ja.".to_owned()], wide_table(4)));
        data["lang"] = json!(lang);
        assert_tidy(&data);
        let pages = runs(&data);
        let head = pages
            .iter()
            .flatten()
            .find(|run| run.text == "Dokument")
            .unwrap();
        let mut row: Vec<&Run> = pages
            .iter()
            .flatten()
            .filter(|run| (run.base - head.base).abs() < 0.1)
            .collect();
        row.sort_by(|a, b| a.left.total_cmp(&b.left));
        assert_eq!(row.len(), WIDE_HEADER.len(), "{row:?}");
        for pair in row.windows(2) {
            let [left, right] = pair else { unreachable!() };
            assert!(right.left - left.right > 3.0, "{left:?} {right:?}");
        }
    }
}

/// Promise: the head and the foot of a page never run into themselves, however long the words.
#[test]
fn running_head_stays_apart() {
    let long = "Bundeskriminalamtszuständigkeitserweiterungsgesetz ".repeat(3);
    let paragraphs = vec!["Es wird ausführlich dargelegt. ".repeat(60); 4];
    let mut data = with_answer(answer_with(&paragraphs, json!([])));
    data["reference"] = json!(format!("Drucksache {long}"));
    data["position"]["log"] = json!("de.kontaktstelle.ministerium.beispielland.example/".repeat(3));
    data["exercise"] = json!({ "short": format!("ÜBUNG {long}"), "text": long.repeat(2) });
    assert_tidy(&data);
    data["draft"] = json!({ "short": format!("ENTWURF {long}"), "text": long.repeat(2) });
    assert_tidy(&data);
    (data["draft"], data["exercise"]) = (Value::Null, Value::Null);
    data["issuer"] = json!(format!("Kontaktstelle {long}"));
    assert_tidy(&data);
}

/// Promise: what nobody has released says so on every page, beside that it is an exercise.
#[test]
fn a_draft_is_marked_on_every_page() {
    let paragraphs = vec!["Es wird ausführlich dargelegt. ".repeat(60); 4];
    let mut data = with_answer(answer_with(&paragraphs, json!([])));
    data["draft"] = json!({ "short": "ENTWURF", "text": "Niemand antwortet damit." });
    let pages = runs(&data);
    assert!(pages.len() > 1);
    for mark in ["ENTWURF", "ÜBUNG"] {
        let marked = |page: &Vec<Run>| page.iter().any(|run| run.text == mark);
        assert!(pages.iter().all(marked), "{mark}");
    }
    data["draft"] = Value::Null;
    let released = runs(&data);
    assert!(released.iter().flatten().all(|run| run.text != "ENTWURF"));
}

/// Promise: a table of up to eight rows is on one page with its caption and the sentence that
/// leads to it, and a question is never the last thing on a page.
#[test]
fn short_tables_and_questions_stay_together() {
    let rows: Vec<[String; 2]> = (1..=8)
        .map(|n| [format!("Zeile{n}"), "Inhalt".to_owned()])
        .collect();
    let table = json!([{ "caption": "Beschriftung", "header": ["Kopf", "Inhalt"], "rows": rows }]);
    for lines in [0, 6, 10, 14, 18, 22] {
        let mut data = with_answer(answer_with(&["Folgendes".to_owned()], table.clone()));
        data["remarks"] = json!(vec!["Bemerkung"; lines]);
        let pages = runs(&data);
        let page_of = |text: &str| {
            pages
                .iter()
                .position(|page| page.iter().any(|run| run.text.trim() == text))
        };
        let page = page_of("Beschriftung");
        assert!(page.is_some());
        for text in ["Folgendes", "Welche?", "Zeile1", "Zeile8"] {
            assert_eq!(page_of(text), page, "{text} after {lines} lines");
        }
    }
}

/// Promise: the appendix prints each definition and each log once, names on every page which
/// question the figures belong to, and stays short.
#[test]
fn figures_share_their_definitions() {
    let figures: Vec<Value> = (0..200)
        .map(|n| {
            json!({
                "id": format!("{}.cn.critical-infrastructure.exercise.nr-{n}", 26 + n / 100),
                "question": format!("{}", 26 + n / 100),
                "label": "Anfragen der chinesischen Seite, beantwortet, Kritische Infrastruktur, Übung",
                "value": format!("{n}"),
                "definition": format!("Definition{}", n % 20),
                "log": "de.kontaktstelle.example/exchange/cn",
                "size": 15,
                "grade": "selbst signiert",
            })
        })
        .collect();
    let mut data = with_answer(answer_with(&["Ja.".to_owned()], json!([])));
    data["figures"] = json!(figures);
    let pages = runs(&data);
    let count = |text: &str| {
        pages
            .iter()
            .flatten()
            .filter(|run| run.text.trim() == text)
            .count()
    };
    for n in 0..20 {
        assert_eq!(count(&format!("Definition{n}")), 1);
        assert_eq!(
            count(&format!("D{}", n + 1)),
            1 + 10,
            "its entry and its references"
        );
    }
    assert_eq!(count("selbst signiert"), figures.len(), "a grade for each");
    assert!(pages.len() <= 1 + 7, "{} pages", pages.len());
    let with_rows = pages
        .iter()
        .filter(|page| page.iter().any(|run| run.text.starts_with("critical-")));
    for page in with_rows {
        assert!(page.iter().any(|run| run.text == "Kennung"));
        assert!(page.iter().any(|run| run.text.starts_with("Frage 2")));
    }
}
