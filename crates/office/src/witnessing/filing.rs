//! Filing what witnesses have said about our own logs. They answer at the same time, and
//! several nodes beside one database ask them.

use crate::error::OfficeError;
use crate::office::Office;
use journal::grade::Grade;
use journal::note::{self, AnyVerifier, Note, NoteVerifier};
use std::fmt::Write as _;
use std::sync::PoisonError;
use store::CosignedPut;

impl Office {
    /// Files a checkpoint of one of our logs with cosignatures under it, and gives the grade that
    /// they give to its entries. Cosignatures on file for the same checkpoint are kept with them.
    /// Lines of strangers are ignored.
    ///
    /// # Errors
    /// [`OfficeError::Invalid`] if a line by a known witness does not hold, no known witness has
    /// cosigned, or the note is not about a checkpoint that this log has signed.
    pub fn file_cosignatures(&self, log: &str, checkpoint: &str) -> Result<Grade, OfficeError> {
        let invalid = |problem: &str| {
            OfficeError::invalid(format!("cosigned checkpoint of log {log}"), problem)
        };
        let note = Note::parse(checkpoint).map_err(|error| invalid(&error.to_string()))?;
        let about = journal::checkpoint::Checkpoint::parse(note.text())
            .map_err(|error| invalid(&error.to_string()))?;
        let own = self
            .keyring
            .manifest
            .statement()
            .log_verifiers_of(&about.origin)?;
        let signed_by = |text: &str| own.iter().find(|key| key.open(text).is_ok());
        let own = signed_by(checkpoint).ok_or_else(|| invalid("this log has not signed it"))?;

        let peer = self.peer_witness(log)?;
        let policy = self.witnesses.of(log);
        let of_policy = policy.map_or(&[][..], |policy| policy.witnesses());
        let known: Vec<&AnyVerifier> = peer
            .iter()
            .chain(of_policy.iter().map(|witness| &witness.key))
            .collect();
        let witnesses: Vec<&dyn NoteVerifier> = known.iter().map(|key| *key as _).collect();
        note::verify(&note, &witnesses).map_err(|error| invalid(&error.to_string()))?;

        let trusted: Vec<&dyn NoteVerifier> = own.demanded().into_iter().chain(witnesses).collect();
        let merge_and_file = || {
            // Read before what it is to be merged with: whoever files meanwhile changes this as well.
            let mut cosigners = self.cosigners(log)?;
            let mut merged = Lines::default();
            merged.take(&note, &trusted);
            for filed in self.database().cosigned(log, about.size)? {
                if filed.size == about.size
                    && let Ok(filed) = Note::parse(&filed.note)
                    && filed.text() == note.text()
                {
                    merged.take(&filed, &trusted);
                }
            }
            let text = merged.under(note.text());
            let note = Note::parse(&text).map_err(|error| invalid(&error.to_string()))?;
            // A node of this house signs with two algorithms. Taking one of its lines away gains nothing.
            let both = peer
                .iter()
                .all(|key| key.time_of(&note).is_some_and(|time| time > 0));
            let grade = Grade::of(&note, if both { &peer } else { &[] }, policy);
            cosigners.value.take(&note, about.size, &known);
            let mut writing = self.writing();
            writing.file_cosigners(&cosigners)?;
            writing.batch.cosigned.push(CosignedPut {
                log: log.to_owned(),
                grade,
                note: text,
            });
            writing.commit()?;
            Ok(grade)
        };
        let _one_at_a_time = self.filing.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match merge_and_file() {
                // Another node was faster: merged with what that has filed. It comes to an end, as
                // each time one has got through.
                Err(OfficeError::Busy) => {}
                filed => return filed,
            }
        }
    }
}

/// The signature lines of a note by known keys, each key once.
#[derive(Default)]
struct Lines(Vec<journal::note::NoteSignature>);

impl Lines {
    fn take(&mut self, note: &Note, trusted: &[&dyn NoteVerifier]) {
        for line in note.signatures() {
            let is_known = trusted
                .iter()
                .any(|key| key.name() == line.name && key.key_id() == line.key_id);
            let is_here = self
                .0
                .iter()
                .any(|here| (&here.name, here.key_id) == (&line.name, line.key_id));
            if is_known && !is_here {
                self.0.push(line.clone());
            }
        }
    }

    fn under(&self, text: &str) -> String {
        let mut note = format!("{text}\n");
        for line in &self.0 {
            let _infallible = writeln!(note, "{line}");
        }
        note
    }
}
