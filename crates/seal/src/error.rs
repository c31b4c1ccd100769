//! Everything that can be wrong with a key, a signature or an envelope.

use journal::hash::Hash;
use journal::note::NoteError;
use journal::proof_file::ProofFileError;

use crate::{SignatureAlgorithm, Suite};

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
    MissingSignature(SignatureAlgorithm),
    /// A signature is there more than once.
    #[error("{0} signature is there twice")]
    DuplicateSignature(SignatureAlgorithm),
    /// A signature does not verify.
    #[error("{0} signature does not verify")]
    BadSignature(SignatureAlgorithm),
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
    /// The statement is of one suite, the key of another.
    #[error("statement is of suite {named}, the key of suite {used}")]
    OtherSuite {
        /// The suite that the statement names.
        named: Suite,
        /// The suite of the key.
        used: Suite,
    },
    /// The key manifest names no log of this name or origin.
    #[error("the key manifest names no log {0:?}")]
    UnknownLog(String),
    /// Too few of the root's holders have signed.
    #[error("{found} of the root's holders have signed, {needed} must")]
    TooFewHolders {
        /// Different holders whose signatures hold.
        found: usize,
        /// The threshold.
        needed: usize,
    },
    /// This holder is none of the root's.
    #[error("holder {0} is not one of the root's")]
    UnknownHolder(Hash),
    /// The key manifest does not follow the one known before.
    #[error("key manifest does not follow the one before: {0}")]
    NotSuccessor(&'static str),
    /// Where the private key is kept (such as a hardware module), signing failed.
    #[error("{algorithm} key is not usable where it is kept: {reason}")]
    Custody {
        /// The key's algorithm.
        algorithm: SignatureAlgorithm,
        /// What went wrong there.
        reason: String,
    },
    /// The passphrase does not open the file.
    #[error("wrong passphrase")]
    WrongPassphrase,
    /// A file that should hold a secret under a passphrase is something else, or damaged.
    #[error("secret file: {0}")]
    SecretFile(&'static str),
    /// The file asks for more work to try a passphrase than we do for anybody.
    #[error("secret file asks for a work factor of 2^{asked}, at most 2^{limit} is done")]
    ExcessiveWork {
        /// What the file asks for (binary logarithm).
        asked: u8,
        /// Our limit (binary logarithm).
        limit: u8,
    },
    /// A signature that we made ourselves did not verify: a hardware fault or attack. Nothing was issued.
    #[error("own signature failed its check")]
    SigningFailed,

    /// A sealed header is not well-formed.
    #[error("sealed header: {0}")]
    Header(&'static str),
    /// A sealed header is of another suite than the message.
    #[error("sealed header is of suite {found}, expected {expected}")]
    HeaderSuite {
        /// The suite of the message.
        expected: Suite,
        /// The suite of the header.
        found: Suite,
    },
    /// A sealed header has a recipient that the suite does not have, perhaps one that a quantum computer could break.
    #[error("sealed header has a recipient of type {0:?}, which the suite does not allow")]
    ForeignRecipient(String),
    /// None of the given identities can open what is sealed.
    #[error("no matching identity")]
    NoMatchingIdentity,
    /// The header's MAC is wrong: it was altered.
    #[error("sealed header was altered")]
    HeaderMac,
    /// The payload is altered, cut, or not the one that goes with the header.
    #[error("sealed payload is altered or cut")]
    Payload,
    /// Sealing failed, which a valid key cannot cause.
    #[error("sealing failed")]
    Encapsulation,
    /// What is to be sealed or opened could not be read.
    #[error("content could not be read")]
    Read(#[source] std::io::Error),
    /// What was sealed or opened could not be written.
    #[error("content could not be written")]
    Write(#[source] std::io::Error),
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
    /// A payload came with a manifest that does not name it, or not in this place.
    #[error("the manifest does not name payload {0} in this place")]
    ForeignPayload(Hash),
    /// A document belongs to another message.
    #[error("document is for message {found}, expected {expected}")]
    OtherMessage {
        /// The message it was compared with.
        expected: Hash,
        /// The message that it names.
        found: Hash,
    },
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
    /// A COSE Receipt is malformed or does not hold.
    #[error("COSE receipt: {0}")]
    Cose(&'static str),
    /// The log entry that a receipt proves does not say what the receipt says.
    #[error("receipt and log entry differ in {0}")]
    ReceiptEntry(&'static str),
}
