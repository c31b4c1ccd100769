//! Moving a node: to another database engine, another anchor, another place for attachments, with
//! every proof.

use super::Session;
use crate::config::Config;
use crate::show;
use crate::storage;
use anyhow::{Context, Result, bail};
use std::path::Path;
use store::handover::Handover;

/// Copies the node of the present configuration to where the new one says, recomputes the copy, and
/// hands the heads over from the old anchor to the new one, so that nobody goes on signing over the
/// copy that was left behind. Cut off half-way and called again, it ends where it would have.
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
    // meanwhile. Beside PostgreSQL the operator has to stop all nodes; one that still writes is found
    // before anything is handed over.
    let source = storage::engine(&from)?;
    let moving = Handover {
        old_anchor: storage::anchor(&from, source.as_ref())?,
        source,
        target: storage::engine(&to)?,
        place: new.shown(),
        new_anchor: match same_anchor(&from, &to) {
            true => None,
            false => Some(storage::anchor_made(&to)?),
        },
    };
    moving.copy().context("the old database is untouched")?;
    let attachments = copy_objects(&from, &to)?;
    let moved = moving.finish()?;
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
