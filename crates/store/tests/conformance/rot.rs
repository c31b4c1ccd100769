//! Rot: heads that follow one another properly over data that has changed underneath.

use super::*;
use store::dump::load;
use store::table::{Cell, Table};
use store::writes;

/// Promise: every entry's body says what the entry wrote, and the leaf covers it; the name of that
/// field is the database's own.
pub fn entries_say_what_they_wrote(fixture: &impl Fixture) {
    let database = fixture.open();
    let batch = Batch {
        entries: vec![entry(OFFICE, "writes"), entry(OFFICE, "writes nothing")],
        documents: vec![
            document("case", "a", "first", Some(0)),
            document("case", "a", "second", Some(0)),
        ],
        ..Batch::default()
    };
    database.commit(batch).unwrap();
    let rows = database.snapshot().unwrap().entries(OFFICE, 0, 2).unwrap();
    let said = |index: usize| {
        let (body, _) = database
            .entries(OFFICE, index as u64, index as u64 + 1)
            .unwrap()
            .remove(0)
            .content
            .unwrap();
        body.get(writes::FIELD)
            .unwrap()
            .as_str()
            .unwrap()
            .to_owned()
    };
    let text = |index: usize| rows[index].writes.clone().unwrap();
    assert_eq!(
        text(0),
        r#"{"documents":[{"family":"case","id":"a","tag":"","sort":0,"json":"{\"text\":\"first\"}"},{"family":"case","id":"a","tag":"","sort":0,"json":"{\"text\":\"second\"}"}]}"#
    );
    assert_eq!(rows[0].revisions.as_deref(), Some("[1,2]"));
    assert_eq!(
        (text(1).as_str(), rows[1].revisions.as_deref()),
        ("{}", Some("[]"))
    );
    for index in [0, 1] {
        assert_eq!(said(index), sha256(text(index).as_bytes()).to_string());
    }
    assert_eq!(check(&*database).unwrap().derived, 2);

    let fields = BTreeMap::from([(writes::FIELD.to_owned(), "mine".into())]);
    let forged = NewEntry {
        body: EntryBody::new(fields).unwrap(),
        ..entry(OFFICE, "")
    };
    let refused = database.commit(Batch {
        entries: vec![forged],
        ..Batch::default()
    });
    assert!(matches!(
        refused,
        Err(store::CommitError::Store(StoreError::Unfit(_)))
    ));
}

/// Changes one cell, so that it still fits its column.
fn flip(cell: &mut Cell) -> bool {
    match cell {
        Cell::Null => return false,
        // In a signed note the size: signatures are for those to check who have the keys.
        Cell::Text(text) if text.contains("\n\n\u{2014}") => {
            text.insert(text.find('\n').unwrap() + 1, '7');
        }
        Cell::Integer(number) => *number += 1,
        Cell::Boolean(is) => *is = !*is,
        Cell::Text(text) => text.insert(text.len() / 2, '7'),
        Cell::Bytes(bytes) => {
            let middle = bytes.len() / 2;
            match bytes.get_mut(middle) {
                Some(byte) => *byte ^= 1,
                None => bytes.push(1),
            }
        }
    }
    true
}

/// What no computation can hold against anything: no entry vouches for it, or it is the state of
/// something that goes on.
fn is_free(table: Table, column: &str, row: &[Cell]) -> bool {
    match table {
        // The name is held against the entries' log, the origin against the checkpoint.
        Table::Logs => column == "epoch",
        Table::Entries => column == "keep_until",
        Table::Documents => {
            let copied = row[7] == Cell::Null || row[6] == Cell::Null;
            // Nothing vouches for it, so those before it may have been pruned.
            let pruned = row[7] == Cell::Null && column == "revision";
            pruned
                || copied
                    && matches!(
                        column,
                        "tag" | "sort" | "json" | "id" | "family" | "entry_log" | "entry_idx"
                    )
        }
        Table::Outbox => matches!(column, "due_ms" | "attempts" | "delivered" | "last_error"),
        // Under the name of another grade the same note is still about this tree.
        Table::Cosigned => column == "grade",
        Table::Tiles | Table::Blobs => false,
    }
}

/// Promise: a change to any cell of any table that can be held against something is found, as is a
/// row that is gone: also where heads and checkpoints follow one another as they should.
pub fn rot_in_any_table_is_found<F: Fixture>(fixture: &F) {
    let (_, sound) = dumped(&*filled(fixture));
    let mut tried = 0;
    for table in Table::ALL {
        for (column, position) in table.columns().iter().zip(0..) {
            // The first row and the last.
            for (of, part) in [(0, 1), (1, 1)] {
                let mut flipped = None;
                let rotten = changed(&sound, |in_table, rows| {
                    if in_table != table {
                        return;
                    }
                    let place = (rows.len() - 1) * of / part;
                    let row = &mut rows[place];
                    if !is_free(table, column.name, row) && flip(&mut row[position]) {
                        flipped = Some(place);
                    }
                });
                if let Some(place) = flipped {
                    assert_found(
                        &rotten,
                        &format!("{}.{} of row {place}", table.name(), column.name),
                    );
                    tried += 1;
                }
            }
        }
        let gone = changed(&sound, |in_table, rows| {
            let vouched = |row: &Vec<Cell>| match table {
                Table::Entries | Table::Tiles => true,
                Table::Documents => row[7] != Cell::Null && row[6] != Cell::Null,
                Table::Outbox => row[7] != Cell::Null,
                _ => false,
            };
            if in_table == table
                && let Some(place) = rows.iter().position(vouched)
            {
                rows.remove(place);
                tried += 1;
            }
        });
        if gone != sound {
            assert_found(&gone, &format!("a row of {}", table.name()));
        }
    }
    assert!(tried > 40, "{tried}");
}

#[track_caller]
pub fn assert_found(rotten: &[u8], what: &str) {
    let disk = store::simulated::Disk::new();
    let engine = Arc::new(store::simulated::Simulated::open(&disk));
    load(engine.as_ref(), &mut &rotten[..]).unwrap();
    let found = check(&Store::reader(engine));
    assert!(
        matches!(found, Err(StoreError::Damaged { .. })),
        "{what}: {found:?}"
    );
}
