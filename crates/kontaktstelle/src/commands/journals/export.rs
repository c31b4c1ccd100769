//! Logs as static files (C2SP tlog-tiles): the same tree of files that a node publishes over HTTP.

use anyhow::{Context, Result, anyhow, bail};
use journal::resource::Resource;
use office::Reader;
use std::fs;
use std::path::Path;

/// A log that was written out.
pub(super) struct Exported {
    pub(super) log: String,
    pub(super) size: u64,
}

/// Writes one log straight into `out`, or all logs each into a directory of its name.
pub(super) fn export(reader: &Reader, log: Option<&str>, out: &Path) -> Result<Vec<Exported>> {
    let is_used = out.exists()
        && fs::read_dir(out)
            .with_context(|| format!("cannot read {}", out.display()))?
            .next()
            .is_some();
    if is_used {
        bail!("{} is not empty", out.display());
    }
    match log {
        Some(log) => Ok(vec![export_log(reader, log, out)?]),
        None => reader
            .database()
            .logs()?
            .iter()
            .map(|log| export_log(reader, log, &out.join(log)))
            .collect(),
    }
}

/// The checkpoint comes last: whoever finds it finds everything that it covers.
fn export_log(reader: &Reader, log: &str, out: &Path) -> Result<Exported> {
    let head = reader.head(log)?;
    for resource in Resource::all(head.size) {
        let bytes = match resource {
            // Of this head, whatever was written meanwhile.
            Resource::Checkpoint => head.checkpoint.clone().into_bytes(),
            resource => reader
                .published(log, resource)?
                .ok_or_else(|| anyhow!("{log} has no {resource}"))?,
        };
        let path = out.join(resource.to_string());
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory)
                .with_context(|| format!("cannot create {}", directory.display()))?;
        }
        fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(Exported {
        log: log.to_owned(),
        size: head.size,
    })
}
