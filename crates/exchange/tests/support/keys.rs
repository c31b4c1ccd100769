//! Keys and key manifests of houses, made once and lent: the root signs slowly.

use exchange::TlsIdentity;
use journal::note::NoteSigner;
use office::{OFFICE_LOG, exchange_log};
use records::Timestamp;
use seal::Suite;
use seal::key_manifest::{
    KeyManifest, KeyManifestFormat, LogReference, SignedKeyManifest, SuiteKeys, WitnessReference,
};
use seal::keys::{HolderKey, LogKey, Root, SealingIdentity, SigningKey, WitnessKey};
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Where the tests listen.
const PORTS: std::ops::Range<u16> = 12_000..28_000;

const WEEK_MS: i64 = 7 * 24 * 3600 * 1000;

/// The secrets of a house with what it says about them.
#[derive(Clone)]
pub(crate) struct Keys {
    holders: Arc<[HolderKey; 3]>,
    signing: Arc<[SigningKey; 2]>,
    sealing: [SealingIdentity; 2],
    witness: Arc<WitnessKey>,
    logs: Arc<BTreeMap<String, LogKey>>,
    pub(crate) identity: Arc<TlsIdentity>,
    pub(crate) manifest: SignedKeyManifest,
    pub(crate) address: SocketAddr,
}

impl Keys {
    fn generate(party: &str, peers: &[&str], witnesses: bool) -> Self {
        let node = node(party);
        let logs = std::iter::once(OFFICE_LOG.to_owned())
            .chain(
                peers
                    .iter()
                    .map(|peer| exchange_log(&peer.parse().unwrap())),
            )
            .map(|name| (name, LogKey::generate().unwrap()))
            .collect();
        let holders = [(); 3].map(|()| HolderKey::generate().unwrap());
        let signing = Suite::ALL.map(|suite| SigningKey::generate(suite).unwrap());
        let sealing = Suite::ALL.map(|suite| SealingIdentity::generate(suite).unwrap());
        let witness = WitnessKey::generate().unwrap();
        let identity = TlsIdentity::generate(&node).unwrap();
        let address = free_address();
        let manifest = first_manifest(
            party, &holders, &signing, &sealing, &logs, &identity, address,
        );
        let manifest = KeyManifest {
            witness: witnesses.then(|| WitnessReference {
                vkeys: witness.vkeys(&format!("{node}/witness")),
            }),
            ..manifest
        };
        let manifest = SignedKeyManifest::sign_with(manifest, &[&holders[0], &holders[1]]).unwrap();
        Self {
            holders: Arc::new(holders),
            signing: Arc::new(signing),
            sealing,
            witness: Arc::new(witness),
            logs: Arc::new(logs),
            identity: Arc::new(identity),
            manifest,
            address,
        }
    }

    pub(crate) fn signing(&self, suite: Suite) -> &SigningKey {
        self.signing
            .iter()
            .find(|key| key.suite() == suite)
            .unwrap()
    }

    pub(crate) fn sealing(&self, suite: Suite) -> &SealingIdentity {
        self.sealing
            .iter()
            .find(|key| key.suite() == suite)
            .unwrap()
    }

    /// What the log of this name signs with.
    pub(crate) fn log_signers(&self, log: &str) -> Vec<Box<dyn NoteSigner + Send + Sync>> {
        self.logs[log].signers(&self.origin(log))
    }

    pub(crate) fn logs(&self) -> impl Iterator<Item = &str> {
        self.logs.keys().map(String::as_str)
    }

    pub(crate) fn origin(&self, log: &str) -> String {
        format!("{}/{log}", self.manifest.statement().node)
    }

    pub(crate) fn log_vkeys(&self, log: &str) -> Vec<String> {
        self.logs[log].vkeys(&self.origin(log))
    }

    /// The witness key, if the manifest names one.
    pub(crate) fn witness(&self) -> Option<WitnessKey> {
        self.manifest.statement().witness.as_ref()?;
        Some(WitnessKey::from_secret_bytes(&self.witness.to_secret_bytes()).unwrap())
    }

    /// The next version of the manifest, signed by the root, with a new TLS key.
    pub(crate) fn replace_tls_key(&mut self) {
        let identity = TlsIdentity::generate(&self.manifest.statement().node).unwrap();
        let mut next = self.manifest.statement().clone();
        next.previous = Some(self.manifest.id());
        next.version += 1;
        next.tls_spki_sha256 = vec![identity.spki_sha256().to_owned()];
        let [first, second, _] = &*self.holders;
        self.manifest = SignedKeyManifest::sign_with(next, &[first, second]).unwrap();
        self.identity = Arc::new(identity);
    }
}

fn node(party: &str) -> String {
    format!("{party}.kontaktstelle.example")
}

fn first_manifest(
    party: &str,
    holders: &[HolderKey; 3],
    signing: &[SigningKey; 2],
    sealing: &[SealingIdentity; 2],
    logs: &BTreeMap<String, LogKey>,
    identity: &TlsIdentity,
    address: SocketAddr,
) -> KeyManifest {
    let node = node(party);
    let now = jiff::Timestamp::now().as_millisecond();
    let suites = signing
        .iter()
        .zip(sealing)
        .map(|(signing, sealing)| SuiteKeys {
            suite: signing.suite(),
            signing: signing.verifying_key(),
            earlier_signing: Vec::new(),
            recipient: sealing.recipient(),
            earlier_recipients: Vec::new(),
        });
    let logs = logs.iter().map(|(name, key)| LogReference {
        name: name.clone(),
        epoch: 1,
        vkeys: key.vkeys(&format!("{node}/{name}")),
    });
    KeyManifest {
        format: KeyManifestFormat::V2,
        party: party.to_owned(),
        node: node.clone(),
        version: 1,
        previous: None,
        root: Root::two_of_three(holders.each_ref().map(HolderKey::verifying_key)).unwrap(),
        former_root: None,
        suites: suites.collect(),
        logs: logs.collect(),
        witness: None,
        tls_spki_sha256: vec![identity.spki_sha256().to_owned()],
        revocations: Vec::new(),
        valid_from: Timestamp::from_millis(now).to_string(),
        valid_until: Timestamp::from_millis(now + WEEK_MS).to_string(),
        exchange_address: address.to_string(),
    }
}

/// An address of this machine on which nobody listens yet; each is given once.
pub(crate) fn free_address() -> SocketAddr {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Other tests of this crate run at the same time, each in a process of its own.
    let start = std::process::id().wrapping_mul(97);
    loop {
        let step = u32::from(NEXT.fetch_add(1, Ordering::SeqCst));
        let among = u32::from(PORTS.end - PORTS.start);
        let port = PORTS.start + u16::try_from(start.wrapping_add(step) % among).unwrap();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
}

/// Which houses keys can be lent to: party, peers, whether it witnesses.
type Kind = (String, Vec<String>, bool);

static SHELF: Mutex<BTreeMap<Kind, Vec<Keys>>> = Mutex::new(BTreeMap::new());

/// Keys that go back on the shelf when they are not needed any more.
pub(crate) struct Lent {
    keys: Keys,
    kind: Kind,
}

impl Lent {
    pub(crate) fn to(party: &str, peers: &[&str], witnesses: bool) -> Self {
        let peers_owned = peers.iter().map(|&peer| peer.to_owned()).collect();
        let kind = (party.to_owned(), peers_owned, witnesses);
        let lying_there = shelf().get_mut(&kind).and_then(Vec::pop);
        let keys = lying_there.unwrap_or_else(|| Keys::generate(party, peers, witnesses));
        Self { keys, kind }
    }
}

fn shelf() -> std::sync::MutexGuard<'static, BTreeMap<Kind, Vec<Keys>>> {
    SHELF.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for Lent {
    fn drop(&mut self) {
        // What a test has changed is not lent again.
        if self.keys.manifest.statement().version == 1 {
            let mut shelf = shelf();
            shelf
                .entry(self.kind.clone())
                .or_default()
                .push(self.keys.clone());
        }
    }
}

impl Deref for Lent {
    type Target = Keys;

    fn deref(&self) -> &Keys {
        &self.keys
    }
}

impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut Keys {
        &mut self.keys
    }
}
