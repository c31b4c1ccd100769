//! Word lists in German, English and Chinese. A word adds a look by people, never a decision.
//!
//! All languages are read in every text: requests mix them, and guessing the language of a short
//! text fails often enough to be a way around the list.

use crate::extract::pattern;
use crate::finding::{Check, Consequence};
use crate::reading::Layers;
use regex::Regex;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

/// One word list: what it means that a word of it occurs.
pub(crate) struct Lexicon {
    pub(crate) check: Check,
    pub(crate) consequence: Consequence,
    rules: Vec<Regex>,
}

impl Lexicon {
    fn new(check: Check, consequence: Consequence, file: &str) -> Self {
        Self {
            check,
            consequence,
            rules: parse(file),
        }
    }

    /// The places, in the original text, where a word of the list stands on any layer.
    pub(crate) fn find(&self, layers: &Layers) -> BTreeSet<(usize, usize)> {
        let mut found = BTreeSet::new();
        for (depth, text) in layers.texts() {
            for m in self.rules.iter().flat_map(|rule| rule.find_iter(text)) {
                let Range { start, end } = layers.source(depth, &m.range());
                found.insert((start, end));
            }
        }
        found
    }
}

/// M4: offences of speech, association, religion and secrecy.
pub(crate) static RED_LIST: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::new(
        Check::SpeechOffence,
        Consequence::HoldForReview,
        include_str!("../data/red-list.txt"),
    )
});

/// M11: protected professions and groups.
pub(crate) static PERSONS: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::new(
        Check::ProtectedContext,
        Consequence::HoldForReview,
        include_str!("../data/persons.txt"),
    )
});

/// M11: institutions with a protection of their own, as context only.
pub(crate) static INSTITUTIONS: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::new(
        Check::ProtectedContext,
        Consequence::Inform,
        include_str!("../data/institutions.txt"),
    )
});

/// M7: items that ask for a crowd.
pub(crate) static BREADTH: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::new(
        Check::TooBroad,
        Consequence::ReturnIncomplete,
        include_str!("../data/breadth.txt"),
    )
});

/// M8: items that need mutual legal assistance.
pub(crate) static CONTENT_DATA: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::new(
        Check::ContentOrLocation,
        Consequence::HoldForReview,
        include_str!("../data/content-data.txt"),
    )
});

/// One rule per language section.
fn parse(file: &str) -> Vec<Regex> {
    let mut sections: Vec<(bool, Vec<String>)> = Vec::new();
    for line in file.lines().map(str::trim) {
        match line {
            "" => {}
            comment if comment.starts_with('#') => {}
            "[zh]" => sections.push((true, Vec::new())),
            "[de]" | "[en]" => sections.push((false, Vec::new())),
            term => {
                if let Some((chinese, terms)) = sections.last_mut() {
                    terms.push(if *chinese {
                        regex::escape(term)
                    } else {
                        word(term)
                    });
                }
            }
        }
    }
    let rules = sections.into_iter().map(|(chinese, terms)| {
        let any = terms.join("|");
        // Chinese has no blanks between words, so its terms match anywhere; and beside a Chinese
        // character only the ASCII boundary sees the end of a Latin word.
        let edge = r"(?:\b|(?-u:\b))";
        pattern(&if chinese {
            format!("(?:{any})")
        } else {
            format!("(?i){edge}(?:{any}){edge}")
        })
    });
    rules.collect()
}

/// The rule for a term of an alphabetic language: any blank or hyphen between words, umlauts also
/// written out, `*` for any ending.
fn word(term: &str) -> String {
    let mut rule = String::new();
    for c in term.chars() {
        match c {
            '*' => rule.push_str(r"[\p{Latin}\p{M}0-9]*"),
            ' ' | '-' => rule.push_str(r"[\s-]{0,3}"),
            'ä' | 'Ä' => rule.push_str("(?:ä|ae)"),
            'ö' | 'Ö' => rule.push_str("(?:ö|oe)"),
            'ü' | 'Ü' => rule.push_str("(?:ü|ue)"),
            'ß' => rule.push_str("(?:ß|ss)"),
            c => rule.push_str(&regex::escape(c.encode_utf8(&mut [0; 4]))),
        }
    }
    rule
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::read;

    fn words<'a>(list: &Lexicon, text: &'a str) -> Vec<&'a str> {
        let reading = read(text, None);
        let found = list.find(&reading.layers).into_iter();
        found.map(|(start, end)| &text[start..end]).collect()
    }

    /// Each list is found in its three languages, also spaced out and in look-alike letters.
    #[test]
    fn words_are_found_in_three_languages() {
        assert_eq!(
            words(&RED_LIST, "wegen Präsidentenbeleidigung"),
            ["Präsidentenbeleidigung"]
        );
        assert_eq!(
            words(&RED_LIST, "Praesidentenbeleidigung"),
            ["Praesidentenbeleidigung"]
        );
        assert_eq!(words(&RED_LIST, "spreading rumours online"), ["rumours"]);
        assert_eq!(words(&RED_LIST, "涉嫌颠覆国家政权罪"), ["颠覆"]);
        assert_eq!(words(&RED_LIST, "涉嫌 颠 覆 国 家 政 权"), ["颠 覆"]);
        assert_eq!(words(&RED_LIST, "extr\u{435}mism"), ["extr\u{435}mism"]);
        assert_eq!(
            words(&PERSONS, "die Journalistin und ihr Anwalt"),
            ["Journalistin", "Anwalt"]
        );
        assert_eq!(
            words(&PERSONS, "该记者和维吾尔族律师"),
            ["记者", "维吾尔", "律师"]
        );
        assert_eq!(words(&PERSONS, "这位journalist的邮箱"), ["journalist"]);
        assert_eq!(
            words(&BREADTH, "list of members of the group"),
            ["list of members"]
        );
        assert_eq!(words(&CONTENT_DATA, "Standortdaten"), ["Standortdaten"]);
        assert_eq!(
            words(&INSTITUTIONS, "Angriff auf eine Universität"),
            ["Universität"]
        );
    }

    /// Words of an ordinary incident are in no list.
    #[test]
    fn an_incident_has_no_flagged_words() {
        let text = "Phishing campaign against a power grid operator. Verschlüsselung der Server \
                    eines Wasserwerks. 针对电网运营商的网络攻击,造成停电。";
        for list in [
            &*RED_LIST,
            &*PERSONS,
            &*INSTITUTIONS,
            &*BREADTH,
            &*CONTENT_DATA,
        ] {
            assert_eq!(words(list, text), Vec::<&str>::new());
        }
    }
}
