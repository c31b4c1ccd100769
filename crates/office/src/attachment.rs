//! Attachments of requests and answers: their bytes lie in the object store, everything else refers
//! to them by hash.
//!
//! Whoever hands in a file brings the bytes first ([`Office::take_in_attachment`]) and the command
//! second, so that a command stays small whatever goes with it.

use crate::content::CONTENT_PART;
use crate::error::OfficeError;
use crate::office::Office;
use journal::hash::Hash;
use serde::{Deserialize, Serialize};
use std::io::Read;

/// Most attachments of one request or answer.
pub const MAX_ATTACHMENTS: usize = 20;

/// Largest attachment, in bytes. Sealing adds to it, and the sealed payload must stay below
/// [`Limits::part_bytes`](crate::Limits::part_bytes) of the receiver: a message that the
/// counterpart cannot take would stop the channel behind it.
pub const MAX_ATTACHMENT_BYTES: u64 = 1 << 30;

/// Most bytes of all attachments of one request or answer together.
pub const MAX_ATTACHMENTS_BYTES: u64 = 4 << 30;

/// Largest attachment that may stand in a command itself, in bytes.
pub const MAX_INLINE_BYTES: usize = 1 << 20;

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
    /// Where the bytes are.
    pub source: AttachmentSource,
}

/// Where the bytes of an attachment are when a command refers to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum AttachmentSource {
    /// In the object store: [`Office::take_in_attachment`] put them there.
    Stored {
        /// SHA-256 of the bytes.
        sha256: Hash,
        /// Size in bytes.
        size: u64,
    },
    /// Here, for small files of callers that speak nothing but JSON; at most [`MAX_INLINE_BYTES`].
    #[serde(with = "base64_bytes")]
    Inline(Vec<u8>),
}

/// An attachment as a case keeps it: the bytes lie in the object store under their hash.
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
    /// A small attachment whose bytes stand in the command.
    #[must_use]
    pub fn inline(name: &str, media_type: &str, bytes: Vec<u8>) -> Self {
        Self {
            name: name.to_owned(),
            media_type: media_type.to_owned(),
            source: AttachmentSource::Inline(bytes),
        }
    }

    /// An attachment whose bytes are in the object store, as [`Office::take_in_attachment`] named
    /// them.
    #[must_use]
    pub fn stored(name: &str, media_type: &str, (sha256, size): (Hash, u64)) -> Self {
        Self {
            name: name.to_owned(),
            media_type: media_type.to_owned(),
            source: AttachmentSource::Stored { sha256, size },
        }
    }

    /// How a case refers to it.
    #[must_use]
    pub fn reference(&self) -> AttachmentRef {
        let (sha256, size) = match &self.source {
            AttachmentSource::Stored { sha256, size } => (*sha256, *size),
            AttachmentSource::Inline(bytes) => (journal::hash::sha256(bytes), bytes.len() as u64),
        };
        AttachmentRef {
            name: self.name.clone(),
            media_type: self.media_type.clone(),
            size,
            sha256,
        }
    }
}

impl Office {
    /// Takes the bytes of an attachment into the object store, at most `limit` of them, in constant
    /// memory; gives their SHA-256 and their number. Durable when it returns. A command may then
    /// refer to them ([`NewAttachment::stored`]).
    ///
    /// # Errors
    /// When `reader` fails or gives more than `limit` bytes, or the store cannot be written.
    pub fn take_in_attachment(
        &self,
        reader: &mut dyn Read,
        limit: u64,
    ) -> Result<(Hash, u64), OfficeError> {
        Ok(self.objects.put(reader, limit.min(MAX_ATTACHMENT_BYTES))?)
    }

    /// Checks what goes with a draft and sees to it that all of it is in the object store.
    pub(crate) fn take_in(
        &self,
        attachments: &[NewAttachment],
    ) -> Result<Vec<AttachmentRef>, OfficeError> {
        check_attachments(attachments)?;
        attachments
            .iter()
            .map(|attachment| {
                let reference = attachment.reference();
                match &attachment.source {
                    AttachmentSource::Inline(bytes) => {
                        self.objects.put(&mut bytes.as_slice(), reference.size)?;
                    }
                    AttachmentSource::Stored { sha256, size } => {
                        if self.objects.size(sha256)? != Some(*size) {
                            return Err(OfficeError::NoSuch {
                                what: "file of that hash and size, taken in before, for attachment",
                                name: reference.name,
                            });
                        }
                    }
                }
                Ok(reference)
            })
            .collect()
    }
}

/// Refuses what the envelope or the counterpart would refuse at the release, when nobody can change
/// it any more.
fn check_attachments(attachments: &[NewAttachment]) -> Result<(), OfficeError> {
    let refused = |problem: String| Err(OfficeError::invalid("attachments", problem));
    if attachments.len() > MAX_ATTACHMENTS {
        return refused(format!("at most {MAX_ATTACHMENTS}"));
    }
    let mut together = 0_u64;
    for (at, attachment) in attachments.iter().enumerate() {
        check_name(attachment)?;
        let name = &attachment.name;
        if attachments.iter().take(at).any(|other| other.name == *name) {
            return refused(format!("the name {name:?} is there twice"));
        }
        if name == CONTENT_PART {
            return refused(format!("the name {CONTENT_PART:?} is taken"));
        }
        let size = attachment.reference_size();
        let limit = match attachment.source {
            AttachmentSource::Inline(_) => MAX_INLINE_BYTES as u64,
            AttachmentSource::Stored { .. } => MAX_ATTACHMENT_BYTES,
        };
        if size > limit {
            return Err(OfficeError::invalid(
                format!("attachment {name}"),
                format!("at most {limit} bytes"),
            ));
        }
        together = together.saturating_add(size);
    }
    if together > MAX_ATTACHMENTS_BYTES {
        return refused(format!("at most {MAX_ATTACHMENTS_BYTES} bytes together"));
    }
    Ok(())
}

impl NewAttachment {
    fn reference_size(&self) -> u64 {
        match &self.source {
            AttachmentSource::Stored { size, .. } => *size,
            AttachmentSource::Inline(bytes) => bytes.len() as u64,
        }
    }
}

fn check_name(attachment: &NewAttachment) -> Result<(), OfficeError> {
    let NewAttachment {
        name, media_type, ..
    } = attachment;
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '/' | '\\' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if name.is_empty()
        || name.len() > MAX_NAME_BYTES
        || name == "."
        || name == ".."
        || name.contains(hidden)
    {
        return Err(OfficeError::invalid(
            "attachments",
            format!("{name:?} is not a plain file name of 1 to {MAX_NAME_BYTES} bytes"),
        ));
    }
    let plain = (1..=128).contains(&media_type.len())
        && media_type.bytes().all(|byte| byte.is_ascii_graphic());
    if !plain {
        return Err(OfficeError::invalid(
            format!("attachment {name}"),
            "its media type is not 1 to 128 visible ASCII characters",
        ));
    }
    Ok(())
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
