//! Entries, heads and proofs.

use super::*;
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use journal::hash::leaf_hash;
use journal::proof::{consistency_proof, inclusion_proof, verify_consistency, verify_inclusion};
use sha2::Sha256;
use std::collections::BTreeSet;
use store::LogTiles;

/// Promise: under many writers at once every acknowledged entry is there exactly once, at the
/// place that was told, without gaps; every head that was told is signed, covers what it was told
/// for, and is the beginning of all later ones. The root is the one a tree of others computes.
pub fn every_acknowledged_entry_is_proved(fixture: &impl Fixture) {
    const WRITERS: usize = 64;
    const BATCHES: usize = 20;
    let database = fixture.open();
    let told: Vec<_> = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let database = &database;
                scope.spawn(move || {
                    let commit = |batch: usize| {
                        // One, two or three entries, in one log or in both.
                        let names: Vec<String> = (0..=batch % 3)
                            .map(|n| format!("{writer}/{batch}/{n}"))
                            .collect();
                        let log = |n| if n == 1 { EXCHANGE } else { OFFICE };
                        let entries = names
                            .iter()
                            .enumerate()
                            .map(|(n, name)| entry(log(n), name))
                            .collect();
                        let batch = Batch {
                            entries,
                            ..Batch::default()
                        };
                        (names, database.commit(batch).unwrap())
                    };
                    (0..BATCHES).map(commit).collect::<Vec<_>>()
                })
            })
            .collect();
        writers
            .into_iter()
            .flat_map(|writer| writer.join().unwrap())
            .collect()
    });

    for log in [OFFICE, EXCHANGE] {
        let stored = database.entries(log, 0, u64::MAX).unwrap();
        let head = database.head(log).unwrap();
        assert_eq!(head.size, stored.len() as u64);
        assert!(
            stored
                .iter()
                .zip(0..)
                .all(|(entry, index)| entry.index == index)
        );
        let mut oracle = MemoryBackedTree::<Sha256, Vec<u8>>::new();
        stored
            .iter()
            .for_each(|entry| oracle.push(entry.leaf.clone()));
        assert_eq!(head.root.0.as_slice(), oracle.root().as_bytes().as_slice());
        assert_eq!(recompute(&*database, log).unwrap(), head.size);

        let tiles = LogTiles::new(database.clone(), log);
        let said = texts(&*database, log);
        let mut places = BTreeSet::new();
        let mut heads = BTreeMap::new();
        for (names, committed) in &told {
            let covering = committed.heads.iter().find(|head| head.log == log);
            for (name, place) in names
                .iter()
                .zip(&committed.entries)
                .filter(|(_, e)| e.log == log)
            {
                assert_eq!(said.get(place.index as usize), Some(name));
                assert!(places.insert(place.index));
                let covering = covering.unwrap();
                let leaf = leaf_hash(&stored[place.index as usize].leaf);
                let proof = inclusion_proof(&tiles, place.index, covering.size).unwrap();
                verify_inclusion(&leaf, place.index, covering.size, &proof, &covering.root)
                    .unwrap();
            }
            heads.extend(covering.map(|head| (head.size, head.clone())));
        }
        assert_eq!(places.len(), stored.len());
        let heads: Vec<_> = heads.into_values().collect();
        heads.iter().for_each(check_signed);
        for pair in heads.windows(2) {
            let [old, new] = pair else { unreachable!() };
            let proof = consistency_proof(&tiles, old.size, new.size).unwrap();
            verify_consistency(old.size, &old.root, new.size, &new.root, &proof).unwrap();
        }
    }
}

/// Promise: tree, tiles and proofs hold across the borders of tiles, whatever the size of a batch.
pub fn tiles_grow_across_their_borders(fixture: &impl Fixture) {
    let database = fixture.open();
    let mut oracle = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    for count in [1, 254, 1, 1, 255, 300, 700] {
        let names = (0..count).map(|n| format!("{}+{n}", oracle.len()));
        let entries = names.map(|name| entry(OFFICE, &name)).collect();
        let committed = database
            .commit(Batch {
                entries,
                ..Batch::default()
            })
            .unwrap();
        let from = oracle.len();
        for stored in database.entries(OFFICE, from, u64::MAX).unwrap() {
            oracle.push(stored.leaf);
        }
        let head = &committed.heads[0];
        assert_eq!(head.size, oracle.len());
        assert_eq!(head.root.0.as_slice(), oracle.root().as_bytes().as_slice());
        assert_eq!(recompute(&*database, OFFICE).unwrap(), head.size);
    }
}

/// Promise: an empty log has a signed head; an unknown one is named; ranges may be any numbers.
pub fn reading_outside_the_log_is_harmless(fixture: &impl Fixture) {
    let database = fixture.open();
    let empty = database.head(OFFICE).unwrap();
    assert_eq!((empty.size, empty.root), (0, journal::hash::empty_root()));
    check_signed(&empty);
    assert_eq!(database.logs().unwrap(), [EXCHANGE, OFFICE]);
    assert!(
        matches!(database.head("nowhere"), Err(store::StoreError::NoSuchLog(log)) if log == "nowhere")
    );
    database.commit(one(OFFICE, "only")).unwrap();
    for (from, to, found) in [
        (0, u64::MAX, 1),
        (0, 1, 1),
        (1, 2, 0),
        (5, 2, 0),
        (u64::MAX, u64::MAX, 0),
    ] {
        assert_eq!(
            database.entries(OFFICE, from, to).unwrap().len(),
            found,
            "{from}..{to}"
        );
    }
    let committed = database.commit(Batch::default()).unwrap();
    assert!(committed.entries.is_empty() && committed.heads.is_empty());
}
