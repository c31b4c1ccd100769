//! Spans of text in brackets or quotation marks, in linear time.

/// A matched pair: byte offsets of the opening sign and just behind the closing one.
pub(super) type Span = std::ops::Range<usize>;

/// The three pairs of signs that nest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Round,
    Square,
    Quote,
}

/// All matched pairs, ordered by their end. Signs without a partner are left out, so that one stray
/// bracket does not swallow the rest of a question.
pub(super) fn spans(text: &str) -> Vec<Span> {
    let mut open: Vec<(Sign, usize)> = Vec::new();
    let mut waiting = [0_usize; 3];
    let mut spans = Vec::new();
    for (place, character) in text.char_indices() {
        let (sign, opens) = match character {
            '(' => (Sign::Round, true),
            ')' => (Sign::Round, false),
            '[' => (Sign::Square, true),
            ']' => (Sign::Square, false),
            '„' => (Sign::Quote, true),
            '“' | '”' => (Sign::Quote, false),
            _ => continue,
        };
        if opens {
            open.push((sign, place));
            waiting[sign as usize] += 1;
        } else if waiting[sign as usize] > 0 {
            while let Some((top, start)) = open.pop() {
                waiting[top as usize] -= 1;
                if top == sign {
                    spans.push(start..place + character.len_utf8());
                    break;
                }
            }
        }
    }
    spans
}

/// The outermost of nested spans, in order of their start.
pub(super) fn outermost(spans: &[Span]) -> Vec<Span> {
    let mut outermost: Vec<Span> = Vec::new();
    for span in spans {
        while outermost
            .last()
            .is_some_and(|inner| inner.start > span.start)
        {
            outermost.pop();
        }
        outermost.push(span.clone());
    }
    outermost
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Promise: pairs are matched by kind, and a stray sign hides nothing.
    #[test]
    fn matches_pairs() {
        let text = "a (b [c] „d“) e ( f „g“ ]";
        let found: Vec<_> = spans(text).into_iter().map(|span| &text[span]).collect();
        assert_eq!(found, ["[c]", "„d“", "(b [c] „d“)", "„g“"]);
        let outer: Vec<_> = outermost(&spans(text))
            .into_iter()
            .map(|span| &text[span])
            .collect();
        assert_eq!(outer, ["(b [c] „d“)", "„g“"]);
    }
}
