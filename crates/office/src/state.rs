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
    /// The counterpart's receipt is on file that it holds the message (D.1). Whether it has been
    /// handed the content is beside the state ([`crate::case::Receipted`]).
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

    /// The counterpart's first receipt arrives. A receipt that comes after the clock or the answer
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
    /// The counterpart's receipt is on file that it holds the answer (D.1).
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

    /// The counterpart's first receipt for the answer arrives.
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
mod tests;
