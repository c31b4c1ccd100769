//! What was written is there after the process ended.

use super::*;
use journal::proof::{consistency_proof, verify_consistency};
use store::{BlobRef, LogTiles, OutboxPut};

/// Promise: a database opened again stands where it stood, and the tree goes on from there.
pub fn reopening_changes_nothing(fixture: &impl Fixture) {
    let mut heads: Vec<Head> = Vec::new();
    for round in 0..4_u64 {
        let database = fixture.open();
        let found = database.head(OFFICE).unwrap();
        check_signed(&found);
        assert_eq!(found.size, round * 200);
        if let Some(last) = heads.last() {
            assert_eq!(found, *last);
            assert_eq!(
                database.document("case", "a").unwrap().unwrap().revision,
                round as i64
            );
            assert_eq!(database.outbox().unwrap().len() as u64, round);
        }
        let blob = BlobRef::new(vec![round as u8]);
        let batch = Batch {
            entries: (0..200)
                .map(|n| entry(OFFICE, &format!("{round}/{n}")))
                .collect(),
            documents: vec![document("case", "a", "", Some(0))],
            outbox: vec![OutboxPut {
                peer: "cn".to_owned(),
                seq: round + 1,
                blob: blob.hash,
                due_ms: 0,
                entry: Some(199),
            }],
            blobs: vec![blob],
            ..Batch::default()
        };
        heads.extend(database.commit(batch).unwrap().heads);
        let tiles = LogTiles::new(database.clone(), OFFICE);
        let new = heads.last().unwrap();
        for old in &heads {
            let proof = consistency_proof(&tiles, old.size, new.size).unwrap();
            verify_consistency(old.size, &old.root, new.size, &new.root, &proof).unwrap();
        }
        assert_eq!(recompute(&*database, OFFICE).unwrap(), new.size);
    }
}

/// Promise: a second program may read beside the writer: it sees what is committed, under a head
/// that covers it, and cannot write.
pub fn reading_beside_the_writer(fixture: &impl Fixture) {
    let writer = fixture.open();
    let reader = Store::reader(fixture.reading());
    assert_eq!(reader.standing(), store::Standing::Reader);
    for n in 0..5 {
        let text = n.to_string();
        writer.commit(one(EXCHANGE, &text)).unwrap();
        assert_eq!(texts(&reader, EXCHANGE).last(), Some(&text));
        assert_eq!(
            reader.head(EXCHANGE).unwrap(),
            writer.head(EXCHANGE).unwrap()
        );
    }
    let refused = reader.commit(one(EXCHANGE, "never"));
    assert!(matches!(
        refused,
        Err(store::CommitError::Store(StoreError::WriterStopped))
    ));
    drop(writer);
    assert_eq!(texts(&reader, EXCHANGE).len(), 5);
}
