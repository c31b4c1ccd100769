//! Recomputes everything that can be recomputed from what is stored.
//!
//! Consistency proofs between heads do not show that every stored entry still hashes into the
//! tree: a log can serve valid proofs while one of its entries has changed on the disk, and its
//! witnesses see nothing of it. Only recomputing from the entries does. Nor do they show anything of
//! the documents beside the log, which are what people read: those are held against what their
//! entries say they wrote.
//!
//! All of it is read at one moment of the database: a live node goes on writing, and destroys content
//! whose time is over.
//!
//! Signatures are not checked here: the caller has the keys.

mod derived;

use crate::database::{Database, Found, StoreError};
use crate::engine::{EntryRow, LogRow, Rows};
use crate::store::checked_content;
use crate::tree::{damaged, edge_at, tile};
use crate::writes;
use derived::{Derived, Digest, digests_of};
use journal::checkpoint::Checkpoint;
use journal::edge::Edge;
use journal::hash::{Hash, leaf_hash, sha256};
use journal::note::Note;
use journal::tile::TileId;
use std::collections::BTreeMap;

/// Entries that one thread takes at a time: so many that a thread is worth it, so few that memory
/// does not grow with the log.
const CHUNK: usize = 4096;

/// What was checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// Entries of each log.
    pub entries: BTreeMap<String, u64>,
    /// Entries whose content was destroyed: only their leaves could be checked.
    pub destroyed: u64,
    /// Document revisions and messages that are as their entries wrote them.
    pub derived: u64,
    /// Document revisions and messages that no entry vouches for: written without one, or by a
    /// release before schema 2.
    pub uncovered: u64,
    /// Blobs.
    pub blobs: u64,
}

/// Checks every log, document, message, blob and cosigned checkpoint. `progress` is told how many
/// entries of how many are done, a few hundred times in all.
///
/// # Errors
/// [`StoreError::Damaged`] naming what contradicts what.
pub fn check(
    database: &dyn Database,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Checked, StoreError> {
    let mut moment = database.snapshot()?;
    let rows = moment.as_mut();
    let logs = rows.logs()?;
    let total = logs.iter().map(|log| log.size).sum();
    let mut checked = Checked::default();
    let mut derived = Derived::read(rows, &logs)?;
    let mut before = 0;
    for log in &logs {
        let mut each = |done| progress(before + done, total);
        checked.destroyed += check_log(rows, log, Some(&mut derived), &mut each)?;
        checked.entries.insert(log.log.clone(), log.size);
        before += log.size;
    }
    (checked.derived, checked.uncovered) = derived.finish()?;
    checked.blobs = check_blobs(rows)?;
    check_cosigned(rows)?;
    Ok(checked)
}

/// Recomputes tree, tiles and root of one log from its entries, and each entry's leaf from its
/// content. Returns how many entries were checked.
///
/// # Errors
/// [`StoreError::Damaged`] naming what contradicts what.
pub fn recompute(
    database: &dyn Database,
    log: &str,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<u64, StoreError> {
    let mut moment = database.snapshot()?;
    let rows = moment.as_mut();
    let row = rows
        .log(log)?
        .ok_or_else(|| StoreError::NoSuchLog(log.to_owned()))?;
    check_log(rows, &row, None, &mut |done| progress(done, row.size))?;
    Ok(row.size)
}

/// What a thread found out about a chunk of entries.
struct Chunk {
    leaves: Vec<Hash>,
    derived: Vec<(Digest, u64)>,
    /// Entries without content, and those from before entries said what they wrote.
    destroyed: u64,
    uncovered: Vec<u64>,
}

/// Checks a log up to the size in `row`; returns how many entries have no content any more.
fn check_log(
    rows: &mut dyn Rows,
    row: &LogRow,
    mut derived: Option<&mut Derived>,
    progress: &mut dyn FnMut(u64),
) -> Result<u64, StoreError> {
    let log = row.log.as_str();
    let mut edge = Edge::new();
    let mut destroyed = 0;
    // What is not full yet is checked once it is, or at the end: one tile a level at most.
    let mut partial = BTreeMap::new();
    in_chunks(rows, row, &mut |rows, chunk| {
        for update in edge.append_all(&chunk.leaves) {
            if update.is_full() {
                partial.remove(&update.id);
                check_tile(rows, log, update.id, &update.hashes)?;
            } else {
                partial.insert(update.id, update.hashes);
            }
        }
        destroyed += chunk.destroyed;
        if let Some(derived) = derived.as_deref_mut() {
            derived.strike(log, &chunk.derived, &chunk.uncovered)?;
        }
        progress(edge.size());
        Ok(())
    })?;
    for (id, hashes) in &partial {
        check_tile(rows, log, *id, hashes)?;
    }
    if edge.root() != row.root {
        return Err(damaged(log, "the entries do not give the stored root"));
    }
    check_checkpoint(rows, row)?;
    Ok(destroyed)
}

/// The stored tile must begin with these hashes.
fn check_tile(
    rows: &mut dyn Rows,
    log: &str,
    id: TileId,
    hashes: &[Hash],
) -> Result<(), StoreError> {
    // At most 256 hashes.
    let width = u16::try_from(hashes.len()).unwrap_or(u16::MAX);
    if tile(rows, log, id, width)? == hashes {
        return Ok(());
    }
    let TileId { level, index } = id;
    Err(damaged(
        log,
        format!("tile {level}/{index} is not what the entries give"),
    ))
}

/// Checks chunks on all cores and hands them over in their order. One connection sees one moment, so
/// it alone reads: the next entries while the others are checked.
fn in_chunks(
    rows: &mut dyn Rows,
    row: &LogRow,
    take: &mut dyn FnMut(&mut dyn Rows, Chunk) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let log = row.log.as_str();
    let threads = std::thread::available_parallelism().map_or(1, |cores| cores.get().min(8));
    let end = |from: u64| row.size.min(from + (threads * CHUNK) as u64);
    let mut from = 0;
    let mut entries = rows.entries(log, from, end(from))?;
    while from < row.size {
        let to = end(from);
        let (checked, next) = std::thread::scope(|scope| {
            let chunks = (from..).step_by(CHUNK).zip(entries.chunks(CHUNK));
            let threads: Vec<_> = chunks
                .map(|(from, chunk)| scope.spawn(move || check_entries(log, from, chunk)))
                .collect();
            let next = rows.entries(log, to, end(to));
            let joined = threads.into_iter().map(|thread| {
                thread
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            });
            (joined.collect::<Vec<_>>(), next)
        });
        for chunk in checked {
            take(rows, chunk?)?;
        }
        if entries.len() as u64 != to - from {
            return Err(damaged(log, format!("entries up to {to} are missing")));
        }
        (from, entries) = (to, next?);
    }
    Ok(())
}

fn check_entries(log: &str, from: u64, entries: &[EntryRow]) -> Result<Chunk, StoreError> {
    for (expected, entry) in (from..).zip(entries) {
        if entry.index != expected {
            return Err(damaged(log, format!("entry {expected} is missing")));
        }
    }
    let mut chunk = Chunk {
        leaves: Vec::with_capacity(entries.len()),
        derived: Vec::new(),
        destroyed: 0,
        uncovered: Vec::new(),
    };
    for entry in entries {
        chunk.leaves.push(leaf_hash(&entry.leaf));
        let Some((body, _)) = checked_content(entry)? else {
            if entry.writes.is_some() || entry.revisions.is_some() {
                let index = entry.index;
                return Err(damaged(
                    log,
                    format!("entry {index} is destroyed, but not what it wrote"),
                ));
            }
            chunk.destroyed += 1;
            continue;
        };
        match (body.get(writes::FIELD), &entry.writes) {
            (None, None) => chunk.uncovered.push(entry.index),
            (Some(said), Some(text)) if *said == *writes::digest(text).to_string() => {
                let digests = digests_of(entry, text)?;
                chunk
                    .derived
                    .extend(digests.into_iter().map(|digest| (digest, entry.index)));
            }
            _ => {
                let index = entry.index;
                return Err(damaged(
                    log,
                    format!("what entry {index} wrote is not what its field says"),
                ));
            }
        }
    }
    Ok(chunk)
}

/// The stored checkpoint must speak of the tree that the entries give.
fn check_checkpoint(rows: &mut dyn Rows, row: &LogRow) -> Result<(), StoreError> {
    if row.checkpoint.is_empty() {
        return Ok(());
    }
    let about = Checkpoint {
        origin: row.origin.clone(),
        size: row.published,
        root: edge_at(rows, &row.log, row.published)?.root(),
    };
    match Note::parse(&row.checkpoint) {
        Ok(note) if note.text() == about.to_text() => Ok(()),
        _ => Err(damaged(
            &row.log,
            "its checkpoint is not about the stored tree",
        )),
    }
}

fn check_blobs(rows: &mut dyn Rows) -> Result<u64, StoreError> {
    use crate::cells::TableRow;
    use crate::engine::BlobRow;
    let mut count = 0;
    rows.table(BlobRow::TABLE, &mut |cells| {
        let row = BlobRow::from_cells(cells)?;
        count += 1;
        if sha256(&row.bytes) == row.hash {
            Ok(())
        } else {
            Err(damaged(
                "blobs",
                format!("{} has other bytes than its name says", row.hash),
            ))
        }
    })?;
    Ok(count)
}

fn check_cosigned(rows: &mut dyn Rows) -> Result<(), StoreError> {
    use crate::cells::TableRow;
    use crate::engine::CosignedRow;
    let mut found = Vec::new();
    rows.table(CosignedRow::TABLE, &mut |cells| {
        found.push(CosignedRow::from_cells(cells)?);
        Ok(())
    })?;
    for row in found {
        let stands = Found {
            size: row.size,
            root: edge_at(rows, &row.log, row.size)?.root(),
        };
        let note = Note::parse(&row.note).ok();
        let said = note.and_then(|note| Checkpoint::parse(note.text()).ok());
        if said.map(|said| (said.size, said.root)) != Some((row.size, row.root))
            || stands.root != row.root
        {
            let size = row.size;
            return Err(damaged(
                &row.log,
                format!("its cosigned checkpoint of size {size} is not about the stored tree"),
            ));
        }
    }
    Ok(())
}
