//! Fetching back from the counterpart what our own database has lost.
//!
//! The counterpart files our exchange log piece by piece ([`crate::reconciling`]). Where our database
//! was set back, its copy leads on to the head that we had signed: the leaves are computed from what
//! it was shown, and the tree reaches that head exactly or nothing is written. What comes back of an
//! entry is what the counterpart was allowed to see: the codes, never the content.

use crate::channel::Channel;
use crate::error::OfficeError;
use crate::exchange_log;
use crate::lost::LostMessage;
use crate::writing::Filed;
use journal::checkpoint::Checkpoint;
use journal::extract::{Extract, ExtractEntry};
use journal::opening::Opening;
use records::PartyId;
use seal::key_manifest::KeyManifest;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use store::engine::{DocumentRow, Engine};
use store::{Found, StoreError};

/// An entry that was fetched back: what the counterpart had been shown of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveredEntry {
    /// The log.
    pub log: String,
    /// Its number.
    pub index: u64,
    /// The entry as far as it was opened. Its leaf is the one in the tree.
    pub opening: Opening,
}

impl RecoveredEntry {
    pub(crate) fn id_of(log: &str, index: u64) -> String {
        format!("{log} {index}")
    }
}

impl Filed for RecoveredEntry {
    const FAMILY: &'static str = "recovered-entry";

    fn id(&self) -> String {
        Self::id_of(&self.log, self.index)
    }

    fn sort(&self) -> i64 {
        i64::try_from(self.index).unwrap_or(i64::MAX)
    }
}

/// What was fetched back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recovered {
    /// Entries that the database had.
    pub from: u64,
    /// The head it has now.
    pub head: Found,
}

impl Recovered {
    /// The copy has nothing that the database has not; nothing was written.
    #[must_use]
    pub const fn is_nothing(&self) -> bool {
        self.from == self.head.size
    }
}

/// Appends to our exchange log with `peer` what the counterpart's copy of it has beyond ours, up to
/// the signed checkpoint of that copy. The node must not be running. `own` is the manifest of our own
/// keys; the copy is believed only as far as we have signed it ourselves.
///
/// The place in the channel comes back with the entries, so that no number of a message is given
/// twice. Cases, messages and receipts do not. Which of the counterpart's messages were lost is said
/// in the log when the node starts, and the counterpart sends them again ([`Office::send_again`]);
/// what was lost of our own an officer has to look at.
///
/// [`Office::send_again`]: crate::Office::send_again
///
/// # Errors
/// [`OfficeError::Invalid`] if the copy is not signed by us, has gaps, or does not continue this
/// database (then only a new epoch helps: [`crate::epoch`]); what the store cannot do.
pub fn recover_from_mirror(
    engine: &dyn Engine,
    own: &KeyManifest,
    peer: &PartyId,
    mirror: &Extract,
) -> Result<Recovered, OfficeError> {
    let log = exchange_log(peer);
    let invalid = |problem: String| OfficeError::invalid(format!("copy of log {log}"), problem);
    let mut rows = engine.reader()?;
    let row = rows
        .log(&log)?
        .ok_or_else(|| StoreError::NoSuchLog(log.clone()))?;
    let mut proven = Err(invalid(format!("it is not of {}", row.origin)));
    for key in own.log_verifiers_of(&row.origin)? {
        proven = mirror
            .verify(key.origin(), &key.demanded())
            .map_err(|error| invalid(error.to_string()));
        if proven.is_ok() {
            break;
        }
    }
    let proven = proven?;
    let Checkpoint { size, root, .. } = *proven.checkpoint();
    let present = Found {
        size: row.size,
        root: row.root,
    };
    if size < row.size || present == (Found { size, root }) {
        return Ok(Recovered {
            from: row.size,
            head: present,
        });
    }
    let missing: Vec<&ExtractEntry> = proven
        .entries()
        .iter()
        .filter(|entry| entry.index >= row.size)
        .collect();
    let is_next = |(expected, entry): (u64, &&ExtractEntry)| entry.index == expected;
    if missing.len() as u64 != size.saturating_sub(row.size)
        || !(row.size..).zip(&missing).all(is_next)
    {
        return Err(invalid(format!(
            "it does not hold all entries from {} to {size}",
            row.size
        )));
    }
    let filed = rows.document(Channel::FAMILY, peer.as_str())?;
    let mut channel = match &filed {
        Some(document) => crate::writing::read_document::<Channel>(document.clone())?.value,
        None => Channel::new(peer.clone()),
    };
    drop(rows);
    let mut documents = Vec::with_capacity(missing.len() + 1);
    let mut lost = BTreeMap::new();
    for entry in &missing {
        lost.extend(LostMessage::of(peer, &entry.opening).map(|lost| (lost.id(), lost)));
        advance(&mut channel, &entry.opening);
        documents.push(document_row(&RecoveredEntry {
            log: log.clone(),
            index: entry.index,
            opening: entry.opening.clone(),
        })?);
    }
    documents.push(document_row(&channel)?);
    for message in lost.values() {
        documents.push(document_row(message)?);
    }
    let leaves: Vec<Vec<u8>> = missing.iter().map(|e| e.opening.leaf_bytes()).collect();
    let head = Found { size, root };
    store::recovery::append_leaves(engine, &log, row.size, &leaves, head, documents)?;
    Ok(Recovered {
        from: row.size,
        head,
    })
}

/// Moves the place in the channel on by what an entry says.
fn advance(channel: &mut Channel, opening: &Opening) {
    let text = |name| opening.get(name).and_then(Value::as_str);
    let (Some(seq), Some(message)) = (
        opening.get("seq").and_then(Value::as_u64),
        text("message").and_then(|message| message.parse().ok()),
    ) else {
        return;
    };
    match text("kind") {
        Some("message.sent") => (channel.sent, channel.last_sent) = (seq, Some(message)),
        Some("message.accepted") => {
            (channel.accepted, channel.last_accepted) = (seq, Some(message));
        }
        _ => {}
    }
}

/// The row of a document that no entry vouches for; the store gives it its revision.
fn document_row<T: Filed>(value: &T) -> Result<DocumentRow, OfficeError> {
    let id = value.id();
    let json = serde_json::to_string(value).map_err(|source| OfficeError::Unreadable {
        what: format!("{} {id}", T::FAMILY),
        source,
    })?;
    Ok(DocumentRow {
        family: T::FAMILY.to_owned(),
        id,
        revision: 0,
        latest: true,
        tag: value.tag(),
        sort: value.sort(),
        json,
        entry: None,
    })
}
