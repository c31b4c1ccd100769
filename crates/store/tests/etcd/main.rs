//! The anchor in etcd against real etcd servers: what it must hold when members die, lines break
//! and two signers want the same log.

#![allow(clippy::unwrap_used)]

mod access;
mod cluster;
mod proxy;

use cluster::Cluster;
use journal::hash::sha256;
use proxy::{Fault, Proxy};
use serde_json::Value;
use std::sync::Barrier;
use std::time::{Duration, Instant};
use store::anchor::etcd::{EtcdAnchor, EtcdConfig};
use store::anchor::{Anchor, AnchorError, AnchoredHead, Move, Swap};

const OFFICE: &str = "example.org/de/office";
const EXCHANGE: &str = "example.org/de/exchange/cn";

/// A head of this size; `branch` tells one history from another.
fn head(size: u64, branch: &str) -> AnchoredHead {
    AnchoredHead {
        size,
        root: sha256(format!("{branch} {size}").as_bytes()),
        retired: false,
    }
}

fn step(origin: &str, from: Option<AnchoredHead>, to: AnchoredHead) -> Move {
    Move {
        origin: origin.to_owned(),
        from,
        to,
    }
}

fn unreachable<T>(result: Result<T, AnchorError>) -> bool {
    matches!(result, Err(AnchorError::Unreachable { .. }))
}

/// A head moves only from where it stands; a signer with an older head is refused and told what
/// stands.
#[test]
fn a_stale_signer_is_refused() {
    let cluster = Cluster::start(1);
    let anchor = cluster.anchor("de");
    assert_eq!(anchor.read(&[OFFICE]).unwrap(), [None]);
    let (first, second) = (head(1, "a"), head(2, "a"));
    let begin = step(OFFICE, None, first);
    assert_eq!(
        anchor.swap(std::slice::from_ref(&begin)).unwrap(),
        Swap::Done
    );
    // To begin twice is to begin a second history.
    let other = step(OFFICE, None, head(1, "b"));
    assert_eq!(
        anchor.swap(&[other]).unwrap(),
        Swap::Refused(vec![Some(first)])
    );
    assert_eq!(
        anchor.swap(&[begin]).unwrap(),
        Swap::Refused(vec![Some(first)])
    );
    assert_eq!(
        anchor.swap(&[step(OFFICE, Some(first), second)]).unwrap(),
        Swap::Done
    );
    let stale = step(OFFICE, Some(first), head(2, "b"));
    assert_eq!(
        anchor.swap(&[stale]).unwrap(),
        Swap::Refused(vec![Some(second)])
    );
    // Right in size, wrong in root.
    let forked = step(OFFICE, Some(head(2, "b")), head(3, "b"));
    assert_eq!(
        anchor.swap(&[forked]).unwrap(),
        Swap::Refused(vec![Some(second)])
    );
    assert_eq!(anchor.read(&[OFFICE]).unwrap(), [Some(second)]);
    assert_eq!(anchor.swap(&[]).unwrap(), Swap::Done);
}

/// What was written in one transaction of the database is anchored in one: all heads or none.
#[test]
fn all_heads_move_or_none() {
    let cluster = Cluster::start(1);
    let anchor = cluster.anchor("de");
    let (office, exchange) = (head(5, "office"), head(3, "exchange"));
    let both = [step(OFFICE, None, office), step(EXCHANGE, None, exchange)];
    assert_eq!(anchor.swap(&both).unwrap(), Swap::Done);
    let half = [
        step(OFFICE, Some(office), head(6, "office")),
        step(EXCHANGE, Some(head(2, "exchange")), head(4, "exchange")),
    ];
    let standing = vec![Some(office), Some(exchange)];
    assert_eq!(anchor.swap(&half).unwrap(), Swap::Refused(standing));
    assert_eq!(
        anchor
            .read(&[EXCHANGE, "example.org/none", OFFICE])
            .unwrap(),
        [Some(exchange), None, Some(office)]
    );
}

/// More logs than one transaction of etcd takes can still be read; to move so many at once is
/// refused, not split.
#[test]
fn many_logs_are_read_and_never_half_moved() {
    let cluster = Cluster::start(1);
    let anchor = cluster.anchor("de");
    let origins: Vec<String> = (0..300).map(|n| format!("example.org/{n}")).collect();
    let moves: Vec<Move> = origins.iter().map(|o| step(o, None, head(1, o))).collect();
    assert!(unreachable(anchor.swap(&moves[..129])));
    for some in moves.chunks(128) {
        assert_eq!(anchor.swap(some).unwrap(), Swap::Done);
    }
    let names: Vec<&str> = origins.iter().map(String::as_str).collect();
    let expected: Vec<_> = moves.iter().map(|m| Some(m.to)).collect();
    assert_eq!(anchor.read(&names).unwrap(), expected);
}

/// Under a retired origin nothing is ever anchored again, by whomever.
#[test]
fn a_retired_head_stays() {
    let cluster = Cluster::start(1);
    let anchor = cluster.anchor("de");
    let last = head(7, "a");
    let retired = AnchoredHead {
        retired: true,
        ..last
    };
    anchor.swap(&[step(OFFICE, None, last)]).unwrap();
    anchor.swap(&[step(OFFICE, Some(last), retired)]).unwrap();
    for from in [last, retired] {
        assert_eq!(
            anchor
                .swap(&[step(OFFICE, Some(from), head(8, "a"))])
                .unwrap(),
            Swap::Refused(vec![Some(retired)])
        );
    }
}

/// An operator sees the heads with etcd's own tool, as text, under the node's name; what is not a
/// head is reported as damage and never overwritten.
#[test]
fn an_operator_can_read_the_anchor() {
    let cluster = Cluster::start(1);
    let anchor = cluster.anchor("de");
    let stands = head(42, "a");
    anchor.swap(&[step(OFFICE, None, stands)]).unwrap();
    let key = format!("/kontaktstelle/de/anchor/{OFFICE}");
    let shown = cluster.operator(&["get", "--prefix", "/kontaktstelle/"]);
    assert_eq!(shown, format!("{key}\n42 {}\n", stands.root));
    assert!(anchor.place().contains(&cluster.endpoint(0)));
    assert!(anchor.place().contains("/kontaktstelle/de/anchor/"));

    cluster.operator(&["put", &key, "42"]);
    assert!(matches!(
        anchor.read(&[OFFICE]),
        Err(AnchorError::Damaged { .. })
    ));
    let moved = anchor.swap(&[step(OFFICE, Some(stands), head(43, "a"))]);
    assert!(matches!(moved, Err(AnchorError::Damaged { .. })));
}

/// Nodes that share an etcd do not see each other's heads.
#[test]
fn nodes_are_kept_apart() {
    let cluster = Cluster::start(1);
    let (de, cn) = (cluster.anchor("de"), cluster.anchor("cn"));
    de.swap(&[step(OFFICE, None, head(1, "a"))]).unwrap();
    assert_eq!(cn.read(&[OFFICE]).unwrap(), [None]);
}

/// A configuration that cannot work is refused when it is read.
#[test]
fn a_wrong_configuration_is_refused() {
    let good = "http://127.0.0.1:2379".to_owned();
    for (endpoints, node) in [
        (vec![], "de"),
        (vec![good.clone()], ""),
        (vec![good.clone()], "de/../cn"),
        (vec![good, "http://192.0.2.1:2379".to_owned()], "de"),
    ] {
        assert!(unreachable(
            EtcdAnchor::new(EtcdConfig::new(endpoints, node)).map(drop)
        ));
    }
}

/// Two signers of one log, 1,000 times at the same moment: exactly one wins each time, the other
/// learns who, and etcd's own count of changes shows one line of heads without a fork.
#[test]
fn of_two_signers_exactly_one_wins() {
    const ROUNDS: u64 = 1000;
    let cluster = Cluster::start(1);
    let signers = [cluster.anchor("de"), cluster.anchor("de")];
    let barrier = Barrier::new(2);
    // Both signers keep their own line of winners; it must be the same line.
    let lines: Vec<Vec<AnchoredHead>> = std::thread::scope(|scope| {
        let running: Vec<_> = signers
            .iter()
            .enumerate()
            .map(|(n, signer)| {
                let barrier = &barrier;
                scope.spawn(move || {
                    let mut line: Vec<AnchoredHead> = Vec::new();
                    let mut wins = 0;
                    for round in 1..=ROUNDS {
                        let ours = head(round, &format!("signer {n}"));
                        barrier.wait();
                        let from = line.last().copied();
                        match signer.swap(&[step(OFFICE, from, ours)]).unwrap() {
                            Swap::Done => {
                                line.push(ours);
                                wins += 1;
                            }
                            Swap::Refused(standing) => {
                                let theirs = standing[0].unwrap();
                                assert_eq!(theirs, head(round, &format!("signer {}", 1 - n)));
                                line.push(theirs);
                            }
                        }
                        // Nobody begins the next round before both know the winner of this one.
                        barrier.wait();
                    }
                    (line, wins)
                })
            })
            .collect();
        let results: Vec<(Vec<AnchoredHead>, u64)> = running
            .into_iter()
            .map(|each| each.join().unwrap())
            .collect();
        assert_eq!(results.iter().map(|(_, wins)| wins).sum::<u64>(), ROUNDS);
        results.into_iter().map(|(line, _)| line).collect()
    });
    assert_eq!(lines[0], lines[1]);
    assert_eq!(
        signers[0].read(&[OFFICE]).unwrap(),
        [lines[0].last().copied()]
    );
    let shown = cluster.operator(&["get", "--prefix", "/kontaktstelle/", "-w", "json"]);
    let shown: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(shown["kvs"][0]["version"], ROUNDS);
}

/// One of three members may die, the leader even, and heads move on. Of two dead, the third answers
/// nothing, not even a read: it could not know what the others have agreed on. Then the heads are
/// there again.
#[test]
fn one_member_of_three_may_die() {
    let mut cluster = Cluster::start(3);
    let mut config = EtcdConfig::new(cluster.endpoints(), "de");
    config.request = Duration::from_secs(1);
    config.patience = Duration::from_secs(15);
    let leader = cluster.leader();
    // The member asked first is the one that will die.
    config.endpoints.rotate_left(leader);
    let anchor = EtcdAnchor::new(config.clone()).unwrap();
    let advance = |from: Option<AnchoredHead>, size| {
        let next = head(size, "a");
        assert_eq!(
            anchor.swap(&[step(OFFICE, from, next)]).unwrap(),
            Swap::Done
        );
        Some(next)
    };
    let stands = (1..=5).fold(None, advance);
    cluster.kill(leader);
    let stands = (6..=10).fold(stands, advance);
    let second = (leader + 1) % 3;
    cluster.kill(second);
    config.patience = Duration::from_secs(3);
    let impatient = EtcdAnchor::new(config).unwrap();
    let start = Instant::now();
    assert!(unreachable(impatient.read(&[OFFICE])));
    assert!(unreachable(impatient.swap(&[step(
        OFFICE,
        stands,
        head(11, "never")
    )])));
    assert!(start.elapsed() < Duration::from_secs(15));
    cluster.run(leader);
    cluster.run(second);
    cluster.wait();
    // The swap that nobody answered may have taken effect or not: that is what "not known" means.
    let now = anchor.read(&[OFFICE]).unwrap()[0];
    assert!(now == stands || now == Some(head(11, "never")));
    let stands = advance(now, 12);
    assert_eq!(anchor.read(&[OFFICE]).unwrap(), [stands]);
}

/// An anchor behind a bad line, another beside it, and a first head.
fn behind_a_bad_line() -> (Cluster, Proxy, EtcdAnchor, EtcdAnchor) {
    let cluster = Cluster::start(1);
    let proxy = Proxy::to(&cluster.endpoint(0));
    let mut config = EtcdConfig::new(vec![proxy.endpoint()], "de");
    config.request = Duration::from_millis(1000);
    config.patience = Duration::from_millis(2500);
    let far = EtcdAnchor::new(config).unwrap();
    let near = cluster.anchor("de");
    near.swap(&[step(OFFICE, None, head(1, "a"))]).unwrap();
    (cluster, proxy, far, near)
}

/// The head was moved but the answer was lost: asked again, the anchor finds its own head standing
/// and says so. Refusing here would stop a healthy node.
#[test]
fn a_lost_answer_is_found_out() {
    for fault in [Fault::AnswerLost, Fault::Silence, Fault::QuestionLost] {
        let (_cluster, proxy, far, near) = behind_a_bad_line();
        proxy.fail(fault, 2);
        let swap = far.swap(&[step(OFFICE, Some(head(1, "a")), head(2, "a"))]);
        assert_eq!(swap.unwrap(), Swap::Done);
        assert_eq!(proxy.struck(), 2);
        assert_eq!(near.read(&[OFFICE]).unwrap(), [Some(head(2, "a"))]);
    }
}

/// The answer was lost, and what stands then is another's head: refused, never taken for ours.
#[test]
fn a_lost_answer_does_not_hide_another_signer() {
    let (_cluster, proxy, far, near) = behind_a_bad_line();
    near.swap(&[step(OFFICE, Some(head(1, "a")), head(2, "b"))])
        .unwrap();
    proxy.fail(Fault::AnswerLost, 2);
    let swap = far.swap(&[step(OFFICE, Some(head(1, "a")), head(2, "a"))]);
    assert_eq!(swap.unwrap(), Swap::Refused(vec![Some(head(2, "b"))]));
    assert_eq!(proxy.struck(), 2);
}

/// While no answer comes at all, the outcome is an error in bounded time: neither done nor refused
/// is claimed. The next call over a mended line tells which it was.
#[test]
fn no_answer_is_neither_yes_nor_no() {
    for fault in [Fault::AnswerLost, Fault::Silence] {
        let (_cluster, proxy, far, near) = behind_a_bad_line();
        proxy.fail(fault, usize::MAX);
        let start = Instant::now();
        let to = head(2, "a");
        assert!(unreachable(far.swap(&[step(
            OFFICE,
            Some(head(1, "a")),
            to
        )])));
        assert!(unreachable(far.read(&[OFFICE])));
        assert!(start.elapsed() < Duration::from_secs(10));
        proxy.mend();
        // It had been done all the same.
        assert_eq!(near.read(&[OFFICE]).unwrap(), [Some(to)]);
        assert_eq!(far.read(&[OFFICE]).unwrap(), [Some(to)]);
    }
}
