//! Sealed copies of everything a node holds: made while it runs, read back and recomputed before
//! anybody relies on them.
//!
//! ```text
//! backup      = "kontaktstelle backup 1\n" dump attachments
//! attachments = count (SHA-256 size bytes)…      count and size are 8 bytes, big-endian
//! ```
//!
//! It is sealed to the keys of those who may open it, and to one key more that exists only while the
//! command runs: with it the file is read back. Neither keys nor anchor are in it: the anchor says
//! what a database is held against, so it must not come out of the same hands.

mod key;
mod stream;

use self::stream::Contents;
use super::{Session, read_text};
use crate::arguments::BackupWord;
use crate::config::Config;
use crate::show;
use crate::storage;
use anyhow::{Context, Result, anyhow, bail};
use seal::keys::{SealingIdentity, SealingRecipient};
use seal::{Suite, sealed_file};
use std::fs::File;
use std::io::{BufReader, BufWriter, Write, pipe};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::objects::{Folder, Objects};
use store::{Engine, Sqlite, Store, fsck};

pub(super) fn run(session: &Session, word: BackupWord) -> Result<()> {
    match word {
        BackupWord::Key { file } => key::make(session, &file),
        BackupWord::Write {
            file,
            recipients,
            without_attachments,
        } => write(session, &file, &recipients, !without_attachments),
    }
}

/// Writes the backup under another name, checks it, and gives it its name then: a file of that name
/// is one that was checked.
fn write(session: &Session, file: &Path, recipients: &[PathBuf], attachments: bool) -> Result<()> {
    let config = session.config()?;
    if file.exists() {
        bail!(
            "{} exists already; backups are never overwritten",
            file.display()
        );
    }
    let mut recipients = recipients
        .iter()
        .map(|path| {
            read_text(path)?
                .trim()
                .parse()
                .with_context(|| format!("{} is not a public key", path.display()))
        })
        .collect::<Result<Vec<SealingRecipient>>>()?;
    let suite = recipients
        .first()
        .map_or(Suite::K1, SealingRecipient::suite);
    let checking = SealingIdentity::generate(suite)?;
    recipients.push(checking.recipient());
    let unchecked = {
        let mut name = file.as_os_str().to_owned();
        name.push(".unchecked");
        PathBuf::from(name)
    };
    let engine = config.database_address()?.read_only()?;
    let objects = attachments.then(|| storage::objects(&config)).transpose()?;
    let written = write_sealed(
        engine.as_ref(),
        objects.as_deref(),
        suite,
        &recipients,
        &unchecked,
    )?;
    let checked = check(&config, &unchecked, checking)?;
    if checked != written {
        bail!(
            "{} is not what was written; it was kept for inspection, do not rely on it",
            unchecked.display()
        );
    }
    std::fs::rename(&unchecked, file)
        .with_context(|| format!("cannot write {}", file.display()))?;
    if let Some(directory) = file
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
    {
        File::open(directory)?.sync_all()?;
    }
    tell(session, "command-backup-good", file, &written)
}

fn tell(session: &Session, id: &str, file: &Path, contents: &Contents) -> Result<()> {
    if session.global.json {
        return show::json(&serde_json::json!({
            "file": file,
            "rows": contents.database.rows,
            "hash": contents.database.hash,
            "attachments": contents.attachments,
            "entries": contents.entries,
        }));
    }
    show::say(
        session.language,
        id,
        &[
            ("file", file.display().to_string().into()),
            ("entries", contents.entries.into()),
            ("rows", contents.database.rows.into()),
            ("attachments", contents.attachments.into()),
        ],
    );
    Ok(())
}

fn write_sealed(
    engine: &dyn Engine,
    objects: Option<&dyn Objects>,
    suite: Suite,
    recipients: &[SealingRecipient],
    file: &Path,
) -> Result<Contents> {
    let out = File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)
        .with_context(|| format!("cannot create {}", file.display()))?;
    let (reader, mut writer) = pipe()?;
    std::thread::scope(|scope| {
        let writing = scope.spawn(move || stream::write(engine, objects, &mut writer));
        let mut out = BufWriter::new(out);
        let sealed = sealed_file::seal(suite, reader, &mut out, recipients);
        let written = writing
            .join()
            .map_err(|_| anyhow!("reading the database has ended in a panic"))?;
        sealed.with_context(|| format!("cannot write {}", file.display()))?;
        out.flush()?;
        out.into_inner()?.sync_all()?;
        written
    })
}

/// Opens the file again, loads it into a database of its own and recomputes that.
fn check(config: &Config, file: &Path, identity: SealingIdentity) -> Result<Contents> {
    // Beside the node's own database, which is as secret; removed in any case.
    let directory = tempfile::Builder::new()
        .prefix("backup-check-")
        .tempdir_in(config.data_directory())?;
    let engine: Arc<dyn Engine> = Arc::new(Sqlite::writable(&directory.path().join("copy"))?);
    let objects = Folder::open(&directory.path().join("objects"))?;
    load(&engine, &objects, file, identity)
}

/// Opens, loads and recomputes.
fn load(
    engine: &Arc<dyn Engine>,
    objects: &dyn Objects,
    file: &Path,
    identity: SealingIdentity,
) -> Result<Contents> {
    let sealed = BufReader::new(
        File::open(file).with_context(|| format!("cannot read {}", file.display()))?,
    );
    let (mut reader, writer) = pipe()?;
    let loaded = std::thread::scope(|scope| {
        let opening = scope.spawn(move || sealed_file::open(sealed, writer, &[identity]));
        let loaded = stream::load(engine.as_ref(), objects, &mut reader);
        drop(reader);
        let opened = opening
            .join()
            .map_err(|_| anyhow!("opening the backup has ended in a panic"))?;
        // What went wrong at the source says more than that the stream ended.
        opened.with_context(|| format!("cannot open {}", file.display()))?;
        loaded.with_context(|| format!("{} cannot be loaded", file.display()))
    })?;
    fsck::check(&Store::reader(engine.clone()), &mut |_, _| {})
        .with_context(|| format!("{} holds a damaged database", file.display()))?;
    Ok(loaded)
}

/// `restore`
pub(super) fn restore(session: &Session, file: &Path, key: &Path) -> Result<()> {
    let config = session.config()?;
    let identity = key::open(session, key)?;
    let engine = storage::engine(&config)?;
    let objects = storage::objects(&config)?;
    let loaded = load(&engine, objects.as_ref(), file, identity)?;
    tell(session, "command-restored", file, &loaded)
}
