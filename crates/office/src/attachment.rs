//! Attachments of requests and answers.

use journal::hash::Hash;
use serde::{Deserialize, Serialize};

/// Most attachments of one request or answer.
pub const MAX_ATTACHMENTS: usize = 20;

/// Largest attachment, in bytes. Sealing adds to it, and the sealed part must stay below
/// [`Limits::part_bytes`](crate::Limits::part_bytes) of the receiver: a message that the
/// counterpart cannot take would stop the channel behind it.
pub const MAX_ATTACHMENT_BYTES: usize = 15 * 1024 * 1024;

/// Longest name of an attachment, in bytes.
pub const MAX_NAME_BYTES: usize = 255;

/// An attachment as it is handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewAttachment {
    /// File name, never a path.
    pub name: String,
    /// Media type (RFC 6838), such as `application/stix+json;version=2.1`.
    pub media_type: String,
    /// The bytes.
    #[serde(with = "base64_bytes")]
    pub bytes: Vec<u8>,
}

/// An attachment as a case keeps it: the bytes lie in the store under their hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttachmentRef {
    /// File name.
    pub name: String,
    /// Media type.
    pub media_type: String,
    /// Size in bytes.
    pub size: u64,
    /// SHA-256 of the bytes.
    pub sha256: Hash,
}

impl NewAttachment {
    /// How a case refers to it.
    #[must_use]
    pub fn reference(&self) -> AttachmentRef {
        AttachmentRef {
            name: self.name.clone(),
            media_type: self.media_type.clone(),
            size: self.bytes.len() as u64,
            sha256: journal::hash::sha256(&self.bytes),
        }
    }
}

/// Bytes as base64 in JSON.
pub(crate) mod base64_bytes {
    use base64::Engine;
    use base64::prelude::BASE64_STANDARD;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64_STANDARD.encode(bytes))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        BASE64_STANDARD.decode(text).map_err(D::Error::custom)
    }
}
