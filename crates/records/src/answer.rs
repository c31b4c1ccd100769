//! The answer: what became of each item, under which conditions.

use crate::marking::{Handling, Marking};
use crate::vocabulary::{ExternalReason, Ground, Outcome};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What became of one item of the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemOutcome {
    /// The position of the item in the request, from 1.
    pub item: u32,
    /// What became of it.
    pub outcome: Outcome,
    /// The information, or the neutral words where none is given.
    pub text: String,
}

/// What the receiver of an answer binds itself to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conditions {
    /// The only purpose it may be used for.
    pub purpose: String,
    /// Handling code.
    pub handling: Handling,
    /// Whether it may be passed on at all; to whom is then asked case by case.
    pub onward_transfer: bool,
    /// The day by which it must be deleted.
    pub retain_until: Date,
    /// No use in proceedings that may end in death or inhuman treatment.
    pub no_inhuman_treatment: bool,
}

/// An answer as it travels: only what the counterpart may see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The outcome as a whole.
    pub outcome: Outcome,
    /// The coarse reason, where the outcome is not full.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<ExternalReason>,
    /// Item by item.
    pub items: Vec<ItemOutcome>,
    /// The conditions, where information is handed over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conditions: Option<Conditions>,
    /// The legal basis of the transfer.
    pub legal_basis: String,
    /// Language of the text, as BCP 47 tag.
    pub language: String,
    /// Its marking.
    pub marking: Marking,
}

/// An answer as it is drafted: with the fine ground that never leaves the house.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerDraft {
    /// What the counterpart will see. Its `reason` is set from [`Self::ground`] on release.
    pub answer: Answer,
    /// The fine ground; required unless the outcome is full.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ground: Option<Ground>,
    /// Why, for one's own file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub internal_reason: Option<String>,
}

/// Why a draft cannot become an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DraftError {
    /// An outcome other than full needs its ground.
    #[error("an answer that is not full needs a ground")]
    GroundMissing,
    /// Information is handed over without conditions.
    #[error("an answer that hands information over needs conditions")]
    ConditionsMissing,
    /// The purpose of the conditions is empty.
    #[error("the conditions need the purpose for which the information may be used")]
    PurposeMissing,
    /// Use that may end in death or inhuman treatment is not ruled out.
    #[error(
        "information leaves only if use that may end in death or inhuman treatment is ruled out"
    )]
    InhumanTreatmentNotExcluded,
    /// An item has no words.
    #[error("item {0} has no text; a counterpart must read something for every item")]
    TextMissing(u32),
    /// The outcome as a whole says more than its items do.
    #[error("an answer is full only if every item is; item {0} is not")]
    NotFull(u32),
    /// A full answer has no ground for anything withheld.
    #[error("a full answer has no ground")]
    GroundGiven,
    /// The items do not match the request.
    #[error("the request asks {asked} items, the answer covers {covered}")]
    ItemsDiffer {
        /// Items of the request.
        asked: usize,
        /// Items of the answer.
        covered: usize,
    },
}

impl AnswerDraft {
    /// The answer as it will travel, with the coarse reason derived from the fine ground.
    ///
    /// # Errors
    /// [`DraftError`] where something that every answer needs is missing.
    pub fn finish(&self, items_asked: usize) -> Result<Answer, DraftError> {
        let mut answer = self.answer.clone();
        if answer.outcome != Outcome::Full && self.ground.is_none() {
            return Err(DraftError::GroundMissing);
        }
        if answer.outcome == Outcome::Full && self.ground.is_some() {
            return Err(DraftError::GroundGiven);
        }
        if answer.outcome.discloses() {
            let conditions = answer
                .conditions
                .as_ref()
                .ok_or(DraftError::ConditionsMissing)?;
            if conditions.purpose.trim().is_empty() {
                return Err(DraftError::PurposeMissing);
            }
            if !conditions.no_inhuman_treatment {
                return Err(DraftError::InhumanTreatmentNotExcluded);
            }
        }
        if let Some(item) = answer.items.iter().find(|item| item.text.trim().is_empty()) {
            return Err(DraftError::TextMissing(item.item));
        }
        let partial = answer
            .items
            .iter()
            .find(|item| item.outcome != Outcome::Full);
        if let (Outcome::Full, Some(item)) = (answer.outcome, partial) {
            return Err(DraftError::NotFull(item.item));
        }
        // Not deduplicated: an item answered twice could carry two outcomes.
        let mut covered: Vec<u32> = answer.items.iter().map(|i| i.item).collect();
        covered.sort_unstable();
        let complete = covered.len() == items_asked
            && covered
                .iter()
                .zip(1u32..)
                .all(|(item, expected)| *item == expected);
        if !complete {
            return Err(DraftError::ItemsDiffer {
                asked: items_asked,
                covered: covered.len(),
            });
        }
        answer.reason = match answer.outcome {
            Outcome::Full => None,
            _ => self.ground.map(Ground::external),
        };
        if answer.reason == Some(ExternalReason::NoInformation) {
            answer.make_neutral();
        }
        Ok(answer)
    }
}

impl Answer {
    /// Nothing held, protected, and refused on a sensitive ground must look the same outside: same
    /// outcome, same words, whatever the handler typed. So an honest "nothing held" is withheld too
    /// (as § 51(2) sentence 3 of Germany's Federal Act on Registration asks for blocked entries).
    fn make_neutral(&mut self) {
        let words = neutral_words(&self.language);
        if !self.outcome.discloses() {
            self.outcome = Outcome::Refused;
        }
        for item in self
            .items
            .iter_mut()
            .filter(|item| !item.outcome.discloses())
        {
            item.outcome = Outcome::Refused;
            words.clone_into(&mut item.text);
        }
    }
}

/// What a counterpart reads where no information can be given, in the language of the answer.
#[must_use]
pub fn neutral_words(language: &str) -> &'static str {
    match language.split('-').next() {
        Some("de") => "Hierzu kann keine Auskunft erteilt werden.",
        Some("zh") => "对此无法提供信息。",
        _ => "No information can be given on this.",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn draft(outcome: Outcome, ground: Option<Ground>, items: &[u32]) -> AnswerDraft {
        let item = |&item| ItemOutcome {
            item,
            outcome,
            text: "text".into(),
        };
        AnswerDraft {
            answer: Answer {
                outcome,
                reason: None,
                items: items.iter().map(item).collect(),
                conditions: outcome.discloses().then(|| Conditions {
                    purpose: "this investigation".into(),
                    handling: Handling::H1,
                    onward_transfer: false,
                    retain_until: "2026-12-31".parse().unwrap(),
                    no_inhuman_treatment: true,
                }),
                legal_basis: "arrangement".into(),
                language: "en".into(),
                marking: Marking::amber(),
            },
            ground,
            internal_reason: Some("on the list".into()),
        }
    }

    /// Promise: a refusal that protects a person looks like one for which nothing is held.
    #[test]
    fn sensitive_grounds_look_like_nothing_held() {
        let seen = |ground| {
            draft(Outcome::Refused, Some(ground), &[1])
                .finish(1)
                .unwrap()
        };
        let nothing = seen(Ground::NothingHeld);
        assert_eq!(nothing.reason, Some(ExternalReason::NoInformation));
        for ground in [
            Ground::PressPrivilege,
            Ground::PersecutionRisk,
            Ground::MisuseSuspected,
        ] {
            assert_eq!(seen(ground), nothing);
        }
    }

    /// Promise: an honest "nothing held" cannot be told from any of them, by outcome or by words.
    #[test]
    fn nothing_held_is_told_in_the_same_words() {
        let mut nil = draft(Outcome::Nil, Some(Ground::NothingHeld), &[1, 2]);
        nil.answer.items[0].text = "we searched everywhere".into();
        let mut protected = draft(Outcome::Refused, Some(Ground::PersecutionRisk), &[1, 2]);
        protected.answer.items[1].text = "we will not say".into();
        assert_eq!(nil.finish(2), protected.finish(2));
        let mut partial = draft(Outcome::Partial, Some(Ground::PressPrivilege), &[1, 2]);
        partial.answer.items[0].outcome = Outcome::Full;
        partial.answer.items[1].outcome = Outcome::Nil;
        let seen = partial.finish(2).unwrap();
        assert_eq!(seen.items[0].text, "text");
        assert_eq!(seen.items[1].text, neutral_words("en"));
    }

    /// Promise: a reason set by hand never travels; it follows from the ground or is not there.
    #[test]
    fn the_reason_follows_from_the_ground() {
        let mut full = draft(Outcome::Full, None, &[1]);
        full.answer.reason = Some(ExternalReason::LegalGround);
        assert_eq!(full.finish(1).unwrap().reason, None);
        let partial = draft(Outcome::Partial, Some(Ground::OutsideMandate), &[1]);
        assert_eq!(
            partial.finish(1).unwrap().reason,
            Some(ExternalReason::OutsideMandate)
        );
    }

    /// Promise: no answer short of full without a ground, no information without conditions.
    #[test]
    fn grounds_and_conditions_are_required() {
        for outcome in Outcome::ALL.iter().filter(|o| **o != Outcome::Full) {
            let result = draft(*outcome, None, &[1]).finish(1);
            assert_eq!(result, Err(DraftError::GroundMissing), "{outcome}");
        }
        let mut full = draft(Outcome::Full, None, &[1]);
        full.answer.conditions = None;
        assert_eq!(full.finish(1), Err(DraftError::ConditionsMissing));
    }

    /// Promise: an answer covers every item of the request, in any order, and no other.
    #[test]
    fn every_item_is_covered() {
        assert!(draft(Outcome::Full, None, &[2, 1, 3]).finish(3).is_ok());
        for items in [&[1][..], &[1, 2, 4], &[0, 1, 2], &[1, 2, 3, 4]] {
            let result = draft(Outcome::Full, None, items).finish(3);
            let covered = items.len();
            assert_eq!(result, Err(DraftError::ItemsDiffer { asked: 3, covered }));
        }
    }

    /// Promise: an item answered twice, with two outcomes, is no answer.
    #[test]
    fn no_item_is_answered_twice() {
        assert!(draft(Outcome::Full, None, &[1, 1]).finish(1).is_err());
    }
}
