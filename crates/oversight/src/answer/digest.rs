//! Hashes over the parts of an answer, and the seal over all of it.
//!
//! The seal alone would do to find a change. The parts' hashes tell where it is. They are the same in
//! the draft and in what was released: only status, release and seal are added.

use super::{Answer, AnswerStatus, Release};
use crate::error::OversightError;
use journal::hash::{Hash, sha256};
use records::Timestamp;
use seal::answer_seal::{AnswerSeal, AnswerSealFormat, SignedAnswerSeal};
use seal::keys::SigningKey;
use serde::{Deserialize, Serialize};

/// The hash of one part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartDigest {
    /// The part: `head`, `question 26`, `evidence`.
    pub part: String,
    /// SHA-256 of its canonical JSON (RFC 8785), in base64.
    pub sha256: Hash,
}

fn canonical<T: Serialize>(value: &T) -> Result<Vec<u8>, OversightError> {
    Ok(serde_json_canonicalizer::to_vec(value)?)
}

/// The hashes of all parts, from the parts themselves.
pub(crate) fn part_digests(answer: &Answer) -> Result<Vec<PartDigest>, OversightError> {
    let digest = |part: String, bytes: Vec<u8>| PartDigest {
        part,
        sha256: sha256(&bytes),
    };
    let head = (
        (
            answer.format,
            &answer.inquiry,
            answer.lang,
            &answer.issuer,
            answer.exercise,
        ),
        (
            answer.generated_at,
            answer.cut_off,
            &answer.position,
            &answer.premises,
        ),
    );
    let mut digests = vec![
        digest("head".to_owned(), canonical(&head)?),
        digest("remarks".to_owned(), canonical(&answer.remarks)?),
        digest("summary".to_owned(), canonical(&answer.summary)?),
    ];
    for question in &answer.questions {
        digests.push(digest(
            format!("question {}", question.number),
            canonical(question)?,
        ));
    }
    digests.push(digest("sources".to_owned(), canonical(&answer.sources)?));
    digests.push(digest("evidence".to_owned(), canonical(&answer.evidence)?));
    Ok(digests)
}

/// SHA-256 of the whole document's canonical JSON without its seal.
pub(crate) fn document_hash(answer: &Answer) -> Result<Hash, OversightError> {
    let bare = Answer {
        seal: None,
        ..answer.clone()
    };
    canonical(&bare).map(|bytes| sha256(&bytes))
}

impl Answer {
    /// Marks the answer as released and seals it with the issuer's key. `time` is now, at the edge.
    /// That it *was* released is proved by `release` and by nothing else; see [`super::released`].
    ///
    /// # Errors
    /// When the issuer's name is no party, which composing excludes.
    pub fn seal(
        &mut self,
        release: Release,
        key: &SigningKey,
        time: Timestamp,
    ) -> Result<(), OversightError> {
        self.status = AnswerStatus::Released;
        self.release = Some(release);
        let seal = AnswerSeal {
            format: AnswerSealFormat::V1,
            document: document_hash(self)?,
            party: self.issuer.party.clone(),
            time: time.to_string(),
        };
        let signed = SignedAnswerSeal::sign_with(seal, key)?;
        self.seal = Some(serde_json::from_str(&signed.to_json()?)?);
        Ok(())
    }
}
