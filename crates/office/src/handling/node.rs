//! What concerns the node as a whole: officers, peers, pings, records, the exercise clock.

use super::{act_fields, done};
use crate::authority::Actor;
use crate::command::{Done, Password};
use crate::content::Content;
use crate::dispatch::Dispatch;
use crate::entry_kind::EntryKind;
use crate::error::OfficeError;
use crate::office::{MovedClock, Office};
use crate::officer::Officer;
use crate::peer::Peer;
use crate::reader::FiledRecord;
use crate::writing::{Loaded, Writing};
use crate::{OFFICE_LOG, exchange_log};
use policy::{Action, Role};
use records::{Marking, PartyId, Record};
use seal::key_manifest::{KeyManifest, SignedKeyManifest};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

impl Office {
    pub(crate) fn add_officer(
        &self,
        actor: &Actor,
        name: &str,
        roles: &BTreeSet<Role>,
        unit: &str,
        password: &Password,
    ) -> Result<Done, OfficeError> {
        let allowed = self.authorise(actor, Action::AddOfficer, self.node_facts(), None)?;
        // An officer of the operator's name could not be told from the operator in the journal.
        if name == Actor::local_operator().name() || self.load::<Officer>(name)?.is_some() {
            return Err(OfficeError::Exists {
                what: "officer",
                name: name.to_owned(),
            });
        }
        let mut salt = [0; 16];
        self.entropy.fill(&mut salt);
        let officer = Officer::appoint(name, roles.clone(), unit, password.expose(), &salt)?;
        let mut writing = self.writing();
        let mut fields = act_fields(actor, allowed);
        fields.push(("officer", name.into()));
        fields.push(("roles", serde_json::to_value(roles).unwrap_or_default()));
        fields.push(("unit", unit.into()));
        let entry = writing.entry(OFFICE_LOG, EntryKind::OfficerAdded, fields)?;
        writing.file(&Loaded::new(officer), Some(entry))?;
        done(writing)
    }

    pub(crate) fn accept_peer(
        &self,
        actor: &Actor,
        manifest: &str,
        fingerprint: &str,
    ) -> Result<Done, OfficeError> {
        let allowed = self.authorise(actor, Action::AcceptPeerKeys, self.node_facts(), None)?;
        let signed = SignedKeyManifest::from_json(manifest.as_bytes())?;
        signed.verify_self()?;
        let keys = signed.statement();
        let party: PartyId = keys.party.parse().map_err(|e: records::id::IdError| {
            OfficeError::invalid("manifest party", e.to_string())
        })?;
        if party == self.keyring.party {
            return Err(OfficeError::invalid(
                "manifest",
                "these are this node's own keys",
            ));
        }
        let expected = keys.root.fingerprint().to_string();
        if !same_fingerprint(&expected, fingerprint) {
            return Err(OfficeError::FingerprintDiffers {
                party: keys.party.clone(),
            });
        }
        if !self.database().logs()?.contains(&exchange_log(&party)) {
            return Err(OfficeError::NoSuch {
                what: "peer in the configuration",
                name: party.to_string(),
            });
        }
        let suite = self.suite(&party);
        if keys.suite(suite).is_none() {
            return Err(OfficeError::invalid(
                "manifest",
                format!("it has no keys for suite {suite}, which is agreed with {party}"),
            ));
        }
        self.check_pins_are_its_own(&party, keys)?;
        let mut writing = self.writing();
        let filed = self.load::<Peer>(party.as_str())?;
        if let Some(known) = &filed {
            // Also a change of the root, which the root before must have signed.
            signed.verify_successor(&known.value.keys()?)?;
        }
        note_keys(&mut writing, &party, &signed)?;
        let peer = Peer {
            party: party.clone(),
            manifest: manifest.trim_end().to_owned(),
            fingerprint: expected.clone(),
            accepted_by: actor.name().to_owned(),
            accepted: writing.now,
        };
        let mut fields = act_fields(actor, allowed);
        fields.push(("peer", party.to_string().into()));
        fields.push(("fingerprint", expected.into()));
        fields.push(("manifest", signed.id().to_string().into()));
        fields.push(("version", keys.version.into()));
        let entry = writing.entry(OFFICE_LOG, EntryKind::PeerAccepted, fields)?;
        writing.file(
            &Loaded {
                value: peer,
                revision: filed.map_or(0, |f| f.revision),
                entry: None,
            },
            Some(entry),
        )?;
        done(writing)
    }

    /// A TLS key tells one party: two that shared one could speak for each other.
    fn check_pins_are_its_own(
        &self,
        party: &PartyId,
        keys: &KeyManifest,
    ) -> Result<(), OfficeError> {
        for other in self
            .reader()
            .peers()?
            .into_iter()
            .filter(|peer| peer.party != *party)
        {
            let taken = other.keys()?.tls_spki_sha256;
            if keys.tls_spki_sha256.iter().any(|pin| taken.contains(pin)) {
                return Err(OfficeError::invalid(
                    "manifest",
                    format!("it names a TLS key of party {}", other.party),
                ));
            }
        }
        Ok(())
    }

    pub(crate) fn ping(&self, actor: &Actor, party: &PartyId) -> Result<Done, OfficeError> {
        let allowed = self.authorise(actor, Action::SendPing, self.node_facts(), None)?;
        // Before the channel: a party without keys has none.
        self.peer(party)?;
        let _chain = self.lock_chain(party)?;
        let mut writing = self.writing();
        let thread = self.new_thread(writing.now);
        let message = self.send(
            &mut writing,
            party,
            &Dispatch {
                content: &Content::Ping,
                attachments: &[],
                thread,
                reply_to: None,
                deadline: None,
                marking: &Marking::amber(),
                exercise: self.exercise,
            },
        )?;
        let mut fields = act_fields(actor, allowed);
        fields.push(("peer", party.to_string().into()));
        fields.push(("message", message.to_string().into()));
        writing.entry(OFFICE_LOG, EntryKind::PingSent, fields)?;
        Ok(Done {
            thread: Some(thread),
            message: Some(message),
            ..done(writing)?
        })
    }

    pub(crate) fn import_records(
        &self,
        actor: &Actor,
        records: &[Record],
    ) -> Result<Done, OfficeError> {
        let allowed = self.authorise(actor, Action::ImportRecords, self.node_facts(), None)?;
        let mut writing = self.writing();
        let mut new: BTreeMap<String, Loaded<FiledRecord>> = BTreeMap::new();
        for record in records {
            let id = record.header.id.to_string();
            if let Some(filed) = self.load::<FiledRecord>(&id)? {
                if filed.value.record == *record {
                    continue;
                }
                return Err(OfficeError::Exists {
                    what: "record with other content",
                    name: id,
                });
            }
            let value = FiledRecord {
                record: record.clone(),
            };
            if new.insert(id.clone(), Loaded::new(value)).is_some() {
                return Err(OfficeError::Exists {
                    what: "record in the same import",
                    name: id,
                });
            }
        }
        // In the order of the files, so that the journal reads like them.
        let mut written = Vec::new();
        for record in records {
            let Some(loaded) = new.remove(&record.header.id.to_string()) else {
                continue;
            };
            let fields = vec![
                ("actor", Value::from(actor.name())),
                ("record", serde_json::to_value(record).unwrap_or_default()),
                ("id", record.header.id.to_string().into()),
            ];
            let entry = writing.entry(OFFICE_LOG, EntryKind::RecordWritten, fields)?;
            writing.file(&loaded, Some(entry))?;
            written.push(record.header.id);
        }
        let mut fields = act_fields(actor, allowed);
        fields.push(("count", written.len().into()));
        writing.entry(OFFICE_LOG, EntryKind::RecordsImported, fields)?;
        Ok(Done {
            records: written,
            ..done(writing)?
        })
    }

    pub(crate) fn move_exercise_clock(
        &self,
        actor: &Actor,
        seconds: u32,
    ) -> Result<Done, OfficeError> {
        let allowed = self.authorise(actor, Action::MoveExerciseClock, self.node_facts(), None)?;
        let mut filed = self
            .load::<MovedClock>(MovedClock::NODE)?
            .unwrap_or_else(|| Loaded::new(MovedClock::default()));
        filed.value.milliseconds = filed
            .value
            .milliseconds
            .saturating_add(i64::from(seconds) * 1000);
        let mut writing = self.writing();
        let mut fields = act_fields(actor, allowed);
        fields.push(("seconds", seconds.into()));
        let entry = writing.entry(OFFICE_LOG, EntryKind::ExerciseClockMoved, fields)?;
        writing.file(&filed, Some(entry))?;
        let done = done(writing)?;
        self.set_moved(filed.value.milliseconds);
        Ok(done)
    }
}

/// Says in the office journal and in the exchange log which keys of the peer count from here on. What
/// stands before this entry in the exchange log was judged by the keys before: the order of the log
/// decides, and no clock.
fn note_keys(
    writing: &mut Writing<'_>,
    party: &PartyId,
    signed: &SignedKeyManifest,
) -> Result<(), OfficeError> {
    let keys = signed.statement();
    let revoked: Vec<String> = keys
        .revocations
        .iter()
        .map(|revocation| revocation.key.to_string())
        .collect();
    for log in [OFFICE_LOG, exchange_log(party).as_str()] {
        let fields = vec![
            ("peer", party.to_string().into()),
            ("version", keys.version.into()),
            ("manifest", signed.id().to_string().into()),
            ("revoked", revoked.clone().into()),
        ];
        writing.entry(log, EntryKind::KeysAccepted, fields)?;
    }
    Ok(())
}

/// Compares fingerprints as people write them: spaces, line ends and case do not matter.
fn same_fingerprint(expected: &str, given: &str) -> bool {
    let plain = |text: &str| -> String {
        text.chars()
            .filter(|c| !c.is_whitespace())
            .collect::<String>()
            .to_lowercase()
    };
    plain(expected) == plain(given)
}
