//! Objects as files in a folder.
//!
//! `objects/ab/cd/abcd…` under the folder, readable by its owner only. A file gets its name only
//! when it is whole and on the disk, so a crash leaves nothing that looks like an object and is none.

use super::incoming::{Arrived, Incoming, at, make_directory, sync_directory};
use super::verified::Verified;
use super::{Listed, ObjectError, Objects, from_hex, hex};
use journal::hash::Hash;
use std::fs::{self, File, Metadata};
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// An object store in one folder of this machine. Several processes may use it at once.
pub struct Folder {
    objects: PathBuf,
    incoming: Incoming,
}

impl Folder {
    /// Opens the store in `folder`, which is made if it is not there.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub fn open(folder: &Path) -> Result<Self, ObjectError> {
        let objects = folder.join("objects");
        // On one file system, because an object gets its name by being renamed.
        let incoming = Incoming::open(&folder.join("incoming"))?;
        make_directory(&objects)?;
        Ok(Self { objects, incoming })
    }

    fn directories(&self, hash: &Hash) -> (PathBuf, PathBuf) {
        let name = hex(hash);
        let outer = self.objects.join(name.get(..2).unwrap_or_default());
        let inner = outer.join(name.get(2..4).unwrap_or_default());
        (outer, inner)
    }

    fn path(&self, hash: &Hash) -> PathBuf {
        self.directories(hash).1.join(hex(hash))
    }

    fn metadata(&self, hash: &Hash) -> Result<Option<Metadata>, ObjectError> {
        let path = self.path(hash);
        match fs::metadata(&path) {
            Ok(metadata) => Ok(Some(metadata)),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(at(&path)(e)),
        }
    }

    fn file(&self, hash: &Hash) -> Result<Option<File>, ObjectError> {
        let path = self.path(hash);
        match File::open(&path) {
            Ok(file) => Ok(Some(file)),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(at(&path)(e)),
        }
    }
}

impl Objects for Folder {
    fn incoming(&self) -> &Incoming {
        &self.incoming
    }

    fn keep(&self, arrived: Arrived) -> Result<(), ObjectError> {
        let (outer, inner) = self.directories(&arrived.hash());
        make_directory(&outer)?;
        make_directory(&inner)?;
        // Also over an object that is there already: should that one be damaged, it is mended.
        let path = self.path(&arrived.hash());
        arrived.rename_to(&path)?;
        sync_directory(&inner)
    }

    fn open(&self, hash: &Hash) -> Result<Option<Box<dyn Read + Send>>, ObjectError> {
        Ok(self
            .file(hash)?
            .map(|file| Box::new(Verified::new(file, *hash)) as Box<dyn Read + Send>))
    }

    fn open_at(
        &self,
        hash: &Hash,
        offset: u64,
    ) -> Result<Option<Box<dyn Read + Send>>, ObjectError> {
        let Some(mut file) = self.file(hash)? else {
            return Ok(None);
        };
        let length = file.metadata().map_err(at(&self.path(hash)))?.len();
        file.seek(SeekFrom::Start(offset.min(length)))
            .map_err(at(&self.path(hash)))?;
        Ok(Some(Box::new(file)))
    }

    fn size(&self, hash: &Hash) -> Result<Option<u64>, ObjectError> {
        Ok(self.metadata(hash)?.map(|metadata| metadata.len()))
    }

    fn since_ms(&self, hash: &Hash) -> Result<Option<i64>, ObjectError> {
        // The change of the inode, not of the bytes: an object gets its name after its bytes came.
        let since = |changed: Metadata| changed.ctime() * 1000 + changed.ctime_nsec() / 1_000_000;
        Ok(self.metadata(hash)?.map(since))
    }

    fn remove(&self, hash: &Hash) -> Result<(), ObjectError> {
        let path = self.path(hash);
        match fs::remove_file(&path) {
            Ok(()) => sync_directory(&self.directories(hash).1),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(()),
            Err(e) => Err(at(&path)(e)),
        }
    }

    fn list(&self) -> Result<Vec<Listed>, ObjectError> {
        let mut found = Vec::new();
        for outer in directories_in(&self.objects)? {
            for inner in directories_in(&outer)? {
                for entry in fs::read_dir(&inner).map_err(at(&inner))? {
                    let entry = entry.map_err(at(&inner))?;
                    let named = entry.file_name().to_str().and_then(from_hex);
                    let Some(hash) = named.filter(|hash| self.path(hash) == entry.path()) else {
                        continue;
                    };
                    let size = entry.metadata().map_err(at(&entry.path()))?.len();
                    found.push(Listed { hash, size });
                }
            }
        }
        found.sort_unstable();
        Ok(found)
    }
}

fn directories_in(path: &Path) -> Result<Vec<PathBuf>, ObjectError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(path).map_err(at(path))? {
        let entry = entry.map_err(at(path))?;
        if entry.file_type().map_err(at(path))?.is_dir() {
            found.push(entry.path());
        }
    }
    Ok(found)
}
