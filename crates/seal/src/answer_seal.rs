//! The seal on a published answer: which bytes a house stands for.
//!
//! The answer itself may be large and is read by programs that know nothing of this crate. So what is signed is a small
//! statement with the answer's hash; it travels inside the published file.

use journal::hash::Hash;
use serde::{Deserialize, Serialize};

use crate::SealError;
use crate::keys::SigningKey;
use crate::statement::{Signed, Statement, check_label, check_time};

/// An answer's seal with its signatures.
pub type SignedAnswerSeal = Signed<AnswerSeal>;

/// The format of an answer's seal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum AnswerSealFormat {
    /// The first version.
    #[default]
    #[serde(rename = "kontaktstelle/answer-seal/v1")]
    V1,
}

/// What a house says about an answer it publishes: that it gives it as a whole, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerSeal {
    /// Format and version.
    pub format: AnswerSealFormat,
    /// SHA-256 of the answer's canonical JSON (RFC 8785) without the member that holds this seal.
    pub document: Hash,
    /// The party that answers.
    pub party: String,
    /// When it was sealed, RFC 3339 UTC.
    pub time: String,
}

impl Statement for AnswerSeal {
    const FORMAT: &'static str = "kontaktstelle/answer-seal/v1";

    fn validate(&self) -> Result<(), SealError> {
        check_label("party", &self.party)?;
        check_time("time", &self.time).map(drop)
    }
}

impl SignedAnswerSeal {
    /// Seals an answer.
    ///
    /// # Errors
    /// [`SealError::InvalidField`] for a malformed party or time.
    pub fn sign_with(seal: AnswerSeal, key: &SigningKey) -> Result<Self, SealError> {
        Self::sign(seal, key)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::Suite;

    fn seal(document: &[u8]) -> AnswerSeal {
        AnswerSeal {
            format: AnswerSealFormat::V1,
            document: journal::hash::sha256(document),
            party: "de".to_owned(),
            time: "2026-01-01T00:00:00.000Z".to_owned(),
        }
    }

    /// Promise: a seal holds for the one document and the one key, and for nothing else.
    #[test]
    fn a_seal_holds_for_one_document_and_one_key() {
        let (key, other) = (
            SigningKey::generate(Suite::K1).unwrap(),
            SigningKey::generate(Suite::K1).unwrap(),
        );
        let signed = SignedAnswerSeal::sign_with(seal(b"answer"), &key).unwrap();
        let read = SignedAnswerSeal::from_json(signed.to_json().unwrap().as_bytes()).unwrap();
        read.verify(&key.verifying_key()).unwrap();
        assert!(read.verify(&other.verifying_key()).is_err());
        let moved = signed.to_json().unwrap().replace(
            &journal::hash::sha256(b"answer").to_string(),
            &journal::hash::sha256(b"another").to_string(),
        );
        let moved = SignedAnswerSeal::from_json(moved.as_bytes()).unwrap();
        assert!(moved.verify(&key.verifying_key()).is_err());
    }

    /// Promise: a seal without a readable time is not made.
    #[test]
    fn a_seal_needs_a_time() {
        let key = SigningKey::generate(Suite::K1).unwrap();
        let timeless = AnswerSeal {
            time: "yesterday".to_owned(),
            ..seal(b"answer")
        };
        assert!(SignedAnswerSeal::sign_with(timeless, &key).is_err());
    }
}
