//! What the part named `content` of a message says. Attachments travel as further parts.

use records::vocabulary::MessageKind;
use records::{Answer, Request};
use serde::{Deserialize, Serialize};

/// The name of the part that holds the content.
pub const CONTENT_PART: &str = "content";

/// The media type of that part.
pub const CONTENT_TYPE: &str = "application/json";

/// Largest content, in bytes. Attachments do not count.
pub const MAX_CONTENT_BYTES: usize = 4 * 1024 * 1024;

/// The content of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "kind",
    content = "body",
    rename_all = "kebab-case",
    deny_unknown_fields
)]
pub enum Content {
    /// Are you there?
    Ping,
    /// We are.
    PingReply,
    /// A request for information.
    Request(Box<Request>),
    /// Its answer.
    Answer(Box<Answer>),
    /// The requester takes the request back.
    Withdrawal {
        /// Why, in the requester's words.
        reason: String,
    },
}

impl Content {
    /// What its manifest says about it, readable without a key: the topic of a request.
    #[must_use]
    pub fn topic(&self) -> Option<String> {
        match self {
            Self::Request(request) => Some(request.topic.code().to_owned()),
            Self::Ping | Self::PingReply | Self::Answer(_) | Self::Withdrawal { .. } => None,
        }
    }

    /// What kind of message carries it.
    #[must_use]
    pub const fn kind(&self) -> MessageKind {
        match self {
            Self::Ping => MessageKind::Ping,
            Self::PingReply => MessageKind::PingReply,
            Self::Request(_) => MessageKind::Request,
            Self::Answer(_) => MessageKind::Answer,
            Self::Withdrawal { .. } => MessageKind::Withdrawal,
        }
    }
}
