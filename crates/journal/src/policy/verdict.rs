//! What a policy says about a signed checkpoint.

use super::{Policy, Witness};
use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::log_key::demand_each_kind;
use crate::note::{self, Note, NoteError, NoteVerifier};

/// A witness of the policy that has cosigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosigner {
    /// Its name in the policy.
    pub witness: String,
    /// When, in seconds since 1970. Whether that lies in the future is for the caller to say.
    pub time: u64,
}

/// What a policy says about a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Who has cosigned, in the order of the policy.
    pub cosigners: Vec<Cosigner>,
    /// Whether they are enough.
    pub quorum_met: bool,
}

/// Why a checkpoint is not valid under a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyRefusal {
    /// The checkpoint is malformed, or no log of the policy has signed it.
    #[error("checkpoint is not of a log of the policy")]
    Log(#[from] CheckpointError),
    /// A cosignature by a witness of the policy does not verify.
    #[error("a cosignature by a witness of the policy is not valid")]
    Cosignature(#[source] NoteError),
    /// Too few witnesses have cosigned.
    #[error("too few witnesses of the policy have cosigned ({0} in all)")]
    Quorum(usize),
}

impl Policy {
    /// Who among the witnesses has cosigned the note, and whether they are enough. That the *log* has
    /// signed is another question: [`Policy::open`] asks both, and [`crate::log_key::LogVerifier`]
    /// asks for a log that is known from elsewhere.
    ///
    /// A cosignature without a time counts as none.
    ///
    /// # Errors
    /// When a cosignature by a known key does not verify: such a note is not to be trusted at all.
    pub fn evaluate(&self, note: &Note) -> Result<Verdict, NoteError> {
        let mut cosigned = vec![false; self.witnesses.len()];
        let mut cosigners = Vec::new();
        for (Witness { name, key, .. }, has_cosigned) in self.witnesses.iter().zip(&mut cosigned) {
            match note::verify(note, &[key as &dyn NoteVerifier]) {
                Err(NoteError::NotSignedByKnownKey) => continue,
                Err(error) => return Err(error),
                Ok(_) => {}
            }
            if let Some(time) = key.time_of(note).filter(|time| *time > 0) {
                *has_cosigned = true;
                cosigners.push(Cosigner {
                    witness: name.clone(),
                    time,
                });
            }
        }
        let has_cosigned = |index: usize| cosigned.get(index).copied().unwrap_or(false);
        Ok(Verdict {
            quorum_met: self.is_quorum(&has_cosigned),
            cosigners,
        })
    }

    /// Whether enough witnesses have validly cosigned the note.
    #[must_use]
    pub fn is_met_by(&self, note: &Note) -> bool {
        self.evaluate(note).is_ok_and(|verdict| verdict.quorum_met)
    }

    /// Reads a checkpoint that is valid under this policy: signed by a log of the policy, and cosigned
    /// by its quorum.
    ///
    /// # Errors
    /// When it is not. A policy without logs accepts none here.
    pub fn open(&self, signed: &str) -> Result<(Checkpoint, Verdict), PolicyRefusal> {
        let note = Note::parse(signed).map_err(CheckpointError::from)?;
        let checkpoint = Checkpoint::parse(note.text())?;
        let keys = self.logs.iter().map(|log| &log.key);
        demand_each_kind(&note, keys.filter(|key| key.name() == checkpoint.origin))?;
        let verdict = self.evaluate(&note).map_err(PolicyRefusal::Cosignature)?;
        if !verdict.quorum_met {
            return Err(PolicyRefusal::Quorum(verdict.cosigners.len()));
        }
        Ok((checkpoint, verdict))
    }
}
