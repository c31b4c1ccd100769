//! A limit of the design, shown on the real offices, so that nobody takes it for a promise. Where this
//! test fails, the limit is gone: turn it into a promise.

use crate::house::{House, logs_of, origin};
use crate::machine::Life;
use crate::world::{World, confirm_new};
use journal::checkpoint::Checkpoint;
use journal::hash::sha256;
use journal::note::NoteSigner;
use journal::witness::AddCheckpoint;
use office::Office;
use store::simulated::Loss;

const DE: usize = 0;
const CN: usize = 1;

fn office(world: &World, house: usize) -> &Office {
    world.machines[house]
        .life
        .as_ref()
        .map(|life: &Life| &life.office)
        .unwrap()
}

/// `house` has its log with the other one witnessed by that.
fn witnessed(world: &World, house: usize) -> AddCheckpoint {
    let [_, log] = logs_of(house);
    let (request, _) = office(world, house).witness_request(&log, 0).unwrap();
    let by = office(world, 1 - house);
    by.witness_checkpoint(&House::of(house).party, request.to_string().as_bytes())
        .unwrap();
    request
}

/// What an office has seen of its peer's log is in its database, but in no entry. Where the database is
/// put back to a copy that has all of its own entries and an older memory, neither its anchor nor its
/// witnesses can tell; and a peer that lies then gets a second cosignature, over another tree.
#[test]
fn a_witness_that_is_put_back_unseen_can_be_lied_to() {
    let mut world = World::new(1, None);
    world.ping(CN, false);
    world.machines[DE].back_up();
    let honest = witnessed(&world, CN);
    world.machines[DE].cut(Loss::None);
    assert!(world.machines[DE].restore(false));
    world.machines[DE].start().unwrap();
    confirm_new(&world.machines[DE]);

    let [_, log] = logs_of(CN);
    let lie = Checkpoint {
        origin: origin(CN, &log),
        size: honest.checkpoint().size,
        root: sha256(b"another tree"),
    };
    let (_, key) = House::of(CN)
        .logs
        .iter()
        .find(|(name, _)| *name == log)
        .unwrap();
    let signers = key.signers(&lie.origin);
    let signers: Vec<&dyn NoteSigner> = signers.iter().map(|signer| signer.as_ref() as _).collect();
    let request = AddCheckpoint::new(0, Vec::new(), &lie.sign(&signers).unwrap()).unwrap();
    let second =
        office(&world, DE).witness_checkpoint(&House::of(CN).party, request.to_string().as_bytes());
    assert!(
        second.is_ok(),
        "it can be noticed by now: make this a promise"
    );
}
