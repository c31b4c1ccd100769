//! Moving a node: to another database engine, another anchor, another place for attachments, with
//! every proof.

use super::Session;
use crate::config::Config;
use crate::show;
use crate::storage;
use anyhow::{Context, Result, anyhow, bail};
use std::io::{PipeWriter, pipe, sink};
use std::path::Path;
use store::anchor::Swap;
use store::dump::{self, Dumped};
use store::{Address, Anchor, AnchoredHead, Engine, Store, epoch, fsck};

/// Copies the node of the present configuration to where the new one says, recomputes the copy, puts
/// its heads into the new anchor, and retires them in the old one, so that nobody goes on signing
/// over the copy that was left behind. Cut off half-way and called again, it ends where it would have.
pub(super) fn run(session: &Session, to: &Path) -> Result<()> {
    let from = session.config()?;
    let to = Config::load(to, &[])?;
    if (&from.party, &from.node) != (&to.party, &to.node) {
        bail!(
            "the new configuration is of {} ({}), another node",
            to.party,
            to.node
        );
    }
    let (old, new) = (from.database_address()?, to.database_address()?);
    if old == new {
        bail!("both configurations name the database {}", old.shown());
    }
    // Beside SQLite this takes the writer's lock: the node is not running, and does not start
    // meanwhile. Beside PostgreSQL the operator has to stop all nodes; a head that still moves is
    // found when the old anchor is retired.
    let source = storage::engine(&from)?;
    let old_anchor = storage::anchor(&from, source.as_ref())?;
    let target = storage::engine(&to)?;
    refuse_what_may_not_sign(source.as_ref(), old_anchor.as_ref(), target.as_ref())?;
    let moved = copy(source.as_ref(), target.as_ref(), &new)?;
    fsck::check(&Store::reader(target.clone()), &mut |_, _| {})
        .context("the copy is not whole; the old database is untouched")?;
    let attachments = copy_objects(&from, &to)?;
    let new_anchor = match same_anchor(&from, &to) {
        true => None,
        false => Some(storage::anchor_made(&to)?),
    };
    if let Some(new_anchor) = &new_anchor {
        epoch::adopt(target.as_ref(), new_anchor.as_ref())?;
        retire(source.as_ref(), old_anchor.as_ref())?;
    }
    if session.global.json {
        return show::json(&serde_json::json!({
            "rows": moved.rows,
            "hash": moved.hash,
            "attachments": attachments,
        }));
    }
    show::say(
        session.language,
        "command-moved",
        &[
            ("rows", moved.rows.into()),
            ("database", new.shown().into()),
            ("attachments", attachments.into()),
            ("hash", moved.hash.to_string().into()),
        ],
    );
    Ok(())
}

fn same_anchor(from: &Config, to: &Config) -> bool {
    match (from.anchor.etcd.is_empty(), to.anchor.etcd.is_empty()) {
        (true, true) => storage::anchor_file(from) == storage::anchor_file(to),
        (false, false) => from
            .anchor
            .etcd
            .iter()
            .any(|member| to.anchor.etcd.contains(member)),
        _ => false,
    }
}

/// Loads the whole of `source` into `target`. A target that has rows must have exactly these.
fn copy(source: &dyn Engine, target: &dyn Engine, place: &Address) -> Result<Dumped> {
    let is_new = target.reader()?.logs()?.is_empty();
    let moved = if is_new {
        std::thread::scope(|scope| {
            let (mut reader, writer) = pipe()?;
            let dumping = scope.spawn(move || dump_into(source, writer));
            let loaded = dump::load(target, &mut reader);
            // A dump that is not read to its end must not wait for ever.
            drop(reader);
            let dumped = dumping
                .join()
                .map_err(|_| anyhow!("the dump has ended in a panic"))?;
            let loaded = loaded.with_context(|| format!("cannot load into {}", place.shown()))?;
            if dumped? != loaded {
                bail!("what was loaded is not what was dumped");
            }
            Ok(loaded)
        })?
    } else {
        hash_of(source)?
    };
    if hash_of(target)? != moved {
        bail!("{} holds something else already", place.shown());
    }
    Ok(moved)
}

fn dump_into(source: &dyn Engine, mut writer: PipeWriter) -> Result<Dumped> {
    Ok(dump::dump(source.snapshot()?.as_mut(), &mut writer)?)
}

fn hash_of(engine: &dyn Engine) -> Result<Dumped> {
    Ok(dump::dump(engine.snapshot()?.as_mut(), &mut sink())?)
}

/// Copies the attachments that are not there yet; gives how many there are.
fn copy_objects(from: &Config, to: &Config) -> Result<usize> {
    let (source, target) = (storage::objects(from)?, storage::objects(to)?);
    let listed = source.list()?;
    for object in &listed {
        if target.size(&object.hash)? == Some(object.size) {
            continue;
        }
        let mut reader = source
            .open(&object.hash)?
            .with_context(|| format!("attachment {} is gone", object.hash))?;
        let (hash, _) = target.put(&mut reader, object.size)?;
        if hash != object.hash {
            bail!(
                "attachment {} has other bytes than its name says",
                object.hash
            );
        }
    }
    Ok(listed.len())
}

/// A database that was set back, or that was left behind by a move, must not become one that signs by
/// being moved to a place with a new anchor. A move that was cut off has begun to fill the target.
fn refuse_what_may_not_sign(
    source: &dyn Engine,
    anchor: &dyn Anchor,
    target: &dyn Engine,
) -> Result<()> {
    let logs = source.reader()?.logs()?;
    let origins: Vec<&str> = logs.iter().map(|log| log.origin.as_str()).collect();
    let is_begun = !target.reader()?.logs()?.is_empty();
    for (log, anchored) in logs.iter().zip(anchor.read(&origins)?) {
        let Some(head) = anchored else { continue };
        if head.size > log.size || (head.size == log.size && head.root != log.root) {
            bail!(
                "log {} was set back: the anchor has a head of {} entries that this database does not contain; nothing was moved",
                log.log,
                head.size
            );
        }
        if head.retired && !is_begun {
            bail!(
                "log {} has moved on already: its head is retired in {}; nothing was moved",
                log.log,
                anchor.place()
            );
        }
    }
    Ok(())
}

/// Nothing is ever signed again under the heads of the old anchor.
fn retire(source: &dyn Engine, anchor: &dyn Anchor) -> Result<()> {
    let logs = source.reader()?.logs()?;
    let origins: Vec<&str> = logs.iter().map(|log| log.origin.as_str()).collect();
    let standing = anchor.read(&origins)?;
    let moves: Vec<store::anchor::Move> = logs
        .iter()
        .zip(standing)
        .filter_map(|(log, standing)| {
            let head = standing.filter(|head| !head.retired)?;
            Some(store::anchor::Move {
                origin: log.origin.clone(),
                from: Some(head),
                to: AnchoredHead {
                    retired: true,
                    ..head
                },
            })
        })
        .collect();
    if moves.is_empty() {
        return Ok(());
    }
    match anchor.swap(&moves)? {
        Swap::Done => Ok(()),
        Swap::Refused(_) => bail!(
            "another process moves the heads in {}; is a node running?",
            anchor.place()
        ),
    }
}
