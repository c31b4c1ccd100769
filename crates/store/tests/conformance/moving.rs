//! Dump, load, rebuild.

use super::*;
use store::dump::{DumpError, Dumped, dump, load};
use store::rebuild::rebuild;
use store::table::{Cell, Table};
use store::{BlobRef, EntryRef, OutboxPut, OutboxUpdate};

/// A database with something in every table: destroyed content, failed deliveries, documents of no
/// entry, full tiles and partial ones, a cosigned checkpoint.
pub fn filled(fixture: &impl Fixture) -> Arc<dyn Database> {
    let database = fixture.open();
    for round in 0..3_u64 {
        let blob = BlobRef::new(format!("sealed {round}").into_bytes());
        let entries = (0..100).map(|n| entry(OFFICE, &format!("{round}/{n}")));
        let batch = Batch {
            entries: entries
                .chain([entry(EXCHANGE, &round.to_string())])
                .collect(),
            documents: vec![
                document("case", "a", &format!("{round} \u{1} \"ü\" 中"), Some(5)),
                document("case", "a", "again", Some(100)),
                document("case", &format!("b{round}"), "", Some(7)),
                document("receipt", &round.to_string(), "", None),
            ],
            outbox: vec![OutboxPut {
                peer: "cn".to_owned(),
                seq: round + 1,
                blob: blob.hash,
                due_ms: 7,
                entry: Some(99),
            }],
            blobs: vec![blob],
            ..Batch::default()
        };
        database.commit(batch).unwrap();
    }
    let failed = |seq, due_ms| OutboxUpdate::Failed {
        peer: "cn".to_owned(),
        seq,
        due_ms,
        error: "no route".to_owned(),
    };
    let delivered = OutboxUpdate::Delivered {
        peer: "cn".to_owned(),
        seq: 1,
    };
    let updates = Batch {
        outbox_updates: vec![delivered, failed(2, 900)],
        cosigned: vec![cosigned(
            &database.head(OFFICE).unwrap(),
            Grade::PeerWitnessed,
        )],
        ..Batch::default()
    };
    database.commit(updates).unwrap();
    let destroyed = Batch {
        entries: vec![entry(OFFICE, "content.destroyed")],
        destroy: vec![EntryRef {
            log: OFFICE.to_owned(),
            index: 105,
        }],
        ..Batch::default()
    };
    database.commit(destroyed).unwrap();
    database
}

pub fn dumped(database: &dyn Database) -> (Dumped, Vec<u8>) {
    // Until the last head is stored, a dump may be of the moment before.
    for log in database.logs().unwrap() {
        wait_until_stored(database, &log);
    }
    let mut bytes = Vec::new();
    let done = dump(database.snapshot().unwrap().as_mut(), &mut bytes).unwrap();
    (done, bytes)
}

fn wait_until_stored(database: &dyn Database, log: &str) {
    for _ in 0..1000 {
        let row = database.snapshot().unwrap().log(log).unwrap().unwrap();
        if row.published == row.size {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    panic!("the head of {log} is never stored");
}

/// All rows of a dump, changed by `change`, as a dump again.
pub fn changed(bytes: &[u8], mut change: impl FnMut(Table, &mut Vec<Vec<Cell>>)) -> Vec<u8> {
    let rows: std::cell::RefCell<BTreeMap<Table, Vec<Vec<Cell>>>> = Default::default();
    let disk = store::simulated::Disk::new();
    let scratch = store::simulated::Simulated::open(&disk);
    load(&scratch, &mut &bytes[..]).unwrap();
    for table in Table::ALL {
        let mut snapshot = scratch.snapshot().unwrap();
        let mut found = Vec::new();
        let keep = |cells: &[Cell]| {
            found.push(cells.to_vec());
            Ok(())
        };
        snapshot.table(table, &mut { keep }).unwrap();
        change(table, &mut found);
        rows.borrow_mut().insert(table, found);
    }
    let disk = store::simulated::Disk::new();
    let other = store::simulated::Simulated::open(&disk);
    let mut connection = other.writer().unwrap();
    let mut transaction = connection.begin().unwrap();
    for (table, rows) in rows.into_inner() {
        transaction.insert(table, &rows).unwrap();
    }
    transaction.commit().unwrap();
    let mut bytes = Vec::new();
    dump(other.snapshot().unwrap().as_mut(), &mut bytes).unwrap();
    bytes
}

/// Promise: a database loaded from a dump is the same in every byte of every table, so every proof
/// and signature holds, and it goes on where the other stood.
pub fn a_dump_keeps_every_byte<F: Fixture>(fixture: &F) {
    let database = filled(fixture);
    let (done, bytes) = dumped(&*database);
    let other = F::new();
    assert_eq!(
        load(other.engine().as_ref(), &mut &bytes[..]).unwrap(),
        done
    );
    store::epoch::adopt(other.engine().as_ref(), other.anchor().as_ref()).unwrap();
    let moved = other.open();
    assert_eq!(dumped(&*moved), (done, bytes.clone()));
    for log in [OFFICE, EXCHANGE] {
        assert_eq!(moved.head(log).unwrap(), database.head(log).unwrap());
        check_signed(&moved.head(log).unwrap());
    }
    check(&*moved).unwrap();
    moved.commit(one(OFFICE, "goes on")).unwrap();
    drop(moved);
    // What has something in it is not loaded into.
    let refused = load(other.engine().as_ref(), &mut &bytes[..]);
    assert!(matches!(
        refused,
        Err(DumpError::Store(StoreError::NotEmpty("logs")))
    ));
}

/// Promise: a dump that was cut off or changed anywhere is refused, and leaves no trace.
pub fn a_damaged_dump_is_not_loaded<F: Fixture>(fixture: &F) {
    let (done, bytes) = dumped(&*filled(fixture));
    let other = F::new();
    let engine = other.engine();
    for place in (0..bytes.len()).step_by(bytes.len() / 23) {
        let refused = load(engine.as_ref(), &mut &bytes[..place]);
        assert!(refused.is_err(), "cut off at {place}");
        let mut flipped = bytes.clone();
        flipped[place] ^= 0x10;
        let refused = load(engine.as_ref(), &mut &flipped[..]);
        assert!(refused.is_err(), "changed at {place}");
    }
    assert_eq!(load(engine.as_ref(), &mut &bytes[..]).unwrap(), done);
}

/// Promise: all that derives from entries can be made again from them, and is then the same.
pub fn a_rebuild_is_the_same_byte_for_byte<F: Fixture>(fixture: &F) {
    let database = filled(fixture);
    let before = dumped(&*database);
    let other = F::new();
    let rebuilt = rebuild(&*database, other.engine().as_ref()).unwrap();
    assert_eq!(rebuilt.entries, 304);
    // Of three rounds: three documents and a message each, less the one that was destroyed.
    assert_eq!(rebuilt.derived, 11);
    assert_eq!(rebuilt.copied, 4);
    assert_eq!(dumped(&Store::reader(other.reading())), before);
}

/// Promise: documents and messages that were changed, added or lost beside the log come back as
/// their entries wrote them.
pub fn a_rebuild_mends_what_rotted_beside_the_log<F: Fixture>(fixture: &F) {
    let database = filled(fixture);
    let (sound, bytes) = dumped(&*database);
    let rotten = changed(&bytes, |table, rows| match table {
        Table::Documents => {
            rows.retain(|row| row[1] != Cell::Text("b1".to_owned()));
            for row in rows
                .iter_mut()
                .filter(|row| row[7] != Cell::Null && row[6] != Cell::Null)
            {
                row[6] = Cell::Text("{\"text\":\"forged\"}".to_owned());
                row[3] = Cell::Boolean(false);
            }
        }
        Table::Tiles => {
            rows.truncate(1);
            rows[0][3] = Cell::Bytes(vec![0; 32]);
        }
        Table::Outbox => {
            for row in rows {
                row[2] = Cell::Bytes(vec![0; 32]);
            }
        }
        _ => {}
    });
    let (broken, mended) = (F::new(), F::new());
    load(broken.engine().as_ref(), &mut &rotten[..]).unwrap();
    let broken = Store::reader(broken.reading());
    assert!(check(&broken).is_err());
    rebuild(&broken, mended.engine().as_ref()).unwrap();
    let mended = Store::reader(mended.reading());
    assert_eq!(dumped(&mended).0, sound);
    check(&mended).unwrap();
}
