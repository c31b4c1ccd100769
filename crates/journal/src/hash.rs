//! SHA-256 as RFC 6962 section 2.1 and RFC 9162 section 2.1.1 use it.
//!
//! A leaf is hashed with the prefix byte 0, an inner node with 1. Without the prefixes an inner node
//! could be passed off as a leaf (a second preimage), and every proof would be worthless.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// A SHA-256 value: a leaf hash, an inner node, a root or a commitment.
///
/// As text and in JSON it is standard base64 with padding, as in C2SP checkpoints. There is exactly
/// one such text per value: other spellings are refused.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Hash(pub [u8; 32]);

/// A text that is not the base64 of exactly 32 bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not the base64 form of a 32-byte hash")]
pub struct HashParseError;

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

impl FromStr for Hash {
    type Err = HashParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = STANDARD.decode(text).map_err(|_| HashParseError)?;
        Ok(Hash(bytes.try_into().map_err(|_| HashParseError)?))
    }
}

impl TryFrom<String> for Hash {
    type Error = HashParseError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Hash> for String {
    fn from(hash: Hash) -> Self {
        hash.to_string()
    }
}

/// SHA-256 of `data`, without any prefix.
#[must_use]
pub fn sha256(data: &[u8]) -> Hash {
    Hash(Sha256::digest(data).into())
}

/// The hash of one log entry: `SHA-256(0x00 || entry)`.
#[must_use]
pub fn leaf_hash(entry: &[u8]) -> Hash {
    Hash(
        Sha256::new()
            .chain_update([0])
            .chain_update(entry)
            .finalize()
            .into(),
    )
}

/// The hash of an inner node: `SHA-256(0x01 || left || right)`.
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Hash(
        Sha256::new()
            .chain_update([1])
            .chain_update(left.0)
            .chain_update(right.0)
            .finalize()
            .into(),
    )
}

/// The root of the tree without entries: SHA-256 of the empty string.
#[must_use]
pub fn empty_root() -> Hash {
    sha256(b"")
}

/// The root over `nodes`, which stand side by side on one level of the tree (RFC 6962 `MTH`, from
/// that level up).
///
/// Pairing neighbours and carrying an odd last node up unchanged gives the same tree as the
/// recursive definition, because that splits at the largest power of two.
#[must_use]
pub fn root_of(nodes: &[Hash]) -> Hash {
    let mut row = nodes.to_vec();
    while row.len() > 1 {
        row = row
            .chunks(2)
            .map(|pair| match pair {
                [left, right] => node_hash(left, right),
                odd => odd[0],
            })
            .collect();
    }
    row.first().copied().unwrap_or_else(empty_root)
}

/// Hashes domain names and parts, each part with its length before it.
///
/// The lengths make the encoding injective: no two different lists of parts hash the same bytes, and
/// a known hash cannot be continued into the hash of another list of as many parts.
///
/// The parts are gathered and hashed at once, because many small updates cost as much as the hashing
/// itself. They may be secret: the room they were gathered in is wiped.
#[derive(Default)]
pub(crate) struct DomainHasher {
    text: Zeroizing<Vec<u8>>,
}

impl DomainHasher {
    pub(crate) fn hash<'a>(
        &mut self,
        domain: &str,
        parts: impl IntoIterator<Item = &'a [u8]>,
    ) -> Hash {
        self.text.clear();
        self.text.extend_from_slice(domain.as_bytes());
        self.text.push(b'\n');
        for part in parts {
            self.text
                .extend_from_slice(&(part.len() as u64).to_be_bytes());
            self.text.extend_from_slice(part);
        }
        sha256(&self.text)
    }
}
