//! The two acts that say what a database's heads are to be held against from now on. Both are an
//! operator's decision, made on evidence from outside; no node does them by itself.

use crate::anchor::{Anchor, AnchoredHead, Move, Swap};
use crate::database::{Found, StoreError};
use crate::engine::{Engine, Transaction};
use crate::opening::head_of;
use crate::tree::{append_stored, damaged, edge_at, edge_of};

/// What a log goes on from in its new epoch. The caller commits it as the entry `epoch.opened`, so
/// that everybody sees where the old origin ended and where this database stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EpochOpened {
    /// The log.
    pub log: String,
    /// The new epoch, from 2.
    pub epoch: u32,
    /// The origin under which nothing is signed any more.
    pub old_origin: String,
    /// The origin it goes on under.
    pub new_origin: String,
    /// The last head that was anchored under the old origin.
    pub anchored: Option<AnchoredHead>,
    /// The head the log goes on from.
    pub found: Found,
}

/// Lets a log go on under a new origin, because the database does not contain a head that was signed
/// under the old one and cannot be made whole. Both heads stay in the anchor: the old one retired.
///
/// The node must not be running. Cut off half-way and called again with the same origin, it ends
/// where it would have.
///
/// # Errors
/// [`StoreError::NoSuchLog`]; [`StoreError::Unfit`] if the origin is in use or was; what the engine
/// or the anchor cannot do.
pub fn open_epoch(
    engine: &dyn Engine,
    anchor: &dyn Anchor,
    log: &str,
    new_origin: &str,
) -> Result<EpochOpened, StoreError> {
    let mut connection = engine.writer()?;
    let mut transaction = connection.begin()?;
    let mut row = transaction
        .log(log)?
        .ok_or_else(|| StoreError::NoSuchLog(log.to_owned()))?;
    let used = transaction
        .logs()?
        .iter()
        .any(|row| row.origin == new_origin);
    if used || new_origin.is_empty() || new_origin.contains(char::is_control) {
        return Err(StoreError::Unfit(format!(
            "{new_origin:?} cannot be the new origin of log {log}"
        )));
    }
    let found = head_of(&row);
    check_whole(transaction.as_mut(), log, found)?;
    let stand = anchor
        .read(&[&row.origin, new_origin])
        .map_err(StoreError::Anchor)?;
    let (old, new) = match stand.as_slice() {
        [old, new] => (*old, *new),
        _ => return Err(damaged(&anchor.place(), "it answers another question")),
    };
    let start = AnchoredHead {
        size: found.size,
        root: found.root,
        retired: false,
    };
    let begun = old.is_none_or(|head| head.retired) && new == Some(start);
    if !begun {
        if new.is_some() || old.is_some_and(|head| head.retired) {
            return Err(StoreError::Unfit(format!(
                "the anchor knows another head of {new_origin}, or {} is retired already",
                row.origin
            )));
        }
        let retire = old.map(|head| Move {
            origin: row.origin.clone(),
            from: old,
            to: AnchoredHead {
                retired: true,
                ..head
            },
        });
        let begin = Move {
            origin: new_origin.to_owned(),
            from: None,
            to: start,
        };
        let moves: Vec<Move> = retire.into_iter().chain([begin]).collect();
        match anchor.swap(&moves).map_err(StoreError::Anchor)? {
            Swap::Done => {}
            Swap::Refused(_) => {
                return Err(damaged(
                    log,
                    "another node has moved its head; is one running?",
                ));
            }
        }
    }
    let old_origin = std::mem::replace(&mut row.origin, new_origin.to_owned());
    row.epoch += 1;
    row.published = 0;
    row.checkpoint = String::new();
    transaction.put_log(&row)?;
    transaction.commit()?;
    Ok(EpochOpened {
        log: log.to_owned(),
        epoch: row.epoch,
        old_origin,
        new_origin: new_origin.to_owned(),
        anchored: old,
        found,
    })
}

/// Puts the heads of a database into an anchor that knows nothing of them: after the migration from
/// a release without anchor, or when the anchor itself was lost and the database is known to be the
/// newest there is. What the anchor already has stays. Returns the heads that were put there.
///
/// # Errors
/// [`StoreError::Damaged`] if entries, tiles and head do not agree; what the engine or the anchor
/// cannot do.
pub fn adopt(engine: &dyn Engine, anchor: &dyn Anchor) -> Result<Vec<(String, Found)>, StoreError> {
    let mut connection = engine.writer()?;
    let mut transaction = connection.begin()?;
    let rows = transaction.logs()?;
    let origins: Vec<&str> = rows.iter().map(|row| row.origin.as_str()).collect();
    let stand = anchor.read(&origins).map_err(StoreError::Anchor)?;
    let (mut moves, mut adopted) = (Vec::new(), Vec::new());
    for (row, stands) in rows.iter().zip(stand) {
        if stands.is_some() {
            continue;
        }
        let head = head_of(row);
        check_whole(transaction.as_mut(), &row.log, head)?;
        moves.push(Move {
            origin: row.origin.clone(),
            from: None,
            to: AnchoredHead {
                size: head.size,
                root: head.root,
                retired: false,
            },
        });
        adopted.push((row.log.clone(), head));
    }
    if moves.is_empty() {
        return Ok(adopted);
    }
    match anchor.swap(&moves).map_err(StoreError::Anchor)? {
        Swap::Done => Ok(adopted),
        Swap::Refused(_) => Err(damaged(
            &anchor.place(),
            "another node has moved a head; is one running?",
        )),
    }
}

/// Recomputes a head from all entries: whoever vouches for it anew looks at all of it first.
fn check_whole(
    transaction: &mut dyn Transaction,
    log: &str,
    head: Found,
) -> Result<(), StoreError> {
    edge_of(transaction, log, head)?;
    let mut edge = edge_at(transaction, log, 0)?;
    append_stored(transaction, log, &mut edge, head.size)?;
    if edge.root() == head.root {
        Ok(())
    } else {
        Err(damaged(log, "the entries do not give the stored root"))
    }
}
