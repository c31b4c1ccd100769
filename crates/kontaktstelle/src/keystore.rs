//! The keys of a node as files, readable by the node's user only.
//!
//! `keys/root.key` signs the key manifest and is then taken off the machine; the node runs
//! without it.

use crate::config::Config;
use anyhow::{Context, Result, anyhow, bail};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use exchange::tls::TlsIdentity;
use journal::note::NoteSigner;
use office::Keyring;
use records::Timestamp;
use seal::key_manifest::{KeyManifest, KeyManifestFormat, LogReference, SignedKeyManifest};
use seal::keys::{LogKey, RootKey, SealingIdentity, SigningKey};
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::PathBuf;
use store::LogSigner;
use zeroize::Zeroizing;

/// Days that a key manifest is valid.
const VALID_DAYS: i64 = 365;

/// The directory of a node's keys.
pub(crate) struct Keystore {
    directory: PathBuf,
}

impl Keystore {
    /// The keys of this configuration's node.
    pub(crate) fn of(config: &Config) -> Self {
        Self {
            directory: config.data_directory().join("keys"),
        }
    }

    /// Where the key manifest lies.
    pub(crate) fn manifest_path(&self) -> PathBuf {
        self.directory.join("manifest.json")
    }

    /// Makes all keys and the manifest. Refuses where there are keys already.
    pub(crate) fn create(&self, config: &Config, now: Timestamp) -> Result<SignedKeyManifest> {
        if self.manifest_path().exists() {
            bail!(
                "{} exists already; keys are never overwritten",
                self.manifest_path().display()
            );
        }
        fs::create_dir_all(&self.directory)
            .with_context(|| format!("cannot create {}", self.directory.display()))?;
        fs::set_permissions(&self.directory, fs::Permissions::from_mode(0o700))?;
        let root = RootKey::generate()?;
        let signing = SigningKey::generate()?;
        let sealing = SealingIdentity::generate()?;
        let tls = TlsIdentity::generate(&config.node)?;
        let mut logs = Vec::new();
        for log in config.logs() {
            let key = LogKey::generate()?;
            let vkey = key.signer(&config.origin(&log)).verifier().vkey();
            self.write_secret(&format!("log-{log}"), &key.to_secret_bytes())?;
            logs.push(LogReference { name: log, vkey });
        }
        self.write_secret("root", &root.to_secret_bytes())?;
        self.write_secret("signing", &signing.to_secret_bytes())?;
        self.write_secret("sealing", sealing.to_secret_string().as_bytes())?;
        self.write_file("tls.pem", tls.to_pem().as_bytes())?;
        let manifest = KeyManifest {
            format: KeyManifestFormat::V1,
            party: config.party.to_string(),
            node: config.node.clone(),
            version: 1,
            root: root.verifying_key(),
            signing: signing.verifying_key(),
            recipient: sealing.recipient(),
            logs,
            tls_spki_sha256: vec![tls.spki_sha256().to_owned()],
            valid_from: now.to_string(),
            valid_until: now.plus_seconds(VALID_DAYS * 24 * 3600).to_string(),
            exchange_address: config.exchange.address.clone(),
        };
        let signed = SignedKeyManifest::sign_with(manifest, &root)?;
        self.write_file(
            "manifest.json",
            format!("{}\n", signed.to_json()?).as_bytes(),
        )?;
        Ok(signed)
    }

    /// The signed key manifest.
    pub(crate) fn manifest(&self) -> Result<SignedKeyManifest> {
        let path = self.manifest_path();
        let text = fs::read(&path).with_context(|| {
            format!(
                "cannot read {}; make the node's keys with: kontaktstelle keys init",
                path.display()
            )
        })?;
        let signed = SignedKeyManifest::from_json(&text)
            .with_context(|| format!("{} is damaged", path.display()))?;
        signed
            .verify_self()
            .with_context(|| format!("{} is not signed by its root", path.display()))?;
        Ok(signed)
    }

    /// The keys the node works with.
    pub(crate) fn keyring(&self, config: &Config) -> Result<Keyring> {
        let manifest = self.manifest()?;
        if manifest.statement().party != config.party.as_str()
            || manifest.statement().node != config.node
        {
            bail!(
                "the keys are those of {} ({}), the configuration is for {} ({})",
                manifest.statement().party,
                manifest.statement().node,
                config.party,
                config.node
            );
        }
        let signing = SigningKey::from_secret_bytes(&self.read_secret("signing")?)?;
        let sealing = self.read_secret("sealing")?;
        let sealing: SealingIdentity = std::str::from_utf8(&sealing)
            .map_err(|_| anyhow!("keys/sealing.key is damaged"))?
            .parse()?;
        if signing.verifying_key() != manifest.statement().signing
            || sealing.recipient() != manifest.statement().recipient
        {
            bail!(
                "the keys in {} are not those that the key manifest names",
                self.directory.display()
            );
        }
        Ok(Keyring {
            party: config.party.clone(),
            signing,
            sealing: vec![sealing],
            manifest,
        })
    }

    /// The keys that sign the checkpoints of the node's logs.
    pub(crate) fn log_signers(&self, config: &Config) -> Result<Vec<LogSigner>> {
        let manifest = self.manifest()?;
        config
            .logs()
            .into_iter()
            .map(|log| {
                let origin = config.origin(&log);
                let signer = LogKey::from_secret_bytes(&self.read_secret(&format!("log-{log}"))?)?
                    .signer(&origin);
                if manifest.statement().log_vkey(&log) != Some(signer.verifier().vkey().as_str()) {
                    bail!(
                        "the key manifest does not name the key of log {log} ({})",
                        signer.name()
                    );
                }
                Ok(LogSigner {
                    log,
                    origin,
                    signer: Box::new(signer),
                })
            })
            .collect()
    }

    /// The node's TLS identity.
    pub(crate) fn tls(&self) -> Result<TlsIdentity> {
        let path = self.directory.join("tls.pem");
        self.check_private(&path)?;
        let pem = Zeroizing::new(
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?,
        );
        TlsIdentity::from_pem(&pem).with_context(|| format!("{} is damaged", path.display()))
    }

    fn write_secret(&self, name: &str, secret: &[u8]) -> Result<()> {
        let text = Zeroizing::new(BASE64_STANDARD.encode(secret) + "\n");
        self.write_file(&format!("{name}.key"), text.as_bytes())
    }

    fn write_file(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.directory.join(name);
        let mut file = File::options()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .with_context(|| format!("cannot create {}", path.display()))?;
        file.write_all(bytes)?;
        file.sync_all()?;
        Ok(())
    }

    fn read_secret(&self, name: &str) -> Result<Zeroizing<Vec<u8>>> {
        let path = self.directory.join(format!("{name}.key"));
        self.check_private(&path)?;
        let text = Zeroizing::new(
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?,
        );
        let secret = BASE64_STANDARD
            .decode(text.trim())
            .map_err(|_| anyhow!("{} is damaged", path.display()))?;
        Ok(Zeroizing::new(secret))
    }

    fn check_private(&self, path: &std::path::Path) -> Result<()> {
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
}
