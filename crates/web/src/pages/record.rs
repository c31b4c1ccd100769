//! One record: what it says, how surely, on which sources.

use super::case_view::Line;
use super::records::{Filter, RecordLine, line};
use super::wording::marking;
use crate::desk::{Desk, html};
use crate::fault::Fault;
use crate::frame::Frame;
use crate::words::Words;
use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use office::reader::Position;
use policy::Action;
use records::RecordId;
use serde_json::Value;

/// One member of a record's body, at its depth.
struct BodyLine {
    depth: usize,
    label: String,
    text: String,
    lang: String,
}

struct SourceLine {
    title: String,
    publisher: String,
    dated: String,
    locator: String,
}

#[derive(Template)]
#[template(path = "record.html")]
struct RecordPage {
    frame: Frame,
    w: Words,
    line: RecordLine,
    header: Vec<Line>,
    note: String,
    body: Vec<BodyLine>,
    sources: Vec<SourceLine>,
    about: Vec<RecordLine>,
    supersedes: Option<RecordLine>,
    superseded_by: Option<RecordLine>,
    suffix: String,
}

/// Shows one record.
pub(crate) async fn show(
    desk: Desk,
    Path(id): Path<String>,
    Query(filter): Query<Filter>,
) -> Response {
    desk.serve(move |desk| {
        desk.require(Action::ReadRecords)?;
        let id: RecordId = id.parse().map_err(|_| Fault::NotFound)?;
        let position = filter.position().map_err(|_| Fault::NotFound)?;
        let all = desk.reader().records(position)?;
        let w = desk.words;
        let at = all
            .iter()
            .find(|at| at.record.header.id == id)
            .ok_or(Fault::NotFound)?;
        let header = &at.record.header;
        let of = |id: &RecordId| {
            all.iter()
                .find(|at| at.record.header.id == *id)
                .map(|at| line(w, at))
        };
        let by = all
            .iter()
            .find(|other| other.record.header.supersedes == Some(id));
        let facts = [
            ("side", w.label("side", header.side.code())),
            (
                "occurred",
                header
                    .occurred
                    .map_or_else(|| w.t("not-known"), |occurred| occurred.to_string()),
            ),
            (
                "certainty",
                w.label("certainty", header.knowledge.certainty.code()),
            ),
            ("marking", marking(w, &header.marking)),
        ];
        let body = serde_json::to_value(&at.record.body).unwrap_or_default();
        let mut lines = Vec::new();
        body_lines(w, body.get("body").unwrap_or(&Value::Null), 0, &mut lines);
        let page = RecordPage {
            frame: desk.frame(&format!("/records/{id}")),
            w,
            line: line(w, at),
            header: facts
                .into_iter()
                .map(|(id, text)| Line {
                    label: w.t(&format!("field-{id}")),
                    text,
                })
                .collect(),
            note: header
                .knowledge
                .note
                .as_deref()
                .map(|note| w.seen(note))
                .unwrap_or_default(),
            body: lines,
            sources: header
                .evidence
                .iter()
                .map(|source| SourceLine {
                    title: w.seen(&source.title),
                    publisher: w.seen(&source.publisher),
                    dated: source.dated.clone().unwrap_or_default(),
                    locator: w.seen(source.locator.as_deref().unwrap_or_default()),
                })
                .collect(),
            about: header.about.iter().filter_map(of).collect(),
            supersedes: header.supersedes.as_ref().and_then(of),
            superseded_by: by.map(|at| line(w, at)),
            suffix: if position == Position::Now {
                String::new()
            } else {
                format!("?entry={}", filter.entry)
            },
        };
        html(None, &page)
    })
    .await
}

/// The members of a body, from the outside in. Texts in several languages become one line each.
fn body_lines(w: Words, value: &Value, depth: usize, lines: &mut Vec<BodyLine>) {
    let Value::Object(members) = value else {
        return;
    };
    for (name, member) in members {
        let label = w.label("field", name);
        match member {
            Value::Object(words) if words.keys().all(|key| matches!(key.as_str(), "de" | "en")) => {
                for (lang, text) in words {
                    let text = w.seen(text.as_str().unwrap_or_default());
                    lines.push(BodyLine {
                        depth,
                        label: label.clone(),
                        text,
                        lang: lang.clone(),
                    });
                }
            }
            Value::Object(_) => {
                lines.push(BodyLine {
                    depth,
                    label,
                    text: String::new(),
                    lang: String::new(),
                });
                body_lines(w, member, depth + 1, lines);
            }
            Value::Array(items) if items.iter().any(Value::is_object) => {
                for (number, item) in (1u32..).zip(items) {
                    let label = format!("{label} {number}");
                    lines.push(BodyLine {
                        depth,
                        label,
                        text: String::new(),
                        lang: String::new(),
                    });
                    body_lines(w, item, depth + 1, lines);
                }
            }
            plain => lines.push(BodyLine {
                depth,
                label,
                text: scalar(w, name, plain),
                lang: String::new(),
            }),
        }
    }
}

fn scalar(w: Words, name: &str, value: &Value) -> String {
    match value {
        Value::Null => w.t("not-given"),
        Value::Bool(true) => w.t("yes"),
        Value::Bool(false) => w.t("no"),
        Value::Number(number) => number.to_string(),
        // Codes have labels under the name of their field; other texts stay as they are.
        Value::String(text) => w.seen(&w.label(&format!("value-{}", name.replace('_', "-")), text)),
        Value::Array(items) => items
            .iter()
            .map(|item| scalar(w, name, item))
            .collect::<Vec<_>>()
            .join(", "),
        Value::Object(_) => String::new(),
    }
}
