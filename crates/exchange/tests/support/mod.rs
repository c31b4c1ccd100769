//! Two or more houses with real offices, real keys and real TLS over loopback.
#![allow(clippy::unwrap_used, dead_code)]

pub(crate) mod forge;
pub(crate) mod keys;
pub(crate) mod line;
pub(crate) mod wire;

use exchange::{Courier, Patience, Reception, Witnessing};
use keys::Lent;
use office::clock::Entropy;
use office::office::Parts;
use office::reader::Line;
use office::{
    Actor, Clock, Command, Done, Keyring, Limits, OFFICE_LOG, Office, WitnessPolicy, exchange_log,
};
use policy::{Bundle, Role};
use records::{PartyId, ThreadId, Timestamp};
use seal::Suite;
use seal::keys::SigningKey;
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};
use store::objects::Folder;
use store::{LogSigner, Sqlite};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// No test waits longer than this for anything.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

/// The suite that is agreed on where nothing else is said.
pub(crate) const SUITE: Suite = Suite::K1;

const PASSWORD: &str = "a long exercise password";

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
    pub(crate) keys: Lent,
    pub(crate) agreements: BTreeMap<PartyId, Suite>,
    pub(crate) witnesses: WitnessPolicy,
    pub(crate) limits: Limits,
    pub(crate) clock: Arc<MovedClock>,
    pub(crate) directory: TempDir,
    office: Option<Arc<Office>>,
    listener: Option<TcpListener>,
}

impl House {
    /// A house that knows of these peers by name, at an address of its own.
    pub(crate) async fn build(party: &str, peers: &[&str]) -> Self {
        Self::made(party, peers, false, &[]).await
    }

    /// A house that witnesses its peers' logs with it.
    pub(crate) async fn witnessing(party: &str, peers: &[&str]) -> Self {
        Self::made(party, peers, true, &[]).await
    }

    /// A house that has agreed on another suite than the usual one with some of its peers.
    pub(crate) async fn agreed(party: &str, peers: &[&str], suites: &[(&str, Suite)]) -> Self {
        Self::made(party, peers, false, suites).await
    }

    async fn made(party: &str, peers: &[&str], witness: bool, suites: &[(&str, Suite)]) -> Self {
        show_logs();
        let keys = Lent::to(party, peers, witness);
        let agreements = suites
            .iter()
            .map(|(peer, suite)| (peer.parse().unwrap(), *suite));
        let mut house = Self {
            party: party.parse().unwrap(),
            agreements: agreements.collect(),
            witnesses: WitnessPolicy::default(),
            limits: Limits::default(),
            clock: Arc::default(),
            directory: tempfile::tempdir().unwrap(),
            office: None,
            listener: Some(listen(keys.address).await),
            keys,
        };
        house.open();
        house
    }

    pub(crate) fn database_path(&self) -> PathBuf {
        self.directory.path().join("node.sqlite")
    }

    fn open(&mut self) {
        let signers = self.keys.logs().map(|name| LogSigner {
            log: name.to_owned(),
            origin: self.keys.origin(name),
            signers: self.keys.log_signers(name),
        });
        let database = Sqlite::open(
            &self.database_path(),
            &self.directory.path().join("node.anchor"),
            signers.collect(),
            |error| panic!("{error}"),
        );
        let office = Office::open(Parts {
            database: Arc::new(database.unwrap()),
            objects: Arc::new(Folder::open(&self.directory.path().join("objects")).unwrap()),
            keyring: Keyring {
                party: self.party.clone(),
                signing: Suite::ALL
                    .into_iter()
                    .map(|suite| self.signing_key(suite))
                    .collect(),
                sealing: Suite::ALL
                    .map(|suite| self.keys.sealing(suite).clone())
                    .to_vec(),
                witness: self.keys.witness(),
                manifest: self.keys.manifest.clone(),
            },
            agreements: self.agreements.clone(),
            witnesses: self.witnesses.clone(),
            bundle: bundle(),
            clock: self.clock.clone(),
            entropy: Arc::new(Os),
            limits: self.limits,
            exercise: true,
        });
        self.office = Some(Arc::new(office.unwrap()));
    }

    /// Ends the node's process, as far as a test can.
    pub(crate) async fn end(&mut self) {
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
    }

    /// Ends the node's process and starts it again on the same disk.
    pub(crate) async fn restart(&mut self) {
        self.end().await;
        self.open();
    }

    /// The same, with something happening while it does not run.
    pub(crate) async fn restart_after(&mut self, meanwhile: impl FnOnce(&mut Self)) {
        self.end().await;
        meanwhile(self);
        self.open();
    }

    pub(crate) fn office(&self) -> &Arc<Office> {
        self.office.as_ref().unwrap()
    }

    pub(crate) fn signing_key(&self, suite: Suite) -> SigningKey {
        let secret = self.keys.signing(suite).to_secret_bytes().unwrap();
        SigningKey::from_secret_bytes(suite, &secret).unwrap()
    }

    /// The suite agreed with a peer.
    pub(crate) fn suite(&self, peer: &Self) -> Suite {
        self.office().suite(&peer.party)
    }

    pub(crate) fn accept(&self, other: &Self) {
        let manifest = other.keys.manifest.to_json().unwrap();
        let fingerprint = other.keys.manifest.statement().fingerprint().to_string();
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

    /// Appoints an officer with one role and signs it in.
    pub(crate) fn officer(&self, name: &str, role: Role) -> Actor {
        self.operate(&Command::AddOfficer {
            name: name.to_owned(),
            roles: BTreeSet::from([role]),
            unit: "exercise".to_owned(),
            password: office::command::Password::new(PASSWORD.to_owned()),
        });
        self.office().sign_in(name, PASSWORD).unwrap()
    }

    /// Has an officer act on a case; gives the case.
    pub(crate) fn act(&self, actor: &Actor, command: Command) -> ThreadId {
        let done = self.office().execute(actor, &command).unwrap();
        done.thread.unwrap()
    }

    /// The code of a case's state; `none` where there is no such case.
    pub(crate) fn state_of(&self, thread: ThreadId) -> &'static str {
        self.office()
            .reader()
            .case(thread)
            .map_or("none", |case| case.stage.code())
    }

    /// Stops listening: the peer is down.
    pub(crate) fn hang_up(&mut self) {
        self.listener = None;
    }

    /// The bare listener, for a test that plays this house itself.
    pub(crate) async fn take_listener(&mut self) -> TcpListener {
        match self.listener.take() {
            Some(listener) => listener,
            None => listen(self.keys.address).await,
        }
    }

    /// Opens the reception with the house's own certificate.
    pub(crate) async fn receive(&mut self) -> Running {
        self.receive_as(self.keys.identity.clone(), patient()).await
    }

    pub(crate) async fn receive_as(
        &mut self,
        identity: Arc<exchange::TlsIdentity>,
        patience: Patience,
    ) -> Running {
        let listener = self.take_listener().await;
        self.receive_at(listener, identity, patience)
    }

    /// Opens the reception at another address than the manifest names.
    pub(crate) fn receive_at(
        &self,
        listener: TcpListener,
        identity: Arc<exchange::TlsIdentity>,
        patience: Patience,
    ) -> Running {
        let reception = Reception::new(self.office().clone(), identity).with_patience(patience);
        Running::start(|stopped| reception.serve(listener, stopped))
    }

    /// Sends the courier out.
    pub(crate) fn send(&self) -> (Arc<Courier>, Running) {
        let identity = self.keys.identity.clone();
        let courier = Courier::new(self.office().clone(), identity, Arc::new(Os));
        let courier = Arc::new(courier.with_patience(patient()));
        let running = Running::start(|stopped| courier.clone().run(stopped));
        (courier, running)
    }

    /// What has the house's logs witnessed.
    pub(crate) fn witnessing_rounds(&self) -> Witnessing {
        let identity = self.keys.identity.clone();
        let tls = store::https::Tls::default();
        Witnessing::new(self.office().clone(), identity, tls).with_patience(patient())
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
        messages_in(&self.exchange_entries(other, kind))
    }

    /// The ids of our messages to `other` for which we hold a receipt of this event.
    pub(crate) fn receipted(&self, other: &Self, event: &str) -> Vec<String> {
        let mut receipts = self.exchange_entries(other, "receipt.received");
        receipts.retain(|line| line.text("event") == event);
        messages_in(&receipts)
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

/// The policies, compiled once.
fn bundle() -> Bundle {
    static BUNDLE: LazyLock<Bundle> = LazyLock::new(|| Bundle::embedded().unwrap());
    BUNDLE.clone()
}

fn messages_in(lines: &[Line]) -> Vec<String> {
    lines
        .iter()
        .map(|line| line.text("message").to_owned())
        .collect()
}

/// Listens at an address that may just have been given up.
pub(crate) async fn listen(address: SocketAddr) -> TcpListener {
    let started = Instant::now();
    loop {
        match TcpListener::bind(address).await {
            Ok(listener) => return listener,
            Err(error) => assert!(started.elapsed() < DEADLINE, "{address}: {error}"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Two houses that have accepted each other's keys.
pub(crate) async fn two_houses() -> (House, House) {
    introduced(
        House::build("de", &["cn", "fr"]).await,
        House::build("cn", &["de"]).await,
    )
}

/// Two houses that witness each other's exchange log.
pub(crate) async fn two_witnesses() -> (House, House) {
    introduced(
        House::witnessing("de", &["cn"]).await,
        House::witnessing("cn", &["de"]).await,
    )
}

pub(crate) fn introduced(a: House, b: House) -> (House, House) {
    a.accept(&b);
    b.accept(&a);
    (a, b)
}

/// A file of the exercise.
pub(crate) fn fixture(name: &str) -> Vec<u8> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fixtures/exercise")
        .join(name);
    std::fs::read(path).unwrap()
}

/// What a failing test logged is shown with it, as `RUST_LOG` says.
fn show_logs() {
    let filter = tracing_subscriber::EnvFilter::from_default_env();
    let _already = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_test_writer()
        .try_init();
}

/// Bounds that let a slow test machine keep up.
pub(crate) fn patient() -> Patience {
    Patience {
        poll: Duration::from_millis(50),
        ..Patience::default()
    }
}

/// Bounds that let a test see what happens when they are reached.
pub(crate) fn impatient() -> Patience {
    let short = Duration::from_millis(600);
    Patience {
        // A busy machine needs its time for an honest one.
        handshake: 2 * short,
        head: short,
        stall: short,
        ..patient()
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

/// Stops all of these.
pub(crate) async fn stop(running: impl IntoIterator<Item = Running>) {
    for running in running {
        running.stop().await;
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
