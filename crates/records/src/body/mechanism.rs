//! The consultation mechanism, its rounds to come, and what is like it.
//!
//! Questions 11, 16 and 17 of the reference inquiry. Rounds held are in [`round`](super::round).

use super::{Text, Truth};
use crate::vocabulary::{Topic, vocabulary};
use crate::{Occurred, PartyId};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

vocabulary! {
    /// How often something repeats.
    Cadence {
        HalfYearly = "half-yearly",
        Yearly = "yearly",
        Occasional = "occasional",
        Once = "once",
        NotKnown = "not-known",
    }
}

vocabulary! {
    /// How far a plan is.
    PlanState {
        /// Said to come, without a date.
        Announced = "announced",
        /// The sides still have to agree.
        InCoordination = "in-coordination",
        /// Date fixed.
        Scheduled = "scheduled",
        Postponed = "postponed",
        Done = "done",
        Abandoned = "abandoned",
        /// Asked, and not intended.
        NotPlanned = "not-planned",
        NotKnown = "not-known",
    }
}

vocabulary! {
    /// Who has to move next.
    WaitingFor { Own = "own", Counterpart = "counterpart", Both = "both", Nobody = "nobody", NotKnown = "not-known" }
}

/// A consultation mechanism.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mechanism {
    /// Its name.
    pub name: Text,
    /// Between whom.
    pub parties: Vec<PartyId>,
    /// What it is to achieve, one by one.
    pub objectives: Vec<Text>,
    /// How often it is to meet.
    pub cadence: Cadence,
}

/// A round to come (question 11).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedRound {
    /// Which round, from 1.
    pub number: u32,
    /// How far the plan is.
    pub state: PlanState,
    /// The date it is planned for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned_for: Option<Occurred>,
    /// The place it is planned for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Text>,
    /// Who has to move next.
    pub waiting_for: WaitingFor,
    /// In words, with the reason where one is known.
    pub statement: Text,
}

/// How many, as far as a source says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Count {
    /// The number.
    pub value: u32,
    /// Whether the source says "about".
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub approximate: bool,
}

/// Another format in which the parties talk (question 16).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DialogueFormat {
    /// Its name; for several formats recorded together, what they have in common.
    pub name: Text,
    /// Between whom.
    pub parties: Vec<PartyId>,
    /// How many formats the record stands for; none means one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<Count>,
    /// What it deals with, where known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<Topic>,
    /// Whether it deals with law on information technology and its effects.
    pub legislation_exchange: Truth,
    /// How knowledge passes between it and the mechanism.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub knowledge_transfer: Option<Text>,
}

/// One round of a comparable mechanism.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoundWithOther {
    /// Which round, where the source counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
    /// When it was held, or began.
    pub held: Occurred,
    /// The last day of a round of several days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Text>,
}

/// A mechanism of the same sort with another state (question 17).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComparableMechanism {
    /// With which state.
    pub state: PartyId,
    /// Its name.
    pub name: Text,
    /// Whether it exists or existed.
    pub exists: Truth,
    /// When it was first held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_held: Option<Occurred>,
    /// The rounds known. Others may have been held.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rounds: Vec<RoundWithOther>,
    /// How often it meets.
    pub cadence: Cadence,
    /// Why it was not repeated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_because: Option<Text>,
    /// What else is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
}
