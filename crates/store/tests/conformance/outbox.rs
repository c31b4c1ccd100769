//! The outbox: strictly in order, nothing lost, nothing sent twice after its receipt.

use super::*;
use store::{BlobRef, OutboxPut, OutboxRow, OutboxUpdate};

/// Promise: per peer the lowest undelivered number is due, and failures keep their place.
pub fn messages_wait_in_order(fixture: &impl Fixture) {
    let database = fixture.open();
    let blob = BlobRef::new(b"sealed".to_vec());
    let put = |peer: &str, seq| OutboxPut {
        peer: peer.to_owned(),
        seq,
        blob: blob.hash,
        due_ms: 100 + i64::try_from(seq).unwrap(),
        entry: None,
    };
    let waiting = Batch {
        // Not in the order of their numbers.
        outbox: vec![put("cn", 2), put("cn", 1), put("fr", 7), put("cn", 3)],
        blobs: vec![blob.clone()],
        ..Batch::default()
    };
    database.commit(waiting).unwrap();
    let row = |peer: &str, seq: u64| OutboxRow {
        peer: peer.to_owned(),
        seq,
        blob: blob.hash,
        attempts: 0,
        due_ms: 100 + i64::try_from(seq).unwrap(),
        last_error: None,
    };
    let heads = || {
        let mut heads = database.outbox_heads().unwrap();
        heads.sort_by(|a, b| a.peer.cmp(&b.peer));
        heads
    };
    assert_eq!(heads(), [row("cn", 1), row("fr", 7)]);
    assert_eq!(
        database.outbox().unwrap(),
        [row("cn", 1), row("cn", 2), row("cn", 3), row("fr", 7)]
    );

    let update = |update| Batch {
        outbox_updates: vec![update],
        ..Batch::default()
    };
    let failed = |seq, due_ms, error: &str| OutboxUpdate::Failed {
        peer: "cn".to_owned(),
        seq,
        due_ms,
        error: error.to_owned(),
    };
    let delivered = |seq| OutboxUpdate::Delivered {
        peer: "cn".to_owned(),
        seq,
    };
    database.commit(update(failed(1, 900, "no route"))).unwrap();
    database
        .commit(update(failed(1, 950, "timed\0out")))
        .unwrap();
    let late = OutboxRow {
        attempts: 2,
        due_ms: 950,
        last_error: Some("timed\u{fffd}out".to_owned()),
        ..row("cn", 1)
    };
    assert_eq!(heads(), [late, row("fr", 7)]);

    database.commit(update(delivered(1))).unwrap();
    assert_eq!(heads(), [row("cn", 2), row("fr", 7)]);
    // A failure that is told late does not bring a delivered message back; nor does an update of
    // a message that never was.
    database.commit(update(failed(1, 0, "late"))).unwrap();
    database.commit(update(delivered(99))).unwrap();
    assert_eq!(heads(), [row("cn", 2), row("fr", 7)]);
    // Delivered out of order (carried by hand): the next in order is due all the same.
    database.commit(update(delivered(3))).unwrap();
    assert_eq!(heads(), [row("cn", 2), row("fr", 7)]);
    database.commit(update(delivered(2))).unwrap();
    assert_eq!(heads(), [row("fr", 7)]);
    // Lost by the peer: due again at its place, as if it had never been tried.
    let again = OutboxUpdate::Again {
        peer: "cn".to_owned(),
        seq: 1,
        due_ms: row("cn", 1).due_ms,
    };
    database.commit(update(again)).unwrap();
    assert_eq!(heads(), [row("cn", 1), row("fr", 7)]);
}
