//! Receipts: the one we give for a message, and the peer's for ours.

use super::{ATTEMPTS, Opened, file_case};
use crate::case::Case;
use crate::channel::{AcceptedMessage, SentMessage};
use crate::error::{OfficeError, Rejection};
use crate::exchange_log;
use crate::office::Office;
use crate::peer::Peer;
use crate::state::Stage;
use crate::writing::Loaded;
use journal::entry::open_fields;
use journal::hash::Hash;
use journal::proof::inclusion_proof;
use journal::proof_file::ProofFile;
use records::PartyId;
use seal::receipt::{ReceiptEvent, ReceiptFormat, ReceiptStatement, SignedReceipt};
use serde_json::Value;
use store::{LogTiles, OutboxUpdate};

impl Office {
    /// The receipt on file, or a new one for the entry that is durable.
    pub(super) fn receipt_for(
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
        // What could not be made ready for the recipient is not delivered; the clock runs on.
        let consigned = statement.event == ReceiptEvent::ContentConsignment;
        let case = self.load::<Case>(&thread.to_string())?;
        if let Some(mut case) = case.filter(|_| consigned) {
            // Only the message that carried the request or the answer counts: the peer names the
            // case of a ping, and so of our reply to it.
            let message = Some(sent.value.message);
            let answer = case.value.answer.as_ref().map(|given| given.message);
            let next = match case.value.stage {
                Stage::Outgoing(state) if case.value.message == message => {
                    Stage::Outgoing(state.receipted())
                }
                Stage::Incoming(state) if answer == message => {
                    Stage::Incoming(state.answer_receipted())
                }
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
