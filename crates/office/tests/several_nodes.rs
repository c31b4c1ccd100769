//! Several nodes of one house beside one PostgreSQL.
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "../../store/tests/node/anchor.rs"]
mod anchor;
#[path = "../../store/tests/cluster/mod.rs"]
mod cluster;
mod support;

use anchor::SharedAnchor;
use cluster::Cluster;
use office::{Acceptance, Delivery, DeliveryStep, Office};
use std::sync::{Arc, Barrier};
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

/// Promise: two nodes whose couriers take the same message from the outbox at the same moment
/// deliver it once: one entry for each step on either side, one effect, the same receipt.
#[test]
fn two_couriers_deliver_a_message_once() {
    let (url, anchor) = (Cluster::shared().database(), SharedAnchor::new());
    let mut de = House::new("de", &["cn", "fr"], false);
    let cn = House::new("cn", &["de"], false);
    let node = |de: &House| {
        let ended = |error: &store::StoreError| panic!("the writer stopped: {error}");
        let database = Postgres::open(&url, anchor.clone(), de.signers(), ended).unwrap();
        de.open_over(Arc::new(database)).unwrap()
    };
    de.office = node(&de);
    let nodes: [Arc<Office>; 2] = [de.office.clone(), node(&de)];
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
