//! What can be wrong with a record file, said so that its author can mend it.

use super::{FORMAT, MAX_BYTES, MAX_DEPTH, MAX_RECORDS};
use crate::RecordId;
use crate::body::RecordKind;
use std::fmt;

/// A place in a file; both numbers count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The line.
    pub line: u64,
    /// The character in the line.
    pub column: u64,
}

/// Which record of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordAt {
    /// Its position, from 1.
    pub index: usize,
    /// Its id as written, where it has one.
    pub id: Option<String>,
}

/// One fault in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileError {
    /// The file's name.
    pub file: String,
    /// Where. JSON gives a place for faults of syntax only.
    pub place: Option<Place>,
    /// In which record.
    pub record: Option<RecordAt>,
    /// In which field, such as `body.rounds[2].held`.
    pub field: Option<String>,
    /// What is wrong, and what would be right.
    pub problem: Problem,
}

/// What is wrong with a file, a record or a field, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// Not YAML or JSON, or YAML that is refused here.
    #[error("cannot be read: {0}")]
    Syntax(String),
    /// Larger than is read.
    #[error("has {0} bytes, {MAX_BYTES} may be read at most")]
    TooLarge(usize),
    /// More records than are read.
    #[error("has {0} records, {MAX_RECORDS} may be read at most")]
    TooManyRecords(usize),
    /// Nested too deep.
    #[error("is nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
    /// Not a record file.
    #[error("a record file is a mapping of `format: {FORMAT}` and a list `records`")]
    NotARecordFile,
    /// Another version of the format.
    #[error("the format is {0}, this version reads {FORMAT}")]
    OtherFormat(String),
    /// A record or body that is no mapping.
    #[error("must be a mapping of fields")]
    NotAMapping,
    /// A field that does not exist.
    #[error("no such field{}", choice(given, known))]
    UnknownField {
        /// As written.
        given: String,
        /// The fields there are.
        known: Vec<String>,
    },
    /// A code that does not exist.
    #[error("{given:?} is no code of this field{}", choice(given, known))]
    UnknownCode {
        /// As written.
        given: String,
        /// The codes there are.
        known: Vec<String>,
    },
    /// A field that must be there.
    #[error("is missing")]
    Missing,
    /// A value that does not fit.
    #[error("{0}")]
    Value(String),
    /// An id that another record has.
    #[error("the id is already that of {0}")]
    DuplicateId(String),
    /// A pointer to a record that is neither in the files nor in the node.
    #[error("there is no record {0} in these files or in the node")]
    PointsToNothing(RecordId),
    /// A record about itself, or that revises itself, also by way of others.
    #[error("the record leads back to itself")]
    Circle,
    /// A revision of another kind.
    #[error("a {old} cannot be revised by a {new}")]
    KindChanged {
        /// The kind of what is revised.
        old: RecordKind,
        /// The kind of the revision.
        new: RecordKind,
    },
    /// A second revision of the same record.
    #[error("{0} is already revised by another record; revise that one")]
    RevisedTwice(RecordId),
    /// Certain without proof.
    #[error("a certain record needs evidence, unless it is marked `exercise: true`")]
    EvidenceMissing,
    /// Evidence without a date.
    #[error("a certain record needs evidence of which at least one source is `dated`")]
    EvidenceUndated,
    /// Unknown without saying what was searched.
    #[error("a record of what is unknown must say in `knowledge.note` what was searched")]
    SearchMissing,
    /// Corrected without saying what.
    #[error("a corrected record must name in `supersedes` what it corrects")]
    CorrectionOfNothing,
}

/// The records could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// As JSON.
    #[error("the records cannot be written as JSON")]
    Json(#[from] serde_json::Error),
    /// As YAML.
    #[error("the records cannot be written as YAML")]
    Yaml(#[from] serde_saphyr::ser::Error),
}

impl FileError {
    pub(super) fn in_file(file: &str, place: Option<Place>, problem: Problem) -> Self {
        Self {
            file: file.to_owned(),
            place,
            record: None,
            field: None,
            problem,
        }
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(Place { line, column }) = self.place {
            write!(f, ":{line}:{column}")?;
        }
        f.write_str(": ")?;
        if let Some(RecordAt { index, id }) = &self.record {
            write!(f, "record {index}")?;
            if let Some(id) = id {
                write!(f, " ({id})")?;
            }
            f.write_str(": ")?;
        }
        if let Some(field) = &self.field {
            write!(f, "`{field}`: ")?;
        }
        self.problem.fmt(f)
    }
}

impl std::error::Error for FileError {}

/// "; did you mean …?" where one of the names is near, and all names otherwise.
fn choice(given: &str, known: &[String]) -> String {
    let near = known
        .iter()
        .map(|name| (strsim::damerau_levenshtein(given, name), name))
        .min()
        .filter(|(distance, name)| *distance <= 1 + name.chars().count() / 4);
    match near {
        Some((_, name)) => format!("; did you mean `{name}`?"),
        None if known.is_empty() => String::new(),
        None => format!("; known are: {}", known.join(", ")),
    }
}
