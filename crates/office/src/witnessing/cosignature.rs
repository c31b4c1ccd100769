//! What each witness of one of our logs has vouched for last.

use crate::error::OfficeError;
use crate::office::Office;
use crate::writing::{Filed, Loaded, Writing};
use journal::note::{AnyVerifier, Note};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::StoreError;

/// What a witness has vouched for last, as far as is on file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Cosignature {
    /// Entries that it covers.
    pub size: u64,
    /// When, in seconds since 1970, by the witness's clock.
    pub time: u64,
}

/// What each key has cosigned of one of our logs. It is filed with every cosignature: the cosigned
/// checkpoints themselves tell the newest of each grade, and a witness that cosigned an earlier one
/// would seem never to have cosigned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cosigners {
    /// The log. What was vouched for in an earlier epoch says nothing about this one.
    origin: String,
    /// By the text of the key: a witness may get another name, or leave the policy and come back.
    by_key: BTreeMap<String, Cosigner>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Cosigner {
    /// The largest that it has cosigned.
    last: Cosignature,
    /// Whether it has said since that it knows less.
    #[serde(default)]
    has_forgotten: bool,
}

impl Filed for Cosigners {
    const FAMILY: &'static str = "cosigners";

    fn id(&self) -> String {
        self.origin.clone()
    }
}

impl Cosigners {
    /// Takes in who of `keys` has cosigned this note about the first `size` entries.
    pub(super) fn take(&mut self, note: &Note, size: u64, keys: &[&AnyVerifier]) {
        for key in keys {
            if let Some(time) = key.time_of(note) {
                let last = Cosignature { size, time };
                let has_forgotten = false;
                let new = || Cosigner {
                    last,
                    has_forgotten,
                };
                let by = self.by_key.entry(key.vkey()).or_insert_with(new);
                by.last = by.last.max(last);
            }
        }
    }

    /// Notes that the witness with these keys has lost its memory. A key that has not cosigned has
    /// nothing to forget.
    pub(super) fn forget(&mut self, keys: &[AnyVerifier]) {
        for key in keys {
            if let Some(by) = self.by_key.get_mut(&key.vkey()) {
                by.has_forgotten = true;
            }
        }
    }

    /// What was cosigned last by one of these keys.
    pub(super) fn last_of(&self, keys: &[AnyVerifier]) -> Option<Cosignature> {
        self.of(keys).map(|by| by.last).max()
    }

    /// Whether a witness with one of these keys has lost its memory.
    pub(super) fn have_forgotten(&self, keys: &[AnyVerifier]) -> bool {
        self.of(keys).any(|by| by.has_forgotten)
    }

    fn of(&self, keys: &[AnyVerifier]) -> impl Iterator<Item = &Cosigner> {
        keys.iter().filter_map(|key| self.by_key.get(&key.vkey()))
    }
}

impl Office {
    /// What is on file of those who have cosigned a log in its present epoch.
    pub(super) fn cosigners(&self, log: &str) -> Result<Loaded<Cosigners>, OfficeError> {
        let mut states = self.database().log_states()?.into_iter();
        let state = states.find(|state| state.log == log);
        let origin = state
            .ok_or_else(|| StoreError::NoSuchLog(log.to_owned()))?
            .origin;
        let by_key = BTreeMap::new();
        Ok(match self.load::<Cosigners>(&origin)? {
            Some(filed) => filed,
            None => Loaded::new(Cosigners { origin, by_key }),
        })
    }
}

impl Writing<'_> {
    /// Files that in the place of what was on file.
    pub(super) fn file_cosigners(
        &mut self,
        cosigners: &Loaded<Cosigners>,
    ) -> Result<(), OfficeError> {
        self.file(cosigners, None)?;
        let id = cosigners.value.id();
        self.batch.prune.push((Cosigners::FAMILY, id));
        Ok(())
    }
}
