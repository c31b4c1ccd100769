//! The office of one node: carries out commands, takes messages in, watches clocks.

use crate::authority::Actor;
use crate::channel::Chains;
use crate::clock::{Clock, Entropy, Limits};
use crate::command::{Command, Done};
use crate::error::OfficeError;
use crate::keyring::Keyring;
use crate::officer::Officer;
use crate::peer::KnownKeys;
use crate::reader::Reader;
use crate::standing::{Guard, Standing};
use crate::witnessing::WitnessPolicy;
use crate::writing::Filed;
use policy::Bundle;
use records::{PartyId, ThreadId, Timestamp};
use safeguard::{NoRegistry, Registry};
use seal::Suite;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use store::Database;
use store::objects::Objects;

/// How often a command is computed again when others change the same documents meanwhile.
const ATTEMPTS: usize = 16;

/// What an office is built from.
pub struct Parts {
    /// The database.
    pub database: Arc<dyn Database>,
    /// Attachments and payloads, by hash.
    pub objects: Arc<dyn Objects>,
    /// The node's keys.
    pub keyring: Keyring,
    /// The suite agreed with each peer; the default one where none is named. It is fixed with the
    /// peering and not negotiated.
    pub agreements: BTreeMap<PartyId, Suite>,
    /// Who has to witness the node's logs, besides the peers.
    pub witnesses: WitnessPolicy,
    /// The policies.
    pub bundle: Bundle,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Bounds.
    pub limits: Limits,
    /// Whether this node runs an exercise: everything it sends is marked so, and its clock may be
    /// moved.
    pub exercise: bool,
}

/// The office of one node.
pub struct Office {
    pub(crate) reader: Reader,
    pub(crate) objects: Arc<dyn Objects>,
    pub(crate) keyring: Keyring,
    pub(crate) agreements: BTreeMap<PartyId, Suite>,
    pub(crate) witnesses: WitnessPolicy,
    pub(crate) bundle: Bundle,
    clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) limits: Limits,
    pub(crate) exercise: bool,
    pub(crate) registry: Box<dyn Registry + Send + Sync>,
    /// By how much the clock of an exercise was moved, in milliseconds.
    moved_ms: AtomicI64,
    pub(crate) chains: Chains,
    pub(crate) known_keys: KnownKeys,
    pub(crate) guard: Guard,
    /// Held while what witnesses have said is filed: they answer at the same time.
    pub(crate) filing: Mutex<()>,
}

/// How far the clock of an exercise was moved, as filed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MovedClock {
    pub(crate) milliseconds: i64,
}

impl MovedClock {
    /// The one document of its family.
    pub(crate) const NODE: &'static str = "node";
}

impl Filed for MovedClock {
    const FAMILY: &'static str = "exercise-clock";

    fn id(&self) -> String {
        Self::NODE.to_owned()
    }
}

impl Office {
    /// Opens the office.
    ///
    /// # Errors
    /// When the database cannot be read, and [`OfficeError::SuiteChanged`].
    pub fn open(parts: Parts) -> Result<Self, OfficeError> {
        let chains = Chains::of_logs(parts.database.logs()?);
        let reader = Reader::new(
            parts.database,
            parts.objects.clone(),
            parts.keyring.party.clone(),
        );
        let office = Self {
            reader,
            objects: parts.objects,
            keyring: parts.keyring,
            agreements: parts.agreements,
            witnesses: parts.witnesses,
            bundle: parts.bundle,
            clock: parts.clock,
            entropy: parts.entropy,
            limits: parts.limits,
            exercise: parts.exercise,
            registry: Box::new(NoRegistry),
            moved_ms: AtomicI64::new(0),
            chains,
            known_keys: KnownKeys::default(),
            guard: Guard::new(Standing::Unconfirmed {
                logs: Default::default(),
            }),
            filing: Mutex::default(),
        };
        // A node that is no exercise has the real time, whatever an exercise left behind.
        if office.exercise
            && let Some(moved) = office.load::<MovedClock>("node")?
        {
            office.set_moved(moved.value.milliseconds);
        }
        office.check_agreements()?;
        match office.first_standing()? {
            Standing::Signing => office.begin_signing(|_| Ok(()))?,
            other => office.guard.set(other),
        }
        Ok(office)
    }

    /// What can be read.
    #[must_use]
    pub const fn reader(&self) -> &Reader {
        &self.reader
    }

    /// The party this office belongs to.
    #[must_use]
    pub const fn party(&self) -> &PartyId {
        &self.keyring.party
    }

    /// The node's keys, for the exchange.
    #[must_use]
    pub const fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    /// Whether this node runs an exercise.
    #[must_use]
    pub const fn is_exercise(&self) -> bool {
        self.exercise
    }

    /// Bounds set by the configuration.
    #[must_use]
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Now, by this node's clock; in an exercise, by its openly moved clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let real = self.clock.now().millis();
        Timestamp::from_millis(real.saturating_add(self.moved_ms.load(Ordering::Acquire)))
    }

    /// Signs an officer in.
    ///
    /// # Errors
    /// [`OfficeError::NotAuthenticated`], the same for a wrong name and a wrong password.
    pub fn sign_in(&self, name: &str, password: &str) -> Result<Actor, OfficeError> {
        let Some(officer) = self.load::<Officer>(name)? else {
            // As long as for a real name, so that waiting tells no names.
            crate::officer::hash_in_vain(password);
            return Err(OfficeError::NotAuthenticated);
        };
        if officer.value.admits(password) {
            Ok(Actor::signed_in(officer.value.facts()))
        } else {
            Err(OfficeError::NotAuthenticated)
        }
    }

    /// Carries out a command. It is checked against policies and state, and written in one piece;
    /// if others changed the same case meanwhile it is checked again from the start.
    ///
    /// # Errors
    /// [`OfficeError`]; nothing was written then, except for a refusal the entry that says so.
    pub fn execute(&self, actor: &Actor, command: &Command) -> Result<Done, OfficeError> {
        self.may_write()?;
        for _ in 0..ATTEMPTS {
            match self.handle(actor, command) {
                Err(OfficeError::Busy) => {}
                result => {
                    let outcome = result.as_ref().map_or_else(OfficeError::code, |_| "done");
                    tracing::info!(
                        act = command.code(),
                        actor = actor.name(),
                        outcome,
                        "command"
                    );
                    return result;
                }
            }
        }
        Err(OfficeError::Busy)
    }

    pub(crate) const fn database(&self) -> &Arc<dyn Database> {
        self.reader.database()
    }

    pub(crate) fn set_moved(&self, milliseconds: i64) {
        self.moved_ms.store(milliseconds, Ordering::Release);
    }

    pub(crate) fn new_thread(&self, now: Timestamp) -> ThreadId {
        let mut random = [0; 10];
        self.entropy.fill(&mut random);
        // The moved clock of an exercise may not show in ids, which only need to be unique.
        ThreadId::from_moment(now, &random)
    }
}
