//! The daily self-check: everything recomputed from what is stored.
//!
//! A log can serve valid proofs between its heads while one of its entries has rotted on the disk,
//! and no witness sees it. Only recomputing from the stored bytes finds it ([`store::fsck`]).

use crate::OFFICE_LOG;
use crate::error::OfficeError;
use crate::office::Office;
use crate::reader::Reader;
use crate::standing::{ReadOnly, Standing};
use crate::writing::{Filed, Loaded};
use records::Timestamp;
use serde::{Deserialize, Serialize};
use store::StoreError;
use store::fsck::{Checked, check};

/// What the last self-check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelfCheck {
    /// When.
    pub at: Timestamp,
    /// What contradicts what; nothing if all is whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

impl SelfCheck {
    const NODE: &'static str = "node";
}

impl Filed for SelfCheck {
    const FAMILY: &'static str = "self-check";

    fn id(&self) -> String {
        Self::NODE.to_owned()
    }
}

impl Reader {
    /// What the last self-check found, if there was one.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn self_check(&self) -> Result<Option<SelfCheck>, OfficeError> {
        self.one(SelfCheck::NODE)
    }
}

impl Office {
    /// Recomputes everything and writes down what was found. What is damaged makes the node
    /// read-only, until a check finds everything whole.
    ///
    /// # Errors
    /// [`OfficeError::ReadOnly`] if something is damaged; when the database cannot be read or the
    /// finding not be written.
    pub fn self_check(&self, progress: &mut dyn FnMut(u64, u64)) -> Result<Checked, OfficeError> {
        match check(self.database().as_ref(), progress) {
            Ok(checked) => {
                if matches!(
                    self.standing(),
                    Standing::ReadOnly(ReadOnly::Damaged { .. })
                ) {
                    // What the witnesses have seen meanwhile is another question, to be asked anew.
                    self.guard.set(self.standing_of_heads()?);
                }
                if self.may_write().is_ok() {
                    self.note_check(None, &checked)?;
                }
                Ok(checked)
            }
            Err(StoreError::Damaged { log, what }) => {
                let what = format!("{log}: {what}");
                tracing::error!(what, "self-check.failed");
                let noted = match self.may_write() {
                    Ok(()) => self.note_check(Some(&what), &Checked::default()),
                    Err(_) => Ok(()),
                };
                let why = ReadOnly::Damaged { what };
                self.guard.set(Standing::ReadOnly(why.clone()));
                noted?;
                Err(OfficeError::ReadOnly(why))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn note_check(&self, problem: Option<&str>, checked: &Checked) -> Result<(), OfficeError> {
        let filed = self.load::<SelfCheck>(SelfCheck::NODE)?;
        let mut writing = self.writing();
        let entry = match problem {
            Some(what) => writing.entry(
                OFFICE_LOG,
                "self-check.failed",
                vec![("problem", what.into())],
            )?,
            None => writing.entry(
                OFFICE_LOG,
                "self-check.passed",
                vec![
                    ("entries", checked.entries.values().sum::<u64>().into()),
                    ("destroyed", checked.destroyed.into()),
                    ("derived", checked.derived.into()),
                    ("blobs", checked.blobs.into()),
                ],
            )?,
        };
        let check = SelfCheck {
            at: writing.now,
            problem: problem.map(str::to_owned),
        };
        writing.file(
            &Loaded {
                value: check,
                revision: filed.map_or(0, |filed| filed.revision),
                entry: None,
            },
            Some(entry),
        )?;
        writing.commit().map(drop)
    }
}
