//! The words of the pages.

use crate::visible::visible;
use locales::{Language, Value};
use std::fmt::Display;

/// Speaks one language. The short names are for templates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Words(pub(crate) Language);

impl Words {
    /// The language's BCP 47 tag.
    pub(crate) const fn code(self) -> &'static str {
        self.0.code()
    }

    /// The message `id`.
    pub(crate) fn t(self, id: &str) -> String {
        locales::text(self.0, id, &[])
    }

    /// The message `id` with one argument.
    pub(crate) fn with(self, id: &str, name: &str, value: impl Display) -> String {
        locales::text(self.0, id, &[(name, Value::from(value.to_string()))])
    }

    /// The message `id` with its arguments.
    pub(crate) fn fill(self, id: &str, arguments: &[(&str, String)]) -> String {
        let arguments: Vec<(&str, Value<'_>)> = arguments
            .iter()
            .map(|(name, value)| (*name, Value::from(value.as_str())))
            .collect();
        locales::text(self.0, id, &arguments)
    }

    /// The message `id` with its `$count`, which decides its form.
    pub(crate) fn count(self, id: &str, count: usize) -> String {
        locales::text(self.0, id, &[("count", Value::from(count))])
    }

    /// The label of a code.
    pub(crate) fn label(self, list: &str, code: &str) -> String {
        locales::label(self.0, list, code)
    }

    /// A text from another house, with what would deceive the eye written out.
    pub(crate) fn seen(self, text: &str) -> String {
        visible(text)
    }
}
