//! Whether this node may write and sign: the guard against a database that was set back.
//!
//! A database that was restored from an older copy looks whole, and whoever went on signing over it
//! would fork the log. The anchor finds that where it is newer than the copy ([`store::anchor`]).
//! Where both were set back only others can tell: the witnesses, who remember the largest head they
//! were shown. So a node that is witnessed may read, but neither write nor sign, until it has
//! asked them ([`Office::confirm_standing`]); how many have to answer is in `confirming`.
//!
//! One head, signed by our own key, that this database does not contain is proof enough. It is kept,
//! and the node stays read-only until the database contains it (restored from the counterpart's copy
//! by [`crate::mirror`], or from a newer backup) or the log goes on in a new epoch
//! ([`crate::epoch`]).

mod confirming;

pub use confirming::{Said, WitnessAnswer};

use crate::error::OfficeError;
use crate::office::Office;
use crate::writing::{Filed, Loaded, Writing};
use journal::checkpoint::Checkpoint;
use journal::proof::root_at;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockWriteGuard};
use store::fsck::Checked;
use store::{Database, Found, LogState, LogTiles};

/// Whether a node may write and sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It may.
    Signing,
    /// Not yet: the witnesses of these logs have not been asked since the start.
    Unconfirmed {
        /// The logs about which too few have answered yet.
        logs: BTreeSet<String>,
    },
    /// It may not, and says why.
    ReadOnly(ReadOnly),
}

/// Why a node only reads.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadOnly {
    /// The database does not contain a head that was signed.
    #[error(
        "log {log} was set back: this database has {ours} entries, {seen_by} has seen a head of {seen} entries that they do not lead to; fetch the entries back from the counterpart's copy of the log, or open a new epoch"
    )]
    SetBack {
        /// The log.
        log: String,
        /// Entries that this database has.
        ours: u64,
        /// Entries of the head that it does not contain.
        seen: u64,
        /// Who has seen that: the anchor, or a witness by its name.
        seen_by: String,
    },
    /// What is stored contradicts itself.
    #[error(
        "the daily self-check failed: {what}; restore the database from a backup, or rebuild it from its entries"
    )]
    Damaged {
        /// What contradicts what.
        what: String,
    },
}

impl ReadOnly {
    /// Names the text for it in the locale catalogues: `read-only-…`, with the fields as arguments.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::SetBack { .. } => "read-only-set-back",
            Self::Damaged { .. } => "read-only-damaged",
        }
    }

    /// What the text is to be filled in with.
    #[must_use]
    pub fn arguments(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::SetBack {
                log,
                ours,
                seen,
                seen_by,
            } => vec![
                ("log", log.clone()),
                ("ours", ours.to_string()),
                ("seen", seen.to_string()),
                ("seen-by", seen_by.clone()),
            ],
            Self::Damaged { what } => vec![("what", what.clone())],
        }
    }
}

/// A head of ours that this database did not contain when it was shown. Filed without an entry: that
/// signs nothing, and the next start must know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct ForeignHead {
    log: String,
    seen_by: String,
    checkpoint: String,
}

impl Filed for ForeignHead {
    const FAMILY: &'static str = "head-not-contained";

    fn id(&self) -> String {
        self.log.clone()
    }
}

/// The standing while the node runs.
pub(crate) struct Guard {
    standing: RwLock<Standing>,
    /// The self-check by which damage was lifted, until it is written down.
    healed: Mutex<Option<Checked>>,
    /// The logs about which too few witnesses have answered and the node signs all the same.
    doubtful: RwLock<BTreeSet<String>>,
}

impl Guard {
    pub(crate) const fn new(standing: Standing) -> Self {
        Self {
            standing: RwLock::new(standing),
            healed: Mutex::new(None),
            doubtful: RwLock::new(BTreeSet::new()),
        }
    }

    pub(crate) fn get(&self) -> Standing {
        self.standing
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn set(&self, standing: Standing) {
        *self.written() = standing;
    }

    /// Puts `next` in the place of damage, and of nothing else that may have been found meanwhile.
    pub(crate) fn heal(&self, checked: Checked, next: Standing) {
        let mut standing = self.written();
        if matches!(*standing, Standing::ReadOnly(ReadOnly::Damaged { .. })) {
            *self.healed() = Some(checked);
            *standing = next;
        }
    }

    /// Signing from here on, in doubt about nothing so far, unless something was found meanwhile that
    /// forbids it.
    fn confirm(&self) {
        let mut standing = self.written();
        if matches!(*standing, Standing::Unconfirmed { .. }) {
            *standing = Standing::Signing;
            self.set_doubtful(BTreeSet::new());
        }
    }

    /// Waits for witnesses about these logs only, unless something was found meanwhile.
    fn wait_for(&self, still: BTreeSet<String>) {
        if let Standing::Unconfirmed { logs } = &mut *self.written() {
            *logs = still;
        }
    }

    fn written(&self) -> RwLockWriteGuard<'_, Standing> {
        self.standing
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn healed(&self) -> MutexGuard<'_, Option<Checked>> {
        self.healed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn doubtful(&self) -> BTreeSet<String> {
        self.doubtful
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn set_doubtful(&self, logs: BTreeSet<String>) {
        *self
            .doubtful
            .write()
            .unwrap_or_else(PoisonError::into_inner) = logs;
    }
}

impl Office {
    /// Whether this node may write and sign.
    #[must_use]
    pub fn standing(&self) -> Standing {
        self.guard.get()
    }

    /// Refuses where the node may not write.
    pub(crate) fn may_write(&self) -> Result<(), OfficeError> {
        match self.standing() {
            Standing::Signing => Ok(()),
            Standing::Unconfirmed { logs } => Err(OfficeError::Unconfirmed { logs }),
            Standing::ReadOnly(why) => Err(OfficeError::ReadOnly(why)),
        }
    }

    /// The standing at the start.
    pub(crate) fn first_standing(&self) -> Result<Standing, OfficeError> {
        match self.standing_of_heads()? {
            Standing::ReadOnly(why) => Ok(Standing::ReadOnly(why)),
            standing => Ok(self
                .reader()
                .self_check()?
                .and_then(|check| check.problem)
                .map_or(standing, |what| {
                    Standing::ReadOnly(ReadOnly::Damaged { what })
                })),
        }
    }

    /// The standing by what is known of heads, before anybody is asked.
    pub(crate) fn standing_of_heads(&self) -> Result<Standing, OfficeError> {
        if let store::Standing::ReadOnly {
            log,
            anchored,
            found,
        } = self.database().standing()
        {
            return Ok(Standing::ReadOnly(ReadOnly::SetBack {
                log,
                ours: found.size,
                seen: anchored.size,
                seen_by: "anchor".to_owned(),
            }));
        }
        for state in self.database().log_states()? {
            let Some(filed) = self.load::<ForeignHead>(&state.log)? else {
                continue;
            };
            let ForeignHead {
                seen_by,
                checkpoint,
                log,
            } = filed.value;
            if let Some(seen) = self.own_checkpoint(&state, &checkpoint)
                && !contains(self.database(), &state, &seen)?
            {
                return Ok(Standing::ReadOnly(ReadOnly::SetBack {
                    log,
                    ours: state.head.size,
                    seen: seen.size,
                    seen_by,
                }));
            }
        }
        let mut logs = BTreeSet::new();
        for log in self.database().logs()? {
            if !self.witness_targets(&log)?.is_empty() {
                logs.insert(log);
            }
        }
        Ok(if logs.is_empty() {
            Standing::Signing
        } else {
            Standing::Unconfirmed { logs }
        })
    }

    /// Makes the node sign from here on, beginning with what it owes: the first entry of a new epoch,
    /// which messages were lost, the self-check that found it whole again, and what `first` adds.
    pub(crate) fn begin_signing(
        &self,
        first: impl FnOnce(&mut Writing<'_>) -> Result<(), OfficeError>,
    ) -> Result<(), OfficeError> {
        let mut writing = self.writing();
        self.note_epochs(&mut writing)?;
        self.note_lost_messages(&mut writing)?;
        let healed = self.guard.healed().clone();
        if let Some(checked) = &healed {
            self.note_passed(&mut writing, checked)?;
        }
        first(&mut writing)?;
        if !writing.batch.entries.is_empty() {
            writing.commit_first()?;
        }
        *self.guard.healed() = None;
        self.guard.confirm();
        Ok(())
    }

    fn set_back(
        &self,
        state: &LogState,
        seen: &Checkpoint,
        seen_by: &str,
        signed: &str,
    ) -> Result<Standing, OfficeError> {
        let why = ReadOnly::SetBack {
            log: state.log.clone(),
            ours: state.head.size,
            seen: seen.size,
            seen_by: seen_by.to_owned(),
        };
        tracing::error!(%why, "the node is read-only");
        // First of all: nothing more is signed, whether or not the disk takes the note.
        self.guard.set(Standing::ReadOnly(why));
        let filed = self.load::<ForeignHead>(&state.log)?;
        let foreign = ForeignHead {
            log: state.log.clone(),
            seen_by: seen_by.to_owned(),
            checkpoint: signed.to_owned(),
        };
        let mut writing = self.writing();
        writing.file(
            &Loaded {
                value: foreign,
                revision: filed.map_or(0, |filed| filed.revision),
                entry: None,
            },
            None,
        )?;
        writing.commit_first()?;
        Ok(self.standing())
    }

    /// What a checkpoint says, if this log has signed it under the origin it has now.
    fn own_checkpoint(&self, state: &LogState, signed: &str) -> Option<Checkpoint> {
        let manifest = self.keyring.manifest.statement();
        let keys = manifest.log_verifiers_of(&state.origin).ok()?;
        keys.iter().find_map(|key| key.open(signed).ok())
    }
}

/// Whether the stored tree leads to this head: by its root at that size, from the tiles.
fn contains(
    database: &std::sync::Arc<dyn Database>,
    state: &LogState,
    seen: &Checkpoint,
) -> Result<bool, OfficeError> {
    let Found { size, root } = state.head;
    if seen.size > size {
        return Ok(false);
    }
    if seen.size == size {
        return Ok(seen.root == root);
    }
    let tiles = LogTiles::new(database.clone(), &state.log);
    let at = root_at(&tiles, seen.size).map_err(|error| {
        OfficeError::invalid(format!("tree of log {}", state.log), error.to_string())
    })?;
    Ok(at == seen.root)
}
