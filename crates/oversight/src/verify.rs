//! Checking an answer offline: with the file alone, without node, database or network.
//!
//! What can be checked: that the logs hold what the file shows (signed roots recomputed from all
//! entries, or inclusion proofs), that every word, cell and figure follows from it (every finding is
//! run again), who vouches for the logs (every cosignature is verified), and that the issuer released
//! and sealed the whole. What cannot: that the keys are the party's unless their fingerprints are
//! compared with paper, that witnesses are independent of the issuer, that a log's keeper wrote down
//! what was true, and that no record was left out. The report says which is which.
//!
//! A draft can be checked too, and is reported as what it is: nobody's answer.

mod compare;
mod release;
mod report;

pub use compare::{Difference, Place};
pub use report::{
    Assertion, FigureLine, LogLine, PartyLine, ProvedBy, ReleaseLine, SealLine, VerifyReport,
};

use crate::answer::{Answer, AnswerStatus, part_digests};
use crate::error::OversightError;
use crate::evidence::ProofFault;
use journal::hash::Hash;
use journal::proof_file::ProofFileError;
use seal::SealError;
use seal::keys::Fingerprint;

/// Largest answer that is read, in bytes.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;

/// Why an answer does not hold.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The file is larger than [`MAX_BYTES`].
    #[error("the file is larger than {MAX_BYTES} bytes")]
    TooLarge,
    /// The file is no answer of a known format.
    #[error("not an answer in the format kontaktstelle/answer/v2, at {path}: {reason}")]
    Format {
        /// Where in the file.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// Something is stated that the evidence in the file does not show.
    #[error("{0}")]
    Differs(Box<Difference>),
    /// The evidence cannot be read, so that nothing can be recomputed.
    #[error("the evidence in the file cannot be read: {}", chain(.0))]
    Unreadable(OversightError),
    /// A part of the evidence is not proved.
    #[error("{}", chain(.0))]
    Evidence(ProofFault),
    /// A part of the document was changed after it was made.
    #[error("{part} was changed after the answer was made")]
    Digest {
        /// The part, such as `question 26`.
        part: String,
    },
    /// The list of parts' hashes does not fit the document.
    #[error("the document has other parts than its list of hashes")]
    Parts,
    /// There is no seal.
    #[error("the answer is not sealed by its issuer")]
    NotSealed,
    /// Something with the seal or the release of an answer that calls itself a draft.
    #[error("the file calls itself a draft and has a seal or the proof of a release")]
    SealedDraft,
    /// Nothing proves that a second officer released the answer.
    #[error("nothing proves that the answer was released")]
    NotReleased,
    /// The entry of the release is of another document or inquiry, or of something else.
    #[error("the proof of the release does not hold: its field {0} is not that of this answer")]
    ReleasedOther(&'static str),
    /// The entry of the release is not in the issuer's journal.
    #[error("the proof of the release does not hold: {}", chain(.0))]
    Release(ProofFileError),
    /// The seal is over another document.
    #[error("the seal is over another document: it names {sealed}, this is {found}")]
    SealedOther {
        /// The hash in the seal.
        sealed: Hash,
        /// The document's.
        found: Hash,
    },
    /// The seal is malformed, of another party, or its signature does not hold.
    #[error("the seal does not hold: {0}")]
    Seal(SealError),
    /// No key is left whose seal would count.
    #[error("every signing key of the issuer that the file knows was taken back")]
    SealKeys,
    /// The seal names another party than the document.
    #[error("the seal is of party {0}, not of the issuer")]
    SealedByOther(String),
    /// A fingerprint that the reader knows belongs to no key in the file.
    #[error("the answer does not rest on the key with the fingerprint {fingerprint}")]
    Untrusted {
        /// The fingerprint that was given.
        fingerprint: String,
    },
}

/// An error with its causes, for readers who see one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}

/// Checks an answer.
///
/// `trusted` are root fingerprints that the reader got on another way, such as on paper. Without any,
/// the keys only prove that the file is whole; the report then asks to compare.
///
/// # Errors
/// Everything that is wrong, the most specific first: figures and words before proofs, proofs
/// before hashes and seal.
pub fn verify(
    answer_json: &str,
    trusted: &[Fingerprint],
) -> Result<VerifyReport, Vec<VerifyError>> {
    let answer = read(answer_json).map_err(|error| vec![error])?;
    let mut errors = recompute(&answer);
    let (proof, faults) = answer.evidence.prove(trusted);
    errors.extend(faults.into_iter().map(VerifyError::Evidence));
    errors.extend(digests(&answer));
    let sealed = match (answer.status, &answer.release, &answer.seal) {
        (AnswerStatus::Draft, None, None) => None,
        (AnswerStatus::Draft, _, _) => {
            errors.push(VerifyError::SealedDraft);
            None
        }
        (AnswerStatus::Released, _, _) => {
            let mut keep = |error| errors.push(error);
            let release = release::check_release(&answer, &proof).map_err(&mut keep);
            let seal = release::check_seal(&answer, &proof).map_err(&mut keep);
            release.ok().zip(seal.ok())
        }
    };
    let missing = trusted.iter().filter(|fingerprint| {
        let shown = fingerprint.to_string();
        !proof
            .manifests
            .iter()
            .any(|manifest| manifest.fingerprint.to_string() == shown)
    });
    errors.extend(missing.map(|fingerprint| VerifyError::Untrusted {
        fingerprint: fingerprint.to_string().replace('\n', " "),
    }));
    if errors.is_empty() {
        Ok(VerifyReport::new(&answer, &proof, sealed))
    } else {
        Err(errors)
    }
}

fn read(json: &str) -> Result<Answer, VerifyError> {
    if json.len() > MAX_BYTES {
        return Err(VerifyError::TooLarge);
    }
    let mut reader = serde_json::Deserializer::from_str(json);
    let answer =
        serde_path_to_error::deserialize(&mut reader).map_err(|error| VerifyError::Format {
            path: error.path().to_string(),
            reason: error.inner().to_string(),
        })?;
    let trailing = |error: serde_json::Error| VerifyError::Format {
        path: "end".to_owned(),
        reason: error.to_string(),
    };
    reader.end().map_err(trailing)?;
    Ok(answer)
}

/// Runs every finding again on the evidence in the file.
fn recompute(answer: &Answer) -> Vec<VerifyError> {
    match answer.recompute() {
        Err(error) => vec![VerifyError::Unreadable(error)],
        Ok(recomputed) => compare::differences(answer, &recomputed)
            .into_iter()
            .map(|difference| VerifyError::Differs(Box::new(difference)))
            .collect(),
    }
}

fn digests(answer: &Answer) -> Vec<VerifyError> {
    let Ok(found) = part_digests(answer) else {
        return vec![VerifyError::Parts];
    };
    let same_parts = found.len() == answer.digests.len()
        && found
            .iter()
            .zip(&answer.digests)
            .all(|(found, stated)| found.part == stated.part);
    if !same_parts {
        return vec![VerifyError::Parts];
    }
    let pairs = found.iter().zip(&answer.digests);
    pairs
        .filter(|(found, stated)| found.sha256 != stated.sha256)
        .map(|(found, _)| VerifyError::Digest {
            part: found.part.clone(),
        })
        .collect()
}
