//! What the two sides say to each other: two requests over HTTP/1.1, and why one is refused.
//!
//! ```text
//! POST /v1/messages   a sealed message      200 its receipt (JSON), or a refusal
//! GET  /v1/extract                          200 our exchange log with the caller (JSON)
//! ```
//! Who calls is known from the TLS connection; no request says it.

use office::attachment::MAX_ATTACHMENTS;
use office::{Limits, Rejection};
use seal::statement::MAX_STATEMENT_BYTES;
use serde::{Deserialize, Serialize};

/// Where messages are handed in.
pub const MESSAGES: &str = "/v1/messages";

/// Where the caller sees our exchange log with it.
pub const EXTRACT: &str = "/v1/extract";

/// The media type of a sealed message, as [`seal::message::Message::encode`] writes it.
pub const MESSAGE_TYPE: &str = "application/vnd.kontaktstelle.message";

/// The media type of receipts, refusals and extracts.
pub const JSON_TYPE: &str = "application/json";

/// Largest extract that is fetched, in bytes. An entry takes about two kilobytes.
pub const MAX_EXTRACT_BYTES: usize = 256 * 1024 * 1024;

/// Largest refusal that is read, in bytes.
pub const MAX_REFUSAL_BYTES: usize = 4 * 1024;

/// Lengths and counts between the parts of a message, in bytes; generously.
const FRAMING: usize = 1024;

/// Largest message that is taken, in bytes: the content and as many attachments as an office sends,
/// each as large as a part may be. A lower bound would stop a channel for good at the first message
/// above it, because the messages after it have to wait.
#[must_use]
pub fn max_message_bytes(limits: &Limits) -> usize {
    let part = usize::try_from(limits.part_bytes).unwrap_or(usize::MAX);
    part.saturating_mul(MAX_ATTACHMENTS + 1)
        .saturating_add(MAX_STATEMENT_BYTES + FRAMING)
}

/// Why a request is refused, as a stable code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefusalCode {
    /// The sender is no peer, or speaks for another party.
    UnknownPeer,
    /// Not a message, or its signatures or parts do not hold.
    NotAuthentic,
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
            Self::NotAuthentic | Self::OtherRecipient | Self::Unknown => 400,
            Self::UnknownPeer => 403,
            Self::TooSlow => 408,
            Self::Gap | Self::Fork => 409,
            Self::TooLarge => 413,
            Self::NotAMessage => 415,
            Self::NotNow => 503,
        }
    }

    /// Whether trying again soon makes no sense, because one of the two sides has to be mended.
    #[must_use]
    pub const fn needs_a_person(self) -> bool {
        !matches!(self, Self::NotNow | Self::TooSlow | Self::Unknown)
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
}

impl From<RefusalCode> for Refusal {
    fn from(code: RefusalCode) -> Self {
        Self {
            code,
            expected: None,
        }
    }
}

impl From<&Rejection> for Refusal {
    fn from(rejection: &Rejection) -> Self {
        match rejection {
            Rejection::UnknownPeer => RefusalCode::UnknownPeer.into(),
            Rejection::NotAuthentic(_) => RefusalCode::NotAuthentic.into(),
            Rejection::OtherRecipient(_) => RefusalCode::OtherRecipient.into(),
            Rejection::Gap { expected, .. } => Self {
                code: RefusalCode::Gap,
                expected: Some(*expected),
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
