//! `journal verify`: everything that can be recomputed from the stored bytes, and the signatures over it.

use crate::commands::Session;
use crate::config::Config;
use crate::keystore::Keystore;
use crate::progress::Progress;
use crate::show;
use crate::storage;
use anyhow::{Context, Result, anyhow, bail};
use office::Reader;
use seal::key_manifest::KeyManifest;
use store::fsck;

/// Recomputes every log from its stored bytes: each entry's leaf from its content, every tile, the
/// root; holds documents, messages and blobs against the entries that wrote them down and the
/// checkpoints against the log's keys. The attachments are read once more as well.
pub(super) fn run(session: &Session, config: &Config, reader: &Reader) -> Result<()> {
    let manifest = Keystore::of(config, session.language).manifest()?;
    for log in reader.database().logs()? {
        check_checkpoint(reader, manifest.statement(), &log)?;
    }
    let progress = Progress::new(session, "command-verifying");
    let checked = fsck::check(reader.database().as_ref(), &mut |done, of| {
        progress.tell(done, of);
    })?;
    progress.finish();
    let objects = check_objects(config)?;
    if session.global.json {
        return show::json(&serde_json::json!({
            "logs": checked.entries.iter()
                .map(|(log, size)| serde_json::json!({ "log": log, "size": size }))
                .collect::<Vec<_>>(),
            "documents": checked.derived,
            "uncovered": checked.uncovered,
            "destroyed": checked.destroyed,
            "blobs": checked.blobs,
            "objects": objects,
        }));
    }
    for (log, size) in checked.entries {
        show::say(
            session.language,
            "command-journal-good",
            &[("log", log.into()), ("size", size.into())],
        );
    }
    show::say(
        session.language,
        "command-documents-good",
        &[
            ("documents", checked.derived.into()),
            ("uncovered", checked.uncovered.into()),
            ("destroyed", checked.destroyed.into()),
            ("blobs", checked.blobs.into()),
        ],
    );
    show::say(
        session.language,
        "command-objects-good",
        &[("count", objects.into())],
    );
    Ok(())
}

/// Reads every attachment; gives how many there are.
fn check_objects(config: &Config) -> Result<usize> {
    let objects = storage::objects(config)?;
    let listed = objects.list()?;
    for object in &listed {
        if !objects.is_whole(&object.hash)? {
            bail!(
                "attachment {} has other bytes than its name says, or is gone",
                object.hash
            );
        }
    }
    Ok(listed.len())
}

/// The newest checkpoint is of the stored head and signed by both keys of the log.
fn check_checkpoint(reader: &Reader, keys: &KeyManifest, log: &str) -> Result<()> {
    let head = reader.head(log)?;
    let verifiers = keys.log_verifiers_of(&head.origin)?;
    if verifiers.is_empty() {
        return Err(anyhow!(
            "the key manifest names no key for log {log} ({})",
            head.origin
        ));
    }
    let mut opened = verifiers
        .iter()
        .map(|verifier| verifier.open(&head.checkpoint));
    let checkpoint = match opened.find_map(Result::ok) {
        Some(checkpoint) => checkpoint,
        None => verifiers
            .first()
            .context("no key")?
            .open(&head.checkpoint)
            .with_context(|| format!("the checkpoint of {log} does not verify"))?,
    };
    if checkpoint.size != head.size || checkpoint.root != head.root {
        bail!("the checkpoint of {log} is not for its stored head");
    }
    Ok(())
}
