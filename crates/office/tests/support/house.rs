//! One side: its node, opened, and what it stores.

use super::keys::{Keys, made_once};
use super::setup::{Setup, TestClock};
use super::{NOON, PASSWORD, party};
use journal::hash::Hash;
use office::{Actor, Command, Done, Limits, Office, OfficeError, Reader, WitnessPolicy};
use policy::Role;
use records::Timestamp;
use seal::Suite;
use seal::key_manifest::{KeyManifest, SignedKeyManifest};
use seal::keys::{SealingIdentity, SigningKey};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use store::Database;

/// One side.
pub struct House {
    setup: Setup,
    pub office: Arc<Office>,
    actors: Mutex<BTreeMap<String, Actor>>,
    /// The headers of crafted messages, by message.
    pub(super) headers: Mutex<BTreeMap<Hash, Vec<u8>>>,
}

impl Deref for House {
    type Target = Setup;

    fn deref(&self) -> &Setup {
        &self.setup
    }
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
        let noon = NOON.parse::<Timestamp>().unwrap().millis();
        let agreements = peers.iter().map(|peer| (party(peer), suite));
        let setup = Setup {
            party: party(name),
            clock: Arc::new(TestClock::at(noon)),
            manifest,
            exercise,
            keys,
            agreements: agreements.collect(),
            limits: Limits::default(),
            witnesses: WitnessPolicy::default(),
            dir: tempfile::tempdir().unwrap(),
            openings: 0,
        };
        Self {
            office: setup.open().unwrap(),
            setup,
            actors: Mutex::new(BTreeMap::new()),
            headers: Mutex::new(BTreeMap::new()),
        }
    }

    /// The node ends and starts again on the same database.
    pub fn reopen(self, exercise: bool) -> Self {
        self.reopen_with(|house| house.exercise = exercise)
    }

    /// The node ends and starts again with another configuration or other keys.
    pub fn reopen_with(self, edit: impl FnOnce(&mut Setup)) -> Self {
        let Self {
            mut setup,
            office,
            actors,
            headers,
        } = self;
        drop(office);
        setup.openings += 1;
        edit(&mut setup);
        Self {
            office: setup.open().unwrap(),
            setup,
            actors,
            headers,
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
    pub(super) fn suite(&self, peer: &Self) -> Suite {
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
