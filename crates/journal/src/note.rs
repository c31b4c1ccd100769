//! Signed notes: a text with signature lines under it, after C2SP `signed-note`.
//!
//! The text must be ignored until [`verify`] has said who signed it. Keys are known by name and a
//! short key id; a signature by an unknown key says nothing and is passed over, a *failing* signature
//! by a known key spoils the whole note.

mod any_verifier;
mod ed25519;
mod verifier_key;

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

pub use self::any_verifier::{AnyVerifier, KeyKind};
#[cfg(feature = "sign")]
pub use self::ed25519::Ed25519Signer;
pub use self::ed25519::Ed25519Verifier;
pub use self::verifier_key::VerifierKey;
use crate::hash::sha256;

/// Signature type byte of plain Ed25519.
pub const TYPE_ED25519: u8 = 0x01;
/// Signature type byte of timestamped Ed25519 cosignatures ([`crate::cosignature`]).
pub const TYPE_COSIGNATURE: u8 = 0x04;
/// Signature type byte of timestamped ML-DSA-44 signatures on checkpoints ([`crate::cosignature`]).
pub const TYPE_ML_DSA_44: u8 = 0x06;
/// Signature type byte without assigned meaning. The key must then begin with a longer identifier of
/// the signature type, so that two private types cannot be taken for each other.
pub const TYPE_PRIVATE: u8 = 0xff;

/// The largest note that is read, in bytes (the limit of the Go reference implementation).
pub const MAX_NOTE_BYTES: usize = 1_000_000;
/// The most signature lines that are read. The specification asks for at least 16.
pub const MAX_SIGNATURES: usize = 64;

/// Why a note or a key cannot be read, made or trusted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// The note is longer than [`MAX_NOTE_BYTES`].
    #[error("note is larger than {MAX_NOTE_BYTES} bytes")]
    TooLarge,
    /// The note has more than [`MAX_SIGNATURES`] signature lines.
    #[error("note has more than {MAX_SIGNATURES} signatures")]
    TooManySignatures,
    /// The text has a control character or does not end in a newline.
    #[error("note text has a control character or no newline at its end")]
    Text,
    /// There is no blank line with signatures below it.
    #[error("note has no signature lines")]
    NoSignatures,
    /// A signature line is not `— name base64`.
    #[error("signature line {0} is malformed")]
    SignatureLine(usize),
    /// A key name is empty or has a space or a plus sign in it.
    #[error("key name {0:?} is not allowed")]
    KeyName(String),
    /// A verifier key text is not `name+id+base64`, its id does not fit, or its key is unusable.
    #[error("verifier key is malformed")]
    VerifierKey,
    /// A key cannot sign this text, such as one for checkpoints something that is none.
    #[error("key {0} cannot sign this text")]
    NotSignable(String),
    /// A known key's signature does not verify.
    #[error("signature by {name} (key {key_id:08x}) does not verify")]
    BadSignature {
        /// Name of the key.
        name: String,
        /// Its id.
        key_id: u32,
    },
    /// None of the known keys has signed.
    #[error("note is not signed by any known key")]
    NotSignedByKnownKey,
}

/// One signature line of a note, not yet verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature {
    /// Name of the key that claims to have signed.
    pub name: String,
    /// Its id; see [`key_id`].
    pub key_id: u32,
    /// The signature itself, as the key's type defines it.
    pub signature: Vec<u8>,
}

/// A well-formed note. Well-formed says nothing about who signed it; [`verify`] does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

/// A key that can sign notes. Implementations wipe their secret when dropped.
#[cfg(feature = "sign")]
pub trait NoteSigner {
    /// Name of the key: not empty, no spaces, no plus sign.
    fn name(&self) -> &str;
    /// Id of the key; see [`key_id`].
    fn key_id(&self) -> u32;
    /// The signature over `text`, which ends in a newline. Empty when a key of this type cannot sign
    /// such a text; no line is made of it then.
    fn sign(&self, text: &[u8]) -> Vec<u8>;
}

/// A key that can check signatures on notes.
pub trait NoteVerifier {
    /// Name of the key.
    fn name(&self) -> &str;
    /// Id of the key; see [`key_id`].
    fn key_id(&self) -> u32;
    /// Whether `signature` is this key's signature over `text`.
    fn verify(&self, text: &[u8], signature: &[u8]) -> bool;
}

/// Who has signed a note, as far as known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Name and id of each known key that has signed, once each, in the order of the lines.
    pub signers: Vec<(String, u32)>,
}

impl Verified {
    /// Whether this key is among the signers.
    #[must_use]
    pub fn signed_by(&self, verifier: &dyn NoteVerifier) -> bool {
        self.signers
            .iter()
            .any(|(name, id)| name == verifier.name() && *id == verifier.key_id())
    }
}

/// The id of a key: the first four bytes of SHA-256(name, newline, type byte, key).
///
/// For [`TYPE_PRIVATE`], `key` is the longer type identifier followed by the public key.
#[must_use]
pub fn key_id(name: &str, key_type: u8, key: &[u8]) -> u32 {
    let digest = sha256(&[name.as_bytes(), b"\n", &[key_type], key].concat()).0;
    u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]])
}

pub(crate) fn check_name(name: &str) -> Result<(), NoteError> {
    let bad = |c: char| c.is_whitespace() || c.is_control() || c == '+';
    if name.is_empty() || name.contains(bad) {
        return Err(NoteError::KeyName(name.to_owned()));
    }
    Ok(())
}

fn check_text(text: &str) -> Result<(), NoteError> {
    if text.len() > MAX_NOTE_BYTES {
        return Err(NoteError::TooLarge);
    }
    if !text.ends_with('\n') || text.bytes().any(|b| b < 0x20 && b != b'\n') {
        return Err(NoteError::Text);
    }
    Ok(())
}

impl Note {
    /// Signs `text` with each signer, in order.
    ///
    /// # Errors
    /// When the text or a signer's name breaks the format, or a key cannot sign such a text.
    #[cfg(feature = "sign")]
    pub fn sign(text: String, signers: &[&dyn NoteSigner]) -> Result<Self, NoteError> {
        check_text(&text)?;
        let mut note = Note {
            text,
            signatures: Vec::new(),
        };
        for signer in signers {
            note.add_signature(*signer)?;
        }
        Ok(note)
    }

    /// Adds the signature of one more key, for instance a witness.
    ///
    /// # Errors
    /// When the signer's name breaks the format, its key cannot sign such a text, or there are too
    /// many signatures.
    #[cfg(feature = "sign")]
    pub fn add_signature(&mut self, signer: &dyn NoteSigner) -> Result<(), NoteError> {
        check_name(signer.name())?;
        let line = NoteSignature {
            name: signer.name().to_owned(),
            key_id: signer.key_id(),
            signature: signer.sign(self.text.as_bytes()),
        };
        if line.signature.is_empty() {
            return Err(NoteError::NotSignable(line.name));
        }
        self.put_line(line)
    }

    /// Puts a line under the note, in the place of an older one by the same key.
    pub(crate) fn replace_line(&mut self, line: NoteSignature) -> Result<(), NoteError> {
        self.signatures
            .retain(|old| (&old.name, old.key_id) != (&line.name, line.key_id));
        self.put_line(line)
    }

    /// The same text with some of the lines, each key once.
    pub(crate) fn only(&self, wanted: impl Fn(&NoteSignature) -> bool) -> Note {
        let mut signatures: Vec<NoteSignature> = Vec::new();
        for line in self.signatures.iter().filter(|line| wanted(line)) {
            let of_line =
                |old: &NoteSignature| (&old.name, old.key_id) == (&line.name, line.key_id);
            if !signatures.iter().any(of_line) {
                signatures.push(line.clone());
            }
        }
        Note {
            text: self.text.clone(),
            signatures,
        }
    }

    fn put_line(&mut self, line: NoteSignature) -> Result<(), NoteError> {
        if self.signatures.len() >= MAX_SIGNATURES {
            return Err(NoteError::TooManySignatures);
        }
        self.signatures.push(line);
        Ok(())
    }

    /// Reads a note. The text is all up to the last blank line.
    ///
    /// # Errors
    /// When the format is broken or a limit exceeded.
    pub fn parse(note: &str) -> Result<Self, NoteError> {
        check_text(note)?;
        let (body, lines) = note.rsplit_once("\n\n").ok_or(NoteError::NoSignatures)?;
        Ok(Note {
            text: format!("{body}\n"),
            signatures: parse_signatures(lines)?,
        })
    }

    /// The signed text, with the newline at its end.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signature lines.
    #[must_use]
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }
}

/// Reads signature lines that stand without a note, as a witness answers them: at least one, each
/// ending in a newline.
pub(crate) fn parse_signatures(lines: &str) -> Result<Vec<NoteSignature>, NoteError> {
    let mut signatures = Vec::new();
    for (number, line) in lines.split_terminator('\n').enumerate() {
        if signatures.len() == MAX_SIGNATURES {
            return Err(NoteError::TooManySignatures);
        }
        signatures.push(parse_signature(line).ok_or(NoteError::SignatureLine(number + 1))?);
    }
    if signatures.is_empty() || !lines.ends_with('\n') {
        return Err(NoteError::NoSignatures);
    }
    Ok(signatures)
}

fn parse_signature(line: &str) -> Option<NoteSignature> {
    let (name, encoded) = line.strip_prefix("— ")?.split_once(' ')?;
    check_name(name).ok()?;
    let bytes = STANDARD.decode(encoded).ok()?;
    let (id, signature) = bytes.split_first_chunk()?;
    if signature.is_empty() {
        return None;
    }
    Some(NoteSignature {
        name: name.to_owned(),
        key_id: u32::from_be_bytes(*id),
        signature: signature.to_vec(),
    })
}

impl fmt::Display for NoteSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&self.key_id.to_be_bytes()[..], &self.signature].concat();
        write!(f, "— {} {}", self.name, STANDARD.encode(bytes))
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        for line in &self.signatures {
            writeln!(f, "{line}")?;
        }
        Ok(())
    }
}

/// Says which of the given keys have signed the note.
///
/// # Errors
/// When a signature by one of these keys does not verify, or none of them has signed.
pub fn verify(note: &Note, verifiers: &[&dyn NoteVerifier]) -> Result<Verified, NoteError> {
    let mut verified = Verified {
        signers: Vec::new(),
    };
    for line in &note.signatures {
        for verifier in verifiers {
            if line.name != verifier.name() || line.key_id != verifier.key_id() {
                continue;
            }
            if !verifier.verify(note.text.as_bytes(), &line.signature) {
                return Err(NoteError::BadSignature {
                    name: line.name.clone(),
                    key_id: line.key_id,
                });
            }
            if !verified.signed_by(*verifier) {
                verified.signers.push((line.name.clone(), line.key_id));
            }
        }
    }
    if verified.signers.is_empty() {
        return Err(NoteError::NotSignedByKnownKey);
    }
    Ok(verified)
}
