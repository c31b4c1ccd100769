//! Inputs of forms: label, hint, control, what was entered, and what is wrong with it.

use crate::words::Words;

/// One choice of a list.
pub(crate) struct Choice {
    pub(crate) code: String,
    pub(crate) label: String,
    pub(crate) chosen: bool,
}

/// What the officer handles.
pub(crate) enum Control {
    /// One line of text.
    Line,
    /// Several lines of text; how many are shown.
    Area(u8),
    /// One of a list, shown closed.
    Select(Vec<Choice>),
    /// One of a list, shown open.
    Radio(Vec<Choice>),
    /// Yes or no.
    Tick(bool),
    /// A day.
    Date,
    /// Files.
    Files,
}

/// One input.
pub(crate) struct Input {
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) hint: Option<String>,
    pub(crate) value: String,
    pub(crate) error: Option<String>,
    pub(crate) control: Control,
    pub(crate) optional: bool,
}

/// Inputs that belong together.
pub(crate) struct Section {
    pub(crate) title: String,
    pub(crate) inputs: Vec<Input>,
}

impl Input {
    /// An input whose label is `field-<id>` and whose hint, if there is one, is `hint-<id>`.
    pub(crate) fn new(words: Words, id: &str, control: Control, value: impl Into<String>) -> Self {
        let key = id.replace('_', "-");
        Self {
            id: id.to_owned(),
            label: words.t(&format!("field-{key}")),
            hint: locales::find(words.0, &format!("hint-{key}"), &[]),
            value: value.into(),
            error: None,
            control,
            optional: false,
        }
    }

    /// The same under another label.
    pub(crate) fn labelled(self, label: String) -> Self {
        Self { label, ..self }
    }

    /// The same, but it may stay empty.
    pub(crate) fn optional(self) -> Self {
        Self {
            optional: true,
            ..self
        }
    }

    /// Marks the input as missing if nothing was entered.
    pub(crate) fn require(&mut self, words: Words) {
        if self.value.trim().is_empty() {
            self.error = Some(words.with("form-missing", "field", &self.label));
        }
    }

    /// What describes the control, for those who hear the page.
    pub(crate) fn described_by(&self) -> String {
        let hint = self.hint.as_ref().map(|_| format!("{}-hint", self.id));
        let error = self.error.as_ref().map(|_| format!("{}-error", self.id));
        [hint, error]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// The choices of a vocabulary, in its order, with their labels.
pub(crate) fn choices<'a>(
    words: Words,
    list: &str,
    codes: impl IntoIterator<Item = &'a str>,
    chosen: &str,
) -> Vec<Choice> {
    codes
        .into_iter()
        .map(|code| Choice {
            code: code.to_owned(),
            label: words.label(list, code),
            chosen: code == chosen,
        })
        .collect()
}

/// The same with a first choice that means none.
pub(crate) fn choices_or_none<'a>(
    words: Words,
    list: &str,
    codes: impl IntoIterator<Item = &'a str>,
    chosen: &str,
) -> Vec<Choice> {
    let none = Choice {
        code: String::new(),
        label: words.t("choice-none"),
        chosen: chosen.is_empty(),
    };
    std::iter::once(none)
        .chain(choices(words, list, codes, chosen))
        .collect()
}

/// The problems of a form, each with the input it belongs to.
pub(crate) fn problems(sections: &[Section]) -> Vec<(String, String)> {
    let inputs = sections.iter().flat_map(|section| &section.inputs);
    inputs
        .filter_map(|input| input.error.clone().map(|error| (input.id.clone(), error)))
        .collect()
}
