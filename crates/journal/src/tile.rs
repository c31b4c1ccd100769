//! Where the tree is stored: tiles and entry bundles, after C2SP `tlog-tiles`.
//!
//! A tile holds up to 256 neighbouring hashes of one level in eight; only full tiles are final, the
//! rightmost one of a level is *partial* and grows. An entry bundle holds the up to 256 entries below
//! one tile of level 0.

use std::fmt::Write as _;

use crate::hash::Hash;

/// Hashes in a full tile and entries in a full bundle.
pub const TILE_WIDTH: u16 = 256;

/// The largest entry, in bytes, that a bundle can hold (its length prefix has 16 bits).
pub const MAX_ENTRY_BYTES: usize = u16::MAX as usize;

/// The place of a tile: its level (0 holds leaf hashes, 1 the roots of level-0 tiles, …) and its
/// number on that level, counted from the left from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    /// Level of the tile; one tile level spans eight levels of the tree.
    pub level: u8,
    /// Number of the tile on its level.
    pub index: u64,
}

/// The new whole content of a tile that an append has touched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TileUpdate {
    /// Which tile.
    pub id: TileId,
    /// All its hashes, 1 to 256; with 256 the tile is full and will never change again.
    pub hashes: Vec<Hash>,
}

impl TileUpdate {
    /// Whether the tile is full, and with that final.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.hashes.len() == usize::from(TILE_WIDTH)
    }
}

impl TileId {
    /// The path of this tile below the log's prefix, such as `tile/0/x001/x234/067.p/8`.
    ///
    /// `width` is the number of hashes in it; with [`TILE_WIDTH`] there is no `.p/` part.
    #[must_use]
    pub fn path(&self, width: u16) -> String {
        format!("tile/{}/{}", self.level, numbered(self.index, width))
    }

    /// How many hashes this tile has in a tree of `size` entries: 0 (it does not exist) to 256.
    #[must_use]
    pub fn width_in(&self, size: u64) -> u16 {
        let nodes = size.checked_shr(8 * u32::from(self.level)).unwrap_or(0);
        let before = self.index.saturating_mul(u64::from(TILE_WIDTH));
        let width = nodes.saturating_sub(before).min(u64::from(TILE_WIDTH));
        width as u16 // at most 256
    }
}

/// The path of the bundle with entries `256 * index ..`, such as `tile/entries/x001/x234/067.p/8`.
#[must_use]
pub fn entries_path(index: u64, width: u16) -> String {
    format!("tile/entries/{}", numbered(index, width))
}

/// `1234067` becomes `x001/x234/067`, so that no directory holds more than a thousand names.
fn numbered(index: u64, width: u16) -> String {
    let mut path = format!("{:03}", index % 1000);
    let mut rest = index / 1000;
    while rest > 0 {
        path = format!("x{:03}/{path}", rest % 1000);
        rest /= 1000;
    }
    if width < TILE_WIDTH {
        // Writing to a String cannot fail.
        let _ = write!(path, ".p/{width}");
    }
    path
}

/// Why entries cannot be bundled, or bytes are not a bundle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// More than 256 entries.
    #[error("an entry bundle holds at most 256 entries")]
    TooManyEntries,
    /// An entry of more than 65,535 bytes.
    #[error("entry {position} of the bundle has {bytes} bytes, more than 65535")]
    EntryTooLong {
        /// Position in the bundle, from 0.
        position: usize,
        /// Its length.
        bytes: usize,
    },
    /// The bytes end inside a length prefix or an entry.
    #[error("entry bundle ends inside entry {position}")]
    Truncated {
        /// Position in the bundle, from 0.
        position: usize,
    },
}

/// The bytes of an entry bundle: each entry after its length as big-endian uint16.
///
/// # Errors
/// When there are more than 256 entries or one is longer than [`MAX_ENTRY_BYTES`].
pub fn encode_bundle<E: AsRef<[u8]>>(entries: &[E]) -> Result<Vec<u8>, BundleError> {
    if entries.len() > usize::from(TILE_WIDTH) {
        return Err(BundleError::TooManyEntries);
    }
    let mut bundle = Vec::new();
    for (position, entry) in entries.iter().enumerate() {
        let entry = entry.as_ref();
        let length = u16::try_from(entry.len()).map_err(|_| BundleError::EntryTooLong {
            position,
            bytes: entry.len(),
        })?;
        bundle.extend(length.to_be_bytes());
        bundle.extend(entry);
    }
    Ok(bundle)
}

/// The entries of a bundle, in order.
///
/// # Errors
/// When the bytes end inside an entry or hold more than 256.
pub fn decode_bundle(mut bundle: &[u8]) -> Result<Vec<Vec<u8>>, BundleError> {
    let mut entries = Vec::new();
    while !bundle.is_empty() {
        let position = entries.len();
        if position == usize::from(TILE_WIDTH) {
            return Err(BundleError::TooManyEntries);
        }
        let (length, rest) = bundle
            .split_first_chunk()
            .ok_or(BundleError::Truncated { position })?;
        let (entry, rest) = rest
            .split_at_checked(usize::from(u16::from_be_bytes(*length)))
            .ok_or(BundleError::Truncated { position })?;
        entries.push(entry.to_vec());
        bundle = rest;
    }
    Ok(entries)
}
