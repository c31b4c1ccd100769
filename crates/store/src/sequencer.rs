//! Group commit: one writer thread takes everything that waits and writes it in one transaction.
//!
//! While one transaction waits for the disk, the next one gathers. So a single waiting caller
//! pays one disk write, and many callers share one.

use crate::batch::Batch;
use crate::database::{CommitError, Committed, StoreError};
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use std::thread::JoinHandle;

/// Most batches in one transaction; bounds how long a reader of the answer waits.
pub const MAX_GROUP: usize = 1000;

type Reply = std::sync::mpsc::SyncSender<Result<Committed, CommitError>>;

/// A batch that waits, with the way back.
pub struct Waiting {
    /// What is to be written.
    pub batch: Batch,
    reply: Reply,
}

impl Waiting {
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
        let (reply, answer) = sync_channel(1);
        let queue = self.queue.as_ref().ok_or_else(stopped)?;
        queue
            .send(Waiting { batch, reply })
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
