//! Nodes beside one PostgreSQL, and the anchor they share.
#![allow(clippy::unwrap_used, dead_code, unreachable_pub)]

mod anchor;

pub use anchor::SharedAnchor;

use crate::conformance::signers;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use store::postgres::Postgres;
use store::{Store, StoreError};

/// A node, and what ended it.
pub struct Node {
    pub store: Arc<Store>,
    ended: Arc<AtomicUsize>,
}

impl Node {
    pub fn open(url: &str, anchor: &Arc<SharedAnchor>) -> Self {
        Self::try_open(url, anchor).unwrap()
    }

    pub fn try_open(url: &str, anchor: &Arc<SharedAnchor>) -> Result<Self, StoreError> {
        let ended = Arc::new(AtomicUsize::new(0));
        let count = ended.clone();
        let on_fatal = move |_: &StoreError| {
            count.fetch_add(1, Ordering::SeqCst);
        };
        let store = Postgres::open(url, anchor.clone(), signers(), on_fatal)?;
        Ok(Self {
            store: Arc::new(store),
            ended,
        })
    }

    /// Whether the node has ended its writing for good.
    pub fn has_ended(&self) -> bool {
        self.ended.load(Ordering::SeqCst) > 0
    }

    /// Waits until it has.
    #[track_caller]
    pub fn ends(&self) -> bool {
        let begun = Instant::now();
        while !self.has_ended() && begun.elapsed() < Duration::from_secs(10) {
            std::thread::sleep(Duration::from_millis(5));
        }
        self.has_ended()
    }
}
