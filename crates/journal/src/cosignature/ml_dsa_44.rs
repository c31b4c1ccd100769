//! Cosignatures with ML-DSA-44 (type 06, FIPS 204).
//!
//! The signed message is binary. It names the cosigner, so one key may serve under several names, and
//! it holds origin, size and root of the checkpoint instead of its text. Extension lines would
//! therefore not be covered: a note that has any does not verify here.

use ml_dsa::{EncodedVerifyingKey, MlDsa44, Signature, VerifyingKey};
#[cfg(feature = "sign")]
use ml_dsa::{Keypair as _, SigningKey};
#[cfg(feature = "sign")]
use zeroize::Zeroize as _;

use super::{latest_time, split_time};
use crate::checkpoint::Checkpoint;
use crate::edge::MAX_SIZE;
#[cfg(feature = "sign")]
use crate::note::NoteSigner;
use crate::note::{Note, NoteError, NoteVerifier, TYPE_ML_DSA_44, VerifierKey, check_name, key_id};

/// The label of the message: 12 bytes, whatever it is that is signed.
const LABEL: &[u8; 12] = b"subtree/v1\n\0";

/// The bytes that a cosigner of this name signs at `time` (seconds since 1970) for the checkpoint
/// `text`: the structure `cosigned_message` of the specification. The signature on the note is then
/// [`super::timestamped`].
///
/// Nothing when `text` is not a plain checkpoint, the time is beyond 2^63 − 1, or a name is longer
/// than [`super::MAX_NAME_BYTES`]: such a text cannot be signed with this type.
#[must_use]
pub fn ml_dsa_44_message(cosigner_name: &str, time: u64, text: &[u8]) -> Option<Vec<u8>> {
    let checkpoint = Checkpoint::parse(std::str::from_utf8(text).ok()?).ok()?;
    if time > MAX_SIZE {
        return None;
    }
    let mut message = LABEL.to_vec();
    push_short(&mut message, cosigner_name)?;
    message.extend(time.to_be_bytes());
    push_short(&mut message, &checkpoint.origin)?;
    message.extend(0_u64.to_be_bytes()); // start: a checkpoint covers the log from its first entry
    message.extend(checkpoint.size.to_be_bytes()); // end
    message.extend(checkpoint.root.0);
    Some(message)
}

/// `opaque text<1..2^8-1>`: one byte of length, then the text.
fn push_short(message: &mut Vec<u8>, text: &str) -> Option<()> {
    let length = u8::try_from(text.len()).ok().filter(|length| *length > 0)?;
    message.push(length);
    message.extend(text.as_bytes());
    Some(())
}

/// Signs checkpoints with ML-DSA-44, at one given time. The secret is wiped when dropped.
#[cfg(feature = "sign")]
pub struct MlDsa44Signer {
    name: String,
    key: SigningKey<MlDsa44>,
    time: u64,
}

#[cfg(feature = "sign")]
impl MlDsa44Signer {
    /// The signer for a 32-byte secret seed (FIPS 204 `ξ`), at `time` in seconds since 1970. A log
    /// signs at [`super::NO_TIME`].
    ///
    /// Signatures are deterministic (FIPS 204 section 3.4): nothing here needs a random generator.
    #[must_use]
    pub fn from_seed(name: &str, mut seed: [u8; 32], time: u64) -> Self {
        let mut secret = seed.into();
        let key = SigningKey::from_seed(&secret);
        secret.zeroize();
        seed.zeroize();
        Self {
            name: name.to_owned(),
            key,
            time,
        }
    }

    /// The verifier for this signer's public key.
    #[must_use]
    pub fn verifier(&self) -> MlDsa44Verifier {
        MlDsa44Verifier::of(&self.name, self.key.verifying_key())
    }
}

#[cfg(feature = "sign")]
impl NoteSigner for MlDsa44Signer {
    fn name(&self) -> &str {
        &self.name
    }

    fn key_id(&self) -> u32 {
        let key = self.key.verifying_key().encode();
        key_id(&self.name, TYPE_ML_DSA_44, &key)
    }

    fn sign(&self, text: &[u8]) -> Vec<u8> {
        ml_dsa_44_message(&self.name, self.time, text)
            .and_then(|message| {
                let key = self.key.expanded_key();
                key.sign_deterministic(&message, b"").ok()
            })
            .map(|signature| super::timestamped(self.time, &signature.encode()))
            .unwrap_or_default()
    }
}

/// Checks the ML-DSA-44 signatures of one log or witness on checkpoints.
#[derive(Debug, Clone, PartialEq)]
pub struct MlDsa44Verifier {
    name: String,
    key: VerifyingKey<MlDsa44>,
    /// Kept, because computing it hashes the whole key.
    key_id: u32,
}

// The key is a list of integers.
impl Eq for MlDsa44Verifier {}

impl MlDsa44Verifier {
    fn of(name: &str, key: VerifyingKey<MlDsa44>) -> Self {
        Self {
            name: name.to_owned(),
            key_id: key_id(name, TYPE_ML_DSA_44, &key.encode()),
            key,
        }
    }

    /// The verifier for a public key of 1,312 bytes.
    ///
    /// # Errors
    /// When the name is not allowed or the key has another length.
    pub fn new(name: &str, key: &[u8]) -> Result<Self, NoteError> {
        check_name(name)?;
        let encoded =
            EncodedVerifyingKey::<MlDsa44>::try_from(key).map_err(|_| NoteError::VerifierKey)?;
        Ok(Self::of(name, VerifyingKey::decode(&encoded)))
    }

    /// The verifier for a key text with type byte 06.
    ///
    /// # Errors
    /// When the text is malformed or not such a key.
    pub fn from_vkey(text: &str) -> Result<Self, NoteError> {
        let parsed: VerifierKey = text.parse()?;
        if parsed.key_type != TYPE_ML_DSA_44 {
            return Err(NoteError::VerifierKey);
        }
        Self::new(&parsed.name, &parsed.key)
    }

    /// The key text of this key.
    #[must_use]
    pub fn vkey(&self) -> String {
        VerifierKey {
            name: self.name.clone(),
            key_type: TYPE_ML_DSA_44,
            key: self.key.encode().to_vec(),
        }
        .to_string()
    }

    /// When this key has signed the note, in seconds since 1970 (the latest time, if more than once;
    /// [`super::NO_TIME`] where it says nothing about that); nothing if it has not, or not validly.
    #[must_use]
    pub fn time_of(&self, note: &Note) -> Option<u64> {
        latest_time(note, self, |text, cosignature| {
            self.check(text, cosignature)
        })
    }

    /// The time in a cosignature over `text`, if it is valid.
    fn check(&self, text: &[u8], cosignature: &[u8]) -> Option<u64> {
        let (time, signature) = split_time(cosignature)?;
        let message = ml_dsa_44_message(&self.name, time, text)?;
        let signature = Signature::<MlDsa44>::try_from(signature).ok()?;
        self.key
            .verify_with_context(&message, b"", &signature)
            .then_some(time)
    }
}

impl NoteVerifier for MlDsa44Verifier {
    fn name(&self) -> &str {
        &self.name
    }

    fn key_id(&self) -> u32 {
        self.key_id
    }

    fn verify(&self, text: &[u8], signature: &[u8]) -> bool {
        self.check(text, signature).is_some()
    }
}
