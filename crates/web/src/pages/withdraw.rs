//! Taking a request of our own back.

use super::case_view::Row;
use super::request::case_of;
use crate::desk::{Desk, html};
use crate::fault::{Fault, Refusal};
use crate::form::{Control, Input, Section, problems};
use crate::frame::Frame;
use crate::words::Words;
use askama::Template;
use axum::extract::{Form, Path};
use axum::response::Response;
use office::Command;
use serde::Deserialize;

/// The form.
#[derive(Deserialize, Default)]
pub(crate) struct Entered {
    #[serde(default)]
    reason: String,
}

#[derive(Template)]
#[template(path = "withdraw.html")]
struct Page {
    frame: Frame,
    w: Words,
    row: Row,
    has_left: bool,
    section: Section,
}

/// Shows the form.
pub(crate) async fn show(desk: Desk, Path(thread): Path<String>) -> Response {
    desk.serve(move |desk| page(desk, &thread, section(desk.words, ""), None))
        .await
}

/// Takes the request back.
pub(crate) async fn withdraw(
    desk: Desk,
    Path(thread): Path<String>,
    Form(entered): Form<Entered>,
) -> Response {
    desk.serve(move |desk| {
        let case = case_of(desk, &thread)?;
        let mut section = section(desk.words, &entered.reason);
        for input in &mut section.inputs {
            input.require(desk.words);
        }
        let wrong = problems(std::slice::from_ref(&section));
        if !wrong.is_empty() {
            return page(
                desk,
                &thread,
                section,
                Some(Refusal::of_form(desk.words, wrong)),
            );
        }
        match desk.execute(&Command::WithdrawRequest {
            thread: case.thread,
            reason: entered.reason,
        }) {
            Ok(_) => Ok(desk.done("request-withdrawn", &format!("/requests/{}", case.thread))),
            Err(error) => page(
                desk,
                &thread,
                section,
                Some(Refusal::of(desk.words, &error)),
            ),
        }
    })
    .await
}

fn section(w: Words, reason: &str) -> Section {
    let input = Input::new(w, "withdraw_reason", Control::Area(4), reason);
    Section {
        title: String::new(),
        inputs: vec![Input {
            id: "reason".to_owned(),
            ..input
        }],
    }
}

fn page(
    desk: &Desk,
    thread: &str,
    section: Section,
    refusal: Option<Refusal>,
) -> Result<Response, Fault> {
    let case = case_of(desk, thread)?;
    let w = desk.words;
    let page = Page {
        frame: desk.frame_with(&format!("/requests/{}/withdraw", case.thread), refusal),
        w,
        row: Row::of(w, &case, desk.now()),
        has_left: case.message.is_some(),
        section,
    };
    html(page.frame.refusal.as_ref(), &page)
}
