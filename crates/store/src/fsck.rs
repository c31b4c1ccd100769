//! Recomputes a log from what is stored.
//!
//! Consistency proofs between heads do not show that every stored entry still hashes into the
//! tree: a log can serve valid proofs while one of its entries has changed on the disk, and its
//! witnesses see nothing of it. Only recomputing from the entries does.

use crate::database::{Database, StoreError};
use journal::edge::Edge;
use journal::hash::leaf_hash;

/// Entries read at a time: a full tile's.
const STEP: u64 = 256;

/// Recomputes tree, tiles and root of `log` from its entries and compares them with those stored.
/// Returns how many entries were checked.
///
/// # Errors
/// [`StoreError::Damaged`] naming what contradicts what.
pub fn recompute(database: &dyn Database, log: &str) -> Result<u64, StoreError> {
    let head = database.head(log)?;
    let damaged = |what: String| StoreError::Damaged {
        log: log.to_owned(),
        what,
    };
    let mut edge = Edge::new();
    while edge.size() < head.size {
        let from = edge.size();
        let to = head.size.min(from + STEP);
        let entries = database.entries(log, from, to)?;
        for (expected, entry) in (from..to).zip(&entries) {
            if entry.index != expected {
                return Err(damaged(format!("entry {expected} is missing")));
            }
        }
        let leaves: Vec<_> = entries.iter().map(|entry| leaf_hash(&entry.leaf)).collect();
        if leaves.len() as u64 != to - from {
            return Err(damaged(format!("entries up to {to} are missing")));
        }
        for update in edge.append_all(&leaves) {
            // At most 256 hashes.
            let width = u16::try_from(update.hashes.len()).unwrap_or(u16::MAX);
            if database.tile(log, update.id, width)? != update.hashes {
                let (level, index) = (update.id.level, update.id.index);
                return Err(damaged(format!(
                    "tile {level}/{index} is not what the entries give"
                )));
            }
        }
    }
    if edge.root() == head.root {
        Ok(head.size)
    } else {
        Err(damaged(
            "the entries do not give the stored root".to_owned(),
        ))
    }
}
