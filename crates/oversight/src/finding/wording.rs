//! Words: labels of codes, dates, sides, and claims with their sources.

use crate::evidence::Known;
use jiff::civil::Date;
use locales::{Language, Value};
use records::body::{Text, Truth, text};
use records::header::Certainty;
use records::{Occurred, PartyId, Source};

/// The words of one language.
#[derive(Debug, Clone, Copy)]
pub struct Wording {
    language: Language,
}

impl Wording {
    /// The words of this language.
    #[must_use]
    pub const fn new(language: Language) -> Self {
        Self { language }
    }

    /// The message `answer-<id>` with its arguments.
    #[must_use]
    pub fn text(self, id: &str, arguments: &[(&str, &str)]) -> String {
        let arguments: Vec<(&str, Value<'_>)> = arguments
            .iter()
            .map(|(name, value)| (*name, Value::from(*value)))
            .collect();
        locales::text(self.language, &format!("answer-{id}"), &arguments)
    }

    /// The label of a code of a list, `answer-<list>-<code>`.
    #[must_use]
    pub fn label(self, list: &str, code: &str) -> String {
        locales::label(self.language, &format!("answer-{list}"), code)
    }

    /// A yes, a no, or not known.
    #[must_use]
    pub fn truth(self, truth: Truth) -> String {
        self.label("truth", truth.code())
    }

    /// The words of a record's text.
    #[must_use]
    pub fn of(self, words: &Text) -> &str {
        words.text(match self.language {
            Language::De => text::Language::German,
            Language::En => text::Language::English,
        })
    }

    /// The words of a text, or the sign for nothing recorded.
    #[must_use]
    pub fn or_dash(self, words: Option<&Text>) -> String {
        words.map_or_else(|| "–".to_owned(), |words| self.of(words).to_owned())
    }

    /// A side, such as "chinesische Seite"; the short name where the catalogue has none.
    #[must_use]
    pub fn side(self, party: &PartyId) -> String {
        self.party("side", party)
    }

    /// "der chinesischen Seite", as in "Anfragen der chinesischen Seite".
    #[must_use]
    pub fn of_side(self, party: &PartyId) -> String {
        self.party("of-side", party)
    }

    /// The name of a state, such as "Japan".
    #[must_use]
    pub fn side_name(self, party: &PartyId) -> String {
        self.party("state", party)
    }

    fn party(self, form: &str, party: &PartyId) -> String {
        let id = format!("answer-{form}-{party}");
        locales::find(self.language, &id, &[])
            .unwrap_or_else(|| self.text(form, &[("party", &party.as_str().to_uppercase())]))
    }

    /// A day, such as "17. Mai 2018".
    #[must_use]
    pub fn day(self, day: Date) -> String {
        let (year, month) = (day.year().to_string(), self.month(day.month()));
        self.text(
            "day",
            &[
                ("day", &day.day().to_string()),
                ("month", &month),
                ("year", &year),
            ],
        )
    }

    fn month(self, month: i8) -> String {
        self.label("month", &month.to_string())
    }

    /// A date as precisely as it is known.
    #[must_use]
    pub fn date(self, date: Occurred) -> String {
        match date {
            Occurred::Moment(moment) => self.day(moment.date()),
            Occurred::Day(day) => self.day(day),
            Occurred::Month(year, month) => {
                let year = year.to_string();
                self.text(
                    "month-of",
                    &[("month", &self.month(month)), ("year", &year)],
                )
            }
            Occurred::Year(year) => year.to_string(),
        }
    }

    /// When a record's matter happened, or the sign for nothing recorded.
    #[must_use]
    pub fn when(self, known: &Known) -> String {
        known
            .record
            .header
            .occurred
            .map_or_else(|| "–".to_owned(), |date| self.date(date))
    }

    /// A source's own date, which is free text that mostly is a date.
    #[must_use]
    pub fn dated(self, dated: &str) -> String {
        dated
            .parse()
            .map_or_else(|_| dated.to_owned(), |date| self.date(date))
    }

    /// A source in a word or two: the paper's number, or publisher and date.
    #[must_use]
    pub fn source(self, source: &Source) -> String {
        let paper = source
            .locator
            .as_deref()
            .filter(|locator| locator.starts_with("BT-Drs."));
        if let Some(paper) = paper {
            return paper.split(';').next().unwrap_or(paper).to_owned();
        }
        match &source.dated {
            Some(dated) => format!("{}, {}", source.publisher, self.dated(dated)),
            None => source.publisher.clone(),
        }
    }

    /// The sources of a record.
    #[must_use]
    pub fn sources(self, known: &Known) -> String {
        let mut names: Vec<String> = Vec::new();
        for source in &known.record.header.evidence {
            let name = self.source(source);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        if names.is_empty() {
            self.text("own-record", &[])
        } else {
            names.join("; ")
        }
    }

    /// How surely a record is known, and from where; for tables.
    #[must_use]
    pub fn standing(self, known: &Known) -> String {
        let sources = self.sources(known);
        let certainty = known.record.header.knowledge.certainty;
        self.text(&format!("standing-{certainty}"), &[("sources", &sources)])
    }

    /// A sentence from a record: as it is where it is certain, marked with its source where it is
    /// only claimed.
    #[must_use]
    pub fn claim(self, known: &Known, sentence: &str) -> String {
        let bare = sentence.trim().trim_end_matches('.');
        let certainty = known.record.header.knowledge.certainty;
        if matches!(certainty, Certainty::Certain) {
            return format!("{bare}.");
        }
        let sources = self.sources(known);
        self.text(
            &format!("said-{certainty}"),
            &[("sentence", bare), ("sources", &sources)],
        )
    }

    /// A demand's key as people say it: "Frage 9, Satz 2".
    #[must_use]
    pub fn demand(self, key: &str) -> String {
        match key.split_once('.') {
            Some((key, sentence)) => {
                self.text("demand-sentence", &[("key", key), ("sentence", sentence)])
            }
            None => self.text("demand", &[("key", key.trim_end_matches("-tail"))]),
        }
    }

    /// Words that will stand in quotation marks: their own become single ones.
    #[must_use]
    pub fn quoted(self, words: &str) -> String {
        let single = words.chars().map(|c| match c {
            '„' => '‚',
            '“' => '‘',
            '”' => '’',
            '"' => '\'',
            other => other,
        });
        single.collect()
    }

    /// Items as "a, b und c".
    #[must_use]
    pub fn list(self, items: &[String]) -> String {
        match items {
            [] => String::new(),
            [one] => one.clone(),
            [front @ .., last] => {
                self.text("list-and", &[("front", &front.join(", ")), ("last", last)])
            }
        }
    }

    /// Table heads, `answer-head-<code>` each.
    #[must_use]
    pub fn heads(self, codes: &[&str]) -> Vec<String> {
        codes.iter().map(|code| self.label("head", code)).collect()
    }
}
