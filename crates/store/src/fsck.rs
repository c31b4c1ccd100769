//! Recomputes everything that can be recomputed from what is stored.
//!
//! Consistency proofs between heads do not show that every stored entry still hashes into the
//! tree: a log can serve valid proofs while one of its entries has changed on the disk, and its
//! witnesses see nothing of it. Only recomputing from the entries does. Nor do they show anything of
//! the documents beside the log, which are what people read: those are held against what their
//! entries say they wrote.
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
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Entries that one thread takes at a time: so many that a thread is worth it, so few that memory
/// does not grow with the log.
const CHUNK: u64 = 4096;

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
    let logs = moment.logs()?;
    let total = logs.iter().map(|log| log.size).sum();
    let mut checked = Checked::default();
    // Of the same moment: a live node goes on writing.
    let mut derived = Derived::read(moment.as_mut(), &logs)?;
    drop(moment);
    let mut before = 0;
    for log in &logs {
        let mut each = |done| progress(before + done, total);
        checked.destroyed += check_log(database, log, Some(&mut derived), &mut each)?;
        checked.entries.insert(log.log.clone(), log.size);
        before += log.size;
    }
    (checked.derived, checked.uncovered) = derived.finish()?;
    checked.blobs = check_blobs(database)?;
    check_cosigned(database)?;
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
    let row = database
        .snapshot()?
        .log(log)?
        .ok_or_else(|| StoreError::NoSuchLog(log.to_owned()))?;
    check_log(database, &row, None, &mut |done| progress(done, row.size))?;
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
    database: &dyn Database,
    row: &LogRow,
    mut derived: Option<&mut Derived>,
    progress: &mut dyn FnMut(u64),
) -> Result<u64, StoreError> {
    let log = row.log.as_str();
    let mut edge = Edge::new();
    let mut destroyed = 0;
    let mut tiles = database.snapshot()?;
    // What is not full yet is checked once it is, or at the end: one tile a level at most.
    let mut partial = BTreeMap::new();
    in_chunks(database, row, &mut |chunk: Chunk| {
        for update in edge.append_all(&chunk.leaves) {
            if update.is_full() {
                partial.remove(&update.id);
                check_tile(tiles.as_mut(), log, update.id, &update.hashes)?;
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
        check_tile(tiles.as_mut(), log, *id, hashes)?;
    }
    if edge.root() != row.root {
        return Err(damaged(log, "the entries do not give the stored root"));
    }
    check_checkpoint(tiles.as_mut(), row)?;
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

/// Reads and hashes chunks on all cores and hands them over in their order.
fn in_chunks(
    database: &dyn Database,
    row: &LogRow,
    take: &mut dyn FnMut(Chunk) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    // A live node reads beside this, and an engine lends a bounded number of connections.
    let threads = std::thread::available_parallelism().map_or(1, |cores| cores.get().min(8));
    let chunks = row.size.div_ceil(CHUNK);
    let (next, stopped) = (AtomicU64::new(0), AtomicBool::new(false));
    // One chunk a thread waits at most, so that a slow taker bounds the memory.
    let (done, ready) = std::sync::mpsc::sync_channel(threads);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let done = done.clone();
            let (next, stopped) = (&next, &stopped);
            scope.spawn(move || {
                let mut rows = match database.snapshot() {
                    Ok(rows) => rows,
                    Err(error) => {
                        let _ended = done.send((u64::MAX, Err(error)));
                        return;
                    }
                };
                while !stopped.load(Ordering::Relaxed) {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= chunks {
                        return;
                    }
                    let from = number * CHUNK;
                    let to = row.size.min(from + CHUNK);
                    let chunk = rows
                        .entries(&row.log, from, to)
                        .and_then(|entries| check_entries(&row.log, from, to, &entries));
                    if done.send((number, chunk)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(done);
        let mut early = BTreeMap::new();
        let mut wanted = 0;
        let mut taken = || {
            while let Ok((number, chunk)) = ready.recv() {
                early.insert(number, chunk?);
                while let Some(chunk) = early.remove(&wanted) {
                    take(chunk)?;
                    wanted += 1;
                }
            }
            Ok(())
        };
        let result = taken();
        stopped.store(true, Ordering::Relaxed);
        drop(ready);
        result
    })
}

fn check_entries(log: &str, from: u64, to: u64, entries: &[EntryRow]) -> Result<Chunk, StoreError> {
    for (expected, entry) in (from..to).zip(entries) {
        if entry.index != expected {
            return Err(damaged(log, format!("entry {expected} is missing")));
        }
    }
    if entries.len() as u64 != to - from {
        return Err(damaged(log, format!("entries up to {to} are missing")));
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

fn check_blobs(database: &dyn Database) -> Result<u64, StoreError> {
    use crate::cells::TableRow;
    use crate::engine::BlobRow;
    let mut count = 0;
    database.snapshot()?.table(BlobRow::TABLE, &mut |cells| {
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

fn check_cosigned(database: &dyn Database) -> Result<(), StoreError> {
    use crate::cells::TableRow;
    use crate::engine::CosignedRow;
    let mut found = Vec::new();
    let mut rows = database.snapshot()?;
    rows.table(CosignedRow::TABLE, &mut |cells| {
        found.push(CosignedRow::from_cells(cells)?);
        Ok(())
    })?;
    for row in found {
        let stands = Found {
            size: row.size,
            root: edge_at(rows.as_mut(), &row.log, row.size)?.root(),
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
