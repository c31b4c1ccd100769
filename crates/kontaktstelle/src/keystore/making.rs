//! New keys, and the drafts of key manifests that name them.
//!
//! A draft gathers changes until it is published: two rotations in one week need the holders once.

use super::Keystore;
use super::secrets::{Secret, replace};
use crate::config::Config;
use anyhow::{Context, Result, anyhow, bail};
use exchange::TlsIdentity;
use journal::hash::Hash;
use records::Timestamp;
use seal::Suite;
use seal::key_manifest::ceremony::{HolderSignature, KeyManifestDraft};
use seal::key_manifest::{
    KeyManifest, KeyManifestFormat, LogReference, MAX_EARLIER_KEYS, MAX_TLS_PINS,
    SignedKeyManifest, SuiteKeys, WitnessReference,
};
use seal::keys::{LogKey, Root, SealingIdentity, SigningKey, WitnessKey};
use seal::revocation::{Revocation, RevocationReason, RevokedKind};
use std::fs;

/// Days that a key manifest is valid.
const VALID_DAYS: i64 = 365;

/// What a new version of the key manifest changes.
#[derive(Debug, Clone)]
pub(crate) enum Change {
    /// Another key signs messages and receipts; what the earlier one signed is still taken.
    Signing(Suite),
    /// Messages are sealed to another key; the earlier one still opens.
    Sealing(Suite),
    /// One more TLS key is pinned, to be activated when the counterparts have the manifest.
    Tls,
    /// Another key signs the checkpoints of this log.
    Log(String),
    /// This log goes on in its next epoch, under a new origin and a new key.
    Epoch(String),
    /// Another key cosigns the counterparts' checkpoints.
    Witness,
    /// A key is taken back. One that is in use is replaced as well.
    Revocation {
        /// The first digits of its id, hexadecimal, as `key status` prints it.
        key: String,
        /// Why.
        reason: RevocationReason,
    },
}

impl Keystore {
    /// Makes all keys of a new node and the draft of its first key manifest. Refuses where there is a
    /// manifest or draft already: keys are never overwritten.
    pub(crate) fn init(
        &self,
        config: &Config,
        root: Root,
        now: Timestamp,
    ) -> Result<KeyManifestDraft> {
        for path in [self.manifest_path(), self.draft_path()] {
            if path.exists() {
                bail!(
                    "{} exists already; keys are never overwritten",
                    path.display()
                );
            }
        }
        self.secrets.prepare()?;
        let mut manifest = KeyManifest {
            format: KeyManifestFormat::V2,
            party: config.party.to_string(),
            node: config.node.clone(),
            version: 1,
            previous: None,
            root,
            former_root: None,
            suites: Vec::new(),
            logs: Vec::new(),
            witness: Some(self.new_witness(config)?),
            tls_spki_sha256: vec![self.new_tls(config)?],
            revocations: Vec::new(),
            valid_from: now.to_string(),
            valid_until: now.plus_seconds(VALID_DAYS * 24 * 3600).to_string(),
            exchange_address: config.exchange.address.clone(),
        };
        self.complete(config, &mut manifest)?;
        self.keep_draft(manifest)
    }

    /// Makes the key that a change needs and adds it to the draft of the next version.
    pub(crate) fn change(
        &self,
        config: &Config,
        change: &Change,
        now: Timestamp,
    ) -> Result<KeyManifestDraft> {
        let mut next = self.next(config, now)?;
        match change {
            Change::Signing(suite) => {
                let new = self.new_signing(*suite)?;
                let keys = suite_keys(&mut next, *suite)?;
                let earlier = std::mem::replace(&mut keys.signing, new);
                keep_earlier(&mut keys.earlier_signing, earlier);
            }
            Change::Sealing(suite) => {
                let new = self.new_sealing(*suite)?;
                let keys = suite_keys(&mut next, *suite)?;
                let earlier = std::mem::replace(&mut keys.recipient, new);
                keep_earlier(&mut keys.earlier_recipients, earlier);
            }
            Change::Tls => {
                next.tls_spki_sha256.push(self.new_tls(config)?);
                while next.tls_spki_sha256.len() > MAX_TLS_PINS {
                    next.tls_spki_sha256.remove(0);
                }
            }
            Change::Log(log) => {
                let (epoch, origin) = match next.log(log) {
                    Some(known) => (known.epoch, known.verifier()?.origin().to_owned()),
                    None if config.logs().contains(log) => (1, config.origin(log)),
                    None => bail!("the configuration has no log {log}"),
                };
                next.logs.insert(0, self.new_log(log, epoch, &origin)?);
            }
            Change::Epoch(log) => {
                let known = next
                    .log(log)
                    .ok_or_else(|| anyhow!("there is no log {log}"))?;
                let epoch = known.epoch.saturating_add(1);
                let origin = format!("{}/epoch-{epoch}", config.origin(log));
                next.logs.insert(0, self.new_log(log, epoch, &origin)?);
            }
            Change::Witness => next.witness = Some(self.new_witness(config)?),
            Change::Revocation { key, reason } => {
                let (kind, id) = find_key(&next, key)?;
                self.replace_if_in_use(config, &mut next, kind, id)?;
                next.revocations.push(Revocation {
                    kind,
                    key: id,
                    reason: *reason,
                    compromised_since: None,
                });
            }
        }
        self.keep_draft(next)
    }

    /// A key that is taken back is used no more: another one takes its place in the same draft.
    fn replace_if_in_use(
        &self,
        config: &Config,
        next: &mut KeyManifest,
        kind: RevokedKind,
        id: Hash,
    ) -> Result<()> {
        match kind {
            RevokedKind::Signing => {
                for keys in next
                    .suites
                    .iter_mut()
                    .filter(|keys| keys.signing.id() == id)
                {
                    let new = self.new_signing(keys.suite)?;
                    let earlier = std::mem::replace(&mut keys.signing, new);
                    keep_earlier(&mut keys.earlier_signing, earlier);
                }
            }
            RevokedKind::Recipient => {
                for keys in next
                    .suites
                    .iter_mut()
                    .filter(|keys| keys.recipient.id() == id)
                {
                    let new = self.new_sealing(keys.suite)?;
                    let earlier = std::mem::replace(&mut keys.recipient, new);
                    keep_earlier(&mut keys.earlier_recipients, earlier);
                }
            }
            RevokedKind::Log => {
                let named = next.logs.iter().find(|log| log.id() == id).cloned();
                if let Some(log) = named
                    && next.log(&log.name).is_some_and(|now| now.id() == id)
                {
                    let origin = log.verifier()?.origin().to_owned();
                    let new = self.new_log(&log.name, log.epoch, &origin)?;
                    next.logs.insert(0, new);
                }
            }
            RevokedKind::Witness => next.witness = Some(self.new_witness(config)?),
            RevokedKind::Tls => {
                let pin = hex::encode(id.0);
                next.tls_spki_sha256.retain(|known| *known != pin);
                if next.tls_spki_sha256.is_empty() {
                    next.tls_spki_sha256.push(self.new_tls(config)?);
                }
            }
            RevokedKind::Holder => {}
        }
        Ok(())
    }

    /// The draft that waits for the holders' signatures.
    pub(crate) fn draft(&self) -> Result<KeyManifestDraft> {
        let path = self.draft_path();
        let text = fs::read(&path).with_context(|| {
            format!(
                "cannot read {}; there is no draft to publish",
                path.display()
            )
        })?;
        Ok(KeyManifestDraft::from_json(&text)?)
    }

    /// Puts the holders' signatures under the draft. Nothing is kept before [`Keystore::keep`].
    pub(crate) fn assemble(&self, signatures: &[HolderSignature]) -> Result<SignedKeyManifest> {
        let signed = self.draft()?.assemble(signatures)?;
        if self.manifest_path().exists() {
            signed.verify_successor(self.manifest()?.statement())?;
        }
        Ok(signed)
    }

    /// Makes a signed manifest the node's. The one before it stays beside it.
    pub(crate) fn keep(&self, signed: &SignedKeyManifest) -> Result<()> {
        let line = format!("{}\n", signed.to_json()?);
        if self.manifest_path().exists() {
            let current = self.manifest()?;
            // Whole on the disk before its successor: the logs need every version, in order.
            let kept = self.kept_path(current.statement().version);
            replace(&kept, format!("{}\n", current.to_json()?).as_bytes())?;
        }
        replace(&self.manifest_path(), line.as_bytes())?;
        match fs::remove_file(self.draft_path()) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// The version after the published one, as far as it is drafted already.
    fn next(&self, config: &Config, now: Timestamp) -> Result<KeyManifest> {
        if self.draft_path().exists() {
            return Ok(self.draft()?.manifest().clone());
        }
        let current = self.manifest()?;
        let mut next = current.statement().clone();
        next.version = next.version.saturating_add(1);
        next.previous = Some(current.id());
        next.former_root = None;
        next.valid_from = now.to_string();
        next.valid_until = now.plus_seconds(VALID_DAYS * 24 * 3600).to_string();
        next.exchange_address.clone_from(&config.exchange.address);
        self.complete(config, &mut next)?;
        Ok(next)
    }

    /// Adds keys for logs and suites that the configuration has and the manifest has not.
    fn complete(&self, config: &Config, manifest: &mut KeyManifest) -> Result<()> {
        for suite in config.suites() {
            if manifest.suite(suite).is_none() {
                manifest.suites.push(SuiteKeys {
                    suite,
                    signing: self.new_signing(suite)?,
                    earlier_signing: Vec::new(),
                    recipient: self.new_sealing(suite)?,
                    earlier_recipients: Vec::new(),
                });
            }
        }
        manifest.suites.sort_by_key(|keys| keys.suite);
        for log in config.logs() {
            if manifest.log(&log).is_none() {
                let new = self.new_log(&log, 1, &config.origin(&log))?;
                manifest.logs.push(new);
            }
        }
        Ok(())
    }

    fn keep_draft(&self, manifest: KeyManifest) -> Result<KeyManifestDraft> {
        let draft = KeyManifestDraft::new(manifest)?;
        replace(
            &self.draft_path(),
            format!("{}\n", draft.to_json()?).as_bytes(),
        )?;
        Ok(draft)
    }

    fn new_signing(&self, suite: Suite) -> Result<seal::keys::VerifyingKey> {
        let key = SigningKey::generate(suite)?;
        let public = key.verifying_key();
        let secret = key
            .to_secret_bytes()
            .ok_or_else(|| anyhow!("a key made here has no bytes to keep"))?;
        self.secrets
            .write(&Secret::Signing(suite, public.id()), &secret)?;
        Ok(public)
    }

    fn new_sealing(&self, suite: Suite) -> Result<seal::keys::SealingRecipient> {
        let key = SealingIdentity::generate(suite)?;
        let public = key.recipient();
        self.secrets.write(
            &Secret::Sealing(suite, public.id()),
            key.to_secret_string().as_bytes(),
        )?;
        Ok(public)
    }

    fn new_log(&self, log: &str, epoch: u32, origin: &str) -> Result<LogReference> {
        let key = LogKey::generate()?;
        let reference = LogReference {
            name: log.to_owned(),
            epoch,
            vkeys: key.vkeys(origin),
        };
        self.secrets.write(
            &Secret::Log(log.to_owned(), reference.id()),
            &key.to_secret_bytes(),
        )?;
        Ok(reference)
    }

    fn new_witness(&self, config: &Config) -> Result<WitnessReference> {
        let key = WitnessKey::generate()?;
        let reference = WitnessReference {
            vkeys: key.vkeys(&format!("{}/witness", config.node)),
        };
        self.secrets
            .write(&Secret::Witness(reference.id()), &key.to_secret_bytes())?;
        Ok(reference)
    }

    fn new_tls(&self, config: &Config) -> Result<String> {
        let identity = TlsIdentity::generate(&config.node)?;
        let pin = identity.spki_sha256().to_owned();
        self.secrets
            .write(&Secret::Tls(pin.clone()), identity.to_pem().as_bytes())?;
        Ok(pin)
    }
}

fn suite_keys(manifest: &mut KeyManifest, suite: Suite) -> Result<&mut SuiteKeys> {
    manifest
        .suites
        .iter_mut()
        .find(|keys| keys.suite == suite)
        .ok_or_else(|| anyhow!("the node has no keys of suite {suite}"))
}

fn keep_earlier<T>(earlier: &mut Vec<T>, replaced: T) {
    earlier.insert(0, replaced);
    earlier.truncate(MAX_EARLIER_KEYS);
}

/// All keys that can be taken back, with their ids.
pub(crate) fn all_keys(manifest: &KeyManifest) -> Result<Vec<(RevokedKind, String, Hash)>> {
    let mut keys = Vec::new();
    for suite in &manifest.suites {
        for key in [&suite.signing].into_iter().chain(&suite.earlier_signing) {
            keys.push((RevokedKind::Signing, suite.suite.to_string(), key.id()));
        }
        for key in [&suite.recipient]
            .into_iter()
            .chain(&suite.earlier_recipients)
        {
            keys.push((RevokedKind::Recipient, suite.suite.to_string(), key.id()));
        }
    }
    for log in &manifest.logs {
        keys.push((
            RevokedKind::Log,
            log.verifier()?.origin().to_owned(),
            log.id(),
        ));
    }
    if let Some(witness) = &manifest.witness {
        keys.push((RevokedKind::Witness, String::new(), witness.id()));
    }
    for pin in &manifest.tls_spki_sha256 {
        let mut id = [0; 32];
        hex::decode_to_slice(pin, &mut id)?;
        keys.push((RevokedKind::Tls, String::new(), Hash(id)));
    }
    Ok(keys)
}

fn find_key(manifest: &KeyManifest, digits: &str) -> Result<(RevokedKind, Hash)> {
    let found: Vec<_> = all_keys(manifest)?
        .into_iter()
        .filter(|(_, _, id)| hex::encode(id.0).starts_with(digits))
        .collect();
    match found.as_slice() {
        [(kind, _, id)] if digits.len() >= 8 => Ok((*kind, *id)),
        [] => bail!("the key manifest names no key {digits}"),
        _ => bail!("{digits} is not enough to name one key; give at least 8 digits"),
    }
}
