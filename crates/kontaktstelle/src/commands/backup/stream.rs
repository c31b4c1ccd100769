//! What is inside a backup, before it is sealed and after it was opened.

use anyhow::{Context, Result, bail};
use journal::hash::Hash;
use std::io::{Read, Write};
use store::Engine;
use store::dump::{self, Dumped};
use store::objects::Objects;

const HEADER: &[u8] = b"kontaktstelle backup 1\n";

/// What a backup holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Contents {
    /// The database.
    pub(super) database: Dumped,
    /// Entries of all logs.
    pub(super) entries: u64,
    /// Attachments and payloads.
    pub(super) attachments: u64,
}

/// Writes the database as it is at this moment, and then the attachments: whatever the database
/// refers to was there before it.
pub(super) fn write(
    engine: &dyn Engine,
    objects: Option<&dyn Objects>,
    out: &mut dyn Write,
) -> Result<Contents> {
    out.write_all(HEADER)?;
    let mut rows = engine.snapshot()?;
    let entries = rows.logs()?.iter().map(|log| log.size).sum();
    let database = dump::dump(rows.as_mut(), out)?;
    drop(rows);
    let attachments = write_objects(objects, out)?;
    Ok(Contents {
        database,
        entries,
        attachments,
    })
}

fn write_objects(objects: Option<&dyn Objects>, out: &mut dyn Write) -> Result<u64> {
    let Some(objects) = objects else {
        out.write_all(&0u64.to_be_bytes())?;
        return Ok(0);
    };
    let listed = objects.list()?;
    let count = listed.len() as u64;
    out.write_all(&count.to_be_bytes())?;
    for object in listed {
        let mut reader = objects.open(&object.hash)?.with_context(|| {
            format!(
                "attachment {} was destroyed meanwhile; begin again",
                object.hash
            )
        })?;
        out.write_all(&object.hash.0)?;
        out.write_all(&object.size.to_be_bytes())?;
        if std::io::copy(&mut reader, out)? != object.size {
            bail!("attachment {} has another length than it had", object.hash);
        }
    }
    Ok(count)
}

/// Loads a backup into an empty database.
pub(super) fn load(
    engine: &dyn Engine,
    objects: &dyn Objects,
    input: &mut dyn Read,
) -> Result<Contents> {
    let mut header = [0; HEADER.len()];
    input.read_exact(&mut header)?;
    if header != HEADER {
        bail!("it is not a backup of a kontaktstelle");
    }
    let database = dump::load(engine, input)?;
    let entries = engine.reader()?.logs()?.iter().map(|log| log.size).sum();
    let attachments = read_number(input)?;
    for _ in 0..attachments {
        let mut hash = [0; 32];
        input.read_exact(&mut hash)?;
        let size = read_number(input)?;
        let (arrived, length) = objects.put(&mut input.take(size), size)?;
        if arrived != Hash(hash) || length != size {
            bail!(
                "attachment {} has other bytes than its name says",
                Hash(hash)
            );
        }
    }
    if input.read(&mut [0])? != 0 {
        bail!("it goes on behind its end");
    }
    Ok(Contents {
        database,
        entries,
        attachments,
    })
}

fn read_number(input: &mut dyn Read) -> Result<u64> {
    let mut bytes = [0; 8];
    input.read_exact(&mut bytes)?;
    Ok(u64::from_be_bytes(bytes))
}
