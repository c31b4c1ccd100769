//! The tree as it is stored: reading its tiles and entries, and whether it continues a head.

use crate::database::{Found, StoreError};
use crate::engine::Rows;
use journal::edge::Edge;
use journal::hash::{Hash, empty_root, leaf_hash};
use journal::tile::TileId;

/// Leaves hashed at a time.
const STEP: u64 = 65_536;

pub(crate) fn damaged(log: &str, what: impl Into<String>) -> StoreError {
    StoreError::Damaged {
        log: log.to_owned(),
        what: what.into(),
    }
}

/// A row of 32-byte hashes.
pub(crate) fn hashes_from(log: &str, bytes: &[u8]) -> Result<Vec<Hash>, StoreError> {
    let (chunks, []) = bytes.as_chunks::<32>() else {
        return Err(damaged(log, "a tile is not a row of 32-byte hashes"));
    };
    Ok(chunks.iter().copied().map(Hash).collect())
}

/// The first `width` hashes of a tile.
pub(crate) fn tile(
    rows: &mut dyn Rows,
    log: &str,
    id: TileId,
    width: u16,
) -> Result<Vec<Hash>, StoreError> {
    let mut hashes = hashes_from(log, &rows.tile(log, id)?)?;
    let width = usize::from(width);
    if hashes.len() < width {
        let (level, index, found) = (id.level, id.index, hashes.len());
        return Err(damaged(
            log,
            format!("tile {level}/{index} holds {found} of {width} hashes"),
        ));
    }
    hashes.truncate(width);
    Ok(hashes)
}

/// The right edge of the tree as it was at `size`, from the tiles; its root is not compared yet.
pub(crate) fn edge_at(rows: &mut dyn Rows, log: &str, size: u64) -> Result<Edge, StoreError> {
    let mut failed = None;
    let edge = Edge::from_partial_tiles(size, |id, width| {
        tile(rows, log, id, width)
            .map_err(|error| failed = Some(error))
            .ok()
    });
    edge.map_err(|e| failed.unwrap_or_else(|| damaged(log, e.to_string())))
}

/// The edge of a durable head.
pub(crate) fn edge_of(rows: &mut dyn Rows, log: &str, head: Found) -> Result<Edge, StoreError> {
    let edge = edge_at(rows, log, head.size)?;
    if edge.root() == head.root {
        Ok(edge)
    } else {
        Err(damaged(log, "the tiles do not give the stored root"))
    }
}

/// Appends the stored leaves up to `size`, read back as they lie on the disk.
pub(crate) fn append_stored(
    rows: &mut dyn Rows,
    log: &str,
    edge: &mut Edge,
    size: u64,
) -> Result<(), StoreError> {
    while edge.size() < size {
        let from = edge.size();
        let to = size.min(from + STEP);
        let mut hashes = Vec::new();
        rows.leaves(log, from, to, &mut |leaf| hashes.push(leaf_hash(leaf)))?;
        if hashes.len() as u64 != to - from {
            return Err(damaged(log, format!("entries of {from}..{to} are missing")));
        }
        edge.append_all(&hashes);
    }
    Ok(())
}

/// Whether the stored tree has the root of `old` at its size, and the entries from there on give
/// `new`. What cannot be computed because something is missing or damaged is not contained.
pub(crate) fn continues(
    rows: &mut dyn Rows,
    log: &str,
    old: Found,
    new: Found,
) -> Result<bool, StoreError> {
    if old.size > new.size || (old.size == 0 && old.root != empty_root()) {
        return Ok(false);
    }
    let mut grow = || {
        let mut edge = edge_of(rows, log, old)?;
        append_stored(rows, log, &mut edge, new.size)?;
        Ok(edge.root() == new.root)
    };
    match grow() {
        Err(StoreError::Damaged { .. }) => Ok(false),
        answer => answer,
    }
}
