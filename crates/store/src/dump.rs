//! A whole database as a stream of rows, from any engine into any other.
//!
//! The stream is one moment of the database: heads, checkpoints and cosigned checkpoints with it, so
//! every proof holds wherever it is loaded. The anchor is not in it: it says what a database is held
//! against, so it must not come with the database.
//!
//! ```text
//! stream = "kontaktstelle dump 1\n" frame… end
//! frame  = 0x01 length name                     the table that the next rows belong to
//!        | 0x02 length cell…                    a row: its columns in the order of the table
//! end    = 0x03 rows SHA-256                    over everything before the hash
//! cell   = 0x00 | 0x01 integer | 0x02 byte | 0x03 length text | 0x04 length bytes
//! ```
//!
//! Lengths are 4 bytes, integers and the number of rows 8, all big-endian. The tables come in the
//! order of [`Table::ALL`], rows in the order of their keys: equal databases have equal dumps.

use crate::database::StoreError;
use crate::engine::{Engine, Rows};
use crate::table::{Cell, Table};
use journal::hash::Hash;
use sha2::{Digest, Sha256};
use std::io::{self, Read, Write};

const HEADER: &[u8] = b"kontaktstelle dump 1\n";
const TABLE: u8 = 1;
const ROW: u8 = 2;
const END: u8 = 3;
/// Longest row that is read: a blob of 1 GiB and its name.
const MAX_ROW_BYTES: u32 = (1 << 30) + 4096;
/// Bytes of rows that are inserted at a time.
const PORTION_BYTES: usize = 4 << 20;

/// What was dumped or loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dumped {
    /// Rows of all tables.
    pub rows: u64,
    /// SHA-256 of the stream up to its own hash: the same for the same database.
    pub hash: Hash,
}

/// Why a dump could not be written or loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DumpError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The stream could not be read or written.
    #[error("the dump cannot be read or written")]
    Stream(#[from] io::Error),
    /// The stream is not a dump, or was changed.
    #[error("the dump is malformed: {0}")]
    Malformed(&'static str),
    /// The stream was changed or cut and joined: its hash is not the one at its end.
    #[error("the dump is damaged: it does not have the hash at its end")]
    Hash,
}

/// Writes everything that `rows` has: pass a snapshot.
///
/// # Errors
/// [`DumpError::Store`] or [`DumpError::Stream`].
pub fn dump(rows: &mut dyn Rows, out: &mut dyn Write) -> Result<Dumped, DumpError> {
    let mut stream = Hashing {
        inner: out,
        hasher: Sha256::new(),
    };
    stream.write_all(HEADER)?;
    let mut count = 0;
    for table in Table::ALL {
        let name = table.name().as_bytes();
        stream.write_all(&frame(TABLE, name)?)?;
        // An error of the stream ends the reading; it is told instead of the reading's own.
        let mut failed = None;
        let mut encoded = Vec::new();
        let read = rows.table(table, &mut |cells| {
            count += 1;
            encoded.clear();
            let written = encode(cells, &mut encoded)
                .and_then(|()| frame(ROW, &encoded))
                .and_then(|row| stream.write_all(&row));
            written.map_err(|e| {
                failed = Some(e);
                StoreError::Unfit("the dump was cut off".to_owned())
            })
        });
        if let Some(error) = failed {
            return Err(error.into());
        }
        read?;
    }
    stream.write_all(&[END])?;
    stream.write_all(&u64::to_be_bytes(count))?;
    let hash: [u8; 32] = stream.hasher.finalize().into();
    out.write_all(&hash)?;
    out.flush()?;
    Ok(Dumped {
        rows: count,
        hash: Hash(hash),
    })
}

/// Loads a dump into an empty database, whole or not at all. What it says is stored as it is: check
/// it with [`crate::fsck`].
///
/// # Errors
/// [`StoreError::NotEmpty`]; [`DumpError::Malformed`] and [`DumpError::Hash`].
pub fn load(engine: &dyn Engine, input: &mut dyn Read) -> Result<Dumped, DumpError> {
    let mut connection = engine.writer()?;
    let mut transaction = connection.begin()?;
    check_empty(transaction.as_mut())?;
    let mut input = HashingRead {
        inner: input,
        hasher: Sha256::new(),
    };
    let mut header = [0; HEADER.len()];
    input.read_exact(&mut header)?;
    if header != HEADER {
        return Err(DumpError::Malformed("it does not begin as one"));
    }
    let mut left = Table::ALL.into_iter();
    let mut table = None;
    let (mut portion, mut bytes, mut count) = (Vec::new(), 0, 0);
    loop {
        let mut tag = [0];
        input.read_exact(&mut tag)?;
        let [tag] = tag;
        if tag != ROW || bytes >= PORTION_BYTES {
            if let Some(table) = table {
                transaction.insert(table, &portion)?;
            }
            portion.clear();
            bytes = 0;
        }
        match tag {
            TABLE => {
                let name = read_frame(&mut input, 64)?;
                let next = left.next().filter(|next| next.name().as_bytes() == name);
                table = Some(next.ok_or(DumpError::Malformed("a table is out of order"))?);
            }
            ROW => {
                let row = read_frame(&mut input, MAX_ROW_BYTES)?;
                let cells = decode(&row).ok_or(DumpError::Malformed("a row is malformed"))?;
                let columns = table.map_or(&[][..], Table::columns);
                if cells.len() != columns.len()
                    || !cells
                        .iter()
                        .zip(columns)
                        .all(|(cell, column)| cell.fits(column))
                {
                    return Err(DumpError::Malformed("a row does not fit its table"));
                }
                bytes += row.len();
                count += 1;
                portion.push(cells);
            }
            END if left.next().is_none() => break,
            _ => {
                return Err(DumpError::Malformed(
                    "it ends too early, or has an unknown frame",
                ));
            }
        }
    }
    let mut said = [0; 8];
    input.read_exact(&mut said)?;
    if u64::from_be_bytes(said) != count {
        return Err(DumpError::Malformed("it has not as many rows as it says"));
    }
    let HashingRead { inner, hasher } = input;
    let hash: [u8; 32] = hasher.finalize().into();
    let mut said = [0; 32];
    inner.read_exact(&mut said)?;
    if hash != said {
        return Err(DumpError::Hash);
    }
    transaction.commit()?;
    Ok(Dumped {
        rows: count,
        hash: Hash(hash),
    })
}

/// Refuses a database that has rows.
pub(crate) fn check_empty(rows: &mut dyn Rows) -> Result<(), StoreError> {
    for table in Table::ALL {
        rows.table(table, &mut |_| Err(StoreError::NotEmpty(table.name())))?;
    }
    Ok(())
}

struct Hashing<'a> {
    inner: &'a mut dyn Write,
    hasher: Sha256,
}

impl Hashing<'_> {
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hasher.update(bytes);
        self.inner.write_all(bytes)
    }
}

struct HashingRead<'a> {
    inner: &'a mut dyn Read,
    hasher: Sha256,
}

impl Read for HashingRead<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.hasher.update(buffer.get(..count).unwrap_or_default());
        Ok(count)
    }
}

fn length_of(bytes: &[u8]) -> io::Result<[u8; 4]> {
    u32::try_from(bytes.len())
        .map(u32::to_be_bytes)
        .map_err(|_| io::Error::other("a row is longer than a dump can hold"))
}

fn frame(tag: u8, content: &[u8]) -> io::Result<Vec<u8>> {
    Ok([&[tag][..], &length_of(content)?, content].concat())
}

fn read_frame(input: &mut dyn Read, at_most: u32) -> Result<Vec<u8>, DumpError> {
    let mut length = [0; 4];
    input.read_exact(&mut length)?;
    let length = u32::from_be_bytes(length);
    if length > at_most {
        return Err(DumpError::Malformed("a frame is too long"));
    }
    // Grows with what is there, not with what is announced.
    let mut content = Vec::new();
    input.take(u64::from(length)).read_to_end(&mut content)?;
    match u32::try_from(content.len()) == Ok(length) {
        true => Ok(content),
        false => Err(DumpError::Malformed("it ends inside a frame")),
    }
}

/// The bytes of a row.
pub(crate) fn encode(cells: &[Cell], out: &mut Vec<u8>) -> io::Result<()> {
    for cell in cells {
        match cell {
            Cell::Null => out.push(0),
            Cell::Integer(number) => {
                out.push(1);
                out.extend(number.to_be_bytes());
            }
            Cell::Boolean(is) => out.extend([2, u8::from(*is)]),
            Cell::Text(text) => {
                out.push(3);
                out.extend(length_of(text.as_bytes())?);
                out.extend(text.as_bytes());
            }
            Cell::Bytes(bytes) => {
                out.push(4);
                out.extend(length_of(bytes)?);
                out.extend(bytes);
            }
        }
    }
    Ok(())
}

/// The cells of a row.
pub(crate) fn decode(mut row: &[u8]) -> Option<Vec<Cell>> {
    let mut cells = Vec::new();
    while let Some((tag, rest)) = row.split_first() {
        let counted = || {
            let (length, rest) = rest.split_first_chunk()?;
            rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)
        };
        let (cell, rest) = match tag {
            0 => (Cell::Null, rest),
            1 => {
                let (number, rest) = rest.split_first_chunk()?;
                (Cell::Integer(i64::from_be_bytes(*number)), rest)
            }
            2 => match rest.split_first()? {
                (0, rest) => (Cell::Boolean(false), rest),
                (1, rest) => (Cell::Boolean(true), rest),
                _ => return None,
            },
            3 => {
                let (text, rest) = counted()?;
                (Cell::Text(String::from_utf8(text.to_vec()).ok()?), rest)
            }
            4 => {
                let (bytes, rest) = counted()?;
                (Cell::Bytes(bytes.to_vec()), rest)
            }
            _ => return None,
        };
        cells.push(cell);
        row = rest;
    }
    Some(cells)
}
