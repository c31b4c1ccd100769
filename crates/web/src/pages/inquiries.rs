//! Parliamentary inquiries: what is asked, and the answer that a second officer releases.

use super::grade_view::GradeMark;
use super::release::Confirmed;
use crate::desk::{Desk, html};
use crate::fault::{Fault, Refusal};
use crate::frame::Frame;
use crate::moment::minute;
use crate::tone::Tone;
use crate::words::Words;
use askama::Template;
use axum::extract::{Form, Path, Query};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use journal::grade::Grade;
use office::Command;
use office::authority::inquiry_facts;
use office::handling::Inquiry;
use oversight::OversightError;
use policy::Action;
use serde::Deserialize;

struct InquiryLine {
    reference: String,
    title: String,
    asked_by: String,
    registered: String,
    registered_by: String,
    questions: usize,
    state: String,
    tone: Tone,
}

#[derive(Template)]
#[template(path = "inquiries.html")]
struct Page {
    frame: Frame,
    w: Words,
    inquiries: Vec<InquiryLine>,
}

/// Shows the list.
pub(crate) async fn show(desk: Desk) -> Response {
    desk.serve(|desk| {
        desk.require(Action::ReadRecords)?;
        let w = desk.words;
        let inquiries = desk
            .reader()
            .inquiries()?
            .iter()
            .map(|inquiry| line(w, inquiry))
            .collect();
        html(
            None,
            &Page {
                frame: desk.frame("/inquiries"),
                w,
                inquiries,
            },
        )
    })
    .await
}

fn line(w: Words, inquiry: &Inquiry) -> InquiryLine {
    let parsed = read(inquiry);
    let (state, tone) = match &inquiry.answer {
        None => ("open", Tone::Warning),
        Some(answer) if answer.released_by.is_none() => ("filed", Tone::Info),
        Some(_) => ("released", Tone::Success),
    };
    InquiryLine {
        reference: inquiry.reference.clone(),
        title: parsed
            .as_ref()
            .map_or_else(|| inquiry.reference.clone(), |parsed| w.seen(&parsed.title)),
        asked_by: parsed
            .as_ref()
            .and_then(|p| p.fraction.as_deref())
            .map(|f| w.seen(f))
            .unwrap_or_default(),
        registered: minute(inquiry.registered),
        registered_by: w.seen(&inquiry.registered_by),
        questions: parsed.map_or(0, |parsed| parsed.questions.len()),
        state: w.label("inquiry-state", state),
        tone,
    }
}

/// What the parser read in the paper.
fn read(inquiry: &Inquiry) -> Option<oversight::inquiry::Inquiry> {
    serde_json::from_value(inquiry.parsed.clone()).ok()
}

struct QuestionLine {
    number: u32,
    text: String,
    replies: Vec<Reply>,
}

/// The answer to one demand of a question.
struct Reply {
    /// The words of the demand, where it is not the question itself.
    asked: String,
    kind: String,
    statements: Vec<String>,
    tables: Vec<oversight::finding::Table>,
    grade: Option<GradeMark>,
}

#[derive(Template)]
#[template(path = "inquiry.html")]
struct InquiryPage {
    frame: Frame,
    w: Words,
    line: InquiryLine,
    questions: Vec<QuestionLine>,
    filed: bool,
    filed_by: String,
    filed_at: String,
    released_by: String,
    document: String,
    lang: &'static str,
    has_page: bool,
    allowed: bool,
}

/// What to hand out instead of the page.
#[derive(Deserialize, Default)]
pub(crate) struct Wanted {
    #[serde(default)]
    download: String,
}

/// Shows an inquiry, or hands out its paper or its answer.
pub(crate) async fn inquiry(
    desk: Desk,
    Path(reference): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Response {
    desk.serve(move |desk| {
        desk.require(Action::ReadRecords)?;
        if wanted.download.is_empty() {
            page(desk, &reference, None)
        } else {
            file(desk, &reference, &wanted.download)
        }
    })
    .await
}

/// Releases the filed answer.
pub(crate) async fn release(
    desk: Desk,
    Path(reference): Path<String>,
    Form(confirmed): Form<Confirmed>,
) -> Response {
    desk.serve(move |desk| {
        desk.require(Action::ReadRecords)?;
        match desk.execute(&Command::ReleaseInquiryAnswer {
            reference: reference.clone(),
            read: Some(confirmed.read()),
        }) {
            Ok(_) => Ok(desk.done(
                "inquiry-answer-released",
                &format!("/inquiries/{reference}"),
            )),
            Err(error) => page(desk, &reference, Some(Refusal::of(desk.words, &error))),
        }
    })
    .await
}

fn find(desk: &Desk, reference: &str) -> Result<Inquiry, Fault> {
    desk.reader().inquiry(reference)?.ok_or(Fault::NotFound)
}

fn page(desk: &Desk, reference: &str, refusal: Option<Refusal>) -> Result<Response, Fault> {
    let inquiry = find(desk, reference)?;
    let w = desk.words;
    let document = match &inquiry.answer {
        Some(answer) => desk.reader().blob(&answer.document)?,
        None => None,
    };
    let answer: Option<oversight::Answer> = document
        .as_deref()
        .and_then(|bytes| serde_json::from_slice(bytes).ok());
    let filed = inquiry.answer.as_ref();
    let questions = read(&inquiry)
        .map(|parsed| parsed.questions)
        .unwrap_or_default();
    let page = InquiryPage {
        frame: desk.frame_with(&format!("/inquiries/{reference}"), refusal),
        w,
        line: line(w, &inquiry),
        questions: questions
            .into_iter()
            .map(|question| QuestionLine {
                replies: replies(w, answer.as_ref(), question.number),
                number: question.number,
                text: w.seen(&question.text),
            })
            .collect(),
        filed: filed.is_some(),
        filed_by: filed.map(|answer| w.seen(&answer.by)).unwrap_or_default(),
        filed_at: filed.map(|answer| minute(answer.at)).unwrap_or_default(),
        released_by: filed
            .and_then(|answer| answer.released_by.as_deref())
            .map(|by| w.seen(by))
            .unwrap_or_default(),
        document: filed
            .map(|answer| answer.document.to_string())
            .unwrap_or_default(),
        lang: answer
            .as_ref()
            .map_or("", |answer| locales::Language::from(answer.lang).code()),
        has_page: answer.is_some(),
        allowed: desk.may_with(
            Action::ReleaseInquiryAnswer,
            inquiry_facts(filed.map(|answer| answer.by.clone())),
        ),
    };
    html(page.frame.refusal.as_ref(), &page)
}

/// The lowest grade among what an answer rests on; none where it rests on nothing in the journals.
fn lowest_grade(part: &oversight::answer::AnswerPart) -> Option<Grade> {
    let figures = part.figures.iter().map(|figure| figure.grade);
    let cited = part.cited.iter().map(|cited| cited.grade);
    figures.chain(cited).min()
}

/// The answers filed to a question, demand by demand.
fn replies(w: Words, answer: Option<&oversight::Answer>, number: u32) -> Vec<Reply> {
    let questions = answer
        .map(|answer| answer.questions.as_slice())
        .unwrap_or_default();
    let question = questions.iter().find(|question| question.number == number);
    let parts = question
        .map(|question| question.answers.as_slice())
        .unwrap_or_default();
    parts
        .iter()
        .map(|part| Reply {
            asked: if part.key == number.to_string() {
                String::new()
            } else {
                w.seen(&part.asked)
            },
            kind: w.seen(&part.kind_label),
            statements: part
                .statements
                .iter()
                .map(|statement| w.seen(&statement.text))
                .collect(),
            tables: part.tables.clone(),
            grade: lowest_grade(part).map(|grade| GradeMark::of(w, grade)),
        })
        .collect()
}

/// The answer as it leaves the house: with the proof of its release, and sealed. Made anew each time,
/// so that it carries the best evidence there is by then.
fn sealed(desk: &Desk, reference: &str) -> Result<oversight::Answer, Fault> {
    let keyring = desk.office().keyring();
    let suites = &keyring.manifest.statement().suites;
    let suite = suites.first().ok_or(Fault::NotFound)?.suite;
    let key = keyring.signing(suite)?;
    oversight::answer::released(desk.reader(), reference, key, desk.now()).map_err(|error| {
        match error {
            OversightError::NotReleased(_) => Fault::NotFound,
            OversightError::Office(error) => error.into(),
            other => unreadable(other),
        }
    })
}

/// An answer on file that this program cannot put out.
fn unreadable(error: impl std::error::Error) -> Fault {
    tracing::error!(%error, "answer to an inquiry cannot be put out");
    Fault::NotFound
}

/// The paper as it came in, or the answer as document or page, each as a file to keep. Before it is
/// released, what is handed out is the draft, which says so itself.
fn file(desk: &Desk, reference: &str, wanted: &str) -> Result<Response, Fault> {
    let inquiry = find(desk, reference)?;
    let is_released = inquiry
        .answer
        .as_ref()
        .is_some_and(|answer| answer.released_by.is_some());
    let (hash, ending) = match wanted {
        "source" => (inquiry.source, ""),
        "answer" => (inquiry.answer.ok_or(Fault::NotFound)?.document, ".json"),
        "page" => (inquiry.answer.ok_or(Fault::NotFound)?.document, ".html"),
        _ => return Err(Fault::NotFound),
    };
    let bytes = if wanted == "source" || !is_released {
        desk.reader().blob(&hash)?.ok_or(Fault::NotFound)?
    } else {
        let answer = sealed(desk, reference)?;
        answer.to_json().map_err(unreadable)?.into_bytes()
    };
    let bytes = if wanted == "page" {
        let answer: oversight::Answer =
            serde_json::from_slice(&bytes).map_err(|_| Fault::NotFound)?;
        let page = oversight::html::page(&answer).map_err(|_| Fault::NotFound)?;
        page.into_bytes()
    } else {
        bytes
    };
    let name = format!("{}-{wanted}{ending}", reference.replace('/', "-"));
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    Ok((headers, bytes).into_response())
}
