//! What is kept of what was turned away: enough to show it, and no more than a peer can be allowed to
//! make us keep.

use super::ATTEMPTS;
use crate::OFFICE_LOG;
use crate::channel::Fields;
use crate::entry_kind::EntryKind;
use crate::error::{OfficeError, Rejection};
use crate::office::Office;
use crate::writing::{Filed, Loaded};
use journal::hash::{Hash, sha256};
use records::PartyId;
use seal::message::Message;
use serde::{Deserialize, Serialize};
use store::BlobRef;

/// Most rejections of one peer that are entries, per day. One more entry says that further ones are
/// not written down.
pub const MAX_NOTED_PER_DAY: usize = 100;

/// Most forks of one peer whose manifest is kept whole. Two are proof already.
pub const MAX_KEPT_FORKS: u32 = 20;

/// Under what name callers are counted that are no known peer.
const STRANGERS: &str = "-";

/// The rejections of one peer on one day.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Rejections {
    peer: String,
    /// The day, by our clock.
    day: String,
    /// What came, each once: the same message tried again is no news.
    seen: Vec<Hash>,
    /// The entry that says so is written.
    suppressed: bool,
    /// How many forks are kept whole, ever.
    forks: u32,
}

impl Filed for Rejections {
    const FAMILY: &'static str = "rejections";

    fn id(&self) -> String {
        self.peer.clone()
    }
}

impl Office {
    /// Writes down that something was rejected; `bytes` is what came, where it was read at all. The
    /// same thing again, and more than [`MAX_NOTED_PER_DAY`] a day, leave no further entries.
    pub fn note_rejection(
        &self,
        from: Option<&PartyId>,
        rejection: &Rejection,
        bytes: Option<&[u8]>,
    ) {
        tracing::warn!(peer = from.map(PartyId::as_str), code = rejection.code(), %rejection, "message rejected");
        if !rejection.is_of_note() {
            return;
        }
        let mut written = Err(OfficeError::Busy);
        for _ in 0..ATTEMPTS {
            written = self.write_rejection(from, rejection, bytes);
            if !matches!(written, Err(OfficeError::Busy)) {
                break;
            }
        }
        if let Err(error) = written {
            tracing::error!(%error, "a rejection could not be written down");
        }
    }

    fn write_rejection(
        &self,
        from: Option<&PartyId>,
        rejection: &Rejection,
        bytes: Option<&[u8]>,
    ) -> Result<(), OfficeError> {
        let peer = from.map_or(STRANGERS, PartyId::as_str);
        let mut writing = self.writing();
        let today = writing.now.date().to_string();
        let mut noted = self
            .load::<Rejections>(peer)?
            .unwrap_or_else(|| Loaded::new(Rejections::default()));
        if noted.value.day != today {
            noted.value = Rejections {
                peer: peer.to_owned(),
                day: today,
                forks: noted.value.forks,
                ..Rejections::default()
            };
        }
        let digest = sha256(bytes.unwrap_or_default());
        let what = sha256(format!("{} {digest}", rejection.code()).as_bytes());
        if noted.value.seen.contains(&what) || noted.value.suppressed {
            return Ok(());
        }
        let mut fields: Fields = Vec::new();
        if let Some(from) = from {
            fields.push(("peer", from.to_string().into()));
        }
        if noted.value.seen.len() >= MAX_NOTED_PER_DAY {
            noted.value.suppressed = true;
            fields.push(("noted", noted.value.seen.len().into()));
            let kind = EntryKind::MessageRejectionsSuppressed;
            let entry = writing.entry(OFFICE_LOG, kind, fields)?;
            writing.file(&noted, Some(entry))?;
            return writing.commit().map(drop);
        }
        noted.value.seen.push(what);
        fields.push(("code", rejection.code().into()));
        fields.push(("detail", rejection.to_string().into()));
        if let Some(bytes) = bytes {
            fields.push(("sha256", digest.to_string().into()));
            fields.push(("bytes", bytes.len().into()));
        }
        if let (Rejection::Fork { .. }, Some(bytes)) = (rejection, bytes) {
            fields.extend(evidence(&mut noted.value, bytes).map(|blob| {
                let field = ("evidence", blob.hash.to_string().into());
                writing.batch.blobs.push(blob);
                field
            }));
        }
        let entry = writing.entry(OFFICE_LOG, EntryKind::MessageRejected, fields)?;
        writing.file(&noted, Some(entry))?;
        writing.commit().map(drop)
    }
}

/// Two signed manifests for one place in the chain are evidence, so the second is kept too. The
/// payloads say nothing about the contradiction and would fill the disk.
fn evidence(noted: &mut Rejections, bytes: &[u8]) -> Option<BlobRef> {
    if noted.forks >= MAX_KEPT_FORKS {
        return None;
    }
    let manifest = Message::decode(bytes).ok()?.manifest().to_json().ok()?;
    noted.forks = noted.forks.saturating_add(1);
    Some(BlobRef::new(manifest.into_bytes()))
}
