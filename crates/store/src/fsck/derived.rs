//! Documents and messages against what the entries say they wrote.
//!
//! Of every row that derives from an entry a digest is kept in memory. Each entry strikes out what
//! it wrote; what it does not find was changed or is missing, what is left over was put there by
//! nobody.

use crate::cells::{StoredDocument, StoredMessage, TableRow};
use crate::database::{EntryRef, StoreError};
use crate::engine::{EntryRow, LogRow, Rows};
use crate::tree::damaged;
use crate::writes::Writes;
use journal::hash::{Hash, sha256};
use std::collections::{BTreeMap, HashSet};

/// The digest of a derived row, its place and its entry's included.
pub(super) type Digest = Hash;

/// What is stored, less what was struck out.
pub(super) struct Derived {
    left: HashSet<Digest>,
    struck: u64,
    uncovered: u64,
    /// Rows that derive from entries of earlier releases, by log and index.
    of_entries: BTreeMap<EntryRef, Vec<Digest>>,
}

/// Text that no two different rows share: a JSON list.
fn digest(row: &impl serde::Serialize) -> Result<Digest, StoreError> {
    serde_json::to_vec(row)
        .map(|text| sha256(&text))
        .map_err(|e| damaged("documents", e.to_string()))
}

fn document_digest(
    entry: (&str, u64),
    key: (&str, &str, i64),
    said: (&str, i64, &str),
) -> Result<Digest, StoreError> {
    digest(&("document", entry, key, said))
}

fn message_digest(
    entry: (&str, u64),
    place: (&str, u64),
    blob: &Hash,
) -> Result<Digest, StoreError> {
    digest(&("message", entry, place, blob))
}

/// The digests of the rows that must derive from an entry.
pub(super) fn digests_of(entry: &EntryRow, writes: &str) -> Result<Vec<Digest>, StoreError> {
    let (log, index) = (entry.log.as_str(), entry.index);
    let unreadable = |what: &str| {
        damaged(
            log,
            format!("what entry {index} wrote is not readable: {what}"),
        )
    };
    // Most entries of a log of messages write nothing.
    if writes == "{}" {
        return match entry.revisions.as_deref() {
            Some("[]") => Ok(Vec::new()),
            _ => Err(unreadable("it has revisions of nothing")),
        };
    }
    let writes: Writes = serde_json::from_str(writes).map_err(|e| unreadable(&e.to_string()))?;
    let revisions: Vec<i64> = entry
        .revisions
        .as_deref()
        .and_then(|text| serde_json::from_str(text).ok())
        .filter(|revisions: &Vec<i64>| revisions.len() == writes.documents.len())
        .ok_or_else(|| unreadable("its revisions are not those of its documents"))?;
    let place = (log, index);
    let mut digests = Vec::with_capacity(writes.documents.len() + writes.outbox.len());
    for (put, revision) in writes.documents.iter().zip(revisions) {
        digests.push(document_digest(
            place,
            (&put.family, &put.id, revision),
            (&put.tag, put.sort, &put.json),
        )?);
    }
    for put in &writes.outbox {
        digests.push(message_digest(place, (&put.peer, put.seq), &put.blob)?);
    }
    Ok(digests)
}

impl Derived {
    /// Reads all rows, and checks what needs no entry: that revisions count up, that the last one
    /// and no other is the latest, and that what derives from an entry derives from one there is.
    pub(super) fn read(rows: &mut dyn Rows, logs: &[LogRow]) -> Result<Self, StoreError> {
        let mut derived = Self {
            left: HashSet::new(),
            struck: 0,
            uncovered: 0,
            of_entries: BTreeMap::new(),
        };
        let mut last: Option<StoredDocument> = None;
        rows.table(StoredDocument::TABLE, &mut |cells| {
            let row = StoredDocument::from_cells(cells)?;
            let before = last
                .as_ref()
                .filter(|last| (&last.family, &last.id) == (&row.family, &row.id));
            let next = before.map_or(1, |before| before.revision + 1);
            // Before one that no entry vouches for, earlier ones may have been pruned.
            let counts_up = row.revision == next || (row.entry.is_none() && row.revision > next);
            let superseded = before.is_some_and(|before| before.latest);
            if !counts_up || superseded {
                return Err(row_damaged(&row, "does not follow the one before it"));
            }
            if let Some(last) = last
                .as_ref()
                .filter(|last| (&last.family, &last.id) != (&row.family, &row.id) && !last.latest)
            {
                return Err(row_damaged(last, "is the last, but not the latest"));
            }
            match (&row.entry, &row.json) {
                (Some(entry), Some(json)) => {
                    let found = document_digest(
                        (&entry.log, entry.index),
                        (&row.family, &row.id, row.revision),
                        (&row.tag, row.sort, json),
                    )?;
                    derived.add(logs, entry, found)?;
                }
                (Some(_), None) if row.tag.is_empty() && row.sort == 0 => {}
                (None, Some(_)) => derived.uncovered += 1,
                _ => return Err(row_damaged(&row, "is half destroyed")),
            }
            last = Some(row);
            Ok(())
        })?;
        if let Some(last) = last.filter(|last| !last.latest) {
            return Err(row_damaged(&last, "is the last, but not the latest"));
        }
        rows.table(StoredMessage::TABLE, &mut |cells| {
            let row = StoredMessage::from_cells(cells)?;
            match &row.entry {
                Some(entry) => {
                    let place = (entry.log.as_str(), entry.index);
                    let found = message_digest(place, (&row.peer, row.seq), &row.blob)?;
                    derived.add(logs, entry, found)?;
                }
                None => derived.uncovered += 1,
            }
            Ok(())
        })?;
        Ok(derived)
    }

    fn add(&mut self, logs: &[LogRow], entry: &EntryRef, found: Digest) -> Result<(), StoreError> {
        let exists = logs
            .iter()
            .any(|log| log.log == entry.log && entry.index < log.size);
        if !exists {
            let EntryRef { log, index } = entry;
            return Err(damaged(
                log,
                format!("something derives from entry {index}, which there is not"),
            ));
        }
        self.left.insert(found);
        self.of_entries
            .entry(entry.clone())
            .or_default()
            .push(found);
        Ok(())
    }

    /// Strikes out what a chunk of entries wrote. What derives from the entries in `uncovered` has
    /// nothing to be held against.
    pub(super) fn strike(
        &mut self,
        log: &str,
        written: &[(Digest, u64)],
        uncovered: &[u64],
    ) -> Result<(), StoreError> {
        for (digest, index) in written {
            if !self.left.remove(digest) {
                return Err(damaged(
                    log,
                    format!("something that entry {index} wrote is missing or was changed"),
                ));
            }
            self.struck += 1;
        }
        for index in uncovered {
            let entry = EntryRef {
                log: log.to_owned(),
                index: *index,
            };
            for digest in self.of_entries.get(&entry).into_iter().flatten() {
                self.uncovered += u64::from(self.left.remove(digest));
            }
        }
        Ok(())
    }

    /// What was struck out and what could not be covered; nothing may be left.
    pub(super) fn finish(self) -> Result<(u64, u64), StoreError> {
        let left_over = |digests: &Vec<Digest>| digests.iter().any(|d| self.left.contains(d));
        match self
            .of_entries
            .iter()
            .find(|(_, digests)| left_over(digests))
        {
            None => Ok((self.struck, self.uncovered)),
            Some((EntryRef { log, index }, _)) => Err(damaged(
                log,
                format!("something that derives from entry {index} was not written by it"),
            )),
        }
    }
}

fn row_damaged(row: &StoredDocument, what: &str) -> StoreError {
    let StoredDocument {
        family,
        id,
        revision,
        ..
    } = row;
    damaged(
        "documents",
        format!("{family} {id} revision {revision} {what}"),
    )
}
