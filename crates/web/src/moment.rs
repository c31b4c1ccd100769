//! Times as people read them: the moment in UTC, and how far away it is.

use crate::tone::Tone;
use crate::words::Words;
use office::Case;
use office::state::Stage;
use records::Timestamp;
use seal::key_manifest::KeyManifest;

const MINUTE: i64 = 60 * 1000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A deadline that is nearer than this is pressing.
pub(crate) const PRESSING_MS: i64 = 4 * HOUR;

/// A moment as a table shows it: ISO date, time to the minute, UTC.
pub(crate) fn minute(time: Timestamp) -> String {
    time.jiff().strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// A moment as a journal shows it: to the second.
pub(crate) fn second(time: Timestamp) -> String {
    time.jiff().strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// A stretch of time in its two largest units.
pub(crate) fn span(words: Words, ms: i64) -> String {
    let ms = ms.max(0);
    let (days, hours, minutes) = (ms / DAY, ms % DAY / HOUR, ms % HOUR / MINUTE);
    let part = |id: &str, n: i64| words.count(id, usize::try_from(n).unwrap_or(0));
    let pair = |a: String, zero: bool, b: String| if zero { a } else { format!("{a} {b}") };
    if days > 0 {
        pair(
            part("span-days", days),
            hours == 0,
            part("span-hours", hours),
        )
    } else if hours > 0 {
        pair(
            part("span-hours", hours),
            minutes == 0,
            part("span-minutes", minutes),
        )
    } else if minutes > 0 {
        part("span-minutes", minutes)
    } else {
        words.t("span-moment")
    }
}

/// How long ago something was.
pub(crate) fn ago(words: Words, time: Timestamp, now: Timestamp) -> String {
    words.with("ago", "span", span(words, now.millis() - time.millis()))
}

/// A deadline, absolute and relative.
#[derive(Debug, Clone)]
pub(crate) struct Due {
    /// The moment; empty where no clock runs yet.
    pub(crate) moment: String,
    /// How far away it is, in words.
    pub(crate) relative: String,
    /// How pressing it looks.
    pub(crate) tone: Tone,
    /// The icon that says the same as the colour.
    pub(crate) icon: &'static str,
}

/// The clock of a case.
pub(crate) fn due(words: Words, case: &Case, now: Timestamp) -> Due {
    let Some(deadline) = case.deadline else {
        return Due {
            moment: String::new(),
            relative: words.t("clock-not-started"),
            tone: Tone::Neutral,
            icon: "draft",
        };
    };
    let moment = minute(deadline);
    let left = deadline.millis() - now.millis();
    if !runs(case) {
        return Due {
            moment,
            relative: words.t("clock-stopped"),
            tone: Tone::Neutral,
            icon: "check",
        };
    }
    let (id, tone, icon) = match left {
        left if left < 0 => ("clock-overdue", Tone::Danger, "danger"),
        left if left < PRESSING_MS => ("clock-left", Tone::Warning, "warning"),
        _ => ("clock-left", Tone::Info, "calendar-today"),
    };
    Due {
        moment,
        relative: words.with(id, "span", span(words, left.abs())),
        tone,
        icon,
    }
}

/// Whether the clock of a case still runs.
pub(crate) const fn runs(case: &Case) -> bool {
    use office::state::Outgoing;
    // Silence is no answer: a request without answer stays on the list.
    case.stage.awaits_answer() || matches!(case.stage, Stage::Outgoing(Outgoing::Unanswered))
}

/// How near the end of a key manifest is worth a warning: a new one needs two of three holders.
pub(crate) const KEYS_DUE_MS: i64 = 30 * DAY;

/// How long the keys of a manifest may still be used, in milliseconds.
pub(crate) fn keys_left(keys: &KeyManifest, now: Timestamp) -> i64 {
    let until = keys.valid_until.parse::<Timestamp>();
    until.map_or(i64::MAX, |until| until.millis() - now.millis())
}

/// From when to when the keys of a manifest may be used, and how long still.
pub(crate) fn lasts(words: Words, keys: &KeyManifest, now: Timestamp) -> String {
    let day = |time: &str| {
        let time = time.parse::<Timestamp>();
        time.map_or_else(|_| words.seen(""), |time| time.date().to_string())
    };
    let left = keys_left(keys, now);
    let id = match left {
        left if left < 0 => "keys-over",
        left if left < KEYS_DUE_MS => "keys-due",
        _ => "keys-last",
    };
    let left = words.with(id, "span", span(words, left.abs()));
    format!(
        "{} – {} · {left}",
        day(&keys.valid_from),
        day(&keys.valid_until)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use locales::Language;

    /// Promise: how much time is left is said in the two units that matter.
    #[test]
    fn spans_are_short() {
        let de = Words(Language::De);
        assert_eq!(span(de, 3 * HOUR + 10 * MINUTE + 59_000), "3 Std. 10 Min.");
        assert_eq!(span(de, 6 * DAY + 2 * HOUR + MINUTE), "6 Tage 2 Std.");
        assert_eq!(span(de, DAY), "1 Tag");
        assert_eq!(span(Words(Language::En), 2 * DAY), "2 days");
        assert_eq!(span(de, 30_000), "unter 1 Min.");
    }
}
