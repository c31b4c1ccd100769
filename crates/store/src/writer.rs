//! The one writer: a group of batches becomes one transaction and one tree head per log.
//!
//! The steps, of which the first four are here and the others in [`crate::publisher`]:
//!
//! 1. begin: from now on nobody else moves a head; where another node has moved one since, the edge
//!    of the tree is read again;
//! 2. check each batch against what stands and against those before it in the group ([`crate::draft`]);
//! 3. write entries, documents, outbox, blobs, tiles, and each head by compare-and-swap;
//! 4. commit: from here on it is durable;
//! 5. read back what is durable and recompute each root;
//! 6. move the heads in the anchor by compare-and-swap;
//! 7. sign, publish, and only now answer.
//!
//! Steps 5 to 7 of one group run beside steps 1 to 4 of the next. Any error in any step is fatal:
//! what the disk holds is then not certain, and trying again could make it worse.

use crate::board::Board;
use crate::database::{CommitError, EntryRef, Found, StoreError};
use crate::draft::{Draft, Known};
use crate::engine::{Changes, HeadMove, TileRow, Transaction, WriteConnection};
use crate::prepared::Prepared;
use crate::sequencer::{Durable, GroupWriter};
use crate::tree::{damaged, edge_of};
use journal::edge::Edge;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A log as the writer holds it: the right edge of the tree that is durable.
pub(crate) struct GrowingLog {
    pub(crate) origin: String,
    pub(crate) edge: Edge,
}

/// The one writer.
pub(crate) struct Writer {
    connection: Box<dyn WriteConnection>,
    logs: BTreeMap<String, GrowingLog>,
    board: Arc<Board>,
    #[cfg(feature = "simulation")]
    pub(crate) mutant: Option<crate::simulated::SignsBeforeCommit>,
}

/// A log that has grown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grown {
    pub(crate) log: String,
    pub(crate) head: Found,
}

/// A group that is durable, but not yet published.
pub(crate) struct Written {
    pub(crate) grown: Vec<Grown>,
    pub(crate) outcomes: Vec<Result<Vec<EntryRef>, CommitError>>,
}

impl Durable for Written {
    fn join(&mut self, next: Self) {
        self.outcomes.extend(next.outcomes);
        self.grown
            .retain(|grown| next.grown.iter().all(|later| later.log != grown.log));
        self.grown.extend(next.grown);
    }
}

impl Writer {
    pub(crate) fn new(
        connection: Box<dyn WriteConnection>,
        logs: BTreeMap<String, GrowingLog>,
        board: Arc<Board>,
    ) -> Self {
        Self {
            connection,
            logs,
            board,
            #[cfg(feature = "simulation")]
            mutant: None,
        }
    }
}

impl GroupWriter for Writer {
    type Written = Written;

    fn write(&mut self, group: Vec<Prepared>) -> Result<Written, StoreError> {
        let Self {
            connection,
            logs,
            board,
            ..
        } = self;
        let mut transaction = connection.begin()?;
        let mut draft = Draft::new(what_stands(transaction.as_mut(), logs, &group)?);
        let outcomes = group.into_iter().map(|batch| draft.take(batch)).collect();
        let Draft {
            leaves,
            mut changes,
            ..
        } = draft;
        let mut edges = Vec::new();
        for (name, leaves) in leaves {
            let Some(log) = logs.get(&name) else { continue };
            let mut edge = log.edge.clone();
            changes
                .tiles
                .extend(edge.append_all(&leaves).into_iter().map(|update| TileRow {
                    log: name.clone(),
                    id: update.id,
                    hashes: update.hashes.iter().flat_map(|hash| hash.0).collect(),
                }));
            changes.heads.push(HeadMove {
                log: name.clone(),
                from: (log.edge.size(), log.edge.root()),
                to: (edge.size(), edge.root()),
            });
            edges.push((name, edge));
        }
        let grown: Vec<Grown> = changes
            .heads
            .iter()
            .map(|moved| Grown {
                log: moved.log.clone(),
                head: Found {
                    size: moved.to.0,
                    root: moved.to.1,
                },
            })
            .collect();
        if changes != Changes::default() {
            changes.checkpoints = board.take_unstored();
            transaction.apply(&changes)?;
            #[cfg(feature = "simulation")]
            if let Some(mutant) = &self.mutant {
                for Grown { log, head } in &grown {
                    mutant.sign(log, *head);
                }
            }
            transaction.commit()?;
        }
        for (name, edge) in edges {
            if let Some(log) = logs.get_mut(&name) {
                log.edge = edge;
            }
        }
        Ok(Written { grown, outcomes })
    }

    fn store_published(&mut self) -> Result<(), StoreError> {
        let unstored = self.board.take_unstored();
        if unstored.is_empty() {
            return Ok(());
        }
        self.connection.store_checkpoints(&unstored)
    }
}

/// Reads all that the group depends on, and the edges anew where another node has moved a head.
fn what_stands(
    transaction: &mut dyn Transaction,
    logs: &mut BTreeMap<String, GrowingLog>,
    group: &[Prepared],
) -> Result<Known, StoreError> {
    let mut known = Known::default();
    let touched: BTreeSet<&String> = group
        .iter()
        .flat_map(|batch| {
            let entries = batch.entries.iter().map(|entry| &entry.log);
            let destroyed = batch.destroy.iter().map(|entry| &entry.log);
            let cosigned = batch.cosigned.iter().map(|row| &row.log);
            entries.chain(destroyed).chain(cosigned)
        })
        .collect();
    for name in touched {
        let Some(log) = logs.get_mut(name) else {
            continue;
        };
        let row = transaction
            .log(name)?
            .ok_or_else(|| damaged(name, "its row has vanished"))?;
        if row.origin != log.origin {
            let (origin, epoch) = (row.origin, row.epoch);
            return Err(damaged(
                name,
                format!("it goes on as {origin} in epoch {epoch}; start the node anew"),
            ));
        }
        let head = Found {
            size: row.size,
            root: row.root,
        };
        if (log.edge.size(), log.edge.root()) != (head.size, head.root) {
            log.edge = edge_of(transaction, name, head)?;
        }
        known.sizes.insert(name.clone(), head.size);
    }
    let expected = group
        .iter()
        .flat_map(|b| &b.expect)
        .map(|e| (e.family, &e.id));
    let put = group
        .iter()
        .flat_map(|b| &b.documents)
        .map(|p| (p.family, &p.id));
    let documents: BTreeSet<(&'static str, &String)> = expected.chain(put).collect();
    let keys: Vec<(&str, &str)> = documents.iter().map(|(f, id)| (*f, id.as_str())).collect();
    let revisions = transaction.highest_revisions(&keys)?;
    known.revisions = documents
        .into_iter()
        .map(|(family, id)| (family, id.clone()))
        .zip(revisions)
        .collect();
    let places: Vec<(&str, u64)> = group
        .iter()
        .flat_map(|batch| &batch.outbox)
        .map(|put| (put.peer.as_str(), put.seq))
        .collect();
    let taken = transaction.places_taken(&places)?;
    known.taken = places
        .into_iter()
        .zip(taken)
        .filter(|(_, taken)| *taken)
        .map(|((peer, seq), _)| (peer.to_owned(), seq))
        .collect();
    Ok(known)
}
