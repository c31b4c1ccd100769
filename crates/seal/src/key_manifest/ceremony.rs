//! How a manifest comes to be signed by people who do not share a machine.
//!
//! Somebody writes a [`KeyManifestDraft`]. Each holder takes it, as a file, to their own machine, compares its hash with
//! what the others read to each other, and signs: a [`HolderSignature`], a small text file. Whoever collects enough of
//! them [assembles](KeyManifestDraft::assemble) the signed manifest. No private key ever meets another.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use journal::hash::Hash;
use journal::note::Note;

use super::{KeyManifest, MAX_KEY_MANIFEST_BYTES, SignedKeyManifest};
use crate::SealError;
use crate::keys::{HolderKey, HolderVerifyingKey, copy_lines, refuse_foreign};
use crate::statement::{Signed, Statement, canonical};

/// Largest holder signature we read, in bytes: it has about 11 kB.
const MAX_HOLDER_SIGNATURE_BYTES: usize = 16 * 1024;

/// A well-formed manifest that waits for the holders' signatures. As a file: its canonical JSON.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyManifestDraft {
    /// Without signatures yet.
    unsigned: SignedKeyManifest,
}

impl KeyManifestDraft {
    /// Checks everything in the manifest that can be checked without signatures.
    ///
    /// # Errors
    /// [`SealError::InvalidField`], [`SealError::TooLarge`].
    pub fn new(manifest: KeyManifest) -> Result<Self, SealError> {
        let unsigned = Signed::with_signatures(manifest, String::new())?;
        Ok(Self { unsigned })
    }

    /// What is to be signed, for the holder to read.
    #[must_use]
    pub fn manifest(&self) -> &KeyManifest {
        self.unsigned.statement()
    }

    /// The manifest's id, for the holders to compare before they sign.
    #[must_use]
    pub fn id(&self) -> Hash {
        self.unsigned.id()
    }

    /// The draft as a file.
    ///
    /// # Errors
    /// None in practice: it was serialised before.
    pub fn to_json(&self) -> Result<String, SealError> {
        let bytes = canonical(self.manifest())?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Reads a draft, with or without a line end after it.
    ///
    /// # Errors
    /// [`SealError::TooLarge`], [`SealError::MalformedJson`], [`SealError::NotCanonical`], [`SealError::InvalidField`].
    pub fn from_json(document: &[u8]) -> Result<Self, SealError> {
        let document = document.trim_ascii_end();
        if document.len() > MAX_KEY_MANIFEST_BYTES {
            return Err(SealError::TooLarge {
                what: KeyManifest::FORMAT,
                limit: MAX_KEY_MANIFEST_BYTES as u64,
            });
        }
        let manifest = serde_json::from_slice(document).map_err(|source| {
            let what = KeyManifest::FORMAT;
            SealError::MalformedJson { what, source }
        })?;
        let draft = Self::new(manifest)?;
        if canonical(draft.manifest())? != document {
            return Err(SealError::NotCanonical(KeyManifest::FORMAT));
        }
        Ok(draft)
    }

    /// Signs as one holder.
    ///
    /// # Errors
    /// [`SealError::UnknownHolder`] if the root (or the one that hands over) does not have this holder;
    /// [`SealError::Custody`], [`SealError::SigningFailed`].
    pub fn sign_with(&self, holder: &HolderKey) -> Result<HolderSignature, SealError> {
        let id = holder.verifying_key().id();
        if !self.holders().any(|known| known.id() == id) {
            return Err(SealError::UnknownHolder(id));
        }
        holder.sign(&self.unsigned.signed_text())?.parse()
    }

    /// Whose signature this is, if it is a whole and good one over this draft.
    ///
    /// # Errors
    /// [`SealError::OtherStatementSigned`], [`SealError::ForeignSignature`] if it is by none of the holders, and the other
    /// signature errors of [`SealError`].
    pub fn check(&self, signature: &HolderSignature) -> Result<&HolderVerifyingKey, SealError> {
        if signature.note.text() != self.unsigned.signed_text() {
            return Err(SealError::OtherStatementSigned);
        }
        let mut signer = None;
        for holder in self.holders() {
            if holder.pair().has_signed(&signature.note)? {
                signer = Some(holder);
            }
        }
        // With two lines there is room for one holder only, and with none of the holders all lines are foreign.
        refuse_foreign(&signature.note, signer.map(HolderVerifyingKey::pair))?;
        signer.ok_or(SealError::OtherStatementSigned)
    }

    /// Puts the holders' signatures under the manifest. The same holder twice counts once.
    ///
    /// # Errors
    /// [`SealError::TooFewHolders`], and as [`Self::check`].
    pub fn assemble(self, signatures: &[HolderSignature]) -> Result<SignedKeyManifest, SealError> {
        let mut by_holder = BTreeMap::new();
        for signature in signatures {
            by_holder.insert(self.check(signature)?.id(), &signature.note);
        }
        if by_holder.is_empty() {
            let needed = self.manifest().root.threshold();
            return Err(SealError::TooFewHolders { found: 0, needed });
        }
        let note = copy_lines(self.unsigned.signed_text(), by_holder.into_values())?;
        let signed = self.unsigned.signed_by(note);
        signed.verify_self()?;
        Ok(signed)
    }

    /// Everybody whose signature is wanted or allowed.
    fn holders(&self) -> impl Iterator<Item = &HolderVerifyingKey> {
        let manifest = self.manifest();
        let roots = std::iter::once(&manifest.root).chain(&manifest.former_root);
        roots.flat_map(|root| root.holders())
    }
}

impl SignedKeyManifest {
    /// Signs with holders who are all here, as in an exercise or on a single test machine.
    ///
    /// # Errors
    /// As [`KeyManifestDraft::sign_with`] and [`KeyManifestDraft::assemble`].
    pub fn sign_with(manifest: KeyManifest, holders: &[&HolderKey]) -> Result<Self, SealError> {
        let draft = KeyManifestDraft::new(manifest)?;
        let signatures: Result<Vec<_>, _> = holders
            .iter()
            .map(|holder| draft.sign_with(holder))
            .collect();
        draft.assemble(&signatures?)
    }
}

/// One holder's signature of a draft. As a file: a C2SP signed note with two lines, which names the manifest by its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HolderSignature {
    note: Note,
}

impl FromStr for HolderSignature {
    type Err = SealError;

    /// Reads the file. Whether the signature holds is for [`KeyManifestDraft::check`].
    fn from_str(text: &str) -> Result<Self, SealError> {
        if text.len() > MAX_HOLDER_SIGNATURE_BYTES {
            return Err(SealError::TooLarge {
                what: "holder signature",
                limit: MAX_HOLDER_SIGNATURE_BYTES as u64,
            });
        }
        let note = Note::parse(text).map_err(SealError::MalformedNote)?;
        Ok(Self { note })
    }
}

impl fmt::Display for HolderSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.note.fmt(f)
    }
}
