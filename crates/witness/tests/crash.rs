//! The witness process is killed again and again while a lying log asks it to vouch for both branches of
//! a fork. Whatever it has said before and after, it has never said both.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod counterpart;

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use counterpart::{Log, post};
use journal::hash::Hash;
use journal::note::{AnyVerifier, Note};
use journal::witness::{Answer, parse_size};
use witness::server::system_time;
use witness::{Limits, State, StateError, Unprotected, WitnessKeys, serve};

const ORIGIN: &str = "de.kontaktstelle.example/exchange/cn";
const DIR: &str = "WITNESS_CRASH_TEST_DIR";
const ROUNDS: u64 = 60;

/// Not a test of its own: the process that is killed. It prints its address and serves until its
/// standard input ends, so it cannot outlive the test.
#[test]
fn serve_for_the_crash_test() {
    let Some(dir) = std::env::var_os(DIR) else {
        return;
    };
    let state = Arc::new(State::open(Path::new(&dir), &Unprotected).unwrap());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut out = std::io::stderr();
        writeln!(out, "serving on {}", listener.local_addr().unwrap()).unwrap();
        let ended = async {
            let wait = || std::io::stdin().read_to_end(&mut Vec::new());
            let _ended = tokio::task::spawn_blocking(wait).await;
        };
        serve(listener, state, system_time, Limits::default(), ended).await;
    });
}

struct Process {
    child: Child,
    address: SocketAddr,
}

impl Process {
    fn start(dir: &Path) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "serve_for_the_crash_test", "--nocapture"])
            .env(DIR, dir)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = lines
            .map_while(Result::ok)
            .find_map(|line| Some(line.split_once("serving on ")?.1.parse().unwrap()))
            .expect("the witness serves");
        Self { child, address }
    }

    fn kill(&mut self) {
        // SIGKILL.
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// A small generator, so that the same seed gives the same rounds (xorshift64*).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) % bound
    }
}

/// What the witness has vouched for, as its answers prove: one root per size, for ever.
#[derive(Default)]
struct Ledger(BTreeMap<u64, Hash>);

impl Ledger {
    fn enter(&mut self, log: &Log, answer: &str, keys: &[AnyVerifier]) {
        let mut note = Note::parse(&log.signed()).unwrap();
        let answer = Answer::parse(answer.as_bytes()).unwrap();
        answer.merge_into(&mut note, keys).unwrap();
        let head = log.head();
        let known = *self.0.entry(head.size).or_insert(head.root);
        assert_eq!(
            known, head.root,
            "two roots cosigned for size {}",
            head.size
        );
    }
}

/// Promise: a kill at any moment, also between storing and answering, never leads to two cosignatures of
/// which neither continues the other; and nothing that was vouched for is forgotten.
#[test]
fn killed_at_any_moment_it_never_vouches_for_a_fork() {
    let dir = tempfile::tempdir().unwrap();
    let keys = WitnessKeys::from_secret_bytes("dpa.example/witness", &[3; 64]).unwrap();
    let witness = keys
        .vkeys()
        .map(|vkey| AnyVerifier::from_vkey(&vkey).unwrap());
    let state = State::create(dir.path(), keys, &Unprotected).unwrap();
    state.add_log(&Log::new(ORIGIN, 0).vkeys()).unwrap();
    drop(state);

    let (mut dice, mut ledger) = (Dice(0x6b6f_6e74_616b_7431), Ledger::default());
    let mut base = Log::new(ORIGIN, 1);
    // How long a request takes on this machine, so that the kills fall all over it.
    let process = Process::start(dir.path());
    let begun = Instant::now();
    let first = post(process.address, "/add-checkpoint", &base.request(0)).unwrap();
    let usual = begun.elapsed().as_micros() as u64;
    ledger.enter(&base, &first.body, &witness);
    drop(process);
    let (mut stored_unanswered, mut nothing_stored, mut answered) = (0, 0, 0);
    for round in 0..ROUNDS {
        let (one, other) = (
            base.grown(&format!("{round} one")),
            base.grown(&format!("{round} other")),
        );
        let old = base.size();

        // The first branch, and a kill a moment later; often early, since the store is early too.
        let bound = [usual / 8, usual, usual * 3 / 2][round as usize % 3].max(1);
        let mut process = Process::start(dir.path());
        let address = process.address;
        let (request, delay) = (one.request(old), Duration::from_micros(dice.below(bound)));
        let asking = std::thread::spawn(move || post(address, "/add-checkpoint", &request));
        std::thread::sleep(delay);
        process.kill();
        let reply = asking.join().unwrap();
        if let Some(reply) = &reply {
            assert_eq!(reply.status, 200, "{}", reply.body);
            ledger.enter(&one, &reply.body, &witness);
        }

        // The other branch, to the restarted witness: only if the first was not stored.
        let process = Process::start(dir.path());
        assert!(matches!(
            State::open(dir.path(), &Unprotected).map(|_| ()),
            Err(StateError::InUse(_))
        ));
        let second = post(process.address, "/add-checkpoint", &other.request(old)).unwrap();
        base = match second.status {
            200 => {
                assert!(reply.is_none(), "a cosigned checkpoint was forgotten");
                nothing_stored += 1;
                ledger.enter(&other, &second.body, &witness);
                other
            }
            409 => {
                assert_eq!(parse_size(second.body.as_bytes()), Some(old + 1));
                match reply {
                    Some(_) => answered += 1,
                    None => stored_unanswered += 1,
                }
                // The log asks again for what was stored, and gets it.
                let again = one.request(old + 1);
                let again = post(process.address, "/add-checkpoint", &again).unwrap();
                assert_eq!(again.status, 200, "{}", again.body);
                ledger.enter(&one, &again.body, &witness);
                one
            }
            other => panic!("status {other}: {}", second.body),
        };
        drop(process);
    }
    assert_eq!(ledger.0.len() as u64, 1 + ROUNDS);
    // The kills have hit before and after the store, else nothing was tested.
    assert!(
        nothing_stored > 0,
        "{nothing_stored} {stored_unanswered} {answered}"
    );
    assert!(
        stored_unanswered + answered > 0,
        "{nothing_stored} {stored_unanswered} {answered}"
    );
    let mut out = std::io::stderr();
    let _shown = writeln!(
        out,
        "{ROUNDS} kills: {nothing_stored} before the store, {stored_unanswered} between store and answer, {answered} after"
    );
}
