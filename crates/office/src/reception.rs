//! What a peer's message does, and what its receipt does.
//!
//! A message is taken when it is authentic, addressed to us, and next in its direction. Taking it
//! is one transaction: the exchange log's entry, the channel's new place, the case it opens or
//! moves, and the sealed message itself. Only then is a receipt made; the same message again gets
//! the same receipt and has no other effect.

use crate::OFFICE_LOG;
use crate::attachment::NewAttachment;
use crate::case::{Case, GivenAnswer};
use crate::channel::{
    AcceptedMessage, Channel, Dispatch, SentMessage, content_fields, message_fields,
};
use crate::content::{CONTENT_PART, Content};
use crate::error::{OfficeError, Rejection};
use crate::exchange_log;
use crate::handling::{check_answer, check_reason, check_request, findings_json};
use crate::office::Office;
use crate::peer::Peer;
use crate::state::{Incoming, Stage};
use crate::writing::{Loaded, Writing};
use journal::entry::open_fields;
use journal::hash::Hash;
use journal::proof::inclusion_proof;
use journal::proof_file::ProofFile;
use records::{Marking, PartyId, ThreadId};
use seal::message::{Message, MessageManifest};
use seal::receipt::{ReceiptEvent, ReceiptFormat, ReceiptStatement, SignedReceipt};
use serde_json::Value;
use store::{Batch, BlobRef, LogTiles, OutboxUpdate};

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
            self.note_rejection(Some(from), rejection, bytes);
        }
        result
    }

    /// Writes down that something was rejected.
    pub fn note_rejection(&self, from: Option<&PartyId>, rejection: &Rejection, bytes: &[u8]) {
        tracing::warn!(peer = from.map(PartyId::as_str), code = rejection.code(), %rejection, "message rejected");
        // A peer that is ahead of a lost message, or a node that is busy, is no event of note.
        if matches!(rejection, Rejection::NotNow(_) | Rejection::Gap { .. }) {
            return;
        }
        let mut writing = self.writing();
        let mut fields: Vec<(&'static str, Value)> = vec![
            ("code", rejection.code().into()),
            ("detail", rejection.to_string().into()),
            ("sha256", journal::hash::sha256(bytes).to_string().into()),
            ("bytes", bytes.len().into()),
        ];
        if let Some(from) = from {
            fields.push(("peer", from.to_string().into()));
        }
        if matches!(rejection, Rejection::Fork { .. }) {
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

    /// What an authentic message changes here. The inner error says why an understandable message
    /// cannot have its effect, such as an answer to nothing.
    fn take_effect(
        &self,
        writing: &mut Writing<'_>,
        peer: &Peer,
        channel: &mut Loaded<Channel>,
        opened: &Opened,
        content: &Content,
        attachments: &[NewAttachment],
    ) -> Result<Result<(), String>, OfficeError> {
        let manifest = opened.manifest();
        let Ok(thread) = manifest.thread.parse::<ThreadId>() else {
            return Ok(Err(format!(
                "{:?} is not the name of a case",
                manifest.thread
            )));
        };
        let existing = self.load::<Case>(&thread.to_string())?;
        if existing
            .as_ref()
            .is_some_and(|case| case.value.peer != peer.party)
        {
            return Ok(Err("the case belongs to another peer".to_owned()));
        }
        if existing
            .as_ref()
            .is_some_and(|case| case.value.exercise != manifest.exercise)
        {
            return Ok(Err("exercise and reality do not mix in a case".to_owned()));
        }
        check_content(content)?;
        writing
            .batch
            .blobs
            .extend(attachments.iter().map(|a| BlobRef::new(a.bytes.clone())));
        match (content, existing) {
            (Content::Ping, _) => {
                self.dispatch(
                    writing,
                    peer,
                    channel,
                    &Dispatch {
                        content: &Content::PingReply,
                        attachments: &[],
                        thread,
                        reply_to: Some(opened.id),
                        deadline: None,
                        marking: &Marking::amber(),
                        exercise: manifest.exercise,
                        screening: None,
                    },
                )?;
                Ok(Ok(()))
            }
            (Content::PingReply, _) => {
                writing.entry(
                    OFFICE_LOG,
                    "ping.answered",
                    vec![
                        ("peer", peer.party.to_string().into()),
                        ("message", opened.id.to_string().into()),
                    ],
                )?;
                Ok(Ok(()))
            }
            (Content::Request(_), Some(_)) => {
                Ok(Err("there is a case of this name already".to_owned()))
            }
            (Content::Request(request), None) => {
                let screening = self.screen_request(request, attachments);
                let findings = findings_json(&screening);
                let case = Case {
                    thread,
                    peer: peer.party.clone(),
                    exercise: manifest.exercise,
                    stage: Stage::Incoming(Incoming::screened(screening.blocks())),
                    request: (**request).clone(),
                    attachments: attachments.iter().map(NewAttachment::reference).collect(),
                    screening,
                    opened: writing.now,
                    deadline: Some(
                        writing
                            .now
                            .plus_seconds(i64::from(request.urgency.answer_within_hours()) * 3600),
                    ),
                    overdue: false,
                    message: Some(opened.id),
                    drafted_by: None,
                    submitted_by: None,
                    released_by: None,
                    review: None,
                    draft: None,
                    answer: None,
                };
                file_case(
                    writing,
                    &Loaded::new(case),
                    "request.received",
                    vec![("findings", findings)],
                )?;
                Ok(Ok(()))
            }
            (Content::Answer(answer), Some(mut case)) => {
                let Stage::Outgoing(state) = case.value.stage else {
                    return Ok(Err(
                        "an answer to a request of the other side's own".to_owned()
                    ));
                };
                let next = match state.answered(answer.outcome) {
                    Ok(next) => next,
                    Err(not_now) => return Ok(Err(not_now.to_string())),
                };
                case.value.stage = Stage::Outgoing(next);
                case.value.answer = Some(GivenAnswer {
                    answer: (**answer).clone(),
                    attachments: attachments.iter().map(NewAttachment::reference).collect(),
                    at: writing.now,
                    message: opened.id,
                    released_by: None,
                    ground: None,
                });
                file_case(
                    writing,
                    &case,
                    "answer.received",
                    vec![("outcome", answer.outcome.code().into())],
                )?;
                Ok(Ok(()))
            }
            (Content::Withdrawal { reason }, Some(mut case)) => {
                let Stage::Incoming(state) = case.value.stage else {
                    return Ok(Err("a withdrawal of a request of ours".to_owned()));
                };
                let next = match state.withdrawn() {
                    Ok(next) => next,
                    Err(not_now) => return Ok(Err(not_now.to_string())),
                };
                case.value.stage = Stage::Incoming(next);
                file_case(
                    writing,
                    &case,
                    "request.withdrawn",
                    vec![("reason", reason.clone().into())],
                )?;
                Ok(Ok(()))
            }
            (Content::Answer(_) | Content::Withdrawal { .. }, None) => {
                Ok(Err("there is no such case".to_owned()))
            }
        }
    }

    /// The receipt on file, or a new one for the entry that is durable.
    fn receipt_for(
        &self,
        opened: &Opened,
        mut accepted: Loaded<AcceptedMessage>,
    ) -> Result<String, Rejection> {
        if let Some(receipt) = accepted.value.receipt {
            return Ok(receipt);
        }
        let missing = || OfficeError::NoSuch {
            what: "entry of accepted message",
            name: opened.id.to_string(),
        };
        let entry = accepted.entry.clone().ok_or_else(missing)?;
        let stored = self
            .database()
            .entries(&entry.log, entry.index, entry.index + 1)?;
        let (body, salt) = stored
            .into_iter()
            .next()
            .and_then(|e| e.content)
            .ok_or_else(missing)?;
        let head = self.database().head(&entry.log)?;
        let tiles = LogTiles::new(self.database().clone(), &entry.log);
        let proof = inclusion_proof(&tiles, entry.index, head.size)
            .map_err(|e| OfficeError::invalid("proof", e.to_string()))?;
        let names: Vec<&str> = body.fields().keys().map(String::as_str).collect();
        let opening = open_fields(&body, &salt, &names);
        let file = ProofFile {
            extra: None,
            index: entry.index,
            proof,
            checkpoint: head.checkpoint,
        };
        let event = match body.get("event").and_then(Value::as_str) {
            Some("D.1") => ReceiptEvent::ContentConsignment,
            _ => ReceiptEvent::ContentConsignmentFailure,
        };
        let manifest = opened.manifest();
        let statement = ReceiptStatement {
            format: ReceiptFormat::V1,
            event,
            message: opened.id,
            sender: manifest.sender.clone(),
            recipient: manifest.recipient.clone(),
            seq: manifest.seq,
            thread: manifest.thread.clone(),
            time: body
                .get("time")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned(),
            log_origin: head.origin,
            entry_index: entry.index,
        };
        let receipt =
            SignedReceipt::sign(statement, &self.keyring.signing, opening, file.to_string())
                .and_then(|receipt| receipt.to_json())
                .map_err(OfficeError::from)?;
        accepted.value.receipt = Some(receipt.clone());
        let mut writing = self.writing();
        writing.file(&accepted, None)?;
        match writing.commit() {
            Ok(_) => Ok(receipt),
            // Another thread was faster: its receipt is the one on file.
            Err(error) => match self
                .load::<AcceptedMessage>(&opened.id.to_string())?
                .and_then(|a| a.value.receipt)
            {
                Some(receipt) => Ok(receipt),
                None => Err(error.into()),
            },
        }
    }

    /// Files the peer's receipt for our message `seq` and takes the message off the outbox.
    /// The same receipt again changes nothing.
    ///
    /// # Errors
    /// [`OfficeError::Seal`] if the receipt does not prove what it says.
    pub fn file_receipt(
        &self,
        from: &PartyId,
        message: Hash,
        receipt: &str,
    ) -> Result<(), OfficeError> {
        let peer = self.peer(from)?;
        let missing = || OfficeError::NoSuch {
            what: "message of ours",
            name: message.to_string(),
        };
        for _ in 0..ATTEMPTS {
            let sent = self
                .load::<SentMessage>(&message.to_string())?
                .ok_or_else(missing)?;
            if sent.value.receipt.is_some() {
                return Ok(());
            }
            match self.try_file_receipt(&peer, sent, receipt) {
                Err(OfficeError::Busy) => {}
                result => return result,
            }
        }
        Err(OfficeError::Busy)
    }

    fn try_file_receipt(
        &self,
        peer: &Peer,
        mut sent: Loaded<SentMessage>,
        receipt: &str,
    ) -> Result<(), OfficeError> {
        let signed = SignedReceipt::from_json(receipt.as_bytes())?;
        let (_, verifier) = peer.exchange_log_verifier(&self.keyring.party)?;
        signed.verify(&peer.keys()?.signing, &verifier)?;
        let statement = signed.statement();
        let ours = &sent.value;
        let same = statement.message == ours.message
            && statement.seq == ours.seq
            && statement.thread == ours.thread.to_string()
            && statement.sender == self.keyring.party.as_str()
            && statement.recipient == peer.party.as_str()
            && ours.peer == peer.party;
        if !same {
            return Err(OfficeError::invalid("receipt", "it is for another message"));
        }
        let mut writing = self.writing();
        let entry = writing.entry(
            &exchange_log(&peer.party),
            "receipt.received",
            vec![
                ("message", statement.message.to_string().into()),
                ("receipt", signed.id().to_string().into()),
                ("event", statement.event.code().into()),
                ("peer_entry", statement.entry_index.into()),
            ],
        )?;
        let (thread, seq) = (sent.value.thread, sent.value.seq);
        sent.value.receipt = Some(receipt.to_owned());
        writing.file(&sent, Some(entry))?;
        writing.batch.outbox_updates.push(OutboxUpdate::Delivered {
            peer: peer.party.to_string(),
            seq,
        });
        if let Some(mut case) = self.load::<Case>(&thread.to_string())? {
            let next = match case.value.stage {
                Stage::Outgoing(state) if case.value.message == Some(sent.value.message) => {
                    Stage::Outgoing(state.receipted())
                }
                Stage::Incoming(state) => Stage::Incoming(state.answer_receipted()),
                unchanged => unchanged,
            };
            if next != case.value.stage {
                case.value.stage = next;
                file_case(
                    &mut writing,
                    &case,
                    "receipt.filed",
                    vec![("message", sent.value.message.to_string().into())],
                )?;
            }
        }
        writing.commit()?;
        tracing::info!(peer = %peer.party, seq, "receipt.received");
        Ok(())
    }

    /// Notes that a delivery failed and when it is due again.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn postpone_delivery(
        &self,
        peer: &PartyId,
        seq: u64,
        due_ms: i64,
        error: &str,
    ) -> Result<(), OfficeError> {
        let mut writing = self.writing();
        writing.batch.outbox_updates.push(OutboxUpdate::Failed {
            peer: peer.to_string(),
            seq,
            due_ms,
            error: error.to_owned(),
        });
        writing.commit().map(drop)
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

/// The bounds that hold for our own content hold for theirs.
fn check_content(content: &Content) -> Result<(), OfficeError> {
    match content {
        Content::Request(request) => check_request(request),
        Content::Answer(answer) => check_answer(answer),
        Content::Withdrawal { reason } => check_reason("reason", reason),
        Content::Ping | Content::PingReply => Ok(()),
    }
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
