//! Putting a node together from its configuration.

use crate::config::Config;
use crate::edges::{SystemClock, SystemEntropy};
use crate::keystore::Keystore;
use anyhow::{Context, Result};
use office::office::Parts;
use office::{Limits, Office, Reader};
use policy::Bundle;
use std::sync::Arc;
use store::{Database, Sqlite};

/// Opens the node's office for writing. Fails where another process has it open.
pub(crate) fn open(config: &Config) -> Result<Office> {
    let keystore = Keystore::of(config);
    let keyring = keystore.keyring(config)?;
    let database = Sqlite::open(&config.database(), keystore.log_signers(config)?, |error| {
        // A failed write or sync is never tried again: what the disk holds is not certain any more.
        eprintln!("kontaktstelle: {error}; the node ends here, nothing was acknowledged that is not durable");
        std::process::abort();
    })
    .context("cannot open the database")?;
    let parts = Parts {
        database: Arc::new(database),
        keyring,
        bundle: Bundle::embedded()?,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
        limits: Limits {
            part_bytes: config.limits.part_bytes,
            grace_hours: config.limits.grace_hours,
        },
        exercise: config.exercise,
    };
    Ok(Office::open(parts)?)
}

/// Opens the node's database for reading, beside the running node or not.
pub(crate) fn read(config: &Config) -> Result<Reader> {
    let path = config.database();
    let database: Arc<dyn Database> =
        Arc::new(Sqlite::open_read_only(&path).with_context(|| {
            format!(
                "cannot read {}; has the node been started once?",
                path.display()
            )
        })?);
    Ok(Reader::new(database, config.party.clone()))
}
