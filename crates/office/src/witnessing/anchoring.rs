//! The office journal's head in the exchange logs, as a salted hash.
//!
//! A peer never sees the office journal, not even its size. But its own log with us, which it
//! witnesses, holds at a fixed cadence one hash that commits us to the whole of it. An auditor who is
//! given checkpoint and salt can say later: this stood before that.

use crate::entry_kind::EntryKind;
use crate::error::OfficeError;
use crate::office::Office;
use crate::writing::{Filed, Loaded};
use crate::{OFFICE_LOG, exchange_log};
use journal::hash::{Hash, sha256};
use records::Timestamp;
use serde::{Deserialize, Serialize};

/// Separates this hash from every other one.
const DOMAIN: &[u8] = b"kontaktstelle/office-anchor/v1\n";

/// What stands in the exchange logs as `office.anchored` for a checkpoint of the office journal:
/// SHA-256 over a domain line, the salt and the checkpoint's text.
#[must_use]
pub fn anchored_hash(salt: &[u8; 32], checkpoint: &str) -> Hash {
    sha256(&[DOMAIN, salt, checkpoint.as_bytes()].concat())
}

/// The last anchoring. Checkpoint and salt open the hash to an auditor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfficeAnchor {
    /// When.
    pub at: Timestamp,
    /// Entries of the office journal that are committed to.
    pub size: u64,
    /// The text of its checkpoint.
    pub checkpoint: String,
    /// The salt, in hexadecimal.
    pub salt: String,
    /// The hash in the exchange logs.
    pub anchored: Hash,
}

impl OfficeAnchor {
    const NODE: &'static str = "node";
}

impl Filed for OfficeAnchor {
    const FAMILY: &'static str = "office-anchor";

    fn id(&self) -> String {
        Self::NODE.to_owned()
    }
}

impl Office {
    /// What is to be done at a fixed cadence besides the deadlines: anchors the office journal's head
    /// in the exchange logs, and raises or ends the alarm about witnesses that stay away. Gives how
    /// many things were written down.
    ///
    /// # Errors
    /// When the database cannot be read or written.
    pub fn watch(&self) -> Result<usize, OfficeError> {
        let anchored = usize::from(self.anchor_office()?);
        Ok(self.watch_witnesses()? + anchored)
    }

    /// Anchors the office journal's head, if the cadence says so and it has grown by anything but
    /// the anchoring itself.
    fn anchor_office(&self) -> Result<bool, OfficeError> {
        let filed = self.load::<OfficeAnchor>(OfficeAnchor::NODE)?;
        let head = self.database().head(OFFICE_LOG)?;
        let now = self.now();
        if let Some(last) = &filed {
            let written = last.entry.as_ref().map_or(0, |entry| entry.index);
            let has_grown = head.size > written + 1 || written > last.value.size;
            let cadence = i64::from(self.limits.anchor_every_seconds);
            if !has_grown || now < last.value.at.plus_seconds(cadence) {
                return Ok(false);
            }
        }
        let peers = self.reader().peers()?;
        if peers.is_empty() || head.size == 0 {
            return Ok(false);
        }
        let checkpoint = journal::checkpoint::Checkpoint {
            origin: head.origin,
            size: head.size,
            root: head.root,
        }
        .to_text();
        let mut salt = [0; 32];
        self.entropy.fill(&mut salt);
        let anchored = anchored_hash(&salt, &checkpoint);
        let mut writing = self.writing();
        for peer in &peers {
            let fields = vec![("anchor", anchored.to_string().into())];
            writing.entry(
                &exchange_log(&peer.party),
                EntryKind::OfficeAnchored,
                fields,
            )?;
        }
        let entry = writing.entry(
            OFFICE_LOG,
            EntryKind::OfficeAnchored,
            vec![
                ("size", head.size.into()),
                ("checkpoint", checkpoint.clone().into()),
                ("salt", hex::encode(salt).into()),
                ("anchor", anchored.to_string().into()),
            ],
        )?;
        let anchor = OfficeAnchor {
            at: now,
            size: head.size,
            checkpoint,
            salt: hex::encode(salt),
            anchored,
        };
        writing.file(
            &Loaded {
                value: anchor,
                revision: filed.map_or(0, |filed| filed.revision),
                entry: None,
            },
            Some(entry),
        )?;
        match writing.commit() {
            Ok(_) => Ok(true),
            // Another node beside this database was faster.
            Err(OfficeError::Busy) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
