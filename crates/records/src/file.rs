//! Import and export of record files (YAML and JSON).
//!
//! A record file is a mapping of two keys: the number of this format, and the records.
//!
//! ```yaml
//! format: 1
//! records:
//!   - id: 019b76da-a800-7000-8000-000000000001
//!     side: third
//!     occurred: 2018-05-17
//!     knowledge: { certainty: claimed, note: says the release }
//!     marking: { tlp: CLEAR }
//!     evidence:
//!       - { title: Press release, publisher: BMI, dated: 2018-05-18 }
//!     kind: round
//!     body:
//!       number: 1
//!       held: yes
//!       place: { de: Peking, en: Beijing }
//! ```
//!
//! Files come from outside, often written by hand. So they are read under limits, YAML anchors,
//! aliases and merge keys are refused, and a fault is told with file, line, record and field and
//! with what would be right. Every record with a fault is named, not only the first.

mod check;
mod decode;
mod error;
mod tree;

pub use error::{FileError, Place, Problem, RecordAt, WriteError};

use crate::{Record, RecordId};
use serde::Serialize;

/// The number of the file format this version reads and writes.
pub const FORMAT: u64 = 1;

/// Largest file that is read, in bytes.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;

/// Most records in one file.
pub const MAX_RECORDS: usize = 20_000;

/// Deepest nesting that is read. Records need seven levels.
pub const MAX_DEPTH: usize = 16;

/// How a record file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// YAML 1.2, for people.
    Yaml,
    /// JSON, for programs.
    Json,
}

impl Format {
    /// The format that a file name's ending stands for.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        match name.rsplit_once('.')?.1 {
            "yaml" | "yml" => Some(Self::Yaml),
            "json" => Some(Self::Json),
            _ => None,
        }
    }
}

/// A file as it comes in; its name is for messages only.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it holds.
    pub text: &'a str,
    /// How it is written.
    pub format: Format,
}

/// A record that was read, and where.
struct Located {
    record: Record,
    file: String,
    at: RecordAt,
    place: Option<Place>,
}

/// Reads one file: every record by itself, without looking at what it points to.
///
/// # Errors
/// Every fault found: at least one for each record that has any.
pub fn read(name: &str, text: &str, format: Format) -> Result<Vec<Record>, Vec<FileError>> {
    let input = Input { name, text, format };
    read_located(input).map(|records| records.into_iter().map(|r| r.record).collect())
}

/// Reads files that belong together: all or nothing.
///
/// Beside each record, what holds between records is checked: ids are used once, `about` and
/// `supersedes` point to records in the files or to such that `known` says the node has, a
/// revision keeps the kind and is the only one of its record, and what is called certain has
/// evidence. Whether a record that the node already has may come again is for the caller to say.
///
/// # Errors
/// Every fault found in any file.
pub fn read_all(
    files: &[Input<'_>],
    known: impl Fn(RecordId) -> bool,
) -> Result<Vec<Record>, Vec<FileError>> {
    let mut all = Vec::new();
    let mut errors = Vec::new();
    for &file in files {
        match read_located(file) {
            Ok(mut records) => all.append(&mut records),
            Err(mut found) => errors.append(&mut found),
        }
    }
    // With a file missing, pointers into it would be reported as faults that are none.
    if errors.is_empty() {
        errors = check::between(&all, known);
    }
    if errors.is_empty() {
        Ok(all.into_iter().map(|located| located.record).collect())
    } else {
        Err(errors)
    }
}

/// Writes records in the order given; [`read`] gives the same records back.
///
/// # Errors
/// [`WriteError`] where the format's library refuses, which no record is known to cause.
pub fn write(records: &[Record], format: Format) -> Result<String, WriteError> {
    #[derive(Serialize)]
    struct File<'a> {
        format: u64,
        records: &'a [Record],
    }
    let file = File {
        format: FORMAT,
        records,
    };
    match format {
        Format::Json => {
            let mut text = serde_json::to_string_pretty(&file)?;
            text.push('\n');
            Ok(text)
        }
        Format::Yaml => tree::write_yaml(&file),
    }
}

fn read_located(input: Input<'_>) -> Result<Vec<Located>, Vec<FileError>> {
    let fail = |place, problem| vec![FileError::in_file(input.name, place, problem)];
    let tree = tree::parse(input.text, input.format).map_err(|(at, p)| fail(at, p))?;
    let nodes = tree::records(tree).map_err(|(at, p)| fail(at, p))?;

    let mut records = Vec::with_capacity(nodes.len());
    let mut errors = Vec::new();
    for (index, node) in (1..).zip(&nodes) {
        let at = RecordAt {
            index,
            id: decode::id_as_written(node),
        };
        let place = tree::place(node);
        match decode::record(node) {
            Ok(record) => records.push(Located {
                record,
                file: input.name.to_owned(),
                at,
                place,
            }),
            Err(faults) => errors.extend(faults.into_iter().map(|fault| FileError {
                file: input.name.to_owned(),
                place: fault.place.or(place),
                record: Some(at.clone()),
                field: fault.field,
                problem: fault.problem,
            })),
        }
    }
    if errors.is_empty() {
        Ok(records)
    } else {
        Err(errors)
    }
}

#[cfg(test)]
mod tests;
