//! One connection and its deadlines.
//!
//! The driver is asynchronous, the callers are not: they block on their own thread until the
//! answer is there or their time is up. The connection itself is driven by the server's runtime,
//! so a call may come from any thread, asynchronous ones included.

use crate::database::StoreError;
use futures_util::Stream;
use std::collections::HashMap;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::AbortHandle;
use tokio_postgres::error::{DbError, SqlState};
use tokio_postgres::types::ToSql;
use tokio_postgres::{AsyncMessage, Client, Connection, Row, Statement};

/// How long the answer to a query may take, or the next row of it.
pub(super) const READING: Duration = Duration::from_secs(60);

/// How long a statement of the writer may take.
pub(super) const WRITING: Duration = Duration::from_secs(60);

/// Values of a statement.
pub(super) type Values<'a> = &'a [&'a (dyn ToSql + Sync)];

/// What can become of a question to the server.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    /// The server said no. It has undone what was asked.
    #[error("the database refused: {}", .0.message())]
    Refused(Box<DbError>),
    /// The connection is gone; what was asked last may or may not have happened.
    #[error("the connection to the database is lost")]
    Lost(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The server said nothing for too long, and the connection was dropped.
    #[error("the database did not answer within {} s", .0.as_secs())]
    TimedOut(Duration),
    /// The connection broke before the commit was done, and the server has undone it.
    #[error("the connection to the database broke and the transaction was undone")]
    Undone,
    /// A synchronous standby was not waited for: what was committed may vanish in a failover.
    #[error("the database stopped waiting for its standby: what it committed may vanish")]
    NotReplicated,
    /// A stored value has another type than its column.
    #[error("a stored value cannot be read")]
    Unreadable(#[source] tokio_postgres::Error),
    /// Stored data contradict each other, or a caller's function said so.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Fault {
    /// Whether it is open what became of the last question.
    pub(super) fn is_outcome_unknown(&self) -> bool {
        matches!(self, Self::Lost(_) | Self::TimedOut(_))
    }

    /// For the callers of the engine.
    pub(super) fn while_doing(self, doing: &'static str) -> StoreError {
        match self {
            Self::Store(error) => error,
            other => StoreError::Engine {
                doing,
                source: Box::new(other),
            },
        }
    }
}

impl From<tokio_postgres::Error> for Fault {
    fn from(error: tokio_postgres::Error) -> Self {
        match error.as_db_error() {
            // Class 57P: the server is going down or ended this connection.
            Some(db) if db.code().code().starts_with("57P") => Self::Lost(error.into()),
            Some(db) => Self::Refused(Box::new(db.clone())),
            None => Self::Lost(error.into()),
        }
    }
}

/// A statement with its values, to be run by [`Session::execute_all`].
pub(super) struct Step<'a> {
    pub(super) sql: &'static str,
    pub(super) values: Vec<Box<dyn ToSql + Sync + 'a>>,
}

/// A connection.
pub(super) struct Session {
    client: Client,
    statements: HashMap<String, Statement>,
    not_replicated: Arc<AtomicBool>,
    connection: AbortHandle,
}

impl Session {
    /// Hands the connection to the runtime that this is called on.
    pub(super) fn driven<T>(
        client: Client,
        connection: Connection<tokio_postgres::Socket, T>,
    ) -> Self
    where
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let not_replicated = Arc::new(AtomicBool::new(false));
        let connection = tokio::spawn(drive(connection, not_replicated.clone())).abort_handle();
        Self {
            client,
            statements: HashMap::new(),
            not_replicated,
            connection,
        }
    }

    /// Whether nothing more can be asked here.
    pub(super) fn is_lost(&self) -> bool {
        self.client.is_closed()
    }

    /// Runs statements without parameters.
    pub(super) fn run(&self, sql: &str, limit: Duration) -> Result<(), Fault> {
        self.answer(self.client.batch_execute(sql), limit)
    }

    /// Asks and returns the rows.
    pub(super) fn query(&mut self, sql: &str, values: Values<'_>) -> Result<Vec<Row>, Fault> {
        let statement = self.prepared(sql)?;
        self.answer(self.client.query(&statement, values), READING)
    }

    /// Asks and passes on one row after the other, so that there may be more than fit into memory.
    pub(super) fn each(
        &mut self,
        sql: &str,
        values: Values<'_>,
        each: &mut dyn FnMut(&Row) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let statement = self.prepared(sql)?;
        let asking = self.client.query_raw(&statement, values.iter().copied());
        let mut rows = pin!(self.answer(asking, READING)?);
        loop {
            let next = std::future::poll_fn(|context| rows.as_mut().poll_next(context));
            match self.answer(async { next.await.transpose() }, READING)? {
                Some(row) => each(&row)?,
                None => return Ok(()),
            }
        }
    }

    /// Runs a statement and returns how many rows it touched.
    pub(super) fn execute(
        &mut self,
        sql: &str,
        values: Values<'_>,
        limit: Duration,
    ) -> Result<u64, Fault> {
        let statement = self.prepared(sql)?;
        self.answer(self.client.execute(&statement, values), limit)
    }

    /// Runs a last statement and commits, and believes the server only if it waited for its standby.
    pub(super) fn commit(&self, last: &str, limit: Duration) -> Result<(), Fault> {
        // A warning from before, such as one at connecting, says nothing about this commit.
        self.not_replicated.store(false, Ordering::SeqCst);
        self.run(&format!("{last}; COMMIT"), limit)?;
        // The warning comes before the answer, on the same connection.
        if self.not_replicated.load(Ordering::SeqCst) {
            return Err(Fault::NotReplicated);
        }
        Ok(())
    }

    /// Runs statements one after the other without waiting in between, and returns how many rows
    /// each touched. After one that fails, those behind it fail too.
    pub(super) fn execute_all(&mut self, steps: &[Step<'_>]) -> Result<Vec<u64>, Fault> {
        let mut prepared = Vec::with_capacity(steps.len());
        for step in steps {
            let values: Vec<_> = step.values.iter().map(|value| &**value as _).collect();
            prepared.push((self.prepared(step.sql)?, values));
        }
        // The first look at each sends it; the answers come in the order of the questions.
        let mut asked: Vec<_> = prepared
            .iter()
            .map(|(statement, values)| (Box::pin(self.client.execute(statement, values)), None))
            .collect();
        let answers = std::future::poll_fn(|context| {
            let mut all = true;
            for (asking, count) in asked.iter_mut().filter(|(_, count)| count.is_none()) {
                match asking.as_mut().poll(context) {
                    Poll::Ready(answer) => *count = Some(answer?),
                    Poll::Pending => all = false,
                }
            }
            if all {
                Poll::Ready(Ok(()))
            } else {
                Poll::Pending
            }
        });
        self.answer(answers, WRITING)?;
        Ok(asked.into_iter().filter_map(|(_, count)| count).collect())
    }

    /// Removes rows that nobody sees any more; for [`super::server::Server::sweep`].
    pub(super) async fn sweep(self) {
        let swept = self
            .client
            .batch_execute("VACUUM entries, documents, blobs");
        if let Err(error) = swept.await {
            tracing::warn!(%error, "destroyed rows are not yet cleared from the disk");
        }
    }

    fn prepared(&mut self, sql: &str) -> Result<Statement, Fault> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.answer(self.client.prepare(sql), READING)?;
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    fn answer<T>(
        &self,
        asking: impl Future<Output = Result<T, tokio_postgres::Error>>,
        limit: Duration,
    ) -> Result<T, Fault> {
        match wait(asking, Instant::now() + limit) {
            Some(answer) => Ok(answer?),
            None => {
                // The server may still be at it; nobody will hear what comes of it.
                self.connection.abort();
                Err(Fault::TimedOut(limit))
            }
        }
    }
}

/// Carries the messages of a connection until it ends.
async fn drive<T>(
    mut connection: Connection<tokio_postgres::Socket, T>,
    not_replicated: Arc<AtomicBool>,
) where
    T: AsyncRead + AsyncWrite + Unpin,
{
    loop {
        match std::future::poll_fn(|context| connection.poll_message(context)).await {
            Some(Ok(AsyncMessage::Notice(notice))) => {
                if is_not_replicated(&notice) {
                    not_replicated.store(true, Ordering::SeqCst);
                }
                tracing::debug!(code = notice.code().code(), "notice of the database");
            }
            Some(Ok(_)) => {}
            Some(Err(_)) | None => return,
        }
    }
}

/// PostgreSQL answers a commit with success when its wait for the standby was cut short, and says
/// so in a warning only: `canceling wait for synchronous replication due to user request`, or
/// `canceling the wait for … and terminating connection due to administrator command`. Messages are
/// translated, so the code decides: no other warning belongs to a commit.
fn is_not_replicated(notice: &DbError) -> bool {
    *notice.code() == SqlState::WARNING || *notice.code() == SqlState::ADMIN_SHUTDOWN
}

/// Waits on this thread for a future that others drive.
pub(super) fn wait<F: Future>(future: F, until: Instant) -> Option<F::Output> {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return Some(output);
        }
        let left = until.checked_duration_since(Instant::now())?;
        std::thread::park_timeout(left);
    }
}
