//! The secrets of a house, and the manifest that says which of them count.

use journal::hash::sha256;
use seal::Suite;
use seal::key_manifest::{
    KeyManifest, KeyManifestFormat, LogReference, SignedKeyManifest, SuiteKeys, WitnessReference,
};
use seal::keys::{HolderKey, LogKey, Root, SealingIdentity, SigningKey, WitnessKey};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// The secrets of a house. A test may add newer ones: the first of a suite is the one in use.
#[derive(Clone)]
pub struct Keys {
    holders: Arc<[HolderKey; 3]>,
    pub signing: Vec<Arc<SigningKey>>,
    pub sealing: Vec<SealingIdentity>,
    pub witness: Option<Arc<WitnessKey>>,
    pub(super) logs: Arc<BTreeMap<String, LogKey>>,
    /// Logs that are not in their first epoch any more.
    pub epochs: BTreeMap<String, u32>,
}

impl Keys {
    pub(super) fn generate(peers: &[&str]) -> Self {
        let holders = [(); 3].map(|()| HolderKey::generate().unwrap());
        let logs = std::iter::once("office".to_owned())
            .chain(peers.iter().map(|peer| format!("exchange-{peer}")))
            .map(|log| (log, LogKey::generate().unwrap()))
            .collect();
        Self {
            holders: Arc::new(holders),
            signing: Suite::ALL
                .map(|suite| Arc::new(SigningKey::generate(suite).unwrap()))
                .to_vec(),
            sealing: Suite::ALL
                .map(|suite| SealingIdentity::generate(suite).unwrap())
                .to_vec(),
            witness: None,
            logs: Arc::new(logs),
            epochs: BTreeMap::new(),
        }
    }

    /// What the log of this name signs with.
    pub fn log(&self, name: &str) -> &LogKey {
        &self.logs[name]
    }

    /// The key that signs in this suite now.
    pub fn signing(&self, suite: Suite) -> &SigningKey {
        self.signing
            .iter()
            .find(|key| key.suite() == suite)
            .unwrap()
    }

    /// The identity that opens in this suite now.
    pub fn sealing(&self, suite: Suite) -> &SealingIdentity {
        self.sealing
            .iter()
            .find(|key| key.suite() == suite)
            .unwrap()
    }

    /// These keys with a new one for this log.
    pub fn with_new_log_key(&self, name: &str) -> Self {
        let again = |key: &LogKey| LogKey::from_secret_bytes(&key.to_secret_bytes()).unwrap();
        let mut logs: BTreeMap<String, LogKey> = self
            .logs
            .iter()
            .map(|(log, key)| (log.clone(), again(key)))
            .collect();
        logs.insert(name.to_owned(), LogKey::generate().unwrap());
        Self {
            logs: Arc::new(logs),
            ..self.clone()
        }
    }

    /// What a manifest says about the keys of each suite.
    pub(super) fn suites(&self) -> Vec<SuiteKeys> {
        let all = Suite::ALL.into_iter();
        all.map(|suite| {
            let mut signing = self.signing.iter().filter(|key| key.suite() == suite);
            let mut sealing = self.sealing.iter().filter(|key| key.suite() == suite);
            SuiteKeys {
                suite,
                signing: signing.next().unwrap().verifying_key(),
                earlier_signing: signing.map(|key| key.verifying_key()).collect(),
                recipient: sealing.next().unwrap().recipient(),
                earlier_recipients: sealing.map(SealingIdentity::recipient).collect(),
            }
        })
        .collect()
    }

    pub(super) fn sign(&self, manifest: KeyManifest) -> SignedKeyManifest {
        let [first, second, _] = &*self.holders;
        SignedKeyManifest::sign_with(manifest, &[first, second]).unwrap()
    }
}

/// Keys and manifest of a house of this name, made once: the root signs slowly.
pub(super) fn made_once(name: &str, peers: &[&str], witness: bool) -> (Keys, SignedKeyManifest) {
    type Made = BTreeMap<String, (Keys, SignedKeyManifest)>;
    static MADE: Mutex<Made> = Mutex::new(BTreeMap::new());
    let mut made = MADE.lock().unwrap();
    let make = || {
        let mut keys = Keys::generate(peers);
        keys.witness = witness.then(|| Arc::new(WitnessKey::generate().unwrap()));
        let manifest = keys.sign(first_manifest(name, &keys));
        (keys, manifest)
    };
    made.entry(format!("{name} {peers:?} {witness}"))
        .or_insert_with(make)
        .clone()
}

fn first_manifest(name: &str, keys: &Keys) -> KeyManifest {
    let node = format!("{name}.kontaktstelle.example");
    let holders = keys.holders.each_ref().map(HolderKey::verifying_key);
    let logs = keys.logs.iter().map(|(log, key)| LogReference {
        name: log.clone(),
        epoch: 1,
        vkeys: key.vkeys(&format!("{node}/{log}")),
    });
    KeyManifest {
        format: KeyManifestFormat::V2,
        party: name.to_owned(),
        node: node.clone(),
        version: 1,
        previous: None,
        root: Root::two_of_three(holders).unwrap(),
        former_root: None,
        suites: keys.suites(),
        logs: logs.collect(),
        witness: keys.witness.as_ref().map(|key| WitnessReference {
            vkeys: key.vkeys(&format!("{node}/witness")),
        }),
        tls_spki_sha256: vec![hex::encode(sha256(name.as_bytes()).0)],
        revocations: Vec::new(),
        valid_from: "2026-01-01T00:00:00Z".to_owned(),
        valid_until: "2027-01-01T00:00:00Z".to_owned(),
        exchange_address: "localhost:1".to_owned(),
    }
}
