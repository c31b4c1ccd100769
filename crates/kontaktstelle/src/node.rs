//! Putting a node together from its configuration.

use crate::config::Config;
use crate::edges::{SystemClock, SystemEntropy};
use crate::keystore::Keystore;
use crate::storage;
use anyhow::Result;
use locales::Language;
use office::office::Parts;
use office::{Limits, Office, Reader};
use policy::Bundle;
use std::sync::Arc;

/// Opens the node's office for writing. Fails where another process has it open.
pub(crate) fn open(config: &Config, language: Language) -> Result<Office> {
    let keystore = Keystore::of(config, language);
    let keyring = keystore.keyring(config)?;
    let parts = Parts {
        database: storage::database(config, keystore.log_signers(config)?)?,
        objects: storage::objects(config)?,
        keyring,
        agreements: config.agreements(),
        witnesses: config.witnesses()?,
        bundle: Bundle::embedded()?,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy),
        limits: Limits {
            part_bytes: config.limits.part_bytes,
            message_bytes: config.limits.message_bytes,
            grace_hours: config.limits.grace_hours,
            anchor_every_seconds: config.witnessing.anchor_every_seconds,
            witness_lag_seconds: config.witnessing.lag_minutes.saturating_mul(60),
            keep_case_days: config.retention.case_days,
        },
        exercise: config.exercise,
    };
    Ok(Office::open(parts)?)
}

/// Opens the node's database for reading, beside the running node or not.
pub(crate) fn read(config: &Config) -> Result<Reader> {
    Ok(Reader::new(
        storage::reading(config)?,
        storage::objects(config)?,
        config.party.clone(),
    ))
}
