//! Everything that can be wrong with a key, a signature or an envelope.

use std::fmt;

use journal::hash::Hash;
use journal::note::NoteError;
use journal::proof_file::ProofFileError;

/// One of the two signature lines that suite K1 requires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// Ed25519 (RFC 8032).
    Ed25519,
    /// ML-DSA-65 (FIPS 204).
    MlDsa65,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ed25519 => "Ed25519",
            Self::MlDsa65 => "ML-DSA-65",
        })
    }
}

/// Why a key, statement, message or age file was refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// The operating system gave no randomness.
    #[error("no randomness from the operating system")]
    Randomness,
    /// A key of this kind does not have the right form.
    #[error("malformed {0}")]
    MalformedKey(&'static str),

    /// A document is not JSON of the expected shape.
    #[error("{what} is not well-formed")]
    MalformedJson {
        /// Which document.
        what: &'static str,
        /// What the reader found.
        #[source]
        source: serde_json::Error,
    },
    /// A document is JSON but not spelled in the one canonical way (RFC 8785), so its hash would be ambiguous.
    #[error("{0} is not in canonical form (RFC 8785)")]
    NotCanonical(&'static str),
    /// The document is of another format or version than the expected one.
    #[error("unknown format {found:?}, expected {expected}")]
    UnknownFormat {
        /// The format we read.
        expected: &'static str,
        /// What the document says it is.
        found: String,
    },
    /// The document uses a suite that we do not know.
    #[error("unknown suite {0:?}")]
    UnknownSuite(String),
    /// A field has a value that it must not have.
    #[error("field {field}: {reason}")]
    InvalidField {
        /// The field's name.
        field: &'static str,
        /// What is wrong with it.
        reason: &'static str,
    },

    /// The signatures are not a signed note.
    #[error("signatures are not a well-formed signed note")]
    MalformedNote(#[source] NoteError),
    /// The note signs another text than this statement.
    #[error("the signatures belong to another statement")]
    OtherStatementSigned,
    /// A required signature is not there (perhaps stripped).
    #[error("{0} signature is missing")]
    MissingSignature(Line),
    /// A signature is there more than once.
    #[error("{0} signature is there twice")]
    DuplicateSignature(Line),
    /// A signature does not verify.
    #[error("{0} signature does not verify")]
    BadSignature(Line),
    /// There is a signature line of a key that the suite does not call for.
    #[error("unexpected signature line by {0:?}")]
    ForeignSignature(String),
    /// The statement names another signing key than the one it is checked with.
    #[error("statement names signing key {named}, checked with {used}")]
    OtherSigningKey {
        /// The key that the statement names.
        named: Hash,
        /// The key it was checked with.
        used: Hash,
    },
    /// A signature that we made ourselves did not verify: a hardware fault or attack. Nothing was issued.
    #[error("own signature failed its check")]
    SigningFailed,

    /// An age header is not well-formed.
    #[error("age header: {0}")]
    AgeHeader(&'static str),
    /// An age file has a recipient that a quantum computer could break.
    #[error("age file has a recipient of type {0:?}, only mlkem768x25519 is allowed")]
    ClassicalRecipient(String),
    /// None of the given identities can open the age file.
    #[error("no matching identity for the age file")]
    NoMatchingIdentity,
    /// The age header's MAC is wrong: it was altered.
    #[error("age header was altered")]
    AgeHeaderMac,
    /// The age payload is altered or cut.
    #[error("age payload is altered or cut")]
    AgePayload,
    /// The age file could not be written.
    #[error("age file could not be written")]
    AgeWrite,
    /// Something is larger than allowed.
    #[error("{what} is larger than {limit} bytes")]
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// The limit in bytes.
        limit: u64,
    },

    /// A part would be readable by fewer than two keys: the recipient's and the sender's own archive.
    #[error("a part must be sealed to the recipient and to the sender's own archive")]
    TooFewRecipients,
    /// The manifest has no part of this name.
    #[error("the manifest names no part {0:?}")]
    UnknownPart(String),
    /// A part's bytes are not those that the manifest names.
    #[error("part {0:?} does not have the hash and size named in the manifest")]
    PartMismatch(String),
    /// The statement sealed inside a part is for another message: somebody re-used a ciphertext.
    #[error("part {part:?} was sealed for another message: {field} differs")]
    OtherContext {
        /// The part's name in the manifest.
        part: String,
        /// The first field that differs.
        field: &'static str,
    },
    /// The plaintext of a part does not begin with a well-formed statement.
    #[error("part {0:?} does not begin with its author's statement")]
    NoAuthorStatement(String),

    /// Bytes are not a message in our wire encoding.
    #[error("message encoding: {0}")]
    Wire(&'static str),

    /// The proof in a receipt is not well-formed or does not hold.
    #[error("receipt proof does not hold")]
    ReceiptProof(#[source] ProofFileError),
    /// The log entry that a receipt proves does not say what the receipt says.
    #[error("receipt and log entry differ in {0}")]
    ReceiptEntry(&'static str),
}
