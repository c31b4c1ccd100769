//! What each witness of one of our logs has vouched for last.

use crate::writing::Filed;
use journal::note::{AnyVerifier, Note};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a witness has vouched for last, as far as is on file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Cosignature {
    /// Entries that it covers.
    pub size: u64,
    /// When, in seconds since 1970, by the witness's clock.
    pub time: u64,
}

/// The largest checkpoint of one of our logs that each key has cosigned. It is filed with every
/// cosignature: the cosigned checkpoints themselves tell the newest of each grade, and a witness that
/// cosigned an earlier one would seem never to have cosigned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LastCosigned {
    /// The log. What was vouched for in an earlier epoch says nothing about this one.
    origin: String,
    /// By the text of the key.
    by: BTreeMap<String, Cosignature>,
}

impl Filed for LastCosigned {
    const FAMILY: &'static str = "last-cosigned";

    fn id(&self) -> String {
        self.origin.clone()
    }
}

impl LastCosigned {
    /// Nobody has cosigned the log yet.
    pub(super) fn new(origin: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            by: BTreeMap::new(),
        }
    }

    /// Takes in who of `keys` has cosigned this note about the first `size` entries.
    pub(super) fn take(&mut self, note: &Note, size: u64, keys: &[&AnyVerifier]) {
        for key in keys {
            if let Some(time) = key.time_of(note) {
                let now = Cosignature { size, time };
                let last = self.by.entry(key.vkey()).or_insert(now);
                *last = now.max(*last);
            }
        }
    }

    /// What was cosigned last by one of these keys.
    pub(super) fn of(&self, keys: &[AnyVerifier]) -> Option<Cosignature> {
        let cosigned = keys.iter().filter_map(|key| self.by.get(&key.vkey()));
        cosigned.max().copied()
    }
}
