//! The node's journals: list, show, export, prove, recompute.

use super::Session;
use crate::arguments::JournalWord;
use crate::config::Config;
use crate::keystore::Keystore;
use crate::node;
use crate::show;
use anyhow::{Context, Result, anyhow, bail};
use journal::checkpoint::Checkpoint;
use journal::note::Ed25519Verifier;
use journal::proof::inclusion_proof;
use journal::proof_file::ProofFile;
use journal::tile::{TileId, encode_bundle, entries_path};
use office::Reader;
use office::reader::Position;
use std::fs;
use std::path::Path;
use store::LogTiles;

/// Entries or hashes in a full tile (C2SP tlog-tiles).
const TILE_WIDTH: u64 = 256;

pub(super) fn run(session: &Session, word: JournalWord) -> Result<()> {
    let config = session.config()?;
    let reader = node::read(&config)?;
    match word {
        JournalWord::List => list(session, &reader),
        JournalWord::Show { log, from, count } => show_entries(session, &reader, &log, from, count),
        JournalWord::Export { log, out } => {
            let size = export(&reader, &log, &out)?;
            show::say(
                session.language,
                "command-exported",
                &[
                    ("log", log.into()),
                    ("size", size.into()),
                    ("out", out.display().to_string().into()),
                ],
            );
            Ok(())
        }
        JournalWord::Proof { log, index } => {
            show::line(proof(&reader, &log, index)?.trim_end());
            Ok(())
        }
        JournalWord::Verify => verify_all(session, &config, &reader),
    }
}

fn list(session: &Session, reader: &Reader) -> Result<()> {
    let heads = reader
        .database()
        .logs()?
        .iter()
        .map(|log| reader.head(log))
        .collect::<Result<Vec<_>, _>>()?;
    if session.global.json {
        let logs: Vec<serde_json::Value> = heads
            .iter()
            .map(|head| {
                serde_json::json!({
                    "name": head.log,
                    "origin": head.origin,
                    "size": head.size,
                    "root": head.root,
                    "checkpoint": head.checkpoint,
                })
            })
            .collect();
        return show::json(&logs);
    }
    for head in heads {
        show::say(
            session.language,
            "command-log-line",
            &[
                ("log", head.log.into()),
                ("size", head.size.into()),
                ("root", head.root.to_string().into()),
            ],
        );
    }
    Ok(())
}

fn show_entries(
    session: &Session,
    reader: &Reader,
    log: &str,
    from: u64,
    count: u64,
) -> Result<()> {
    reader.head(log)?;
    for line in reader.lines(log, from, from.saturating_add(count))? {
        if session.global.json {
            show::line(&serde_json::to_string(&serde_json::json!({
                "index": line.entry.index,
                "leaf": line.leaf,
                "fields": line.body,
            }))?);
        } else {
            let kind = locales::label(session.language, "kind", line.text("kind"));
            show::line(&format!(
                "{:>6}  {}  {kind}  {}",
                line.entry.index,
                line.text("time"),
                line.text("actor")
            ));
        }
    }
    Ok(())
}

fn proof(reader: &Reader, log: &str, index: u64) -> Result<String> {
    let head = reader.head(log)?;
    if index >= head.size {
        bail!(
            "log {log} has {} entries, there is no entry {index}",
            head.size
        );
    }
    let tiles = LogTiles::new(reader.database().clone(), log);
    let proof = inclusion_proof(&tiles, index, head.size)?;
    Ok(ProofFile {
        extra: None,
        index,
        proof,
        checkpoint: head.checkpoint,
    }
    .to_string())
}

/// Writes a log as static files (C2SP tlog-tiles). The checkpoint comes last: whoever finds it
/// finds everything that it covers.
fn export(reader: &Reader, log: &str, out: &Path) -> Result<u64> {
    if out.exists()
        && fs::read_dir(out)
            .with_context(|| format!("cannot read {}", out.display()))?
            .next()
            .is_some()
    {
        bail!("{} is not empty", out.display());
    }
    let head = reader.head(log)?;
    if head.checkpoint.is_empty() {
        bail!("the newest head of {log} is not signed yet; try again");
    }
    let write = |path: &str, bytes: &[u8]| -> Result<()> {
        let path = out.join(path);
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory)
                .with_context(|| format!("cannot create {}", directory.display()))?;
        }
        fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))
    };
    let mut hashes_on_level = head.size;
    for level in 0u8.. {
        if hashes_on_level == 0 {
            break;
        }
        for (index, width) in tiles_of(hashes_on_level) {
            let id = TileId { level, index };
            let bytes: Vec<u8> = reader
                .database()
                .tile(log, id, width)?
                .iter()
                .flat_map(|hash| hash.0)
                .collect();
            write(&id.path(width), &bytes)?;
        }
        hashes_on_level /= TILE_WIDTH;
    }
    for (index, width) in tiles_of(head.size) {
        let from = index * TILE_WIDTH;
        let entries = reader
            .database()
            .entries(log, from, from + u64::from(width))?;
        let leaves: Vec<&[u8]> = entries.iter().map(|entry| entry.leaf.as_slice()).collect();
        write(&entries_path(index, width), &encode_bundle(&leaves)?)?;
    }
    write("checkpoint", head.checkpoint.as_bytes())?;
    Ok(head.size)
}

/// The tiles over `count` hashes: index and width; the last one may be partial.
fn tiles_of(count: u64) -> impl Iterator<Item = (u64, u16)> {
    (0..count.div_ceil(TILE_WIDTH)).map(move |index| {
        let width = (count - index * TILE_WIDTH).min(TILE_WIDTH);
        (index, u16::try_from(width).unwrap_or(u16::MAX))
    })
}

/// Recomputes every log, and holds the records against the entries that wrote them down.
fn verify_all(session: &Session, config: &Config, reader: &Reader) -> Result<()> {
    let manifest = Keystore::of(config).manifest()?;
    let mut verified = Vec::new();
    for log in reader.database().logs()? {
        let vkey = manifest
            .statement()
            .log_vkey(&log)
            .ok_or_else(|| anyhow!("the key manifest names no key for log {log}"))?;
        let size = verify(reader, &log, &Ed25519Verifier::from_vkey(vkey)?)?;
        verified.push(serde_json::json!({ "log": log, "size": size }));
        if !session.global.json {
            show::say(
                session.language,
                "command-journal-good",
                &[("log", log.into()), ("size", size.into())],
            );
        }
    }
    let records = reader.records(Position::Now)?;
    for at in &records {
        let line = reader.line(&at.entry)?;
        let written = line.body.as_ref().and_then(|body| body.get("record"));
        if written
            .is_some_and(|written| serde_json::to_value(&at.record).ok().as_ref() != Some(written))
        {
            bail!(
                "record {} is not what entry {} of {} wrote down",
                at.record.header.id,
                at.entry.index,
                at.entry.log
            );
        }
    }
    if session.global.json {
        return show::json(&serde_json::json!({ "logs": verified, "records": records.len() }));
    }
    show::say(
        session.language,
        "command-records-good",
        &[("count", records.len().into())],
    );
    Ok(())
}

/// Recomputes a log from its stored bytes: each entry's leaf from its content, every tile, the
/// root, and the checkpoint's signature.
fn verify(reader: &Reader, log: &str, verifier: &Ed25519Verifier) -> Result<u64> {
    let head = reader.head(log)?;
    let checkpoint = Checkpoint::open(&head.checkpoint, &head.origin, &[verifier])
        .with_context(|| format!("the checkpoint of {log} does not verify"))?;
    if checkpoint.size != head.size || checkpoint.root != head.root {
        bail!("the checkpoint of {log} is not for its stored head");
    }
    Ok(store::fsck::recompute(reader.database().as_ref(), log)?)
}
