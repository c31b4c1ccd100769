//! The channel to a peer: the order of messages in each direction, and putting one in it.

use crate::attachment::NewAttachment;
use crate::content::{CONTENT_PART, CONTENT_TYPE, Content};
use crate::error::OfficeError;
use crate::exchange_log;
use crate::office::Office;
use crate::peer::Peer;
use crate::writing::{Filed, Loaded, Writing};
use journal::hash::Hash;
use records::{Marking, PartyId, ThreadId, Timestamp};
use seal::Suite;
use seal::envelope::{PartContext, seal_part};
use seal::message::{Message, MessageFormat, MessageManifest, SignedManifest};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{BlobRef, OutboxPut};

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
    /// When the peer was last heard of.
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

/// What is to be sent.
pub(crate) struct Dispatch<'a> {
    pub(crate) content: &'a Content,
    pub(crate) attachments: &'a [NewAttachment],
    pub(crate) thread: ThreadId,
    pub(crate) reply_to: Option<Hash>,
    pub(crate) deadline: Option<Timestamp>,
    pub(crate) marking: &'a Marking,
    pub(crate) exercise: bool,
}

impl Office {
    pub(crate) fn load_channel(&self, peer: &PartyId) -> Result<Loaded<Channel>, OfficeError> {
        Ok(self
            .load(peer.as_str())?
            .unwrap_or_else(|| Loaded::new(Channel::new(peer.clone()))))
    }

    /// Sends a message to a peer: reads the channel, puts the message in its place there, and files
    /// both with the act that sends it. The caller holds the chain.
    pub(crate) fn send(
        &self,
        writing: &mut Writing<'_>,
        party: &PartyId,
        dispatch: &Dispatch<'_>,
    ) -> Result<Hash, OfficeError> {
        let peer = self.peer(party)?;
        let mut channel = self.load_channel(party)?;
        let message = self.dispatch(writing, &peer, &mut channel, dispatch)?;
        writing.file(&channel, None)?;
        Ok(message)
    }

    /// Seals, signs and queues a message; the exchange log's entry goes into the same batch.
    pub(crate) fn dispatch(
        &self,
        writing: &mut Writing<'_>,
        peer: &Peer,
        channel: &mut Loaded<Channel>,
        dispatch: &Dispatch<'_>,
    ) -> Result<Hash, OfficeError> {
        let seq = channel.value.sent + 1;
        let message = self.seal_message(peer, &channel.value, seq, writing.now, dispatch)?;
        let id = message.id();
        let mut fields = message_fields(message.manifest().statement(), id);
        fields.extend(content_fields(dispatch.content));
        let entry = writing.entry(&exchange_log(&peer.party), "message.sent", fields)?;
        let blob = BlobRef::new(message.encode()?);
        writing.batch.outbox.push(OutboxPut {
            peer: peer.party.to_string(),
            seq,
            blob: blob.hash,
            due_ms: writing.now.millis(),
        });
        writing.batch.blobs.push(blob);
        channel.value.sent = seq;
        channel.value.last_sent = Some(id);
        let sent = SentMessage {
            message: id,
            peer: peer.party.clone(),
            seq,
            thread: dispatch.thread,
            receipt: None,
        };
        writing.file(&Loaded::new(sent), Some(entry))?;
        Ok(id)
    }

    fn seal_message(
        &self,
        peer: &Peer,
        channel: &Channel,
        seq: u64,
        now: Timestamp,
        dispatch: &Dispatch<'_>,
    ) -> Result<Message, OfficeError> {
        let keys = peer.keys()?;
        let own = self.keyring.manifest.statement();
        let recipients = [keys.recipient.clone(), own.recipient.clone()];
        let kind = dispatch.content.kind().code();
        let context = PartContext {
            sender: self.keyring.party.to_string(),
            recipient: peer.party.to_string(),
            thread: dispatch.thread.to_string(),
            kind: kind.to_owned(),
            seq,
        };
        let content =
            serde_json::to_vec(dispatch.content).map_err(|source| OfficeError::Unreadable {
                what: "content".to_owned(),
                source,
            })?;
        let attachments = dispatch
            .attachments
            .iter()
            .map(|a| (a.name.as_str(), a.media_type.as_str(), a.bytes.as_slice()));
        let mut references = Vec::new();
        let mut parts = Vec::new();
        for (name, media_type, bytes) in
            std::iter::once((CONTENT_PART, CONTENT_TYPE, content.as_slice())).chain(attachments)
        {
            let sealed = seal_part(name, media_type, bytes, &recipients, &context)?;
            references.push(sealed.reference);
            parts.push(sealed.bytes);
        }
        let manifest = MessageManifest {
            format: MessageFormat::V1,
            suite: Suite::K1,
            exercise: dispatch.exercise,
            sender: context.sender,
            recipient: context.recipient,
            sender_key: self.keyring.signing.verifying_key().id(),
            seq,
            previous: channel.last_sent,
            kind: context.kind,
            thread: context.thread,
            reply_to: dispatch.reply_to,
            created: now.to_string(),
            deadline: dispatch.deadline.map(|d| d.to_string()),
            marking: serde_json::to_value(dispatch.marking).unwrap_or(Value::Null),
            topic: topic_of(dispatch.content),
            parts: references,
            screening: None,
        };
        Ok(Message::new(
            SignedManifest::sign_with(manifest, &self.keyring.signing)?,
            parts,
        )?)
    }
}

fn topic_of(content: &Content) -> Option<String> {
    match content {
        Content::Request(request) => Some(request.topic.code().to_owned()),
        _ => None,
    }
}

/// The fields under which both sides log a message: the same words on both sides, so that both
/// reproduce the same statistics.
pub(crate) fn message_fields(manifest: &MessageManifest, id: Hash) -> Vec<(&'static str, Value)> {
    let mut fields = vec![
        ("message", id.to_string().into()),
        ("message_kind", manifest.kind.clone().into()),
        ("sender", manifest.sender.clone().into()),
        ("recipient", manifest.recipient.clone().into()),
        ("seq", manifest.seq.into()),
        ("thread", manifest.thread.clone().into()),
        ("exercise", manifest.exercise.into()),
        ("created", manifest.created.clone().into()),
    ];
    if let Some(reply_to) = manifest.reply_to {
        fields.push(("reply_to", reply_to.to_string().into()));
    }
    if let Some(deadline) = &manifest.deadline {
        fields.push(("deadline", deadline.clone().into()));
    }
    fields
}

/// What both sides log of the content: codes only, never text.
pub(crate) fn content_fields(content: &Content) -> Vec<(&'static str, Value)> {
    match content {
        Content::Request(request) => vec![
            ("topic", request.topic.code().into()),
            ("urgency", request.urgency.code().into()),
        ],
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

/// A message of ours and its receipt.
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
    /// The counterpart's receipt (JSON), once it is here.
    pub receipt: Option<String>,
}

impl Filed for SentMessage {
    const FAMILY: &'static str = "sent";

    fn id(&self) -> String {
        self.message.to_string()
    }

    fn tag(&self) -> String {
        if self.receipt.is_some() {
            "receipted"
        } else {
            "waiting"
        }
        .to_owned()
    }

    fn sort(&self) -> i64 {
        i64::try_from(self.seq).unwrap_or(i64::MAX)
    }
}

/// A message of theirs and our receipt for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcceptedMessage {
    /// The message.
    pub message: Hash,
    /// From whom.
    pub peer: PartyId,
    /// Its place in the direction.
    pub seq: u64,
    /// Its case.
    pub thread: String,
    /// Our receipt (JSON), once it is made.
    pub receipt: Option<String>,
}

impl Filed for AcceptedMessage {
    const FAMILY: &'static str = "accepted";

    fn id(&self) -> String {
        self.message.to_string()
    }

    fn sort(&self) -> i64 {
        i64::try_from(self.seq).unwrap_or(i64::MAX)
    }
}
