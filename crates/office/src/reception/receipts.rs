//! The receipts that we give. Each proves an entry of our exchange log that was durable before it.

use crate::channel::AcceptedMessage;
use crate::error::OfficeError;
use crate::office::Office;
use crate::reader::fields_for_figures;
use crate::writing::{Filed, Loaded};
use journal::entry::{EntryBody, open_fields};
use journal::hash::Hash;
use journal::proof::inclusion_proof;
use journal::proof_file::ProofFile;
use seal::receipt::{EVENT_FIELD, ReceiptEvent, ReceiptFormat, ReceiptStatement, SignedReceipt};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{EntryRef, LogTiles};

/// Which of the two receipts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Step {
    /// The message lies here: D.1 or D.2.
    Consignment,
    /// It was opened: E.1 or E.2.
    Handover,
}

impl Step {
    const fn code(self) -> &'static str {
        match self {
            Self::Consignment => "consignment",
            Self::Handover => "handover",
        }
    }

    /// Whether an event is of this step.
    fn states(self, event: ReceiptEvent) -> bool {
        let handover = matches!(
            event,
            ReceiptEvent::ContentHandover | ReceiptEvent::ContentHandoverFailure
        );
        handover == (self == Self::Handover)
    }
}

/// A receipt as we gave it, and will give it again. Signatures are not made twice alike, so it cannot
/// be derived from the log and is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct IssuedReceipt {
    message: Hash,
    step: Step,
    receipt: String,
}

impl Filed for IssuedReceipt {
    const FAMILY: &'static str = "issued-receipt";

    fn id(&self) -> String {
        receipt_id(self.message, self.step)
    }
}

fn receipt_id(message: Hash, step: Step) -> String {
    format!("{message} {}", step.code())
}

impl Office {
    /// The receipt that was given, if one was.
    pub(super) fn issued(&self, step: Step, message: Hash) -> Result<Option<String>, OfficeError> {
        let issued = self.load::<IssuedReceipt>(&receipt_id(message, step))?;
        Ok(issued.map(|issued| issued.value.receipt))
    }

    /// The receipt on file, or a new one for the entry that is durable.
    pub(super) fn receipt(
        &self,
        step: Step,
        accepted: &Loaded<AcceptedMessage>,
    ) -> Result<String, OfficeError> {
        let message = accepted.value.message;
        if let Some(receipt) = self.issued(step, message)? {
            return Ok(receipt);
        }
        let entry = self.entry_of(step, accepted)?;
        let receipt = self.make_receipt(&entry, accepted)?;
        let mut writing = self.writing();
        let issued = IssuedReceipt {
            message,
            step,
            receipt: receipt.clone(),
        };
        writing.file(&Loaded::new(issued), None)?;
        match writing.commit() {
            Ok(_) => Ok(receipt),
            // Another thread was faster: its receipt is the one on file.
            Err(error) => self.issued(step, message)?.ok_or(error),
        }
    }

    /// The entry that records the step: the newest revision derives from it, or, where a later step
    /// has been taken meanwhile, an older one.
    fn entry_of(
        &self,
        step: Step,
        accepted: &Loaded<AcceptedMessage>,
    ) -> Result<EntryRef, OfficeError> {
        let missing = || OfficeError::NoSuch {
            what: "entry of accepted message",
            name: accepted.value.message.to_string(),
        };
        if step.states(accepted.value.event) {
            return accepted.entry.clone().ok_or_else(missing);
        }
        let revisions = self
            .database()
            .revisions(AcceptedMessage::FAMILY, &accepted.value.id())?;
        for document in revisions {
            let earlier = crate::writing::read_document::<AcceptedMessage>(document)?;
            if step.states(earlier.value.event) {
                return earlier.entry.ok_or_else(missing);
            }
        }
        Err(missing())
    }

    fn make_receipt(
        &self,
        entry: &EntryRef,
        accepted: &Loaded<AcceptedMessage>,
    ) -> Result<String, OfficeError> {
        let AcceptedMessage {
            message,
            peer,
            seq,
            thread,
            ..
        } = &accepted.value;
        let missing = || OfficeError::NoSuch {
            what: "content of the entry of accepted message",
            name: message.to_string(),
        };
        let stored =
            self.database()
                .entries(&entry.log, entry.index, entry.index.saturating_add(1))?;
        let (body, salt) = stored
            .into_iter()
            .next()
            .and_then(|entry| entry.content)
            .ok_or_else(missing)?;
        let head = self.database().head(&entry.log)?;
        let tiles = LogTiles::new(self.database().clone(), &entry.log);
        let proof = inclusion_proof(&tiles, entry.index, head.size)
            .map_err(|e| OfficeError::invalid("proof", e.to_string()))?;
        // What the peer may see of the log anyway.
        let opening = open_fields(&body, &salt, fields_for_figures());
        let file = ProofFile {
            extra: None,
            index: entry.index,
            proof,
            checkpoint: head.checkpoint,
        };
        let event = ReceiptEvent::from_code(text(&body, EVENT_FIELD)).ok_or_else(missing)?;
        let statement = ReceiptStatement {
            format: ReceiptFormat::V1,
            event,
            message: *message,
            sender: peer.to_string(),
            recipient: self.keyring.party.to_string(),
            seq: *seq,
            thread: thread.clone(),
            time: text(&body, "time").to_owned(),
            log_origin: head.origin,
            entry_index: entry.index,
        };
        let key = self.keyring.signing(self.suite(peer))?;
        Ok(SignedReceipt::sign(statement, key, opening, file.to_string())?.to_json()?)
    }
}

fn text<'a>(body: &'a EntryBody, field: &str) -> &'a str {
    body.get(field).and_then(Value::as_str).unwrap_or_default()
}
