//! The second step: the headers of a message that lies here, its opening, and our second receipt.

use super::receipts::Step;
use super::unusable::Stop;
use super::{ATTEMPTS, note_unusable};
use crate::attachment::AttachmentRef;
use crate::channel::{AcceptedMessage, content_fields, event_field, place_fields, topic_field};
use crate::content::{CONTENT_PART, Content, MAX_CONTENT_BYTES};
use crate::entry_kind::EntryKind;
use crate::error::{OfficeError, Rejection};
use crate::exchange_log;
use crate::office::Office;
use crate::writing::Loaded;
use journal::hash::Hash;
use records::PartyId;
use seal::envelope::{open_part, open_stream};
use seal::headers::Headers;
use seal::message::{Message, MessageManifest, PartRef};
use seal::receipt::ReceiptEvent;
use std::borrow::Cow;
use std::cell::OnceCell;
use store::Batch;
use store::objects::Arrived;

/// Largest payload of a content part, in bytes: sealing adds a few bytes per chunk.
const MAX_CONTENT_PAYLOAD: u64 = MAX_CONTENT_BYTES as u64 + (64 << 10);

/// A message with its headers.
pub(super) struct Opening<'a> {
    office: &'a Office,
    pub(super) peer: &'a PartyId,
    message: Message,
    headers: Headers,
    attachments: OnceCell<Vec<AttachmentRef>>,
}

impl Office {
    /// The second step: the headers of a message that has our first receipt. The message is opened
    /// and its content takes effect. Returns our second receipt, the same one every time.
    ///
    /// # Errors
    /// [`Rejection::NotConsigned`] for a message that does not lie here waiting to be opened;
    /// [`Rejection::NotAuthentic`] if these are not its headers. It then goes on waiting.
    pub fn open_message(
        &self,
        from: &PartyId,
        message: &Hash,
        headers: &[u8],
    ) -> Result<String, Rejection> {
        let result = self.hand_over(from, message, headers);
        if let Err(rejection) = &result {
            self.note_rejection(Some(from), rejection, Some(headers));
        }
        result
    }

    fn hand_over(
        &self,
        from: &PartyId,
        message: &Hash,
        headers: &[u8],
    ) -> Result<String, Rejection> {
        let accepted = self.consigned_to_us(from, message)?;
        if accepted.value.event != ReceiptEvent::ContentConsignment {
            return Ok(self.receipt(Step::Handover, &accepted)?);
        }
        let sealed = self.stored(&accepted.value.sealed, "accepted message")?;
        let message = Message::decode(&sealed).map_err(OfficeError::from)?;
        let headers = Headers::from_json(headers).map_err(Rejection::NotAuthentic)?;
        headers
            .check(message.manifest())
            .map_err(Rejection::NotAuthentic)?;
        let opening = Opening {
            office: self,
            peer: from,
            message,
            headers,
            attachments: OnceCell::new(),
        };
        let content = match opening.content() {
            Ok(content) => Ok(content),
            Err(Stop::Unusable(problem)) => Err(problem),
            Err(Stop::Here(error)) => return Err(error.into()),
        };
        for _ in 0..ATTEMPTS {
            let accepted = self.consigned_to_us(from, &opening.id())?;
            if accepted.value.event != ReceiptEvent::ContentConsignment {
                return Ok(self.receipt(Step::Handover, &accepted)?);
            }
            match self.write_opened(&opening, &content, accepted) {
                Ok(opened) => return Ok(self.receipt(Step::Handover, &opened)?),
                Err(OfficeError::Busy) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(OfficeError::Busy.into())
    }

    /// The message, if it lies here under our receipt or has been opened.
    fn consigned_to_us(
        &self,
        from: &PartyId,
        message: &Hash,
    ) -> Result<Loaded<AcceptedMessage>, Rejection> {
        let not_here = || Rejection::NotConsigned(*message);
        let accepted = self.known(*message)?.ok_or_else(not_here)?;
        if accepted.value.peer != *from
            || accepted.value.event == ReceiptEvent::ContentConsignmentFailure
        {
            return Err(not_here());
        }
        // The receipt before the headers. It is made here only where the one that was given was lost.
        self.receipt(Step::Consignment, &accepted)?;
        Ok(accepted)
    }

    fn write_opened(
        &self,
        opening: &Opening<'_>,
        content: &Result<Content, String>,
        mut accepted: Loaded<AcceptedMessage>,
    ) -> Result<Loaded<AcceptedMessage>, OfficeError> {
        // Our reply to a ping takes the next place in the channel.
        let _chain = match content {
            Ok(Content::Ping) => Some(self.lock_chain(opening.peer)?),
            Ok(_) | Err(_) => None,
        };
        let manifest = opening.manifest();
        let mut writing = self.writing();
        let effect = match content {
            Ok(content) => match self.take_effect(&mut writing, opening, content) {
                Ok(()) => Ok(content),
                Err(Stop::Unusable(problem)) => Err(problem),
                Err(Stop::Here(error)) => return Err(error),
            },
            Err(problem) => Err(problem.clone()),
        };
        let mut fields = place_fields(manifest, opening.id());
        fields.extend(topic_field(manifest));
        let event = match effect {
            Ok(content) => {
                fields.extend(content_fields(content));
                ReceiptEvent::ContentHandover
            }
            Err(_) => {
                // Nothing that was prepared for it may be written.
                writing.batch = Batch::default();
                ReceiptEvent::ContentHandoverFailure
            }
        };
        fields.push(event_field(event));
        let entry = writing.entry(
            &exchange_log(opening.peer),
            EntryKind::MessageOpened,
            fields,
        )?;
        if let Err(problem) = effect {
            note_unusable(&mut writing, opening.peer, opening.id(), problem)?;
        }
        accepted.value.event = event;
        writing.file(&accepted, Some(entry))?;
        let committed = writing.commit()?;
        tracing::info!(peer = %opening.peer, seq = manifest.seq, kind = manifest.kind, event = event.code(), "message.opened");
        accepted.revision += 1;
        // By its place in the batch: a reply may stand before it in the same log.
        accepted.entry = committed.entries.into_iter().nth(entry);
        Ok(accepted)
    }
}

impl Opening<'_> {
    pub(super) fn id(&self) -> Hash {
        self.message.id()
    }

    pub(super) fn manifest(&self) -> &MessageManifest {
        self.message.manifest().statement()
    }

    fn content(&self) -> Result<Content, Stop> {
        let manifest = self.manifest();
        let bytes = self.open(CONTENT_PART)?;
        if bytes.len() > MAX_CONTENT_BYTES {
            return Err(too_large(CONTENT_PART));
        }
        let content: Content = serde_json::from_slice(&bytes)
            .map_err(|problem| Stop::Unusable(format!("content: {problem}")))?;
        if content.kind().code() != manifest.kind {
            return Err(Stop::Unusable(format!(
                "the manifest says {}, the content is {}",
                manifest.kind,
                content.kind()
            )));
        }
        if content.topic() != manifest.topic {
            return Err(Stop::unusable("the manifest names another topic"));
        }
        Ok(content)
    }

    /// A part that fits into memory; its payload may still have come by itself.
    fn open(&self, name: &str) -> Result<Vec<u8>, Stop> {
        let part = self.manifest().part(name)?;
        let payload = match self.message.payload(name) {
            Some(inline) => Cow::Borrowed(inline),
            None if part.payload.size <= MAX_CONTENT_PAYLOAD => {
                Cow::Owned(self.office.small_object(&part.payload.sha256)?)
            }
            None => return Err(too_large(name)),
        };
        let identities = &self.office.keyring.sealing;
        let header = self.header(name);
        Ok(open_part(
            self.manifest(),
            name,
            header,
            &payload,
            identities,
        )?)
    }

    /// The attachments, opened once and kept as objects. Asked for only when everything else about
    /// the message fits.
    pub(super) fn attachments(&self) -> Result<&[AttachmentRef], Stop> {
        if let Some(opened) = self.attachments.get() {
            return Ok(opened);
        }
        let opened = self.open_attachments()?;
        Ok(self.attachments.get_or_init(|| opened))
    }

    fn open_attachments(&self) -> Result<Vec<AttachmentRef>, Stop> {
        let parts = self.manifest().parts.iter();
        // All first: of a message that does not open as a whole nothing is kept.
        let arrived = parts
            .filter(|part| part.name != CONTENT_PART)
            .map(|part| Ok((part, self.arrive(&part.name)?)))
            .collect::<Result<Vec<_>, Stop>>()?;
        let mut kept = Vec::with_capacity(arrived.len());
        for (
            PartRef {
                name, media_type, ..
            },
            plaintext,
        ) in arrived
        {
            kept.push(AttachmentRef {
                name: name.clone(),
                media_type: media_type.clone(),
                size: plaintext.size(),
                sha256: plaintext.hash(),
            });
            self.office.objects.keep(plaintext)?;
        }
        Ok(kept)
    }

    /// A part in a file that nobody sees before it is kept.
    fn arrive(&self, name: &str) -> Result<Arrived, Stop> {
        let objects = &self.office.objects;
        if self.message.payload(name).is_some() {
            let bytes = self.open(name)?;
            return Ok(objects
                .incoming()
                .receive(&mut bytes.as_slice(), u64::MAX)?);
        }
        let manifest = self.manifest();
        let part = manifest.part(name)?;
        let payload = self.office.open_object(&part.payload.sha256)?;
        let (header, identities) = (self.header(name), &self.office.keyring.sealing);
        // The plaintext is never longer than its ciphertext.
        let (plaintext, opened) = self.office.through(part.payload.size, |plaintext| {
            open_stream(manifest, name, header, payload, plaintext, identities)
        })?;
        opened?;
        Ok(plaintext)
    }

    fn header(&self, name: &str) -> &[u8] {
        // All headers are there: that was checked before.
        self.headers.get(name).unwrap_or_default()
    }
}

fn too_large(name: &str) -> Stop {
    Stop::Unusable(format!("{name}: more than {MAX_CONTENT_BYTES} bytes"))
}
