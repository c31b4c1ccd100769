//! What was written is there after the process ended.

use super::*;
use journal::proof::{consistency_proof, verify_consistency};
use store::{BlobRef, LogTiles, OutboxPut, fsck};

/// Promise: a database opened again stands where it stood, and the tree goes on from there.
pub fn reopening_changes_nothing(open: Open, dir: &Path) {
    let mut heads: Vec<Head> = Vec::new();
    for round in 0..4_u64 {
        let database = open(dir);
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
        assert_eq!(fsck::recompute(&*database, OFFICE).unwrap(), new.size);
    }
}
