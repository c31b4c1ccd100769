//! What can go wrong with a witness.

use std::io;
use std::path::PathBuf;

use journal::cosignature::MAX_NAME_BYTES;
use journal::log_key::LogKeyError;
use journal::note::NoteError;
use journal::witness::Refusal;

/// Whatever a [`crate::Custody`] has to say.
pub type CustodyError = Box<dyn std::error::Error + Send + Sync>;

/// Why a witness cannot be set up, opened or changed.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The directory already has a witness, or what is left of one.
    #[error("{0} already has a witness")]
    Present(PathBuf),
    /// The directory has no witness.
    #[error("{0} has no witness")]
    Absent(PathBuf),
    /// The key is there, the memory is not.
    #[error(
        "the memory of the witness in {0} is lost; it may have vouched for checkpoints that it no \
         longer knows, so its key must be retired and must never cosign again"
    )]
    StateLost(PathBuf),
    /// The memory is there, the key is not.
    #[error("the key of the witness in {0} is missing")]
    KeyLost(PathBuf),
    /// A file of the witness is not as this witness has written it.
    #[error(
        "{file} is damaged or contradicts the rest ({what}); the memory of the witness cannot be \
         relied on, so its key must be retired and must never cosign again"
    )]
    Contradiction {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        what: &'static str,
    },
    /// A file would become larger than it is read back.
    #[error("{file} would become larger than {limit} bytes")]
    TooLarge {
        /// The file.
        file: PathBuf,
        /// The most bytes that it may have.
        limit: u64,
    },
    /// Another process has the witness open.
    #[error("the witness in {0} is in use by another process")]
    InUse(PathBuf),
    /// A file cannot be read or written.
    #[error("cannot access {path}")]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// The key cannot be protected or revealed.
    #[error("the key of the witness is not accessible")]
    Custody(#[source] CustodyError),
    /// The operating system gives no random bytes.
    #[error("no random bytes for a key")]
    Random,
    /// The name is not one that a key may have.
    #[error("a witness cannot have this name")]
    Name(#[source] NoteError),
    /// The secret bytes are not those of a witness's keys.
    #[error("these are not the secret bytes of a witness")]
    Secret,
    /// The keys given for a log are not keys of one log.
    #[error("the log has no usable keys")]
    LogKeys(#[from] LogKeyError),
    /// A key given for a log is a key of the witness itself, whose cosignatures would then pass for the
    /// log's.
    #[error("log {0} is given with a key of this witness")]
    OwnKey(String),
    /// The origin is longer than a cosignature has room for.
    #[error("the log's origin has {0} bytes, and a cosignature has room for {MAX_NAME_BYTES}")]
    OriginTooLong(usize),
    /// There is no room for another log. Those that are followed no longer count as well, since what
    /// was seen of them stays.
    #[error("the witness follows or remembers too many logs or keys already")]
    TooManyLogs,
}

/// Why a request got no cosignature.
#[derive(Debug, thiserror::Error)]
pub enum NotCosigned {
    /// It must not have one.
    #[error("the checkpoint is refused")]
    Refused(#[from] Refusal),
    /// The clock shows a time before that of the last cosignature for this log. A cosignature says that
    /// its checkpoint is the largest *at that time*, so the times must not run backwards.
    #[error("the clock is {0} seconds behind the last cosignature for this log")]
    ClockBehind(u64),
    /// The memory could not be written. What is on the disk is unknown, so nothing is cosigned any more
    /// until the witness is opened anew.
    #[error("the witness cannot rely on its memory and has to be restarted")]
    Halted,
}
