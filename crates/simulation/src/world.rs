//! Everybody who takes part, and what each does by itself. What each does with what arrives is in
//! [`crate::arrival`].

use crate::chance::Chance;
use crate::forger::Forger;
use crate::guard::{self, place_of};
use crate::house::{FORGER, House, WITNESSES, logs_of, other};
use crate::machine::{Life, Machine};
use crate::mutant::Mutant;
use crate::network::{Load, Network, Packet, Place};
use crate::outside::Outside;
use crate::trace::Trace;
use crate::witness::Witness;
use office::{Actor, Command, Said, WitnessAnswer};
use std::sync::OnceLock;
use std::sync::atomic::Ordering;
use store::simulated::{Disk, Loss};

/// The world of one seed.
pub(crate) struct World {
    mutant: Option<Mutant>,
    pub(crate) chance: Chance,
    pub(crate) trace: Trace,
    pub(crate) machines: [Machine; 2],
    pub(crate) witnesses: Vec<Witness>,
    pub(crate) forger: Forger,
    pub(crate) network: Network,
    pub(crate) outside: Outside,
}

impl World {
    /// Two offices that have accepted each other's keys and run, and three witnesses.
    pub(crate) fn new(seed: u64, mutant: Option<Mutant>) -> Self {
        let machine = |house: usize| {
            let (disk, vault) = &born()[house];
            Machine::new(house, seed, mutant, (disk.copy(), vault.copy()))
        };
        let mut world = Self {
            mutant,
            chance: Chance::new(seed),
            trace: Trace::default(),
            machines: [machine(0), machine(1)],
            witnesses: (0..WITNESSES).map(|n| Witness::new(n, mutant)).collect(),
            forger: Forger::new(),
            network: Network::default(),
            outside: Outside::default(),
        };
        for machine in &mut world.machines {
            let skew = world.chance.below(4000) as i64 - 2000;
            machine.clock.0.fetch_add(skew, Ordering::SeqCst);
            machine.start().unwrap();
            confirm_new(machine);
            machine.back_up();
            world.outside.look(machine);
        }
        world
    }

    pub(crate) fn advance(&mut self, millis: i64) {
        for machine in &self.machines {
            machine.clock.0.fetch_add(millis, Ordering::SeqCst);
        }
    }

    /// Ends one step: looks at everybody, and ends those whose writer has stopped.
    pub(crate) fn settle_step(&mut self) {
        for house in 0..2 {
            self.outside.look(&self.machines[house]);
            if self.machines[house]
                .old
                .as_ref()
                .is_some_and(Life::has_stopped)
            {
                self.machines[house].old = None;
                self.trace
                    .note(format!("  the old {} has stopped", Place::Office(house)));
            }
            if self.machines[house]
                .life
                .as_ref()
                .is_some_and(Life::has_stopped)
            {
                let loss = self.any_loss();
                self.trace
                    .note(format!("  {} has stopped, {loss:?}", Place::Office(house)));
                self.machines[house].cut(loss);
            }
        }
        for witness in &mut self.witnesses {
            if witness.owes() && self.chance.percent(5) {
                witness.pay();
            }
        }
        let states: Vec<String> = (0..2).map(|house| self.state(house)).collect();
        self.trace.note(format!("  {}", states.join(", ")));
    }

    fn state(&self, house: usize) -> String {
        let place = Place::Office(house);
        let Some(life) = &self.machines[house].life else {
            return format!("{place} is down");
        };
        let sizes = logs_of(house).map(|log| life.leaves(&log).len());
        let standing = match life.office.standing() {
            office::Standing::Signing => "signs",
            office::Standing::Unconfirmed { .. } => "asks",
            office::Standing::ReadOnly(_) => "reads",
        };
        format!("{place} {standing} {sizes:?}")
    }

    /// What a machine's disks may keep of what was not synced.
    pub(crate) fn any_loss(&mut self) -> Loss {
        match self.chance.below(4) {
            // The broken build is to lose what nothing on its disks tells of.
            _ if self.mutant == Some(Mutant::ReceiptsBeforeDurable) => Loss::All,
            0 => Loss::None,
            1 => Loss::All,
            _ => Loss::Torn(self.chance.next()),
        }
    }

    pub(crate) fn send(&mut self, from: Place, to: Place, life: u64, load: Load) {
        self.network.send(Packet {
            from,
            to,
            life,
            load,
        });
    }

    /// An officer of this office sends a ping; or one of the old office, after a failover.
    pub(crate) fn ping(&mut self, house: usize, in_old: bool) {
        let machine = &self.machines[house];
        let life = if in_old { &machine.old } else { &machine.life };
        let Some(life) = life else { return };
        let peer = House::of(other(house)).party.clone();
        let sent = life
            .office
            .execute(&Actor::local_operator(), &Command::Ping { peer });
        let outcome = sent
            .as_ref()
            .map_or_else(office::OfficeError::code, |_| "sent");
        let which = if in_old { "the old " } else { "" };
        self.trace
            .note(format!("{which}{} pings: {outcome}", Place::Office(house)));
        if let Ok(done) = sent
            && let Some(message) = done.message
        {
            self.outside.sent[house].push(message);
        }
    }

    /// The courier of an office looks at its outbox.
    pub(crate) fn courier(&mut self, house: usize) {
        let machine = &mut self.machines[house];
        let (now, lives) = (machine.now(), machine.lives);
        let Some(life) = &mut machine.life else {
            return;
        };
        let peer = &House::of(other(house)).party;
        match life.courier.turn(&life.office, peer, now) {
            Ok(None) => {}
            Ok(Some(load)) => {
                self.trace
                    .note(format!("{} sends {}", Place::Office(house), load.name()));
                self.send(
                    Place::Office(house),
                    Place::Office(other(house)),
                    lives,
                    load,
                );
            }
            Err(error) => {
                let code = error.code();
                self.trace
                    .note(format!("{} cannot deliver: {code}", Place::Office(house)));
            }
        }
    }

    /// An office reads the log of the other one, which lacks what it has receipted.
    pub(crate) fn fetch(&mut self, house: usize) {
        let machine = &self.machines[house];
        let (lives, [_, log]) = (machine.lives, logs_of(house));
        let Some(life) = &machine.life else { return };
        let reader = life.office.reader();
        let from = reader
            .peer_log_size(&House::of(other(house)).party)
            .unwrap();
        let ours = reader.head(&log).unwrap().size;
        let (asker, asked) = (Place::Office(house), Place::Office(other(house)));
        self.send(asker, asked, lives, Load::Fetch { from, ours });
    }

    /// An office that has not been confirmed asks its witnesses.
    pub(crate) fn ask_witnesses(&mut self, house: usize) {
        let questions = guard::questions(&mut self.machines[house]).unwrap_or_default();
        for (to, load) in questions {
            let lives = self.machines[house].lives;
            self.send(Place::Office(house), to, lives, load);
        }
    }

    /// An office has one of its logs witnessed by one of its witnesses.
    pub(crate) fn witness(&mut self, house: usize, log: &str, which: usize) {
        let Some(life) = &self.machines[house].life else {
            return;
        };
        let Ok(targets) = life.office.witness_targets(log) else {
            return;
        };
        let Some(target) = targets.get(which % targets.len().max(1)) else {
            return;
        };
        let old = target.last().map_or(0, |last| last.size);
        let to = place_of(house, target);
        self.show(house, log, to, old);
    }

    pub(crate) fn show(&mut self, house: usize, log: &str, to: Place, old: u64) {
        let machine = &self.machines[house];
        let lives = machine.lives;
        let Some(life) = &machine.life else { return };
        let load = match life.office.witness_request(log, old) {
            Ok((request, head)) => {
                let size = head.size;
                self.trace.note(format!(
                    "{} shows {to} {log} {old}..{size}",
                    Place::Office(house)
                ));
                Load::AddCheckpoint {
                    log: log.to_owned(),
                    request: request.to_string(),
                }
            }
            // The witness has seen more than there is: ask what.
            Err(office::OfficeError::Invalid { .. }) => Load::Ask {
                log: log.to_owned(),
                origin: crate::house::origin(house, log),
            },
            Err(_) => return,
        };
        self.send(Place::Office(house), to, lives, load);
    }

    /// The forger tells one of its lies.
    pub(crate) fn lie(&mut self) {
        let (witness, request, name) = self.forger.lie(&mut self.chance);
        self.trace.note(format!("forger shows w{witness} {name}"));
        let log = FORGER.to_owned();
        self.send(
            Place::Forger,
            Place::Witness(witness),
            0,
            Load::AddCheckpoint { log, request },
        );
    }
}

/// The witnesses have seen nothing of these logs: they are new.
pub(crate) fn confirm_new(machine: &Machine) {
    let life = machine.life.as_ref().unwrap();
    let mut answers = Vec::new();
    for log in machine.logs() {
        for target in life.office.witness_targets(&log).unwrap() {
            let (log, said) = (log.clone(), Said::Nothing);
            answers.push(WitnessAnswer { log, target, said });
        }
    }
    life.office.confirm_standing(&answers).unwrap();
    assert!(life.signs());
}

/// The disks of two offices that have accepted each other's keys: made once, copied for each seed.
fn born() -> &'static [(Disk, Disk); 2] {
    static BORN: OnceLock<[(Disk, Disk); 2]> = OnceLock::new();
    BORN.get_or_init(|| {
        [0, 1].map(|house| {
            let disks = (Disk::new(), Disk::new());
            let mut machine = Machine::new(house, u64::MAX, None, disks.clone());
            machine.start().unwrap();
            confirm_new(&machine);
            let peer = &House::of(other(house)).manifest;
            let command = Command::AcceptPeer {
                manifest: peer.to_json().unwrap(),
                fingerprint: peer.statement().fingerprint().to_string(),
            };
            let life = machine.life.as_ref().unwrap();
            life.office
                .execute(&Actor::local_operator(), &command)
                .unwrap();
            disks
        })
    })
}
