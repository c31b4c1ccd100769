//! Days as German papers write them, and as `YYYY-MM-DD` in JSON.

use std::sync::LazyLock;

use jiff::civil::Date;
use regex::{Captures, Regex};

use super::pattern;

/// The months in order; their place is their number.
const MONTHS: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];

static WRITTEN: LazyLock<Regex> = LazyLock::new(|| {
    pattern::fixed(&format!(
        r"\b(\d{{1,2}})\. ?({}) (\d{{4}})\b",
        MONTHS.join("|")
    ))
});

static IN_FIGURES: LazyLock<Regex> =
    LazyLock::new(|| pattern::fixed(r"^(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})$"));

/// Whether a word is the name of a month.
pub(super) fn is_month(word: &str) -> bool {
    MONTHS.contains(&word)
}

/// All days written out in a text, in order of time, each once.
pub(super) fn distinct(text: &str) -> Vec<Date> {
    let mut dates: Vec<Date> = WRITTEN
        .captures_iter(text)
        .filter_map(|found| written(&found))
        .collect();
    dates.sort_unstable();
    dates.dedup();
    dates
}

/// Reads `2. April 2019` or `2.4.2019`; none when it is no day of the calendar.
pub(super) fn single(text: &str) -> Option<Date> {
    if let Some(found) = IN_FIGURES.captures(text) {
        return day(&found[3], found[2].parse().ok()?, &found[1]);
    }
    written(&WRITTEN.captures(text)?)
}

fn written(found: &Captures<'_>) -> Option<Date> {
    let month = MONTHS.iter().position(|month| *month == &found[2])? + 1;
    day(&found[3], i8::try_from(month).ok()?, &found[1])
}

fn day(year: &str, month: i8, day: &str) -> Option<Date> {
    Date::new(year.parse().ok()?, month, day.parse().ok()?).ok()
}

/// A day that is always there.
pub(super) mod required {
    use jiff::civil::Date;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(in super::super) fn serialize<S: Serializer>(
        date: &Date,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.collect_str(date)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Date, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

/// A day that may be missing.
pub(super) mod optional {
    use jiff::civil::Date;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    pub(in super::super) fn serialize<S: Serializer>(
        date: &Option<Date>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        date.map(|date| date.to_string()).serialize(to)
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Date>, D::Error> {
        Option::<String>::deserialize(from)?
            .map(|text| text.parse().map_err(D::Error::custom))
            .transpose()
    }
}

/// A list of days.
pub(super) mod list {
    use jiff::civil::Date;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(in super::super) fn serialize<S: Serializer>(
        dates: &[Date],
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.collect_seq(dates.iter().map(Date::to_string))
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Vec<Date>, D::Error> {
        Vec::<String>::deserialize(from)?
            .iter()
            .map(|text| text.parse().map_err(D::Error::custom))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Promise: days are read in both spellings, and days that do not exist are not made up.
    #[test]
    fn reads_days_of_the_calendar_only() {
        assert_eq!(
            single("2. April 2019")
                .map(|date| date.to_string())
                .as_deref(),
            Some("2019-04-02")
        );
        assert_eq!(
            single("01. September 2025")
                .map(|date| date.to_string())
                .as_deref(),
            Some("2025-09-01")
        );
        assert_eq!(
            single("23.05.2025").map(|date| date.to_string()).as_deref(),
            Some("2025-05-23")
        );
        assert_eq!(single("31. Februar 2025"), None);
        assert_eq!(single("2. Sitzung 2019"), None);
    }
}
