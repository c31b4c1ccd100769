//! Answers to the counterpart's requests: draft by one officer, release by another.

use super::requesting::{check_size, findings_json};
use super::{act_fields, finish_case};
use crate::attachment::{AttachmentRef, NewAttachment};
use crate::authority::{Actor, case_facts};
use crate::case::{Case, DraftedAnswer, GivenAnswer, Receipted};
use crate::command::Done;
use crate::content::Content;
use crate::dispatch::Dispatch;
use crate::entry_kind::EntryKind;
use crate::error::OfficeError;
use crate::office::Office;
use crate::state::{Incoming, NotNow, Reviewed, Stage};
use journal::hash::Hash;
use policy::Action;
use records::answer::AnswerDraft;
use records::request::MAX_TEXT;
use records::{Answer, ThreadId, Timestamp};

impl Office {
    pub(crate) fn draft_answer(
        &self,
        actor: &Actor,
        thread: ThreadId,
        draft: &AnswerDraft,
        attachments: &[NewAttachment],
    ) -> Result<Done, OfficeError> {
        let attachments = self.take_in(attachments)?;
        let mut case = self.load_case(thread)?;
        let allowed = self.authorise(
            actor,
            Action::DraftAnswer,
            case_facts(&case.value),
            Some(&case.value),
        )?;
        let next = incoming(&case.value, "drafting an answer")?.answer_drafted()?;
        let answer = draft.finish(case.value.request.items.len())?;
        check_answer(&answer)?;
        check_disclosure(&answer, &attachments)?;
        check_against_review(case.value.stage, &answer)?;
        check_retention(&answer, self.now())?;
        let screening = self.screen_answer(&answer, &attachments, &case.value.request)?;
        let writing = self.writing();
        let mut fields = act_fields(actor, allowed);
        fields.push(("outcome", answer.outcome.code().into()));
        fields.push(("findings", findings_json(&screening)));
        if let Some(ground) = draft.ground {
            fields.push(("ground", ground.code().into()));
        }
        case.value.stage = Stage::Incoming(next);
        case.value.draft = Some(DraftedAnswer {
            draft: draft.clone(),
            attachments,
            by: actor.name().to_owned(),
            at: writing.now,
            screening,
        });
        finish_case(writing, &case, EntryKind::AnswerDrafted, fields)
    }

    pub(crate) fn release_answer(
        &self,
        actor: &Actor,
        thread: ThreadId,
        read: Option<&Hash>,
    ) -> Result<Done, OfficeError> {
        let mut case = self.load_case(thread)?;
        let allowed = self.authorise(
            actor,
            Action::ReleaseAnswer,
            case_facts(&case.value),
            Some(&case.value),
        )?;
        let state = incoming(&case.value, "release of an answer")?;
        let not_now = || NotNow {
            step: "release of an answer",
            state: state.code(),
        };
        let drafted = case.value.draft.take().ok_or_else(not_now)?;
        if read.is_some_and(|read| *read != drafted.hash()) {
            return Err(OfficeError::invalid(
                "answer",
                "it was drafted again after it was read; read the new draft and release that",
            ));
        }
        if drafted.screening.blocks() {
            return Err(OfficeError::invalid(
                "answer",
                "the gate found selectors in it that the request does not name; draft it again without them",
            ));
        }
        let answer = drafted.draft.finish(case.value.request.items.len())?;
        check_retention(&answer, self.now())?;
        let next = state.answer_released(answer.outcome)?;
        let _chain = self.lock_chain(&case.value.peer)?;
        let mut writing = self.writing();
        let content = Content::Answer(Box::new(answer.clone()));
        let message = self.send(
            &mut writing,
            &case.value.peer,
            &Dispatch {
                content: &content,
                attachments: &drafted.attachments,
                thread,
                reply_to: case.value.message,
                deadline: None,
                marking: &answer.marking,
                exercise: case.value.exercise,
            },
        )?;
        let mut fields = act_fields(actor, allowed);
        fields.push(("message", message.to_string().into()));
        fields.push(("outcome", answer.outcome.code().into()));
        case.value.stage = Stage::Incoming(next);
        case.value.answer = Some(GivenAnswer {
            answer,
            attachments: drafted.attachments,
            at: writing.now,
            message,
            receipted: Receipted::default(),
            drafted_by: Some(drafted.by),
            released_by: Some(actor.name().to_owned()),
            ground: drafted.draft.ground,
        });
        Ok(Done {
            message: Some(message),
            ..finish_case(writing, &case, EntryKind::AnswerReleased, fields)?
        })
    }
}

/// The bounds of an answer, of either side.
pub(crate) fn check_answer(answer: &Answer) -> Result<(), OfficeError> {
    if let Some(item) = answer.items.iter().find(|item| item.text.len() > MAX_TEXT) {
        return Err(OfficeError::invalid(
            format!("item {}", item.item),
            format!("at most {MAX_TEXT} bytes"),
        ));
    }
    check_size("answer", answer)
}

/// What the review has ruled out is not even drafted: a draft would hide the ruling from lists.
fn check_against_review(stage: Stage, answer: &Answer) -> Result<(), OfficeError> {
    let rejected =
        matches!(stage, Stage::Incoming(state) if state.review() == Some(Reviewed::Rejected));
    if rejected && answer.outcome.discloses() {
        return Err(OfficeError::invalid(
            "outcome",
            "the review has ruled information out; refuse, or have it reviewed again",
        ));
    }
    Ok(())
}

/// A date of deletion that has passed binds nobody.
fn check_retention(answer: &Answer, now: Timestamp) -> Result<(), OfficeError> {
    let passed = answer
        .conditions
        .as_ref()
        .is_some_and(|conditions| conditions.retain_until < now.date());
    if passed {
        return Err(OfficeError::invalid(
            "conditions.retain_until",
            "it lies in the past",
        ));
    }
    Ok(())
}

/// Refuses information under an outcome that gives none: conditions and safeguards go by the
/// outcome as a whole, so data under a refusal would leave past both.
fn check_disclosure(answer: &Answer, attachments: &[AttachmentRef]) -> Result<(), OfficeError> {
    if answer.outcome.discloses() {
        return Ok(());
    }
    let outcome = answer.outcome;
    if let Some(item) = answer.items.iter().find(|item| item.outcome.discloses()) {
        return Err(OfficeError::invalid(
            format!("item {}", item.item),
            format!("{} under an answer that is {outcome}", item.outcome),
        ));
    }
    if !attachments.is_empty() {
        return Err(OfficeError::invalid(
            "attachments",
            format!("none with an answer that is {outcome}"),
        ));
    }
    Ok(())
}

fn incoming(case: &Case, step: &'static str) -> Result<Incoming, NotNow> {
    match case.stage {
        Stage::Incoming(state) => Ok(state),
        Stage::Outgoing(state) => Err(NotNow {
            step,
            state: state.code(),
        }),
    }
}
