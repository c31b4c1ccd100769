//! What records say of the contact points of both sides.

use super::statements::{add_searches, not_recorded};
use super::{AnswerKind, Asked, Outcome, Table};
use crate::evidence::Known;
use records::body::organisation::{OperationalState, Stage};
use records::body::{Body, LifecycleEvent, Mandate, ResourceStatement, Truth};
use records::{PartyId, RecordId};

pub(super) fn lifecycle(asked: &Asked<'_>, parties: &[PartyId], knowledge: &[RecordId]) -> Outcome {
    let words = asked.wording;
    let mut outcome = Outcome::new(AnswerKind::NotRecorded);
    let (mut rows, mut records) = (Vec::new(), Vec::new());
    for party in parties {
        let mut events: Vec<(&Known, &LifecycleEvent)> = asked
            .view
            .in_force()
            .filter_map(|known| match &known.record.body {
                Body::LifecycleEvent(event) if event.party == *party => Some((known, event)),
                _ => None,
            })
            .collect();
        if events.is_empty() {
            let text = words.text("lifecycle-nothing", &[("side", &words.of_side(party))]);
            outcome.say(text, []);
            continue;
        }
        events.sort_by_key(|(known, _)| {
            known
                .record
                .header
                .occurred
                .map(records::Occurred::earliest)
        });
        let state = OperationalState::from_events(events.iter().map(|(_, event)| *event));
        let agreed = events
            .iter()
            .find(|(_, it)| it.stage == Stage::Agreed && it.reached == Truth::Yes);
        let mut text = words.text(
            &format!("lifecycle-{}", state.code()),
            &[("side", &words.of_side(party))],
        );
        if let Some((known, _)) = agreed {
            text.push(' ');
            text.push_str(&words.text("lifecycle-agreed-on", &[("date", &words.when(known))]));
        }
        outcome.kind = AnswerKind::Facts;
        outcome.say(text, events.iter().map(|(known, _)| known.id()));
        for (known, event) in events {
            records.push(known.id());
            // Of a stage that was not reached, the date in the header is the day it was looked up.
            let (date, seen) = match event.reached {
                Truth::Yes => (words.when(known), "–".to_owned()),
                Truth::No | Truth::Unknown => ("–".to_owned(), words.when(known)),
            };
            rows.push(vec![
                words.side(party),
                words.label("stage", event.stage.code()),
                words.truth(event.reached),
                date,
                seen,
                words.standing(known),
            ]);
        }
    }
    let table = Table {
        caption: words.text("lifecycle-caption", &[]),
        header: words.heads(&["side", "stage", "reached", "date", "as-of", "standing"]),
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

/// Sets what a record that knows, or does not know, makes of the answer.
fn set_kind(outcome: &mut Outcome, known: Truth) {
    outcome.affirms = Some(known);
    outcome.kind = match known {
        Truth::Yes => AnswerKind::Facts,
        // "Not known" is what the record says in both cases; it never says that there is nothing.
        Truth::No | Truth::Unknown => AnswerKind::NotKnown,
    };
}

/// Says of which side it is about, what the record says, and as of when.
fn say_of_side(
    outcome: &mut Outcome,
    asked: &Asked<'_>,
    known: &Known,
    party: &PartyId,
    statement: &str,
) {
    let words = asked.wording;
    let text = words.text(
        "of-contact-point",
        &[
            ("side", &words.of_side(party)),
            ("statement", statement.trim_end_matches('.')),
            ("date", &words.when(known)),
        ],
    );
    outcome.say(words.claim(known, &text), [known.id()]);
}

pub(super) fn resources(asked: &Asked<'_>, party: &PartyId) -> Outcome {
    let words = asked.wording;
    let mut outcome = Outcome::new(AnswerKind::NotRecorded);
    let found = asked
        .view
        .in_force()
        .find_map(|known| match &known.record.body {
            Body::ResourceStatement(statement) if statement.party == *party => {
                Some((known, statement))
            }
            _ => None,
        });
    let Some((known, it)) = found else {
        not_recorded(&mut outcome, asked);
        return outcome;
    };
    set_kind(&mut outcome, it.known);
    say_of_side(&mut outcome, asked, known, party, words.of(&it.statement));
    let table = Table {
        caption: words.text("resources-caption", &[("side", &words.of_side(party))]),
        header: words.heads(&["item", "year", "amount"]),
        rows: resource_rows(asked, it),
        exercise: false,
    };
    outcome.table(table, [known.id()]);
    outcome
}

fn resource_rows(asked: &Asked<'_>, it: &ResourceStatement) -> Vec<Vec<String>> {
    let words = asked.wording;
    let mut rows = Vec::new();
    if let Some(staff) = &it.staff {
        let grades = if staff.grades.is_empty() {
            "–".to_owned()
        } else {
            staff.grades.join(", ")
        };
        rows.push(vec![
            words.label("head", "posts"),
            grades,
            staff.posts.to_string(),
        ]);
        if let Some(hundredths) = staff.full_time_hundredths {
            let amount = words.text(
                "decimal",
                &[
                    ("whole", &(hundredths / 100).to_string()),
                    ("hundredths", &format!("{:02}", hundredths % 100)),
                ],
            );
            rows.push(vec![
                words.label("head", "full-time"),
                "–".to_owned(),
                amount,
            ]);
        }
    }
    for line in &it.budget {
        let amount = format!("{} {}", line.amount, line.currency);
        rows.push(vec![
            words.of(&line.title).to_owned(),
            line.year.to_string(),
            amount,
        ]);
    }
    rows
}

fn mandate_of<'a>(asked: &Asked<'a>, party: &PartyId) -> Option<(&'a Known, &'a Mandate)> {
    asked
        .view
        .in_force()
        .find_map(|known| match &known.record.body {
            Body::Mandate(mandate) if mandate.party == *party => Some((known, mandate)),
            _ => None,
        })
}

pub(super) fn mandate(asked: &Asked<'_>, party: &PartyId) -> Outcome {
    let words = asked.wording;
    let mut outcome = Outcome::new(AnswerKind::NotRecorded);
    let Some((known, it)) = mandate_of(asked, party) else {
        not_recorded(&mut outcome, asked);
        return outcome;
    };
    set_kind(&mut outcome, it.known);
    say_of_side(&mut outcome, asked, known, party, words.of(&it.statement));
    if let Some(level) = it.level {
        let superior = words.or_dash(it.superior.as_ref());
        let level = words.label("level", level.code());
        outcome.say(
            words.text("level", &[("level", &level), ("superior", &superior)]),
            [known.id()],
        );
    }
    let rows = it.powers.iter().map(|power| {
        let basis = power.legal_basis.clone().unwrap_or_else(|| "–".to_owned());
        vec![words.of(&power.power).to_owned(), basis]
    });
    let table = Table {
        caption: words.text("powers-caption", &[("side", &words.of_side(party))]),
        header: words.heads(&["power", "legal-basis"]),
        rows: rows.collect(),
        exercise: false,
    };
    outcome.table(table, [known.id()]);
    outcome
}

pub(super) fn units(asked: &Asked<'_>, party: &PartyId) -> Outcome {
    let words = asked.wording;
    let mut outcome = Outcome::new(AnswerKind::NotRecorded);
    let Some((known, it)) = mandate_of(asked, party) else {
        not_recorded(&mut outcome, asked);
        return outcome;
    };
    set_kind(&mut outcome, it.known);
    say_of_side(&mut outcome, asked, known, party, words.of(&it.statement));
    let rows = it.units.iter().map(|unit| {
        let level = unit.level.map_or_else(
            || "–".to_owned(),
            |level| words.label("level", level.code()),
        );
        vec![
            words.of(&unit.name).to_owned(),
            level,
            words.or_dash(unit.task.as_ref()),
        ]
    });
    let table = Table {
        caption: words.text("units-caption", &[("side", &words.of_side(party))]),
        header: words.heads(&["unit", "level", "task"]),
        rows: rows.collect(),
        exercise: false,
    };
    outcome.table(table, [known.id()]);
    outcome
}
