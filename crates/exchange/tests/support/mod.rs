//! Two or more houses with real offices, real keys and real TLS over loopback.
#![allow(clippy::unwrap_used, dead_code)]

pub(crate) mod forge;
pub(crate) mod wire;

use exchange::{Courier, Patience, Reception, TlsIdentity};
use office::clock::Entropy;
use office::office::Parts;
use office::reader::Line;
use office::{Actor, Clock, Command, Done, Keyring, Limits, OFFICE_LOG, Office, exchange_log};
use records::{PartyId, Timestamp};
use seal::Suite;
use seal::key_manifest::{KeyManifest, KeyManifestFormat, LogReference, SignedKeyManifest};
use seal::keys::{LogKey, RootKey, SealingIdentity, SecretBytes, SigningKey};
use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};
use store::{LogSigner, Sqlite};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Small parts, so that the bound on messages is reached with little.
pub(crate) const PART_BYTES: u64 = 64 * 1024;

/// No test waits longer than this for anything.
const DEADLINE: Duration = Duration::from_secs(60);

/// Real time, moved by what the test wants.
#[derive(Default)]
pub(crate) struct MovedClock(AtomicI64);

impl MovedClock {
    pub(crate) fn forward(&self, by: Duration) {
        self.0
            .fetch_add(i64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for MovedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(
            jiff::Timestamp::now().as_millisecond() + self.0.load(Ordering::SeqCst),
        )
    }
}

pub(crate) struct Os;

impl Entropy for Os {
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).unwrap();
    }
}

/// One party with its node.
pub(crate) struct House {
    pub(crate) party: PartyId,
    pub(crate) node: String,
    pub(crate) root: RootKey,
    pub(crate) signing: SecretBytes,
    pub(crate) sealing: SealingIdentity,
    pub(crate) logs: Vec<(String, LogKey)>,
    pub(crate) manifest: SignedKeyManifest,
    pub(crate) identity: Arc<TlsIdentity>,
    pub(crate) address: SocketAddr,
    pub(crate) clock: Arc<MovedClock>,
    pub(crate) directory: TempDir,
    office: Option<Arc<Office>>,
    listener: Option<TcpListener>,
}

impl House {
    /// A house that knows of these peers by name, at an address of its own.
    pub(crate) async fn build(party: &str, peers: &[&str]) -> Self {
        show_logs();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let node = format!("{party}.kontaktstelle.example");
        let root = RootKey::generate().unwrap();
        let signing = SigningKey::generate().unwrap();
        let sealing = SealingIdentity::generate().unwrap();
        let identity = Arc::new(TlsIdentity::generate(&node).unwrap());
        let names = std::iter::once(OFFICE_LOG.to_owned()).chain(
            peers
                .iter()
                .map(|peer| exchange_log(&peer.parse().unwrap())),
        );
        let logs: Vec<(String, LogKey)> = names
            .map(|name| (name, LogKey::generate().unwrap()))
            .collect();
        let references = logs
            .iter()
            .map(|(name, key)| LogReference {
                name: name.clone(),
                vkey: key.signer(&origin(&node, name)).verifier().vkey(),
            })
            .collect();
        let now = jiff::Timestamp::now();
        let manifest = KeyManifest {
            format: KeyManifestFormat::V1,
            party: party.to_owned(),
            node: node.clone(),
            version: 1,
            root: root.verifying_key(),
            signing: signing.verifying_key(),
            recipient: sealing.recipient(),
            logs: references,
            tls_spki_sha256: vec![identity.spki_sha256().to_owned()],
            valid_from: Timestamp::from_millis(now.as_millisecond()).to_string(),
            valid_until: Timestamp::from_millis(now.as_millisecond() + 7 * 24 * 3600 * 1000)
                .to_string(),
            exchange_address: address.to_string(),
        };
        let manifest = SignedKeyManifest::sign_with(manifest, &root).unwrap();
        let mut house = Self {
            party: party.parse().unwrap(),
            node,
            root,
            signing: signing.to_secret_bytes(),
            sealing,
            logs,
            manifest,
            identity,
            address,
            clock: Arc::default(),
            directory: tempfile::tempdir().unwrap(),
            office: None,
            listener: Some(listener),
        };
        house.open();
        house
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("node.sqlite")
    }

    fn open(&mut self) {
        let signers = self.logs.iter().map(|(name, key)| LogSigner {
            log: name.clone(),
            origin: origin(&self.node, name),
            signer: Box::new(key.signer(&origin(&self.node, name))),
        });
        let database =
            Sqlite::open(&self.path(), signers.collect(), |error| panic!("{error}")).unwrap();
        let office = Office::open(Parts {
            database: Arc::new(database),
            keyring: Keyring {
                party: self.party.clone(),
                signing: self.signing_key(),
                sealing: vec![self.sealing.clone()],
                manifest: self.manifest.clone(),
            },
            bundle: policy::Bundle::embedded().unwrap(),
            clock: self.clock.clone(),
            entropy: Arc::new(Os),
            limits: Limits {
                part_bytes: PART_BYTES,
                ..Limits::default()
            },
            exercise: true,
        });
        self.office = Some(Arc::new(office.unwrap()));
    }

    /// Ends the node's process, as far as a test can, and starts it again on the same database.
    pub(crate) async fn restart(&mut self) {
        let mut office = self.office.take().unwrap();
        let started = Instant::now();
        while let Err(shared) = Arc::try_unwrap(office) {
            assert!(
                started.elapsed() < DEADLINE,
                "somebody still holds the office"
            );
            office = shared;
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.open();
    }

    pub(crate) fn office(&self) -> &Arc<Office> {
        self.office.as_ref().unwrap()
    }

    pub(crate) fn signing_key(&self) -> SigningKey {
        SigningKey::from_secret_bytes(&self.signing).unwrap()
    }

    pub(crate) fn accept(&self, other: &Self) {
        let manifest = other.manifest.to_json().unwrap();
        let fingerprint = other.manifest.statement().fingerprint().to_string();
        self.operate(&Command::AcceptPeer {
            manifest,
            fingerprint,
        });
    }

    pub(crate) fn operate(&self, command: &Command) -> Done {
        self.office()
            .execute(&Actor::local_operator(), command)
            .unwrap()
    }

    pub(crate) fn ping(&self, other: &Self) -> Done {
        self.operate(&Command::Ping {
            peer: other.party.clone(),
        })
    }

    /// Stops listening: the peer is down.
    pub(crate) fn hang_up(&mut self) {
        self.listener = None;
    }

    async fn listener(&mut self) -> TcpListener {
        match self.listener.take() {
            Some(listener) => listener,
            None => TcpListener::bind(self.address).await.unwrap(),
        }
    }

    /// Opens the reception with the house's own certificate.
    pub(crate) async fn receive(&mut self) -> Running {
        self.receive_as(self.identity.clone(), patient()).await
    }

    pub(crate) async fn receive_as(
        &mut self,
        identity: Arc<TlsIdentity>,
        patience: Patience,
    ) -> Running {
        let listener = self.listener().await;
        let reception = Reception::new(self.office().clone(), identity).with_patience(patience);
        Running::start(|stopped| reception.serve(listener, stopped))
    }

    /// The bare listener, for a test that plays this house itself.
    pub(crate) async fn take_listener(&mut self) -> TcpListener {
        self.listener().await
    }

    /// Sends the courier out.
    pub(crate) fn send(&self) -> (Arc<Courier>, Running) {
        let courier = Courier::new(self.office().clone(), self.identity.clone(), Arc::new(Os));
        let courier = Arc::new(courier.with_patience(patient()));
        let running = Running::start(|stopped| courier.clone().run(stopped));
        (courier, running)
    }

    /// The entries of a log that are of this kind.
    pub(crate) fn entries(&self, log: &str, kind: &str) -> Vec<Line> {
        let lines = self.office().reader().lines(log, 0, u64::MAX >> 1).unwrap();
        lines
            .into_iter()
            .filter(|line| line.text("kind") == kind)
            .collect()
    }

    pub(crate) fn exchange_entries(&self, other: &Self, kind: &str) -> Vec<Line> {
        self.entries(&exchange_log(&other.party), kind)
    }

    /// The ids of the messages that the exchange log with `other` names, in its order.
    pub(crate) fn messages(&self, other: &Self, kind: &str) -> Vec<String> {
        self.exchange_entries(other, kind)
            .iter()
            .map(|line| line.text("message").to_owned())
            .collect()
    }

    pub(crate) fn rejections(&self, code: &str) -> Vec<Line> {
        self.entries(OFFICE_LOG, "message.rejected")
            .into_iter()
            .filter(|line| line.text("code") == code)
            .collect()
    }

    /// Everything that a message of `other` could have changed here.
    pub(crate) fn effects(&self, other: &Self) -> String {
        let reader = self.office().reader();
        let size = reader.head(&exchange_log(&other.party)).unwrap().size;
        let state = (
            reader.channel(&other.party).unwrap(),
            reader.cases().unwrap(),
            reader.accepted().unwrap(),
        );
        format!("{size} {state:?}")
    }
}

/// Two houses that have accepted each other's keys.
pub(crate) async fn two_houses() -> (House, House) {
    let (de, cn) = (
        House::build("de", &["cn", "fr"]).await,
        House::build("cn", &["de"]).await,
    );
    de.accept(&cn);
    cn.accept(&de);
    (de, cn)
}

/// What a failing test logged is shown with it, as `RUST_LOG` says.
fn show_logs() {
    let filter = tracing_subscriber::EnvFilter::from_default_env();
    let _already = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_test_writer()
        .try_init();
}

fn origin(node: &str, log: &str) -> String {
    format!("{node}/{log}")
}

/// Bounds that let a slow test machine keep up.
pub(crate) fn patient() -> Patience {
    Patience {
        poll: Duration::from_millis(50),
        ..Patience::default()
    }
}

/// Something that runs until it is told to stop.
pub(crate) struct Running {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Running {
    pub(crate) fn start<F: Future<Output = ()> + Send + 'static>(
        run: impl FnOnce(std::pin::Pin<Box<dyn Future<Output = ()> + Send>>) -> F,
    ) -> Self {
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(run(Box::pin(async move {
            let _dropped = stopped.await;
        })));
        Self { stop, task }
    }

    pub(crate) async fn stop(self) {
        drop(self.stop);
        tokio::time::timeout(DEADLINE, self.task)
            .await
            .expect("it must stop when told to")
            .unwrap();
    }
}

/// Waits until something holds, and no longer than a test may take.
pub(crate) async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < DEADLINE, "waited in vain until {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The suite that forged messages claim, so that only what a test changes is wrong with them.
pub(crate) const SUITE: Suite = Suite::K1;
