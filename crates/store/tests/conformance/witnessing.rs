//! Evidence grades.

use super::*;
pub use journal::grade::Grade;
use store::{CommitError, CosignedPut};

/// A head as if others had signed it too; whether they have is not the database's to judge.
pub fn cosigned(head: &Head, grade: Grade) -> CosignedPut {
    CosignedPut {
        log: head.log.clone(),
        grade,
        note: format!(
            "{}— witness.example/{} AAAAAAAA\n",
            head.checkpoint,
            grade.code()
        ),
    }
}

/// Promise: for each grade the smallest cosigned head that covers an entry is found, and the largest
/// there is.
pub fn cosigned_checkpoints_give_grades(fixture: &impl Fixture) {
    let database = fixture.open();
    let mut puts = Vec::new();
    for (n, grade) in [
        Grade::PeerWitnessed,
        Grade::QuorumWitnessed,
        Grade::PeerWitnessed,
        Grade::PeerWitnessed,
    ]
    .into_iter()
    .enumerate()
    {
        let head = database
            .commit(one(OFFICE, &n.to_string()))
            .unwrap()
            .heads
            .remove(0);
        puts.push(cosigned(&head, grade));
    }
    // Not in their order, and the last one twice.
    for place in [2, 0, 3, 1, 3] {
        let batch = Batch {
            cosigned: vec![puts[place].clone()],
            ..Batch::default()
        };
        database.commit(batch).unwrap();
    }
    let found = |list: Vec<store::Cosigned>| -> Vec<(u64, Grade)> {
        for found in &list {
            let put = &puts[found.size as usize - 1];
            assert_eq!((&found.log, &found.note), (&put.log, &put.note));
        }
        list.into_iter()
            .map(|found| (found.size, found.grade))
            .collect()
    };
    let covering = |size| found(database.cosigned(OFFICE, size).unwrap());
    let (peer, quorum) = (Grade::PeerWitnessed, Grade::QuorumWitnessed);
    assert_eq!(covering(0), [(1, peer), (2, quorum)]);
    assert_eq!(covering(1), [(1, peer), (2, quorum)]);
    assert_eq!(covering(2), [(2, quorum), (3, peer)]);
    assert_eq!(covering(3), [(3, peer)]);
    assert_eq!(covering(5), []);
    assert_eq!(covering(u64::MAX), []);
    assert_eq!(
        found(database.latest_cosigned(OFFICE).unwrap()),
        [(2, quorum), (4, peer)]
    );
    assert!(database.cosigned(EXCHANGE, 0).unwrap().is_empty());
    check(&*database).unwrap();
}

/// Promise: what is not about the log's own tree is not filed as evidence for it.
pub fn a_foreign_cosigned_checkpoint_is_refused(fixture: &impl Fixture) {
    let database = fixture.open();
    let office = database.commit(one(OFFICE, "x")).unwrap().heads.remove(0);
    let exchange = database.commit(one(EXCHANGE, "y")).unwrap().heads.remove(0);
    let later = office.checkpoint.replace("\n1\n", "\n2\n");
    let put = |log: &str, note: &str| CosignedPut {
        log: log.to_owned(),
        grade: Grade::PeerWitnessed,
        note: note.to_owned(),
    };
    for foreign in [
        put(OFFICE, &exchange.checkpoint),
        put(OFFICE, &later),
        put(OFFICE, "not a note"),
        put(OFFICE, ""),
    ] {
        let batch = Batch {
            cosigned: vec![foreign],
            ..Batch::default()
        };
        let refused = database.commit(batch).unwrap_err();
        assert!(
            matches!(refused, CommitError::Store(StoreError::Unfit(_))),
            "{refused}"
        );
    }
    let nowhere = Batch {
        cosigned: vec![put("nowhere", &office.checkpoint)],
        ..Batch::default()
    };
    assert!(database.commit(nowhere).is_err());
    assert!(database.latest_cosigned(OFFICE).unwrap().is_empty());
}
