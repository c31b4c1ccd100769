//! Builds that are broken on purpose, so that the tests can show they would notice.

use crate::anchor::{Anchor, AnchorError, AnchoredHead, Move, Swap};
use crate::database::{Found, LogSigner};
use crate::publisher::sign;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How a [`CarelessAnchor`] is careless.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Careless {
    /// It moves heads whatever stands there: the compare is missing from compare-and-swap.
    NoCompare,
    /// It takes the first head of a log, moves none after it, and says it has.
    NoSwap,
}

/// An anchor without the property that makes it one.
pub struct CarelessAnchor {
    anchor: Arc<dyn Anchor>,
    careless: Careless,
    /// What was written without looking.
    overwritten: Mutex<BTreeMap<String, AnchoredHead>>,
}

impl CarelessAnchor {
    /// An anchor that begins with what stands in another.
    #[must_use]
    pub fn new(anchor: Arc<dyn Anchor>, careless: Careless) -> Self {
        Self {
            anchor,
            careless,
            overwritten: Mutex::new(BTreeMap::new()),
        }
    }

    fn overwritten(&self) -> MutexGuard<'_, BTreeMap<String, AnchoredHead>> {
        self.overwritten
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Anchor for CarelessAnchor {
    fn place(&self) -> String {
        self.anchor.place()
    }

    fn read(&self, origins: &[&str]) -> Result<Vec<Option<AnchoredHead>>, AnchorError> {
        let overwritten = self.overwritten();
        let stands = self.anchor.read(origins)?;
        let newer = origins
            .iter()
            .map(|origin| overwritten.get(*origin).copied());
        Ok(newer
            .zip(stands)
            .map(|(newer, stands)| newer.or(stands))
            .collect())
    }

    fn swap(&self, moves: &[Move]) -> Result<Swap, AnchorError> {
        match self.careless {
            Careless::NoSwap => {
                let first = moves.iter().filter(|moved| moved.from.is_none());
                let first: Vec<Move> = first.cloned().collect();
                match first.is_empty() {
                    true => Ok(Swap::Done),
                    false => self.anchor.swap(&first),
                }
            }
            Careless::NoCompare => {
                let heads = moves.iter().map(|moved| (moved.origin.clone(), moved.to));
                self.overwritten().extend(heads);
                Ok(Swap::Done)
            }
        }
    }
}

/// A writer that signs its heads before they are durable.
pub struct SignsBeforeCommit(pub Vec<LogSigner>);

impl SignsBeforeCommit {
    pub(crate) fn sign(&self, log: &str, head: Found) {
        for signer in self.0.iter().filter(|signer| signer.log == log) {
            let _public = sign(log, &signer.origin, head, &signer.signers);
        }
    }
}
