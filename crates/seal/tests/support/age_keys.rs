//! Our K1 keys for the `age` crate, written anew from C2SP `age.md`: a second opinion on our format in the tests, and the
//! yardstick of the benchmark. No release of the crate has this type of key.

use std::collections::HashSet;
use std::fmt::Display;

use age::secrecy::ExposeSecret;
use age::{DecryptError, EncryptError};
use age_core::format::{FileKey, Stanza};
use base64::Engine;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use bech32::FromBase32;
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::XWing;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};

const INFO: &[u8] = b"age-encryption.org/mlkem768x25519";
const TYPE: &str = "mlkem768x25519";

/// A public key for the `age` crate.
pub(crate) struct AgeRecipient(<XWing as Kem>::PublicKey);

/// A secret key for the `age` crate.
pub(crate) struct AgeIdentity(<XWing as Kem>::PrivateKey);

impl AgeRecipient {
    /// Reads `age1pq1…`.
    pub(crate) fn new(text: impl Display) -> Self {
        Self(Deserializable::from_bytes(&key_bytes(text)).unwrap())
    }
}

impl AgeIdentity {
    /// Reads `AGE-SECRET-KEY-PQ-1…`.
    pub(crate) fn new(text: impl Display) -> Self {
        Self(Deserializable::from_bytes(&key_bytes(text)).unwrap())
    }
}

fn key_bytes(text: impl Display) -> Vec<u8> {
    let (_, data, _) = bech32::decode(&text.to_string()).unwrap();
    Vec::from_base32(&data).unwrap()
}

impl age::Recipient for AgeRecipient {
    fn wrap_file_key(&self, key: &FileKey) -> Result<(Vec<Stanza>, HashSet<String>), EncryptError> {
        let (encapsulated, body) = hpke::single_shot_seal::<ChaCha20Poly1305, HkdfSha256, XWing>(
            &OpModeS::Base,
            &self.0,
            INFO,
            key.expose_secret(),
            b"",
        )
        .unwrap();
        let stanza = Stanza {
            tag: TYPE.to_owned(),
            args: vec![BASE64_STANDARD_NO_PAD.encode(encapsulated.to_bytes())],
            body,
        };
        Ok((vec![stanza], HashSet::from(["postquantum".to_owned()])))
    }
}

impl age::Identity for AgeIdentity {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        let [encapsulated] = stanza.args.as_slice() else {
            return None;
        };
        let encapsulated = BASE64_STANDARD_NO_PAD.decode(encapsulated).ok()?;
        let opened = hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, XWing>(
            &OpModeR::Base,
            &self.0,
            &Deserializable::from_bytes(&encapsulated).ok()?,
            INFO,
            &stanza.body,
            b"",
        )
        .ok()?;
        Some(Ok(FileKey::new(Box::new(opened.try_into().unwrap()))))
    }
}
