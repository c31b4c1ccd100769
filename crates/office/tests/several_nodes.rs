//! Several nodes of one house beside one PostgreSQL.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "../../store/tests/node/anchor.rs"]
mod anchor;
#[path = "../../store/tests/cluster/mod.rs"]
mod cluster;
mod support;

use anchor::SharedAnchor;
use cluster::Cluster;
use journal::grade::Grade;
use office::{Acceptance, Delivery, DeliveryStep, Office};
use seal::keys::WitnessKey;
use std::sync::{Arc, Barrier};
use store::EntryRef;
use store::postgres::Postgres;
use support::{House, honest_request};

/// Hands in what is next, at the same moment as the other node. Gives the receipt.
fn hand_over(cn: &House, de: &House, delivery: &Delivery, start: &Barrier) -> String {
    start.wait();
    match &delivery.step {
        DeliveryStep::Consign { bytes, .. } => {
            match cn.office.accept_message(&de.party, bytes).unwrap() {
                Acceptance::Receipt(receipt) => receipt,
                Acceptance::PayloadsMissing(missing) => panic!("{missing:?}"),
            }
        }
        DeliveryStep::Release { headers } => cn
            .office
            .open_message(&de.party, &delivery.message, headers)
            .unwrap(),
    }
}

/// A node of this house beside others over one database.
fn node(house: &House, url: &str, anchor: &Arc<SharedAnchor>) -> Arc<Office> {
    let ended = |error: &store::StoreError| panic!("the writer stopped: {error}");
    let database = Postgres::open(url, anchor.clone(), house.signers(), ended).unwrap();
    house.open_over(Arc::new(database)).unwrap()
}

/// Promise: two nodes whose couriers take the same message from the outbox at the same moment
/// deliver it once: one entry for each step on either side, one effect, the same receipt.
#[test]
fn two_couriers_deliver_a_message_once() {
    let (url, anchor) = (Cluster::shared().database(), SharedAnchor::new());
    let mut de = House::new("de", &["cn", "fr"], false);
    let cn = House::new("cn", &["de"], false);
    de.office = node(&de, &url, &anchor);
    let nodes = [de.office.clone(), node(&de, &url, &anchor)];
    de.accept(&cn).unwrap();
    cn.accept(&de).unwrap();
    let thread = de.ask(&cn, honest_request(), Vec::new());
    for _ in ["consigned", "released"] {
        let taken = nodes
            .each_ref()
            .map(|node| node.next_delivery(&cn.party).unwrap().unwrap());
        assert_eq!(taken[0], taken[1]);
        let start = Barrier::new(2);
        let receipts = std::thread::scope(|scope| {
            let courier = |at: usize| {
                let receipt = hand_over(&cn, &de, &taken[at], &start);
                start.wait();
                let message = taken[at].message;
                nodes[at]
                    .file_receipt(&cn.party, message, &receipt)
                    .unwrap();
                receipt
            };
            let other = scope.spawn(move || courier(1));
            [courier(0), other.join().unwrap()]
        });
        assert_eq!(receipts[0], receipts[1]);
    }
    for node in &nodes {
        assert_eq!(node.next_delivery(&cn.party).unwrap(), None);
        assert!(node.reader().outbox().unwrap().is_empty());
    }
    let count = |house: &House, log: &str, kind: &str| {
        let kinds = house.kinds(log);
        kinds.iter().filter(|found| *found == kind).count()
    };
    for (kind, times) in [
        ("message.sent", 1),
        ("header.released", 1),
        ("receipt.received", 2),
    ] {
        assert_eq!(count(&de, "exchange-cn", kind), times, "{kind}");
    }
    for kind in ["message.accepted", "message.opened"] {
        assert_eq!(count(&cn, "exchange-de", kind), 1, "{kind}");
    }
    assert_eq!(cn.reader().cases().unwrap().len(), 1);
    assert_eq!(de.state(thread), "delivered");
}

/// Promise: of witnesses that answer two nodes at the same moment no line is lost: together they are
/// the quorum that asks for all of them.
#[test]
fn cosignatures_at_two_nodes_add_up() {
    let (url, anchor) = (Cluster::shared().database(), SharedAnchor::new());
    let keys = [(); 4].map(|()| WitnessKey::generate().unwrap());
    let names = [0, 1, 2, 3].map(|n| format!("w{n}.example"));
    let mut policy = String::new();
    for (n, (key, name)) in keys.iter().zip(&names).enumerate() {
        policy += &format!("witness w{n} {} https://{name}\n", key.vkeys(name)[0]);
    }
    policy += "group every all w0 w1 w2 w3\nquorum every\n";
    let de = House::new("de", &["cn"], false);
    let de = de.reopen_with(|next| next.witnesses.office = Some(policy.parse().unwrap()));
    let nodes = [(); 2].map(|()| node(&de, &url, &anchor));
    for node in &nodes {
        node.go_on_unconfirmed(&[]).unwrap();
    }
    for _ in 0..5 {
        nodes[0].self_check(&mut |_, _| ()).unwrap();
        let (request, head) = nodes[0].witness_request("office", 0).unwrap();
        let start = Barrier::new(keys.len());
        std::thread::scope(|scope| {
            for (n, (key, name)) in keys.iter().zip(&names).enumerate() {
                let (nodes, start, mut note) = (&nodes, &start, request.note().clone());
                scope.spawn(move || {
                    note.add_signature(key.cosigners(name, 7)[0].as_ref())
                        .unwrap();
                    start.wait();
                    let filed = nodes[n % 2].file_cosignatures("office", &note.to_string());
                    filed.unwrap();
                });
            }
        });
        let last = EntryRef {
            log: "office".to_owned(),
            index: head.size - 1,
        };
        let grade = nodes[1].reader().grade(&last).unwrap().grade;
        assert_eq!(grade, Grade::QuorumWitnessed);
    }
}
