//! From an inquiry and its bindings to the list of demands, each with how it is to be answered.

use super::{Condition, Question, SubItem};
use crate::binding::{Bindings, Bound};
use crate::inquiry::{self, Inquiry, Outcome as When, Part, PartRole, Sentence, SentenceKind};

/// One demand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    /// Its key.
    pub key: String,
    /// Its words.
    pub asked: String,
    /// Under which condition it is put.
    pub condition: Option<Condition>,
    /// How it is to be answered.
    pub bound: Bound,
}

/// A question and its demands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedQuestion {
    /// Its number.
    pub number: u32,
    /// The words before the first sub-item.
    pub text: String,
    /// The heading it stands under.
    pub section: String,
    /// Its sub-items.
    pub sub_items: Vec<SubItem>,
    /// Its demands.
    pub demands: Vec<Demand>,
}

/// The plan of a whole inquiry. Every part of every question becomes a demand, and so does every
/// further sentence that asks; what only says how the answer shall look does not.
pub(super) fn plan(inquiry: &Inquiry, bindings: &Bindings) -> Vec<PlannedQuestion> {
    let questions = inquiry.questions.iter();
    questions
        .map(|question| planned(inquiry, question, bindings))
        .collect()
}

fn planned(
    inquiry: &Inquiry,
    question: &inquiry::Question,
    bindings: &Bindings,
) -> PlannedQuestion {
    let section = inquiry
        .sections
        .iter()
        .find(|it| it.questions.contains(&question.number));
    let items = question
        .parts
        .iter()
        .filter(|part| part.role == PartRole::Item);
    let stem = question
        .parts
        .iter()
        .find(|part| part.role == PartRole::Stem);
    PlannedQuestion {
        number: question.number,
        text: stem.map_or_else(|| question.text.clone(), words),
        section: section
            .map(|section| section.heading.clone())
            .unwrap_or_default(),
        sub_items: items
            .map(|part| SubItem {
                label: part.label.clone().unwrap_or_default(),
                text: words(part),
            })
            .collect(),
        demands: question
            .parts
            .iter()
            .flat_map(|part| demands(part, bindings))
            .collect(),
    }
}

fn words(part: &Part) -> String {
    let sentences: Vec<&str> = part.sentences.iter().map(|it| it.text.as_str()).collect();
    sentences.join(" ")
}

fn demands(part: &Part, bindings: &Bindings) -> Vec<Demand> {
    let of_part = part.sentences.first().and_then(condition);
    let numbered = part.sentences.iter().enumerate();
    numbered
        .filter_map(|(at, sentence)| {
            let bound = bindings.demands.get(sentence.key.as_str());
            let asks = matches!(sentence.kind, SentenceKind::Main | SentenceKind::Condition);
            let opens = at == 0 && part.role != PartRole::Tail;
            if bound.is_none() && !opens && !asks {
                return None;
            }
            Some(Demand {
                key: sentence.key.to_string(),
                asked: sentence.text.clone(),
                // What stands behind a conditional sub-item falls with it.
                condition: condition(sentence).or_else(|| of_part.clone()),
                bound: bound.cloned().unwrap_or(Bound::Unbound {}),
            })
        })
        .collect()
}

fn condition(sentence: &Sentence) -> Option<Condition> {
    let condition = sentence.condition.as_ref()?;
    let of = condition.of.as_ref()?;
    // A condition in words of its own is for a person to judge.
    (condition.on != When::Stated).then(|| Condition {
        of: of.to_string(),
        on: condition.on,
    })
}

impl Question {
    /// The plan that an answer states, to be carried out again.
    pub(crate) fn plan(&self) -> PlannedQuestion {
        let demands = self.answers.iter().map(|part| Demand {
            key: part.key.clone(),
            asked: part.asked.clone(),
            condition: part.condition.clone(),
            bound: part.bound.clone(),
        });
        PlannedQuestion {
            number: self.number,
            text: self.text.clone(),
            section: self.section.clone(),
            sub_items: self.sub_items.clone(),
            demands: demands.collect(),
        }
    }
}
