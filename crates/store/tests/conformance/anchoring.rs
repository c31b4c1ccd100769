//! No fork is ever signed, whatever happens to the database.

use super::*;
use journal::proof::{consistency_proof, verify_consistency};
use store::dump::load;
use store::epoch::{adopt, open_epoch};
use store::table::{Cell, Table};
use store::{AnchoredHead, CommitError, EntryRef, Found, LogTiles, Standing};

/// Opens, watching the keys.
fn watched(fixture: &impl Fixture, signed: &Signed) -> Result<Store, StoreError> {
    fixture.try_open(watched_signers(signed))
}

/// Another place with the same anchor as `fixture` and a database loaded from a dump.
fn restored<F: Fixture>(
    fixture: &F,
    dump: &[u8],
) -> (F, impl Fn(&Signed) -> Result<Store, StoreError> + use<F>) {
    let place = F::new();
    load(place.engine().as_ref(), &mut &dump[..]).unwrap();
    let (engine, anchor) = (place.engine(), fixture.anchor());
    let open = move |signed: &Signed| {
        let fatal = |error: &StoreError| panic!("the writer stopped: {error}");
        Store::open(
            engine.clone(),
            anchor.clone(),
            watched_signers(signed),
            fatal,
        )
    };
    (place, open)
}

fn assert_read_only(database: &Store, signed: &Signed, size: u64) {
    let signatures = signed.lock().unwrap().len();
    let Standing::ReadOnly {
        log,
        anchored,
        found,
    } = database.standing()
    else {
        panic!("{:?}", database.standing());
    };
    assert_eq!((log.as_str(), found.size), (OFFICE, size));
    assert!(!anchored.retired);
    for batch in [
        one(OFFICE, "never"),
        one(EXCHANGE, "never"),
        Batch::default(),
    ] {
        let refused = database.commit(batch).unwrap_err();
        assert!(
            matches!(&refused, CommitError::Store(StoreError::ReadOnly { log, .. }) if log == OFFICE),
            "{refused}"
        );
    }
    // What is there can be read.
    assert_eq!(database.head(OFFICE).unwrap().size, size);
    assert_eq!(texts(database, OFFICE).len() as u64, size);
    assert_eq!(signed.lock().unwrap().len(), signatures);
    assert!(!forked(signed));
}

/// Promise: a database that was put back to an older copy can be read, but neither written nor
/// signed: whatever it would sign could contradict what it has signed before.
pub fn an_older_copy_is_read_only<F: Fixture>(fixture: &F) {
    let signed = Signed::default();
    let database = watched(fixture, &signed).unwrap();
    database.commit(one(OFFICE, "before the backup")).unwrap();
    let (_, backup) = dumped(&database);
    database.commit(one(OFFICE, "after the backup")).unwrap();
    drop(database);
    let (_place, open) = restored(fixture, &backup);
    assert_read_only(&open(&signed).unwrap(), &signed, 1);
}

/// Promise: the same holds where a row that was public has vanished, and other entries have taken
/// its place: the database looks whole, and is as long as it was or longer.
pub fn a_vanished_entry_is_read_only<F: Fixture>(fixture: &F) {
    let signed = Signed::default();
    let database = watched(fixture, &signed).unwrap();
    database.commit(one(OFFICE, "0")).unwrap();
    database.commit(one(OFFICE, "1")).unwrap();
    drop(database);
    // Another history of the same length and a longer one.
    for texts in [&["0", "other"][..], &["0", "other", "and more"]] {
        let other = F::new();
        let database = other.open();
        for text in texts {
            database.commit(one(OFFICE, text)).unwrap();
        }
        let (_, history) = dumped(&*database);
        let (_place, open) = restored(fixture, &history);
        assert_read_only(&open(&signed).unwrap(), &signed, texts.len() as u64);
    }
}

/// Promise: without the anchor nobody knows what was signed, so nothing more is; and the message
/// says what to do.
pub fn a_database_without_its_anchor_is_not_signed<F: Fixture>(fixture: &F) {
    let database = fixture.open();
    database.commit(one(OFFICE, "x")).unwrap();
    let (_, copy) = dumped(&*database);
    let place = F::new();
    load(place.engine().as_ref(), &mut &copy[..]).unwrap();
    let signed = Signed::default();
    let refused = watched(&place, &signed).err().unwrap();
    assert!(
        matches!(&refused, StoreError::NotAnchored { log, size: 1, .. } if log == OFFICE),
        "{refused}"
    );
    assert!(refused.to_string().contains("adopt"), "{refused}");
    assert!(signed.lock().unwrap().is_empty());
}

/// Promise: adopting is for heads that no anchor knows. It never replaces one that is on file, and
/// takes nothing that does not give its root.
pub fn adopting_puts_heads_into_an_empty_anchor_only<F: Fixture>(fixture: &F) {
    let database = fixture.open();
    database.commit(one(OFFICE, "0")).unwrap();
    let (_, older) = dumped(&*database);
    database.commit(one(OFFICE, "1")).unwrap();
    let (_, newer) = dumped(&*database);
    let head = database.head(OFFICE).unwrap();
    drop(database);

    let place = F::new();
    load(place.engine().as_ref(), &mut &newer[..]).unwrap();
    let found = Found {
        size: head.size,
        root: head.root,
    };
    let adopted = adopt(place.engine().as_ref(), place.anchor().as_ref()).unwrap();
    assert!(adopted.contains(&(OFFICE.to_owned(), found)));
    assert_eq!(
        adopt(place.engine().as_ref(), place.anchor().as_ref()).unwrap(),
        []
    );
    place.open().commit(one(OFFICE, "2")).unwrap();

    let stale = F::new();
    load(stale.engine().as_ref(), &mut &older[..]).unwrap();
    assert_eq!(
        adopt(stale.engine().as_ref(), place.anchor().as_ref()).unwrap(),
        []
    );
    let (_place, open) = restored(&place, &older);
    assert_read_only(&open(&Signed::default()).unwrap(), &Signed::default(), 1);

    let rotten = changed(&newer, |table, rows| {
        if table == Table::Entries {
            let last = rows.last_mut().unwrap();
            last[2] = Cell::Bytes(b"another leaf".to_vec());
        }
    });
    let broken = F::new();
    load(broken.engine().as_ref(), &mut &rotten[..]).unwrap();
    assert!(matches!(
        adopt(broken.engine().as_ref(), broken.anchor().as_ref()),
        Err(StoreError::Damaged { .. })
    ));
}

/// Promise: a log whose newest entries are lost for good goes on under another origin. The old
/// origin's head stays on file, and nothing is ever signed under it again.
pub fn a_new_epoch_goes_on_under_a_new_origin<F: Fixture>(fixture: &F) {
    let signed = Signed::default();
    let database = watched(fixture, &signed).unwrap();
    database.commit(one(OFFICE, "0")).unwrap();
    let (_, backup) = dumped(&database);
    let lost = database
        .commit(one(OFFICE, "lost"))
        .unwrap()
        .heads
        .remove(0);
    drop(database);
    let (place, open) = restored(fixture, &backup);
    assert_read_only(&open(&signed).unwrap(), &signed, 1);
    drop(open);

    let new_origin = format!("{}/epoch-2", origin(OFFICE));
    let reopened = || {
        let (engine, anchor) = (place.engine(), fixture.anchor());
        open_epoch(engine.as_ref(), anchor.as_ref(), OFFICE, &new_origin)
    };
    let opened = reopened().unwrap();
    assert_eq!((opened.epoch, opened.found.size), (2, 1));
    assert_eq!(
        (&opened.old_origin, &opened.new_origin),
        (&origin(OFFICE), &new_origin)
    );
    let last = AnchoredHead {
        size: lost.size,
        root: lost.root,
        retired: false,
    };
    assert_eq!(opened.anchored, Some(last));
    // The same origin does not begin twice.
    assert!(matches!(reopened(), Err(StoreError::Unfit(_))));

    let mut signers = watched_signers(&signed);
    signers[0].origin.clone_from(&new_origin);
    let key = Ed25519Signer::from_seed(&new_origin, [9; 32]);
    let verifier = key.verifier();
    signers[0].signers = vec![Box::new(key)];
    let fatal = |error: &StoreError| panic!("the writer stopped: {error}");
    let database = Store::open(place.engine(), fixture.anchor(), signers, fatal).unwrap();
    assert_eq!(database.standing(), Standing::Writable);
    let states = database.log_states().unwrap();
    let office = states.iter().find(|state| state.log == OFFICE).unwrap();
    assert_eq!((office.epoch, &office.origin), (2, &new_origin));
    let head = database
        .commit(one(OFFICE, "epoch.opened"))
        .unwrap()
        .heads
        .remove(0);
    assert_eq!((head.size, &head.origin), (2, &new_origin));
    Checkpoint::open(&head.checkpoint, &new_origin, &[&verifier]).unwrap();
    assert_eq!(texts(&database, OFFICE), ["0", "epoch.opened"]);
    check(&database).unwrap();
    drop(database);

    // Even the database that has everything is not signed under the old origin any more.
    let before = signed.lock().unwrap().len();
    let old = watched(fixture, &signed).unwrap();
    assert!(
        matches!(&old.standing(), Standing::ReadOnly { anchored, .. } if anchored.retired && anchored.size == 2)
    );
    assert_eq!(signed.lock().unwrap().len(), before);
    assert!(!forked(&signed));
}

/// Promise: what was durable when the node ended, but neither anchored nor signed, is read back,
/// anchored and signed at the next start: it has its place in the log, and nobody else gets it.
pub fn what_was_never_published_is_published_at_start<F: Fixture>(fixture: &F) {
    let database = fixture.open();
    database.commit(one(OFFICE, "0")).unwrap();
    let (_, before) = dumped(&*database);
    database.commit(one(OFFICE, "1")).unwrap();
    let (_, after) = dumped(&*database);
    drop(database);
    // A place where the second entry is in the database, and the anchor and checkpoint of the first.
    let stopped = |rotten: bool| {
        let place = F::new();
        load(place.engine().as_ref(), &mut &before[..]).unwrap();
        adopt(place.engine().as_ref(), place.anchor().as_ref()).unwrap();
        let mut first = None;
        changed(&before, |table, rows| {
            if table == Table::Logs {
                first = rows
                    .iter()
                    .find(|row| row[0] == Cell::Text(OFFICE.to_owned()))
                    .cloned();
            }
        });
        let unpublished = changed(&after, |table, rows| match table {
            Table::Logs => {
                let office = rows
                    .iter_mut()
                    .find(|row| row[0] == Cell::Text(OFFICE.to_owned()));
                let (office, first) = (office.unwrap(), first.clone().unwrap());
                office[5..].clone_from_slice(&first[5..]);
            }
            Table::Entries if rotten => {
                rows.last_mut().unwrap()[2] = Cell::Bytes(b"another leaf".to_vec());
            }
            _ => {}
        });
        let (lies, open) = restored(&place, &unpublished);
        let signed = Signed::default();
        let opened = open(&signed);
        (opened, signed, (place, lies))
    };
    let (opened, signed, _places) = stopped(false);
    let database = opened.unwrap();
    assert_eq!(database.standing(), Standing::Writable);
    let head = database.head(OFFICE).unwrap();
    assert_eq!(head.size, 2);
    check_signed(&head);
    assert_eq!(signed.lock().unwrap().len(), 1);
    assert_eq!(texts(&database, OFFICE), ["0", "1"]);
    // What does not read back as it was hashed is not published.
    let (opened, signed, _places) = stopped(true);
    assert!(opened.is_ok_and(|database| matches!(database.standing(), Standing::ReadOnly { .. })));
    assert!(signed.lock().unwrap().is_empty());
}

/// Promise: several nodes beside one database write one log. Every entry is there once, every head
/// that either has answered with is the beginning of all later ones, and none contradicts another.
pub fn two_nodes_beside_one_database<F: Fixture>(fixture: &F) {
    if !F::SHARED {
        return;
    }
    const EACH: usize = 60;
    let signed = Signed::default();
    let anchor = fixture.anchor();
    let nodes: Vec<Arc<Store>> = (0..2)
        .map(|_| {
            let fatal = |error: &StoreError| panic!("the writer stopped: {error}");
            let signers = watched_signers(&signed);
            Arc::new(Store::open(fixture.engine(), anchor.clone(), signers, fatal).unwrap())
        })
        .collect();
    let heads: Vec<Head> = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..4)
            .map(|writer| {
                let node = &nodes[writer % 2];
                scope.spawn(move || {
                    let commit = |n| node.commit(one(OFFICE, &format!("{writer}/{n}"))).unwrap();
                    (0..EACH)
                        .map(|n| {
                            let mut committed = commit(n);
                            let EntryRef { index, .. } = committed.entries[0];
                            let head = committed.heads.remove(0);
                            assert!(index < head.size);
                            head
                        })
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        writers
            .into_iter()
            .flat_map(|writer| writer.join().unwrap())
            .collect()
    });
    assert!(!forked(&signed));
    let database: Arc<dyn Database> = nodes[0].clone();
    let mut said = texts(&*database, OFFICE);
    said.sort();
    let mut expected: Vec<String> = (0..4 * EACH)
        .map(|n| format!("{}/{}", n % 4, n / 4))
        .collect();
    expected.sort();
    assert_eq!(said, expected);
    let newest = database.head(OFFICE).unwrap();
    assert_eq!(newest.size as usize, 4 * EACH);
    assert_eq!(nodes[1].head(OFFICE).unwrap().size, newest.size);
    let tiles = LogTiles::new(database.clone(), OFFICE);
    for head in &heads {
        check_signed(head);
        let proof = consistency_proof(&tiles, head.size, newest.size).unwrap();
        verify_consistency(head.size, &head.root, newest.size, &newest.root, &proof).unwrap();
    }
    check(&*database).unwrap();
}
