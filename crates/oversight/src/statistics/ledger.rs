//! The messages of one exchange log.

use crate::evidence::unverified_checkpoint;
use journal::extract::{Extract, ExtractEntry};
use journal::opening::Shown;
use records::vocabulary::{ExternalReason, MessageKind, Outcome, Topic};
use records::{PartyId, Timestamp};
use seal::receipt::ReceiptEvent;
use serde_json::Value;
use std::collections::BTreeMap;
use std::str::FromStr;

/// Why a log cannot be counted. A log of which something needed is hidden must not be counted at
/// all: whoever hides a field could hide what it would have been counted as.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// The checkpoint is malformed.
    #[error("its checkpoint is malformed")]
    Checkpoint,
    /// Not all entries are shown.
    #[error("it is not shown completely")]
    Incomplete,
    /// A field is hidden.
    #[error("entry {entry}: field {field} is hidden")]
    Hidden {
        /// The entry.
        entry: u64,
        /// The field.
        field: &'static str,
    },
    /// A field is missing or holds something else than it must.
    #[error("entry {entry}: field {field} is missing or malformed")]
    Field {
        /// The entry.
        entry: u64,
        /// The field.
        field: &'static str,
    },
}

/// A message between the two contact points, as one of them wrote it down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its id.
    pub id: String,
    /// What it is; none for a kind this version does not know. Such a message is compared like any
    /// other and counted as nothing: one odd message must not put an end to all counting.
    pub kind: Option<MessageKind>,
    /// Who sent it.
    pub sender: PartyId,
    /// Whether it belongs to an exercise.
    pub exercise: bool,
    /// When it was written.
    pub created: Timestamp,
    /// The case it belongs to.
    pub thread: String,
    /// When an answer is due.
    pub deadline: Option<Timestamp>,
    /// What a request is about; none where the receiver could not read it.
    pub topic: Option<Topic>,
    /// What an answer says.
    pub outcome: Option<Outcome>,
    /// The coarse reason of an answer that gives no full information.
    pub reason: Option<ExternalReason>,
    /// Whether it has reached the other side: accepted there, or receipted by it.
    pub delivered: bool,
}

/// An exchange log, read for counting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ledger {
    /// Origin of the log.
    pub origin: String,
    /// Number of entries; all of them were looked at.
    pub size: u64,
    /// Who keeps it.
    pub keeper: PartyId,
    /// The two sides, the keeper's counterpart first.
    pub sides: [PartyId; 2],
    /// When the first entry was written; none while there is none.
    pub since: Option<Timestamp>,
    /// The messages by id, each once.
    pub messages: BTreeMap<String, Message>,
}

impl Ledger {
    /// Reads a complete extract of `keeper`'s log of the exchange with `other`.
    ///
    /// # Errors
    /// [`LedgerError`], when not everything that is needed for counting is shown.
    pub fn read(extract: &Extract, keeper: &PartyId, other: &PartyId) -> Result<Self, LedgerError> {
        let checkpoint = unverified_checkpoint(extract).ok_or(LedgerError::Checkpoint)?;
        if !extract.complete || extract.entries.len() as u64 != checkpoint.size {
            return Err(LedgerError::Incomplete);
        }
        let mut ledger = Self {
            origin: checkpoint.origin,
            size: checkpoint.size,
            keeper: keeper.clone(),
            sides: [other.clone(), keeper.clone()],
            since: None,
            messages: BTreeMap::new(),
        };
        for entry in &extract.entries {
            let row = Row(entry);
            let time = row.read("time")?;
            ledger.since = ledger.since.or(Some(time));
            match row.text("kind")? {
                "message.sent" => ledger.add(row.message(keeper, false)?),
                "message.accepted" => {
                    let usable = row.optional_text("event")? == Some(consigned());
                    ledger.add(row.message(other, usable)?);
                }
                "receipt.received" if row.optional_text("event")? == Some(consigned()) => {
                    if let Some(message) = ledger.messages.get_mut(row.text("message")?) {
                        message.delivered = true;
                    }
                }
                _ => {}
            }
        }
        Ok(ledger)
    }

    /// A message counts once, however often it is written down.
    fn add(&mut self, message: Message) {
        self.messages.entry(message.id.clone()).or_insert(message);
    }

    /// The messages of one case, in the order of their writing.
    pub(super) fn thread(&self, thread: &str) -> Vec<&Message> {
        let mut messages: Vec<&Message> = self
            .messages
            .values()
            .filter(|message| message.thread == thread)
            .collect();
        messages.sort_by(|a, b| (a.created, &a.id).cmp(&(b.created, &b.id)));
        messages
    }
}

fn consigned() -> &'static str {
    ReceiptEvent::ContentConsignment.code()
}

/// One entry, read field by field.
struct Row<'a>(&'a ExtractEntry);

impl<'a> Row<'a> {
    fn field(&self, field: &'static str) -> Result<Option<&'a Value>, LedgerError> {
        match self.0.opening.field(field) {
            Shown::Opened(value) => Ok(Some(value)),
            Shown::Absent => Ok(None),
            Shown::Hidden => Err(LedgerError::Hidden {
                entry: self.0.index,
                field,
            }),
        }
    }

    fn malformed(&self, field: &'static str) -> LedgerError {
        LedgerError::Field {
            entry: self.0.index,
            field,
        }
    }

    fn optional_text(&self, field: &'static str) -> Result<Option<&'a str>, LedgerError> {
        let value = self.field(field)?;
        value
            .map(|value| value.as_str().ok_or_else(|| self.malformed(field)))
            .transpose()
    }

    fn text(&self, field: &'static str) -> Result<&'a str, LedgerError> {
        self.optional_text(field)?
            .ok_or_else(|| self.malformed(field))
    }

    fn optional<T: FromStr>(&self, field: &'static str) -> Result<Option<T>, LedgerError> {
        let text = self.optional_text(field)?;
        text.map(|text| text.parse().map_err(|_| self.malformed(field)))
            .transpose()
    }

    fn read<T: FromStr>(&self, field: &'static str) -> Result<T, LedgerError> {
        self.optional(field)?.ok_or_else(|| self.malformed(field))
    }

    fn message(&self, sender: &PartyId, delivered: bool) -> Result<Message, LedgerError> {
        let message = Message {
            id: self.text("message")?.to_owned(),
            kind: self.text("message_kind")?.parse().ok(),
            sender: self.read("sender")?,
            exercise: self
                .field("exercise")?
                .and_then(Value::as_bool)
                .ok_or_else(|| self.malformed("exercise"))?,
            created: self.read("created")?,
            thread: self.text("thread")?.to_owned(),
            deadline: self.optional("deadline")?,
            topic: self.optional("topic")?,
            outcome: self.optional("outcome")?,
            reason: self.optional("reason")?,
            delivered,
        };
        if message.sender == *sender {
            Ok(message)
        } else {
            Err(self.malformed("sender"))
        }
    }
}
