//! Opening a database for writing: may this node sign what it finds?
//!
//! All of it happens in one transaction, so that no other node moves a head meanwhile: the tree's
//! edge must give the stored root; the anchored head must be contained in the tree; what is durable
//! beyond the anchor (the node ended between commit and publication) is read back, anchored and
//! signed now.

use crate::anchor::{Anchor, AnchoredHead, Move, Swap};
use crate::database::{Found, Head, LogSigner, Standing, StoreError};
use crate::engine::{LogRow, Transaction, WriteConnection};
use crate::publisher::{AnchorStands, PublishedLog, check_anchored, sign};
use crate::tree::{append_stored, damaged, edge_at, edge_of};
use crate::writer::GrowingLog;
use journal::checkpoint::Checkpoint;
use journal::edge::Edge;
use journal::hash::empty_root;
use journal::note::{Note, NoteSigner};
use std::collections::BTreeMap;

/// How often a swap at the start is tried again when another node's publisher was faster.
const TRIES: usize = 100;

/// What a node starts from.
pub(crate) enum Opened {
    Writable {
        growing: BTreeMap<String, GrowingLog>,
        published: BTreeMap<String, PublishedLog>,
        heads: Vec<Head>,
    },
    ReadOnly(Standing),
}

/// Opens every log of `signers`, creating those that are new.
pub(crate) fn open_logs(
    connection: &mut dyn WriteConnection,
    anchor: &dyn Anchor,
    signers: Vec<LogSigner>,
) -> Result<Opened, StoreError> {
    let mut transaction = connection.begin()?;
    let mut logs = Vec::new();
    for signer in signers {
        let row = log_row(transaction.as_mut(), &signer)?;
        let head = head_of(&row);
        let edge = edge_of(transaction.as_mut(), &signer.log, head)?;
        logs.push((signer, row, edge));
    }
    let anchored = match anchor_heads(transaction.as_mut(), anchor, &logs) {
        Err(StoreError::ReadOnly {
            log,
            anchored,
            found,
        }) => {
            return Ok(Opened::ReadOnly(Standing::ReadOnly {
                log,
                anchored,
                found,
            }));
        }
        other => other?,
    };
    let (mut growing, mut published, mut heads) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
    for ((signer, mut row, edge), anchored) in logs.into_iter().zip(anchored) {
        let LogSigner {
            log,
            origin,
            signers,
        } = signer;
        let head = if is_signed(&row, &signers) {
            Head {
                log: log.clone(),
                origin: origin.clone(),
                size: row.size,
                root: row.root,
                checkpoint: row.checkpoint,
            }
        } else {
            let head = sign(&log, &origin, head_of(&row), &signers)?;
            row.published = head.size;
            row.checkpoint.clone_from(&head.checkpoint);
            transaction.put_log(&row)?;
            head
        };
        heads.push(head);
        growing.insert(
            log.clone(),
            GrowingLog {
                origin: origin.clone(),
                edge: edge.clone(),
            },
        );
        published.insert(
            log,
            PublishedLog {
                origin,
                signers,
                edge,
                anchored: Some(anchored),
            },
        );
    }
    transaction.commit()?;
    Ok(Opened::Writable {
        growing,
        published,
        heads,
    })
}

pub(crate) fn head_of(row: &LogRow) -> Found {
    Found {
        size: row.size,
        root: row.root,
    }
}

fn log_row(transaction: &mut dyn Transaction, signer: &LogSigner) -> Result<LogRow, StoreError> {
    let LogSigner {
        log,
        origin,
        signers,
    } = signer;
    if signers.is_empty() {
        return Err(damaged(log, "there is no key to sign it with"));
    }
    // Such a name could be anchored but never signed.
    if origin.is_empty() || origin.contains(char::is_control) {
        return Err(damaged(log, format!("{origin:?} cannot be its origin")));
    }
    let row = match transaction.log(log)? {
        Some(row) => row,
        None => {
            let row = LogRow {
                log: log.clone(),
                origin: origin.clone(),
                epoch: 1,
                size: 0,
                root: empty_root(),
                published: 0,
                checkpoint: String::new(),
            };
            transaction.put_log(&row)?;
            row
        }
    };
    if row.origin != *origin {
        let found = &row.origin;
        return Err(damaged(
            log,
            format!("its origin is {found:?}, the configuration says {origin:?}"),
        ));
    }
    Ok(row)
}

/// Checks every head against the anchor before any is moved, then moves those that are behind.
fn anchor_heads(
    transaction: &mut dyn Transaction,
    anchor: &dyn Anchor,
    logs: &[(LogSigner, LogRow, Edge)],
) -> Result<Vec<AnchoredHead>, StoreError> {
    let origins: Vec<&str> = logs
        .iter()
        .map(|(signer, _, _)| signer.origin.as_str())
        .collect();
    for _ in 0..TRIES {
        let found = anchor.read(&origins).map_err(StoreError::Anchor)?;
        let mut moves = Vec::new();
        let mut stand = Vec::new();
        for ((signer, row, _), found) in logs.iter().zip(found) {
            let LogSigner { log, origin, .. } = signer;
            let head = head_of(row);
            match check_anchored(transaction, log, origin, found, head, anchor)? {
                AnchorStands::There => stand.extend(found),
                AnchorStands::Behind => {
                    let to = AnchoredHead {
                        size: head.size,
                        root: head.root,
                        retired: false,
                    };
                    check_tail(transaction, log, found, head)?;
                    moves.push(Move {
                        origin: origin.clone(),
                        from: found,
                        to,
                    });
                    stand.push(to);
                }
            }
        }
        if moves.is_empty() {
            return Ok(stand);
        }
        match anchor.swap(&moves).map_err(StoreError::Anchor)? {
            Swap::Done => return Ok(stand),
            Swap::Refused(_) => {}
        }
    }
    Err(damaged(&anchor.place(), "it refuses every move of a head"))
}

/// Reads back what was durable but never published, as the publisher would have.
fn check_tail(
    transaction: &mut dyn Transaction,
    log: &str,
    anchored: Option<AnchoredHead>,
    head: Found,
) -> Result<(), StoreError> {
    let mut edge = edge_at(
        transaction,
        log,
        anchored.map_or(0, |anchored| anchored.size),
    )?;
    append_stored(transaction, log, &mut edge, head.size)?;
    if edge.root() == head.root {
        Ok(())
    } else {
        Err(damaged(log, "the entries do not give the stored root"))
    }
}

/// Whether the stored checkpoint is of this head and carries a line of every signer. Post-quantum
/// signatures differ each time they are made: one that is public already is kept as it is.
fn is_signed(row: &LogRow, signers: &[Box<dyn NoteSigner + Send + Sync>]) -> bool {
    let text = Checkpoint {
        origin: row.origin.clone(),
        size: row.size,
        root: row.root,
    }
    .to_text();
    Note::parse(&row.checkpoint).is_ok_and(|note| {
        note.text() == text
            && signers.iter().all(|signer| {
                let mut lines = note.signatures().iter();
                lines.any(|line| line.name == signer.name() && line.key_id == signer.key_id())
            })
    })
}
