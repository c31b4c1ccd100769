//! What the root's holders do, each on a machine of their own; nothing here needs a node.

use crate::arguments::HolderWord;
use crate::commands::{Session, read_text, secret};
use crate::keystore::{check_private, write_private};
use crate::show;
use anyhow::{Context, Result, bail};
use locales::{Language, text};
use seal::key_manifest::ceremony::KeyManifestDraft;
use seal::keys::{HolderKey, HolderVerifyingKey, Root};
use seal::secret_file::{Passphrase, WorkFactor, open_secret, seal_secret};
use std::fs;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The variable that holds a holder's passphrase.
const VARIABLE: &str = "KONTAKTSTELLE_HOLDER_PASSPHRASE";

/// Carries out `key holder …`.
pub(super) fn run(session: &Session, word: HolderWord) -> Result<()> {
    match word {
        HolderWord::New { file } => new(session, &file),
        HolderWord::Sign { draft, holder, out } => sign(session, &draft, &holder, &out),
    }
}

fn passphrase(language: Language) -> Result<Passphrase> {
    let typed = Zeroizing::new(secret(
        VARIABLE,
        &text(language, "key-holder-passphrase", &[]),
    )?);
    Ok(Passphrase::new(typed.as_bytes())?)
}

fn new(session: &Session, file: &Path) -> Result<()> {
    let public = public_path(file);
    for path in [file, &public] {
        if path.exists() {
            bail!(
                "{} exists already; keys are never overwritten",
                path.display()
            );
        }
    }
    let holder = HolderKey::generate()?;
    write_holder(
        &holder,
        file,
        &passphrase(session.language)?,
        WorkFactor::PERSON,
    )?;
    let fingerprint = holder.verifying_key().fingerprint().to_string();
    if session.global.json {
        return show::json(&serde_json::json!({
            "secret": file, "public": public, "fingerprint": fingerprint,
        }));
    }
    show::say(
        session.language,
        "key-holder-made",
        &[
            ("secret", file.display().to_string().into()),
            ("public", public.display().to_string().into()),
        ],
    );
    show::line(&fingerprint);
    Ok(())
}

fn write_holder(
    holder: &HolderKey,
    file: &Path,
    passphrase: &Passphrase,
    work: WorkFactor,
) -> Result<()> {
    let bytes = holder
        .to_secret_bytes()
        .context("a key made here has no bytes to keep")?;
    write_private(file, &seal_secret(&bytes, passphrase, work)?)?;
    let public = public_path(file);
    let line = format!("{}\n", serde_json::to_string(&holder.verifying_key())?);
    fs::write(&public, line).with_context(|| format!("cannot write {}", public.display()))
}

fn public_path(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".pub");
    PathBuf::from(name)
}

/// `key root`
pub(super) fn assemble_root(session: &Session, holders: &[PathBuf], out: &Path) -> Result<()> {
    let holders = holders
        .iter()
        .map(|path| {
            serde_json::from_str(&read_text(path)?)
                .with_context(|| format!("{} is not a holder's public key", path.display()))
        })
        .collect::<Result<Vec<HolderVerifyingKey>>>()?;
    let root = Root::new(2, holders)?;
    if out.exists() {
        bail!("{} exists already", out.display());
    }
    fs::write(out, format!("{}\n", root.to_json()?))
        .with_context(|| format!("cannot write {}", out.display()))?;
    let fingerprint = root.fingerprint().to_string();
    if session.global.json {
        return show::json(&serde_json::json!({ "root": out, "fingerprint": fingerprint }));
    }
    show::say(
        session.language,
        "key-root-made",
        &[("root", out.display().to_string().into())],
    );
    show::line(&fingerprint);
    Ok(())
}

/// Party, version and id of the draft are shown before the passphrase is asked for, to be compared with
/// what was read out.
fn sign(session: &Session, draft: &Path, holder: &Path, out: &Path) -> Result<()> {
    let draft = KeyManifestDraft::from_json(read_text(draft)?.as_bytes())
        .with_context(|| format!("{} is not a draft", draft.display()))?;
    let manifest = draft.manifest();
    show::aside(&format!(
        "{} {} {}",
        manifest.party,
        manifest.version,
        draft.id()
    ));
    check_private(holder)?;
    let sealed = fs::read(holder).with_context(|| format!("cannot read {}", holder.display()))?;
    let opened = open_secret(&sealed, &passphrase(session.language)?)
        .with_context(|| format!("cannot open {}", holder.display()))?;
    let signature = draft.sign_with(&HolderKey::from_secret_bytes(&opened)?)?;
    if out.exists() {
        bail!("{} exists already", out.display());
    }
    fs::write(out, signature.to_string())
        .with_context(|| format!("cannot write {}", out.display()))?;
    let manifest = draft.manifest();
    if session.global.json {
        return show::json(&serde_json::json!({
            "signature": out, "party": manifest.party, "version": manifest.version,
            "id": draft.id().to_string(), "root": manifest.fingerprint().to_string(),
        }));
    }
    show::say(
        session.language,
        "key-signed",
        &[
            ("party", manifest.party.clone().into()),
            ("version", manifest.version.into()),
            ("id", draft.id().to_string().into()),
            ("out", out.display().to_string().into()),
        ],
    );
    Ok(())
}

/// Three holders of an exercise, whose passphrase lies beside them.
pub(super) fn make_exercise(directory: &Path) -> Result<[HolderKey; 3]> {
    fs::create_dir_all(directory)
        .with_context(|| format!("cannot create {}", directory.display()))?;
    let passphrase = Passphrase::new(b"exercise")?;
    let holders = [
        HolderKey::generate()?,
        HolderKey::generate()?,
        HolderKey::generate()?,
    ];
    for (holder, name) in holders.iter().zip(["a", "b", "c"]) {
        let file = directory.join(format!("holder-{name}"));
        write_holder(holder, &file, &passphrase, WorkFactor::MACHINE)?;
    }
    write_private(&directory.join("passphrase"), b"exercise\n")?;
    Ok(holders)
}
