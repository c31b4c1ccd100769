//! Drafting the answer to a request of the counterpart. A refusal is an answer too.

use super::case_view::{RequestLines, Row};
use super::request::case_of;
use super::request_new::LANGUAGES;
use super::upload::Upload;
use crate::desk::{Desk, html};
use crate::fault::{Fault, Refusal};
use crate::form::{Control, Input, Section, choices, choices_or_none, problems};
use crate::frame::Frame;
use crate::visible::visible;
use crate::words::Words;
use askama::Template;
use axum::extract::{Multipart, Path};
use axum::response::{IntoResponse, Response};
use office::authority::case_facts;
use office::{Case, Command};
use policy::Action;
use records::answer::{AnswerDraft, Conditions};
use records::marking::{Handling, Tlp};
use records::vocabulary::{Ground, Outcome};
use records::{Answer, ItemOutcome, Marking, Timestamp};

/// Days after which an answer must be deleted, unless the officer says otherwise.
const RETAIN_SECONDS: i64 = 365 * 24 * 3600;

#[derive(Template)]
#[template(path = "answer.html")]
struct Page {
    frame: Frame,
    w: Words,
    row: Row,
    request: RequestLines,
    allowed: bool,
    sections: Vec<Section>,
}

/// Shows the form: empty, or with the draft that is to be changed.
pub(crate) async fn show(desk: Desk, Path(thread): Path<String>) -> Response {
    desk.serve(move |desk| {
        let case = case_of(desk, &thread)?;
        let entered = from_draft(&case, desk.now());
        page(
            desk,
            &case,
            sections(desk.words, &case, &|name| entered(name)),
            None,
        )
    })
    .await
}

/// Files the draft, or shows the form again with everything that was entered.
pub(crate) async fn draft(desk: Desk, Path(thread): Path<String>, form: Multipart) -> Response {
    let upload = match Upload::read(form).await {
        Ok(upload) => upload,
        Err(error) => return error.into_response(),
    };
    desk.serve(move |desk| {
        let case = case_of(desk, &thread)?;
        let w = desk.words;
        let mut sections = sections(w, &case, &|name| upload.text(name).to_owned());
        for input in sections
            .iter_mut()
            .flat_map(|section| &mut section.inputs)
            .filter(|input| !input.optional)
        {
            input.require(w);
        }
        let wrong = problems(&sections);
        let draft = read(&upload, &case).filter(|_| wrong.is_empty());
        let Some(draft) = draft else {
            return page(desk, &case, sections, Some(Refusal::of_form(w, wrong)));
        };
        let drafted = upload.attachments(desk.office()).and_then(|attachments| {
            desk.execute(&Command::DraftAnswer {
                thread: case.thread,
                draft: Box::new(draft),
                attachments,
            })
        });
        match drafted {
            Ok(_) => Ok(desk.done("answer-drafted", &format!("/requests/{}", case.thread))),
            Err(error) => page(desk, &case, sections, Some(Refusal::of(w, &error))),
        }
    })
    .await
}

fn page(
    desk: &Desk,
    case: &Case,
    sections: Vec<Section>,
    refusal: Option<Refusal>,
) -> Result<Response, Fault> {
    let w = desk.words;
    let page = Page {
        frame: desk.frame_with(&format!("/requests/{}/answer", case.thread), refusal),
        w,
        row: Row::of(w, case, desk.now()),
        request: RequestLines::of(w, &case.request),
        allowed: desk.may_with(Action::DraftAnswer, case_facts(case)),
        sections,
    };
    html(page.frame.refusal.as_ref(), &page)
}

/// What the form starts from.
fn from_draft(case: &Case, now: Timestamp) -> impl Fn(&str) -> String + '_ {
    let draft = case.draft.as_ref().map(|drafted| &drafted.draft);
    move |name| {
        let item = |prefix: &str| {
            let number: u32 = name.strip_prefix(prefix)?.parse().ok()?;
            draft?.answer.items.iter().find(|item| item.item == number)
        };
        let conditions = draft.and_then(|draft| draft.answer.conditions.as_ref());
        let ticked = |yes: bool| if yes { "on".to_owned() } else { String::new() };
        match name {
            "outcome" => draft.map(|d| d.answer.outcome.code().to_owned()),
            "ground" => draft
                .and_then(|d| d.ground)
                .map(|ground| ground.code().to_owned()),
            "internal_reason" => draft.and_then(|d| d.internal_reason.clone()),
            // What the form takes over from the other side must not deceive either.
            "legal_basis" => Some(draft.map_or_else(
                || visible(&case.request.legal_basis),
                |d| d.answer.legal_basis.clone(),
            )),
            "language" => Some(
                draft
                    .map_or(&case.request.language, |d| &d.answer.language)
                    .clone(),
            ),
            "tlp" => Some(
                draft
                    .map_or(case.request.marking.tlp, |d| d.answer.marking.tlp)
                    .code()
                    .to_owned(),
            ),
            "condition_purpose" => Some(
                conditions.map_or_else(|| visible(&case.request.purpose), |c| c.purpose.clone()),
            ),
            "condition_handling" => Some(
                conditions
                    .map_or(Handling::H2, |c| c.handling)
                    .code()
                    .to_owned(),
            ),
            "condition_onward" => Some(ticked(conditions.is_some_and(|c| c.onward_transfer))),
            "condition_retain" => Some(
                conditions
                    .map_or(now.plus_seconds(RETAIN_SECONDS).date(), |c| c.retain_until)
                    .to_string(),
            ),
            "condition_inhuman" => Some(ticked(conditions.is_none_or(|c| c.no_inhuman_treatment))),
            _ => item("item_text_")
                .map(|item| item.text.clone())
                .or_else(|| item("item_outcome_").map(|item| item.outcome.code().to_owned())),
        }
        .unwrap_or_default()
    }
}

fn sections(w: Words, case: &Case, entered: &dyn Fn(&str) -> String) -> Vec<Section> {
    let outcomes = || Outcome::ALL.iter().map(|outcome| outcome.code());
    let area = |id: &str, rows| Input::new(w, id, Control::Area(rows), entered(id));
    let select = |id: &str, list: &str, codes: Vec<&str>| {
        let chosen = entered(id);
        Input::new(
            w,
            id,
            Control::Select(choices(w, list, codes, &chosen)),
            chosen,
        )
    };
    let tick = |id: &str| Input::new(w, id, Control::Tick(!entered(id).is_empty()), "").optional();
    let mut items = Vec::new();
    for (number, asked) in (1u32..).zip(&case.request.items) {
        let outcome = format!("item_outcome_{number}");
        let chosen = entered(&outcome);
        let offered = choices_or_none(w, "outcome", outcomes(), &chosen);
        let input = Input::new(w, "item_outcome", Control::Select(offered), chosen);
        let label = format!("{} {number}: {}", w.t("field-item-outcome"), w.seen(asked));
        items.push(
            Input {
                id: outcome,
                ..input
            }
            .labelled(label),
        );
        let text = format!("item_text_{number}");
        let input = Input::new(w, "item_text", Control::Area(4), entered(&text));
        let label = format!("{} {number}", w.t("field-item-text"));
        items.push(Input { id: text, ..input }.labelled(label));
    }
    let chosen = entered("outcome");
    let outcome = Control::Select(choices_or_none(w, "outcome", outcomes(), &chosen));
    let ground = entered("ground");
    let grounds = Control::Select(choices_or_none(
        w,
        "ground",
        Ground::ALL.iter().map(|g| g.code()),
        &ground,
    ));
    let section = |id: &str, inputs| Section {
        title: w.t(&format!("section-{id}")),
        inputs,
    };
    vec![
        section(
            "outcome",
            vec![
                Input::new(w, "outcome", outcome, chosen),
                Input::new(w, "ground", grounds, ground).optional(),
                area("internal_reason", 3).optional(),
            ],
        ),
        section("items", items),
        section(
            "conditions",
            vec![
                area("condition_purpose", 2),
                select(
                    "condition_handling",
                    "handling",
                    Handling::ALL.iter().map(|h| h.code()).collect(),
                ),
                Input::new(
                    w,
                    "condition_retain",
                    Control::Date,
                    entered("condition_retain"),
                ),
                tick("condition_onward"),
                tick("condition_inhuman"),
            ],
        ),
        section(
            "transfer",
            vec![
                Input::new(w, "legal_basis", Control::Line, entered("legal_basis")),
                select("language", "language", LANGUAGES.to_vec()),
                select("tlp", "tlp", Tlp::ALL.iter().map(|t| t.code()).collect()),
                Input::new(w, "files", Control::Files, "").optional(),
            ],
        ),
    ]
}

/// What was entered; none where a code or day is not one.
fn read(upload: &Upload, case: &Case) -> Option<AnswerDraft> {
    let text = |name: &str| upload.text(name).trim().to_owned();
    let given = |name: &str| Some(text(name)).filter(|text| !text.is_empty());
    let outcome: Outcome = upload.text("outcome").parse().ok()?;
    let ground = match given("ground") {
        Some(code) => Some(code.parse().ok()?),
        None => None,
    };
    let mut items = Vec::new();
    for (item, _) in (1u32..).zip(&case.request.items) {
        let outcome = upload.text(&format!("item_outcome_{item}")).parse().ok()?;
        items.push(ItemOutcome {
            item,
            outcome,
            text: text(&format!("item_text_{item}")),
        });
    }
    // Conditions bind whoever receives information; a refusal hands nothing over.
    let conditions = if outcome.discloses() {
        Some(Conditions {
            purpose: text("condition_purpose"),
            handling: upload.text("condition_handling").parse().ok()?,
            onward_transfer: upload.has("condition_onward"),
            retain_until: upload.text("condition_retain").parse().ok()?,
            no_inhuman_treatment: upload.has("condition_inhuman"),
        })
    } else {
        None
    };
    Some(AnswerDraft {
        answer: Answer {
            outcome,
            reason: None,
            items,
            conditions,
            legal_basis: text("legal_basis"),
            language: text("language"),
            marking: Marking {
                tlp: upload.text("tlp").parse().ok()?,
                ..case.request.marking.clone()
            },
        },
        ground,
        internal_reason: given("internal_reason"),
    })
}
