//! A round of consultations: who took part, what was raised, what came of it.
//!
//! Questions 1 to 5, 7 and 9 of the reference inquiry.

use super::organisation::Agency;
use super::{Text, Truth};
use crate::vocabulary::{Topic, vocabulary};
use crate::{Occurred, PartyId};
use serde::{Deserialize, Serialize};

vocabulary! {
    /// The part somebody takes in a round.
    MeetingRole { Chair = "chair", Delegate = "delegate", Observer = "observer" }
}

vocabulary! {
    /// Whether a person may be named.
    Naming {
        /// Named by a public source.
        Public = "public",
        /// Known and withheld.
        Withheld = "withheld",
        /// Not known.
        NotKnown = "not-known",
    }
}

vocabulary! {
    /// What a point on the agenda is for.
    AgendaPurpose {
        /// The sides tell each other how things stand.
        Exchange = "exchange",
        /// Joint action against third parties (question 5).
        JointAction = "joint-action-against-third",
        /// Protection of critical infrastructure or early warning (question 7).
        EarlyWarning = "early-warning",
        /// How the mechanism and its contact points are to work.
        Arrangement = "arrangement",
        /// A subject for rounds to come.
        FutureSubject = "future-subject",
    }
}

vocabulary! {
    /// Whether a topic was raised. That it was not is a value, and so is that nobody knows.
    Raised { Raised = "raised", NotRaised = "not-raised", Unknown = "unknown" }
}

vocabulary! {
    /// The topics whose human-rights side question 3 a to i asks about; b and g hold two each.
    HrTheme {
        /// Question 3 a.
        ItLegislation = "it-legislation",
        /// Question 3 b.
        PrivacyByDesign = "privacy-by-design",
        /// Question 3 b.
        SecurityByDesign = "security-by-design",
        /// Question 3 c.
        DigitalInfrastructure = "digital-infrastructure",
        /// Question 3 d.
        ExportInfrastructure = "export-infrastructure-third-states",
        /// Question 3 e.
        AnonymisationTor = "anonymisation-tor",
        /// Question 3 f; not the same as business use of VPN.
        VpnWithoutLicence = "vpn-without-licence",
        /// Question 3 g.
        SocialScoring = "social-scoring",
        /// Question 3 g.
        ExportSocialScoring = "export-social-scoring",
        /// Question 3 h.
        AiEthics = "ai-ethics",
        /// Question 3 i.
        Militarisation = "militarisation",
    }
}

vocabulary! {
    /// What sort of result a round had.
    ResultKind {
        JointStatement = "joint-statement",
        Understanding = "understanding",
        ContactPoint = "contact-point",
        FollowUpTalks = "follow-up-talks",
        Disagreement = "disagreement",
    }
}

vocabulary! {
    /// What an evaluation looked at.
    EvaluationScope { Substance = "substance", Organisation = "organisation-and-procedure" }
}

/// A round. The header says when, and what mechanism it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Round {
    /// Which round, from 1.
    pub number: u32,
    /// Whether it was held.
    pub held: Truth,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Text>,
    /// What sort of meeting it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub character: Option<Text>,
}

/// A person named by a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// The name, as the source writes it.
    pub name: String,
    /// The function.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<Text>,
}

/// Who took part in a round (question 1). Where only the agency is known, the person is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Participation {
    /// For which side.
    pub party: PartyId,
    /// The agency that took part.
    pub agency: Agency,
    /// The unit in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Text>,
    /// The part it took.
    pub role: MeetingRole,
    /// The person, where named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Person>,
    /// Whether persons may be named.
    pub naming: Naming,
}

/// A point on the agenda of a round (questions 2, 5 and 7).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgendaItem {
    /// Its place on the agenda, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<u32>,
    /// The subject.
    pub subject: Text,
    /// The topic it falls under.
    pub topic: Topic,
    /// What it is for.
    pub purpose: AgendaPurpose,
}

/// Whether a topic was raised in a round, with what aim and result (questions 2 to 4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TopicStatement {
    /// The subject.
    pub subject: Text,
    /// The topic it falls under.
    pub topic: Topic,
    /// Whether the statement is about the human-rights and civil-rights side of the subject.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub human_rights: bool,
    /// Which of the themes of question 3 it is, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub theme: Option<HrTheme>,
    /// Whether it was raised.
    pub raised: Raised,
    /// By whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raised_by: Option<PartyId>,
    /// What was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Text>,
    /// With what aim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aim: Option<Text>,
    /// What came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Text>,
    /// How the other side took it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reaction: Option<Text>,
    /// The laws named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub laws: Vec<Text>,
    /// The third states concerned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub third_states: Vec<PartyId>,
}

/// What a round led to, or that it did not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoundResult {
    /// What sort of result is meant.
    pub result: ResultKind,
    /// Whether there is one.
    pub achieved: Truth,
    /// In words.
    pub statement: Text,
}

/// What is to be done otherwise next time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// What changes.
    pub change: Text,
    /// Who sees to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Text>,
    /// By when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Occurred>,
}

/// How a round was evaluated (question 9).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evaluation {
    /// What it looked at.
    pub scope: EvaluationScope,
    /// Whether there was one.
    pub evaluated: Truth,
    /// In words.
    pub statement: Text,
    /// By whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Text>,
    /// How.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<Text>,
    /// What follows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
}
