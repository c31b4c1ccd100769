//! The node's journals: list, show, export, prove, recompute, make again.

mod export;
mod rebuild;
mod verify;

use self::export::{Exported, export};
use super::Session;
use crate::arguments::{JournalWord, ProofFormat};
use crate::config::Config;
use crate::keystore::Keystore;
use crate::node;
use crate::show;
use anyhow::{Context, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use journal::proof::inclusion_proof;
use office::Reader;
use seal::cose::{self, Inclusion};
use std::fs;
use std::path::Path;
use store::{EntryRef, LogTiles};

pub(super) fn run(session: &Session, word: JournalWord) -> Result<()> {
    let config = session.config()?;
    // What an operator does with a node that is not running, and may be one that cannot run.
    match &word {
        JournalWord::Rebuild { apply } => return rebuild::run(session, &config, *apply),
        JournalWord::Recover { peer, copy } => {
            return rebuild::recover(session, &config, peer, copy);
        }
        JournalWord::Adopt => return rebuild::adopt(session, &config),
        JournalWord::Epoch { log, last_seen } => {
            return rebuild::open_epoch(session, &config, log, last_seen.as_deref());
        }
        _ => {}
    }
    let reader = node::read(&config)?;
    match word {
        JournalWord::List => list(session, &reader),
        JournalWord::Show { log, from, count } => show_entries(session, &reader, &log, from, count),
        JournalWord::Export { log, out } => {
            for Exported { log, size } in export(&reader, log.as_deref(), &out)? {
                show::say(
                    session.language,
                    "command-exported",
                    &[
                        ("log", log.into()),
                        ("size", size.into()),
                        ("out", out.display().to_string().into()),
                    ],
                );
            }
            Ok(())
        }
        JournalWord::Proof {
            log,
            index,
            format: ProofFormat::Tlog,
            out,
        } => {
            let proof = reader.proof_file(&EntryRef { log, index })?.to_string();
            hand_out(out.as_deref(), proof.as_bytes(), proof.trim_end())
        }
        JournalWord::Proof {
            log,
            index,
            format: ProofFormat::Cose,
            out,
        } => {
            let receipt = cose_receipt(session, &config, &reader, &EntryRef { log, index })?;
            hand_out(out.as_deref(), &receipt, &STANDARD.encode(&receipt))
        }
        JournalWord::Grade { log, index } => grade(session, &reader, &EntryRef { log, index }),
        JournalWord::Verify => verify::run(session, &config, &reader),
        JournalWord::Rebuild { .. }
        | JournalWord::Recover { .. }
        | JournalWord::Adopt
        | JournalWord::Epoch { .. } => Ok(()),
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

/// Who vouches for an entry, and since when.
fn grade(session: &Session, reader: &Reader, entry: &EntryRef) -> Result<()> {
    let evidence = reader.grade(entry)?;
    if session.global.json {
        return show::json(&serde_json::json!({
            "log": entry.log,
            "index": entry.index,
            "grade": evidence.grade.code(),
            "size": evidence.witnessed.as_ref().map(|witnessed| witnessed.size),
            "at": evidence.witnessed.as_ref().map(|witnessed| witnessed.at),
            "checkpoint": evidence.witnessed.as_ref().map(|witnessed| &witnessed.checkpoint),
        }));
    }
    let grade = locales::text(
        session.language,
        &format!("command-grade-{}", evidence.grade.code()),
        &[],
    );
    match evidence.witnessed {
        None => show::line(&grade),
        Some(witnessed) => show::say(
            session.language,
            "command-grade-since",
            &[
                ("grade", grade.into()),
                ("at", witnessed.at.to_string().into()),
                ("size", witnessed.size.into()),
            ],
        ),
    }
    Ok(())
}

/// An entry's proof as a COSE Receipt (RFC 9942), which the log's key signs anew.
fn cose_receipt(
    session: &Session,
    config: &Config,
    reader: &Reader,
    entry: &EntryRef,
) -> Result<Vec<u8>> {
    let head = reader.head(&entry.log)?;
    let line = reader.line(entry)?;
    let tiles = LogTiles::new(reader.database().clone(), &entry.log);
    let inclusion = Inclusion {
        leaf: line.leaf,
        index: entry.index,
        size: head.size,
        path: inclusion_proof(&tiles, entry.index, head.size)?,
    };
    let (key, origin) = Keystore::of(config, session.language).log_key(&entry.log)?;
    if origin != head.origin {
        bail!(
            "the key of {} is for {origin}, its head is of {}",
            entry.log,
            head.origin
        );
    }
    let subject = format!("{origin}#{}", entry.index);
    Ok(cose::receipt(
        &inclusion, &head.root, &origin, &subject, &key,
    )?)
}

/// Into a file as it is, or to the reader as text.
fn hand_out(out: Option<&Path>, bytes: &[u8], text: &str) -> Result<()> {
    match out {
        None => show::line(text),
        Some(path) if path.exists() => bail!("{} exists already", path.display()),
        Some(path) => {
            fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))?
        }
    }
    Ok(())
}
