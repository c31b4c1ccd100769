//! Everybody who takes part, and what each does with what arrives. Nothing here is left to chance.

use crate::chance::Chance;
use crate::forger::Forger;
use crate::guard::{self, place_of};
use crate::house::{FORGER, House, WITNESSES, cosigner, logs_of, other};
use crate::machine::{Life, Machine};
use crate::mutant::Mutant;
use crate::network::{Load, Network, Packet, Place};
use crate::outside::Outside;
use crate::trace::Trace;
use crate::witness::{NotCosigned, Witness};
use journal::checkpoint::Checkpoint;
use journal::note::{AnyVerifier, Note};
use journal::witness::{AddCheckpoint, Answer, Refusal};
use office::{Acceptance, Actor, Command, Rejection, WitnessRefusal, WitnessedHead};
use std::collections::BTreeMap;
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

    fn send(&mut self, from: Place, to: Place, life: u64, load: Load) {
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

    fn show(&mut self, house: usize, log: &str, to: Place, old: u64) {
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

    /// A packet arrives.
    pub(crate) fn arrive(&mut self, packet: Packet) {
        let Packet { from, to, .. } = packet;
        self.trace
            .note(format!("{} from {from} reaches {to}", packet.load.name()));
        match to {
            Place::Witness(number) => self.reach_witness(number, packet),
            Place::Forger => self.reach_forger(packet),
            Place::Office(house) => {
                let machine = &self.machines[house];
                let (runs, both) = (machine.life.is_some(), machine.old.is_some());
                let late = packet.life != machine.lives;
                match packet.load.is_answer() {
                    true if runs && !late => self.reach_asker(house, packet),
                    // A failover leaves two nodes that both believe they are meant.
                    false if runs || both => {
                        let to_old = both && (!runs || self.chance.percent(50));
                        self.reach_office(house, packet, to_old);
                    }
                    _ => self.trace.note("  nobody waits for it"),
                }
            }
        }
    }

    fn reach_witness(&mut self, number: usize, packet: Packet) {
        // Witnesses have good clocks.
        let seconds = self.machines[0].seconds().max(self.machines[1].seconds());
        let witness = &mut self.witnesses[number];
        if !witness.runs {
            return self.trace.note("  it is down");
        }
        let answer = match packet.load {
            Load::AddCheckpoint { log, request } => match witness.add_checkpoint(&request, seconds)
            {
                Ok(lines) => {
                    let head = AddCheckpoint::parse(request.as_bytes())
                        .unwrap()
                        .checkpoint()
                        .clone();
                    self.trace
                        .note(format!("  w{number} cosigns {}", head.size));
                    self.vouched(packet.from, &log, &head, number);
                    Load::Cosigned {
                        log,
                        request,
                        lines,
                    }
                }
                Err(NotCosigned::Refused(Refusal::Conflict { seen, .. })) => {
                    Load::Conflict { log, seen }
                }
                Err(NotCosigned::Refused(refusal)) => {
                    return self
                        .trace
                        .note(format!("  refused with {}", refusal.status()));
                }
                Err(NotCosigned::Halted) => return self.trace.note("  it has halted"),
            },
            Load::Ask { log, origin } => {
                let checkpoint = witness.checkpoint(&origin);
                Load::Shown { log, checkpoint }
            }
            _ => return,
        };
        self.send(Place::Witness(number), packet.from, packet.life, answer);
    }

    fn vouched(&mut self, from: Place, log: &str, head: &Checkpoint, by: usize) {
        match from {
            Place::Office(house) => self.outside.cosigned(house, log, head, &format!("w{by}")),
            Place::Forger => {
                if let Some(wrong) = self.forger.vouched(by, head) {
                    self.outside.complain(wrong);
                }
            }
            Place::Witness(_) => {}
        }
    }

    fn reach_forger(&mut self, packet: Packet) {
        if let (Load::Conflict { seen, .. }, Place::Witness(number)) = (packet.load, packet.from) {
            self.forger.believe(number, seen);
        }
    }

    /// A request reaches an office.
    fn reach_office(&mut self, house: usize, packet: Packet, to_old: bool) {
        let machine = &self.machines[house];
        let life = if to_old { &machine.old } else { &machine.life };
        let Some(Life { office, .. }) = life else {
            return;
        };
        let Place::Office(asker) = packet.from else {
            return;
        };
        let from = &House::of(asker).party;
        let (answer, said) = match packet.load {
            Load::Consign { message, bytes } => match office.accept_message(from, &bytes) {
                Ok(Acceptance::Receipt(receipt)) => (Load::Receipt { message, receipt }, "taken"),
                Ok(Acceptance::PayloadsMissing(_)) => {
                    (Load::NotTaken { message }, "payloads missing")
                }
                Err(rejection) => (Load::NotTaken { message }, rejection.code()),
            },
            Load::Release { message, headers } => {
                match office.open_message(from, &message, &headers) {
                    Ok(receipt) => (Load::Receipt { message, receipt }, "opened"),
                    Err(rejection) => (Load::NotTaken { message }, Rejection::code(&rejection)),
                }
            }
            Load::AddCheckpoint { log, request } => {
                match office.witness_checkpoint(from, request.as_bytes()) {
                    Ok(lines) => {
                        let head = AddCheckpoint::parse(request.as_bytes())
                            .unwrap()
                            .checkpoint()
                            .clone();
                        let by = packet.to.to_string();
                        self.outside.cosigned(asker, &log, &head, &by);
                        (
                            Load::Cosigned {
                                log,
                                request,
                                lines,
                            },
                            "cosigned",
                        )
                    }
                    Err(WitnessRefusal::Refused(Refusal::Conflict { seen, .. })) => {
                        (Load::Conflict { log, seen }, "conflict")
                    }
                    Err(refusal) => {
                        let status = refusal.status();
                        return self.trace.note(format!("  refused with {status}"));
                    }
                }
            }
            Load::Ask { log, .. } => match office.witnessed_checkpoint(from) {
                Ok(checkpoint) => (Load::Shown { log, checkpoint }, "shown"),
                Err(_) => return self.trace.note("  no answer"),
            },
            _ => return,
        };
        let stopped = life.as_ref().is_some_and(Life::has_stopped);
        self.trace.note(format!("  {said}"));
        // A process whose disk fails may still get its answer out, or not.
        if !stopped || self.chance.percent(50) {
            self.send(packet.to, packet.from, packet.life, answer);
        }
    }

    /// An answer reaches an office.
    fn reach_asker(&mut self, house: usize, packet: Packet) {
        let from = packet.from;
        if let Load::Conflict { log, seen } = packet.load {
            return self.show(house, &log, from, seen);
        }
        let machine = &mut self.machines[house];
        let Some(life) = &mut machine.life else {
            return;
        };
        let peer = &House::of(other(house)).party;
        let outcome = match packet.load {
            Load::Receipt { message, receipt } => {
                life.courier.answered(message);
                let filed = life.office.file_receipt(peer, message, &receipt);
                if filed.is_ok() {
                    self.outside.receipted(house, &receipt);
                }
                filed
            }
            Load::NotTaken { message } => {
                life.courier.answered(message);
                Ok(())
            }
            Load::Cosigned {
                log,
                request,
                lines,
            } => {
                let request = AddCheckpoint::parse(request.as_bytes()).unwrap();
                let mut note: Note = request.note().clone();
                let answer = Answer::parse(lines.as_bytes()).unwrap();
                if answer.merge_into(&mut note, witness_keys(from)).is_err() {
                    self.outside
                        .complain(format!("a cosignature by {from} does not hold"));
                }
                life.office
                    .file_cosignatures(&log, &note.to_string())
                    .map(drop)
            }
            Load::Shown { log, checkpoint } => guard::answered(machine, from, log, checkpoint),
            _ => return,
        };
        if let Err(error) = outcome {
            self.trace.note(format!("  {}", error.code()));
        }
    }
}

/// The keys that a witness's lines are checked with.
fn witness_keys(place: Place) -> &'static [AnyVerifier] {
    static KEYS: OnceLock<BTreeMap<Place, Vec<AnyVerifier>>> = OnceLock::new();
    let made = || {
        let domestic = (0..WITNESSES).map(|number| {
            let key = AnyVerifier::from_vkey(&cosigner(number, 0).verifier().vkey()).unwrap();
            (Place::Witness(number), vec![key])
        });
        let offices = (0..2).map(|house| {
            let named = House::of(house)
                .manifest
                .statement()
                .witness
                .as_ref()
                .unwrap();
            (Place::Office(house), named.verifiers().unwrap().to_vec())
        });
        domestic.chain(offices).collect()
    };
    KEYS.get_or_init(made)
        .get(&place)
        .map_or(&[], Vec::as_slice)
}

/// The witnesses have seen nothing of these logs: they are new.
pub(crate) fn confirm_new(machine: &Machine) {
    let heads = machine.logs().map(|log| WitnessedHead {
        log,
        witness: "w0".to_owned(),
        checkpoint: None,
    });
    let life = machine.life.as_ref().unwrap();
    life.office.confirm_standing(&heads).unwrap();
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
