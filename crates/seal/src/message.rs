//! A message: who says what to whom, in which place of the exchange, with which parts.
//!
//! It travels in two steps ("receipt before read"). First the signed [manifest](MessageManifest) and the payloads: a
//! [`Message`] carries the small ones, the large ones follow by their hash. Nobody can read any of it yet. When the
//! receiver has signed that it has all of it, the sender releases the [`Headers`](crate::headers::Headers), with which the
//! receiver can.

use journal::hash::Hash;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::digest::Digest;
use crate::envelope::PartContext;
use crate::header::MAX_HEADER_BYTES;
use crate::keys::{SigningKey, VerifyingKey};
use crate::statement::{
    MAX_SAFE_INTEGER, MAX_STATEMENT_BYTES, Signed, Statement, check_integer, check_label,
    check_time,
};
use crate::{SealError, Suite, wire};

/// Most parts that a message may have.
pub const MAX_PARTS: usize = 32;
/// Longest topic, in bytes.
pub const MAX_TOPIC_BYTES: usize = 256;
/// Largest payload that travels inside a message, in bytes.
pub const MAX_INLINE_BYTES: u64 = 1 << 20;
/// Most bytes of payloads that travel inside one message together.
pub const MAX_INLINE_TOTAL_BYTES: u64 = 4 << 20;
/// Largest message on the wire, in bytes.
pub const MAX_MESSAGE_BYTES: u64 = MAX_INLINE_TOTAL_BYTES + MAX_STATEMENT_BYTES as u64 + 4096;

/// A manifest with both signatures of its sender.
pub type SignedManifest = Signed<MessageManifest>;

/// The format of a message manifest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum MessageFormat {
    /// Header and payload of each part are named apart.
    #[default]
    #[serde(rename = "kontaktstelle/message/v2")]
    V2,
}

/// What a message says about itself, readable without any decryption key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MessageManifest {
    /// Format and version.
    pub format: MessageFormat,
    /// The algorithms of signatures and parts.
    pub suite: Suite,
    /// True in an exercise: never to be acted on as if it were real.
    pub exercise: bool,
    /// The party that sends, such as `de`.
    pub sender: String,
    /// The party that receives.
    pub recipient: String,
    /// [`VerifyingKey::id`] of the key that signs this manifest.
    pub sender_key: Hash,
    /// The place of this message among those from this sender to this recipient, from 1.
    pub seq: u64,
    /// Id of the message before this one in the same direction; absent only in the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Hash>,
    /// The message type.
    pub kind: String,
    /// The case that the message belongs to (a UUID).
    pub thread: String,
    /// Id of the message that this one answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<Hash>,
    /// When the sender made it, RFC 3339 UTC. Says what the sender's clock showed and nothing more.
    pub created: String,
    /// By when the sender asks for an answer, RFC 3339 UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<String>,
    /// Classification and handling marks. Numbers in it must be whole and below 2^53.
    pub marking: Value,
    /// A subject line that may be read without a key; absent for what must not be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// The sealed parts, each bound by its hash.
    pub parts: Vec<PartRef>,
    /// Hash of the screening decision that let the message leave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub screening: Option<Hash>,
}

/// A part as the manifest names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartRef {
    /// File name, unique in the message; never a path.
    pub name: String,
    /// Media type (RFC 6838).
    pub media_type: String,
    /// The header: who can open the payload. It is released after the payload has been receipted.
    pub header: Digest,
    /// The payload: the ciphertext.
    pub payload: Digest,
}

impl Statement for MessageManifest {
    const FORMAT: &'static str = "kontaktstelle/message/v2";

    fn suite(&self) -> Option<Suite> {
        Some(self.suite)
    }

    fn validate(&self) -> Result<(), SealError> {
        check_label("sender", &self.sender)?;
        check_label("recipient", &self.recipient)?;
        check_label("kind", &self.kind)?;
        check_label("thread", &self.thread)?;
        check_integer("seq", self.seq)?;
        if self.sender == self.recipient {
            return Err(invalid("recipient", "must not be the sender"));
        }
        if (self.seq == 1) != self.previous.is_none() || self.seq == 0 {
            return Err(invalid("previous", "must be absent exactly in message 1"));
        }
        check_time("created", &self.created)?;
        if let Some(deadline) = &self.deadline {
            check_time("deadline", deadline)?;
        }
        // It stands in a log entry of both sides, and so in every extract of them.
        if self
            .topic
            .as_ref()
            .is_some_and(|topic| topic.len() > MAX_TOPIC_BYTES)
        {
            return Err(invalid("topic", "is too long"));
        }
        if !has_only_safe_numbers(&self.marking) {
            return Err(invalid("marking", "numbers must be whole and below 2^53"));
        }
        if self.parts.len() > MAX_PARTS {
            return Err(invalid("parts", "too many"));
        }
        for (at, part) in self.parts.iter().enumerate() {
            check_part_name(&part.name)?;
            check_label("parts.media_type", &part.media_type)?;
            check_integer("parts.payload.size", part.payload.size)?;
            if part.header.size > MAX_HEADER_BYTES as u64 {
                return Err(invalid("parts.header.size", "is too large"));
            }
            for other in self.parts.iter().take(at) {
                if other.name == part.name {
                    return Err(invalid("parts.name", "is there twice"));
                }
                // Every sealing gives other bytes, so this can only be a mistake or a trick.
                if other.payload.sha256 == part.payload.sha256 {
                    return Err(invalid("parts.payload.sha256", "is there twice"));
                }
            }
        }
        Ok(())
    }
}

impl MessageManifest {
    /// What is repeated inside every sealed part of this message.
    #[must_use]
    pub fn context(&self) -> PartContext {
        PartContext {
            sender: self.sender.clone(),
            recipient: self.recipient.clone(),
            thread: self.thread.clone(),
            kind: self.kind.clone(),
            seq: self.seq,
        }
    }

    /// The part of this name.
    ///
    /// # Errors
    /// [`SealError::UnknownPart`].
    pub fn part(&self, name: &str) -> Result<&PartRef, SealError> {
        self.parts
            .iter()
            .find(|part| part.name == name)
            .ok_or_else(|| SealError::UnknownPart(name.to_owned()))
    }
}

impl SignedManifest {
    /// Signs a manifest with the key that it names.
    ///
    /// # Errors
    /// [`SealError::OtherSigningKey`] if the manifest names another key; [`SealError::InvalidField`].
    pub fn sign_with(manifest: MessageManifest, key: &SigningKey) -> Result<Self, SealError> {
        check_signing_key(&manifest, &key.verifying_key())?;
        Self::sign(manifest, key)
    }

    /// Checks that `key` is the one named in the manifest and that both signatures are by it.
    ///
    /// # Errors
    /// [`SealError::OtherSigningKey`], and as [`Signed::verify`].
    pub fn verify_sender(&self, key: &VerifyingKey) -> Result<&MessageManifest, SealError> {
        check_signing_key(self.statement(), key)?;
        self.verify(key)?;
        Ok(self.statement())
    }
}

fn check_signing_key(manifest: &MessageManifest, key: &VerifyingKey) -> Result<(), SealError> {
    let (named, used) = (manifest.sender_key, key.id());
    if named == used {
        Ok(())
    } else {
        Err(SealError::OtherSigningKey { named, used })
    }
}

/// A manifest together with some of the payloads that it names: those that are small enough to travel with it. That the
/// signatures hold is still to be checked, with [`SignedManifest::verify_sender`].
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    manifest: SignedManifest,
    inline: Vec<Inline>,
}

/// A payload and the place of its part in the manifest.
#[derive(Clone, Debug, PartialEq)]
struct Inline {
    part: usize,
    payload: Vec<u8>,
}

impl Message {
    /// Joins a manifest and payloads that it names, in the manifest's order. Those that are left out travel by their hash.
    ///
    /// # Errors
    /// [`SealError::TooLarge`] for a payload above [`MAX_INLINE_BYTES`] or more than [`MAX_INLINE_TOTAL_BYTES`] together;
    /// [`SealError::ForeignPayload`] for one that the manifest does not name, or not in this place.
    pub fn new(manifest: SignedManifest, inline: Vec<Vec<u8>>) -> Result<Self, SealError> {
        check_inline_sizes(inline.iter().map(|payload| payload.len() as u64))?;
        let digested = inline.into_iter().map(|p| (Digest::of(&p), p)).collect();
        Self::join(manifest, digested)
    }

    fn join(manifest: SignedManifest, digested: Vec<(Digest, Vec<u8>)>) -> Result<Self, SealError> {
        let mut parts = manifest.statement().parts.iter().enumerate();
        let inline = digested
            .into_iter()
            .map(|(digest, payload)| {
                parts
                    .find(|(_, part)| part.payload == digest)
                    .map(|(part, _)| Inline { part, payload })
                    .ok_or(SealError::ForeignPayload(digest.sha256))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { manifest, inline })
    }

    /// The signed manifest.
    #[must_use]
    pub fn manifest(&self) -> &SignedManifest {
        &self.manifest
    }

    /// The message's id.
    #[must_use]
    pub fn id(&self) -> Hash {
        self.manifest.id()
    }

    /// The payloads that are here, each with its part, in the manifest's order.
    pub fn inline(&self) -> impl Iterator<Item = (&PartRef, &[u8])> {
        let parts = &self.manifest.statement().parts;
        self.inline
            .iter()
            .filter_map(|inline| Some((parts.get(inline.part)?, inline.payload.as_slice())))
    }

    /// The payload of the part of this name, if it is here.
    #[must_use]
    pub fn payload(&self, name: &str) -> Option<&[u8]> {
        self.inline()
            .find_map(|(part, payload)| (part.name == name).then_some(payload))
    }

    /// The parts whose payload is not here.
    pub fn missing(&self) -> impl Iterator<Item = &PartRef> {
        self.manifest
            .statement()
            .parts
            .iter()
            .filter(|part| self.payload(&part.name).is_none())
    }

    /// The message taken apart.
    #[must_use]
    pub fn into_parts(self) -> (SignedManifest, Vec<Vec<u8>>) {
        let payloads = self.inline.into_iter().map(|inline| inline.payload);
        (self.manifest, payloads.collect())
    }

    /// The message as bytes, for the wire, a file or a mail attachment.
    ///
    /// # Errors
    /// None in practice: the manifest was serialised before.
    pub fn encode(&self) -> Result<Vec<u8>, SealError> {
        let payloads: Vec<_> = self
            .inline()
            .map(|(part, payload)| (part.payload.sha256, payload))
            .collect();
        wire::encode(&self.manifest.to_json()?, &payloads)
    }

    /// Reads a message and checks that its payloads are named in the manifest. Signatures are not checked here.
    ///
    /// # Errors
    /// [`SealError::Wire`], [`SealError::TooLarge`], [`SealError::ForeignPayload`], and as [`Signed::from_json`].
    pub fn decode(bytes: &[u8]) -> Result<Self, SealError> {
        let (manifest, payloads) = wire::decode(bytes)?;
        let manifest = SignedManifest::from_json(manifest)?;
        let digested = payloads
            .into_iter()
            .map(|(name, payload)| {
                let digest = Digest::of(payload);
                (digest.sha256 == name)
                    .then(|| (digest, payload.to_vec()))
                    .ok_or(SealError::Wire("a payload is not what it is named as"))
            })
            .collect::<Result<_, _>>()?;
        Self::join(manifest, digested)
    }
}

/// Checks the bounds on payloads inside a message, before any of them is copied or hashed.
pub(crate) fn check_inline_sizes(mut sizes: impl Iterator<Item = u64>) -> Result<(), SealError> {
    sizes
        .try_fold(0, |total: u64, size| {
            let total = total.saturating_add(size);
            if size > MAX_INLINE_BYTES {
                Err(SealError::TooLarge {
                    what: "inline payload",
                    limit: MAX_INLINE_BYTES,
                })
            } else if total > MAX_INLINE_TOTAL_BYTES {
                Err(SealError::TooLarge {
                    what: "inline payloads together",
                    limit: MAX_INLINE_TOTAL_BYTES,
                })
            } else {
                Ok(total)
            }
        })
        .map(drop)
}

/// Refuses names that could become a path, hide their ending, or break a line in a log.
pub(crate) fn check_part_name(name: &str) -> Result<(), SealError> {
    let bad = |c: char| {
        c.is_control()
            || matches!(c, '/' | '\\' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if name.is_empty() || name.len() > 255 || name == "." || name == ".." || name.contains(bad) {
        return Err(invalid(
            "parts.name",
            "must be a plain file name of 1 to 255 bytes",
        ));
    }
    Ok(())
}

fn has_only_safe_numbers(value: &Value) -> bool {
    match value {
        Value::Number(n) => n
            .as_i64()
            .is_some_and(|n| n.unsigned_abs() <= MAX_SAFE_INTEGER),
        Value::Array(items) => items.iter().all(has_only_safe_numbers),
        Value::Object(members) => members.values().all(has_only_safe_numbers),
        Value::Null | Value::Bool(_) | Value::String(_) => true,
    }
}

fn invalid(field: &'static str, reason: &'static str) -> SealError {
    SealError::InvalidField { field, reason }
}
