//! The two exchange logs held against each other, piece by piece.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use journal::extract::Extract;
use office::command::Command;
use office::reader::fields_for_figures;
use office::reconciling::{MAX_EXTRACT_ENTRIES, Progress};
use support::*;

fn ping(from: &House, to: &House) {
    let peer = to.party.clone();
    from.act(&from.handler(), Command::Ping { peer });
}

/// Fetches what is next of `shows`' log.
fn fetch(reads: &House, shows: &House) -> Extract {
    let from = reads.reader().peer_log_size(&shows.party).unwrap();
    shows.office.extract_for_peer(&reads.party, from).unwrap()
}

fn file(reads: &House, shows: &House) -> Progress {
    let extract = fetch(reads, shows);
    reads
        .office
        .file_peer_extract(&shows.party, extract)
        .unwrap()
}

/// What a reader would get of the log in one piece.
fn whole(shows: &House, reads: &House) -> Extract {
    let log = format!("exchange-{}", reads.party);
    shows
        .reader()
        .complete_extract(&log, fields_for_figures())
        .unwrap()
}

fn filed(reads: &House, shows: &House) -> Extract {
    let filed = reads.reader().peer_extract(&shows.party).unwrap();
    filed.unwrap().extract
}

/// Promise: each fetch brings and stores what is new and nothing else; together the pieces are the
/// whole log, which verifies as such.
#[test]
fn a_log_comes_in_pieces() {
    let (de, cn) = two_houses();
    let bytes_of_ranges = || {
        let ranges = de.database().documents("peer-log-range", None).unwrap();
        (ranges.len(), ranges.iter().map(|r| r.revision).max())
    };
    for round in 1..=3 {
        ping(&cn, &de);
        settle(&de, &cn);
        let before = de.reader().peer_log_size(&cn.party).unwrap();
        let extract = fetch(&de, &cn);
        assert!(extract.entries.iter().all(|entry| entry.index >= before));
        let progress = file(&de, &cn);
        assert!(progress.is_complete() && progress.filed > before);
        assert_eq!(filed(&de, &cn), whole(&cn, &de));
        assert_eq!(bytes_of_ranges(), (round, Some(1)));
        // Nothing new: nothing is written.
        let entries = de.kinds("office").len();
        assert!(file(&de, &cn).is_complete());
        assert_eq!(de.kinds("office").len(), entries);
    }
    let de = de.reopen(false);
    ping(&cn, &de);
    settle(&de, &cn);
    file(&de, &cn);
    assert_eq!(filed(&de, &cn), whole(&cn, &de));
}

/// Promise: a piece is bounded; a longer log needs several, and before the last one the end that was
/// read before is what counts.
#[test]
fn a_long_log_needs_several_pieces() {
    let (de, cn) = two_houses();
    ping(&cn, &de);
    settle(&de, &cn);
    file(&de, &cn);
    let end = filed(&de, &cn);
    let signer_log = "exchange-de".to_owned();
    let fill = |n: u64| store::NewEntry {
        log: signer_log.clone(),
        body: journal::entry::EntryBody::new(
            [
                ("kind".to_owned(), "filling".into()),
                ("seq".to_owned(), n.into()),
            ]
            .into(),
        )
        .unwrap(),
        salt: journal::entry::Salt::new([7; 32]),
        keep_until: None,
    };
    let batch = store::Batch {
        entries: (0..MAX_EXTRACT_ENTRIES + 10).map(fill).collect(),
        ..store::Batch::default()
    };
    cn.database().commit(batch).unwrap();
    let first = file(&de, &cn);
    assert!(!first.is_complete());
    assert_eq!(first.filed, end.entries.len() as u64 + MAX_EXTRACT_ENTRIES);
    assert_eq!(filed(&de, &cn), end);
    assert!(file(&de, &cn).is_complete());
    assert_eq!(filed(&de, &cn), whole(&cn, &de));
}

/// Promise: a piece that leaves something out, comes twice, begins elsewhere or was changed is
/// refused, and what is on file stays.
#[test]
fn only_the_next_piece_is_filed() {
    let (de, cn) = two_houses();
    for _ in 0..2 {
        ping(&cn, &de);
        settle(&de, &cn);
    }
    let good = fetch(&de, &cn);
    let refused = |what: &str, edit: &dyn Fn(&mut Extract)| {
        let mut extract = good.clone();
        edit(&mut extract);
        let before = de.reader().peer_log_size(&cn.party).unwrap();
        assert!(
            de.office.file_peer_extract(&cn.party, extract).is_err(),
            "{what}"
        );
        assert_eq!(
            de.reader().peer_log_size(&cn.party).unwrap(),
            before,
            "{what}"
        );
        assert!(
            de.reader().peer_extract(&cn.party).unwrap().is_none(),
            "{what}"
        );
    };
    refused("the first left out", &|e| drop(e.entries.remove(0)));
    refused("one left out", &|e| drop(e.entries.remove(2)));
    refused("none of them", &|e| e.entries.clear());
    refused("one twice", &|e| e.entries.insert(1, e.entries[0].clone()));
    refused("called complete", &|e| e.complete = true);
    refused("another's entry", &|e| {
        e.entries[1].opening = e.entries[2].opening.clone()
    });
    refused("a proof changed", &|e| e.entries[0].proof[0].0[0] ^= 1);
    refused("no signature of ML-DSA-44", &|e| {
        let lines: Vec<&str> = e.checkpoint.lines().collect();
        e.checkpoint = lines[..lines.len() - 1].join("\n") + "\n";
    });
    de.office
        .file_peer_extract(&cn.party, good.clone())
        .unwrap();
    assert!(
        de.office.file_peer_extract(&cn.party, good).is_err(),
        "the same again"
    );
}

/// Promise: a log that does not continue what it showed before is evidence: refused, with both
/// checkpoints kept, once.
#[test]
fn a_rewritten_log_is_evidence() {
    let (de, cn) = two_houses();
    ping(&cn, &de);
    settle(&de, &cn);
    file(&de, &cn);
    let before = filed(&de, &cn);
    // Another life of the same log: the same keys sign another history.
    let other = House::new("cn", &["de"], false);
    other.accept(&de).unwrap();
    let other_de = House::new("de", &["cn", "fr"], false);
    other_de.accept(&other).unwrap();
    for _ in 0..3 {
        ping(&other, &other_de);
        settle(&other_de, &other);
    }
    for from in [before.entries.len() as u64, before.entries.len() as u64 + 1] {
        let rewritten = other.office.extract_for_peer(&de.party, from).unwrap();
        let refused = de.office.file_peer_extract(&cn.party, rewritten);
        assert!(refused.is_err());
    }
    let shorter = House::new("cn", &["de"], false);
    shorter.accept(&de).unwrap();
    let shorter = shorter.office.extract_for_peer(&de.party, 0).unwrap();
    assert!(de.office.file_peer_extract(&cn.party, shorter).is_err());
    let rewritten = de
        .kinds("office")
        .into_iter()
        .filter(|k| k == "peer.log-rewritten");
    assert_eq!(rewritten.count(), 1);
    let entry = de.last("office", "peer.log-rewritten");
    assert_eq!(entry["before"], before.checkpoint);
    assert_ne!(entry["now"], before.checkpoint);
    assert_eq!(filed(&de, &cn), before);
    // The real log goes on.
    ping(&cn, &de);
    settle(&de, &cn);
    assert!(file(&de, &cn).is_complete());
}

/// Promise: an entry whose content was destroyed keeps nobody from reading the rest of the log: it is
/// shown as destroyed, in its place, and proven there; but nothing is counted over it.
#[test]
fn a_log_with_a_destroyed_entry_is_shown() {
    let (de, cn) = two_houses();
    ping(&cn, &de);
    settle(&de, &cn);
    let destroyed = store::EntryRef {
        log: "exchange-de".to_owned(),
        index: 1,
    };
    let batch = store::Batch {
        destroy: vec![destroyed],
        ..store::Batch::default()
    };
    cn.database().commit(batch).unwrap();
    assert!(file(&de, &cn).is_complete());
    let filed = filed(&de, &cn);
    assert_eq!(filed, whole(&cn, &de));
    let shown: Vec<bool> = filed
        .entries
        .iter()
        .map(|e| e.opening.is_destroyed())
        .collect();
    assert_eq!(shown.iter().filter(|destroyed| **destroyed).count(), 1);
    assert!(shown[1]);
    let keys = cn.manifest.statement().log_verifier("exchange-de").unwrap();
    filed.verify(keys.origin(), &keys.demanded()).unwrap();
    // What is missing there may be what was destroyed.
    assert_eq!(de.office.send_again(&cn.party, u64::MAX).unwrap(), 0);
    let mut forged = filed.clone();
    forged.entries[2].opening = forged.entries[1].opening.clone();
    assert!(forged.verify(keys.origin(), &keys.demanded()).is_err());
}
