//! Vouching for the exchange log that a peer keeps of what passes between it and us.

use crate::OFFICE_LOG;
use crate::entry_kind::EntryKind;
use crate::error::OfficeError;
use crate::office::Office;
use crate::writing::{Filed, Loaded};
use journal::log_key::LogKeys;
use journal::note::NoteSigner;
use journal::witness::{AddCheckpoint, Cosigned, Refusal, Seen, Stored, check};
use records::PartyId;
use seal::keys::WitnessKey;
use serde::{Deserialize, Serialize};

/// How often a request is decided again when another one of the same log was faster.
const ATTEMPTS: usize = 16;

/// What we have vouched for of a peer's log: the largest checkpoint, as the log has signed it.
///
/// A node that lost this document and went on cosigning could contradict itself. That is why a
/// database that was set back turns the whole node read-only ([`crate::standing`]), and why a node
/// that could not be made whole retires its witness key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Witnessed {
    peer: PartyId,
    seen: Seen,
    /// The checkpoint with the lines of the log.
    checkpoint: String,
}

impl Filed for Witnessed {
    const FAMILY: &'static str = "witnessed";

    fn id(&self) -> String {
        self.seen.origin.clone()
    }

    fn tag(&self) -> String {
        self.peer.to_string()
    }
}

/// A peer that has signed two trees of one size. One such pair is kept: it proves all it has to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForkedPeer {
    /// The peer.
    pub peer: PartyId,
    /// The log's origin.
    pub origin: String,
    /// The checkpoint that we have vouched for.
    pub witnessed: String,
    /// The one that contradicts it.
    pub contradiction: String,
}

impl Filed for ForkedPeer {
    const FAMILY: &'static str = "forked-peer";

    fn id(&self) -> String {
        self.origin.clone()
    }
}

/// Why a checkpoint was not cosigned.
#[derive(Debug, thiserror::Error)]
pub enum WitnessRefusal {
    /// The request is not one that may be vouched for, with the status and body that HTTP gets.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// This node has no witness key in force (404): it follows no log.
    #[error("this node does not witness")]
    NoWitness,
    /// This side cannot do it now; try again (503).
    #[error("cannot witness now")]
    NotNow(#[from] OfficeError),
}

impl WitnessRefusal {
    /// The HTTP status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Refused(refusal) => refusal.status(),
            Self::NoWitness => 404,
            Self::NotNow(_) => 503,
        }
    }
}

impl Office {
    /// Vouches for a checkpoint of the peer's exchange log with us: the request of C2SP
    /// `tlog-witness`, answered with our signature lines. Durable before it is signed; the same
    /// checkpoint again is vouched for anew.
    ///
    /// # Errors
    /// [`WitnessRefusal`]; nothing is stored or signed then. Two signed trees of one size are kept as
    /// evidence.
    pub fn witness_checkpoint(
        &self,
        from: &PartyId,
        request: &[u8],
    ) -> Result<String, WitnessRefusal> {
        let request = AddCheckpoint::parse(request).map_err(Refusal::from)?;
        let key = self.witness_key()?;
        let log = self.witnessed_log(from, &request.checkpoint().origin)?;
        for _ in 0..ATTEMPTS {
            match self.advance(from, request.clone(), log.as_ref()) {
                Err(WitnessRefusal::NotNow(OfficeError::Busy)) => {}
                stored => return Ok(self.cosign(key, stored?)?.answer().to_string()),
            }
        }
        Err(OfficeError::Busy.into())
    }

    /// The largest checkpoint of the peer's exchange log with us that we have vouched for, with our
    /// cosignature: the peer's guard against a database that was set back. While this node may not sign
    /// it is shown as the log has signed it.
    ///
    /// # Errors
    /// [`WitnessRefusal`].
    pub fn witnessed_checkpoint(&self, from: &PartyId) -> Result<Option<String>, WitnessRefusal> {
        let key = self.witness_key()?;
        let documents = self
            .database()
            .documents(Witnessed::FAMILY, Some(from.as_str()))
            .map_err(OfficeError::from)?;
        let Some(current) = self.current_origin(from)? else {
            return Ok(None);
        };
        for document in documents {
            let filed = crate::writing::read_document::<Witnessed>(document)?.value;
            if filed.seen.origin == current {
                if self.may_write().is_err() {
                    // Two nodes that start at once wait for each other's answer, so it is given before
                    // we may sign: without our line. To the log its own signature is proof enough.
                    return Ok(Some(filed.checkpoint));
                }
                // Vouched for once more, over what is durable already. A signature that was made
                // before a crash need not have been kept.
                let request = AddCheckpoint::new(filed.seen.size, Vec::new(), &filed.checkpoint);
                let log = self.witnessed_log(from, &current)?;
                let advance = check(
                    request.map_err(Refusal::from)?,
                    log.as_ref(),
                    Some(&filed.seen),
                )?;
                let stored = advance.store(|_| Ok::<_, OfficeError>(()))?;
                return Ok(Some(self.cosign(key, stored)?.note().to_string()));
            }
        }
        Ok(None)
    }

    /// Decides, and makes the new memory durable.
    fn advance(
        &self,
        from: &PartyId,
        request: AddCheckpoint,
        log: Option<&LogKeys>,
    ) -> Result<Stored, WitnessRefusal> {
        let origin = request.checkpoint().origin.clone();
        let shown = request.note().to_string();
        let filed = self.load::<Witnessed>(&origin)?;
        let seen = filed.as_ref().map(|filed| &filed.value.seen);
        let advance = match check(request, log, seen) {
            Ok(advance) => advance,
            Err(refusal) => {
                if let Some(filed) = filed.filter(|_| refusal.proves_fork()) {
                    self.note_forked_peer(filed.value, &shown)?;
                }
                return Err(refusal.into());
            }
        };
        let checkpoint = advance.note().to_string();
        // Also where nothing is to be written: what this database remembers may be old.
        self.may_write()?;
        let stored = advance.store(|next| {
            if seen == Some(next) {
                return Ok(());
            }
            let mut writing = self.writing();
            let next = Witnessed {
                peer: from.clone(),
                seen: next.clone(),
                checkpoint,
            };
            writing.file(
                &Loaded {
                    value: next,
                    revision: filed.as_ref().map_or(0, |filed| filed.revision),
                    entry: None,
                },
                None,
            )?;
            // The newest head leads to all before it, and a fork is kept by itself.
            writing.batch.prune.push((Witnessed::FAMILY, origin));
            writing.commit().map(drop)
        })?;
        Ok(stored)
    }

    fn cosign(&self, key: (&WitnessKey, String), stored: Stored) -> Result<Cosigned, OfficeError> {
        let (key, name) = key;
        let seconds = u64::try_from(self.now().millis() / 1000).unwrap_or_default();
        let signers = key.cosigners(&name, seconds);
        let signers: Vec<&dyn NoteSigner> = signers.iter().map(|s| s.as_ref() as _).collect();
        stored
            .cosign(&signers)
            .map_err(|error| OfficeError::invalid("cosignature", error.to_string()))
    }

    /// The key we cosign with and its name, if our manifest names it.
    fn witness_key(&self) -> Result<(&WitnessKey, String), WitnessRefusal> {
        let manifest = self.keyring.manifest.statement();
        let (Some(key), Some(named)) = (&self.keyring.witness, &manifest.witness) else {
            return Err(WitnessRefusal::NoWitness);
        };
        let [first, _] = named.verifiers().map_err(OfficeError::from)?;
        let name = journal::note::NoteVerifier::name(&first).to_owned();
        if key.vkeys(&name) != named.vkeys {
            return Err(WitnessRefusal::NoWitness);
        }
        Ok((key, name))
    }

    /// The keys of the peer's exchange log with us under this origin; nothing if it has no such log.
    fn witnessed_log(
        &self,
        from: &PartyId,
        origin: &str,
    ) -> Result<Option<LogKeys>, WitnessRefusal> {
        let peer = self.counterpart(from)?;
        let Ok(verifiers) = peer.exchange_log_verifiers(self.party()) else {
            return Ok(None);
        };
        let vkeys: Vec<String> = verifiers
            .iter()
            .filter(|log| log.origin() == origin)
            .flat_map(journal::log_key::LogVerifier::vkeys)
            .collect();
        Ok(LogKeys::from_vkeys(&vkeys).ok())
    }

    fn current_origin(&self, from: &PartyId) -> Result<Option<String>, OfficeError> {
        let verifiers = self.counterpart(from)?.exchange_log_verifiers(self.party());
        let current = verifiers.ok().and_then(|all| all.into_iter().next());
        Ok(current.map(|log| log.origin().to_owned()))
    }

    fn note_forked_peer(&self, filed: Witnessed, shown: &str) -> Result<(), OfficeError> {
        let Witnessed {
            peer,
            seen,
            checkpoint,
        } = filed;
        tracing::error!(%peer, origin = seen.origin, "the peer has signed two trees of one size");
        if self.load::<ForkedPeer>(&seen.origin)?.is_some() {
            return Ok(());
        }
        let mut writing = self.writing();
        let entry = writing.entry(
            OFFICE_LOG,
            EntryKind::PeerLogForked,
            vec![
                ("peer", peer.to_string().into()),
                ("witnessed", checkpoint.clone().into()),
                ("contradiction", shown.into()),
            ],
        )?;
        let forked = ForkedPeer {
            peer,
            origin: seen.origin,
            witnessed: checkpoint,
            contradiction: shown.to_owned(),
        };
        writing.file(&Loaded::new(forked), Some(entry))?;
        match writing.commit() {
            // Another thread has kept one.
            Err(OfficeError::Busy) => Ok(()),
            other => other.map(drop),
        }
    }
}
