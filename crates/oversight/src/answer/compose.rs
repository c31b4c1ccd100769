//! Composing an answer from inquiry, bindings and evidence.

use super::plan::plan;
use super::{
    Answer, AnswerFormat, AnswerStatus, InquiryHead, Issuer, PlannedQuestion, execute, part_digests,
};
use crate::binding::Bindings;
use crate::error::OversightError;
use crate::evidence::{Evidence, JournalPosition};
use crate::inquiry::Inquiry;
use locales::Language;
use records::RecordId;
use serde_json::Value;
use std::collections::BTreeSet;

/// What an answer is composed from.
#[derive(Debug, Clone, Copy)]
pub struct Composition<'a> {
    /// The inquiry as read from its paper.
    pub inquiry: &'a Inquiry,
    /// Which demand is answered how.
    pub bindings: &'a Bindings,
    /// What the journals hold.
    pub evidence: &'a Evidence,
    /// The language of the answer.
    pub language: Language,
    /// Whether the node is in an exercise.
    pub exercise: bool,
}

/// Composes the answer, with the evidence that it cites and no more. It is a draft: it is sealed when
/// a second officer has released it ([`super::released`]).
///
/// # Errors
/// When a binding names no demand of the inquiry, or the evidence cannot be read.
pub fn compose(from: &Composition<'_>) -> Result<Answer, OversightError> {
    from.bindings.check(from.inquiry)?;
    let plan = plan(from.inquiry, from.bindings);
    let premises = &from.bindings.premises;
    let all = from.evidence.view()?;
    let withheld = from.evidence.withheld;
    let full = execute(&plan, premises, withheld, &all, from.language);
    let parts = full.questions.iter().flat_map(|question| &question.answers);
    let mut cited: BTreeSet<RecordId> = parts
        .flat_map(|part| part.cited.iter().map(|cited| cited.record))
        .collect();
    for id in premises {
        let before = all
            .current(*id)
            .and_then(|known| known.record.header.supersedes);
        cited.extend([*id].into_iter().chain(before));
    }
    let evidence = from.evidence.restricted_to(&cited);
    let head = InquiryHead {
        reference: from.bindings.inquiry.clone(),
        title: from.inquiry.title.clone(),
        dated: from.inquiry.dated,
        fraction: from.inquiry.fraction.clone().unwrap_or_default(),
        askers: from.inquiry.askers.clone(),
        source_sha256: from.inquiry.source_sha256.clone(),
    };
    let answer = assemble(
        head,
        &plan,
        premises,
        evidence,
        from.language,
        from.exercise,
    )?;
    // What was said on all evidence must be what anybody gets on the evidence that is published.
    let differs = full
        .questions
        .iter()
        .zip(&answer.questions)
        .find(|(full, given)| full != given);
    match differs {
        Some((full, _)) => Err(OversightError::Uncited(full.number.to_string())),
        None => Ok(answer),
    }
}

/// Builds the document from its free parts; all others follow from them.
pub(crate) fn assemble(
    inquiry: InquiryHead,
    plan: &[PlannedQuestion],
    premises: &[RecordId],
    evidence: Evidence,
    language: Language,
    exercise: bool,
) -> Result<Answer, OversightError> {
    let executed = execute(
        plan,
        premises,
        evidence.withheld,
        &evidence.view()?,
        language,
    );
    let position = JournalPosition::of(&evidence.records)
        .ok_or_else(|| OversightError::Checkpoint(evidence.records.log.clone()))?;
    let mut answer = Answer {
        format: AnswerFormat::V2,
        status: AnswerStatus::Draft,
        inquiry,
        lang: language.into(),
        issuer: Issuer {
            party: evidence.party.to_string(),
            node: node(&evidence),
        },
        exercise,
        generated_at: evidence.as_of,
        cut_off: evidence.cut_off,
        position,
        premises: premises.to_vec(),
        remarks: executed.remarks,
        summary: executed.summary,
        questions: executed.questions,
        sources: executed.sources,
        evidence,
        digests: Vec::new(),
        release: None,
        seal: None,
    };
    answer.digests = part_digests(&answer)?;
    Ok(answer)
}

/// The issuer's node, as its key manifest names it.
fn node(evidence: &Evidence) -> String {
    let statements = evidence.keys.iter().filter_map(|key| key.get("statement"));
    let text = |statement: &Value, field: &str| {
        statement
            .get(field)
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    statements
        .filter(|statement| text(statement, "party").as_deref() == Some(evidence.party.as_str()))
        .find_map(|statement| text(statement, "node"))
        .unwrap_or_default()
}

impl Answer {
    /// The same answer, made again from what it states as given: inquiry, plan and evidence.
    ///
    /// # Errors
    /// When the evidence inside cannot be read.
    pub fn recompute(&self) -> Result<Self, OversightError> {
        let plan: Vec<PlannedQuestion> = self.questions.iter().map(super::Question::plan).collect();
        assemble(
            self.inquiry.clone(),
            &plan,
            &self.premises,
            self.evidence.clone(),
            self.lang.into(),
            self.exercise,
        )
    }
}
