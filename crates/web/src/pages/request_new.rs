//! Drafting a request of our own.

use super::request::facts_of_new_request;
use super::upload::Upload;
use crate::desk::{Desk, html};
use crate::fault::{Fault, Refusal};
use crate::form::{Choice, Control, Input, Section, choices, choices_or_none, problems};
use crate::frame::Frame;
use crate::words::Words;
use askama::Template;
use axum::extract::Multipart;
use axum::response::{IntoResponse, Response};
use office::Command;
use policy::Action;
use records::marking::{Handling, Tlp};
use records::vocabulary::{SelectorKind, Topic, Urgency};

/// Rows for selectors that are always there; more come with the button below them.
const SELECTOR_ROWS: usize = 3;

/// Languages of requests, as BCP 47 tags.
pub(crate) const LANGUAGES: [&str; 3] = ["en", "de", "zh"];

/// One row for a selector.
struct SelectorRow {
    number: usize,
    kinds: Vec<Choice>,
    value: String,
    link: String,
}

#[derive(Template)]
#[template(path = "request_new.html")]
struct Page {
    frame: Frame,
    w: Words,
    sections: Vec<Section>,
    selectors: Vec<SelectorRow>,
    has_peers: bool,
}

/// Whether the officer may draft requests at all.
pub(crate) fn may_draft(desk: &Desk) -> bool {
    desk.may_with(
        Action::DraftRequest,
        facts_of_new_request(desk.office().is_exercise()),
    )
}

/// Shows the empty form.
pub(crate) async fn show(desk: Desk) -> Response {
    desk.serve(|desk| {
        if !may_draft(desk) {
            return Err(Fault::NotForYou);
        }
        let sections = sections(desk, &Upload::default())?;
        page(desk, sections, &Upload::default(), None)
    })
    .await
}

/// Drafts the request, or shows the form again with everything that was entered.
pub(crate) async fn draft(desk: Desk, form: Multipart) -> Response {
    let upload = match Upload::read(form).await {
        Ok(upload) => upload,
        Err(error) => return error.into_response(),
    };
    desk.serve(move |desk| {
        let mut sections = sections(desk, &upload)?;
        if upload.has("more") {
            return page(desk, sections, &upload, None);
        }
        for input in sections
            .iter_mut()
            .flat_map(|section| &mut section.inputs)
            .filter(|input| !input.optional)
        {
            input.require(desk.words);
        }
        let wrong = problems(&sections);
        if !wrong.is_empty() {
            return page(
                desk,
                sections,
                &upload,
                Some(Refusal::of_form(desk.words, wrong)),
            );
        }
        // Codes first: nothing is put into the store for a form that no browser of ours has sent.
        let Some(mut command) = super::request_entered::command(&upload) else {
            return Err(Fault::NotFound);
        };
        let drafted = upload.attachments(desk.office()).and_then(|files| {
            if let Command::DraftRequest { attachments, .. } = &mut command {
                *attachments = files;
            }
            desk.execute(&command)
        });
        match drafted {
            Ok(done) => {
                let thread = done
                    .thread
                    .map(|thread| thread.to_string())
                    .unwrap_or_default();
                Ok(desk.done("request-drafted", &format!("/requests/{thread}")))
            }
            Err(error) => page(
                desk,
                sections,
                &upload,
                Some(Refusal::of(desk.words, &error)),
            ),
        }
    })
    .await
}

fn page(
    desk: &Desk,
    sections: Vec<Section>,
    upload: &Upload,
    refusal: Option<Refusal>,
) -> Result<Response, Fault> {
    let w = desk.words;
    let page = Page {
        frame: desk.frame_with("/requests/new", refusal),
        w,
        sections,
        selectors: selector_rows(w, upload),
        has_peers: !desk.reader().peers()?.is_empty(),
    };
    html(page.frame.refusal.as_ref(), &page)
}

fn sections(desk: &Desk, upload: &Upload) -> Result<Vec<Section>, Fault> {
    let w = desk.words;
    let peers = desk.reader().peers()?;
    let or = |name: &str, default: &str| {
        let entered = upload.text(name);
        if entered.is_empty() {
            default.to_owned()
        } else {
            entered.to_owned()
        }
    };
    let line = |id: &str| Input::new(w, id, Control::Line, upload.text(id));
    let area = |id: &str, rows| Input::new(w, id, Control::Area(rows), upload.text(id));
    let select = |id: &str, list: &str, codes: Vec<&str>, default: &str| {
        let chosen = or(id, default);
        Input::new(
            w,
            id,
            Control::Select(choices(w, list, codes, &chosen)),
            chosen,
        )
    };
    let section = |id: &str, inputs| Section {
        title: w.t(&format!("section-{id}")),
        inputs,
    };
    let first_peer = peers.first().map_or("", |peer| peer.party.as_str());
    let handling = choices_or_none(
        w,
        "handling",
        Handling::ALL.iter().map(|h| h.code()),
        upload.text("handling"),
    );
    Ok(vec![
        section(
            "matter",
            vec![
                select(
                    "peer",
                    "party",
                    peers.iter().map(|peer| peer.party.as_str()).collect(),
                    first_peer,
                ),
                line("subject"),
                select(
                    "topic",
                    "topic",
                    Topic::ALL.iter().map(|t| t.code()).collect(),
                    Topic::Cybercrime.code(),
                ),
                select(
                    "urgency",
                    "urgency",
                    Urgency::ALL.iter().map(|u| u.code()).collect(),
                    Urgency::Normal.code(),
                ),
                area("urgency_reason", 2).optional(),
            ],
        ),
        section(
            "requester",
            vec![
                line("requester_authority"),
                line("requester_unit"),
                line("requester_contact"),
            ],
        ),
        section(
            "grounds",
            vec![
                line("legal_basis"),
                line("offence"),
                area("facts", 6),
                area("purpose", 3),
                area("why_held", 3),
                area("necessity", 3),
            ],
        ),
        section(
            "asked",
            vec![
                area("items", 4),
                Input::new(w, "files", Control::Files, "").optional(),
            ],
        ),
        section(
            "handling",
            vec![
                select("language", "language", LANGUAGES.to_vec(), "en"),
                select(
                    "tlp",
                    "tlp",
                    Tlp::ALL.iter().map(|t| t.code()).collect(),
                    Tlp::Amber.code(),
                ),
                Input::new(
                    w,
                    "handling",
                    Control::Select(handling),
                    upload.text("handling"),
                )
                .optional(),
                Input::new(
                    w,
                    "no_persecution",
                    Control::Tick(upload.has("no_persecution")),
                    "",
                )
                .optional(),
            ],
        ),
    ])
}

fn selector_rows(w: Words, upload: &Upload) -> Vec<SelectorRow> {
    let filled = (0..records::request::MAX_SELECTORS)
        .take_while(|n| upload.has(&format!("selector_value_{n}")))
        .filter(|n| {
            !upload
                .text(&format!("selector_value_{n}"))
                .trim()
                .is_empty()
        });
    let mut rows: Vec<SelectorRow> = filled
        .enumerate()
        .map(|(number, n)| {
            selector_row(
                w,
                number,
                upload.text(&format!("selector_kind_{n}")),
                upload.text(&format!("selector_value_{n}")),
                upload.text(&format!("selector_link_{n}")),
            )
        })
        .collect();
    let wanted = if upload.has("more") {
        rows.len() + SELECTOR_ROWS
    } else {
        (rows.len() + 1).max(SELECTOR_ROWS)
    };
    while rows.len() < wanted.min(records::request::MAX_SELECTORS) {
        rows.push(selector_row(w, rows.len(), "", "", ""));
    }
    rows
}

fn selector_row(w: Words, number: usize, kind: &str, value: &str, link: &str) -> SelectorRow {
    SelectorRow {
        number,
        kinds: choices(
            w,
            "selector",
            SelectorKind::ALL.iter().map(|k| k.code()),
            kind,
        ),
        value: value.to_owned(),
        link: link.to_owned(),
    }
}
