//! The journal: logs with their signed heads, entries, and proofs to take away.

use super::grade_view::{Coverage, GradeMark};
use crate::desk::{Desk, html};
use crate::fault::Fault;
use crate::frame::Frame;
use crate::moment::second;
use crate::standing::log_name;
use crate::words::Words;
use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use policy::Action;
use serde::Deserialize;
use store::Head;

/// Entries on one page.
const ROWS: u64 = 50;

pub(crate) struct LogLine {
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) origin: String,
    pub(crate) size: u64,
    pub(crate) root: String,
    pub(crate) checkpoint: String,
    /// How far others have vouched for it, in words.
    pub(crate) coverage: Vec<String>,
}

impl LogLine {
    pub(crate) fn of(w: Words, head: Head) -> Self {
        Self {
            label: log_name(w, &head.log),
            coverage: Vec::new(),
            name: head.log,
            origin: head.origin,
            size: head.size,
            root: head.root.to_string(),
            checkpoint: head.checkpoint,
        }
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
        let mut names = database.logs()?;
        // The house's own before those it shares.
        names.sort_by_key(|name| (name != office::OFFICE_LOG, name.clone()));
        let logs = names
            .iter()
            .map(|log| {
                Ok(LogLine {
                    coverage: Coverage::of(desk, log)?.lines(desk.words),
                    ..LogLine::of(desk.words, database.head(log)?)
                })
            })
            .collect::<Result<_, Fault>>()?;
        html(
            None,
            &Page {
                frame: desk.frame("/journal"),
                w: desk.words,
                logs,
            },
        )
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
    grade: GradeMark,
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
pub(crate) async fn log(
    desk: Desk,
    Path(log): Path<String>,
    Query(query): Query<Before>,
) -> Response {
    desk.serve(move |desk| {
        desk.require(Action::ReadJournal)?;
        let reads_cases = desk.may(Action::ReadCases);
        let w = desk.words;
        let head = desk.reader().head(&log)?;
        let end = query.before.unwrap_or(head.size).min(head.size);
        let start = end.saturating_sub(ROWS);
        let coverage = Coverage::of(desk, &log)?;
        let mut entries: Vec<EntryLine> = desk
            .reader()
            .lines(&log, start, end)?
            .iter()
            .map(|line| {
                let case = if line.text("case").is_empty() {
                    line.text("thread")
                } else {
                    line.text("case")
                };
                let case = if reads_cases { case } else { "" };
                EntryLine {
                    index: line.entry.index,
                    grade: GradeMark::of(w, coverage.grade(line.entry.index)),
                    // A destroyed entry says nothing any more, not even what it was.
                    kind: if line.body.is_some() {
                        w.label("kind", line.text("kind"))
                    } else {
                        w.t("entry-destroyed-short")
                    },
                    time: line
                        .text("time")
                        .parse()
                        .map_or_else(|_| w.seen(line.text("time")), second),
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
            log: LogLine {
                coverage: coverage.lines(w),
                ..LogLine::of(w, head)
            },
            entries,
        };
        html(None, &page)
    })
    .await
}
