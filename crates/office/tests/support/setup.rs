//! What a node needs beside its keys: a clock, randomness, a folder.

use super::keys::Keys;
use journal::hash::sha256;
use office::office::Parts;
use office::{Clock, Entropy, Keyring, Limits, Office, OfficeError, WitnessPolicy};
use policy::Bundle;
use records::{PartyId, Timestamp};
use seal::Suite;
use seal::key_manifest::SignedKeyManifest;
use seal::keys::{SigningKey, WitnessKey};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use store::objects::Folder;
use store::{Database, LogSigner, Sqlite};
use tempfile::TempDir;

/// A clock that stands still until it is moved. Whoever looks at it once too often dies.
pub struct TestClock {
    millis: AtomicI64,
    looks_left: AtomicI64,
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        let left = self.looks_left.fetch_sub(1, Ordering::SeqCst);
        assert!(left > 0, "killed");
        Timestamp::from_millis(self.millis.load(Ordering::SeqCst))
    }
}

impl TestClock {
    pub(super) fn at(millis: i64) -> Self {
        Self {
            millis: AtomicI64::new(millis),
            looks_left: AtomicI64::new(i64::MAX),
        }
    }

    pub fn advance(&self, millis: i64) {
        self.millis.fetch_add(millis, Ordering::SeqCst);
    }

    /// Runs `doomed` until it has looked at the clock so many times and looks again; nothing if that
    /// has killed it.
    pub fn kill_after<T>(&self, looks: i64, doomed: impl FnOnce() -> T) -> Option<T> {
        self.looks_left.store(looks, Ordering::SeqCst);
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(doomed));
        self.looks_left.store(i64::MAX, Ordering::SeqCst);
        done.ok()
    }
}

/// The same bytes in every run, different at every call.
struct Seeded {
    seed: String,
    calls: AtomicU64,
}

impl Entropy for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let call = self.calls.fetch_add(1, Ordering::SeqCst);
            let block = sha256(format!("{} {call}", self.seed).as_bytes()).0;
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }
}

fn bundle() -> Bundle {
    static BUNDLE: OnceLock<Bundle> = OnceLock::new();
    BUNDLE.get_or_init(|| Bundle::embedded().unwrap()).clone()
}

/// What a house is opened with. Some of it may change when it is opened again.
pub struct Setup {
    pub party: PartyId,
    pub clock: Arc<TestClock>,
    pub manifest: SignedKeyManifest,
    pub exercise: bool,
    pub keys: Keys,
    pub agreements: BTreeMap<PartyId, Suite>,
    pub limits: Limits,
    pub witnesses: WitnessPolicy,
    pub(super) dir: TempDir,
    pub(super) openings: u64,
}

impl Setup {
    /// Opens the node; nobody else may have it open.
    pub fn open(&self) -> Result<Arc<Office>, OfficeError> {
        let database = Sqlite::open(
            &self.dir.path().join("node.db"),
            &self.dir.path().join("node.anchor"),
            self.signers(),
            |error| panic!("the writer stopped: {error}"),
        );
        self.open_over(Arc::new(database.unwrap()))
    }

    /// What the node's logs are signed with.
    pub fn signers(&self) -> Vec<LogSigner> {
        let node = format!("{}.kontaktstelle.example", self.party);
        let logs = self.keys.logs.iter();
        logs.map(|(log, key)| {
            let epoch = self.keys.epochs.get(log).copied().unwrap_or(1);
            let origin = office::epoch::origin_of_epoch(&format!("{node}/{log}"), epoch);
            LogSigner {
                log: log.clone(),
                signers: key.signers(&origin),
                origin,
            }
        })
        .collect()
    }

    /// Opens a node over this database.
    pub fn open_over(&self, database: Arc<dyn Database>) -> Result<Arc<Office>, OfficeError> {
        let again = |key: &Arc<SigningKey>| {
            let secret = key.to_secret_bytes().unwrap();
            SigningKey::from_secret_bytes(key.suite(), &secret).unwrap()
        };
        let witness = self.keys.witness.as_ref();
        let keyring = Keyring {
            party: self.party.clone(),
            signing: self.keys.signing.iter().map(again).collect(),
            sealing: self.keys.sealing.clone(),
            witness: witness
                .map(|key| WitnessKey::from_secret_bytes(&key.to_secret_bytes()).unwrap()),
            manifest: self.manifest.clone(),
        };
        let parts = Parts {
            database,
            objects: Arc::new(Folder::open(&self.dir.path().join("files")).unwrap()),
            keyring,
            agreements: self.agreements.clone(),
            witnesses: self.witnesses.clone(),
            bundle: bundle(),
            clock: self.clock.clone(),
            entropy: Arc::new(Seeded {
                seed: format!("{} {}", self.party, self.openings),
                calls: AtomicU64::new(0),
            }),
            limits: self.limits,
            exercise: self.exercise,
        };
        Ok(Arc::new(Office::open(parts)?))
    }
}
