//! The anchor that the nodes of a test share.
#![allow(clippy::unwrap_used, dead_code, unreachable_pub)]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use store::anchor::{Anchor, AnchorError, AnchoredHead, Move, Swap, may_move};

/// An anchor in the memory of the test program, as etcd is one outside the nodes. It keeps every
/// head it ever held.
#[derive(Default)]
pub struct SharedAnchor(Mutex<BTreeMap<String, Vec<AnchoredHead>>>);

impl SharedAnchor {
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Every head of an origin, oldest first.
    pub fn history(&self, origin: &str) -> Vec<AnchoredHead> {
        let heads = self.0.lock().unwrap();
        heads.get(origin).cloned().unwrap_or_default()
    }
}

impl Anchor for SharedAnchor {
    fn place(&self) -> String {
        "memory".to_owned()
    }

    fn read(&self, origins: &[&str]) -> Result<Vec<Option<AnchoredHead>>, AnchorError> {
        let heads = self.0.lock().unwrap();
        let newest = |origin: &&str| heads.get(*origin).and_then(|heads| heads.last().copied());
        Ok(origins.iter().map(newest).collect())
    }

    fn swap(&self, moves: &[Move]) -> Result<Swap, AnchorError> {
        let mut heads = self.0.lock().unwrap();
        let newest = |wanted: &Move| heads.get(&wanted.origin).and_then(|h| h.last().copied());
        let standing: Vec<_> = moves.iter().map(newest).collect();
        if !may_move(moves, &standing) {
            return Ok(Swap::Refused(standing));
        }
        for Move { origin, to, .. } in moves {
            heads.entry(origin.clone()).or_default().push(*to);
        }
        Ok(Swap::Done)
    }
}
