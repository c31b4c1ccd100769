//! The disk.

use crate::anchor::{AnchorError, FileAnchor, Slots, lay_out};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What befalls an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The machine stops in the middle of it. Nothing works until [`Disk::restart`].
    Crash,
    /// There is no room (ENOSPC): half of a write is done.
    NoSpace,
    /// The disk fails (EIO): nothing is done. What a sync should have made durable is shown until
    /// the machine restarts, and by no later sync made durable: so it is where the system drops what
    /// it could not write.
    Io,
}

/// What becomes of writes that were not synced when the machine stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// All of them reached the disk.
    None,
    /// None of them did.
    All,
    /// Each by chance did, did not, or did in part. The same number gives the same chance.
    Torn(u64),
}

/// A disk with files. Clones are the same disk.
#[derive(Clone, Default)]
pub struct Disk(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    files: BTreeMap<&'static str, Contents>,
    operations: u64,
    fault: Option<(u64, Fault)>,
    stopped: bool,
    lies: BTreeSet<&'static str>,
}

#[derive(Default)]
struct Contents {
    durable: Vec<u8>,
    /// What readers see.
    shown: Vec<u8>,
    /// Written since the last sync: place and bytes.
    pending: Vec<(usize, Vec<u8>)>,
}

impl Contents {
    /// A file all of which is on the disk.
    fn durable(bytes: Vec<u8>) -> Self {
        Self {
            shown: bytes.clone(),
            durable: bytes,
            pending: Vec::new(),
        }
    }
}

fn overwrite(bytes: &mut Vec<u8>, offset: usize, written: &[u8]) {
    let end = offset + written.len();
    if bytes.len() < end {
        bytes.resize(end, 0);
    }
    if let Some(place) = bytes.get_mut(offset..end) {
        place.copy_from_slice(written);
    }
}

impl Disk {
    /// An empty disk.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many writes and syncs there have been.
    #[must_use]
    pub fn operations(&self) -> u64 {
        self.state().operations
    }

    /// Lets the operation with this number (from 0) fail, and no other.
    pub fn fail_at(&self, operation: u64, fault: Fault) {
        self.state().fault = Some((operation, fault));
    }

    /// A mutant: syncs of this file return without doing anything.
    pub fn skip_syncs_of(&self, file: &'static str) {
        self.state().lies.insert(file);
    }

    /// Starts the machine again after a crash, or pulls its plug where it still ran.
    pub fn restart(&self, loss: Loss) {
        let mut state = self.state();
        state.stopped = false;
        state.fault = None;
        let mut chance = Chance(match loss {
            Loss::Torn(seed) => seed,
            Loss::None | Loss::All => 0,
        });
        for file in state.files.values_mut() {
            for (offset, mut written) in std::mem::take(&mut file.pending) {
                let kept = match (loss, chance.next() % 3) {
                    (Loss::None, _) | (Loss::Torn(_), 0) => written.len(),
                    (Loss::All, _) | (Loss::Torn(_), 1) => 0,
                    (Loss::Torn(_), _) => chance.next() as usize % (written.len() + 1),
                };
                written.truncate(kept);
                if kept > 0 {
                    overwrite(&mut file.durable, offset, &written);
                }
            }
            file.shown.clone_from(&file.durable);
        }
    }

    /// A copy of what readers see now, as a backup takes it.
    #[must_use]
    pub fn copy(&self) -> Self {
        self.copy_of(|file| &file.shown)
    }

    /// A copy of what is durable now, whatever readers see.
    #[must_use]
    pub fn copy_of_durable(&self) -> Self {
        self.copy_of(|file| &file.durable)
    }

    fn copy_of(&self, bytes: impl Fn(&Contents) -> &Vec<u8>) -> Self {
        let copy = Self::new();
        let state = self.state();
        copy.state().lies.clone_from(&state.lies);
        for (name, file) in &state.files {
            let contents = Contents::durable(bytes(file).clone());
            copy.state().files.insert(name, contents);
        }
        copy
    }

    /// Puts back one file as it is in a copy: a restored backup.
    pub fn restore(&self, from: &Self, file: &'static str) {
        let contents = Contents::durable(from.read(file));
        self.state().files.insert(file, contents);
    }

    /// The bytes of a file; none where there is none.
    #[must_use]
    pub fn read(&self, file: &'static str) -> Vec<u8> {
        self.state()
            .files
            .get(file)
            .map(|contents| contents.shown.clone())
            .unwrap_or_default()
    }

    /// Writes bytes, which are durable only after a sync.
    ///
    /// # Errors
    /// The fault that was ordered, and every operation after a crash.
    pub fn write(&self, file: &'static str, offset: usize, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.state();
        let fault = state.operation()?;
        let reached = match fault {
            None | Some(Fault::Crash) => bytes,
            Some(Fault::NoSpace) => bytes.get(..bytes.len() / 2).unwrap_or_default(),
            Some(Fault::Io) => &[],
        };
        let contents = state.files.entry(file).or_default();
        if !reached.is_empty() {
            overwrite(&mut contents.shown, offset, reached);
            contents.pending.push((offset, reached.to_vec()));
        }
        fault.map_or(Ok(()), |fault| Err(fault.error()))
    }

    /// Makes all that was written to a file durable.
    ///
    /// # Errors
    /// As [`Disk::write`].
    pub fn sync(&self, file: &'static str) -> io::Result<()> {
        let mut state = self.state();
        if let Some(fault) = state.operation()? {
            if fault == Fault::Io
                && let Some(contents) = state.files.get_mut(file)
            {
                contents.pending.clear();
            }
            return Err(fault.error());
        }
        if state.lies.contains(file) {
            return Ok(());
        }
        let contents = state.files.entry(file).or_default();
        for (offset, written) in std::mem::take(&mut contents.pending) {
            overwrite(&mut contents.durable, offset, &written);
        }
        Ok(())
    }

    /// The anchor in the file `anchor`, which is laid out if it is not there.
    ///
    /// # Errors
    /// As [`FileAnchor::on_slots`].
    pub fn anchor(&self) -> Result<FileAnchor, AnchorError> {
        let mut slots = AnchorFile(self.clone());
        if self.read(AnchorFile::NAME).is_empty() {
            lay_out(&mut slots).map_err(|source| AnchorError::Unreachable {
                place: AnchorFile::NAME.to_owned(),
                source: Box::new(source),
            })?;
        }
        FileAnchor::on_slots(AnchorFile::NAME.to_owned(), Box::new(slots))
    }
}

impl State {
    fn operation(&mut self) -> io::Result<Option<Fault>> {
        if self.stopped {
            return Err(Fault::Crash.error());
        }
        let number = self.operations;
        self.operations += 1;
        let fault = self
            .fault
            .filter(|(at, _)| *at == number)
            .map(|(_, fault)| fault);
        self.stopped = fault == Some(Fault::Crash);
        Ok(fault)
    }
}

impl Fault {
    fn error(self) -> io::Error {
        match self {
            Self::Crash => io::Error::other("the machine has stopped"),
            Self::NoSpace => io::ErrorKind::StorageFull.into(),
            Self::Io => io::Error::other("the disk has failed"),
        }
    }
}

/// The anchor's slots on the disk.
struct AnchorFile(Disk);

impl AnchorFile {
    const NAME: &'static str = "anchor";
}

impl Slots for AnchorFile {
    fn read(&mut self) -> io::Result<Vec<u8>> {
        Ok(self.0.read(Self::NAME))
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let offset = usize::try_from(offset).map_err(io::Error::other)?;
        self.0.write(Self::NAME, offset, bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.0.sync(Self::NAME)
    }
}

/// Chance that repeats (SplitMix64).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
