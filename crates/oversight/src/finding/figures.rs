//! Figures of an exchange: each counted in our log and, where it is at hand, in the counterpart's.

use super::outcome::{CounterpartCount, Figure};
use super::{Asked, Outcome};
use crate::evidence::ExchangeView;
use crate::statistics::{Cell, Ledger, Measure, Scope, Tally};
use jiff::ToSpan as _;
use records::vocabulary::{ExternalReason, Topic};
use records::{PartyId, Timestamp};

/// The topics of the contact point, which tables show even where nothing was counted. They are the
/// first five of the vocabulary, those of the reference inquiry.
const TOPICS_SHOWN: usize = 5;

/// Which topics a figure is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Row {
    /// One topic.
    Topic(Topic),
    /// Requests whose content the receiver could not read, so that it has no topic there.
    NoTopic,
    /// All together.
    All,
}

impl Row {
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Topic(topic) => topic.code(),
            Self::NoTopic => "unreadable",
            Self::All => "all",
        }
    }

    fn holds(self, cell: &Cell) -> bool {
        match self {
            Self::Topic(topic) => cell.topic == Some(topic),
            Self::NoTopic => cell.topic.is_none(),
            Self::All => true,
        }
    }
}

/// What a figure counts, by requesting side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Requests,
    Answered,
    WithoutInformation,
    Unanswered,
    Open,
    Withdrawn,
    Reason(ExternalReason),
    Pings,
}

impl What {
    pub(super) fn code(self) -> String {
        match self {
            Self::Requests => "requests".to_owned(),
            Self::Answered => "answered".to_owned(),
            Self::WithoutInformation => "without-information".to_owned(),
            Self::Unanswered => "unanswered".to_owned(),
            Self::Open => "open".to_owned(),
            Self::Withdrawn => "withdrawn".to_owned(),
            Self::Reason(reason) => format!("reason-{}", reason.code().to_lowercase()),
            Self::Pings => "pings".to_owned(),
        }
    }

    fn holds(self, measure: Measure) -> bool {
        match (self, measure) {
            (Self::Requests, Measure::Requests)
            | (Self::Answered, Measure::Answered(_))
            | (Self::Unanswered, Measure::Unanswered)
            | (Self::Open, Measure::Open)
            | (Self::Withdrawn, Measure::Withdrawn)
            | (Self::Pings, Measure::PingsSent) => true,
            (Self::WithoutInformation, Measure::Answered(outcome)) => !outcome.discloses(),
            (Self::Reason(reason), Measure::NotGiven(given)) => reason == given,
            _ => false,
        }
    }
}

/// The counts of one exchange for one demand.
pub(super) struct Counter<'a> {
    asked: &'a Asked<'a>,
    pub(super) exchange: &'a ExchangeView,
    /// Real messages are counted up to here; none where the log begins later than the inquiry asks.
    pub(super) until: Option<Timestamp>,
    real: (Tally, Option<Tally>),
    exercise: (Tally, Option<Tally>),
}

/// The last moment of a day in UTC.
fn end_of(day: jiff::civil::Date) -> Timestamp {
    let next = day
        .saturating_add(1.day())
        .to_zoned(jiff::tz::TimeZone::UTC);
    Timestamp::from_millis(next.map_or(i64::MAX, |next| next.timestamp().as_millisecond() - 1))
}

impl<'a> Counter<'a> {
    pub(super) fn new(asked: &'a Asked<'a>, exchange: &'a ExchangeView) -> Self {
        let view = asked.view;
        let began = exchange.own.since.map(Timestamp::date);
        let until = began
            .is_some_and(|began| began <= view.cut_off)
            .then(|| end_of(view.cut_off));
        let tally = |until| {
            let count = |ledger: &Ledger| ledger.tally(until, view.as_of);
            (
                count(&exchange.own),
                exchange.counterpart.as_ref().map(count),
            )
        };
        Self {
            asked,
            exchange,
            until,
            real: tally(until),
            exercise: tally(None),
        }
    }

    const fn tallies(&self, scope: Scope) -> &(Tally, Option<Tally>) {
        match scope {
            Scope::Real => &self.real,
            Scope::Exercise => &self.exercise,
        }
    }

    /// The rows of a table: the contact point's topics, others where there is something to count,
    /// and the sum.
    pub(super) fn rows(&self, scope: Scope) -> Vec<Row> {
        let counted = |row: Row| {
            let (own, counterpart) = self.tallies(scope);
            [Some(own), counterpart.as_ref()]
                .into_iter()
                .flatten()
                .any(|tally| {
                    tally.sum(|cell| {
                        cell.scope == scope && row.holds(cell) && What::Requests.holds(cell.measure)
                    }) > 0
                })
        };
        let topics = Topic::ALL.iter().enumerate();
        let mut rows: Vec<Row> = topics
            .map(|(at, topic)| (at, Row::Topic(*topic)))
            .filter(|(at, row)| *at < TOPICS_SHOWN || counted(*row))
            .map(|(_, row)| row)
            .collect();
        if counted(Row::NoTopic) {
            rows.push(Row::NoTopic);
        }
        rows.push(Row::All);
        rows
    }

    /// One count in our own log.
    pub(super) fn count(&self, sender: &PartyId, row: Row, scope: Scope, what: What) -> u64 {
        self.count_in(&self.tallies(scope).0, sender, row, scope, what)
    }

    fn count_in(&self, tally: &Tally, sender: &PartyId, row: Row, scope: Scope, what: What) -> u64 {
        tally.sum(|cell| {
            cell.sender == *sender
                && cell.scope == scope
                && row.holds(cell)
                && what.holds(cell.measure)
        })
    }

    /// Adds the figure to the outcome, and gives its value as it is printed.
    pub(super) fn add(
        &self,
        outcome: &mut Outcome,
        sender: &PartyId,
        row: Row,
        scope: Scope,
        what: What,
    ) -> String {
        let (own, counterpart) = self.tallies(scope);
        let value = self.count_in(own, sender, row, scope, what);
        let counterpart = counterpart.as_ref().zip(self.exchange.counterpart.as_ref());
        let counted = what.code();
        let mut id = format!(
            "{}.{sender}.{}.{}",
            self.asked.key,
            row.code(),
            scope.code()
        );
        if what != What::Requests {
            id = format!("{id}.{counted}");
        }
        outcome.figures.push(Figure {
            id,
            label: self.label(sender, row, scope, what),
            value,
            counted,
            definition: self.definition(scope, what),
            log: self.exchange.own.origin.clone(),
            size: self.exchange.own.size,
            grade: self.exchange.grade(&self.exchange.own),
            counterpart: counterpart.map(|(tally, ledger)| CounterpartCount {
                log: ledger.origin.clone(),
                size: ledger.size,
                value: self.count_in(tally, sender, row, scope, what),
                grade: self.exchange.grade(ledger),
            }),
        });
        value.to_string()
    }

    pub(super) fn row_label(&self, row: Row) -> String {
        self.asked.wording.label("topic", row.code())
    }

    fn label(&self, sender: &PartyId, row: Row, scope: Scope, what: What) -> String {
        let words = self.asked.wording;
        let what = words.text(
            &format!("what-{}", what.code()),
            &[("side", &words.of_side(sender))],
        );
        let mut parts = vec![what];
        if row != Row::All {
            parts.push(self.row_label(row));
        }
        if scope == Scope::Exercise {
            parts.push(words.text("in-exercise", &[]));
        }
        parts.join(", ")
    }

    fn definition(&self, scope: Scope, what: What) -> String {
        let words = self.asked.wording;
        let counted = words.text(&format!("definition-{}", what.code()), &[]);
        let period = match (scope, self.until) {
            (Scope::Real, Some(until)) => {
                words.text("period-until", &[("date", &words.day(until.date()))])
            }
            (Scope::Real, None) | (Scope::Exercise, _) => words.text("period-whole", &[]),
        };
        let scope = words.text(&format!("scope-{}", scope.code()), &[]);
        format!("{counted} {period} {scope}")
    }
}
