//! The node's keys on disk: encrypted secrets, and beside them the key manifest that says which count.
//!
//! The root's keys are not here: its holders keep them, each on a machine of their own. What the
//! holders are to sign lies here as a draft ([`making`]); once enough have signed, it is published and
//! the keys it names are the node's. Secrets that the manifest does not name yet lie beside the
//! others and are not used.

mod making;
mod passphrase;
mod secrets;

pub(crate) use making::{Change, all_keys};
pub(crate) use passphrase::Source;
pub(crate) use secrets::{check_private, write_private};

use crate::config::Config;
use anyhow::{Context, Result, anyhow, bail};
use exchange::TlsIdentity;
use journal::note::NoteVerifier as _;
use locales::Language;
use office::Keyring;
use seal::key_manifest::SignedKeyManifest;
use seal::keys::{LogKey, SealingIdentity, SigningKey, WitnessKey};
use secrets::{Secret, Secrets, replace};
use std::fs;
use std::path::{Path, PathBuf};
use store::LogSigner;

/// The directory of a node's keys.
pub(crate) struct Keystore {
    directory: PathBuf,
    secrets: Secrets,
}

impl Keystore {
    /// The keys of this configuration's node. If a passphrase has to be asked for, it is asked for in
    /// this language, and only when a secret is needed.
    pub(crate) fn of(config: &Config, language: Language) -> Self {
        let directory = config.data_directory().join("keys");
        Self {
            secrets: Secrets::of(config, directory.clone(), language),
            directory,
        }
    }

    /// Where the key manifest lies.
    pub(crate) fn manifest_path(&self) -> PathBuf {
        self.directory.join("manifest.json")
    }

    /// Where the draft lies that the root's holders are to sign.
    pub(crate) fn draft_path(&self) -> PathBuf {
        self.directory.join("draft.json")
    }

    /// The signed key manifest.
    pub(crate) fn manifest(&self) -> Result<SignedKeyManifest> {
        let path = self.manifest_path();
        let text = fs::read(&path).with_context(|| {
            format!(
                "cannot read {}; make the node's keys with: kontaktstelle key init",
                path.display()
            )
        })?;
        signed_manifest(&path, &text)
    }

    /// The versions before this manifest that were kept, oldest first and without a gap.
    pub(crate) fn earlier(&self, manifest: &SignedKeyManifest) -> Result<Vec<SignedKeyManifest>> {
        let mut earlier = Vec::new();
        for version in (1..manifest.statement().version).rev() {
            let path = self.kept_path(version);
            match fs::read(&path) {
                Ok(text) => earlier.push(signed_manifest(&path, &text)?),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => break,
                Err(error) => {
                    return Err(error).with_context(|| format!("cannot read {}", path.display()));
                }
            }
        }
        earlier.reverse();
        Ok(earlier)
    }

    /// Where a manifest lies that was replaced.
    fn kept_path(&self, version: u32) -> PathBuf {
        self.directory.join(format!("manifest-{version}.json"))
    }

    /// The keys the node works with: those the manifest names now, and the earlier ones that are
    /// still here.
    pub(crate) fn keyring(&self, config: &Config) -> Result<Keyring> {
        let manifest = self.manifest()?;
        let keys = manifest.statement();
        if keys.party != config.party.as_str() || keys.node != config.node {
            bail!(
                "the keys are those of {} ({}), the configuration is for {} ({})",
                keys.party,
                keys.node,
                config.party,
                config.node
            );
        }
        let (mut signing, mut sealing) = (Vec::new(), Vec::new());
        for suite in &keys.suites {
            for (at, public) in [&suite.signing]
                .into_iter()
                .chain(&suite.earlier_signing)
                .enumerate()
            {
                let secret = Secret::Signing(suite.suite, public.id());
                if at > 0 && !self.secrets.has(&secret) {
                    continue;
                }
                let key = SigningKey::from_secret_bytes(suite.suite, &self.secrets.read(&secret)?)?;
                self.expect(&secret, key.verifying_key() == *public)?;
                signing.push(key);
            }
            for (at, public) in [&suite.recipient]
                .into_iter()
                .chain(&suite.earlier_recipients)
                .enumerate()
            {
                let secret = Secret::Sealing(suite.suite, public.id());
                if at > 0 && !self.secrets.has(&secret) {
                    continue;
                }
                let text = self.secrets.read(&secret)?;
                let key: SealingIdentity = std::str::from_utf8(&text)
                    .map_err(|_| anyhow!("{secret} is damaged"))?
                    .parse()?;
                self.expect(&secret, key.recipient() == *public)?;
                sealing.push(key);
            }
        }
        Ok(Keyring {
            party: config.party.clone(),
            signing,
            sealing,
            witness: self.witness(&manifest)?,
            manifest,
        })
    }

    /// The keys that sign the checkpoints of the node's logs, each under its origin of today.
    pub(crate) fn log_signers(&self, config: &Config) -> Result<Vec<LogSigner>> {
        config
            .logs()
            .into_iter()
            .map(|log| {
                let (key, origin) = self.log_key(&log)?;
                Ok(LogSigner {
                    signers: key.signers(&origin),
                    log,
                    origin,
                })
            })
            .collect()
    }

    /// The key of one log, and the origin it signs for.
    pub(crate) fn log_key(&self, log: &str) -> Result<(LogKey, String)> {
        let manifest = self.manifest()?;
        let reference = manifest.statement().log(log).ok_or_else(|| {
            anyhow!(
                "the key manifest names no key for log {log}; add it with: kontaktstelle key rotate log {log}"
            )
        })?;
        let origin = reference.verifier()?.origin().to_owned();
        let secret = Secret::Log(log.to_owned(), reference.id());
        let key = LogKey::from_secret_bytes(&self.secrets.read(&secret)?)?;
        self.expect(&secret, key.vkeys(&origin) == reference.vkeys)?;
        Ok((key, origin))
    }

    /// The node's TLS identity: the one that was activated, else the first that the manifest pins.
    pub(crate) fn tls(&self) -> Result<TlsIdentity> {
        let manifest = self.manifest()?;
        let pins = &manifest.statement().tls_spki_sha256;
        let activated = fs::read_to_string(self.activated_tls_path()).ok();
        let activated = activated.as_deref().map(str::trim);
        let pin = pins
            .iter()
            .find(|pin| activated == Some(pin.as_str()))
            .or_else(|| pins.first())
            .ok_or_else(|| anyhow!("the key manifest pins no TLS key"))?;
        let secret = Secret::Tls(pin.clone());
        let pem = self.secrets.read(&secret)?;
        let pem = std::str::from_utf8(&pem).map_err(|_| anyhow!("{secret} is damaged"))?;
        let identity = TlsIdentity::from_pem(pem)?;
        self.expect(&secret, identity.spki_sha256() == pin)?;
        Ok(identity)
    }

    /// Has the node show this TLS key from its next start on.
    pub(crate) fn activate_tls(&self, pin: &str) -> Result<()> {
        let manifest = self.manifest()?;
        let pins = &manifest.statement().tls_spki_sha256;
        if !pins.iter().any(|known| known == pin) {
            bail!("the published key manifest does not pin {pin}");
        }
        if !self.secrets.has(&Secret::Tls(pin.to_owned())) {
            bail!("the private key of {pin} is not here");
        }
        replace(&self.activated_tls_path(), format!("{pin}\n").as_bytes())
    }

    fn activated_tls_path(&self) -> PathBuf {
        self.directory.join("tls.activated")
    }

    fn witness(&self, manifest: &SignedKeyManifest) -> Result<Option<WitnessKey>> {
        let Some(reference) = &manifest.statement().witness else {
            return Ok(None);
        };
        let secret = Secret::Witness(reference.id());
        let key = WitnessKey::from_secret_bytes(&self.secrets.read(&secret)?)?;
        let name = reference.verifiers()?[0].name().to_owned();
        self.expect(&secret, key.vkeys(&name) == reference.vkeys)?;
        Ok(Some(key))
    }

    /// A key file that holds another key than its name says would sign what nobody can verify.
    fn expect(&self, secret: &Secret, is_named: bool) -> Result<()> {
        if is_named {
            return Ok(());
        }
        bail!(
            "{secret} in {} is not the key that the key manifest names",
            self.directory.display()
        )
    }
}

fn signed_manifest(path: &Path, text: &[u8]) -> Result<SignedKeyManifest> {
    let signed = SignedKeyManifest::from_json(text)
        .with_context(|| format!("{} is damaged", path.display()))?;
    signed
        .verify_self()
        .with_context(|| format!("{} is not signed by its root", path.display()))?;
    Ok(signed)
}
