//! The rollback guard: a node whose database was set back signs nothing.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use journal::witness::Answer;
use office::{Actor, Command, OfficeError, ReadOnly, Standing, WitnessedHead};
use std::path::{Path, PathBuf};
use support::{House, two_houses};

const DE_LOG: &str = "exchange-cn";

fn witnesses() -> (House, House) {
    let de = House::witnessing("de", &["cn"]);
    let cn = House::witnessing("cn", &["de"]);
    de.accept(&cn).unwrap();
    cn.accept(&de).unwrap();
    (de, cn)
}

fn ping(house: &House, peer: &House) -> Result<(), OfficeError> {
    let peer = peer.party.clone();
    house
        .try_act(&Actor::local_operator(), Command::Ping { peer })
        .map(drop)
}

/// `by` vouches for the newest head of `house`'s log with it.
fn witness(house: &House, by: &House, old: u64) {
    let log = format!("exchange-{}", by.party);
    let (request, _) = house.office.witness_request(&log, old).unwrap();
    let lines = by
        .office
        .witness_checkpoint(&house.party, request.to_string().as_bytes())
        .unwrap();
    Answer::parse(lines.as_bytes()).unwrap();
}

fn head_at(house: &House, by: &House) -> WitnessedHead {
    WitnessedHead {
        log: format!("exchange-{}", by.party),
        witness: by.party.to_string(),
        checkpoint: by.office.witnessed_checkpoint(&house.party).unwrap(),
    }
}

/// Database and anchor, copied while the node does not run.
struct Copies(tempfile::TempDir);

impl Copies {
    fn each(database: &Path) -> impl Iterator<Item = PathBuf> {
        let folder = database.parent().unwrap().to_owned();
        let files = std::fs::read_dir(folder).unwrap();
        files
            .map(|file| file.unwrap().path())
            .filter(|path| path.is_file())
    }

    fn take(database: &Path) -> Self {
        let copies = tempfile::tempdir().unwrap();
        for file in Self::each(database) {
            std::fs::copy(&file, copies.path().join(file.file_name().unwrap())).unwrap();
        }
        Self(copies)
    }

    fn put_back(&self, database: &Path) {
        for file in Self::each(database) {
            std::fs::remove_file(file).unwrap();
        }
        for file in std::fs::read_dir(self.0.path()).unwrap() {
            let file = file.unwrap();
            std::fs::copy(
                file.path(),
                database.parent().unwrap().join(file.file_name()),
            )
            .unwrap();
        }
    }
}

/// Promise: a restored old copy, anchor and all, is found out by a witness; the node then refuses
/// every command and message, names log, sizes and witness, and still does so after a restart in
/// which nobody can be asked.
#[test]
fn a_database_that_was_set_back_signs_nothing() {
    let (de, cn) = witnesses();
    ping(&de, &cn).unwrap();
    let mut copies = None;
    let path = de.database_path();
    let de = de.reopen_with(|_| copies = Some(Copies::take(&path)));
    de.office.go_on_unconfirmed(&[]).unwrap();
    ping(&de, &cn).unwrap();
    witness(&de, &cn, 0);
    let seen = de.reader().head(DE_LOG).unwrap().size;
    let de = de.reopen_with(|_| copies.as_ref().unwrap().put_back(&path));

    assert!(matches!(de.office.standing(), Standing::Unconfirmed { .. }));
    assert!(matches!(
        ping(&de, &cn),
        Err(OfficeError::Unconfirmed { .. })
    ));
    de.reader().head(DE_LOG).unwrap();
    let head = head_at(&de, &cn);
    let expected = ReadOnly::SetBack {
        log: DE_LOG.to_owned(),
        ours: de.reader().head(DE_LOG).unwrap().size,
        seen,
        seen_by: "cn".to_owned(),
    };
    let standing = de.office.confirm_standing(&[head]).unwrap();
    assert_eq!(standing, Standing::ReadOnly(expected.clone()));
    let before = de.kinds(DE_LOG);
    assert!(matches!(ping(&de, &cn), Err(OfficeError::ReadOnly(why)) if why == expected));
    assert!(de.office.witness_request(DE_LOG, 0).is_err());
    assert!(de.office.go_on_unconfirmed(&[]).is_err());
    // An old copy is whole in itself.
    de.office.self_check(&mut |_, _| ()).unwrap();
    assert_eq!(de.office.standing(), Standing::ReadOnly(expected.clone()));

    ping(&cn, &de).unwrap();
    let (_, message) = cn.waiting(&de.party).remove(0);
    assert!(de.office.accept_message(&cn.party, &message).is_err());
    let (request, _) = cn.office.witness_request("exchange-de", 0).unwrap();
    let request = request.to_string();
    assert!(
        de.office
            .witness_checkpoint(&cn.party, request.as_bytes())
            .is_err()
    );
    assert_eq!(de.kinds(DE_LOG), before);

    let de = de.reopen(false);
    assert_eq!(de.office.standing(), Standing::ReadOnly(expected));
    assert!(de.office.go_on_unconfirmed(&[]).is_err());
}

/// Promise: a node whose witnesses have seen nothing that it does not have goes on; one whose
/// witnesses are silent goes on only on the record.
#[test]
fn a_whole_database_is_confirmed() {
    let (de, cn) = witnesses();
    ping(&de, &cn).unwrap();
    witness(&de, &cn, 0);
    let de = de.reopen(false);
    let stranger = WitnessedHead {
        checkpoint: Some("not a note".to_owned()),
        ..head_at(&de, &cn)
    };
    de.office.confirm_standing(&[stranger]).unwrap();
    assert!(matches!(de.office.standing(), Standing::Unconfirmed { .. }));
    let head = head_at(&de, &cn);
    assert_eq!(
        de.office.confirm_standing(&[head]).unwrap(),
        Standing::Signing
    );
    ping(&de, &cn).unwrap();

    let de = de.reopen(false);
    let not_asked = vec!["cn".to_owned()];
    assert_eq!(
        de.office.go_on_unconfirmed(&not_asked).unwrap(),
        Standing::Signing
    );
    assert_eq!(
        de.last("office", "standing.unconfirmed")["not_asked"][0],
        "cn"
    );
    ping(&de, &cn).unwrap();
}

/// Promise: the daily check finds an entry that rotted under a valid chain of heads, says which, and
/// the node turns read-only until all is whole again.
#[test]
fn a_rotten_entry_is_found() {
    let (de, cn) = two_houses();
    ping(&de, &cn).unwrap();
    de.office.self_check(&mut |_, _| ()).unwrap();
    assert!(de.kinds("office").contains(&"self-check.passed".to_owned()));
    let rot = |from: &str, to: &str| {
        let connection = rusqlite::Connection::open(de.database_path()).unwrap();
        let changed = connection
            .execute(
                "UPDATE entries SET body = replace(body, ?1, ?2) WHERE log = 'exchange-cn' AND instr(body, ?1) > 0",
                [from, to],
            )
            .unwrap();
        assert_eq!(changed, 1);
    };
    rot("message.sent", "message.rotten");
    let Err(OfficeError::ReadOnly(why)) = de.office.self_check(&mut |_, _| ()) else {
        panic!("not found");
    };
    assert!(
        matches!(&why, ReadOnly::Damaged { what } if what.contains(DE_LOG)),
        "{why}"
    );
    assert!(matches!(ping(&de, &cn), Err(OfficeError::ReadOnly(_))));
    rot("message.rotten", "message.sent");
    assert!(de.kinds("office").contains(&"self-check.failed".to_owned()));
    assert!(matches!(ping(&de, &cn), Err(OfficeError::ReadOnly(_))));
    de.office.self_check(&mut |_, _| ()).unwrap();
    ping(&de, &cn).unwrap();
    let ReadOnly::Damaged { what } = why else {
        panic!("{why}");
    };
    let passed = de.last("office", "self-check.passed");
    assert_eq!(passed["lifted"], what);
}

/// Promise: what was found damaged stays so over a restart, until a check passes; where there are
/// witnesses they are asked before, and the first that the node then writes says what was lifted.
#[test]
fn damage_is_lifted_on_the_record() {
    let (de, cn) = witnesses();
    de.office.go_on_unconfirmed(&[]).unwrap();
    ping(&de, &cn).unwrap();
    let rot = |from: &str, to: &str| {
        let connection = rusqlite::Connection::open(de.database_path()).unwrap();
        let rot = "UPDATE entries SET body = replace(body, ?1, ?2) WHERE log = 'exchange-cn'";
        connection.execute(rot, [from, to]).unwrap();
    };
    rot("message.sent", "message.rotten");
    de.office.self_check(&mut |_, _| ()).unwrap_err();
    rot("message.rotten", "message.sent");

    let de = de.reopen(false);
    let standing = de.office.standing();
    assert!(
        matches!(standing, Standing::ReadOnly(ReadOnly::Damaged { .. })),
        "{standing:?}"
    );
    assert!(de.office.go_on_unconfirmed(&[]).is_err());
    de.office.self_check(&mut |_, _| ()).unwrap();
    assert!(matches!(de.office.standing(), Standing::Unconfirmed { .. }));
    let before = de.kinds("office").len();
    de.office.confirm_standing(&[head_at(&de, &cn)]).unwrap();
    assert_eq!(de.kinds("office")[before..], ["self-check.passed"]);
    let passed = de.last("office", "self-check.passed");
    assert!(passed.contains_key("lifted"), "{passed:?}");
    ping(&de, &cn).unwrap();
}

/// Promise: two nodes that start at the same time confirm each other; neither waits for the other.
#[test]
fn nodes_that_start_together_confirm_each_other() {
    let (de, cn) = witnesses();
    ping(&de, &cn).unwrap();
    witness(&de, &cn, 0);
    witness(&cn, &de, 0);
    let (de, cn) = (de.reopen(false), cn.reopen(false));
    for (house, by) in [(&de, &cn), (&cn, &de)] {
        let head = head_at(house, by);
        assert!(head.checkpoint.is_some());
        let standing = house.office.confirm_standing(&[head]).unwrap();
        assert_eq!(standing, Standing::Signing);
    }
}
