//! The same again: one effect, one receipt, whatever was cut off in between.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use seal::receipt::{ReceiptEvent, SignedReceipt};
use support::*;

/// Takes away a receipt, as if the process had ended before it was filed.
fn undo_receipt(house: &House, step: &str) {
    let connection = rusqlite::Connection::open(house.database_path()).unwrap();
    let query = "DELETE FROM documents WHERE family = 'issued-receipt' AND id LIKE ?1";
    let changed = connection.execute(query, [format!("% {step}")]).unwrap();
    assert_eq!(changed, 1);
}

/// Promise: the same message, and the same headers, again get the very same receipts and have no
/// second effect, also after a restart, and also when the node ended between commit and receipt.
#[test]
fn redelivery() {
    let (de, cn) = two_houses();
    cn.ask(&de, honest_request(), Vec::new());
    let bytes = cn.only_waiting(&de.party);
    let id = id_of(&bytes);
    let statement = |receipt: &str| SignedReceipt::from_json(receipt.as_bytes()).unwrap().id();
    let mut de = de;
    let mut receipts = Vec::new();
    for opened in [false, true] {
        let take = |de: &House| {
            if opened {
                de.open(&cn, id)
            } else {
                de.consign(&cn, &bytes)
            }
        };
        let receipt = take(&de).unwrap();
        let before = (effects(&de, &cn), de.kinds("office"));
        assert_eq!(take(&de).unwrap(), receipt);
        de = de.reopen(false);
        assert_eq!(take(&de).unwrap(), receipt);
        assert_eq!((effects(&de, &cn), de.kinds("office")), before);

        // As if the process had ended after the commit: the receipt is not there.
        undo_receipt(&de, if opened { "handover" } else { "consignment" });
        de = de.reopen(false);
        let made_again = take(&de).unwrap();
        assert_eq!((effects(&de, &cn), de.kinds("office")), before);
        assert_eq!(statement(&made_again), statement(&receipt));
        assert_eq!(take(&de).unwrap(), made_again);
        receipts.push(made_again);
    }
    // The first receipt is the same after the second was given.
    assert_eq!(de.consign(&cn, &bytes).unwrap(), receipts[0]);
    for receipt in &receipts {
        cn.office.file_receipt(&de.party, id, receipt).unwrap();
    }
    assert!(cn.waiting(&de.party).is_empty());
}

/// Promise: many deliveries of one message at once, and of its headers, have one effect and one
/// receipt each.
#[test]
fn redelivery_at_once() {
    let (de, cn) = two_houses();
    cn.ask(&de, honest_request(), Vec::new());
    let bytes = cn.only_waiting(&de.party);
    let id = id_of(&bytes);
    for event in [
        ReceiptEvent::ContentConsignment,
        ReceiptEvent::ContentHandover,
    ] {
        let take = || match event {
            ReceiptEvent::ContentConsignment => de.consign(&cn, &bytes).unwrap(),
            _ => de.open(&cn, id).unwrap(),
        };
        let receipts: Vec<_> = std::thread::scope(|scope| {
            let deliveries: Vec<_> = (0..6).map(|_| scope.spawn(take)).collect();
            deliveries
                .into_iter()
                .map(|delivery| delivery.join().unwrap())
                .collect()
        });
        assert_eq!(support::event(&receipts[0]), event);
        assert!(receipts.iter().all(|receipt| *receipt == receipts[0]));
    }
    assert_eq!(
        de.kinds("exchange-cn"),
        ["keys.accepted", "message.accepted", "message.opened"]
    );
    assert_eq!(de.reader().cases().unwrap().len(), 1);
}
