//! A group of batches becomes one list of changes. No engine is asked here: what it knew was read
//! before, for the whole group at once, and what an accepted batch changes counts for those after it.

use crate::batch::Expect;
use crate::database::{CommitError, EntryRef, StoreError};
use crate::engine::{Changes, DocumentRow, EntryRow, OutboxInsert};
use crate::prepared::{Prepared, unfit};
use crate::writes::revisions_text;
use journal::hash::Hash;
use std::collections::{BTreeMap, BTreeSet};

/// What the engine knew before the group.
#[derive(Default)]
pub(crate) struct Known {
    /// Size of each log that can be written.
    pub(crate) sizes: BTreeMap<String, u64>,
    /// Highest revision of each document that the group names.
    pub(crate) revisions: BTreeMap<(&'static str, String), i64>,
    /// Places in the outbox that the group wants and that are taken.
    pub(crate) taken: BTreeSet<(String, u64)>,
}

/// The changes so far.
pub(crate) struct Draft {
    known: Known,
    /// Where in the changes the latest revision of a document stands.
    latest: BTreeMap<(&'static str, String), usize>,
    /// The leaf hashes that each log grows by.
    pub(crate) leaves: BTreeMap<String, Vec<Hash>>,
    pub(crate) changes: Changes,
}

impl Draft {
    pub(crate) fn new(known: Known) -> Self {
        Self {
            known,
            latest: BTreeMap::new(),
            leaves: BTreeMap::new(),
            changes: Changes::default(),
        }
    }

    /// Takes a batch in, whole or not at all. Returns where its entries will stand.
    pub(crate) fn take(&mut self, batch: Prepared) -> Result<Vec<EntryRef>, CommitError> {
        self.check(&batch)?;
        let entries: Vec<EntryRef> = batch.entries.iter().map(|e| self.place(e)).collect();
        let place = |position: Option<usize>| position.and_then(|p| entries.get(p)).cloned();
        let mut revisions = vec![Vec::new(); entries.len()];
        for put in batch.documents {
            let key = (put.family, put.id);
            let revision = self
                .known
                .revisions
                .get(&key)
                .map_or(1, |highest| highest + 1);
            if let Some(of_entry) = put.entry.and_then(|position| revisions.get_mut(position)) {
                of_entry.push(revision);
            }
            let row = self.changes.documents.len();
            if let Some(older) = self
                .latest
                .insert(key.clone(), row)
                .and_then(|older| self.changes.documents.get_mut(older))
            {
                older.latest = false;
            }
            self.changes.documents.push(DocumentRow {
                family: put.family.to_owned(),
                id: key.1.clone(),
                revision,
                latest: true,
                tag: put.tag,
                sort: put.sort,
                json: put.json,
                entry: place(put.entry),
            });
            self.known.revisions.insert(key, revision);
        }
        for put in batch.outbox {
            self.known.taken.insert((put.peer.clone(), put.seq));
            self.changes.outbox.push(OutboxInsert {
                entry: place(put.entry),
                peer: put.peer,
                seq: put.seq,
                blob: put.blob,
                due_ms: put.due_ms,
            });
        }
        for ((entry, place), revisions) in batch.entries.into_iter().zip(&entries).zip(revisions) {
            self.changes.entries.push(EntryRow {
                log: entry.log,
                index: place.index,
                leaf: entry.leaf,
                salt: Some(entry.salt.to_vec()),
                body: Some(entry.body),
                writes: Some(entry.writes),
                revisions: Some(revisions_text(&revisions)),
                keep_until: entry.keep_until,
            });
        }
        self.changes.outbox_updates.extend(batch.outbox_updates);
        self.changes.blobs.extend(batch.blobs);
        self.changes.cosigned.extend(batch.cosigned);
        self.changes.destroy.extend(batch.destroy);
        self.changes.forget.extend(batch.forget);
        let pruned = batch.prune.into_iter();
        let pruned = pruned.map(|(family, id)| (family.to_owned(), id));
        self.changes.prune.extend(pruned);
        Ok(entries)
    }

    fn place(&mut self, entry: &crate::prepared::PreparedEntry) -> EntryRef {
        let leaves = self.leaves.entry(entry.log.clone()).or_default();
        let durable = self.known.sizes.get(&entry.log).copied().unwrap_or(0);
        let index = durable + leaves.len() as u64;
        leaves.push(entry.hash);
        EntryRef {
            log: entry.log.clone(),
            index,
        }
    }

    fn check(&self, batch: &Prepared) -> Result<(), CommitError> {
        let named = batch.entries.iter().map(|entry| &entry.log);
        let named = named.chain(batch.cosigned.iter().map(|row| &row.log));
        for log in named.chain(batch.destroy.iter().map(|entry| &entry.log)) {
            if !self.known.sizes.contains_key(log) {
                return Err(StoreError::NoSuchLog(log.clone()).into());
            }
        }
        for Expect {
            family,
            id,
            revision,
        } in &batch.expect
        {
            if self.known.revisions.get(&(*family, id.clone())) != Some(revision) {
                return Err(CommitError::Conflict {
                    family,
                    id: id.clone(),
                });
            }
        }
        let mut own = BTreeSet::new();
        for put in &batch.outbox {
            let place = (put.peer.clone(), put.seq);
            if self.known.taken.contains(&place) || !own.insert(place) {
                return Err(CommitError::Conflict {
                    family: "outbox",
                    id: format!("{} {}", put.peer, put.seq),
                });
            }
        }
        // Only what is durable can be destroyed: an entry of this group has no place on disk yet.
        let missing = |entry: &&EntryRef| self.known.sizes.get(&entry.log) <= Some(&entry.index);
        if let Some(EntryRef { log, index }) = batch.destroy.iter().find(missing) {
            return Err(unfit(format!("there is no entry {index} of log {log} to destroy")).into());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::batch::{Batch, DocumentPut, NewEntry};
    use journal::entry::{EntryBody, Salt};

    fn rival(text: &str, expect: Option<i64>) -> Prepared {
        let fields = BTreeMap::from([("text".to_owned(), text.into())]);
        let expect = expect.map(|revision| Expect {
            family: "case",
            id: "a".to_owned(),
            revision,
        });
        Prepared::new(Batch {
            expect: expect.into_iter().collect(),
            entries: vec![NewEntry {
                log: "office".to_owned(),
                body: EntryBody::new(fields).unwrap(),
                salt: Salt::new([1; 32]),
                keep_until: None,
            }],
            documents: vec![DocumentPut {
                family: "case",
                id: "a".to_owned(),
                tag: String::new(),
                sort: 0,
                json: text.to_owned(),
                entry: Some(0),
            }],
            ..Batch::default()
        })
        .unwrap()
    }

    /// Promise: in one transaction a batch that conflicts with an earlier one of the same group
    /// leaves no trace, those around it stand, and of each document one revision is the latest.
    #[test]
    fn a_conflict_inside_a_group_leaves_the_others() {
        let key = ("case", "a".to_owned());
        let mut draft = Draft::new(Known {
            sizes: BTreeMap::from([("office".to_owned(), 7)]),
            revisions: BTreeMap::from([(key, 4)]),
            taken: BTreeSet::new(),
        });
        let places: Vec<_> = [
            rival("first", Some(4)),
            rival("second", Some(4)),
            rival("third", None),
            rival("fourth", Some(6)),
        ]
        .into_iter()
        .map(|batch| draft.take(batch).ok().map(|entries| entries[0].index))
        .collect();
        assert_eq!(places, [Some(7), None, Some(8), Some(9)]);
        let rows: Vec<_> = draft
            .changes
            .documents
            .iter()
            .map(|row| (row.json.as_str(), row.revision, row.latest))
            .collect();
        assert_eq!(
            rows,
            [
                ("first", 5, false),
                ("third", 6, false),
                ("fourth", 7, true)
            ]
        );
        let revisions: Vec<_> = draft
            .changes
            .entries
            .iter()
            .map(|row| &row.revisions)
            .collect();
        assert_eq!(
            revisions,
            [
                &Some("[5]".to_owned()),
                &Some("[6]".to_owned()),
                &Some("[7]".to_owned())
            ]
        );
        assert_eq!(draft.leaves["office"].len(), 3);
    }
}
