//! Officers, peers, records, inquiries, the clock of an exercise, and what a rebuild rests on.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use office::command::Command;
use office::reader::Position;
use office::{Actor, OfficeError};
use policy::Role;
use records::{Record, RecordId, Timestamp};
use std::collections::BTreeSet;
use support::*;

/// Promise: a wrong name, a wrong password and an officer who has left look the same from outside,
/// and no password or hash of one is in any journal entry.
#[test]
fn signing_in() {
    let (de, _cn) = two_houses();
    de.handler();
    let refused = |name: &str, password: &str| match de.office.sign_in(name, password) {
        Err(error @ OfficeError::NotAuthenticated) => error.to_string(),
        other => panic!("{other:?}"),
    };
    let wrong = refused("hanna", "wrong horse battery");
    assert_eq!(refused("nobody", PASSWORD), wrong);
    assert_eq!(refused("", ""), wrong);
    assert_eq!(
        de.office.sign_in("hanna", PASSWORD).unwrap().name(),
        "hanna"
    );

    let filed = de.database().document("officer", "hanna").unwrap().unwrap();
    let hash = serde_json::from_str::<serde_json::Value>(&filed.json).unwrap()["password_hash"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(hash.starts_with("$argon2id$"));
    let left = store::Batch {
        documents: vec![store::DocumentPut {
            family: "officer",
            id: "hanna".to_owned(),
            tag: String::new(),
            sort: 0,
            json: filed.json.replace("\"active\":true", "\"active\":false"),
            entry: None,
        }],
        ..store::Batch::default()
    };
    de.database().commit(left).unwrap();
    assert_eq!(refused("hanna", PASSWORD), wrong);
    for line in de.reader().lines("office", 0, u64::MAX).unwrap() {
        let body = serde_json::to_string(line.body.unwrap().fields()).unwrap();
        for secret in [PASSWORD, "argon2", hash.as_str()] {
            assert!(!body.contains(secret), "{body}");
        }
    }
}

/// Promise: an officer is appointed once, under a name the journal can tell apart, with a password
/// worth the name.
#[test]
fn appointing() {
    let (de, _cn) = two_houses();
    let add = |name: &str, roles: &[Role], password: &str| {
        let command = Command::AddOfficer {
            name: name.to_owned(),
            roles: roles.iter().copied().collect::<BTreeSet<_>>(),
            unit: "unit 1".to_owned(),
            password: office::command::Password::new(password.to_owned()),
        };
        de.try_act(&Actor::local_operator(), command)
    };
    let before = de.kinds("office").len();
    assert!(matches!(
        add("anna", &[Role::Desk], "too short"),
        Err(OfficeError::Invalid { .. })
    ));
    assert!(matches!(
        add("anna", &[], PASSWORD),
        Err(OfficeError::Invalid { .. })
    ));
    assert!(matches!(
        add("an na", &[Role::Desk], PASSWORD),
        Err(OfficeError::Invalid { .. })
    ));
    assert!(matches!(
        add("local-operator", &[Role::Desk], PASSWORD),
        Err(OfficeError::Exists { .. })
    ));
    assert_eq!(de.kinds("office").len(), before);
    add("anna", &[Role::Desk], PASSWORD).unwrap();
    assert!(matches!(
        add("anna", &[Role::Handler], PASSWORD),
        Err(OfficeError::Exists { .. })
    ));
    assert_eq!(
        de.office.sign_in("anna", PASSWORD).unwrap().roles().len(),
        1
    );
}

/// Promise: a peer's keys are accepted only under the fingerprint that was compared, however it is
/// written, only for a peer of the configuration, and never replaced by an older version.
#[test]
fn accepting_peers() {
    let de = House::new("de", &["cn"], false);
    let cn = House::new("cn", &["de"], false);
    let fr = House::new("fr", &["de"], false);
    let accept = |house: &House, fingerprint: &str| {
        let manifest = house.manifest.to_json().unwrap();
        let fingerprint = fingerprint.to_owned();
        de.try_act(
            &Actor::local_operator(),
            Command::AcceptPeer {
                manifest,
                fingerprint,
            },
        )
    };
    let printed = |house: &House| house.manifest.statement().fingerprint().to_string();
    assert!(matches!(
        accept(&cn, &printed(&fr)),
        Err(OfficeError::FingerprintDiffers { .. })
    ));
    assert!(matches!(
        accept(&cn, ""),
        Err(OfficeError::FingerprintDiffers { .. })
    ));
    assert!(matches!(
        accept(&fr, &printed(&fr)),
        Err(OfficeError::NoSuch { .. })
    ));
    assert!(matches!(
        accept(&de, &printed(&de)),
        Err(OfficeError::Invalid { .. })
    ));
    let manifest = cn
        .manifest
        .to_json()
        .unwrap()
        .replace("localhost:1", "localhost:2");
    let forged = Command::AcceptPeer {
        manifest,
        fingerprint: printed(&cn),
    };
    assert!(matches!(
        de.try_act(&Actor::local_operator(), forged),
        Err(OfficeError::Seal(_))
    ));
    assert!(de.reader().peers().unwrap().is_empty());

    let as_read_out = printed(&cn).to_uppercase().replace(' ', "\n  ");
    accept(&cn, &as_read_out).unwrap();
    assert_eq!(de.reader().peers().unwrap().len(), 1);
    assert!(
        matches!(accept(&cn, &printed(&cn)), Err(OfficeError::Seal(_))),
        "not a later version"
    );
    let later = Command::AcceptPeer {
        manifest: cn.next_manifest(&cn.keys, |_| {}).to_json().unwrap(),
        fingerprint: printed(&cn),
    };
    de.act(&Actor::local_operator(), later);
    assert!(
        accept(&cn, &printed(&cn)).is_err(),
        "back to the first version"
    );
}

/// Promise: a TLS key tells one party; a peer that names another peer's key is not accepted.
#[test]
fn peers_share_no_tls_key() {
    let (de, cn) = two_houses();
    let fr = House::new("fr", &["de"], false);
    let pins = cn.manifest.statement().tls_spki_sha256.clone();
    let command = Command::AcceptPeer {
        manifest: fr
            .manifest_with(|m| m.tls_spki_sha256 = pins)
            .to_json()
            .unwrap(),
        fingerprint: fr.manifest.statement().fingerprint().to_string(),
    };
    let refused = de.try_act(&Actor::local_operator(), command);
    assert!(
        matches!(refused, Err(OfficeError::Invalid { .. })),
        "{refused:?}"
    );
    de.accept(&fr).unwrap();
}

fn record(n: u32, supersedes: Option<u32>) -> Record {
    let id = |n: u32| {
        format!("019b76da-a800-7000-8000-{n:012x}")
            .parse::<RecordId>()
            .unwrap()
    };
    serde_json::from_value(serde_json::json!({
        "id": id(n),
        "side": "own",
        "knowledge": { "certainty": "claimed" },
        "marking": { "tlp": "CLEAR" },
        "supersedes": supersedes.map(id),
        "kind": "nil-statement",
        "body": {
            "what": { "en": format!("statement {n}") },
            "period": {},
            "declared_by": { "en": "the desk" }
        }
    }))
    .unwrap()
}

/// Promise: records are imported all or none; the same again writes no record; what was known at an
/// entry or a date can be asked for, with what had been superseded then.
#[test]
fn records_as_they_stood() {
    let (de, _cn) = two_houses();
    let desk = de.officer("dora", &[Role::Desk]);
    let import = |records: Vec<Record>| de.try_act(&desk, Command::ImportRecords { records });
    let at = |position| -> Vec<(RecordId, bool)> {
        let records = de.reader().records(position).unwrap();
        records
            .into_iter()
            .map(|r| (r.record.header.id, r.superseded))
            .collect()
    };
    let (one, two, three) = (record(1, None), record(2, None), record(3, Some(1)));
    let id = |record: &Record| record.header.id;

    let empty = de.reader().size_at(Position::Now).unwrap();
    let done = import(vec![one.clone(), two.clone()]).unwrap();
    assert_eq!(done.records, [id(&one), id(&two)]);
    let first = de.reader().size_at(Position::Now).unwrap();
    let first_date = de.office.now();
    assert!(
        import(vec![one.clone(), two.clone()])
            .unwrap()
            .records
            .is_empty()
    );

    // A record with other content, or one twice, spoils the whole import.
    let mut other = two.clone();
    other.header.knowledge.note = Some("changed".to_owned());
    for spoiled in [
        vec![three.clone(), other],
        vec![three.clone(), three.clone()],
    ] {
        assert!(matches!(import(spoiled), Err(OfficeError::Exists { .. })));
        assert_eq!(at(Position::Now), [(id(&one), false), (id(&two), false)]);
    }

    de.clock.advance(HOUR);
    assert_eq!(
        import(vec![one.clone(), three.clone()]).unwrap().records,
        [id(&three)]
    );
    let now = vec![(id(&one), true), (id(&two), false), (id(&three), false)];
    let before = vec![(id(&one), false), (id(&two), false)];
    assert_eq!(at(Position::Now), now);
    assert_eq!(at(Position::Entry(first)), before);
    assert_eq!(at(Position::Entry(empty + 1)), [(id(&one), false)]);
    assert_eq!(at(Position::Date(first_date)), before);
    let millis = |by: i64| Timestamp::from_millis(first_date.millis() + by);
    assert_eq!(at(Position::Date(millis(HOUR - 1))), before);
    assert_eq!(at(Position::Date(millis(HOUR))), now);
    assert!(at(Position::Entry(0)).is_empty() && at(Position::Date(millis(-1))).is_empty());
    let size = de.reader().size_at(Position::Now).unwrap();
    assert!(de.reader().records(Position::Entry(size + 1)).is_err());
}

/// Promise: what stands in the journal is known at the present date, also where the clock was set
/// back meanwhile.
#[test]
fn records_as_of_a_date_after_the_clock_was_set_back() {
    let (de, _cn) = two_houses();
    let desk = de.officer("dora", &[Role::Desk]);
    for n in 1..=3 {
        let records = vec![record(n, None)];
        de.act(&desk, Command::ImportRecords { records });
        de.clock.advance(if n == 1 { HOUR } else { -2 * HOUR });
    }
    let before = Timestamp::from_millis(de.office.now().millis() - 1);
    let known = |date| de.reader().records(Position::Date(date)).unwrap().len();
    de.clock.advance(2 * HOUR);
    assert_eq!(known(de.office.now()), 3);
    assert_eq!(known(before), 0);
}

/// Promise: the answer to parliament needs two, is released once, and a released one is not
/// replaced.
#[test]
fn inquiries() {
    let (de, _cn) = two_houses();
    let desk = de.officer("dora", &[Role::Desk]);
    let both = de.officer("bela", &[Role::Desk, Role::Releaser]);
    let reference = || "19/9523".to_owned();
    let register = || Command::RegisterInquiry {
        reference: reference(),
        source: b"paper".to_vec(),
        parsed: 1.into(),
    };
    let file = |document: &str| Command::FileInquiryAnswer {
        reference: reference(),
        document: document.to_owned(),
    };
    let release = || Command::ReleaseInquiryAnswer {
        reference: reference(),
        read: None,
    };
    assert!(de.try_act(&desk, file("too early")).is_err());
    de.act(&desk, register());
    assert!(matches!(
        de.try_act(&desk, register()),
        Err(OfficeError::Exists { .. })
    ));
    assert!(matches!(
        de.try_act(&both, release()),
        Err(OfficeError::NoSuch { .. })
    ));
    de.act(&both, file("draft of the other"));
    assert!(matches!(
        de.try_act(&both, release()),
        Err(OfficeError::Refused { .. })
    ));
    de.act(&desk, file("final"));
    de.act(&both, release());
    assert!(matches!(
        de.try_act(&both, release()),
        Err(OfficeError::Exists { .. })
    ));
    assert!(matches!(
        de.try_act(&desk, file("later")),
        Err(OfficeError::Exists { .. })
    ));
    let inquiry = de.reader().inquiry("19/9523").unwrap().unwrap();
    assert_eq!(
        de.reader().blob(&inquiry.source).unwrap().unwrap(),
        b"paper"
    );
    let answer = inquiry.answer.unwrap();
    assert_eq!(
        de.reader().blob(&answer.document).unwrap().unwrap(),
        b"final"
    );
    assert_eq!(
        (answer.by.as_str(), answer.released_by.as_deref()),
        ("dora", Some("bela"))
    );
}

/// Promise: the clock moves only in an exercise, openly, and stays moved over a restart; a node
/// that is no exercise has the real time whatever an exercise left behind.
#[test]
fn the_clock_of_an_exercise() {
    let operator = Actor::local_operator();
    let (real, _) = two_houses();
    let refused = real.try_act(&operator, Command::MoveExerciseClock { seconds: 60 });
    assert!(matches!(refused, Err(OfficeError::Refused { .. })));
    assert_eq!(real.office.now(), NOON.parse().unwrap());

    let (de, _) = houses(true);
    de.act(&operator, Command::MoveExerciseClock { seconds: 60 });
    de.act(&operator, Command::MoveExerciseClock { seconds: 30 });
    let moved: Timestamp = "2026-03-10T12:01:30.000Z".parse().unwrap();
    assert_eq!(de.office.now(), moved);
    assert_eq!(de.last("office", "exercise.clock-moved")["seconds"], 30);
    let de = de.reopen(true);
    assert_eq!(de.office.now(), moved);
    assert!(de.reader().lines("office", 0, u64::MAX).unwrap().len() > 2);
    let de = de.reopen(false);
    assert_eq!(de.office.now(), NOON.parse().unwrap());
}

/// Promise: every revision of what the journal can rebuild derives from an entry that exists.
#[test]
fn every_revision_derives_from_an_entry() {
    let (de, cn) = two_houses();
    let desk = de.officer("dora", &[Role::Desk]);
    let thread = cn.ask(&de, honest_request(), Vec::new());
    settle(&de, &cn);
    de.answer(thread, honest_answer());
    let own = de.ask(&cn, honest_request(), Vec::new());
    settle(&de, &cn);
    de.clock.advance(1000 * HOUR);
    de.office.tick().unwrap();
    de.act(
        &de.handler(),
        Command::WithdrawRequest {
            thread: own,
            reason: "late".to_owned(),
        },
    );
    de.act(
        &desk,
        Command::ImportRecords {
            records: vec![record(1, None), record(2, Some(1))],
        },
    );
    let reference = || "19/9523".to_owned();
    de.act(
        &desk,
        Command::RegisterInquiry {
            reference: reference(),
            source: vec![1],
            parsed: 1.into(),
        },
    );
    de.act(
        &desk,
        Command::FileInquiryAnswer {
            reference: reference(),
            document: "{}".to_owned(),
        },
    );
    de.act(
        &de.releaser(),
        Command::ReleaseInquiryAnswer {
            reference: reference(),
            read: None,
        },
    );
    let mut revisions = 0;
    for family in ["case", "record", "inquiry", "officer", "peer"] {
        for newest in de.database().documents(family, None).unwrap() {
            for revision in de.database().revisions(family, &newest.id).unwrap() {
                let entry = revision
                    .entry
                    .unwrap_or_else(|| panic!("{family} {}", revision.id));
                assert_eq!(entry.log, "office");
                de.reader().line(&entry).unwrap();
                revisions += 1;
            }
        }
    }
    assert!(revisions > 20, "{revisions}");
    assert!(de.reader().timeline(thread).unwrap().len() >= 5);
}
