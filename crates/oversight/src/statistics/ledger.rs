//! The messages of one exchange log.
//!
//! A message goes through a log in steps: accepted and not yet readable (event D.1), then opened
//! (E.1) or found unusable (E.2). What can be known of it at the first step is the same on both
//! sides; what its content says counts from the second.

use crate::evidence::unverified_checkpoint;
use journal::extract::{Extract, ExtractEntry};
use journal::opening::Shown;
use records::vocabulary::{ExternalReason, MessageKind, Outcome, Topic};
use records::{PartyId, Timestamp};
use seal::receipt::ReceiptEvent;
use seal::revocation::{RevocationEntry, SignatureEntry, counts};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
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
    /// The content of an entry was destroyed.
    #[error("entry {entry}: its content was destroyed")]
    Destroyed {
        /// The entry.
        entry: u64,
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
    /// What a request is about, as its manifest says; none for a topic this version does not know.
    pub topic: Option<Topic>,
    /// What an answer says; none while this log's keeper could not read it.
    pub outcome: Option<Outcome>,
    /// The coarse reason of an answer that gives no full information.
    pub reason: Option<ExternalReason>,
    /// Whether it has reached the other side, by its receipt: the other side holds it and cannot
    /// deny that (event D.1).
    pub delivered: bool,
    /// Whether the other side has its content (event E.1). Only then does an answer answer.
    pub handed_over: bool,
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
    /// Messages that do not count, by id, each once: the key that signed them was taken back by an
    /// entry before them.
    pub void: BTreeSet<String>,
    /// How many entries, from the first, bear on any figure: what stands behind them counts nothing
    /// and changes nothing.
    pub decided: u64,
    /// Whether a key that signed messages here was taken back later in this log: that they count is
    /// decided by the log's order, and rests on whoever vouches for it.
    pub order_decides: bool,
}

/// A side and the id of one of its keys: nobody takes back the keys of the other side.
type Signer = (PartyId, String);

/// Keys that a log's entries have taken back, each with the entry that did first.
#[derive(Default)]
struct Revoked(BTreeMap<Signer, RevocationEntry>);

impl Revoked {
    /// Whether what this key signed counts at this place of the log.
    fn count(&self, key: &Signer, index: u64) -> bool {
        let signature = SignatureEntry {
            log: LOG.to_owned(),
            index,
        };
        let revocation = self.0.get(key);
        revocation.is_none_or(|revocation| counts(&signature, revocation))
    }
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
            void: BTreeSet::new(),
            decided: 0,
            order_decides: false,
        };
        let mut revoked = Revoked::default();
        let mut signers = BTreeSet::new();
        for entry in &extract.entries {
            let row = Row(entry);
            let time = row.read("time")?;
            ledger.since = ledger.since.or(Some(time));
            match row.text("kind")? {
                "message.sent" => {
                    let message = row.message(keeper)?;
                    let key = row.signer(keeper)?;
                    ledger.add(message, revoked.count(&key, entry.index));
                    signers.insert(key);
                }
                "message.accepted" => {
                    let mut message = row.message(other)?;
                    message.delivered = row.event()? == Some(ReceiptEvent::ContentConsignment);
                    let key = row.signer(other)?;
                    ledger.add(message, revoked.count(&key, entry.index));
                    signers.insert(key);
                }
                "message.opened" => {
                    let handed_over = row.event()? == Some(ReceiptEvent::ContentHandover);
                    if let Some(message) = ledger.message_of(other, &row)?
                        && handed_over
                    {
                        message.handed_over = true;
                        message.outcome = row.optional("outcome")?;
                        message.reason = row.optional("reason")?;
                    }
                }
                "receipt.received" => {
                    let event = row.event()?;
                    if let Some(message) = ledger.message_of(keeper, &row)? {
                        let handed_over = event == Some(ReceiptEvent::ContentHandover);
                        message.handed_over |= handed_over;
                        message.delivered |=
                            handed_over || event == Some(ReceiptEvent::ContentConsignment);
                    }
                }
                "keys.published" => row.revocations(keeper, &mut revoked)?,
                "keys.accepted" => row.revocations(other, &mut revoked)?,
                _ => continue,
            }
            ledger.decided = entry.index.saturating_add(1);
        }
        ledger.order_decides = signers.iter().any(|key| revoked.0.contains_key(key));
        Ok(ledger)
    }

    /// A message counts once, however often it is written down, and only if its key still counted.
    fn add(&mut self, message: Message, counts: bool) {
        if self.messages.contains_key(&message.id) {
            return;
        }
        if counts {
            self.messages.insert(message.id.clone(), message);
        } else {
            self.void.insert(message.id);
        }
    }

    /// The message of this sender that an entry is about.
    fn message_of(
        &mut self,
        sender: &PartyId,
        row: &Row<'_>,
    ) -> Result<Option<&mut Message>, LedgerError> {
        let message = self.messages.get_mut(row.text("message")?);
        Ok(message.filter(|message| message.sender == *sender))
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

/// What orders entries within one ledger: it is of one log.
const LOG: &str = "exchange";

/// One entry, read field by field.
struct Row<'a>(&'a ExtractEntry);

impl<'a> Row<'a> {
    fn field(&self, field: &'static str) -> Result<Option<&'a Value>, LedgerError> {
        match self.0.opening.field(field) {
            Shown::Opened(value) => Ok(Some(value)),
            Shown::Absent => Ok(None),
            Shown::Destroyed => Err(LedgerError::Destroyed {
                entry: self.0.index,
            }),
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

    fn event(&self) -> Result<Option<ReceiptEvent>, LedgerError> {
        Ok(self
            .optional_text("event")?
            .and_then(ReceiptEvent::from_code))
    }

    /// The key that signed the message of this entry.
    fn signer(&self, sender: &PartyId) -> Result<Signer, LedgerError> {
        Ok((sender.clone(), self.text("sender_key")?.to_owned()))
    }

    /// The keys of `owner` that this entry takes back; the first entry that does decides.
    fn revocations(&self, owner: &PartyId, revoked: &mut Revoked) -> Result<(), LedgerError> {
        let Some(keys) = self.field("revoked")? else {
            return Ok(());
        };
        let malformed = || self.malformed("revoked");
        for key in keys.as_array().ok_or_else(malformed)? {
            let key = key.as_str().ok_or_else(malformed)?.to_owned();
            revoked
                .0
                .entry((owner.clone(), key))
                .or_insert_with(|| RevocationEntry {
                    log: LOG.to_owned(),
                    index: self.0.index,
                });
        }
        Ok(())
    }

    fn message(&self, sender: &PartyId) -> Result<Message, LedgerError> {
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
            // The sender's word, written down before anybody here could read the content.
            topic: self.optional_text("topic")?.and_then(|it| it.parse().ok()),
            outcome: self.optional("outcome")?,
            reason: self.optional("reason")?,
            delivered: false,
            handed_over: false,
        };
        if message.sender == *sender {
            Ok(message)
        } else {
            Err(self.malformed("sender"))
        }
    }
}
