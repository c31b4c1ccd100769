//! Every write and every sync of the way from a batch to its answer, cut off or failing, with what was
//! not synced kept, lost or torn; and builds that are broken on purpose, which the same checks catch.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

#[macro_use]
mod conformance;

use conformance::{
    EXCHANGE, OFFICE, Signed, check, document, entry, forked, one, recompute, signers, texts,
    watched_signers,
};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use store::simulated::{Careless, CarelessAnchor, Disk, Fault, Loss, SignsBeforeCommit, Simulated};
use store::{Anchor, Batch, Database, Head, Standing, Store, StoreError};

/// How a build is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mutant {
    SkipsCommitSync,
    SkipsAnchorSync,
    SwapsNothing,
    SignsBeforeCommit,
}

/// A machine with its disk, and what the world outside has seen of it.
struct Machine {
    disk: Disk,
    mutant: Option<Mutant>,
    signed: Signed,
    /// What callers were told: log, index, text, head.
    told: Vec<(String, u64, String, Head)>,
    /// Tells one life of the machine from the next.
    lives: usize,
}

impl Machine {
    fn new(mutant: Option<Mutant>) -> Self {
        let disk = Disk::new();
        match mutant {
            Some(Mutant::SkipsCommitSync) => disk.skip_syncs_of(Simulated::FILE),
            Some(Mutant::SkipsAnchorSync) => disk.skip_syncs_of("anchor"),
            _ => {}
        }
        Self {
            disk,
            mutant,
            signed: Signed::default(),
            told: Vec::new(),
            lives: 0,
        }
    }

    /// Another machine in the same state.
    fn twin(&self) -> Self {
        Self {
            disk: self.disk.copy(),
            mutant: self.mutant,
            signed: Arc::new(Mutex::new(self.signed.lock().unwrap().clone())),
            told: self.told.clone(),
            lives: self.lives,
        }
    }

    fn start(&mut self) -> Result<Store, StoreError> {
        self.lives += 1;
        let mut anchor: Arc<dyn Anchor> = Arc::new(self.disk.anchor().map_err(StoreError::Anchor)?);
        if self.mutant == Some(Mutant::SwapsNothing) {
            anchor = Arc::new(CarelessAnchor::new(anchor, Careless::NoSwap));
        }
        let mutant = (self.mutant == Some(Mutant::SignsBeforeCommit))
            .then(|| SignsBeforeCommit(watched_signers(&self.signed)));
        let engine = Arc::new(Simulated::open(&self.disk));
        Store::open_inline(
            engine,
            anchor,
            watched_signers(&self.signed),
            mutant,
            |_| {},
        )
    }

    /// Commits until something fails; keeps what was told.
    fn work(&mut self, database: &Store) {
        for n in 0..2 {
            let text = format!("{}/{n}", self.lives);
            let batch = Batch {
                entries: vec![entry(OFFICE, &text), entry(EXCHANGE, &text)],
                documents: vec![document("case", "a", &text, Some(0))],
                ..Batch::default()
            };
            let Ok(committed) = database.commit(batch) else {
                return;
            };
            for place in &committed.entries {
                let head = committed
                    .heads
                    .iter()
                    .find(|head| head.log == place.log)
                    .unwrap();
                self.told
                    .push((place.log.clone(), place.index, text.clone(), head.clone()));
            }
        }
    }

    /// What is wrong with this machine after a start, if anything.
    fn wrong(&mut self) -> Option<String> {
        let database = match self.start() {
            Ok(database) => database,
            Err(error) => return Some(format!("it does not start: {error}")),
        };
        if database.standing() != Standing::Writable {
            return Some(format!(
                "it does not trust its own disk: {:?}",
                database.standing()
            ));
        }
        self.work(&database);
        for (log, index, text, head) in &self.told {
            if texts(&database, log).get(*index as usize) != Some(text) {
                return Some(format!("entry {index} of {log} was told and is not there"));
            }
            let newest = database.head(log).unwrap();
            let tiles = store::LogTiles::new(
                Arc::new(Store::reader(Arc::new(Simulated::open(&self.disk)))),
                log,
            );
            let proof = journal::proof::consistency_proof(&tiles, head.size, newest.size).ok()?;
            if journal::proof::verify_consistency(
                head.size,
                &head.root,
                newest.size,
                &newest.root,
                &proof,
            )
            .is_err()
            {
                return Some(format!(
                    "head {} of {log} was told and is not continued",
                    head.size
                ));
            }
        }
        if forked(&self.signed) {
            return Some("two heads of one size were signed".to_owned());
        }
        check(&database).err().map(|error| error.to_string())
    }
}

/// Every chance there is: all, none, and some torn ones.
fn losses(operation: u64) -> impl Iterator<Item = Loss> {
    let torn = (0..4).map(move |n| Loss::Torn(operation * 4 + n));
    [Loss::None, Loss::All].into_iter().chain(torn)
}

/// Lets every operation of the second life of a machine fail in turn; gives what went wrong.
fn enumerate(mutant: Option<Mutant>, fault: Fault) -> (u64, Option<String>) {
    let mut born = Machine::new(mutant);
    let first = born.start().unwrap();
    born.work(&first);
    drop(first);
    let mut operation = 0;
    loop {
        for loss in losses(operation) {
            let mut machine = born.twin();
            let born = machine.disk.operations();
            machine.disk.fail_at(born + operation, fault);
            if let Ok(second) = machine.start() {
                machine.work(&second);
                // Nothing is done after a failure: no retry, no other write.
                if machine.told.len() < 8 {
                    let stopped = machine.disk.operations();
                    assert!(second.commit(one(OFFICE, "never")).is_err());
                    assert_eq!(machine.disk.operations(), stopped);
                }
            }
            let reached = machine.disk.operations() > born + operation;
            // Pulled also where the fault was only an error: what was not synced may be lost.
            machine.disk.restart(loss);
            if let Some(wrong) = machine.wrong() {
                return (
                    operation,
                    Some(format!("{fault:?} at {operation}, {loss:?}: {wrong}")),
                );
            }
            if !reached {
                return (operation, None);
            }
        }
        operation += 1;
    }
}

/// Promise: wherever the machine stops between a batch and its answer, whatever of the unsynced
/// writes is lost or torn, every answered entry is there, nothing contradicts a signed head, and the
/// machine goes on by itself.
#[test]
fn stopped_at_any_operation_nothing_is_lost_or_forked() {
    let (operations, wrong) = enumerate(None, Fault::Crash);
    assert_eq!(wrong, None);
    // Opening, then twice: pieces of a frame and its sync, slot and sync of the anchor,
    // pieces of a checkpoint.
    assert!(operations >= 20, "{operations}");
}

/// Promise: the same holds where the disk is full or fails, at every operation.
#[test]
fn failing_at_any_operation_nothing_is_lost_or_forked() {
    for fault in [Fault::NoSpace, Fault::Io] {
        let (operations, wrong) = enumerate(None, fault);
        assert_eq!(wrong, None);
        assert!(operations >= 20, "{operations}");
    }
}

/// Promise: the checks above see what they are for. Each broken build is caught by them.
#[test]
fn broken_builds_are_caught() {
    for mutant in [Mutant::SkipsCommitSync, Mutant::SignsBeforeCommit] {
        let (_, wrong) = enumerate(Some(mutant), Fault::Crash);
        assert!(wrong.is_some(), "{mutant:?} was not caught");
    }
}

/// A machine that lived on after a backup, lost its power, and was then put back to the backup, with
/// the anchor left alone.
fn put_back(mutant: Option<Mutant>) -> (Machine, Standing) {
    let mut machine = Machine::new(mutant);
    let database = machine.start().unwrap();
    machine.work(&database);
    drop(database);
    let backup = machine.disk.copy();
    // From here on another disk, on which all of it is durable.
    machine.disk = backup.copy();
    let database = machine.start().unwrap();
    machine.work(&database);
    drop(database);
    machine.disk.restart(Loss::All);
    machine.disk.restore(&backup, Simulated::FILE);
    let database = machine.start().unwrap();
    machine.work(&database);
    let standing = database.standing();
    (machine, standing)
}

/// Promise: a machine put back to a backup signs nothing; and where the anchor is not moved, or not
/// durably, the same check sees a fork.
#[test]
fn a_stale_restore_forks_nothing_unless_the_anchor_is_broken() {
    let (machine, standing) = put_back(None);
    assert!(matches!(standing, Standing::ReadOnly { .. }));
    assert!(!forked(&machine.signed));
    for mutant in [Mutant::SwapsNothing, Mutant::SkipsAnchorSync] {
        let (machine, _) = put_back(Some(mutant));
        assert!(forked(&machine.signed), "{mutant:?} was not caught");
    }
}

/// Two nodes that do not know of each other: two copies of one database, one anchor. Returns what
/// each could commit.
fn race(careless: Option<Careless>, round: usize, signed: &Signed) -> Vec<usize> {
    let disk = Disk::new();
    let mut anchor: Arc<dyn Anchor> = Arc::new(disk.anchor().unwrap());
    let engine = Arc::new(Simulated::open(&disk));
    let first = Store::open_inline(engine, anchor.clone(), signers(), None, |_| {}).unwrap();
    first.commit(one(OFFICE, "before")).unwrap();
    drop(first);
    if let Some(careless) = careless {
        anchor = Arc::new(CarelessAnchor::new(anchor, careless));
    }
    let fatal = Arc::new(AtomicUsize::new(0));
    let nodes: Vec<Store> = (0..2)
        .map(|_| {
            let copy = Arc::new(Simulated::open(&disk.copy()));
            let called = fatal.clone();
            let fatal = move |_: &StoreError| {
                called.fetch_add(1, Ordering::SeqCst);
            };
            Store::open_inline(copy, anchor.clone(), watched_signers(signed), None, fatal).unwrap()
        })
        .collect();
    let barrier = Barrier::new(2);
    let committed = std::thread::scope(|scope| {
        let racers: Vec<_> = nodes
            .iter()
            .enumerate()
            .map(|(racer, node)| {
                let barrier = &barrier;
                scope.spawn(move || {
                    barrier.wait();
                    let commit =
                        |n: usize| node.commit(one(OFFICE, &format!("{round}/{racer}/{n}")));
                    (0..3).take_while(|n| commit(*n).is_ok()).count()
                })
            })
            .collect();
        racers
            .into_iter()
            .map(|racer| racer.join().unwrap())
            .collect::<Vec<_>>()
    });
    let stopped = committed.iter().filter(|count| **count < 3).count();
    assert_eq!(fatal.load(Ordering::SeqCst), stopped);
    committed
}

/// Promise: of two nodes that hold copies of one log exactly one goes on. The other stops at its
/// first entry and has signed nothing that contradicts the first.
#[test]
fn of_two_signers_racing_a_thousand_times_one_signs() {
    let mut wins = [0, 0];
    for round in 0..1000 {
        let signed = Signed::default();
        let committed = race(None, round, &signed);
        assert!(!forked(&signed), "round {round}");
        assert!(
            matches!(committed.as_slice(), [3, 0] | [0, 3]),
            "round {round}: {committed:?}"
        );
        wins[committed.iter().position(|count| *count == 3).unwrap()] += 1;
    }
    assert!(
        wins.iter().all(|wins| *wins > 0),
        "no race at all: {wins:?}"
    );
    // Without the compare the same race is a fork.
    let signed = Signed::default();
    race(Some(Careless::NoCompare), 0, &signed);
    assert!(forked(&signed));
}

/// Promise: the same seed of chance gives the same run, operation for operation.
#[test]
fn a_run_can_be_repeated() {
    let run = || {
        let mut machine = Machine::new(None);
        let database = machine.start().unwrap();
        machine.work(&database);
        drop(database);
        machine
            .disk
            .fail_at(machine.disk.operations() + 17, Fault::Crash);
        if let Ok(database) = machine.start() {
            machine.work(&database);
        }
        machine.disk.restart(Loss::Torn(42));
        let database = machine.start().unwrap();
        let bytes = [
            machine.disk.read(Simulated::FILE),
            machine.disk.read("anchor"),
        ];
        (
            recompute(&database, OFFICE).unwrap(),
            machine.disk.operations(),
            bytes,
        )
    };
    assert!(run() == run());
}
