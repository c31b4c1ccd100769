//! Two logs of one exchange, held against each other.
//!
//! A difference is no accusation: a message may be on its way, or the counterpart's log older. But
//! it is always shown, and a receipted message that the other log does not know cannot be explained
//! by either.

use super::ledger::{Ledger, Message};
use super::tally::{Cell, Measure, Scope};
use records::vocabulary::{MessageKind, Topic};
use records::{PartyId, Timestamp};
use serde::Serialize;
use std::collections::BTreeSet;

/// A log and how far it was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogPosition {
    /// Who keeps it.
    pub keeper: PartyId,
    /// Origin of the log.
    pub log: String,
    /// Number of entries.
    pub size: u64,
}

/// A message that only one side has written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OneSided {
    /// The message.
    pub message: String,
    /// What it is; none for a kind this version does not know.
    pub kind: Option<MessageKind>,
    /// Who sent it.
    pub sender: PartyId,
    /// When it was written.
    pub created: Timestamp,
    /// Whose log has it.
    pub known_to: PartyId,
    /// Whether that log shows that it was delivered (event D.1). Then the other log should have it.
    pub delivered: bool,
}

/// A message that the sides have written down differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MessageDiffers {
    /// The message.
    pub message: String,
    /// The field.
    pub field: &'static str,
    /// As in our log.
    pub own: String,
    /// As in the counterpart's.
    pub counterpart: String,
}

/// A count on which the logs disagree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FigureDiffers {
    /// The side that asked or checked.
    pub sender: PartyId,
    /// What it asked about.
    pub topic: Option<Topic>,
    /// Real or exercise.
    pub scope: Scope,
    /// What is counted.
    pub measure: String,
    /// In our log.
    pub own: u64,
    /// In the counterpart's.
    pub counterpart: u64,
}

/// Where the two logs of an exchange do not agree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Discrepancies {
    /// Our log.
    pub own: LogPosition,
    /// The counterpart's.
    pub counterpart: LogPosition,
    /// Messages known to one log only.
    pub one_sided: Vec<OneSided>,
    /// Messages written down differently.
    pub messages: Vec<MessageDiffers>,
    /// Counts that differ.
    pub figures: Vec<FigureDiffers>,
}

impl Discrepancies {
    /// Compares two logs of one exchange; both count everything, deadlines judged at `as_of`.
    #[must_use]
    pub fn between(own: &Ledger, counterpart: &Ledger, as_of: Timestamp) -> Self {
        let ids: BTreeSet<&String> = own
            .messages
            .keys()
            .chain(counterpart.messages.keys())
            .collect();
        let mut one_sided = Vec::new();
        let mut messages = Vec::new();
        for id in ids {
            match (own.messages.get(id), counterpart.messages.get(id)) {
                (Some(ours), Some(theirs)) => messages.extend(differences(ours, theirs)),
                (Some(message), None) => one_sided.push(alone(message, own)),
                (None, Some(message)) => one_sided.push(alone(message, counterpart)),
                (None, None) => {}
            }
        }
        let (ours, theirs) = (own.tally(None, as_of), counterpart.tally(None, as_of));
        let cells: BTreeSet<&Cell> = ours
            .cells()
            .chain(theirs.cells())
            .map(|(cell, _)| cell)
            .collect();
        let figures = cells.into_iter().filter_map(|cell| {
            let (own, counterpart) = (ours.get(cell), theirs.get(cell));
            (own != counterpart).then(|| FigureDiffers {
                sender: cell.sender.clone(),
                topic: cell.topic,
                scope: cell.scope,
                measure: Measure::code(cell.measure),
                own,
                counterpart,
            })
        });
        let figures = figures.collect();
        Self {
            own: position(own),
            counterpart: position(counterpart),
            one_sided,
            messages,
            figures,
        }
    }

    /// Whether both sides say the same.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.one_sided.is_empty() && self.messages.is_empty() && self.figures.is_empty()
    }

    /// A row per difference: what differs, in our log, in the counterpart's. All codes, no labels.
    #[must_use]
    pub fn to_rows(&self) -> Vec<[String; 3]> {
        let one_sided = self.one_sided.iter().map(|one| {
            let what = format!("{} {} of {}", kind_code(one.kind), one.message, one.sender);
            let seen = if one.delivered {
                "delivered"
            } else {
                "not receipted"
            }
            .to_owned();
            if one.known_to == self.own.keeper {
                [what, seen, "unknown".to_owned()]
            } else {
                [what, "unknown".to_owned(), seen]
            }
        });
        let messages = self.messages.iter().map(|differs| {
            let what = format!("{} of {}", differs.field, differs.message);
            [what, differs.own.clone(), differs.counterpart.clone()]
        });
        let figures = self.figures.iter().map(|differs| {
            let topic = differs.topic.map_or("-", Topic::code);
            let scope = differs.scope.code();
            let what = format!("{}.{topic}.{scope}.{}", differs.sender, differs.measure);
            [
                what,
                differs.own.to_string(),
                differs.counterpart.to_string(),
            ]
        });
        one_sided.chain(messages).chain(figures).collect()
    }
}

fn position(ledger: &Ledger) -> LogPosition {
    LogPosition {
        keeper: ledger.keeper.clone(),
        log: ledger.origin.clone(),
        size: ledger.size,
    }
}

fn alone(message: &Message, ledger: &Ledger) -> OneSided {
    OneSided {
        message: message.id.clone(),
        kind: message.kind,
        sender: message.sender.clone(),
        created: message.created,
        known_to: ledger.keeper.clone(),
        delivered: message.delivered,
    }
}

fn differences(own: &Message, counterpart: &Message) -> Vec<MessageDiffers> {
    let code = |code: Option<&'static str>| code.unwrap_or("-").to_owned();
    let time = |time: Option<Timestamp>| time.map_or("-".to_owned(), |time| time.to_string());
    // What the content says is on both sides once both know that it was handed over. Until then one
    // side has not read it, or does not know that the other has.
    let read = own.handed_over && counterpart.handed_over;
    let side = |m: &Message| {
        [
            ("kind", kind_code(m.kind).to_owned()),
            ("sender", m.sender.to_string()),
            ("exercise", m.exercise.to_string()),
            ("created", m.created.to_string()),
            ("thread", m.thread.clone()),
            ("deadline", time(m.deadline)),
            ("topic", code(m.topic.map(Topic::code))),
            (
                "outcome",
                code(m.outcome.filter(|_| read).map(|o| o.code())),
            ),
            ("reason", code(m.reason.filter(|_| read).map(|r| r.code()))),
        ]
    };
    let pairs = side(own).into_iter().zip(side(counterpart));
    pairs
        .filter(|((_, ours), (_, theirs))| ours != theirs)
        .map(|((field, ours), (_, theirs))| MessageDiffers {
            message: own.id.clone(),
            field,
            own: ours,
            counterpart: theirs,
        })
        .collect()
}

fn kind_code(kind: Option<MessageKind>) -> &'static str {
    kind.map_or("unknown", MessageKind::code)
}
