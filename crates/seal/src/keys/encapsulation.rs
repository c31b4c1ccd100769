//! Wrapping a content key for one recipient: HPKE base mode (RFC 9180) over a hybrid key encapsulation, written as a
//! stanza of a [sealed header](crate::header).
//!
//! - K1: C2SP `age.md`, "The MLKEM768-X25519 hybrid post-quantum recipient type": KEM 0x647A (X-Wing), HKDF-SHA256,
//!   ChaCha20-Poly1305.
//! - K2: the same construction with KEM 0x0051 (MLKEM1024-P384 of draft-ietf-hpke-pq-04), HKDF-SHA384, AES-256-GCM.

use aws_lc_rs::agreement;
use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use hpke::aead::{Aead, AesGcm256, ChaCha20Poly1305};
use hpke::kdf::{HkdfSha256, HkdfSha384, Kdf};
use hpke::kem::{MlKem1024P384, XWing};
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use zeroize::Zeroizing;

use crate::header::Stanza;
use crate::{SealError, Suite};

/// Both key encapsulations expand their private key from a seed of this length.
pub(super) const SEED_BYTES: usize = 32;
/// Tag of both AEADs.
const TAG_BYTES: usize = 16;
const X25519_BYTES: usize = 32;

/// The key of one sealed content; wiped when dropped.
pub(crate) struct ContentKey(Zeroizing<Vec<u8>>);

impl ContentKey {
    /// A new key for `suite` from the operating system's generator.
    pub(crate) fn generate(suite: Suite) -> Result<Self, SealError> {
        let mut key = Zeroizing::new(vec![0; Self::length(suite)]);
        aws_lc_rs::rand::fill(&mut key).map_err(|_| SealError::Randomness)?;
        Ok(Self(key))
    }

    /// `None` unless the length is the suite's.
    pub(crate) fn from_bytes(suite: Suite, bytes: Zeroizing<Vec<u8>>) -> Option<Self> {
        (bytes.len() == Self::length(suite)).then_some(Self(bytes))
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// 128 bits is the length that age fixes; K2 has 256.
    fn length(suite: Suite) -> usize {
        match suite {
            Suite::K1 => 16,
            Suite::K2 => 32,
        }
    }
}

/// The public half of a sealing key, of either suite.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum PublicKey {
    K1(Box<<XWing as Kem>::PublicKey>),
    K2(Box<<MlKem1024P384 as Kem>::PublicKey>),
}

impl PublicKey {
    pub(super) fn from_seed(suite: Suite, seed: &[u8; SEED_BYTES]) -> Self {
        match suite {
            Suite::K1 => Self::K1(Box::new(XWing::sk_to_pk(&private_key::<XWing>(seed)))),
            Suite::K2 => Self::K2(Box::new(MlKem1024P384::sk_to_pk(&private_key::<
                MlKem1024P384,
            >(seed)))),
        }
    }

    /// Reads a public key; `None` if it is malformed, or if its classical half would add nothing.
    pub(super) fn from_bytes(suite: Suite, bytes: &[u8]) -> Option<Self> {
        match suite {
            Suite::K1 if !contributes(bytes) => None,
            Suite::K1 => Deserializable::from_bytes(bytes)
                .ok()
                .map(Box::new)
                .map(Self::K1),
            // Points that are not on the curve, and the point at infinity, are refused here.
            Suite::K2 => Deserializable::from_bytes(bytes)
                .ok()
                .map(Box::new)
                .map(Self::K2),
        }
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::K1(key) => key.to_bytes().to_vec(),
            Self::K2(key) => key.to_bytes().to_vec(),
        }
    }

    pub(super) fn suite(&self) -> Suite {
        match self {
            Self::K1(_) => Suite::K1,
            Self::K2(_) => Suite::K2,
        }
    }

    /// The stanza that gives `content_key` to the holder of the private key.
    pub(super) fn wrap(&self, content_key: &ContentKey) -> Result<Stanza, SealError> {
        let (encapsulated, body) = match self {
            Self::K1(key) => {
                wrap::<ChaCha20Poly1305, HkdfSha256, XWing>(Suite::K1, key, content_key)
            }
            Self::K2(key) => {
                wrap::<AesGcm256, HkdfSha384, MlKem1024P384>(Suite::K2, key, content_key)
            }
        }?;
        Ok(Stanza {
            arguments: vec![
                stanza_type(self.suite()).to_owned(),
                BASE64_STANDARD_NO_PAD.encode(encapsulated),
            ],
            body,
        })
    }
}

/// First argument of the suite's stanzas.
pub(crate) fn stanza_type(suite: Suite) -> &'static str {
    match suite {
        Suite::K1 => "mlkem768x25519",
        Suite::K2 => "mlkem1024p384",
    }
}

/// HPKE's `info`, which keeps these keys from being used in another protocol.
fn info(suite: Suite) -> &'static [u8] {
    match suite {
        Suite::K1 => b"age-encryption.org/mlkem768x25519",
        Suite::K2 => b"kontaktstelle/mlkem1024p384",
    }
}

/// Length of an encapsulated key: an ML-KEM ciphertext and a share on the curve.
fn encapsulated_bytes(suite: Suite) -> usize {
    match suite {
        Suite::K1 => 1088 + X25519_BYTES,
        Suite::K2 => 1568 + 97,
    }
}

/// Tries to unwrap the content key; `None` if the stanza is for another key.
pub(super) fn unwrap(
    suite: Suite,
    seed: &[u8; SEED_BYTES],
    stanza: &Stanza,
) -> Option<Result<ContentKey, SealError>> {
    let (kind, arguments) = stanza.arguments.split_first()?;
    if kind != stanza_type(suite) {
        return None;
    }
    let malformed = || SealError::Header("malformed recipient stanza");
    // All forms are checked before a secret is touched; the body's length also against partitioning oracles.
    let Some(encapsulated) = encapsulated_key(suite, arguments) else {
        return Some(Err(malformed()));
    };
    if stanza.body.len() != ContentKey::length(suite) + TAG_BYTES {
        return Some(Err(malformed()));
    }
    let opened = match suite {
        Suite::K1 => {
            open::<ChaCha20Poly1305, HkdfSha256, XWing>(suite, seed, &encapsulated, stanza)
        }
        Suite::K2 => {
            open::<AesGcm256, HkdfSha384, MlKem1024P384>(suite, seed, &encapsulated, stanza)
        }
    }?;
    Some(opened.and_then(|key| ContentKey::from_bytes(suite, key).ok_or_else(malformed)))
}

/// The one argument behind the type: an encapsulated key in base64.
fn encapsulated_key(suite: Suite, arguments: &[String]) -> Option<Vec<u8>> {
    let [argument] = arguments else { return None };
    let bytes = BASE64_STANDARD_NO_PAD.decode(argument).ok()?;
    let usable = match suite {
        Suite::K1 => contributes(&bytes),
        Suite::K2 => true,
    };
    (usable && bytes.len() == encapsulated_bytes(suite)).then_some(bytes)
}

fn wrap<A: Aead, F: Kdf, K: Kem>(
    suite: Suite,
    key: &K::PublicKey,
    content_key: &ContentKey,
) -> Result<(Vec<u8>, Vec<u8>), SealError> {
    let (encapsulated, body) = hpke::single_shot_seal::<A, F, K>(
        &OpModeS::Base,
        key,
        info(suite),
        content_key.as_bytes(),
        b"",
    )
    .map_err(|_| SealError::Encapsulation)?;
    Ok((encapsulated.to_bytes().to_vec(), body))
}

fn open<A: Aead, F: Kdf, K: Kem>(
    suite: Suite,
    seed: &[u8; SEED_BYTES],
    encapsulated: &[u8],
    stanza: &Stanza,
) -> Option<Result<Zeroizing<Vec<u8>>, SealError>> {
    let Ok(encapsulated) = K::EncappedKey::from_bytes(encapsulated) else {
        return Some(Err(SealError::Header("malformed recipient stanza")));
    };
    hpke::single_shot_open::<A, F, K>(
        &OpModeR::Base,
        &private_key::<K>(seed),
        &encapsulated,
        info(suite),
        &stanza.body,
        b"",
    )
    .ok()
    .map(|key| Ok(Zeroizing::new(key)))
}

fn private_key<K: Kem>(seed: &[u8; SEED_BYTES]) -> K::PrivateKey {
    K::PrivateKey::from_bytes(seed).expect("a seed of 32 bytes is always a valid key")
}

/// Whether the X25519 value at the end of `bytes` contributes to a shared secret, that is, is not of low order.
///
/// `hpke` does not check this (RFC 7748 section 6.1 and C2SP age ask for it). A low-order point gives the all-zero value
/// with *every* scalar, because scalars are multiples of eight; so one agreement with a constant scalar tells, and
/// `aws-lc-rs` refuses the all-zero result.
fn contributes(bytes: &[u8]) -> bool {
    let Some(share) = bytes
        .len()
        .checked_sub(X25519_BYTES)
        .and_then(|at| bytes.get(at..))
    else {
        return false;
    };
    let Ok(scalar) =
        agreement::PrivateKey::from_private_key(&agreement::X25519, &[1; X25519_BYTES])
    else {
        return false;
    };
    let share = agreement::UnparsedPublicKey::new(&agreement::X25519, share);
    agreement::agree(&scalar, share, (), |_| Ok(())).is_ok()
}
