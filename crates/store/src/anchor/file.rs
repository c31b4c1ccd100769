//! The anchor as a file, beside the database or better on another disk.
//!
//! The file is laid out once and never grows: two slots, written in turns, and a third for openings. A
//! slot holds a number that counts up, the length of its text, and SHA-256 over all three. A write
//! that is torn or lost spoils the slot it goes to and never the others, one of which holds the heads
//! before it; and since nobody is told of a head before the sync has returned, those are the last
//! that anybody was told.
//!
//! After a sync that failed the system may show bytes that are not on the disk, to this process and
//! to the next one. So what is found when the anchor is opened is believed only once it was written
//! and synced again: to the third slot, because it may be the newest of the two others that is not
//! on the disk, or the one before it that is needed if this write is torn.

use super::{Anchor, AnchorError, AnchoredHead, Move, Swap, may_move};
use crate::database::StoreError;
use crate::engine::Engine;
use journal::hash::sha256;
use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Room for one state: some thousand logs.
const SLOT_BYTES: usize = 256 * 1024;
/// Two in turns and one for openings.
const SLOTS: usize = 3;
/// The third.
const OPENING_OFFSET: u64 = 2 * SLOT_BYTES as u64;
/// What stands at the start of each slot.
const MAGIC: &[u8; 8] = b"ksanchr1";
/// Magic, number, length, SHA-256.
const HEADER_BYTES: usize = 8 + 8 + 8 + 32;

/// Where the slots lie. Not for other uses than anchors and their tests.
pub trait Slots: Send {
    /// All bytes.
    ///
    /// # Errors
    /// As the file system says; so with all of these.
    fn read(&mut self) -> io::Result<Vec<u8>>;
    /// Writes bytes at a place inside what was laid out.
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()>;
    /// Returns once all that was written is on the disk.
    fn sync(&mut self) -> io::Result<()>;
}

impl Slots for File {
    fn read(&mut self) -> io::Result<Vec<u8>> {
        let length = usize::try_from(self.metadata()?.len()).unwrap_or(usize::MAX);
        let mut bytes = vec![0; length.min(SLOTS * SLOT_BYTES)];
        self.read_exact_at(&mut bytes, 0)?;
        Ok(bytes)
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.write_all_at(bytes, offset)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }
}

/// The heads as the file has them.
#[derive(Debug, Clone, Default)]
struct State {
    /// Counts the writes; its parity says which of the two slots holds this state.
    number: u64,
    heads: BTreeMap<String, AnchoredHead>,
}

/// An anchor in one file, held by one process.
pub struct FileAnchor {
    place: String,
    held: Mutex<Held>,
}

struct Held {
    slots: Box<dyn Slots>,
    state: State,
    /// A write or sync has failed: what the file holds is not certain any more.
    broken: bool,
}

impl FileAnchor {
    /// Opens an anchor.
    ///
    /// # Errors
    /// [`AnchorError::Missing`], [`AnchorError::Locked`] if another process has it,
    /// [`AnchorError::Damaged`] if no slot is whole, [`AnchorError::Unreachable`] if what they hold
    /// cannot be written again.
    pub fn open(path: &Path) -> Result<Self, AnchorError> {
        let place = path.display().to_string();
        let opened = File::options().read(true).write(true).open(path);
        let file = match opened {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(AnchorError::Missing { place });
            }
            other => other.map_err(|source| unreachable_at(&place, source))?,
        };
        lock(&file, &place)?;
        Self::on_slots(place, Box::new(file))
    }

    /// Makes an empty anchor, readable by the node's user only.
    ///
    /// # Errors
    /// [`AnchorError::Exists`]; [`AnchorError::Unreachable`].
    pub fn create(path: &Path) -> Result<Self, AnchorError> {
        let place = path.display().to_string();
        let failed = |source| unreachable_at(&place, source);
        // Under another name until it is whole: a file cut off in the making is no anchor.
        let making = path.with_extension("anchor-new");
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&making)
            .map_err(failed)?;
        lock(&file, &place)?;
        // Whoever was cut off here may have linked the file already: it is the anchor then. Under
        // the lock nobody else is about to.
        if path.exists() {
            std::fs::remove_file(&making).map_err(failed)?;
            return Err(AnchorError::Exists { place });
        }
        lay_out(&mut file).map_err(failed)?;
        file.sync_all().map_err(failed)?;
        // Unlike a renaming, a link never takes the place of an anchor that is there.
        match std::fs::hard_link(&making, path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                std::fs::remove_file(&making).map_err(failed)?;
                return Err(AnchorError::Exists { place });
            }
            other => other.map_err(failed)?,
        }
        std::fs::remove_file(&making).map_err(failed)?;
        let directory = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        File::open(directory)
            .and_then(|directory| directory.sync_all())
            .map_err(failed)?;
        Self::on_slots(place, Box::new(file))
    }

    /// Opens the anchor of a database; makes it if the database has no entries yet, so that nothing
    /// can have been lost.
    ///
    /// # Errors
    /// As [`FileAnchor::open`] and [`FileAnchor::create`], and when the database cannot be read.
    pub fn beside(engine: &dyn Engine, path: &Path) -> Result<Self, StoreError> {
        let opened = match Self::open(path) {
            Err(AnchorError::Missing { place }) => {
                let logs = engine.reader()?.logs()?;
                match logs.iter().all(|log| log.size == 0) {
                    true => Self::create(path),
                    false => Err(AnchorError::Missing { place }),
                }
            }
            other => other,
        };
        opened.map_err(StoreError::Anchor)
    }

    /// An anchor on slots that are laid out.
    ///
    /// # Errors
    /// [`AnchorError::Damaged`] if no slot is whole; [`AnchorError::Unreachable`].
    pub fn on_slots(place: String, mut slots: Box<dyn Slots>) -> Result<Self, AnchorError> {
        let bytes = slots.read().map_err(|e| unreachable_at(&place, e))?;
        let newest = bytes
            .chunks(SLOT_BYTES)
            .take(SLOTS)
            .filter_map(|slot| Some((read_slot(slot)?, slot)))
            .max_by_key(|(state, _)| state.number);
        let (state, slot) = newest.ok_or_else(|| AnchorError::Damaged {
            place: place.clone(),
            what: "none of its slots is whole".to_owned(),
        })?;
        slots
            .write_at(OPENING_OFFSET, slot)
            .and_then(|()| slots.sync())
            .map_err(|e| unreachable_at(&place, e))?;
        Ok(Self {
            place,
            held: Mutex::new(Held {
                slots,
                state,
                broken: false,
            }),
        })
    }

    /// All heads on file, retired ones too, by origin.
    #[must_use]
    pub fn heads(&self) -> BTreeMap<String, AnchoredHead> {
        self.held().state.heads.clone()
    }

    /// A panic while the lock is held leaves the state as it was, or the anchor broken.
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Anchor for FileAnchor {
    fn place(&self) -> String {
        self.place.clone()
    }

    fn read(&self, origins: &[&str]) -> Result<Vec<Option<AnchoredHead>>, AnchorError> {
        let held = self.held();
        if held.broken {
            return Err(broken(&self.place));
        }
        Ok(origins
            .iter()
            .map(|origin| held.state.heads.get(*origin).copied())
            .collect())
    }

    fn swap(&self, moves: &[Move]) -> Result<Swap, AnchorError> {
        let mut held = self.held();
        if held.broken {
            return Err(broken(&self.place));
        }
        let standing: Vec<_> = moves
            .iter()
            .map(|wanted| held.state.heads.get(&wanted.origin).copied())
            .collect();
        if !may_move(moves, &standing) {
            return Ok(Swap::Refused(standing));
        }
        let mut next = held.state.clone();
        next.number += 1;
        for moved in moves {
            next.heads.insert(moved.origin.clone(), moved.to);
        }
        let slot = write_slot(&next).ok_or_else(|| AnchorError::Full {
            place: self.place.clone(),
        })?;
        held.broken = true;
        let written = held
            .slots
            .write_at(offset_of(&next), &slot)
            .and_then(|()| held.slots.sync());
        written.map_err(|e| unreachable_at(&self.place, e))?;
        held.broken = false;
        held.state = next;
        Ok(Swap::Done)
    }
}

/// Writes all slots in full length: the first an empty state, the others none yet.
///
/// # Errors
/// As the file system says.
pub fn lay_out(slots: &mut dyn Slots) -> io::Result<()> {
    slots.write_at(0, &vec![0; SLOTS * SLOT_BYTES])?;
    let empty = State::default();
    slots.write_at(offset_of(&empty), &write_slot(&empty).unwrap_or_default())?;
    slots.sync()
}

fn lock(file: &File, place: &str) -> Result<(), AnchorError> {
    match file.try_lock() {
        Ok(()) => Ok(()),
        Err(std::fs::TryLockError::WouldBlock) => Err(AnchorError::Locked {
            place: place.to_owned(),
        }),
        Err(std::fs::TryLockError::Error(source)) => Err(unreachable_at(place, source)),
    }
}

fn unreachable_at(place: &str, source: io::Error) -> AnchorError {
    AnchorError::Unreachable {
        place: place.to_owned(),
        source: Box::new(source),
    }
}

fn broken(place: &str) -> AnchorError {
    unreachable_at(
        place,
        io::Error::other("an earlier write failed; what the file holds is not certain"),
    )
}

fn offset_of(state: &State) -> u64 {
    (state.number % 2) * SLOT_BYTES as u64
}

/// The bytes of a slot; nothing if it has no room or an origin breaks the format.
fn write_slot(state: &State) -> Option<Vec<u8>> {
    let mut text = String::new();
    for (origin, head) in &state.heads {
        // A tab or newline cannot stand in an origin that is ever signed.
        if origin.contains(char::is_control) {
            return None;
        }
        text.push_str(&format!("{origin}\t{head}\n"));
    }
    let number = state.number.to_be_bytes();
    let length = (text.len() as u64).to_be_bytes();
    let sum = checksum(&number, &length, text.as_bytes());
    let slot = [&MAGIC[..], &number, &length, &sum, text.as_bytes()].concat();
    (slot.len() <= SLOT_BYTES).then_some(slot)
}

/// The state in a slot, if it is whole.
fn read_slot(slot: &[u8]) -> Option<State> {
    let (header, rest) = slot.split_at_checked(HEADER_BYTES)?;
    let (magic, header) = header.split_first_chunk::<8>()?;
    let (number, header) = header.split_first_chunk::<8>()?;
    let (length, sum) = header.split_first_chunk::<8>()?;
    let text = rest.get(..usize::try_from(u64::from_be_bytes(*length)).ok()?)?;
    if magic != MAGIC || checksum(number, length, text) != sum {
        return None;
    }
    let mut heads = BTreeMap::new();
    for line in std::str::from_utf8(text).ok()?.lines() {
        let (origin, head) = line.split_once('\t')?;
        heads.insert(origin.to_owned(), head.parse().ok()?);
    }
    Some(State {
        number: u64::from_be_bytes(*number),
        heads,
    })
}

fn checksum(number: &[u8; 8], length: &[u8; 8], text: &[u8]) -> [u8; 32] {
    sha256(&[&MAGIC[..], number, length, text].concat()).0
}
