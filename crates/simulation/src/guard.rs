//! Asking the witnesses after a start, before anything is signed.
//!
//! An office that was merely stopped goes on as soon as enough have answered for each log. An office
//! that was put back together with its anchor has nothing of its own left to know better by: its
//! operator waits until every witness has answered. If that is not enough, because a witness was put
//! back too and has forgotten what it cosigned, the office goes on in doubt.

use crate::house::{logs_of, origin, other};
use crate::machine::{Machine, SetBack};
use crate::network::{Load, Place};
use office::{OfficeError, Said, Standing, WitnessAnswer, WitnessTarget};
use std::collections::BTreeMap;

/// Whom this life of an office has to ask, and what was answered.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    /// By log and place, with what was on file at the start. They do not change while it asks.
    targets: Option<BTreeMap<(String, Place), WitnessTarget>>,
    answers: BTreeMap<(String, Place), WitnessAnswer>,
}

/// Where a witness of an office's log is.
pub(crate) fn place_of(house: usize, target: &WitnessTarget) -> Place {
    match target {
        WitnessTarget::Peer { .. } => Place::Office(other(house)),
        WitnessTarget::Domestic { names, .. } => {
            let number = names.first().and_then(|name| name.strip_prefix('w'));
            Place::Witness(number.and_then(|n| n.parse().ok()).unwrap_or(0))
        }
    }
}

/// Whom an office still has to ask.
pub(crate) fn questions(machine: &mut Machine) -> Result<Vec<(Place, Load)>, OfficeError> {
    let house = machine.house;
    let Some(life) = &mut machine.life else {
        return Ok(Vec::new());
    };
    if !matches!(life.office.standing(), Standing::Unconfirmed { .. }) {
        return Ok(Vec::new());
    }
    if life.asked.targets.is_none() {
        let mut targets = BTreeMap::new();
        for log in logs_of(house) {
            for target in life.office.witness_targets(&log)? {
                targets.insert((log.clone(), place_of(house, &target)), target);
            }
        }
        life.asked.targets = Some(targets);
    }
    let open = life.asked.targets.iter().flat_map(BTreeMap::keys);
    let open = open.filter(|target| !life.asked.answers.contains_key(target));
    Ok(open
        .map(|(log, place)| {
            let origin = origin(house, log);
            let log = log.clone();
            (*place, Load::Ask { log, origin })
        })
        .collect())
}

/// Takes an answer, and tells the office as soon as the rule above is met.
pub(crate) fn answered(
    machine: &mut Machine,
    from: Place,
    log: String,
    checkpoint: Option<String>,
) -> Result<(), OfficeError> {
    let waits = machine.set_back == SetBack::WithAnchor;
    if let Some(life) = &mut machine.life {
        let place = (log.clone(), from);
        let target = life.asked.targets.as_ref().and_then(|all| all.get(&place));
        if let Some(target) = target.cloned() {
            let said = checkpoint.map_or(Said::Nothing, Said::Head);
            let answer = WitnessAnswer { log, target, said };
            life.asked.answers.insert(place, answer);
        }
    }
    let all_answered = questions(machine)?.is_empty();
    let Some(life) = &machine.life else {
        return Ok(());
    };
    if waits && !all_answered {
        return Ok(());
    }
    let answers: Vec<WitnessAnswer> = life.asked.answers.values().cloned().collect();
    match life.office.confirm_standing(&answers)? {
        Standing::Unconfirmed { .. } if all_answered => {
            life.office.go_on_unconfirmed(&answers).map(drop)
        }
        _ => Ok(()),
    }
}
