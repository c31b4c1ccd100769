//! A batch is whole or absent.

use super::*;
use journal::hash::Hash;
use std::sync::Barrier;
use store::{BlobRef, CommitError, OutboxPut, StoreError};

/// A batch that writes into everything at once.
fn full_batch(text: &str, revision: i64, seq: u64) -> (Batch, Hash) {
    let blob = BlobRef::new(text.as_bytes().to_vec());
    let hash = blob.hash;
    let batch = Batch {
        expect: vec![expect("case", "a", revision)],
        entries: vec![entry(OFFICE, text), entry(EXCHANGE, text)],
        documents: vec![document("case", "a", text, Some(0))],
        outbox: vec![OutboxPut {
            peer: "cn".to_owned(),
            seq,
            blob: hash,
            due_ms: 0,
            entry: Some(0),
        }],
        blobs: vec![blob],
        ..Batch::default()
    };
    (batch, hash)
}

/// Everything a batch may touch, for comparing before and after.
fn everything(database: &dyn Database) -> impl PartialEq + std::fmt::Debug {
    (
        database.head(OFFICE).unwrap(),
        database.head(EXCHANGE).unwrap(),
        database.revisions("case", "a").unwrap(),
        database.outbox().unwrap(),
    )
}

/// Promise: a committed batch is there in all its parts, under heads that cover it.
pub fn a_batch_is_written_whole(fixture: &impl Fixture) {
    let database = fixture.open();
    let (batch, blob) = full_batch("first", 0, 1);
    let committed = database.commit(batch).unwrap();
    let places: Vec<_> = committed
        .entries
        .iter()
        .map(|e| (e.log.as_str(), e.index))
        .collect();
    assert_eq!(places, [(OFFICE, 0), (EXCHANGE, 0)]);
    assert_eq!(committed.heads.len(), 2);
    for head in &committed.heads {
        assert_eq!(head.size, 1);
        check_signed(head);
        assert_eq!(*head, database.head(&head.log).unwrap());
    }
    assert_eq!(texts(&*database, OFFICE), ["first"]);
    assert_eq!(texts(&*database, EXCHANGE), ["first"]);
    let filed = database.document("case", "a").unwrap().unwrap();
    assert_eq!(
        (filed.revision, filed.entry.as_ref()),
        (1, committed.entries.first())
    );
    assert_eq!(database.outbox().unwrap().len(), 1);
    assert_eq!(database.blob(&blob).unwrap().unwrap(), b"first");
}

/// Promise: a batch whose expectation no longer holds leaves no trace of any kind.
pub fn a_conflict_writes_nothing(fixture: &impl Fixture) {
    let database = fixture.open();
    database.commit(full_batch("first", 0, 1).0).unwrap();
    let before = everything(&*database);
    // The document exists already; it is older; it is newer than there is.
    for revision in [0, 2, -1] {
        let (batch, blob) = full_batch("second", revision, 2);
        let error = database.commit(batch).unwrap_err();
        assert!(
            matches!(&error, CommitError::Conflict { family: "case", id } if id == "a"),
            "{error}"
        );
        assert_eq!(everything(&*database), before);
        assert_eq!(database.blob(&blob).unwrap(), None);
    }
    // One failing expectation among good ones is enough.
    let (mut batch, _) = full_batch("third", 1, 2);
    batch.expect.push(expect("case", "b", 1));
    assert!(matches!(database.commit(batch), Err(CommitError::Conflict { id, .. }) if id == "b"));
    assert_eq!(everything(&*database), before);
    assert!(database.commit(full_batch("second", 1, 2).0).is_ok());
}

/// Promise: one caller's mistake is that caller's alone; nothing of it is written and the writer
/// goes on for all others.
pub fn an_unfit_batch_stops_nobody(fixture: &impl Fixture) {
    let database = fixture.open();
    database.commit(full_batch("first", 0, 1).0).unwrap();
    let before = everything(&*database);

    let (taken, _) = full_batch("place taken", 1, 1);
    let error = database.commit(taken).unwrap_err();
    assert!(
        matches!(
            error,
            CommitError::Conflict {
                family: "outbox",
                ..
            }
        ),
        "{error}"
    );
    let (mut twice, _) = full_batch("place twice", 1, 2);
    let put = |seq| OutboxPut {
        peer: "cn".to_owned(),
        seq,
        blob: Hash([0; 32]),
        due_ms: 0,
        entry: None,
    };
    twice.outbox.push(put(2));
    assert!(matches!(
        database.commit(twice),
        Err(CommitError::Conflict {
            family: "outbox",
            ..
        })
    ));
    let (huge, _) = full_batch("huge", 1, u64::MAX);
    assert!(matches!(
        database.commit(huge),
        Err(CommitError::Store(StoreError::Unfit(_)))
    ));
    // Not every database can keep a NUL in a text, so none takes one.
    let (mut nul, _) = full_batch("nul", 1, 2);
    nul.documents.push(document("case", "a\0b", "", None));
    assert!(matches!(
        database.commit(nul),
        Err(CommitError::Store(StoreError::Unfit(_)))
    ));
    assert_eq!(database.document("case", "a\0b").unwrap(), None);
    let (mut loose, _) = full_batch("derives from nothing", 1, 2);
    loose.documents.push(document("case", "b", "", Some(2)));
    assert!(matches!(
        database.commit(loose),
        Err(CommitError::Store(StoreError::Unfit(_)))
    ));
    let (mut nowhere, _) = full_batch("no such log", 1, 2);
    nowhere.entries.push(entry("nowhere", ""));
    assert!(matches!(
        database.commit(nowhere),
        Err(CommitError::Store(StoreError::NoSuchLog(log))) if log == "nowhere"
    ));

    assert_eq!(everything(&*database), before);
    assert!(database.commit(full_batch("second", 1, 2).0).is_ok());
}

/// Promise: of many who act on the same document at the same moment exactly one succeeds, and the
/// others leave no trace, also where one transaction carries all of them.
pub fn of_rivals_exactly_one_wins(fixture: &impl Fixture) {
    const RIVALS: u64 = 64;
    let database = fixture.open();
    for round in 0..3 {
        let barrier = Barrier::new(RIVALS as usize);
        let results: Vec<_> = std::thread::scope(|scope| {
            let rivals: Vec<_> = (0..RIVALS)
                .map(|rival| {
                    let (database, barrier) = (&database, &barrier);
                    scope.spawn(move || {
                        let text = format!("{round}/{rival}");
                        let (batch, blob) =
                            full_batch(&text, round, round as u64 * RIVALS + rival + 1);
                        barrier.wait();
                        (text, blob, database.commit(batch))
                    })
                })
                .collect();
            rivals
                .into_iter()
                .map(|rival| rival.join().unwrap())
                .collect()
        });
        let (winners, losers): (Vec<_>, Vec<_>) = results
            .into_iter()
            .partition(|(_, _, result)| result.is_ok());
        assert_eq!(winners.len(), 1);
        let (text, blob, result) = winners.into_iter().next().unwrap();
        let committed = result.unwrap();
        assert_eq!(texts(&*database, OFFICE).last(), Some(&text));
        assert_eq!(texts(&*database, EXCHANGE).len() as i64, round + 1);
        assert_eq!(
            database.revisions("case", "a").unwrap().len() as i64,
            round + 1
        );
        assert_eq!(database.outbox().unwrap().len() as i64, round + 1);
        assert_eq!(committed.entries[0].index as i64, round);
        assert!(database.blob(&blob).unwrap().is_some());
        for (_, blob, result) in losers {
            assert!(matches!(
                result,
                Err(CommitError::Conflict { family: "case", .. })
            ));
            assert_eq!(database.blob(&blob).unwrap(), None);
        }
    }
}
