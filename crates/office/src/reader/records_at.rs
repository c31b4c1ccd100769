//! Records as they stood at a position of the journal.

use super::{Line, Reader};
use crate::OFFICE_LOG;
use crate::error::OfficeError;
use crate::writing::{Filed, read_document};
use records::{Record, RecordId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use store::EntryRef;

/// Entries read at a time: a full tile's.
const LOOKED_AT_ONCE: u64 = 256;

/// A record as filed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FiledRecord {
    /// The record.
    pub record: Record,
}

impl Filed for FiledRecord {
    const FAMILY: &'static str = "record";

    fn id(&self) -> String {
        self.record.header.id.to_string()
    }

    fn tag(&self) -> String {
        self.record.body.kind().code().to_owned()
    }
}

/// At which position records are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    /// As they stand.
    Now,
    /// As they stood when the office journal held this many entries.
    Entry(u64),
    /// As they stood at this moment, by the times of the journal's entries.
    Date(Timestamp),
}

/// A record with the entry that wrote it down.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordAt {
    /// The record.
    pub record: Record,
    /// The entry of the office journal.
    pub entry: EntryRef,
    /// Whether a later record, known at the same position, supersedes it.
    pub superseded: bool,
}

impl Reader {
    /// The size of the office journal at a position.
    ///
    /// # Errors
    /// When the database cannot be read, or the journal never had that many entries.
    pub fn size_at(&self, position: Position) -> Result<u64, OfficeError> {
        let size = self.head(OFFICE_LOG)?.size;
        match position {
            Position::Now => Ok(size),
            Position::Entry(entry) if entry <= size => Ok(entry),
            Position::Entry(entry) => Err(OfficeError::invalid(
                "position",
                format!("the journal has {size} entries, not {entry}"),
            )),
            Position::Date(date) => self.entries_until(date, size),
        }
    }

    /// How many entries there were at `date`: up to the last one written by then. Looked for from
    /// the end, because times may step back: clocks are set, and an exercise's is moved.
    fn entries_until(&self, date: Timestamp, size: u64) -> Result<u64, OfficeError> {
        let mut end = size;
        while end > 0 {
            let from = end.saturating_sub(LOOKED_AT_ONCE);
            let written = |line: &Line| line.text("time").parse().is_ok_and(|time| date >= time);
            if let Some(line) = self
                .lines(OFFICE_LOG, from, end)?
                .into_iter()
                .rfind(written)
            {
                return Ok(line.entry.index.saturating_add(1));
            }
            end = from;
        }
        Ok(0)
    }

    /// All records at a position, superseded ones included and marked.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn records(&self, position: Position) -> Result<Vec<RecordAt>, OfficeError> {
        let size = self.size_at(position)?;
        let documents = self
            .database
            .documents_as_of(FiledRecord::FAMILY, OFFICE_LOG, size)?;
        let mut records = Vec::with_capacity(documents.len());
        for document in documents {
            let loaded = read_document::<FiledRecord>(document)?;
            if let Some(entry) = loaded.entry {
                records.push(RecordAt {
                    record: loaded.value.record,
                    entry,
                    superseded: false,
                });
            }
        }
        let superseded: BTreeSet<RecordId> = records
            .iter()
            .filter_map(|r| r.record.header.supersedes)
            .collect();
        for record in &mut records {
            record.superseded = superseded.contains(&record.record.header.id);
        }
        records.sort_by(|a, b| a.entry.cmp(&b.entry));
        Ok(records)
    }
}
