//! Release by a second officer: everything that leaves the house, on one page, before it leaves.

use super::case_view::{AnswerLines, FileLine, Line, RequestLines, Row, files, people};
use super::finding_view::FindingLine;
use super::request::case_of;
use crate::desk::{Desk, html};
use crate::fault::{Fault, Refusal};
use crate::frame::Frame;
use crate::words::Words;
use askama::Template;
use axum::extract::{Form, Path};
use axum::response::{IntoResponse, Redirect, Response};
use journal::hash::Hash;
use office::authority::case_facts;
use office::state::{Incoming, Outgoing, Stage};
use office::{Case, Command};
use policy::Action;
use serde::Deserialize;

#[derive(Template)]
#[template(path = "release.html")]
struct Page {
    frame: Frame,
    w: Words,
    row: Row,
    /// Whether an answer leaves; else a request of our own.
    is_answer: bool,
    request: RequestLines,
    answer: Option<AnswerLines>,
    files: Vec<FileLine>,
    findings: Vec<FindingLine>,
    /// Stays in the house.
    ground: String,
    internal_reason: String,
    people: Vec<Line>,
    allowed: bool,
    /// Stands for the draft on this page.
    read: String,
}

/// Shows what would leave.
pub(crate) async fn show(desk: Desk, Path(thread): Path<String>) -> Response {
    desk.serve(move |desk| page(desk, &thread, None)).await
}

/// What the officer confirms: the release of what was on the page.
#[derive(Deserialize)]
pub(crate) struct Confirmed {
    /// Hash of the draft or document that was on the page; empty for a request of our own, which
    /// cannot change once it was handed in.
    #[serde(default)]
    read: String,
}

impl Confirmed {
    /// What was read. A form that does not say it gets the hash of nothing, which releases nothing.
    pub(crate) fn read(&self) -> Hash {
        self.read.parse().unwrap_or(Hash([0; 32]))
    }
}

/// Lets it leave.
pub(crate) async fn release(
    desk: Desk,
    Path(thread): Path<String>,
    Form(confirmed): Form<Confirmed>,
) -> Response {
    desk.serve(move |desk| {
        let case = case_of(desk, &thread)?;
        let (command, note) = match case.stage {
            Stage::Incoming(_) => (
                Command::ReleaseAnswer {
                    thread: case.thread,
                    read: Some(confirmed.read()),
                },
                "answer-released",
            ),
            Stage::Outgoing(_) => (
                Command::ReleaseRequest {
                    thread: case.thread,
                },
                "request-released",
            ),
        };
        match desk.execute(&command) {
            Ok(_) => Ok(desk.done(note, &format!("/requests/{}", case.thread))),
            Err(error) => page(desk, &thread, Some(Refusal::of(desk.words, &error))),
        }
    })
    .await
}

const fn waits(case: &Case) -> bool {
    matches!(
        case.stage,
        Stage::Incoming(Incoming::AnswerDrafted(_)) | Stage::Outgoing(Outgoing::Submitted)
    )
}

fn page(desk: &Desk, thread: &str, refusal: Option<Refusal>) -> Result<Response, Fault> {
    let case = case_of(desk, thread)?;
    if !waits(&case) && refusal.is_none() {
        return Ok(Redirect::to(&format!("/requests/{}", case.thread)).into_response());
    }
    let w = desk.words;
    let is_answer = matches!(case.stage, Stage::Incoming(_));
    let drafted = case.draft.as_ref().filter(|_| is_answer);
    // What travels, not what was typed: the coarse reason is worked out on the way.
    let answer = drafted.map(|drafted| {
        let finished = drafted.draft.finish(case.request.items.len());
        AnswerLines::of(
            w,
            finished.as_ref().unwrap_or(&drafted.draft.answer),
            &case.request,
        )
    });
    let screening = drafted.map_or(&case.screening, |drafted| &drafted.screening);
    let action = if is_answer {
        Action::ReleaseAnswer
    } else {
        Action::ReleaseRequest
    };
    let page = Page {
        frame: desk.frame_with(&format!("/requests/{}/release", case.thread), refusal),
        w,
        row: Row::of(w, &case, desk.now()),
        is_answer,
        request: RequestLines::of(w, &case.request),
        answer,
        files: files(
            w,
            &case,
            drafted.map_or(&case.attachments, |drafted| &drafted.attachments),
        ),
        findings: screening
            .findings
            .iter()
            .map(|finding| FindingLine::of(w, finding))
            .collect(),
        ground: drafted
            .and_then(|d| d.draft.ground)
            .map(|g| w.label("ground", g.code()))
            .unwrap_or_default(),
        internal_reason: drafted
            .and_then(|d| d.draft.internal_reason.as_deref())
            .map(|t| w.seen(t))
            .unwrap_or_default(),
        people: people(w, &case),
        allowed: desk.may_with(action, case_facts(&case)),
        read: drafted
            .map(|drafted| drafted.hash().to_string())
            .unwrap_or_default(),
    };
    html(page.frame.refusal.as_ref(), &page)
}
