//! Witnesses that answer, and wrongly: what is the matter with them, said once.

use super::WitnessTarget;
use crate::OFFICE_LOG;
use crate::entry_kind::EntryKind;
use crate::error::OfficeError;
use crate::office::Office;
use crate::writing::{Filed, Loaded};
use journal::note::AnyVerifier;
use serde::{Deserialize, Serialize};

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
    /// What is the matter with the witness of this name, as was noted under one of these keys.
    pub(super) fn fault_of(
        &self,
        log: &str,
        witness: &str,
        keys: &[AnyVerifier],
    ) -> Result<Option<WitnessFault>, OfficeError> {
        let noted = self.load::<WitnessHealth>(&WitnessHealth::id_of(log, witness))?;
        let noted = noted.map(|filed| filed.value);
        Ok(noted.filter(|it| it.is_of(keys)).and_then(|it| it.fault))
    }

    /// Notes what is the matter with a witness, or that nothing is: it has cosigned. Only a change is
    /// an entry (`witness.faulty`, `witness.sound`). A lost memory is the matter for as long as the
    /// witness has the same keys, whatever it says.
    ///
    /// # Errors
    /// When the database cannot be read or written, or the node may not write.
    pub fn note_witness(
        &self,
        log: &str,
        target: &WitnessTarget,
        fault: Option<WitnessFault>,
    ) -> Result<(), OfficeError> {
        let witness = target.name();
        let filed = self.load::<WitnessHealth>(&WitnessHealth::id_of(log, witness))?;
        let noted = filed.as_ref().map(|filed| &filed.value);
        let is_said = match noted.and_then(|noted| noted.fault.map(|fault| (noted, fault))) {
            None => fault.is_none(),
            Some((noted, before)) => {
                let is_final = before == WitnessFault::LostMemory;
                noted.is_of(target.keys()) && (is_final || fault == Some(before))
            }
        };
        if is_said {
            return Ok(());
        }
        let mut fields = vec![("log", log.into()), ("witness", witness.into())];
        let kind = match fault {
            Some(fault) => {
                tracing::error!(log, witness, fault = fault.code(), "witness.faulty");
                fields.push(("fault", fault.code().into()));
                EntryKind::WitnessFaulty
            }
            None => EntryKind::WitnessSound,
        };
        let mut writing = self.writing();
        let entry = writing.entry(OFFICE_LOG, kind, fields)?;
        writing.file(
            &Loaded {
                value: WitnessHealth {
                    log: log.to_owned(),
                    witness: witness.to_owned(),
                    keys: target.keys().iter().map(AnyVerifier::vkey).collect(),
                    fault,
                },
                revision: filed.map_or(0, |filed| filed.revision),
                entry: None,
            },
            Some(entry),
        )?;
        match writing.commit() {
            // Another node beside this database has noted it.
            Err(OfficeError::Busy) => Ok(()),
            noted => noted.map(drop),
        }
    }
}
