//! Two keys that only count together, one classical and one post-quantum, and the two lines they write under a note.

use std::fmt;

use journal::hash::{Hash, sha256};
use journal::note::{Note, NoteSignature, NoteSigner, VerifierKey};

use super::custody::{self, Custody};
use super::{PublicKey, SecretBytes};
use crate::{SealError, SignatureAlgorithm};

/// What a pair is for: two purposes never share a key, nor a name for one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Purpose {
    /// First line of what is hashed into the pair's id.
    pub(crate) domain: &'static str,
    /// The classical algorithm, then the post-quantum one.
    pub(crate) algorithms: [SignatureAlgorithm; 2],
}

/// The public half of a pair.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct PublicPair {
    purpose: Purpose,
    keys: [PublicKey; 2],
}

impl PublicPair {
    /// Nothing if the keys are not of the purpose's algorithms.
    pub(crate) fn new(purpose: Purpose, keys: [PublicKey; 2]) -> Option<Self> {
        let found = [keys[0].algorithm(), keys[1].algorithm()];
        (found == purpose.algorithms).then_some(Self { purpose, keys })
    }

    /// Reads what [`Self::vkeys`] wrote. Types, names and ids follow from the keys; anything else is a mistake or a mixed
    /// pair, and refused.
    pub(crate) fn from_vkeys(purpose: Purpose, vkeys: [&str; 2]) -> Option<Self> {
        let parsed: [VerifierKey; 2] = [vkeys[0].parse().ok()?, vkeys[1].parse().ok()?];
        let keys = [
            PublicKey::from_vkey(purpose.algorithms[0], &parsed[0])?,
            PublicKey::from_vkey(purpose.algorithms[1], &parsed[1])?,
        ];
        let pair = Self::new(purpose, keys)?;
        // The strings, not only the parsed keys: one key, one spelling.
        (pair.vkeys() == vkeys).then_some(pair)
    }

    /// Both keys in the form of C2SP signed notes (`name+id+base64`), so that other note tools can check the lines whose
    /// type they know.
    pub(crate) fn vkeys(&self) -> [String; 2] {
        let name = self.name();
        self.keys.each_ref().map(|key| key.vkey(&name).to_string())
    }

    /// SHA-256 over a line with the purpose and both public keys.
    pub(crate) fn id(&self) -> Hash {
        let [classical, post_quantum] = self.keys.each_ref().map(PublicKey::bytes);
        sha256(
            &[
                self.purpose.domain.as_bytes(),
                b"\n",
                classical,
                post_quantum,
            ]
            .concat(),
        )
    }

    /// The name on both signature lines. Each key's note id is derived from it, so neither line fits another pair.
    pub(crate) fn name(&self) -> String {
        let id = self.id();
        let start = id.0.first_chunk::<8>().map(hex::encode).unwrap_or_default();
        format!("kontaktstelle/{start}")
    }

    /// Whether a single key of `other` is also one of this pair.
    pub(crate) fn shares_a_key(&self, other: &Self) -> bool {
        self.keys.iter().any(|key| other.keys.contains(key))
    }

    /// Whether the pair has signed `note`: `false` only if *neither* of its lines is there.
    ///
    /// # Errors
    /// [`SealError::MissingSignature`] for one line without the other, [`SealError::DuplicateSignature`],
    /// [`SealError::BadSignature`].
    pub(crate) fn has_signed(&self, note: &Note) -> Result<bool, SealError> {
        let lines = self.lines();
        if !note.signatures().iter().any(|s| is_of(s, &lines)) {
            return Ok(false);
        }
        for line in &lines {
            let algorithm = line.key.algorithm();
            let mut found = note.signatures().iter().filter(|s| line.is(s));
            let signature = found.next().ok_or(SealError::MissingSignature(algorithm))?;
            if found.next().is_some() {
                return Err(SealError::DuplicateSignature(algorithm));
            }
            if !line
                .key
                .verifies(note.text().as_bytes(), &signature.signature)
            {
                return Err(SealError::BadSignature(algorithm));
            }
        }
        Ok(true)
    }

    /// As [`Self::has_signed`], for a pair that must have.
    pub(crate) fn must_have_signed(&self, note: &Note) -> Result<(), SealError> {
        if self.has_signed(note)? {
            Ok(())
        } else {
            Err(SealError::MissingSignature(self.purpose.algorithms[0]))
        }
    }

    fn lines(&self) -> [Line<'_>; 2] {
        let name = self.name();
        self.keys.each_ref().map(|key| Line {
            key_id: key.vkey(&name).key_id(),
            name: name.clone(),
            key,
        })
    }
}

impl fmt::Debug for PublicPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

/// One of the two lines of a pair.
struct Line<'a> {
    name: String,
    key_id: u32,
    key: &'a PublicKey,
}

impl Line<'_> {
    fn is(&self, signature: &NoteSignature) -> bool {
        signature.name == self.name && signature.key_id == self.key_id
    }
}

fn is_of(signature: &NoteSignature, lines: &[Line<'_>]) -> bool {
    lines.iter().any(|line| line.is(signature))
}

/// Reads `note`, which must be at most `limit` bytes and sign exactly `text`.
pub(crate) fn read_note(text: &str, note: &str, limit: usize) -> Result<Note, SealError> {
    if note.len() > limit {
        return Err(SealError::TooLarge {
            what: "signed note",
            limit: limit as u64,
        });
    }
    let note = Note::parse(note).map_err(SealError::MalformedNote)?;
    if note.text() != text {
        return Err(SealError::OtherStatementSigned);
    }
    Ok(note)
}

/// Refuses a note with a line by anybody but `pairs`: a verifier that passes over what it does not know can be shown
/// another set of signatures than its neighbour.
pub(crate) fn refuse_foreign<'a>(
    note: &Note,
    pairs: impl IntoIterator<Item = &'a PublicPair>,
) -> Result<(), SealError> {
    let lines: Vec<_> = pairs.into_iter().flat_map(PublicPair::lines).collect();
    match note.signatures().iter().find(|s| !is_of(s, &lines)) {
        Some(signature) => Err(SealError::ForeignSignature(signature.name.clone())),
        None => Ok(()),
    }
}

/// The secret half of a pair: two keys, each where it is kept.
pub(crate) struct PrivatePair {
    custody: [Box<dyn Custody>; 2],
    public: PublicPair,
    /// Both secrets in a row, if they are in this process.
    secret: Option<SecretBytes>,
}

impl PrivatePair {
    pub(crate) fn generate(purpose: Purpose) -> Result<Self, SealError> {
        let [classical, post_quantum] = purpose.algorithms;
        let secret = [
            custody::generate(classical)?,
            custody::generate(post_quantum)?,
        ];
        Self::from_secret_bytes(
            purpose,
            &SecretBytes::new([secret[0].as_slice(), secret[1].as_slice()].concat()),
        )
    }

    /// Reads two secrets in a row; see [`custody::secret_bytes`].
    pub(crate) fn from_secret_bytes(purpose: Purpose, secret: &[u8]) -> Result<Self, SealError> {
        let [classical, post_quantum] = purpose.algorithms;
        let split = secret.split_at_checked(custody::secret_bytes(classical));
        let (first, second) = split
            .filter(|(_, second)| second.len() == custody::secret_bytes(post_quantum))
            .ok_or(SealError::MalformedKey("private key"))?;
        let custody = [
            custody::software(classical, first)?,
            custody::software(post_quantum, second)?,
        ];
        let mut pair = Self::from_custody(purpose, custody)?;
        pair.secret = Some(SecretBytes::new(secret.to_vec()));
        Ok(pair)
    }

    /// A pair whose keys are kept elsewhere, in the order of the purpose's algorithms.
    pub(crate) fn from_custody(
        purpose: Purpose,
        custody: [Box<dyn Custody>; 2],
    ) -> Result<Self, SealError> {
        let keys = custody.each_ref().map(|key| key.public_key().clone());
        let public = PublicPair::new(purpose, keys)
            .ok_or(SealError::MalformedKey("pair: keys of other algorithms"))?;
        Ok(Self {
            custody,
            public,
            secret: None,
        })
    }

    pub(crate) fn to_secret_bytes(&self) -> Option<SecretBytes> {
        self.secret.clone()
    }

    pub(crate) fn public(&self) -> &PublicPair {
        &self.public
    }

    /// A signed note over `text` with both lines, verified before it is handed out, so that a fault while signing cannot
    /// leak a key.
    pub(crate) fn sign(&self, text: &str) -> Result<String, SealError> {
        let mut written = Vec::new();
        for (line, key) in self.public.lines().into_iter().zip(&self.custody) {
            written.push(WrittenLine {
                signature: key.sign(text.as_bytes())?,
                key_id: line.key_id,
                name: line.name,
            });
        }
        let signers: Vec<_> = written.iter().map(|line| line as &dyn NoteSigner).collect();
        let note = Note::sign(text.to_owned(), &signers).map_err(SealError::MalformedNote)?;
        self.public
            .must_have_signed(&note)
            .map_err(|_| SealError::SigningFailed)?;
        Ok(note.to_string())
    }
}

/// A line that was made before, because making it may fail and [`NoteSigner::sign`] may not.
struct WrittenLine {
    name: String,
    key_id: u32,
    signature: Vec<u8>,
}

impl NoteSigner for WrittenLine {
    fn name(&self) -> &str {
        &self.name
    }

    fn key_id(&self) -> u32 {
        self.key_id
    }

    fn sign(&self, _: &[u8]) -> Vec<u8> {
        self.signature.clone()
    }
}

/// A note over `text` with the lines of the given notes, which were checked before.
pub(crate) fn copy_lines<'a>(
    text: String,
    notes: impl IntoIterator<Item = &'a Note>,
) -> Result<String, SealError> {
    let mut all = Note::sign(text, &[]).map_err(SealError::MalformedNote)?;
    for line in notes.into_iter().flat_map(Note::signatures) {
        let written = WrittenLine {
            name: line.name.clone(),
            key_id: line.key_id,
            signature: line.signature.clone(),
        };
        all.add_signature(&written)
            .map_err(SealError::MalformedNote)?;
    }
    Ok(all.to_string())
}
