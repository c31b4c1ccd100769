//! Every order of a few steps, instead of many random orders of many: two logs, each witnessed by the
//! other node and by one domestic witness, searched breadth first.
//!
//! A node's disk holds its tree and what it has seen of the other's log; its anchor holds the largest
//! head it has signed. Witnesses decide by [`journal::witness::check`], on real requests with real
//! proofs and signatures. Log 1 may lie: it signs another history wherever it likes.

use crate::house::FORGER;
use journal::checkpoint::Checkpoint;
use journal::hash::{Hash, empty_root, leaf_hash, root_of};
use journal::log_key::LogKeys;
use journal::note::Ed25519Signer;
use journal::proof::{TileReader, consistency_proof};
use journal::tile::TileId;
use journal::witness::{AddCheckpoint, Seen, check};
use std::collections::{BTreeMap, BTreeSet};

/// A tree by the names of its leaves. Two trees agree if one begins with the other.
type Tree = Vec<u8>;

/// The log that may lie.
const LIAR: usize = 1;
/// Witness 0 of log 0 is node 1, of log 1 node 0; witness 1 is domestic.
const PEER: usize = 0;
const DOMESTIC: usize = 1;

/// What the parts leave out, on purpose or by design.
#[derive(Debug, Clone, Copy, Default)]
struct Rules {
    /// Nothing holds a database against the anchor.
    no_anchor: bool,
    /// A witness answers before it stores, and forgets when it stops.
    answers_first: bool,
    /// A node that was put back starts without asking anybody.
    asks_nobody: bool,
    /// A node's memory of the other's log is put back without its own log telling.
    memory_apart: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    Down,
    Signing,
    ReadOnly,
}

/// What a node's backup holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Disk {
    tree: Tree,
    /// What it has seen of the other's log.
    seen: Tree,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Node {
    disk: Disk,
    anchor: Tree,
    standing: Standing,
    backup: Option<(Disk, Tree)>,
    /// A request to a witness that is under way: which, the old size, the tree.
    under_way: Option<(usize, usize, Tree)>,
    /// Trees that the other node has a receipt for.
    receipted: Tree,
    /// It was put back with its anchor, at most once in a run.
    put_back: bool,
}

/// One state of the whole.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct State {
    nodes: [Node; 2],
    /// What the domestic witness has stored of each log, and what it has answered for before storing.
    domestic: [Tree; 2],
    unstored: [Option<Tree>; 2],
    /// By log and witness: the heads that were cosigned, the longest of those that agree.
    cosigned: [[BTreeSet<Tree>; 2]; 2],
}

fn agree(one: &[u8], two: &[u8]) -> bool {
    one.starts_with(two) || two.starts_with(one)
}

struct Leaves(Vec<Hash>);

impl TileReader for Leaves {
    type Error = std::convert::Infallible;

    fn tile(&self, _: TileId, width: u16) -> Result<Vec<Hash>, Self::Error> {
        Ok(self.0.iter().take(usize::from(width)).copied().collect())
    }
}

fn leaves(tree: &[u8]) -> Vec<Hash> {
    tree.iter().map(|name| leaf_hash(&[*name])).collect()
}

fn root(tree: &[u8]) -> Hash {
    if tree.is_empty() {
        empty_root()
    } else {
        root_of(&leaves(tree))
    }
}

/// The real decision, remembered by its question: few questions are asked very often.
#[derive(Default)]
struct Decisions(BTreeMap<(Tree, usize, Tree), bool>);

impl Decisions {
    /// Whether a witness that has `seen` this tree vouches for that one.
    fn vouches(&mut self, seen: &Tree, old: usize, tree: &Tree) -> bool {
        let question = (seen.clone(), old, tree.clone());
        *self.0.entry(question).or_insert_with(|| {
            let key = Ed25519Signer::from_seed(FORGER, [7; 32]);
            let checkpoint = Checkpoint {
                origin: FORGER.to_owned(),
                size: tree.len() as u64,
                root: root(tree),
            };
            let proof =
                consistency_proof(&Leaves(leaves(tree)), old as u64, tree.len() as u64).unwrap();
            let signed = checkpoint.sign(&[&key]).unwrap();
            let request = AddCheckpoint::new(old as u64, proof, &signed).unwrap();
            let log = LogKeys::from_vkeys(&[key.verifier().vkey()]).unwrap();
            let memory = (!seen.is_empty()).then(|| Seen {
                origin: FORGER.to_owned(),
                size: seen.len() as u64,
                root: root(seen),
            });
            check(request, Some(&log), memory.as_ref()).is_ok()
        })
    }
}

impl State {
    fn new() -> Self {
        let node = || Node {
            disk: Disk::default(),
            anchor: Tree::new(),
            standing: Standing::Signing,
            backup: None,
            under_way: None,
            receipted: Tree::new(),
            put_back: false,
        };
        Self {
            nodes: [node(), node()],
            domestic: Default::default(),
            unstored: Default::default(),
            cosigned: Default::default(),
        }
    }

    /// Everything that can happen next, with its name.
    fn next(&self, rules: Rules, decisions: &mut Decisions) -> Vec<(String, Self)> {
        let mut all = Vec::new();
        for log in 0..2 {
            self.of_node(log, rules, &mut all);
            self.of_witnesses(log, rules, decisions, &mut all);
        }
        if rules.answers_first {
            let mut state = self.clone();
            state.unstored = Default::default();
            all.push(("the domestic witness stops and starts".to_owned(), state));
        }
        all
    }

    fn of_node(&self, log: usize, rules: Rules, all: &mut Vec<(String, Self)>) {
        let node = &self.nodes[log];
        let mut then = |what: &str, change: &mut dyn FnMut(&mut Node)| {
            let mut state = self.clone();
            change(&mut state.nodes[log]);
            all.push((format!("{log}: {what}"), state));
        };
        if node.standing == Standing::Signing {
            // Stopped before it was anchored and signed, the entry is durable and nobody knows it.
            let name = if node.put_back { 100 } else { 0 } + node.disk.tree.len() as u8;
            then("appends, stops before the anchor", &mut |node| {
                node.disk.tree.push(name);
                node.standing = Standing::Down;
            });
            then("appends and signs", &mut |node| {
                node.disk.tree.push(name);
                node.anchor.clone_from(&node.disk.tree);
            });
            then("gives a receipt", &mut |node| {
                node.receipted.clone_from(&node.anchor)
            });
            then("stops", &mut |node| node.standing = Standing::Down);
            then("is backed up", &mut |node| {
                node.backup = Some((node.disk.clone(), node.anchor.clone()));
            });
        }
        if let Some((disk, anchor)) = &node.backup {
            then("is put back", &mut |node| {
                node.disk.tree.clone_from(&disk.tree);
                // Whether its memory of the other is older does not show in its own log.
                if rules.memory_apart || disk.tree != node.anchor {
                    node.disk.seen.clone_from(&disk.seen);
                }
                node.standing = Standing::Down;
            });
            if !node.put_back {
                then("is put back with its anchor", &mut |node| {
                    node.disk.tree.clone_from(&disk.tree);
                    node.anchor.clone_from(anchor);
                    node.standing = Standing::Down;
                    node.under_way = None;
                    node.put_back = true;
                });
            }
        }
        if node.standing == Standing::Down {
            let anchored = node.disk.tree.starts_with(&node.anchor) || rules.no_anchor;
            let peer = &self.nodes[1 - log].disk.seen;
            let shown = [peer, &self.domestic[log]];
            let seen =
                rules.asks_nobody || shown.iter().all(|seen| node.disk.tree.starts_with(seen));
            then("starts", &mut |node| {
                node.standing = if anchored && seen {
                    // What is durable beyond the anchor is anchored and signed now.
                    node.anchor.clone_from(&node.disk.tree);
                    Standing::Signing
                } else {
                    Standing::ReadOnly
                };
            });
        }
    }

    fn of_witnesses(
        &self,
        log: usize,
        rules: Rules,
        decisions: &mut Decisions,
        all: &mut Vec<(String, Self)>,
    ) {
        let node = &self.nodes[log];
        for witness in [PEER, DOMESTIC] {
            let seen = self.seen(log, witness);
            let mut shown = Vec::new();
            if node.standing == Standing::Signing && node.under_way.is_none() {
                shown.push(node.anchor.clone());
                if log == LIAR {
                    let mut lie = node.anchor.clone();
                    if let Some(last) = lie.last_mut() {
                        *last = 200;
                        shown.push(lie);
                    }
                }
            }
            for tree in shown
                .into_iter()
                .filter(|tree| tree.len() >= seen.len() && !tree.is_empty())
            {
                let mut state = self.clone();
                state.nodes[log].under_way = Some((witness, seen.len(), tree));
                all.push((format!("{log}: shows witness {witness} its log"), state));
            }
        }
        let Some((witness, old, tree)) = &node.under_way else {
            return;
        };
        let lost = {
            let mut state = self.clone();
            state.nodes[log].under_way = None;
            state
        };
        let is_up = *witness == DOMESTIC || self.nodes[1 - log].standing == Standing::Signing;
        if is_up && decisions.vouches(self.seen(log, *witness), *old, tree) {
            let mut state = lost.clone();
            if *witness == PEER {
                state.nodes[1 - log].disk.seen.clone_from(tree);
            } else if rules.answers_first {
                state.unstored[log] = Some(tree.clone());
            } else {
                state.domestic[log].clone_from(tree);
            }
            all.push((
                format!("{log}: witness {witness} stores and stops"),
                state.clone(),
            ));
            let heads = &mut state.cosigned[log][*witness];
            heads.retain(|head| !(head.len() < tree.len() && tree.starts_with(head)));
            heads.insert(tree.clone());
            all.push((format!("{log}: witness {witness} cosigns"), state));
        }
        all.push((format!("{log}: its request is lost"), lost));
    }

    /// What a witness decides by.
    fn seen(&self, log: usize, witness: usize) -> &Tree {
        match (witness, &self.unstored[log]) {
            (PEER, _) => &self.nodes[1 - log].disk.seen,
            (_, Some(unstored)) => unstored,
            (_, None) => &self.domestic[log],
        }
    }

    /// What is wrong with this state.
    fn wrong(&self) -> Option<&'static str> {
        for log in 0..2 {
            for heads in &self.cosigned[log] {
                if heads
                    .iter()
                    .any(|one| heads.iter().any(|two| !agree(one, two)))
                {
                    return Some("a witness has cosigned two heads that contradict each other");
                }
            }
            let honest = self.cosigned[log].iter().flatten();
            if log != LIAR
                && honest
                    .clone()
                    .any(|one| honest.clone().any(|two| !agree(one, two)))
            {
                return Some("two cosigned heads of an honest log contradict each other");
            }
            let node = &self.nodes[log];
            if node.standing == Standing::Signing {
                if !node.put_back && !node.disk.tree.starts_with(&node.receipted) {
                    return Some("a receipt speaks of an entry that is not there");
                }
                if log != LIAR && honest.clone().any(|head| !node.disk.tree.starts_with(head)) {
                    return Some("a node goes on over less than a witness has cosigned");
                }
            }
        }
        None
    }
}

/// Searches all states within so many steps. Gives how many there are, or the shortest way to one
/// that is wrong.
fn search(rules: Rules, depth: usize) -> Result<usize, String> {
    let mut decisions = Decisions::default();
    let start = State::new();
    let mut came_from: BTreeMap<State, Option<(String, State)>> = BTreeMap::new();
    came_from.insert(start.clone(), None);
    let mut rim = vec![start];
    for _ in 0..depth {
        let mut next_rim = Vec::new();
        for state in rim {
            for (what, next) in state.next(rules, &mut decisions) {
                if came_from.contains_key(&next) {
                    continue;
                }
                came_from.insert(next.clone(), Some((what, state.clone())));
                if let Some(wrong) = next.wrong() {
                    return Err(format!("{}{wrong}", way(&came_from, &next)));
                }
                next_rim.push(next);
            }
        }
        rim = next_rim;
    }
    Ok(came_from.len())
}

fn way(came_from: &BTreeMap<State, Option<(String, State)>>, to: &State) -> String {
    let mut steps = Vec::new();
    let mut at = to;
    while let Some(Some((what, from))) = came_from.get(at) {
        steps.push(format!("{what}\n"));
        at = from;
    }
    steps.reverse();
    steps.concat()
}

/// Promise: in no order of these steps are two contradicting heads cosigned, nor does a receipt
/// outlive its entry.
#[test]
fn no_order_of_steps_forks() {
    let states = search(Rules::default(), 7).unwrap_or_else(|way| panic!("{way}"));
    assert!(states > 10_000, "{states} states are not many");
}

/// Promise: the search finds what it is for: without anchor, without asking, or with a witness that
/// answers first, there is a way to a fork.
#[test]
fn the_search_finds_forks() {
    let broken = [
        Rules {
            no_anchor: true,
            asks_nobody: true,
            ..Rules::default()
        },
        Rules {
            answers_first: true,
            ..Rules::default()
        },
        Rules {
            asks_nobody: true,
            ..Rules::default()
        },
    ];
    for rules in broken {
        let way = search(rules, 7).expect_err("found nothing");
        assert!(way.lines().count() >= 4, "{rules:?}: {way}");
    }
}

/// A limit, written down so that nobody takes it for a promise: what a node has seen of the other's log
/// is in its database, but in no entry. So where the database is put back to a copy that has all of its
/// own entries and an older memory, neither anchor nor witness can tell, and a counterpart that lies
/// gets a second cosignature. Whoever puts a database back retires the node's witness key.
#[test]
fn a_memory_that_is_put_back_unseen_can_be_lied_to() {
    let rules = Rules {
        memory_apart: true,
        ..Rules::default()
    };
    let way = search(rules, 8).expect_err("it can be noticed by now: make this a promise");
    assert!(way.contains("is put back"), "{way}");
}
