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

/// A log as it is found in the database of an office, with what that has said of it since the last look.
struct There<'a> {
    leaves: Vec<Hash>,
    /// It was told that so many entries are durable.
    told: usize,
    signed: Vec<&'a Checkpoint>,
    /// Size of the head in its anchor.
    anchored: u64,
}

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

    /// An office that was only stopped has not everything that was promised.
    fn lost(&self, there: &There<'_>) -> String {
        let found = there.leaves.len();
        format!(
            "{} entries were promised, {found} are there, or they are others",
            self.held
        )
    }

    /// An office that was put back with its anchor goes on: that is forgiven as far as no witness can
    /// have known better.
    fn forget(&mut self, there: &There<'_>) -> Option<String> {
        let kept = there.leaves.get(..self.cosigned) == self.leaves.get(..self.cosigned);
        self.leaves.clone_from(&there.leaves);
        self.held = self.leaves.len();
        let (size, seen) = (self.held, self.cosigned);
        (!kept).then(|| format!("goes on from {size} entries, a witness has seen {seen}"))
    }

    /// An office with an older copy may neither promise nor sign anything new.
    fn silent(&self, there: &There<'_>) -> Option<String> {
        if there.told > 0 {
            return Some("acknowledges entries over an older copy".to_owned());
        }
        let new = there.signed.iter().find(|head| !self.has(head))?;
        Some(format!("signs head {} over an older copy", new.size))
    }

    /// An office that has everything may promise and sign more, if that is there too.
    fn grow(&mut self, there: There<'_>) -> Option<String> {
        let size = there.leaves.len();
        let mut wrong = None;
        for head in &there.signed {
            let (signed, anchored) = (head.size, there.anchored);
            if !is_head(&there.leaves, head) {
                wrong = Some(format!(
                    "head {signed} is signed, the {size} entries do not give it"
                ));
            } else if anchored < signed {
                wrong = Some(format!("head {signed} is signed, {anchored} is anchored"));
            }
            self.held = self.held.max(signed as usize);
        }
        self.held = self.held.max(there.told);
        if size < self.held && wrong.is_none() {
            wrong = Some(format!(
                "{} entries were acknowledged, {size} are there",
                there.told
            ));
        }
        self.leaves = there.leaves;
        wrong
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
            let there = There {
                leaves: life.leaves(&log),
                told: acknowledged.get(&log).map_or(0, |size| *size as usize),
                signed: signed.iter().filter(|head| head.origin == name).collect(),
                anchored: machine.anchored(&name).map_or(0, |head| head.size),
            };
            let known = self.logs.entry((machine.house, log)).or_default();
            let mut wrong = None;
            if !known.is_in(&there.leaves) {
                wrong = match machine.set_back {
                    SetBack::No if !is_old => Some(known.lost(&there)),
                    SetBack::WithAnchor if !is_old && life.signs() => {
                        self.forgetful[machine.house] = true;
                        known.forget(&there)
                    }
                    _ => known.silent(&there),
                };
            }
            if known.is_in(&there.leaves) {
                wrong = wrong.or_else(|| known.grow(there));
            }
            if let Some(wrong) = wrong {
                self.complain(format!("{name}: {wrong}"));
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
