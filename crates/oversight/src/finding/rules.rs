//! The rules of the house: when the contact point may be called on, and what guards against misuse.

use super::{AnswerKind, Asked, Outcome, Table};
use crate::evidence::Known;
use records::body::{ActivationRule, Body, SafeguardRule};
use records::vocabulary::{Topic, Urgency};

/// Puts the real rules first, and those of an exercise into a table of their own.
fn answer<'a, T: 'a>(
    asked: &Asked<'a>,
    name: &str,
    family: impl Fn(&'a Body) -> Option<&'a T>,
    table: impl Fn(&[(&'a Known, &'a T)], String, bool) -> Table,
) -> Outcome {
    let words = asked.wording;
    let mut outcome = Outcome::new(AnswerKind::NotRecorded);
    let bodies = |known: &'a Known| Some((known, family(&known.record.body)?));
    let real: Vec<_> = asked.view.in_force().filter_map(bodies).collect();
    let exercise: Vec<_> = asked.view.in_exercise().filter_map(bodies).collect();
    let ids = |rules: &[(&Known, &T)]| {
        rules
            .iter()
            .map(|(known, _)| known.id())
            .collect::<Vec<_>>()
    };
    if real.is_empty() {
        outcome.say(words.text("rules-none", &[]), []);
    } else {
        outcome.kind = AnswerKind::Table;
        outcome.say(words.text(&format!("{name}-real"), &[]), ids(&real));
        outcome.table(
            table(&real, words.text(&format!("{name}-caption"), &[]), false),
            ids(&real),
        );
    }
    if !exercise.is_empty() {
        outcome.say(words.text(&format!("{name}-exercise"), &[]), ids(&exercise));
        let caption = words.text(&format!("{name}-caption-exercise"), &[]);
        outcome.table(table(&exercise, caption, true), ids(&exercise));
    }
    outcome
}

const fn activation_rule(body: &Body) -> Option<&ActivationRule> {
    match body {
        Body::ActivationRule(rule) => Some(rule),
        _ => None,
    }
}

const fn safeguard_rule(body: &Body) -> Option<&SafeguardRule> {
    match body {
        Body::SafeguardRule(rule) => Some(rule),
        _ => None,
    }
}

pub(super) fn activation(asked: &Asked<'_>) -> Outcome {
    let words = asked.wording;
    let all = || words.text("all", &[]);
    let row = |(known, it): &(&Known, &ActivationRule)| {
        let topics: Vec<String> = it
            .topics
            .iter()
            .map(|topic| words.label("topic", Topic::code(*topic)))
            .collect();
        let urgencies: Vec<String> = it
            .urgencies
            .iter()
            .map(|urgency| words.label("urgency", Urgency::code(*urgency)))
            .collect();
        let triggers: Vec<String> = it
            .triggered_by
            .iter()
            .map(|trigger| words.label("trigger", trigger.code()))
            .collect();
        let conditions: Vec<&str> = it.preconditions.iter().map(|text| words.of(text)).collect();
        vec![
            words.of(&it.name).to_owned(),
            if topics.is_empty() {
                all()
            } else {
                topics.join("; ")
            },
            if urgencies.is_empty() {
                all()
            } else {
                urgencies.join("; ")
            },
            triggers.join("; "),
            conditions.join(" "),
            words.or_dash(it.threshold.as_ref()),
            words.text(
                "version",
                &[
                    ("version", &it.version.to_string()),
                    ("date", &words.day(it.valid_from)),
                ],
            ),
            words.standing(known),
        ]
    };
    let header = [
        "rule",
        "topics",
        "urgencies",
        "triggered-by",
        "preconditions",
        "threshold",
        "valid",
        "standing",
    ];
    answer(
        asked,
        "activation",
        activation_rule,
        |rules, caption, exercise| Table {
            caption,
            header: words.heads(&header),
            rows: rules.iter().map(row).collect(),
            exercise,
        },
    )
}

pub(super) fn safeguards(asked: &Asked<'_>) -> Outcome {
    let words = asked.wording;
    let row = |(known, it): &(&Known, &SafeguardRule)| {
        let directions: Vec<String> = it
            .directions
            .iter()
            .map(|direction| words.label("direction", direction.code()))
            .collect();
        let groups: Vec<String> = it
            .protects
            .iter()
            .map(|group| words.label("group", group.code()))
            .collect();
        vec![
            words.label("measure", it.measure.code()),
            words.of(&it.rule).to_owned(),
            directions.join(", "),
            if groups.is_empty() {
                words.text("everybody", &[])
            } else {
                groups.join("; ")
            },
            words.text(
                "version",
                &[
                    ("version", &it.version.to_string()),
                    ("date", &words.day(it.valid_from)),
                ],
            ),
            words.standing(known),
        ]
    };
    let header = [
        "measure",
        "rule",
        "directions",
        "protects",
        "valid",
        "standing",
    ];
    let mut outcome = answer(
        asked,
        "safeguard",
        safeguard_rule,
        |rules, caption, exercise| Table {
            caption,
            header: words.heads(&header),
            rows: rules.iter().map(row).collect(),
            exercise,
        },
    );
    // How often requests were held would help those who probe the rules; it is not opened.
    outcome.say(words.text("screenings-not-opened", &[]), []);
    outcome
}
