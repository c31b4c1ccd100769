//! What a log publishes, by path, after C2SP `tlog-tiles`: its checkpoint, the tiles of its tree and
//! the bundles of its entries. The same paths are files in an export and addresses over HTTP.

use std::fmt;

use crate::tile::{TILE_WIDTH, TileId, entries_path};

/// The longest path of a resource, in bytes; nothing longer is looked at.
pub const MAX_PATH_BYTES: usize = 128;

/// One thing that a log publishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resource {
    /// The newest signed checkpoint: the one thing that changes.
    Checkpoint,
    /// The first `width` hashes of a tile.
    Tile {
        /// Which tile.
        id: TileId,
        /// How many hashes of it, 1 to 256.
        width: u16,
    },
    /// The entries below the first `width` hashes of a tile of level 0.
    Entries {
        /// Number of that tile.
        index: u64,
        /// How many entries, 1 to 256.
        width: u16,
    },
}

impl Resource {
    /// The resource at a path below the log's prefix. Each resource has exactly one path: other
    /// spellings of the same number are nothing.
    #[must_use]
    pub fn parse(path: &str) -> Option<Self> {
        if path.len() > MAX_PATH_BYTES {
            return None;
        }
        let resource = match path.strip_prefix("tile/") {
            None => Self::Checkpoint,
            Some(rest) => {
                let (kind, number) = rest.split_once('/')?;
                let (index, width) = parse_numbered(number)?;
                match kind {
                    "entries" => Self::Entries { index, width },
                    level => Self::Tile {
                        id: TileId {
                            level: level.parse().ok()?,
                            index,
                        },
                        width,
                    },
                }
            }
        };
        (resource.to_string() == path).then_some(resource)
    }

    /// All resources of a log with `size` entries, the checkpoint last: who copies them in this order
    /// has everything that the checkpoint covers.
    pub fn all(size: u64) -> impl Iterator<Item = Self> {
        let entries = rows(size).map(|(index, width)| Self::Entries { index, width });
        let tiles = (0u8..8).flat_map(move |level| {
            rows(size >> (8 * u32::from(level))).map(move |(index, width)| Self::Tile {
                id: TileId { level, index },
                width,
            })
        });
        tiles.chain(entries).chain([Self::Checkpoint])
    }

    /// Whether the resource will never change: everything but the checkpoint, since a partial tile of a
    /// given width is final as well.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        !matches!(self, Self::Checkpoint)
    }

    /// The media type that it is served under.
    #[must_use]
    pub const fn media_type(&self) -> &'static str {
        match self {
            Self::Checkpoint => "text/plain; charset=utf-8",
            Self::Tile { .. } | Self::Entries { .. } => "application/octet-stream",
        }
    }

    /// How long it may be kept by whoever has read it, as an HTTP `Cache-Control`: for ever where it
    /// is final; a checkpoint is replaced by the next one.
    #[must_use]
    pub const fn caching(&self) -> &'static str {
        match self {
            Self::Checkpoint => "public, max-age=1",
            Self::Tile { .. } | Self::Entries { .. } => "public, max-age=31536000, immutable",
        }
    }

    /// The full form of a partial tile or bundle; none of what is full already.
    #[must_use]
    pub fn completed(self) -> Option<Self> {
        match self {
            Self::Tile { id, width } if width < TILE_WIDTH => Some(Self::Tile {
                id,
                width: TILE_WIDTH,
            }),
            Self::Entries { index, width } if width < TILE_WIDTH => Some(Self::Entries {
                index,
                width: TILE_WIDTH,
            }),
            _ => None,
        }
    }

    /// Whether a log with `size` entries has it.
    #[must_use]
    pub fn is_within(&self, size: u64) -> bool {
        match *self {
            Self::Checkpoint => true,
            Self::Tile { id, width } => width <= id.width_in(size),
            Self::Entries { index, width } => width <= TileId { level: 0, index }.width_in(size),
        }
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Checkpoint => f.write_str("checkpoint"),
            Self::Tile { id, width } => f.write_str(&id.path(width)),
            Self::Entries { index, width } => f.write_str(&entries_path(index, width)),
        }
    }
}

/// Number and width of each tile in a row of `count` hashes; the last may be partial.
fn rows(count: u64) -> impl Iterator<Item = (u64, u16)> {
    let level = |index| TileId { level: 0, index };
    (0..count.div_ceil(u64::from(TILE_WIDTH)))
        .map(move |index| (index, level(index).width_in(count)))
}

/// `x001/x234/067.p/8` becomes 1234067 and 8. Lenient: the caller prints it again and compares.
fn parse_numbered(text: &str) -> Option<(u64, u16)> {
    let (number, width) = match text.split_once(".p/") {
        Some((number, width)) => (number, width.parse().ok()?),
        None => (text, TILE_WIDTH),
    };
    let mut index = 0u64;
    for group in number.split('/') {
        let digits = group.strip_prefix('x').unwrap_or(group);
        let digits: u64 = digits.parse().ok().filter(|group| *group < 1000)?;
        index = index.checked_mul(1000)?.checked_add(digits)?;
    }
    (1..=TILE_WIDTH).contains(&width).then_some((index, width))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    /// Promise: paths are those that C2SP tlog-tiles gives as examples.
    #[test]
    fn paths_are_those_of_the_specification() {
        let tile = |level, index, width| Resource::Tile {
            id: TileId { level, index },
            width,
        };
        for (path, resource) in [
            ("checkpoint", Resource::Checkpoint),
            ("tile/0/x001/x234/067", tile(0, 1_234_067, 256)),
            ("tile/1/x273/112.p/17", tile(1, 273_112, 17)),
            (
                "tile/entries/x273/112.p/17",
                Resource::Entries {
                    index: 273_112,
                    width: 17,
                },
            ),
        ] {
            assert_eq!(Resource::parse(path), Some(resource), "{path}");
            assert_eq!(resource.to_string(), path);
        }
    }

    /// Promise: nothing but the one spelling is a path; neither is anything that leaves the log.
    #[test]
    fn other_spellings_are_nothing() {
        for path in [
            "",
            "/checkpoint",
            "checkpoint/",
            "tile",
            "tile/0",
            "tile/0/1",
            "tile/0/0001",
            "tile/00/001",
            "tile/0/x000/001",
            "tile/0/001/x002",
            "tile/0/001.p/0",
            "tile/0/001.p/256",
            "tile/0/001.p/08",
            "tile/0/../checkpoint",
            "tile/256/001",
            "tile/0/+01",
            "tile/0/x999/x999/x999/x999/x999/x999/x999/999",
        ] {
            assert_eq!(Resource::parse(path), None, "{path}");
        }
    }

    /// Promise: all resources of a log are within it, each once, the checkpoint last, and there are as
    /// many entries as the log has.
    #[test]
    fn all_resources_cover_the_log() {
        for size in [0, 1, 255, 256, 257, 65_535, 65_536, 65_537, 70_000] {
            let all: Vec<_> = Resource::all(size).collect();
            assert!(all.iter().all(|resource| resource.is_within(size)));
            assert_eq!(all.last(), Some(&Resource::Checkpoint));
            let entries = all.iter().map(|resource| match resource {
                Resource::Entries { width, .. } => u64::from(*width),
                _ => 0,
            });
            assert_eq!(entries.sum::<u64>(), size);
            let mut distinct = all.clone();
            distinct.sort();
            distinct.dedup();
            assert_eq!(distinct.len(), all.len());
        }
    }

    proptest! {
        /// Promise: reading a path never fails but by being nothing, and what is read prints the same.
        #[test]
        fn parsing_undoes_printing(text in "\\PC{0,40}|(tile/(entries|[0-9]{1,3})/[x0-9/.p]{0,30})") {
            if let Some(resource) = Resource::parse(&text) {
                prop_assert_eq!(resource.to_string(), text);
            }
        }
    }
}
