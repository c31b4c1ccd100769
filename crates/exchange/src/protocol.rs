//! What the two sides say to each other: a few requests over HTTP/1.1, and why one is refused.
//!
//! ```text
//! POST /v1/messages                signed manifest, small payloads   200 receipt (D.1 or D.2)
//!                                                                     202 payloads that are missing
//! PUT  /v1/payloads/HASH?offset=N  a piece of a large payload         200 how much of it is here
//! POST /v1/messages/HASH/headers   what makes the message readable    200 receipt (E.1 or E.2)
//! GET  /v1/extract?from=N                                             200 our exchange log from N on
//! POST /v1/witness/add-checkpoint  the caller's exchange log's head   200 our cosignatures
//! GET  /v1/witness/checkpoint                                         200 the last one we cosigned
//! ```
//! Who calls is known from the TLS connection; no request says it. HASH is in lower-case hexadecimal.

use journal::hash::Hash;
use office::Rejection;
use serde::{Deserialize, Serialize};

/// Where messages are handed in.
pub const MESSAGES: &str = "/v1/messages";

/// Where pieces of large payloads are handed in, each below its hash.
pub const PAYLOADS: &str = "/v1/payloads";

/// Where the caller sees our exchange log with it.
pub const EXTRACT: &str = "/v1/extract";

/// Where the caller's log asks for our cosignature (C2SP tlog-witness).
pub const ADD_CHECKPOINT: &str = "/v1/witness/add-checkpoint";

/// Where the caller sees what we cosigned of its log last.
pub const WITNESSED: &str = "/v1/witness/checkpoint";

/// The media type of a sealed message, as [`seal::message::Message::encode`] writes it.
pub const MESSAGE_TYPE: &str = "application/vnd.kontaktstelle.message";

/// The media type of receipts, refusals and extracts.
pub const JSON_TYPE: &str = "application/json";

/// The media type of a piece of a payload.
pub const PIECE_TYPE: &str = "application/octet-stream";

/// The media type of checkpoints and cosignatures.
pub const NOTE_TYPE: &str = "text/plain; charset=utf-8";

/// Largest piece of an extract that is fetched, in bytes: a thousand entries of some kilobytes.
pub const MAX_EXTRACT_BYTES: usize = 16 * 1024 * 1024;

/// Largest piece of a payload, in bytes. What is cut off costs no more than this to send again.
pub const MAX_PIECE_BYTES: usize = 4 * 1024 * 1024;

/// Largest refusal or list of missing payloads that is read, in bytes.
pub const MAX_REFUSAL_BYTES: usize = 16 * 1024;

/// Largest request to a witness, and largest answer of one, in bytes.
pub const MAX_WITNESS_BYTES: usize = 64 * 1024;

/// Largest message that is taken, with the payloads that travel in it, in bytes.
#[must_use]
pub fn max_message_bytes() -> usize {
    usize::try_from(seal::message::MAX_MESSAGE_BYTES).unwrap_or(usize::MAX)
}

/// The address of a message's headers.
#[must_use]
pub fn headers_path(message: &Hash) -> String {
    format!("{MESSAGES}/{}/headers", hex::encode(message.0))
}

/// The address of a piece of a payload.
#[must_use]
pub fn payload_path(payload: &Hash, offset: u64) -> String {
    format!("{PAYLOADS}/{}?offset={offset}", hex::encode(payload.0))
}

/// A hash as it stands in an address: each has one spelling.
#[must_use]
pub fn read_hash(text: &str) -> Option<Hash> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    (hex::encode(bytes) == text).then_some(Hash(bytes))
}

/// The answer to a message of which payloads are still to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StillMissing {
    /// Which.
    pub missing: Vec<Missing>,
}

/// A payload that is still to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// SHA-256 of the whole.
    pub payload: Hash,
    /// Its size in bytes.
    pub size: u64,
    /// How much of it is here; go on from there.
    pub received: u64,
}

/// The answer to a piece of a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Received {
    /// How much of the payload is here now.
    pub received: u64,
}

/// Why a request is refused, as a stable code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefusalCode {
    /// The sender is no peer, or speaks for another party.
    UnknownPeer,
    /// Not a message, or its signatures or parts do not hold.
    NotAuthentic,
    /// Signed by a key that its owner has taken back.
    RevokedKey,
    /// Made in another suite than the one agreed.
    Suite,
    /// A piece of a payload that no message in its place names.
    NotAnnounced,
    /// A piece of a payload that does not continue what is here.
    WrongOffset,
    /// Headers of a message that does not lie there to be opened.
    NotConsigned,
    /// Addressed to somebody else.
    OtherRecipient,
    /// Messages before it are missing.
    Gap,
    /// It contradicts an earlier message.
    Fork,
    /// Larger than is taken.
    TooLarge,
    /// The body is declared to be something else than a message.
    NotAMessage,
    /// The body did not come in time.
    TooSlow,
    /// This side cannot take it now.
    NotNow,
    /// A code that this version does not know.
    #[serde(other)]
    Unknown,
}

impl RefusalCode {
    /// The HTTP status that goes with it (RFC 9110, section 15).
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::NotAuthentic | Self::Suite | Self::OtherRecipient | Self::Unknown => 400,
            Self::UnknownPeer | Self::RevokedKey => 403,
            Self::NotAnnounced => 404,
            Self::TooSlow => 408,
            Self::Gap | Self::Fork | Self::WrongOffset | Self::NotConsigned => 409,
            Self::TooLarge => 413,
            Self::NotAMessage => 415,
            Self::NotNow => 503,
        }
    }

    /// Whether trying again soon makes no sense, because one of the two sides has to be mended.
    #[must_use]
    pub const fn needs_a_person(self) -> bool {
        // A payload may be gone after a restore and is then handed in again. So is a message, where
        // the peer's log shows that it is gone; where it does not, a person has to look.
        !matches!(
            self,
            Self::NotNow | Self::TooSlow | Self::Unknown | Self::NotAnnounced | Self::WrongOffset
        )
    }

    /// Whether the peer lacks something that comes before what it was handed.
    pub(crate) const fn hints_at_loss(self) -> bool {
        matches!(self, Self::Gap | Self::NotConsigned)
    }
}

/// A refusal as it travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Why.
    pub code: RefusalCode,
    /// With a gap: the next number that would be taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<u64>,
    /// With a wrong offset: where to go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received: Option<u64>,
}

impl From<RefusalCode> for Refusal {
    fn from(code: RefusalCode) -> Self {
        Self {
            code,
            expected: None,
            received: None,
        }
    }
}

impl From<&Rejection> for Refusal {
    fn from(rejection: &Rejection) -> Self {
        match rejection {
            Rejection::UnknownPeer => RefusalCode::UnknownPeer.into(),
            Rejection::NotAuthentic(_) | Rejection::UnknownKey(_) => {
                RefusalCode::NotAuthentic.into()
            }
            Rejection::RevokedKey(_) => RefusalCode::RevokedKey.into(),
            Rejection::Suite { .. } => RefusalCode::Suite.into(),
            Rejection::TooLarge { .. } => RefusalCode::TooLarge.into(),
            Rejection::NotAnnounced(_) => RefusalCode::NotAnnounced.into(),
            Rejection::WrongOffset { received } => Self {
                received: Some(*received),
                ..RefusalCode::WrongOffset.into()
            },
            Rejection::NotConsigned(_) => RefusalCode::NotConsigned.into(),
            Rejection::OtherRecipient(_) => RefusalCode::OtherRecipient.into(),
            Rejection::Gap { expected, .. } => Self {
                expected: Some(*expected),
                ..RefusalCode::Gap.into()
            },
            Rejection::Fork { .. } => RefusalCode::Fork.into(),
            Rejection::NotNow(_) => RefusalCode::NotNow.into(),
            _ => RefusalCode::Unknown.into(),
        }
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.code {
            RefusalCode::UnknownPeer => f.write_str("it does not know us as the sender"),
            RefusalCode::NotAuthentic => f.write_str("it finds the message not authentic"),
            RefusalCode::RevokedKey => f.write_str("it says the key was taken back"),
            RefusalCode::Suite => f.write_str("it says another suite was agreed"),
            RefusalCode::NotAnnounced => f.write_str("it knows no message with this payload"),
            RefusalCode::WrongOffset => f.write_str("it has another part of the payload"),
            RefusalCode::NotConsigned => f.write_str("it has no such message to be opened"),
            RefusalCode::OtherRecipient => f.write_str("it says the message is for somebody else"),
            RefusalCode::Gap => match self.expected {
                Some(expected) => write!(f, "it lacks earlier messages, from number {expected}"),
                None => f.write_str("it lacks earlier messages"),
            },
            RefusalCode::Fork => f.write_str("it has another message on file in that place"),
            RefusalCode::TooLarge => f.write_str("the message is larger than it takes"),
            RefusalCode::NotAMessage => f.write_str("it does not read this as a message"),
            RefusalCode::TooSlow => f.write_str("the message came too slowly"),
            RefusalCode::NotNow => f.write_str("it cannot take messages now"),
            RefusalCode::Unknown => f.write_str("it gave no reason known here"),
        }
    }
}
