//! What can be read: cases, records, journals, peers. Reading never writes.

mod evidence;
mod extracts;
mod peer_log;
mod published;
mod records_at;

pub use evidence::{Evidence, Witnessed};
pub use extracts::fields_for_figures;
pub use peer_log::PeerExtract;
pub(crate) use peer_log::{End, PeerLog, PeerRange};
pub use records_at::{FiledRecord, Position, RecordAt};

use crate::case::Case;
use crate::channel::{AcceptedMessage, Channel, LastReceipt, SentMessage};
use crate::clock::Clock;
use crate::error::OfficeError;
use crate::handling::Inquiry;
use crate::office::MovedClock;
use crate::officer::Officer;
use crate::peer::Peer;
use crate::writing::{Filed, load, read_document};
use journal::entry::EntryBody;
use journal::hash::Hash;
use records::{PartyId, ThreadId, Timestamp};
use seal::receipt::ReceiptEvent;
use serde_json::Value;
use std::io::Read;
use std::sync::Arc;
use store::objects::Objects;
use store::{Database, EntryRef, Head, OutboxRow};

/// An entry with its content, as views show it.
#[derive(Debug, Clone)]
pub struct Line {
    /// Where it stands.
    pub entry: EntryRef,
    /// SHA-256 leaf hash that the tree covers.
    pub leaf: Hash,
    /// The content, until its retention date.
    pub body: Option<EntryBody>,
}

impl Line {
    /// A text field of the content; empty where there is none.
    #[must_use]
    pub fn text(&self, field: &str) -> &str {
        self.body
            .as_ref()
            .and_then(|body| body.get(field))
            .and_then(Value::as_str)
            .unwrap_or_default()
    }
}

/// Reads a node's database, with or without the node running.
#[derive(Clone)]
pub struct Reader {
    database: Arc<dyn Database>,
    objects: Arc<dyn Objects>,
    party: PartyId,
}

impl Reader {
    /// Reads this database and the objects beside it as this party's.
    #[must_use]
    pub const fn new(
        database: Arc<dyn Database>,
        objects: Arc<dyn Objects>,
        party: PartyId,
    ) -> Self {
        Self {
            database,
            objects,
            party,
        }
    }

    /// The party whose node this is.
    #[must_use]
    pub const fn party(&self) -> &PartyId {
        &self.party
    }

    /// The database underneath.
    #[must_use]
    pub const fn database(&self) -> &Arc<dyn Database> {
        &self.database
    }

    /// Now, by the node's clock; by the openly moved one if the node runs an exercise.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn now(&self, clock: &dyn Clock, exercise: bool) -> Result<Timestamp, OfficeError> {
        let moved = self
            .one::<MovedClock>(MovedClock::NODE)?
            .filter(|_| exercise);
        let moved = moved.map_or(0, |moved| moved.milliseconds);
        Ok(Timestamp::from_millis(
            clock.now().millis().saturating_add(moved),
        ))
    }

    /// All cases, the latest deadline first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn cases(&self) -> Result<Vec<Case>, OfficeError> {
        self.all()
    }

    /// One case.
    ///
    /// # Errors
    /// [`OfficeError::NoSuchCase`].
    pub fn case(&self, thread: ThreadId) -> Result<Case, OfficeError> {
        self.one(&thread.to_string())?
            .ok_or(OfficeError::NoSuchCase(thread))
    }

    /// What happened to a case, oldest first: the entries from which its revisions derive.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn timeline(&self, thread: ThreadId) -> Result<Vec<Line>, OfficeError> {
        let revisions = self.database.revisions(Case::FAMILY, &thread.to_string())?;
        revisions
            .into_iter()
            .filter_map(|document| document.entry)
            .map(|entry| self.line(&entry))
            .collect()
    }

    /// Accepted counterparts.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn peers(&self) -> Result<Vec<Peer>, OfficeError> {
        self.all()
    }

    /// One counterpart.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn peer(&self, party: &PartyId) -> Result<Option<Peer>, OfficeError> {
        self.one(party.as_str())
    }

    /// Where the channel to a counterpart stands.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn channel(&self, party: &PartyId) -> Result<Option<Channel>, OfficeError> {
        self.one(party.as_str())
    }

    /// When a counterpart was last heard of: by a message or a receipt.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn last_heard(&self, party: &PartyId) -> Result<Option<Timestamp>, OfficeError> {
        let message = self.channel(party)?.and_then(|channel| channel.last_heard);
        let receipt = self.one::<LastReceipt>(party.as_str())?;
        Ok(message.max(receipt.map(|receipt| receipt.at)))
    }

    /// Officers.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn officers(&self) -> Result<Vec<Officer>, OfficeError> {
        self.all()
    }

    /// Inquiries, the newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn inquiries(&self) -> Result<Vec<Inquiry>, OfficeError> {
        self.all()
    }

    /// One inquiry.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn inquiry(&self, reference: &str) -> Result<Option<Inquiry>, OfficeError> {
        self.one(reference)
    }

    /// Our messages with the counterparts' receipts.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn sent(&self) -> Result<Vec<SentMessage>, OfficeError> {
        self.all()
    }

    /// One message of ours.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn sent_message(&self, id: &Hash) -> Result<Option<SentMessage>, OfficeError> {
        self.one(&id.to_string())
    }

    /// The counterparts' messages and what we have receipted of them.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn accepted(&self) -> Result<Vec<AcceptedMessage>, OfficeError> {
        self.all()
    }

    /// The counterparts' messages that lie here and cannot be read, because their senders have not
    /// released the headers.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn awaiting_headers(&self) -> Result<Vec<AcceptedMessage>, OfficeError> {
        let consigned = ReceiptEvent::ContentConsignment.code();
        let documents = self
            .database
            .documents(AcceptedMessage::FAMILY, Some(consigned))?;
        documents
            .into_iter()
            .map(|document| read_document(document).map(|loaded| loaded.value))
            .collect()
    }

    /// Messages that wait for delivery.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn outbox(&self) -> Result<Vec<OutboxRow>, OfficeError> {
        Ok(self.database.outbox()?)
    }

    /// An attachment or a payload by its hash, to be read from its first byte. Reading fails at the
    /// end if the bytes are not those of the hash.
    ///
    /// # Errors
    /// When the object store cannot be read.
    pub fn object(&self, hash: &Hash) -> Result<Option<Box<dyn Read + Send>>, OfficeError> {
        Ok(self.objects.open(hash)?)
    }

    /// Bytes by their hash: papers, answers, sealed messages.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn blob(&self, hash: &Hash) -> Result<Option<Vec<u8>>, OfficeError> {
        Ok(self.database.blob(hash)?)
    }

    /// The newest signed head of a log.
    ///
    /// # Errors
    /// When there is no such log.
    pub fn head(&self, log: &str) -> Result<Head, OfficeError> {
        Ok(self.database.head(log)?)
    }

    /// Entries of a log with their content.
    ///
    /// # Errors
    /// When there is no such log or it cannot be read.
    pub fn lines(&self, log: &str, from: u64, to: u64) -> Result<Vec<Line>, OfficeError> {
        let entries = self.database.entries(log, from, to)?;
        Ok(entries
            .into_iter()
            .map(|entry| Line {
                entry: EntryRef {
                    log: log.to_owned(),
                    index: entry.index,
                },
                leaf: journal::hash::leaf_hash(&entry.leaf),
                body: entry.content.map(|(body, _)| body),
            })
            .collect())
    }

    /// One entry.
    ///
    /// # Errors
    /// When there is no such entry.
    pub fn line(&self, entry: &EntryRef) -> Result<Line, OfficeError> {
        self.lines(&entry.log, entry.index, entry.index.saturating_add(1))?
            .into_iter()
            .next()
            .ok_or_else(|| OfficeError::NoSuch {
                what: "entry",
                name: format!("{} {}", entry.log, entry.index),
            })
    }

    pub(crate) fn all<T: Filed>(&self) -> Result<Vec<T>, OfficeError> {
        let documents = self.database.documents(T::FAMILY, None)?;
        documents
            .into_iter()
            .map(|document| read_document(document).map(|loaded| loaded.value))
            .collect()
    }

    pub(crate) fn one<T: Filed>(&self, id: &str) -> Result<Option<T>, OfficeError> {
        Ok(load::<T>(self.database.as_ref(), id)?.map(|loaded| loaded.value))
    }
}
