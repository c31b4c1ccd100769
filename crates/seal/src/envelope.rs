//! Sealing a part of a message, and opening it again.
//!
//! A signature around a ciphertext does not say that the signer knew what is inside: anybody could put their own manifest
//! around a ciphertext made by somebody else ("surreptitious forwarding"). So the plaintext begins with the author's
//! statement, which repeats sender, recipient, thread, kind, place and name; opening compares it with the manifest.

use serde::{Deserialize, Serialize};

use crate::age_header::AgeHeader;
use crate::keys::{SealingIdentity, SealingRecipient};
use crate::message::{MessageManifest, PartRef, check_part_name};
use crate::statement::{Statement, canonical, check_integer, check_label};
use crate::{SealError, age_file};

/// Where a part belongs. [`MessageManifest::context`] gives the one of a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartContext {
    /// The party that sends.
    pub sender: String,
    /// The party that receives.
    pub recipient: String,
    /// The case.
    pub thread: String,
    /// The message type.
    pub kind: String,
    /// The place in this direction.
    pub seq: u64,
}

/// A part sealed and ready to be named in a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedPart {
    /// What the manifest says about it.
    pub reference: PartRef,
    /// The age file.
    pub bytes: Vec<u8>,
}

/// The format of the author's statement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum AuthorFormat {
    #[default]
    #[serde(rename = "kontaktstelle/part/v1")]
    V1,
}

/// The author's statement at the beginning of every plaintext: four bytes of length (big-endian), then canonical JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AuthorStatement {
    format: AuthorFormat,
    sender: String,
    recipient: String,
    thread: String,
    kind: String,
    seq: u64,
    name: String,
    media_type: String,
}

/// Longest author's statement we read, in bytes.
const MAX_AUTHOR_STATEMENT_BYTES: usize = 4096;

impl Statement for AuthorStatement {
    const FORMAT: &'static str = "kontaktstelle/part/v1";

    fn validate(&self) -> Result<(), SealError> {
        check_label("sender", &self.sender)?;
        check_label("recipient", &self.recipient)?;
        check_label("thread", &self.thread)?;
        check_label("kind", &self.kind)?;
        check_label("parts.media_type", &self.media_type)?;
        check_integer("seq", self.seq)?;
        check_part_name(&self.name)
    }
}

impl AuthorStatement {
    fn new(name: &str, media_type: &str, context: &PartContext) -> Self {
        Self {
            format: AuthorFormat::V1,
            sender: context.sender.clone(),
            recipient: context.recipient.clone(),
            thread: context.thread.clone(),
            kind: context.kind.clone(),
            seq: context.seq,
            name: name.to_owned(),
            media_type: media_type.to_owned(),
        }
    }

    /// The first field in which the two differ.
    fn difference(&self, other: &Self) -> Option<&'static str> {
        [
            ("sender", self.sender == other.sender),
            ("recipient", self.recipient == other.recipient),
            ("thread", self.thread == other.thread),
            ("kind", self.kind == other.kind),
            ("seq", self.seq == other.seq),
            ("name", self.name == other.name),
            ("media_type", self.media_type == other.media_type),
        ]
        .into_iter()
        .find_map(|(field, same)| (!same).then_some(field))
    }
}

/// Seals one part. `recipients` are the receiver's key **and** the sender's own archive key: what a house has sent it must
/// be able to read itself, to answer for it.
///
/// # Errors
/// [`SealError::TooFewRecipients`] with fewer than two different keys; [`SealError::InvalidField`];
/// [`SealError::AgeWrite`].
pub fn seal_part(
    name: &str,
    media_type: &str,
    plaintext: &[u8],
    recipients: &[SealingRecipient],
    context: &PartContext,
) -> Result<SealedPart, SealError> {
    let statement = AuthorStatement::new(name, media_type, context);
    statement.validate()?;
    match recipients {
        [first, rest @ ..] if rest.iter().any(|other| other != first) => {}
        _ => return Err(SealError::TooFewRecipients),
    }
    let statement = canonical(&statement)?;
    let length = u32::try_from(statement.len()).map_err(|_| SealError::AgeWrite)?;
    let mut framed =
        zeroize::Zeroizing::new(Vec::with_capacity(4 + statement.len() + plaintext.len()));
    framed.extend_from_slice(&length.to_be_bytes());
    framed.extend_from_slice(&statement);
    framed.extend_from_slice(plaintext);
    let bytes = age_file::seal(&framed, recipients)?;
    let reference = PartRef {
        name: name.to_owned(),
        media_type: media_type.to_owned(),
        size: bytes.len() as u64,
        sha256: journal::hash::sha256(&bytes),
    };
    Ok(SealedPart { reference, bytes })
}

/// Opens the part `name` of a message. Verify the manifest's signatures first.
///
/// # Errors
/// [`SealError::UnknownPart`], [`SealError::PartMismatch`], [`SealError::ClassicalRecipient`], the errors of
/// [`age_file::open`], [`SealError::NoAuthorStatement`], and [`SealError::OtherContext`] if the part was made for another
/// message, recipient or place.
pub fn open_part(
    manifest: &MessageManifest,
    name: &str,
    bytes: &[u8],
    identities: &[SealingIdentity],
) -> Result<Vec<u8>, SealError> {
    let part = manifest.part(name)?;
    check_bytes(part, bytes)?;
    AgeHeader::parse(bytes)?.require_post_quantum()?;
    let mut framed = age_file::open(bytes, identities)?;

    let no_statement = || SealError::NoAuthorStatement(name.to_owned());
    let (found, body_at) = read_statement(&framed).ok_or_else(no_statement)?;
    let expected = AuthorStatement::new(name, &part.media_type, &manifest.context());
    if let Some(field) = found.difference(&expected) {
        return Err(SealError::OtherContext {
            part: name.to_owned(),
            field,
        });
    }
    framed.drain(..body_at);
    Ok(framed)
}

/// Checks that `bytes` are the sealed part that the manifest names.
pub(crate) fn check_bytes(part: &PartRef, bytes: &[u8]) -> Result<(), SealError> {
    if part.size == bytes.len() as u64 && part.sha256 == journal::hash::sha256(bytes) {
        Ok(())
    } else {
        Err(SealError::PartMismatch(part.name.clone()))
    }
}

/// The statement and where the author's bytes begin.
fn read_statement(framed: &[u8]) -> Option<(AuthorStatement, usize)> {
    let (length, rest) = framed.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    if length > MAX_AUTHOR_STATEMENT_BYTES {
        return None;
    }
    let json = rest.get(..length)?;
    let statement: AuthorStatement = serde_json::from_slice(json).ok()?;
    (canonical(&statement).ok()? == json).then_some((statement, 4 + length))
}
