//! Bringing an older database forward, one numbered step after the other.

use super::failed;
use crate::database::StoreError;
use rusqlite::{Connection, TransactionBehavior};

/// The steps; the first makes schema 1 out of an empty file.
const STEPS: [&str; 2] = [
    include_str!("migrations/001_first.sql"),
    include_str!("migrations/002_trust.sql"),
];

/// The schema this program writes.
pub(super) const SCHEMA: i64 = STEPS.len() as i64;

/// Makes the schema this program's, each step in one transaction.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let migrating = failed("migrating the schema");
    for (step, number) in STEPS.iter().zip(1..) {
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(&migrating)?;
        if version(&transaction)? < number {
            transaction.execute_batch(step).map_err(&migrating)?;
            transaction
                .pragma_update(None, "user_version", number)
                .map_err(&migrating)?;
        }
        transaction.commit().map_err(&migrating)?;
    }
    check(connection)
}

/// Refuses a schema that is not this program's.
pub(super) fn check(connection: &Connection) -> Result<(), StoreError> {
    let (found, known) = (version(connection)?, SCHEMA);
    match found {
        SCHEMA => Ok(()),
        1..SCHEMA => Err(StoreError::SchemaOld { found, known }),
        _ => Err(StoreError::SchemaUnknown { found, known }),
    }
}

fn version(connection: &Connection) -> Result<i64, StoreError> {
    connection
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .map_err(failed("reading the schema version"))
}
