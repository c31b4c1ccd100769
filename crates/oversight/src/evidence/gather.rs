//! Taking evidence from a node's journals.

use super::{Cosigned, Evidence, ExchangeEvidence, RECORD_FIELDS, WitnessTexts};
use crate::error::OversightError;
use jiff::civil::Date;
use journal::extract::Extract;
use journal::grade::Grade;
use journal::proof::consistency_proof;
use office::reader::{Position, RecordAt, fields_for_figures};
use office::{OFFICE_LOG, exchange_log};
use office::{OfficeError, Reader, WitnessPolicy};
use records::Timestamp;
use seal::key_manifest::SignedKeyManifest;
use serde_json::Value;
use std::collections::BTreeSet;
use store::LogTiles;

/// What the journals are asked for.
#[derive(Debug, Clone, Copy)]
pub struct Gathering<'a> {
    /// The key manifest of this node.
    pub manifest: &'a SignedKeyManifest,
    /// The witnesses of the node's logs.
    pub witnesses: &'a WitnessPolicy,
    /// Checkpoints of counterparts' logs that this node has cosigned, such as
    /// [`office::Office::witnessed_checkpoint`] gives them; may be empty.
    pub vouched_for: &'a [String],
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
        // Before the logs: what was vouched for then, the logs as they are read now continue.
        let office = best_cosigned(reader, OFFICE_LOG)?;
        let mut cosigned = Vec::new();
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
            let notes = best_cosigned(reader, &log)?;
            cosigned.extend(notes.into_iter().map(|(_, checkpoint)| whole(checkpoint)));
            exchanges.push(ExchangeEvidence {
                own: complete(reader, &log)?,
                counterpart: reader.peer_extract(&peer.party)?.map(|filed| filed.extract),
                peer: peer.party,
            });
        }
        let records = reader.partial_extract(OFFICE_LOG, &indices, &RECORD_FIELDS)?;
        let size = super::unverified_checkpoint(&records).map_or(0, |head| head.size);
        let tiles = LogTiles::new(reader.database().clone(), OFFICE_LOG);
        for (old, checkpoint) in office {
            let consistency =
                consistency_proof(&tiles, old, size).map_err(|error| OfficeError::Invalid {
                    field: "consistency".to_owned(),
                    problem: error.to_string(),
                })?;
            cosigned.push(Cosigned {
                checkpoint,
                consistency,
            });
        }
        let counterparts = exchanges.iter().filter_map(|it| it.counterpart.as_ref());
        let shown: Vec<_> = counterparts
            .filter_map(super::unverified_checkpoint)
            .collect();
        for checkpoint in gathering.vouched_for {
            // What was cosigned after the log was last fetched cannot be compared with it.
            let said = super::checkpoint_of(checkpoint);
            let covered = said.is_some_and(|said| {
                let log = shown.iter().find(|log| log.origin == said.origin);
                log.is_some_and(|log| said.size <= log.size)
            });
            if covered {
                cosigned.push(whole(checkpoint.clone()));
            }
        }
        Ok(Self {
            party: reader.party().clone(),
            as_of: gathering.as_of,
            cut_off: gathering.cut_off,
            considered: reader.size_at(gathering.position)?,
            withheld: withheld.len() as u64,
            records,
            exchanges,
            keys,
            cosigned,
            witnesses: WitnessTexts {
                office: gathering.witnesses.office.as_ref().map(ToString::to_string),
                exchange: gathering
                    .witnesses
                    .exchange
                    .as_ref()
                    .map(ToString::to_string),
            },
        })
    }
}

/// A log as a whole. Its head is read before its entries, so an entry that is written in between
/// only means that the extract ends before it.
fn complete(reader: &Reader, log: &str) -> Result<Extract, OversightError> {
    Ok(reader.complete_extract(log, fields_for_figures())?)
}

/// The largest checkpoints of a log that others have cosigned, with their sizes: the best grade
/// first, and lesser ones only where they cover more.
fn best_cosigned(reader: &Reader, log: &str) -> Result<Vec<(u64, String)>, OversightError> {
    let mut filed = reader
        .database()
        .latest_cosigned(log)
        .map_err(OfficeError::from)?;
    filed.retain(|cosigned| cosigned.grade > Grade::SelfSigned);
    filed.sort_by_key(|cosigned| std::cmp::Reverse(cosigned.grade));
    let mut best: Vec<(u64, String)> = Vec::new();
    for cosigned in filed {
        if best.iter().all(|(size, _)| *size < cosigned.size) {
            best.push((cosigned.size, cosigned.note));
        }
    }
    Ok(best)
}

/// A cosigned checkpoint of a log that is shown completely.
const fn whole(checkpoint: String) -> Cosigned {
    Cosigned {
        checkpoint,
        consistency: Vec::new(),
    }
}

fn manifest_value(json: &str) -> Result<Value, OversightError> {
    Ok(serde_json::from_str(json)?)
}
