//! What those outside have been told, and what must therefore stay true of every log:
//!
//! * an entry that was acknowledged, or that a receipt speaks of, is there: once, at its place;
//! * a head that was signed is contained in the log, and does not go beyond the anchor;
//! * no witness vouches for a head that the others' heads contradict;
//! * an office that was only stopped, however badly, loses nothing and goes on; one that was put back
//!   to an older copy signs nothing over it.
//!
//! One loss is allowed, because nobody can know of it: an office put back *together with its anchor*
//! forgets what no witness has seen. It must not forget anything that one has.

use crate::house::{logs_of, origin, other};
use crate::machine::{Life, Machine, SetBack};
use crate::watched::Watch;
use journal::checkpoint::Checkpoint;
use journal::hash::{Hash, root_of};
use seal::receipt::{ReceiptEvent, SignedReceipt};
use std::collections::BTreeMap;

/// A log as it is known outside.
#[derive(Debug, Default)]
struct Known {
    /// Its leaves, as they were seen last in a database that has all that was promised.
    leaves: Vec<Hash>,
    /// How many of them were promised to somebody.
    held: usize,
    /// The largest head that a witness has cosigned.
    cosigned: usize,
}

impl Known {
    /// Whether this tree has everything that was promised, at its place.
    fn is_in(&self, leaves: &[Hash]) -> bool {
        leaves.get(..self.held) == self.leaves.get(..self.held)
    }

    fn has(&self, head: &Checkpoint) -> bool {
        is_head(&self.leaves, head)
    }
}

fn is_head(leaves: &[Hash], head: &Checkpoint) -> bool {
    let size = usize::try_from(head.size).unwrap_or(usize::MAX);
    leaves.get(..size).is_some_and(|leaves| {
        let root = if leaves.is_empty() {
            journal::hash::empty_root()
        } else {
            root_of(leaves)
        };
        root == head.root
    })
}

/// A receipt that its recipient has filed.
pub(crate) struct Filed {
    pub(crate) sender: usize,
    pub(crate) message: Hash,
    pub(crate) event: ReceiptEvent,
    pub(crate) entry: u64,
}

/// Everything that was told.
#[derive(Default)]
pub(crate) struct Outside {
    logs: BTreeMap<(usize, String), Known>,
    pub(crate) receipts: Vec<Filed>,
    /// Messages that an office was told it has sent.
    pub(crate) sent: [Vec<Hash>; 2],
    /// Offices that have forgotten what nobody could know of.
    pub(crate) forgetful: [bool; 2],
    pub(crate) wrong: Option<String>,
}

impl Outside {
    pub(crate) fn complain(&mut self, what: String) {
        // The first thing that goes wrong is the interesting one.
        self.wrong.get_or_insert(what);
    }

    /// Compares a machine with what it has told.
    pub(crate) fn look(&mut self, machine: &Machine) {
        if let Some(old) = &machine.old {
            self.look_at(machine, old, true);
        }
        if let Some(life) = &machine.life {
            self.look_at(machine, life, false);
        }
    }

    fn look_at(&mut self, machine: &Machine, life: &Life, is_old: bool) {
        let (acknowledged, signed) = take(&life.watch);
        for log in logs_of(machine.house) {
            let name = origin(machine.house, &log);
            let leaves = life.leaves(&log);
            let known = self.logs.entry((machine.house, log.clone())).or_default();
            let told = acknowledged.get(&log).map_or(0, |size| *size as usize);
            let signed: Vec<&Checkpoint> =
                signed.iter().filter(|head| head.origin == name).collect();
            let mut wrong = None;
            if !known.is_in(&leaves) {
                let goes_on = life.signs() && !is_old;
                match machine.set_back {
                    SetBack::No if !is_old => {
                        wrong = Some(format!(
                            "{name}: {} entries were promised, {} are there, or they are others",
                            known.held,
                            leaves.len()
                        ));
                    }
                    SetBack::WithAnchor if goes_on => {
                        if leaves.get(..known.cosigned) != known.leaves.get(..known.cosigned) {
                            wrong = Some(format!(
                                "{name}: goes on from {} entries, a witness has seen {}",
                                leaves.len(),
                                known.cosigned
                            ));
                        }
                        known.leaves.clone_from(&leaves);
                        known.held = leaves.len();
                        self.forgetful[machine.house] = true;
                    }
                    _ if told > 0 => {
                        wrong = Some(format!("{name}: acknowledges entries over an older copy"));
                    }
                    _ => {
                        if let Some(head) = signed.iter().find(|head| !known.has(head)) {
                            wrong = Some(format!(
                                "{name}: signs head {} over an older copy",
                                head.size
                            ));
                        }
                    }
                }
            }
            if known.is_in(&leaves) {
                for head in &signed {
                    let anchored = machine.anchored(&name).map_or(0, |head| head.size);
                    if !is_head(&leaves, head) {
                        wrong = Some(format!(
                            "{name}: head {} is signed, the {} entries there do not give it",
                            head.size,
                            leaves.len()
                        ));
                    } else if anchored < head.size {
                        wrong = Some(format!(
                            "{name}: head {} is signed, {anchored} is anchored",
                            head.size
                        ));
                    }
                    known.held = known.held.max(head.size as usize);
                }
                known.held = known.held.max(told);
                if leaves.len() < known.held {
                    wrong = Some(format!(
                        "{name}: {told} entries were acknowledged, {} are there",
                        leaves.len()
                    ));
                }
                known.leaves = leaves;
            }
            if let Some(wrong) = wrong {
                self.complain(wrong);
            }
        }
    }

    /// An office has filed a receipt of the other one.
    pub(crate) fn receipted(&mut self, sender: usize, receipt: &str) {
        let signed = SignedReceipt::from_json(receipt.as_bytes()).unwrap();
        let statement = signed.statement();
        let (entry, event, message) = (statement.entry_index, statement.event, statement.message);
        if self
            .receipts
            .iter()
            .any(|filed| (filed.message, filed.event) == (message, event))
        {
            return;
        }
        let receiver = other(sender);
        let [_, log] = logs_of(receiver);
        let known = self.logs.entry((receiver, log)).or_default();
        let until = entry as usize + 1;
        if known.leaves.len() >= until {
            known.held = known.held.max(until);
        } else if !self.forgetful[receiver] {
            self.complain(format!(
                "a receipt speaks of entry {entry}, which is not there"
            ));
        }
        self.receipts.push(Filed {
            sender,
            message,
            event,
            entry,
        });
    }

    /// A witness has cosigned a head of this office's log.
    pub(crate) fn cosigned(&mut self, house: usize, log: &str, head: &Checkpoint, by: &str) {
        let known = self.logs.entry((house, log.to_owned())).or_default();
        if known.has(head) {
            known.cosigned = known.cosigned.max(head.size as usize);
            known.held = known.held.max(head.size as usize);
        } else {
            let size = head.size;
            self.complain(format!(
                "{by} cosigned head {size} of {log}, which the log does not lead to"
            ));
        }
    }
}

/// What was told and signed since the last look.
fn take(watch: &Watch) -> (BTreeMap<String, u64>, Vec<Checkpoint>) {
    let mut told = watch.lock().unwrap();
    (
        std::mem::take(&mut told.acknowledged),
        std::mem::take(&mut told.signed),
    )
}
