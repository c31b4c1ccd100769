//! Nodes and domestic witnesses vouch for logs, and remember what a node has forgotten.
#![allow(clippy::unwrap_used)]

mod support;

use exchange::connection::Answered;
use hyper::StatusCode;
use journal::checkpoint::Checkpoint;
use journal::grade::Grade;
use journal::hash::sha256;
use journal::note::{Note, NoteSigner};
use journal::witness::AddCheckpoint;
use office::{Actor, Command, OFFICE_LOG, OfficeError, ReadOnly, Standing, WitnessPolicy};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use store::EntryRef;
use support::line::{Says, impostor};
use support::{House, Running, keys, listen, stop, two_witnesses, until, wire};

const DE_LOG: &str = "exchange-cn";

fn grade(house: &House, log: &str, index: u64) -> Grade {
    let log = log.to_owned();
    let evidence = house.office().reader().grade(&EntryRef { log, index });
    evidence.unwrap().grade
}

fn size(house: &House, log: &str) -> u64 {
    house.office().reader().head(log).unwrap().size
}

/// What is the matter with which log's witness, log by log.
fn faults(house: &House) -> Vec<(&'static str, &'static str)> {
    let of = |log| house.office().witness_targets(log).unwrap();
    [DE_LOG, OFFICE_LOG]
        .into_iter()
        .flat_map(|log| of(log).into_iter().map(move |target| (log, target)))
        .filter_map(|(log, target)| Some((log, target.fault()?.code())))
        .collect()
}

fn may_ping(house: &House, peer: &House) -> Result<(), OfficeError> {
    let peer = peer.party.clone();
    let done = house
        .office()
        .execute(&Actor::local_operator(), &Command::Ping { peer });
    done.map(drop)
}

/// Promise: each node has its exchange log cosigned by the other at the cadence, over the pinned
/// connection; the grade of every entry rises; the office journal is shown to no peer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_witness_each_other() {
    let (mut de, mut cn) = two_witnesses().await;
    let receptions = [de.receive().await, cn.receive().await];
    let rounds = [de.send().1, cn.send().1];
    let cadence = Duration::from_millis(50);
    let witnessings = [&de, &cn].map(|house| {
        let witnessing = house.witnessing_rounds();
        Running::start(|stopped| witnessing.run(cadence, stopped))
    });
    de.ping(&cn);
    until("both hold the second receipt", || {
        !cn.receipted(&de, "E.1").is_empty() && !de.receipted(&cn, "E.1").is_empty()
    })
    .await;
    for (house, log) in [(&de, DE_LOG), (&cn, "exchange-de")] {
        let last = size(house, log) - 1;
        until("the last entry is witnessed", || {
            grade(house, log, last) == Grade::PeerWitnessed
        })
        .await;
        assert_eq!(grade(house, log, 0), Grade::PeerWitnessed);
        assert_eq!(grade(house, OFFICE_LOG, 0), Grade::SelfSigned);
    }
    // Later entries too, without anybody asking.
    de.ping(&cn);
    let last = size(&de, DE_LOG) - 1;
    until("the new entry is witnessed", || {
        grade(&de, DE_LOG, last) == Grade::PeerWitnessed
    })
    .await;
    stop(receptions.into_iter().chain(rounds).chain(witnessings)).await;
}

/// A request for a tree that the log never had, signed by the log all the same.
fn forged(house: &House, old: u64, size: u64, tree: &[u8]) -> String {
    let signers = house.keys.log_signers(DE_LOG);
    let signers: Vec<&dyn NoteSigner> = signers.iter().map(|s| s.as_ref() as _).collect();
    let checkpoint = Checkpoint {
        origin: house.keys.origin(DE_LOG),
        size,
        root: sha256(tree),
    };
    let signed = checkpoint.sign(&signers).unwrap();
    AddCheckpoint::new(old, Vec::new(), &signed)
        .unwrap()
        .to_string()
}

async fn add_checkpoint(from: &House, to: &House, request: String) -> Answered {
    let mut connection = wire::open(from, to).await.unwrap();
    connection.add_checkpoint(request).await.unwrap()
}

/// Promise: of two trees that a log signs for one size only one is ever cosigned, whichever way the
/// second is asked for; the pair that proves the fork is kept, once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fork_is_never_cosigned() {
    let (de, mut cn) = two_witnesses().await;
    let reception = cn.receive().await;
    de.ping(&cn);
    let seen = size(&de, DE_LOG);
    de.witnessing_rounds().round().await;
    assert_eq!(grade(&de, DE_LOG, 0), Grade::PeerWitnessed);
    let shown = || {
        cn.office()
            .witnessed_checkpoint(&de.party)
            .unwrap()
            .unwrap()
    };
    let before = Note::parse(&shown()).unwrap().text().to_owned();

    for (old, size, status) in [
        (seen, seen, StatusCode::UNPROCESSABLE_ENTITY),
        (0, seen, StatusCode::CONFLICT),
        (seen, seen + 1, StatusCode::UNPROCESSABLE_ENTITY),
        (0, seen + 1, StatusCode::CONFLICT),
    ] {
        let request = forged(&de, old, size, b"another tree");
        let answer = add_checkpoint(&de, &cn, request).await;
        assert_eq!(answer.status, status, "{old} {size}");
        let body = String::from_utf8(answer.body).unwrap();
        assert!(!body.contains("cn.kontaktstelle.example"), "{body}");
    }
    assert_eq!(Note::parse(&shown()).unwrap().text(), before);
    assert_eq!(cn.entries(OFFICE_LOG, "peer.log-forked").len(), 1);
    reception.stop().await;
}

/// Promise: many requests at once for different trees of one size get one cosigned tree between them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forks_at_once_are_not_cosigned_either() {
    let (de, mut cn) = two_witnesses().await;
    let reception = cn.receive().await;
    let (de_ref, cn_ref) = (&de, &cn);
    let ask = async |tree: u8| {
        let request = forged(de_ref, 0, 1, &[tree]);
        add_checkpoint(de_ref, cn_ref, request).await.status
    };
    let (a, b, c) = tokio::join!(ask(1), ask(2), ask(3));
    let cosigned = [a, b, c].iter().filter(|s| **s == StatusCode::OK).count();
    assert_eq!(cosigned, 1);
    assert_eq!(cn.entries(OFFICE_LOG, "peer.log-forked").len(), 1);
    reception.stop().await;
}

/// A domestic witness that follows these logs of a house.
struct Domestic {
    running: Running,
    policy: WitnessPolicy,
    state: Arc<witness::State>,
    _directory: tempfile::TempDir,
}

impl Domestic {
    async fn of(house: &House, logs: &[&str]) -> Self {
        let keys = witness::WitnessKeys::generate("court.example/witness").unwrap();
        Self::with_keys(keys, house, logs, keys::free_address()).await
    }

    /// The same with these keys and a new memory.
    async fn with_keys(
        keys: witness::WitnessKeys,
        house: &House,
        logs: &[&str],
        address: SocketAddr,
    ) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("state");
        let state = witness::State::create(&path, keys, &witness::Unprotected).unwrap();
        for log in logs {
            state.add_log(&house.keys.log_vkeys(log)).unwrap();
        }
        let state = Arc::new(state);
        let listener = listen(address).await;
        let served = state.clone();
        let running = Running::start(|stopped| {
            let clock = witness::server::system_time;
            witness::serve(listener, served, clock, witness::Limits::default(), stopped)
        });
        let [ed25519, ml_dsa_44] = state.vkeys();
        let policy = format!(
            "witness court {ed25519} http://{address}\nwitness court-pq {ml_dsa_44} http://{address}\n\
             group domestic all court court-pq\nquorum domestic\n"
        );
        let policy: journal::policy::Policy = policy.parse().unwrap();
        Self {
            running,
            policy: WitnessPolicy {
                office: Some(policy.clone()),
                exchange: Some(policy),
            },
            state,
            _directory: directory,
        }
    }
}

/// Promise: a domestic witness cosigns over HTTP what it has not seen before and nothing else; with
/// it all logs, the office journal among them, have the highest grade.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_domestic_witness_vouches_for_all_logs() {
    let (mut de, mut cn) = two_witnesses().await;
    let domestic = Domestic::of(&de, &[OFFICE_LOG, DE_LOG]).await;
    let reception = cn.receive().await;
    de.restart_after(|de| de.witnesses = domestic.policy.clone())
        .await;
    assert!(matches!(
        may_ping(&de, &cn),
        Err(OfficeError::Unconfirmed { .. })
    ));
    let witnessing = de.witnessing_rounds();
    // Asked, both say that they have seen nothing yet.
    assert_eq!(witnessing.confirm().await.unwrap(), Standing::Signing);
    assert!(de.entries(OFFICE_LOG, "standing.unconfirmed").is_empty());

    for _ in 0..2 {
        de.ping(&cn);
        let sizes = [OFFICE_LOG, DE_LOG].map(|log| (log, size(&de, log)));
        witnessing.round().await;
        let seen = domestic.state.seen().unwrap();
        for (log, size) in sizes {
            assert_eq!(grade(&de, log, size - 1), Grade::QuorumWitnessed, "{log}");
            let origin = de.keys.origin(log);
            let seen = seen.iter().find(|(seen, _)| seen.origin == origin);
            assert_eq!(seen.unwrap().0.size, size, "{log}");
        }
    }
    drop(witnessing);

    // After a restart it is asked what it has seen, and has nothing against us.
    de.restart().await;
    let witnessing = de.witnessing_rounds();
    assert_eq!(witnessing.confirm().await.unwrap(), Standing::Signing);
    may_ping(&de, &cn).unwrap();
    stop([reception, domestic.running]).await;
}

/// Database and anchor, copied while the node does not run.
struct Copies(tempfile::TempDir);

impl Copies {
    fn files(database: &Path) -> impl Iterator<Item = PathBuf> {
        let folder = database.parent().unwrap();
        let files = std::fs::read_dir(folder).unwrap();
        files
            .map(|file| file.unwrap().path())
            .filter(|path| path.is_file())
    }

    fn take(database: &Path) -> Self {
        let copies = tempfile::tempdir().unwrap();
        for file in Self::files(database) {
            std::fs::copy(&file, copies.path().join(file.file_name().unwrap())).unwrap();
        }
        Self(copies)
    }

    fn put_back(&self, database: &Path) {
        for file in Self::files(database) {
            std::fs::remove_file(file).unwrap();
        }
        for file in std::fs::read_dir(self.0.path()).unwrap() {
            let file = file.unwrap();
            let name = database.parent().unwrap().join(file.file_name());
            std::fs::copy(file.path(), name).unwrap();
        }
    }
}

/// A house whose database, anchor and all, was set back behind what `cn` has witnessed. Gives how
/// many entries `cn` has seen.
async fn set_back(de: &mut House, cn: &House) -> u64 {
    de.ping(cn);
    let path = de.database_path();
    let mut copies = None;
    de.restart_after(|_| copies = Some(Copies::take(&path)))
        .await;
    de.witnessing_rounds().confirm().await.unwrap();
    de.ping(cn);
    let seen = size(de, DE_LOG);
    de.witnessing_rounds().round().await;
    assert_eq!(grade(de, DE_LOG, seen - 1), Grade::PeerWitnessed);
    de.restart_after(|_| copies.unwrap().put_back(&path)).await;
    assert!(size(de, DE_LOG) < seen);
    seen
}

fn is_set_back(house: &House, by: &str, seen_by_it: u64) -> bool {
    matches!(
        house.office().standing(),
        Standing::ReadOnly(ReadOnly::SetBack { log, seen, seen_by, .. })
            if log == DE_LOG && seen == seen_by_it && seen_by == by
    )
}

/// Promise: a node that is started on an old copy of its database asks its witness first, and signs
/// nothing: neither an entry, nor a receipt, nor a cosignature.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_was_set_back_does_not_sign() {
    let (mut de, mut cn) = two_witnesses().await;
    let reception = cn.receive().await;
    let seen = set_back(&mut de, &cn).await;
    de.witnessing_rounds().confirm().await.unwrap();
    assert!(is_set_back(&de, "cn", seen), "{:?}", de.office().standing());
    assert!(matches!(may_ping(&de, &cn), Err(OfficeError::ReadOnly(_))));

    let before = size(&de, DE_LOG);
    let own_reception = de.receive().await;
    let message = support::forge::ping(&cn, &de, support::forge::FIRST).encode();
    let (status, _) = wire::refusal(wire::hand_in(&cn, &de, message).await);
    assert_eq!(status, 503);
    cn.ping(&de);
    cn.witnessing_rounds().round().await;
    assert_eq!(grade(&cn, "exchange-de", 0), Grade::SelfSigned);
    assert_eq!(size(&de, DE_LOG), before);
    stop([reception, own_reception]).await;
}

/// Promise: where no witness could be reached at the start the node goes on, on the record; as soon
/// as one is back and has seen more, the node stops signing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_witness_that_comes_back_late_still_finds_it_out() {
    let (mut de, mut cn) = two_witnesses().await;
    let reception = cn.receive().await;
    let seen = set_back(&mut de, &cn).await;
    reception.stop().await;
    let witnessing = de.witnessing_rounds();
    assert_eq!(witnessing.confirm().await.unwrap(), Standing::Signing);
    let noted = de.entries(OFFICE_LOG, "standing.unconfirmed");
    let not_asked = noted[0].body.as_ref().unwrap().get("not_asked").unwrap();
    assert_eq!(not_asked.to_string(), format!("[\"cn ({DE_LOG})\"]"));

    let reception = cn.receive().await;
    // By then it may be behind what was seen, or ahead of it on another branch.
    while size(&de, DE_LOG) < seen + 1 {
        may_ping(&de, &cn).unwrap();
    }
    witnessing.round().await;
    assert!(is_set_back(&de, "cn", seen), "{:?}", de.office().standing());
    assert!(may_ping(&de, &cn).is_err());
    reception.stop().await;
}

/// Promise: an answer that is no cosignature of what was asked about gives no grade and changes
/// nothing, and the lag is an alarm on the record.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_witness_that_signs_something_else_gives_no_grade() {
    let (de, mut cn) = two_witnesses().await;
    de.ping(&cn);
    let (request, _) = de.office().witness_request(DE_LOG, 0).unwrap();
    let earlier = cn
        .office()
        .witness_checkpoint(&de.party, request.to_string().as_bytes())
        .unwrap();
    de.ping(&cn);
    let huge = "— x AAAA\n".repeat(20_000);
    let answers = [
        (200, earlier.as_str()),
        (200, ""),
        (200, "no signature at all\n"),
        (200, huge.as_str()),
        (409, "7000\n"),
        (409, "0\n"),
        (409, "no number\n"),
        (422, ""),
        (500, ""),
    ];
    let mut answers: Vec<_> = answers.map(|(s, a)| (s, a.to_owned())).to_vec();
    let (count, witnessed) = (answers.len(), earlier.clone());
    answers.reverse();
    let next = move |asked: support::line::Asked| {
        if asked.line.starts_with("GET") {
            // Asked what it has seen: lines without a checkpoint.
            return Says::ok(witnessed.clone());
        }
        let is_again = matches!(answers.last(), Some((409, size)) if size == "0\n");
        let (status, answer) = if is_again {
            answers.last().cloned().unwrap()
        } else {
            answers.pop().unwrap_or((500, String::new()))
        };
        Says::status(status, answer)
    };
    let impostor = impostor(&mut cn, next).await;
    let witnessing = de.witnessing_rounds();
    for _ in 0..count {
        witnessing.round().await;
        assert_eq!(grade(&de, DE_LOG, 0), Grade::SelfSigned);
        assert_eq!(de.office().standing(), Standing::Signing);
    }
    de.clock.forward(Duration::from_secs(2 * 3600));
    de.office().watch().unwrap();
    assert_eq!(de.entries(OFFICE_LOG, "witness.lagging").len(), 1);
    impostor.stop().await;
}

/// Promise: a witness that takes a connection and says nothing keeps no other witness from being asked,
/// neither for its cosignature nor for the standing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_witness_delays_no_other() {
    let (mut de, mut cn) = two_witnesses().await;
    let domestic = Domestic::of(&de, &[OFFICE_LOG, DE_LOG]).await;
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let at = silent.local_addr().unwrap();
    let key = seal::keys::WitnessKey::generate().unwrap();
    let text = domestic.policy.office.as_ref().unwrap().to_string();
    // It stands first, and is of no account to the quorum.
    let policy: journal::policy::Policy = format!(
        "witness silent {} http://{at}\n{text}",
        key.vkeys("silent.example/w")[0]
    )
    .parse()
    .unwrap();
    de.restart_after(|de| {
        de.witnesses = WitnessPolicy {
            office: Some(policy.clone()),
            exchange: Some(policy),
        };
    })
    .await;
    let reception = cn.receive().await;
    let with_patience = |witness| {
        let patience = support::patient();
        de.witnessing_rounds().with_patience(exchange::Patience {
            witness,
            ..patience
        })
    };
    let confirming = with_patience(Duration::from_secs(2));
    assert_eq!(confirming.confirm().await.unwrap(), Standing::Signing);
    let noted = de.entries(OFFICE_LOG, "standing.confirmed");
    let not_asked = noted[0].body.as_ref().unwrap().get("not_asked").unwrap();
    assert_eq!(
        not_asked.to_string(),
        format!("[\"silent ({DE_LOG})\",\"silent ({OFFICE_LOG})\"]")
    );

    let witnessing = with_patience(2 * support::DEADLINE);
    let round = tokio::spawn(async move { witnessing.round().await });
    for log in [DE_LOG, OFFICE_LOG] {
        until("the others have cosigned", || {
            grade(&de, log, 0) == Grade::QuorumWitnessed
        })
        .await;
    }
    assert!(!round.is_finished(), "the silent one is still waited for");
    drop(silent);
    round.await.unwrap();
    stop([reception, domestic.running]).await;
}

/// Promise: what a witness refuses for is an alarm of its own, said once for as long as it lasts, and
/// over as soon as it cosigns.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_witness_that_refuses_raises_an_alarm_once() {
    let (de, mut cn) = two_witnesses().await;
    de.ping(&cn);
    let (honest, witnesses_for) = (cn.office().clone(), de.party.clone());
    let mut statuses = vec![200, 422, 422, 404, 404, 403, 403];
    let answer = move |asked: support::line::Asked| {
        if asked.line.starts_with("GET") {
            return Says::status(404, "");
        }
        match statuses.pop() {
            Some(200) | None => {
                let lines = honest.witness_checkpoint(&witnesses_for, &asked.body);
                Says::ok(lines.unwrap())
            }
            Some(status) => Says::status(status, ""),
        }
    };
    let impostor = impostor(&mut cn, answer).await;
    let witnessing = de.witnessing_rounds();
    for fault in ["refused-key", "unknown-log", "inconsistent"] {
        witnessing.round().await;
        witnessing.round().await;
        assert_eq!(faults(&de), [(DE_LOG, fault)]);
    }
    witnessing.round().await;
    assert_eq!(faults(&de), []);
    assert_eq!(de.entries(OFFICE_LOG, "witness.faulty").len(), 3);
    assert_eq!(de.entries(OFFICE_LOG, "witness.sound").len(), 1);
    impostor.stop().await;
}

/// Promise: an address at which a witness that has cosigned is not found is an alarm that ends with the
/// next cosignature: it was a proxy or a slip, and no word of the witness.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_witness_that_is_not_found_for_a_while_stays_one() {
    let (de, mut cn) = two_witnesses().await;
    let (honest, witnesses_for) = (cn.office().clone(), de.party.clone());
    let is_there = Arc::new(AtomicBool::new(true));
    let found = is_there.clone();
    let answer = move |asked: support::line::Asked| {
        if !found.load(Ordering::SeqCst) {
            return Says::status(404, "");
        }
        let lines = honest.witness_checkpoint(&witnesses_for, &asked.body);
        Says::ok(lines.unwrap())
    };
    let impostor = impostor(&mut cn, answer).await;
    let witnessing = de.witnessing_rounds();
    let not_found = [(DE_LOG, "unknown-log")];
    for (there, faults_now) in [(true, &[][..]), (false, &not_found), (true, &[])] {
        is_there.store(there, Ordering::SeqCst);
        de.ping(&cn);
        witnessing.round().await;
        assert_eq!(faults(&de), faults_now);
    }
    impostor.stop().await;
}

/// Promise: a witness that has shown once that it forgot is asked for no further cosignature, though
/// it would give one: the alarm stands for as long as it has its keys.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_witness_that_has_forgotten_is_not_asked_again() {
    let (de, mut cn) = two_witnesses().await;
    let (honest, witnesses_for) = (cn.office().clone(), de.party.clone());
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let answer = move |asked: support::line::Asked| match count.fetch_add(1, Ordering::SeqCst) {
        1 => Says::status(409, "0\n"),
        _ => Says::ok(
            honest
                .witness_checkpoint(&witnesses_for, &asked.body)
                .unwrap(),
        ),
    };
    let impostor = impostor(&mut cn, answer).await;
    let witnessing = de.witnessing_rounds();
    for (faults_now, asked_so_far) in [
        (&[][..], 1),
        (&[(DE_LOG, "lost-memory")], 2),
        (&[(DE_LOG, "lost-memory")], 2),
    ] {
        de.ping(&cn);
        witnessing.round().await;
        assert_eq!(faults(&de), faults_now);
        assert_eq!(asked.load(Ordering::SeqCst), asked_so_far);
    }
    assert!(de.entries(OFFICE_LOG, "witness.sound").is_empty());
    impostor.stop().await;
}

/// Promise: a node that was found whole again, but could not write so at that moment, does it in a later
/// round and signs again, also where nobody witnesses it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_without_witnesses_signs_again_by_itself() {
    let de = House::build("de", &["cn"]).await;
    let change = |sql: &str| {
        let connection = rusqlite::Connection::open(de.database_path()).unwrap();
        assert!(connection.execute(sql, []).unwrap() > 0, "{sql}");
    };
    let check = || de.office().self_check(&mut |_, _| ());
    check().unwrap();
    change("UPDATE entries SET body = replace(body, 'passed', 'rotten') WHERE log = 'office'");
    check().unwrap_err();
    change("UPDATE entries SET body = replace(body, 'rotten', 'passed') WHERE log = 'office'");
    // What it reads before it writes cannot be read.
    change(
        "INSERT INTO documents (family, id, revision, latest, tag, sort, json) VALUES ('epoch', 'office 1', 1, 1, '', 0, '{}')",
    );
    check().unwrap_err();
    let waits = || matches!(de.office().standing(), Standing::Unconfirmed { .. });
    assert!(waits());
    change("DELETE FROM documents WHERE family = 'epoch'");
    let witnessing = de.witnessing_rounds();
    let cadence = Duration::from_millis(20);
    let running = Running::start(|stopped| witnessing.run(cadence, stopped));
    until("it signs", || !waits()).await;
    assert_eq!(de.office().standing(), Standing::Signing);
    running.stop().await;
}

/// Promise: a witness that goes on with its key and without its memory is found out by what it has
/// cosigned: it is asked for no further cosignature, and its word confirms nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_witness_that_lost_its_memory_is_found_out() {
    let (mut de, mut cn) = two_witnesses().await;
    let address = keys::free_address();
    let witness_keys = witness::WitnessKeys::generate("court.example/witness").unwrap();
    let logs = [DE_LOG, OFFICE_LOG];
    let domestic = Domestic::with_keys(witness_keys.clone(), &de, &logs, address).await;
    let reception = cn.receive().await;
    de.restart_after(|de| de.witnesses = domestic.policy.clone())
        .await;
    de.witnessing_rounds().confirm().await.unwrap();
    de.ping(&cn);
    let witnessed = size(&de, DE_LOG);
    de.witnessing_rounds().round().await;
    assert_eq!(grade(&de, DE_LOG, witnessed - 1), Grade::QuorumWitnessed);

    domestic.running.stop().await;
    let forgetful = Domestic::with_keys(witness_keys, &de, &logs, address).await;
    de.ping(&cn);
    for _ in 0..2 {
        de.witnessing_rounds().round().await;
    }
    assert_eq!(grade(&de, DE_LOG, witnessed), Grade::PeerWitnessed);
    assert!(forgetful.state.seen().unwrap().is_empty());
    assert_eq!(faults(&de), logs.map(|log| (log, "lost-memory")));
    assert_eq!(de.entries(OFFICE_LOG, "witness.faulty").len(), 2);

    de.restart().await;
    de.witnessing_rounds().confirm().await.unwrap();
    let doubtful: Vec<String> = de.office().doubtful_logs().into_iter().collect();
    assert_eq!(doubtful, [DE_LOG, OFFICE_LOG]);
    stop([reception, forgetful.running]).await;
}
