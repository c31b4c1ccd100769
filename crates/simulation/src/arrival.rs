//! What each does with what arrives.

use crate::guard;
use crate::house::{House, WITNESSES, cosigner, other};
use crate::machine::Life;
use crate::network::{Load, Packet, Place};
use crate::witness::NotCosigned;
use crate::world::World;
use journal::checkpoint::Checkpoint;
use journal::hash::Hash;
use journal::note::{AnyVerifier, Note};
use journal::witness::{AddCheckpoint, Answer, Refusal};
use office::{Acceptance, Rejection, WitnessRefusal};
use std::collections::BTreeMap;
use std::sync::OnceLock;

impl World {
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
                    let lacks = false;
                    (Load::NotTaken { message, lacks }, "payloads missing")
                }
                Err(rejection) => (not_taken(message, &rejection), rejection.code()),
            },
            Load::Release { message, headers } => {
                match office.open_message(from, &message, &headers) {
                    Ok(receipt) => (Load::Receipt { message, receipt }, "opened"),
                    Err(rejection) => (not_taken(message, &rejection), rejection.code()),
                }
            }
            Load::Fetch { from: entry, ours } => match office.extract_for_peer(from, entry) {
                Ok(extract) => {
                    let extract = Box::new(extract);
                    (Load::Fetched { extract, ours }, "shown")
                }
                Err(_) => return self.trace.note("  no answer"),
            },
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
            Load::NotTaken { message, lacks } => {
                life.courier.answered(message);
                if lacks {
                    return self.fetch(house);
                }
                Ok(())
            }
            Load::Fetched { extract, ours } => {
                let filed = life.office.file_peer_extract(peer, *extract);
                filed.and_then(|progress| {
                    assert!(progress.is_complete(), "no story has so many entries");
                    let again = life.office.send_again(peer, ours)?;
                    self.trace.note(format!("  {again} are sent again"));
                    Ok(())
                })
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

fn not_taken(message: Hash, rejection: &Rejection) -> Load {
    let lacks = matches!(
        rejection,
        Rejection::Gap { .. } | Rejection::NotConsigned(_)
    );
    Load::NotTaken { message, lacks }
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
