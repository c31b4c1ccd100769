//! JSON with exactly one spelling per value, so that a value can be hashed.
//!
//! The encoding is RFC 8785 (JCS): members sorted by UTF-16 code units, no spaces, shortest escapes.
//! Fractions are refused: two programs rarely agree on how to print one. So are integers beyond
//! ±(2^53 − 1), which other readers of JSON would silently round.

use std::fmt::Write as _;

use serde_json::Value;

/// The largest integer, either way, that every reader of JSON keeps exactly.
pub const MAX_INTEGER: u64 = (1 << 53) - 1;
/// The deepest nesting of arrays and objects.
pub const MAX_DEPTH: usize = 32;

/// Why a value has no canonical form here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CanonicalError {
    /// A number is not an integer within ±[`MAX_INTEGER`].
    #[error("a number is not an integer between -(2^53-1) and 2^53-1")]
    Number,
    /// Arrays and objects are nested deeper than [`MAX_DEPTH`].
    #[error("a value is nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
}

/// The canonical text of a value.
///
/// # Errors
/// When it holds a number that is not an integer in range, or is nested too deeply.
pub fn encode(value: &Value) -> Result<String, CanonicalError> {
    let mut text = String::new();
    encode_into(value, &mut text)?;
    Ok(text)
}

/// [`encode`], behind what stands in `text` already. After an error a part may stand there.
pub(crate) fn encode_into(value: &Value, text: &mut String) -> Result<(), CanonicalError> {
    write_value(value, MAX_DEPTH, text)
}

fn write_value(value: &Value, depth: usize, out: &mut String) -> Result<(), CanonicalError> {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => {
            let integer = number.as_i64().filter(|i| i.unsigned_abs() <= MAX_INTEGER);
            let integer = integer.ok_or(CanonicalError::Number)?;
            // Writing into a string does not fail.
            let _written = write!(out, "{integer}");
        }
        Value::String(string) => write_string(string, out),
        Value::Array(items) => {
            let depth = depth.checked_sub(1).ok_or(CanonicalError::TooDeep)?;
            out.push('[');
            for (position, item) in items.iter().enumerate() {
                if position > 0 {
                    out.push(',');
                }
                write_value(item, depth, out)?;
            }
            out.push(']');
        }
        Value::Object(members) => {
            let depth = depth.checked_sub(1).ok_or(CanonicalError::TooDeep)?;
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            out.push('{');
            for (position, (name, item)) in members.into_iter().enumerate() {
                if position > 0 {
                    out.push(',');
                }
                write_string(name, out);
                out.push(':');
                write_value(item, depth, out)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

fn write_string(string: &str, out: &mut String) {
    out.push('"');
    // What needs no escape is copied in one go: nearly always the whole string.
    let mut rest = string;
    while let Some(at) = rest
        .bytes()
        .position(|b| b < b' ' || b == b'"' || b == b'\\')
    {
        let (plain, escaped) = rest.split_at(at);
        out.push_str(plain);
        let mut escaped = escaped.chars();
        match escaped.next() {
            Some('"') => out.push_str("\\\""),
            Some('\\') => out.push_str("\\\\"),
            Some('\u{8}') => out.push_str("\\b"),
            Some('\t') => out.push_str("\\t"),
            Some('\n') => out.push_str("\\n"),
            Some('\u{c}') => out.push_str("\\f"),
            Some('\r') => out.push_str("\\r"),
            Some(control) => {
                let _written = write!(out, "\\u{:04x}", u32::from(control));
            }
            None => {}
        }
        rest = escaped.as_str();
    }
    out.push_str(rest);
    out.push('"');
}
