//! What a round left on paper, and whether anybody evaluated it.

use super::round::{about, ids, round};
use super::statements::{not_recorded, nothing};
use super::{AnswerKind, Asked, Outcome, Table};
use records::body::{Body, Truth};

pub(super) fn documents(asked: &Asked<'_>, number: u32) -> Outcome {
    let words = asked.wording;
    let mut outcome = Outcome::new(AnswerKind::NotRecorded);
    let register = round(asked, number).map_or_else(Vec::new, |(known, _)| {
        about(asked, known, |body| match body {
            Body::Document(document) => Some(document),
            _ => None,
        })
    });
    if register.is_empty() {
        not_recorded(&mut outcome, asked);
        return outcome;
    }
    outcome.kind = AnswerKind::Table;
    let count = |truth| {
        register
            .iter()
            .filter(|(_, it)| it.exists == truth)
            .count()
            .to_string()
    };
    let text = words.text(
        "documents",
        &[
            ("yes", &count(Truth::Yes)),
            ("no", &count(Truth::No)),
            ("unknown", &count(Truth::Unknown)),
        ],
    );
    outcome.say(text, ids(&register));
    let rows = register.iter().map(|(known, it)| {
        let phase = it.phase.map_or_else(
            || "–".to_owned(),
            |phase| words.label("phase", phase.code()),
        );
        // Of a document that may not exist, the date in the header is the round's, not its own.
        let dated = if it.exists == Truth::Yes {
            words.when(known)
        } else {
            "–".to_owned()
        };
        vec![
            words.of(&it.title).to_owned(),
            words.label("document", it.document.code()),
            phase,
            words.truth(it.exists),
            words.truth(it.published),
            words.or_dash(it.author.as_ref()),
            dated,
            words.standing(known),
        ]
    });
    let header = [
        "document",
        "document-kind",
        "phase",
        "exists",
        "published",
        "author",
        "date",
        "standing",
    ];
    let table = Table {
        caption: words.text("documents-caption", &[("number", &number.to_string())]),
        header: words.heads(&header),
        rows: rows.collect(),
        exercise: false,
    };
    outcome.table(table, ids(&register));
    outcome
}

pub(super) fn evaluation(asked: &Asked<'_>, number: u32) -> Outcome {
    let words = asked.wording;
    let mut outcome = Outcome::new(AnswerKind::NotRecorded);
    let found = round(asked, number).map_or_else(Vec::new, |(known, _)| {
        about(asked, known, |body| match body {
            Body::Evaluation(evaluation) => Some(evaluation),
            _ => None,
        })
    });
    for (known, it) in &found {
        outcome.affirms = Some(it.evaluated);
        outcome.kind = match it.evaluated {
            Truth::Yes => AnswerKind::Facts,
            Truth::No => nothing(known),
            Truth::Unknown => AnswerKind::NotKnown,
        };
        outcome.say(words.claim(known, words.of(&it.statement)), [known.id()]);
    }
    if found.is_empty() {
        not_recorded(&mut outcome, asked);
    }
    outcome
}
