//! Where bytes are gathered on this machine's disk until they are an object.
//!
//! `new/` holds what [`Incoming::receive`] is writing; whatever a crash leaves there is removed at
//! the next start. `announced/<scope>/<hash>-<size>` holds what a sender announced and is still
//! sending; that survives. The file's name and length are the whole state, so there is nothing that
//! could contradict them. While a call works on a file it holds the file's lock, which the system
//! gives back when the process ends.

use super::{ObjectError, from_hex, hex};
use journal::hash::Hash;
use sha2::{Digest as _, Sha256};
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes per read and write: large enough that calls do not count, small enough for many at once.
const CHUNK: usize = 128 * 1024;

/// What an announcement counts for at least, in bytes: the smallest file takes up a block, and
/// without this a quota would not bound the number of files.
const LEAST_COUNTED: u64 = 4096;

/// An object that a sender will send: who sends, which object, how long it is.
///
/// The scope keeps senders apart: none learns or disturbs what another has announced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announced {
    /// Who sends: a party id, say.
    pub scope: String,
    /// The SHA-256 of the whole.
    pub hash: Hash,
    /// The length of the whole in bytes.
    pub size: u64,
}

/// An announced object with what has come of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partial {
    /// What was announced.
    pub announced: Announced,
    /// How many bytes are there.
    pub received: u64,
}

/// Bytes that are whole, checked against their hash, and on the disk: an object but for its name.
#[derive(Debug)]
pub struct Arrived {
    path: PathBuf,
    // Holds the lock.
    file: File,
    hash: Hash,
    size: u64,
    // Whether nobody else would remove it: dropped without having been kept, it goes.
    passing: bool,
}

impl Arrived {
    /// The SHA-256 of the bytes.
    #[must_use]
    pub fn hash(&self) -> Hash {
        self.hash
    }

    /// Their number.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Where the bytes are.
    pub(super) fn path(&self) -> PathBuf {
        self.path.clone()
    }

    /// The bytes, from the first.
    pub(super) fn rewound(&mut self) -> Result<&mut File, ObjectError> {
        self.file.rewind().map_err(at(&self.path))?;
        Ok(&mut self.file)
    }

    pub(super) fn rename_to(mut self, target: &Path) -> Result<(), ObjectError> {
        fs::rename(&self.path, target).map_err(at(target))?;
        self.passing = false;
        Ok(())
    }

    pub(super) fn remove(mut self) -> Result<(), ObjectError> {
        self.passing = false;
        fs::remove_file(&self.path).map_err(at(&self.path))
    }
}

impl Drop for Arrived {
    fn drop(&mut self) {
        if self.passing {
            // If this fails, the next start removes it.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// The folder of what is on its way in.
#[derive(Debug)]
pub struct Incoming {
    new: PathBuf,
    announced: PathBuf,
    next: AtomicU64,
}

impl Incoming {
    /// Opens the folder, makes it if it is not there, and clears what a crash left half written.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub fn open(folder: &Path) -> Result<Self, ObjectError> {
        let incoming = Self {
            new: folder.join("new"),
            announced: folder.join("announced"),
            next: AtomicU64::new(0),
        };
        if let Some(parent) = folder.parent() {
            make_directory(parent)?;
        }
        make_directory(folder)?;
        make_directory(&incoming.new)?;
        make_directory(&incoming.announced)?;
        incoming.clear_new()?;
        Ok(incoming)
    }

    fn clear_new(&self) -> Result<(), ObjectError> {
        for path in files_in(&self.new)? {
            // A file whose lock is held is being written by another process.
            let abandoned = File::open(&path).is_ok_and(|file| file.try_lock().is_ok());
            if abandoned {
                fs::remove_file(&path).map_err(at(&path))?;
            }
        }
        Ok(())
    }

    /// Takes what `reader` gives, at most `limit` bytes, to the disk.
    ///
    /// # Errors
    /// [`ObjectError::TooLarge`], [`ObjectError::Cut`], or when it cannot be written. Nothing is
    /// left behind.
    pub fn receive(&self, reader: &mut dyn Read, limit: u64) -> Result<Arrived, ObjectError> {
        let (path, file) = self.new_file()?;
        // From here on the file goes when this is dropped.
        let mut arrived = Arrived {
            path,
            file,
            hash: Hash([0; 32]),
            size: 0,
            passing: true,
        };
        let mut hasher = Sha256::new();
        let copied = copy(reader, limit, &mut |bytes| {
            hasher.update(bytes);
            arrived.file.write_all(bytes)
        });
        arrived.size = copied.map_err(|stop| stop.into_error(0, limit, &arrived.path))?;
        arrived.hash = Hash(hasher.finalize().into());
        arrived.file.sync_all().map_err(at(&arrived.path))?;
        Ok(arrived)
    }

    /// A new file of ours alone. The names of other processes' files are passed over.
    fn new_file(&self) -> Result<(PathBuf, File), ObjectError> {
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let path = self.new.join(format!("{}-{number}", std::process::id()));
            match private().create_new(true).open(&path) {
                Ok(file) if file.try_lock().is_ok() => return Ok((path, file)),
                Ok(_) => {}
                Err(e) if e.kind() == ErrorKind::AlreadyExists => {}
                Err(e) => return Err(at(&path)(e)),
            }
        }
    }

    /// Announces an object and tells how much of it is there.
    ///
    /// The sizes of all that the scope has announced, this one included, may be `quota` together:
    /// so the room for what was announced is there when it comes.
    ///
    /// # Errors
    /// [`ObjectError::OverQuota`], [`ObjectError::BadScope`], or when it cannot be written.
    pub fn announce(&self, announced: &Announced, quota: u64) -> Result<u64, ObjectError> {
        let path = self.path(announced)?;
        let directory = self.announced.join(&announced.scope);
        make_directory(&directory)?;
        // Held while counting, so that two announcements at once do not both find room.
        let lock = File::open(&directory).map_err(at(&directory))?;
        lock.lock().map_err(at(&directory))?;
        if let Ok(metadata) = fs::metadata(&path) {
            return Ok(metadata.len());
        }
        let open = self.partials(&announced.scope)?;
        let sum = open
            .iter()
            .map(|partial| &partial.announced)
            .chain([announced])
            .map(|each| each.size.max(LEAST_COUNTED))
            .fold(0, u64::saturating_add);
        if sum > quota {
            return Err(ObjectError::OverQuota {
                scope: announced.scope.clone(),
                quota,
            });
        }
        private().create_new(true).open(&path).map_err(at(&path))?;
        sync_directory(&directory)?;
        Ok(0)
    }

    /// What a scope has announced that is not complete, so that the caller can discard what it no
    /// longer expects.
    ///
    /// # Errors
    /// [`ObjectError::BadScope`], or when it cannot be read.
    pub fn partials(&self, scope: &str) -> Result<Vec<Partial>, ObjectError> {
        let directory = self.announced.join(checked(scope)?);
        let mut found = Vec::new();
        for path in files_in(&directory)? {
            let named = path.file_name().and_then(|name| name.to_str());
            let Some((hash, size)) = named.and_then(|name| name.split_once('-')) else {
                continue;
            };
            let (Some(hash), Ok(size)) = (from_hex(hash), size.parse()) else {
                continue;
            };
            // Gone meanwhile: completed or discarded by another call.
            let Ok(metadata) = fs::metadata(&path) else {
                continue;
            };
            found.push(Partial {
                announced: Announced {
                    scope: scope.to_owned(),
                    hash,
                    size,
                },
                received: metadata.len(),
            });
        }
        Ok(found)
    }

    /// Continues an announced object; see [`Objects::append`](super::Objects::append).
    ///
    /// # Errors
    /// As there.
    pub fn append(
        &self,
        announced: &Announced,
        offset: u64,
        reader: &mut dyn Read,
    ) -> Result<u64, ObjectError> {
        let (path, mut file) = self.locked(announced)?;
        let received = file.metadata().map_err(at(&path))?.len();
        if offset != received {
            return Err(ObjectError::WrongOffset { received });
        }
        file.seek(SeekFrom::End(0)).map_err(at(&path))?;
        let room = announced.size.saturating_sub(received);
        let copied = copy(reader, room, &mut |bytes| file.write_all(bytes));
        if let Err(source) = file.sync_all() {
            // After a failed sync nobody knows which bytes are on the disk, and no later sync
            // tells: the sender starts anew.
            let _ = fs::remove_file(&path);
            return Err(at(&path)(source));
        }
        let there = file.metadata().map_err(at(&path))?.len();
        copied.map_err(|stop| stop.into_error(there, announced.size, &path))?;
        Ok(there)
    }

    /// Checks an announced object that has come. A wrong one is deleted.
    ///
    /// # Errors
    /// [`ObjectError::Mismatch`], [`ObjectError::Incomplete`], [`ObjectError::Busy`],
    /// [`ObjectError::NotAnnounced`], or when it cannot be read.
    pub fn arrived(&self, announced: &Announced) -> Result<Arrived, ObjectError> {
        let (path, mut file) = self.locked(announced)?;
        let received = file.metadata().map_err(at(&path))?.len();
        if received < announced.size {
            return Err(ObjectError::Incomplete {
                hash: announced.hash,
                received,
                size: announced.size,
            });
        }
        let mut hasher = Sha256::new();
        let hashed = copy(&mut file, u64::MAX, &mut |bytes| {
            hasher.update(bytes);
            Ok(())
        });
        hashed.map_err(|stop| stop.into_error(received, u64::MAX, &path))?;
        let found = Hash(hasher.finalize().into());
        if found != announced.hash {
            fs::remove_file(&path).map_err(at(&path))?;
            return Err(ObjectError::Mismatch {
                expected: announced.hash,
                found,
            });
        }
        Ok(Arrived {
            path,
            file,
            hash: found,
            size: received,
            // Should keeping it fail, it is still there to be tried again.
            passing: false,
        })
    }

    /// Forgets an announced object.
    ///
    /// # Errors
    /// [`ObjectError::Busy`], [`ObjectError::BadScope`], or when it cannot be removed.
    pub fn discard(&self, announced: &Announced) -> Result<(), ObjectError> {
        match self.locked(announced) {
            Ok((path, _file)) => fs::remove_file(&path).map_err(at(&path)),
            Err(ObjectError::NotAnnounced { .. }) => Ok(()),
            Err(e) => Err(e),
        }
    }

    fn path(&self, announced: &Announced) -> Result<PathBuf, ObjectError> {
        let name = format!("{}-{}", hex(&announced.hash), announced.size);
        Ok(self.announced.join(checked(&announced.scope)?).join(name))
    }

    fn locked(&self, announced: &Announced) -> Result<(PathBuf, File), ObjectError> {
        let path = self.path(announced)?;
        let hash = announced.hash;
        let file = match private().open(&path) {
            Ok(file) => file,
            Err(e) if e.kind() == ErrorKind::NotFound => {
                return Err(ObjectError::NotAnnounced { hash });
            }
            Err(e) => return Err(at(&path)(e)),
        };
        match file.try_lock() {
            Ok(()) if is_still(&file, &path) => Ok((path, file)),
            Ok(()) => Err(ObjectError::NotAnnounced { hash }),
            Err(TryLockError::WouldBlock) => Err(ObjectError::Busy { hash }),
            Err(TryLockError::Error(e)) => Err(at(&path)(e)),
        }
    }
}

/// Whether the name still leads to this file: it may have been completed or discarded between being
/// opened and being locked, and a completed object must not be written to.
fn is_still(file: &File, path: &Path) -> bool {
    match (file.metadata(), fs::metadata(path)) {
        (Ok(held), Ok(named)) => (held.dev(), held.ino()) == (named.dev(), named.ino()),
        _ => false,
    }
}

/// A scope that is safe as the name of a directory.
fn checked(scope: &str) -> Result<&str, ObjectError> {
    let fits = (1..=64).contains(&scope.len())
        && scope
            .bytes()
            .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    if fits {
        Ok(scope)
    } else {
        Err(ObjectError::BadScope(scope.to_owned()))
    }
}

/// Why a copy ended before its reader did.
enum Stop {
    TooLarge,
    Reading(io::Error),
    Writing(io::Error),
}

impl Stop {
    fn into_error(self, received: u64, limit: u64, path: &Path) -> ObjectError {
        match self {
            Self::TooLarge => ObjectError::TooLarge { limit },
            Self::Reading(source) => ObjectError::Cut { received, source },
            Self::Writing(source) => at(path)(source),
        }
    }
}

/// Copies to the reader's end and tells how many bytes that were; takes at most `limit`.
fn copy(
    reader: &mut dyn Read,
    limit: u64,
    write: &mut dyn FnMut(&[u8]) -> io::Result<()>,
) -> Result<u64, Stop> {
    let mut buffer = vec![0; CHUNK];
    let mut copied = 0_u64;
    loop {
        let read = match reader.read(&mut buffer) {
            Ok(0) => return Ok(copied),
            Ok(read) => read,
            Err(e) if e.kind() == ErrorKind::Interrupted => continue,
            Err(e) => return Err(Stop::Reading(e)),
        };
        let new = buffer.get(..read).unwrap_or_default();
        // What is beyond the limit is refused; what is within it counts.
        let within = usize::try_from(limit - copied).map_or(read, |room| room.min(read));
        let (taken, beyond) = new.split_at(within);
        write(taken).map_err(Stop::Writing)?;
        copied += taken.len() as u64;
        if !beyond.is_empty() {
            return Err(Stop::TooLarge);
        }
    }
}

/// Names the file in an error.
pub(super) fn at(path: &Path) -> impl FnOnce(io::Error) -> ObjectError + use<> {
    let path = path.display().to_string();
    move |source| ObjectError::File { path, source }
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).mode(0o600);
    options
}

/// Makes a directory that only its owner may enter, durably; its parent must exist.
pub(super) fn make_directory(path: &Path) -> Result<(), ObjectError> {
    if let Err(e) = DirBuilder::new().mode(0o700).create(path)
        && !path.is_dir()
    {
        return Err(at(path)(e));
    }
    // Also if it was there: whoever made it may not have come to this yet.
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => sync_directory(parent),
        _ => Ok(()),
    }
}

/// A name is durable only when its directory is.
pub(super) fn sync_directory(path: &Path) -> Result<(), ObjectError> {
    File::open(path)
        .and_then(|directory| directory.sync_all())
        .map_err(at(path))
}

fn files_in(directory: &Path) -> Result<Vec<PathBuf>, ObjectError> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(at(directory)(e)),
    };
    entries
        .map(|entry| entry.map(|entry| entry.path()).map_err(at(directory)))
        .collect()
}
