//! The rollback guard: a node whose database was set back signs nothing.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use journal::note::Note;
use journal::policy::Policy;
use journal::witness::Answer;
use office::{Actor, Command, OfficeError, ReadOnly, Said, Standing, WitnessAnswer, WitnessFault};
use seal::key_manifest::WitnessReference;
use seal::keys::WitnessKey;
use std::path::{Path, PathBuf};
use std::sync::Arc;
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

/// `by` vouches for the newest head of `house`'s log with it. Gives the note with all lines.
fn witness(house: &House, by: &House, old: u64) -> Note {
    let log = format!("exchange-{}", by.party);
    let (request, _) = house.office.witness_request(&log, old).unwrap();
    let lines = by
        .office
        .witness_checkpoint(&house.party, request.to_string().as_bytes())
        .unwrap();
    let targets = house.office.witness_targets(&log).unwrap();
    let mut note = request.note().clone();
    Answer::parse(lines.as_bytes())
        .unwrap()
        .merge_into(&mut note, targets[0].keys())
        .unwrap();
    note
}

/// The same, and `house` has it on file.
fn vouched(house: &House, by: &House, old: u64) -> String {
    let note = witness(house, by, old).to_string();
    let log = format!("exchange-{}", by.party);
    house.office.file_cosignatures(&log, &note).unwrap();
    note
}

fn answer(house: &House, by: &House, said: Said) -> WitnessAnswer {
    let log = format!("exchange-{}", by.party);
    let target = house.office.witness_targets(&log).unwrap().remove(0);
    WitnessAnswer { log, target, said }
}

/// What `by` answers when it is asked.
fn answered(house: &House, by: &House) -> WitnessAnswer {
    let head = by.office.witnessed_checkpoint(&house.party).unwrap();
    answer(house, by, head.map_or(Said::Nothing, Said::Head))
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
    let head = answered(&de, &cn);
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
    let stranger = answer(&de, &cn, Said::Head("not a note".to_owned()));
    de.office.confirm_standing(&[stranger]).unwrap();
    assert!(matches!(de.office.standing(), Standing::Unconfirmed { .. }));
    let head = answered(&de, &cn);
    assert_eq!(
        de.office.confirm_standing(&[head]).unwrap(),
        Standing::Signing
    );
    ping(&de, &cn).unwrap();

    let de = de.reopen(false);
    let silent = [answer(&de, &cn, Said::NoAnswer)];
    let standing = de.office.confirm_standing(&silent).unwrap();
    assert!(matches!(standing, Standing::Unconfirmed { .. }));
    assert_eq!(
        de.office.go_on_unconfirmed(&silent).unwrap(),
        Standing::Signing
    );
    assert_eq!(
        de.last("office", "standing.unconfirmed")["not_asked"][0],
        format!("cn ({DE_LOG})")
    );
    ping(&de, &cn).unwrap();
}

/// A house with three witnesses of which two are a quorum for the office journal, started anew.
fn with_domestic_witnesses(de: House, keys: &[WitnessKey; 3]) -> House {
    let mut text = String::new();
    for (n, key) in keys.iter().enumerate() {
        let vkey = &key.vkeys(&format!("w{n}.example"))[0];
        text += &format!("witness w{n} {vkey} https://w{n}.example\n");
    }
    let policy: Policy = format!("{text}group home 2 w0 w1 w2\nquorum home\n")
        .parse()
        .unwrap();
    de.reopen_with(|next| next.witnesses.office = Some(policy))
}

fn three_keys() -> [WitnessKey; 3] {
    [(); 3].map(|()| WitnessKey::generate().unwrap())
}

/// What the three have said about the office journal.
fn domestic_answers(de: &House, said: [Said; 3]) -> Vec<WitnessAnswer> {
    let targets = de.office.witness_targets("office").unwrap();
    let of = |(target, said)| WitnessAnswer {
        log: "office".to_owned(),
        target,
        said,
    };
    targets.into_iter().zip(said).map(of).collect()
}

/// Promise: as many witnesses have to answer as the policy asks for, and for its exchange log the
/// counterpart; who did not answer is on the record although the others were enough.
#[test]
fn as_many_answer_as_the_policy_asks_for() {
    let (de, cn) = witnesses();
    ping(&de, &cn).unwrap();
    let de = with_domestic_witnesses(de, &three_keys());
    let answers = |said| domestic_answers(&de, said);
    let unconfirmed = |answers: &[WitnessAnswer]| match de.office.confirm_standing(answers).unwrap()
    {
        Standing::Unconfirmed { logs } => logs.into_iter().collect(),
        other => vec![format!("{other:?}")],
    };
    let one = answers([Said::Nothing, Said::NoAnswer, Said::NoAnswer]);
    assert_eq!(unconfirmed(&one), [DE_LOG, "office"]);
    let peer = answered(&de, &cn);
    assert_eq!(unconfirmed(&[&one[..], &[peer]].concat()), ["office"]);
    let two = answers([Said::Nothing, Said::NoAnswer, Said::Nothing]);
    let standing = de.office.confirm_standing(&two).unwrap();
    assert_eq!(standing, Standing::Signing);
    let noted = de.last("office", "standing.confirmed");
    assert_eq!(noted["not_asked"], serde_json::json!(["w1 (office)"]));
    assert!(de.office.doubtful_logs().is_empty());
}

/// The house started anew with another witness key, and sure of its standing.
fn with_a_new_witness_key(house: House) -> House {
    let mut keys = house.keys.clone();
    let witness = WitnessKey::generate().unwrap();
    let vkeys = witness.vkeys(&format!("{}.kontaktstelle.example/witness", house.party));
    keys.witness = Some(Arc::new(witness));
    let manifest = house.next_manifest(&keys, |manifest| {
        manifest.witness = Some(WitnessReference { vkeys });
    });
    let house = house.reopen_with(|next| {
        next.keys = keys;
        next.manifest = manifest;
    });
    house.office.go_on_unconfirmed(&[]).unwrap();
    house
}

/// Promise: a witness that shows nothing of what it has cosigned, or less, confirms nothing; the node
/// goes on in doubt, on the record. Where that was an old copy it is over as soon as the witness shows
/// all; where its memory is lost, which is an alarm, once, no word of it ends that until it has other
/// keys, under whatever name.
#[test]
fn a_witness_that_has_forgotten_confirms_nothing() {
    let (mut de, cn) = witnesses();
    ping(&de, &cn).unwrap();
    let earlier = vouched(&de, &cn, 0);
    let first = de.reader().head(DE_LOG).unwrap().size;
    ping(&de, &cn).unwrap();
    vouched(&de, &cn, first);
    for said in [Said::Nothing, Said::Head(earlier)] {
        de = de.reopen(false);
        let forgetful = [answer(&de, &cn, said)];
        let standing = de.office.confirm_standing(&forgetful).unwrap();
        assert!(matches!(standing, Standing::Unconfirmed { .. }));
        de.office.go_on_unconfirmed(&forgetful).unwrap();
        let noted = de.last("office", "standing.unconfirmed");
        assert_eq!(noted["not_asked"][0], format!("cn ({DE_LOG})"));
        de.office.confirm_standing(&forgetful).unwrap();
        assert!(de.office.doubtful_logs().contains(DE_LOG));
    }
    let fault = |de: &House| de.office.witness_targets(DE_LOG).unwrap()[0].fault();
    assert_eq!(fault(&de), None);
    de.office.confirm_standing(&[answered(&de, &cn)]).unwrap();
    assert!(de.office.doubtful_logs().is_empty());

    let whole = answered(&de, &cn);
    let lost = Some(WitnessFault::LostMemory);
    for said in [lost, None, Some(WitnessFault::RefusedKey), lost] {
        de.office.note_witness(DE_LOG, &whole.target, said).unwrap();
        assert_eq!(fault(&de), lost);
    }
    let de = de.reopen(false);
    de.office.go_on_unconfirmed(&[]).unwrap();
    de.office.confirm_standing(&[answered(&de, &cn)]).unwrap();
    assert!(de.office.doubtful_logs().contains(DE_LOG));
    let counted = |de: &House| {
        let kinds = de.kinds("office");
        ["witness.faulty", "witness.sound", "standing.confirmed"]
            .map(|kind| kinds.iter().filter(|k| *k == kind).count())
    };
    assert_eq!(counted(&de), [1, 0, 1]);

    let cn = with_a_new_witness_key(cn);
    de.accept(&cn).unwrap();
    assert_eq!(fault(&de), None);
    let whole = answered(&de, &cn);
    de.office
        .confirm_standing(std::slice::from_ref(&whole))
        .unwrap();
    assert!(de.office.doubtful_logs().is_empty());
    de.office.note_witness(DE_LOG, &whole.target, None).unwrap();
    assert_eq!(counted(&de), [1, 1, 2]);
}

/// Promise: a witness that lost its memory stays out with its key, though it gets another name, or was
/// replaced and comes back.
#[test]
fn a_lost_memory_goes_with_the_key() {
    let (de, _cn) = witnesses();
    let policy = |name: &str, key: &WitnessKey| -> Option<Policy> {
        let vkey = &key.vkeys("w.example")[0];
        let text = format!("witness {name} {vkey} https://w.example\nquorum {name}\n");
        Some(text.parse().unwrap())
    };
    let [old, new, _] = three_keys();
    let fault = |de: &House| de.office.witness_targets("office").unwrap()[0].fault();
    let mut de = de.reopen_with(|next| next.witnesses.office = policy("first", &old));
    de.office.go_on_unconfirmed(&[]).unwrap();
    let (request, _) = de.office.witness_request("office", 0).unwrap();
    let mut note = request.note().clone();
    note.add_signature(old.cosigners("w.example", 7)[0].as_ref())
        .unwrap();
    let filed = de.office.file_cosignatures("office", &note.to_string());
    filed.unwrap();
    let lost = Some(WitnessFault::LostMemory);
    let note = |de: &House, said| {
        let target = &de.office.witness_targets("office").unwrap()[0];
        de.office.note_witness("office", target, said).unwrap();
    };
    note(&de, lost);
    for (name, key, stands) in [
        ("second", &old, lost),
        ("first", &new, None),
        ("first", &old, lost),
    ] {
        de = de.reopen_with(|next| next.witnesses.office = policy(name, key));
        de.office.go_on_unconfirmed(&[]).unwrap();
        assert_eq!(fault(&de), stands, "{name}");
        note(&de, None);
        assert_eq!(fault(&de), stands, "{name}");
    }
}

/// Promise: what a witness has cosigned is held against it although another one has cosigned a later
/// head since: with an empty memory it confirms no start.
#[test]
fn a_later_cosignature_by_another_hides_no_lost_memory() {
    let (de, _cn) = witnesses();
    let keys = three_keys();
    let de = with_domestic_witnesses(de, &keys);
    de.office.go_on_unconfirmed(&[]).unwrap();
    let mut heads = Vec::new();
    for (n, key) in keys[..2].iter().enumerate() {
        de.office.self_check(&mut |_, _| ()).unwrap();
        let (request, head) = de.office.witness_request("office", 0).unwrap();
        let mut note = request.note().clone();
        let cosigner = &key.cosigners(&format!("w{n}.example"), 7)[0];
        note.add_signature(cosigner.as_ref()).unwrap();
        let filed = de.office.file_cosignatures("office", &note.to_string());
        filed.unwrap();
        heads.push((head.size, note.to_string()));
    }
    let targets = de.office.witness_targets("office").unwrap();
    let last: Vec<Option<u64>> = targets.iter().map(|it| Some(it.last()?.size)).collect();
    assert_eq!(last, [Some(heads[0].0), Some(heads[1].0), None]);

    let de = de.reopen(false);
    let shown = Said::Head(heads.remove(1).1);
    let answers = domestic_answers(&de, [Said::Nothing, shown, Said::NoAnswer]);
    let standing = de.office.confirm_standing(&answers).unwrap();
    assert!(
        matches!(&standing, Standing::Unconfirmed { logs } if logs.contains("office")),
        "{standing:?}"
    );
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
    let rot = |de: &House, from: &str, to: &str| {
        let connection = rusqlite::Connection::open(de.database_path()).unwrap();
        let rot = "UPDATE entries SET body = replace(body, ?1, ?2) WHERE log = 'exchange-cn'";
        connection.execute(rot, [from, to]).unwrap();
    };
    // It is found before anybody has confirmed the start: such a node may not write an entry about it.
    let de = de.reopen(false);
    let entries = de.kinds("office").len();
    rot(&de, "message.sent", "message.rotten");
    de.office.self_check(&mut |_, _| ()).unwrap_err();
    rot(&de, "message.rotten", "message.sent");
    assert_eq!(de.kinds("office").len(), entries);

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
    de.office.confirm_standing(&[answered(&de, &cn)]).unwrap();
    assert_eq!(de.kinds("office")[before..], ["self-check.passed"]);
    let passed = de.last("office", "self-check.passed");
    assert!(passed.contains_key("lifted"), "{passed:?}");
    ping(&de, &cn).unwrap();
}

/// Promise: a node that went on in doubt, was found damaged and whole again, and is then confirmed by
/// all of its witnesses is in doubt no more.
#[test]
fn doubt_ends_with_the_confirmation_after_damage() {
    let (de, cn) = witnesses();
    let de = de.reopen(false);
    de.office.go_on_unconfirmed(&[]).unwrap();
    ping(&de, &cn).unwrap();
    assert!(de.office.doubtful_logs().contains(DE_LOG));
    let rot = |from: &str, to: &str| {
        let connection = rusqlite::Connection::open(de.database_path()).unwrap();
        let rot = "UPDATE entries SET body = replace(body, ?1, ?2) WHERE log = 'exchange-cn'";
        connection.execute(rot, [from, to]).unwrap();
    };
    rot("message.sent", "message.rotten");
    de.office.self_check(&mut |_, _| ()).unwrap_err();
    rot("message.rotten", "message.sent");
    de.office.self_check(&mut |_, _| ()).unwrap();
    let standing = de.office.confirm_standing(&[answered(&de, &cn)]).unwrap();
    assert_eq!(standing, Standing::Signing);
    assert!(de.office.doubtful_logs().is_empty());
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
        let head = answered(house, by);
        assert!(matches!(head.said, Said::Head(_)));
        let standing = house.office.confirm_standing(&[head]).unwrap();
        assert_eq!(standing, Standing::Signing);
    }
}
