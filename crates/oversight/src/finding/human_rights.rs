//! Whether the human-rights side of subjects was raised in a round.

use super::round::{round, topics};
use super::statements::{not_recorded, nothing};
use super::{AnswerKind, Asked, Outcome};
use crate::evidence::Known;
use records::RecordId;
use records::body::round::{HrTheme, Raised};
use records::body::{TopicStatement, Truth};

pub(super) fn hr_overview(asked: &Asked<'_>, number: u32) -> Outcome {
    let words = asked.wording;
    let mut outcome = Outcome::new(AnswerKind::NotRecorded);
    let mut themes = round(asked, number).map_or_else(Vec::new, |(known, _)| topics(asked, known));
    themes.retain(|(_, topic)| topic.theme.is_some());
    if themes.is_empty() {
        not_recorded(&mut outcome, asked);
        return outcome;
    }
    outcome.kind = AnswerKind::Facts;
    for (value, id) in [
        (Raised::Raised, "hr-raised"),
        (Raised::NotRaised, "hr-not-raised"),
        (Raised::Unknown, "hr-unknown"),
    ] {
        let of_value = themes.iter().filter(|(_, topic)| topic.raised == value);
        let (records, names): (Vec<RecordId>, Vec<String>) = of_value
            .map(|(known, it)| (known.id(), words.of(&it.subject).to_owned()))
            .unzip();
        if names.is_empty() {
            continue;
        }
        let basis = themes.iter().find(|(_, topic)| topic.raised == value);
        let text = words.text(
            id,
            &[
                ("number", &number.to_string()),
                ("count", &names.len().to_string()),
                ("themes", &names.join("; ")),
            ],
        );
        outcome.say(
            basis.map_or_else(|| text.clone(), |(known, _)| words.claim(known, &text)),
            records,
        );
    }
    let has = |value| themes.iter().any(|(_, topic)| topic.raised == value);
    outcome.affirms = Some(match (has(Raised::Raised), has(Raised::Unknown)) {
        (true, _) => Truth::Yes,
        (false, true) => Truth::Unknown,
        (false, false) => Truth::No,
    });
    outcome
}

pub(super) fn hr_themes(asked: &Asked<'_>, number: u32, themes: &[HrTheme]) -> Outcome {
    let mut outcome = Outcome::new(AnswerKind::NotRecorded);
    let found = round(asked, number).map_or_else(Vec::new, |(known, _)| topics(asked, known));
    let (mut values, mut nil) = (Vec::new(), AnswerKind::None);
    for theme in themes {
        for (known, topic) in found
            .iter()
            .filter(|(_, topic)| topic.theme == Some(*theme))
        {
            values.push(topic.raised);
            if nothing(known) != AnswerKind::None {
                nil = AnswerKind::Facts;
            }
            say_theme(&mut outcome, asked, known, topic);
        }
    }
    if values.is_empty() {
        not_recorded(&mut outcome, asked);
    } else if values.contains(&Raised::Raised) {
        (outcome.kind, outcome.affirms) = (AnswerKind::Facts, Some(Truth::Yes));
    } else if values.contains(&Raised::Unknown) {
        (outcome.kind, outcome.affirms) = (AnswerKind::NotKnown, Some(Truth::Unknown));
    } else {
        (outcome.kind, outcome.affirms) = (nil, Some(Truth::No));
    }
    outcome
}

fn say_theme(outcome: &mut Outcome, asked: &Asked<'_>, known: &Known, topic: &TopicStatement) {
    let words = asked.wording;
    let subject = words.of(&topic.subject);
    let subject = words.quoted(subject);
    let text = words.text(
        &format!("theme-{}", topic.raised.code()),
        &[("subject", &subject)],
    );
    outcome.say(words.claim(known, &text), [known.id()]);
    if topic.raised != Raised::Raised {
        return;
    }
    if let Some(position) = &topic.position {
        outcome.say(words.of(position), [known.id()]);
    }
    let dash = |words: Option<String>| {
        words.unwrap_or_else(|| asked.wording.text("nothing-recorded", &[]))
    };
    let aim = topic.aim.as_ref().map(|text| words.of(text).to_owned());
    let result = topic.outcome.as_ref().map(|text| words.of(text).to_owned());
    let text = words.text(
        "aim-and-result",
        &[("aim", &dash(aim)), ("result", &dash(result))],
    );
    outcome.say(text, [known.id()]);
}
