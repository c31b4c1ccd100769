//! Sentences of a question, and how they begin.

use super::brackets;

/// Abbreviations that end in a full stop without ending a sentence. Single letters ("z. B.") and words
/// with an inner full stop ("i.V.m.") need no entry.
const ABBREVIATIONS: [&str; 60] = [
    "Abg",
    "Abl",
    "Abs",
    "Abt",
    "Art",
    "Aufl",
    "Az",
    "Bd",
    "Bsp",
    "BT-Drs",
    "BGBl",
    "Buchst",
    "Doppelbuchst",
    "Dr",
    "Drs",
    "Hrsg",
    "Kap",
    "Mio",
    "Mrd",
    "Nr",
    "Nrn",
    "Prof",
    "Rn",
    "Rz",
    "Sept",
    "Str",
    "Tab",
    "Tel",
    "Tsd",
    "Ziff",
    "abzgl",
    "bspw",
    "bzgl",
    "bzw",
    "ca",
    "dgl",
    "ebd",
    "einschl",
    "etc",
    "evtl",
    "exkl",
    "f",
    "ff",
    "gem",
    "ggf",
    "ggfs",
    "i",
    "inkl",
    "insb",
    "lit",
    "max",
    "mind",
    "min",
    "resp",
    "sog",
    "usw",
    "vgl",
    "Vgl",
    "zzgl",
    "St",
];

/// Words that open a question for a fact, in small letters; those with "welch" in front are added.
const QUESTION_WORDS: [&str; 33] = [
    "wer",
    "wen",
    "wem",
    "wessen",
    "was",
    "wann",
    "wo",
    "woher",
    "wohin",
    "wodurch",
    "womit",
    "wofür",
    "worauf",
    "woran",
    "worin",
    "wovon",
    "wozu",
    "worüber",
    "wogegen",
    "warum",
    "weshalb",
    "wieso",
    "weswegen",
    "wie",
    "wieviel",
    "wieviele",
    "inwiefern",
    "inwieweit",
    "wonach",
    "woraus",
    "worum",
    "wobei",
    "wieweit",
];

/// Prepositions that may stand before a question word: "Auf welche Weise", "Seit wann".
const PREPOSITIONS: [&str; 30] = [
    "ab",
    "an",
    "auf",
    "aufgrund",
    "aus",
    "bei",
    "bis",
    "durch",
    "für",
    "gegen",
    "hinter",
    "im",
    "in",
    "innerhalb",
    "mit",
    "nach",
    "ohne",
    "seit",
    "über",
    "um",
    "unter",
    "von",
    "vor",
    "wegen",
    "zu",
    "zum",
    "zur",
    "zwischen",
    "am",
    "welcher",
];

/// Finite verbs that open a question to be answered by yes or no, where nothing else marks it as one.
const VERBS: [&str; 62] = [
    "Beabsichtigt",
    "Befindet",
    "Befinden",
    "Besitzt",
    "Besteht",
    "Bestehen",
    "Bestand",
    "Bestanden",
    "Erhält",
    "Erhielt",
    "Erhielten",
    "Erwägt",
    "Existiert",
    "Existieren",
    "Fand",
    "Fanden",
    "Findet",
    "Finden",
    "Gab",
    "Gibt",
    "Haben",
    "Handelt",
    "Hat",
    "Hatte",
    "Hatten",
    "Hält",
    "Hätte",
    "Ist",
    "Kam",
    "Kann",
    "Kennt",
    "Kommt",
    "Konnte",
    "Können",
    "Könnte",
    "Lag",
    "Lagen",
    "Liegen",
    "Liegt",
    "Möchte",
    "Muss",
    "Müssen",
    "Plant",
    "Prüft",
    "Setzt",
    "Sieht",
    "Sind",
    "Soll",
    "Sollen",
    "Sollte",
    "Steht",
    "Strebt",
    "Teilt",
    "Trifft",
    "Verfügt",
    "War",
    "Waren",
    "Werden",
    "Will",
    "Wird",
    "Wurde",
    "Wurden",
];

/// Words that open a statement.
const ARTICLES: [&str; 14] = [
    "der", "die", "das", "den", "dem", "des", "ein", "eine", "einen", "dies", "diese", "dieser",
    "hierzu", "dazu",
];

/// Splits running text into sentences. Nothing inside brackets or quotation marks is split.
pub(super) fn split(text: &str) -> Vec<&str> {
    let closed = brackets::outermost(&brackets::spans(text));
    let mut closed = closed.iter().peekable();
    let mut sentences = Vec::new();
    let mut start = 0;
    let mut word = 0;
    let mut characters = text.char_indices().peekable();
    while let Some((place, character)) = characters.next() {
        while closed.next_if(|span| span.end <= place).is_some() {}
        if character == ' ' {
            word = place + 1;
            continue;
        }
        if !matches!(character, '.' | '?' | '!')
            || closed.peek().is_some_and(|span| span.contains(&place))
        {
            continue;
        }
        let Some((blank, ' ')) = characters.peek().copied() else {
            continue;
        };
        let rest = text.get(blank + 1..).unwrap_or_default();
        if begins_sentence(rest)
            && (character != '.' || !is_abbreviation(text.get(word..place).unwrap_or_default()))
        {
            sentences.extend(text.get(start..=place).map(str::trim));
            start = blank + 1;
        }
    }
    sentences.extend(
        text.get(start..)
            .map(str::trim)
            .filter(|rest| !rest.is_empty()),
    );
    sentences
}

fn begins_sentence(rest: &str) -> bool {
    let first = rest.trim_start_matches(['„', '»', '–', ' ']).chars().next();
    first.is_some_and(|first| first.is_uppercase() || first.is_ascii_digit())
}

/// Whether the full stop behind a word belongs to it: abbreviations, initials, ordinals up to 99.
fn is_abbreviation(word: &str) -> bool {
    let word = word.trim_start_matches(['(', '[', '„', '"']);
    let mut characters = word.chars();
    match (characters.next(), characters.next()) {
        (None, _) => true,
        (Some(only), None) => only.is_alphanumeric(),
        _ => {
            let figures = word.rsplit(['/', '.']).next().unwrap_or(word);
            let ordinal = figures.len() <= 2
                && !figures.is_empty()
                && figures.bytes().all(|byte| byte.is_ascii_digit());
            let inner = word.contains('.') && word.len() <= 8;
            ordinal || inner || ABBREVIATIONS.contains(&word)
        }
    }
}

/// The first word of a sentence in small letters, and what follows; "und" and quotation marks are skipped.
fn opening(text: &str) -> (String, &str) {
    let text = text.trim_start_matches(['„', '(', '–', ' ']);
    let text = ["und, ", "und ", "Und ", "oder "]
        .iter()
        .find_map(|word| text.strip_prefix(word))
        .unwrap_or(text);
    let end = text
        .find(|character: char| !character.is_alphabetic())
        .unwrap_or(text.len());
    let (word, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    // The longest word compared with has fewer than twenty letters.
    (
        word.chars().take(20).collect::<String>().to_lowercase(),
        rest,
    )
}

/// Whether a sentence asks for a fact: "Wie …", "Welche …", "Auf welche Weise …".
pub(super) fn opens_with_question_word(text: &str) -> bool {
    let (word, rest) = opening(text);
    if is_question_word(&word) {
        return true;
    }
    PREPOSITIONS.contains(&word.as_str()) && is_question_word(&opening(rest).0)
}

fn is_question_word(word: &str) -> bool {
    word.starts_with("welch") || QUESTION_WORDS.contains(&word)
}

/// Whether a sentence begins with a verb known to open a question.
pub(super) fn opens_with_verb(text: &str) -> bool {
    let word = text.split(' ').next().unwrap_or_default();
    VERBS.contains(&word)
}

/// Whether a sentence can be answered by yes or no: no question word, no article, no request in front.
pub(super) fn is_polar(text: &str) -> bool {
    let (word, _) = opening(text);
    !(word.is_empty()
        || word == "bitte"
        || ARTICLES.contains(&word.as_str())
        || PREPOSITIONS.contains(&word.as_str())
        || opens_with_question_word(text))
}

/// The first two words in small letters, to see that two sentences run in parallel.
pub(super) fn first_two_words(text: &str) -> String {
    text.split(' ')
        .take(2)
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(60)
        .collect::<String>()
        .to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Promise: sentences end where they end, not at abbreviations, dates, initials or in brackets.
    #[test]
    fn splits_sentences() {
        assert_eq!(
            split(
                "Wer kam am 18. Mai 2018 (z. B. Dr. Muster bzw. Prof. Bei? Ja.)? Wenn ja, welche? Gab es i. V. m. § 3 Abs. 2 o. Ä. etwas?"
            ),
            [
                "Wer kam am 18. Mai 2018 (z. B. Dr. Muster bzw. Prof. Bei? Ja.)?",
                "Wenn ja, welche?",
                "Gab es i. V. m. § 3 Abs. 2 o. Ä. etwas?"
            ]
        );
        assert_eq!(split("Es war 2019. Wie nun?"), ["Es war 2019.", "Wie nun?"]);
        assert_eq!(
            split("Er sagte: „Nein. Nie“, warum? (bitte nennen)"),
            ["Er sagte: „Nein. Nie“, warum? (bitte nennen)"]
        );
        assert_eq!(
            split("Ein ( offen. Und weiter?"),
            ["Ein ( offen.", "Und weiter?"]
        );
        assert!(split("").is_empty());
    }

    /// Promise: questions for facts and questions for yes or no are told apart.
    #[test]
    fn tells_question_words() {
        for text in [
            "Wie viele?",
            "Auf welche Weise?",
            "und wie beurteilt sie?",
            "Seit wann?",
            "In wie vielen Fällen?",
        ] {
            assert!(opens_with_question_word(text) && !is_polar(text), "{text}");
        }
        for text in [
            "Gibt es?",
            "Besitzt sie Kenntnis?",
            "ist eine Ausweitung geplant?",
            "und hat sie?",
        ] {
            assert!(is_polar(text) && !opens_with_question_word(text), "{text}");
        }
        assert!(!is_polar("Die Lage ist so."));
        assert!(!is_polar("Bitte auflisten."));
    }
}
