//! What a person reads on the terminal.

use crate::control::Failure;
use locales::{Language, Value, text};
use office::Done;
use std::io::Write;

/// A line of the command catalogue, to standard output.
pub(crate) fn say(language: Language, id: &str, arguments: &[(&str, Value<'_>)]) {
    line(&text(language, id, arguments));
}

/// A line to standard output. A reader that has gone away ends nothing half-way.
pub(crate) fn line(text: &str) {
    let _reader_gone = writeln!(std::io::stdout(), "{text}");
}

/// A line to standard error: for a person, beside what programs read.
pub(crate) fn aside(text: &str) {
    let _reader_gone = writeln!(std::io::stderr(), "{text}");
}

/// A value as JSON, to standard output.
pub(crate) fn json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    line(&serde_json::to_string_pretty(value)?);
    Ok(())
}

/// What an act came to.
pub(crate) fn done(language: Language, as_json: bool, done: &Done) -> anyhow::Result<()> {
    if as_json {
        return json(done);
    }
    let entries: Vec<String> = done
        .entries
        .iter()
        .map(|entry| format!("{} {}", entry.log, entry.index))
        .collect();
    say(
        language,
        "command-done",
        &[("entries", entries.join(", ").into())],
    );
    if let Some(thread) = &done.thread {
        say(
            language,
            "command-done-case",
            &[("case", thread.to_string().into())],
        );
    }
    if let Some(state) = &done.state {
        say(
            language,
            "command-done-state",
            &[("state", locales::label(language, "state", state).into())],
        );
    }
    Ok(())
}

/// Why a command failed, what was kept, what to do next.
pub(crate) fn failure(language: Language, error: &anyhow::Error) {
    let mut out = std::io::stderr();
    let message = match error.downcast_ref::<Failure>() {
        Some(failure) if failure.code == "refused" => {
            let titles: Vec<String> = failure
                .policies
                .iter()
                .map(|(de, en)| match language {
                    Language::De => de.clone(),
                    Language::En => en.clone(),
                })
                .collect();
            let titles = match titles.join("; ") {
                none if none.is_empty() => text(language, "command-no-policy", &[]),
                titles => titles,
            };
            text(language, "command-refused", &[("policies", titles.into())])
        }
        Some(Failure {
            state: Some(state), ..
        }) => {
            let state = locales::label(language, "state", state);
            text(language, "command-not-now", &[("state", state.into())])
        }
        Some(failure) => {
            let hint = locales::find(language, &format!("command-failed-{}", failure.code), &[])
                .unwrap_or_default();
            let text = text(
                language,
                "command-failed",
                &[("what", failure.text.clone().into())],
            );
            format!("{text} {hint}").trim_end().to_owned()
        }
        None => text(
            language,
            "command-error",
            &[("what", format!("{error:#}").into())],
        ),
    };
    let _nobody_reads = writeln!(out, "{message}");
}
