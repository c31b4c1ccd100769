//! Matters followed over time: laws, negotiations, plans, and events outside the mechanism.
//!
//! Questions 10, 29 to 40 of the reference inquiry.

use super::mechanism::PlanState;
use super::{Text, Truth};
use crate::vocabulary::vocabulary;
use crate::{Occurred, PartyId};
use serde::{Deserialize, Serialize};

vocabulary! {
    /// What a dossier is about.
    DossierKind {
        Legislation = "legislation",
        /// An agreement between states.
        Negotiation = "negotiation",
        /// Screening of foreign investment.
        InvestmentScreening = "investment-screening",
        EuInitiative = "eu-initiative",
    }
}

vocabulary! {
    /// How far a matter is.
    DossierStage {
        Announced = "announced",
        InPreparation = "in-preparation",
        Draft = "draft",
        InNegotiation = "in-negotiation",
        /// Adopted; in force soon.
        EnteringIntoForce = "entering-into-force",
        Concluded = "concluded",
        /// Asked, and said not to be sought.
        NotSought = "not-sought",
        NotKnown = "not-known",
    }
}

vocabulary! {
    /// The part an agency takes in a dossier.
    DossierRole { Lead = "lead", Participating = "participating" }
}

vocabulary! {
    /// What a step is.
    StepKind {
        Announcement = "announcement",
        Statement = "statement",
        Denial = "denial",
        PreliminaryTalk = "preliminary-talk",
        Negotiation = "negotiation",
        Draft = "draft",
        Adoption = "adoption",
        ParliamentaryAnswer = "parliamentary-answer",
        Report = "report",
    }
}

/// An agency that works on a dossier (question 30).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DossierAgency {
    /// The agency, as far down as is known.
    pub agency: Text,
    /// The part it takes.
    pub role: DossierRole,
}

/// A law, negotiation or other matter that is followed over time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dossier {
    /// The matter.
    pub subject: Text,
    /// What it is.
    pub matter: DossierKind,
    /// How far it is, at the date in the header.
    pub stage: DossierStage,
    /// How it stands, in words.
    pub statement: Text,
    /// What it is to regulate or achieve.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goal: Option<Text>,
    /// Whether a catalogue of criteria exists (question 29); none where the matter has no such.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub criteria_catalogue: Option<Truth>,
    /// Who works on it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agencies: Vec<DossierAgency>,
}

/// One dated step in a dossier (questions 32 and 35).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What happened. The header says when.
    pub what: Text,
    /// What it is.
    pub step: StepKind,
    /// Who acted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<PartyId>,
    /// The other side's reaction, with its form and date where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reaction: Option<Text>,
}

/// What is intended, in which state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// What is intended.
    pub what: Text,
    /// How far it is.
    pub state: PlanState,
    /// By when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Occurred>,
    /// Who sees to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Text>,
    /// Why, or why not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text>,
}

/// What an event dealt with (question 40).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Aspect {
    /// The subject.
    pub subject: Text,
    /// Whether it was dealt with.
    pub discussed: Truth,
    /// The part it played.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Text>,
}

/// An event outside the mechanism.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExternalEvent {
    /// Its name.
    pub name: Text,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Text>,
    /// What happened, as far as it matters here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement: Option<Text>,
    /// What was dealt with there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aspects: Vec<Aspect>,
}
