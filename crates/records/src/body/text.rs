//! Words in the languages in which answers are given.

use crate::request::MAX_TEXT;
use crate::vocabulary::vocabulary;
use serde::{Deserialize, Serialize};

vocabulary! {
    /// A language in which a reader may want a record.
    Language { German = "de", English = "en", Chinese = "zh" }
}

/// Why words cannot be a [`Text`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Neither language is given.
    #[error("a text needs words in at least one language: de or en")]
    Empty,
    /// One language is longer than a record may carry.
    #[error("a text may be {MAX_TEXT} bytes long at most")]
    TooLong,
}

/// Free text of a record in German, English or both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Words")]
pub struct Text {
    #[serde(skip_serializing_if = "Option::is_none")]
    de: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    en: Option<String>,
}

/// The text as it stands in a file, before it is known to be one.
#[derive(Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "words by language: `de: …`, `en: …` or both"
)]
struct Words {
    de: Option<String>,
    en: Option<String>,
}

impl Text {
    /// A text; a language of blanks counts as not given.
    ///
    /// # Errors
    /// [`TextError`] where no language has words, or one has too many.
    pub fn new(de: Option<String>, en: Option<String>) -> Result<Self, TextError> {
        let worded = |text: &String| !text.trim().is_empty();
        let (de, en) = (de.filter(worded), en.filter(worded));
        if de.is_none() && en.is_none() {
            return Err(TextError::Empty);
        }
        if de.iter().chain(&en).any(|text| text.len() > MAX_TEXT) {
            return Err(TextError::TooLong);
        }
        Ok(Self { de, en })
    }

    /// The words in the language asked for; where there are none, those of the other language.
    ///
    /// Chinese readers get English before German, since records carry no Chinese.
    #[must_use]
    pub fn text(&self, language: Language) -> &str {
        let (first, second) = match language {
            Language::German => (&self.de, &self.en),
            Language::English | Language::Chinese => (&self.en, &self.de),
        };
        first.as_deref().or(second.as_deref()).unwrap_or_default()
    }

    /// Whether the words exist in this very language.
    #[must_use]
    pub const fn has(&self, language: Language) -> bool {
        match language {
            Language::German => self.de.is_some(),
            Language::English => self.en.is_some(),
            Language::Chinese => false,
        }
    }
}

impl TryFrom<Words> for Text {
    type Error = TextError;
    fn try_from(words: Words) -> Result<Self, TextError> {
        Self::new(words.de, words.en)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Promise: a reader always gets words, in their own language where there are any.
    #[test]
    fn falls_back_to_the_language_there_is() {
        let both = Text::new(Some("Runde".into()), Some("round".into())).unwrap();
        assert_eq!(both.text(Language::German), "Runde");
        assert_eq!(both.text(Language::Chinese), "round");
        let german = Text::new(Some("Runde".into()), None).unwrap();
        assert_eq!(german.text(Language::English), "Runde");
        assert!(!german.has(Language::English));
    }

    /// Promise: a text without words, or with a foreign language tag, is not a text.
    #[test]
    fn refuses_what_has_no_words() {
        assert_eq!(Text::new(None, Some("  ".into())), Err(TextError::Empty));
        assert!(serde_json::from_str::<Text>("{}").is_err());
        assert!(serde_json::from_str::<Text>(r#"{"de":"a","fr":"b"}"#).is_err());
        let long = "x".repeat(MAX_TEXT + 1);
        assert_eq!(Text::new(Some(long), None), Err(TextError::TooLong));
    }
}
