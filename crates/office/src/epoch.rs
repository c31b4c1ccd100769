//! Going on after a loss: a log that cannot be made whole goes on under a new origin.
//!
//! Never is a second head signed under the old origin. The new epoch's first entry names the last
//! checkpoint that is known of the old one, and where this database stood, so that everybody can see
//! how many entries are missing and that nobody hides it.

use crate::entry_kind::EntryKind;
use crate::error::OfficeError;
use crate::office::Office;
use crate::writing::{Filed, Loaded, Writing, load};
use journal::checkpoint::Checkpoint;
use journal::note::Note;
use serde::{Deserialize, Serialize};
use store::engine::{Changes, DocumentRow, Engine};
use store::epoch::EpochOpened;
use store::{Anchor, StoreError};

/// A new epoch of a log. Filed before it is opened; its entry follows at the next start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Epoch {
    /// The log.
    pub log: String,
    /// Its number, from 2.
    pub epoch: u32,
    /// The origin under which nothing is signed any more.
    pub old_origin: String,
    /// The origin it goes on under.
    pub new_origin: String,
    /// The last checkpoint that is known of the old epoch, as the witness or the counterpart showed
    /// it (a signed note).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<String>,
    /// The last head in the anchor: size and root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anchored: Option<String>,
    /// Entries from which the log goes on.
    pub continues_at: u64,
    /// Whether the entry `epoch.opened` is written.
    pub noted: bool,
}

impl Filed for Epoch {
    const FAMILY: &'static str = "epoch";

    fn id(&self) -> String {
        format!("{} {}", self.log, self.epoch)
    }

    fn tag(&self) -> String {
        if self.noted { "" } else { "pending" }.to_owned()
    }
}

/// The origin of a log's epoch: that of the first one, then `/epoch-2`, `/epoch-3` …
#[must_use]
pub fn origin_of_epoch(first: &str, epoch: u32) -> String {
    match epoch {
        0 | 1 => first.to_owned(),
        _ => format!("{first}/epoch-{epoch}"),
    }
}

/// Opens the next epoch of a log. An operator's decision: the node must not be running, and a key
/// manifest that names the log's new origin must come into force before it runs again.
///
/// `last_seen` is the largest checkpoint of the old epoch that anybody has shown. Cut off half-way
/// and called again, it ends where it would have.
///
/// # Errors
/// [`OfficeError::Invalid`] if `last_seen` is no checkpoint of the log's present origin; what the
/// store cannot do.
pub fn open_epoch(
    engine: &dyn Engine,
    anchor: &dyn Anchor,
    log: &str,
    last_seen: Option<&str>,
) -> Result<EpochOpened, OfficeError> {
    let row = engine
        .reader()?
        .log(log)?
        .ok_or_else(|| StoreError::NoSuchLog(log.to_owned()))?;
    if let Some(signed) = last_seen {
        let invalid = |problem: String| OfficeError::invalid("last checkpoint", problem);
        let note = Note::parse(signed).map_err(|error| invalid(error.to_string()))?;
        let said = Checkpoint::parse(note.text()).map_err(|error| invalid(error.to_string()))?;
        if said.origin != row.origin {
            return Err(invalid(format!(
                "it is of {}, not of {}",
                said.origin, row.origin
            )));
        }
    }
    let suffix = format!("/epoch-{}", row.epoch);
    let first = row.origin.strip_suffix(&suffix).unwrap_or(&row.origin);
    let anchored = anchor.read(&[&row.origin]).map_err(StoreError::Anchor)?;
    let epoch = Epoch {
        log: log.to_owned(),
        epoch: row.epoch + 1,
        old_origin: row.origin.clone(),
        new_origin: origin_of_epoch(first, row.epoch + 1),
        last_seen: last_seen.map(str::to_owned),
        anchored: anchored
            .into_iter()
            .flatten()
            .next()
            .map(|head| head.to_string()),
        continues_at: row.size,
        noted: false,
    };
    file_pending(engine, &epoch)?;
    Ok(store::epoch::open_epoch(
        engine,
        anchor,
        log,
        &epoch.new_origin,
    )?)
}

fn file_pending(engine: &dyn Engine, epoch: &Epoch) -> Result<(), OfficeError> {
    let id = epoch.id();
    let json = serde_json::to_string(epoch).map_err(|source| OfficeError::Unreadable {
        what: format!("epoch {id}"),
        source,
    })?;
    let mut connection = engine.writer()?;
    let mut transaction = connection.begin()?;
    let highest = transaction.highest_revisions(&[(Epoch::FAMILY, id.as_str())])?;
    let row = DocumentRow {
        family: Epoch::FAMILY.to_owned(),
        revision: highest.first().copied().unwrap_or(0) + 1,
        latest: true,
        tag: epoch.tag(),
        sort: epoch.sort(),
        json,
        entry: None,
        id,
    };
    transaction.apply(&Changes {
        documents: vec![row],
        ..Changes::default()
    })?;
    transaction.commit()?;
    Ok(())
}

impl Office {
    /// Adds the entry `epoch.opened` for each epoch that has none yet.
    pub(crate) fn note_epochs(&self, writing: &mut Writing<'_>) -> Result<(), OfficeError> {
        for state in self.database().log_states()? {
            let id = format!("{} {}", state.log, state.epoch);
            let Some(filed) = load::<Epoch>(self.database().as_ref(), &id)? else {
                continue;
            };
            if filed.value.noted {
                continue;
            }
            let noted = Loaded {
                value: Epoch {
                    noted: true,
                    ..filed.value
                },
                ..filed
            };
            let epoch = &noted.value;
            let mut fields = vec![
                ("epoch", epoch.epoch.into()),
                ("old_origin", epoch.old_origin.clone().into()),
                ("new_origin", epoch.new_origin.clone().into()),
                ("continues_at", epoch.continues_at.into()),
            ];
            if let Some(checkpoint) = &epoch.last_seen {
                fields.push(("last_checkpoint", checkpoint.clone().into()));
            }
            if let Some(anchored) = &epoch.anchored {
                fields.push(("anchored", anchored.clone().into()));
            }
            let entry = writing.entry(&epoch.log, EntryKind::EpochOpened, fields)?;
            writing.file(&noted, Some(entry))?;
        }
        Ok(())
    }
}
