//! Putting back entries that a database has lost, by their leaves alone.
//!
//! Whoever kept a copy of the log can give back leaves, not bodies or salts: those were never theirs.
//! An entry without content is what a destroyed one is, too, so everything that reads entries can
//! read these. The leaves are believed because they lead to a head that the caller has seen signed,
//! and for no other reason.

use crate::database::{Found, StoreError};
use crate::engine::{Changes, DocumentRow, Engine, EntryRow, HeadMove, TileRow};
use crate::opening::head_of;
use crate::prepared::unfit;
use crate::tree::edge_of;
use journal::hash::leaf_hash;

/// Appends leaves from entry `from` on, which must lead exactly to `to`, with documents about them,
/// each of which becomes the next revision. All of it or nothing. Heads in the anchor are moved when
/// the database is opened next.
///
/// The node must not be running.
///
/// # Errors
/// [`StoreError::NoSuchLog`]; [`StoreError::Unfit`] if the log is not as long as `from` or the leaves
/// do not lead to `to`; what the engine cannot do.
pub fn append_leaves(
    engine: &dyn Engine,
    log: &str,
    from: u64,
    leaves: &[Vec<u8>],
    to: Found,
    mut documents: Vec<DocumentRow>,
) -> Result<(), StoreError> {
    let mut connection = engine.writer()?;
    let mut transaction = connection.begin()?;
    let row = transaction
        .log(log)?
        .ok_or_else(|| StoreError::NoSuchLog(log.to_owned()))?;
    let head = head_of(&row);
    if head.size != from {
        let size = head.size;
        return Err(unfit(format!("log {log} has {size} entries, not {from}")));
    }
    let mut edge = edge_of(transaction.as_mut(), log, head)?;
    let hashes: Vec<_> = leaves.iter().map(|leaf| leaf_hash(leaf)).collect();
    let updates = edge.append_all(&hashes);
    if (edge.size(), edge.root()) != (to.size, to.root) {
        return Err(unfit(format!(
            "the entries do not lead log {log} to the head {to}"
        )));
    }
    let keys: Vec<(&str, &str)> = documents
        .iter()
        .map(|row| (row.family.as_str(), row.id.as_str()))
        .collect();
    let highest = transaction.highest_revisions(&keys)?;
    for (row, highest) in documents.iter_mut().zip(highest) {
        row.revision = highest + 1;
    }
    let entries = (from..).zip(leaves).map(|(index, leaf)| EntryRow {
        log: log.to_owned(),
        index,
        leaf: leaf.clone(),
        salt: None,
        body: None,
        writes: None,
        revisions: None,
        keep_until: None,
    });
    let tiles = updates.into_iter().map(|update| TileRow {
        log: log.to_owned(),
        id: update.id,
        hashes: update.hashes.iter().flat_map(|hash| hash.0).collect(),
    });
    let mut changes = Changes {
        entries: entries.collect(),
        documents,
        tiles: tiles.collect(),
        ..Changes::default()
    };
    if !leaves.is_empty() {
        changes.heads.push(HeadMove {
            log: log.to_owned(),
            from: (head.size, head.root),
            to: (to.size, to.root),
        });
    }
    transaction.apply(&changes)?;
    transaction.commit()
}
