//! Messages that one side has lost although it had receipted them: its database was set back.
//!
//! The side that has lost them reads in the entries it fetched back which messages those were, and
//! says so in its log (`message.lost`). Where nothing was fetched back it cannot know: then its log,
//! as it goes on, does not hold them any more. Either way the sender reads it in that log and hands
//! in the very same messages again, each at its place, and writes that down as well
//! (`message.sent-again`). The earlier receipts stay on file, in the earlier revisions: each proves
//! an entry under a head that the counterpart has signed.
//!
//! Nothing here takes the counterpart's word for it over the wire: what is sent again is what its
//! signed log does not show. And whoever says wrongly that a message was lost gets the same message,
//! which it knows, and gives the receipt that it gave.

use crate::channel::SentMessage;
use crate::entry_kind::EntryKind;
use crate::error::OfficeError;
use crate::exchange_log;
use crate::office::Office;
use crate::writing::{Filed, Loaded, Writing, read_document};
use journal::extract::Extract;
use journal::hash::Hash;
use journal::opening::Opening;
use records::PartyId;
use seal::message::Message;
use seal::receipt::ReceiptEvent;
use seal::revocation::RevokedKind;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use store::OutboxUpdate;

/// Most messages that are queued again at once. The next ones follow when these are through.
const MAX_AT_ONCE: usize = 100;

/// A message of a counterpart whose entries were fetched back and whose content was not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LostMessage {
    message: Hash,
    peer: PartyId,
    /// Its place in the direction. It stays taken.
    seq: u64,
    /// Whether the entry `message.lost` is written.
    noted: bool,
}

impl Filed for LostMessage {
    const FAMILY: &'static str = "lost-message";

    fn id(&self) -> String {
        self.message.to_string()
    }

    fn tag(&self) -> String {
        if self.noted { "" } else { PENDING }.to_owned()
    }
}

/// The tag of what the log does not say yet.
const PENDING: &str = "pending";

impl LostMessage {
    /// The message of `peer` that an entry speaks of, if we had taken it.
    pub(crate) fn of(peer: &PartyId, opening: &Opening) -> Option<Self> {
        let text = |name| opening.get(name).and_then(Value::as_str);
        matches!(text("kind")?, ACCEPTED | OPENED).then_some(())?;
        Some(Self {
            message: text("message")?.parse().ok()?,
            peer: peer.clone(),
            seq: opening.get("seq").and_then(Value::as_u64)?,
            noted: false,
        })
    }
}

const ACCEPTED: &str = EntryKind::MessageAccepted.code();
const OPENED: &str = EntryKind::MessageOpened.code();
const LOST: &str = EntryKind::MessageLost.code();

/// How much of a message a counterpart's log shows it to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Held {
    /// Its place in the direction, which the next one may follow.
    Place,
    Sealed,
    Opened,
}

/// What a counterpart's log shows it to hold, by message.
fn held(log: &Extract) -> BTreeMap<&str, Held> {
    let mut all = BTreeMap::new();
    for entry in &log.entries {
        let text = |name| entry.opening.get(name).and_then(Value::as_str);
        let (Some(kind), Some(message)) = (text("kind"), text("message")) else {
            continue;
        };
        match kind {
            ACCEPTED => drop(all.insert(message, Held::Sealed)),
            OPENED => drop(all.insert(message, Held::Opened)),
            LOST => drop(all.insert(message, Held::Place)),
            _ => {}
        }
    }
    all
}

/// How much of a message its receipts on file say that the counterpart holds.
const fn receipted(sent: &SentMessage) -> Option<Held> {
    match (&sent.consignment, &sent.handover) {
        (_, Some(_)) => Some(Held::Opened),
        (Some(_), None) => Some(Held::Sealed),
        (None, None) => None,
    }
}

impl Office {
    /// Adds the entry `message.lost` for each message that was lost and is not said to be.
    pub(crate) fn note_lost_messages(&self, writing: &mut Writing<'_>) -> Result<(), OfficeError> {
        let pending = self
            .database()
            .documents(LostMessage::FAMILY, Some(PENDING))?;
        for document in pending {
            let mut lost = read_document::<LostMessage>(document)?;
            lost.value.noted = true;
            let LostMessage {
                message, peer, seq, ..
            } = &lost.value;
            let fields = vec![
                ("message", message.to_string().into()),
                ("seq", (*seq).into()),
            ];
            let entry = writing.entry(&exchange_log(peer), EntryKind::MessageLost, fields)?;
            tracing::warn!(%peer, seq, "message.lost");
            writing.file(&lost, Some(entry))?;
        }
        Ok(())
    }

    /// Whether our log says that this message of a peer was taken and lost.
    pub(crate) fn has_lost(&self, peer: &PartyId, message: Hash) -> Result<bool, OfficeError> {
        let lost = self.load::<LostMessage>(&message.to_string())?;
        Ok(lost.is_some_and(|lost| lost.value.noted && lost.value.peer == *peer))
    }

    /// Queues again, each at its place, the messages that a peer has receipted and that its exchange
    /// log, as it was read to its end, does not show any more. Gives how many.
    ///
    /// Only receipts count that were on file when our log with the peer had `filed_before` entries,
    /// which was before its log was fetched: a later one may speak of an entry behind what was
    /// fetched.
    ///
    /// # Errors
    /// When the database cannot be read or written.
    pub fn send_again(&self, peer: &PartyId, filed_before: u64) -> Result<usize, OfficeError> {
        let Some(shown) = self.reader().peer_extract(peer)? else {
            return Ok(0);
        };
        if shown
            .extract
            .entries
            .iter()
            .any(|e| e.opening.is_destroyed())
        {
            // What is not shown may be anything: nothing is proven to be missing.
            return Ok(0);
        }
        let held = held(&shown.extract);
        let mut lost = Vec::new();
        for document in self.database().documents(SentMessage::FAMILY, None)? {
            let sent = read_document::<SentMessage>(document)?;
            let known = sent.entry.as_ref().is_some_and(|e| e.index < filed_before);
            let there = held.get(sent.value.message.to_string().as_str()).copied();
            if sent.value.peer == *peer && known && receipted(&sent.value) > there {
                lost.push((sent, there));
            }
        }
        lost.sort_by_key(|(sent, _)| sent.value.seq);
        let mut writing = self.writing();
        let mut count = 0;
        for (sent, there) in lost {
            if let Some(why) = self.unsendable(&sent.value, there)? {
                let seq = sent.value.seq;
                tracing::error!(%peer, seq, ?why, "a message that the peer has lost cannot be sent again");
                match there {
                    Some(_) => continue,
                    // Its place is free there: what comes after it could not be taken.
                    None => break,
                }
            }
            self.queue_again(&mut writing, sent, there, &shown.extract.checkpoint)?;
            count += 1;
            if count == MAX_AT_ONCE {
                break;
            }
        }
        if count > 0 {
            writing.commit()?;
        }
        Ok(count)
    }

    fn queue_again(
        &self,
        writing: &mut Writing<'_>,
        mut sent: Loaded<SentMessage>,
        there: Option<Held>,
        checkpoint: &str,
    ) -> Result<(), OfficeError> {
        let SentMessage {
            message, peer, seq, ..
        } = sent.value.clone();
        let entry = writing.entry(
            &exchange_log(&peer),
            EntryKind::MessageSentAgain,
            vec![
                ("message", message.to_string().into()),
                ("seq", seq.into()),
                // The head under which it does not stand; its receipts prove that it once did.
                ("checkpoint", checkpoint.into()),
            ],
        )?;
        sent.value.handover = None;
        sent.value.event = Some(ReceiptEvent::ContentConsignment);
        if there < Some(Held::Sealed) {
            sent.value.consignment = None;
            sent.value.event = None;
        }
        tracing::warn!(%peer, seq, "message.sent-again");
        writing.batch.outbox_updates.push(OutboxUpdate::Again {
            peer: peer.to_string(),
            seq,
            due_ms: writing.now.millis(),
        });
        writing.file(&sent, Some(entry))
    }

    /// Why a message of ours cannot be handed in a second time, if it cannot. One that the peer would
    /// refuse for ever must not be queued: nothing behind it would go through.
    fn unsendable(
        &self,
        sent: &SentMessage,
        there: Option<Held>,
    ) -> Result<Option<Unsendable>, OfficeError> {
        let destroyed = Ok(Some(Unsendable::Destroyed));
        let Some(sealed) = self.sealed_message(sent)? else {
            return destroyed;
        };
        let Some(message) = self.database().blob(&sealed)? else {
            return destroyed;
        };
        if self.database().blob(&sent.headers)?.is_none() {
            return destroyed;
        }
        let message = Message::decode(&message)?;
        let manifest = message.manifest().statement();
        let own = self.keyring.manifest.statement();
        let revoked = own.revocation(RevokedKind::Signing, manifest.sender_key);
        Ok(if manifest.suite != self.suite(&sent.peer) {
            Some(Unsendable::OtherSuite)
        } else if there < Some(Held::Sealed) {
            revoked.map(|_| Unsendable::KeyRevoked)
        } else {
            // It was accepted before the revocation, and only its headers are missing.
            None
        })
    }
}

/// Why a message that a counterpart has lost cannot be handed in again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unsendable {
    /// It was destroyed here at its date.
    Destroyed,
    /// It was sealed in a suite that is not the one agreed with the counterpart any more.
    OtherSuite,
    /// We have taken back the key that signed it.
    KeyRevoked,
}
