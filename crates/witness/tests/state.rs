//! The memory of a witness: lost, damaged, shared or behind, it leads to no cosignature.
#![allow(clippy::unwrap_used)]

mod counterpart;

use std::path::Path;

use counterpart::Log;
use journal::edge::MAX_SIZE;
use journal::hash::sha256;
use journal::note::{AnyVerifier, Note};
use witness::{Custody, CustodyError, NotCosigned, State, StateError, Unprotected, WitnessKeys};
use zeroize::Zeroizing;

const ORIGIN: &str = "de.kontaktstelle.example/exchange/cn";
const NOW: u64 = 1_790_000_000;

fn keys() -> WitnessKeys {
    WitnessKeys::from_secret_bytes("dpa.example/witness", &[3; 64]).unwrap()
}

/// A witness that has cosigned the log with five entries, closed.
fn used(dir: &Path) {
    let state = State::create(dir, keys(), &Unprotected).unwrap();
    state.add_log(&Log::new(ORIGIN, 0).vkeys()).unwrap();
    let request = Log::new(ORIGIN, 5).request(0);
    state.add_checkpoint(request.as_bytes(), NOW).unwrap();
}

fn open(dir: &Path) -> Result<State, StateError> {
    State::open(dir, &Unprotected)
}

fn refusal(dir: &Path) -> StateError {
    open(dir).map(|_| ()).unwrap_err()
}

/// Promise: a witness is set up once; nothing overwrites it.
#[test]
fn a_witness_is_created_once() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(refusal(dir.path()), StateError::Absent(_)));
    assert!(matches!(
        refusal(&dir.path().join("no")),
        StateError::Absent(_)
    ));
    used(dir.path());
    let again = State::create(dir.path(), keys(), &Unprotected).map(|_| ());
    assert!(matches!(again, Err(StateError::Present(_))));
    let state = open(dir.path()).unwrap();
    assert_eq!(state.name(), "dpa.example/witness");
    assert_eq!(state.vkeys(), keys().vkeys());
    assert_eq!(state.seen().unwrap()[0].0.size, 5);
    assert_eq!(state.logs()[0].origin(), ORIGIN);
}

/// Promise: a witness that has lost its memory, or whose memory is not whole, does not start, and says
/// that its key is to be retired.
#[test]
fn a_lost_memory_retires_the_key() {
    type Spoil = (&'static str, fn(&Path));
    let spoiled: [Spoil; 6] = [
        ("lost", |dir| {
            std::fs::remove_file(dir.join("memory")).unwrap()
        }),
        ("emptied", |dir| {
            std::fs::write(dir.join("memory"), "").unwrap()
        }),
        ("torn", |dir| {
            let text = std::fs::read_to_string(dir.join("memory")).unwrap();
            std::fs::write(dir.join("memory"), &text[..text.len() - 30]).unwrap();
        }),
        ("edited", |dir| {
            let text = std::fs::read_to_string(dir.join("memory")).unwrap();
            std::fs::write(dir.join("memory"), text.replace("\n5 ", "\n4 ")).unwrap();
        }),
        ("logs lost", |dir| {
            std::fs::remove_file(dir.join("logs")).unwrap()
        }),
        ("cosigned spoiled", |dir| {
            let file = std::fs::read_dir(dir.join("cosigned"))
                .unwrap()
                .next()
                .unwrap()
                .unwrap();
            std::fs::write(file.path(), "x").unwrap();
        }),
    ];
    for (what, spoil) in spoiled {
        let dir = tempfile::tempdir().unwrap();
        used(dir.path());
        spoil(dir.path());
        let error = refusal(dir.path());
        assert!(
            error.to_string().contains("key must be retired"),
            "{what}: {error}"
        );
        let again = State::create(dir.path(), keys(), &Unprotected).map(|_| ());
        assert!(matches!(again, Err(StateError::Present(_))), "{what}");
    }
}

/// Promise: a memory that is older than what was vouched for is noticed, as after a restored backup.
#[test]
fn an_older_memory_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    used(dir.path());
    let backup = std::fs::read(dir.path().join("memory")).unwrap();
    let state = open(dir.path()).unwrap();
    let request = Log::new(ORIGIN, 6).request(5);
    state.add_checkpoint(request.as_bytes(), NOW).unwrap();
    drop(state);
    std::fs::write(dir.path().join("memory"), backup).unwrap();
    assert!(matches!(
        refusal(dir.path()),
        StateError::Contradiction { .. }
    ));
}

/// Promise: the key and the memory belong together; the key alone is missed.
#[test]
fn key_and_memory_belong_together() {
    let dir = tempfile::tempdir().unwrap();
    used(dir.path());
    let key = dir.path().join("key");
    std::fs::write(&key, [4; 64]).unwrap();
    assert!(matches!(
        refusal(dir.path()),
        StateError::Contradiction { .. }
    ));
    std::fs::write(&key, [3; 63]).unwrap();
    assert!(matches!(refusal(dir.path()), StateError::Secret));
    std::fs::remove_file(&key).unwrap();
    assert!(matches!(refusal(dir.path()), StateError::KeyLost(_)));
}

/// Promise: two processes never serve one memory.
#[test]
fn a_memory_is_held_by_one() {
    let dir = tempfile::tempdir().unwrap();
    used(dir.path());
    let first = open(dir.path()).unwrap();
    assert!(matches!(refusal(dir.path()), StateError::InUse(_)));
    drop(first);
    assert!(open(dir.path()).is_ok());
}

/// Promise: when the memory cannot be written, nothing is cosigned, then or later, until it is opened
/// anew; and then it is as it was.
#[test]
fn an_unwritable_memory_stops_the_witness() {
    let dir = tempfile::tempdir().unwrap();
    used(dir.path());
    let state = open(dir.path()).unwrap();
    // A directory in the place of the temporary file makes the write fail, even for root.
    let beside = dir.path().join("memory.new");
    std::fs::create_dir(&beside).unwrap();
    let request = Log::new(ORIGIN, 6).request(5);
    let failed = state.add_checkpoint(request.as_bytes(), NOW);
    assert!(matches!(failed, Err(NotCosigned::Halted)));
    std::fs::remove_dir(&beside).unwrap();
    let still = state.add_checkpoint(request.as_bytes(), NOW);
    assert!(matches!(still, Err(NotCosigned::Halted)));
    drop(state);
    let state = open(dir.path()).unwrap();
    assert_eq!(state.seen().unwrap()[0].0.size, 5);
    assert!(state.add_checkpoint(request.as_bytes(), NOW).is_ok());
}

/// Promise: the times of cosignatures on one log never run backwards, and a replay within a second gets
/// the same answer without a write.
#[test]
fn times_do_not_run_backwards() {
    let dir = tempfile::tempdir().unwrap();
    used(dir.path());
    let state = open(dir.path()).unwrap();
    let request = Log::new(ORIGIN, 6).request(5);
    let behind = state.add_checkpoint(request.as_bytes(), NOW - 10);
    assert!(matches!(behind, Err(NotCosigned::ClockBehind(10))));
    let first = state.add_checkpoint(request.as_bytes(), NOW + 1).unwrap();
    let written = || {
        std::fs::metadata(dir.path().join("memory"))
            .unwrap()
            .modified()
            .unwrap()
    };
    let before = written();
    let again = Log::new(ORIGIN, 6).request(6);
    let replayed = state.add_checkpoint(again.as_bytes(), NOW + 1).unwrap();
    assert_eq!((replayed, written()), (first.clone(), before));
    let later = state.add_checkpoint(again.as_bytes(), NOW + 2).unwrap();
    assert_ne!(later, first);
    let mut note = Note::parse(&Log::new(ORIGIN, 6).signed()).unwrap();
    let keys = state
        .vkeys()
        .map(|vkey| AnyVerifier::from_vkey(&vkey).unwrap());
    let merged = later.merge_into(&mut note, &keys).unwrap();
    assert!(merged.iter().all(|merged| merged.time == NOW + 2));
}

/// Promise: a log is followed with the keys it was given last, and never with a key of the witness.
#[test]
fn logs_are_followed_by_their_keys() {
    let dir = tempfile::tempdir().unwrap();
    used(dir.path());
    let state = open(dir.path()).unwrap();
    let own = state.vkeys();
    assert!(matches!(state.add_log(&own), Err(StateError::OwnKey(_))));
    assert!(matches!(state.add_log(&["x"]), Err(StateError::LogKeys(_))));
    let ed25519_only = [Log::new(ORIGIN, 0).vkeys()[0].clone()];
    state.add_log(&ed25519_only).unwrap();
    assert_eq!(state.logs()[0].keys().len(), 1);
    drop(state);
    let state = open(dir.path()).unwrap();
    assert_eq!(state.logs()[0].keys().len(), 1);
    state.remove_log(ORIGIN).unwrap();
    let request = Log::new(ORIGIN, 6).request(5);
    let unknown = state.add_checkpoint(request.as_bytes(), NOW).unwrap_err();
    assert!(matches!(unknown, NotCosigned::Refused(refusal) if refusal.status() == 404));
    // What was seen of it stays: it cannot begin anew.
    state.add_log(&Log::new(ORIGIN, 0).vkeys()).unwrap();
    let anew = Log::new(ORIGIN, 6).request(0);
    let refused = state.add_checkpoint(anew.as_bytes(), NOW).unwrap_err();
    assert!(matches!(refused, NotCosigned::Refused(refusal) if refusal.status() == 409));
}

/// Promise: what is written can be read back: logs that come and go, however many and with the longest
/// names, never make a memory that the witness would refuse at its next start.
#[test]
fn logs_that_come_and_go_leave_room() {
    const ROOM: u64 = 2000;
    let dir = tempfile::tempdir().unwrap();
    drop(State::create(dir.path(), keys(), &Unprotected).unwrap());
    // All but one of the logs that there is room for have come and gone.
    let [first, second] = keys().vkeys();
    let mut memory = format!("kontaktstelle/witness-memory/v1\n{first}\n{second}\n");
    let (size, time) = (MAX_SIZE - 1, u64::MAX);
    let root = Log::new(ORIGIN, 1).head().root;
    for n in 1..ROOM {
        memory += &format!("{size} {time} {root} {n:0>255}\n");
    }
    let hash = sha256(memory.as_bytes());
    memory += &format!("sha256 {hash}\n");
    std::fs::write(dir.path().join("memory"), memory).unwrap();

    let state = open(dir.path()).unwrap();
    let last = Log::new(&format!("{ROOM:0>255}"), 5);
    state.add_log(&last.vkeys()).unwrap();
    state
        .add_checkpoint(last.request(0).as_bytes(), NOW)
        .unwrap();
    for followed in [true, false] {
        let one_more = state.add_log(&Log::new(ORIGIN, 0).vkeys());
        assert!(
            matches!(one_more, Err(StateError::TooManyLogs)),
            "{followed}"
        );
        state.remove_log(&last.origin).unwrap();
    }
    drop(state);
    let state = open(dir.path()).unwrap();
    assert_eq!(state.seen().unwrap().len() as u64, ROOM);
}

/// A custody that turns every bit, as an encrypting one would change every byte.
struct Turned;

impl Custody for Turned {
    fn protect(&self, secret: &[u8]) -> Result<Vec<u8>, CustodyError> {
        Ok(secret.iter().map(|byte| !byte).collect())
    }

    fn reveal(&self, stored: &[u8]) -> Result<Zeroizing<Vec<u8>>, CustodyError> {
        Ok(Zeroizing::new(stored.iter().map(|byte| !byte).collect()))
    }
}

/// Promise: the key lies on disk as its custody keeps it, readable by its owner alone; fresh keys differ.
#[test]
fn the_key_is_kept_by_its_custody() {
    let dir = tempfile::tempdir().unwrap();
    let keys = WitnessKeys::generate("w.example").unwrap();
    let secret = keys.secret_bytes();
    assert_ne!(
        secret,
        WitnessKeys::generate("w.example").unwrap().secret_bytes()
    );
    drop(State::create(dir.path(), keys, &Turned).unwrap());
    let stored = std::fs::read(dir.path().join("key")).unwrap();
    assert!(stored.iter().zip(secret.iter()).all(|(a, b)| *a == !b));
    assert!(State::open(dir.path(), &Turned).is_ok());
    #[cfg(unix)]
    for file in ["key", "memory", "logs"] {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(dir.path().join(file))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o077, 0, "{file}");
    }
    for name in ["", "a b", "a+b", &"n".repeat(256)] {
        assert!(
            matches!(WitnessKeys::generate(name), Err(StateError::Name(_))),
            "{name}"
        );
    }
}
