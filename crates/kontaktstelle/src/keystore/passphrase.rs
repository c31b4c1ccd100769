//! Where the passphrase of the node's secrets comes from.

use crate::commands::secret;
use crate::config::Config;
use anyhow::{Context, Result, anyhow};
use locales::{Language, text};
use seal::secret_file::{Passphrase, WorkFactor};
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// The name of the credential that systemd hands over (`LoadCredential=`, `LoadCredentialEncrypted=`).
const CREDENTIAL: &str = "kontaktstelle-keys";

/// The variable that holds a passphrase where there is no better place.
const VARIABLE: &str = "KONTAKTSTELLE_KEY_PASSPHRASE";

/// Bytes of a passphrase that this program draws.
const DRAWN_BYTES: usize = 32;

/// A passphrase with the work that guessing it is to cost.
pub(crate) struct Unlocking {
    pub(crate) passphrase: Passphrase,
    pub(crate) work: WorkFactor,
}

/// The places, the safest first: systemd's credentials, a file, the environment, the terminal.
pub(crate) enum Source {
    /// A file that holds a passphrase drawn at random, by systemd or by `key init`.
    File(PathBuf),
    /// Typed or set by a person, so guessing it has to be dear.
    Person,
}

impl Source {
    /// For the node's keys.
    pub(super) fn of(config: &Config) -> Self {
        let configured = config.keys.passphrase_file.as_ref();
        Self::from_file_or_person(configured.map(|path| config.beside(path)))
    }

    /// This file, unless systemd has handed a credential over.
    pub(crate) fn from_file_or_person(file: Option<PathBuf>) -> Self {
        let credential = std::env::var_os("CREDENTIALS_DIRECTORY")
            .map(|directory| PathBuf::from(directory).join(CREDENTIAL))
            .filter(|path| path.exists());
        match credential.or(file) {
            Some(path) => Self::File(path),
            None => Self::Person,
        }
    }

    /// Makes the passphrase file that the configuration names, if it is not there yet.
    pub(crate) fn prepare(&self) -> Result<()> {
        let Self::File(path) = self else {
            return Ok(());
        };
        if path.exists() {
            return Ok(());
        }
        let mut drawn = Zeroizing::new([0; DRAWN_BYTES]);
        getrandom::fill(drawn.as_mut())
            .map_err(|_| anyhow!("the operating system gives no randomness"))?;
        let line = Zeroizing::new(hex::encode(*drawn) + "\n");
        let mut file = File::options()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
            .with_context(|| format!("cannot create {}", path.display()))?;
        file.write_all(line.as_bytes())?;
        file.sync_all()?;
        Ok(())
    }

    pub(crate) fn unlocking(&self, language: Language) -> Result<Unlocking> {
        match self {
            Self::File(path) => {
                super::secrets::check_private(path)?;
                let bytes = Zeroizing::new(
                    fs::read(path).with_context(|| format!("cannot read {}", path.display()))?,
                );
                let passphrase = Passphrase::new(&bytes)
                    .with_context(|| format!("{} holds no passphrase", path.display()))?;
                Ok(Unlocking {
                    passphrase,
                    work: WorkFactor::MACHINE,
                })
            }
            Self::Person => {
                let prompt = text(language, "command-key-passphrase", &[]);
                let typed = Zeroizing::new(secret(VARIABLE, &prompt)?);
                Ok(Unlocking {
                    passphrase: Passphrase::new(typed.as_bytes())?,
                    work: WorkFactor::PERSON,
                })
            }
        }
    }
}
