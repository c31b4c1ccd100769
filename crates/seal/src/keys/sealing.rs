//! Keys to seal with and to open with, of either suite.
//!
//! K1 keys are age's hybrid type `mlkem768x25519` in age's own text form, so that other age tools (1.3 and later) can use
//! them. K2 keys have a text form of the same kind with a prefix of their own: nobody can take one for the other.

use std::fmt;
use std::str::FromStr;

use bech32::{FromBase32, ToBase32, Variant};
use journal::hash::{Hash, sha256};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use super::encapsulation::{self, ContentKey, PublicKey, SEED_BYTES};
use crate::header::Stanza;
use crate::{SealError, Suite};

/// Prefix of a secret in text form, in lower case.
fn identity_prefix(suite: Suite) -> &'static str {
    match suite {
        Suite::K1 => "age-secret-key-pq-",
        Suite::K2 => "kontaktstelle-secret-key-k2-",
    }
}

/// Prefix of a public key in text form.
fn recipient_prefix(suite: Suite) -> &'static str {
    match suite {
        Suite::K1 => "age1pq",
        Suite::K2 => "kontaktstelle-k2-",
    }
}

/// The secret that opens what was sealed to its [`SealingRecipient`].
///
/// Written as `AGE-SECRET-KEY-PQ-1…` (K1, read by every age 1.3 tool) or `KONTAKTSTELLE-SECRET-KEY-K2-1…`.
#[derive(Clone)]
pub struct SealingIdentity {
    suite: Suite,
    seed: Zeroizing<[u8; SEED_BYTES]>,
}

impl SealingIdentity {
    /// A new identity from the operating system's generator.
    ///
    /// # Errors
    /// [`SealError::Randomness`].
    pub fn generate(suite: Suite) -> Result<Self, SealError> {
        let mut seed = Zeroizing::new([0; SEED_BYTES]);
        aws_lc_rs::rand::fill(seed.as_mut()).map_err(|_| SealError::Randomness)?;
        Ok(Self { suite, seed })
    }

    /// The suite of what this identity opens.
    #[must_use]
    pub fn suite(&self) -> Suite {
        self.suite
    }

    /// The public half.
    #[must_use]
    pub fn recipient(&self) -> SealingRecipient {
        SealingRecipient {
            key: PublicKey::from_seed(self.suite, &self.seed),
        }
    }

    /// The identity as text, to be kept in a key store. The one way the secret leaves this type.
    #[must_use]
    pub fn to_secret_string(&self) -> Zeroizing<String> {
        let mut lower = bech32_text(identity_prefix(self.suite), self.seed.as_ref());
        let upper = Zeroizing::new(lower.to_uppercase());
        lower.zeroize();
        upper
    }
}

/// Something that can take the content key out of a header. Besides our own identities, only the tests have others.
pub(crate) trait Unwrap {
    /// `None` if no stanza is for this key; an error if one is and is malformed.
    fn unwrap(&self, stanzas: &[Stanza]) -> Option<Result<ContentKey, SealError>>;
}

impl Unwrap for SealingIdentity {
    fn unwrap(&self, stanzas: &[Stanza]) -> Option<Result<ContentKey, SealError>> {
        stanzas
            .iter()
            .find_map(|stanza| encapsulation::unwrap(self.suite, &self.seed, stanza))
    }
}

impl FromStr for SealingIdentity {
    type Err = SealError;

    fn from_str(text: &str) -> Result<Self, SealError> {
        Suite::ALL
            .into_iter()
            .find_map(|suite| {
                let bytes = Zeroizing::new(bech32_bytes(identity_prefix(suite), text)?);
                let seed = <[u8; SEED_BYTES]>::try_from(bytes.as_slice()).ok()?;
                Some(Self {
                    suite,
                    seed: Zeroizing::new(seed),
                })
            })
            .ok_or(SealError::MalformedKey("sealing identity"))
    }
}

impl fmt::Debug for SealingIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealingIdentity(secret)")
    }
}

/// The public key to seal to, written `age1pq1…` (K1) or `kontaktstelle-k2-1…`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SealingRecipient {
    key: PublicKey,
}

impl SealingRecipient {
    /// The suite of what is sealed to this key.
    #[must_use]
    pub fn suite(&self) -> Suite {
        self.key.suite()
    }

    /// SHA-256 over a domain line and the key's text. Names the key in a revocation.
    #[must_use]
    pub fn id(&self) -> Hash {
        sha256(format!("kontaktstelle/recipient/v1\n{self}").as_bytes())
    }

    pub(crate) fn wrap(&self, content_key: &ContentKey) -> Result<Stanza, SealError> {
        self.key.wrap(content_key)
    }
}

impl FromStr for SealingRecipient {
    type Err = SealError;

    fn from_str(text: &str) -> Result<Self, SealError> {
        let malformed = SealError::MalformedKey("sealing recipient");
        // Only the lower-case spelling, so that equal keys are equal text.
        if text.bytes().any(|b| b.is_ascii_uppercase()) {
            return Err(malformed);
        }
        Suite::ALL
            .into_iter()
            .find_map(|suite| {
                PublicKey::from_bytes(suite, &bech32_bytes(recipient_prefix(suite), text)?)
            })
            .map(|key| Self { key })
            .ok_or(malformed)
    }
}

impl fmt::Display for SealingRecipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&bech32_text(
            recipient_prefix(self.suite()),
            &self.key.to_bytes(),
        ))
    }
}

impl fmt::Debug for SealingRecipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Two thousand characters help nobody in a log line; the end of the key tells keys apart.
        let text = self.to_string();
        let end = text.len().saturating_sub(8);
        write!(
            f,
            "SealingRecipient({}, …{})",
            self.suite(),
            text.get(end..).unwrap_or_default()
        )
    }
}

impl TryFrom<String> for SealingRecipient {
    type Error = SealError;

    fn try_from(text: String) -> Result<Self, SealError> {
        text.parse()
    }
}

impl From<SealingRecipient> for String {
    fn from(recipient: SealingRecipient) -> Self {
        recipient.to_string()
    }
}

/// Bech32 (BIP 173) without its length limit, as age uses it.
fn bech32_text(prefix: &str, bytes: &[u8]) -> String {
    bech32::encode(prefix, bytes.to_base32(), Variant::Bech32)
        .expect("the prefixes are valid constants")
}

fn bech32_bytes(prefix: &str, text: &str) -> Option<Vec<u8>> {
    // A K2 recipient has about 2,700 characters; nothing longer is worth decoding.
    let (found, data, variant) = (text.len() <= 4096)
        .then(|| bech32::decode(text).ok())
        .flatten()?;
    (found == prefix && variant == Variant::Bech32).then_some(())?;
    Vec::from_base32(&data).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// Example identity in C2SP age.md.
    const SPEC_IDENTITY: &str =
        "AGE-SECRET-KEY-PQ-1XX76JRALNLXDMEW0CRK45QMCCH4X06SE84UN3VPM33W6HWDX0H3SK3ZQFR";

    /// The textual forms are the specification's, so that other age tools read our keys.
    #[test]
    fn textual_forms_follow_the_specification() {
        let identity: SealingIdentity = SPEC_IDENTITY.parse().unwrap();
        assert_eq!(identity.to_secret_string().as_str(), SPEC_IDENTITY);
        let recipient = identity.recipient().to_string();
        // Beginning and end of the recipient printed in age.md.
        assert!(recipient.starts_with(
            "age1pq1x34nzsvr0rxjsgdn8zgyhfe8j7ceq5r9rdelkjuh3y235jzxshfg87pzf5zrqtzdxz95paef6"
        ));
        assert!(
            recipient.ends_with("xpfqdkmhh6gjtqmwze9pyyzk3tlhl53k2ykx3qheyty7saeq0d3fzv49zc0k")
        );
    }

    /// A key survives being written and read, keeps its suite, and cannot be read as one of the other suite.
    #[test]
    fn keys_keep_their_suite() {
        for suite in Suite::ALL {
            let identity = SealingIdentity::generate(suite).unwrap();
            let read: SealingIdentity = identity.to_secret_string().parse().unwrap();
            assert_eq!(read.suite(), suite);
            let recipient: SealingRecipient = read.recipient().to_string().parse().unwrap();
            assert_eq!(recipient, identity.recipient());
            assert_eq!(recipient.suite(), suite);
        }
        let k1 = SealingIdentity::generate(Suite::K1).unwrap();
        let k2 = bech32_text(identity_prefix(Suite::K2), k1.seed.as_ref());
        assert_ne!(
            k2.parse::<SealingIdentity>().unwrap().recipient(),
            k1.recipient()
        );
        let exchanged = bech32_text(recipient_prefix(Suite::K2), &k1.recipient().key.to_bytes());
        assert!(exchanged.parse::<SealingRecipient>().is_err());
    }

    /// A key file with one wrong letter, or of another kind, is refused.
    #[test]
    fn damaged_keys_are_refused() {
        let damaged = SPEC_IDENTITY.replace("ZQFR", "ZQFQ");
        assert!(damaged.parse::<SealingIdentity>().is_err());
        let other_kind = SPEC_IDENTITY.replace("PQ-1", "1");
        assert!(other_kind.parse::<SealingIdentity>().is_err());
        assert!(SPEC_IDENTITY.parse::<SealingRecipient>().is_err());
        for suite in Suite::ALL {
            let recipient = SealingIdentity::generate(suite).unwrap().recipient();
            let text = recipient.to_string();
            let cut = &text[..text.len() - 1];
            assert!(cut.parse::<SealingRecipient>().is_err());
            assert!(text.to_uppercase().parse::<SealingRecipient>().is_err());
        }
    }

    /// A recipient whose classical half is of low order (K1) or no point of the curve (K2) would leave only ML-KEM to
    /// protect the file.
    #[test]
    fn useless_classical_half_is_refused() {
        // The first byte of an uncompressed point is its tag; the rest of both is the zeroed value.
        for (suite, zeros_from) in [(Suite::K1, 1184), (Suite::K2, 1568 + 1)] {
            let identity = SealingIdentity::generate(suite).unwrap();
            let mut bytes = identity.recipient().key.to_bytes();
            bytes[zeros_from..].fill(0);
            let text = bech32_text(recipient_prefix(suite), &bytes);
            assert!(text.parse::<SealingRecipient>().is_err(), "{suite}");
        }
    }

    /// A log line with an identity in it gives nothing away.
    #[test]
    fn debug_shows_no_secret() {
        let identity: SealingIdentity = SPEC_IDENTITY.parse().unwrap();
        assert_eq!(format!("{identity:?}"), "SealingIdentity(secret)");
    }
}
