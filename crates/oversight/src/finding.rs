//! Findings: the typed questions that evidence can answer.
//!
//! A finding is data (it stands in the binding file and in the published answer) and a pure function
//! of the evidence. Three rules hold for all of them:
//!
//! - what a source claims is worded as a claim, with the source;
//! - nothing found is *not recorded*; "none" and "not raised" need a record that says so, or a log
//!   that is shown completely;
//! - exercise records and messages stand in tables of their own, labelled as such.

mod contact_point;
mod dossier;
mod exchange;
mod figures;
mod human_rights;
mod mechanism;
mod offered;
mod outcome;
mod papers;
mod round;
mod rules;
mod statements;
mod wording;

pub(crate) use offered::{offered, premise};
pub use outcome::{AnswerKind, CounterpartCount, Figure, Outcome, Said, Table};
pub use wording::Wording;

use crate::evidence::View;
use locales::Language;
use records::body::round::HrTheme;
use records::{PartyId, RecordId};
use serde::{Deserialize, Serialize};

/// A question to the evidence, with its parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Finding {
    /// Who took part in a round, by side.
    Participants {
        /// The round, from 1.
        round: u32,
        /// What was searched for beyond that.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        knowledge: Vec<RecordId>,
    },
    /// Which bodies of one side took part in a round.
    Agencies {
        /// The round, from 1.
        round: u32,
        /// The side.
        party: PartyId,
        /// What was searched for beyond that.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        knowledge: Vec<RecordId>,
    },
    /// What was dealt with in a round, and what came of it.
    Subjects {
        /// The round, from 1.
        round: u32,
    },
    /// Which human-rights themes were raised in a round.
    HrOverview {
        /// The round, from 1.
        round: u32,
    },
    /// Whether these human-rights themes were raised in a round, with what aim and result.
    HrThemes {
        /// The round, from 1.
        round: u32,
        /// The themes.
        themes: Vec<HrTheme>,
    },
    /// The documents of a round.
    Documents {
        /// The round, from 1.
        round: u32,
    },
    /// Whether a round was evaluated.
    Evaluation {
        /// The round, from 1.
        round: u32,
    },
    /// When and where a round is to be held.
    NextRound {
        /// The round, from 1.
        number: u32,
    },
    /// Other formats in which the parties talk.
    DialogueFormats {
        /// What was searched for beyond that.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        knowledge: Vec<RecordId>,
    },
    /// Whether there are or were mechanisms of the same sort with other states.
    ComparableMechanisms {},
    /// These mechanisms, state by state.
    ComparableRounds {},
    /// When the contact points of these sides were agreed, established and started.
    ContactPointLifecycle {
        /// The sides.
        parties: Vec<PartyId>,
        /// What was searched for beyond that.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        knowledge: Vec<RecordId>,
    },
    /// Staff and money of a contact point.
    ContactPointResources {
        /// The side.
        party: PartyId,
    },
    /// Level and powers of a contact point.
    ContactPointMandate {
        /// The side.
        party: PartyId,
    },
    /// Units that take part in a contact point.
    ContactPointUnits {
        /// The side.
        party: PartyId,
    },
    /// When the contact point may be called on.
    ActivationRules {},
    /// What guards against misuse.
    SafeguardRules {},
    /// Requests by side and topic, up to the cut-off.
    Requests {
        /// The counterpart.
        peer: PartyId,
    },
    /// Requests that were not answered, by side, topic and reason.
    UnansweredRequests {
        /// The counterpart.
        peer: PartyId,
    },
    /// How dossiers stand.
    DossierState {
        /// The dossiers.
        records: Vec<RecordId>,
        /// What is intended in them.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        plans: Vec<RecordId>,
    },
    /// Who works on a dossier.
    DossierAgencies {
        /// The dossier.
        record: RecordId,
        /// What was searched for beyond that.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        knowledge: Vec<RecordId>,
    },
    /// Dated steps in a dossier.
    NegotiationSteps {
        /// The dossier.
        record: RecordId,
        /// What was searched for beyond that.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        knowledge: Vec<RecordId>,
    },
    /// How recorded plans stand.
    PlanState {
        /// The plans.
        records: Vec<RecordId>,
    },
    /// What an event outside the mechanism dealt with.
    ExternalEvent {
        /// The event.
        record: RecordId,
    },
    /// What was searched for and is, or is not, known.
    Knowledge {
        /// The statements.
        records: Vec<RecordId>,
    },
}

/// What a finding may know: the evidence, and in which words and under which key it is to answer.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The evidence.
    pub view: &'a View,
    /// The key of the demand; figures' ids begin with it.
    pub key: &'a str,
    /// The words.
    pub wording: Wording,
}

impl<'a> Asked<'a> {
    /// A demand put to this evidence.
    #[must_use]
    pub const fn new(view: &'a View, key: &'a str, language: Language) -> Self {
        Self {
            view,
            key,
            wording: Wording::new(language),
        }
    }
}

impl Finding {
    /// What the evidence shows. Pure: the same evidence gives the same outcome.
    #[must_use]
    pub fn evaluate(&self, asked: &Asked<'_>) -> Outcome {
        match self {
            Self::Participants { round, knowledge } => {
                round::participants(asked, *round, knowledge)
            }
            Self::Agencies {
                round,
                party,
                knowledge,
            } => round::agencies(asked, *round, party, knowledge),
            Self::Subjects { round } => round::subjects(asked, *round),
            Self::HrOverview { round } => human_rights::hr_overview(asked, *round),
            Self::HrThemes { round, themes } => human_rights::hr_themes(asked, *round, themes),
            Self::Documents { round } => papers::documents(asked, *round),
            Self::Evaluation { round } => papers::evaluation(asked, *round),
            Self::NextRound { number } => mechanism::next_round(asked, *number),
            Self::DialogueFormats { knowledge } => mechanism::dialogue_formats(asked, knowledge),
            Self::ComparableMechanisms {} => mechanism::comparable(asked),
            Self::ComparableRounds {} => mechanism::comparable_rounds(asked),
            Self::ContactPointLifecycle { parties, knowledge } => {
                contact_point::lifecycle(asked, parties, knowledge)
            }
            Self::ContactPointResources { party } => contact_point::resources(asked, party),
            Self::ContactPointMandate { party } => contact_point::mandate(asked, party),
            Self::ContactPointUnits { party } => contact_point::units(asked, party),
            Self::ActivationRules {} => rules::activation(asked),
            Self::SafeguardRules {} => rules::safeguards(asked),
            Self::Requests { peer } => exchange::requests(asked, peer),
            Self::UnansweredRequests { peer } => exchange::unanswered(asked, peer),
            Self::DossierState { records, plans } => dossier::state(asked, records, plans),
            Self::DossierAgencies { record, knowledge } => {
                dossier::agencies(asked, *record, knowledge)
            }
            Self::NegotiationSteps { record, knowledge } => {
                dossier::steps(asked, *record, knowledge)
            }
            Self::PlanState { records } => dossier::plans(asked, records),
            Self::ExternalEvent { record } => dossier::event(asked, *record),
            Self::Knowledge { records } => statements::knowledge(asked, records),
        }
    }
}
