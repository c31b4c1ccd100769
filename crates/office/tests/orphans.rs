//! Objects that nothing names go, and no others.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use journal::hash::Hash;
use office::NewAttachment;
use records::Timestamp;
use std::collections::BTreeSet;
use std::time::{SystemTime, UNIX_EPOCH};
use store::objects::{Announced, Folder, Objects};
use store::{Batch, DocumentPut};
use support::*;

/// Some days from now, by the clock of the disk.
fn in_days(days: i64) -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let now = Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap());
    now.plus_seconds(days * 86_400)
}

fn objects(house: &House) -> Folder {
    Folder::open(&house.objects_path()).unwrap()
}

fn listed(house: &House) -> BTreeSet<Hash> {
    let listed = objects(house).list().unwrap();
    listed.into_iter().map(|object| object.hash).collect()
}

/// Takes in a file that is too large to travel inside a message.
fn taken_in(house: &House, fill: u8) -> NewAttachment {
    let bytes = vec![fill; 20 << 20];
    let stored = house
        .office
        .take_in_attachment(&mut bytes.as_slice(), u64::MAX);
    NewAttachment::stored("image.bin", "application/octet-stream", stored.unwrap())
}

/// Promise: what a case, a draft, a message that waits or one that came names stays for ever, on both
/// sides; so does what is still on its way in. What nothing names goes after a week, and not before.
#[test]
fn only_what_nothing_names_is_swept() {
    let (de, cn) = two_houses();
    cn.ask(
        &de,
        honest_request(),
        vec![attachment("a.txt", b"some words"), taken_in(&cn, 1)],
    );
    assert_eq!(deliver(&cn, &de), 1);
    // One that waits for its delivery, and one that is a draft only.
    cn.ask(&de, honest_request(), vec![taken_in(&cn, 2)]);
    de.draft(&cn, honest_request(), vec![taken_in(&de, 3)]);
    let announced = Announced {
        scope: "cn".to_owned(),
        hash: journal::hash::sha256(b"half"),
        size: 4,
    };
    objects(&de).partial(&announced, 1 << 20).unwrap();
    objects(&de).append(&announced, 0, &mut &b"ha"[..]).unwrap();

    for house in [&de, &cn] {
        let named = listed(house);
        assert!(named.len() >= 3, "{}", named.len());
        assert_eq!(house.office.sweep_objects(in_days(999)).unwrap(), 0);
        let orphan = taken_in(house, 9).reference().sha256;
        for too_early in [0, 6] {
            assert_eq!(house.office.sweep_objects(in_days(too_early)).unwrap(), 0);
        }
        assert!(house.has_object(&orphan));
        assert_eq!(house.office.sweep_objects(in_days(8)).unwrap(), 1);
        assert_eq!(listed(house), named);
    }
    assert_eq!(objects(&de).partial(&announced, 1 << 20).unwrap(), 2);
}

/// Files a document that says this and nothing else any more.
fn note(house: &House, text: &str) {
    let note = DocumentPut {
        family: "note",
        id: "node".to_owned(),
        tag: String::new(),
        sort: 0,
        json: serde_json::to_string(text).unwrap(),
        entry: None,
    };
    let batch = Batch {
        documents: vec![note],
        prune: vec![("note", "node".to_owned())],
        ..Batch::default()
    };
    house.database().commit(batch).unwrap();
}

/// Promise: the week counts from when an object was first seen without a name, however long it has
/// stood there; a name in between ends it, and a node that starts again remembers it.
#[test]
fn the_week_counts_from_the_loss_of_the_name() {
    let house = House::new("de", &["cn"], false);
    let hash = objects(&house).put(&mut &b"words"[..], 5).unwrap().0;
    let swept = |house: &House, day| house.office.sweep_objects(in_days(day)).unwrap();
    note(&house, &hash.to_string());
    assert_eq!(swept(&house, 29), 0);
    note(&house, "");
    for day in [30, 36] {
        assert_eq!(swept(&house, day), 0, "day {day}");
    }
    note(&house, &hash.to_string());
    assert_eq!(swept(&house, 38), 0);
    note(&house, "");
    for day in [39, 45] {
        assert_eq!(swept(&house, day), 0, "day {day}");
    }
    let house = house.reopen(false);
    assert_eq!(swept(&house, 47), 1);
    assert!(!house.has_object(&hash));
    let filed = house.database().revisions("unnamed-objects", "node");
    assert_eq!(filed.unwrap().len(), 1, "what it remembers does not grow");
    // What is gone is forgotten: it has its week again when it comes again.
    assert_eq!(swept(&house, 48), 0);
    objects(&house).put(&mut &b"words"[..], 5).unwrap();
    for (day, count) in [(49, 0), (55, 0), (57, 1)] {
        assert_eq!(swept(&house, day), count, "day {day}");
    }
}

/// Promise: that a file was destroyed with a case is no reason to keep it when it comes again and
/// nothing names it.
#[test]
fn what_was_destroyed_is_not_named_by_that() {
    let (de, cn) = two_houses();
    let cn = cn.reopen_with(|next| next.limits.keep_case_days = Some(30));
    let file = attachment("a.txt", b"words");
    let hash = file.reference().sha256;
    cn.draft(&de, honest_request(), vec![file]);
    let after = cn.office.now().plus_seconds(31 * 86_400);
    assert_eq!(cn.office.destroy_expired(after, 10).unwrap(), 1);
    assert!(!cn.has_object(&hash));
    objects(&cn).put(&mut &b"words"[..], 5).unwrap();
    assert_eq!(cn.office.sweep_objects(in_days(1)).unwrap(), 0);
    assert_eq!(cn.office.sweep_objects(in_days(9)).unwrap(), 1);
}
