//! The node's secrets: one encrypted file each, named after what it is for and the public key's id.
//!
//! Which of them is in use is not said here but by the key manifest, so nothing can point to the
//! wrong one.

use super::passphrase::{Source, Unlocking};
use crate::config::Config;
use anyhow::{Context, Result, bail};
use journal::hash::Hash;
use locales::Language;
use seal::Suite;
use seal::secret_file::{Passphrase, open_secret, seal_secret};
use std::cell::{Cell, OnceCell};
use std::fmt;
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Digits of an id in a file name: enough that no two keys of a node share them.
const ID_DIGITS: usize = 16;

/// Which secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Secret {
    /// Signs messages and receipts.
    Signing(Suite, Hash),
    /// Opens what is sealed to the node.
    Sealing(Suite, Hash),
    /// Signs the checkpoints of a log.
    Log(String, Hash),
    /// Cosigns the checkpoints of others.
    Witness(Hash),
    /// Proves to peers who calls; named by its pin.
    Tls(String),
}

impl fmt::Display for Secret {
    /// The file's name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short = |id: &Hash| hex::encode(id.0).split_at(ID_DIGITS).0.to_owned();
        match self {
            Self::Signing(suite, id) => write!(f, "signing-{suite}.{}.key", short(id)),
            Self::Sealing(suite, id) => write!(f, "sealing-{suite}.{}.key", short(id)),
            Self::Log(log, id) => write!(f, "log-{log}.{}.key", short(id)),
            Self::Witness(id) => write!(f, "witness.{}.key", short(id)),
            Self::Tls(pin) => write!(f, "tls.{}.key", pin.get(..ID_DIGITS).unwrap_or(pin)),
        }
    }
}

/// The folder of the node's secrets.
pub(crate) struct Secrets {
    directory: PathBuf,
    source: Source,
    language: Language,
    unlocking: OnceCell<Unlocking>,
    is_checked: Cell<bool>,
}

impl Secrets {
    pub(super) fn of(config: &Config, directory: PathBuf, language: Language) -> Self {
        Self {
            directory,
            source: Source::of(config),
            language,
            unlocking: OnceCell::new(),
            is_checked: Cell::new(false),
        }
    }

    /// Makes the folder, and the passphrase file where the configuration names one.
    pub(super) fn prepare(&self) -> Result<()> {
        fs::create_dir_all(&self.directory)
            .with_context(|| format!("cannot create {}", self.directory.display()))?;
        fs::set_permissions(&self.directory, fs::Permissions::from_mode(0o700))?;
        self.source.prepare()
    }

    /// Whether this secret is here.
    pub(super) fn has(&self, secret: &Secret) -> bool {
        self.path(secret).exists()
    }

    pub(super) fn write(&self, secret: &Secret, bytes: &[u8]) -> Result<()> {
        let unlocking = self.unlocking()?;
        self.check_same(&unlocking.passphrase)?;
        let sealed = seal_secret(bytes, &unlocking.passphrase, unlocking.work)?;
        write_private(&self.path(secret), &sealed)
    }

    pub(super) fn read(&self, secret: &Secret) -> Result<Zeroizing<Vec<u8>>> {
        let path = self.path(secret);
        check_private(&path)?;
        let sealed = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let opened = open_secret(&sealed, &self.unlocking()?.passphrase)
            .with_context(|| format!("cannot open {}", path.display()))?;
        Ok(Zeroizing::new(opened.to_vec()))
    }

    /// A node has one passphrase: a key under a second one would be a key that nobody can open with
    /// the others.
    fn check_same(&self, passphrase: &Passphrase) -> Result<()> {
        if self.is_checked.get() {
            return Ok(());
        }
        for entry in fs::read_dir(&self.directory)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "key") {
                open_secret(&fs::read(&path)?, passphrase)
                    .with_context(|| format!("this is not the passphrase of {}", path.display()))?;
                break;
            }
        }
        self.is_checked.set(true);
        Ok(())
    }

    fn path(&self, secret: &Secret) -> PathBuf {
        self.directory.join(secret.to_string())
    }

    /// Asked for once, when the first secret is needed.
    fn unlocking(&self) -> Result<&Unlocking> {
        if let Some(known) = self.unlocking.get() {
            return Ok(known);
        }
        let found = self.source.unlocking(self.language)?;
        Ok(self.unlocking.get_or_init(|| found))
    }
}

/// Writes a new file that only the node's user may read. An existing one is never overwritten.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut file = File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("cannot create {}", path.display()))?;
    file.write_all(bytes)?;
    file.sync_all()?;
    Ok(())
}

/// Replaces a file in one step, so that a power cut leaves the old one or the new one.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let new = path.with_extension("new");
    if new.exists() {
        fs::remove_file(&new)?;
    }
    write_private(&new, bytes)?;
    fs::rename(&new, path).with_context(|| format!("cannot write {}", path.display()))?;
    if let Some(directory) = path.parent() {
        File::open(directory)?.sync_all()?;
    }
    Ok(())
}

/// Refuses a file that others on the machine may read.
pub(crate) fn check_private(path: &Path) -> Result<()> {
    let mode = fs::metadata(path)
        .with_context(|| format!("cannot read {}", path.display()))?
        .permissions()
        .mode();
    if mode & 0o077 != 0 {
        bail!(
            "{} may be read by others (mode {:o}); run: chmod 600 on it",
            path.display(),
            mode & 0o777
        );
    }
    Ok(())
}
