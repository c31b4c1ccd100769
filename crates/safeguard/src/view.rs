//! A rewritten text that remembers where its parts come from.

use std::ops::Range;

/// One place where a rewriting differs from its source.
#[derive(Debug)]
struct Edit {
    view: Range<usize>,
    source: Range<usize>,
}

/// A rewriting. Between its edits it is the source, shifted.
#[derive(Debug)]
pub(crate) struct View {
    /// The rewritten text.
    pub(crate) text: String,
    edits: Vec<Edit>,
}

impl View {
    /// Whether nothing was rewritten.
    pub(crate) fn is_unchanged(&self) -> bool {
        self.edits.is_empty()
    }

    /// Whether an edit lies inside the span of the rewritten text.
    pub(crate) fn touches(&self, span: &Range<usize>) -> bool {
        let first = self.edits.partition_point(|e| e.view.end < span.start);
        self.edits[first..]
            .iter()
            .take_while(|e| e.view.start < span.end)
            .any(|e| e.view.end > span.start)
    }

    /// The span of the source that a span of the rewritten text stands for. Edits at the rim
    /// that deleted something stay outside.
    pub(crate) fn source(&self, span: &Range<usize>) -> Range<usize> {
        let before = self.edits.partition_point(|e| e.view.start <= span.start);
        let start = match before.checked_sub(1).and_then(|i| self.edits.get(i)) {
            Some(e) if span.start < e.view.end => e.source.start,
            Some(e) => e.source.end + (span.start - e.view.end),
            None => span.start,
        };
        let before = self.edits.partition_point(|e| e.view.start < span.end);
        let end = match before.checked_sub(1).and_then(|i| self.edits.get(i)) {
            Some(e) if span.end <= e.view.end => e.source.end,
            Some(e) => e.source.end + (span.end - e.view.end),
            None => span.end,
        };
        start..end.max(start)
    }
}

/// Builds a [`View`] from left to right.
pub(crate) struct Rewriter<'a> {
    source: &'a str,
    at: usize,
    view: View,
}

impl<'a> Rewriter<'a> {
    pub(crate) fn new(source: &'a str) -> Self {
        Self {
            source,
            at: 0,
            view: View {
                text: String::with_capacity(source.len()),
                edits: Vec::new(),
            },
        }
    }

    /// Replaces a range of the source. Ranges that begin before the end of the last one are
    /// ignored, so that rules may propose overlapping edits.
    pub(crate) fn replace(&mut self, range: Range<usize>, with: &str) {
        if range.start < self.at {
            return;
        }
        let Some(kept) = self.source.get(self.at..range.start) else {
            return;
        };
        self.view.text.push_str(kept);
        let start = self.view.text.len();
        self.view.text.push_str(with);
        self.at = range.end;
        self.view.edits.push(Edit {
            view: start..self.view.text.len(),
            source: range,
        });
    }

    pub(crate) fn finish(mut self) -> View {
        self.view
            .text
            .push_str(self.source.get(self.at..).unwrap_or_default());
        self.view
    }
}

/// Applies edits that several rules proposed, in any order; where two overlap the earlier wins.
pub(crate) fn rewrite(source: &str, mut edits: Vec<(Range<usize>, &str)>) -> View {
    edits.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
    let mut rewriter = Rewriter::new(source);
    for (range, with) in edits {
        rewriter.replace(range, with);
    }
    rewriter.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Offsets point into the original, or a reviewer is shown the wrong words.
    #[test]
    fn spans_lead_back_to_the_source() {
        let source = "x jana[.]meier\u{200b}@example end";
        let view = rewrite(source, vec![(6..9, "."), (14..17, "")]);
        assert_eq!(view.text, "x jana.meier@example end");
        let span = view.source(&(2..20));
        assert_eq!(&source[span], "jana[.]meier\u{200b}@example");
        assert_eq!(view.source(&(12..13)), 17..18, "a deletion stays outside");
        assert_eq!(view.source(&(2..12)), 2..14);
        assert!(view.touches(&(2..20)));
        assert!(!view.touches(&(13..20)));
    }
}
