//! How grave something looks. Colour never speaks alone: an icon and a word always go with it.

use office::state::{Incoming, Outgoing, Stage};
use safeguard::Consequence;

/// The tones of the design system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Neutral,
    Info,
    Success,
    Warning,
    Danger,
}

impl Tone {
    /// The suffix of the design system's classes.
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Info => "info",
            Self::Success => "success",
            Self::Warning => "warning",
            Self::Danger => "danger",
        }
    }
}

impl From<Stage> for Tone {
    fn from(stage: Stage) -> Self {
        match stage {
            Stage::Incoming(Incoming::Held | Incoming::Conditional)
            | Stage::Outgoing(Outgoing::Held) => Self::Warning,
            Stage::Incoming(Incoming::Rejected)
            | Stage::Outgoing(Outgoing::Rejected | Outgoing::Overdue | Outgoing::Unanswered) => {
                Self::Danger
            }
            Stage::Incoming(
                Incoming::Cleared | Incoming::AnswerReleased(_) | Incoming::AnswerDelivered(_),
            )
            | Stage::Outgoing(Outgoing::Answered(_)) => Self::Success,
            Stage::Incoming(Incoming::Screening | Incoming::AnswerDrafted(_))
            | Stage::Outgoing(Outgoing::Submitted | Outgoing::Sent | Outgoing::Delivered) => {
                Self::Info
            }
            Stage::Incoming(Incoming::Withdrawn)
            | Stage::Outgoing(Outgoing::Drafted | Outgoing::Withdrawn) => Self::Neutral,
        }
    }
}

impl From<Consequence> for Tone {
    fn from(consequence: Consequence) -> Self {
        match consequence {
            Consequence::HoldForReview => Self::Warning,
            Consequence::ReturnIncomplete => Self::Danger,
            Consequence::Inform => Self::Info,
        }
    }
}
