//! From a filed draft to the sealed answer, once a second officer has released it.
//!
//! What an officer files is a draft and says so. The seal of the house comes only after the journal
//! has the entry in which another officer releases that very document, and that entry goes into the
//! file with its proof. So nobody can pass a draft off as an answer, the issuer's own machine
//! included: without the entry there is nothing to put in.

use super::{Answer, AnswerStatus};
use crate::error::OversightError;
use journal::hash::{Hash, sha256};
use journal::opening::Opening;
use office::handling::Inquiry;
use office::writing::Filed as _;
use office::{OFFICE_LOG, OfficeError, Reader};
use records::Timestamp;
use seal::keys::SigningKey;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Kind of the office journal's entry in which an answer is released.
pub const RELEASE_ENTRY: &str = "inquiry.answer-released";

/// Fields of that entry that are opened. Who released it is nobody's business but the house's.
const RELEASE_FIELDS: [&str; 4] = ["kind", "time", "inquiry", "document"];

/// What proves that an answer was released.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// The entry of the office journal, with the document that it releases shown by its hash.
    pub opening: Opening,
    /// That it stands there: a C2SP `tlog-proof`.
    pub proof: String,
}

/// The answer to an inquiry as it leaves the house: the filed draft, marked as released, with the
/// entry of its release, sealed. `time` is now, at the edge.
///
/// # Errors
/// [`OversightError::NotReleased`], when no second officer has released an answer to this inquiry.
pub fn released(
    reader: &Reader,
    reference: &str,
    key: &SigningKey,
    time: Timestamp,
) -> Result<Answer, OversightError> {
    let not_released = || OversightError::NotReleased(reference.to_owned());
    let filed = reader
        .database()
        .document(Inquiry::FAMILY, reference)
        .map_err(OfficeError::from)?
        .ok_or_else(not_released)?;
    let inquiry: Inquiry = serde_json::from_str(&filed.json)?;
    // After its release nothing more is written about an inquiry, so the newest revision is of it.
    let (answer, entry) = inquiry
        .answer
        .filter(|answer| answer.released_by.is_some())
        .zip(filed.entry)
        .ok_or_else(not_released)?;
    let draft = reader
        .blob(&answer.document)?
        .ok_or_else(|| OfficeError::NoSuch {
            what: "filed answer to",
            name: reference.to_owned(),
        })?;
    let mut sealed: Answer = serde_json::from_slice(&draft)?;
    if sealed.draft_hash()? != answer.document {
        return Err(OversightError::NotADraft(reference.to_owned()));
    }
    let indices = BTreeSet::from([entry.index]);
    let extract = reader.partial_extract(OFFICE_LOG, &indices, &RELEASE_FIELDS)?;
    let opened = extract
        .entries
        .into_iter()
        .next()
        .ok_or_else(not_released)?;
    let release = Release {
        opening: opened.opening,
        proof: reader.proof_file(&entry)?.to_string(),
    };
    sealed.seal(release, key, time)?;
    Ok(sealed)
}

impl Answer {
    /// SHA-256 of the draft from which this answer was made: what the entry of its release names.
    ///
    /// # Errors
    /// None that a composed answer is known to cause.
    pub fn draft_hash(&self) -> Result<Hash, serde_json::Error> {
        let draft = Self {
            status: AnswerStatus::Draft,
            release: None,
            seal: None,
            ..self.clone()
        };
        Ok(sha256(draft.to_json()?.as_bytes()))
    }
}
