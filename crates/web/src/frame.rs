//! What surrounds every page: navigation, who is signed in, what was just done, what was refused.

use crate::assets;
use crate::fault::Refusal;
use crate::standing::Banner;
use crate::words::Words;
use locales::Language;
use policy::{Action, NodeFacts, Resource};

/// A page in the navigation.
pub(crate) struct Place {
    pub(crate) address: &'static str,
    pub(crate) label: String,
    pub(crate) current: bool,
}

/// What surrounds a page.
pub(crate) struct Frame {
    /// The party whose node this is.
    pub(crate) party: String,
    /// Whether the node runs an exercise.
    pub(crate) exercise: bool,
    /// The officer's name; none before sign-in.
    pub(crate) officer: Option<String>,
    /// The officer's roles, in words.
    pub(crate) roles: String,
    /// The pages the officer may open.
    pub(crate) places: Vec<Place>,
    /// The address to come back to after the language was changed.
    pub(crate) here: String,
    /// Why the node may not write, while it may not.
    pub(crate) banner: Option<Banner>,
    /// What was just done.
    pub(crate) note: Option<String>,
    /// What was refused.
    pub(crate) refusal: Option<Refusal>,
}

/// A language to choose.
pub(crate) struct LanguageChoice {
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    pub(crate) current: bool,
}

/// The pages of the navigation with what one must be allowed to do in order to open them.
const PLACES: [(&str, &str, Option<Action>); 6] = [
    ("/", "nav-situation", None),
    ("/requests", "nav-requests", Some(Action::ReadCases)),
    ("/journal", "nav-journal", Some(Action::ReadJournal)),
    ("/records", "nav-records", Some(Action::ReadRecords)),
    ("/inquiries", "nav-inquiries", Some(Action::ReadRecords)),
    ("/peers", "nav-peers", Some(Action::ReadJournal)),
];

impl Frame {
    /// The frame before sign-in.
    pub(crate) fn outside(office: &office::Office, words: Words, here: &str) -> Self {
        Self {
            party: office.party().to_string(),
            exercise: office.is_exercise(),
            officer: None,
            roles: String::new(),
            places: Vec::new(),
            here: here.to_owned(),
            banner: Banner::of(words, office),
            note: None,
            refusal: None,
        }
    }

    /// The frame for an officer on the page `here`.
    pub(crate) fn inside(
        office: &office::Office,
        words: Words,
        actor: &office::Actor,
        here: &str,
    ) -> Self {
        let node = || {
            Resource::Node(NodeFacts {
                exercise: office.is_exercise(),
            })
        };
        let places = PLACES
            .iter()
            .filter(|(_, _, needs)| needs.is_none_or(|action| office.may(actor, action, node())))
            .map(|(address, label, _)| Place {
                address,
                label: words.t(label),
                current: is_under(here, address),
            })
            .collect();
        let roles: Vec<String> = actor
            .roles()
            .iter()
            .map(|role| words.label("role", role.as_str()))
            .collect();
        Self {
            officer: Some(actor.name().to_owned()),
            roles: roles.join(", "),
            places,
            ..Self::outside(office, words, here)
        }
    }

    /// The address of an asset, for templates.
    #[expect(
        clippy::unused_self,
        reason = "templates reach functions through values only"
    )]
    pub(crate) fn asset(&self, name: &str) -> String {
        assets::address(name)
    }

    /// The languages to choose from, by the names their speakers use.
    #[expect(
        clippy::unused_self,
        reason = "templates reach functions through values only"
    )]
    pub(crate) fn languages(&self, words: &Words) -> Vec<LanguageChoice> {
        Language::ALL
            .into_iter()
            .map(|language| LanguageChoice {
                code: language.code(),
                name: match language {
                    Language::De => "Deutsch",
                    Language::En => "English",
                },
                current: language == words.0,
            })
            .collect()
    }
}

fn is_under(here: &str, address: &str) -> bool {
    let path = here.split('?').next().unwrap_or(here);
    path == address
        || (address != "/"
            && path
                .strip_prefix(address)
                .is_some_and(|rest| rest.starts_with('/')))
}
