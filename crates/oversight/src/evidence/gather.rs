//! Taking evidence from a node's journals.

use super::{Evidence, ExchangeEvidence, RECORD_FIELDS};
use crate::error::OversightError;
use jiff::civil::Date;
use journal::extract::Extract;
use office::Reader;
use office::reader::{Position, RecordAt, fields_for_figures};
use office::{OFFICE_LOG, exchange_log};
use records::Timestamp;
use seal::key_manifest::SignedKeyManifest;
use serde_json::Value;
use std::collections::BTreeSet;

/// What the journals are asked for.
#[derive(Debug, Clone, Copy)]
pub struct Gathering<'a> {
    /// The key manifest of this node.
    pub manifest: &'a SignedKeyManifest,
    /// At which position of the office journal records are read.
    pub position: Position,
    /// The moment at which deadlines are judged: now, at the edge.
    pub as_of: Timestamp,
    /// The day up to which the inquiry asks, included.
    pub cut_off: Date,
}

impl Evidence {
    /// Everything in the journals that a public answer may rest on.
    ///
    /// Records that are not marked for the public are left out and counted.
    ///
    /// # Errors
    /// When the database cannot be read, or an exchange log holds entries whose content is gone.
    pub fn gather(reader: &Reader, gathering: &Gathering<'_>) -> Result<Self, OversightError> {
        let records = reader.records(gathering.position)?;
        let (public, withheld): (Vec<&RecordAt>, Vec<&RecordAt>) = records
            .iter()
            .partition(|known| known.record.header.marking.is_public());
        let indices: BTreeSet<u64> = public.iter().map(|known| known.entry.index).collect();
        let mut keys = vec![manifest_value(&gathering.manifest.to_json()?)?];
        let mut exchanges = Vec::new();
        for peer in reader.peers()? {
            keys.push(manifest_value(&peer.manifest)?);
            let log = exchange_log(&peer.party);
            exchanges.push(ExchangeEvidence {
                own: complete(reader, &log)?,
                counterpart: reader.peer_extract(&peer.party)?.map(|filed| filed.extract),
                peer: peer.party,
            });
        }
        Ok(Self {
            party: reader.party().clone(),
            as_of: gathering.as_of,
            cut_off: gathering.cut_off,
            considered: reader.size_at(gathering.position)?,
            withheld: withheld.len() as u64,
            records: reader.partial_extract(OFFICE_LOG, &indices, &RECORD_FIELDS)?,
            exchanges,
            keys,
        })
    }
}

/// A log as a whole. Its head is read before its entries, so an entry that is written in between
/// only means that the extract ends before it.
fn complete(reader: &Reader, log: &str) -> Result<Extract, OversightError> {
    Ok(reader.complete_extract(log, fields_for_figures())?)
}

fn manifest_value(json: &str) -> Result<Value, OversightError> {
    Ok(serde_json::from_str(json)?)
}
