//! The numbered list of sources, in the order in which they are first cited.

use super::{AnswerSource, Statement};
use crate::evidence::{Known, View};
use crate::finding::{Said, Wording};
use records::{RecordId, Source};
use std::collections::BTreeMap;

/// Gives numbers to sources.
pub(super) struct Sources<'a> {
    records: BTreeMap<RecordId, &'a Known>,
    numbers: BTreeMap<&'a Source, usize>,
    list: Vec<&'a Source>,
}

impl<'a> Sources<'a> {
    pub(super) fn new(view: &'a View) -> Self {
        Self {
            records: view
                .records
                .iter()
                .map(|known| (known.id(), known))
                .collect(),
            numbers: BTreeMap::new(),
            list: Vec::new(),
        }
    }

    /// The record, if the evidence has it.
    pub(super) fn known(&self, record: RecordId) -> Option<&'a Known> {
        self.records.get(&record).copied()
    }

    /// The numbers of the sources of these records, ascending.
    pub(super) fn of(&mut self, records: &[RecordId]) -> Vec<usize> {
        let mut numbers = Vec::new();
        let known: Vec<&Known> = records.iter().filter_map(|id| self.known(*id)).collect();
        for known in known {
            for source in &known.record.header.evidence {
                let number = self.number(source);
                if !numbers.contains(&number) {
                    numbers.push(number);
                }
            }
        }
        numbers.sort_unstable();
        numbers
    }

    fn number(&mut self, source: &'a Source) -> usize {
        let next = self.list.len() + 1;
        let number = *self.numbers.entry(source).or_insert(next);
        if number == next {
            self.list.push(source);
        }
        number
    }

    /// Words with the numbers of their sources.
    pub(super) fn statement(&mut self, said: Said) -> Statement {
        Statement {
            sources: self.of(&said.records),
            text: said.text,
        }
    }

    /// The list, as it is printed.
    pub(super) fn list(self, words: Wording) -> Vec<AnswerSource> {
        let numbered = (1..).zip(self.list);
        numbered
            .map(|(number, source)| AnswerSource {
                number,
                title: source.title.clone(),
                publisher: source.publisher.clone(),
                dated: source
                    .dated
                    .as_deref()
                    .map(|dated| words.dated(dated))
                    .unwrap_or_default(),
                locator: source.locator.clone().unwrap_or_default(),
            })
            .collect()
    }
}
