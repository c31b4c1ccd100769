//! The board where published heads stand: the publisher posts them, readers in the same process look
//! here first, and the writer takes from here what is still to be stored.

use crate::database::Head;
use crate::engine::CheckpointRow;
use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

#[derive(Default)]
pub(crate) struct Board {
    posted: Mutex<Posted>,
    news: Condvar,
}

#[derive(Default)]
struct Posted {
    heads: BTreeMap<String, Head>,
    unstored: BTreeMap<String, CheckpointRow>,
}

impl Board {
    /// A board with the heads that were found or signed at the start.
    pub(crate) fn new(heads: Vec<Head>) -> Self {
        let board = Self::default();
        board.lock().heads = heads
            .into_iter()
            .map(|head| (head.log.clone(), head))
            .collect();
        board
    }

    /// A panic while the lock is held cannot leave half a post: each step is one insertion.
    fn lock(&self) -> MutexGuard<'_, Posted> {
        self.posted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Posts a head, which is from now on public.
    pub(crate) fn post(&self, head: Head) {
        let mut posted = self.lock();
        let row = CheckpointRow {
            log: head.log.clone(),
            origin: head.origin.clone(),
            size: head.size,
            checkpoint: head.checkpoint.clone(),
        };
        posted.unstored.insert(head.log.clone(), row);
        posted.heads.insert(head.log.clone(), head);
        drop(posted);
        self.news.notify_all();
    }

    /// The newest head posted for a log.
    pub(crate) fn head(&self, log: &str) -> Option<Head> {
        self.lock().heads.get(log).cloned()
    }

    /// Waits until something is posted, or the time is over.
    pub(crate) fn wait(&self, log: &str, size: u64, at_most: Duration) {
        let older = |posted: &mut Posted| posted.heads.get(log).is_none_or(|h| h.size < size);
        let _posted = self.news.wait_timeout_while(self.lock(), at_most, older);
    }

    /// What was posted since the last call and is not yet in the database.
    pub(crate) fn take_unstored(&self) -> Vec<CheckpointRow> {
        std::mem::take(&mut self.lock().unstored)
            .into_values()
            .collect()
    }
}
