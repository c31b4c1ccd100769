//! Documents: revisions, lists, and how things stood earlier.

use super::*;
use store::{Document, EntryRef};

/// Promise: revisions count from 1 and stay; the newest is the document; families do not mix.
pub fn revisions_stay(fixture: &impl Fixture) {
    let database = fixture.open();
    assert_eq!(database.document("case", "a").unwrap(), None);
    for (revision, text) in ["one", "two", "three"].into_iter().enumerate() {
        let batch = Batch {
            expect: vec![expect("case", "a", revision as i64)],
            entries: vec![entry(OFFICE, text)],
            documents: vec![
                document("case", "a", text, Some(0)),
                document("peer", "a", text, None),
            ],
            ..Batch::default()
        };
        database.commit(batch).unwrap();
    }
    let revisions = database.revisions("case", "a").unwrap();
    let seen: Vec<_> = revisions
        .iter()
        .map(|d| {
            (
                d.revision,
                d.json.as_str(),
                d.entry.as_ref().map(|e| e.index),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            (1, "{\"text\":\"one\"}", Some(0)),
            (2, "{\"text\":\"two\"}", Some(1)),
            (3, "{\"text\":\"three\"}", Some(2))
        ]
    );
    assert_eq!(
        database.document("case", "a").unwrap().as_ref(),
        revisions.last()
    );
    assert_eq!(
        database.documents("case", None).unwrap().as_slice(),
        &revisions[2..]
    );
    assert_eq!(database.document("peer", "a").unwrap().unwrap().entry, None);
    assert!(database.revisions("case", "b").unwrap().is_empty());
}

/// Promise: lists hold only newest revisions, filtered by their newest tag, the highest number
/// first.
pub fn lists_filter_and_sort(fixture: &impl Fixture) {
    let database = fixture.open();
    let put = |id: &str, tag: &str, sort| DocumentPut {
        tag: tag.to_owned(),
        sort,
        ..document("case", id, tag, None)
    };
    let batch = |documents| Batch {
        documents,
        ..Batch::default()
    };
    database
        .commit(batch(vec![
            put("a", "open", 5),
            put("b", "open", -3),
            put("c", "held", 9),
        ]))
        .unwrap();
    database.commit(batch(vec![put("a", "closed", 1)])).unwrap();
    let ids = |tag| -> Vec<String> {
        database
            .documents("case", tag)
            .unwrap()
            .into_iter()
            .map(|d| d.id)
            .collect()
    };
    assert_eq!(ids(None), ["c", "a", "b"]);
    assert_eq!(ids(Some("open")), ["b"]);
    assert_eq!(ids(Some("closed")), ["a"]);
    assert!(ids(Some("unheard of")).is_empty());
    assert!(database.documents("peer", None).unwrap().is_empty());
}

/// Promise: how a family stood when a log had `n` entries is what replaying the batches up to
/// there gives, for every `n`; what other logs' entries or no entry brought does not mix in.
pub fn as_of_is_replay(fixture: &impl Fixture) {
    let database = fixture.open();
    let ids = ["a", "b", "c", "d", "e"];
    let mut replayed: BTreeMap<String, Document> = BTreeMap::new();
    let mut stood = vec![Vec::new()];
    for step in 0..40_usize {
        // A fixed walk that meets each id at uneven distances.
        let id = ids[step * step % ids.len()];
        let text = format!("step {step}");
        let batch = Batch {
            entries: vec![entry(EXCHANGE, &text), entry(OFFICE, &text)],
            documents: vec![
                document("case", id, &text, Some(1)),
                document("mail", id, &text, Some(0)),
            ],
            ..Batch::default()
        };
        database.commit(batch).unwrap();
        let revision = replayed.get(id).map_or(1, |d| d.revision + 1);
        let filed = Document {
            family: "case".to_owned(),
            id: id.to_owned(),
            revision,
            tag: String::new(),
            sort: 0,
            json: format!("{{\"text\":\"{text}\"}}"),
            entry: Some(EntryRef {
                log: OFFICE.to_owned(),
                index: step as u64,
            }),
        };
        replayed.insert(id.to_owned(), filed);
        stood.push(replayed.values().rev().cloned().collect());
    }
    for (size, expected) in stood.iter().enumerate() {
        let found = database
            .documents_as_of("case", OFFICE, size as u64)
            .unwrap();
        assert_eq!(found, *expected, "as of {size}");
    }
    assert_eq!(
        database.documents_as_of("case", OFFICE, u64::MAX).unwrap(),
        stood[40]
    );
    assert!(
        database
            .documents_as_of("mail", OFFICE, 40)
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        database
            .documents_as_of("mail", EXCHANGE, 40)
            .unwrap()
            .len(),
        3
    );
}

/// Promise: of a document of which only the newest revision counts, and for which no entry vouches, the
/// earlier ones go; the count goes on, and what an entry vouches for stays.
pub fn pruned_revisions_go(fixture: &impl Fixture) {
    let database = fixture.open();
    for (text, revision) in [("one", 0), ("two", 1), ("three", 2)] {
        let batch = Batch {
            expect: vec![expect("memory", "a", revision)],
            entries: vec![entry(OFFICE, text)],
            documents: vec![
                document("memory", "a", text, None),
                document("case", "a", text, Some(0)),
            ],
            prune: ["memory", "case"]
                .map(|family| (family, "a".to_owned()))
                .into(),
            ..Batch::default()
        };
        database.commit(batch).unwrap();
    }
    let left = |family: &str| -> Vec<i64> {
        let revisions = database.revisions(family, "a").unwrap();
        revisions.iter().map(|document| document.revision).collect()
    };
    assert_eq!((left("memory"), left("case")), (vec![3], vec![1, 2, 3]));
    let newest = database.document("memory", "a").unwrap().unwrap();
    assert_eq!(newest.json, "{\"text\":\"three\"}");
    store::fsck::check(database.as_ref(), &mut |_, _| ()).unwrap();
}
