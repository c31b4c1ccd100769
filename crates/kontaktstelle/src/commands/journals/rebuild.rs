//! `journal rebuild`, and the two decisions of an operator about what a database is held against.

use crate::commands::{Session, read_json, read_text};
use crate::config::Config;
use crate::keystore::Keystore;
use crate::show;
use crate::storage;
use anyhow::{Context, Result, anyhow, bail};
use journal::extract::Extract;
use journal::hash::{Hash, sha256};
use office::exchange_log;
use records::PartyId;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::engine::Rows;
use store::table::Table;
use store::{Address, Engine, Sqlite, Store, StoreError, epoch, rebuild};

/// Makes every table again from the entries in a new file and compares it with the present one.
pub(super) fn run(session: &Session, config: &Config, apply: bool) -> Result<()> {
    // The writer's lock: nothing may change between reading and replacing.
    let engine = storage::engine(config)?;
    let place = match config.database_address()? {
        Address::File(path) => Some(path),
        Address::Postgres(_) => None,
    };
    if apply && place.is_none() {
        bail!(
            "a PostgreSQL database is not replaced in place; move the rebuilt data to a new database with: kontaktstelle move"
        );
    }
    let new = match &place {
        Some(path) => beside(path, ".rebuilt"),
        None => config.data_directory().join("kontaktstelle.sqlite.rebuilt"),
    };
    if new.exists() {
        bail!("{} exists already; look at it and remove it", new.display());
    }
    let rebuilt = Sqlite::writable(&new)?;
    let made = rebuild::rebuild(&Store::reader(engine.clone()), &rebuilt)?;
    let different = differences(engine.as_ref(), &rebuilt)?;
    drop(rebuilt);
    let kept = match (&place, apply) {
        (Some(path), true) => Some(replace(path, &new, engine)?),
        _ => {
            remove(&new)?;
            None
        }
    };
    if session.global.json {
        return show::json(&serde_json::json!({
            "entries": made.entries,
            "derived": made.derived,
            "copied": made.copied,
            "different": different,
            "replaced": kept.is_some(),
        }));
    }
    show::say(
        session.language,
        "command-rebuilt",
        &[
            ("entries", made.entries.into()),
            ("derived", made.derived.into()),
            ("copied", made.copied.into()),
        ],
    );
    match different.join(", ") {
        none if none.is_empty() => show::say(session.language, "command-rebuilt-same", &[]),
        tables => show::say(
            session.language,
            "command-rebuilt-different",
            &[("tables", tables.into())],
        ),
    }
    if let Some(kept) = kept {
        show::say(
            session.language,
            "command-rebuilt-replaced",
            &[("kept", kept.display().to_string().into())],
        );
    }
    Ok(())
}

/// The tables that are not the same, row by row, in both.
fn differences(left: &dyn Engine, right: &dyn Engine) -> Result<Vec<&'static str>> {
    let (mut left, mut right) = (left.snapshot()?, right.snapshot()?);
    let mut different = Vec::new();
    for table in Table::ALL {
        if fingerprint(left.as_mut(), table)? != fingerprint(right.as_mut(), table)? {
            different.push(table.name());
        }
    }
    Ok(different)
}

fn fingerprint(rows: &mut dyn Rows, table: Table) -> Result<(u64, Hash), StoreError> {
    let (mut count, mut chain) = (0, Hash([0; 32]));
    rows.table(table, &mut |cells| {
        count += 1;
        let mut bytes = chain.0.to_vec();
        bytes.extend(format!("{cells:?}").into_bytes());
        chain = sha256(&bytes);
        Ok(())
    })?;
    Ok((count, chain))
}

/// Renames the present file away and the new one into its place. All connections to the present file
/// are closed before: closing one later would tidy up beside the new file. The lock is taken again
/// over the renaming, so that no node starts in between.
fn replace(path: &Path, new: &Path, engine: Arc<dyn Engine>) -> Result<PathBuf> {
    let kept = beside(path, ".before-rebuild");
    if kept.exists() {
        bail!("{} exists already; move it away", kept.display());
    }
    let heads = engine.reader()?.logs()?;
    drop(engine);
    let lock = File::open(path.with_extension("lock"))?;
    lock.try_lock()
        .map_err(|_| anyhow!("a node has started meanwhile; nothing was replaced"))?;
    if Sqlite::read_only(path)?.reader()?.logs()? != heads {
        bail!("a node has written meanwhile; nothing was replaced");
    }
    for (from, to) in [(path, kept.as_path()), (new, path)] {
        for ending in SIDE_FILES {
            let from = beside(from, ending);
            if from.exists() {
                fs::rename(&from, beside(to, ending))
                    .with_context(|| format!("cannot rename {}", from.display()))?;
            }
        }
    }
    if let Some(directory) = path.parent() {
        File::open(directory)?.sync_all()?;
    }
    remove(new)?;
    Ok(kept)
}

/// What SQLite has beside a file, and the file itself, last.
const SIDE_FILES: [&str; 3] = ["-wal", "-shm", ""];

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn remove(new: &Path) -> Result<()> {
    let files = SIDE_FILES.map(|ending| beside(new, ending));
    for file in files.into_iter().chain([new.with_extension("lock")]) {
        match fs::remove_file(file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}

/// `journal adopt`
pub(super) fn adopt(session: &Session, config: &Config) -> Result<()> {
    let engine = storage::engine(config)?;
    let anchor = storage::anchor_made(config)?;
    for (origin, head) in epoch::adopt(engine.as_ref(), anchor.as_ref())? {
        show::say(
            session.language,
            "command-adopted",
            &[
                ("origin", origin.into()),
                ("size", head.size.into()),
                ("root", head.root.to_string().into()),
            ],
        );
    }
    Ok(())
}

/// `journal recover`
pub(super) fn recover(
    session: &Session,
    config: &Config,
    peer: &PartyId,
    copy: &Path,
) -> Result<()> {
    let manifest = Keystore::of(config, session.language).manifest()?;
    let mirror: Extract = read_json(copy)?;
    let engine = storage::engine(config)?;
    let recovered =
        office::mirror::recover_from_mirror(engine.as_ref(), manifest.statement(), peer, &mirror)?;
    if session.global.json {
        return show::json(&serde_json::json!({
            "log": exchange_log(peer),
            "from": recovered.from,
            "size": recovered.head.size,
        }));
    }
    let said = if recovered.is_nothing() {
        "command-recovered-nothing"
    } else {
        "command-recovered"
    };
    show::say(
        session.language,
        said,
        &[
            ("log", exchange_log(peer).into()),
            ("from", recovered.from.into()),
            ("size", recovered.head.size.into()),
        ],
    );
    Ok(())
}

/// `journal epoch`
pub(super) fn open_epoch(
    session: &Session,
    config: &Config,
    log: &str,
    last_seen: Option<&Path>,
) -> Result<()> {
    let last_seen = last_seen.map(read_text).transpose()?;
    let engine = storage::engine(config)?;
    let anchor = storage::anchor(config, engine.as_ref())?;
    let opened =
        office::epoch::open_epoch(engine.as_ref(), anchor.as_ref(), log, last_seen.as_deref())
            .map_err(|error| anyhow!(error))?;
    if session.global.json {
        return show::json(&serde_json::json!({
            "log": opened.log,
            "epoch": opened.epoch,
            "old_origin": opened.old_origin,
            "new_origin": opened.new_origin,
            "size": opened.found.size,
        }));
    }
    show::say(
        session.language,
        "command-epoch-opened",
        &[
            ("log", opened.log.into()),
            ("epoch", opened.epoch.into()),
            ("origin", opened.new_origin.into()),
            ("size", opened.found.size.into()),
        ],
    );
    Ok(())
}
