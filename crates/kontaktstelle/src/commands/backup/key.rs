//! The key that opens backups. It is made and kept away from the node: whoever steals the node and its
//! backups then reads no more than the node.

use crate::commands::{Session, secret};
use crate::keystore::{check_private, write_private};
use crate::show;
use anyhow::{Context, Result, bail};
use locales::text;
use seal::Suite;
use seal::keys::SealingIdentity;
use seal::secret_file::{Passphrase, WorkFactor, open_secret, seal_secret};
use std::fs;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The variable that holds its passphrase.
const VARIABLE: &str = "KONTAKTSTELLE_BACKUP_PASSPHRASE";

fn passphrase(session: &Session) -> Result<Passphrase> {
    let prompt = text(session.language, "command-backup-passphrase", &[]);
    let typed = Zeroizing::new(secret(VARIABLE, &prompt)?);
    Ok(Passphrase::new(typed.as_bytes())?)
}

/// `backup key`
pub(super) fn make(session: &Session, file: &Path) -> Result<()> {
    let public = {
        let mut name = file.as_os_str().to_owned();
        name.push(".pub");
        PathBuf::from(name)
    };
    for path in [file, &public] {
        if path.exists() {
            bail!(
                "{} exists already; keys are never overwritten",
                path.display()
            );
        }
    }
    let identity = SealingIdentity::generate(Suite::K1)?;
    let sealed = seal_secret(
        identity.to_secret_string().as_bytes(),
        &passphrase(session)?,
        WorkFactor::PERSON,
    )?;
    write_private(file, &sealed)?;
    fs::write(&public, format!("{}\n", identity.recipient()))
        .with_context(|| format!("cannot write {}", public.display()))?;
    if session.global.json {
        return show::json(&serde_json::json!({ "secret": file, "public": public }));
    }
    show::say(
        session.language,
        "command-backup-key-made",
        &[
            ("secret", file.display().to_string().into()),
            ("public", public.display().to_string().into()),
        ],
    );
    Ok(())
}

/// The key in a file, with the passphrase asked for.
pub(super) fn open(session: &Session, file: &Path) -> Result<SealingIdentity> {
    check_private(file)?;
    let sealed = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let opened = open_secret(&sealed, &passphrase(session)?)
        .with_context(|| format!("cannot open {}", file.display()))?;
    let opened = Zeroizing::new(opened.to_vec());
    std::str::from_utf8(&opened)
        .ok()
        .and_then(|text| text.trim().parse().ok())
        .with_context(|| format!("{} holds no key for backups", file.display()))
}
