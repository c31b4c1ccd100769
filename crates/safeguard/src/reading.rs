//! Reads a text through its layers and keeps each selector with its place in the original.

use crate::canonical::{Canonical, is_personal};
use crate::extract::{Raw, extract};
use crate::finding::Form;
use crate::view::View;
use crate::{encoded, fold, join, latin, refang};
use std::collections::BTreeMap;
use std::ops::Range;

/// A selector in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) canonical: Canonical,
    /// Bytes in the original text.
    pub(crate) span: Range<usize>,
    pub(crate) form: Form,
}

/// What one text holds.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    pub(crate) hits: Vec<Hit>,
    /// Mixed scripts, invisible characters, encoded parts that cannot be read.
    pub(crate) obfuscated: Vec<Range<usize>>,
    /// The layers that word lists are looked up in, with their way back to the original.
    pub(crate) layers: Layers,
}

/// The layers of a text, each a rewriting of the one before.
#[derive(Debug, Default)]
pub(crate) struct Layers {
    views: Vec<View>,
}

impl Layers {
    /// Every layer: its text and the depth for [`Self::source`].
    pub(crate) fn texts(&self) -> impl Iterator<Item = (usize, &str)> {
        self.views.iter().enumerate().filter_map(|(depth, view)| {
            // An unchanged layer holds nothing that the one before does not.
            (depth == 0 || !view.is_unchanged()).then_some((depth, view.text.as_str()))
        })
    }

    /// The span in the original text.
    pub(crate) fn source(&self, depth: usize, span: &Range<usize>) -> Range<usize> {
        let mut span = span.clone();
        for view in self.views.iter().take(depth + 1).rev() {
            span = view.source(&span);
        }
        span
    }
}

/// Reads a text. `label` is the name of the JSON member that holds it, so that
/// `{"wechat": "jana_example"}` is understood.
pub(crate) fn read(text: &str, label: Option<&str>) -> Reading {
    let mut reading = read_layers(text);
    if let Some(label) = label {
        read_labelled(text, label, &mut reading.hits);
    }
    for blob in encoded::blobs(text) {
        match blob.plain {
            Some(plain) => {
                let inner = read_layers(&plain);
                reading.hits.extend(inner.hits.into_iter().map(|hit| Hit {
                    span: blob.span.clone(),
                    form: Form::Encoded,
                    ..hit
                }));
                // One level is undone; what is wrapped twice is for people.
                if encoded::blobs(&plain).any(|b| b.plain.is_some()) {
                    reading.obfuscated.push(blob.span);
                }
            }
            None => reading.obfuscated.push(blob.span),
        }
    }
    reading.hits = without_parts(reading.hits);
    reading
}

fn read_layers(text: &str) -> Reading {
    let folded = fold::fold(text);
    let refanged = refang::refang(&folded.text);
    let joined = join::join(&refanged.text);
    let latin = latin::latinise(&joined.text);
    let layers = Layers {
        views: vec![folded, refanged, joined, latin],
    };
    let mut hits: BTreeMap<(usize, usize, Canonical), Form> = BTreeMap::new();
    for (depth, layer) in layers.texts() {
        for Raw { kind, span, value } in extract(layer) {
            let source = layers.source(depth, &span);
            let form = match depth {
                0 => plain_form(text, &source, layers.views.first(), &span),
                1 => Form::Defanged,
                2 => Form::Spaced,
                _ => Form::Homoglyph,
            };
            // The plainest layer that shows a selector says how it is written.
            hits.entry((source.start, source.end, Canonical { kind, value }))
                .or_insert(form);
        }
    }
    let mut obfuscated = latin::mixed_words(text);
    obfuscated.extend(fold::suspicious_invisible(text));
    Reading {
        hits: hits
            .into_iter()
            .map(|((start, end, canonical), form)| Hit {
                canonical,
                span: start..end,
                form,
            })
            .collect(),
        obfuscated,
        layers,
    }
}

/// On the first layer: plain, full-width, or with something invisible inside.
fn plain_form(
    text: &str,
    source: &Range<usize>,
    folded: Option<&View>,
    span: &Range<usize>,
) -> Form {
    let written = text.get(source.clone()).unwrap_or_default();
    if written.contains(fold::is_invisible) {
        Form::Hidden
    } else if folded.is_some_and(|view| view.touches(span)) {
        Form::FullWidth
    } else {
        Form::Plain
    }
}

/// Reads the text once more behind its label and keeps what the label adds.
fn read_labelled(text: &str, label: &str, hits: &mut Vec<Hit>) {
    let spoken: String = label
        .chars()
        .map(|c| if c == '_' || c == '-' { ' ' } else { c })
        .collect();
    let prefix = format!("{spoken}: ");
    let labelled = format!("{prefix}{text}");
    for hit in read_layers(&labelled).hits {
        let Some(end) = hit.span.end.checked_sub(prefix.len()) else {
            continue;
        };
        // A rule that names the platform itself spans the label too.
        let start = hit.span.start.saturating_sub(prefix.len());
        let shifted = Hit {
            span: start..end,
            ..hit
        };
        if end > start && text.is_char_boundary(start) && !hits.contains(&shifted) {
            hits.push(shifted);
        }
    }
}

/// Leaves out technical selectors that are only a part of another selector, such as the host of
/// an address. A person's selector is never left out: it may be hidden inside a URL.
fn without_parts(mut hits: Vec<Hit>) -> Vec<Hit> {
    hits.sort_by_key(|h| {
        (
            h.span.start,
            std::cmp::Reverse(h.span.end),
            !is_personal(h.canonical.kind),
        )
    });
    let mut kept: Vec<Hit> = Vec::with_capacity(hits.len());
    let mut around: Vec<Range<usize>> = Vec::new();
    for hit in hits {
        around.retain(|span| span.end > hit.span.start);
        let encoded = hit.form == Form::Encoded;
        let part = around.iter().any(|span| span.end >= hit.span.end);
        if part && !encoded && !is_personal(hit.canonical.kind) {
            continue;
        }
        if !encoded && around.last() != Some(&hit.span) {
            around.push(hit.span.clone());
        }
        kept.push(hit);
    }
    kept
}
