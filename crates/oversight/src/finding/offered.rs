//! Records offered to a person who has to judge, and premises of the inquiry that are wrong.

use super::{AnswerKind, Asked, Outcome, Said, Table, Wording};
use crate::evidence::Known;
use records::RecordId;
use records::body::Body;

/// Evidence for a demand that wants a judgement or a plan. It is shown, and nothing is concluded.
pub(crate) fn offered(asked: &Asked<'_>, reserved_as: &str, records: &[RecordId]) -> Outcome {
    let words = asked.wording;
    let mut outcome = Outcome::new(AnswerKind::Assessment);
    outcome.say(words.text(&format!("reserved-{reserved_as}"), &[]), []);
    let shown: Vec<&Known> = records
        .iter()
        .filter_map(|id| asked.view.current(*id))
        .collect();
    if shown.is_empty() {
        return outcome;
    }
    outcome.say(
        words.text("offered", &[]),
        shown.iter().map(|known| known.id()),
    );
    let rows = shown.iter().map(|known| {
        let kind = known.record.body.kind();
        vec![
            words.label("record", kind.code()),
            summary(words, &known.record.body),
            words.when(known),
            words.standing(known),
        ]
    });
    let table = Table {
        caption: words.text("offered-caption", &[]),
        header: words.heads(&["record", "content", "date", "standing"]),
        rows: rows.collect(),
        exercise: false,
    };
    outcome.table(table, shown.iter().map(|known| known.id()));
    outcome
}

/// What a record says, in a line.
fn summary(words: Wording, body: &Body) -> String {
    let subject = body.subject().map_or("", |text| words.of(text));
    let more = match body {
        Body::Dossier(dossier) => Some(words.of(&dossier.statement).to_owned()),
        Body::KnowledgeStatement(statement) => Some(words.of(&statement.statement).to_owned()),
        Body::TopicStatement(topic) => topic
            .position
            .as_ref()
            .map(|text| words.of(text).to_owned()),
        Body::ExternalEvent(event) => event
            .statement
            .as_ref()
            .map(|text| words.of(text).to_owned()),
        Body::Plan(plan) => {
            let state = words.label("plan-state", plan.state.code());
            let reason = plan
                .reason
                .as_ref()
                .map(|text| format!("; {}", words.of(text)));
            Some(state + &reason.unwrap_or_default())
        }
        _ => None,
    };
    match more {
        Some(more) => format!("{}: {more}", subject.trim_end_matches('.')),
        None => subject.to_owned(),
    }
}

/// A premise of the inquiry that records correct: what the paper says, and what is right.
pub(crate) fn premise(asked: &Asked<'_>, id: RecordId) -> Option<Said> {
    let words = asked.wording;
    let right = asked.view.current(id)?;
    let before = right.record.header.supersedes?;
    let wrong = asked
        .view
        .records
        .iter()
        .find(|known| known.id() == before)?;
    let subject = right
        .record
        .body
        .subject()
        .map_or("", |text| words.of(text));
    let text = words.text(
        "premise",
        &[
            ("subject", &words.quoted(subject)),
            ("wrong", &words.when(wrong)),
            ("wrong_source", &words.sources(wrong)),
            ("right", &words.when(right)),
            ("right_source", &words.sources(right)),
        ],
    );
    Some(Said {
        text,
        records: vec![wrong.id(), right.id()],
    })
}
