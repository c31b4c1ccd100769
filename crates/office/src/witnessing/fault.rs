//! Witnesses that answer, and wrongly: what is the matter with them, said once.

use super::WitnessTarget;
use super::cosignature::Cosigners;
use crate::OFFICE_LOG;
use crate::entry_kind::EntryKind;
use crate::error::OfficeError;
use crate::office::Office;
use crate::writing::{Filed, Loaded};
use journal::note::AnyVerifier;
use serde::{Deserialize, Serialize};
use std::sync::PoisonError;

/// What is the matter with a witness of one of our logs that can be reached. (One that cannot is a
/// matter of [`super::Lag`].)
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WitnessFault {
    /// It does not follow the log (404): its operator has yet to accept it.
    UnknownLog,
    /// It does not take the log's signature (403): it knows other keys of the log.
    RefusedKey,
    /// It says that our log does not continue what it has seen (409 or 422), and does not show what
    /// that was.
    Inconsistent,
    /// It knows less than it has cosigned. Nothing it says counts any more: its key must be retired.
    LostMemory,
}

impl WitnessFault {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::UnknownLog,
        Self::RefusedKey,
        Self::Inconsistent,
        Self::LostMemory,
    ];

    /// The word for it in data and for the locale catalogues (`witness-fault-…`).
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::UnknownLog => "unknown-log",
            Self::RefusedKey => "refused-key",
            Self::Inconsistent => "inconsistent",
            Self::LostMemory => "lost-memory",
        }
    }
}

/// How a witness of a log is doing, as was last written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct WitnessHealth {
    log: String,
    /// What people call it.
    witness: String,
    /// The texts of the keys that it had. With other keys it is another witness.
    keys: Vec<String>,
    /// What is the matter with it; nothing where all is well again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fault: Option<WitnessFault>,
}

impl WitnessHealth {
    fn id_of(log: &str, witness: &str) -> String {
        format!("{log} {witness}")
    }

    fn is_of(&self, keys: &[AnyVerifier]) -> bool {
        keys.iter().any(|key| self.keys.contains(&key.vkey()))
    }
}

impl Filed for WitnessHealth {
    const FAMILY: &'static str = "witness-health";

    fn id(&self) -> String {
        Self::id_of(&self.log, &self.witness)
    }

    fn tag(&self) -> String {
        self.fault.map_or("", WitnessFault::code).to_owned()
    }
}

impl Office {
    /// What is the matter with a witness, as was noted under one of these keys.
    pub(super) fn fault_of(
        &self,
        log: &str,
        witness: &str,
        keys: &[AnyVerifier],
        cosigners: &Cosigners,
    ) -> Result<Option<WitnessFault>, OfficeError> {
        if cosigners.have_forgotten(keys) {
            return Ok(Some(WitnessFault::LostMemory));
        }
        let noted = self.load::<WitnessHealth>(&WitnessHealth::id_of(log, witness))?;
        let noted = noted.map(|filed| filed.value);
        Ok(noted.filter(|it| it.is_of(keys)).and_then(|it| it.fault))
    }

    /// Notes what is the matter with a witness, or that nothing is: it has cosigned. Only a change is
    /// an entry (`witness.faulty`, `witness.sound`). A lost memory is the matter for as long as the
    /// witness has the same keys, whatever it is called and says.
    ///
    /// # Errors
    /// When the database cannot be read or written, or the node may not write.
    pub fn note_witness(
        &self,
        log: &str,
        target: &WitnessTarget,
        fault: Option<WitnessFault>,
    ) -> Result<(), OfficeError> {
        let _one_at_a_time = self.filing.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match self.try_to_note(log, target, fault) {
                // Another node beside this database has filed something of the witnesses.
                Err(OfficeError::Busy) => {}
                noted => return noted,
            }
        }
    }

    fn try_to_note(
        &self,
        log: &str,
        target: &WitnessTarget,
        fault: Option<WitnessFault>,
    ) -> Result<(), OfficeError> {
        let (witness, keys) = (target.name(), target.keys());
        let mut cosigners = self.cosigners(log)?;
        let filed = self.load::<WitnessHealth>(&WitnessHealth::id_of(log, witness))?;
        let was_faulty = filed
            .as_ref()
            .is_some_and(|filed| filed.value.fault.is_some());
        let before = self.fault_of(log, witness, keys, &cosigners.value)?;
        // With other keys than it was faulty with it is to be called sound once.
        let is_said = before == fault && (fault.is_some() || !was_faulty);
        if is_said || before == Some(WitnessFault::LostMemory) {
            return Ok(());
        }
        let mut writing = self.writing();
        let mut fields = vec![("log", log.into()), ("witness", witness.into())];
        let kind = match fault {
            Some(fault) => {
                fields.push(("fault", fault.code().into()));
                EntryKind::WitnessFaulty
            }
            None => EntryKind::WitnessSound,
        };
        let entry = writing.entry(OFFICE_LOG, kind, fields)?;
        writing.file(
            &Loaded {
                value: WitnessHealth {
                    log: log.to_owned(),
                    witness: witness.to_owned(),
                    keys: keys.iter().map(AnyVerifier::vkey).collect(),
                    fault,
                },
                revision: filed.map_or(0, |filed| filed.revision),
                entry: None,
            },
            Some(entry),
        )?;
        if fault == Some(WitnessFault::LostMemory) {
            cosigners.value.forget(keys);
            writing.file_cosigners(&cosigners)?;
        }
        writing.commit()?;
        if let Some(fault) = fault {
            tracing::error!(log, witness, fault = fault.code(), "witness.faulty");
        }
        Ok(())
    }
}
