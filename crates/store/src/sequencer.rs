//! Group commit: one writer thread takes everything that waits and writes it in one transaction.
//!
//! While one transaction waits for the disk, the next one gathers. So a single waiting caller
//! pays one disk write, and many callers share one.

use crate::batch::{Batch, NewEntry};
use crate::database::{CommitError, Committed, StoreError};
use journal::entry::leaf_bytes;
use journal::hash::{Hash, leaf_hash};
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use std::thread::JoinHandle;

/// Most batches in one transaction; bounds how long a reader of the answer waits.
pub const MAX_GROUP: usize = 1000;

type Reply = std::sync::mpsc::SyncSender<Result<Committed, CommitError>>;

/// A batch that waits, with the way back.
pub struct Waiting {
    /// What is to be written.
    pub batch: Batch,
    /// Its entries as they are stored, in their order.
    pub entries: Vec<PreparedEntry>,
    reply: Reply,
}

/// An entry as it is stored. Made on the thread of the caller, because the hashing costs more than
/// the writing and the one writer is what everybody waits for.
#[derive(Debug)]
pub struct PreparedEntry {
    /// The bytes that the tree covers.
    pub leaf: Vec<u8>,
    /// Their hash in the tree.
    pub hash: Hash,
    /// The content as JSON.
    pub body: String,
}

impl PreparedEntry {
    fn new(entry: &NewEntry) -> Result<Self, StoreError> {
        let body = serde_json::to_string(&entry.body)
            .map_err(|e| StoreError::Unfit(format!("entry of log {}: {e}", entry.log)))?;
        let leaf = leaf_bytes(&entry.body, &entry.salt);
        Ok(Self {
            hash: leaf_hash(&leaf),
            leaf,
            body,
        })
    }
}

impl Waiting {
    /// A batch that waits, and where its answer will come: for tests of a [`GroupWriter`].
    #[cfg(test)]
    pub(crate) fn new(batch: Batch) -> (Self, Receiver<Result<Committed, CommitError>>) {
        let (reply, answer) = sync_channel(1);
        let entries = prepare(&batch).unwrap_or_default();
        let waiting = Self {
            batch,
            entries,
            reply,
        };
        (waiting, answer)
    }

    /// Gives the answer. A caller that went away does not matter: what is durable stays durable.
    pub fn answer(self, result: Result<Committed, CommitError>) {
        let _gone = self.reply.send(result);
    }
}

/// What a database does with a group: it answers each batch that can be answered, or returns the
/// error after which nothing more may be written.
pub trait GroupWriter: Send + 'static {
    /// Writes a group in one transaction.
    ///
    /// # Errors
    /// Any error after which the state of the disk is not certain. It stops the writer for good:
    /// a failed sync is never tried again.
    fn write(&mut self, group: Vec<Waiting>) -> Result<(), StoreError>;
}

/// The one writer.
pub struct Sequencer {
    queue: Option<Sender<Waiting>>,
    thread: Option<JoinHandle<()>>,
}

impl Sequencer {
    /// Starts the writer thread. `on_fatal` is called once if writing fails; a node ends there.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn start<W: GroupWriter>(
        writer: W,
        on_fatal: impl FnOnce(&StoreError) + Send + 'static,
    ) -> std::io::Result<Self> {
        let (queue, waiting) = channel();
        let thread = std::thread::Builder::new()
            .name("sequencer".to_owned())
            .spawn(move || run(writer, &waiting, on_fatal))?;
        Ok(Self {
            queue: Some(queue),
            thread: Some(thread),
        })
    }

    /// Hands a batch to the writer and waits until it is durable.
    ///
    /// # Errors
    /// As [`crate::Database::commit`].
    pub fn commit(&self, batch: Batch) -> Result<Committed, CommitError> {
        let stopped = || CommitError::Store(StoreError::WriterStopped);
        let entries = prepare(&batch)?;
        let (reply, answer) = sync_channel(1);
        let queue = self.queue.as_ref().ok_or_else(stopped)?;
        queue
            .send(Waiting {
                batch,
                entries,
                reply,
            })
            .map_err(|_| stopped())?;
        answer.recv().map_err(|_| stopped())?
    }
}

impl Drop for Sequencer {
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}

fn prepare(batch: &Batch) -> Result<Vec<PreparedEntry>, StoreError> {
    batch.entries.iter().map(PreparedEntry::new).collect()
}

fn run<W: GroupWriter>(
    mut writer: W,
    waiting: &Receiver<Waiting>,
    on_fatal: impl FnOnce(&StoreError),
) {
    while let Ok(first) = waiting.recv() {
        let mut group = vec![first];
        while group.len() < MAX_GROUP {
            match waiting.try_recv() {
                Ok(next) => group.push(next),
                Err(_) => break,
            }
        }
        if let Err(error) = writer.write(group) {
            tracing::error!(%error, "the journal cannot be written; the node stops");
            on_fatal(&error);
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Barrier, Mutex};

    /// Writes nothing; notes the sizes of its groups, fails from a given group on.
    struct Stub {
        sizes: Arc<Mutex<Vec<usize>>>,
        fails_at: usize,
        gate: Arc<Barrier>,
    }

    impl GroupWriter for Stub {
        fn write(&mut self, group: Vec<Waiting>) -> Result<(), StoreError> {
            let written = {
                let mut sizes = self.sizes.lock().unwrap();
                sizes.push(group.len());
                sizes.len()
            };
            if written == 1 {
                // The first transaction is under way until the test has seen the others queue up.
                self.gate.wait();
            }
            if written >= self.fails_at {
                return Err(StoreError::NoSuchLog("disk".to_owned()));
            }
            for waiting in group {
                waiting.answer(Ok(Committed {
                    entries: Vec::new(),
                    heads: Vec::new(),
                }));
            }
            Ok(())
        }
    }

    struct Run {
        sequencer: Arc<Sequencer>,
        sizes: Arc<Mutex<Vec<usize>>>,
        gate: Arc<Barrier>,
        fatal: Arc<AtomicUsize>,
    }

    fn start(fails_at: usize) -> Run {
        let sizes = Arc::new(Mutex::new(Vec::new()));
        let gate = Arc::new(Barrier::new(2));
        let fatal = Arc::new(AtomicUsize::new(0));
        let stub = Stub {
            sizes: sizes.clone(),
            fails_at,
            gate: gate.clone(),
        };
        let called = fatal.clone();
        let on_fatal = move |_: &StoreError| {
            called.fetch_add(1, Ordering::SeqCst);
        };
        Run {
            sequencer: Arc::new(Sequencer::start(stub, on_fatal).unwrap()),
            sizes,
            gate,
            fatal,
        }
    }

    /// Queues `count` batches while the first transaction is under way; gives the results.
    fn queue(run: &Run, count: usize) -> Vec<Result<Committed, CommitError>> {
        let commit = |sequencer: &Arc<Sequencer>| {
            let sequencer = sequencer.clone();
            std::thread::spawn(move || sequencer.commit(Batch::default()))
        };
        let first = commit(&run.sequencer);
        while run.sizes.lock().unwrap().is_empty() {
            std::thread::yield_now();
        }
        let others: Vec<_> = (0..count).map(|_| commit(&run.sequencer)).collect();
        // Long enough for the threads to queue; a slow machine only makes the groups smaller.
        std::thread::sleep(std::time::Duration::from_millis(300));
        run.gate.wait();
        std::iter::once(first)
            .chain(others)
            .map(|thread| thread.join().unwrap())
            .collect()
    }

    /// Promise: what queues while a transaction is under way shares the next one.
    #[test]
    fn waiting_batches_share_a_transaction() {
        let run = start(usize::MAX);
        let results = queue(&run, 30);
        assert!(results.iter().all(Result::is_ok));
        let sizes = run.sizes.lock().unwrap().clone();
        assert_eq!(sizes.iter().sum::<usize>(), 31);
        assert_eq!(sizes[0], 1);
        assert!(sizes.len() <= 10, "{sizes:?}");
    }

    /// Promise: after a failed write nothing is tried again. The end is told once, and everybody
    /// who waits or comes later hears that the writer has stopped.
    #[test]
    fn a_failed_write_ends_everything() {
        let run = start(1);
        let stopped = |result: &Result<Committed, CommitError>| {
            matches!(result, Err(CommitError::Store(StoreError::WriterStopped)))
        };
        assert!(queue(&run, 10).iter().all(stopped));
        assert!(stopped(&run.sequencer.commit(Batch::default())));
        assert_eq!(run.sizes.lock().unwrap().as_slice(), [1]);
        assert_eq!(run.fatal.load(Ordering::SeqCst), 1);
    }

    /// Promise: closing waits for what was handed in.
    #[test]
    fn closing_is_not_fatal() {
        let run = start(usize::MAX);
        assert_eq!(queue(&run, 3).len(), 4);
        drop(run.sequencer);
        assert_eq!(run.fatal.load(Ordering::SeqCst), 0);
    }
}
