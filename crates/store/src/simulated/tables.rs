//! The tables in memory, and the frames in which their changes stand in the file.
//!
//! ```text
//! frame   = length SHA-256 payload              length 4 bytes, big-endian, of the payload
//! payload = (table present length cells)…       cells as in a dump; of a deleted row its key only
//! ```

use crate::dump::{decode, encode};
use crate::table::{Cell, Table};
use journal::hash::sha256;
use std::collections::BTreeMap;

/// Key and row.
pub(super) type Rows = BTreeMap<Vec<Cell>, Vec<Cell>>;

/// All tables.
#[derive(Debug, Clone, Default)]
pub(super) struct Tables(BTreeMap<Table, Rows>);

/// Rows that a transaction has put or deleted.
pub(super) type Changed = BTreeMap<(Table, Vec<Cell>), Option<Vec<Cell>>>;

impl Tables {
    pub(super) fn rows(&self, table: Table) -> Option<&Rows> {
        self.0.get(&table)
    }

    pub(super) fn change(&mut self, changed: &Changed) {
        for ((table, key), row) in changed {
            let rows = self.0.entry(*table).or_default();
            match row {
                Some(row) => rows.insert(key.clone(), row.clone()),
                None => rows.remove(key),
            };
        }
    }

    /// Reads all whole frames from the start of a file; returns where they end.
    pub(super) fn replay(file: &[u8]) -> (Self, usize) {
        let mut tables = Self::default();
        let mut rest = file;
        while let Some((changed, after)) = read_frame(rest) {
            tables.change(&changed);
            rest = after;
        }
        (tables, file.len() - rest.len())
    }
}

/// A frame in the pieces in which it is written: its head, then what belongs to each table.
pub(super) fn frame(changed: &Changed) -> Vec<Vec<u8>> {
    let mut pieces: BTreeMap<Table, Vec<u8>> = BTreeMap::new();
    for ((table, key), row) in changed {
        let mut cells = Vec::new();
        // Rows here are far below the length that a dump cannot hold.
        if encode(row.as_ref().unwrap_or(key), &mut cells).is_ok() {
            let number = Table::ALL.iter().position(|one| one == table).unwrap_or(0);
            let piece = pieces.entry(*table).or_default();
            piece.extend([number as u8, u8::from(row.is_some())]);
            piece.extend((cells.len() as u32).to_be_bytes());
            piece.extend(cells);
        }
    }
    let payload: Vec<u8> = pieces.values().flatten().copied().collect();
    let length = (payload.len() as u32).to_be_bytes();
    let head = [&length[..], &sha256(&payload).0].concat();
    std::iter::once(head).chain(pieces.into_values()).collect()
}

fn read_frame(bytes: &[u8]) -> Option<(Changed, &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    let (sum, rest) = rest.split_first_chunk::<32>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (mut payload, after) = rest.split_at_checked(length)?;
    // No transaction is empty: zeros where nothing was ever written are no frame.
    if sha256(payload).0 != *sum || payload.is_empty() {
        return None;
    }
    let mut changed = Changed::new();
    while let Some(([number, present], rest)) = payload.split_first_chunk() {
        let table = *Table::ALL.get(usize::from(*number))?;
        let (length, rest) = rest.split_first_chunk()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (cells, rest) = rest.split_at_checked(length)?;
        let row = decode(cells)?;
        let key = row.get(..table.key())?.to_vec();
        changed.insert((table, key), (*present == 1).then_some(row));
        payload = rest;
    }
    Some((changed, after))
}
