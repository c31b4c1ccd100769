//! One office on its machine: starts, stops, loses what was not synced, is put back to an older copy,
//! and fails over to another machine.

use crate::courier::Courier;
use crate::guard::Asked;
use crate::house::{House, logs_of, origin, policy};
use crate::mutant::Mutant;
use crate::watched::{Watch, Watched, WatchedKey};
use journal::hash::{Hash, sha256};
use journal::tile::TileId;
use office::office::Parts;
use office::{Clock, Entropy, Keyring, Limits, Office, Standing, WitnessPolicy};
use policy::Bundle;
use records::{PartyId, Timestamp};
use seal::Suite;
use seal::keys::{SigningKey, WitnessKey};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use store::objects::{Folder, Objects};
use store::simulated::{Careless, CarelessAnchor, Disk, Loss, SignsBeforeCommit, Simulated};
use store::{Anchor, Database, LogSigner, Store};

/// The file of the anchor on its disk.
const ANCHOR: &str = "anchor";

/// The clock of one machine.
pub(crate) struct MachineClock(pub(crate) AtomicI64);

impl Clock for MachineClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// The same bytes for the same seed, other ones at every call.
struct Seeded {
    seed: String,
    calls: AtomicU64,
}

impl Entropy for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let call = self.calls.fetch_add(1, Ordering::SeqCst);
            let block = sha256(format!("{} {call}", self.seed).as_bytes()).0;
            for (byte, random) in chunk.iter_mut().zip(block) {
                *byte = random;
            }
        }
    }
}

/// A running office.
pub(crate) struct Life {
    pub(crate) office: Office,
    pub(crate) watch: Watch,
    /// The writer has stopped for good: the process ends.
    stopped: Arc<AtomicBool>,
    pub(crate) courier: Courier,
    pub(crate) asked: Asked,
}

impl Life {
    pub(crate) fn has_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    /// Whether it may sign, after all that was checked at its start.
    pub(crate) fn signs(&self) -> bool {
        self.office.standing() == Standing::Signing
    }

    /// The leaf hashes of one of its logs, as they stand in its database.
    pub(crate) fn leaves(&self, log: &str) -> Vec<Hash> {
        let database = self.office.reader().database();
        let states = database.log_states().unwrap();
        let size = states
            .iter()
            .find(|state| state.log == log)
            .map_or(0, |state| state.head.size);
        if size == 0 {
            return Vec::new();
        }
        // No story writes more entries into a log than one tile holds.
        let width = u16::try_from(size).unwrap();
        database
            .tile(log, TileId { level: 0, index: 0 }, width)
            .unwrap()
    }
}

/// How far a machine has been set back, which is more than a crash can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SetBack {
    No,
    /// The database, not the anchor: the node notices by itself.
    Database,
    /// Both: only those outside can tell.
    WithAnchor,
}

/// One machine.
pub(crate) struct Machine {
    pub(crate) house: usize,
    seed: u64,
    mutant: Option<Mutant>,
    /// The database lies here,
    pub(crate) disk: Disk,
    /// and the anchor on a disk of its own.
    pub(crate) vault: Disk,
    anchor: Option<Arc<dyn Anchor>>,
    pub(crate) clock: Arc<MachineClock>,
    pub(crate) life: Option<Life>,
    /// Counts its starts.
    pub(crate) lives: u64,
    /// What was told and signed since somebody looked.
    pub(crate) watch: Watch,
    /// The old node after a failover, which does not know that it is one.
    pub(crate) old: Option<Life>,
    pub(crate) backup: Option<(Disk, Disk)>,
    pub(crate) set_back: SetBack,
    /// Why it did not start the last time it was tried.
    pub(crate) refused: Option<String>,
}

impl Machine {
    /// A machine on these disks, not started.
    pub(crate) fn new(
        house: usize,
        seed: u64,
        mutant: Option<Mutant>,
        disks: (Disk, Disk),
    ) -> Self {
        let (disk, vault) = disks;
        match mutant {
            Some(Mutant::CommitsWithoutSync) => disk.skip_syncs_of(Simulated::FILE),
            Some(Mutant::ReceiptsBeforeDurable) => {
                disk.skip_syncs_of(Simulated::FILE);
                vault.skip_syncs_of(ANCHOR);
            }
            _ => {}
        }
        let noon = "2026-03-10T12:00:00.000Z".parse::<Timestamp>().unwrap();
        Self {
            house,
            seed,
            mutant,
            disk,
            vault,
            anchor: None,
            clock: Arc::new(MachineClock(AtomicI64::new(noon.millis()))),
            life: None,
            lives: 0,
            watch: Watch::default(),
            old: None,
            backup: None,
            set_back: SetBack::No,
            refused: None,
        }
    }

    pub(crate) fn now(&self) -> i64 {
        self.clock.now().millis()
    }

    pub(crate) fn seconds(&self) -> u64 {
        u64::try_from(self.now() / 1000).unwrap_or_default()
    }

    /// Starts the office on what is on the disks.
    pub(crate) fn start(&mut self) -> Result<(), String> {
        self.lives += 1;
        if self.anchor.is_none() {
            let opened = self.vault.anchor().map_err(|error| error.to_string())?;
            let anchor: Arc<dyn Anchor> = Arc::new(opened);
            let careless = match self.mutant {
                Some(Mutant::AnchorWithoutCompare) => Some(Careless::NoCompare),
                Some(Mutant::AnchorWithoutSwap) => Some(Careless::NoSwap),
                _ => None,
            };
            self.anchor = Some(match careless {
                Some(careless) => Arc::new(CarelessAnchor::new(anchor, careless)),
                None => anchor,
            });
        }
        let watch = self.watch.clone();
        let stopped = Arc::new(AtomicBool::new(false));
        let striking = stopped.clone();
        let before = self.mutant == Some(Mutant::SignsBeforeCommit);
        let store = Store::open_inline(
            Arc::new(Simulated::open(&self.disk)),
            self.anchor.clone().unwrap(),
            self.signers(&watch),
            before.then(|| SignsBeforeCommit(self.signers(&watch))),
            move |_| striking.store(true, Ordering::SeqCst),
        );
        let database = Watched {
            store: store.map_err(|error| error.to_string())?,
            watch: watch.clone(),
            mutant: self.mutant,
        };
        let office =
            Office::open(self.parts(Arc::new(database))).map_err(|error| error.to_string())?;
        self.life = Some(Life {
            office,
            watch,
            stopped,
            courier: Courier::default(),
            asked: Asked::default(),
        });
        Ok(())
    }

    fn signers(&self, watch: &Watch) -> Vec<LogSigner> {
        let watched = |key| -> Box<dyn journal::note::NoteSigner + Send + Sync> {
            Box::new(WatchedKey {
                key,
                watch: watch.clone(),
            })
        };
        let logs = House::of(self.house).logs.iter();
        logs.map(|(log, key)| {
            let origin = origin(self.house, log);
            LogSigner {
                log: log.clone(),
                signers: key.signers(&origin).into_iter().map(watched).collect(),
                origin,
            }
        })
        .collect()
    }

    fn parts(&self, database: Arc<dyn Database>) -> Parts {
        let house = House::of(self.house);
        let signing = house.signing.to_secret_bytes().unwrap();
        Parts {
            database,
            objects: objects(),
            keyring: Keyring {
                party: house.party.clone(),
                signing: vec![SigningKey::from_secret_bytes(Suite::K1, &signing).unwrap()],
                sealing: vec![house.sealing.clone()],
                witness: Some(
                    WitnessKey::from_secret_bytes(&house.witness.to_secret_bytes()).unwrap(),
                ),
                manifest: house.manifest.clone(),
            },
            agreements: BTreeMap::<PartyId, Suite>::new(),
            witnesses: WitnessPolicy {
                office: Some(policy()),
                exchange: Some(policy()),
            },
            bundle: bundle(),
            clock: self.clock.clone(),
            entropy: Arc::new(Seeded {
                seed: format!("{} {} {}", self.seed, self.house, self.lives),
                calls: AtomicU64::new(0),
            }),
            limits: Limits::default(),
            exercise: false,
        }
    }

    /// The machine stops. Of what was not synced each disk keeps what `loss` says.
    pub(crate) fn cut(&mut self, loss: Loss) {
        self.life = None;
        // It shares the anchor, and goes down with it.
        self.old = None;
        self.anchor = None;
        self.disk.restart(loss);
        self.vault.restart(loss);
    }

    /// A copy of both disks, as a nightly backup takes it from the running node.
    pub(crate) fn back_up(&mut self) {
        self.backup = Some((self.disk.copy(), self.vault.copy()));
    }

    /// The machine stops, and the database of the last backup is put back.
    pub(crate) fn restore(&mut self, with_anchor: bool) -> bool {
        let Some((disk, vault)) = &self.backup else {
            return false;
        };
        self.disk.restore(disk, Simulated::FILE);
        if with_anchor {
            self.vault.restore(vault, ANCHOR);
        }
        self.set_back = if with_anchor {
            SetBack::WithAnchor
        } else {
            SetBack::Database
        };
        true
    }

    /// Another machine takes over with a copy of the database, which may be some way behind. The old
    /// one runs on; both use one anchor, as two nodes do beside one etcd.
    pub(crate) fn fail_over(&mut self, behind: bool) -> bool {
        let Some(old) = self.life.take() else {
            return false;
        };
        self.disk = match &self.backup {
            Some((disk, _)) if behind => disk.copy(),
            _ => self.disk.copy(),
        };
        self.old = Some(old);
        self.watch = Watch::default();
        self.set_back = SetBack::Database;
        true
    }

    /// What stands in the anchor, as long as somebody has it open.
    pub(crate) fn anchored(&self, origin: &str) -> Option<store::AnchoredHead> {
        let heads = match self.anchor.as_ref()?.read(&[origin]) {
            Ok(heads) => heads,
            // A write to it has failed: it tells nothing any more. What it held is on its disk.
            Err(_) => {
                let kept = self.vault.copy_of_durable().anchor().ok()?;
                kept.read(&[origin]).ok()?
            }
        };
        heads.into_iter().next().flatten()
    }

    pub(crate) fn logs(&self) -> [String; 2] {
        logs_of(self.house)
    }
}

fn bundle() -> Bundle {
    static BUNDLE: OnceLock<Bundle> = OnceLock::new();
    BUNDLE.get_or_init(|| Bundle::embedded().unwrap()).clone()
}

/// One object store for all: no message here has a payload that travels by itself.
fn objects() -> Arc<dyn Objects> {
    static OBJECTS: OnceLock<(tempfile::TempDir, Arc<Folder>)> = OnceLock::new();
    let made = || {
        let dir = tempfile::tempdir().unwrap();
        let folder = Arc::new(Folder::open(&dir.path().join("objects")).unwrap());
        (dir, folder)
    };
    OBJECTS.get_or_init(made).1.clone()
}
