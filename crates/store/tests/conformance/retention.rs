//! Content goes at its date, everywhere; the proof that something was there stays.

use super::*;
use journal::hash::leaf_hash;
use journal::proof::{inclusion_proof, verify_inclusion};
use store::table::{Cell, Table};
use store::{BlobRef, CommitError, EntryRef, LogTiles};

fn due(text: &str, keep_until: Option<i64>) -> NewEntry {
    NewEntry {
        keep_until,
        ..entry(OFFICE, text)
    }
}

fn place(index: u64) -> EntryRef {
    EntryRef {
        log: OFFICE.to_owned(),
        index,
    }
}

/// Every text and byte string that the database holds.
pub fn everything_stored(database: &dyn Database) -> Vec<u8> {
    let mut all = Vec::new();
    for table in Table::ALL {
        let mut rows = database.snapshot().unwrap();
        let read = rows.table(table, &mut |cells| {
            for cell in cells {
                match cell {
                    Cell::Text(text) => all.extend(text.as_bytes()),
                    Cell::Bytes(bytes) => all.extend(bytes),
                    _ => {}
                }
                all.push(0);
            }
            Ok(())
        });
        read.unwrap();
    }
    all
}

/// Promise: destroying takes body, salt, documents and blobs of an entry and nothing else; leaf,
/// head and proof stay as they were, revisions are not counted anew, and all of it still checks.
pub fn content_is_destroyed_and_the_proof_stays(fixture: &impl Fixture) {
    let database = fixture.open();
    let blob = BlobRef::new(b"a secret attachment".to_vec());
    let first = Batch {
        entries: vec![due("a secret body", Some(10)), due("kept", None)],
        documents: vec![
            document("case", "a", "a secret document", Some(0)),
            document("case", "b", "kept", Some(1)),
            document("case", "b", "a secret revision", Some(0)),
        ],
        blobs: vec![blob.clone()],
        ..Batch::default()
    };
    let head = database.commit(first).unwrap().heads.remove(0);
    let leaf = database.entries(OFFICE, 0, 1).unwrap().remove(0).leaf;
    let contains = |text: &str| {
        let stored = everything_stored(&*database);
        stored
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    };
    assert!(contains("a secret"));

    let destroying = Batch {
        entries: vec![entry(OFFICE, "content.destroyed")],
        destroy: vec![place(0)],
        forget: vec![blob.hash],
        ..Batch::default()
    };
    database.commit(destroying).unwrap();

    assert!(!contains("a secret"));
    let entries = database.entries(OFFICE, 0, 3).unwrap();
    assert!(entries[0].content.is_none());
    assert_eq!(entries[0].leaf, leaf);
    assert!(entries[1].content.is_some() && entries[2].content.is_some());
    assert_eq!(database.blob(&blob.hash).unwrap(), None);
    assert_eq!(database.document("case", "a").unwrap(), None);
    // Its latest revision is gone: an older one must not pass for the state of things.
    assert_eq!(database.document("case", "b").unwrap(), None);
    let revisions = database.revisions("case", "b").unwrap();
    assert_eq!(
        revisions.iter().map(|d| d.revision).collect::<Vec<_>>(),
        [1]
    );
    assert!(database.documents("case", None).unwrap().is_empty());
    let tiles = LogTiles::new(database.clone(), OFFICE);
    let proof = inclusion_proof(&tiles, 0, head.size).unwrap();
    verify_inclusion(&leaf_hash(&leaf), 0, head.size, &proof, &head.root).unwrap();

    // A writer who has not seen that it was destroyed does not bring it back as something new.
    let again = Batch {
        expect: vec![expect("case", "a", 0)],
        documents: vec![document("case", "a", "", None)],
        ..Batch::default()
    };
    assert!(matches!(
        database.commit(again),
        Err(CommitError::Conflict { .. })
    ));
    let later = Batch {
        documents: vec![document("case", "b", "", None)],
        ..Batch::default()
    };
    database.commit(later).unwrap();
    assert_eq!(database.document("case", "b").unwrap().unwrap().revision, 3);
    let checked = check(&*database).unwrap();
    assert_eq!((checked.destroyed, checked.derived), (1, 1));
}

/// Promise: what is destroyed while everything is recomputed does not look like damage.
pub fn a_check_looks_at_one_moment(fixture: &impl Fixture) {
    let database = fixture.open();
    let batch = Batch {
        entries: vec![entry(OFFICE, "due"), entry(EXCHANGE, "before it")],
        documents: vec![document("case", "a", "due", Some(0))],
        ..Batch::default()
    };
    database.commit(batch).unwrap();
    let mut destroyed = false;
    // Between the logs: the documents were read, the office log's entries were not.
    let checked = store::fsck::check(&*database, &mut |_, _| {
        if !std::mem::replace(&mut destroyed, true) {
            let batch = Batch {
                entries: vec![entry(OFFICE, "content.destroyed")],
                destroy: vec![place(0)],
                ..Batch::default()
            };
            database.commit(batch).unwrap();
        }
    });
    let checked = checked.unwrap();
    assert_eq!((checked.destroyed, checked.entries[OFFICE]), (0, 1));
    assert_eq!(check(&*database).unwrap().destroyed, 1);
}

/// Promise: what is due is listed, longest due first, until it is destroyed; what has no date or no
/// content never is. Destroying what is not there stops nobody.
pub fn what_is_due_is_listed(fixture: &impl Fixture) {
    let database = fixture.open();
    let entries = vec![
        due("late", Some(300)),
        due("never", None),
        due("early", Some(100)),
        due("soon", Some(200)),
    ];
    database
        .commit(Batch {
            entries,
            ..Batch::default()
        })
        .unwrap();
    assert!(database.expired(99, 10).unwrap().is_empty());
    assert_eq!(database.expired(200, 10).unwrap(), [place(2), place(3)]);
    assert_eq!(database.expired(200, 1).unwrap(), [place(2)]);
    assert_eq!(
        database.expired(i64::MAX, 10).unwrap(),
        [place(2), place(3), place(0)]
    );
    let destroy = |entries: Vec<EntryRef>| Batch {
        destroy: entries,
        ..Batch::default()
    };
    database.commit(destroy(vec![place(2)])).unwrap();
    assert_eq!(database.expired(200, 10).unwrap(), [place(3)]);
    // Twice is once.
    database.commit(destroy(vec![place(2)])).unwrap();

    for missing in [place(4), place(u64::MAX)] {
        let refused = database
            .commit(destroy(vec![place(3), missing]))
            .unwrap_err();
        assert!(
            matches!(refused, CommitError::Store(StoreError::Unfit(_))),
            "{refused}"
        );
    }
    let nowhere = EntryRef {
        log: "nowhere".to_owned(),
        index: 0,
    };
    assert!(matches!(
        database.commit(destroy(vec![nowhere])),
        Err(CommitError::Store(StoreError::NoSuchLog(_)))
    ));
    assert_eq!(database.expired(200, 10).unwrap(), [place(3)]);
}
