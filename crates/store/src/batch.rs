//! What can be written in one piece.

use crate::database::EntryRef;
use journal::entry::{EntryBody, Salt};
use journal::grade::Grade;
use journal::hash::{Hash, sha256};

/// A new entry of a log. Its index is known once it is durable.
#[derive(Debug)]
pub struct NewEntry {
    /// The name of the log.
    pub log: String,
    /// What the entry says; kept beside the leaf and destroyable without breaking any proof.
    pub body: EntryBody,
    /// The salt of the commitment, drawn at the edge.
    pub salt: Salt,
    /// When body and salt are due for destruction, in milliseconds since 1970; `None`: never.
    pub keep_until: Option<i64>,
}

/// A condition on the state the batch was computed from.
///
/// The batch is written only if every condition still holds, so that two officers who act on the
/// same case at the same moment never both succeed, on one node or on several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expect {
    /// Document family.
    pub family: &'static str,
    /// Document id.
    pub id: String,
    /// The revision that was read; 0 where the document must not exist yet.
    pub revision: i64,
}

/// A new revision of a document. Older revisions stay.
#[derive(Debug)]
pub struct DocumentPut {
    /// Document family.
    pub family: &'static str,
    /// Document id.
    pub id: String,
    /// A short code to filter lists by, such as a state; may be empty.
    pub tag: String,
    /// A number to sort lists by, such as a deadline in milliseconds.
    pub sort: i64,
    /// The content.
    pub json: String,
    /// Which of the batch's entries this revision derives from.
    pub entry: Option<usize>,
}

/// A message that waits for delivery to a peer, strictly in the order of its sequence numbers.
#[derive(Debug)]
pub struct OutboxPut {
    /// The peer's party id.
    pub peer: String,
    /// Its place in the direction towards that peer.
    pub seq: u64,
    /// The blob that holds the sealed message.
    pub blob: Hash,
    /// Not before, in milliseconds since 1970.
    pub due_ms: i64,
    /// Which of the batch's entries this message derives from.
    pub entry: Option<usize>,
}

/// What became of an attempt to deliver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutboxUpdate {
    /// The peer's receipt is on file.
    Delivered {
        /// The peer's party id.
        peer: String,
        /// The place in the direction.
        seq: u64,
    },
    /// Try again later.
    Failed {
        /// The peer's party id.
        peer: String,
        /// The place in the direction.
        seq: u64,
        /// Not before, in milliseconds since 1970.
        due_ms: i64,
        /// Why, for the operator.
        error: String,
    },
    /// The peer has lost it: it is to be delivered again, at its place.
    Again {
        /// The peer's party id.
        peer: String,
        /// The place in the direction.
        seq: u64,
        /// Not before, in milliseconds since 1970.
        due_ms: i64,
    },
}

impl OutboxUpdate {
    /// The row it is about: the peer's party id, and the place in the direction.
    #[must_use]
    pub fn place(&self) -> (&str, u64) {
        match self {
            Self::Delivered { peer, seq }
            | Self::Failed { peer, seq, .. }
            | Self::Again { peer, seq, .. } => (peer, *seq),
        }
    }
}

/// Bytes with their name.
#[derive(Debug, Clone)]
pub struct BlobRef {
    /// SHA-256 of the bytes.
    pub hash: Hash,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl BlobRef {
    /// Names bytes by their hash.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self {
            hash: sha256(&bytes),
            bytes,
        }
    }
}

/// A checkpoint of an own log with the cosignatures that give it an evidence grade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CosignedPut {
    /// The log.
    pub log: String,
    /// The grade that the note has under the node's policy; whoever fills this in has verified it.
    pub grade: Grade,
    /// The checkpoint with the log's signatures and the cosignatures.
    pub note: String,
}

/// Everything that one act writes, in one piece.
#[derive(Debug, Default)]
pub struct Batch {
    /// Conditions on the state it was computed from.
    pub expect: Vec<Expect>,
    /// Log entries.
    pub entries: Vec<NewEntry>,
    /// Document revisions.
    pub documents: Vec<DocumentPut>,
    /// Messages to deliver.
    pub outbox: Vec<OutboxPut>,
    /// What became of deliveries.
    pub outbox_updates: Vec<OutboxUpdate>,
    /// Blobs.
    pub blobs: Vec<BlobRef>,
    /// Cosigned checkpoints of the node's logs.
    pub cosigned: Vec<CosignedPut>,
    /// Earlier entries whose content is destroyed: body, salt, and the content of every document
    /// revision that derives from them. Leaf and proof stay. The act of destroying is an entry of
    /// the same batch; that is the caller's to write.
    pub destroy: Vec<EntryRef>,
    /// Blobs that are destroyed with them.
    pub forget: Vec<Hash>,
    /// Documents (family, id) of which only what they say now is worth keeping: their earlier
    /// revisions go, except those that an entry vouches for.
    pub prune: Vec<(&'static str, String)>,
}

/// A revision of a document as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Document family.
    pub family: String,
    /// Document id.
    pub id: String,
    /// Counts from 1.
    pub revision: i64,
    /// The code to filter by.
    pub tag: String,
    /// The number to sort by.
    pub sort: i64,
    /// The content.
    pub json: String,
    /// The entry it derives from.
    pub entry: Option<EntryRef>,
}
