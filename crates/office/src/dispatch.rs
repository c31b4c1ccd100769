//! Sending: sealing a message and putting it in its place in the channel.
//!
//! What leaves first cannot be read: the signed manifest and the sealed payloads. The headers, which
//! make it readable, are kept apart until the counterpart's first receipt is on file
//! ([`crate::delivery`]).

use crate::attachment::AttachmentRef;
use crate::channel::{Channel, SentMessage, content_fields, event_field, message_fields};
use crate::content::{CONTENT_PART, CONTENT_TYPE, Content};
use crate::entry_kind::EntryKind;
use crate::error::OfficeError;
use crate::exchange_log;
use crate::office::Office;
use crate::peer::Counterpart;
use crate::writing::{Loaded, Writing};
use journal::hash::Hash;
use records::{Marking, PartyId, ThreadId, Timestamp};
use seal::envelope::{PartContext, SealedPart, seal_part};
use seal::headers::Headers;
use seal::keys::SealingRecipient;
use seal::message::{
    MAX_INLINE_BYTES, MAX_INLINE_TOTAL_BYTES, Message, MessageFormat, MessageManifest, PartRef,
    SignedManifest,
};
use seal::receipt::ReceiptEvent;
use serde_json::Value;
use store::{BlobRef, OutboxPut};

/// Sealing adds a few bytes per 64 KiB and the author's statement; a plaintext of at most this size
/// has a payload that may travel inside the message.
const MAX_INLINE_PLAINTEXT: u64 = MAX_INLINE_BYTES - 16 * 1024;

/// What is to be sent.
pub(crate) struct Dispatch<'a> {
    pub(crate) content: &'a Content,
    pub(crate) attachments: &'a [AttachmentRef],
    pub(crate) thread: ThreadId,
    pub(crate) reply_to: Option<Hash>,
    pub(crate) deadline: Option<Timestamp>,
    pub(crate) marking: &'a Marking,
    pub(crate) exercise: bool,
}

/// A message with what makes it readable.
struct Sealed {
    message: Message,
    headers: Headers,
}

/// The parts of a message while they are sealed one by one.
#[derive(Default)]
struct Parts {
    references: Vec<PartRef>,
    headers: Vec<(String, Vec<u8>)>,
    inline: Vec<Vec<u8>>,
    inline_bytes: u64,
}

impl Parts {
    /// Adds a sealed part; gives its payload back if that has to travel by itself.
    fn add(&mut self, part: SealedPart) -> Option<Vec<u8>> {
        self.add_reference(part.reference, part.header);
        let size = part.payload.len() as u64;
        if size > MAX_INLINE_BYTES || self.inline_bytes + size > MAX_INLINE_TOTAL_BYTES {
            return Some(part.payload);
        }
        self.inline_bytes += size;
        self.inline.push(part.payload);
        None
    }

    fn add_reference(&mut self, reference: PartRef, header: Vec<u8>) {
        self.headers.push((reference.name.clone(), header));
        self.references.push(reference);
    }
}

impl Office {
    /// Refuses a suite that was not yet agreed with a peer when what still waits for it was sealed.
    /// That cannot be sealed again: a message is its manifest, which names its suite, and both logs
    /// and all later messages go on from it; nor will a peer with the new agreement take it.
    pub(crate) fn check_agreements(&self) -> Result<(), OfficeError> {
        // The first one tells: none was queued in another suite behind it, or this was refused then.
        for row in self.database().outbox_heads()? {
            let message = Message::decode(&self.stored(&row.blob, "queued message")?)?;
            let manifest = message.manifest().statement();
            let agreed = self.suite(&row.peer.parse().map_err(|_| OfficeError::NoSuch {
                what: "peer of a queued message",
                name: row.peer.clone(),
            })?);
            if manifest.suite != agreed {
                return Err(OfficeError::SuiteChanged {
                    peer: row.peer,
                    agreed,
                    queued: manifest.suite,
                });
            }
        }
        Ok(())
    }

    /// Seals, signs and queues a message: the exchange log's entry, the channel's new place, the
    /// message and its headers go into the batch of the act that sends it. The caller holds the
    /// chain.
    pub(crate) fn send(
        &self,
        writing: &mut Writing<'_>,
        party: &PartyId,
        dispatch: &Dispatch<'_>,
    ) -> Result<Hash, OfficeError> {
        let peer = self.counterpart(party)?;
        let mut channel = self.load_channel(party)?;
        let seq = channel.value.sent + 1;
        let Sealed { message, headers } =
            self.seal_message(&peer, &channel.value, seq, writing.now, dispatch)?;
        let id = message.id();
        let mut fields = message_fields(message.manifest().statement(), id);
        fields.extend(content_fields(dispatch.content));
        fields.push(event_field(ReceiptEvent::SubmissionAcceptance));
        let entry = writing.entry(&exchange_log(party), EntryKind::MessageSent, fields)?;
        let message = BlobRef::new(message.encode()?);
        let headers = BlobRef::new(headers.to_json()?.into_bytes());
        writing.batch.outbox.push(OutboxPut {
            peer: party.to_string(),
            seq,
            blob: message.hash,
            due_ms: writing.now.millis(),
            entry: Some(entry),
        });
        channel.value.sent = seq;
        channel.value.last_sent = Some(id);
        writing.file(&channel, Some(entry))?;
        let sent = SentMessage {
            message: id,
            peer: party.clone(),
            seq,
            thread: dispatch.thread,
            headers: headers.hash,
            event: None,
            consignment: None,
            handover: None,
        };
        writing.file(&Loaded::new(sent), Some(entry))?;
        writing.batch.blobs.extend([message, headers]);
        Ok(id)
    }

    fn seal_message(
        &self,
        peer: &Counterpart,
        channel: &Channel,
        seq: u64,
        now: Timestamp,
        dispatch: &Dispatch<'_>,
    ) -> Result<Sealed, OfficeError> {
        let suite = peer.suite;
        let signing = self.keyring.signing(suite)?;
        let recipients = [
            peer.public()?.recipient.clone(),
            self.keyring.public(suite)?.recipient.clone(),
        ];
        let context = PartContext {
            sender: self.keyring.party.to_string(),
            recipient: peer.party.to_string(),
            thread: dispatch.thread.to_string(),
            kind: dispatch.content.kind().code().to_owned(),
            seq,
        };
        let parts = self.seal_parts(peer, &recipients, &context, dispatch)?;
        let manifest = MessageManifest {
            format: MessageFormat::V2,
            suite,
            exercise: dispatch.exercise,
            sender: context.sender,
            recipient: context.recipient,
            sender_key: signing.verifying_key().id(),
            seq,
            previous: channel.last_sent,
            kind: context.kind,
            thread: context.thread,
            reply_to: dispatch.reply_to,
            created: now.to_string(),
            deadline: dispatch.deadline.map(|d| d.to_string()),
            marking: serde_json::to_value(dispatch.marking).unwrap_or(Value::Null),
            topic: dispatch.content.topic(),
            parts: parts.references,
            screening: None,
        };
        let manifest = SignedManifest::sign_with(manifest, signing)?;
        let headers = Headers::new(&manifest, parts.headers)?;
        let message = Message::new(manifest, parts.inline)?;
        Ok(Sealed { message, headers })
    }

    /// Seals content and attachments. Payloads that are too large to travel inside the message
    /// become objects.
    fn seal_parts(
        &self,
        peer: &Counterpart,
        recipients: &[SealingRecipient],
        context: &PartContext,
        dispatch: &Dispatch<'_>,
    ) -> Result<Parts, OfficeError> {
        let mut parts = Parts::default();
        let add_small = |parts: &mut Parts, name: &str, media_type: &str, bytes: &[u8]| {
            let sealed = seal_part(name, media_type, bytes, recipients, context, peer.suite)?;
            if let Some(payload) = parts.add(sealed) {
                self.objects.put(&mut payload.as_slice(), u64::MAX)?;
            }
            Ok::<_, OfficeError>(())
        };
        let content =
            serde_json::to_vec(dispatch.content).map_err(|source| OfficeError::Unreadable {
                what: "content".to_owned(),
                source,
            })?;
        add_small(&mut parts, CONTENT_PART, CONTENT_TYPE, &content)?;
        for attachment in dispatch.attachments {
            if attachment.size <= MAX_INLINE_PLAINTEXT {
                let bytes = self.small_object(&attachment.sha256)?;
                add_small(&mut parts, &attachment.name, &attachment.media_type, &bytes)?;
            } else {
                let sealed = self.seal_stored(attachment, recipients, context, peer.suite)?;
                parts.add_reference(sealed.reference, sealed.header);
            }
        }
        Ok(parts)
    }
}
