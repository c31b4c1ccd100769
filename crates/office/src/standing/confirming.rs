//! Confirming the standing: what witnesses answer, and how many of them have to.
//!
//! A log is confirmed when nobody who is silent could have been enough to vouch for a head that we
//! have lost: the counterpart has answered for the exchange log that it witnesses, those of the
//! policy who have answered are a quorum, and those who have not are none
//! ([`journal::policy::Policy::is_decided_by`]). With fewer the node may go on, on the record, and
//! asks again until it has enough (decision 21).

use super::{Standing, contains};
use crate::OFFICE_LOG;
use crate::entry_kind::EntryKind;
use crate::error::OfficeError;
use crate::office::Office;
use crate::witnessing::{WitnessFault, WitnessTarget};
use journal::checkpoint::Checkpoint;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt;
use store::LogState;

/// What came of asking a witness what it has seen of one of our logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessAnswer {
    /// The log.
    pub log: String,
    /// The witness, with what was on file of it *before* it was asked.
    pub target: WitnessTarget,
    /// What it said.
    pub said: Said,
}

/// What a witness said when it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// The largest checkpoint that it has vouched for (a signed note).
    Head(String),
    /// That it has seen nothing of this log.
    Nothing,
    /// It was not reached, or gave no answer that could be understood.
    NoAnswer,
}

/// What an answer means for this database.
enum Heard<'a> {
    /// It contains all that the witness has seen.
    Confirms,
    /// It lacks a head that was signed.
    NotContained {
        state: &'a LogState,
        seen: Checkpoint,
        signed: &'a str,
    },
    /// Nothing: the answer is none, or not about a head of ours, or of less than the witness has
    /// cosigned, or from one that has lost its memory.
    NoWord,
}

/// The witness and the log, as a person reads them in the journal.
impl fmt::Display for WitnessAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.target.name(), self.log)
    }
}

impl Office {
    /// The logs that this node signs although too few of their witnesses have answered since the
    /// start ([`Office::go_on_unconfirmed`]). They are to be asked again.
    #[must_use]
    pub fn doubtful_logs(&self) -> BTreeSet<String> {
        self.guard.doubtful()
    }

    /// Compares what witnesses have vouched for with this database. Once enough have answered for
    /// every witnessed log, and all that they have seen is contained, the node may sign; whoever did
    /// not answer is named in an entry (`standing.confirmed`). A head that is not contained makes it
    /// read-only, whenever it is shown.
    ///
    /// These are no answers: checkpoints that our logs have not signed, or signed in an earlier
    /// epoch; less than what the witness has cosigned, which an old copy in a cache or a wrong address
    /// may show as well; and what one with [`WitnessFault::LostMemory`] says.
    ///
    /// # Errors
    /// When the database cannot be read or written.
    pub fn confirm_standing(&self, answers: &[WitnessAnswer]) -> Result<Standing, OfficeError> {
        let states = self.database().log_states()?;
        let mut confirming = Vec::new();
        let mut missing = Vec::new();
        for answer in answers {
            match self.hear(&states, answer)? {
                Heard::Confirms => confirming.push(answer),
                Heard::NotContained {
                    state,
                    seen,
                    signed,
                } => {
                    return self.set_back(state, &seen, answer.target.name(), signed);
                }
                Heard::NoWord => {
                    tracing::warn!(witness = %answer, "a witness does not confirm the standing");
                    missing.push(answer.to_string());
                }
            }
        }
        let is_open = |log: &String| {
            self.is_confirmed(log, &confirming)
                .map(|confirmed| !confirmed)
        };
        match self.standing() {
            Standing::Unconfirmed { logs } => {
                let logs = keep(logs, is_open)?;
                if logs.is_empty() {
                    self.begin_signing(|writing| match &missing[..] {
                        [] => Ok(()),
                        missing => writing
                            .entry(OFFICE_LOG, EntryKind::StandingConfirmed, not_asked(missing))
                            .map(drop),
                    })?;
                } else {
                    self.guard.wait_for(logs);
                }
            }
            Standing::Signing => {
                let before = self.guard.doubtful();
                let doubtful = keep(before.clone(), is_open)?;
                if doubtful.is_empty() && !before.is_empty() {
                    let mut writing = self.writing();
                    writing.entry(
                        OFFICE_LOG,
                        EntryKind::StandingConfirmed,
                        not_asked(&missing),
                    )?;
                    writing.commit()?;
                }
                self.guard.set_doubtful(doubtful);
            }
            Standing::ReadOnly(_) => {}
        }
        Ok(self.standing())
    }

    /// Goes on although too few have answered for some logs: the node signs from here on, and the
    /// first thing it writes is which logs these are and who gave no answer. For a start without any
    /// network, and where a witness stays away for long. The logs stay [`Office::doubtful_logs`].
    ///
    /// # Errors
    /// When the node is read-only, or the entry cannot be written.
    pub fn go_on_unconfirmed(&self, answers: &[WitnessAnswer]) -> Result<Standing, OfficeError> {
        if let Standing::Unconfirmed { logs } = self.standing() {
            let states = self.database().log_states()?;
            let mut missing = Vec::new();
            for answer in answers {
                if !matches!(self.hear(&states, answer)?, Heard::Confirms) {
                    missing.push(answer.to_string());
                }
            }
            tracing::warn!(?logs, not_asked = ?missing, "standing.unconfirmed");
            self.begin_signing(|writing| {
                let mut fields = not_asked(&missing);
                fields.push(("logs", logs.iter().map(String::as_str).collect()));
                writing
                    .entry(OFFICE_LOG, EntryKind::StandingUnconfirmed, fields)
                    .map(drop)
            })?;
            self.guard.set_doubtful(logs);
        }
        self.may_write()?;
        Ok(self.standing())
    }

    fn hear<'a>(
        &self,
        states: &'a [LogState],
        answer: &'a WitnessAnswer,
    ) -> Result<Heard<'a>, OfficeError> {
        let Some(state) = states.iter().find(|state| state.log == answer.log) else {
            return Ok(Heard::NoWord);
        };
        let seen = match &answer.said {
            Said::Head(signed) => match self.own_checkpoint(state, signed) {
                Some(seen) if !contains(self.database(), state, &seen)? => {
                    return Ok(Heard::NotContained {
                        state,
                        seen,
                        signed,
                    });
                }
                shown => shown.map(|seen| seen.size),
            },
            Said::Nothing => Some(0),
            Said::NoAnswer => None,
        };
        let cosigned = answer.target.last().map_or(0, |last| last.size);
        let remembers = answer.target.fault() != Some(WitnessFault::LostMemory);
        Ok(match seen {
            Some(seen) if seen >= cosigned && remembers => Heard::Confirms,
            _ => Heard::NoWord,
        })
    }

    /// Whether those who have answered are enough for this log.
    fn is_confirmed(&self, log: &str, answers: &[&WitnessAnswer]) -> Result<bool, OfficeError> {
        let answered: Vec<&WitnessTarget> = answers
            .iter()
            .filter(|answer| answer.log == log)
            .map(|answer| &answer.target)
            .collect();
        let needs_peer = !self.peer_witness(log)?.is_empty();
        let is_peer = |target: &&WitnessTarget| matches!(target, WitnessTarget::Peer { .. });
        let by_policy = self.witnesses.of(log).is_none_or(|policy| {
            policy.is_decided_by(|witness| {
                answered
                    .iter()
                    .any(|target| target.keys().contains(&witness.key))
            })
        });
        Ok(!answered.is_empty() && by_policy && (!needs_peer || answered.iter().any(is_peer)))
    }
}

fn keep(
    logs: BTreeSet<String>,
    is_open: impl Fn(&String) -> Result<bool, OfficeError>,
) -> Result<BTreeSet<String>, OfficeError> {
    let mut kept = BTreeSet::new();
    for log in logs {
        if is_open(&log)? {
            kept.insert(log);
        }
    }
    Ok(kept)
}

fn not_asked(missing: &[String]) -> Vec<(&'static str, Value)> {
    vec![("not_asked", missing.into())]
}
