//! The request for information: the fields a counterpart needs to judge it.
//!
//! The list follows Directive (EU) 2023/977 Art. 4 and Art. 13 of China's law on international
//! assistance in criminal matters: both ask for purpose, facts, legal basis and the link between
//! what is asked and the case.

use crate::Marking;
use crate::vocabulary::{SelectorKind, Topic, Urgency};
use serde::{Deserialize, Serialize};

/// Longest free text in a request or answer, in bytes.
pub const MAX_TEXT: usize = 64 * 1024;

/// Most items that one request may ask.
pub const MAX_ITEMS: usize = 50;

/// Most selectors that one request may declare.
pub const MAX_SELECTORS: usize = 500;

/// A selector that the request openly names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclaredSelector {
    /// What it is.
    pub kind: SelectorKind,
    /// As the requester wrote it.
    pub value: String,
    /// How it is linked to the purpose; required where it can mean a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// Who asks, and who else can confirm that they do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requester {
    /// The authority.
    pub authority: String,
    /// The unit in it.
    pub unit: String,
    /// A second contact through which the requester can be verified.
    pub verification_contact: String,
}

/// A request for information.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// One line for lists.
    pub subject: String,
    /// What it is about.
    pub topic: Topic,
    /// How fast an answer is needed.
    pub urgency: Urgency,
    /// Why that fast; required above normal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urgency_reason: Option<String>,
    /// Who asks.
    pub requester: Requester,
    /// The treaty, arrangement or law it rests on, with article.
    pub legal_basis: String,
    /// What happened: act, date, place, harm.
    pub facts: String,
    /// The offence or incident in the requester's law or scheme.
    pub offence: String,
    /// What the information is to be used for.
    pub purpose: String,
    /// Why the other side should hold it.
    pub why_held: String,
    /// Why it is needed and not too much.
    pub necessity: String,
    /// The items asked, one by one.
    pub items: Vec<String>,
    /// The selectors that the request names.
    #[serde(default)]
    pub selectors: Vec<DeclaredSelector>,
    /// Declaration that no political, religious or ethnic purpose is pursued.
    pub no_persecution_declared: bool,
    /// The language of the free text, as BCP 47 tag.
    pub language: String,
    /// Its marking.
    pub marking: Marking,
}

impl Request {
    /// Every free text with the name of its field, for screening and search.
    pub fn texts(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let fixed = [
            ("subject", self.subject.as_str()),
            ("facts", &self.facts),
            ("offence", &self.offence),
            ("purpose", &self.purpose),
            ("why_held", &self.why_held),
            ("necessity", &self.necessity),
            ("legal_basis", &self.legal_basis),
            (
                "urgency_reason",
                self.urgency_reason.as_deref().unwrap_or(""),
            ),
        ];
        fixed
            .into_iter()
            .chain(self.items.iter().map(|item| ("items", item.as_str())))
    }
}
