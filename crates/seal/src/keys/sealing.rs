//! Keys to seal with and to open with: age's hybrid post-quantum type `mlkem768x25519` (X-Wing).
//!
//! No release of the `age` crate has this type yet, so it is written here on the crate's own seam (the `Recipient` and
//! `Identity` traits), after C2SP `age.md`, "The MLKEM768-X25519 hybrid post-quantum recipient type": HPKE base mode
//! (RFC 9180) with KEM 0x647A, HKDF-SHA256 and ChaCha20-Poly1305.

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

use age::secrecy::ExposeSecret;
use age::{DecryptError, EncryptError};
use age_core::format::{FILE_KEY_BYTES, FileKey, Stanza};
use aws_lc_rs::agreement;
use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use bech32::{FromBase32, ToBase32, Variant};
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::XWing;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use crate::SealError;

/// First argument of our stanzas in an age header.
pub(crate) const STANZA_TYPE: &str = "mlkem768x25519";

const INFO: &[u8] = b"age-encryption.org/mlkem768x25519";
const IDENTITY_PREFIX: &str = "age-secret-key-pq-";
const RECIPIENT_PREFIX: &str = "age1pq";
/// All our stanzas carry this label; age refuses to mix them with recipients that do not.
const LABEL: &str = "postquantum";
const SEED_BYTES: usize = 32;
/// Encapsulated key: an ML-KEM-768 ciphertext and an X25519 share.
const ENCAPSULATED_BYTES: usize = 1120;
const X25519_BYTES: usize = 32;
/// The wrapped file key with its tag. Checked before decryption, against partitioning oracles.
const BODY_BYTES: usize = FILE_KEY_BYTES + 16;

type PrivateKey = <XWing as Kem>::PrivateKey;
type PublicKey = <XWing as Kem>::PublicKey;
type EncappedKey = <XWing as Kem>::EncappedKey;

/// The secret that opens what was sealed to its [`SealingRecipient`].
///
/// Written as `AGE-SECRET-KEY-PQ-1…`, the form that every age 1.3 tool reads.
pub struct SealingIdentity {
    seed: Zeroizing<[u8; SEED_BYTES]>,
}

impl SealingIdentity {
    /// A new identity from the operating system's generator.
    ///
    /// # Errors
    /// [`SealError::Randomness`].
    pub fn generate() -> Result<Self, SealError> {
        let mut seed = Zeroizing::new([0; SEED_BYTES]);
        aws_lc_rs::rand::fill(seed.as_mut()).map_err(|_| SealError::Randomness)?;
        Ok(Self { seed })
    }

    /// The public half.
    #[must_use]
    pub fn recipient(&self) -> SealingRecipient {
        SealingRecipient {
            key: XWing::sk_to_pk(&self.private_key()),
        }
    }

    /// The identity as text, to be kept in a key store. The one way the secret leaves this type.
    #[must_use]
    pub fn to_secret_string(&self) -> Zeroizing<String> {
        let mut lower = bech32_text(IDENTITY_PREFIX, self.seed.as_ref());
        let upper = Zeroizing::new(lower.to_uppercase());
        lower.zeroize();
        upper
    }

    fn private_key(&self) -> PrivateKey {
        PrivateKey::from_bytes(self.seed.as_ref())
            .expect("a seed of 32 bytes is always a valid key")
    }

    /// Tries to unwrap the file key; `None` if the stanza is for another key.
    fn unwrap(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        if stanza.tag != STANZA_TYPE {
            return None;
        }
        let Some(encapsulated) = well_formed(stanza) else {
            return Some(Err(DecryptError::InvalidHeader));
        };
        let opened = hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, XWing>(
            &OpModeR::Base,
            &self.private_key(),
            &encapsulated,
            INFO,
            &stanza.body,
            b"",
        );
        let opened = Zeroizing::new(opened.ok()?);
        Some(FileKey::try_init_with_mut(|key| {
            if opened.len() != key.len() {
                return Err(DecryptError::InvalidHeader);
            }
            key.copy_from_slice(&opened);
            Ok(())
        }))
    }
}

/// Checks the form of a stanza before any secret is used on it.
fn well_formed(stanza: &Stanza) -> Option<EncappedKey> {
    let [argument] = stanza.args.as_slice() else {
        return None;
    };
    let bytes = BASE64_STANDARD_NO_PAD.decode(argument).ok()?;
    if bytes.len() != ENCAPSULATED_BYTES || stanza.body.len() != BODY_BYTES {
        return None;
    }
    contributes(&bytes).then_some(())?;
    EncappedKey::from_bytes(&bytes).ok()
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

impl age::Identity for SealingIdentity {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        self.unwrap(stanza)
    }
}

impl FromStr for SealingIdentity {
    type Err = SealError;

    fn from_str(text: &str) -> Result<Self, SealError> {
        let malformed = || SealError::MalformedKey("sealing identity");
        let bytes = Zeroizing::new(bech32_bytes(IDENTITY_PREFIX, text).ok_or_else(malformed)?);
        let seed = <[u8; SEED_BYTES]>::try_from(bytes.as_slice()).map_err(|_| malformed())?;
        Ok(Self {
            seed: Zeroizing::new(seed),
        })
    }
}

impl Clone for SealingIdentity {
    fn clone(&self) -> Self {
        Self {
            seed: self.seed.clone(),
        }
    }
}

impl fmt::Debug for SealingIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealingIdentity(secret)")
    }
}

/// The public key to seal to, written `age1pq1…`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SealingRecipient {
    key: PublicKey,
}

impl age::Recipient for SealingRecipient {
    fn wrap_file_key(
        &self,
        file_key: &FileKey,
    ) -> Result<(Vec<Stanza>, HashSet<String>), EncryptError> {
        let (encapsulated, body) = hpke::single_shot_seal::<ChaCha20Poly1305, HkdfSha256, XWing>(
            &OpModeS::Base,
            &self.key,
            INFO,
            file_key.expose_secret(),
            b"",
        )
        .map_err(|e| EncryptError::Io(std::io::Error::other(e.to_string())))?;
        let stanza = Stanza {
            tag: STANZA_TYPE.to_owned(),
            args: vec![BASE64_STANDARD_NO_PAD.encode(encapsulated.to_bytes())],
            body,
        };
        Ok((vec![stanza], HashSet::from([LABEL.to_owned()])))
    }
}

impl FromStr for SealingRecipient {
    type Err = SealError;

    fn from_str(text: &str) -> Result<Self, SealError> {
        let malformed = || SealError::MalformedKey("sealing recipient");
        // Only the lower-case spelling, so that equal keys are equal text.
        if text.bytes().any(|b| b.is_ascii_uppercase()) {
            return Err(malformed());
        }
        let bytes = bech32_bytes(RECIPIENT_PREFIX, text).ok_or_else(malformed)?;
        if !contributes(&bytes) {
            return Err(malformed());
        }
        let key = PublicKey::from_bytes(&bytes).map_err(|_| malformed())?;
        Ok(Self { key })
    }
}

impl fmt::Display for SealingRecipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&bech32_text(RECIPIENT_PREFIX, &self.key.to_bytes()))
    }
}

impl fmt::Debug for SealingRecipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Two thousand characters help nobody in a log line; the end of the key tells keys apart.
        let text = self.to_string();
        let end = text.len().saturating_sub(8);
        write!(
            f,
            "SealingRecipient(…{})",
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
    let (found, data, variant) = bech32::decode(text).ok()?;
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
        assert_eq!(
            recipient.parse::<SealingRecipient>().unwrap(),
            identity.recipient()
        );
    }

    /// A key file with one wrong letter, or of another kind, is refused.
    #[test]
    fn damaged_keys_are_refused() {
        assert!(
            SPEC_IDENTITY
                .replace("ZQFR", "ZQFQ")
                .parse::<SealingIdentity>()
                .is_err()
        );
        assert!(
            SPEC_IDENTITY
                .replace("PQ-1", "1")
                .parse::<SealingIdentity>()
                .is_err()
        );
        let recipient = SealingIdentity::generate().unwrap().recipient().to_string();
        assert!(
            recipient[..recipient.len() - 1]
                .parse::<SealingRecipient>()
                .is_err()
        );
        assert!(
            recipient
                .to_uppercase()
                .parse::<SealingRecipient>()
                .is_err()
        );
        assert!(SPEC_IDENTITY.parse::<SealingRecipient>().is_err());
    }

    /// A recipient whose X25519 half is of low order would leave only ML-KEM to protect the file.
    #[test]
    fn low_order_recipient_is_refused() {
        let mut bytes = SealingIdentity::generate()
            .unwrap()
            .recipient()
            .key
            .to_bytes();
        bytes[1184..].fill(0);
        assert!(
            bech32_text(RECIPIENT_PREFIX, &bytes)
                .parse::<SealingRecipient>()
                .is_err()
        );
    }

    /// A log line with an identity in it gives nothing away.
    #[test]
    fn debug_shows_no_secret() {
        let identity: SealingIdentity = SPEC_IDENTITY.parse().unwrap();
        assert_eq!(format!("{identity:?}"), "SealingIdentity(secret)");
    }
}
