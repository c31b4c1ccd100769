//! Files that are either as before or as they should be, and stay so when the power fails. Each kind
//! has a size up to which it is read, and none is written that could not be read back.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use crate::error::StateError;

pub(crate) fn failed(path: &Path) -> impl FnOnce(io::Error) -> StateError {
    let path = path.to_owned();
    move |source| StateError::Io { path, source }
}

/// Replaces `dir/name` as a whole: written beside it, synced, renamed, and the directory synced. Only
/// the owner may read it. More than `limit` bytes are not written: [`read`] would not take them back.
pub(crate) fn replace(
    dir: &Path,
    name: &str,
    content: &[u8],
    limit: u64,
) -> Result<(), StateError> {
    let (target, beside) = (dir.join(name), dir.join(format!("{name}.new")));
    if content.len() as u64 > limit {
        return Err(StateError::TooLarge {
            file: target,
            limit,
        });
    }
    let write = || {
        let mut file = private().truncate(true).open(&beside)?;
        file.write_all(content)?;
        file.sync_all()?;
        std::fs::rename(&beside, &target)?;
        sync_dir(dir)
    };
    write().map_err(failed(&target))
}

/// Options for a file that only its owner may read.
pub(crate) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes a directory that only its owner may enter, unless it is there, and syncs its parent.
pub(crate) fn make_dir(dir: &Path) -> Result<(), StateError> {
    let make = || {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(dir)?;
        match dir.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            Some(parent) => sync_dir(parent),
            None => Ok(()),
        }
    };
    make().map_err(failed(dir))
}

fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// The content of a file of at most `limit` bytes; nothing if there is no such file.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Option<Vec<u8>>, StateError> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(failed(path))?,
    };
    let mut content = Vec::new();
    let read = file.take(limit + 1).read_to_end(&mut content);
    if read.map_err(failed(path))? as u64 > limit {
        return Err(StateError::Contradiction {
            file: path.to_owned(),
            what: "too large",
        });
    }
    Ok(Some(content))
}
