//! The typed bodies of records, one family a module.
//!
//! A family is here because a question of the reference inquiry (Bundestag paper 19/9523) cannot
//! be answered without it. What hangs together is linked by [`Header::about`](crate::Header):
//! a topic statement is about its round, a round about its mechanism.
//!
//! "Not raised", "not known" and "nothing" are values and records here, never missing rows: an
//! empty result proves nothing.

pub mod document;
pub mod dossier;
pub mod mechanism;
pub mod organisation;
pub mod round;
pub mod safeguard;
pub mod statement;
pub mod text;

pub use document::Document;
pub use dossier::{Dossier, ExternalEvent, Plan, Step};
pub use mechanism::{ComparableMechanism, DialogueFormat, Mechanism, PlannedRound};
pub use organisation::{
    ActivationRule, ContactPoint, LifecycleEvent, Mandate, Party, ResourceStatement,
};
pub use round::{AgendaItem, Evaluation, Participation, Round, RoundResult, TopicStatement};
pub use safeguard::SafeguardRule;
pub use statement::{KnowledgeStatement, NilStatement};
pub use text::Text;

use crate::vocabulary::vocabulary;
use serde::{Deserialize, Serialize};

/// Declares the families once: the list of kinds and the enum of bodies cannot drift apart.
macro_rules! families {
    ($($(#[$meta:meta])* $name:ident = $code:literal),+ $(,)?) => {
        vocabulary! {
            /// What a record is: the tag that stands before its body.
            RecordKind { $($(#[$meta])* $name = $code),+ }
        }

        /// What a record says.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "kind", content = "body", deny_unknown_fields)]
        pub enum Body {
            $($(#[$meta])* #[serde(rename = $code)] $name($name)),+
        }

        impl Body {
            /// Which family the body belongs to.
            #[must_use]
            pub const fn kind(&self) -> RecordKind {
                match self { $(Self::$name(_) => RecordKind::$name),+ }
            }

            /// Reads the body of a record whose kind is known already, so that an error can name
            /// the field inside the body.
            ///
            /// # Errors
            /// Whatever the deserializer reports.
            pub fn deserialize_as<'de, D>(kind: RecordKind, from: D) -> Result<Self, D::Error>
            where
                D: serde::Deserializer<'de>,
            {
                match kind { $(RecordKind::$name => $name::deserialize(from).map(Self::$name)),+ }
            }
        }

        $(impl From<$name> for Body {
            fn from(body: $name) -> Self {
                Self::$name(body)
            }
        })+
    };
}

families! {
    /// A state or organisation that takes part.
    Party = "party",
    /// A contact point of one party.
    ContactPoint = "contact-point",
    /// Agreed, established, started: a stage in the life of a contact point.
    LifecycleEvent = "lifecycle-event",
    /// When a contact point may be called on.
    ActivationRule = "activation-rule",
    /// Staff and money of a contact point.
    ResourceStatement = "resource-statement",
    /// Level, powers and units of a contact point.
    Mandate = "mandate",
    /// A consultation mechanism.
    Mechanism = "mechanism",
    /// A round that was held, or may have been.
    Round = "round",
    /// Who took part in a round.
    Participation = "participation",
    /// A point on the agenda of a round.
    AgendaItem = "agenda-item",
    /// Whether a topic was raised in a round, and what came of it.
    TopicStatement = "topic-statement",
    /// What a round led to.
    RoundResult = "result",
    /// How a round was evaluated.
    Evaluation = "evaluation",
    /// A round to come.
    PlannedRound = "planned-round",
    /// Another format in which the parties talk.
    DialogueFormat = "dialogue-format",
    /// A mechanism of the same sort with another state.
    ComparableMechanism = "comparable-mechanism",
    /// A document, or the fact that none exists.
    Document = "document",
    /// A rule against misuse.
    SafeguardRule = "safeguard-rule",
    /// A law, negotiation or other matter that is followed over time.
    Dossier = "dossier",
    /// One dated step in a dossier.
    Step = "step",
    /// What is intended, in which state.
    Plan = "plan",
    /// An event outside the mechanism.
    ExternalEvent = "external-event",
    /// What was searched for, where, and whether it is known.
    KnowledgeStatement = "knowledge-statement",
    /// The declaration that there was nothing.
    NilStatement = "nil-statement",
}

vocabulary! {
    /// An answer to a yes-or-no question in a record. Not knowing is an answer.
    Truth { Yes = "yes", No = "no", Unknown = "unknown" }
}

impl Body {
    /// The words that name the record in a list, where its family has such words.
    #[must_use]
    pub const fn subject(&self) -> Option<&Text> {
        match self {
            Self::Party(b) => Some(&b.name),
            Self::ContactPoint(b) => Some(&b.name),
            Self::LifecycleEvent(b) => b.note.as_ref(),
            Self::ActivationRule(b) => Some(&b.name),
            Self::ResourceStatement(b) => Some(&b.statement),
            Self::Mandate(b) => Some(&b.statement),
            Self::Mechanism(b) => Some(&b.name),
            Self::Round(b) => b.character.as_ref(),
            Self::Participation(b) => Some(&b.agency.name),
            Self::AgendaItem(b) => Some(&b.subject),
            Self::TopicStatement(b) => Some(&b.subject),
            Self::RoundResult(b) => Some(&b.statement),
            Self::Evaluation(b) => Some(&b.statement),
            Self::PlannedRound(b) => Some(&b.statement),
            Self::DialogueFormat(b) => Some(&b.name),
            Self::ComparableMechanism(b) => Some(&b.name),
            Self::Document(b) => Some(&b.title),
            Self::SafeguardRule(b) => Some(&b.rule),
            Self::Dossier(b) => Some(&b.subject),
            Self::Step(b) => Some(&b.what),
            Self::Plan(b) => Some(&b.what),
            Self::ExternalEvent(b) => Some(&b.name),
            Self::KnowledgeStatement(b) => Some(&b.sought),
            Self::NilStatement(b) => Some(&b.what),
        }
    }
}
