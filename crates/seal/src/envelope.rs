//! Sealing a part of a message, and opening it again.
//!
//! A signature around a ciphertext does not say that the signer knew what is inside: anybody could put their own manifest
//! around a ciphertext made by somebody else ("surreptitious forwarding"). So the plaintext begins with the author's
//! statement, which repeats sender, recipient, thread, kind, place and name; opening compares it with the manifest.
//!
//! A part is sealed into a header, which is small, and a payload. The payload goes first; the header follows when the
//! receiver has signed that it has the payload ("receipt before read"). Parts of any size pass in constant memory.

use std::io::{Read, Write};

use serde::{Deserialize, Serialize};

use crate::container::{self, Sealer};
use crate::digest::{Digest, Digesting};
use crate::keys::{SealingIdentity, SealingRecipient};
use crate::message::{MessageManifest, PartRef, check_part_name};
use crate::statement::{Statement, canonical, check_integer, check_label};
use crate::{SealError, Suite};

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

/// A part that was sealed as a stream and is ready to be named in a manifest. Its payload is where it was written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedRef {
    /// What the manifest says about it.
    pub reference: PartRef,
    /// Who can open it: at most [`crate::header::MAX_HEADER_BYTES`].
    pub header: Vec<u8>,
}

/// A small part, sealed and ready to be named in a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedPart {
    /// What the manifest says about it.
    pub reference: PartRef,
    /// Who can open it.
    pub header: Vec<u8>,
    /// The ciphertext.
    pub payload: Vec<u8>,
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

/// Seals one part while it is read, in constant memory, and writes its payload to `payload_out`. `recipients` are the
/// receiver's key **and** the sender's own archive key, both of `suite`: what a house has sent it must be able to read
/// itself, to answer for it.
///
/// # Errors
/// [`SealError::TooFewRecipients`] with fewer than two different keys; [`SealError::OtherSuite`] for a key of another
/// suite; [`SealError::InvalidField`]; [`SealError::Read`] and [`SealError::Write`]. After an error, what was written is
/// to be thrown away.
pub fn seal_stream(
    name: &str,
    media_type: &str,
    reader: impl Read,
    payload_out: impl Write,
    recipients: &[SealingRecipient],
    context: &PartContext,
    suite: Suite,
) -> Result<SealedRef, SealError> {
    let statement = AuthorStatement::new(name, media_type, context);
    statement.validate()?;
    match recipients {
        [first, rest @ ..] if rest.iter().any(|other| other != first) => {}
        _ => return Err(SealError::TooFewRecipients),
    }
    let statement = canonical(&statement)?;
    let length = u32::try_from(statement.len())
        .expect("every field has been checked to be short")
        .to_be_bytes();
    let framed = length.chain(statement.as_slice()).chain(reader);

    let mut payload_out = Digesting::new(payload_out);
    let header = Sealer::new(suite, recipients)?.seal(framed, &mut payload_out)?;
    let reference = PartRef {
        name: name.to_owned(),
        media_type: media_type.to_owned(),
        header: Digest::of(&header),
        payload: payload_out.finish(),
    };
    Ok(SealedRef { reference, header })
}

/// [`seal_stream`] for a small part that is in memory.
///
/// # Errors
/// As [`seal_stream`].
pub fn seal_part(
    name: &str,
    media_type: &str,
    plaintext: &[u8],
    recipients: &[SealingRecipient],
    context: &PartContext,
    suite: Suite,
) -> Result<SealedPart, SealError> {
    let mut payload = Vec::with_capacity(plaintext.len() + plaintext.len() / 512 + 1024);
    let SealedRef { reference, header } = seal_stream(
        name,
        media_type,
        plaintext,
        &mut payload,
        recipients,
        context,
        suite,
    )?;
    Ok(SealedPart {
        reference,
        header,
        payload,
    })
}

/// Opens the part `name` of a message while its payload is read, in constant memory, and gives the number of bytes written
/// to `plaintext_out`. Verify the manifest's signatures first.
///
/// **Nothing that was written to `plaintext_out` may be believed, shown or kept before this has returned `Ok`.** Every
/// chunk is authenticated before it is written, but only the last one shows that none is missing, and only the hash over
/// the whole that it is the payload which the manifest names. Write to a temporary place and throw that away on an error.
///
/// A header of another suite than the manifest's is refused before any key is used.
///
/// # Errors
/// [`SealError::UnknownPart`]; [`SealError::PartMismatch`] if header or payload are not those that the manifest names;
/// [`SealError::HeaderSuite`], [`SealError::Header`], [`SealError::ForeignRecipient`],
/// [`SealError::NoMatchingIdentity`], [`SealError::HeaderMac`], [`SealError::Payload`];
/// [`SealError::NoAuthorStatement`], and [`SealError::OtherContext`] if the part was made for another message, recipient
/// or place; [`SealError::Read`] and [`SealError::Write`].
pub fn open_stream(
    manifest: &MessageManifest,
    name: &str,
    header: &[u8],
    payload: impl Read,
    mut plaintext_out: impl Write,
    identities: &[SealingIdentity],
) -> Result<u64, SealError> {
    let part = manifest.part(name)?;
    let mismatch = || SealError::PartMismatch(name.to_owned());
    if Digest::of(header) != part.header {
        return Err(mismatch());
    }
    // One byte more than named is enough to notice that there is more.
    let payload = Digesting::new(payload.take(part.payload.size.saturating_add(1)));
    let mut chunks = container::open_alone(manifest.suite, header, payload, identities)?;

    // The statement is shorter than the smallest chunk, so the first chunk holds all of it.
    let first = chunks.next_chunk()?.unwrap_or_default();
    let (found, content) =
        read_statement(first).ok_or_else(|| SealError::NoAuthorStatement(name.to_owned()))?;
    let expected = AuthorStatement::new(name, &part.media_type, &manifest.context());
    if let Some(field) = found.difference(&expected) {
        return Err(SealError::OtherContext {
            part: name.to_owned(),
            field,
        });
    }
    plaintext_out.write_all(content).map_err(SealError::Write)?;
    let mut written = content.len() as u64;
    while let Some(chunk) = chunks.next_chunk()? {
        plaintext_out.write_all(chunk).map_err(SealError::Write)?;
        written += chunk.len() as u64;
    }
    plaintext_out.flush().map_err(SealError::Write)?;
    if chunks.into_payload().finish() != part.payload {
        return Err(mismatch());
    }
    Ok(written)
}

/// [`open_stream`] for a small part that is in memory; never gives part of a plaintext.
///
/// # Errors
/// As [`open_stream`].
pub fn open_part(
    manifest: &MessageManifest,
    name: &str,
    header: &[u8],
    payload: &[u8],
    identities: &[SealingIdentity],
) -> Result<Vec<u8>, SealError> {
    let mut plaintext = zeroize::Zeroizing::new(Vec::with_capacity(payload.len()));
    open_stream(manifest, name, header, payload, &mut *plaintext, identities)?;
    Ok(std::mem::take(&mut *plaintext))
}

/// The statement, and the author's bytes behind it.
fn read_statement(framed: &[u8]) -> Option<(AuthorStatement, &[u8])> {
    let (length, rest) = framed.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    if length > MAX_AUTHOR_STATEMENT_BYTES {
        return None;
    }
    let (json, content) = rest.split_at_checked(length)?;
    let statement: AuthorStatement = serde_json::from_slice(json).ok()?;
    (canonical(&statement).ok()? == json).then_some((statement, content))
}
