//! Connections for reading: a few, shared by all callers.

use super::read::Ask;
use super::server::Server;
use super::session::{Fault, READING, Session};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Most connections that read at one time. A server accepts 100 by default, and there may be
/// several nodes.
const MOST: usize = 16;

/// Most of them that are kept while nobody reads.
const IDLE: usize = 8;

/// After this long without use a connection is tried before it is trusted: its server may have
/// vanished without a word.
const TRUSTED: Duration = Duration::from_secs(5);

/// How long a connection may take to show that it lives.
const ALIVE: Duration = Duration::from_secs(3);

/// A reader cannot write.
const SETTINGS: &str = "SET default_transaction_read_only = on";

const AT_ONE_MOMENT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

#[derive(Default)]
struct Kept {
    idle: Vec<(Session, Instant)>,
    lent: usize,
}

/// The connections of one database.
pub(super) struct Pool {
    server: Arc<Server>,
    kept: Mutex<Kept>,
    returned: Condvar,
}

impl Pool {
    pub(super) fn new(server: Arc<Server>) -> Self {
        Self {
            server,
            kept: Mutex::default(),
            returned: Condvar::new(),
        }
    }

    /// A connection that reads what is committed, at each query anew.
    pub(super) fn reader(&self) -> Result<Reader<'_>, Fault> {
        let mut reader = Reader {
            session: self.wait_for_turn(),
            pool: self,
            at_one_moment: false,
        };
        if reader.session.is_none() {
            let session = self.server.connect()?;
            session.run(SETTINGS, READING)?;
            reader.session = Some(session);
        }
        Ok(reader)
    }

    /// A connection all of whose queries see the same moment.
    pub(super) fn snapshot(&self) -> Result<Reader<'_>, Fault> {
        let mut reader = self.reader()?;
        reader.session()?.run(AT_ONE_MOMENT, READING)?;
        reader.at_one_moment = true;
        Ok(reader)
    }

    /// Waits until a connection may be lent, and takes one that lives if there is one.
    fn wait_for_turn(&self) -> Option<Session> {
        let mut kept = self.lock();
        while kept.lent >= MOST {
            let woken = self.returned.wait(kept);
            kept = woken.unwrap_or_else(PoisonError::into_inner);
        }
        kept.lent += 1;
        loop {
            let (session, since) = kept.idle.pop()?;
            if session.is_lost() {
                continue;
            }
            if since.elapsed() < TRUSTED {
                return Some(session);
            }
            drop(kept);
            if session.run("", ALIVE).is_ok() {
                return Some(session);
            }
            kept = self.lock();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection on loan.
pub(super) struct Reader<'a> {
    pool: &'a Pool,
    session: Option<Session>,
    at_one_moment: bool,
}

impl Ask for Reader<'_> {
    fn session(&mut self) -> Result<&mut Session, Fault> {
        let gone = || Fault::Lost("it was given back".into());
        self.session.as_mut().ok_or_else(gone)
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        let ended = self.session.take().filter(|session| {
            !session.is_lost() && (!self.at_one_moment || session.run("ROLLBACK", ALIVE).is_ok())
        });
        let mut kept = self.pool.lock();
        kept.lent -= 1;
        if let Some(session) = ended
            && kept.idle.len() < IDLE
        {
            kept.idle.push((session, Instant::now()));
        }
        drop(kept);
        self.pool.returned.notify_one();
    }
}
