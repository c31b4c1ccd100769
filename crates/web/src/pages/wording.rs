//! Markings in words.

use crate::words::Words;
use records::Marking;

/// A marking in words.
pub(crate) fn marking(words: Words, marking: &Marking) -> String {
    let mut parts = vec![
        words.label("classification", marking.classification.code()),
        words.label("tlp", marking.tlp.code()),
    ];
    parts.extend(marking.pap.map(|pap| words.label("pap", pap.code())));
    parts.extend(
        marking
            .handling
            .map(|handling| words.label("handling", handling.code())),
    );
    parts.extend(marking.originator.as_deref().map(|mark| words.seen(mark)));
    parts.join(" · ")
}
