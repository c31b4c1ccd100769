//! Witnessing: what a node vouches for, what it files about its own logs, and when it raises alarm.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use journal::checkpoint::Checkpoint;
use journal::grade::Grade;
use journal::hash::sha256;
use journal::note::{Note, NoteSigner};
use journal::policy::Policy;
use journal::witness::{AddCheckpoint, Answer, Refusal};
use office::witnessing::{ForkedPeer, anchored_hash};
use office::{Actor, Command, OfficeError, WitnessPolicy, WitnessRefusal, WitnessTarget};
use seal::key_manifest::{LogReference, WitnessReference};
use seal::keys::WitnessKey;
use std::sync::Arc;
use store::EntryRef;
use support::{HOUR, House};

const DE_LOG: &str = "exchange-cn";

/// Two houses that witness each other's exchange log.
fn witnesses() -> (House, House) {
    let de = House::witnessing("de", &["cn"]);
    let cn = House::witnessing("cn", &["de"]);
    de.accept(&cn).unwrap();
    cn.accept(&de).unwrap();
    (de, cn)
}

fn ping(house: &House, peer: &House) {
    let peer = peer.party.clone();
    house.act(&Actor::local_operator(), Command::Ping { peer });
}

/// One round: `house` has its log with `by` witnessed. Gives the note with all lines.
fn round(house: &House, by: &House, old: u64) -> Note {
    let log = format!("exchange-{}", by.party);
    let (request, _) = house.office.witness_request(&log, old).unwrap();
    let lines = by
        .office
        .witness_checkpoint(&house.party, request.to_string().as_bytes())
        .unwrap();
    let mut note = request.note().clone();
    let targets = house.office.witness_targets(&log).unwrap();
    Answer::parse(lines.as_bytes())
        .unwrap()
        .merge_into(&mut note, targets[0].keys())
        .unwrap();
    note
}

fn entry(index: u64) -> EntryRef {
    EntryRef {
        log: DE_LOG.to_owned(),
        index,
    }
}

/// A request for a tree that the log never had, signed by the log all the same.
fn forged(house: &House, old: u64, size: u64) -> AddCheckpoint {
    let origin = format!("{}.kontaktstelle.example/{DE_LOG}", house.party);
    let signers = house.keys.log(DE_LOG).signers(&origin);
    let signers: Vec<&dyn NoteSigner> = signers.iter().map(|s| s.as_ref() as _).collect();
    let checkpoint = Checkpoint {
        origin,
        size,
        root: sha256(b"another tree"),
    };
    AddCheckpoint::new(old, Vec::new(), &checkpoint.sign(&signers).unwrap()).unwrap()
}

fn refusal(result: Result<String, WitnessRefusal>) -> Refusal {
    match result.unwrap_err() {
        WitnessRefusal::Refused(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

/// Promise: what the peer has vouched for has its grade, with the proof; what came later has not, and
/// the office journal never goes to a peer.
#[test]
fn a_cosigned_entry_has_its_grade() {
    let (de, cn) = witnesses();
    ping(&de, &cn);
    assert_eq!(
        de.reader().grade(&entry(0)).unwrap().grade,
        Grade::SelfSigned
    );
    let note = round(&de, &cn, 0);
    assert_eq!(
        de.office
            .file_cosignatures(DE_LOG, &note.to_string())
            .unwrap(),
        Grade::PeerWitnessed
    );
    let evidence = de.reader().grade(&entry(0)).unwrap();
    assert_eq!(evidence.grade, Grade::PeerWitnessed);
    let witnessed = evidence.witnessed.unwrap();
    assert_eq!(witnessed.at.millis(), de.office.now().millis());
    let size = de.reader().head(DE_LOG).unwrap().size;
    assert_eq!(witnessed.size, size);

    ping(&de, &cn);
    assert_eq!(
        de.reader().grade(&entry(size)).unwrap().grade,
        Grade::SelfSigned
    );
    assert_eq!(
        de.reader().grade(&entry(0)).unwrap().grade,
        Grade::PeerWitnessed
    );
    assert!(de.reader().grade(&entry(99)).is_err());

    let proof = de.reader().proof_file(&entry(0)).unwrap();
    let origin = "de.kontaktstelle.example/exchange-cn";
    let keys = de.manifest.statement().log_verifier(DE_LOG).unwrap();
    let leaf = de.database().entries(DE_LOG, 0, 1).unwrap().remove(0).leaf;
    let proven = proof.verify(&leaf, origin, &keys.demanded()).unwrap();
    assert_eq!(proven.size, size);
    assert!(
        proof
            .checkpoint
            .contains("cn.kontaktstelle.example/witness")
    );

    assert!(de.office.witness_targets("office").unwrap().is_empty());
    let targets = de.office.witness_targets(DE_LOG).unwrap();
    assert!(matches!(&targets[..], [WitnessTarget::Peer { party, .. }] if *party == cn.party));
    assert_eq!(targets[0].last().unwrap().size, size);
}

/// Promise: the memory is durable before anything is signed: after a restart the witness goes on from
/// what it has vouched for, and says so to whoever asks from further back.
#[test]
fn the_memory_outlives_the_process() {
    let (de, cn) = witnesses();
    ping(&de, &cn);
    round(&de, &cn, 0);
    let first = de.reader().head(DE_LOG).unwrap().size;
    let cn = cn.reopen(false);
    cn.office.go_on_unconfirmed(&[]).unwrap();
    ping(&de, &cn);
    let (request, _) = de.office.witness_request(DE_LOG, 0).unwrap();
    let answer = cn
        .office
        .witness_checkpoint(&de.party, request.to_string().as_bytes());
    assert_eq!(
        refusal(answer),
        Refusal::Conflict {
            seen: first,
            fork: false
        }
    );
    round(&de, &cn, first);
    let shown = cn.office.witnessed_checkpoint(&de.party).unwrap().unwrap();
    let shown = Checkpoint::parse(Note::parse(&shown).unwrap().text()).unwrap();
    assert_eq!(shown.size, de.reader().head(DE_LOG).unwrap().size);
}

/// Promise: of two trees of one size only one is ever vouched for, whatever the log signs, and the
/// pair that proves the fork is kept, once.
#[test]
fn a_fork_is_never_cosigned_and_leaves_evidence() {
    let (de, cn) = witnesses();
    ping(&de, &cn);
    round(&de, &cn, 0);
    let size = de.reader().head(DE_LOG).unwrap().size;
    let before = cn.office.witnessed_checkpoint(&de.party).unwrap();
    for old in [size, 0] {
        let request = forged(&de, old, size);
        let answer = cn
            .office
            .witness_checkpoint(&de.party, request.to_string().as_bytes());
        assert!(refusal(answer).proves_fork());
    }
    let longer = forged(&de, size, size + 1);
    let answer = cn
        .office
        .witness_checkpoint(&de.party, longer.to_string().as_bytes());
    assert!(matches!(refusal(answer), Refusal::Inconsistent(_)));
    let text = |note: &Option<String>| {
        Note::parse(note.as_ref().unwrap())
            .unwrap()
            .text()
            .to_owned()
    };
    let after = cn.office.witnessed_checkpoint(&de.party).unwrap();
    assert_eq!(text(&after), text(&before));
    let kinds = cn.kinds("office");
    assert_eq!(
        kinds
            .iter()
            .filter(|kind| *kind == "peer.log-forked")
            .count(),
        1
    );
    let kept = cn.database().documents("forked-peer", None).unwrap();
    let kept: ForkedPeer = serde_json::from_str(&kept[0].json).unwrap();
    let trees = [&kept.witnessed, &kept.contradiction]
        .map(|note| Checkpoint::parse(Note::parse(note).unwrap().text()).unwrap());
    assert_eq!(trees[0].size, trees[1].size);
    assert_ne!(trees[0].root, trees[1].root);
}

/// Promise: a log is witnessed only for the peer that keeps it; strangers and other logs are refused.
#[test]
fn only_the_peers_own_log_is_witnessed() {
    let (de, cn) = witnesses();
    ping(&de, &cn);
    let head = de.reader().head("office").unwrap().checkpoint;
    let request = AddCheckpoint::new(0, Vec::new(), &head)
        .unwrap()
        .to_string();
    let answer = cn.office.witness_checkpoint(&de.party, request.as_bytes());
    assert_eq!(refusal(answer).status(), 404);
    assert!(
        cn.office
            .witness_checkpoint(&support::party("fr"), request.as_bytes())
            .is_err()
    );
    assert_eq!(
        refusal(cn.office.witness_checkpoint(&de.party, b"not a request")).status(),
        400
    );
}

/// Promise: a cosignature over something else, or by nobody known, gives no grade; a stranger's line
/// beside a good one is dropped.
#[test]
fn only_known_witnesses_give_a_grade() {
    let (de, cn) = witnesses();
    ping(&de, &cn);
    let good = round(&de, &cn, 0);
    let own = de.reader().head(DE_LOG).unwrap().checkpoint;
    assert!(de.office.file_cosignatures(DE_LOG, &own).is_err());

    // The same lines under a later checkpoint.
    ping(&de, &cn);
    let later = de.reader().head(DE_LOG).unwrap().checkpoint;
    let lines: String = good
        .signatures()
        .iter()
        .filter(|line| line.name.ends_with("/witness"))
        .map(|line| format!("{line}\n"))
        .collect();
    assert!(
        de.office
            .file_cosignatures(DE_LOG, &format!("{later}{lines}"))
            .is_err()
    );
    assert!(de.database().latest_cosigned(DE_LOG).unwrap().is_empty());

    let mut with_stranger = good.clone();
    let stranger = WitnessKey::generate()
        .unwrap()
        .cosigners("stranger.example/w", 1);
    with_stranger.add_signature(stranger[0].as_ref()).unwrap();
    de.office
        .file_cosignatures(DE_LOG, &with_stranger.to_string())
        .unwrap();
    let filed = de.database().latest_cosigned(DE_LOG).unwrap();
    assert!(!filed[0].note.contains("stranger"));

    // One of the peer's two lines taken away.
    ping(&de, &cn);
    let note = round(&de, &cn, Note::parse(&own).map(|_| filed[0].size).unwrap());
    let weak: Vec<String> = note
        .signatures()
        .iter()
        .take(3)
        .map(|line| format!("{line}\n"))
        .collect();
    let weak = format!("{}\n{}", note.text(), weak.concat());
    assert_eq!(
        de.office.file_cosignatures(DE_LOG, &weak).unwrap(),
        Grade::SelfSigned
    );
}

/// Promise: a node that dies while it cosigns, before the head is stored or between that and its
/// signature, has given no cosignature for a head it does not know after its restart: that one or a
/// later one it cosigns then, and never another tree of that size.
#[test]
fn killed_while_it_cosigns_a_node_vouches_for_one_tree() {
    let (de, mut cn) = witnesses();
    let size_of = |note: &str| {
        let note = Note::parse(note).unwrap();
        Checkpoint::parse(note.text()).unwrap().size
    };
    let (mut seen, mut nothing_stored, mut stored_unanswered) = (0, 0, 0);
    for looks in 0.. {
        ping(&de, &cn);
        let (request, head) = de.office.witness_request(DE_LOG, seen).unwrap();
        let body = request.to_string();
        let answer = cn.clock.kill_after(looks, || {
            cn.office.witness_checkpoint(&de.party, body.as_bytes())
        });
        cn = cn.reopen(false);
        cn.office.go_on_unconfirmed(&[]).unwrap();
        let shown = cn.office.witnessed_checkpoint(&de.party).unwrap();
        let remembered = shown.map_or(0, |note| size_of(&note));
        match (&answer, remembered == head.size) {
            (None, false) => nothing_stored += 1,
            (None, true) => stored_unanswered += 1,
            (Some(answer), stored) => assert!(answer.is_ok() && stored, "{answer:?}"),
        }
        if remembered == head.size {
            let refused = cn.office.witness_checkpoint(
                &de.party,
                forged(&de, head.size, head.size).to_string().as_bytes(),
            );
            assert!(refusal(refused).proves_fork());
        } else {
            assert_eq!(remembered, seen, "neither the old nor the new head");
        }
        // The same head, and by the next time a later one.
        round(&de, &cn, remembered);
        seen = head.size;
        if answer.is_some() {
            break;
        }
    }
    assert!(nothing_stored > 0 && stored_unanswered > 0);
}

/// Promise: a quorum of the policy's witnesses gives the highest grade, and lines that come one after
/// the other add up.
#[test]
fn domestic_witnesses_make_a_quorum() {
    let (de, _cn) = witnesses();
    let keys = [(); 2].map(|()| WitnessKey::generate().unwrap());
    let names = ["court.example/w", "parliament.example/w"];
    let mut text = String::new();
    for (n, (key, name)) in keys.iter().zip(names).enumerate() {
        text += &format!("witness w{n} {} https://w{n}.example\n", key.vkeys(name)[0]);
    }
    text += "group domestic all w0 w1\nquorum domestic\n";
    let policy: Policy = text.parse().unwrap();
    let de = de.reopen_with(|next| {
        next.witnesses = WitnessPolicy {
            office: Some(policy.clone()),
            exchange: None,
        };
    });
    assert!(matches!(
        de.try_act(
            &Actor::local_operator(),
            Command::Ping {
                peer: support::party("cn")
            }
        ),
        Err(OfficeError::Unconfirmed { .. })
    ));
    de.office.go_on_unconfirmed(&[]).unwrap();
    assert_eq!(de.office.witness_targets("office").unwrap().len(), 2);
    let (request, _) = de.office.witness_request("office", 0).unwrap();
    let mut grades = Vec::new();
    for (key, name) in keys.iter().zip(names) {
        let mut note = request.note().clone();
        note.add_signature(key.cosigners(name, 7)[0].as_ref())
            .unwrap();
        grades.push(
            de.office
                .file_cosignatures("office", &note.to_string())
                .unwrap(),
        );
    }
    assert_eq!(grades, [Grade::SelfSigned, Grade::QuorumWitnessed]);
    let first = EntryRef {
        log: "office".to_owned(),
        index: 0,
    };
    assert_eq!(
        de.reader().grade(&first).unwrap().grade,
        Grade::QuorumWitnessed
    );
}

/// Promise: of witnesses that answer at the same time no line is lost.
#[test]
fn cosignatures_that_come_at_once_add_up() {
    let (de, _cn) = witnesses();
    let keys: Vec<_> = (0..8)
        .map(|n| (format!("w{n}.example"), WitnessKey::generate().unwrap()))
        .collect();
    let mut text = String::new();
    for (n, (name, key)) in keys.iter().enumerate() {
        text += &format!("witness w{n} {} https://{name}\n", key.vkeys(name)[0]);
    }
    text += "group all-of-them all w0 w1 w2 w3 w4 w5 w6 w7\nquorum all-of-them\n";
    let de = de.reopen_with(|next| next.witnesses.office = Some(text.parse().unwrap()));
    de.office.go_on_unconfirmed(&[]).unwrap();
    let (request, _) = de.office.witness_request("office", 0).unwrap();
    let together = std::sync::Barrier::new(keys.len());
    let grades: Vec<Grade> = std::thread::scope(|scope| {
        let file = |(name, key): &(String, WitnessKey)| {
            let mut note = request.note().clone();
            note.add_signature(key.cosigners(name, 7)[0].as_ref())
                .unwrap();
            together.wait();
            let filed = de.office.file_cosignatures("office", &note.to_string());
            filed.unwrap()
        };
        let filing: Vec<_> = keys
            .iter()
            .map(|it| scope.spawn(move || file(it)))
            .collect();
        filing.into_iter().map(|it| it.join().unwrap()).collect()
    });
    assert!(grades.contains(&Grade::QuorumWitnessed), "{grades:?}");
}

/// Promise: a witness that stays away raises an alarm once, and its return ends it.
#[test]
fn a_witness_that_stays_away_raises_an_alarm() {
    let (de, cn) = witnesses();
    ping(&de, &cn);
    de.office.watch().unwrap();
    assert!(de.reader().witness_alarms().unwrap().is_empty());
    de.clock.advance(2 * HOUR);
    de.office.watch().unwrap();
    de.office.watch().unwrap();
    let alarms = de.reader().witness_alarms().unwrap();
    assert_eq!(alarms.len(), 1);
    assert_eq!((alarms[0].log.as_str(), alarms[0].covered), (DE_LOG, 0));
    let note = round(&de, &cn, 0);
    de.office
        .file_cosignatures(DE_LOG, &note.to_string())
        .unwrap();
    de.office.watch().unwrap();
    assert!(de.reader().witness_alarms().unwrap().is_empty());
    let kinds = de.kinds("office");
    let count = |kind| kinds.iter().filter(|k| *k == kind).count();
    assert_eq!(
        (count("witness.lagging"), count("witness.caught-up")),
        (1, 1)
    );
}

/// Promise: the exchange log commits to the office journal at the cadence, only when that has grown,
/// and an auditor who is given checkpoint and salt can open it; the peer sees no size.
#[test]
fn the_office_journal_is_anchored() {
    let (de, cn) = witnesses();
    ping(&de, &cn);
    assert_eq!(de.office.watch().unwrap(), 1);
    de.clock.advance(61_000);
    assert_eq!(de.office.watch().unwrap(), 0);
    ping(&de, &cn);
    assert_eq!(de.office.watch().unwrap(), 1);
    ping(&de, &cn);
    assert_eq!(de.office.watch().unwrap(), 0, "before the cadence");
    let shown = de.last(DE_LOG, "office.anchored");
    let kept = de.last("office", "office.anchored");
    assert_eq!(shown["anchor"], kept["anchor"]);
    assert!(!shown.contains_key("size") && !shown.contains_key("salt"));
    let mut salt = [0; 32];
    hex::decode_to_slice(kept["salt"].as_str().unwrap(), &mut salt).unwrap();
    let opened = anchored_hash(&salt, kept["checkpoint"].as_str().unwrap());
    assert_eq!(shown["anchor"], opened.to_string());
}

/// Promise: log and witness keys are replaced while both logs are under witness: the witness's memory
/// goes on, what was cosigned before keeps its grade, and the old witness key gives none any more.
#[test]
fn log_and_witness_keys_are_rotated() {
    let (de, cn) = witnesses();
    ping(&de, &cn);
    let old_note = round(&de, &cn, 0);
    de.office
        .file_cosignatures(DE_LOG, &old_note.to_string())
        .unwrap();
    let first = de.reader().head(DE_LOG).unwrap().size;

    let keys = de.keys.with_new_log_key(DE_LOG);
    let vkeys = keys
        .log(DE_LOG)
        .vkeys("de.kontaktstelle.example/exchange-cn");
    let manifest = de.next_manifest(&keys, |manifest| {
        let place = manifest
            .logs
            .iter()
            .position(|log| log.name == DE_LOG)
            .unwrap();
        let (name, epoch) = (DE_LOG.to_owned(), 1);
        manifest
            .logs
            .insert(place, LogReference { name, epoch, vkeys });
    });
    let de = de.reopen_with(|next| {
        next.keys = keys;
        next.manifest = manifest;
    });
    let mut keys = cn.keys.clone();
    let witness = WitnessKey::generate().unwrap();
    let vkeys = witness.vkeys("cn.kontaktstelle.example/witness");
    keys.witness = Some(Arc::new(witness));
    let manifest = cn.next_manifest(&keys, |manifest| {
        manifest.witness = Some(WitnessReference { vkeys });
    });
    let cn = cn.reopen_with(|next| {
        next.keys = keys;
        next.manifest = manifest;
    });
    for house in [&de, &cn] {
        house.office.go_on_unconfirmed(&[]).unwrap();
    }
    cn.accept(&de).unwrap();
    de.accept(&cn).unwrap();

    ping(&de, &cn);
    let note = round(&de, &cn, first);
    assert_eq!(
        de.office
            .file_cosignatures(DE_LOG, &note.to_string())
            .unwrap(),
        Grade::PeerWitnessed
    );
    assert_eq!(
        de.reader()
            .grade(&entry(0))
            .unwrap()
            .witnessed
            .unwrap()
            .size,
        first
    );
    assert_eq!(
        de.reader().grade(&entry(first)).unwrap().grade,
        Grade::PeerWitnessed
    );
    assert!(
        de.office
            .file_cosignatures(DE_LOG, &old_note.to_string())
            .is_err()
    );
}

/// Promise: what a node remembers of a peer's log does not grow with every head it vouches for; it
/// remembers the newest, which leads to all before it.
#[test]
fn the_memory_of_a_log_is_its_newest_head() {
    let (de, cn) = witnesses();
    let mut seen = 0;
    for _ in 0..3 {
        ping(&de, &cn);
        round(&de, &cn, seen);
        seen = de.reader().head(DE_LOG).unwrap().size;
    }
    let filed = cn.database().documents("witnessed", None).unwrap();
    assert_eq!(filed.len(), 1);
    let kept = cn.database().revisions("witnessed", &filed[0].id).unwrap();
    assert_eq!(kept, filed);
    let cn = cn.reopen(false);
    cn.office.go_on_unconfirmed(&[]).unwrap();
    ping(&de, &cn);
    round(&de, &cn, seen);
}
