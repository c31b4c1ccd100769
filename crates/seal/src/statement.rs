//! The one way in which something is signed here.
//!
//! A [`Statement`] has one canonical spelling (RFC 8785), whose SHA-256 is its id. What is signed is not the document but
//! a signed note (C2SP `signed-note`) of two text lines: the statement's format, which keeps signatures of one purpose
//! from being used for another, and the id in base64. Two signature lines follow, a classical and a post-quantum one by the
//! algorithms of the key's [`Suite`]. Both must be there, both must verify, and no third line may stand beside them: a
//! verifier that ignores what it does not know can be shown a different set of signatures than its neighbour.
//!
//! A statement that names a suite is only ever signed and verified by keys of that suite.

use journal::hash::Hash;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::keys::{SigningKey, VerifyingKey};
use crate::{SealError, Suite};

/// Largest signed document we read, in bytes, unless its format says otherwise. The two signatures take 5 to 7 kB of it.
pub const MAX_STATEMENT_BYTES: usize = 64 * 1024;

/// The largest integer that survives JSON readers with floating-point numbers (RFC 8785, I-JSON).
pub const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;

/// Something that a house says under its signature.
pub trait Statement: Serialize + DeserializeOwned {
    /// Name and version of the format; first line of what is signed.
    const FORMAT: &'static str;
    /// Largest signed document of this format that we read, in bytes.
    const MAX_BYTES: usize = MAX_STATEMENT_BYTES;

    /// The suite that the statement itself names, if it names one.
    fn suite(&self) -> Option<Suite> {
        None
    }

    /// Checks what types cannot: lengths, forms, the order of times.
    ///
    /// # Errors
    /// [`SealError::InvalidField`] naming the field.
    fn validate(&self) -> Result<(), SealError>;
}

/// A statement with its signatures. Until [`Signed::verify`] has succeeded, its contents are only a claim.
#[derive(Clone, Debug, PartialEq)]
pub struct Signed<T> {
    statement: T,
    id: Hash,
    signatures: String,
}

impl<T: Statement> Signed<T> {
    /// Checks and signs `statement`. The signatures are verified before they are handed out, so that a fault while
    /// signing cannot leak a key.
    pub(crate) fn sign(statement: T, key: &SigningKey) -> Result<Self, SealError> {
        check_suite(&statement, key.suite())?;
        let unsigned = Self::with_signatures(statement, String::new())?;
        let signatures = key.sign(&unsigned.signed_text())?;
        Ok(unsigned.signed_by(signatures))
    }

    /// The same statement under these signatures, which are yet to be verified.
    pub(crate) fn signed_by(self, signatures: String) -> Self {
        Self { signatures, ..self }
    }

    /// A statement with signatures that were made elsewhere and are yet to be verified.
    pub(crate) fn with_signatures(statement: T, signatures: String) -> Result<Self, SealError> {
        statement.validate()?;
        let canonical = canonical(&statement)?;
        if canonical.len() > T::MAX_BYTES {
            return Err(too_large::<T>());
        }
        Ok(Self {
            id: journal::hash::sha256(&canonical),
            statement,
            signatures,
        })
    }

    /// The text of the signed note.
    pub(crate) fn signed_text(&self) -> String {
        note_text(T::FORMAT, &self.id)
    }

    /// The statement. Not to be relied on before [`Signed::verify`].
    pub fn statement(&self) -> &T {
        &self.statement
    }

    /// SHA-256 of the statement's canonical bytes. It does not cover the signatures, which are not unique.
    pub fn id(&self) -> Hash {
        self.id
    }

    /// The signed note with both signature lines.
    pub fn signatures(&self) -> &str {
        &self.signatures
    }

    /// Checks both signatures with `key`.
    ///
    /// # Errors
    /// [`SealError::OtherSuite`] before anything else if the statement is of another suite than the key; else one of the
    /// signature errors of [`SealError`], naming the line that is missing, doubled, foreign or false.
    pub fn verify(&self, key: &VerifyingKey) -> Result<(), SealError> {
        check_suite(&self.statement, key.suite())?;
        key.verify(&self.signed_text(), &self.signatures)
    }

    /// The document: one line of canonical JSON, `{"signatures":…,"statement":…}`.
    ///
    /// # Errors
    /// None in practice: the statement was serialised before.
    pub fn to_json(&self) -> Result<String, SealError> {
        let document = serde_json::json!({
            "statement": self.statement,
            "signatures": self.signatures,
        });
        serde_json_canonicalizer::to_string(&document).map_err(|source| SealError::MalformedJson {
            what: T::FORMAT,
            source,
        })
    }

    /// Reads a document, with or without a line end after it.
    ///
    /// # Errors
    /// [`SealError::TooLarge`], [`SealError::MalformedJson`], [`SealError::UnknownFormat`], [`SealError::UnknownSuite`],
    /// [`SealError::InvalidField`], or [`SealError::NotCanonical`] if the bytes are not the one canonical spelling.
    pub fn from_json(document: &[u8]) -> Result<Self, SealError> {
        let document = document.trim_ascii_end();
        if document.len() > T::MAX_BYTES {
            return Err(too_large::<T>());
        }
        let malformed = |source| SealError::MalformedJson {
            what: T::FORMAT,
            source,
        };
        let mut value: Value = serde_json::from_slice(document).map_err(malformed)?;
        let signatures = match value.get_mut("signatures").map(Value::take) {
            Some(Value::String(text)) => text,
            _ => {
                return Err(SealError::InvalidField {
                    field: "signatures",
                    reason: "must be a text",
                });
            }
        };
        let value = value
            .get_mut("statement")
            .map(Value::take)
            .unwrap_or_default();
        check_format(&value, T::FORMAT)?;
        let statement: T = serde_json::from_value(value).map_err(malformed)?;
        let signed = Self::with_signatures(statement, signatures)?;
        // Catches doubled names, other spellings and everything outside the two members at once.
        if signed.to_json()?.as_bytes() != document {
            return Err(SealError::NotCanonical(T::FORMAT));
        }
        Ok(signed)
    }
}

/// What one suite's key signs must not name another suite.
fn check_suite<T: Statement>(statement: &T, used: Suite) -> Result<(), SealError> {
    match statement.suite() {
        Some(named) if named != used => Err(SealError::OtherSuite { named, used }),
        _ => Ok(()),
    }
}

/// Says of which format and suite a document is before its fields are read, for an error that helps.
fn check_format(value: &Value, expected: &'static str) -> Result<(), SealError> {
    let found = value
        .get("format")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if found != expected {
        return Err(SealError::UnknownFormat {
            expected,
            found: found.chars().take(64).collect(),
        });
    }
    if let Some(suite) = value.get("suite").and_then(Value::as_str) {
        Suite::from_name(suite)?;
    }
    Ok(())
}

/// Canonical bytes (RFC 8785).
pub(crate) fn canonical<T: Statement>(statement: &T) -> Result<Vec<u8>, SealError> {
    serde_json_canonicalizer::to_vec(statement).map_err(|source| SealError::MalformedJson {
        what: T::FORMAT,
        source,
    })
}

fn note_text(format: &str, id: &Hash) -> String {
    // A hash is displayed in base64, as everywhere in C2SP formats.
    format!("{format}\n{id}\n")
}

fn too_large<T: Statement>() -> SealError {
    SealError::TooLarge {
        what: T::FORMAT,
        limit: T::MAX_BYTES as u64,
    }
}

/// A short identifier such as a party, kind or thread: 1 to 128 visible ASCII characters.
pub(crate) fn check_label(field: &'static str, value: &str) -> Result<(), SealError> {
    if value.is_empty() || value.len() > 128 || !value.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(SealError::InvalidField {
            field,
            reason: "must be 1 to 128 visible ASCII characters",
        });
    }
    Ok(())
}

/// A time in RFC 3339 with `Z`, so that one instant has one zone.
pub(crate) fn check_time(field: &'static str, value: &str) -> Result<jiff::Timestamp, SealError> {
    let invalid = SealError::InvalidField {
        field,
        reason: "must be an RFC 3339 time in UTC, ending in Z",
    };
    if value.len() > 30 || value.as_bytes().get(10) != Some(&b'T') || !value.ends_with('Z') {
        return Err(invalid);
    }
    value.parse().map_err(|_| invalid)
}

/// A number that every JSON reader reads alike.
pub(crate) fn check_integer(field: &'static str, value: u64) -> Result<(), SealError> {
    if value > MAX_SAFE_INTEGER {
        return Err(SealError::InvalidField {
            field,
            reason: "must be below 2^53",
        });
    }
    Ok(())
}
