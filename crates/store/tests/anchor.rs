//! The anchor in a file: what it holds survives everything that can befall a file in use.
#![allow(clippy::unwrap_used, missing_docs)]

use journal::hash::sha256;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use store::anchor::{Move, Swap};
use store::simulated::{Disk, Fault, Loss};
use store::{Anchor, AnchorError, AnchoredHead, FileAnchor};

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("node.anchor")
    }
}

fn head(size: u64) -> AnchoredHead {
    AnchoredHead {
        size,
        root: sha256(&size.to_be_bytes()),
        retired: false,
    }
}

fn moved(origin: &str, from: Option<AnchoredHead>, to: AnchoredHead) -> Move {
    Move {
        origin: origin.to_owned(),
        from,
        to,
    }
}

/// Promise: all heads of a swap are moved or none, only from what stands there, and a retired one
/// never again; what stands is told.
#[test]
fn heads_move_together_by_compare_and_swap() {
    let place = Place::new();
    let anchor = FileAnchor::create(&place.path()).unwrap();
    assert_eq!(anchor.read(&["a", "b"]).unwrap(), [None, None]);
    let both = [moved("a", None, head(1)), moved("b", None, head(2))];
    assert_eq!(anchor.swap(&both).unwrap(), Swap::Done);
    let stand = vec![Some(head(1)), Some(head(2))];
    assert_eq!(anchor.swap(&both).unwrap(), Swap::Refused(stand.clone()));
    for stale in [None, Some(head(1)), Some(head(3))] {
        let moves = [
            moved("a", Some(head(1)), head(9)),
            moved("b", stale, head(9)),
        ];
        assert_eq!(anchor.swap(&moves).unwrap(), Swap::Refused(stand.clone()));
    }
    let retired = AnchoredHead {
        retired: true,
        ..head(1)
    };
    let retire = [
        moved("a", Some(head(1)), retired),
        moved("c", None, head(1)),
    ];
    assert_eq!(anchor.swap(&retire).unwrap(), Swap::Done);
    let again = [moved("a", Some(retired), head(2))];
    assert_eq!(
        anchor.swap(&again).unwrap(),
        Swap::Refused(vec![Some(retired)])
    );
    drop(anchor);
    let anchor = FileAnchor::open(&place.path()).unwrap();
    assert_eq!(
        anchor.read(&["a", "b", "c", "d"]).unwrap(),
        [Some(retired), Some(head(2)), Some(head(1)), None]
    );
}

/// Promise: an anchor is made once, by name of an act, for the node's user alone, and is held by
/// one process.
#[test]
fn an_anchor_is_neither_made_nor_replaced_silently() {
    let place = Place::new();
    let missing = FileAnchor::open(&place.path()).err().unwrap();
    assert!(matches!(&missing, AnchorError::Missing { .. }));
    assert!(missing.to_string().contains("adopt"), "{missing}");
    assert!(!place.path().exists());
    let anchor = FileAnchor::create(&place.path()).unwrap();
    let mode = std::fs::metadata(place.path())
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(matches!(
        FileAnchor::open(&place.path()),
        Err(AnchorError::Locked { .. })
    ));
    assert!(matches!(
        FileAnchor::create(&place.path()),
        Err(AnchorError::Exists { .. })
    ));
    anchor.swap(&[moved("a", None, head(1))]).unwrap();
    drop(anchor);
    assert!(matches!(
        FileAnchor::create(&place.path()),
        Err(AnchorError::Exists { .. })
    ));
    let anchor = FileAnchor::open(&place.path()).unwrap();
    assert_eq!(anchor.read(&["a"]).unwrap(), [Some(head(1))]);
    assert_eq!(std::fs::read_dir(place.0.path()).unwrap().count(), 1);
}

/// Promise: a last write that was torn at any byte leaves the heads before it. Older heads than
/// those never come back.
#[test]
fn a_torn_write_leaves_the_heads_before_it() {
    let place = Place::new();
    let anchor = FileAnchor::create(&place.path()).unwrap();
    let step = |n: u64| {
        let from = (n > 1).then(|| head(n - 1));
        assert_eq!(
            anchor.swap(&[moved("a", from, head(n))]).unwrap(),
            Swap::Done
        );
        std::fs::read(place.path()).unwrap()
    };
    let states: Vec<Vec<u8>> = (1..=4).map(step).collect();
    drop(anchor);
    let (before, after) = (&states[2], &states[3]);
    let differ = || (0..before.len()).filter(|at| before[*at] != after[*at]);
    let (first, last) = (differ().next().unwrap(), differ().next_back().unwrap());
    for cut in first..=last + 1 {
        let torn = [&after[..cut], &before[cut..]].concat();
        std::fs::write(place.path(), &torn).unwrap();
        let anchor = FileAnchor::open(&place.path()).unwrap();
        let expected = if torn == *after { 4 } else { 3 };
        assert_eq!(
            anchor.read(&["a"]).unwrap(),
            [Some(head(expected))],
            "cut at {cut}"
        );
        // And goes on from there.
        let next = [moved("a", Some(head(expected)), head(5))];
        assert_eq!(anchor.swap(&next).unwrap(), Swap::Done);
    }
}

/// A disk whose anchor has told of head 1, and whose sync of head 2 has failed: the process ended, the
/// machine did not, and what it shows of head 2 is not on the disk.
fn after_a_failed_sync() -> Disk {
    let disk = Disk::new();
    let anchor = disk.anchor().unwrap();
    anchor.swap(&[moved("a", None, head(1))]).unwrap();
    disk.fail_at(disk.operations() + 1, Fault::Io);
    let failed = anchor.swap(&[moved("a", Some(head(1)), head(2))]);
    assert!(matches!(failed, Err(AnchorError::Unreachable { .. })));
    disk
}

fn shown(disk: &Disk) -> Option<AnchoredHead> {
    disk.anchor().unwrap().read(&["a"]).unwrap()[0]
}

/// Promise: what an opening has told is there after the power fails, also where the sync before it
/// had failed and the system showed bytes that were not on the disk.
#[test]
fn what_an_opening_tells_is_on_the_disk() {
    for failed_openings in 0..3 {
        let disk = after_a_failed_sync();
        for _ in 0..failed_openings {
            disk.fail_at(disk.operations() + 1, Fault::Io);
            assert!(disk.anchor().is_err());
        }
        assert_eq!(shown(&disk), Some(head(2)));
        disk.restart(Loss::All);
        assert_eq!(shown(&disk), Some(head(2)), "{failed_openings}");
    }
}

/// Promise: an opening that is cut off or fails loses no head that was told, whether the sync before
/// it had failed or not.
#[test]
fn an_opening_that_is_cut_off_loses_nothing() {
    let sound = || {
        let disk = after_a_failed_sync();
        assert_eq!(shown(&disk), Some(head(2)));
        disk
    };
    let states: [fn() -> Disk; 2] = [after_a_failed_sync, sound];
    for (state, told) in states.into_iter().zip([1, 2]) {
        for operation in [0, 1] {
            for fault in [Fault::Crash, Fault::NoSpace, Fault::Io] {
                for loss in [Loss::None, Loss::All, Loss::Torn(1), Loss::Torn(3)] {
                    let disk = state();
                    disk.fail_at(disk.operations() + operation, fault);
                    assert!(disk.anchor().is_err());
                    disk.restart(loss);
                    let size = shown(&disk).unwrap().size;
                    assert!(size >= told, "{fault:?} at {operation}, {loss:?}: {size}");
                }
            }
        }
    }
}

/// Promise: to make an anchor where one was made already, and whose making was cut off at its very
/// end, spoils nothing; nor does it spoil one that another process is making.
#[test]
fn making_an_anchor_again_spoils_nothing() {
    let place = Place::new();
    let making = place.path().with_extension("anchor-new");
    let anchor = FileAnchor::create(&place.path()).unwrap();
    anchor.swap(&[moved("a", None, head(1))]).unwrap();
    // Linked, and ended before the other name was removed.
    std::fs::hard_link(place.path(), &making).unwrap();
    let whole = std::fs::read(place.path()).unwrap();
    assert!(matches!(
        FileAnchor::create(&place.path()),
        Err(AnchorError::Locked { .. })
    ));
    assert!(std::fs::read(place.path()).unwrap() == whole);
    drop(anchor);
    assert!(matches!(
        FileAnchor::create(&place.path()),
        Err(AnchorError::Exists { .. })
    ));
    assert!(!making.exists());
    let anchor = FileAnchor::open(&place.path()).unwrap();
    assert_eq!(anchor.read(&["a"]).unwrap(), [Some(head(1))]);
}

/// Promise: what is no anchor is not taken for an empty one.
#[test]
fn a_file_without_a_whole_slot_is_refused() {
    let place = Place::new();
    drop(FileAnchor::create(&place.path()).unwrap());
    let sound = std::fs::read(place.path()).unwrap();
    for bytes in [
        Vec::new(),
        b"an anchor".to_vec(),
        vec![0; sound.len()],
        sound[..20].to_vec(),
    ] {
        std::fs::write(place.path(), bytes).unwrap();
        assert!(matches!(
            FileAnchor::open(&place.path()),
            Err(AnchorError::Damaged { .. })
        ));
    }
}

/// Promise: an anchor without room says so and keeps what it has.
#[test]
fn a_full_anchor_keeps_what_it_has() {
    let place = Place::new();
    let anchor = FileAnchor::create(&place.path()).unwrap();
    anchor.swap(&[moved("a", None, head(1))]).unwrap();
    let many: Vec<Move> = (0..4000)
        .map(|n| moved(&format!("{n:0>60}"), None, head(n)))
        .collect();
    assert!(matches!(anchor.swap(&many), Err(AnchorError::Full { .. })));
    assert_eq!(
        anchor.swap(&[moved("a", Some(head(1)), head(2))]).unwrap(),
        Swap::Done
    );
    anchor.swap(&many[..1000]).unwrap();
    drop(anchor);
    let anchor = FileAnchor::open(&place.path()).unwrap();
    assert_eq!(anchor.heads().len(), 1001);
}

/// Promise: there is one text for a head, and nothing else is one.
#[test]
fn a_head_has_one_text() {
    let retired = AnchoredHead {
        retired: true,
        ..head(7)
    };
    for head in [head(0), head(u64::from(u32::MAX)), retired] {
        assert_eq!(head.to_string().parse(), Ok(head));
    }
    let text = head(7).to_string();
    for other in [
        String::new(),
        format!("0{text}"),
        format!("+{text}"),
        format!(" {text}"),
        format!("{text} "),
        format!("{text} Retired"),
        format!("{text} retired retired"),
        text.replace(' ', "\t"),
        text.replacen('7', "99999999999999999999", 1),
        text[..text.len() - 1].to_owned(),
    ] {
        assert!(other.parse::<AnchoredHead>().is_err(), "{other}");
    }
}
