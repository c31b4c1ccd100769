//! What a request goes through, as types.
//!
//! Each direction is a machine of its own: a state is a value, a step takes the state away and
//! gives the next one or says why not. Steps that make no sense cannot be written down as a state;
//! steps that come at the wrong time are refused and change nothing. States that the full model has
//! beyond these (clarification, transfer, domestic approval) are added as further variants.

use records::vocabulary::Outcome;
use serde::{Deserialize, Serialize};

/// A step that the state does not allow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{step} is not possible while the request is {state}")]
pub struct NotNow {
    /// The step.
    pub step: &'static str,
    /// The state.
    pub state: &'static str,
}

/// A request of our own to the counterpart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state", content = "outcome")]
pub enum Outgoing {
    /// Written, may still change.
    Drafted,
    /// Stopped by our own gate until a reviewer has decided.
    Held,
    /// Handed in; waits for a second officer.
    Submitted,
    /// Released, under way.
    Sent,
    /// The counterpart's receipt is on file.
    Delivered,
    /// The deadline has passed.
    Overdue,
    /// The grace time has passed too.
    Unanswered,
    /// The answer is here.
    Answered(Outcome),
    /// Taken back.
    Withdrawn,
    /// Our own review ended it before it left.
    Rejected,
}

impl Outgoing {
    /// The code of the state.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Drafted => "drafted",
            Self::Held => "held",
            Self::Submitted => "submitted",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Overdue => "overdue",
            Self::Unanswered => "unanswered",
            Self::Answered(_) => "answered",
            Self::Withdrawn => "withdrawn",
            Self::Rejected => "rejected",
        }
    }

    const fn refuse(self, step: &'static str) -> NotNow {
        NotNow {
            step,
            state: self.code(),
        }
    }

    /// The state after our own gate has looked at a draft.
    #[must_use]
    pub const fn screened(requires_review: bool) -> Self {
        if requires_review {
            Self::Held
        } else {
            Self::Drafted
        }
    }

    /// A reviewer lets a held draft go on, or ends it.
    ///
    /// # Errors
    /// [`NotNow`] unless it is held.
    pub fn reviewed(self, cleared: bool) -> Result<Self, NotNow> {
        match (self, cleared) {
            (Self::Held, true) => Ok(Self::Drafted),
            (Self::Held, false) => Ok(Self::Rejected),
            _ => Err(self.refuse("review")),
        }
    }

    /// The drafting officer hands it in.
    ///
    /// # Errors
    /// [`NotNow`] unless it is a draft that the gate lets pass.
    pub fn submitted(self) -> Result<Self, NotNow> {
        match self {
            Self::Drafted => Ok(Self::Submitted),
            _ => Err(self.refuse("submission")),
        }
    }

    /// A second officer releases it.
    ///
    /// # Errors
    /// [`NotNow`] unless it was handed in.
    pub fn released(self) -> Result<Self, NotNow> {
        match self {
            Self::Submitted => Ok(Self::Sent),
            _ => Err(self.refuse("release")),
        }
    }

    /// The counterpart's receipt arrives. A receipt that comes after the clock or the answer
    /// changes nothing.
    #[must_use]
    pub const fn receipted(self) -> Self {
        match self {
            Self::Sent => Self::Delivered,
            other => other,
        }
    }

    /// The answer arrives. An answer that comes late still counts as the answer.
    ///
    /// # Errors
    /// [`NotNow`] if nothing was asked, or an answer is here already.
    pub fn answered(self, outcome: Outcome) -> Result<Self, NotNow> {
        match self {
            Self::Sent | Self::Delivered | Self::Overdue | Self::Unanswered => {
                Ok(Self::Answered(outcome))
            }
            _ => Err(self.refuse("an answer")),
        }
    }

    /// The deadline passes.
    #[must_use]
    pub const fn due(self) -> Self {
        match self {
            Self::Sent | Self::Delivered => Self::Overdue,
            other => other,
        }
    }

    /// The grace time passes. Silence becomes "unanswered"; it never becomes an answer.
    #[must_use]
    pub const fn grace_over(self) -> Self {
        match self {
            Self::Sent | Self::Delivered | Self::Overdue => Self::Unanswered,
            other => other,
        }
    }

    /// We take it back.
    ///
    /// # Errors
    /// [`NotNow`] once it is answered or ended.
    pub fn withdrawn(self) -> Result<Self, NotNow> {
        match self {
            Self::Answered(_) | Self::Withdrawn | Self::Rejected => Err(self.refuse("withdrawal")),
            _ => Ok(Self::Withdrawn),
        }
    }

    /// Whether the counterpart has been asked and has not yet answered.
    #[must_use]
    pub const fn awaits_answer(self) -> bool {
        matches!(self, Self::Sent | Self::Delivered | Self::Overdue)
    }
}

/// A reviewer's decision on the screening of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// May be answered.
    Clear,
    /// May be answered under conditions.
    ClearWithConditions,
    /// Stays stopped.
    Hold,
    /// Must not be answered with information.
    Reject,
}

/// A request of the counterpart to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state", content = "outcome")]
pub enum Incoming {
    /// The gate has looked; a person has not.
    Screening,
    /// Held for review. The counterpart sees no difference.
    Held,
    /// A reviewer has cleared it.
    Cleared,
    /// Cleared, but only under conditions.
    Conditional,
    /// A reviewer has ruled information out; a refusal is still owed.
    Rejected,
    /// An answer is drafted and waits for a second officer. Keeps the state it came from, because
    /// the release depends on it.
    AnswerDrafted(Reviewed),
    /// The answer is under way.
    AnswerReleased(Outcome),
    /// The counterpart's receipt for the answer is on file.
    AnswerDelivered(Outcome),
    /// The counterpart has taken it back.
    Withdrawn,
}

/// How a review ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reviewed {
    /// Cleared.
    Cleared,
    /// Cleared under conditions.
    Conditional,
    /// Ruled out.
    Rejected,
}

impl Incoming {
    /// The code of the state.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Screening => "screening",
            Self::Held => "held",
            Self::Cleared => "cleared",
            Self::Conditional => "conditional",
            Self::Rejected => "rejected",
            Self::AnswerDrafted(_) => "answer-drafted",
            Self::AnswerReleased(_) => "answer-released",
            Self::AnswerDelivered(_) => "answer-delivered",
            Self::Withdrawn => "withdrawn",
        }
    }

    const fn refuse(self, step: &'static str) -> NotNow {
        NotNow {
            step,
            state: self.code(),
        }
    }

    /// The state after the gate has looked.
    #[must_use]
    pub const fn screened(requires_review: bool) -> Self {
        if requires_review {
            Self::Held
        } else {
            Self::Screening
        }
    }

    /// A reviewer decides.
    ///
    /// # Errors
    /// [`NotNow`] once an answer has been released or the request withdrawn.
    pub fn reviewed(self, decision: Decision) -> Result<Self, NotNow> {
        match self {
            Self::AnswerReleased(_) | Self::AnswerDelivered(_) | Self::Withdrawn => {
                Err(self.refuse("review"))
            }
            _ => Ok(match decision {
                Decision::Clear => Self::Cleared,
                Decision::ClearWithConditions => Self::Conditional,
                Decision::Hold => Self::Held,
                Decision::Reject => Self::Rejected,
            }),
        }
    }

    /// How the review ended, once it has.
    #[must_use]
    pub const fn review(self) -> Option<Reviewed> {
        match self {
            Self::Cleared => Some(Reviewed::Cleared),
            Self::Conditional => Some(Reviewed::Conditional),
            Self::Rejected => Some(Reviewed::Rejected),
            Self::AnswerDrafted(reviewed) => Some(reviewed),
            _ => None,
        }
    }

    /// A handler drafts the answer, or drafts it again.
    ///
    /// # Errors
    /// [`NotNow`] before a person has reviewed the request, or after the answer has left.
    pub fn answer_drafted(self) -> Result<Self, NotNow> {
        self.review()
            .map(Self::AnswerDrafted)
            .ok_or(self.refuse("drafting an answer"))
    }

    /// A second officer releases the answer.
    ///
    /// # Errors
    /// [`NotNow`] unless a draft waits.
    pub fn answer_released(self, outcome: Outcome) -> Result<Self, NotNow> {
        match self {
            Self::AnswerDrafted(_) => Ok(Self::AnswerReleased(outcome)),
            _ => Err(self.refuse("release of an answer")),
        }
    }

    /// The counterpart's receipt for the answer arrives.
    #[must_use]
    pub const fn answer_receipted(self) -> Self {
        match self {
            Self::AnswerReleased(outcome) => Self::AnswerDelivered(outcome),
            other => other,
        }
    }

    /// The counterpart takes it back.
    ///
    /// # Errors
    /// [`NotNow`] once the answer has left.
    pub fn withdrawn(self) -> Result<Self, NotNow> {
        match self {
            Self::AnswerReleased(_) | Self::AnswerDelivered(_) | Self::Withdrawn => {
                Err(self.refuse("withdrawal"))
            }
            _ => Ok(Self::Withdrawn),
        }
    }

    /// Whether we still owe an answer.
    #[must_use]
    pub const fn awaits_answer(self) -> bool {
        !matches!(
            self,
            Self::AnswerReleased(_) | Self::AnswerDelivered(_) | Self::Withdrawn
        )
    }
}

/// Where a request stands, in either direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "direction")]
pub enum Stage {
    /// Our request to them.
    Outgoing(Outgoing),
    /// Their request to us.
    Incoming(Incoming),
}

impl Stage {
    /// The code of the state.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Outgoing(state) => state.code(),
            Self::Incoming(state) => state.code(),
        }
    }

    /// Whether an answer is still owed, by either side.
    #[must_use]
    pub const fn awaits_answer(self) -> bool {
        match self {
            Self::Outgoing(state) => state.awaits_answer(),
            Self::Incoming(state) => state.awaits_answer(),
        }
    }
}

#[cfg(test)]
mod tests {
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
}
