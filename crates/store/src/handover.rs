//! Handing a node's logs over to another database and another anchor, so that at no moment both
//! databases may sign.
//!
//! 1. The copy is made and recomputed. The new anchor has no head of it, so nobody signs over it.
//! 2. While the writers of the old database are locked out: nothing was written to it since.
//! 3. All its heads are retired in the old anchor, in one move, which also writes down where they
//!    went. From here on nobody signs.
//! 4. The heads are put into the new anchor. From here on the copy signs.
//!
//! Cut off anywhere and called again, it goes on from there, and to no other place: of several copies
//! that were begun only the one that was written down can be the next.
//!
//! Where old and new database are held against the same anchor, steps 3 and 4 are not needed: whoever
//! signs first is the one that goes on, and the other lacks an anchored head from then on.

use crate::anchor::{Anchor, AnchoredHead, Move, Swap};
use crate::database::StoreError;
use crate::dump::{self, DumpError, Dumped};
use crate::engine::{Engine, LogRow, Rows};
use crate::opening::head_of;
use crate::publisher::check_anchored;
use crate::store::Store;
use crate::{epoch, fsck};
use journal::hash::empty_root;
use std::io::{PipeWriter, pipe, sink};
use std::sync::Arc;

/// Why a node was not handed over.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HandoverError {
    /// Nothing was ever signed here, so nothing could be retired: a node begins at its new place.
    #[error("the database has no entries; begin with an empty one at the new place instead")]
    Empty,
    /// A database that was left behind must not become one that signs by being moved on.
    #[error(
        "log {log} has moved on already: its head is retired in {place}, and not for this new place"
    )]
    MovedOn {
        /// The log.
        log: String,
        /// The old anchor.
        place: String,
    },
    /// A retired head never comes back, and a head that is in use belongs to somebody.
    #[error(
        "{place} has a head of log {log} already: the log was moved away from there, or it is the anchor that it has now; name another anchor, or name the present one as it is named now"
    )]
    Taken {
        /// The log.
        log: String,
        /// The new anchor.
        place: String,
    },
    /// The copy is not what the old database is.
    #[error(
        "{place} holds something else than the database that is moved; if a node has written meanwhile, stop it and begin again with an empty place"
    )]
    Different {
        /// The new database.
        place: String,
    },
    /// Somebody moves the heads that are to be retired.
    #[error("another process moves the heads in {place}; is a node running?")]
    Running {
        /// The old anchor.
        place: String,
    },
    /// A thread has panicked.
    #[error("the dump has ended in a panic")]
    Panicked,
    /// A database or anchor failed, or the old database does not contain what it has signed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The copy could not be made.
    #[error(transparent)]
    Dump(#[from] DumpError),
}

/// From where a node moves, and where to.
pub struct Handover {
    /// The database that the node has.
    pub source: Arc<dyn Engine>,
    /// Its anchor.
    pub old_anchor: Arc<dyn Anchor>,
    /// The database that it is to have: empty, or filled by a call that was cut off.
    pub target: Arc<dyn Engine>,
    /// Names that database for people, and in the old anchor: the same at each call.
    pub place: String,
    /// The anchor of the new database; none where it stays the old one.
    pub new_anchor: Option<Arc<dyn Anchor>>,
}

impl Handover {
    /// Makes the copy and recomputes it. Nothing else changes: the node may still go on where it is.
    ///
    /// # Errors
    /// [`HandoverError`]; [`StoreError::ReadOnly`] if the database does not contain the head in its
    /// anchor; [`StoreError::Damaged`] if the copy is not whole.
    pub fn copy(&self) -> Result<(), HandoverError> {
        let mut rows = self.source.reader()?;
        let logs = rows.logs()?;
        let handed = self.check_source(rows.as_mut(), &logs)?;
        drop(rows);
        self.check_new_anchor(&logs, handed)?;
        if self.target.reader()?.logs()?.is_empty() {
            self.load()?;
        }
        fsck::check(&Store::reader(self.target.clone()), &mut |_, _| {})?;
        Ok(())
    }

    /// Hands the node over to the copy. Gives what is there, the same as in the old database.
    ///
    /// # Errors
    /// As [`Handover::copy`].
    pub fn finish(&self) -> Result<Dumped, HandoverError> {
        let copied = dump::dump(self.target.snapshot()?.as_mut(), &mut sink())?;
        let mut connection = self.source.writer()?;
        // Held until the heads are retired: no node writes to the old database meanwhile.
        let mut locked = connection.begin()?;
        let logs = locked.logs()?;
        let handed = self.check_source(locked.as_mut(), &logs)?;
        if dump::dump(locked.as_mut(), &mut sink())? != copied {
            let place = self.place.clone();
            return Err(HandoverError::Different { place });
        }
        self.check_new_anchor(&logs, handed)?;
        if let Some(new_anchor) = &self.new_anchor {
            if !handed {
                self.retire(&logs)?;
            }
            drop(locked);
            epoch::adopt(self.target.as_ref(), new_anchor.as_ref())?;
        }
        Ok(copied)
    }

    /// The key in the old anchor that says where the logs went.
    fn forwarding(&self) -> Option<String> {
        let anchor = self.new_anchor.as_ref()?.place();
        Some(format!("moved to {}, {anchor}", self.place))
    }

    /// Whether the old database may be moved: it contains the heads in its anchor, and they are not
    /// retired, or retired for this very move. Then this is true.
    fn check_source(&self, rows: &mut dyn Rows, logs: &[LogRow]) -> Result<bool, HandoverError> {
        if logs.iter().all(|log| log.size == 0) {
            return Err(HandoverError::Empty);
        }
        let handed = match self.forwarding() {
            Some(forwarding) => self
                .old_anchor
                .read(&[&forwarding])
                .map_err(StoreError::Anchor)?
                .iter()
                .any(Option::is_some),
            None => false,
        };
        let anchor = self.old_anchor.as_ref();
        for (log, stands) in logs.iter().zip(standing(anchor, logs)?) {
            if !handed && stands.is_some_and(|head| head.retired) {
                return Err(HandoverError::MovedOn {
                    log: log.log.clone(),
                    place: anchor.place(),
                });
            }
            let stands = stands.map(|head| AnchoredHead {
                retired: false,
                ..head
            });
            check_anchored(rows, &log.log, &log.origin, stands, head_of(log), anchor)?;
        }
        Ok(handed)
    }

    /// The new anchor must have nothing of these logs before they are handed over, and nothing
    /// retired then.
    fn check_new_anchor(&self, logs: &[LogRow], handed: bool) -> Result<(), HandoverError> {
        let Some(anchor) = &self.new_anchor else {
            return Ok(());
        };
        for (log, stands) in logs.iter().zip(standing(anchor.as_ref(), logs)?) {
            if stands.is_some_and(|head| !handed || head.retired) {
                return Err(HandoverError::Taken {
                    log: log.log.clone(),
                    place: anchor.place(),
                });
            }
        }
        Ok(())
    }

    fn load(&self) -> Result<(), HandoverError> {
        std::thread::scope(|scope| {
            let (mut reader, writer) = pipe().map_err(DumpError::Stream)?;
            let source = self.source.as_ref();
            let dumping = scope.spawn(move || dump_into(source, writer));
            let loaded = dump::load(self.target.as_ref(), &mut reader);
            // A dump that is not read to its end must not wait for ever.
            drop(reader);
            let dumped = dumping.join().map_err(|_| HandoverError::Panicked)?;
            // Where both failed, the loading broke the pipe of the dump.
            loaded?;
            dumped?;
            Ok(())
        })
    }

    /// Nothing is ever signed again under the heads of the old anchor. A log without a head there
    /// gets one: it could be signed as well.
    fn retire(&self, logs: &[LogRow]) -> Result<(), HandoverError> {
        let anchor = self.old_anchor.as_ref();
        let retired = |size, root| AnchoredHead {
            size,
            root,
            retired: true,
        };
        let moves = logs.iter().zip(standing(anchor, logs)?);
        let moves = moves.map(|(log, stands)| Move {
            origin: log.origin.clone(),
            from: stands,
            to: stands.map_or(retired(log.size, log.root), |head| {
                retired(head.size, head.root)
            }),
        });
        let forwarding = self.forwarding().map(|origin| Move {
            origin,
            from: None,
            to: retired(0, empty_root()),
        });
        let moves: Vec<Move> = moves.chain(forwarding).collect();
        match anchor.swap(&moves).map_err(StoreError::Anchor)? {
            Swap::Done => Ok(()),
            Swap::Refused(_) => Err(HandoverError::Running {
                place: anchor.place(),
            }),
        }
    }
}

fn dump_into(source: &dyn Engine, mut writer: PipeWriter) -> Result<Dumped, DumpError> {
    dump::dump(source.snapshot()?.as_mut(), &mut writer)
}

/// What the anchor has of each log.
fn standing(anchor: &dyn Anchor, logs: &[LogRow]) -> Result<Vec<Option<AnchoredHead>>, StoreError> {
    let origins: Vec<&str> = logs.iter().map(|log| log.origin.as_str()).collect();
    anchor.read(&origins).map_err(StoreError::Anchor)
}
