//! The channel to a peer: the order of messages in each direction, and what is on file of each.

use crate::content::Content;
use crate::error::OfficeError;
use crate::office::Office;
use crate::writing::{Filed, Loaded};
use journal::hash::Hash;
use records::{PartyId, ThreadId, Timestamp};
use seal::message::MessageManifest;
use seal::receipt::{EVENT_FIELD, ReceiptEvent};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Where the two directions of a channel stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    /// The counterpart.
    pub peer: PartyId,
    /// Messages sent so far.
    pub sent: u64,
    /// The last message sent.
    pub last_sent: Option<Hash>,
    /// Messages accepted so far, without gap.
    pub accepted: u64,
    /// The last message accepted.
    pub last_accepted: Option<Hash>,
    /// When its last message was accepted. When the peer was last heard of at all:
    /// [`crate::Reader::last_heard`].
    pub last_heard: Option<Timestamp>,
}

impl Filed for Channel {
    const FAMILY: &'static str = "channel";

    fn id(&self) -> String {
        self.peer.to_string()
    }
}

impl Channel {
    pub(crate) const fn new(peer: PartyId) -> Self {
        Self {
            peer,
            sent: 0,
            last_sent: None,
            accepted: 0,
            last_accepted: None,
            last_heard: None,
        }
    }
}

/// When a peer last gave a receipt. Apart from its [`Channel`], whose revisions keep messages in order:
/// receipts come in while messages are sent, and neither is to wait for the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LastReceipt {
    pub(crate) peer: PartyId,
    pub(crate) at: Timestamp,
}

impl Filed for LastReceipt {
    const FAMILY: &'static str = "last-receipt";

    fn id(&self) -> String {
        self.peer.to_string()
    }
}

/// One lock per channel. Whoever extends a channel's chain holds it, so that two of this node's own
/// threads do not compute the same place in it; the channels of different peers do not wait for each
/// other. Other nodes are kept off by the store's conditions.
pub(crate) struct Chains(BTreeMap<String, Mutex<()>>);

impl Chains {
    /// The locks of the channels to which these logs belong.
    pub(crate) fn of_logs(logs: Vec<String>) -> Self {
        Self(logs.into_iter().map(|log| (log, Mutex::new(()))).collect())
    }
}

impl Office {
    /// Holds the channel to this peer.
    pub(crate) fn lock_chain(&self, peer: &PartyId) -> Result<MutexGuard<'_, ()>, OfficeError> {
        let chain = self.chains.0.get(&crate::exchange_log(peer));
        let chain = chain.ok_or_else(|| OfficeError::NoSuch {
            what: "exchange log with",
            name: peer.to_string(),
        })?;
        // A panic elsewhere leaves no half-written chain: the chain lies in the store.
        Ok(chain.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn load_channel(&self, peer: &PartyId) -> Result<Loaded<Channel>, OfficeError> {
        Ok(self
            .load(peer.as_str())?
            .unwrap_or_else(|| Loaded::new(Channel::new(peer.clone()))))
    }
}

/// A message of ours and what the counterpart has receipted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentMessage {
    /// The message.
    pub message: Hash,
    /// To whom.
    pub peer: PartyId,
    /// Its place in the direction.
    pub seq: u64,
    /// Its case.
    pub thread: ThreadId,
    /// Its headers, by their hash in the store. They leave the house only for the first receipt.
    pub headers: Hash,
    /// The counterpart's last receipted event. `None`: still with us.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<ReceiptEvent>,
    /// The counterpart's first receipt (JSON): it has the message and cannot read it yet (D.1), or
    /// cannot take it (D.2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consignment: Option<String>,
    /// The counterpart's second receipt (JSON): it has been given the content (E.1), or could not be
    /// (E.2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handover: Option<String>,
}

impl SentMessage {
    /// The counterpart holds the message and cannot deny it.
    #[must_use]
    pub fn is_consigned(&self) -> bool {
        self.consignment.is_some() && self.event != Some(ReceiptEvent::ContentConsignmentFailure)
    }

    /// The counterpart has the content.
    #[must_use]
    pub fn is_handed_over(&self) -> bool {
        self.event == Some(ReceiptEvent::ContentHandover)
    }
}

impl Filed for SentMessage {
    const FAMILY: &'static str = "sent";

    fn id(&self) -> String {
        self.message.to_string()
    }

    fn tag(&self) -> String {
        self.event.map_or("waiting", ReceiptEvent::code).to_owned()
    }

    fn sort(&self) -> i64 {
        i64::try_from(self.seq).unwrap_or(i64::MAX)
    }
}

/// A message of theirs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcceptedMessage {
    /// The message.
    pub message: Hash,
    /// From whom.
    pub peer: PartyId,
    /// Its place in the direction.
    pub seq: u64,
    /// Its case, as the sender names it.
    pub thread: String,
    /// The message as it came, by its hash in the store: signed manifest and small payloads.
    pub sealed: Hash,
    /// The last event that we have receipted.
    pub event: ReceiptEvent,
}

impl AcceptedMessage {
    /// It lies here and cannot be read, because its sender has not released its headers.
    #[must_use]
    pub fn awaits_headers(&self) -> bool {
        self.event == ReceiptEvent::ContentConsignment
    }
}

impl Filed for AcceptedMessage {
    const FAMILY: &'static str = "accepted";

    fn id(&self) -> String {
        self.message.to_string()
    }

    fn tag(&self) -> String {
        self.event.code().to_owned()
    }

    fn sort(&self) -> i64 {
        i64::try_from(self.seq).unwrap_or(i64::MAX)
    }
}

/// Fields of a log entry.
pub(crate) type Fields = Vec<(&'static str, Value)>;

/// What tells a message and its place.
pub(crate) fn place_fields(manifest: &MessageManifest, id: Hash) -> Fields {
    vec![
        ("message", id.to_string().into()),
        ("message_kind", manifest.kind.clone().into()),
        ("sender", manifest.sender.clone().into()),
        ("recipient", manifest.recipient.clone().into()),
        ("seq", manifest.seq.into()),
        ("thread", manifest.thread.clone().into()),
        ("exercise", manifest.exercise.into()),
    ]
}

/// The fields under which both sides log a message: the same words on both sides, so that both
/// reproduce the same statistics. The key stands among them, because the order of the log decides
/// whether a key that is taken back was still good.
pub(crate) fn message_fields(manifest: &MessageManifest, id: Hash) -> Fields {
    let mut fields = place_fields(manifest, id);
    fields.push(("sender_key", manifest.sender_key.to_string().into()));
    fields.push(("created", manifest.created.clone().into()));
    if let Some(reply_to) = manifest.reply_to {
        fields.push(("reply_to", reply_to.to_string().into()));
    }
    if let Some(deadline) = &manifest.deadline {
        fields.push(("deadline", deadline.clone().into()));
    }
    fields.extend(topic_field(manifest));
    fields
}

/// What is readable of a message without its content.
pub(crate) fn topic_field(manifest: &MessageManifest) -> Option<(&'static str, Value)> {
    let topic = manifest.topic.clone()?;
    Some(("topic", topic.into()))
}

/// What both sides log of the content: codes only, never text.
pub(crate) fn content_fields(content: &Content) -> Fields {
    match content {
        Content::Request(request) => vec![("urgency", request.urgency.code().into())],
        Content::Answer(answer) => {
            let mut fields = vec![("outcome", answer.outcome.code().into())];
            if let Some(reason) = answer.reason {
                fields.push(("reason", reason.code().into()));
            }
            fields
        }
        Content::Ping | Content::PingReply | Content::Withdrawal { .. } => Vec::new(),
    }
}

/// The event that an entry records.
pub(crate) fn event_field(event: ReceiptEvent) -> (&'static str, Value) {
    (EVENT_FIELD, event.code().into())
}
