//! The roots of the complete subtrees of a log: all it takes to follow it entry by entry.

use journal::hash::{Hash, empty_root, node_hash};
use serde::{Deserialize, Serialize};

/// A log of `size` entries, as far as its root depends on them: at most 64 hashes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Frontier {
    size: u64,
    /// One root per bit of the size, the largest subtree first.
    peaks: Vec<Hash>,
}

impl Frontier {
    pub(crate) const fn size(&self) -> u64 {
        self.size
    }

    /// Adds the next entry by its leaf hash.
    pub(crate) fn push(&mut self, leaf: Hash) {
        let mut subtree = leaf;
        // Each trailing one of the size is a subtree as large as the one at hand.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                subtree = node_hash(&left, &subtree);
            }
        }
        self.peaks.push(subtree);
        self.size = self.size.saturating_add(1);
    }

    /// The root over all entries (RFC 6962).
    pub(crate) fn root(&self) -> Hash {
        let joined = self
            .peaks
            .iter()
            .rev()
            .copied()
            .reduce(|right, left| node_hash(&left, &right));
        joined.unwrap_or_else(empty_root)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use journal::hash::{leaf_hash, root_of};

    /// Promise: following a log entry by entry gives the same root as all of its entries at once.
    #[test]
    fn the_root_is_that_of_all_entries() {
        let mut frontier = Frontier::default();
        let mut leaves = Vec::new();
        for n in 0..300_u32 {
            if !leaves.is_empty() {
                assert_eq!(frontier.root(), root_of(&leaves), "{n} entries");
            }
            let leaf = leaf_hash(&n.to_be_bytes());
            frontier.push(leaf);
            leaves.push(leaf);
            assert_eq!(frontier.size(), u64::from(n) + 1);
            assert!(frontier.peaks.len() <= 9);
        }
        assert_eq!(Frontier::default().root(), empty_root());
    }
}
