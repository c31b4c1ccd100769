//! Makes visible what would deceive the eye.
//!
//! Requests come from another state. Characters that turn the direction of writing, take no room or
//! steer a terminal could make a text read other than it is (Unicode TR 36). They are shown as their
//! numbers, such as `⟨U+202E⟩`.

/// `text` with every deceiving character written out. Line ends and tabs stay.
pub(crate) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if deceives(c) {
            shown.push_str(&format!("⟨U+{:04X}⟩", u32::from(c)));
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Characters of the Unicode category Cf (format), blank characters that look like none or like a
/// plain blank's absence, and controls.
const fn deceives(c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        '\u{00}'..='\u{1F}' | '\u{7F}'..='\u{9F}' => true,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' => {
            true
        }
        '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' => true,
        '\u{2060}'..='\u{206F}'
        | '\u{3164}'
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}'
        | '\u{FFA0}' => true,
        '\u{FFF0}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}' => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::visible;

    /// Promise: a text cannot be made to read backwards, hide words or carry invisible ones.
    #[test]
    fn what_deceives_is_written_out() {
        assert_eq!(visible("ab\u{202E}cd"), "ab⟨U+202E⟩cd");
        assert_eq!(visible("pay\u{200B}pal"), "pay⟨U+200B⟩pal");
        assert_eq!(
            visible("\u{2066}x\u{2069}\u{FEFF}\u{1B}[2J"),
            "⟨U+2066⟩x⟨U+2069⟩⟨U+FEFF⟩⟨U+001B⟩[2J"
        );
    }

    /// Promise: what people write stays as they wrote it.
    #[test]
    fn ordinary_text_is_untouched() {
        let text = "Größe, 信息安全, العربية, עברית\n\tΩ — “quoted”";
        assert_eq!(visible(text), text);
    }
}
