//! What the gate found, in words.

use crate::tone::Tone;
use crate::words::Words;
use safeguard::{Finding, Place};

/// A finding of the gate in words.
pub(crate) struct FindingLine {
    pub(crate) check: String,
    pub(crate) place: String,
    pub(crate) evidence: String,
    pub(crate) canonical: String,
    pub(crate) consequence: String,
    pub(crate) tone: Tone,
}

impl FindingLine {
    pub(crate) fn of(words: Words, finding: &Finding) -> Self {
        Self {
            check: words.label("check", finding.check.code()),
            place: place(words, &finding.location.place),
            evidence: words.seen(&finding.evidence),
            canonical: finding
                .canonical
                .as_deref()
                .map(|text| words.seen(text))
                .unwrap_or_default(),
            consequence: words.label("consequence", finding.consequence.code()),
            tone: finding.consequence.into(),
        }
    }
}

/// Where something was found: `facts`, or `items/2` as "point 3".
fn place(words: Words, place: &Place) -> String {
    match place {
        Place::Field { name } => {
            let mut parts = name.split('/');
            let field = words.label("field", parts.next().unwrap_or_default());
            let rest: Vec<String> = parts
                .map(|part| match part.parse::<u64>() {
                    Ok(number) => number.saturating_add(1).to_string(),
                    Err(_) => words.label("field", part),
                })
                .collect();
            [vec![field], rest].concat().join(" ")
        }
        Place::AttachmentName { name } => {
            words.with("place-attachment-name", "name", words.seen(name))
        }
        Place::Attachment { name, path, .. } => {
            let file = words.with("place-attachment", "name", words.seen(name));
            path.as_deref()
                .map_or(file.clone(), |path| format!("{file}, {}", words.seen(path)))
        }
    }
}
