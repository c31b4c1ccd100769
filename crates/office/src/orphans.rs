//! Objects that nothing names: taken in for an act that never came, sealed for a message that was not
//! written, left by a removal that was cut off.
//!
//! What is named is not asked of each kind of document, which a new kind could be forgotten in, but of
//! the bytes of all of them: every hash that stands in any revision of any document, or in any
//! message, names its object. What is on its way in and not whole yet is no object and not looked at.

use crate::error::OfficeError;
use crate::office::Office;
use crate::retention::Destruction;
use crate::writing::{Filed, Loaded};
use journal::hash::Hash;
use records::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use store::objects::hex;
use store::table::{Cell, Table};

/// How long an object may stand there without a name: far longer than from its last byte to the act
/// that names it, and long enough to notice that a node runs over the wrong database.
const GRACE_SECONDS: i64 = 7 * 24 * 3600;

/// Most objects that are watched at once. The next ones follow when these are gone.
const MAX_WATCHED: usize = 10_000;

/// Characters of a hash as text: 32 bytes in base64.
const HASH_TEXT: usize = 44;

/// The objects that had no name when they were last looked at, each with the first look of those in a
/// row that found none: an object that is old may have lost its last name a moment ago.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Unnamed {
    since: BTreeMap<Hash, Timestamp>,
}

impl Unnamed {
    /// The one document of its family.
    const NODE: &'static str = "node";

    /// Notes what has no name at `now`. What has one again, or is gone, is forgotten.
    fn note(&mut self, unnamed: &BTreeSet<Hash>, now: Timestamp) {
        self.since.retain(|hash, _| unnamed.contains(hash));
        for hash in unnamed {
            if self.since.len() >= MAX_WATCHED {
                break;
            }
            self.since.entry(*hash).or_insert(now);
        }
    }
}

impl Filed for Unnamed {
    const FAMILY: &'static str = "unnamed-objects";

    fn id(&self) -> String {
        Self::NODE.to_owned()
    }
}

impl Office {
    /// Removes the objects that nothing has named for a week, as looks like this one have seen it.
    /// `now` is the time of the disk or bucket they are in, not the moved one of an exercise. Gives
    /// how many.
    ///
    /// # Errors
    /// When the database cannot be read or written, or the objects not be read or removed;
    /// [`OfficeError::Busy`] if another node beside this database looks at the same time.
    pub fn sweep_objects(&self, now: Timestamp) -> Result<usize, OfficeError> {
        self.may_write()?;
        let due = now.plus_seconds(-GRACE_SECONDS);
        let mut removed = 0;
        for (hash, since) in self.watch_unnamed(now)?.since {
            if since >= due {
                continue;
            }
            // Asked last: what is stored again meanwhile is new.
            let stored = self.objects.since_ms(&hash)?;
            if stored.is_some_and(|stored| stored < due.millis()) {
                self.objects.remove(&hash)?;
                tracing::info!(object = hex(&hash), "object.swept");
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// Looks for objects without a name and files since when each has had none.
    fn watch_unnamed(&self, now: Timestamp) -> Result<Unnamed, OfficeError> {
        let filed = self.load::<Unnamed>(Unnamed::NODE)?;
        let mut next = filed.unwrap_or_else(|| Loaded::new(Unnamed::default()));
        let before = next.value.clone();
        // In this order: what comes after the listing is not looked at, what was named before the
        // reading is found.
        let listed = self.objects.list()?.into_iter();
        let mut unnamed: BTreeSet<Hash> = listed.map(|object| object.hash).collect();
        for hash in self.named_hashes()? {
            unnamed.remove(&hash);
        }
        next.value.note(&unnamed, now);
        if next.value != before {
            let mut writing = self.writing();
            writing.file(&next, None)?;
            let pruned = (Unnamed::FAMILY, next.value.id());
            writing.batch.prune.push(pruned);
            writing.commit()?;
        }
        Ok(next.value)
    }

    fn named_hashes(&self) -> Result<BTreeSet<Hash>, OfficeError> {
        let mut named = BTreeSet::new();
        let mut rows = self.database().snapshot()?;
        // The lists of what has no name and of what was destroyed give none. The family is the first
        // column of a document.
        let names_something = |table: Table, cells: &[Cell]| match cells.first() {
            Some(Cell::Text(family)) if table == Table::Documents => {
                family != Unnamed::FAMILY && family != Destruction::FAMILY
            }
            _ => true,
        };
        for table in [Table::Documents, Table::Blobs] {
            rows.table(table, &mut |cells| {
                if names_something(table, cells) {
                    named.extend(cells.iter().flat_map(hashes_in));
                }
                Ok(())
            })?;
        }
        Ok(named)
    }
}

/// Every hash that stands in a cell as text, whatever is around it.
fn hashes_in(cell: &Cell) -> impl Iterator<Item = Hash> {
    let bytes = match cell {
        Cell::Text(text) => text.as_bytes(),
        Cell::Bytes(bytes) => bytes,
        Cell::Null | Cell::Integer(_) | Cell::Boolean(_) => &[],
    };
    bytes
        .split(|byte| !matches!(byte, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' | b'='))
        .filter(|word| word.len() == HASH_TEXT)
        .filter_map(|word| std::str::from_utf8(word).ok()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use journal::hash::sha256;

    /// Promise: however much lies there without a name, the list of it stays small, and a newcomer
    /// takes the place of nothing that is watched.
    #[test]
    fn the_watch_is_bounded() {
        let hashes = |count: usize| -> BTreeSet<Hash> {
            let all = (0..count).map(|number| sha256(&number.to_be_bytes()));
            all.collect()
        };
        let [first, second] = [1, 2].map(Timestamp::from_millis);
        let mut unnamed = Unnamed::default();
        unnamed.note(&hashes(MAX_WATCHED - 1), first);
        unnamed.note(&hashes(2 * MAX_WATCHED), second);
        assert_eq!(unnamed.since.len(), MAX_WATCHED);
        let still = unnamed.since.values().filter(|since| **since == first);
        assert_eq!(still.count(), MAX_WATCHED - 1);
    }
}
