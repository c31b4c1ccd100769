//! What a witness answers, and what the log takes over from it.

use std::fmt;

use super::MAX_ANSWER_BYTES;
use crate::checkpoint::parse_decimal;
use crate::note::{
    AnyVerifier, Note, NoteError, NoteSignature, NoteVerifier as _, parse_signatures,
};

/// The lines that a witness has answered: well-formed, and no more than that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    lines: Vec<NoteSignature>,
}

/// Why an answer is not taken over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// The answer is not signature lines, or too many for the note.
    #[error("the answer is not a list of signature lines")]
    Malformed(#[from] NoteError),
    /// More than [`MAX_ANSWER_BYTES`].
    #[error("the answer is larger than {MAX_ANSWER_BYTES} bytes")]
    TooLarge,
    /// The bytes are not text.
    #[error("the answer is not UTF-8 text without control characters")]
    Encoding,
    /// A line by a key of the witness does not verify over this checkpoint, or has no time.
    #[error("the cosignature by {name} (key {key_id:08x}) is not valid for this checkpoint")]
    BadCosignature {
        /// Name of the key.
        name: String,
        /// Its id.
        key_id: u32,
    },
    /// No line is by a known key of the witness.
    #[error("the witness has not cosigned with a known key")]
    NotCosigned,
}

/// A cosignature that was taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// Name of the key.
    pub name: String,
    /// Its id.
    pub key_id: u32,
    /// When the witness has cosigned, in seconds since 1970.
    pub time: u64,
}

impl Answer {
    #[cfg(feature = "sign")]
    pub(super) fn new(lines: Vec<NoteSignature>) -> Self {
        Self { lines }
    }

    /// Reads the body of an answer with status 200.
    ///
    /// # Errors
    /// When the format is broken or a limit exceeded.
    pub fn parse(body: &[u8]) -> Result<Self, AnswerError> {
        if body.len() > MAX_ANSWER_BYTES {
            return Err(AnswerError::TooLarge);
        }
        if body.iter().any(|byte| *byte < 0x20 && *byte != b'\n') {
            return Err(AnswerError::Encoding);
        }
        let text = std::str::from_utf8(body).map_err(|_| AnswerError::Encoding)?;
        Ok(Self {
            lines: parse_signatures(text)?,
        })
    }

    /// Puts the lines by the known keys of the witness under the checkpoint that was sent to it, in the
    /// place of older ones. Lines by other keys are ignored.
    ///
    /// # Errors
    /// When a line by a known key is not valid for exactly this checkpoint, or there is none. The note
    /// is then as it was.
    pub fn merge_into(
        &self,
        note: &mut Note,
        witness: &[AnyVerifier],
    ) -> Result<Vec<Merged>, AnswerError> {
        let mut cosigned = note.clone();
        let mut merged = Vec::new();
        for line in &self.lines {
            let of_line =
                |key: &&AnyVerifier| key.name() == line.name && key.key_id() == line.key_id;
            let Some(key) = witness.iter().find(of_line) else {
                continue;
            };
            cosigned.replace_line(line.clone())?;
            let time = key.time_of(&cosigned).filter(|time| *time > 0);
            merged.push(Merged {
                name: line.name.clone(),
                key_id: line.key_id,
                time: time.ok_or_else(|| AnswerError::BadCosignature {
                    name: line.name.clone(),
                    key_id: line.key_id,
                })?,
            });
        }
        if merged.is_empty() {
            return Err(AnswerError::NotCosigned);
        }
        *note = cosigned;
        Ok(merged)
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.lines {
            writeln!(f, "{line}")?;
        }
        Ok(())
    }
}

/// The size in the body of an answer with status 409: what the witness has seen last.
#[must_use]
pub fn parse_size(body: &[u8]) -> Option<u64> {
    parse_decimal(std::str::from_utf8(body).ok()?.strip_suffix('\n')?)
}
