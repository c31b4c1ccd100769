//! What a finding says.

use journal::grade::Grade;
use records::RecordId;
use records::body::Truth;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What sort of answer is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerKind {
    /// Facts from records.
    Facts,
    /// Facts in tabular form.
    Table,
    /// A figure above zero, from a complete log.
    Count,
    /// Nothing, proved: by a complete log, or by a record that says so.
    None,
    /// Searched and not known; it is said where.
    NotKnown,
    /// Nobody wrote anything down. That proves nothing.
    NotRecorded,
    /// Answered elsewhere.
    Refers,
    /// The condition under which it was asked does not hold.
    NotApplicable,
    /// Intended, as recorded.
    Planned,
    /// Not decided, as recorded.
    Undecided,
    /// Outside the responsibility of the one who answers.
    OutsideResponsibility,
    /// Wants a judgement, which is left to a person; evidence is offered.
    Assessment,
    /// Given in classified form, deposited elsewhere.
    Classified,
    /// Refused, with a reason.
    Refused,
    /// Known and not shown here.
    Withheld,
    /// No finding is bound to the demand yet.
    Unbound,
}

impl AnswerKind {
    /// Every kind, in the order in which summaries list them.
    pub const ALL: [Self; 16] = [
        Self::Facts,
        Self::Table,
        Self::Count,
        Self::None,
        Self::Planned,
        Self::Undecided,
        Self::Refers,
        Self::NotKnown,
        Self::NotRecorded,
        Self::NotApplicable,
        Self::Assessment,
        Self::OutsideResponsibility,
        Self::Classified,
        Self::Refused,
        Self::Withheld,
        Self::Unbound,
    ];

    /// Its code, as in JSON.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Facts => "facts",
            Self::Table => "table",
            Self::Count => "count",
            Self::None => "none",
            Self::NotKnown => "not_known",
            Self::NotRecorded => "not_recorded",
            Self::Refers => "refers",
            Self::NotApplicable => "not_applicable",
            Self::Planned => "planned",
            Self::Undecided => "undecided",
            Self::OutsideResponsibility => "outside_responsibility",
            Self::Assessment => "assessment",
            Self::Classified => "classified",
            Self::Refused => "refused",
            Self::Withheld => "withheld",
            Self::Unbound => "unbound",
        }
    }

    /// Whether the demand is answered from records or logs. A recorded search that found nothing
    /// is such an answer; a missing record is not.
    #[must_use]
    pub const fn from_records(self) -> bool {
        matches!(
            self,
            Self::Facts
                | Self::Table
                | Self::Count
                | Self::None
                | Self::NotKnown
                | Self::Planned
                | Self::Undecided
        )
    }
}

/// One sentence or more, and the records it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The words.
    pub text: String,
    /// The records.
    pub records: Vec<RecordId>,
}

/// A table, ready to be printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// What it shows.
    pub caption: String,
    /// Head of each column.
    pub header: Vec<String>,
    /// The rows, each as long as the header.
    pub rows: Vec<Vec<String>>,
    /// Whether it shows an exercise and nothing real.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exercise: bool,
}

/// The same figure, counted from the counterpart's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CounterpartCount {
    /// Origin of its log.
    pub log: String,
    /// Number of entries; all of them were looked at.
    pub size: u64,
    /// What is counted there.
    pub value: u64,
    /// Who, besides its keeper, vouches for what was counted there.
    pub grade: Grade,
}

/// A figure, with what was counted, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// Its id, unique in the answer, such as `26.cn.cybercrime.exercise`.
    pub id: String,
    /// What it is, in short.
    pub label: String,
    /// The figure.
    pub value: u64,
    /// Code of what is counted.
    pub counted: String,
    /// What is counted, in words.
    pub definition: String,
    /// Origin of the log.
    pub log: String,
    /// Number of entries; all of them were looked at.
    pub size: u64,
    /// Who, besides the issuer, vouches for what was counted.
    pub grade: Grade,
    /// The count from the counterpart's log, where it is at hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counterpart: Option<CounterpartCount>,
}

/// What a finding shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What sort of answer it is.
    pub kind: AnswerKind,
    /// For yes-or-no questions: what the answer is. Decides whether follow-ups apply.
    pub affirms: Option<Truth>,
    /// The words.
    pub statements: Vec<Said>,
    /// The tables.
    pub tables: Vec<Table>,
    /// The figures.
    pub figures: Vec<Figure>,
    /// Records that tables rest on, beside those of the statements.
    pub tabled: Vec<RecordId>,
}

impl Outcome {
    /// An outcome of this kind that says nothing yet.
    #[must_use]
    pub const fn new(kind: AnswerKind) -> Self {
        Self {
            kind,
            affirms: None,
            statements: Vec::new(),
            tables: Vec::new(),
            figures: Vec::new(),
            tabled: Vec::new(),
        }
    }

    /// Adds words that rest on records, or on logs where there are none.
    pub fn say(&mut self, text: impl Into<String>, records: impl IntoIterator<Item = RecordId>) {
        self.statements.push(Said {
            text: text.into(),
            records: records.into_iter().collect(),
        });
    }

    /// Adds a table that rests on records; a table without rows is not added.
    pub fn table(&mut self, table: Table, records: impl IntoIterator<Item = RecordId>) {
        if !table.rows.is_empty() {
            self.tables.push(table);
            self.tabled.extend(records);
        }
    }

    /// Every record the outcome rests on.
    #[must_use]
    pub fn cited(&self) -> BTreeSet<RecordId> {
        let said = self.statements.iter().flat_map(|said| said.records.iter());
        said.chain(&self.tabled).copied().collect()
    }
}
