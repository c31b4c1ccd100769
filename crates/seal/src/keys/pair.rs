//! The pair of signature keys of suite K1 and the two lines they write under a note.

use std::fmt;

use aws_lc_rs::signature::{
    Ed25519KeyPair, KeyPair, ML_DSA_65, ML_DSA_65_SIGNING, PqdsaKeyPair, UnparsedPublicKey,
};
use journal::hash::{Hash, sha256};
use journal::note::{
    Ed25519Signer, Ed25519Verifier, Note, NoteSigner, NoteVerifier, TYPE_ED25519, TYPE_PRIVATE,
    VerifierKey,
};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Fingerprint, SecretBytes};
use crate::{Line, SealError};

const SEED_BYTES: usize = 32;
const ED25519_BYTES: usize = 32;
/// FIPS 204, table 2.
const ML_DSA_65_PUBLIC_BYTES: usize = 1952;
const ML_DSA_65_SIGNATURE_BYTES: usize = 3309;

/// C2SP signed-note has assigned no type byte to ML-DSA-65, so it is a private type with a name that is unlikely to
/// collide.
const ML_DSA_65_TYPE: &[u8] = b"kontaktstelle/ml-dsa-65";

/// Largest note we read, in bytes: two signatures take about 5 kB.
const MAX_NOTE_BYTES: usize = 16 * 1024;

/// A secret Ed25519 and ML-DSA-65 pair. Wrapped by the types that say what it is for.
pub(crate) struct SigningPair {
    ed25519_seed: Zeroizing<[u8; SEED_BYTES]>,
    ml_dsa_seed: Zeroizing<[u8; SEED_BYTES]>,
    ml_dsa: PqdsaKeyPair,
    public: VerifyingKey,
}

impl SigningPair {
    pub(crate) fn generate() -> Result<Self, SealError> {
        let mut seeds = Zeroizing::new([0; 2 * SEED_BYTES]);
        aws_lc_rs::rand::fill(seeds.as_mut()).map_err(|_| SealError::Randomness)?;
        Self::from_secret_bytes(seeds.as_ref())
    }

    /// Reads the Ed25519 seed (RFC 8032) and the ML-DSA seed (FIPS 204 ξ), 32 bytes each.
    pub(crate) fn from_secret_bytes(bytes: &[u8]) -> Result<Self, SealError> {
        let malformed = || SealError::MalformedKey("signing key");
        let (ed25519_seed, rest) = bytes
            .split_first_chunk::<SEED_BYTES>()
            .ok_or_else(malformed)?;
        let ml_dsa_seed = <&[u8; SEED_BYTES]>::try_from(rest).map_err(|_| malformed())?;
        let ml_dsa =
            PqdsaKeyPair::from_seed(&ML_DSA_65_SIGNING, ml_dsa_seed).map_err(|_| malformed())?;
        let public = VerifyingKey {
            ed25519: Ed25519KeyPair::from_seed_unchecked(ed25519_seed)
                .ok()
                .and_then(|key| key.public_key().as_ref().try_into().ok())
                .ok_or_else(malformed)?,
            ml_dsa_65: ml_dsa.public_key().as_ref().into(),
        };
        Ok(Self {
            ed25519_seed: Zeroizing::new(*ed25519_seed),
            ml_dsa_seed: Zeroizing::new(*ml_dsa_seed),
            ml_dsa,
            public,
        })
    }

    pub(crate) fn to_secret_bytes(&self) -> SecretBytes {
        SecretBytes::new([self.ed25519_seed.as_slice(), self.ml_dsa_seed.as_slice()].concat())
    }

    pub(crate) fn public(&self) -> &VerifyingKey {
        &self.public
    }

    /// A signed note over `text` with both lines, verified before it is handed out.
    pub(crate) fn sign(&self, text: &str) -> Result<String, SealError> {
        let name = self.public.name();
        let ed25519 = Ed25519Signer::from_seed(&name, *self.ed25519_seed);
        let ml_dsa = MlDsaSigner {
            key: &self.ml_dsa,
            verifier: self.public.ml_dsa_verifier(&name),
        };
        let note =
            Note::sign(text.to_owned(), &[&ed25519, &ml_dsa]).map_err(SealError::MalformedNote)?;
        let note = note.to_string();
        self.public
            .verify(text, &note)
            .map_err(|_| SealError::SigningFailed)?;
        Ok(note)
    }
}

/// The public half of a signing pair: an Ed25519 and an ML-DSA-65 key that only count together.
///
/// In JSON it is an object of two verifier keys in the form of C2SP signed notes (`name+id+base64`), so that other note
/// tools can check the Ed25519 line. The name carries the beginning of [`VerifyingKey::id`] and thereby ties each key to
/// its partner.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Spelled", into = "Spelled")]
pub struct VerifyingKey {
    ed25519: [u8; ED25519_BYTES],
    ml_dsa_65: Box<[u8]>,
}

impl VerifyingKey {
    /// SHA-256 over a domain line and both public keys. Names the pair in manifests and is what holders compare on paper.
    #[must_use]
    pub fn id(&self) -> Hash {
        sha256(
            &[
                b"kontaktstelle/key/v1\n",
                self.ed25519.as_slice(),
                &self.ml_dsa_65,
            ]
            .concat(),
        )
    }

    /// The id in a form to be read aloud.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(self.id())
    }

    /// Checks that `note` signs exactly `text` with exactly this key's two lines.
    pub(crate) fn verify(&self, text: &str, note: &str) -> Result<(), SealError> {
        if note.len() > MAX_NOTE_BYTES {
            return Err(SealError::TooLarge {
                what: "signed note",
                limit: MAX_NOTE_BYTES as u64,
            });
        }
        let note = Note::parse(note).map_err(SealError::MalformedNote)?;
        if note.text() != text {
            return Err(SealError::OtherStatementSigned);
        }
        let name = self.name();
        let ed25519 = self.ed25519_verifier(&name)?;
        let ml_dsa = self.ml_dsa_verifier(&name);
        let lines: [(Line, &dyn NoteVerifier); 2] =
            [(Line::Ed25519, &ed25519), (Line::MlDsa65, &ml_dsa)];
        for (line, verifier) in lines {
            let mut found = note
                .signatures()
                .iter()
                .filter(|s| s.name == verifier.name() && s.key_id == verifier.key_id());
            let signature = found.next().ok_or(SealError::MissingSignature(line))?;
            if found.next().is_some() {
                return Err(SealError::DuplicateSignature(line));
            }
            if !verifier.verify(text.as_bytes(), &signature.signature) {
                return Err(SealError::BadSignature(line));
            }
        }
        let foreign = note.signatures().iter().find(|s| {
            lines
                .iter()
                .all(|(_, v)| s.name != v.name() || s.key_id != v.key_id())
        });
        match foreign {
            Some(signature) => Err(SealError::ForeignSignature(signature.name.clone())),
            None => Ok(()),
        }
    }

    /// The name on both signature lines. Each key's note id is derived from it, so neither line fits another pair.
    fn name(&self) -> String {
        let id = self.id();
        let start = id.0.first_chunk::<8>().map(hex::encode).unwrap_or_default();
        format!("kontaktstelle/{start}")
    }

    fn ed25519_verifier(&self, name: &str) -> Result<Ed25519Verifier, SealError> {
        Ed25519Verifier::new(name, &self.ed25519)
            .map_err(|_| SealError::MalformedKey("Ed25519 key"))
    }

    fn ed25519_vkey(&self, name: &str) -> VerifierKey {
        VerifierKey {
            name: name.to_owned(),
            key_type: TYPE_ED25519,
            key: self.ed25519.to_vec(),
        }
    }

    fn ml_dsa_vkey(&self, name: &str) -> VerifierKey {
        VerifierKey {
            name: name.to_owned(),
            key_type: TYPE_PRIVATE,
            key: [ML_DSA_65_TYPE, &self.ml_dsa_65].concat(),
        }
    }

    fn ml_dsa_verifier(&self, name: &str) -> MlDsaVerifier {
        MlDsaVerifier {
            name: name.to_owned(),
            key_id: self.ml_dsa_vkey(name).key_id(),
            public: self.ml_dsa_65.clone(),
        }
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifyingKey({})", self.name())
    }
}

/// The JSON form.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spelled {
    ed25519: String,
    ml_dsa_65: String,
}

impl From<VerifyingKey> for Spelled {
    fn from(key: VerifyingKey) -> Self {
        let name = key.name();
        Self {
            ed25519: key.ed25519_vkey(&name).to_string(),
            ml_dsa_65: key.ml_dsa_vkey(&name).to_string(),
        }
    }
}

impl TryFrom<Spelled> for VerifyingKey {
    type Error = SealError;

    fn try_from(spelled: Spelled) -> Result<Self, SealError> {
        let read = || {
            let ed25519: VerifierKey = spelled.ed25519.parse().ok()?;
            let ml_dsa: VerifierKey = spelled.ml_dsa_65.parse().ok()?;
            let ml_dsa_65 = ml_dsa.key.strip_prefix(ML_DSA_65_TYPE)?;
            let key = Self {
                ed25519: ed25519.key.as_slice().try_into().ok()?,
                ml_dsa_65: (ml_dsa_65.len() == ML_DSA_65_PUBLIC_BYTES).then(|| ml_dsa_65.into())?,
            };
            // Refuses weak Ed25519 keys.
            key.ed25519_verifier("-").ok()?;
            // Types, names and ids follow from the keys; anything else is a mistake or a mixed pair.
            let name = key.name();
            (key.ed25519_vkey(&name) == ed25519 && key.ml_dsa_vkey(&name) == ml_dsa).then_some(key)
        };
        read().ok_or(SealError::MalformedKey("verifying key"))
    }
}

struct MlDsaVerifier {
    name: String,
    key_id: u32,
    public: Box<[u8]>,
}

impl NoteVerifier for MlDsaVerifier {
    fn name(&self) -> &str {
        &self.name
    }

    fn key_id(&self) -> u32 {
        self.key_id
    }

    fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ML_DSA_65, &self.public)
            .verify(message, signature)
            .is_ok()
    }
}

struct MlDsaSigner<'a> {
    key: &'a PqdsaKeyPair,
    verifier: MlDsaVerifier,
}

impl NoteSigner for MlDsaSigner<'_> {
    fn name(&self) -> &str {
        &self.verifier.name
    }

    fn key_id(&self) -> u32 {
        self.verifier.key_id
    }

    /// An empty signature if signing fails; the check after signing then refuses to issue it.
    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; ML_DSA_65_SIGNATURE_BYTES];
        match self.key.sign(message, &mut signature) {
            Ok(_) => signature,
            Err(_) => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use ml_dsa::{MlDsa65, Signer as _, Verifier as _};

    use super::*;

    fn pair(seed: [u8; 32]) -> SigningPair {
        SigningPair::from_secret_bytes(&[seed, seed].concat()).unwrap()
    }

    /// RFC 8032 section 7.1, TEST 3: our Ed25519 keys and lines are the standard's.
    #[test]
    fn ed25519_is_that_of_rfc_8032() {
        let bytes = |text: &str| hex::decode(text).unwrap();
        let seed: [u8; 32] =
            bytes("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7")
                .try_into()
                .unwrap();
        let public = bytes("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025");
        let signature = bytes(
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659\
             4a7c15e9716ed28dc027beceea1ec40a",
        );
        let key = pair(seed);
        assert_eq!(key.public.ed25519.as_slice(), public);
        assert!(
            key.public
                .ed25519_verifier("x")
                .unwrap()
                .verify(b"\xaf\x82", &signature)
        );
        assert_eq!(
            Ed25519Signer::from_seed("x", seed).sign(b"\xaf\x82"),
            signature
        );
    }

    /// Another implementation of FIPS 204 derives the same key from the same seed, accepts our signatures and makes ones
    /// that we accept; neither accepts the other's over another text.
    #[test]
    fn ml_dsa_agrees_with_another_implementation() {
        for seed in [[0; 32], [0x5a; 32], [0xff; 32]] {
            let ours = pair(seed);
            let theirs = ml_dsa::SigningKey::<MlDsa65>::from_seed(&seed.into());
            let their_public = ml_dsa::signature::Keypair::verifying_key(&theirs);
            assert_eq!(their_public.encode().as_slice(), &*ours.public.ml_dsa_65);

            let signer = MlDsaSigner {
                key: &ours.ml_dsa,
                verifier: ours.public.ml_dsa_verifier("x"),
            };
            let made =
                ml_dsa::Signature::<MlDsa65>::try_from(signer.sign(b"text").as_slice()).unwrap();
            assert!(their_public.verify(b"text", &made).is_ok());
            assert!(their_public.verify(b"other", &made).is_err());

            let made = theirs.sign(b"text").encode();
            assert!(signer.verifier.verify(b"text", &made));
            assert!(!signer.verifier.verify(b"other", &made));
        }
    }

    /// A note of unreasonable size is refused before it is read.
    #[test]
    fn huge_note_is_refused() {
        let key = pair([1; 32]);
        let note = key.sign("text\n").unwrap() + &"x".repeat(MAX_NOTE_BYTES);
        assert!(matches!(
            key.public.verify("text\n", &note),
            Err(SealError::TooLarge { .. })
        ));
    }
}
