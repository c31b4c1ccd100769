//! Two offices in one process: messages are handed over directly, time moves when a test says so.
#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    dead_code,
    unreachable_pub,
    missing_docs
)]

use journal::hash::{Hash, sha256};
use journal::note::NoteSigner;
use office::office::Parts;
use office::state::Decision;
use office::{
    Actor, Case, Clock, Command, Done, Entropy, Keyring, Limits, NewAttachment, Office,
    OfficeError, Reader, Rejection,
};
use policy::{Bundle, Role};
use records::answer::AnswerDraft;
use records::{PartyId, Request, ThreadId, Timestamp};
use seal::key_manifest::{KeyManifest, KeyManifestFormat, LogReference, SignedKeyManifest};
use seal::keys::{LogKey, RootKey, SealingIdentity, SigningKey};
use seal::message::{Message, MessageManifest, SignedManifest};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use store::{Database, LogSigner, Sqlite};

pub const PASSWORD: &str = "correct horse battery";
pub const NOON: &str = "2026-03-10T12:00:00.000Z";
pub const HOUR: i64 = 3_600_000;

/// A clock that stands still until it is moved.
pub struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

impl TestClock {
    pub fn advance(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
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

struct Keys {
    root: RootKey,
    signing: SigningKey,
    sealing: SealingIdentity,
    logs: BTreeMap<String, LogKey>,
}

/// One side.
pub struct House {
    pub party: PartyId,
    pub office: Arc<Office>,
    pub clock: Arc<TestClock>,
    pub manifest: SignedKeyManifest,
    pub exercise: bool,
    dir: Arc<tempfile::TempDir>,
    keys: Arc<Keys>,
    peers: Vec<String>,
    actors: Mutex<BTreeMap<String, Actor>>,
    openings: u64,
}

pub fn party(name: &str) -> PartyId {
    name.parse().unwrap()
}

fn bundle() -> Bundle {
    static BUNDLE: OnceLock<Bundle> = OnceLock::new();
    BUNDLE.get_or_init(|| Bundle::embedded().unwrap()).clone()
}

impl House {
    pub fn new(name: &str, peers: &[&str], exercise: bool) -> Self {
        let node = format!("{name}.kontaktstelle.example");
        let logs: BTreeMap<String, LogKey> = std::iter::once("office".to_owned())
            .chain(peers.iter().map(|peer| format!("exchange-{peer}")))
            .map(|log| (log, LogKey::generate().unwrap()))
            .collect();
        let keys = Keys {
            root: RootKey::generate().unwrap(),
            signing: SigningKey::generate().unwrap(),
            sealing: SealingIdentity::generate().unwrap(),
            logs,
        };
        let reference = |(log, key): (&String, &LogKey)| LogReference {
            name: log.clone(),
            vkey: key.signer(&format!("{node}/{log}")).verifier().vkey(),
        };
        let manifest = KeyManifest {
            format: KeyManifestFormat::V1,
            party: name.to_owned(),
            node: node.clone(),
            version: 1,
            root: keys.root.verifying_key(),
            signing: keys.signing.verifying_key(),
            recipient: keys.sealing.recipient(),
            logs: keys.logs.iter().map(reference).collect(),
            tls_spki_sha256: vec![hex::encode(sha256(name.as_bytes()).0)],
            valid_from: "2026-01-01T00:00:00Z".to_owned(),
            valid_until: "2027-01-01T00:00:00Z".to_owned(),
            exchange_address: "localhost:1".to_owned(),
        };
        let manifest = SignedKeyManifest::sign_with(manifest, &keys.root).unwrap();
        let clock = Arc::new(TestClock(AtomicI64::new(
            NOON.parse::<Timestamp>().unwrap().millis(),
        )));
        let dir = Arc::new(tempfile::tempdir().unwrap());
        let keys = Arc::new(keys);
        let peers: Vec<String> = peers.iter().map(|peer| (*peer).to_owned()).collect();
        let party = party(name);
        let office = open_office(&party, &dir, &keys, &manifest, &clock, exercise, 0);
        Self {
            party,
            office,
            clock,
            manifest,
            exercise,
            dir,
            keys,
            peers,
            actors: Mutex::new(BTreeMap::new()),
            openings: 0,
        }
    }

    /// The node ends and starts again on the same database.
    pub fn reopen(self, exercise: bool) -> Self {
        let Self {
            party,
            office,
            clock,
            manifest,
            dir,
            keys,
            peers,
            actors,
            openings,
            ..
        } = self;
        drop(office);
        let openings = openings + 1;
        let office = open_office(&party, &dir, &keys, &manifest, &clock, exercise, openings);
        Self {
            party,
            office,
            clock,
            manifest,
            exercise,
            dir,
            keys,
            peers,
            actors,
            openings,
        }
    }

    pub fn reader(&self) -> &Reader {
        self.office.reader()
    }

    pub fn database(&self) -> &Arc<dyn Database> {
        self.office.reader().database()
    }

    pub fn database_path(&self) -> PathBuf {
        self.dir.path().join("node.db")
    }

    pub fn signing(&self) -> &SigningKey {
        &self.keys.signing
    }

    pub fn sealing(&self) -> &SealingIdentity {
        &self.keys.sealing
    }

    /// This house's key manifest with other contents, signed by its root.
    pub fn manifest_with(&self, edit: impl FnOnce(&mut KeyManifest)) -> SignedKeyManifest {
        let mut manifest = self.manifest.statement().clone();
        edit(&mut manifest);
        SignedKeyManifest::sign_with(manifest, &self.keys.root).unwrap()
    }

    /// Accepts `other`'s keys as the operator would.
    pub fn accept(&self, other: &Self) -> Result<Done, OfficeError> {
        let fingerprint = other.manifest.statement().fingerprint().to_string();
        let manifest = other.manifest.to_json().unwrap();
        self.office.execute(
            &Actor::local_operator(),
            &Command::AcceptPeer {
                manifest,
                fingerprint,
            },
        )
    }

    /// The officer of this name, appointed with these roles where not known yet, signed in.
    pub fn officer(&self, name: &str, roles: &[Role]) -> Actor {
        let mut actors = self.actors.lock().unwrap();
        if let Some(actor) = actors.get(name) {
            return actor.clone();
        }
        let command = Command::AddOfficer {
            name: name.to_owned(),
            roles: roles.iter().copied().collect::<BTreeSet<_>>(),
            unit: "unit 1".to_owned(),
            password: office::command::Password::new(PASSWORD.to_owned()),
        };
        self.office
            .execute(&Actor::local_operator(), &command)
            .unwrap();
        let actor = self.office.sign_in(name, PASSWORD).unwrap();
        actors.insert(name.to_owned(), actor.clone());
        actor
    }

    pub fn handler(&self) -> Actor {
        self.officer("hanna", &[Role::Handler])
    }

    pub fn reviewer(&self) -> Actor {
        self.officer("rosa", &[Role::Reviewer])
    }

    pub fn releaser(&self) -> Actor {
        self.officer("frida", &[Role::Releaser])
    }

    pub fn try_act(&self, actor: &Actor, command: Command) -> Result<Done, OfficeError> {
        self.office.execute(actor, &command)
    }

    #[track_caller]
    pub fn act(&self, actor: &Actor, command: Command) -> Done {
        self.office.execute(actor, &command).unwrap()
    }

    pub fn case(&self, thread: ThreadId) -> Case {
        self.reader().case(thread).unwrap()
    }

    pub fn state(&self, thread: ThreadId) -> &'static str {
        self.case(thread).stage.code()
    }

    /// Drafts a request; gives its case.
    pub fn draft(
        &self,
        peer: &Self,
        request: Request,
        attachments: Vec<NewAttachment>,
    ) -> ThreadId {
        let command = Command::DraftRequest {
            peer: peer.party.clone(),
            request: Box::new(request),
            attachments,
        };
        self.act(&self.handler(), command).thread.unwrap()
    }

    /// Drafts a request, lets it pass the own gate, submits and releases it; gives its case.
    pub fn ask(&self, peer: &Self, request: Request, attachments: Vec<NewAttachment>) -> ThreadId {
        let thread = self.draft(peer, request, attachments);
        if self.state(thread) == "held" {
            self.review(thread, Decision::Clear);
        }
        self.act(&self.handler(), Command::SubmitRequest { thread });
        self.act(&self.releaser(), Command::ReleaseRequest { thread });
        thread
    }

    pub fn review(&self, thread: ThreadId, decision: Decision) {
        let reason = "looked at".to_owned();
        self.act(
            &self.reviewer(),
            Command::ReviewScreening {
                thread,
                decision,
                reason,
            },
        );
    }

    pub fn draft_answer(&self, thread: ThreadId, draft: AnswerDraft) {
        let attachments = Vec::new();
        self.act(
            &self.handler(),
            Command::DraftAnswer {
                thread,
                draft: Box::new(draft),
                attachments,
            },
        );
    }

    /// Clears, drafts and releases.
    pub fn answer(&self, thread: ThreadId, draft: AnswerDraft) {
        self.review(thread, Decision::Clear);
        self.draft_answer(thread, draft);
        self.act(
            &self.releaser(),
            Command::ReleaseAnswer { thread, read: None },
        );
    }

    /// What waits for `peer`, oldest first: sequence number and sealed message.
    pub fn waiting(&self, peer: &PartyId) -> Vec<(u64, Vec<u8>)> {
        let rows = self.reader().outbox().unwrap();
        rows.into_iter()
            .filter(|row| row.peer == peer.as_str())
            .map(|row| (row.seq, self.reader().blob(&row.blob).unwrap().unwrap()))
            .collect()
    }

    /// The only message that waits for `peer`.
    #[track_caller]
    pub fn only_waiting(&self, peer: &PartyId) -> Vec<u8> {
        let mut waiting = self.waiting(peer);
        assert_eq!(waiting.len(), 1);
        waiting.remove(0).1
    }

    pub fn take(&self, from: &Self, bytes: &[u8]) -> Result<String, Rejection> {
        self.office.accept_message(&from.party, bytes)
    }

    /// The kinds of a log's entries, in order.
    pub fn kinds(&self, log: &str) -> Vec<String> {
        let lines = self.reader().lines(log, 0, u64::MAX).unwrap();
        lines
            .iter()
            .map(|line| line.text("kind").to_owned())
            .collect()
    }

    /// The last entry of a kind, as JSON.
    #[track_caller]
    pub fn last(&self, log: &str, kind: &str) -> BTreeMap<String, serde_json::Value> {
        let lines = self.reader().lines(log, 0, u64::MAX).unwrap();
        let line = lines
            .into_iter()
            .rev()
            .find(|line| line.text("kind") == kind)
            .unwrap();
        line.body.unwrap().fields().clone()
    }

    /// The whole database file's tables as text and bytes, to look for what must not be there.
    pub fn everything_stored(&self) -> Vec<u8> {
        let connection = rusqlite::Connection::open(self.database_path()).unwrap();
        let mut all = Vec::new();
        for query in [
            "SELECT body FROM entries WHERE body IS NOT NULL",
            "SELECT json FROM documents",
            "SELECT bytes FROM blobs",
            "SELECT last_error FROM outbox WHERE last_error IS NOT NULL",
        ] {
            let mut statement = connection.prepare(query).unwrap();
            let mut rows = statement.query([]).unwrap();
            while let Some(row) = rows.next().unwrap() {
                all.extend_from_slice(row.get_ref(0).unwrap().as_bytes().unwrap());
                all.push(b'\n');
            }
        }
        all
    }

    /// Signs a message with this house's keys that its office would not send.
    pub fn forge(
        &self,
        edit: impl FnOnce(&mut MessageManifest),
        parts: Vec<Vec<u8>>,
        base: &Message,
    ) -> Vec<u8> {
        let mut manifest = base.manifest().statement().clone();
        edit(&mut manifest);
        let signed = SignedManifest::sign_with(manifest, &self.keys.signing).unwrap();
        Message::new(signed, parts).unwrap().encode().unwrap()
    }

    /// Seals content of any bytes as the next message after `after` to `peer`.
    pub fn craft(
        &self,
        peer: &Self,
        kind: &str,
        thread: &str,
        place: (u64, Option<Hash>),
        parts: &[(&str, &[u8])],
    ) -> Vec<u8> {
        use seal::envelope::{PartContext, seal_part};
        let (seq, previous) = place;
        let context = PartContext {
            sender: self.party.to_string(),
            recipient: peer.party.to_string(),
            thread: thread.to_owned(),
            kind: kind.to_owned(),
            seq,
        };
        let recipients = [peer.keys.sealing.recipient(), self.keys.sealing.recipient()];
        let (mut references, mut sealed) = (Vec::new(), Vec::new());
        for (name, bytes) in parts {
            let part = seal_part(name, "application/json", bytes, &recipients, &context).unwrap();
            references.push(part.reference);
            sealed.push(part.bytes);
        }
        let manifest = MessageManifest {
            format: seal::message::MessageFormat::V1,
            suite: seal::Suite::K1,
            exercise: self.exercise,
            sender: context.sender,
            recipient: context.recipient,
            sender_key: self.keys.signing.verifying_key().id(),
            seq,
            previous,
            kind: kind.to_owned(),
            thread: thread.to_owned(),
            reply_to: None,
            created: NOON.to_owned(),
            deadline: None,
            marking: serde_json::json!({"tlp": "AMBER"}),
            topic: None,
            parts: references,
            screening: None,
        };
        let signed = SignedManifest::sign_with(manifest, &self.keys.signing).unwrap();
        Message::new(signed, sealed).unwrap().encode().unwrap()
    }
}

fn open_office(
    party: &PartyId,
    dir: &tempfile::TempDir,
    keys: &Keys,
    manifest: &SignedKeyManifest,
    clock: &Arc<TestClock>,
    exercise: bool,
    openings: u64,
) -> Arc<Office> {
    let node = format!("{party}.kontaktstelle.example");
    let signers = keys
        .logs
        .iter()
        .map(|(log, key)| {
            let origin = format!("{node}/{log}");
            let signer: Box<dyn NoteSigner + Send + Sync> = Box::new(key.signer(&origin));
            LogSigner {
                log: log.clone(),
                origin,
                signer,
            }
        })
        .collect();
    let database = Sqlite::open(&dir.path().join("node.db"), signers, |error| {
        panic!("the writer stopped: {error}")
    })
    .unwrap();
    let keyring = Keyring {
        party: party.clone(),
        signing: SigningKey::from_secret_bytes(&keys.signing.to_secret_bytes()).unwrap(),
        sealing: vec![keys.sealing.to_secret_string().parse().unwrap()],
        manifest: manifest.clone(),
    };
    let parts = Parts {
        database: Arc::new(database),
        keyring,
        bundle: bundle(),
        clock: clock.clone(),
        entropy: Arc::new(Seeded {
            seed: format!("{party} {openings}"),
            calls: AtomicU64::new(0),
        }),
        limits: Limits::default(),
        exercise,
    };
    Arc::new(Office::open(parts).unwrap())
}

/// Two houses that have accepted each other's keys.
pub fn two_houses() -> (House, House) {
    houses(false)
}

pub fn houses(exercise: bool) -> (House, House) {
    let de = House::new("de", &["cn", "fr"], exercise);
    let cn = House::new("cn", &["de"], exercise);
    de.accept(&cn).unwrap();
    cn.accept(&de).unwrap();
    (de, cn)
}

/// Hands over what waits in one direction; gives how many messages that were.
pub fn deliver(from: &House, to: &House) -> usize {
    let waiting = from.waiting(&to.party);
    for (_, bytes) in &waiting {
        let receipt = to.take(from, bytes).unwrap();
        let id = Message::decode(bytes, u64::MAX).unwrap().id();
        from.office.file_receipt(&to.party, id, &receipt).unwrap();
    }
    waiting.len()
}

/// Hands over in both directions until nothing waits.
pub fn settle(a: &House, b: &House) {
    while deliver(a, b) + deliver(b, a) > 0 {}
}

fn fixture(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../fixtures/exercise")
        .join(name);
    std::fs::read(path).unwrap()
}

/// An honest request of two items that no gate stops.
pub fn honest_request() -> Request {
    serde_json::from_slice(&fixture("water-utility.request.json")).unwrap()
}

/// The answer to it, with conditions.
pub fn honest_answer() -> AnswerDraft {
    serde_json::from_slice(&fixture("water-utility.answer.json")).unwrap()
}

/// An attachment in which a person hides: the gate stops what it goes with.
pub fn hidden_person() -> NewAttachment {
    NewAttachment {
        name: "notes.txt".to_owned(),
        media_type: "text/plain".to_owned(),
        bytes: fixture("forum-notes.txt"),
    }
}

pub fn attachment(name: &str, bytes: &[u8]) -> NewAttachment {
    NewAttachment {
        name: name.to_owned(),
        media_type: "text/plain".to_owned(),
        bytes: bytes.to_vec(),
    }
}

/// A refusal whose ground must not show.
pub fn protected_refusal() -> AnswerDraft {
    let mut draft = honest_answer();
    draft.answer.outcome = records::vocabulary::Outcome::Refused;
    for item in &mut draft.answer.items {
        item.outcome = records::vocabulary::Outcome::Refused;
        item.text = "no information can be given".to_owned();
    }
    draft.answer.conditions = None;
    draft.ground = Some(records::vocabulary::Ground::PressPrivilege);
    draft.internal_reason = Some("INTERNAL-ONLY: the address is a journalist's".to_owned());
    draft
}

pub fn contains(haystack: &[u8], needle: &str) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window == needle.as_bytes())
}
