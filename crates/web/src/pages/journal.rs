//! The journal: logs with their signed heads, entries, and proofs to take away.

use crate::desk::{Desk, html};
use crate::fault::Fault;
use crate::frame::Frame;
use crate::moment::second;
use crate::words::Words;
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use journal::proof::inclusion_proof;
use journal::proof_file::ProofFile;
use policy::Action;
use serde::Deserialize;
use store::{EntryRef, Head, LogTiles};

/// Entries on one page.
const ROWS: u64 = 50;

/// Fields that say nothing about what a case is about. Whoever may read the journal but no cases,
/// such as the operator, sees these and no others.
const OPEN_FIELDS: [&str; 19] = [
    "kind", "time", "actor", "act", "message", "message_kind", "seq", "event", "receipt", "peer", "peer_entry", "size",
    "root", "fingerprint", "manifest", "version", "count", "sha256", "code",
];

struct LogLine {
    name: String,
    label: String,
    origin: String,
    size: u64,
    root: String,
    checkpoint: String,
}

impl LogLine {
    fn of(w: Words, head: Head) -> Self {
        let label = match head.log.strip_prefix("exchange-") {
            Some(peer) => w.with("log-exchange", "peer", peer),
            None => w.label("log", &head.log),
        };
        Self { label, name: head.log, origin: head.origin, size: head.size, root: head.root.to_string(), checkpoint: head.checkpoint }
    }
}

#[derive(Template)]
#[template(path = "journal.html")]
struct Page {
    frame: Frame,
    w: Words,
    logs: Vec<LogLine>,
}

/// Shows all logs.
pub(crate) async fn show(desk: Desk) -> Response {
    desk.serve(|desk| {
        desk.require(Action::ReadJournal)?;
        let database = desk.reader().database();
        let logs = database
            .logs()?
            .iter()
            .map(|log| Ok(LogLine::of(desk.words, database.head(log)?)))
            .collect::<Result<_, Fault>>()?;
        html(None, &Page { frame: desk.frame("/journal"), w: desk.words, logs })
    })
    .await
}

struct EntryLine {
    index: u64,
    kind: String,
    time: String,
    actor: String,
    case: String,
    short: String,
}

#[derive(Template)]
#[template(path = "journal_log.html")]
struct LogPage {
    frame: Frame,
    w: Words,
    log: LogLine,
    entries: Vec<EntryLine>,
    newer: Option<u64>,
    older: Option<u64>,
}

/// Which entries to show.
#[derive(Deserialize)]
pub(crate) struct Before {
    /// Entries before this number; the newest without it.
    before: Option<u64>,
}

/// Shows the entries of a log, the newest first.
pub(crate) async fn log(desk: Desk, Path(log): Path<String>, Query(query): Query<Before>) -> Response {
    desk.serve(move |desk| {
        desk.require(Action::ReadJournal)?;
        let reads_cases = desk.may(Action::ReadCases);
        let w = desk.words;
        let head = desk.reader().head(&log)?;
        let end = query.before.unwrap_or(head.size).min(head.size);
        let start = end.saturating_sub(ROWS);
        let mut entries: Vec<EntryLine> = desk
            .reader()
            .lines(&log, start, end)?
            .iter()
            .map(|line| {
                let case = if line.text("case").is_empty() { line.text("thread") } else { line.text("case") };
                let case = if reads_cases { case } else { "" };
                EntryLine {
                    index: line.entry.index,
                    kind: w.label("kind", line.text("kind")),
                    time: line.text("time").parse().map_or_else(|_| w.seen(line.text("time")), second),
                    actor: w.seen(line.text("actor")),
                    short: super::case_view::short(case),
                    case: case.to_owned(),
                }
            })
            .collect();
        entries.reverse();
        let page = LogPage {
            frame: desk.frame(&format!("/journal/{log}")),
            w,
            newer: (end < head.size).then(|| end.saturating_add(ROWS).min(head.size)),
            older: (start > 0).then_some(start),
            log: LogLine::of(w, head),
            entries,
        };
        html(None, &page)
    })
    .await
}

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
    case: String,
}

/// Shows one entry with its proof.
pub(crate) async fn entry(desk: Desk, Path((log, index)): Path<(String, u64)>) -> Response {
    desk.serve(move |desk| {
        desk.require(Action::ReadJournal)?;
        let w = desk.words;
        let line = desk.reader().line(&EntryRef { log: log.clone(), index })?;
        let file = proof_file(desk, &log, index)?;
        let fields = line.body.as_ref().map(|body| {
            body.fields().iter().map(|(name, value)| field_line(desk, name, value)).collect()
        });
        let case = if desk.may(Action::ReadCases) { line.text("case") } else { "" };
        let page = EntryPage {
            frame: desk.frame(&format!("/journal/{log}/{index}")),
            w,
            log: LogLine::of(w, desk.reader().head(&log)?),
            index,
            kind: w.label("kind", line.text("kind")),
            time: line.text("time").parse().map_or_else(|_| w.seen(line.text("time")), second),
            leaf: line.leaf.to_string(),
            destroyed: line.body.is_none(),
            fields: fields.unwrap_or_default(),
            proof: file.proof.iter().map(ToString::to_string).collect(),
            case: case.to_owned(),
        };
        html(None, &page)
    })
    .await
}

fn field_line(desk: &Desk, name: &str, value: &serde_json::Value) -> FieldLine {
    let shown = OPEN_FIELDS.contains(&name)
        || desk.may(Action::ReadCases)
        || (matches!(name, "record" | "id" | "inquiry" | "document" | "source") && desk.may(Action::ReadRecords));
    let text = match value {
        _ if !shown => String::new(),
        serde_json::Value::String(text) => text.clone(),
        other => serde_json::to_string_pretty(other).unwrap_or_default(),
    };
    FieldLine { name: name.to_owned(), long: text.contains('\n'), value: desk.words.seen(&text), hidden: !shown }
}

fn proof_file(desk: &Desk, log: &str, index: u64) -> Result<ProofFile, Fault> {
    let head = desk.reader().head(log)?;
    if index >= head.size {
        return Err(Fault::NotFound);
    }
    let tiles = LogTiles::new(desk.reader().database().clone(), log);
    let proof = inclusion_proof(&tiles, index, head.size).map_err(|error| {
        Fault::Office(office::OfficeError::Invalid { field: "proof".to_owned(), problem: error.to_string() })
    })?;
    Ok(ProofFile { extra: None, index, proof, checkpoint: head.checkpoint })
}

/// Hands out the proof of an entry as a C2SP `tlog-proof` file.
pub(crate) async fn proof(desk: Desk, Path((log, index)): Path<(String, u64)>) -> Response {
    desk.serve(move |desk| {
        desk.require(Action::ReadJournal)?;
        let text = proof_file(desk, &log, index)?.to_string();
        Ok(plain_file(&format!("{log}-{index}.tlog-proof"), text))
    })
    .await
}

/// Hands out the newest signed head of a log.
pub(crate) async fn checkpoint(desk: Desk, Path(log): Path<String>) -> Response {
    desk.serve(move |desk| {
        desk.require(Action::ReadJournal)?;
        let head = desk.reader().head(&log)?;
        Ok(plain_file(&format!("{log}-{}.checkpoint", head.size), head.checkpoint))
    })
    .await
}

fn plain_file(name: &str, text: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    (headers, text).into_response()
}
