//! The append-only log that nobody, its keeper included, can quietly rewrite.
//!
//! What it is for: every act of a contact point becomes one leaf of an RFC 6962 Merkle tree. The
//! keeper signs the root (a *checkpoint*). From then on each reader with the public key can check,
//! offline and without trusting the keeper, that an entry is in the log, that nothing was changed or
//! removed since an older checkpoint, and (with all leaves at hand) that *no other* entry exists.
//! The formats are those of C2SP (signed-note, tlog-checkpoint, tlog-tiles, tlog-cosignature,
//! tlog-proof), so that verifiers written elsewhere read our logs.
//!
//! What it must never do: touch a file, a socket, a clock or a random generator (times and salts are
//! parameters), depend on another crate of this workspace, or panic on bytes from outside.
//!
//! Where to start reading, in this order:
//!
//! 1. [`mod@hash`]: the two hash functions everything rests on.
//! 2. [`edge`] and [`tile`]: how the tree grows and how it is stored; [`resource`]: what of it is published.
//! 3. [`proof`]: inclusion and consistency, made from tiles and checked without them.
//! 4. [`note`], [`checkpoint`], [`cosignature`] and [`log_key`]: what is signed, by whom.
//! 5. [`witness`], [`policy`] and [`grade`]: who else vouches for a checkpoint, and when that is enough.
//! 6. [`entry`] and [`opening`]: what a leaf is, and how single fields of it are shown.
//! 7. [`proof_file`], [`extract`] and [`resource`]: what leaves the house as evidence.
//!
//! Signers are behind the feature `sign`, which is on by default. Without it the crate only reads and
//! verifies, and nothing it depends on needs an operating system.
//!
//! ```
//! # #[cfg(feature = "sign")] {
//! use journal::{checkpoint::Checkpoint, edge::Edge, hash::leaf_hash, note::Ed25519Signer};
//!
//! let mut edge = Edge::new();
//! let tiles_to_store = edge.append_all(&[leaf_hash(b"first"), leaf_hash(b"second")]);
//! assert_eq!(tiles_to_store.len(), 1);
//!
//! let origin = "de.kontaktstelle.example/office";
//! let signer = Ed25519Signer::from_seed(origin, [7; 32]);
//! let head = Checkpoint { origin: origin.into(), size: edge.size(), root: edge.root() };
//! let signed = head.sign(&[&signer])?;
//! assert_eq!(Checkpoint::open(&signed, origin, &[&signer.verifier()])?, head);
//! # }
//! # Ok::<(), journal::checkpoint::CheckpointError>(())
//! ```

pub mod canonical;
pub mod checkpoint;
pub mod cosignature;
pub mod edge;
pub mod entry;
pub mod extract;
pub mod grade;
pub mod hash;
pub mod log_key;
pub mod note;
pub mod opening;
pub mod policy;
pub mod proof;
pub mod proof_file;
pub mod resource;
pub mod tile;
pub mod witness;
