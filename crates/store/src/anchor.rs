//! The anchor: the heads of the logs, kept outside the database, moved by compare-and-swap only.
//!
//! A database alone cannot know that it has been set back: an older copy, or a standby that lost
//! rows other readers had already seen, looks whole. Whoever went on signing over it would fork the
//! log. So every head is put into the anchor before it is signed, and a database that does not
//! contain the anchored head is opened for reading only.
//!
//! Heads stand under the log's *origin*, not its name: when a log goes on in a new epoch it has a
//! new origin, and the last head of the old one stays on file, retired, for ever.

pub mod etcd;
mod file;

pub use file::{FileAnchor, Slots, lay_out};

use journal::edge::MAX_SIZE;
use journal::hash::Hash;
use std::fmt;
use std::str::FromStr;

/// A head as it stands in the anchor.
///
/// As text it is `<size> <root>` or `<size> <root> retired`: size in decimal, root in base64. Every
/// anchor that stores text stores this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnchoredHead {
    /// Number of entries.
    pub size: u64,
    /// Root over them.
    pub root: Hash,
    /// Whether the log goes on under another origin, so that nothing is ever signed under this one.
    pub retired: bool,
}

impl fmt::Display for AnchoredHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let retired = if self.retired { " retired" } else { "" };
        write!(f, "{} {}{retired}", self.size, self.root)
    }
}

/// A text that is not an [`AnchoredHead`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an anchored head")]
pub struct AnchoredHeadParseError;

impl FromStr for AnchoredHead {
    type Err = AnchoredHeadParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (head, retired) = match text.strip_suffix(" retired") {
            Some(head) => (head, true),
            None => (text, false),
        };
        let parsed = head.split_once(' ').and_then(|(size, root)| {
            let size: u64 = size.parse().ok().filter(|size| *size <= MAX_SIZE)?;
            let root = root.parse().ok()?;
            Some(Self {
                size,
                root,
                retired,
            })
        });
        parsed
            .filter(|head| head.to_string() == text)
            .ok_or(AnchoredHeadParseError)
    }
}

/// One head to be moved: only if `from` still stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// The log's origin line.
    pub origin: String,
    /// What must stand there; `None` if nothing.
    pub from: Option<AnchoredHead>,
    /// What is to stand there.
    pub to: AnchoredHead,
}

/// What became of a swap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Swap {
    /// All heads were moved, durably.
    Done,
    /// None was moved: at least one was not as expected. What stands there, in the order of the
    /// moves.
    Refused(Vec<Option<AnchoredHead>>),
}

/// Why the anchor could not be read or moved. Whether a swap that failed took place is not known.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnchorError {
    /// There is no anchor where one must be.
    #[error(
        "there is no anchor at {place}; bring it back if it was lost, or have this database adopted by a new one"
    )]
    Missing {
        /// Where it should be.
        place: String,
    },
    /// There is an anchor where a new one was to be made.
    #[error("there is an anchor at {place} already")]
    Exists {
        /// Where it is.
        place: String,
    },
    /// Another process holds the anchor.
    #[error("the anchor {place} is in use by another process")]
    Locked {
        /// Which anchor.
        place: String,
    },
    /// What is stored is not an anchor.
    #[error("the anchor {place} is damaged: {what}")]
    Damaged {
        /// Which anchor.
        place: String,
        /// What contradicts what.
        what: String,
    },
    /// More heads than the anchor has room for.
    #[error("the anchor {place} has no room for another log")]
    Full {
        /// Which anchor.
        place: String,
    },
    /// The anchor could not be reached, read or written.
    #[error("cannot use the anchor {place}")]
    Unreachable {
        /// Which anchor.
        place: String,
        /// The cause.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Where heads stand outside the database. All calls block; deadlines are the anchor's own.
pub trait Anchor: Send + Sync {
    /// Names the anchor for an operator: a path, or the addresses and prefix.
    fn place(&self) -> String;

    /// What stands under each origin, in their order; `None` where there is nothing. Read from where
    /// the anchor is kept, linearizably: never from a cache that another node's swap passes by.
    ///
    /// # Errors
    /// [`AnchorError`].
    fn read(&self, origins: &[&str]) -> Result<Vec<Option<AnchoredHead>>, AnchorError>;

    /// Moves all heads in one atomic step, or none. Durable when it returns [`Swap::Done`]. A
    /// retired head is moved by nobody: such a move is refused whatever `from` says.
    ///
    /// # Errors
    /// [`AnchorError`]: it is then not known whether the heads were moved.
    fn swap(&self, moves: &[Move]) -> Result<Swap, AnchorError>;
}

/// Applies moves to what stands, as every anchor must: all or none, and never back to a smaller head
/// or aside to another of the same size.
///
/// `standing` is what is on file for each move, in their order. Returns whether they may be made.
#[must_use]
pub fn may_move(moves: &[Move], standing: &[Option<AnchoredHead>]) -> bool {
    moves.len() == standing.len()
        && moves.iter().zip(standing).all(|(wanted, stands)| {
            wanted.from == *stands
                && stands.is_none_or(|head| {
                    !head.retired
                        && (head.size < wanted.to.size
                            || (head.size, head.root) == (wanted.to.size, wanted.to.root))
                })
        })
}
