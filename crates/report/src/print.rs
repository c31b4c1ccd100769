//! Making every character of the data visible on paper.
//!
//! PDF/A forbids glyphs that stand for nothing, so one character without a glyph in the embedded
//! fonts would stop the whole document; and characters that reverse or hide their neighbours
//! would make paper say something other than the record. Both are printed as their code points,
//! `‹U+5916 4EA4›`: ugly, but it neither loses nor forges anything.

use serde_json::Value;

use crate::world::can_print;

/// Replaces in all strings of the data what cannot be printed. Returns how many characters.
pub(crate) fn make_printable(value: &mut Value) -> usize {
    match value {
        Value::String(text) => match replace(text) {
            Some((replaced, count)) => {
                *text = replaced;
                count
            }
            None => 0,
        },
        Value::Array(items) => items.iter_mut().map(make_printable).sum(),
        Value::Object(fields) => fields.values_mut().map(make_printable).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

fn replace(text: &str) -> Option<(String, usize)> {
    let count = text.chars().filter(|c| !is_plain(*c)).count();
    if count == 0 {
        return None;
    }
    let mut replaced = String::with_capacity(text.len() + count * 8);
    let mut in_run = false;
    for c in text.chars() {
        let plain = is_plain(c);
        match (in_run, plain) {
            (true, true) => replaced.push('›'),
            (false, false) => replaced.push_str("‹U+"),
            (true, false) => replaced.push(' '),
            (false, true) => {}
        }
        if plain {
            replaced.push(c);
        } else {
            replaced.push_str(&format!("{:04X}", u32::from(c)));
        }
        in_run = !plain;
    }
    if in_run {
        replaced.push('›');
    }
    Some((replaced, count))
}

fn is_plain(c: char) -> bool {
    match c {
        '\n' | '\t' | '\u{AD}' => true,
        // Zero width, directional embedding and isolation, byte order mark, private use.
        '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' => false,
        '\u{61C}' | '\u{FEFF}' | '\u{E000}'..='\u{F8FF}' => false,
        '\u{F0000}'.. => false,
        _ => !c.is_control() && can_print(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Promise: German text, quotation marks and signs pass untouched.
    #[test]
    fn german_passes_untouched() {
        let text = "„Größe“ – § 51 Abs. 2 BMG, ‚Äußerung‘ … 20 €, 3 × 4, Łódź, naïve\nß ẞ ½ № •";
        assert_eq!(replace(text), None);
    }

    /// Promise: what the fonts lack and what hides or reverses text is named, not dropped.
    #[test]
    fn unprintable_is_named() {
        let mut value = serde_json::json!({ "a": ["外交a", { "b": "x\u{202E}y\u{0}" }], "n": 1 });
        assert_eq!(make_printable(&mut value), 4);
        let expected =
            serde_json::json!({ "a": ["‹U+5916 4EA4›a", { "b": "x‹U+202E›y‹U+0000›" }], "n": 1 });
        assert_eq!(value, expected);
    }
}
