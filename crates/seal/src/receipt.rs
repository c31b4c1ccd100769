//! Receipts: what the receiver's side did with a message, signed, and provable in its log.
//!
//! There are two for each message. The first (event D.1) says that the receiver has the payloads, which it cannot read
//! yet; only for this receipt does the sender release the headers. The second (E.1, or E.2 if the content turned out
//! unusable) says that the receiver has the content.
//!
//! A receipt has three legs: the receiver's statement with both signatures; the opening of the log entry in which the
//! receiver recorded the event, with the message's id and the event visible; and a proof that this entry stands in the
//! receiver's log at the place the statement names. Denying a receipt later means contradicting a log that the peer has
//! mirrored.

use journal::hash::Hash;
use journal::log_key::LogVerifier;
use journal::opening::Opening;
use journal::proof_file::ProofFile;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::SealError;
use crate::keys::{SigningKey, VerifyingKey};
use crate::message::SignedManifest;
use crate::statement::{Signed, Statement, check_integer, check_label, check_time};

/// Field of the log entry that holds the id of the message.
pub const MESSAGE_FIELD: &str = "message";
/// Field of the log entry that holds the event's code, such as `D.1`: so the entry of one event proves no other.
pub const EVENT_FIELD: &str = "event";

/// Largest receipt we read, in bytes.
pub const MAX_RECEIPT_BYTES: usize = 256 * 1024;

const WHAT: &str = "receipt";

/// The format of a receipt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReceiptFormat {
    /// The first version.
    #[default]
    #[serde(rename = "kontaktstelle/receipt/v1")]
    V1,
}

/// What happened to a message: events of ETSI EN 319 522-1 (electronic registered delivery), by their names there.
///
/// The sender's house records A.1 and C.5 for itself. The others are the receiver's and are receipted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ReceiptEvent {
    /// A.1: the sender's house has accepted the message for sending.
    SubmissionAcceptance,
    /// C.5: nobody took the message over before its deadline.
    AcceptanceRejectionExpiry,
    /// D.1: the message lies ready for the recipient, who cannot read it yet.
    ContentConsignment,
    /// D.2: the message could not be made ready for the recipient.
    ContentConsignmentFailure,
    /// E.1: the recipient has the content.
    ContentHandover,
    /// E.2: the recipient could not be given the content, such as because it does not open.
    ContentHandoverFailure,
}

impl ReceiptEvent {
    /// All events, in the order of their codes.
    pub const ALL: [Self; 6] = [
        Self::SubmissionAcceptance,
        Self::AcceptanceRejectionExpiry,
        Self::ContentConsignment,
        Self::ContentConsignmentFailure,
        Self::ContentHandover,
        Self::ContentHandoverFailure,
    ];

    /// The event's number in ETSI EN 319 522-1; what log entries hold.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::SubmissionAcceptance => "A.1",
            Self::AcceptanceRejectionExpiry => "C.5",
            Self::ContentConsignment => "D.1",
            Self::ContentConsignmentFailure => "D.2",
            Self::ContentHandover => "E.1",
            Self::ContentHandoverFailure => "E.2",
        }
    }

    /// The event of this code, as a log entry holds it.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.code() == code)
    }

    /// Whether the receiver of a message can state this event; the others are the sender's own.
    #[must_use]
    pub fn is_receivers(self) -> bool {
        !matches!(
            self,
            Self::SubmissionAcceptance | Self::AcceptanceRejectionExpiry
        )
    }
}

/// What the receiver states about a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptStatement {
    /// Format and version.
    pub format: ReceiptFormat,
    /// What happened.
    pub event: ReceiptEvent,
    /// Id of the message.
    pub message: Hash,
    /// The party that sent the message.
    pub sender: String,
    /// The party that received it, and that signs this receipt.
    pub recipient: String,
    /// The message's place in its direction.
    pub seq: u64,
    /// The case.
    pub thread: String,
    /// When, by the receiver's clock, RFC 3339 UTC.
    pub time: String,
    /// Origin of the receiver's log in which the event is recorded.
    pub log_origin: String,
    /// Number of the entry in that log, from 0.
    pub entry_index: u64,
}

impl Statement for ReceiptStatement {
    const FORMAT: &'static str = "kontaktstelle/receipt/v1";

    fn validate(&self) -> Result<(), SealError> {
        if !self.event.is_receivers() {
            return Err(SealError::InvalidField {
                field: "event",
                reason: "is not the receiver's to state",
            });
        }
        check_label("sender", &self.sender)?;
        check_label("recipient", &self.recipient)?;
        check_label("thread", &self.thread)?;
        check_label("log_origin", &self.log_origin)?;
        check_integer("seq", self.seq)?;
        check_integer("entry_index", self.entry_index)?;
        check_time("time", &self.time).map(drop)
    }
}

/// A receipt with its signatures, the opened log entry and the proof. A claim until [`SignedReceipt::verify`].
#[derive(Clone, Debug, PartialEq)]
pub struct SignedReceipt {
    signed: Signed<ReceiptStatement>,
    opening: Opening,
    proof: String,
}

/// The JSON form.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    opening: Opening,
    proof: String,
    receipt: Value,
}

impl SignedReceipt {
    /// Signs a receipt. `opening` shows at least the fields `message` and `event` of the entry; `proof` is the text of a C2SP
    /// `tlog-proof` for it.
    ///
    /// # Errors
    /// [`SealError::InvalidField`]; [`SealError::ReceiptEntry`] or [`SealError::ReceiptProof`] if opening or proof do not
    /// go with the statement: what our own check would refuse is not issued.
    pub fn sign(
        statement: ReceiptStatement,
        key: &SigningKey,
        opening: Opening,
        proof: String,
    ) -> Result<Self, SealError> {
        let signed = Signed::sign(statement, key)?;
        let receipt = Self {
            signed,
            opening,
            proof,
        };
        receipt.check_entry()?;
        Ok(receipt)
    }

    /// The statement. Not to be relied on before [`SignedReceipt::verify`].
    #[must_use]
    pub fn statement(&self) -> &ReceiptStatement {
        self.signed.statement()
    }

    /// SHA-256 of the statement's canonical bytes.
    #[must_use]
    pub fn id(&self) -> Hash {
        self.signed.id()
    }

    /// The log entry, as far as it is shown.
    #[must_use]
    pub fn opening(&self) -> &Opening {
        &self.opening
    }

    /// The proof file.
    #[must_use]
    pub fn proof(&self) -> &str {
        &self.proof
    }

    /// Checks all three legs: both signatures by `key`; that the entry shows the message's id and the event; and that it
    /// stands in `log` at the place stated, under a checkpoint that both keys of the log have signed.
    ///
    /// # Errors
    /// The signature errors of [`SealError`], [`SealError::ReceiptEntry`], [`SealError::ReceiptProof`].
    pub fn verify(&self, key: &VerifyingKey, log: &LogVerifier) -> Result<(), SealError> {
        self.signed.verify(key)?;
        let proof = self.check_entry()?;
        if log.origin() != self.statement().log_origin {
            return Err(SealError::ReceiptEntry("log_origin"));
        }
        proof
            .verify(&self.opening.leaf_bytes(), log.origin(), &log.demanded())
            .map(drop)
            .map_err(SealError::ReceiptProof)
    }

    /// Checks that this receipt is about `message`.
    ///
    /// # Errors
    /// [`SealError::ReceiptEntry`] with the first field that differs.
    pub fn check_message(&self, message: &SignedManifest) -> Result<(), SealError> {
        let (receipt, manifest) = (self.statement(), message.statement());
        let difference = [
            ("message", receipt.message == message.id()),
            ("sender", receipt.sender == manifest.sender),
            ("recipient", receipt.recipient == manifest.recipient),
            ("seq", receipt.seq == manifest.seq),
            ("thread", receipt.thread == manifest.thread),
        ]
        .into_iter()
        .find_map(|(field, same)| (!same).then_some(field));
        match difference {
            Some(field) => Err(SealError::ReceiptEntry(field)),
            None => Ok(()),
        }
    }

    /// The receipt as one line of canonical JSON.
    ///
    /// # Errors
    /// None in practice: all parts were serialised before.
    pub fn to_json(&self) -> Result<String, SealError> {
        let document = Document {
            opening: self.opening.clone(),
            proof: self.proof.clone(),
            receipt: serde_json::from_str(&self.signed.to_json()?).map_err(malformed)?,
        };
        serde_json_canonicalizer::to_string(&document).map_err(malformed)
    }

    /// Reads a receipt.
    ///
    /// # Errors
    /// As [`Signed::from_json`].
    pub fn from_json(document: &[u8]) -> Result<Self, SealError> {
        let document = document.trim_ascii_end();
        if document.len() > MAX_RECEIPT_BYTES {
            return Err(SealError::TooLarge {
                what: WHAT,
                limit: MAX_RECEIPT_BYTES as u64,
            });
        }
        let read: Document = serde_json::from_slice(document).map_err(malformed)?;
        let inner = serde_json_canonicalizer::to_vec(&read.receipt).map_err(malformed)?;
        let receipt = Self {
            signed: Signed::from_json(&inner)?,
            opening: read.opening,
            proof: read.proof,
        };
        if receipt.to_json()?.as_bytes() != document {
            return Err(SealError::NotCanonical(WHAT));
        }
        Ok(receipt)
    }

    /// The checks that need no key: the entry shows this message and this event, the proof is about this place.
    fn check_entry(&self) -> Result<ProofFile, SealError> {
        let statement = self.statement();
        let shown = |field| self.opening.get(field).and_then(Value::as_str);
        if shown(MESSAGE_FIELD) != Some(statement.message.to_string().as_str()) {
            return Err(SealError::ReceiptEntry(MESSAGE_FIELD));
        }
        if shown(EVENT_FIELD) != Some(statement.event.code()) {
            return Err(SealError::ReceiptEntry(EVENT_FIELD));
        }
        let proof = ProofFile::parse(&self.proof).map_err(SealError::ReceiptProof)?;
        if proof.index != statement.entry_index {
            return Err(SealError::ReceiptEntry("entry_index"));
        }
        Ok(proof)
    }
}

fn malformed(source: serde_json::Error) -> SealError {
    SealError::MalformedJson { what: WHAT, source }
}
