//! The object store: attachments and payloads, each named by the SHA-256 of its bytes.
//!
//! Because the name is the content, writing an object twice is harmless, no object ever changes,
//! and whoever reads one can tell whether it is the right one. Nothing here knows what an object is
//! for: which objects must exist, and until when, is what the documents in the database say.
//!
//! Bytes come in two ways. [`Objects::put`] takes what is at hand. What a peer sends in pieces is
//! announced first ([`Objects::partial`]), grows with [`Objects::append`], survives cuts and
//! restarts, and becomes visible by [`Objects::complete`], which checks the hash; see [`incoming`].
//!
//! All calls block; callers in asynchronous code use a blocking pool.

pub mod bucket;
pub mod folder;
pub mod incoming;
mod verified;

pub use bucket::{Bucket, BucketConfig};
pub use folder::Folder;
pub use incoming::{Announced, Arrived, Incoming, Partial};

use journal::hash::Hash;
use std::io::{Read, sink};

/// Why an object could not be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ObjectError {
    /// More bytes than the caller allows, or than were announced.
    #[error("more than the {limit} bytes allowed")]
    TooLarge {
        /// The most that was allowed.
        limit: u64,
    },
    /// The caller's reader failed. Of an announced object, what had come is kept.
    #[error("the sender's bytes ended early, after {received}")]
    Cut {
        /// How many bytes are there now.
        received: u64,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// The bytes do not continue what is there.
    #[error("{received} bytes are there: continue from there")]
    WrongOffset {
        /// Where to continue.
        received: u64,
    },
    /// Another call is writing the same announced object.
    #[error("object {} is being received by another connection", hex(hash))]
    Busy {
        /// Which object.
        hash: Hash,
    },
    /// The object was not announced, or has been discarded.
    #[error("object {} was not announced", hex(hash))]
    NotAnnounced {
        /// Which object.
        hash: Hash,
    },
    /// The announced sizes together are more than the sender may have open.
    #[error("{scope} has announced more than {quota} bytes that have not come yet")]
    OverQuota {
        /// Who announced.
        scope: String,
        /// The bound, in bytes.
        quota: u64,
    },
    /// Not all bytes have come.
    #[error("object {} has {received} of {size} bytes", hex(hash))]
    Incomplete {
        /// Which object.
        hash: Hash,
        /// How many have come.
        received: u64,
        /// How many were announced.
        size: u64,
    },
    /// The bytes that came are not the announced ones. They have been deleted.
    #[error("what came as object {} hashes to {}", hex(expected), hex(found))]
    Mismatch {
        /// What was announced.
        expected: Hash,
        /// What came.
        found: Hash,
    },
    /// Not a name under which announcements are kept.
    #[error("{0:?} cannot name a sender: 1 to 64 letters a-z, digits and hyphens")]
    BadScope(String),
    /// The configuration of the bucket is not usable.
    #[error("the bucket's configuration: {0}")]
    Configuration(String),
    /// The connection to the object store cannot be set up.
    #[error(transparent)]
    Connection(#[from] crate::https::HttpsError),
    /// The object store answered with an error or not at all.
    #[error("object store error while {doing}")]
    Bucket {
        /// What was being done.
        doing: String,
        /// The cause.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// What a log publishes could not be read from the database.
    #[error("cannot read {what} to publish it")]
    Unpublished {
        /// What of which log.
        what: String,
        /// The cause.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// File system error.
    #[error("cannot use {path}")]
    File {
        /// The file.
        path: String,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
}

/// What is stored, as [`Objects::list`] tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listed {
    /// The object's name.
    pub hash: Hash,
    /// Its length in bytes.
    pub size: u64,
}

/// A place for objects.
pub trait Objects: Send + Sync {
    /// Where bytes are gathered until they are an object; always on this machine's disk.
    fn incoming(&self) -> &Incoming;

    /// Makes an arrived object visible. Durable when it returns; after an error the object may or
    /// may not be there, and the call may be made again with the same bytes.
    ///
    /// # Errors
    /// When it cannot be written.
    fn keep(&self, arrived: Arrived) -> Result<(), ObjectError>;

    /// Reads an object from its first byte; `None` if there is none.
    ///
    /// The bytes are hashed while they pass: where they are not the object's, the reader's last
    /// call gives an error of kind [`InvalidData`](std::io::ErrorKind::InvalidData) instead of the
    /// end. So nothing read may take effect before the end has been reached.
    ///
    /// # Errors
    /// When it cannot be read.
    fn open(&self, hash: &Hash) -> Result<Option<Box<dyn Read + Send>>, ObjectError>;

    /// Reads an object from `offset` on, to continue sending it. Not checked here: a part cannot
    /// be, and the other side checks the whole. Nothing is left to read at or beyond its end.
    ///
    /// # Errors
    /// When it cannot be read.
    fn open_at(
        &self,
        hash: &Hash,
        offset: u64,
    ) -> Result<Option<Box<dyn Read + Send>>, ObjectError>;

    /// The length of an object in bytes; `None` if there is none.
    ///
    /// # Errors
    /// When it cannot be read.
    fn size(&self, hash: &Hash) -> Result<Option<u64>, ObjectError>;

    /// Since when an object stands here, in milliseconds since 1970 by the clock of the disk or bucket;
    /// `None` if there is none. Bytes that are stored again stand here since then.
    ///
    /// # Errors
    /// When it cannot be read.
    fn since_ms(&self, hash: &Hash) -> Result<Option<i64>, ObjectError>;

    /// Removes an object, durably. It is no error if there was none.
    ///
    /// # Errors
    /// When it cannot be removed.
    fn remove(&self, hash: &Hash) -> Result<(), ObjectError>;

    /// Everything that is stored, in the order of the hashes. What bears another name than a hash
    /// is not the store's and is passed over.
    ///
    /// # Errors
    /// When it cannot be read.
    fn list(&self) -> Result<Vec<Listed>, ObjectError>;

    /// Stores what `reader` gives, at most `limit` bytes, in constant memory. Durable when it
    /// returns. Gives the name and the length.
    ///
    /// # Errors
    /// [`ObjectError::TooLarge`], [`ObjectError::Cut`], or when it cannot be written. Nothing is
    /// left behind.
    fn put(&self, reader: &mut dyn Read, limit: u64) -> Result<(Hash, u64), ObjectError> {
        let arrived = self.incoming().receive(reader, limit)?;
        let named = (arrived.hash(), arrived.size());
        self.keep(arrived)?;
        Ok(named)
    }

    /// Announces an object that will come in pieces and tells how much of it is there.
    ///
    /// # Errors
    /// [`ObjectError::OverQuota`], or when it cannot be written.
    fn partial(&self, announced: &Announced, quota: u64) -> Result<u64, ObjectError> {
        self.incoming().announce(announced, quota)
    }

    /// Continues an announced object at `offset`, which must be where it ends, and tells how much
    /// is there then. Durable when it returns, also with [`ObjectError::Cut`].
    ///
    /// # Errors
    /// [`ObjectError::WrongOffset`], [`ObjectError::TooLarge`], [`ObjectError::Cut`],
    /// [`ObjectError::Busy`], [`ObjectError::NotAnnounced`], or when it cannot be written.
    fn append(
        &self,
        announced: &Announced,
        offset: u64,
        reader: &mut dyn Read,
    ) -> Result<u64, ObjectError> {
        self.incoming().append(announced, offset, reader)
    }

    /// Checks an announced object that has come and makes it visible. Durable when it returns.
    ///
    /// # Errors
    /// [`ObjectError::Mismatch`] (it is then deleted), [`ObjectError::Incomplete`],
    /// [`ObjectError::Busy`], [`ObjectError::NotAnnounced`], or when it cannot be written.
    fn complete(&self, announced: &Announced) -> Result<(), ObjectError> {
        self.keep(self.incoming().arrived(announced)?)
    }

    /// Forgets an announced object and what has come of it. It is no error if there is none.
    ///
    /// # Errors
    /// [`ObjectError::Busy`], or when it cannot be removed.
    fn discard(&self, announced: &Announced) -> Result<(), ObjectError> {
        self.incoming().discard(announced)
    }

    /// Whether an object is there and its bytes are those of its name: reads all of them.
    ///
    /// # Errors
    /// When it cannot be read.
    fn is_whole(&self, hash: &Hash) -> Result<bool, ObjectError> {
        let Some(mut reader) = self.open(hash)? else {
            return Ok(false);
        };
        match std::io::copy(&mut reader, &mut sink()) {
            Ok(_) => Ok(true),
            Err(e) if e.kind() == std::io::ErrorKind::InvalidData => Ok(false),
            Err(source) => Err(ObjectError::File {
                path: hex(hash),
                source,
            }),
        }
    }
}

/// The name of an object as files and keys bear it: 64 lower-case hexadecimal digits.
#[must_use]
pub fn hex(hash: &Hash) -> String {
    use std::fmt::Write as _;
    hash.0
        .iter()
        .fold(String::with_capacity(64), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// The hash that [`hex`] gives this text for.
fn from_hex(text: &str) -> Option<Hash> {
    if text.len() != 64 || !text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    let mut hash = [0; 32];
    for (i, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * i..2 * i + 2)?, 16).ok()?;
    }
    Some(Hash(hash))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// One name per object: what the folder or bucket holds under another spelling is not ours.
    #[test]
    fn a_name_has_one_spelling() {
        let hash = journal::hash::sha256(b"abc");
        // FIPS 180-2, appendix B.1.
        let name = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hex(&hash), name);
        assert_eq!(from_hex(name), Some(hash));
        for bad in [
            &name.to_uppercase(),
            &name[1..],
            &format!("{name}0"),
            "",
            &format!("+{}", &name[1..]),
            &"ä".repeat(32),
        ] {
            assert_eq!(from_hex(bad), None, "{bad}");
        }
    }
}
