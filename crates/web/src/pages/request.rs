//! One request: what is asked, what the gate found, who decided what, the answer, and everything
//! that happened, with proof.

use super::case_view::{AnswerLines, FileLine, Line, RequestLines, Row, files, people};
use super::delivery::{self, MessageLine};
use super::finding_view::FindingLine;
use super::grade_view::{Coverage, GradeMark};
use crate::desk::{Desk, html};
use crate::fault::{Fault, Refusal};
use crate::frame::Frame;
use crate::moment::second;
use crate::words::Words;
use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use journal::grade::Grade;
use journal::hash::Hash;
use office::authority::case_facts;
use office::state::{Decision, Incoming, Outgoing, Stage};
use office::{Case, Command};
use policy::{Action, Resource};
use records::ThreadId;
use safeguard::RegistryAnswer;

/// A step that the officer can take now.
struct Step {
    label: String,
    address: String,
    /// Taken at once; other steps open a page first.
    at_once: bool,
    primary: bool,
}

/// One thing that happened.
struct Event {
    title: String,
    time: String,
    who: String,
    detail: String,
    log: String,
    index: u64,
    leaf: String,
    address: String,
    grade: GradeMark,
}

#[derive(Template)]
#[template(path = "request.html")]
struct Page {
    frame: Frame,
    w: Words,
    row: Row,
    opened: String,
    request: RequestLines,
    message: String,
    files: Vec<FileLine>,
    findings: Vec<FindingLine>,
    registry: String,
    review: Option<ReviewLines>,
    people: Vec<Line>,
    answer: Option<AnswerLines>,
    answer_files: Vec<FileLine>,
    answer_pending: bool,
    ground: String,
    steps: Vec<Step>,
    waits_for: String,
    messages: Vec<MessageLine>,
    /// The lowest grade among its entries.
    grade: GradeMark,
    timeline: Vec<Event>,
}

struct ReviewLines {
    decision: String,
    reason: String,
    by: String,
    at: String,
}

/// The case named in an address, if the officer may read it.
pub(crate) fn case_of(desk: &Desk, thread: &str) -> Result<Case, Fault> {
    // Before anything else, so that nobody learns from the answer whether a case exists.
    desk.require(Action::ReadCases)?;
    let thread: ThreadId = thread.parse().map_err(|_| Fault::NotFound)?;
    let case = desk.reader().case(thread)?;
    if desk.may_with(Action::ReadCases, case_facts(&case)) {
        Ok(case)
    } else {
        Err(Fault::NotForYou)
    }
}

/// Shows a request.
pub(crate) async fn show(desk: Desk, Path(thread): Path<String>) -> Response {
    desk.serve(move |desk| page(desk, &thread, None)).await
}

/// Hands a draft in for release.
pub(crate) async fn submit(desk: Desk, Path(thread): Path<String>) -> Response {
    desk.serve(move |desk| {
        let case = case_of(desk, &thread)?;
        match desk.execute(&Command::SubmitRequest {
            thread: case.thread,
        }) {
            Ok(_) => Ok(desk.done("request-submitted", &format!("/requests/{}", case.thread))),
            Err(error) => page(desk, &thread, Some(Refusal::of(desk.words, &error))),
        }
    })
    .await
}

fn page(desk: &Desk, thread: &str, refusal: Option<Refusal>) -> Result<Response, Fault> {
    let case = case_of(desk, thread)?;
    let w = desk.words;
    let request = &case.request;
    let pending = case.draft.as_ref().filter(|_| case.answer.is_none());
    let answer = match (&case.answer, pending) {
        (Some(given), _) => Some(AnswerLines::of(w, &given.answer, request)),
        (None, Some(drafted)) => Some(AnswerLines::of(w, &drafted.draft.answer, request)),
        (None, None) => None,
    };
    let attached = case
        .answer
        .as_ref()
        .map(|a| &a.attachments)
        .or(pending.map(|d| &d.attachments));
    let ground = case
        .answer
        .as_ref()
        .and_then(|a| a.ground)
        .or(pending.and_then(|d| d.draft.ground));
    let (grade, timeline) = timeline(desk, &case)?;
    let sent: Vec<Hash> = case
        .message
        .into_iter()
        .chain(case.answer.as_ref().map(|answer| answer.message))
        .collect();
    let page = Page {
        frame: desk.frame_with(&format!("/requests/{}", case.thread), refusal),
        w,
        row: Row::of(w, &case, desk.now()),
        opened: second(case.opened),
        request: RequestLines::of(w, request),
        message: case
            .message
            .map(|hash| hash.to_string())
            .unwrap_or_default(),
        files: files(w, &case, &case.attachments),
        findings: case
            .screening
            .findings
            .iter()
            .map(|finding| FindingLine::of(w, finding))
            .collect(),
        registry: registry(w, case.screening.registry),
        review: case.review.as_ref().map(|review| ReviewLines {
            decision: w.label("decision", decision_code(review.decision)),
            reason: w.seen(&review.reason),
            by: w.seen(&review.by),
            at: second(review.at),
        }),
        people: people(w, &case),
        answer,
        answer_files: attached
            .map(|list| files(w, &case, list))
            .unwrap_or_default(),
        answer_pending: pending.is_some(),
        ground: ground
            .map(|ground| w.label("ground", ground.code()))
            .unwrap_or_default(),
        steps: steps(desk, &case),
        waits_for: w.label("waits", case.stage.code()),
        messages: delivery::of_messages(desk, &sent)?,
        grade: GradeMark::of(w, grade),
        timeline,
    };
    html(page.frame.refusal.as_ref(), &page)
}

/// The code of a decision, as the journal has it.
pub(crate) const fn decision_code(decision: Decision) -> &'static str {
    match decision {
        Decision::Clear => "clear",
        Decision::ClearWithConditions => "clear-with-conditions",
        Decision::Hold => "hold",
        Decision::Reject => "reject",
    }
}

/// What the registry of protected selectors acknowledged.
pub(crate) fn registry(w: Words, answer: RegistryAnswer) -> String {
    w.t(match answer {
        RegistryAnswer::NoGuardianAppointed => "registry-no-guardian",
        RegistryAnswer::SentToGuardian => "registry-sent",
    })
}

/// The steps that state and policies allow this officer. Reading what waits for release is open to
/// all who read cases: who may release it is decided, with reasons, when they try.
fn steps(desk: &Desk, case: &Case) -> Vec<Step> {
    let w = desk.words;
    let may = |action| desk.may_with(action, case_facts(case));
    let step = |id: &str, page: &str, at_once, primary| Step {
        label: w.t(&format!("step-{id}")),
        address: format!("/requests/{}/{page}", case.thread),
        at_once,
        primary,
    };
    let mut steps = Vec::new();
    match case.stage {
        Stage::Outgoing(state) => {
            if state == Outgoing::Drafted && may(Action::SubmitRequest) {
                steps.push(step("submit", "submit", true, true));
            }
            if state == Outgoing::Held && may(Action::ReviewScreening) {
                steps.push(step("review", "review", false, true));
            }
            if state == Outgoing::Submitted {
                steps.push(step(
                    "release-request",
                    "release",
                    false,
                    may(Action::ReleaseRequest),
                ));
            }
            if state.withdrawn().is_ok() && may(Action::WithdrawRequest) {
                steps.push(step("withdraw", "withdraw", false, false));
            }
        }
        Stage::Incoming(state) => {
            if matches!(state, Incoming::AnswerDrafted(_)) {
                steps.push(step(
                    "release-answer",
                    "release",
                    false,
                    may(Action::ReleaseAnswer),
                ));
            }
            if state.answer_drafted().is_ok() && may(Action::DraftAnswer) {
                let again = case.draft.is_some();
                steps.push(step(
                    if again { "redraft" } else { "draft-answer" },
                    "answer",
                    false,
                    !again,
                ));
            }
            if state.awaits_answer() && may(Action::ReviewScreening) {
                let first = state.review().is_none();
                steps.push(step(
                    if first { "review" } else { "review-again" },
                    "review",
                    false,
                    first,
                ));
            }
        }
    }
    steps
}

/// What happened, and the lowest grade among the entries that say so.
fn timeline(desk: &Desk, case: &Case) -> Result<(Grade, Vec<Event>), Fault> {
    let w = desk.words;
    let coverage = Coverage::of(desk, office::OFFICE_LOG)?;
    let (mut lowest, mut events) = (Grade::QuorumWitnessed, Vec::new());
    for line in desk.reader().timeline(case.thread)? {
        let detail = match line.text("kind") {
            "screening.reviewed" => {
                format!(
                    "{}: {}",
                    w.label("decision", line.text("review")),
                    w.seen(line.text("reason"))
                )
            }
            "answer.drafted" | "answer.released" | "answer.received" => {
                w.label("outcome", line.text("outcome"))
            }
            "request.withdrawn" => w.seen(line.text("reason")),
            _ => String::new(),
        };
        // All of a case's revisions derive from entries of the office journal.
        let grade = coverage.grade(line.entry.index);
        lowest = lowest.min(grade);
        events.push(Event {
            grade: GradeMark::of(w, grade),
            title: w.label("kind", line.text("kind")),
            time: line
                .text("time")
                .parse()
                .map_or_else(|_| line.text("time").to_owned(), second),
            who: w.seen(line.text("actor")),
            detail,
            address: format!("/journal/{}/{}", line.entry.log, line.entry.index),
            log: line.entry.log,
            index: line.entry.index,
            leaf: line.leaf.to_string(),
        });
    }
    Ok((lowest, events))
}

/// A case as the policies see one that does not exist yet.
pub(crate) fn facts_of_new_request(exercise: bool) -> Resource {
    Resource::Case(policy::CaseFacts {
        own_request: true,
        drafted_by: None,
        submitted_by: None,
        reviewed_by: None,
        screening: policy::Screening::Open,
        findings_open: 0,
        guardian: policy::Guardian::NotAppointed,
        discloses_content: false,
        exercise,
    })
}
