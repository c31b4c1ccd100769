//! Asking the witnesses after a start, before anything is signed.
//!
//! An office that was merely stopped goes on as soon as somebody has answered for each log. An office
//! that was put back together with its anchor has nothing of its own left to know better by: its
//! operator waits until every witness has answered.

use crate::house::{NAMES, logs_of, origin, other};
use crate::machine::{Machine, SetBack};
use crate::network::{Load, Place};
use office::{OfficeError, Standing, WitnessTarget, WitnessedHead};
use std::collections::BTreeMap;

/// Whom this life of an office has to ask, and what was answered.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    /// By log. They do not change while it asks.
    targets: Option<Vec<(String, Place)>>,
    answers: BTreeMap<(String, Place), Option<String>>,
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
        let mut targets = Vec::new();
        for log in logs_of(house) {
            let all = life.office.witness_targets(&log)?;
            targets.extend(
                all.iter()
                    .map(|target| (log.clone(), place_of(house, target))),
            );
        }
        life.asked.targets = Some(targets);
    }
    let open = life.asked.targets.iter().flatten();
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
        life.asked.answers.insert((log, from), checkpoint);
    }
    if waits && !questions(machine)?.is_empty() {
        return Ok(());
    }
    let Some(life) = &machine.life else {
        return Ok(());
    };
    let heads: Vec<WitnessedHead> = life
        .asked
        .answers
        .iter()
        .map(|((log, place), checkpoint)| WitnessedHead {
            log: log.clone(),
            witness: match place {
                Place::Office(house) => NAMES[*house].to_owned(),
                other => other.to_string(),
            },
            checkpoint: checkpoint.clone(),
        })
        .collect();
    life.office.confirm_standing(&heads).map(drop)
}
