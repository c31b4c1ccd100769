//! Clocks: what happens when a deadline passes.
//!
//! A deadline that passes becomes "overdue" and, after the grace time, "unanswered". It never
//! becomes an answer, on either side.

use super::finish_case;
use crate::case::Case;
use crate::channel::{Fields, event_field};
use crate::entry_kind::EntryKind;
use crate::error::OfficeError;
use crate::office::Office;
use crate::state::Stage;
use crate::writing::{Filed, Loaded, read_document};
use records::Timestamp;
use seal::receipt::ReceiptEvent;

impl Office {
    /// Looks at every case that still awaits an answer, and writes down what the clock has done.
    /// Returns how many cases changed.
    ///
    /// # Errors
    /// When the database cannot be read or written.
    pub fn tick(&self) -> Result<usize, OfficeError> {
        let now = self.now();
        let mut changed = 0;
        for document in self.database().documents(Case::FAMILY, None)? {
            let case = read_document::<Case>(document)?;
            let Some((next, kind)) = self.after_deadline(&case.value, now) else {
                continue;
            };
            let stepped = Loaded {
                value: next,
                ..case
            };
            let fields = self.expiry(&stepped.value)?;
            match finish_case(self.writing(), &stepped, kind, fields) {
                Ok(_) => changed += 1,
                // Somebody acted on the case at this very moment; the next tick looks again.
                Err(OfficeError::Busy) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(changed)
    }

    /// Where the counterpart has not even taken the message over by now, the entry says so, by the
    /// event of ETSI EN 319 522-1 for it (C.5).
    fn expiry(&self, case: &Case) -> Result<Fields, OfficeError> {
        let (Stage::Outgoing(_), Some(message)) = (case.stage, case.message) else {
            return Ok(Fields::new());
        };
        let sent = self.reader().sent_message(&message)?;
        let taken = sent.is_some_and(|sent| sent.is_consigned());
        let expired = event_field(ReceiptEvent::AcceptanceRejectionExpiry);
        Ok(if taken { Fields::new() } else { vec![expired] })
    }

    fn after_deadline(&self, case: &Case, now: Timestamp) -> Option<(Case, EntryKind)> {
        let deadline = case.deadline.filter(|deadline| *deadline < now)?;
        let grace_ends = deadline.plus_seconds(i64::from(self.limits.grace_hours) * 3600);
        let mut next = case.clone();
        match case.stage {
            Stage::Outgoing(state) if grace_ends < now && state.grace_over() != state => {
                next.stage = Stage::Outgoing(state.grace_over());
                Some((next, EntryKind::RequestUnanswered))
            }
            Stage::Outgoing(state) if state.due() != state => {
                next.stage = Stage::Outgoing(state.due());
                Some((next, EntryKind::RequestOverdue))
            }
            Stage::Incoming(state) if state.awaits_answer() && !case.overdue => {
                next.overdue = true;
                Some((next, EntryKind::AnswerOverdue))
            }
            _ => None,
        }
    }
}
