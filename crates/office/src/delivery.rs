//! Delivery in two steps: first what cannot be read, then, for the counterpart's receipt, what makes
//! it readable.
//!
//! A request of ours counts as *delivered* with the first receipt (D.1): the counterpart holds it and
//! cannot deny that. It counts as *handed over* with the second (E.1). Receipts of failure (D.2, E.2)
//! count for nothing but are on file; the clock runs on.

use crate::case::Case;
use crate::channel::{LastReceipt, SentMessage, event_field};
use crate::entry_kind::EntryKind;
use crate::error::OfficeError;
use crate::exchange_log;
use crate::office::Office;
use crate::peer::Counterpart;
use crate::reception::file_case;
use crate::state::Stage;
use crate::writing::{Filed, Loaded, Writing};
use journal::hash::Hash;
use records::PartyId;
use seal::SealError;
use seal::digest::Digest;
use seal::message::Message;
use seal::receipt::{ReceiptEvent, SignedReceipt};
use store::writes::Writes;
use store::{EntryRef, OutboxRow, OutboxUpdate};

/// How often filing is computed again when officers change the same documents meanwhile.
const ATTEMPTS: usize = 16;

/// What is to be done next for a message of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The message.
    pub message: Hash,
    /// Its place in the direction.
    pub seq: u64,
    /// How often it was tried since it was queued.
    pub attempts: u32,
    /// Since when it is due, in milliseconds since 1970.
    pub due_ms: i64,
    /// What to do.
    pub step: DeliveryStep,
}

/// One of the two steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryStep {
    /// Hand in the message; its receipt says D.1 or D.2.
    Consign {
        /// The encoded message.
        bytes: Vec<u8>,
        /// Payloads that are not in it. They lie in the object store
        /// ([`Office::open_payload`]) and follow when the counterpart says that they are missing.
        large: Vec<Digest>,
    },
    /// Release the headers; the receipt says E.1 or E.2.
    Release {
        /// The headers document (JSON).
        headers: Vec<u8>,
    },
}

impl Office {
    /// What is to be done next for the first message to this peer that is not through, if it is due.
    ///
    /// # Errors
    /// When the database cannot be read or something that belongs to the message is not there.
    pub fn next_delivery(&self, peer: &PartyId) -> Result<Option<Delivery>, OfficeError> {
        let now = self.now().millis();
        let is_next = |row: &OutboxRow| row.peer == peer.as_str() && row.due_ms <= now;
        let Some(row) = self.database().outbox_heads()?.into_iter().find(is_next) else {
            return Ok(None);
        };
        let bytes = self.stored(&row.blob, "queued message")?;
        let message = Message::decode(&bytes)?;
        let sent = self.sent_message(message.id())?.value;
        let step = if sent.consignment.is_none() {
            DeliveryStep::Consign {
                large: message.missing().map(|part| part.payload).collect(),
                bytes,
            }
        } else {
            DeliveryStep::Release {
                headers: self.stored(&sent.headers, "headers of a message")?,
            }
        };
        Ok(Some(Delivery {
            message: sent.message,
            seq: row.seq,
            attempts: row.attempts,
            due_ms: row.due_ms,
            step,
        }))
    }

    /// The payload of a message of ours, from `offset` on, to be sent.
    ///
    /// # Errors
    /// When it is not there or cannot be read.
    pub fn open_payload(
        &self,
        payload: &Hash,
        offset: u64,
    ) -> Result<Box<dyn std::io::Read + Send>, OfficeError> {
        self.objects
            .open_at(payload, offset)?
            .ok_or_else(|| OfficeError::NoSuch {
                what: "payload",
                name: store::objects::hex(payload),
            })
    }

    /// Files the peer's receipt for a message of ours. With D.1 the release of the headers becomes
    /// an entry, and only then are they given out ([`Self::next_delivery`]); with any other the
    /// message is through. The same receipt again changes nothing.
    ///
    /// # Errors
    /// [`OfficeError::Seal`] if the receipt does not prove what it says; [`OfficeError::Invalid`] if
    /// it is for another message or another step.
    pub fn file_receipt(
        &self,
        from: &PartyId,
        message: Hash,
        receipt: &str,
    ) -> Result<(), OfficeError> {
        let peer = self.counterpart(from)?;
        let signed = SignedReceipt::from_json(receipt.as_bytes())?;
        let mut verified = false;
        for _ in 0..ATTEMPTS {
            let sent = self.sent_message(message)?;
            let event = signed.statement().event;
            let is_handover = matches!(
                event,
                ReceiptEvent::ContentHandover | ReceiptEvent::ContentHandoverFailure
            );
            self.check_receipt(&peer, &sent.value, &signed)?;
            if !verified {
                self.verify_receipt(&peer, &signed)?;
                verified = true;
            }
            let on_file = if is_handover {
                &sent.value.handover
            } else {
                &sent.value.consignment
            };
            if on_file.is_some() {
                return Ok(());
            }
            if is_handover && !sent.value.is_consigned() {
                return Err(OfficeError::invalid(
                    "receipt",
                    "a handover of what was not consigned",
                ));
            }
            match self.write_receipt(&peer, sent, &signed, receipt, is_handover) {
                Err(OfficeError::Busy) => {}
                result => return result,
            }
        }
        Err(OfficeError::Busy)
    }

    fn sent_message(&self, message: Hash) -> Result<Loaded<SentMessage>, OfficeError> {
        self.load(&message.to_string())?
            .ok_or_else(|| OfficeError::NoSuch {
                what: "message of ours",
                name: message.to_string(),
            })
    }

    fn check_receipt(
        &self,
        peer: &Counterpart,
        sent: &SentMessage,
        signed: &SignedReceipt,
    ) -> Result<(), OfficeError> {
        let statement = signed.statement();
        let same = statement.message == sent.message
            && statement.seq == sent.seq
            && statement.thread == sent.thread.to_string()
            && statement.sender == self.keyring.party.as_str()
            && statement.recipient == peer.party.as_str()
            && sent.peer == peer.party;
        if same {
            Ok(())
        } else {
            Err(OfficeError::invalid("receipt", "it is for another message"))
        }
    }

    /// Checks a receipt against every key of the peer whose signatures are taken: it may have been
    /// made before a rotation.
    fn verify_receipt(&self, peer: &Counterpart, signed: &SignedReceipt) -> Result<(), SealError> {
        let logs = peer.exchange_log_verifiers(&self.keyring.party)?;
        let origin = &signed.statement().log_origin;
        let mut problem = SealError::UnknownLog(origin.clone());
        for log in logs.iter().filter(|log| log.origin() == origin) {
            for key in peer.honoured() {
                match signed.verify(key, log) {
                    Ok(()) => return Ok(()),
                    Err(found) => problem = found,
                }
            }
        }
        Err(problem)
    }

    fn write_receipt(
        &self,
        peer: &Counterpart,
        mut sent: Loaded<SentMessage>,
        signed: &SignedReceipt,
        receipt: &str,
        is_handover: bool,
    ) -> Result<(), OfficeError> {
        let statement = signed.statement();
        let event = statement.event;
        let mut writing = self.writing();
        let log = exchange_log(&peer.party);
        let message = || statement.message.to_string().into();
        let entry = writing.entry(
            &log,
            EntryKind::ReceiptReceived,
            vec![
                ("message", message()),
                ("receipt", signed.id().to_string().into()),
                event_field(event),
                ("peer_entry", statement.entry_index.into()),
            ],
        )?;
        if event == ReceiptEvent::ContentConsignment {
            // From here on nothing keeps the headers back, so it is on record that they left.
            writing.entry(
                &log,
                EntryKind::HeaderReleased,
                vec![("message", message())],
            )?;
        } else {
            writing.batch.outbox_updates.push(OutboxUpdate::Delivered {
                peer: peer.party.to_string(),
                seq: sent.value.seq,
            });
        }
        sent.value.event = Some(event);
        if is_handover {
            sent.value.handover = Some(receipt.to_owned());
        } else {
            sent.value.consignment = Some(receipt.to_owned());
        }
        writing.file(&sent, Some(entry))?;
        let heard = self.load::<LastReceipt>(peer.party.as_str())?;
        let last = LastReceipt {
            peer: peer.party.clone(),
            at: writing.now,
        };
        let heard = Loaded {
            value: last,
            revision: heard.map_or(0, |heard| heard.revision),
            entry: None,
        };
        writing.file(&heard, Some(entry))?;
        self.note_in_case(&mut writing, &sent.value, event)?;
        writing.commit()?;
        tracing::info!(peer = %peer.party, seq = sent.value.seq, event = event.code(), "receipt.received");
        Ok(())
    }

    /// Only the message that carried the request or the answer counts: the peer names the case of a
    /// ping, and so of our reply to it.
    fn note_in_case(
        &self,
        writing: &mut Writing<'_>,
        sent: &SentMessage,
        event: ReceiptEvent,
    ) -> Result<(), OfficeError> {
        let Some(mut case) = self.load::<Case>(&sent.thread.to_string())? else {
            return Ok(());
        };
        let delivered = event == ReceiptEvent::ContentConsignment;
        let message = Some(sent.message);
        match (case.value.stage, &mut case.value.answer) {
            (Stage::Outgoing(state), _) if case.value.message == message => {
                case.value.receipted.note(event, writing.now);
                if delivered {
                    case.value.stage = Stage::Outgoing(state.receipted());
                }
            }
            (Stage::Incoming(state), Some(answer)) if Some(answer.message) == message => {
                answer.receipted.note(event, writing.now);
                if delivered {
                    case.value.stage = Stage::Incoming(state.answer_receipted());
                }
            }
            _ => return Ok(()),
        }
        file_case(
            writing,
            &case,
            EntryKind::ReceiptFiled,
            vec![
                ("message", sent.message.to_string().into()),
                event_field(event),
            ],
        )
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

    /// The blob of a message of ours: what the entry that queued it wrote into the outbox.
    pub(crate) fn sealed_message(&self, sent: &SentMessage) -> Result<Option<Hash>, OfficeError> {
        let revisions = self.database().revisions(SentMessage::FAMILY, &sent.id())?;
        let Some(EntryRef { log, index }) = revisions.into_iter().find_map(|first| first.entry)
        else {
            return Ok(None);
        };
        let rows = self
            .database()
            .snapshot()?
            .entries(&log, index, index.saturating_add(1))?;
        let Some(text) = rows.into_iter().next().and_then(|row| row.writes) else {
            return Ok(None);
        };
        let writes: Writes =
            serde_json::from_str(&text).map_err(|source| OfficeError::Unreadable {
                what: format!("what entry {log} {index} wrote"),
                source,
            })?;
        Ok(writes.outbox.first().map(|message| message.blob))
    }

    /// A blob that has to be there.
    pub(crate) fn stored(&self, hash: &Hash, what: &'static str) -> Result<Vec<u8>, OfficeError> {
        self.database()
            .blob(hash)?
            .ok_or_else(|| OfficeError::NoSuch {
                what,
                name: hash.to_string(),
            })
    }
}
