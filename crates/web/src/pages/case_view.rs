//! A case in words, as lists and pages show it.

use super::wording::marking;
use crate::moment::{self, Due, minute};
use crate::tone::Tone;
use crate::words::Words;
use office::{AttachmentRef, Case};
use records::answer::Conditions;
use records::{Answer, Request, Timestamp};

/// A label and what stands beside it.
pub(crate) struct Line {
    pub(crate) label: String,
    pub(crate) text: String,
}

/// A case in one row.
pub(crate) struct Row {
    pub(crate) thread: String,
    pub(crate) short: String,
    pub(crate) subject: String,
    pub(crate) lang: String,
    pub(crate) peer: String,
    pub(crate) direction: String,
    pub(crate) incoming: bool,
    pub(crate) topic: String,
    pub(crate) urgency: String,
    pub(crate) due: Due,
    pub(crate) state: String,
    pub(crate) tone: Tone,
    pub(crate) exercise: bool,
}

impl Row {
    pub(crate) fn of(words: Words, case: &Case, now: Timestamp) -> Self {
        let thread = case.thread.to_string();
        let direction = case.direction();
        Self {
            short: short(&thread),
            thread,
            subject: titled(words, &case.request.subject),
            lang: case.request.language.clone(),
            peer: case.peer.to_string(),
            direction: words.label("direction", direction.code()),
            incoming: direction == records::vocabulary::Direction::Incoming,
            topic: words.label("topic", case.request.topic.code()),
            urgency: words.label("urgency", case.request.urgency.code()),
            due: moment::due(words, case, now),
            state: words.label("state", case.stage.code()),
            tone: case.stage.into(),
            exercise: case.exercise,
        }
    }
}

/// The beginning of a case's name, which is its time, and its end, which is random.
pub(crate) fn short(thread: &str) -> String {
    match (
        thread.get(..8),
        thread
            .len()
            .checked_sub(4)
            .and_then(|end| thread.get(end..)),
    ) {
        (Some(begin), Some(end)) if thread.len() > 13 => format!("{begin}…{end}"),
        _ => thread.to_owned(),
    }
}

/// A subject that can be clicked on even where the other side sent none.
fn titled(words: Words, subject: &str) -> String {
    if subject.trim().is_empty() {
        words.t("no-subject")
    } else {
        words.seen(subject)
    }
}

/// A file of a case.
pub(crate) struct FileLine {
    pub(crate) name: String,
    pub(crate) media_type: String,
    pub(crate) size: String,
    pub(crate) sha256: String,
    pub(crate) address: String,
}

/// The files of a case, with where they can be had.
pub(crate) fn files(words: Words, case: &Case, files: &[AttachmentRef]) -> Vec<FileLine> {
    files
        .iter()
        .map(|file| {
            let hex = hex::encode(file.sha256.0);
            FileLine {
                name: words.seen(&file.name),
                media_type: words.seen(&file.media_type),
                size: words.with("bytes", "size", file.size),
                address: format!("/requests/{}/attachments/{hex}", case.thread),
                sha256: hex,
            }
        })
        .collect()
}

/// A selector that a request names.
pub(crate) struct SelectorLine {
    pub(crate) kind: String,
    pub(crate) value: String,
    pub(crate) link: String,
}

/// Everything that a request says.
pub(crate) struct RequestLines {
    pub(crate) lang: String,
    pub(crate) requester: Vec<Line>,
    /// The free texts in the order in which a reader needs them.
    pub(crate) texts: Vec<Line>,
    pub(crate) items: Vec<String>,
    pub(crate) selectors: Vec<SelectorLine>,
    /// Whether it is declared that no political, religious or ethnic purpose is pursued.
    pub(crate) no_persecution: bool,
    pub(crate) marking: String,
}

impl RequestLines {
    pub(crate) fn of(words: Words, request: &Request) -> Self {
        let line = |(id, text): (&str, &str)| Line {
            label: words.t(&format!("field-{id}")),
            text: words.seen(text),
        };
        let requester = [
            ("requester-authority", request.requester.authority.as_str()),
            ("requester-unit", &request.requester.unit),
            ("requester-contact", &request.requester.verification_contact),
        ];
        let texts = [
            ("facts", request.facts.as_str()),
            ("offence", &request.offence),
            ("purpose", &request.purpose),
            ("why-held", &request.why_held),
            ("necessity", &request.necessity),
            ("legal-basis", &request.legal_basis),
            (
                "urgency-reason",
                request.urgency_reason.as_deref().unwrap_or_default(),
            ),
        ];
        Self {
            lang: request.language.clone(),
            requester: requester.into_iter().map(line).collect(),
            texts: texts
                .into_iter()
                .filter(|(_, text)| !text.trim().is_empty())
                .map(line)
                .collect(),
            items: request.items.iter().map(|item| words.seen(item)).collect(),
            selectors: request
                .selectors
                .iter()
                .map(|selector| SelectorLine {
                    kind: words.label("selector", selector.kind.code()),
                    value: words.seen(&selector.value),
                    link: words.seen(selector.link.as_deref().unwrap_or_default()),
                })
                .collect(),
            no_persecution: request.no_persecution_declared,
            marking: marking(words, &request.marking),
        }
    }
}

/// One item of an answer.
pub(crate) struct AnswerItem {
    pub(crate) number: u32,
    pub(crate) asked: String,
    pub(crate) outcome: String,
    pub(crate) text: String,
}

/// An answer in words: everything that leaves or has left.
pub(crate) struct AnswerLines {
    pub(crate) outcome: String,
    pub(crate) reason: String,
    pub(crate) items: Vec<AnswerItem>,
    pub(crate) conditions: Vec<Line>,
    pub(crate) legal_basis: String,
    pub(crate) lang: String,
    pub(crate) marking: String,
}

impl AnswerLines {
    pub(crate) fn of(words: Words, answer: &Answer, request: &Request) -> Self {
        let asked = |number: u32| {
            let index = usize::try_from(number).ok()?.checked_sub(1)?;
            request.items.get(index).map(|text| words.seen(text))
        };
        Self {
            outcome: words.label("outcome", answer.outcome.code()),
            reason: answer
                .reason
                .map(|r| words.label("reason", r.code()))
                .unwrap_or_default(),
            items: answer
                .items
                .iter()
                .map(|item| AnswerItem {
                    number: item.item,
                    asked: asked(item.item).unwrap_or_default(),
                    outcome: words.label("outcome", item.outcome.code()),
                    text: words.seen(&item.text),
                })
                .collect(),
            conditions: answer
                .conditions
                .as_ref()
                .map(|c| condition_lines(words, c))
                .unwrap_or_default(),
            legal_basis: words.seen(&answer.legal_basis),
            lang: answer.language.clone(),
            marking: marking(words, &answer.marking),
        }
    }
}

fn condition_lines(words: Words, conditions: &Conditions) -> Vec<Line> {
    let yes_no = |yes| words.t(if yes { "yes" } else { "no" });
    let line = |id: &str, text: String| Line {
        label: words.t(&format!("field-condition-{id}")),
        text,
    };
    vec![
        line("purpose", words.seen(&conditions.purpose)),
        line(
            "handling",
            words.label("handling", conditions.handling.code()),
        ),
        line("onward", yes_no(conditions.onward_transfer)),
        line("retain", conditions.retain_until.to_string()),
        line("inhuman", yes_no(conditions.no_inhuman_treatment)),
    ]
}

/// Who did what in a case, with the moment where it is on file.
pub(crate) fn people(words: Words, case: &Case) -> Vec<Line> {
    let mut people = Vec::new();
    let mut add = |id: &str, who: Option<&str>, at: Option<Timestamp>| {
        if let Some(who) = who {
            let when = at
                .map(|at| format!(" · {}", minute(at)))
                .unwrap_or_default();
            people.push(Line {
                label: words.t(&format!("person-{id}")),
                text: format!("{}{when}", words.seen(who)),
            });
        }
    };
    let drafted = case.drafted_by.is_some().then_some(case.opened);
    add("drafted", case.drafted_by.as_deref(), drafted);
    add("submitted", case.submitted_by.as_deref(), None);
    add("released", case.released_by.as_deref(), None);
    add(
        "reviewed",
        case.review.as_ref().map(|r| r.by.as_str()),
        case.review.as_ref().map(|r| r.at),
    );
    add(
        "answer-drafted",
        case.draft.as_ref().map(|d| d.by.as_str()),
        case.draft.as_ref().map(|d| d.at),
    );
    let released = case.answer.as_ref().and_then(|a| a.released_by.as_deref());
    add(
        "answer-released",
        released,
        case.answer.as_ref().map(|a| a.at),
    );
    people
}
