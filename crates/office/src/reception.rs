//! What a peer's message does, and what its receipt does.
//!
//! A message is taken when it is authentic, addressed to us, and next in its direction. Taking it
//! is one transaction: the exchange log's entry, the channel's new place, the case it opens or
//! moves, and the sealed message itself. Only then is a receipt made; the same message again gets
//! the same receipt and has no other effect.

mod effect;
mod receipts;

use crate::OFFICE_LOG;
use crate::attachment::NewAttachment;
use crate::case::Case;
use crate::channel::{AcceptedMessage, Channel, content_fields, message_fields};
use crate::content::{CONTENT_PART, Content};
use crate::error::{OfficeError, Rejection};
use crate::exchange_log;
use crate::office::Office;
use crate::peer::Peer;
use crate::writing::{Loaded, Writing};
use journal::hash::Hash;
use records::PartyId;
use seal::message::{Message, MessageManifest};
use seal::receipt::ReceiptEvent;
use serde_json::Value;
use store::{Batch, BlobRef};

/// How often taking a message is computed again when officers change the same documents meanwhile.
const ATTEMPTS: usize = 16;

/// A message after everything about it has been checked that can be checked without state.
struct Opened {
    message: Message,
    id: Hash,
    content: Result<(Content, Vec<NewAttachment>), String>,
}

impl Opened {
    fn manifest(&self) -> &MessageManifest {
        self.message.manifest().statement()
    }
}

impl Office {
    /// Takes a message from the peer that the transport has authenticated. Returns our receipt.
    ///
    /// # Errors
    /// [`Rejection`]; the message then had no effect except an entry that says so.
    pub fn accept_message(&self, from: &PartyId, bytes: &[u8]) -> Result<String, Rejection> {
        let mut result = Err(Rejection::NotNow(Box::new(OfficeError::Busy)));
        for _ in 0..ATTEMPTS {
            result = self.try_accept(from, bytes);
            match &result {
                Err(Rejection::NotNow(error)) if matches!(**error, OfficeError::Busy) => {}
                _ => break,
            }
        }
        if let Err(rejection) = &result {
            self.note_rejection(Some(from), rejection, Some(bytes));
        }
        result
    }

    /// Writes down that something was rejected; `bytes` is what came, where it was read at all.
    pub fn note_rejection(
        &self,
        from: Option<&PartyId>,
        rejection: &Rejection,
        bytes: Option<&[u8]>,
    ) {
        tracing::warn!(peer = from.map(PartyId::as_str), code = rejection.code(), %rejection, "message rejected");
        // A peer that is ahead of a lost message, or a node that is busy, is no event of note.
        if matches!(rejection, Rejection::NotNow(_) | Rejection::Gap { .. }) {
            return;
        }
        let mut writing = self.writing();
        let mut fields: Vec<(&'static str, Value)> = vec![
            ("code", rejection.code().into()),
            ("detail", rejection.to_string().into()),
        ];
        if let Some(bytes) = bytes {
            fields.push(("sha256", journal::hash::sha256(bytes).to_string().into()));
            fields.push(("bytes", bytes.len().into()));
        }
        if let Some(from) = from {
            fields.push(("peer", from.to_string().into()));
        }
        if let (Rejection::Fork { .. }, Some(bytes)) = (rejection, bytes) {
            // Two signed messages for one place in the chain: evidence, so it is kept whole.
            writing.batch.blobs.push(BlobRef::new(bytes.to_vec()));
        }
        let written = writing
            .entry(OFFICE_LOG, "message.rejected", fields)
            .and_then(|_| writing.commit().map(drop));
        if let Err(error) = written {
            tracing::error!(%error, "a rejection could not be written down");
        }
    }

    fn try_accept(&self, from: &PartyId, bytes: &[u8]) -> Result<String, Rejection> {
        let peer = self.peer(from).map_err(|_| Rejection::UnknownPeer)?;
        let opened = self.open_message(&peer, bytes)?;
        let chain = self.lock_chain();
        // The channel first: whoever has taken this very message meanwhile then shows below, and
        // two deliveries of it at once are not mistaken for a fork.
        let mut channel = self.load_channel(from)?;
        if let Some(known) = self.load::<AcceptedMessage>(&opened.id.to_string())? {
            drop(chain);
            return self.receipt_for(&opened, known);
        }
        check_place(&channel.value, opened.manifest(), opened.id)?;
        let receipt_due = self.write_accepted(&peer, &opened, &mut channel)?;
        drop(chain);
        self.receipt_for(&opened, receipt_due)
    }

    fn open_message(&self, peer: &Peer, bytes: &[u8]) -> Result<Opened, Rejection> {
        let message =
            Message::decode(bytes, self.limits.part_bytes).map_err(Rejection::NotAuthentic)?;
        let manifest = message.manifest().statement();
        if manifest.sender != peer.party.as_str() {
            return Err(Rejection::UnknownPeer);
        }
        if manifest.recipient != self.keyring.party.as_str() {
            return Err(Rejection::OtherRecipient(manifest.recipient.clone()));
        }
        message
            .manifest()
            .verify_sender(&peer.keys()?.signing)
            .map_err(Rejection::NotAuthentic)?;
        let content = self.open_content(&message);
        Ok(Opened {
            id: message.id(),
            content,
            message,
        })
    }

    /// The content, or why it cannot be used. Unusable content in an authentic message is still
    /// receipted, as a failure to consign it, because its place in the order is taken.
    fn open_content(&self, message: &Message) -> Result<(Content, Vec<NewAttachment>), String> {
        let manifest = message.manifest().statement();
        let open = |name: &str| {
            message
                .open_part(name, &self.keyring.sealing)
                .map_err(|e| e.to_string())
        };
        let content: Content =
            serde_json::from_slice(&open(CONTENT_PART)?).map_err(|e| format!("content: {e}"))?;
        if content.kind().code() != manifest.kind {
            return Err(format!(
                "the manifest says {}, the content is {}",
                manifest.kind,
                content.kind()
            ));
        }
        let attachments = manifest
            .parts
            .iter()
            .filter(|part| part.name != CONTENT_PART)
            .map(|part| {
                let bytes = open(&part.name)?;
                Ok(NewAttachment {
                    name: part.name.clone(),
                    media_type: part.media_type.clone(),
                    bytes,
                })
            })
            .collect::<Result<_, String>>()?;
        Ok((content, attachments))
    }

    fn write_accepted(
        &self,
        peer: &Peer,
        opened: &Opened,
        channel: &mut Loaded<Channel>,
    ) -> Result<Loaded<AcceptedMessage>, OfficeError> {
        let manifest = opened.manifest();
        let mut writing = self.writing();
        let mut fields = message_fields(manifest, opened.id);
        let before = channel.clone();
        let effect = match &opened.content {
            Ok((content, attachments)) => {
                fields.extend(content_fields(content));
                match self.take_effect(&mut writing, peer, channel, opened, content, attachments) {
                    // What cannot be written down here cannot be taken later either. To turn it
                    // away would stop the channel for good.
                    Err(error @ OfficeError::Invalid { .. }) => Err(error.to_string()),
                    effect => effect?,
                }
            }
            Err(problem) => Err(problem.clone()),
        };
        if effect.is_err() {
            // Nothing that was prepared for it may be written.
            writing.batch = Batch::default();
            *channel = before;
        }
        let event = if effect.is_ok() {
            ReceiptEvent::ContentConsignment
        } else {
            ReceiptEvent::ContentConsignmentFailure
        };
        fields.push(("event", event.code().into()));
        let log = exchange_log(&peer.party);
        let entry = writing.entry(&log, "message.accepted", fields)?;
        if let Err(problem) = effect {
            writing.entry(
                OFFICE_LOG,
                "message.unusable",
                vec![
                    ("peer", peer.party.to_string().into()),
                    ("message", opened.id.to_string().into()),
                    ("problem", problem.into()),
                ],
            )?;
        }
        channel.value.accepted = manifest.seq;
        channel.value.last_accepted = Some(opened.id);
        channel.value.last_heard = Some(writing.now);
        writing.file(channel, None)?;
        let sealed = opened.message.encode()?;
        writing.batch.blobs.push(BlobRef::new(sealed));
        let accepted = AcceptedMessage {
            message: opened.id,
            peer: peer.party.clone(),
            seq: manifest.seq,
            thread: manifest.thread.clone(),
            receipt: None,
        };
        let mut accepted = Loaded::new(accepted);
        writing.file(&accepted, Some(entry))?;
        let committed = writing.commit()?;
        tracing::info!(peer = %peer.party, seq = manifest.seq, kind = manifest.kind, "message.accepted");
        accepted.revision = 1;
        // By its place in the batch: a reply may stand before it in the same log.
        accepted.entry = committed.entries.into_iter().nth(entry);
        Ok(accepted)
    }
}

/// Adds a case's next revision and the office entry that says what happened.
fn file_case(
    writing: &mut Writing<'_>,
    case: &Loaded<Case>,
    kind: &str,
    mut fields: Vec<(&'static str, Value)>,
) -> Result<(), OfficeError> {
    fields.push(("case", case.value.thread.to_string().into()));
    fields.push(("state", case.value.stage.code().into()));
    fields.push(("peer", case.value.peer.to_string().into()));
    let entry = writing.entry(OFFICE_LOG, kind, fields)?;
    writing.file(case, Some(entry))
}

fn check_place(channel: &Channel, manifest: &MessageManifest, id: Hash) -> Result<(), Rejection> {
    let expected = channel.accepted + 1;
    if manifest.seq > expected {
        return Err(Rejection::Gap {
            expected,
            found: manifest.seq,
        });
    }
    // A known id was answered before we came here, so a lower number is another message for a
    // place that is taken, and another predecessor is another history.
    if manifest.seq < expected || manifest.previous != channel.last_accepted {
        tracing::error!(peer = %channel.peer, seq = manifest.seq, %id, "fork: the peer contradicts its own history");
        return Err(Rejection::Fork {
            seq: manifest.seq,
            on_file: channel.last_accepted,
        });
    }
    Ok(())
}
