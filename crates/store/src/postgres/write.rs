//! The one writer's connection.
//!
//! Several nodes may write to one database. Each transaction holds an advisory lock from its begin
//! to its end, so that no two of them overlap and what is read in one is final; the compare-and-swap
//! of the heads stands behind it.
//!
//! A connection that breaks during a commit leaves its outcome open. Every transaction therefore
//! writes its number into the row of its writer; after connecting again, and after waiting for the
//! lock, which the broken transaction holds for as long as it lives, that row tells what became of
//! it. Looking is itself a transaction that is committed: only after a commit that waited for the
//! standby it is certain that what stands before it does not vanish in a failover.

use super::apply;
use super::read::{self, Ask, to_stored};
use super::server::Server;
use super::session::{Fault, Session, Values};
use crate::database::StoreError;
use crate::engine::{Changes, CheckpointRow, LogRow, Transaction, WriteConnection};
use crate::table::{Cell, Table};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long another node may hold the lock. The server ends a transaction whose node has fallen
/// silent for 30 s, so more than that means that something is wrong.
const LOCKED: Duration = Duration::from_secs(60);

/// How long a commit may take, its wait for a standby included.
const COMMITTING: Duration = Duration::from_secs(60);

/// How long a lost server may stay away before the writer gives up: a failover takes about 25 s.
const AWAY: Duration = Duration::from_secs(60);

/// Pause between two attempts to connect.
const PAUSE: Duration = Duration::from_millis(200);

/// What a writing connection starts with. A stronger setting of `synchronous_commit` than `on` is left
/// as it is. A node that falls silent loses its transaction, and with it the lock. Every statement of
/// the writer looks up rows by an index; a plan made while a table was small must not scan it later.
const SETTINGS: &str = "SET idle_in_transaction_session_timeout = '30s';
    SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off;
    SELECT set_config('synchronous_commit', 'on', false)
        WHERE current_setting('synchronous_commit') <> 'remote_apply'";

const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;
    SELECT pg_advisory_xact_lock(5640613094013371)";

/// Rows of writers that have not been heard of for this long are removed.
const FORGET_WRITERS: &str = "DELETE FROM writers
    WHERE seen_ms < (EXTRACT(EPOCH FROM now()) * 1000)::bigint - 7 * 24 * 3600 * 1000::bigint";

/// Connects for writing.
fn connect(server: &Server) -> Result<Session, Fault> {
    let session = server.connect()?;
    session.run(SETTINGS, COMMITTING)?;
    Ok(session)
}

/// The connection to write with.
pub(super) struct Writer {
    server: Arc<Server>,
    session: Session,
    /// This writer's row.
    id: String,
    /// The number of its transaction.
    turn: i64,
}

impl Writer {
    pub(super) fn new(server: Arc<Server>) -> Result<Self, Fault> {
        let mut session = connect(&server)?;
        session.run(FORGET_WRITERS, COMMITTING)?;
        let rows = session.query("SELECT gen_random_uuid()::text", &[])?;
        let id = rows.first().map(|row| row.try_get(0)).transpose();
        let mut writer = Self {
            id: id.map_err(Fault::Unreadable)?.unwrap_or_default(),
            server,
            session,
            turn: 0,
        };
        // What a node before this one committed without waiting for the standby is seen here, and
        // would be signed. It is certain once a commit behind it is.
        writer.session.run(BEGIN, LOCKED)?;
        writer.commit()?;
        Ok(writer)
    }

    /// Begins a transaction, on a new connection if the old one is gone: nothing was written yet.
    fn begin_again(&mut self) -> Result<(), Fault> {
        let until = Instant::now() + AWAY;
        loop {
            let fault = match self.session.run(BEGIN, LOCKED) {
                Ok(()) => return Ok(()),
                Err(fault @ Fault::Lost(_)) => fault,
                Err(other) => return Err(other),
            };
            self.reconnect(fault, until)?;
        }
    }

    /// Connects again, for as long as there is time.
    fn reconnect(&mut self, fault: Fault, until: Instant) -> Result<(), Fault> {
        tracing::warn!(error = %fault, "connecting to the database again");
        let mut last = fault;
        while Instant::now() < until {
            match connect(&self.server) {
                Ok(session) => {
                    self.session = session;
                    return Ok(());
                }
                Err(fault) => last = fault,
            }
            std::thread::sleep(PAUSE);
        }
        Err(last)
    }

    /// Writes a transaction's number with it.
    fn turn_statement(&self, turn: i64) -> String {
        let id = &self.id;
        format!(
            "INSERT INTO writers (id, turn, seen_ms)
             VALUES ('{id}', {turn}, (EXTRACT(EPOCH FROM now()) * 1000)::bigint)
             ON CONFLICT (id) DO UPDATE SET turn = excluded.turn, seen_ms = excluded.seen_ms"
        )
    }

    fn commit(&mut self) -> Result<(), Fault> {
        self.turn += 1;
        match self
            .session
            .commit(&self.turn_statement(self.turn), COMMITTING)
        {
            Err(fault) if fault.is_outcome_unknown() => self.find_out(fault),
            outcome => outcome,
        }
    }

    /// After a commit without an answer: whether it took place.
    fn find_out(&mut self, fault: Fault) -> Result<(), Fault> {
        let until = Instant::now() + AWAY;
        let mut lost = fault;
        loop {
            self.reconnect(lost, until)?;
            match self.look() {
                Ok(true) => return Ok(()),
                Ok(false) => return Err(Fault::Undone),
                Err(fault @ Fault::Lost(_)) => lost = fault,
                Err(other) => return Err(other),
            }
        }
    }

    fn try_store_checkpoints(&mut self, published: &[CheckpointRow]) -> Result<(), Fault> {
        self.begin_again()?;
        self.session
            .run("SET LOCAL synchronous_commit = off", COMMITTING)?;
        apply::checkpoints(&mut self.session, published)?;
        self.session.run("COMMIT", COMMITTING)
    }

    fn look(&mut self) -> Result<bool, Fault> {
        self.session.run(BEGIN, LOCKED)?;
        let rows = self
            .session
            .query("SELECT turn FROM writers WHERE id = $1", &[&self.id])?;
        let turn = rows.first().map(|row| row.try_get(0)).transpose();
        let turn: Option<i64> = turn.map_err(Fault::Unreadable)?;
        // Turns count from 1: a new row with 0 says that nothing was ever committed.
        let seen = self.turn_statement(turn.unwrap_or(0));
        self.session.commit(&seen, COMMITTING)?;
        Ok(turn == Some(self.turn))
    }
}

impl WriteConnection for Writer {
    fn begin(&mut self) -> Result<Box<dyn Transaction + '_>, StoreError> {
        self.begin_again()
            .map_err(|fault| fault.while_doing("beginning to write"))?;
        Ok(Box::new(Writing {
            writer: self,
            destroys: false,
            ended: false,
        }))
    }

    fn store_checkpoints(&mut self, published: &[CheckpointRow]) -> Result<(), StoreError> {
        let until = Instant::now() + AWAY;
        loop {
            match self.try_store_checkpoints(published) {
                // Once more on another connection: storing them twice is storing them once.
                Err(Fault::Lost(_)) if Instant::now() < until => {}
                outcome => return outcome.map_err(|e| e.while_doing("storing a checkpoint")),
            }
        }
    }
}

/// A transaction under way.
struct Writing<'a> {
    writer: &'a mut Writer,
    destroys: bool,
    ended: bool,
}

impl Ask for Writing<'_> {
    fn session(&mut self) -> Result<&mut Session, Fault> {
        Ok(&mut self.writer.session)
    }
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        if !self.ended {
            // A connection on which this fails is gone, and its transaction with it.
            let _gone = self.writer.session.run("ROLLBACK", COMMITTING);
        }
    }
}

/// The highest revision of each document; one look-up in the index for each.
const HIGHEST_REVISIONS: &str = "SELECT COALESCE(highest.revision, 0)
    FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS asked (family, id, place)
    LEFT JOIN LATERAL (
        SELECT revision FROM documents AS d WHERE d.family = asked.family AND d.id = asked.id
        ORDER BY revision DESC LIMIT 1
    ) AS highest ON TRUE ORDER BY place";

const PLACES_TAKEN: &str = "SELECT
        EXISTS (SELECT 1 FROM outbox AS o WHERE o.peer = asked.peer AND o.seq = asked.seq)
    FROM unnest($1::text[], $2::bigint[]) WITH ORDINALITY AS asked (peer, seq, place)
    ORDER BY place";

const PUT_LOG: &str = "INSERT INTO logs (name, origin, epoch, size, root, published, checkpoint)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (name) DO UPDATE SET origin = excluded.origin, epoch = excluded.epoch,
        size = excluded.size, root = excluded.root, published = excluded.published,
        checkpoint = excluded.checkpoint";

impl Transaction for Writing<'_> {
    fn highest_revisions(&mut self, documents: &[(&str, &str)]) -> Result<Vec<i64>, StoreError> {
        if documents.is_empty() {
            return Ok(Vec::new());
        }
        let (families, ids): (Vec<_>, Vec<_>) = documents.iter().copied().unzip();
        let doing = "looking up revisions";
        read::list(self, doing, HIGHEST_REVISIONS, &[&families, &ids], |row| {
            read::get(row, 0)
        })
    }

    fn places_taken(&mut self, places: &[(&str, u64)]) -> Result<Vec<bool>, StoreError> {
        if places.is_empty() {
            return Ok(Vec::new());
        }
        let peers: Vec<_> = places.iter().map(|(peer, _)| *peer).collect();
        let numbers: Vec<_> = places.iter().map(|(_, seq)| to_stored(*seq)).collect();
        let doing = "looking up the outbox";
        read::list(self, doing, PLACES_TAKEN, &[&peers, &numbers], |row| {
            read::get(row, 0)
        })
    }

    fn apply(&mut self, changes: &Changes) -> Result<(), StoreError> {
        self.destroys |= !(changes.destroy.is_empty() && changes.forget.is_empty());
        apply::changes(&mut self.writer.session, changes)
            .map_err(|fault| fault.while_doing("writing the journal"))
    }

    fn put_log(&mut self, log: &LogRow) -> Result<(), StoreError> {
        let values: Values<'_> = &[
            &log.log,
            &log.origin,
            &i64::from(log.epoch),
            &to_stored(log.size),
            &log.root.0.as_slice(),
            &to_stored(log.published),
            &log.checkpoint,
        ];
        self.writer
            .session
            .execute(PUT_LOG, values, COMMITTING)
            .map_err(|fault| fault.while_doing("opening a log"))?;
        Ok(())
    }

    fn insert(&mut self, table: Table, rows: &[Vec<Cell>]) -> Result<(), StoreError> {
        apply::insert(&mut self.writer.session, table, rows)
            .map_err(|fault| fault.while_doing("loading rows"))
    }

    fn commit(mut self: Box<Self>) -> Result<(), StoreError> {
        self.ended = true;
        self.writer
            .commit()
            .map_err(|fault| fault.while_doing("committing"))?;
        if self.destroys {
            self.writer.server.sweep();
        }
        Ok(())
    }
}
