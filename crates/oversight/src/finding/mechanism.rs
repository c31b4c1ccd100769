//! Rounds to come, other formats, and mechanisms with other states.

use super::statements::{add_searches, not_recorded, nothing};
use super::{AnswerKind, Asked, Outcome, Table};
use crate::evidence::Known;
use records::RecordId;
use records::body::mechanism::PlanState;
use records::body::{Body, ComparableMechanism, PlannedRound, Truth};

pub(super) fn next_round(asked: &Asked<'_>, number: u32) -> Outcome {
    let words = asked.wording;
    let mut outcome = Outcome::new(AnswerKind::NotRecorded);
    let mut plans: Vec<(&Known, &PlannedRound)> = asked
        .view
        .records
        .iter()
        .filter(|known| !known.record.header.exercise)
        .filter_map(|known| match &known.record.body {
            Body::PlannedRound(plan) if plan.number == number => Some((known, plan)),
            _ => None,
        })
        .collect();
    plans.sort_by_key(|(known, _)| {
        known
            .record
            .header
            .occurred
            .map(records::Occurred::earliest)
    });
    for (known, plan) in plans
        .iter()
        .filter(|(known, _)| known.superseded_by.is_none())
    {
        outcome.kind = kind_of(known, plan.state);
        outcome.say(words.claim(known, words.of(&plan.statement)), [known.id()]);
    }
    let held = asked
        .view
        .in_force()
        .find_map(|known| match &known.record.body {
            Body::Round(round) if round.number == number => Some((known, round)),
            _ => None,
        });
    if let Some((known, round)) = held {
        let id = format!("round-{}", round.held.code());
        outcome.say(
            words.text(&id, &[("number", &number.to_string())]),
            [known.id()],
        );
    }
    if plans.is_empty() {
        not_recorded(&mut outcome, asked);
    }
    let rows = plans.iter().map(|(known, plan)| {
        let planned = plan
            .planned_for
            .map_or_else(|| "–".to_owned(), |date| words.date(date));
        let validity = if known.superseded_by.is_some() {
            "superseded"
        } else {
            "current"
        };
        vec![
            words.when(known),
            words.label("plan-state", plan.state.code()),
            planned,
            words.or_dash(plan.place.as_ref()),
            words.label("validity", validity),
            words.standing(known),
        ]
    });
    let table = Table {
        caption: words.text("next-round-caption", &[("number", &number.to_string())]),
        header: words.heads(&[
            "as-of",
            "state",
            "planned-for",
            "place",
            "validity",
            "standing",
        ]),
        rows: rows.collect(),
        exercise: false,
    };
    outcome.table(table, plans.iter().map(|(known, _)| known.id()));
    outcome
}

/// What a recorded plan makes of an answer.
pub(super) const fn kind_of(known: &Known, state: PlanState) -> AnswerKind {
    match state {
        PlanState::Announced | PlanState::Scheduled => AnswerKind::Planned,
        PlanState::InCoordination | PlanState::Postponed => AnswerKind::Undecided,
        PlanState::Done => AnswerKind::Facts,
        PlanState::Abandoned | PlanState::NotPlanned => nothing(known),
        PlanState::NotKnown => AnswerKind::NotKnown,
    }
}

pub(super) fn dialogue_formats(asked: &Asked<'_>, knowledge: &[RecordId]) -> Outcome {
    let words = asked.wording;
    let mut outcome = Outcome::new(AnswerKind::NotRecorded);
    let mut records = Vec::new();
    let mut rows = Vec::new();
    for known in asked.view.in_force() {
        let Body::DialogueFormat(format) = &known.record.body else {
            continue;
        };
        records.push(known.id());
        let number = format.number.as_ref().map_or_else(
            || "1".to_owned(),
            |count| {
                let id = if count.approximate {
                    "about"
                } else {
                    "exactly"
                };
                words.text(id, &[("number", &count.value.to_string())])
            },
        );
        rows.push(vec![
            words.of(&format.name).to_owned(),
            number,
            words.truth(format.legislation_exchange),
            words.or_dash(format.knowledge_transfer.as_ref()),
            words.standing(known),
        ]);
    }
    if !rows.is_empty() {
        outcome.kind = AnswerKind::Table;
        outcome.say(words.text("formats", &[]), records.clone());
    }
    let table = Table {
        caption: words.text("formats-caption", &[]),
        header: words.heads(&["format", "number", "legislation", "transfer", "standing"]),
        rows,
        exercise: false,
    };
    outcome.table(table, records);
    add_searches(&mut outcome, asked, knowledge);
    if outcome.kind == AnswerKind::NotRecorded {
        not_recorded(&mut outcome, asked);
    }
    outcome
}

fn comparables<'a>(asked: &Asked<'a>) -> Vec<(&'a Known, &'a ComparableMechanism)> {
    let in_force = asked.view.in_force();
    in_force
        .filter_map(|known| match &known.record.body {
            Body::ComparableMechanism(mechanism) => Some((known, mechanism)),
            _ => None,
        })
        .collect()
}

pub(super) fn comparable(asked: &Asked<'_>) -> Outcome {
    let words = asked.wording;
    let mut outcome = Outcome::new(AnswerKind::NotRecorded);
    let found = comparables(asked);
    if found.is_empty() {
        not_recorded(&mut outcome, asked);
        return outcome;
    }
    let having = |truth| found.iter().filter(move |(_, it)| it.exists == truth);
    let truth = [Truth::Yes, Truth::Unknown]
        .into_iter()
        .find(|truth| having(*truth).next().is_some());
    let truth = truth.unwrap_or(Truth::No);
    let claimed = having(truth).any(|(known, _)| nothing(known) != AnswerKind::None);
    outcome.affirms = Some(truth);
    outcome.kind = match truth {
        Truth::No if !claimed => AnswerKind::None,
        Truth::Yes | Truth::No => AnswerKind::Facts,
        Truth::Unknown => AnswerKind::NotKnown,
    };
    let states = having(truth)
        .map(|(known, it)| format!("{} ({})", words.side_name(&it.state), words.sources(known)));
    let states = words.list(&states.collect::<Vec<_>>());
    let ids: Vec<RecordId> = having(truth).map(|(known, _)| known.id()).collect();
    let text = words.text(
        &format!("comparable-{}", truth.code()),
        &[("states", &states)],
    );
    outcome.say(text, ids.clone());
    if claimed {
        outcome.say(words.text("comparable-claimed", &[]), ids);
    }
    outcome
}

pub(super) fn comparable_rounds(asked: &Asked<'_>) -> Outcome {
    let words = asked.wording;
    let mut outcome = Outcome::new(AnswerKind::NotRecorded);
    let found = comparables(asked);
    if found.is_empty() {
        not_recorded(&mut outcome, asked);
        return outcome;
    }
    outcome.kind = AnswerKind::Table;
    outcome.say(words.text("comparable-rounds", &[]), []);
    let rows = found.iter().map(|(known, it)| {
        let rounds: Vec<String> = it
            .rounds
            .iter()
            .map(|round| {
                let number = round
                    .number
                    .map_or_else(|| "?".to_owned(), |number| number.to_string());
                let held = match round.until {
                    Some(until) => words.text(
                        "from-until",
                        &[
                            ("from", &words.date(round.held)),
                            ("until", &words.day(until)),
                        ],
                    ),
                    None => words.date(round.held),
                };
                let place = round
                    .place
                    .as_ref()
                    .map(|place| format!(", {}", words.of(place)));
                words.text(
                    "round-of",
                    &[
                        ("number", &number),
                        ("held", &(held + &place.unwrap_or_default())),
                    ],
                )
            })
            .collect();
        // The rounds known may be few of many; their number is not how often it met.
        let highest = it.rounds.iter().filter_map(|round| round.number).max();
        let times = highest.map_or_else(
            || words.text("nothing-recorded", &[]),
            |number| words.text("at-least", &[("number", &number.to_string())]),
        );
        let first = it.first_held.map_or_else(
            || words.text("nothing-recorded", &[]),
            |date| words.date(date),
        );
        let remark = it.ended_because.as_ref().or(it.note.as_ref());
        vec![
            words.side_name(&it.state),
            words.of(&it.name).to_owned(),
            times,
            first,
            words.label("cadence", it.cadence.code()),
            rounds.join("; "),
            words.or_dash(remark),
            words.standing(known),
        ]
    });
    let header = [
        "state-with",
        "mechanism",
        "times",
        "first-held",
        "cadence",
        "rounds",
        "remark",
        "standing",
    ];
    let table = Table {
        caption: words.text("comparable-caption", &[]),
        header: words.heads(&header),
        rows: rows.collect(),
        exercise: false,
    };
    outcome.table(table, found.iter().map(|(known, _)| known.id()));
    outcome
}
