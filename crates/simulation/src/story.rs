//! What happens: one seed decides all of it.

use crate::house::{WITNESSES, logs_of, other};
use crate::machine::SetBack;
use crate::mutant::Mutant;
use crate::network::Place;
use crate::world::World;
use office::Standing;
use std::collections::BTreeMap;
use store::simulated::Fault;

/// Steps before the faults end.
const STEPS: u64 = 90;
/// Rounds within which all must have come to rest afterwards, of two seconds each: longer than the
/// longest pause of a courier.
const ROUNDS: usize = 90;

/// How a story ended.
#[derive(Debug)]
pub(crate) struct Ending {
    pub(crate) wrong: Option<String>,
    pub(crate) trace: Vec<String>,
    pub(crate) hash: journal::hash::Hash,
    /// Messages that went through.
    pub(crate) through: usize,
    /// Whether an office forgot what nobody could know of.
    pub(crate) forgetful: bool,
}

/// The faults of a story, by the step at which they happen.
#[derive(Debug, Clone, Copy)]
enum Misfortune {
    Cut(usize),
    /// The machine stops, or its disk fails, in the middle of what it does next.
    FailAt(usize, bool, Fault),
    CutWitness(usize),
    FailWitness(usize),
    Part,
    Heal,
    Restore(usize, bool),
    FailOver(usize, bool),
    EndOld(usize),
}

/// Runs the story of a seed.
pub(crate) fn run(seed: u64, mutant: Option<Mutant>) -> Ending {
    let mut world = World::new(seed, mutant);
    let mut misfortunes = world.misfortunes();
    let pings = 3 + world.chance.below(3) as usize;
    for step in 0..STEPS {
        if world.outside.wrong.is_some() {
            break;
        }
        let millis = 50 + world.chance.below(2500) as i64;
        world.advance(millis);
        world.trace.note(format!("{step}"));
        for misfortune in misfortunes.remove(&step).unwrap_or_default() {
            world.befall(misfortune);
        }
        world.act(pings);
        world.settle_step();
    }
    if world.outside.wrong.is_none() {
        world.come_to_rest();
    }
    if world.outside.wrong.is_none() {
        world.review();
    }
    Ending {
        through: world.outside.receipts.len() / 2,
        forgetful: world.outside.forgetful.contains(&true),
        wrong: world.outside.wrong.take(),
        hash: world.trace.hash(),
        trace: world.trace.lines().to_vec(),
    }
}

impl World {
    /// Two to four faults. At most one of them sets a machine back: against two at once, of offices
    /// that witness each other, nothing helps.
    fn misfortunes(&mut self) -> BTreeMap<u64, Vec<Misfortune>> {
        let mut all: BTreeMap<u64, Vec<Misfortune>> = BTreeMap::new();
        let mut set_back = false;
        for _ in 0..2 + self.chance.below(3) {
            let step = 8 + self.chance.below(STEPS - 20);
            let house = self.chance.index(2);
            let fault = match self.chance.below(14) {
                0 | 1 => Misfortune::Cut(house),
                2..=4 => {
                    let fault = [Fault::Crash, Fault::Crash, Fault::NoSpace, Fault::Io];
                    Misfortune::FailAt(house, self.chance.percent(30), fault[self.chance.index(4)])
                }
                5 | 6 => Misfortune::CutWitness(self.chance.index(WITNESSES)),
                7 => Misfortune::FailWitness(self.chance.index(WITNESSES)),
                8 | 9 => Misfortune::Part,
                10..=12 if !set_back => {
                    set_back = true;
                    Misfortune::Restore(house, self.chance.percent(50))
                }
                13 if !set_back => {
                    set_back = true;
                    Misfortune::FailOver(house, self.chance.percent(30))
                }
                _ => Misfortune::Cut(house),
            };
            let end = match fault {
                Misfortune::Part => Some(Misfortune::Heal),
                Misfortune::FailOver(..) => Some(Misfortune::EndOld(house)),
                _ => None,
            };
            all.entry(step).or_default().push(fault);
            if let Some(end) = end {
                let later = step + 10 + self.chance.below(60);
                all.entry(later).or_default().push(end);
            }
        }
        all
    }

    fn befall(&mut self, misfortune: Misfortune) {
        self.trace.note(format!("! {misfortune:?}"));
        match misfortune {
            Misfortune::Cut(house) => self.cut(house),
            Misfortune::FailAt(house, of_vault, fault) => {
                let machine = &self.machines[house];
                let disk = if of_vault {
                    &machine.vault
                } else {
                    &machine.disk
                };
                let soon = self.chance.below(if of_vault { 4 } else { 14 });
                disk.fail_at(disk.operations() + soon, fault);
            }
            Misfortune::CutWitness(number) => {
                let loss = self.any_loss();
                self.witnesses[number].cut(loss);
            }
            Misfortune::FailWitness(number) => {
                let disk = &self.witnesses[number].disk;
                disk.fail_at(disk.operations() + self.chance.below(6), Fault::Crash);
            }
            Misfortune::Part => {
                let house = self.chance.index(2);
                let far = match self.chance.index(WITNESSES + 1) {
                    0 => Place::Office(other(house)),
                    number => Place::Witness(number - 1),
                };
                self.network.part(Place::Office(house), far);
            }
            Misfortune::Heal => self.network.heal(),
            Misfortune::Restore(house, with_anchor) => {
                self.cut(house);
                if self.machines[house].restore(with_anchor) && with_anchor {
                    self.network.drop_all_of(Place::Office(house));
                }
            }
            Misfortune::FailOver(house, behind) => {
                if self.machines[house].fail_over(behind) {
                    self.start(house);
                    self.ask_witnesses(house);
                }
            }
            Misfortune::EndOld(house) => self.machines[house].old = None,
        }
    }

    fn cut(&mut self, house: usize) {
        self.outside.look(&self.machines[house]);
        let loss = self.any_loss();
        self.machines[house].cut(loss);
    }

    /// One thing that somebody does.
    fn act(&mut self, pings: usize) {
        let house = self.chance.index(2);
        match self.chance.below(100) {
            0..48 => {
                if let Some(packet) = self.network.any(&mut self.chance) {
                    match self.chance.below(100) {
                        0..6 => self.trace.note(format!("{} is lost", packet.load.name())),
                        6..14 => {
                            self.network.send(packet.clone());
                            self.arrive(packet);
                        }
                        _ => self.arrive(packet),
                    }
                }
            }
            48..68 => self.courier(house),
            68..75 => {
                if self.outside.sent.iter().map(Vec::len).sum::<usize>() < pings {
                    let in_old = self.machines[house].old.is_some() && self.chance.percent(50);
                    self.ping(house, in_old);
                }
            }
            75..81 => {
                let log = &logs_of(house)[self.chance.index(2)];
                let which = self.chance.index(WITNESSES + 1);
                self.witness(house, log, which);
            }
            81..88 => self.lie(),
            88..90 => {
                if let Some(life) = &self.machines[house].life {
                    let done = life.office.watch().map_err(|error| error.code());
                    self.trace
                        .note(format!("{} watches: {done:?}", Place::Office(house)));
                }
            }
            90..92 => {
                if self.machines[house].life.is_some() && self.machines[house].old.is_none() {
                    self.trace
                        .note(format!("{} is backed up", Place::Office(house)));
                    self.machines[house].back_up();
                }
            }
            _ => self.start_someone(house),
        }
    }

    /// Somebody who is down starts; an office that is up and not confirmed asks.
    fn start_someone(&mut self, house: usize) {
        if let Some(down) = self.witnesses.iter_mut().find(|witness| !witness.runs) {
            down.start();
            self.trace.note("a witness starts");
        }
        self.start(house);
        self.ask_witnesses(house);
    }

    fn start(&mut self, house: usize) {
        if self.machines[house].life.is_some() {
            return;
        }
        let place = Place::Office(house);
        match self.machines[house].start() {
            Ok(()) => self.trace.note(format!("{place} starts")),
            Err(error) => {
                // A fault that was waiting for it; the next start may succeed.
                self.trace.note(format!("{place} does not start"));
                let loss = self.any_loss();
                self.machines[house].cut(loss);
                self.machines[house].refused = Some(error);
            }
        }
    }

    /// The faults are over: everything that is under way arrives, everybody starts and goes on, until
    /// nothing is left to do.
    fn come_to_rest(&mut self) {
        self.trace.note("the faults are over");
        self.network.heal();
        for house in 0..2 {
            self.machines[house].old = None;
            // What was still to fail does not any more.
            let machine = &self.machines[house];
            for disk in [&machine.disk, &machine.vault] {
                disk.fail_at(u64::MAX, Fault::Io);
            }
        }
        for witness in &self.witnesses {
            witness.disk.fail_at(u64::MAX, Fault::Io);
        }
        for round in 0..ROUNDS {
            self.advance(2000);
            for house in 0..2 {
                // Whoever was set back need not notice before it writes.
                if round == 3 && self.machines[house].set_back == SetBack::Database {
                    self.ping(house, false);
                }
                // Where everything was through, nothing is refused that would give the loss away:
                // somebody compares the logs.
                if round == 4 && self.outside.forgetful[other(house)] {
                    self.fetch(house);
                }
            }
            for house in 0..2 {
                self.start_someone(house);
                self.courier(house);
            }
            while let Some(packet) = self.network.first() {
                self.arrive(packet);
                self.settle_step();
            }
            self.settle_step();
            let stuck = round > 6 && (0..2).any(|house| !self.signs(house));
            if self.outside.wrong.is_some() || stuck || (round > 4 && self.is_at_rest()) {
                return;
            }
        }
    }

    pub(crate) fn signs(&self, house: usize) -> bool {
        let life = &self.machines[house].life;
        life.as_ref()
            .is_some_and(|life| life.office.standing() == Standing::Signing)
    }

    fn is_at_rest(&self) -> bool {
        self.network.is_empty()
            && self.machines.iter().all(|machine| {
                machine.life.as_ref().is_some_and(|life| {
                    life.signs() && life.office.reader().outbox().unwrap().is_empty()
                })
            })
    }
}
