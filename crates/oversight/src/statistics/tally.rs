//! Counting: by requesting side, topic and scope.

use super::ledger::{Ledger, Message};
use records::vocabulary::{ExternalReason, MessageKind, Outcome, Topic};
use records::{PartyId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Whether messages are real or belong to an exercise. The two are never added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// What really happened.
    Real,
    /// What was sent with the mark of an exercise.
    Exercise,
}

impl Scope {
    /// Both scopes.
    pub const ALL: [Self; 2] = [Self::Real, Self::Exercise];

    /// Its code in figures' ids.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Real => "real",
            Self::Exercise => "exercise",
        }
    }

    const fn of(message: &Message) -> Self {
        if message.exercise {
            Self::Exercise
        } else {
            Self::Real
        }
    }
}

/// What is counted. Every request has exactly one fate: answered with an outcome, unanswered, open
/// or withdrawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measure {
    /// Requests for information.
    Requests,
    /// Requests that reached the other side (event D.1), whether or not it could read them.
    Delivered,
    /// Requests answered, by the outcome of the latest answer whose content the requesting side has
    /// (event E.1).
    Answered(Outcome),
    /// Requests answered without information, by the reason that the requesting side was given.
    NotGiven(ExternalReason),
    /// Requests whose deadline had passed without an answer.
    Unanswered,
    /// Requests whose deadline had not passed, without an answer.
    Open,
    /// Requests that the requesting side took back before an answer.
    Withdrawn,
    /// Communication checks sent.
    PingsSent,
    /// Communication checks that the other side answered.
    PingsAnswered,
}

impl Measure {
    /// Its code in figures' ids.
    #[must_use]
    pub fn code(self) -> String {
        match self {
            Self::Requests => "requests".to_owned(),
            Self::Delivered => "delivered".to_owned(),
            Self::Answered(outcome) => format!("answered-{outcome}"),
            Self::NotGiven(reason) => format!("not-given-{}", reason.code().to_lowercase()),
            Self::Unanswered => "unanswered".to_owned(),
            Self::Open => "open".to_owned(),
            Self::Withdrawn => "withdrawn".to_owned(),
            Self::PingsSent => "pings".to_owned(),
            Self::PingsAnswered => "pings-answered".to_owned(),
        }
    }
}

/// One thing that is counted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    /// The side that asked or checked.
    pub sender: PartyId,
    /// What it asked about; none for checks, and for requests of a topic this version does not know.
    pub topic: Option<Topic>,
    /// Real or exercise.
    pub scope: Scope,
    /// What is counted.
    pub measure: Measure,
}

/// All counts of one log. What is not in it is zero.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally(BTreeMap<Cell, u64>);

impl Ledger {
    /// Counts the messages created up to `until`, deadlines judged at `as_of`.
    #[must_use]
    pub fn tally(&self, until: Option<Timestamp>, as_of: Timestamp) -> Tally {
        let mut tally = Tally::default();
        let counted = self
            .messages
            .values()
            .filter(|m| until.is_none_or(|until| m.created <= until));
        for message in counted {
            match message.kind {
                Some(MessageKind::Request) => {
                    tally.add(message, Measure::Requests);
                    if message.delivered {
                        tally.add(message, Measure::Delivered);
                    }
                    self.count_fate(&mut tally, message, as_of);
                }
                Some(MessageKind::Ping) => {
                    tally.add(message, Measure::PingsSent);
                    if self.followed_by(message, MessageKind::PingReply).is_some() {
                        tally.add(message, Measure::PingsAnswered);
                    }
                }
                Some(MessageKind::Answer | MessageKind::Withdrawal | MessageKind::PingReply)
                | None => {}
            }
        }
        tally
    }

    fn count_fate(&self, tally: &mut Tally, request: &Message, as_of: Timestamp) {
        let answer = self.followed_by(request, MessageKind::Answer);
        if let Some(outcome) = answer.and_then(|answer| answer.outcome) {
            tally.add(request, Measure::Answered(outcome));
            if let Some(reason) = answer.and_then(|answer| answer.reason)
                && !outcome.discloses()
            {
                tally.add(request, Measure::NotGiven(reason));
            }
        } else if self.withdrawn(request) {
            tally.add(request, Measure::Withdrawn);
        } else if request.deadline.is_some_and(|deadline| deadline < as_of) {
            tally.add(request, Measure::Unanswered);
        } else {
            tally.add(request, Measure::Open);
        }
    }

    /// The latest message of this kind that the other side sent in the same case and that was handed
    /// over: what the receiver could not read, or not use, answers nothing.
    fn followed_by(&self, message: &Message, kind: MessageKind) -> Option<&Message> {
        let thread = self.thread(&message.thread);
        let follows = |other: &&Message| {
            other.kind == Some(kind)
                && other.handed_over
                && other.sender != message.sender
                && other.exercise == message.exercise
        };
        thread.into_iter().rfind(follows)
    }

    fn withdrawn(&self, request: &Message) -> bool {
        self.thread(&request.thread).iter().any(|other| {
            other.kind == Some(MessageKind::Withdrawal)
                && other.handed_over
                && other.sender == request.sender
        })
    }
}

impl Tally {
    fn add(&mut self, message: &Message, measure: Measure) {
        let cell = Cell {
            sender: message.sender.clone(),
            topic: message.topic,
            scope: Scope::of(message),
            measure,
        };
        *self.0.entry(cell).or_default() += 1;
    }

    /// One count.
    #[must_use]
    pub fn get(&self, cell: &Cell) -> u64 {
        self.0.get(cell).copied().unwrap_or_default()
    }

    /// A sum of counts.
    #[must_use]
    pub fn sum(&self, wanted: impl Fn(&Cell) -> bool) -> u64 {
        self.0
            .iter()
            .filter(|(cell, _)| wanted(cell))
            .map(|(_, count)| count)
            .sum()
    }

    /// The counts above zero.
    pub fn cells(&self) -> impl Iterator<Item = (&Cell, u64)> {
        self.0.iter().map(|(cell, count)| (cell, *count))
    }
}
