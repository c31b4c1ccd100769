//! From durable to public: read back, anchor, sign, post. Nobody is answered before.
//!
//! The anchor is moved *before* anything is signed. Of two nodes that hold contradicting heads one
//! loses the compare-and-swap, so it never makes a signature at all, rather than one it promises not
//! to show. A crash between anchor and signature loses nothing: the anchored head is durable, and is
//! signed at the next start.

use crate::anchor::{Anchor, AnchoredHead, Move, Swap};
use crate::board::Board;
use crate::database::{CommitError, Committed, EntryRef, Found, Head, StoreError};
use crate::engine::Engine;
use crate::sequencer::GroupPublisher;
use crate::tree::{append_stored, continues, damaged};
use crate::writer::{Grown, Written};
use journal::checkpoint::Checkpoint;
use journal::edge::Edge;
use journal::note::NoteSigner;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The keys of a log.
pub(crate) type Signers = Vec<Box<dyn NoteSigner + Send + Sync>>;

/// A log as the publisher holds it.
pub(crate) struct PublishedLog {
    pub(crate) origin: String,
    pub(crate) signers: Signers,
    /// The edge of what was read back last; never the writer's.
    pub(crate) edge: Edge,
    /// What this node last saw in the anchor.
    pub(crate) anchored: Option<AnchoredHead>,
}

pub(crate) struct Publisher {
    engine: Arc<dyn Engine>,
    anchor: Arc<dyn Anchor>,
    logs: BTreeMap<String, PublishedLog>,
    board: Arc<Board>,
}

impl Publisher {
    pub(crate) fn new(
        engine: Arc<dyn Engine>,
        anchor: Arc<dyn Anchor>,
        logs: BTreeMap<String, PublishedLog>,
        board: Arc<Board>,
    ) -> Self {
        Self {
            engine,
            anchor,
            logs,
            board,
        }
    }

    /// Recomputes the roots from what lies on the disk.
    fn read_back(&mut self, grown: &[Grown]) -> Result<(), StoreError> {
        if grown.is_empty() {
            return Ok(());
        }
        let mut rows = self.engine.reader()?;
        for Grown { log: name, head } in grown {
            let Some(log) = self.logs.get_mut(name) else {
                continue;
            };
            append_stored(rows.as_mut(), name, &mut log.edge, head.size)?;
            if (log.edge.size(), log.edge.root()) != (head.size, head.root) {
                return Err(damaged(name, "what was read back is not what was written"));
            }
        }
        Ok(())
    }

    /// Moves the heads in the anchor, in one step. Where another node has moved one meanwhile, that
    /// must be a head which ours continues, or which continues ours.
    fn anchor(&mut self, grown: &[Grown]) -> Result<(), StoreError> {
        // Publishing an earlier group may have found that another node has anchored a head beyond
        // this one. The anchor is never moved back to ours; it must contain ours.
        let (beyond, mut wanted): (Vec<&Grown>, Vec<&Grown>) = grown.iter().partition(|grown| {
            let anchored = self.anchored(grown);
            anchored.is_some_and(|anchored| anchored.size > grown.head.size)
        });
        if !beyond.is_empty() {
            let found: Vec<_> = beyond.iter().map(|grown| self.anchored(grown)).collect();
            wanted.extend(self.reconcile(beyond, &found)?);
        }
        while !wanted.is_empty() {
            let moves: Vec<Move> = wanted
                .iter()
                .filter_map(|grown| {
                    let log = self.logs.get(&grown.log)?;
                    Some(move_of(log, grown.head))
                })
                .collect();
            match self.anchor.swap(&moves).map_err(StoreError::Anchor)? {
                Swap::Done => {
                    for (grown, moved) in wanted.iter().zip(moves) {
                        if let Some(log) = self.logs.get_mut(&grown.log) {
                            log.anchored = Some(moved.to);
                        }
                    }
                    return Ok(());
                }
                Swap::Refused(found) => {
                    if moves.iter().map(|m| m.from).eq(found.iter().copied()) {
                        let place = self.anchor.place();
                        return Err(damaged(&place, "the anchor refuses what it holds itself"));
                    }
                    wanted = self.reconcile(wanted, &found)?;
                }
            }
        }
        Ok(())
    }

    /// What this node last saw in the anchor for a log.
    fn anchored(&self, grown: &Grown) -> Option<AnchoredHead> {
        self.logs.get(&grown.log).and_then(|log| log.anchored)
    }

    /// Checks what other nodes have put into the anchor against the tree in the database. Returns
    /// what is still to be moved.
    fn reconcile<'a>(
        &mut self,
        wanted: Vec<&'a Grown>,
        found: &[Option<AnchoredHead>],
    ) -> Result<Vec<&'a Grown>, StoreError> {
        let mut rows = self.engine.reader()?;
        let mut left = Vec::new();
        for (grown, found) in wanted.into_iter().zip(found) {
            let Some(log) = self.logs.get_mut(&grown.log) else {
                continue;
            };
            let stands = check_anchored(
                rows.as_mut(),
                &grown.log,
                &log.origin,
                *found,
                grown.head,
                self.anchor.as_ref(),
            )?;
            log.anchored = *found;
            if stands == AnchorStands::Behind {
                left.push(grown);
            }
        }
        Ok(left)
    }

    fn sign(&self, grown: &[Grown]) -> Result<Vec<Head>, StoreError> {
        let signed = grown.iter().filter_map(|Grown { log: name, head }| {
            let log = self.logs.get(name)?;
            Some(sign(name, &log.origin, *head, &log.signers))
        });
        signed.collect()
    }
}

impl GroupPublisher for Publisher {
    type Written = Written;

    fn publish(
        &mut self,
        written: Written,
    ) -> Result<Vec<Result<Published, CommitError>>, StoreError> {
        self.read_back(&written.grown)?;
        self.anchor(&written.grown)?;
        let heads: Arc<[Head]> = self.sign(&written.grown)?.into();
        for head in heads.iter() {
            self.board.post(head.clone());
        }
        let answer = |entries: Vec<EntryRef>| Published {
            entries,
            heads: heads.clone(),
        };
        Ok(written
            .outcomes
            .into_iter()
            .map(|outcome| outcome.map(answer))
            .collect())
    }
}

/// What a batch became, as all batches of the group are told: the heads are copied by the callers,
/// not by the one thread they all wait for.
pub(crate) struct Published {
    pub(crate) entries: Vec<EntryRef>,
    pub(crate) heads: Arc<[Head]>,
}

impl From<Published> for Committed {
    fn from(published: Published) -> Self {
        let Published { entries, heads } = published;
        let covers = |head: &&Head| entries.iter().any(|entry| entry.log == head.log);
        let heads = heads.iter().filter(covers).cloned().collect();
        Self { entries, heads }
    }
}

fn move_of(log: &PublishedLog, head: Found) -> Move {
    Move {
        origin: log.origin.clone(),
        from: log.anchored,
        to: AnchoredHead {
            size: head.size,
            root: head.root,
            retired: false,
        },
    }
}

/// Where the anchor stands against a durable head that it does not contradict.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum AnchorStands {
    /// It has this head or a later one.
    There,
    /// It has an earlier one, or none of an empty log: it may be moved.
    Behind,
}

/// Holds an anchored head against the tree. `rows` must be read after `anchored` was.
pub(crate) fn check_anchored(
    rows: &mut dyn crate::engine::Rows,
    log: &str,
    origin: &str,
    anchored: Option<AnchoredHead>,
    head: Found,
    anchor: &dyn Anchor,
) -> Result<AnchorStands, StoreError> {
    let Some(anchored) = anchored else {
        if head.size == 0 {
            return Ok(AnchorStands::Behind);
        }
        return Err(StoreError::NotAnchored {
            log: log.to_owned(),
            origin: origin.to_owned(),
            size: head.size,
            place: anchor.place(),
        });
    };
    let old = Found {
        size: anchored.size,
        root: anchored.root,
    };
    let contained = !anchored.retired
        && if old.size <= head.size {
            continues(rows, log, old, head)?
        } else {
            continues(rows, log, head, old)?
        };
    match contained {
        true if old.size < head.size => Ok(AnchorStands::Behind),
        true => Ok(AnchorStands::There),
        false => Err(StoreError::ReadOnly {
            log: log.to_owned(),
            anchored,
            found: head,
        }),
    }
}

/// Signs a head with every key of its log.
pub(crate) fn sign(
    log: &str,
    origin: &str,
    head: Found,
    signers: &Signers,
) -> Result<Head, StoreError> {
    let keys: Vec<&dyn NoteSigner> = signers
        .iter()
        .map(|signer| -> &dyn NoteSigner { signer.as_ref() })
        .collect();
    let checkpoint = Checkpoint {
        origin: origin.to_owned(),
        size: head.size,
        root: head.root,
    };
    let signed = checkpoint
        .sign(&keys)
        .map_err(|e| damaged(log, format!("its head cannot be signed: {e}")))?;
    Ok(Head {
        log: log.to_owned(),
        origin: origin.to_owned(),
        size: head.size,
        root: head.root,
        checkpoint: signed,
    })
}
