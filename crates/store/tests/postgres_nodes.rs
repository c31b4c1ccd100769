//! Several nodes beside one PostgreSQL, and what happens between a node and its server.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod cluster;
mod conformance;
mod node;
mod wire;

use cluster::{Cluster, USER};
use conformance::{
    EXCHANGE, OFFICE, check_signed, document, entry, expect, one, origin, recompute, texts,
};
use journal::proof::{consistency_proof, verify_consistency};
use node::{Node, SharedAnchor};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::postgres::Postgres;
use store::{CommitError, Database, LogTiles, StoreError};
use wire::{Cut, Wire};

fn name(url: &str) -> &str {
    url.rsplit('/').next().unwrap()
}

/// Checks that a log is whole and that the anchor's history is one chain of beginnings of it.
fn assert_one_chain(database: &Arc<dyn Database>, anchor: &SharedAnchor, log: &str) {
    let head = database.head(log).unwrap();
    check_signed(&head);
    assert_eq!(recompute(&**database, log).unwrap(), head.size);
    let history = anchor.history(&origin(log));
    let newest = history.last().unwrap();
    assert_eq!((newest.size, newest.root), (head.size, head.root));
    let tiles = LogTiles::new(database.clone(), log);
    for pair in history.windows(2) {
        let [old, new] = pair else { unreachable!() };
        assert!(old.size < new.size, "{} after {}", new.size, old.size);
        let proof = consistency_proof(&tiles, old.size, new.size).unwrap();
        verify_consistency(old.size, &old.root, new.size, &new.root, &proof).unwrap();
    }
}

/// Promise: two nodes that write to the same logs at once interleave. Every acknowledged entry is
/// there once, at the place that was told and in the order its writer wrote; of rivals for one
/// document exactly one wins each revision; all heads ever anchored are one chain.
#[test]
fn two_nodes_that_fight_never_fork() {
    const THREADS: usize = 4;
    const BATCHES: usize = 150;
    let (url, anchor) = (Cluster::shared().database(), SharedAnchor::new());
    let nodes = [Node::open(&url, &anchor), Node::open(&url, &anchor)];
    let write = |node: usize, thread: usize| {
        let store = &nodes[node].store;
        let mut told = Vec::new();
        let (mut won, mut revision) = (0, 0);
        for n in 0..BATCHES {
            let text = format!("{node}/{thread}/{n}");
            let log = [OFFICE, EXCHANGE][n % 2];
            let mut batch = one(log, &text);
            if n % 3 == 0 {
                batch.entries.push(entry(OFFICE, &format!("{text}+")));
            }
            if n % 5 == 0 {
                // All eight writers of both nodes want the same document.
                batch.expect = vec![expect("case", "contested", revision)];
                batch.documents = vec![document("case", "contested", &text, Some(0))];
            }
            match store.commit(batch) {
                Ok(committed) => {
                    won += i64::from(n % 5 == 0);
                    let head = |place: &store::EntryRef| {
                        committed
                            .heads
                            .iter()
                            .find(|head| head.log == place.log)
                            .unwrap()
                            .clone()
                    };
                    for (place, text) in committed.entries.iter().zip([text.clone(), text + "+"]) {
                        told.push((place.clone(), text, head(place)));
                    }
                }
                Err(CommitError::Conflict { .. }) => assert_eq!(n % 5, 0),
                Err(error) => panic!("{error:?}"),
            }
            let newest = store.document("case", "contested").unwrap();
            revision = newest.map_or(0, |document| document.revision);
        }
        (told, won)
    };
    let results: Vec<_> = std::thread::scope(|scope| {
        let all = (0..2).flat_map(|node| (0..THREADS).map(move |thread| (node, thread)));
        let threads: Vec<_> = all
            .map(|(node, thread)| {
                let write = &write;
                scope.spawn(move || write(node, thread))
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });

    let database: Arc<dyn Database> = nodes[0].store.clone();
    for log in [OFFICE, EXCHANGE] {
        assert_one_chain(&database, &anchor, log);
        let said = texts(&*database, log);
        let tiles = LogTiles::new(database.clone(), log);
        let head = database.head(log).unwrap();
        let mut places = BTreeSet::new();
        for (told, _) in &results {
            let mut last = None;
            for (place, text, covering) in told.iter().filter(|(place, _, _)| place.log == log) {
                assert_eq!(said.get(place.index as usize), Some(text));
                assert!(places.insert(place.index));
                assert!(last < Some(place.index), "a writer's own order is kept");
                last = Some(place.index);
                check_signed(covering);
                assert!(place.index < covering.size && covering.size <= head.size);
                let proof = consistency_proof(&tiles, covering.size, head.size).unwrap();
                verify_consistency(covering.size, &covering.root, head.size, &head.root, &proof)
                    .unwrap();
            }
        }
        assert_eq!(places.len(), said.len(), "nothing that nobody was told of");
    }
    let revisions = database.revisions("case", "contested").unwrap();
    assert_eq!(
        revisions.len() as i64,
        results.iter().map(|(_, won)| won).sum::<i64>()
    );
    assert!(nodes.iter().all(|node| !node.has_ended()));
    // Both sides got to write, and both read the same heads.
    for node in ["0/", "1/"] {
        assert!(
            texts(&*database, OFFICE)
                .iter()
                .any(|text| text.starts_with(node))
        );
    }
    assert_eq!(
        nodes[0].store.head(OFFICE).unwrap().size,
        nodes[1].store.head(OFFICE).unwrap().size
    );
}

/// Promise: a connection that breaks while nobody uses it is made again, and nobody notices.
#[test]
fn connections_cut_while_idle_are_made_again() {
    let (url, anchor) = (Cluster::shared().database(), SharedAnchor::new());
    let node = Node::open(&url, &anchor);
    for round in 0..3 {
        node.store.commit(one(OFFICE, &round.to_string())).unwrap();
        assert_eq!(texts(&*node.store, OFFICE).len(), round + 1);
        let cut = Cluster::shared().psql(
            "postgres",
            &format!(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{}'",
                name(&url)
            ),
        );
        assert!(cut.parse::<u32>().unwrap() >= 2, "{cut}");
    }
    node.store.commit(one(OFFICE, "last")).unwrap();
    assert_eq!(texts(&*node.store, OFFICE).len(), 4);
    assert!(!node.has_ended());
}

/// Promise: where the answer to a commit is lost, the node finds out what became of it: what took
/// place is acknowledged once, at its place, and is there once.
#[test]
fn a_commit_whose_answer_is_lost_is_found_again() {
    let (url, anchor) = (Cluster::shared().database(), SharedAnchor::new());
    let wire = Wire::to(Cluster::shared().port());
    let node = Node::open(&wire.url(name(&url)), &anchor);
    for n in 0..5 {
        wire.cut_at_next_commit(Cut::AfterTheServerHasIt);
        let committed = node.store.commit(one(OFFICE, &n.to_string())).unwrap();
        assert_eq!(committed.entries[0].index, n);
    }
    assert_eq!(wire.cuts(), 5);
    assert_eq!(texts(&*node.store, OFFICE), ["0", "1", "2", "3", "4"]);
    assert!(!node.has_ended());
    let database: Arc<dyn Database> = node.store.clone();
    assert_one_chain(&database, &anchor, OFFICE);
}

/// Promise: where a commit never reached the server nobody is told that it did; the writer stops,
/// and after the next start the node goes on from where the log stands.
#[test]
fn a_commit_that_never_arrived_is_not_acknowledged() {
    let (url, anchor) = (Cluster::shared().database(), SharedAnchor::new());
    let wire = Wire::to(Cluster::shared().port());
    let node = Node::open(&wire.url(name(&url)), &anchor);
    node.store.commit(one(OFFICE, "first")).unwrap();
    wire.cut_at_next_commit(Cut::BeforeTheServerHasIt);
    let lost = node.store.commit(one(OFFICE, "lost"));
    assert!(matches!(
        lost,
        Err(CommitError::Store(StoreError::WriterStopped))
    ));
    assert!(node.ends());
    drop(node);
    let node = Node::open(&wire.url(name(&url)), &anchor);
    node.store.commit(one(OFFICE, "second")).unwrap();
    assert_eq!(texts(&*node.store, OFFICE), ["first", "second"]);
}

/// Promise: a server that has frozen, connections open and all, hangs nobody for ever: the node goes
/// to the next host of its URL.
#[test]
fn a_frozen_server_is_passed_over() {
    let frozen = Cluster::start("");
    let live = Cluster::shared();
    let url = live.database();
    let url = format!(
        "postgres://{USER}@127.0.0.1:{},127.0.0.1:{}/{}?connect_timeout=1",
        frozen.port(),
        live.port(),
        name(&url)
    );
    frozen.freeze(true);
    let begun = Instant::now();
    let node = Node::open(&url, &SharedAnchor::new());
    node.store.commit(one(OFFICE, "on the other host")).unwrap();
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "{:?}",
        begun.elapsed()
    );
    // Without another host it is an error, after its time.
    let alone = format!(
        "postgres://{USER}@127.0.0.1:{}/postgres?connect_timeout=1",
        frozen.port()
    );
    assert!(matches!(
        Postgres::writable(&alone),
        Err(StoreError::Engine { .. })
    ));
    frozen.freeze(false);
}

/// Promise: a standby is not written to where the URL names it before the primary.
#[test]
fn a_server_that_takes_no_writes_is_passed_over() {
    let reading = Cluster::start("default_transaction_read_only = on");
    let live = Cluster::shared();
    let url = format!(
        "postgres://{USER}@127.0.0.1:{},127.0.0.1:{}/{}",
        reading.port(),
        live.port(),
        name(&live.database())
    );
    let node = Node::open(&url, &SharedAnchor::new());
    node.store.commit(one(OFFICE, "on the primary")).unwrap();
}

/// Promise: a commit whose wait for the synchronous standby was cut short counts as failed, though
/// the server calls it done and others see its rows: nothing is signed over it, and a node that
/// starts does not sign over it either until the standby has it.
#[test]
fn a_commit_without_its_standby_is_not_acknowledged() {
    let cluster = Cluster::start("");
    let (url, anchor) = (cluster.database(), SharedAnchor::new());
    let node = Node::open(&url, &anchor);
    node.store.commit(one(OFFICE, "replicated")).unwrap();
    let before = anchor.history(&origin(OFFICE));
    let set = |standby: &str| {
        cluster.psql(
            "postgres",
            &format!("ALTER SYSTEM SET synchronous_standby_names = '{standby}'"),
        );
        cluster.psql("postgres", "SELECT pg_reload_conf()");
        // The checkpointer publishes the setting.
        std::thread::sleep(Duration::from_millis(500));
    };
    let cut_the_wait_short = || {
        let sql = "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
        let begun = Instant::now();
        while cluster.psql("postgres", sql) == "0" {
            assert!(
                begun.elapsed() < Duration::from_secs(30),
                "nobody waits for the standby"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    set("nobody_there");
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| node.store.commit(one(OFFICE, "only here")));
        cut_the_wait_short();
        let refused = waiting.join().unwrap();
        assert!(
            matches!(refused, Err(CommitError::Store(StoreError::WriterStopped))),
            "{refused:?}"
        );
    });
    assert!(node.ends());
    assert_eq!(
        cluster.psql(name(&url), "SELECT size FROM logs WHERE name = 'office'"),
        "2"
    );
    assert_eq!(anchor.history(&origin(OFFICE)), before);
    drop(node);
    std::thread::scope(|scope| {
        let opening = scope.spawn(|| Node::try_open(&url, &anchor).map(|_| ()));
        cut_the_wait_short();
        assert!(opening.join().unwrap().is_err());
    });
    assert_eq!(anchor.history(&origin(OFFICE)), before);
    // The standby is back (or the operator has decided to go on without): now it is signed.
    set("");
    let node = Node::open(&url, &anchor);
    assert_eq!(node.store.head(OFFICE).unwrap().size, 2);
    let database: Arc<dyn Database> = node.store.clone();
    assert_one_chain(&database, &anchor, OFFICE);
}

/// Promise: a server that does not promise durability is refused.
#[test]
fn a_server_that_does_not_sync_is_refused() {
    for setting in ["fsync = off", "full_page_writes = off"] {
        let cluster = Cluster::start(setting);
        match Postgres::writable(&cluster.database()) {
            Err(StoreError::Engine { source, .. }) => {
                assert!(
                    source
                        .to_string()
                        .contains(setting.split(' ').next().unwrap())
                );
            }
            _ => panic!("{setting} was taken"),
        }
    }
    // A weaker promise for single commits is made good by the node's own connection.
    let cluster = Cluster::start("synchronous_commit = off");
    let (url, anchor) = (cluster.database(), SharedAnchor::new());
    cluster.psql(
        "postgres",
        &format!("ALTER DATABASE {} SET statement_timeout = 1", name(&url)),
    );
    let node = Node::open(&url, &anchor);
    for n in 0..20 {
        node.store.commit(one(OFFICE, &n.to_string())).unwrap();
    }
    cluster.kill();
    cluster.run();
    assert_eq!(texts(&*node.store, OFFICE).len(), 20);
}

/// Promise: the way to another machine is encrypted, and only the server that the authority vouches
/// for is spoken to.
#[test]
fn a_server_is_proved_by_its_certificate() {
    let dir = tempfile::tempdir().unwrap();
    let authority = |file: &str| {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut parameters = rcgen::CertificateParams::new(Vec::new()).unwrap();
        parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let certificate = parameters.self_signed(&key).unwrap();
        let path = dir.path().join(file);
        std::fs::write(&path, certificate.pem()).unwrap();
        (path, rcgen::Issuer::new(parameters, key))
    };
    let (trusted, issuer) = authority("authority.pem");
    let (stranger, _) = authority("stranger.pem");
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::new(vec!["localhost".to_owned()])
        .unwrap()
        .signed_by(&key, &issuer)
        .unwrap();
    let cluster = Cluster::start("");
    cluster.write("server.crt", &certificate.pem());
    cluster.write("server.key", &key.serialize_pem());
    cluster.psql("postgres", "ALTER SYSTEM SET ssl = on");
    cluster.psql("postgres", "SELECT pg_reload_conf()");
    let database = name(&cluster.database()).to_owned();
    let url = |root: &std::path::Path| {
        format!(
            "postgres://{USER}@localhost:{}/{database}?sslrootcert={}",
            cluster.port(),
            root.display()
        )
    };
    let node = Node::open(&url(&trusted), &SharedAnchor::new());
    node.store.commit(one(OFFICE, "encrypted")).unwrap();
    let encrypted = "SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
        WHERE application_name = 'kontaktstelle'";
    assert_eq!(cluster.psql(&database, encrypted), "t");
    assert!(Postgres::read_only(&url(&stranger)).is_err());
    let elsewhere = url(&trusted).replace("localhost", "127.0.0.1");
    assert!(
        Postgres::read_only(&elsewhere).is_err(),
        "the certificate names another host"
    );
}
