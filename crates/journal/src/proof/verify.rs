//! Checking proofs. Nothing here but hashes and sizes: this is all a reader has to trust.

use crate::hash::{Hash, empty_root, node_hash};

/// Why a proof does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
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
    /// The proof has too few or too many hashes for these sizes.
    #[error("the proof has the wrong number of hashes")]
    ProofLength,
    /// The proof leads to another root than the one given.
    #[error("the proof leads to another root")]
    Root,
}

/// Checks that `leaf` (a leaf hash) is entry `index` of the tree with `size` entries and this root
/// (RFC 9162 2.1.3.2).
///
/// # Errors
/// When it is not, or the proof does not show it.
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    proof: &[Hash],
    root: &Hash,
) -> Result<(), VerifyError> {
    if index >= size {
        return Err(VerifyError::NoSuchEntry { index, size });
    }
    let (mut node, mut last) = (index, size - 1); // RFC: fn, sn
    let mut hash = *leaf; // RFC: r
    for sibling in proof {
        if last == 0 {
            return Err(VerifyError::ProofLength);
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    match (last, hash == *root) {
        (0, true) => Ok(()),
        (0, false) => Err(VerifyError::Root),
        _ => Err(VerifyError::ProofLength),
    }
}

/// Checks that the tree of `old` entries is the beginning of the tree of `new` entries (RFC 9162
/// 2.1.4.2).
///
/// The RFC leaves two cases open. Equal sizes need equal roots and an empty proof. Every tree
/// continues the empty one, so from size 0 the proof is empty and the old root is [`empty_root`].
///
/// # Errors
/// When it is not, or the proof does not show it.
pub fn verify_consistency(
    old: u64,
    old_root: &Hash,
    new: u64,
    new_root: &Hash,
    proof: &[Hash],
) -> Result<(), VerifyError> {
    if old > new {
        return Err(VerifyError::Shrunk { old, new });
    }
    if old == 0 || old == new {
        let expected = if old == new { new_root } else { &empty_root() };
        return match (proof.is_empty(), old_root == expected) {
            (false, _) => Err(VerifyError::ProofLength),
            (true, false) => Err(VerifyError::Root),
            (true, true) if new == 0 && *new_root != empty_root() => Err(VerifyError::Root),
            (true, true) => Ok(()),
        };
    }
    let (mut node, mut last) = (old - 1, new - 1); // RFC: fn, sn
    while node & 1 == 1 {
        node >>= 1;
        last >>= 1;
    }
    let (start, rest) = match (old.is_power_of_two(), proof.split_first()) {
        (true, Some(_)) => (old_root, proof),
        (false, Some((first, rest))) => (first, rest),
        (_, None) => return Err(VerifyError::ProofLength),
    };
    let (mut old_hash, mut new_hash) = (*start, *start); // RFC: fr, sr
    for sibling in rest {
        if last == 0 {
            return Err(VerifyError::ProofLength);
        }
        if node & 1 == 1 || node == last {
            old_hash = node_hash(sibling, &old_hash);
            new_hash = node_hash(sibling, &new_hash);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            new_hash = node_hash(&new_hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    match (last, old_hash == *old_root && new_hash == *new_root) {
        (0, true) => Ok(()),
        (0, false) => Err(VerifyError::Root),
        _ => Err(VerifyError::ProofLength),
    }
}
