//! Two offices in one process: messages are handed over directly, time moves when a test says so.
#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    dead_code,
    unreachable_pub,
    missing_docs
)]

use journal::hash::{Hash, sha256};
use office::office::Parts;
use office::state::Decision;
use office::{
    Acceptance, Actor, Case, Clock, Command, DeliveryStep, Done, Entropy, Keyring, Limits,
    NewAttachment, Office, OfficeError, Reader, Rejection, WitnessPolicy,
};
use policy::{Bundle, Role};
use records::answer::AnswerDraft;
use records::{PartyId, Request, ThreadId, Timestamp};
use seal::Suite;
use seal::headers::Headers;
use seal::key_manifest::{
    KeyManifest, KeyManifestFormat, LogReference, SignedKeyManifest, SuiteKeys, WitnessReference,
};
use seal::keys::{HolderKey, LogKey, Root, SealingIdentity, SigningKey, WitnessKey};
use seal::message::{Message, MessageManifest, SignedManifest};
use seal::receipt::{ReceiptEvent, SignedReceipt};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use store::objects::Folder;
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

/// The secrets of a house. A test may add newer ones: the first of a suite is the one in use.
#[derive(Clone)]
pub struct Keys {
    holders: Arc<[HolderKey; 3]>,
    pub signing: Vec<Arc<SigningKey>>,
    pub sealing: Vec<SealingIdentity>,
    pub witness: Option<Arc<WitnessKey>>,
    logs: Arc<BTreeMap<String, LogKey>>,
    /// Logs that are not in their first epoch any more.
    pub epochs: BTreeMap<String, u32>,
}

impl Keys {
    fn generate(peers: &[&str]) -> Self {
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
    fn suites(&self) -> Vec<SuiteKeys> {
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

    fn sign(&self, manifest: KeyManifest) -> SignedKeyManifest {
        let [first, second, _] = &*self.holders;
        SignedKeyManifest::sign_with(manifest, &[first, second]).unwrap()
    }
}

/// Keys and manifest of a house of this name, made once: the root signs slowly.
fn made_once(name: &str, peers: &[&str], witness: bool) -> (Keys, SignedKeyManifest) {
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

/// One side.
pub struct House {
    pub party: PartyId,
    pub office: Arc<Office>,
    pub clock: Arc<TestClock>,
    pub manifest: SignedKeyManifest,
    pub exercise: bool,
    pub keys: Keys,
    pub agreements: BTreeMap<PartyId, Suite>,
    pub limits: Limits,
    pub witnesses: WitnessPolicy,
    dir: Arc<tempfile::TempDir>,
    actors: Mutex<BTreeMap<String, Actor>>,
    /// The headers of crafted messages, by message.
    headers: Mutex<BTreeMap<Hash, Vec<u8>>>,
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
        Self::agreed(name, peers, exercise, Suite::K1)
    }

    /// A house that has agreed on this suite with all of its peers.
    pub fn agreed(name: &str, peers: &[&str], exercise: bool, suite: Suite) -> Self {
        Self::made(name, peers, exercise, suite, false)
    }

    /// A house that witnesses its peers' logs.
    pub fn witnessing(name: &str, peers: &[&str]) -> Self {
        Self::made(name, peers, false, Suite::K1, true)
    }

    fn made(name: &str, peers: &[&str], exercise: bool, suite: Suite, witness: bool) -> Self {
        let (keys, manifest) = made_once(name, peers, witness);
        let clock = Arc::new(TestClock(AtomicI64::new(
            NOON.parse::<Timestamp>().unwrap().millis(),
        )));
        let dir = Arc::new(tempfile::tempdir().unwrap());
        let party = party(name);
        let agreements = peers
            .iter()
            .map(|peer| (self::party(peer), suite))
            .collect();
        let limits = Limits::default();
        let witnesses = WitnessPolicy::default();
        let office = open_office(
            &party,
            &dir,
            &keys,
            &manifest,
            &agreements,
            &witnesses,
            limits,
            &clock,
            exercise,
            0,
        );
        Self {
            party,
            office,
            clock,
            manifest,
            exercise,
            keys,
            agreements,
            limits,
            witnesses,
            dir,
            actors: Mutex::new(BTreeMap::new()),
            headers: Mutex::new(BTreeMap::new()),
            openings: 0,
        }
    }

    /// The node ends and starts again on the same database.
    pub fn reopen(self, exercise: bool) -> Self {
        self.reopen_with(|house| house.exercise = exercise)
    }

    /// The node ends and starts again with another configuration or other keys.
    pub fn reopen_with(self, edit: impl FnOnce(&mut Reopened)) -> Self {
        let Self {
            party,
            office,
            clock,
            manifest,
            exercise,
            keys,
            agreements,
            limits,
            witnesses,
            dir,
            actors,
            headers,
            openings,
        } = self;
        drop(office);
        let openings = openings + 1;
        let mut next = Reopened {
            manifest,
            exercise,
            keys,
            agreements,
            limits,
            witnesses,
        };
        edit(&mut next);
        let Reopened {
            manifest,
            exercise,
            keys,
            agreements,
            limits,
            witnesses,
        } = next;
        let office = open_office(
            &party,
            &dir,
            &keys,
            &manifest,
            &agreements,
            &witnesses,
            limits,
            &clock,
            exercise,
            openings,
        );
        Self {
            party,
            office,
            clock,
            manifest,
            exercise,
            keys,
            agreements,
            limits,
            witnesses,
            dir,
            actors,
            headers,
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

    pub fn objects_path(&self) -> PathBuf {
        self.dir.path().join("files")
    }

    /// The suite agreed with a peer.
    fn suite(&self, peer: &Self) -> Suite {
        self.agreements
            .get(&peer.party)
            .copied()
            .unwrap_or_default()
    }

    pub fn signing(&self) -> &SigningKey {
        self.keys.signing(Suite::K1)
    }

    pub fn sealing(&self) -> &SealingIdentity {
        self.keys.sealing(Suite::K1)
    }

    /// This house's first key manifest with other contents, signed by its root.
    pub fn manifest_with(&self, edit: impl FnOnce(&mut KeyManifest)) -> SignedKeyManifest {
        let mut manifest = self.manifest.statement().clone();
        edit(&mut manifest);
        self.keys.sign(manifest)
    }

    /// The manifest that follows the present one, with these keys and further changes.
    pub fn next_manifest(
        &self,
        keys: &Keys,
        edit: impl FnOnce(&mut KeyManifest),
    ) -> SignedKeyManifest {
        self.manifest_with(|manifest| {
            manifest.previous = Some(self.manifest.id());
            manifest.version += 1;
            manifest.suites = keys.suites();
            edit(manifest);
        })
    }

    /// These keys with new ones in front, which sign and open from now on in K1.
    pub fn rotated_keys(&self) -> Keys {
        let mut keys = self.keys.clone();
        let signing = SigningKey::generate(Suite::K1).unwrap();
        keys.signing.insert(0, Arc::new(signing));
        let sealing = SealingIdentity::generate(Suite::K1).unwrap();
        keys.sealing.insert(0, sealing);
        keys
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

    /// The first step: hands in a message of `from`, and those of its payloads that are asked for.
    /// Gives the first receipt.
    pub fn consign(&self, from: &Self, bytes: &[u8]) -> Result<String, Rejection> {
        for _ in 0..2 {
            match self.office.accept_message(&from.party, bytes)? {
                Acceptance::Receipt(receipt) => return Ok(receipt),
                Acceptance::PayloadsMissing(missing) => {
                    for piece in missing {
                        let mut rest = from.office.open_payload(&piece.payload, piece.received)?;
                        let received = self.office.append_payload(
                            &from.party,
                            &piece.payload,
                            piece.received,
                            &mut rest,
                        )?;
                        assert_eq!(received, piece.size);
                    }
                }
            }
        }
        panic!("payloads are still missing after all of them were sent");
    }

    /// The second step: hands in the headers of a message of `from`. Gives the second receipt.
    pub fn open(&self, from: &Self, message: Hash) -> Result<String, Rejection> {
        self.office
            .open_message(&from.party, &message, &from.headers_of(message))
    }

    /// Both steps. Gives the last receipt.
    pub fn take(&self, from: &Self, bytes: &[u8]) -> Result<String, Rejection> {
        let receipt = self.consign(from, bytes)?;
        match event(&receipt) {
            ReceiptEvent::ContentConsignment => self.open(from, id_of(bytes)),
            _ => Ok(receipt),
        }
    }

    /// The headers document of a message that this house has sent or crafted, released or not.
    pub fn headers_of(&self, message: Hash) -> Vec<u8> {
        if let Some(headers) = self.headers.lock().unwrap().get(&message) {
            return headers.clone();
        }
        let sent = self.reader().sent_message(&message).unwrap().unwrap();
        self.reader().blob(&sent.headers).unwrap().unwrap()
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
            "SELECT json FROM documents WHERE json IS NOT NULL",
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
        append_files(&self.objects_path(), &mut all);
        all
    }

    /// Whether this object is stored.
    pub fn has_object(&self, hash: &Hash) -> bool {
        self.reader().object(hash).unwrap().is_some()
    }

    /// An object's bytes.
    #[track_caller]
    pub fn object(&self, hash: &Hash) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut object = self.reader().object(hash).unwrap().unwrap();
        object.read_to_end(&mut bytes).unwrap();
        bytes
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
        let key = self.keys.signing(manifest.suite);
        let signed = SignedManifest::sign_with(manifest, key).unwrap();
        Message::new(signed, parts).unwrap().encode().unwrap()
    }

    /// Seals content of any bytes as the message at this place to `peer`.
    pub fn craft(
        &self,
        peer: &Self,
        kind: &str,
        thread: &str,
        place: (u64, Option<Hash>),
        parts: &[(&str, &[u8])],
    ) -> Vec<u8> {
        self.craft_with(peer, kind, thread, place, parts, |_| {})
    }

    /// The same with further changes of the manifest.
    pub fn craft_with(
        &self,
        peer: &Self,
        kind: &str,
        thread: &str,
        place: (u64, Option<Hash>),
        parts: &[(&str, &[u8])],
        edit: impl FnOnce(&mut MessageManifest),
    ) -> Vec<u8> {
        use seal::envelope::{PartContext, seal_part};
        let (seq, previous) = place;
        let suite = self.suite(peer);
        let context = PartContext {
            sender: self.party.to_string(),
            recipient: peer.party.to_string(),
            thread: thread.to_owned(),
            kind: kind.to_owned(),
            seq,
        };
        let recipients = [&peer.keys, &self.keys].map(|keys| keys.sealing(suite).recipient());
        let (mut references, mut headers, mut payloads) = (Vec::new(), Vec::new(), Vec::new());
        for (name, bytes) in parts {
            let part = seal_part(
                name,
                "application/json",
                bytes,
                &recipients,
                &context,
                suite,
            )
            .unwrap();
            references.push(part.reference);
            headers.push(((*name).to_owned(), part.header));
            // What does not fit into the message is stored, as the office does it.
            if part.payload.len() as u64 <= seal::message::MAX_INLINE_BYTES {
                payloads.push(part.payload);
            } else {
                let mut payload = part.payload.as_slice();
                self.office
                    .take_in_attachment(&mut payload, u64::MAX)
                    .unwrap();
            }
        }
        let key = self.keys.signing(suite);
        let mut manifest = MessageManifest {
            format: seal::message::MessageFormat::V2,
            suite,
            exercise: self.exercise,
            sender: context.sender,
            recipient: context.recipient,
            sender_key: key.verifying_key().id(),
            seq,
            previous,
            kind: kind.to_owned(),
            thread: thread.to_owned(),
            reply_to: None,
            created: NOON.to_owned(),
            deadline: None,
            marking: serde_json::json!({"tlp": "AMBER"}),
            topic: topic_of(parts),
            parts: references,
            screening: None,
        };
        edit(&mut manifest);
        let signed = SignedManifest::sign_with(manifest, key).unwrap();
        let headers = Headers::new(&signed, headers).unwrap().to_json().unwrap();
        let message = Message::new(signed, payloads).unwrap();
        let mut crafted = self.headers.lock().unwrap();
        crafted.insert(message.id(), headers.into_bytes());
        message.encode().unwrap()
    }
}

/// What may change when a house is opened again.
pub struct Reopened {
    pub manifest: SignedKeyManifest,
    pub exercise: bool,
    pub keys: Keys,
    pub agreements: BTreeMap<PartyId, Suite>,
    pub limits: Limits,
    pub witnesses: WitnessPolicy,
}

/// The topic that a crafted request names, so that its manifest can name it too.
fn topic_of(parts: &[(&str, &[u8])]) -> Option<String> {
    let (_, content) = parts.iter().find(|(name, _)| *name == "content")?;
    let content: serde_json::Value = serde_json::from_slice(content).ok()?;
    Some(content["body"]["topic"].as_str()?.to_owned())
}

/// What must not change when a message has no effect, apart from the office log.
pub fn effects(house: &House, peer: &House) -> impl PartialEq + std::fmt::Debug + use<> {
    (
        house.reader().cases().unwrap(),
        house.reader().channel(&peer.party).unwrap(),
        house.reader().accepted().unwrap(),
        house
            .reader()
            .head(&format!("exchange-{}", peer.party))
            .unwrap(),
    )
}

/// The id of an encoded message.
pub fn id_of(bytes: &[u8]) -> Hash {
    Message::decode(bytes).unwrap().id()
}

/// The event that a receipt states.
pub fn event(receipt: &str) -> ReceiptEvent {
    SignedReceipt::from_json(receipt.as_bytes())
        .unwrap()
        .statement()
        .event
}

fn append_files(folder: &Path, all: &mut Vec<u8>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            append_files(&path, all);
        } else {
            all.extend(std::fs::read(&path).unwrap());
        }
    }
}

#[allow(clippy::too_many_arguments)]
fn open_office(
    party: &PartyId,
    dir: &tempfile::TempDir,
    keys: &Keys,
    manifest: &SignedKeyManifest,
    agreements: &BTreeMap<PartyId, Suite>,
    witnesses: &WitnessPolicy,
    limits: Limits,
    clock: &Arc<TestClock>,
    exercise: bool,
    openings: u64,
) -> Arc<Office> {
    let node = format!("{party}.kontaktstelle.example");
    let signers = keys
        .logs
        .iter()
        .map(|(log, key)| {
            let epoch = keys.epochs.get(log).copied().unwrap_or(1);
            let origin = office::epoch::origin_of_epoch(&format!("{node}/{log}"), epoch);
            LogSigner {
                log: log.clone(),
                signers: key.signers(&origin),
                origin,
            }
        })
        .collect();
    let database = Sqlite::open(
        &dir.path().join("node.db"),
        &dir.path().join("node.anchor"),
        signers,
        |error| panic!("the writer stopped: {error}"),
    )
    .unwrap();
    let again = |key: &Arc<SigningKey>| {
        let secret = key.to_secret_bytes().unwrap();
        SigningKey::from_secret_bytes(key.suite(), &secret).unwrap()
    };
    let keyring = Keyring {
        party: party.clone(),
        signing: keys.signing.iter().map(again).collect(),
        sealing: keys.sealing.clone(),
        witness: keys
            .witness
            .as_ref()
            .map(|key| WitnessKey::from_secret_bytes(&key.to_secret_bytes()).unwrap()),
        manifest: manifest.clone(),
    };
    let parts = Parts {
        database: Arc::new(database),
        objects: Arc::new(Folder::open(&dir.path().join("files")).unwrap()),
        keyring,
        agreements: agreements.clone(),
        witnesses: witnesses.clone(),
        bundle: bundle(),
        clock: clock.clone(),
        entropy: Arc::new(Seeded {
            seed: format!("{party} {openings}"),
            calls: AtomicU64::new(0),
        }),
        limits,
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

/// Takes the next step of what is due in one direction; gives the event of its receipt.
pub fn step(from: &House, to: &House) -> Option<ReceiptEvent> {
    let delivery = from.office.next_delivery(&to.party).unwrap()?;
    let message = delivery.message;
    let receipt = match &delivery.step {
        DeliveryStep::Consign { bytes, .. } => to.consign(from, bytes),
        DeliveryStep::Release { headers } => to.office.open_message(&from.party, &message, headers),
    }
    .unwrap();
    from.office
        .file_receipt(&to.party, message, &receipt)
        .unwrap();
    Some(event(&receipt))
}

/// Hands over what waits in one direction, both steps; gives how many messages that were.
pub fn deliver(from: &House, to: &House) -> usize {
    let mut through = 0;
    while let Some(event) = step(from, to) {
        through += usize::from(event != ReceiptEvent::ContentConsignment);
    }
    through
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
    NewAttachment::inline("notes.txt", "text/plain", fixture("forum-notes.txt"))
}

pub fn attachment(name: &str, bytes: &[u8]) -> NewAttachment {
    NewAttachment::inline(name, "text/plain", bytes.to_vec())
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
