//! What the product says to people, in their language.
//!
//! The words lie in `locales/<language>/*.ftl` (Fluent). Every message exists in every language,
//! and takes the same arguments in each; the tests of this crate hold that. Nothing here decides
//! anything: codes come in, words go out.
//!
//! Start at [`text`].

use fluent::concurrent::FluentBundle;
use fluent::{FluentArgs, FluentResource};
use std::sync::LazyLock;
use unic_langid::LanguageIdentifier;

pub use fluent::FluentValue as Value;

/// A language the product speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    /// German.
    #[default]
    De,
    /// English.
    En,
}

/// A catalogue: its file name and its text in each language.
struct Catalogue {
    de: &'static str,
    en: &'static str,
}

macro_rules! catalogues {
    ($($name:literal),+ $(,)?) => {
        &[$(Catalogue {
            de: include_str!(concat!("../../../locales/de/", $name, ".ftl")),
            en: include_str!(concat!("../../../locales/en/", $name, ".ftl")),
        }),+]
    };
}

const CATALOGUES: &[Catalogue] = catalogues!(
    "vocabulary",
    "console",
    "demo",
    "answer",
    "command",
    "key",
    "paper"
);

impl Language {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::De, Self::En];

    /// Its BCP 47 tag.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::De => "de",
            Self::En => "en",
        }
    }

    /// The first language of a preference list that the product speaks, such as the value of an
    /// `Accept-Language` header or of the environment variable `LANG`.
    #[must_use]
    pub fn preferred(list: &str) -> Option<Self> {
        list.split([',', ':', ';']).find_map(|tag| {
            let primary = tag.trim().split(['-', '_', '.']).next().unwrap_or_default();
            Self::ALL
                .into_iter()
                .find(|language| language.code().eq_ignore_ascii_case(primary))
        })
    }
}

fn bundle(language: Language) -> FluentBundle<FluentResource> {
    let tag: LanguageIdentifier = language.code().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![tag]);
    // Isolation marks would end up in plain text, tables and PDFs.
    bundle.set_use_isolating(false);
    for catalogue in CATALOGUES {
        let source = match language {
            Language::De => catalogue.de,
            Language::En => catalogue.en,
        };
        let resource = match FluentResource::try_new(source.to_owned()) {
            Ok(resource) => resource,
            // What could be read stays usable; the tests make sure that this never ships.
            Err((partial, _)) => partial,
        };
        bundle.add_resource_overriding(resource);
    }
    bundle
}

static DE: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| bundle(Language::De));
static EN: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| bundle(Language::En));

fn bundle_of(language: Language) -> &'static FluentBundle<FluentResource> {
    match language {
        Language::De => &DE,
        Language::En => &EN,
    }
}

/// The message `id` with its arguments. An unknown id shows as itself in double brackets, so that
/// nothing disappears silently.
#[must_use]
pub fn text(language: Language, id: &str, arguments: &[(&str, Value<'_>)]) -> String {
    find(language, id, arguments).unwrap_or_else(|| format!("[[{id}]]"))
}

/// The message `id`, if there is one.
#[must_use]
pub fn find(language: Language, id: &str, arguments: &[(&str, Value<'_>)]) -> Option<String> {
    let bundle = bundle_of(language);
    let pattern = bundle.get_message(id)?.value()?;
    let arguments: FluentArgs<'_> = arguments
        .iter()
        .map(|(name, value)| (*name, value.clone()))
        .collect();
    let mut errors = Vec::new();
    Some(
        bundle
            .format_pattern(pattern, Some(&arguments), &mut errors)
            .into_owned(),
    )
}

/// The label of a code: the message `<list>-<code>`, with everything but letters and digits of the
/// code turned into hyphens and in lower case; the code itself where there is no label.
#[must_use]
pub fn label(language: Language, list: &str, code: &str) -> String {
    let plain: String = code
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .collect();
    find(language, &format!("{list}-{plain}"), &[]).unwrap_or_else(|| code.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{CATALOGUES, Language, bundle};
    use std::collections::{BTreeMap, BTreeSet};

    /// Message ids with the variables each uses, read from the Fluent source itself.
    fn messages(source: &str) -> BTreeMap<String, BTreeSet<String>> {
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut current = String::new();
        for line in source.lines() {
            let starts = line.chars().next().is_some_and(|c| c.is_ascii_alphabetic());
            if starts && let Some((id, _)) = line.split_once('=') {
                current = id.trim().to_owned();
                assert!(
                    found.insert(current.clone(), BTreeSet::new()).is_none(),
                    "{current} is defined twice"
                );
            }
            for part in line.split('$').skip(1) {
                let name: String = part
                    .chars()
                    .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
                    .collect();
                found.entry(current.clone()).or_default().insert(name);
            }
        }
        found
    }

    /// A reader of one language never sees less, or other figures, than a reader of another.
    #[test]
    fn every_message_exists_in_every_language_with_the_same_arguments() {
        for catalogue in CATALOGUES {
            assert_eq!(messages(catalogue.de), messages(catalogue.en));
        }
    }

    /// A syntax error in a catalogue would make messages vanish.
    #[test]
    fn every_catalogue_parses() {
        for catalogue in CATALOGUES {
            for source in [catalogue.de, catalogue.en] {
                assert!(fluent::FluentResource::try_new(source.to_owned()).is_ok());
            }
        }
        for language in Language::ALL {
            let _builds = bundle(language);
        }
    }

    /// Preference lists come from browsers and shells in many spellings.
    #[test]
    fn the_first_spoken_language_of_a_list_is_taken() {
        assert_eq!(
            Language::preferred("fr-CH, en;q=0.9, de;q=0.8"),
            Some(Language::En)
        );
        assert_eq!(Language::preferred("de_DE.UTF-8"), Some(Language::De));
        assert_eq!(Language::preferred("fr"), None);
    }
}
