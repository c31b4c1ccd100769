//! A node that moves to another database and anchor is cut off anywhere: never can both sign, and
//! the same call again ends where it would have.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

#[macro_use]
mod conformance;

use conformance::{EXCHANGE, OFFICE, Signed, dumped, entry, forked, one, watched_signers};
use std::sync::Arc;
use store::handover::{Handover, HandoverError};
use store::simulated::{Disk, Fault, Loss, Simulated};
use store::{Batch, Database, Engine, Standing, Store, StoreError};

/// Opens the node on a disk, with the anchor there.
fn open(disk: &Disk, signed: &Signed) -> Result<Store, StoreError> {
    let anchor = Arc::new(disk.anchor().map_err(StoreError::Anchor)?);
    let engine = Arc::new(Simulated::open(disk));
    Store::open_inline(engine, anchor, watched_signers(signed), None, |_| {})
}

/// A disk with a node that has worked.
fn house() -> Disk {
    let disk = Disk::new();
    let node = open(&disk, &Signed::default()).unwrap();
    for n in 0..3 {
        let batch = Batch {
            entries: vec![
                entry(OFFICE, &n.to_string()),
                entry(EXCHANGE, &n.to_string()),
            ],
            ..Batch::default()
        };
        node.commit(batch).unwrap();
    }
    drop(node);
    // The last signature rides on the next sync; it has been a while.
    disk.restart(Loss::None);
    disk
}

fn moving(from: &Disk, to: &Disk, place: &str) -> Result<Handover, StoreError> {
    Ok(Handover {
        source: Arc::new(Simulated::open(from)),
        old_anchor: Arc::new(from.anchor().map_err(StoreError::Anchor)?),
        target: Arc::new(Simulated::open(to)),
        place: place.to_owned(),
        new_anchor: Some(Arc::new(to.anchor().map_err(StoreError::Anchor)?)),
    })
}

fn hand_over(from: &Disk, to: &Disk, place: &str) -> Result<(), HandoverError> {
    let moving = moving(from, to, place)?;
    moving.copy()?;
    moving.finish().map(drop)
}

/// Whether the node on a disk goes on: tried on a copy, so that the disk stays as it is. An empty
/// place is nobody's copy.
fn signs(disk: &Disk, signed: &Signed) -> bool {
    let logs = Simulated::open(disk).reader().unwrap().logs().unwrap();
    !logs.is_empty()
        && open(&disk.copy(), signed)
            .is_ok_and(|node| node.commit(one(OFFICE, &format!("{:p}", disk))).is_ok())
}

/// Promise: wherever a move is cut off, on either disk, with or without loss of what was not synced,
/// at most one of the two databases can be signed over; and the same call again hands it over.
#[test]
fn cut_off_anywhere_at_most_one_signs() {
    let mut cuts = [0, 0];
    for side in [0, 1] {
        for operation in 0.. {
            let mut reached = false;
            for loss in [Loss::None, Loss::All, Loss::Torn(operation)] {
                let disks = [house(), Disk::new()];
                let [old, new] = &disks;
                // A file gets the name of an anchor only when it is whole.
                drop(new.anchor().unwrap());
                let born = disks[side].operations();
                disks[side].fail_at(born + operation, Fault::Crash);
                let cut = hand_over(old, new, "new").is_err();
                reached |= disks[side].operations() > born + operation;
                assert!(!cut || reached);
                old.restart(loss);
                new.restart(loss);
                let signed = Signed::default();
                let both = [signs(old, &signed), signs(new, &signed)];
                assert_ne!(both, [true, true], "cut at {operation} of disk {side}");
                assert!(!forked(&signed));
                hand_over(old, new, "new").unwrap();
                assert_eq!(
                    [signs(old, &signed), signs(new, &signed)],
                    [false, true],
                    "cut at {operation} of disk {side}"
                );
            }
            if !reached {
                break;
            }
            cuts[side] += 1;
        }
    }
    // Retiring there; loading and adopting here.
    assert!(cuts[0] >= 2 && cuts[1] >= 5, "{cuts:?}");
}

/// Promise: what arrives is what left, byte for byte, and goes on from there; what was left behind
/// can be read.
#[test]
fn what_arrives_is_what_left() {
    let (old, new) = (house(), Disk::new());
    let reader = |disk: &Disk| Store::reader(Arc::new(Simulated::open(disk)));
    let before = dumped(&reader(&old));
    hand_over(&old, &new, "new").unwrap();
    assert_eq!(dumped(&reader(&new)), before);
    let left = open(&old, &Signed::default()).unwrap();
    assert!(matches!(left.standing(), Standing::ReadOnly { .. }));
    assert_eq!(left.head(OFFICE).unwrap().size, 3);
}

/// Promise: of two moves to different places that were begun, only the one that was handed over to
/// can be finished.
#[test]
fn what_moved_to_one_place_does_not_move_to_another() {
    let (old, first, second) = (house(), Disk::new(), Disk::new());
    moving(&old, &first, "first").unwrap().copy().unwrap();
    hand_over(&old, &second, "second").unwrap();
    assert!(matches!(
        hand_over(&old, &first, "first"),
        Err(HandoverError::MovedOn { .. })
    ));
    let signed = Signed::default();
    assert!(!signs(&first, &signed) && signs(&second, &signed));
}

/// Promise: a place whose anchor has retired the logs is refused before anything is retired in the
/// present one; the node stays alive.
#[test]
fn moving_back_to_a_retired_anchor_is_refused() {
    let (old, new) = (house(), Disk::new());
    hand_over(&old, &new, "new").unwrap();
    old.restore(&Disk::new(), Simulated::FILE);
    assert!(matches!(
        hand_over(&new, &old, "old"),
        Err(HandoverError::Taken { .. })
    ));
    assert!(signs(&new, &Signed::default()));
    // With another anchor there it goes back.
    let again = Disk::new();
    hand_over(&new, &again, "old").unwrap();
    assert!(signs(&again, &Signed::default()));
}

/// Promise: two names of one anchor are no move from one to the other: the heads would be retired
/// where they are to go on.
#[test]
fn one_anchor_by_two_names_is_refused() {
    let (old, new) = (house(), Disk::new());
    let mut moving = moving(&old, &new, "new").unwrap();
    moving.new_anchor = Some(moving.old_anchor.clone());
    assert!(matches!(moving.copy(), Err(HandoverError::Taken { .. })));
    // Said to be the same, it stays where it is.
    moving.new_anchor = None;
    moving.copy().unwrap();
    moving.finish().unwrap();
    assert!(signs(&old, &Signed::default()));
}

/// Promise: a database that does not contain the head in its anchor is not moved to a place where
/// nobody knows of that head: also where it is the longer one.
#[test]
fn a_database_that_was_set_back_is_not_moved() {
    let (old, other) = (house(), Disk::new());
    let node = open(&other, &Signed::default()).unwrap();
    for n in 10..20 {
        for log in [OFFICE, EXCHANGE] {
            node.commit(one(log, &n.to_string())).unwrap();
        }
    }
    drop(node);
    old.restore(&other, Simulated::FILE);
    let new = Disk::new();
    assert!(matches!(
        hand_over(&old, &new, "new"),
        Err(HandoverError::Store(StoreError::ReadOnly { .. }))
    ));
    let copied = Simulated::open(&new).reader().unwrap().logs().unwrap();
    assert!(copied.is_empty());
}

/// Promise: what was written to the old database after the copy was made is never left behind: the
/// node is not handed over.
#[test]
fn what_was_written_meanwhile_is_not_left_behind() {
    let (old, new) = (house(), Disk::new());
    moving(&old, &new, "new").unwrap().copy().unwrap();
    let node = open(&old, &Signed::default()).unwrap();
    node.commit(one(OFFICE, "meanwhile")).unwrap();
    drop(node);
    assert!(matches!(
        hand_over(&old, &new, "new"),
        Err(HandoverError::Different { .. })
    ));
    assert!(signs(&old, &Signed::default()));
}

/// Promise: a database without entries is not moved: nothing in it could be retired.
#[test]
fn an_empty_database_is_not_moved() {
    let (old, new) = (Disk::new(), Disk::new());
    drop(open(&old, &Signed::default()).unwrap());
    assert!(matches!(
        hand_over(&old, &new, "new"),
        Err(HandoverError::Empty)
    ));
}
