//! The headers of a message, released by its sender when the receiver has receipted the payloads.
//!
//! The document needs no signature: the signed manifest names the hash of every header. It is useless without the
//! receiver's key, but with it makes the message readable, which is why its release is an entry in the sender's log.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use journal::hash::Hash;
use serde::{Deserialize, Serialize};

use crate::SealError;
use crate::digest::Digest;
use crate::header::MAX_HEADER_BYTES;
use crate::message::{MAX_PARTS, SignedManifest, check_part_name};

/// Largest document we read, in bytes: all parts with headers of the largest size.
pub const MAX_HEADERS_BYTES: usize = MAX_PARTS * (MAX_HEADER_BYTES * 4 / 3 + 2048);

const FORMAT: &str = "kontaktstelle/headers/v1";

/// Headers by the name of their part. Which message they belong to is a claim until [`Headers::check`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Headers {
    message: Hash,
    headers: BTreeMap<String, Vec<u8>>,
}

/// The JSON form.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    format: String,
    message: Hash,
    headers: BTreeMap<String, String>,
}

impl Headers {
    /// Collects the headers of `manifest`'s parts.
    ///
    /// # Errors
    /// As [`Headers::check`].
    pub fn new(
        manifest: &SignedManifest,
        headers: impl IntoIterator<Item = (String, Vec<u8>)>,
    ) -> Result<Self, SealError> {
        let collected = Self {
            message: manifest.id(),
            headers: headers.into_iter().collect(),
        };
        collected.check(manifest)?;
        Ok(collected)
    }

    /// Id of the message that these headers are said to belong to.
    #[must_use]
    pub fn message(&self) -> Hash {
        self.message
    }

    /// The header of the part of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.headers.get(name).map(Vec::as_slice)
    }

    /// Checks that these are the headers of all parts of `manifest` and nothing else.
    ///
    /// # Errors
    /// [`SealError::OtherMessage`]; [`SealError::PartMismatch`] naming the part whose header is missing or another;
    /// [`SealError::UnknownPart`] naming one that the manifest does not have.
    pub fn check(&self, manifest: &SignedManifest) -> Result<(), SealError> {
        if self.message != manifest.id() {
            return Err(SealError::OtherMessage {
                expected: manifest.id(),
                found: self.message,
            });
        }
        let manifest = manifest.statement();
        for part in &manifest.parts {
            if self.get(&part.name).map(Digest::of) != Some(part.header) {
                return Err(SealError::PartMismatch(part.name.clone()));
            }
        }
        self.headers
            .keys()
            .try_for_each(|name| manifest.part(name).map(drop))
    }

    /// The document: one line of canonical JSON.
    ///
    /// # Errors
    /// None in practice: it holds texts only.
    pub fn to_json(&self) -> Result<String, SealError> {
        let document = Document {
            format: FORMAT.to_owned(),
            message: self.message,
            headers: self
                .headers
                .iter()
                .map(|(name, header)| (name.clone(), BASE64_STANDARD.encode(header)))
                .collect(),
        };
        serde_json_canonicalizer::to_string(&document).map_err(malformed)
    }

    /// Reads a document, with or without a line end after it.
    ///
    /// # Errors
    /// [`SealError::TooLarge`], [`SealError::MalformedJson`], [`SealError::UnknownFormat`], [`SealError::InvalidField`],
    /// or [`SealError::NotCanonical`] if the bytes are not the one canonical spelling.
    pub fn from_json(document: &[u8]) -> Result<Self, SealError> {
        let document = document.trim_ascii_end();
        if document.len() > MAX_HEADERS_BYTES {
            return Err(SealError::TooLarge {
                what: FORMAT,
                limit: MAX_HEADERS_BYTES as u64,
            });
        }
        let read: Document = serde_json::from_slice(document).map_err(malformed)?;
        if read.format != FORMAT {
            return Err(SealError::UnknownFormat {
                expected: FORMAT,
                found: read.format.chars().take(64).collect(),
            });
        }
        if read.headers.len() > MAX_PARTS {
            return Err(invalid("too many"));
        }
        let decode = |(name, text): (String, String)| {
            check_part_name(&name)?;
            let header = BASE64_STANDARD
                .decode(text)
                .map_err(|_| invalid("must be base64"))?;
            if header.len() > MAX_HEADER_BYTES {
                return Err(invalid("one is too large"));
            }
            Ok((name, header))
        };
        let headers = Self {
            message: read.message,
            headers: read
                .headers
                .into_iter()
                .map(decode)
                .collect::<Result<_, _>>()?,
        };
        // Catches doubled names and other spellings.
        if headers.to_json()?.as_bytes() != document {
            return Err(SealError::NotCanonical(FORMAT));
        }
        Ok(headers)
    }
}

fn invalid(reason: &'static str) -> SealError {
    SealError::InvalidField {
        field: "headers",
        reason,
    }
}

fn malformed(source: serde_json::Error) -> SealError {
    SealError::MalformedJson {
        what: FORMAT,
        source,
    }
}
