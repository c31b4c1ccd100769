//! A message: who says what to whom, in which place of the exchange, with which parts.

use journal::hash::Hash;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::envelope::PartContext;
use crate::keys::{SealingIdentity, SigningKey, VerifyingKey};
use crate::statement::{
    MAX_SAFE_INTEGER, Signed, Statement, check_integer, check_label, check_time,
};
use crate::{SealError, Suite, envelope, wire};

/// Most parts that a message may have.
pub const MAX_PARTS: usize = 32;

/// A manifest with both signatures of its sender.
pub type SignedManifest = Signed<MessageManifest>;

/// The format of a message manifest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum MessageFormat {
    /// The first version.
    #[default]
    #[serde(rename = "kontaktstelle/message/v1")]
    V1,
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
    /// Size of the sealed part in bytes.
    pub size: u64,
    /// SHA-256 of the sealed part.
    pub sha256: Hash,
}

impl Statement for MessageManifest {
    const FORMAT: &'static str = "kontaktstelle/message/v1";

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
        if !has_only_safe_numbers(&self.marking) {
            return Err(invalid("marking", "numbers must be whole and below 2^53"));
        }
        if self.parts.len() > MAX_PARTS {
            return Err(invalid("parts", "too many"));
        }
        for (at, part) in self.parts.iter().enumerate() {
            check_part_name(&part.name)?;
            check_label("parts.media_type", &part.media_type)?;
            check_integer("parts.size", part.size)?;
            if self
                .parts
                .iter()
                .take(at)
                .any(|other| other.name == part.name)
            {
                return Err(invalid("parts.name", "is there twice"));
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
        Self::sign(manifest, key.pair())
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

/// A manifest together with exactly the parts that it names. That the signatures hold is still to be checked, with
/// [`SignedManifest::verify_sender`].
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    manifest: SignedManifest,
    parts: Vec<Vec<u8>>,
}

impl Message {
    /// Joins a manifest and its sealed parts, in the manifest's order.
    ///
    /// # Errors
    /// [`SealError::Wire`] if their number differs, [`SealError::PartMismatch`] naming the part whose hash or size does.
    pub fn new(manifest: SignedManifest, parts: Vec<Vec<u8>>) -> Result<Self, SealError> {
        let named = &manifest.statement().parts;
        if named.len() != parts.len() {
            return Err(SealError::Wire("number of parts differs from the manifest"));
        }
        for (part, bytes) in named.iter().zip(&parts) {
            envelope::check_bytes(part, bytes)?;
        }
        Ok(Self { manifest, parts })
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

    /// The sealed parts, in the manifest's order.
    #[must_use]
    pub fn parts(&self) -> &[Vec<u8>] {
        &self.parts
    }

    /// The message taken apart.
    #[must_use]
    pub fn into_parts(self) -> (SignedManifest, Vec<Vec<u8>>) {
        (self.manifest, self.parts)
    }

    /// Opens the part of this name. Check the signatures first.
    ///
    /// # Errors
    /// As [`envelope::open_part`].
    pub fn open_part(
        &self,
        name: &str,
        identities: &[SealingIdentity],
    ) -> Result<Vec<u8>, SealError> {
        let manifest = self.manifest.statement();
        let at = manifest.parts.iter().position(|part| part.name == name);
        let bytes = at
            .and_then(|at| self.parts.get(at))
            .ok_or_else(|| SealError::UnknownPart(name.to_owned()))?;
        envelope::open_part(manifest, name, bytes, identities)
    }

    /// The message as bytes, for the wire, a file or a mail attachment.
    ///
    /// # Errors
    /// None in practice: the manifest was serialised before.
    pub fn encode(&self) -> Result<Vec<u8>, SealError> {
        wire::encode(&self.manifest.to_json()?, &self.parts)
    }

    /// Reads a message and checks that the parts are those named in the manifest. Signatures are not checked here.
    ///
    /// `max_part_bytes` bounds every single sealed part.
    ///
    /// # Errors
    /// [`SealError::Wire`], [`SealError::TooLarge`], [`SealError::PartMismatch`], and as [`Signed::from_json`].
    pub fn decode(bytes: &[u8], max_part_bytes: u64) -> Result<Self, SealError> {
        let (manifest, parts) = wire::decode(bytes, max_part_bytes)?;
        let manifest = SignedManifest::from_json(manifest)?;
        Self::new(manifest, parts.into_iter().map(<[u8]>::to_vec).collect())
    }
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
