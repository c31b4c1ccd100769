//! What must hold between records, and what knowledge needs to be worth its name.

use super::error::{FileError, Problem};
use super::{Located, Place};
use crate::RecordId;
use crate::header::Certainty;
use std::collections::{HashMap, HashSet};

pub(super) fn between(all: &[Located], known: impl Fn(RecordId) -> bool) -> Vec<FileError> {
    let mut errors = Vec::new();
    let mut by_id: HashMap<RecordId, &Located> = HashMap::new();
    for located in all {
        let first = *by_id.entry(located.id()).or_insert(located);
        if !std::ptr::eq(first, located) {
            errors.push(located.wrong("id", Problem::DuplicateId(first.name())));
        }
    }
    let circles = circles(&by_id);
    let mut revised = HashSet::new();
    for located in all {
        let exists = |id| by_id.contains_key(&id) || known(id);
        knowledge(located, &mut errors);
        about(located, exists, &mut errors);
        if let Some(old) = located.record.header.supersedes {
            let problem = if exists(old) {
                supersedes(located, old, &by_id, &circles, &mut revised)
            } else {
                Some(Problem::PointsToNothing(old))
            };
            errors.extend(problem.map(|problem| located.wrong("supersedes", problem)));
        }
    }
    errors
}

fn knowledge(located: &Located, errors: &mut Vec<FileError>) {
    let header = &located.record.header;
    let problem = match header.knowledge.certainty {
        Certainty::Certain if header.exercise => None,
        Certainty::Certain if header.evidence.is_empty() => {
            Some(("evidence", Problem::EvidenceMissing))
        }
        Certainty::Certain if header.evidence.iter().all(|source| source.dated.is_none()) => {
            Some(("evidence", Problem::EvidenceUndated))
        }
        Certainty::Unknown if header.knowledge.note.is_none() => {
            Some(("knowledge.note", Problem::SearchMissing))
        }
        Certainty::Corrected if header.supersedes.is_none() => {
            Some(("supersedes", Problem::CorrectionOfNothing))
        }
        Certainty::Certain | Certainty::Claimed | Certainty::Corrected | Certainty::Unknown => None,
    };
    errors.extend(problem.map(|(field, problem)| located.wrong(field, problem)));
}

fn about(located: &Located, exists: impl Fn(RecordId) -> bool, errors: &mut Vec<FileError>) {
    let header = &located.record.header;
    for (index, &about) in (1..).zip(&header.about) {
        let field = format!("about[{index}]");
        if about == header.id {
            errors.push(located.wrong(&field, Problem::Circle));
        } else if !exists(about) {
            errors.push(located.wrong(&field, Problem::PointsToNothing(about)));
        }
    }
}

fn supersedes(
    located: &Located,
    old: RecordId,
    by_id: &HashMap<RecordId, &Located>,
    circles: &HashSet<RecordId>,
    revised: &mut HashSet<RecordId>,
) -> Option<Problem> {
    if circles.contains(&located.id()) {
        return Some(Problem::Circle);
    }
    if !revised.insert(old) {
        return Some(Problem::RevisedTwice(old));
    }
    let (old, new) = (
        by_id.get(&old)?.record.body.kind(),
        located.record.body.kind(),
    );
    (old != new).then_some(Problem::KindChanged { old, new })
}

/// The records from which following `supersedes` leads back to themselves.
fn circles(by_id: &HashMap<RecordId, &Located>) -> HashSet<RecordId> {
    let next = |id: RecordId| by_id.get(&id).and_then(|l| l.record.header.supersedes);
    let mut walked = HashSet::new();
    let mut circles = HashSet::new();
    for &start in by_id.keys() {
        let mut way = Vec::new();
        let mut step = Some(start);
        while let Some(id) = step.filter(|&id| walked.insert(id)) {
            way.push(id);
            step = next(id);
        }
        // The walk ended at a record seen before: a circle only if seen on this same walk.
        if let Some(at) = way.iter().position(|&id| Some(id) == step) {
            circles.extend(way.drain(at..));
        }
    }
    circles
}

impl Located {
    fn id(&self) -> RecordId {
        self.record.header.id
    }

    fn name(&self) -> String {
        let file = &self.file;
        let index = self.at.index;
        match self.place {
            Some(Place { line, .. }) => format!("{file}:{line}, record {index}"),
            None => format!("{file}, record {index}"),
        }
    }

    fn wrong(&self, field: &str, problem: Problem) -> FileError {
        FileError {
            file: self.file.clone(),
            place: self.place,
            record: Some(self.at.clone()),
            field: Some(field.to_owned()),
            problem,
        }
    }
}
