//! Bringing the schema up to date.

use super::session::{Fault, Session};
use crate::database::StoreError;
use std::time::Duration;

/// Each step takes the schema from the version before it to its own; the first makes version 1.
const STEPS: [&str; 1] = [include_str!("migrations/0001_tables.sql")];

/// The schema this program writes.
const SCHEMA: i64 = STEPS.len() as i64;

/// The oldest PostgreSQL with all that is used here, as PostgreSQL counts versions.
const OLDEST: i32 = 150_000;

/// Only one node at a time changes the schema. The writers' lock has another number.
const LOCK: &str = "SELECT pg_advisory_xact_lock(5640613094013370)";

/// Longest wait for another node that changes the schema.
const LOCKED: Duration = Duration::from_secs(120);

/// A step may rewrite a large table.
const MIGRATING: Duration = Duration::from_secs(3600);

/// Refuses a server that would not keep its word.
pub(super) fn assert_server(session: &mut Session) -> Result<(), Fault> {
    let refused = |what: String| {
        Fault::Store(StoreError::Engine {
            doing: "opening the database",
            source: what.into(),
        })
    };
    let setting = |session: &mut Session, name: &str| -> Result<String, Fault> {
        let rows = session.query("SELECT current_setting($1)", &[&name])?;
        let value = rows.first().map(|row| row.try_get(0)).transpose();
        Ok(value.map_err(Fault::Unreadable)?.unwrap_or_default())
    };
    let version = setting(session, "server_version_num")?;
    if version.parse::<i32>().unwrap_or(0) < OLDEST {
        let version = setting(session, "server_version")?;
        return Err(refused(format!(
            "postgresql {version} is too old: 15 or newer is needed"
        )));
    }
    for (name, needed) in [
        ("fsync", "on"),
        ("full_page_writes", "on"),
        ("server_encoding", "UTF8"),
    ] {
        let value = setting(session, name)?;
        if value != needed {
            return Err(refused(format!(
                "the server has {name} = {value}; it must be {needed}"
            )));
        }
    }
    Ok(())
}

/// Brings the schema up to date, or makes it.
pub(super) fn migrate(session: &mut Session) -> Result<(), Fault> {
    session.run("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", LOCKED)?;
    session.run(LOCK, LOCKED)?;
    session.run(
        "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)",
        MIGRATING,
    )?;
    let found = version(session)?;
    let known = found.filter(|found| (0..=SCHEMA).contains(found));
    if let (Some(found), None) = (found, known) {
        return Err(unknown(found));
    }
    let done = usize::try_from(found.unwrap_or(0)).unwrap_or(0);
    for step in STEPS.iter().skip(done) {
        session.run(step, MIGRATING)?;
    }
    let note = match found {
        None => format!("INSERT INTO schema_version (version) VALUES ({SCHEMA})"),
        Some(_) => format!("UPDATE schema_version SET version = {SCHEMA}"),
    };
    session.commit(&note, MIGRATING)
}

/// Refuses a schema that is not this program's, without changing it.
pub(super) fn check(session: &mut Session) -> Result<(), Fault> {
    let exists = session.query("SELECT to_regclass('schema_version') IS NOT NULL", &[])?;
    let exists = exists
        .first()
        .is_some_and(|row| matches!(row.try_get(0), Ok(true)));
    match if exists { version(session)? } else { None } {
        Some(SCHEMA) => Ok(()),
        found => Err(unknown(found.unwrap_or(0))),
    }
}

fn version(session: &mut Session) -> Result<Option<i64>, Fault> {
    let rows = session.query("SELECT version FROM schema_version", &[])?;
    let version = rows.first().map(|row| row.try_get(0)).transpose();
    version.map_err(Fault::Unreadable)
}

fn unknown(found: i64) -> Fault {
    Fault::Store(StoreError::SchemaUnknown {
        found,
        known: SCHEMA,
    })
}
