//! The state machines against tables written apart from them.

#![allow(clippy::unwrap_used)]
use super::*;

const GIVEN: Outcome = Outcome::Partial;

/// A name for a state that also tells the reviews behind a draft apart.
fn incoming_name(state: Incoming) -> &'static str {
    match state {
        Incoming::AnswerDrafted(Reviewed::Cleared) => "drafted/cleared",
        Incoming::AnswerDrafted(Reviewed::Conditional) => "drafted/conditional",
        Incoming::AnswerDrafted(Reviewed::Rejected) => "drafted/rejected",
        other => other.code(),
    }
}

const OUTGOING: [Outgoing; 10] = [
    Outgoing::Drafted,
    Outgoing::Held,
    Outgoing::Submitted,
    Outgoing::Sent,
    Outgoing::Delivered,
    Outgoing::Overdue,
    Outgoing::Unanswered,
    Outgoing::Answered(GIVEN),
    Outgoing::Withdrawn,
    Outgoing::Rejected,
];

const INCOMING: [Incoming; 11] = [
    Incoming::Screening,
    Incoming::Held,
    Incoming::Cleared,
    Incoming::Conditional,
    Incoming::Rejected,
    Incoming::AnswerDrafted(Reviewed::Cleared),
    Incoming::AnswerDrafted(Reviewed::Conditional),
    Incoming::AnswerDrafted(Reviewed::Rejected),
    Incoming::AnswerReleased(GIVEN),
    Incoming::AnswerDelivered(GIVEN),
    Incoming::Withdrawn,
];

type Step<S> = (&'static str, fn(S) -> Result<S, NotNow>);

const OUTGOING_STEPS: [Step<Outgoing>; 9] = [
    ("clear", |s| s.reviewed(true)),
    ("reject", |s| s.reviewed(false)),
    ("submit", Outgoing::submitted),
    ("release", Outgoing::released),
    ("receipt", |s| Ok(s.receipted())),
    ("answer", |s| s.answered(GIVEN)),
    ("due", |s| Ok(s.due())),
    ("grace", |s| Ok(s.grace_over())),
    ("withdraw", Outgoing::withdrawn),
];

const INCOMING_STEPS: [Step<Incoming>; 8] = [
    ("clear", |s| s.reviewed(Decision::Clear)),
    ("condition", |s| s.reviewed(Decision::ClearWithConditions)),
    ("hold", |s| s.reviewed(Decision::Hold)),
    ("reject", |s| s.reviewed(Decision::Reject)),
    ("draft", Incoming::answer_drafted),
    ("release", |s| s.answer_released(GIVEN)),
    ("receipt", |s| Ok(s.answer_receipted())),
    ("withdraw", Incoming::withdrawn),
];

/// For each step the states from which it leads somewhere else. A step that is not named for
/// a state is refused there; `receipt`, `due` and `grace` then leave the state as it is.
const OUTGOING_TABLE: &[(&str, &[&str], &str)] = &[
    ("clear", &["held"], "drafted"),
    ("reject", &["held"], "rejected"),
    ("submit", &["drafted"], "submitted"),
    ("release", &["submitted"], "sent"),
    ("receipt", &["sent"], "delivered"),
    (
        "answer",
        &["sent", "delivered", "overdue", "unanswered"],
        "answered",
    ),
    ("due", &["sent", "delivered"], "overdue"),
    ("grace", &["sent", "delivered", "overdue"], "unanswered"),
    (
        "withdraw",
        &[
            "drafted",
            "held",
            "submitted",
            "sent",
            "delivered",
            "overdue",
            "unanswered",
        ],
        "withdrawn",
    ),
];

/// Before the answer has left and the request was not taken back.
const OPEN: &[&str] = &[
    "screening",
    "held",
    "cleared",
    "conditional",
    "rejected",
    "drafted/cleared",
    "drafted/conditional",
    "drafted/rejected",
];

const INCOMING_TABLE: &[(&str, &[&str], &str)] = &[
    ("clear", OPEN, "cleared"),
    ("condition", OPEN, "conditional"),
    ("hold", OPEN, "held"),
    ("reject", OPEN, "rejected"),
    ("draft", &["cleared", "drafted/cleared"], "drafted/cleared"),
    (
        "draft",
        &["conditional", "drafted/conditional"],
        "drafted/conditional",
    ),
    (
        "draft",
        &["rejected", "drafted/rejected"],
        "drafted/rejected",
    ),
    (
        "release",
        &["drafted/cleared", "drafted/conditional", "drafted/rejected"],
        "answer-released",
    ),
    ("receipt", &["answer-released"], "answer-delivered"),
    ("withdraw", OPEN, "withdrawn"),
];

fn walk<S: Copy>(
    states: &[S],
    steps: &[Step<S>],
    table: &[(&str, &[&str], &str)],
    name: fn(S) -> &'static str,
) {
    for &state in states {
        for (step, take) in steps {
            let leads = table
                .iter()
                .find(|(named, from, _)| named == step && from.contains(&name(state)))
                .map(|(_, _, to)| *to);
            let stays = ["receipt", "due", "grace"].contains(step);
            let expected = leads.or_else(|| stays.then(|| name(state)));
            let found = take(state).ok().map(name);
            assert_eq!(found, expected, "{step} from {}", name(state));
        }
    }
}

/// Promise: every step from every state leads where the table says, or is refused.
#[test]
fn every_step_from_every_state() {
    walk(&OUTGOING, &OUTGOING_STEPS, OUTGOING_TABLE, Outgoing::code);
    walk(&INCOMING, &INCOMING_STEPS, INCOMING_TABLE, incoming_name);
}

/// Every state that some sequence of the steps that `allowed` admits can reach.
fn reachable<S: Copy + PartialEq>(
    start: &[S],
    steps: &[Step<S>],
    allowed: impl Fn(&str) -> bool,
) -> Vec<S> {
    let mut found = start.to_vec();
    let mut next = 0;
    while let Some(&state) = found.get(next) {
        for (_, take) in steps.iter().filter(|(name, _)| allowed(name)) {
            if let Ok(state) = take(state)
                && !found.contains(&state)
            {
                found.push(state);
            }
        }
        next += 1;
    }
    found
}

const fn answer_left(state: Incoming) -> bool {
    matches!(
        state,
        Incoming::AnswerReleased(_) | Incoming::AnswerDelivered(_)
    )
}

/// Promise: without a person's review that ends it, and without a release as a step of its
/// own, no sequence of steps whatever lets an answer leave.
#[test]
fn no_way_to_an_answer_past_review_and_release() {
    let start = [Incoming::screened(true), Incoming::screened(false)];
    let reviews = ["clear", "condition", "reject"];
    let without_review = reachable(&start, &INCOMING_STEPS, |step| !reviews.contains(&step));
    assert!(
        without_review
            .iter()
            .all(|s| s.review().is_none() && !answer_left(*s))
    );
    for missing in ["release", "draft"] {
        let reached = reachable(&start, &INCOMING_STEPS, |step| step != missing);
        assert!(!reached.into_iter().any(answer_left), "{missing}");
    }
    // The walk itself reaches everything when every step is allowed.
    let all = reachable(&start, &INCOMING_STEPS, |_| true);
    assert_eq!(all.len(), INCOMING.len());
}

/// Promise: our own request does not leave without release, nor past a gate that held it.
#[test]
fn no_way_out_past_gate_and_release() {
    let left = |state: &Outgoing| {
        !matches!(
            state,
            Outgoing::Drafted
                | Outgoing::Held
                | Outgoing::Submitted
                | Outgoing::Withdrawn
                | Outgoing::Rejected
        )
    };
    let held = [Outgoing::screened(true)];
    let passed = [Outgoing::screened(false)];
    for (start, missing) in [
        (held, "clear"),
        (held, "release"),
        (passed, "release"),
        (passed, "submit"),
    ] {
        let reached = reachable(&start, &OUTGOING_STEPS, |step| step != missing);
        assert!(!reached.iter().any(left), "{missing}");
    }
}

/// Promise: time alone never yields an answer, on either side; silence stays silence.
#[test]
fn deadlines_yield_nothing() {
    for state in OUTGOING {
        let reached = reachable(&[state], &OUTGOING_STEPS, |s| {
            ["due", "grace", "receipt"].contains(&s)
        });
        let answered = reached.iter().any(|s| matches!(s, Outgoing::Answered(_)));
        assert_eq!(
            answered,
            matches!(state, Outgoing::Answered(_)),
            "{}",
            state.code()
        );
    }
    let start = [Incoming::screened(true), Incoming::screened(false)];
    let reached = reachable(&start, &INCOMING_STEPS, |step| step == "receipt");
    assert_eq!(reached, start);
}

/// Promise: a case that was stored is read back in the same state.
#[test]
fn stages_survive_storing() {
    let stages = OUTGOING
        .map(Stage::Outgoing)
        .into_iter()
        .chain(INCOMING.map(Stage::Incoming));
    for stage in stages {
        let json = serde_json::to_string(&stage).unwrap();
        assert_eq!(
            serde_json::from_str::<Stage>(&json).unwrap(),
            stage,
            "{json}"
        );
    }
}
