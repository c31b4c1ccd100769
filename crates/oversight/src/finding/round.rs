//! What records say of a round that was held.

use super::statements::{add_searches, not_recorded};
use super::{AnswerKind, Asked, Outcome, Table};
use crate::evidence::Known;
use records::body::round::{Naming, Raised};
use records::body::{Body, Participation, Round, TopicStatement, Truth};
use records::{PartyId, RecordId};

/// A round and its record.
pub(super) fn round<'a>(asked: &Asked<'a>, number: u32) -> Option<(&'a Known, &'a Round)> {
    asked
        .view
        .in_force()
        .find_map(|known| match &known.record.body {
            Body::Round(round) if round.number == number => Some((known, round)),
            _ => None,
        })
}

/// The bodies of one family that are about a round.
pub(super) fn about<'a, T: 'a>(
    asked: &Asked<'a>,
    round: &Known,
    family: impl Fn(&'a Body) -> Option<&'a T> + 'a,
) -> Vec<(&'a Known, &'a T)> {
    let id = round.id();
    let bodies = asked
        .view
        .in_force()
        .filter(move |known| known.is_about(id));
    bodies
        .filter_map(move |known| Some((known, family(&known.record.body)?)))
        .collect()
}

pub(super) fn ids<T>(bodies: &[(&Known, &T)]) -> Vec<RecordId> {
    bodies.iter().map(|(known, _)| known.id()).collect()
}

/// Begins an answer with the round's number, day and place.
fn say_round(outcome: &mut Outcome, asked: &Asked<'_>, known: &Known, round: &Round) {
    let words = asked.wording;
    let (number, when) = (round.number.to_string(), words.when(known));
    let text = match &round.place {
        Some(place) => words.text(
            "round-held",
            &[
                ("number", &number),
                ("when", &when),
                ("place", words.of(place)),
            ],
        ),
        None => words.text(
            "round-held-somewhere",
            &[("number", &number), ("when", &when)],
        ),
    };
    outcome.say(words.claim(known, &text), [known.id()]);
    if let Some(character) = &round.character {
        outcome.say(
            format!("{}.", words.of(character).trim_end_matches('.')),
            [known.id()],
        );
    }
}

fn participations<'a>(asked: &Asked<'a>, round: &Known) -> Vec<(&'a Known, &'a Participation)> {
    about(asked, round, |body| match body {
        Body::Participation(participation) => Some(participation),
        _ => None,
    })
}

pub(super) fn participants(asked: &Asked<'_>, number: u32, knowledge: &[RecordId]) -> Outcome {
    let words = asked.wording;
    let mut outcome = Outcome::new(AnswerKind::NotRecorded);
    if let Some((known, held)) = round(asked, number) {
        say_round(&mut outcome, asked, known, held);
        let people = participations(asked, known);
        let rows = people.iter().map(|(known, it)| {
            let dash = || "–".to_owned();
            let name = match (&it.person, it.naming) {
                (_, Naming::Withheld) => words.text("name-withheld", &[]),
                (Some(person), _) => person.name.clone(),
                (None, _) => words.text("name-not-known", &[]),
            };
            let function = it
                .person
                .as_ref()
                .and_then(|person| person.function.as_ref());
            vec![
                words.side(&it.party),
                words.of(&it.agency.name).to_owned(),
                it.unit
                    .as_ref()
                    .map_or_else(dash, |unit| words.of(unit).to_owned()),
                name,
                words.or_dash(function),
                words.label("meeting-role", it.role.code()),
                words.standing(known),
            ]
        });
        let table = Table {
            caption: words.text("participants-caption", &[("number", &number.to_string())]),
            header: words.heads(&[
                "side", "agency", "unit", "person", "function", "role", "standing",
            ]),
            rows: rows.collect(),
            exercise: false,
        };
        if !people.is_empty() {
            outcome.kind = AnswerKind::Table;
        }
        outcome.table(table, ids(&people));
    }
    add_searches(&mut outcome, asked, knowledge);
    if outcome.kind == AnswerKind::NotRecorded {
        not_recorded(&mut outcome, asked);
    }
    // "If no details are known" follows; that they are complete is never recorded.
    outcome.affirms = Some(Truth::Unknown);
    outcome
}

pub(super) fn agencies(
    asked: &Asked<'_>,
    number: u32,
    party: &PartyId,
    knowledge: &[RecordId],
) -> Outcome {
    let words = asked.wording;
    let mut outcome = Outcome::new(AnswerKind::NotRecorded);
    for (known, it) in round(asked, number)
        .iter()
        .flat_map(|(known, _)| participations(asked, known))
    {
        if it.party == *party {
            outcome.kind = AnswerKind::Facts;
            let text = words.text(
                "agency",
                &[
                    ("side", &words.of_side(party)),
                    ("agency", words.of(&it.agency.name)),
                    ("nature", &words.label("agency", it.agency.nature.code())),
                ],
            );
            outcome.say(words.claim(known, &text), [known.id()]);
        }
    }
    add_searches(&mut outcome, asked, knowledge);
    if outcome.kind == AnswerKind::NotRecorded {
        not_recorded(&mut outcome, asked);
    }
    outcome
}

pub(super) fn topics<'a>(asked: &Asked<'a>, round: &Known) -> Vec<(&'a Known, &'a TopicStatement)> {
    about(asked, round, |body| match body {
        Body::TopicStatement(statement) => Some(statement),
        _ => None,
    })
}

pub(super) fn subjects(asked: &Asked<'_>, number: u32) -> Outcome {
    let words = asked.wording;
    let mut outcome = Outcome::new(AnswerKind::NotRecorded);
    let Some((known, held)) = round(asked, number) else {
        not_recorded(&mut outcome, asked);
        return outcome;
    };
    say_round(&mut outcome, asked, known, held);
    let mut raised = topics(asked, known);
    raised.retain(|(_, topic)| !topic.human_rights && topic.raised == Raised::Raised);
    let rows = raised.iter().map(|(known, it)| {
        let by = it
            .raised_by
            .as_ref()
            .map_or_else(|| "–".to_owned(), |party| words.side(party));
        vec![
            words.of(&it.subject).to_owned(),
            words.label("topic", it.topic.code()),
            by,
            words.or_dash(it.position.as_ref()),
            words.or_dash(it.outcome.as_ref()),
            words.standing(known),
        ]
    });
    let table = Table {
        caption: words.text("subjects-caption", &[("number", &number.to_string())]),
        header: words.heads(&[
            "subject",
            "topic",
            "raised-by",
            "position",
            "result",
            "standing",
        ]),
        rows: rows.collect(),
        exercise: false,
    };
    if raised.is_empty() {
        not_recorded(&mut outcome, asked);
    } else {
        outcome.kind = AnswerKind::Table;
    }
    outcome.table(table, ids(&raised));
    let results = about(asked, known, |body| match body {
        Body::RoundResult(result) => Some(result),
        _ => None,
    });
    for (known, result) in results {
        outcome.say(
            words.claim(known, words.of(&result.statement)),
            [known.id()],
        );
    }
    outcome
}
