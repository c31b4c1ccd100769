//! Times: a moment in UTC, and when something happened as precisely as it is known.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A time that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a time such as 2018-05-17T08:30:00Z, 2018-05-17, 2018-05 or 2018")]
pub struct TimeError(pub String);

/// A moment in UTC, to the millisecond. Written as RFC 3339 (`2018-05-17T08:30:00.000Z`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp(i64);

impl Timestamp {
    /// The moment `millis` milliseconds after 1970-01-01T00:00:00Z, held within the years that
    /// RFC 3339 can write.
    #[must_use]
    pub fn from_millis(millis: i64) -> Self {
        // Whole seconds: the time library refuses the milliseconds of its own last second.
        Self(millis.clamp(
            jiff::Timestamp::MIN.as_second() * 1000,
            jiff::Timestamp::MAX.as_second() * 1000,
        ))
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// This moment moved by whole seconds.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self::from_millis(self.0.saturating_add(seconds.saturating_mul(1000)))
    }

    /// The civil date in UTC.
    #[must_use]
    pub fn date(self) -> Date {
        self.jiff().to_zoned(jiff::tz::TimeZone::UTC).date()
    }

    /// The moment as the time library knows it.
    #[must_use]
    pub fn jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or_default()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.jiff())
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Timestamp {
    type Err = TimeError;
    fn from_str(text: &str) -> Result<Self, TimeError> {
        text.parse::<jiff::Timestamp>()
            .map(|t| Self::from_millis(t.as_millisecond()))
            .map_err(|_| TimeError(text.to_owned()))
    }
}

impl TryFrom<String> for Timestamp {
    type Error = TimeError;
    fn try_from(text: String) -> Result<Self, TimeError> {
        text.parse()
    }
}

impl From<Timestamp> for String {
    fn from(time: Timestamp) -> Self {
        time.to_string()
    }
}

/// When something happened, with the precision that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Occurred {
    /// Known to the moment.
    Moment(Timestamp),
    /// Known to the day.
    Day(Date),
    /// Known to the month: year, month.
    Month(i16, i8),
    /// Known to the year.
    Year(i16),
}

impl Occurred {
    /// The first day that this can mean; what *as of date* compares with.
    #[must_use]
    pub fn earliest(self) -> Date {
        let start_of = |year, month| Date::new(year, month, 1).unwrap_or(Date::MIN);
        match self {
            Self::Moment(t) => t.date(),
            Self::Day(d) => d,
            Self::Month(y, m) => start_of(y, m),
            Self::Year(y) => start_of(y, 1),
        }
    }
}

impl fmt::Display for Occurred {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Moment(t) => t.fmt(f),
            Self::Day(d) => d.fmt(f),
            Self::Month(y, m) => write!(f, "{y:04}-{m:02}"),
            Self::Year(y) => write!(f, "{y:04}"),
        }
    }
}

impl FromStr for Occurred {
    type Err = TimeError;
    fn from_str(text: &str) -> Result<Self, TimeError> {
        let bad = || TimeError(text.to_owned());
        let digits = |part: &str| part.chars().all(|c| c.is_ascii_digit());
        let parts: Vec<&str> = text.split('-').collect();
        match parts.as_slice() {
            [year] if year.len() == 4 && digits(year) => {
                year.parse().map(Self::Year).map_err(|_| bad())
            }
            [year, month]
                if year.len() == 4 && month.len() == 2 && digits(year) && digits(month) =>
            {
                let (y, m) = (
                    year.parse().map_err(|_| bad())?,
                    month.parse().map_err(|_| bad())?,
                );
                Date::new(y, m, 1)
                    .map(|_| Self::Month(y, m))
                    .map_err(|_| bad())
            }
            [_, _, day] if day.len() == 2 => text.parse().map(Self::Day).map_err(|_| bad()),
            _ => text.parse().map(Self::Moment),
        }
    }
}

impl TryFrom<String> for Occurred {
    type Error = TimeError;
    fn try_from(text: String) -> Result<Self, TimeError> {
        text.parse()
    }
}

impl From<Occurred> for String {
    fn from(time: Occurred) -> Self {
        time.to_string()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Promise: a time keeps the precision in which it was given.
    #[test]
    fn precision_is_kept() {
        for text in ["2018", "2018-05", "2018-05-17", "2018-05-17T08:30:00.000Z"] {
            assert_eq!(text.parse::<Occurred>().unwrap().to_string(), text);
        }
    }

    /// Promise: no guess is made about what is not a date.
    #[test]
    fn what_is_no_date_is_refused() {
        let bad = [
            "",
            "18",
            "2018-13",
            "2018-5",
            "2018-02-30",
            "17.05.2018",
            "+2018",
            "20180517",
            "2018-05-17T08:30",
            "-001-05",
            "2018-05-17 ",
        ];
        for text in bad {
            assert_eq!(
                text.parse::<Occurred>(),
                Err(TimeError(text.into())),
                "{text}"
            );
        }
    }

    /// Promise: *as of* compares with the first day that a time can mean.
    #[test]
    fn the_earliest_day_counts() {
        let earliest = |text: &str| text.parse::<Occurred>().unwrap().earliest().to_string();
        assert_eq!(earliest("2018"), "2018-01-01");
        assert_eq!(earliest("2018-05"), "2018-05-01");
        assert_eq!(earliest("2018-05-17T23:30:00-02:00"), "2018-05-18");
    }

    /// Promise: moments are written in UTC and to the millisecond, and never leave the years that
    /// can be written.
    #[test]
    fn moments_are_utc_and_bounded() {
        let moment: Timestamp = "2018-05-17T10:30:00.1239+02:00".parse().unwrap();
        assert_eq!(moment.to_string(), "2018-05-17T08:30:00.123Z");
        let last = Timestamp::from_millis(i64::MAX);
        assert_eq!(last.plus_seconds(i64::MAX), last);
        assert!(last.to_string().starts_with("9999-12-"), "{last}");
        assert_eq!(last.to_string().parse::<Timestamp>(), Ok(last));
    }
}
