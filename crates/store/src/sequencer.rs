//! Group commit: one writer thread takes everything that waits and writes it in one transaction; a
//! publisher thread makes the group before it public meanwhile.
//!
//! While one transaction waits for the disk, the next one gathers. So a single waiting caller
//! pays for itself, and many callers share. Where nobody waits for the next transaction, the writer
//! publishes by itself: handing over would gain nothing and cost a change of threads.

use crate::batch::Batch;
use crate::database::{CommitError, Committed, StoreError};
use crate::prepared::Prepared;
use crate::publisher::Published;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Most batches in one transaction; bounds how long a reader of the answer waits.
pub(crate) const MAX_GROUP: usize = 1000;

/// Most groups that are durable and wait to be published together.
const MAX_AHEAD: usize = 4;

/// How long a group waits at a time, and how often at most, for as many batches as the group before
/// it had. It stops where a pause has brought nothing.
const PAUSE: Duration = Duration::from_micros(50);
const MAX_PAUSES: usize = 6;

type Answer = Result<Published, CommitError>;
type Reply = SyncSender<Answer>;

/// A durable group that is not yet published.
pub(crate) trait Durable: Send + 'static {
    /// Takes in the group that was written next: one publication serves both.
    fn join(&mut self, next: Self);
}

/// What makes a group durable.
pub(crate) trait GroupWriter: Send + 'static {
    /// A durable group that is not yet published.
    type Written: Durable;

    /// Writes a group in one transaction.
    ///
    /// # Errors
    /// Any error after which the state of the disk is not certain. It stops the writer for good:
    /// a failed sync is never tried again.
    fn write(&mut self, group: Vec<Prepared>) -> Result<Self::Written, StoreError>;

    /// Stores what has been published since the last transaction.
    ///
    /// # Errors
    /// As [`GroupWriter::write`].
    fn store_published(&mut self) -> Result<(), StoreError>;
}

/// What makes a durable group public, one after the other in the order they were written.
pub(crate) trait GroupPublisher: Send + 'static {
    /// A durable group that is not yet published.
    type Written: Durable;

    /// Publishes a group and gives the answer to each of its batches.
    ///
    /// # Errors
    /// Any error: the group is then durable, but nobody may be told.
    fn publish(&mut self, written: Self::Written) -> Result<Vec<Answer>, StoreError>;
}

/// The way from a batch to its answer.
pub(crate) trait Commit: Send + Sync {
    /// Hands a batch to the writer and waits until it is durable and public.
    ///
    /// # Errors
    /// As [`crate::Database::commit`].
    fn commit(&self, batch: Batch) -> Result<Committed, CommitError>;
}

/// What the writer thread is asked to do. Batches are moved once, from the caller's thread to the
/// writer's, so their size costs nothing that boxing would save.
#[allow(clippy::large_enum_variant)]
enum Work {
    Batch(Prepared, Reply),
    /// The publisher has posted something.
    Published,
    Close,
}

fn stopped() -> CommitError {
    CommitError::Store(StoreError::WriterStopped)
}

/// What is called when writing or publishing fails.
type OnFatal = Box<dyn FnOnce(&StoreError) + Send>;

/// What is done once when writing or publishing fails.
struct Fatal {
    stopped: AtomicBool,
    call: Mutex<Option<OnFatal>>,
}

impl Fatal {
    fn new(on_fatal: impl FnOnce(&StoreError) + Send + 'static) -> Self {
        Self {
            stopped: AtomicBool::new(false),
            call: Mutex::new(Some(Box::new(on_fatal))),
        }
    }

    fn strike(&self, error: &StoreError) {
        self.stopped.store(true, Ordering::SeqCst);
        let call = self
            .call
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(call) = call {
            tracing::error!(%error, "the journal cannot be written; the node stops");
            call(error);
        }
    }

    /// Runs a thread's whole work. A panic in it ends the node like any other failure.
    fn watch(&self, work: impl FnOnce() -> Result<(), StoreError>) {
        match catch_unwind(AssertUnwindSafe(work)) {
            Ok(Ok(())) => {}
            Ok(Err(error)) => self.strike(&error),
            Err(panic) => {
                let text = panic.downcast_ref::<String>().map(String::as_str);
                let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
                self.strike(&StoreError::Panicked(
                    text.unwrap_or("without a message").to_owned(),
                ));
            }
        }
    }
}

/// The one writer.
pub(crate) struct Sequencer {
    queue: Sender<Work>,
    thread: Option<JoinHandle<()>>,
    fatal: Arc<Fatal>,
}

impl Sequencer {
    /// Starts the threads. `on_fatal` is called once if writing or publishing fails or panics; a
    /// node ends there.
    ///
    /// # Errors
    /// When no thread can be started.
    pub(crate) fn start<T: Durable>(
        writer: impl GroupWriter<Written = T>,
        publisher: impl GroupPublisher<Written = T>,
        on_fatal: impl FnOnce(&StoreError) + Send + 'static,
    ) -> std::io::Result<Self> {
        let fatal = Arc::new(Fatal::new(on_fatal));
        let (queue, work) = channel();
        let (written, to_publish) = sync_channel(MAX_AHEAD);
        let (watched, posted) = (fatal.clone(), queue.clone());
        let publisher = Arc::new(Mutex::new(publisher));
        let handed_over = publisher.clone();
        let publishing = std::thread::Builder::new()
            .name("publisher".to_owned())
            .spawn(move || watched.watch(|| publish_all(&handed_over, &to_publish, &posted)))?;
        let watched = fatal.clone();
        let thread = std::thread::Builder::new()
            .name("sequencer".to_owned())
            .spawn(move || {
                watched.watch(|| {
                    let mut desk = Desk {
                        writer,
                        publisher,
                        handed_over: Arc::new(AtomicUsize::new(0)),
                        written,
                    };
                    let wrote = desk.write_all(&work, &watched);
                    let Desk {
                        mut writer,
                        written,
                        ..
                    } = desk;
                    drop(written);
                    let _panicked = publishing.join();
                    wrote?;
                    if watched.stopped.load(Ordering::SeqCst) {
                        return Ok(());
                    }
                    writer.store_published()
                });
            })?;
        Ok(Self {
            queue,
            thread: Some(thread),
            fatal,
        })
    }
}

impl Commit for Sequencer {
    fn commit(&self, batch: Batch) -> Result<Committed, CommitError> {
        let prepared = Prepared::new(batch)?;
        if self.fatal.stopped.load(Ordering::SeqCst) {
            return Err(stopped());
        }
        let (reply, answer) = sync_channel(1);
        self.queue
            .send(Work::Batch(prepared, reply))
            .map_err(|_| stopped())?;
        Ok(answer.recv().map_err(|_| stopped())??.into())
    }
}

impl Drop for Sequencer {
    fn drop(&mut self) {
        let _ended = self.queue.send(Work::Close);
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}

/// Batches that wait together, with the ways back.
#[derive(Default)]
struct Group {
    batches: Vec<Prepared>,
    replies: Vec<Reply>,
    /// Something is published and not yet stored.
    published: bool,
    closing: bool,
}

impl Group {
    /// Takes one piece of work. Published heads ride on the group's own transaction.
    fn take(&mut self, work: Work) {
        match work {
            Work::Batch(batch, reply) => {
                self.batches.push(batch);
                self.replies.push(reply);
            }
            Work::Published => self.published = true,
            Work::Close => self.closing = true,
        }
    }

    /// Waits until there is something to do; says whether there still can be.
    fn wait(&mut self, queue: &Receiver<Work>) -> bool {
        if self.batches.is_empty() && !self.published && !self.closing {
            match queue.recv() {
                Ok(work) => self.take(work),
                Err(_) => return false,
            }
        }
        true
    }

    /// Takes what is there.
    fn drain(&mut self, queue: &Receiver<Work>) {
        while self.batches.len() < MAX_GROUP
            && let Ok(work) = queue.try_recv()
        {
            self.take(work);
        }
    }

    /// Takes what waits. Where several callers were answered a moment ago they are likely to come
    /// back at once, so the group gives them that moment instead of a transaction each.
    fn gather(&mut self, queue: &Receiver<Work>, expected: usize) {
        for _ in 0..MAX_PAUSES {
            let before = self.batches.len();
            self.drain(queue);
            let came = self.batches.len() > before || before <= 1;
            if self.batches.len() >= expected || !came || self.closing {
                return;
            }
            // Asleep rather than waiting for the next: being woken for each costs more than the
            // transaction saves.
            std::thread::sleep(PAUSE);
        }
    }
}

/// A durable group on its way to the publisher thread.
type HandedOver<T> = (T, Vec<Reply>, Arc<AtomicUsize>);

/// All that the writer thread works with.
struct Desk<W: GroupWriter, P> {
    writer: W,
    publisher: Arc<Mutex<P>>,
    /// How many groups the publisher thread has not finished.
    handed_over: Arc<AtomicUsize>,
    written: SyncSender<HandedOver<W::Written>>,
}

impl<W: GroupWriter, P: GroupPublisher<Written = W::Written>> Desk<W, P> {
    fn write_all(&mut self, queue: &Receiver<Work>, fatal: &Fatal) -> Result<(), StoreError> {
        let mut expected = 1;
        let mut group = Group::default();
        while group.wait(queue) && !fatal.stopped.load(Ordering::SeqCst) {
            group.gather(queue, expected);
            let Group {
                batches,
                replies,
                closing,
                ..
            } = std::mem::take(&mut group);
            let size = batches.len();
            if size == 0 {
                self.writer.store_published()?;
            } else {
                expected = size;
                let durable = self.writer.write(batches)?;
                // What came meanwhile.
                group.drain(queue);
                let waited_for = !group.batches.is_empty() || group.closing;
                if waited_for || self.handed_over.load(Ordering::SeqCst) > 0 {
                    self.handed_over.fetch_add(1, Ordering::SeqCst);
                    let over = (durable, replies, self.handed_over.clone());
                    if self.written.send(over).is_err() {
                        // The publisher has ended, and has said why.
                        return Ok(());
                    }
                } else {
                    publish(&self.publisher, durable, replies)?;
                    group.published = true;
                }
            }
            if closing {
                return Ok(());
            }
        }
        Ok(())
    }
}

fn publish<P: GroupPublisher>(
    publisher: &Mutex<P>,
    durable: P::Written,
    replies: Vec<Reply>,
) -> Result<(), StoreError> {
    // Poisoned only by a panic, after which nothing is published any more.
    let mut publisher = publisher.lock().map_err(|_| StoreError::WriterStopped)?;
    for (reply, answer) in replies.into_iter().zip(publisher.publish(durable)?) {
        // A caller that went away does not matter: what is durable stays durable.
        let _gone = reply.send(answer);
    }
    Ok(())
}

fn publish_all<P: GroupPublisher>(
    publisher: &Mutex<P>,
    written: &Receiver<HandedOver<P::Written>>,
    posted: &Sender<Work>,
) -> Result<(), StoreError> {
    while let Ok((mut durable, mut replies, handed_over)) = written.recv() {
        let mut groups = 1;
        while let Ok((next, more, _)) = written.try_recv() {
            durable.join(next);
            replies.extend(more);
            groups += 1;
        }
        publish(publisher, durable, replies)?;
        handed_over.fetch_sub(groups, Ordering::SeqCst);
        let _ended = posted.send(Work::Published);
    }
    Ok(())
}

/// Writer and publisher without threads: each commit runs through before the next, and the same
/// commits do the same in the same order.
#[cfg(feature = "simulation")]
pub(crate) struct Inline<W, P> {
    parts: Mutex<Option<(W, P)>>,
    fatal: Fatal,
}

#[cfg(feature = "simulation")]
impl<W, P> Inline<W, P> {
    pub(crate) fn new(
        writer: W,
        publisher: P,
        on_fatal: impl FnOnce(&StoreError) + Send + 'static,
    ) -> Self {
        Self {
            parts: Mutex::new(Some((writer, publisher))),
            fatal: Fatal::new(on_fatal),
        }
    }
}

#[cfg(feature = "simulation")]
impl<W, P> Commit for Inline<W, P>
where
    W: GroupWriter,
    P: GroupPublisher<Written = W::Written>,
{
    fn commit(&self, batch: Batch) -> Result<Committed, CommitError> {
        let prepared = Prepared::new(batch)?;
        let mut parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        // Put back only if all went well.
        let (mut writer, mut publisher) = parts.take().ok_or_else(stopped)?;
        let mut answers = Vec::new();
        self.fatal.watch(|| {
            answers = publisher.publish(writer.write(vec![prepared])?)?;
            writer.store_published()
        });
        if !self.fatal.stopped.load(Ordering::SeqCst) {
            *parts = Some((writer, publisher));
        }
        // What is public is answered, even if storing its signature was not possible any more.
        let answer = answers.pop().unwrap_or_else(|| Err(stopped()));
        answer.map(Committed::from)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::sync::Barrier;

    /// What fails, and when.
    #[derive(Clone, Copy, PartialEq, Eq)]
    enum Fails {
        Never,
        Writing,
        Publishing,
        WithAPanic,
    }

    /// Writes nothing; notes the sizes of its groups.
    struct Stub {
        sizes: Arc<Mutex<Vec<usize>>>,
        fails: Fails,
        gate: Arc<Barrier>,
        stored: Arc<AtomicUsize>,
    }

    impl Durable for usize {
        fn join(&mut self, next: Self) {
            *self += next;
        }
    }

    impl GroupWriter for Stub {
        type Written = usize;

        fn write(&mut self, group: Vec<Prepared>) -> Result<usize, StoreError> {
            let written = {
                let mut sizes = self.sizes.lock().unwrap();
                sizes.push(group.len());
                sizes.len()
            };
            if written == 1 {
                // The first transaction is under way until the test has seen the others queue up.
                self.gate.wait();
            }
            match self.fails {
                Fails::Writing => Err(StoreError::NoSuchLog("disk".to_owned())),
                Fails::WithAPanic => panic!("a mistake"),
                Fails::Never | Fails::Publishing => Ok(group.len()),
            }
        }

        fn store_published(&mut self) -> Result<(), StoreError> {
            self.stored.fetch_add(1, Ordering::SeqCst);
            Ok(())
        }
    }

    struct StubPublisher(Fails);

    impl GroupPublisher for StubPublisher {
        type Written = usize;

        fn publish(&mut self, written: usize) -> Result<Vec<Answer>, StoreError> {
            if self.0 == Fails::Publishing {
                return Err(StoreError::NoSuchLog("anchor".to_owned()));
            }
            let answer = || Published {
                entries: Vec::new(),
                heads: [].into(),
            };
            Ok((0..written).map(|_| Ok(answer())).collect())
        }
    }

    struct Run {
        sequencer: Arc<Sequencer>,
        sizes: Arc<Mutex<Vec<usize>>>,
        gate: Arc<Barrier>,
        fatal: Arc<Mutex<Vec<String>>>,
        stored: Arc<AtomicUsize>,
    }

    fn start(fails: Fails) -> Run {
        let sizes = Arc::new(Mutex::new(Vec::new()));
        let gate = Arc::new(Barrier::new(2));
        let fatal = Arc::new(Mutex::new(Vec::new()));
        let stored = Arc::new(AtomicUsize::new(0));
        let stub = Stub {
            sizes: sizes.clone(),
            fails,
            gate: gate.clone(),
            stored: stored.clone(),
        };
        let called = fatal.clone();
        let on_fatal = move |error: &StoreError| called.lock().unwrap().push(error.to_string());
        let sequencer = Sequencer::start(stub, StubPublisher(fails), on_fatal).unwrap();
        Run {
            sequencer: Arc::new(sequencer),
            sizes,
            gate,
            fatal,
            stored,
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
        std::thread::sleep(Duration::from_millis(300));
        run.gate.wait();
        std::iter::once(first)
            .chain(others)
            .map(|thread| thread.join().unwrap())
            .collect()
    }

    /// Promise: what queues while a transaction is under way shares the next one.
    #[test]
    fn waiting_batches_share_a_transaction() {
        let run = start(Fails::Never);
        let results = queue(&run, 30);
        assert!(results.iter().all(Result::is_ok));
        let sizes = run.sizes.lock().unwrap().clone();
        assert_eq!(sizes.iter().sum::<usize>(), 31);
        assert_eq!(sizes[0], 1);
        assert!(sizes.len() <= 10, "{sizes:?}");
    }

    /// Promise: after a failed write, a failed publication or a panic in either thread nothing is
    /// tried again. The end is told once, and everybody who waits or comes later hears that the
    /// writer has stopped.
    #[test]
    fn a_failure_ends_everything() {
        for (fails, told) in [
            (Fails::Writing, "disk"),
            (Fails::Publishing, "anchor"),
            (Fails::WithAPanic, "a mistake"),
        ] {
            let run = start(fails);
            let stopped = |result: &Result<Committed, CommitError>| {
                matches!(result, Err(CommitError::Store(StoreError::WriterStopped)))
            };
            assert!(queue(&run, 10).iter().all(stopped));
            assert!(stopped(&run.sequencer.commit(Batch::default())));
            // Nobody is answered, though a group may have been written while another was published.
            assert!(run.sizes.lock().unwrap().len() <= 3);
            drop(run.sequencer);
            let fatal = run.fatal.lock().unwrap();
            assert!(
                matches!(fatal.as_slice(), [one] if one.contains(told)),
                "{fatal:?}"
            );
            assert_eq!(run.stored.load(Ordering::SeqCst), 0);
        }
    }

    /// Promise: closing waits for what was handed in, and for its signatures to be stored.
    #[test]
    fn closing_is_not_fatal() {
        let run = start(Fails::Never);
        assert_eq!(queue(&run, 3).len(), 4);
        drop(run.sequencer);
        assert!(run.fatal.lock().unwrap().is_empty());
        assert!(run.stored.load(Ordering::SeqCst) > 0);
    }
}
