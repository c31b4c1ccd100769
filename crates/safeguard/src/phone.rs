//! Telephone numbers: E.164, and the national forms of Germany and China.
//!
//! Own rules instead of a numbering-plan library: what is needed is not whether a number is in
//! service but whether a person would dial it. A wrong hit costs a look, so the rules lean
//! towards finding.

use crate::extract::{Raw, pattern};
use records::vocabulary::SelectorKind;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// `+49 (0)30 …`, `0049 30 …`.
static INTERNATIONAL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?:\+[ \t]?|(?-u:\b)00[ \t]?)[1-9](?:[ \t]?\(0\))?(?:[ \t()./-]{0,3}[0-9]){7,20}")
});

/// `138 0013 8000`, also with the country code but without plus.
static CHINESE_MOBILE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:86[ -]?)?1[ -]?[3-9](?:[ -]?[0-9]){9}"));

/// A national number with its trunk zero: area code, separator, number.
static NATIONAL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\(?0[1-9][0-9]{1,4}\)?[ \t]?[/ \t-]{0,2}[0-9](?:[ \t/-]?[0-9]){4,9}")
});

/// A number after a word that says it is one.
static LABELLED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:(?-u:\b)tel|telefon|phone|(?-u:\b)fon(?-u:\b)|(?-u:\b)fax|mobil|handy|rufnummer|(?-u:\b)cell|whatsapp|电话|電話|手机|手機|座机|号码|號碼|传真|联系方式|致电)(?:nummer|number|nr|no|号码|号|是|为|e)?[.:\s#=]{0,4}([(0-9][0-9 \t()/.-]{5,24}[0-9])",
    )
});

/// Country calling codes (ITU-T E.164 list); three-digit blocks by their first two digits where
/// every code of the block is assigned or reserved to the region.
const ONE_DIGIT: &[&str] = &["1", "7"];
const TWO_DIGITS: &[&str] = &[
    "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47",
    "48", "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65",
    "66", "81", "82", "84", "86", "90", "91", "92", "93", "94", "95", "98",
];
const THREE_DIGIT_BLOCKS: &[&str] = &[
    "21", "22", "23", "24", "25", "26", "29", "35", "37", "38", "42", "50", "59", "67", "68", "69",
    "80", "85", "87", "88", "96", "97", "99",
];

/// Every telephone number in a text.
pub(crate) fn find(text: &str, found: &mut Vec<Raw>) {
    for m in INTERNATIONAL.find_iter(text) {
        if stands_alone(text, &m.range()) {
            push(text, m.range(), international(m.as_str()), found);
        }
    }
    for m in CHINESE_MOBILE.find_iter(text) {
        if stands_alone(text, &m.range()) {
            push(text, m.range(), chinese_mobile(&digits(m.as_str())), found);
        }
    }
    for m in NATIONAL.find_iter(text) {
        if stands_alone(text, &m.range()) {
            for number in unambiguous_national(m.as_str()) {
                push(text, m.range(), Some(number), found);
            }
        }
    }
    for m in LABELLED.captures_iter(text).filter_map(|c| c.get(1)) {
        for number in labelled(m.as_str()) {
            push(text, m.range(), Some(number), found);
        }
    }
}

fn push(text: &str, range: Range<usize>, number: Option<String>, found: &mut Vec<Raw>) {
    let Some(value) = number else { return };
    let span = trim(text, range);
    found.push(Raw {
        kind: SelectorKind::Phone,
        span,
        value,
    });
}

/// Without an opening bracket, blank or sign at the rim.
fn trim(text: &str, range: Range<usize>) -> Range<usize> {
    let written = &text[range.clone()];
    let lead = written.len() - written.trim_start_matches([' ', '\t']).len();
    let tail = written.len()
        - written
            .trim_end_matches([' ', '\t', '-', '/', '.', '(', ')'])
            .len();
    range.start + lead..range.end - tail
}

/// Not a piece of a longer number, word, date, identifier or decimal.
fn stands_alone(text: &str, range: &Range<usize>) -> bool {
    let before = text[..range.start].chars().next_back();
    let mut after = text[range.end..].chars();
    let next = after.next();
    let plus = text[range.clone()].starts_with('+');
    let free_before = before.is_none_or(|c| {
        !(c.is_ascii_alphanumeric() || matches!(c, '_' | '+')) && (plus || !matches!(c, '.' | '-'))
    });
    let free_after = match next {
        Some(c) if c.is_ascii_alphanumeric() || c == '_' => false,
        Some('.' | '-' | '/') => !after.next().is_some_and(|c| c.is_ascii_alphanumeric()),
        _ => true,
    };
    free_before && free_after
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// A number with its country code, as E.164.
fn international(written: &str) -> Option<String> {
    let without_trunk = written.replace("(0)", "");
    let all = digits(&without_trunk);
    let number = if written.starts_with('+') {
        all.as_str()
    } else {
        all.strip_prefix("00")?
    };
    with_country_code(number)
}

/// Checks a number that begins with a country code and cuts what cannot belong to it.
fn with_country_code(number: &str) -> Option<String> {
    if let Some(national) = number.strip_prefix("86") {
        return chinese_mobile(national)
            .or_else(|| {
                let beyond = national.get(..11)?;
                chinese_mobile(beyond)
            })
            .or_else(|| chinese_landline(national.trim_start_matches('0')));
    }
    if let Some(national) = number.strip_prefix("49") {
        // "+49 030 …" is a common slip; no German number begins with a zero after the code.
        let national = national.trim_start_matches('0');
        return ((6..=13).contains(&national.len())).then(|| format!("+49{national}"));
    }
    if let Some(national) = number.strip_prefix('1') {
        let plausible = national.len() == 10 && !national.starts_with(['0', '1']);
        return plausible.then(|| format!("+1{national}"));
    }
    let known = ONE_DIGIT.iter().chain(TWO_DIGITS).chain(THREE_DIGIT_BLOCKS);
    let has_code = known.into_iter().any(|code| number.starts_with(code));
    (has_code && (9..=15).contains(&number.len())).then(|| format!("+{number}"))
}

/// Eleven digits that begin with 13 to 19, with or without 86.
fn chinese_mobile(number: &str) -> Option<String> {
    let number = match number.len() {
        13 => number.strip_prefix("86")?,
        _ => number,
    };
    let mut signs = number.chars();
    let mobile = number.len() == 11
        && signs.next() == Some('1')
        && signs.next().is_some_and(|c| ('3'..='9').contains(&c));
    mobile.then(|| format!("+86{number}"))
}

/// Area code without its zero (10, 2x, three digits from 3 to 9) and seven or eight digits.
fn chinese_landline(number: &str) -> Option<String> {
    let area = match number.as_bytes() {
        [b'1', b'0', ..] | [b'2', ..] => 2,
        [b'3'..=b'9', ..] => 3,
        _ => return None,
    };
    let local = number.len().checked_sub(area)?;
    (7..=8).contains(&local).then(|| format!("+86{number}"))
}

/// Without a label only prefixes count that one country alone uses: the German three-digit area
/// codes and mobile networks, the Chinese 010 and 02x.
fn unambiguous_national(written: &str) -> Vec<String> {
    let all = digits(written);
    let separated = written.contains([' ', '\t', '/', '-', ')']);
    let Some(national) = all.strip_prefix('0') else {
        return Vec::new();
    };
    let german_mobile = ["15", "16", "17"].iter().any(|p| national.starts_with(p));
    let area = written
        .trim_start_matches('(')
        .split(['-', ' ', '\t', '/', ')'])
        .next();
    let area = area.unwrap_or_default();
    let metropolis = ["030", "040", "069", "089"].contains(&area);
    if german_mobile && (11..=12).contains(&all.len())
        || metropolis && separated && (9..=12).contains(&all.len())
    {
        return vec![format!("+49{national}")];
    }
    let chinese = separated && (area == "010" || (area.len() == 3 && area.starts_with("02")));
    chinese
        .then(|| chinese_landline(national))
        .flatten()
        .into_iter()
        .collect()
}

/// After a label any dialable number counts; where a national form fits both countries, both
/// readings are returned.
fn labelled(written: &str) -> Vec<String> {
    let all = digits(&written.replace("(0)", ""));
    if let Some(mobile) = chinese_mobile(&all) {
        return vec![mobile];
    }
    let Some(national) = all.strip_prefix('0') else {
        let long = (11..=15).contains(&all.len());
        return long
            .then(|| with_country_code(&all))
            .flatten()
            .into_iter()
            .collect();
    };
    if national.starts_with('0') {
        return with_country_code(national.trim_start_matches('0'))
            .into_iter()
            .collect();
    }
    // Berlin and Hamburg: no Chinese area code begins so.
    let only_german = national.starts_with("30") || national.starts_with("40");
    let chinese = (!only_german).then(|| chinese_landline(national)).flatten();
    let german = !national.starts_with("10") && (8..=12).contains(&all.len());
    let german = german.then(|| format!("+49{national}"));
    german.into_iter().chain(chinese).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        find(text, &mut found);
        let mut values: Vec<String> = found.into_iter().map(|f| f.value).collect();
        values.sort();
        values.dedup();
        values
    }

    /// The forms in which people write numbers all lead to one E.164 number.
    #[test]
    fn written_forms_lead_to_one_number() {
        for text in [
            "+86 138 0013 8000",
            "13800138000",
            "138-0013-8000",
            "0086 13800138000",
            "8613800138000",
            "手机13800138000的用户",
            "Tel.: 138 0013 8000",
        ] {
            assert_eq!(numbers(text), ["+8613800138000"], "{text}");
        }
        for text in [
            "+49 30 23125 123",
            "+49 (0)30 23125-123",
            "0049 30 23125123",
            "030 23125 123",
            "030/23125123",
            "(030) 23125-123",
            "Telefon 03023125123",
        ] {
            assert_eq!(numbers(text), ["+493023125123"], "{text}");
        }
        assert_eq!(numbers("010-12345678"), ["+861012345678"]);
        assert_eq!(numbers("+1 202 555 0123"), ["+12025550123"]);
    }

    /// Dates, identifiers, versions and file numbers are not telephone numbers.
    #[test]
    fn other_numbers_stay_numbers() {
        for text in [
            "2026-11-23T10:00:00+01:00",
            "1.2.3.4",
            "192.0.2.1",
            "Az. 0123/456789",
            "CVE-2026-12345",
            "3fa85f64-5717-4562-b3fc-138001380001",
            "1700000000000",
            "+0100",
            "10 000 000 000 Euro",
        ] {
            assert_eq!(numbers(text), Vec::<String>::new(), "{text}");
        }
    }
}
