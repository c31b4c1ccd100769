//! The simulated engine is a database like the others, so what is found on it holds for them.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

#[macro_use]
mod conformance;

use conformance::{Fixture as _, OFFICE, assert_found, changed, dumped, entry};
use std::sync::{Arc, Mutex};
use store::simulated::{Disk, Simulated};
use store::table::{Cell, Table};
use store::{Anchor, Batch, Engine};

struct OnSimulatedDisk {
    disk: Disk,
    engine: Simulated,
    anchor: Mutex<Option<Arc<dyn Anchor>>>,
}

impl conformance::Fixture for OnSimulatedDisk {
    const SHARED: bool = true;

    fn new() -> Self {
        let disk = Disk::new();
        Self {
            engine: Simulated::open(&disk),
            disk,
            anchor: Mutex::new(None),
        }
    }

    fn engine(&self) -> Arc<dyn Engine> {
        Arc::new(self.engine.clone())
    }

    fn reading(&self) -> Arc<dyn Engine> {
        self.engine()
    }

    fn anchor(&self) -> Arc<dyn Anchor> {
        let mut anchor = self.anchor.lock().unwrap();
        let made = || -> Arc<dyn Anchor> { Arc::new(self.disk.anchor().unwrap()) };
        anchor.get_or_insert_with(made).clone()
    }
}

conforms!(OnSimulatedDisk);

/// Promise: a flipped bit in any tile is found, full or partial, on every level: also in one that no
/// entry near the end of the log touches.
#[test]
fn rot_in_any_tile_is_found() {
    let database = OnSimulatedDisk::new().open();
    // So many that the last entries read lie in another portion than those below the tile of level 1.
    for round in 0..21 {
        let entries = (0..200).map(|n| entry(OFFICE, &format!("{round}/{n}")));
        let batch = Batch {
            entries: entries.collect(),
            ..Batch::default()
        };
        database.commit(batch).unwrap();
    }
    let (_, sound) = dumped(&*database);
    for place in 0.. {
        let mut flipped = None;
        let rotten = changed(&sound, |table, rows| {
            // As at the beginning of an epoch: there is no signed head that the edge could be held
            // against.
            if table == Table::Logs {
                for row in rows {
                    (row[5], row[6]) = (Cell::Integer(0), Cell::Text(String::new()));
                }
            } else if table == Table::Tiles
                && let Some(row) = rows.get_mut(place)
                && let Cell::Bytes(hashes) = &mut row[3]
            {
                hashes.last_mut().map(|byte| *byte ^= 1).unwrap();
                flipped = Some(format!("tile {:?}/{:?}", row[1], row[2]));
            }
        });
        match flipped {
            Some(tile) => assert_found(&rotten, &tile),
            None => return assert_eq!(place, 18),
        }
    }
}
