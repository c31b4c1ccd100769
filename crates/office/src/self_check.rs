//! The daily self-check: everything recomputed from what is stored.
//!
//! A log can serve valid proofs between its heads while one of its entries has rotted on the disk,
//! and no witness sees it. Only recomputing from the stored bytes finds it ([`store::fsck`]).

use crate::OFFICE_LOG;
use crate::channel::Fields;
use crate::entry_kind::EntryKind;
use crate::error::OfficeError;
use crate::office::Office;
use crate::reader::Reader;
use crate::standing::{ReadOnly, Standing};
use crate::writing::{Filed, Loaded, Writing};
use records::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
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
    /// read-only, until a check finds everything whole. No other reason to only read is lifted by it.
    ///
    /// # Errors
    /// [`OfficeError::ReadOnly`] if something is damaged; when the database cannot be read or the
    /// finding not be written.
    pub fn self_check(&self, progress: &mut dyn FnMut(u64, u64)) -> Result<Checked, OfficeError> {
        let checked = match check(self.database().as_ref(), progress) {
            Ok(checked) => checked,
            Err(StoreError::Damaged { log, what }) => {
                return Err(self.damaged(format!("{log}: {what}"))?);
            }
            Err(error) => return Err(error.into()),
        };
        match self.standing() {
            Standing::Signing => {
                let mut writing = self.writing();
                self.note_passed(&mut writing, &checked)?;
                writing.commit()?;
            }
            Standing::ReadOnly(ReadOnly::Damaged { .. }) => {
                // What the witnesses have seen meanwhile is another question, to be asked anew. It is
                // answered at once where there are none.
                let next = match self.standing_of_heads()? {
                    Standing::Signing => Standing::Unconfirmed {
                        logs: BTreeSet::new(),
                    },
                    standing => standing,
                };
                self.guard.heal(checked.clone(), next);
                self.confirm_standing(&[])?;
            }
            Standing::Unconfirmed { .. } | Standing::ReadOnly(ReadOnly::SetBack { .. }) => {}
        }
        Ok(checked)
    }

    /// Makes the node read-only and files why, so that the next start knows it; gives the refusal.
    fn damaged(&self, what: String) -> Result<OfficeError, OfficeError> {
        tracing::error!(what, "self-check.failed");
        let noted = match self.standing() {
            Standing::Signing => self.note_failed(&what, true),
            // What signs nothing files it without an entry; the check that lifts it will name what
            // was found last.
            Standing::Unconfirmed { .. } | Standing::ReadOnly(ReadOnly::Damaged { .. }) => {
                self.note_failed(&what, false)
            }
            // May not even be written to, and stays read-only over a restart anyhow.
            Standing::ReadOnly(ReadOnly::SetBack { .. }) => Ok(()),
        };
        let why = ReadOnly::Damaged { what };
        self.guard.set(Standing::ReadOnly(why.clone()));
        noted?;
        Ok(OfficeError::ReadOnly(why))
    }

    fn note_failed(&self, problem: &str, signed: bool) -> Result<(), OfficeError> {
        let mut writing = self.writing();
        let before = self.reader().self_check()?;
        if signed {
            let fields = [("problem", problem.into())];
            let entry = writing.entry(OFFICE_LOG, EntryKind::SelfCheckFailed, fields)?;
            self.file_check(&mut writing, Some(entry), Some(problem.to_owned()))?;
            writing.commit()?;
        } else if before.and_then(|check| check.problem).as_deref() != Some(problem) {
            self.file_check(&mut writing, None, Some(problem.to_owned()))?;
            writing.commit_first()?;
        }
        Ok(())
    }

    /// Adds the entry of a check that found everything whole; if the one before found damage, it says
    /// which is lifted.
    pub(crate) fn note_passed(
        &self,
        writing: &mut Writing<'_>,
        checked: &Checked,
    ) -> Result<(), OfficeError> {
        let mut fields: Fields = vec![
            ("entries", checked.entries.values().sum::<u64>().into()),
            ("destroyed", checked.destroyed.into()),
            ("derived", checked.derived.into()),
            ("blobs", checked.blobs.into()),
        ];
        let before = self.reader().self_check()?;
        if let Some(problem) = before.and_then(|check| check.problem) {
            fields.push(("lifted", problem.into()));
        }
        let entry = writing.entry(OFFICE_LOG, EntryKind::SelfCheckPassed, fields)?;
        self.file_check(writing, Some(entry), None)
    }

    fn file_check(
        &self,
        writing: &mut Writing<'_>,
        entry: Option<usize>,
        problem: Option<String>,
    ) -> Result<(), OfficeError> {
        let filed = self.load::<SelfCheck>(SelfCheck::NODE)?;
        let check = SelfCheck {
            at: writing.now,
            problem,
        };
        writing.file(
            &Loaded {
                value: check,
                revision: filed.map_or(0, |filed| filed.revision),
                entry: None,
            },
            entry,
        )
    }
}
