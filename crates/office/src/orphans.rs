//! Objects that nothing names: taken in for an act that never came, sealed for a message that was not
//! written, left by a removal that was cut off.
//!
//! What is named is not asked of each kind of document, which a new kind could be forgotten in, but of
//! the bytes of all of them: every hash that stands in any revision of any document, or in any
//! message, names its object. What is on its way in and not whole yet is no object and not looked at.

use crate::error::OfficeError;
use crate::office::Office;
use journal::hash::Hash;
use records::Timestamp;
use std::collections::BTreeSet;
use store::objects::hex;
use store::table::{Cell, Table};

/// How long an object may stand there without a name: far longer than from its last byte to the act
/// that names it, and long enough to notice that a node runs over the wrong database.
const GRACE_SECONDS: i64 = 7 * 24 * 3600;

/// Characters of a hash as text: 32 bytes in base64.
const HASH_TEXT: usize = 44;

impl Office {
    /// Removes the objects that nothing has named for a week. `now` is the time of the disk or bucket
    /// they are in, not the moved one of an exercise. Gives how many.
    ///
    /// # Errors
    /// When the database cannot be read, or the objects not be read or removed.
    pub fn sweep_objects(&self, now: Timestamp) -> Result<usize, OfficeError> {
        self.may_write()?;
        // In this order: what comes after the listing is not looked at, what was named before the
        // reading is found.
        let listed = self.objects.list()?;
        let named = self.named_hashes()?;
        let due = now.plus_seconds(-GRACE_SECONDS).millis();
        let mut removed = 0;
        for object in listed {
            if named.contains(&object.hash) {
                continue;
            }
            // Asked last: what is stored again meanwhile is new.
            let since = self.objects.since_ms(&object.hash)?;
            if since.is_some_and(|since| since < due) {
                self.objects.remove(&object.hash)?;
                tracing::info!(object = hex(&object.hash), "object.swept");
                removed += 1;
            }
        }
        Ok(removed)
    }

    fn named_hashes(&self) -> Result<BTreeSet<Hash>, OfficeError> {
        let mut named = BTreeSet::new();
        let mut rows = self.database().snapshot()?;
        for table in [Table::Documents, Table::Blobs] {
            rows.table(table, &mut |cells| {
                for cell in cells {
                    match cell {
                        Cell::Text(text) => named.extend(hashes_in(text.as_bytes())),
                        Cell::Bytes(bytes) => named.extend(hashes_in(bytes)),
                        Cell::Null | Cell::Integer(_) | Cell::Boolean(_) => {}
                    }
                }
                Ok(())
            })?;
        }
        Ok(named)
    }
}

/// Every hash that stands in some bytes as text, whatever is around it.
fn hashes_in(bytes: &[u8]) -> impl Iterator<Item = Hash> {
    bytes
        .split(|byte| !matches!(byte, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' | b'='))
        .filter(|word| word.len() == HASH_TEXT)
        .filter_map(|word| std::str::from_utf8(word).ok()?.parse().ok())
}
