//! What somebody searched for, and what is declared not to have been.

use super::{AnswerKind, Asked, Outcome};
use crate::evidence::Known;
use records::RecordId;
use records::body::statement::SearchResult;
use records::body::{Body, KnowledgeStatement, NilStatement, Truth};
use records::header::Certainty;

/// The answer from recorded searches and declarations of nothing.
pub(super) fn knowledge(asked: &Asked<'_>, records: &[RecordId]) -> Outcome {
    let mut outcome = Outcome::new(AnswerKind::NotRecorded);
    for &id in records {
        let Some(known) = asked.view.current(id) else {
            continue;
        };
        match &known.record.body {
            Body::KnowledgeStatement(statement) => {
                outcome.kind = stronger(outcome.kind, kind_of(statement.result));
                outcome.affirms = Some(Truth::Unknown);
                say_search(&mut outcome, asked, known, statement);
            }
            Body::NilStatement(nil) => {
                outcome.kind = stronger(outcome.kind, nothing(known));
                outcome.affirms = Some(Truth::No);
                outcome.say(nil_words(asked, known, nil), [id]);
            }
            _ => {}
        }
    }
    if outcome.statements.is_empty() {
        not_recorded(&mut outcome, asked);
    }
    outcome
}

/// Adds recorded searches to an outcome that has other things to say.
pub(super) fn add_searches(outcome: &mut Outcome, asked: &Asked<'_>, records: &[RecordId]) {
    for &id in records {
        let Some(known) = asked.view.current(id) else {
            continue;
        };
        if let Body::KnowledgeStatement(statement) = &known.record.body {
            say_search(outcome, asked, known, statement);
            if outcome.kind == AnswerKind::NotRecorded {
                outcome.kind = kind_of(statement.result);
            }
        }
    }
}

/// Says that nobody wrote anything down, and that this proves nothing.
pub(super) fn not_recorded(outcome: &mut Outcome, asked: &Asked<'_>) {
    outcome.kind = AnswerKind::NotRecorded;
    outcome.say(asked.wording.text("not-recorded", &[]), []);
}

fn say_search(outcome: &mut Outcome, asked: &Asked<'_>, known: &Known, it: &KnowledgeStatement) {
    let words = asked.wording;
    let searched: Vec<String> = it
        .searched
        .iter()
        .map(|place| words.of(place).to_owned())
        .collect();
    let statement = words.of(&it.statement).trim_end_matches('.');
    let sought = words.quoted(words.of(&it.sought));
    let mut text = match known.record.header.occurred {
        Some(date) => words.text(
            "search-as-of",
            &[
                ("sought", &sought),
                ("statement", statement),
                ("date", &words.date(date)),
            ],
        ),
        None => words.text("search", &[("sought", &sought), ("statement", statement)]),
    };
    if !searched.is_empty() {
        text.push(' ');
        text.push_str(&words.text("searched", &[("places", &searched.join("; "))]));
    }
    outcome.say(text, [known.id()]);
}

fn nil_words(asked: &Asked<'_>, known: &Known, nil: &NilStatement) -> String {
    let words = asked.wording;
    let declared = [
        ("what", words.of(&nil.what)),
        ("by", words.of(&nil.declared_by)),
    ];
    let because = nil
        .because
        .as_ref()
        .map(|because| format!(" {}", words.of(because)));
    let text = words.text("nil", &declared) + &because.unwrap_or_default();
    words.claim(known, &text)
}

/// The kind of an answer that there was nothing: a nil only where that is established.
pub(super) const fn nothing(known: &Known) -> AnswerKind {
    match known.record.header.knowledge.certainty {
        Certainty::Certain | Certainty::Corrected => AnswerKind::None,
        Certainty::Claimed | Certainty::Unknown => AnswerKind::Facts,
    }
}

const fn kind_of(result: SearchResult) -> AnswerKind {
    match result {
        SearchResult::Known | SearchResult::KnownInPart | SearchResult::Contradictory => {
            AnswerKind::Facts
        }
        SearchResult::NotKnown => AnswerKind::NotKnown,
    }
}

/// Of several statements, one that tells something decides the kind.
fn stronger(a: AnswerKind, b: AnswerKind) -> AnswerKind {
    let rank = |kind| match kind {
        AnswerKind::Facts => 3,
        AnswerKind::None => 2,
        AnswerKind::NotKnown => 1,
        _ => 0,
    };
    if rank(b) > rank(a) { b } else { a }
}
