//! Proofs that an entry is in a log, and that a log has only grown.
//!
//! Making a proof needs the stored tiles ([`TileReader`]); checking one needs nothing but the proof
//! and the roots. The checks follow RFC 9162 sections 2.1.3.2 and 2.1.4.2 step by step, so that they
//! can be read beside them.

mod verify;

use std::collections::BTreeMap;

pub use self::verify::{VerifyError, verify_consistency, verify_inclusion};
use crate::hash::{Hash, empty_root, node_hash, root_of};
use crate::tile::TileId;

/// Where tiles are read from.
pub trait TileReader {
    /// What can go wrong when reading.
    type Error;

    /// The first `width` hashes of a tile (1 to 256). When more are stored by now, the rest is cut
    /// off: a proof for an older size asks for the tile as it was then.
    ///
    /// # Errors
    /// When the tile cannot be read.
    fn tile(&self, id: TileId, width: u16) -> Result<Vec<Hash>, Self::Error>;
}

/// Why a proof cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError<E> {
    /// A tile could not be read.
    #[error("cannot read tile {}", .id.path(*.width))]
    Read {
        /// The tile.
        id: TileId,
        /// The hashes asked for.
        width: u16,
        /// What the reader said.
        source: E,
    },
    /// The reader gave another number of hashes than asked for.
    #[error("tile {} was read with {found} hashes", .id.path(*.width))]
    Width {
        /// The tile.
        id: TileId,
        /// The hashes asked for.
        width: u16,
        /// The hashes received.
        found: usize,
    },
    /// There is no such entry in a tree of this size.
    #[error("entry {index} is not in a log of {size} entries")]
    NoSuchEntry {
        /// Number of the entry.
        index: u64,
        /// Size of the tree.
        size: u64,
    },
    /// The older size is larger than the newer one.
    #[error("a log of {old} entries cannot have become one of {new}")]
    Shrunk {
        /// Older size.
        old: u64,
        /// Newer size.
        new: u64,
    },
}

/// The root of the tree when it had `size` entries.
///
/// # Errors
/// When a tile cannot be read.
pub fn root_at<R: TileReader>(reader: &R, size: u64) -> Result<Hash, ProofError<R::Error>> {
    match size {
        0 => Ok(empty_root()),
        _ => Tree::new(reader, size).range(0, size),
    }
}

/// The inclusion proof for entry `index` in the tree of `size` entries (RFC 9162 2.1.3.1), from the
/// leaf's sibling up to the root's child.
///
/// # Errors
/// When the entry does not exist or a tile cannot be read.
pub fn inclusion_proof<R: TileReader>(
    reader: &R,
    index: u64,
    size: u64,
) -> Result<Vec<Hash>, ProofError<R::Error>> {
    if index >= size {
        return Err(ProofError::NoSuchEntry { index, size });
    }
    let mut tree = Tree::new(reader, size);
    let (mut low, mut high) = (0, size);
    let mut proof = Vec::new();
    while high - low > 1 {
        let middle = low + split(high - low);
        if index < middle {
            proof.push(tree.range(middle, high)?);
            high = middle;
        } else {
            proof.push(tree.range(low, middle)?);
            low = middle;
        }
    }
    proof.reverse();
    Ok(proof)
}

/// The proof that the tree of `old` entries is the beginning of the tree of `new` entries (RFC 9162
/// 2.1.4.1). From size 0 and between equal sizes it is empty.
///
/// # Errors
/// When `old` is larger than `new` or a tile cannot be read.
pub fn consistency_proof<R: TileReader>(
    reader: &R,
    old: u64,
    new: u64,
) -> Result<Vec<Hash>, ProofError<R::Error>> {
    if old > new {
        return Err(ProofError::Shrunk { old, new });
    }
    if old == 0 {
        return Ok(Vec::new());
    }
    let mut tree = Tree::new(reader, new);
    let (mut low, mut high) = (0, new);
    let mut proof = Vec::new();
    while old < high {
        let middle = low + split(high - low);
        if old <= middle {
            proof.push(tree.range(middle, high)?);
            high = middle;
        } else {
            proof.push(tree.range(low, middle)?);
            low = middle;
        }
    }
    // The old tree's rightmost subtree; when it is the whole old tree, the verifier has its root.
    if low > 0 {
        proof.push(tree.range(low, high)?);
    }
    proof.reverse();
    Ok(proof)
}

/// The largest power of two smaller than `n`, for `n` of at least 2: where RFC 6962 splits a tree.
fn split(n: u64) -> u64 {
    1 << (n - 1).ilog2()
}

/// A tree of fixed size whose tiles are read at most once each.
struct Tree<'a, R> {
    reader: &'a R,
    size: u64,
    tiles: BTreeMap<TileId, Vec<Hash>>,
}

impl<'a, R: TileReader> Tree<'a, R> {
    fn new(reader: &'a R, size: u64) -> Self {
        Self {
            reader,
            size,
            tiles: BTreeMap::new(),
        }
    }

    /// The root over entries `low..high`, a non-empty node of the tree as RFC 6962 splits it.
    fn range(&mut self, low: u64, high: u64) -> Result<Hash, ProofError<R::Error>> {
        let mut complete = Vec::new();
        let mut start = low;
        while start < high {
            let height = (high - start).ilog2();
            complete.push(self.complete(height, start >> height)?);
            start += 1 << height;
        }
        let folded = complete
            .into_iter()
            .rev()
            .reduce(|right, left| node_hash(&left, &right));
        Ok(folded.unwrap_or_else(empty_root))
    }

    /// The root of the complete subtree number `index` among those with `2^height` entries.
    fn complete(&mut self, height: u32, index: u64) -> Result<Hash, ProofError<R::Error>> {
        let inner = height % 8;
        let first = index << inner;
        let id = TileId {
            level: (height / 8) as u8,
            index: first / 256,
        };
        let width = id.width_in(self.size);
        if !self.tiles.contains_key(&id) {
            let hashes = self
                .reader
                .tile(id, width)
                .map_err(|source| ProofError::Read { id, width, source })?;
            self.tiles.insert(id, hashes);
        }
        let hashes = self.tiles.get(&id).map_or(&[][..], Vec::as_slice);
        let offset = (first % 256) as usize;
        match hashes.get(offset..offset + (1 << inner)) {
            Some(nodes) if hashes.len() == usize::from(width) => Ok(root_of(nodes)),
            _ => Err(ProofError::Width {
                id,
                width,
                found: hashes.len(),
            }),
        }
    }
}
