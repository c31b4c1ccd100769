//! The witness as a log and a monitor meet it: real HTTP against the real server.
#![allow(clippy::unwrap_used)]

mod counterpart;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use counterpart::{Log, exchange, get, post};
use journal::note::{AnyVerifier, Ed25519Signer, Note};
use journal::witness::{Answer, checkpoint_path, origin_hash, parse_size};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use witness::{Limits, State, StateError, Unprotected, WitnessKeys, serve};

const ORIGIN: &str = "de.kontaktstelle.example/exchange/cn";
const ADD: &str = "/add-checkpoint";
static NOW: AtomicU64 = AtomicU64::new(1_790_000_000);

/// A server in this process, stopped when dropped.
struct Server {
    address: SocketAddr,
    state: Arc<State>,
    stop: Option<oneshot::Sender<()>>,
    runtime: Option<Runtime>,
    done: Option<tokio::task::JoinHandle<()>>,
}

impl Server {
    fn start(state: State) -> Self {
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(state);
        let limits = Limits {
            head: Duration::from_millis(500),
            body: Duration::from_millis(500),
            ..Limits::default()
        };
        let (stop, stopped) = oneshot::channel();
        let shutdown = async {
            let _ended = stopped.await;
        };
        let clock = || NOW.load(Ordering::SeqCst);
        let done = runtime.spawn(serve(listener, Arc::clone(&state), clock, limits, shutdown));
        Self {
            address,
            state,
            stop: Some(stop),
            runtime: Some(runtime),
            done: Some(done),
        }
    }

    fn witness_keys(&self) -> Vec<AnyVerifier> {
        let vkeys = self.state.vkeys();
        vkeys
            .iter()
            .map(|vkey| AnyVerifier::from_vkey(vkey).unwrap())
            .collect()
    }

    fn add(&self, body: &str) -> counterpart::Reply {
        post(self.address, ADD, body).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        let (runtime, done) = (self.runtime.take().unwrap(), self.done.take().unwrap());
        runtime.block_on(done).unwrap();
    }
}

fn create(dir: &Path) -> State {
    let keys = WitnessKeys::from_secret_bytes("dpa.example/witness", &[3; 64]).unwrap();
    let state = State::create(dir, keys, &Unprotected).unwrap();
    state.add_log(&Log::new(ORIGIN, 0).vkeys()).unwrap();
    state
}

/// Promise: a log that grows gets cosignatures with both keys, and monitors see the newest.
#[test]
fn a_growing_log_is_cosigned() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(create(dir.path()));
    let path = format!("/{}", checkpoint_path(ORIGIN));
    assert_eq!(get(server.address, &path).unwrap().status, 404);
    let mut old = 0;
    for size in [0, 1, 2, 7, 7, 8, 300] {
        let log = Log::new(ORIGIN, size);
        let reply = server.add(&log.request(old));
        assert_eq!(reply.status, 200, "{}", reply.body);
        let mut note = Note::parse(&log.signed()).unwrap();
        let merged = Answer::parse(reply.body.as_bytes())
            .unwrap()
            .merge_into(&mut note, &server.witness_keys())
            .unwrap();
        assert_eq!(merged.len(), 2);
        let shown = get(server.address, &path).unwrap();
        assert_eq!((shown.status, shown.body), (200, note.to_string()));
        old = size;
    }
}

/// Promise: every status of the specification is given where it is due, and a refusal changes nothing.
#[test]
fn every_refusal_has_its_status() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(create(dir.path()));
    let log = Log::new(ORIGIN, 4);
    assert_eq!(server.add(&log.request(0)).status, 200);
    let shown = get(server.address, &format!("/{}", checkpoint_path(ORIGIN)))
        .unwrap()
        .body;

    let mut forged = Log::new(ORIGIN, 4);
    forged.leaves.swap(0, 1);
    let next = Log::new(ORIGIN, 6);
    let unsigned = next.request(4).replace("\n6\n", "\n7\n");
    let stranger = Log::new("stranger.example/log", 1);
    for (body, status) in [
        ("old 4\n".to_owned(), 400),
        (next.request(4).replace("old 4", "old 04"), 400),
        (log.request(5), 400),
        (unsigned, 403),
        (stranger.request(0), 404),
        (next.request(0), 409),
        (next.request(3), 409),
        (forged.request(0), 409),
        (forged.request(4), 422),
        (forged.grown("x").grown("y").request(4), 422),
        (next.request(3).replace("old 3", "old 4"), 422),
    ] {
        let reply = server.add(&body);
        assert_eq!(reply.status, status, "{body}: {}", reply.body);
        if status == 409 {
            assert!(reply.head.contains("content-type: text/x.tlog.size"));
            assert_eq!(parse_size(reply.body.as_bytes()), Some(4));
        }
    }
    let after = get(server.address, &format!("/{}", checkpoint_path(ORIGIN)))
        .unwrap()
        .body;
    assert_eq!(after, shown);
    assert_eq!(server.add(&next.request(4)).status, 200);
    // What does not continue was kept as evidence, each once, beside what was vouched for.
    let kept = |begin: &str, end: &str| kept(dir.path(), ORIGIN, begin, end);
    assert_eq!((kept("fork-", ".offered"), kept("fork-", ".seen")), (1, 1));
    assert_eq!(kept("inconsistent-", ".offered"), 2);
    assert_eq!(kept("", ""), 6);
}

/// How many files of evidence against a log have names that begin and end like this.
fn kept(dir: &Path, origin: &str, begin: &str, end: &str) -> usize {
    let room = dir.join("evidence").join(origin_hash(origin));
    let files = std::fs::read_dir(room).into_iter().flatten();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    names
        .filter(|name| name.starts_with(begin) && name.ends_with(end))
        .count()
}

/// Promise: a log that is wrong all the time fills its own room and no other: a fork is kept all the
/// same, its own as that of another log.
#[test]
fn a_chatty_log_takes_no_other_logs_room() {
    const OTHER: &str = "cn.kontaktstelle.example/exchange/de";
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(create(dir.path()));
    server.state.add_log(&Log::new(OTHER, 0).vkeys()).unwrap();
    for origin in [ORIGIN, OTHER] {
        assert_eq!(server.add(&Log::new(origin, 4).request(0)).status, 200);
    }
    let reversed = |origin, size| {
        let mut log = Log::new(origin, size);
        log.leaves.reverse();
        log
    };
    for size in 5..300 {
        assert_eq!(server.add(&reversed(ORIGIN, size).request(4)).status, 422);
    }
    let inconsistent = kept(dir.path(), ORIGIN, "inconsistent-", ".offered");
    assert!((1..=16).contains(&inconsistent), "{inconsistent}");
    for origin in [ORIGIN, OTHER] {
        assert_eq!(server.add(&reversed(origin, 4).request(4)).status, 422);
        assert_eq!(kept(dir.path(), origin, "fork-", ".offered"), 1, "{origin}");
        assert_eq!(kept(dir.path(), origin, "fork-", ".seen"), 1, "{origin}");
    }
}

/// Promise: no log can bring the witness to a halt by its name or the number of its keys: what could
/// be stored and not be cosigned is not followed, and the others are served on.
#[test]
fn a_log_that_cannot_be_cosigned_is_not_followed() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(create(dir.path()));
    let longest = "o".repeat(255);
    let too_long = "o".repeat(256);
    server
        .state
        .add_log(&Log::new(&longest, 0).vkeys())
        .unwrap();
    let refused = server.state.add_log(&Log::new(&too_long, 0).vkeys());
    assert!(matches!(refused, Err(StateError::OriginTooLong(256))));
    let many: Vec<String> = (100..163)
        .map(|n| {
            Ed25519Signer::from_seed("many.example", [n; 32])
                .verifier()
                .vkey()
        })
        .collect();
    let refused = server.state.add_log(&many);
    assert!(matches!(refused, Err(StateError::TooManyLogs)));
    for origin in [&longest, ORIGIN] {
        assert_eq!(server.add(&Log::new(origin, 1).request(0)).status, 200);
    }
}

/// Promise: what is no request of the protocol is turned away, within bounds of size and time.
#[test]
fn everything_else_is_turned_away() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(create(dir.path()));
    let at = server.address;
    assert_eq!(get(at, "/").unwrap().status, 404);
    assert_eq!(get(at, "/../memory").unwrap().status, 404);
    assert_eq!(get(at, "/..%2fmemory/checkpoint").unwrap().status, 404);
    assert_eq!(get(at, ADD).unwrap().status, 405);
    let hash = format!("/{}", checkpoint_path(ORIGIN));
    assert_eq!(post(at, &hash, "").unwrap().status, 405);
    let announced = b"POST /add-checkpoint HTTP/1.1\r\nhost: w\r\ncontent-length: 300000\r\n\r\n";
    assert_eq!(exchange(at, announced).unwrap().status, 413);
    let head = "POST /add-checkpoint HTTP/1.1\r\nhost: w\r\ntransfer-encoding: chunked\r\n\r\n";
    let unannounced = format!("{head}40001\r\n{}", "x".repeat(0x40001));
    assert_eq!(exchange(at, unannounced.as_bytes()).unwrap().status, 413);
    let slow = b"POST /add-checkpoint HTTP/1.1\r\nhost: w\r\ncontent-length: 100\r\n\r\nold";
    assert_eq!(exchange(at, slow).unwrap().status, 408);
    let never = b"POST /add-checkpoint HTTP/1.1\r\nhost: w\r\n";
    assert!(exchange(at, never).is_none_or(|reply| reply.status == 408));
    assert_eq!(server.add(&Log::new(ORIGIN, 1).request(0)).status, 200);
}

/// Promise: two logs at once, and many requests for each size at once, never give two cosignatures that
/// contradict each other.
#[test]
fn requests_at_once_cannot_fork() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::start(create(dir.path()));
    let mut base = Log::new(ORIGIN, 0);
    for round in 0..8 {
        let branches: Vec<Log> = (0..6)
            .map(|n| base.grown(&format!("{round} {n}")))
            .collect();
        let old = base.size();
        let address = server.address;
        let won: Vec<bool> = std::thread::scope(|scope| {
            let ask = |log: &Log| post(address, ADD, &log.request(old)).unwrap().status;
            let asking: Vec<_> = branches
                .iter()
                .map(|log| scope.spawn(move || ask(log)))
                .collect();
            let status = asking.into_iter().map(|asking| asking.join().unwrap());
            status.map(|status| status == 200).collect()
        });
        let winners: Vec<_> = branches.iter().zip(&won).filter(|(_, won)| **won).collect();
        assert_eq!(winners.len(), 1, "{won:?}");
        base = winners[0].0.clone();
    }
}

/// Promise: after a restart the witness knows what it has seen, and shows what it has cosigned.
#[test]
fn a_restart_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let path = format!("/{}", checkpoint_path(ORIGIN));
    let before = {
        let server = Server::start(create(dir.path()));
        assert_eq!(server.add(&Log::new(ORIGIN, 5).request(0)).status, 200);
        (
            get(server.address, &path).unwrap().body,
            server.state.vkeys(),
        )
    };
    let server = Server::start(State::open(dir.path(), &Unprotected).unwrap());
    let after = (
        get(server.address, &path).unwrap().body,
        server.state.vkeys(),
    );
    assert_eq!(before, after);
    let conflict = server.add(&Log::new(ORIGIN, 6).request(0));
    assert_eq!((conflict.status, conflict.body.as_str()), (409, "5\n"));
    let mut forged = Log::new(ORIGIN, 5);
    forged.leaves.reverse();
    assert_eq!(server.add(&forged.request(5)).status, 422);
    assert_eq!(server.add(&Log::new(ORIGIN, 6).request(5)).status, 200);
    assert_eq!(server.add(&Log::new(ORIGIN, 6).request(6)).status, 200);
}
