//! Destroying content at its date, everywhere the node keeps it.
//!
//! What is destroyed with a case: its entries' bodies and salts in the office journal and all
//! revisions that derive from them, the sealed messages and their headers, the attachments and the
//! payloads. What stays: the leaves, so that every proof still holds, and the exchange log's codes,
//! so that every figure can still be counted. That content was destroyed, and by which rule, is itself
//! an entry.
//!
//! Files lie outside the database, so they cannot go in the same transaction: what is to be removed is
//! filed first and removed then, and a node that ended in between goes on where it was.

mod plan;

use crate::OFFICE_LOG;
use crate::case::Case;
use crate::entry_kind::EntryKind;
use crate::error::OfficeError;
use crate::office::Office;
use crate::reader::Reader;
use crate::state::{Incoming, Outgoing, Stage};
use crate::writing::{Filed, Loaded, read_document};
use journal::hash::Hash;
use plan::Plan;
use records::{ThreadId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use store::{EntryRef, Expect};

/// By which rule content was destroyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RetentionRule {
    /// The day in the conditions of the answer has passed.
    Condition,
    /// The configuration's time for closed cases has passed.
    Configuration,
    /// The date that the entry itself was given has passed.
    EntryDate,
}

impl RetentionRule {
    /// The word for it in entries.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Condition => "condition",
            Self::Configuration => "configuration",
            Self::EntryDate => "entry-date",
        }
    }
}

/// A case that was destroyed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destruction {
    /// The case.
    pub thread: ThreadId,
    /// When.
    pub at: Timestamp,
    /// By which rule.
    pub rule: RetentionRule,
    /// The entries of the office journal whose content is gone.
    pub entries: Vec<u64>,
    /// Files that are still to be removed, but for those of other cases; none once all are.
    pub objects: BTreeSet<Hash>,
}

impl Filed for Destruction {
    const FAMILY: &'static str = "destruction";

    fn id(&self) -> String {
        self.thread.to_string()
    }

    fn tag(&self) -> String {
        if self.objects.is_empty() {
            ""
        } else {
            "pending"
        }
        .to_owned()
    }
}

impl Reader {
    /// The cases that were destroyed.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn destructions(&self) -> Result<Vec<Destruction>, OfficeError> {
        self.all()
    }
}

impl Office {
    /// Destroys what is due at `now`, at most `limit` cases and as many single entries. Gives how
    /// many of both. For the daily clock.
    ///
    /// # Errors
    /// When the database or the object store cannot be read or written.
    pub fn destroy_expired(&self, now: Timestamp, limit: u32) -> Result<usize, OfficeError> {
        self.may_write()?;
        self.remove_pending()?;
        let mut destroyed = 0;
        for document in self.database().documents(Case::FAMILY, None)? {
            if destroyed >= limit as usize {
                break;
            }
            let case = read_document::<Case>(document)?;
            let Some(rule) = self.due(&case, now)? else {
                continue;
            };
            match self.destroy_case(&case, rule) {
                Ok(done) => destroyed += usize::from(done),
                // Somebody acted on it at this very moment; it is looked at again tomorrow.
                Err(OfficeError::Busy) => {}
                Err(error) => return Err(error),
            }
        }
        self.remove_pending()?;
        Ok(destroyed + self.destroy_dated_entries(now, limit)?)
    }

    /// Whether a case is closed, or was never sent, and its time is over.
    fn due(
        &self,
        loaded: &Loaded<Case>,
        now: Timestamp,
    ) -> Result<Option<RetentionRule>, OfficeError> {
        let case = &loaded.value;
        if !is_closed(case.stage) {
            return Ok(None);
        }
        let conditions = case
            .answer
            .as_ref()
            .and_then(|a| a.answer.conditions.as_ref());
        if let Some(conditions) = conditions {
            let is_over = conditions.retain_until < now.date();
            return Ok(is_over.then_some(RetentionRule::Condition));
        }
        let Some(days) = self.limits.keep_case_days else {
            return Ok(None);
        };
        let last_step = match (&case.answer, case.deadline, &loaded.entry) {
            (Some(answer), ..) => answer.at,
            (None, Some(deadline), _) => deadline,
            // A draft that nobody went on with: when it was last touched.
            (None, None, Some(entry)) => {
                let touched = self.reader().line(entry)?.text("time").parse();
                touched.unwrap_or(case.opened)
            }
            (None, None, None) => case.opened,
        };
        let is_over = last_step.plus_seconds(i64::from(days) * 86_400) < now;
        Ok(is_over.then_some(RetentionRule::Configuration))
    }

    fn destroy_case(&self, case: &Loaded<Case>, rule: RetentionRule) -> Result<bool, OfficeError> {
        let Some(plan) = Plan::of(self, &case.value)? else {
            // A message is still under way; the counterpart is owed it.
            return Ok(false);
        };
        let thread = case.value.thread;
        let mut writing = self.writing();
        let indices: Vec<u64> = plan.entries.iter().map(|entry| entry.index).collect();
        let entry = writing.entry(
            OFFICE_LOG,
            EntryKind::ContentDestroyed,
            vec![
                ("case", thread.to_string().into()),
                ("log", OFFICE_LOG.into()),
                ("entries", indices.clone().into()),
                ("rule", rule.code().into()),
                // Those that another case rests on are counted too, and go with that one.
                ("files", plan.objects.len().into()),
            ],
        )?;
        let destruction = Destruction {
            thread,
            at: writing.now,
            rule,
            entries: indices,
            objects: plan.objects,
        };
        writing.file(&Loaded::new(destruction), Some(entry))?;
        writing.batch.expect.push(Expect {
            family: Case::FAMILY,
            id: case.value.id(),
            revision: case.revision,
        });
        writing.batch.destroy.extend(plan.entries);
        writing.batch.forget.extend(plan.blobs);
        writing.commit()?;
        tracing::info!(case = %thread, rule = rule.code(), "content.destroyed");
        Ok(true)
    }

    /// Removes the files of destroyed cases. Files are named by their content: one that another case
    /// rests on, or rested on in a revision that is kept, stays until that one is destroyed. It is
    /// asked now and not when the case was destroyed, which may have been before a cut.
    fn remove_pending(&self) -> Result<(), OfficeError> {
        let documents = self
            .database()
            .documents(Destruction::FAMILY, Some("pending"))?;
        if documents.is_empty() {
            return Ok(());
        }
        let kept = plan::files_of_all_cases(self)?;
        for document in documents {
            let mut pending = read_document::<Destruction>(document)?;
            for object in std::mem::take(&mut pending.value.objects) {
                if !kept.contains(&object) {
                    self.objects.remove(&object)?;
                }
            }
            let mut writing = self.writing();
            writing.file(&pending, None)?;
            match writing.commit() {
                Ok(_) | Err(OfficeError::Busy) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Single entries that were given a date when they were written.
    fn destroy_dated_entries(&self, now: Timestamp, limit: u32) -> Result<usize, OfficeError> {
        let expired = self.database().expired(now.millis(), limit)?;
        let mut logs: Vec<&str> = expired.iter().map(|entry| entry.log.as_str()).collect();
        logs.dedup();
        let mut writing = self.writing();
        for log in logs.iter().copied().collect::<BTreeSet<_>>() {
            let of_log = expired.iter().filter(|entry| entry.log == log);
            let indices: Vec<u64> = of_log.map(|entry| entry.index).collect();
            writing.entry(
                OFFICE_LOG,
                EntryKind::ContentDestroyed,
                vec![
                    ("log", log.into()),
                    ("entries", indices.into()),
                    ("rule", RetentionRule::EntryDate.code().into()),
                ],
            )?;
        }
        let count = expired.len();
        if count > 0 {
            writing.batch.destroy.extend::<Vec<EntryRef>>(expired);
            writing.commit()?;
        }
        Ok(count)
    }
}

/// Whether a case may end where it stands: nothing is owed in it any more, it never left the house,
/// or a reviewer has ruled information out and nobody has written the refusal until long after its
/// deadline. What waits for us otherwise is kept, however old.
const fn is_closed(stage: Stage) -> bool {
    match stage {
        Stage::Outgoing(state) => match state {
            Outgoing::Drafted
            | Outgoing::Held
            | Outgoing::Submitted
            | Outgoing::Answered(_)
            | Outgoing::Withdrawn
            | Outgoing::Rejected
            | Outgoing::Unanswered => true,
            Outgoing::Sent | Outgoing::Delivered | Outgoing::Overdue => false,
        },
        Stage::Incoming(state) => match state {
            Incoming::Rejected | Incoming::AnswerDelivered(_) | Incoming::Withdrawn => true,
            Incoming::Screening
            | Incoming::Held
            | Incoming::Cleared
            | Incoming::Conditional
            | Incoming::AnswerDrafted(_)
            | Incoming::AnswerReleased(_) => false,
        },
    }
}
