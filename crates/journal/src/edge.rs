//! The right edge of the tree: all that an appender has to keep in memory.
//!
//! For each tile level the edge holds the hashes of the tile that is not yet full, at most 255. From
//! these the root follows, and new leaves can be added without reading anything back.

use crate::hash::{Hash, empty_root, root_of};
use crate::tile::{TILE_WIDTH, TileId, TileUpdate};

/// The largest tree this crate works with, in entries.
pub const MAX_SIZE: u64 = i64::MAX as u64;

/// The growing end of a tree of [`Edge::size`] entries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edge {
    size: u64,
    /// `partial[l]` are the hashes of the not yet full tile on tile level `l`, 0 to 255 of them.
    partial: Vec<Vec<Hash>>,
}

/// Why an edge cannot be rebuilt from stored tiles.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EdgeError {
    /// A tile that a tree of this size must have is not stored.
    #[error("tile {} is missing", .id.path(*.width))]
    Missing {
        /// The tile.
        id: TileId,
        /// The hashes it should have.
        width: u16,
    },
    /// A tile has another number of hashes than asked for.
    #[error("tile {} has {found} hashes", .id.path(*.width))]
    Width {
        /// The tile.
        id: TileId,
        /// The hashes it should have.
        width: u16,
        /// The hashes it has.
        found: usize,
    },
    /// The size is beyond [`MAX_SIZE`].
    #[error("tree size {0} is too large")]
    Size(u64),
}

impl Edge {
    /// The edge of the empty tree.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Rebuilds the edge of a tree of `size` entries from its stored partial tiles.
    ///
    /// `tile` is asked for each partial tile and returns exactly its first `width` hashes.
    ///
    /// Partial tiles of different levels cover different entries, so they cannot contradict each
    /// other: whether they are the *right* ones only the root shows. The caller compares
    /// [`Edge::root`] with the last signed checkpoint before it appends.
    ///
    /// # Errors
    /// When a tile is missing or has the wrong number of hashes.
    pub fn from_partial_tiles(
        size: u64,
        mut tile: impl FnMut(TileId, u16) -> Option<Vec<Hash>>,
    ) -> Result<Self, EdgeError> {
        if size > MAX_SIZE {
            return Err(EdgeError::Size(size));
        }
        let mut partial = Vec::new();
        let mut level = 0;
        let mut nodes = size;
        while nodes > 0 {
            let id = TileId {
                level,
                index: nodes / u64::from(TILE_WIDTH),
            };
            let width = id.width_in(size);
            let hashes = match width {
                0 => Vec::new(),
                _ => tile(id, width).ok_or(EdgeError::Missing { id, width })?,
            };
            if hashes.len() != usize::from(width) {
                return Err(EdgeError::Width {
                    id,
                    width,
                    found: hashes.len(),
                });
            }
            partial.push(hashes);
            nodes /= u64::from(TILE_WIDTH);
            level += 1;
        }
        Ok(Self { size, partial })
    }

    /// Number of entries in the tree.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root of the tree; [`empty_root`] when it has no entries.
    #[must_use]
    pub fn root(&self) -> Hash {
        // What is left over on the right of one level is the last node of the next level.
        let mut left_over = None;
        for row in &self.partial {
            let nodes: Vec<Hash> = row.iter().copied().chain(left_over).collect();
            left_over = (!nodes.is_empty()).then(|| root_of(&nodes));
        }
        left_over.unwrap_or_else(empty_root)
    }

    /// The partial tiles, from which [`Edge::from_partial_tiles`] rebuilds this edge.
    #[must_use]
    pub fn partial_tiles(&self) -> Vec<TileUpdate> {
        (0..self.partial.len())
            .filter_map(|level| self.partial_tile(level))
            .collect()
    }

    /// Adds one leaf hash; see [`Edge::append_all`].
    pub fn append(&mut self, leaf: Hash) -> Vec<TileUpdate> {
        self.append_all(&[leaf])
    }

    /// Adds leaf hashes at the right end.
    ///
    /// Returns the new whole content of each tile that became full or grew, ready to be stored in the
    /// same transaction as the entries. A tile that was partial before and is full now appears once,
    /// full.
    pub fn append_all(&mut self, leaves: &[Hash]) -> Vec<TileUpdate> {
        let mut updates = Vec::new();
        let mut touched = 0;
        for leaf in leaves {
            self.size += 1; // cannot overflow: sizes start at or below MAX_SIZE
            touched = touched.max(self.push(0, *leaf, &mut updates));
        }
        updates.extend((0..touched).filter_map(|level| self.partial_tile(level)));
        updates
    }

    /// Puts a hash on a tile level, and the root of the tile it fills on the next. Returns how many
    /// levels were touched.
    fn push(&mut self, level: usize, hash: Hash, full: &mut Vec<TileUpdate>) -> usize {
        if self.partial.len() == level {
            self.partial.push(Vec::new());
        }
        let row = &mut self.partial[level];
        row.push(hash);
        if row.len() < usize::from(TILE_WIDTH) {
            return level + 1;
        }
        let hashes = std::mem::take(row);
        let root = root_of(&hashes);
        let id = TileId {
            level: level as u8,
            index: (self.size - 1) >> (8 * (level + 1)),
        };
        full.push(TileUpdate { id, hashes });
        self.push(level + 1, root, full)
    }

    fn partial_tile(&self, level: usize) -> Option<TileUpdate> {
        let hashes = self
            .partial
            .get(level)
            .filter(|row| !row.is_empty())?
            .clone();
        // A size of at most 2^63 has at most eight tile levels, so both the cast and the shift fit.
        let index = self.size.checked_shr(8 * (level as u32 + 1)).unwrap_or(0);
        Some(TileUpdate {
            id: TileId {
                level: level as u8,
                index,
            },
            hashes,
        })
    }
}
