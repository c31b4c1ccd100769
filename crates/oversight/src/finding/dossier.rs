//! Laws, negotiations, plans and outside events.

use super::mechanism::kind_of;
use super::statements::{add_searches, not_recorded};
use super::{AnswerKind, Asked, Outcome, Table};
use crate::evidence::Known;
use records::RecordId;
use records::body::dossier::DossierStage;
use records::body::mechanism::PlanState;
use records::body::{Body, Dossier, Step, Truth};

fn dossier<'a>(asked: &Asked<'a>, id: RecordId) -> Option<(&'a Known, &'a Dossier)> {
    let known = asked.view.current(id)?;
    match &known.record.body {
        Body::Dossier(dossier) => Some((known, dossier)),
        _ => None,
    }
}

pub(super) fn state(asked: &Asked<'_>, records: &[RecordId], of_plans: &[RecordId]) -> Outcome {
    let words = asked.wording;
    let mut outcome = Outcome::new(AnswerKind::NotRecorded);
    for (known, it) in records.iter().filter_map(|id| dossier(asked, *id)) {
        let unknown = it.stage == DossierStage::NotKnown;
        if outcome.kind == AnswerKind::NotRecorded || !unknown {
            outcome.kind = if unknown {
                AnswerKind::NotKnown
            } else {
                AnswerKind::Facts
            };
        }
        let text = words.text(
            "dossier",
            &[
                ("subject", words.of(&it.subject)),
                ("stage", &words.label("dossier-stage", it.stage.code())),
                ("date", &words.when(known)),
                ("statement", words.of(&it.statement).trim_end_matches('.')),
            ],
        );
        outcome.say(words.claim(known, &text), [known.id()]);
        if let Some(goal) = &it.goal {
            let text = words.text(
                "dossier-goal",
                &[("goal", words.of(goal).trim_end_matches('.'))],
            );
            outcome.say(words.claim(known, &text), [known.id()]);
        }
        if let Some(truth) = it.criteria_catalogue {
            // The question behind: "is there a catalogue?"; what follows hangs on it.
            outcome.affirms = Some(truth);
            outcome.say(
                words.text(&format!("catalogue-{}", truth.code()), &[]),
                [known.id()],
            );
        }
    }
    if !of_plans.is_empty() {
        outcome.statements.extend(plans(asked, of_plans).statements);
    }
    if outcome.statements.is_empty() {
        not_recorded(&mut outcome, asked);
    }
    outcome
}

pub(super) fn agencies(asked: &Asked<'_>, id: RecordId, knowledge: &[RecordId]) -> Outcome {
    let words = asked.wording;
    let mut outcome = Outcome::new(AnswerKind::NotRecorded);
    if let Some((known, it)) = dossier(asked, id) {
        let rows: Vec<Vec<String>> = it
            .agencies
            .iter()
            .map(|agency| {
                vec![
                    words.of(&agency.agency).to_owned(),
                    words.label("dossier-role", agency.role.code()),
                    words.standing(known),
                ]
            })
            .collect();
        if !rows.is_empty() {
            outcome.kind = AnswerKind::Table;
        }
        let table = Table {
            caption: words.text(
                "dossier-agencies-caption",
                &[("subject", words.of(&it.subject))],
            ),
            header: words.heads(&["agency", "role", "standing"]),
            rows,
            exercise: false,
        };
        outcome.table(table, [known.id()]);
    }
    add_searches(&mut outcome, asked, knowledge);
    if outcome.kind == AnswerKind::NotRecorded {
        not_recorded(&mut outcome, asked);
    }
    outcome
}

pub(super) fn steps(asked: &Asked<'_>, id: RecordId, knowledge: &[RecordId]) -> Outcome {
    let words = asked.wording;
    let mut outcome = Outcome::new(AnswerKind::NotRecorded);
    let mut steps: Vec<(&Known, &Step)> = asked
        .view
        .in_force()
        .filter(|known| known.is_about(id))
        .filter_map(|known| match &known.record.body {
            Body::Step(step) => Some((known, step)),
            _ => None,
        })
        .collect();
    steps.sort_by_key(|(known, _)| {
        known
            .record
            .header
            .occurred
            .map(records::Occurred::earliest)
    });
    add_searches(&mut outcome, asked, knowledge);
    if outcome.kind != AnswerKind::NotRecorded {
        outcome.affirms = Some(Truth::Unknown);
    }
    if !steps.is_empty() {
        if outcome.kind == AnswerKind::NotRecorded {
            outcome.kind = AnswerKind::Table;
        }
        outcome.say(words.text("steps", &[]), []);
    }
    let rows = steps.iter().map(|(known, it)| {
        let actor = it
            .actor
            .as_ref()
            .map_or_else(|| "–".to_owned(), |party| words.side(party));
        vec![
            words.when(known),
            words.label("step", it.step.code()),
            words.of(&it.what).to_owned(),
            actor,
            words.or_dash(it.reaction.as_ref()),
            words.standing(known),
        ]
    });
    let table = Table {
        caption: words.text("steps-caption", &[]),
        header: words.heads(&["date", "step", "content", "actor", "reaction", "standing"]),
        rows: rows.collect(),
        exercise: false,
    };
    outcome.table(table, steps.iter().map(|(known, _)| known.id()));
    if outcome.kind == AnswerKind::NotRecorded {
        not_recorded(&mut outcome, asked);
    }
    outcome
}

pub(super) fn plans(asked: &Asked<'_>, records: &[RecordId]) -> Outcome {
    let words = asked.wording;
    let mut outcome = Outcome::new(AnswerKind::NotRecorded);
    for known in records.iter().filter_map(|id| asked.view.current(*id)) {
        let Body::Plan(plan) = &known.record.body else {
            continue;
        };
        outcome.kind = kind_of(known, plan.state);
        outcome.affirms = Some(match plan.state {
            PlanState::Announced | PlanState::Scheduled | PlanState::Done => Truth::Yes,
            PlanState::Abandoned | PlanState::NotPlanned => Truth::No,
            PlanState::InCoordination | PlanState::Postponed | PlanState::NotKnown => {
                Truth::Unknown
            }
        });
        let text = words.text(
            "plan",
            &[
                ("what", words.of(&plan.what)),
                ("state", &words.label("plan-state", plan.state.code())),
                ("date", &words.when(known)),
            ],
        );
        outcome.say(words.claim(known, &text), [known.id()]);
        if let Some(due) = plan.due {
            outcome.say(
                words.text("plan-due", &[("date", &words.date(due))]),
                [known.id()],
            );
        }
        if let Some(reason) = &plan.reason {
            outcome.say(
                format!("{}.", words.of(reason).trim_end_matches('.')),
                [known.id()],
            );
        }
    }
    if outcome.statements.is_empty() {
        not_recorded(&mut outcome, asked);
    }
    outcome
}

pub(super) fn event(asked: &Asked<'_>, id: RecordId) -> Outcome {
    let words = asked.wording;
    let mut outcome = Outcome::new(AnswerKind::NotRecorded);
    let Some((known, it)) = asked
        .view
        .current(id)
        .and_then(|known| match &known.record.body {
            Body::ExternalEvent(event) => Some((known, event)),
            _ => None,
        })
    else {
        not_recorded(&mut outcome, asked);
        return outcome;
    };
    let text = words.text(
        "event",
        &[("name", words.of(&it.name)), ("date", &words.when(known))],
    );
    outcome.say(words.claim(known, &text), [known.id()]);
    if let Some(statement) = &it.statement {
        outcome.say(words.claim(known, words.of(statement)), [known.id()]);
    }
    let undecided = it
        .aspects
        .iter()
        .all(|aspect| aspect.discussed == Truth::Unknown);
    outcome.kind = if undecided && it.statement.is_none() {
        AnswerKind::NotKnown
    } else {
        AnswerKind::Facts
    };
    let rows = it.aspects.iter().map(|aspect| {
        vec![
            words.of(&aspect.subject).to_owned(),
            words.truth(aspect.discussed),
            words.or_dash(aspect.role.as_ref()),
        ]
    });
    let table = Table {
        caption: words.text("aspects-caption", &[("name", words.of(&it.name))]),
        header: words.heads(&["aspect", "discussed", "part-played"]),
        rows: rows.collect(),
        exercise: false,
    };
    outcome.table(table, [known.id()]);
    outcome
}
