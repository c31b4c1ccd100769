//! What a log publishes: the bytes behind the paths of C2SP `tlog-tiles`.

use super::Reader;
use crate::error::OfficeError;
use journal::resource::Resource;
use journal::tile::encode_bundle;

impl Reader {
    /// The bytes of one of the things that `log` publishes; nothing if it has no such thing (yet).
    ///
    /// Nothing of what a leaf commits to is among them: an entry of a bundle is a salted commitment.
    ///
    /// # Errors
    /// When there is no such log or the database cannot be read.
    pub fn published(&self, log: &str, resource: Resource) -> Result<Option<Vec<u8>>, OfficeError> {
        let head = self.database().head(log)?;
        if !resource.is_within(head.size) {
            return Ok(None);
        }
        Ok(Some(match resource {
            Resource::Checkpoint => head.checkpoint.into_bytes(),
            Resource::Tile { id, width } => self
                .database()
                .tile(log, id, width)?
                .iter()
                .flat_map(|hash| hash.0)
                .collect(),
            Resource::Entries { index, width } => {
                let from = index.saturating_mul(u64::from(journal::tile::TILE_WIDTH));
                let entries =
                    self.database()
                        .entries(log, from, from.saturating_add(u64::from(width)))?;
                let leaves: Vec<&[u8]> = entries.iter().map(|e| e.leaf.as_slice()).collect();
                encode_bundle(&leaves)
                    .map_err(|e| OfficeError::invalid("entry bundle", e.to_string()))?
            }
        }))
    }
}
