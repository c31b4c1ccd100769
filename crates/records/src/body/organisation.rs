//! Parties and their contact points: who they are, when they started, what they have and may do.
//!
//! Questions 19 to 22 of the reference inquiry.

use super::{Text, Truth};
use crate::PartyId;
use crate::vocabulary::{Topic, Urgency, vocabulary};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

vocabulary! {
    /// What a party is.
    PartyKind { State = "state", Organisation = "international-organisation" }
}

vocabulary! {
    /// What an agency is. The inquiry asks for security authorities and other state bodies apart.
    AgencyKind {
        /// Police, intelligence and ministries of public security.
        SecurityAuthority = "security-authority",
        /// Any other ministry.
        Ministry = "ministry",
        /// Embassy or consulate.
        DiplomaticMission = "diplomatic-mission",
        /// Authority for security in information technology, without police powers.
        CyberAuthority = "cyber-authority",
        Regulator = "regulator",
        Judiciary = "judiciary",
        Military = "military",
        Other = "other",
    }
}

vocabulary! {
    /// A stage in the life of a contact point.
    Stage {
        /// The sides have agreed to have one.
        Agreed = "agreed",
        /// It has been set up.
        Established = "established",
        /// It has started work.
        StartedWork = "started-work",
        Suspended = "suspended",
        Ended = "ended",
    }
}

vocabulary! {
    /// Where a contact point stands, told from its lifecycle events.
    OperationalState {
        /// No event says anything.
        NotKnown = "not-known",
        /// Agreed on paper; nothing shows that it works.
        AgreedNotOperational = "agreed-not-operational",
        /// Set up; nothing shows that it works.
        EstablishedNotOperational = "established-not-operational",
        Operational = "operational",
        Suspended = "suspended",
        Ended = "ended",
    }
}

vocabulary! {
    /// Who may call on a contact point.
    Trigger {
        /// The contact point of the other side.
        Counterpart = "counterpart-contact-point",
        /// An authority of one's own side.
        OwnAuthority = "own-authority",
        /// The officer on duty.
        OfficerOnDuty = "officer-on-duty",
        /// The head of the contact point.
        Head = "head-of-contact-point",
    }
}

vocabulary! {
    /// The level of a unit, as the inquiry lists them (question 20 b).
    Level {
        StateSecretary = "state-secretary",
        ParliamentaryStateSecretary = "parliamentary-state-secretary",
        SpecialEnvoy = "special-envoy",
        /// Abteilung.
        DirectorateGeneral = "directorate-general",
        /// Unterabteilung.
        Directorate = "directorate",
        /// Referat.
        Division = "division",
        SubordinateAgency = "subordinate-agency",
        DiplomaticMission = "diplomatic-mission",
    }
}

vocabulary! {
    /// A currency of a budget line.
    Currency { Euro = "EUR", Renminbi = "CNY", UsDollar = "USD" }
}

/// A state or organisation that takes part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// Its short name, as in configuration and log names.
    pub party: PartyId,
    /// Its name.
    pub name: Text,
    /// What it is.
    pub nature: PartyKind,
}

/// A body of a state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agency {
    /// Its name.
    pub name: Text,
    /// Its usual abbreviation, such as `BMI`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub short: Option<String>,
    /// What it is.
    pub nature: AgencyKind,
}

/// A contact point. Which stages it reached is told by its [`LifecycleEvent`]s.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactPoint {
    /// Whose it is.
    pub party: PartyId,
    /// Its name.
    pub name: Text,
    /// What it is for.
    pub purpose: Text,
    /// The fields it covers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<Topic>,
    /// The agency that runs it; none where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<Agency>,
}

/// A stage in the life of a contact point, reached or not, or not known to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LifecycleEvent {
    /// Whose contact point it is.
    pub party: PartyId,
    /// The stage.
    pub stage: Stage,
    /// Whether the stage was reached. The header says when, and how surely that is known.
    pub reached: Truth,
    /// In words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
}

impl OperationalState {
    /// The state that a contact point's lifecycle events add up to.
    ///
    /// Give the events in force, oldest first. Only stages known to be reached count: a contact
    /// point that is agreed and of which nothing more is known is *agreed, not operational*.
    pub fn from_events<'a>(events: impl IntoIterator<Item = &'a LifecycleEvent>) -> Self {
        events
            .into_iter()
            .filter(|event| event.reached == Truth::Yes)
            .fold(Self::NotKnown, |state, event| match (state, event.stage) {
                (_, Stage::Ended) => Self::Ended,
                (_, Stage::Suspended) => Self::Suspended,
                (_, Stage::StartedWork) => Self::Operational,
                (Self::NotKnown, Stage::Agreed) => Self::AgreedNotOperational,
                (Self::NotKnown | Self::AgreedNotOperational, Stage::Established) => {
                    Self::EstablishedNotOperational
                }
                (state, Stage::Agreed | Stage::Established) => state,
            })
    }
}

/// When a contact point may be called on (question 22).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActivationRule {
    /// What it is called.
    pub name: Text,
    /// The topics it holds for; none means all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<Topic>,
    /// The urgencies it holds for; none means all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub urgencies: Vec<Urgency>,
    /// Who may call on the contact point.
    pub triggered_by: Vec<Trigger>,
    /// What must be met, one by one.
    pub preconditions: Vec<Text>,
    /// From which weight of the matter on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<Text>,
    /// Its version, from 1.
    pub version: u32,
    /// The first day it holds.
    pub valid_from: Date,
    /// The last day it holds; none where it still does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Date>,
}

/// Staff of a contact point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Staff {
    /// Posts.
    pub posts: u32,
    /// Full-time equivalents in hundredths: 1250 is twelve and a half.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_time_hundredths: Option<u32>,
    /// Grades, as the party writes them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grades: Vec<String>,
}

/// One line of a budget.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BudgetLine {
    /// The budget title.
    pub title: Text,
    /// The year.
    pub year: i16,
    /// The amount in whole units of the currency.
    pub amount: u64,
    /// The currency.
    pub currency: Currency,
}

/// Staff and money of a contact point (questions 20 and 20 a).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResourceStatement {
    /// Whose contact point it is about.
    pub party: PartyId,
    /// Whether staff and money are known.
    pub known: Truth,
    /// In words.
    pub statement: Text,
    /// Staff, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff: Option<Staff>,
    /// Money, where known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub budget: Vec<BudgetLine>,
}

/// One power of a contact point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Power {
    /// What the contact point may do.
    pub power: Text,
    /// The law it rests on, with section.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_basis: Option<String>,
}

/// A unit that takes part in a contact point (question 20 b).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InvolvedUnit {
    /// Its name.
    pub name: Text,
    /// Its level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// What it does in the matter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<Text>,
}

/// Level, powers and units of a contact point (questions 20 b, 21 and 21 a).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mandate {
    /// Whose contact point it is about.
    pub party: PartyId,
    /// Whether level and powers are known.
    pub known: Truth,
    /// In words.
    pub statement: Text,
    /// Where it is placed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// To whom it reports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub superior: Option<Text>,
    /// Its powers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub powers: Vec<Power>,
    /// The units that take part in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub units: Vec<InvolvedUnit>,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn event(stage: Stage, reached: Truth) -> LifecycleEvent {
        LifecycleEvent {
            party: "cn".parse().unwrap(),
            stage,
            reached,
            note: None,
        }
    }

    /// Promise: what is agreed on paper and silent in practice never shows as working.
    #[test]
    fn agreed_and_unknown_is_not_operational() {
        let events = [
            event(Stage::Agreed, Truth::Yes),
            event(Stage::Established, Truth::Unknown),
            event(Stage::StartedWork, Truth::Unknown),
        ];
        let state = OperationalState::from_events(&events);
        assert_eq!(state, OperationalState::AgreedNotOperational);
        assert_eq!(
            OperationalState::from_events(&[]),
            OperationalState::NotKnown
        );
    }

    /// Promise: start, suspension and resumption follow the order of events.
    #[test]
    fn the_last_stage_reached_counts() {
        let yes = |stage| event(stage, Truth::Yes);
        let mut events = vec![yes(Stage::Agreed), yes(Stage::Established)];
        assert_eq!(
            OperationalState::from_events(&events),
            OperationalState::EstablishedNotOperational
        );
        events.push(yes(Stage::StartedWork));
        assert_eq!(
            OperationalState::from_events(&events),
            OperationalState::Operational
        );
        events.push(yes(Stage::Suspended));
        assert_eq!(
            OperationalState::from_events(&events),
            OperationalState::Suspended
        );
        events.push(yes(Stage::StartedWork));
        assert_eq!(
            OperationalState::from_events(&events),
            OperationalState::Operational
        );
    }
}
