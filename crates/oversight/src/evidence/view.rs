//! Evidence as findings read it. Reading proves nothing; see [`Evidence::prove`].

use super::proof::claimed_manifests;
use super::{Evidence, Grades, RECORD_ENTRY, unverified_checkpoint};
use crate::error::OversightError;
use crate::statistics::Ledger;
use jiff::civil::Date;
use journal::grade::Grade;
use journal::opening::Opening;
use records::{PartyId, Record, RecordId, Timestamp};
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A record with the entry that wrote it down.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// The record.
    pub record: Record,
    /// Number of the entry in the office journal.
    pub entry: u64,
    /// Who, besides the issuer, vouches for that entry.
    pub grade: Grade,
    /// The record that revises it, where there is one.
    pub superseded_by: Option<RecordId>,
}

/// Both sides' logs of one exchange.
#[derive(Debug, Clone, PartialEq)]
pub struct ExchangeView {
    /// The counterpart.
    pub peer: PartyId,
    /// As this node wrote it down.
    pub own: Ledger,
    /// As the counterpart did.
    pub counterpart: Option<Ledger>,
    /// How far the logs are vouched for.
    pub grades: Grades,
}

/// Everything a finding may look at.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// The party that answers.
    pub party: PartyId,
    /// The moment at which deadlines are judged.
    pub as_of: Timestamp,
    /// The day up to which the inquiry asks, included.
    pub cut_off: Date,
    /// The records, in the order of their entries.
    pub records: Vec<Known>,
    /// The exchanges.
    pub exchanges: Vec<ExchangeView>,
}

/// The id of the record that an entry holds, if it holds one.
pub(super) fn record_id(opening: &Opening) -> Option<RecordId> {
    opening.get("record")?.get("id")?.as_str()?.parse().ok()
}

fn record_of(index: u64, opening: &Opening) -> Result<Record, OversightError> {
    let missing = OversightError::Record {
        index,
        source: None,
    };
    if opening.get("kind").and_then(Value::as_str) != Some(RECORD_ENTRY) {
        return Err(missing);
    }
    let value = opening.get("record").ok_or(missing)?;
    Record::deserialize(value).map_err(|source| OversightError::Record {
        index,
        source: Some(source),
    })
}

impl Evidence {
    /// The evidence as findings read it.
    ///
    /// # Errors
    /// When an entry holds no record, or an exchange log cannot be counted.
    pub fn view(&self) -> Result<View, OversightError> {
        let (grades, _) = self.grades(&claimed_manifests(&self.keys));
        let origin = unverified_checkpoint(&self.records)
            .map(|checkpoint| checkpoint.origin)
            .unwrap_or_default();
        let mut records = Vec::with_capacity(self.records.entries.len());
        for entry in &self.records.entries {
            let record = record_of(entry.index, &entry.opening)?;
            records.push(Known {
                record,
                entry: entry.index,
                grade: grades.of(&origin, entry.index.saturating_add(1)),
                superseded_by: None,
            });
        }
        let revisions: BTreeMap<RecordId, RecordId> = records
            .iter()
            .filter_map(|known| Some((known.record.header.supersedes?, known.record.header.id)))
            .collect();
        for known in &mut records {
            known.superseded_by = revisions.get(&known.record.header.id).copied();
        }
        let ledger = |extract, keeper: &PartyId, other: &PartyId| {
            Ledger::read(extract, keeper, other).map_err(|source| OversightError::Ledger {
                log: extract.log.clone(),
                source,
            })
        };
        let mut exchanges = Vec::with_capacity(self.exchanges.len());
        for exchange in &self.exchanges {
            let counterpart = exchange.counterpart.as_ref();
            exchanges.push(ExchangeView {
                peer: exchange.peer.clone(),
                own: ledger(&exchange.own, &self.party, &exchange.peer)?,
                counterpart: counterpart
                    .map(|extract| ledger(extract, &exchange.peer, &self.party))
                    .transpose()?,
                grades: grades.clone(),
            });
        }
        Ok(View {
            party: self.party.clone(),
            as_of: self.as_of,
            cut_off: self.cut_off,
            records,
            exchanges,
        })
    }
}

impl ExchangeView {
    /// The grade of what was counted in a log: of its entries up to the last that bears on any
    /// figure. What others have vouched for gives the same figures as the whole.
    #[must_use]
    pub fn grade(&self, ledger: &Ledger) -> Grade {
        self.grades.of(&ledger.origin, ledger.decided)
    }
}

impl View {
    /// Real records in force: no exercise, and no other record revises them.
    pub fn in_force(&self) -> impl Iterator<Item = &Known> {
        self.shown(false)
    }

    /// Exercise records in force.
    pub fn in_exercise(&self) -> impl Iterator<Item = &Known> {
        self.shown(true)
    }

    fn shown(&self, exercise: bool) -> impl Iterator<Item = &Known> {
        self.records.iter().filter(move |known| {
            known.superseded_by.is_none() && known.record.header.exercise == exercise
        })
    }

    /// The real record in force that is, or in one or more steps revises, the one of this id.
    #[must_use]
    pub fn current(&self, id: RecordId) -> Option<&Known> {
        let mut names = BTreeSet::from([id]);
        // Each revision names the record before it; they stand in the order of the journal. Of
        // earlier ones that are not shown, the name is enough.
        for known in &self.records {
            if known
                .record
                .header
                .supersedes
                .is_some_and(|before| names.contains(&before))
            {
                names.insert(known.record.header.id);
            }
        }
        self.in_force()
            .find(|known| names.contains(&known.record.header.id))
    }

    /// The exchange with a counterpart.
    #[must_use]
    pub fn exchange(&self, peer: &PartyId) -> Option<&ExchangeView> {
        self.exchanges
            .iter()
            .find(|exchange| exchange.peer == *peer)
    }
}

impl Known {
    /// The record's id.
    #[must_use]
    pub const fn id(&self) -> RecordId {
        self.record.header.id
    }

    /// Whether it belongs to that record.
    #[must_use]
    pub fn is_about(&self, id: RecordId) -> bool {
        self.record.header.about.contains(&id)
    }
}
