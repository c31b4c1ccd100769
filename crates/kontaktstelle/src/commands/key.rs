//! The root's holders, the node's keys, and what happens to both over the years.

mod holder;
mod status;

use super::{Session, read_text};
use crate::arguments::{KeyWord, RotateWord};
use crate::config::Config;
use crate::edges::SystemClock;
use crate::keystore::{Change, Keystore};
use crate::show;
use anyhow::{Context, Result, bail};
use locales::text;
use office::Clock;
use seal::key_manifest::SignedKeyManifest;
use seal::key_manifest::ceremony::KeyManifestDraft;
use seal::keys::Root;
use std::path::Path;

/// Carries out `key …`.
pub(super) fn run(session: &Session, word: KeyWord) -> Result<()> {
    match word {
        KeyWord::Ceremony => {
            show::line(&text(session.language, "key-ceremony", &[]));
            Ok(())
        }
        KeyWord::Holder(word) => holder::run(session, word),
        KeyWord::Root { holders, out } => holder::assemble_root(session, &holders, &out),
        KeyWord::Init {
            root,
            exercise_holders,
        } => match exercise_holders {
            Some(directory) => init_exercise(session, &directory),
            None => init(session, &root.context("a root is needed")?),
        },
        KeyWord::Publish { signatures } => publish(session, &signatures),
        KeyWord::Show => {
            let (_, keystore) = keystore(session)?;
            show_manifest(session, &keystore, &keystore.manifest()?)
        }
        KeyWord::Status => status::run(session),
        KeyWord::Rotate(word) => rotate(session, word),
        KeyWord::Activate { pin } => {
            keystore(session)?.1.activate_tls(&pin)?;
            show::say(session.language, "key-activated", &[("pin", pin.into())]);
            Ok(())
        }
        KeyWord::Compromised { key, reason } => {
            let change = Change::Revocation {
                key,
                reason: reason.into(),
            };
            drafted(session, &change)?;
            show::line(&text(session.language, "key-compromised-next", &[]));
            Ok(())
        }
    }
}

fn keystore(session: &Session) -> Result<(Config, Keystore)> {
    let config = session.config()?;
    let keystore = Keystore::of(&config, session.language);
    Ok((config, keystore))
}

fn init(session: &Session, root: &Path) -> Result<()> {
    let (config, keystore) = keystore(session)?;
    let root = Root::from_json(read_text(root)?.as_bytes())
        .with_context(|| format!("{} is not a root", root.display()))?;
    let draft = keystore.init(&config, root, SystemClock.now())?;
    show_draft(session, &keystore, &draft)
}

/// Holders whose secrets lie beside the node protect nothing: the configuration must say exercise.
fn init_exercise(session: &Session, directory: &Path) -> Result<()> {
    let (config, keystore) = keystore(session)?;
    if !config.exercise {
        bail!("{}", text(session.language, "key-exercise-only", &[]));
    }
    let holders = holder::make_exercise(directory)?;
    let root = Root::two_of_three([0, 1, 2].map(|at| holders[at].verifying_key()))?;
    let draft = keystore.init(&config, root, SystemClock.now())?;
    let signatures = [draft.sign_with(&holders[0])?, draft.sign_with(&holders[1])?];
    let signed = keystore.assemble(&signatures)?;
    keystore.keep(&signed)?;
    show_manifest(session, &keystore, &signed)
}

fn publish(session: &Session, signatures: &[std::path::PathBuf]) -> Result<()> {
    let (_, keystore) = keystore(session)?;
    let signatures = signatures
        .iter()
        .map(|path| {
            read_text(path)?
                .parse()
                .with_context(|| format!("{} is not a holder's signature", path.display()))
        })
        .collect::<Result<Vec<_>>>()?;
    let signed = keystore.assemble(&signatures)?;
    keystore.keep(&signed)?;
    show_manifest(session, &keystore, &signed)?;
    if !session.global.json {
        show::line(&text(session.language, "key-published-next", &[]));
    }
    Ok(())
}

fn rotate(session: &Session, word: RotateWord) -> Result<()> {
    let change = match word {
        RotateWord::Signing { suite } => Change::Signing(suite.into()),
        RotateWord::Sealing { suite } => Change::Sealing(suite.into()),
        RotateWord::Tls => Change::Tls,
        RotateWord::Log { log } => Change::Log(log),
        RotateWord::Witness => Change::Witness,
        RotateWord::Epoch { log } => Change::Epoch(log),
    };
    drafted(session, &change)
}

fn drafted(session: &Session, change: &Change) -> Result<()> {
    let (config, keystore) = keystore(session)?;
    let draft = keystore.change(&config, change, SystemClock.now())?;
    show_draft(session, &keystore, &draft)
}

fn show_draft(session: &Session, keystore: &Keystore, draft: &KeyManifestDraft) -> Result<()> {
    let path = keystore.draft_path().display().to_string();
    let manifest = draft.manifest();
    if session.global.json {
        return show::json(&serde_json::json!({
            "draft": path,
            "version": manifest.version,
            "id": draft.id().to_string(),
        }));
    }
    show::say(
        session.language,
        "key-drafted",
        &[
            ("version", manifest.version.into()),
            ("draft", path.into()),
            ("id", draft.id().to_string().into()),
            ("needed", manifest.root.threshold().into()),
        ],
    );
    Ok(())
}

fn show_manifest(
    session: &Session,
    keystore: &Keystore,
    manifest: &SignedKeyManifest,
) -> Result<()> {
    let path = keystore.manifest_path().display().to_string();
    let keys = manifest.statement();
    let fingerprint = keys.fingerprint().to_string();
    if session.global.json {
        return show::json(&serde_json::json!({
            "party": keys.party,
            "version": keys.version,
            "manifest": path,
            "fingerprint": fingerprint,
        }));
    }
    show::say(
        session.language,
        "key-manifest",
        &[
            ("version", keys.version.into()),
            ("manifest", path.into()),
            ("until", keys.valid_until.clone().into()),
        ],
    );
    show::say(session.language, "command-keys-fingerprint", &[]);
    show::line(&fingerprint);
    Ok(())
}
