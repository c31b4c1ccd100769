//! One entry of a log, with its proof to take away.

use super::grade_view::EvidenceLine;
use super::journal::LogLine;
use crate::desk::{Desk, html};
use crate::fault::Fault;
use crate::frame::Frame;
use crate::moment::second;
use crate::words::Words;
use askama::Template;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use policy::Action;
use store::EntryRef;

/// Fields that say nothing about what a case is about. Whoever may read the journal but no cases,
/// such as the operator, sees these and no others.
const OPEN_FIELDS: [&str; 19] = [
    "kind",
    "time",
    "actor",
    "act",
    "message",
    "message_kind",
    "seq",
    "event",
    "receipt",
    "peer",
    "peer_entry",
    "size",
    "root",
    "fingerprint",
    "manifest",
    "version",
    "count",
    "sha256",
    "code",
];

struct FieldLine {
    name: String,
    value: String,
    long: bool,
    hidden: bool,
}

#[derive(Template)]
#[template(path = "journal_entry.html")]
struct EntryPage {
    frame: Frame,
    w: Words,
    log: LogLine,
    index: u64,
    kind: String,
    time: String,
    leaf: String,
    destroyed: bool,
    fields: Vec<FieldLine>,
    proof: Vec<String>,
    /// The checkpoint that the proof leads to: its number of entries and its root.
    size: String,
    root: String,
    evidence: EvidenceLine,
    case: String,
}

/// Shows one entry with its proof.
pub(crate) async fn show(desk: Desk, Path((log, index)): Path<(String, u64)>) -> Response {
    desk.serve(move |desk| {
        desk.require(Action::ReadJournal)?;
        let w = desk.words;
        let entry = EntryRef {
            log: log.clone(),
            index,
        };
        let line = desk.reader().line(&entry)?;
        let file = desk.reader().proof_file(&entry)?;
        let mut head = file.checkpoint.lines().skip(1).map(str::to_owned);
        let fields = line.body.as_ref().map(|body| {
            body.fields()
                .iter()
                .map(|(name, value)| field_line(desk, name, value))
                .collect()
        });
        let case = if desk.may(Action::ReadCases) {
            line.text("case")
        } else {
            ""
        };
        let page = EntryPage {
            frame: desk.frame(&format!("/journal/{log}/{index}")),
            w,
            log: LogLine::of(w, desk.reader().head(&log)?),
            index,
            kind: if line.body.is_some() {
                w.label("kind", line.text("kind"))
            } else {
                w.t("entry-destroyed-short")
            },
            time: line
                .text("time")
                .parse()
                .map_or_else(|_| w.seen(line.text("time")), second),
            leaf: line.leaf.to_string(),
            destroyed: line.body.is_none(),
            fields: fields.unwrap_or_default(),
            proof: file.proof.iter().map(ToString::to_string).collect(),
            size: head.next().unwrap_or_default(),
            root: head.next().unwrap_or_default(),
            evidence: EvidenceLine::of(w, &desk.reader().grade(&entry)?),
            case: case.to_owned(),
        };
        html(None, &page)
    })
    .await
}

fn field_line(desk: &Desk, name: &str, value: &serde_json::Value) -> FieldLine {
    let shown = OPEN_FIELDS.contains(&name)
        || desk.may(Action::ReadCases)
        || (matches!(name, "record" | "id" | "inquiry" | "document" | "source")
            && desk.may(Action::ReadRecords));
    let text = match value {
        _ if !shown => String::new(),
        serde_json::Value::String(text) => text.clone(),
        other => serde_json::to_string_pretty(other).unwrap_or_default(),
    };
    FieldLine {
        name: name.to_owned(),
        long: text.contains('\n'),
        value: desk.words.seen(&text),
        hidden: !shown,
    }
}

/// Hands out the proof of an entry as a C2SP `tlog-proof` file.
pub(crate) async fn proof(desk: Desk, Path((log, index)): Path<(String, u64)>) -> Response {
    desk.serve(move |desk| {
        desk.require(Action::ReadJournal)?;
        let entry = EntryRef {
            log: log.clone(),
            index,
        };
        let size = desk.reader().head(&log)?.size;
        if index >= size {
            return Err(Fault::NotFound);
        }
        let text = desk.reader().proof_file(&entry)?.to_string();
        Ok(plain_file(&format!("{log}-{index}.tlog-proof"), text))
    })
    .await
}

/// Hands out the newest signed head of a log.
pub(crate) async fn checkpoint(desk: Desk, Path(log): Path<String>) -> Response {
    desk.serve(move |desk| {
        desk.require(Action::ReadJournal)?;
        let head = desk.reader().head(&log)?;
        Ok(plain_file(
            &format!("{log}-{}.checkpoint", head.size),
            head.checkpoint,
        ))
    })
    .await
}

fn plain_file(name: &str, text: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    (headers, text).into_response()
}
