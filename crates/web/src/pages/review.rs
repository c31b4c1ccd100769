//! The review of a screening: request and findings side by side, a decision, a reason.

use super::case_view::{RequestLines, Row};
use super::finding_view::FindingLine;
use super::request::{case_of, decision_code, registry};
use crate::desk::{Desk, html};
use crate::fault::{Fault, Refusal};
use crate::form::{Control, Input, Section, choices, problems};
use crate::frame::Frame;
use crate::words::Words;
use askama::Template;
use axum::extract::{Form, Path};
use axum::response::Response;
use office::authority::case_facts;
use office::state::{Decision, Stage};
use office::{Case, Command};
use policy::Action;
use serde::Deserialize;

const FOR_THEIRS: [Decision; 4] = [
    Decision::Clear,
    Decision::ClearWithConditions,
    Decision::Hold,
    Decision::Reject,
];
/// A request of our own is let go on or ended; conditions are for answers.
const FOR_OURS: [Decision; 3] = [Decision::Clear, Decision::Hold, Decision::Reject];

/// The form.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct Entered {
    decision: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "review.html")]
struct Page {
    frame: Frame,
    w: Words,
    row: Row,
    request: RequestLines,
    findings: Vec<FindingLine>,
    registry: String,
    allowed: bool,
    section: Section,
}

/// Shows the form.
pub(crate) async fn show(desk: Desk, Path(thread): Path<String>) -> Response {
    desk.serve(move |desk| page(desk, &thread, &Entered::default(), None))
        .await
}

/// Decides.
pub(crate) async fn decide(
    desk: Desk,
    Path(thread): Path<String>,
    Form(entered): Form<Entered>,
) -> Response {
    desk.serve(move |desk| {
        let case = case_of(desk, &thread)?;
        let mut section = section(desk.words, &case, &entered);
        let decision = FOR_THEIRS
            .into_iter()
            .find(|decision| decision_code(*decision) == entered.decision);
        for input in &mut section.inputs {
            input.require(desk.words);
        }
        let wrong = problems(std::slice::from_ref(&section));
        let (Some(decision), true) = (decision, wrong.is_empty()) else {
            return page(
                desk,
                &thread,
                &entered,
                Some(Refusal::of_form(desk.words, wrong)),
            );
        };
        let command = Command::ReviewScreening {
            thread: case.thread,
            decision,
            reason: entered.reason.clone(),
        };
        match desk.execute(&command) {
            Ok(_) => Ok(desk.done("screening-reviewed", &format!("/requests/{}", case.thread))),
            Err(error) => page(
                desk,
                &thread,
                &entered,
                Some(Refusal::of(desk.words, &error)),
            ),
        }
    })
    .await
}

fn section(w: Words, case: &Case, entered: &Entered) -> Section {
    let decisions: &[Decision] = match case.stage {
        Stage::Incoming(_) => &FOR_THEIRS,
        Stage::Outgoing(_) => &FOR_OURS,
    };
    let codes = decisions.iter().map(|decision| decision_code(*decision));
    let offered = choices(w, "decision", codes, &entered.decision);
    Section {
        title: w.t("review-decide"),
        inputs: vec![
            Input::new(
                w,
                "decision",
                Control::Radio(offered),
                entered.decision.as_str(),
            ),
            Input::new(w, "reason", Control::Area(5), entered.reason.as_str()),
        ],
    }
}

fn page(
    desk: &Desk,
    thread: &str,
    entered: &Entered,
    refusal: Option<Refusal>,
) -> Result<Response, Fault> {
    let case = case_of(desk, thread)?;
    let w = desk.words;
    let mut section = section(w, &case, entered);
    if refusal.is_some() {
        for input in &mut section.inputs {
            input.require(w);
        }
    }
    let page = Page {
        frame: desk.frame_with(&format!("/requests/{}/review", case.thread), refusal),
        w,
        row: Row::of(w, &case, desk.now()),
        request: RequestLines::of(w, &case.request),
        findings: case
            .screening
            .findings
            .iter()
            .map(|finding| FindingLine::of(w, finding))
            .collect(),
        registry: registry(w, case.screening.registry),
        allowed: desk.may_with(Action::ReviewScreening, case_facts(&case)),
        section,
    };
    html(page.frame.refusal.as_ref(), &page)
}
