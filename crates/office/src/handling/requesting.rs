//! Our own requests: draft, submission, release by a second officer, withdrawal.

use super::{act_fields, check_reason, finish_case};
use crate::attachment::NewAttachment;
use crate::authority::{Actor, case_facts};
use crate::case::{Case, Receipted};
use crate::command::Done;
use crate::content::{Content, MAX_CONTENT_BYTES};
use crate::dispatch::Dispatch;
use crate::entry_kind::EntryKind;
use crate::error::OfficeError;
use crate::office::Office;
use crate::state::{NotNow, Outgoing, Stage};
use crate::writing::Loaded;
use policy::Action;
use records::request::{MAX_ITEMS, MAX_SELECTORS, MAX_TEXT};
use records::{PartyId, Request, ThreadId};

impl Office {
    pub(crate) fn draft_request(
        &self,
        actor: &Actor,
        peer: &PartyId,
        request: &Request,
        attachments: &[NewAttachment],
    ) -> Result<Done, OfficeError> {
        check_request(request)?;
        let peer = self.peer(peer)?.value;
        let attachments = self.take_in(attachments)?;
        let writing = self.writing();
        let screening = self.screen_request(request, &attachments)?;
        let case = Case {
            thread: self.new_thread(writing.now),
            peer: peer.party,
            exercise: self.exercise,
            // Without a guardian, every request that names a person goes to people first.
            stage: Stage::Outgoing(Outgoing::screened(
                screening.blocks() || screening.names_person_without_guardian(),
            )),
            request: request.clone(),
            attachments,
            screening,
            opened: writing.now,
            deadline: None,
            overdue: false,
            message: None,
            receipted: Receipted::default(),
            drafted_by: Some(actor.name().to_owned()),
            submitted_by: None,
            released_by: None,
            review: None,
            draft: None,
            answer: None,
        };
        let allowed = self.authorise(actor, Action::DraftRequest, case_facts(&case), None)?;
        let mut fields = act_fields(actor, allowed);
        fields.push(("findings", findings_json(&case.screening)));
        finish_case(
            writing,
            &Loaded::new(case),
            EntryKind::RequestDrafted,
            fields,
        )
    }

    pub(crate) fn submit_request(
        &self,
        actor: &Actor,
        thread: ThreadId,
    ) -> Result<Done, OfficeError> {
        let mut case = self.load_case(thread)?;
        let allowed = self.authorise(
            actor,
            Action::SubmitRequest,
            case_facts(&case.value),
            Some(&case.value),
        )?;
        case.value.stage = Stage::Outgoing(outgoing(&case.value, "submission")?.submitted()?);
        case.value.submitted_by = Some(actor.name().to_owned());
        finish_case(
            self.writing(),
            &case,
            EntryKind::RequestSubmitted,
            act_fields(actor, allowed),
        )
    }

    pub(crate) fn release_request(
        &self,
        actor: &Actor,
        thread: ThreadId,
    ) -> Result<Done, OfficeError> {
        let mut case = self.load_case(thread)?;
        let allowed = self.authorise(
            actor,
            Action::ReleaseRequest,
            case_facts(&case.value),
            Some(&case.value),
        )?;
        let next = outgoing(&case.value, "release")?.released()?;
        let _chain = self.lock_chain(&case.value.peer)?;
        let mut writing = self.writing();
        let hours = case.value.request.urgency.answer_within_hours();
        let deadline = writing.now.plus_seconds(i64::from(hours) * 3600);
        let content = Content::Request(Box::new(case.value.request.clone()));
        let message = self.send(
            &mut writing,
            &case.value.peer,
            &Dispatch {
                content: &content,
                attachments: &case.value.attachments,
                thread,
                reply_to: None,
                deadline: Some(deadline),
                marking: &case.value.request.marking,
                exercise: case.value.exercise,
            },
        )?;
        case.value.stage = Stage::Outgoing(next);
        case.value.released_by = Some(actor.name().to_owned());
        case.value.deadline = Some(deadline);
        case.value.message = Some(message);
        let mut fields = act_fields(actor, allowed);
        fields.push(("message", message.to_string().into()));
        fields.push(("deadline", deadline.to_string().into()));
        Ok(Done {
            message: Some(message),
            ..finish_case(writing, &case, EntryKind::RequestReleased, fields)?
        })
    }

    pub(crate) fn withdraw_request(
        &self,
        actor: &Actor,
        thread: ThreadId,
        reason: &str,
    ) -> Result<Done, OfficeError> {
        check_reason("reason", reason)?;
        let mut case = self.load_case(thread)?;
        let allowed = self.authorise(
            actor,
            Action::WithdrawRequest,
            case_facts(&case.value),
            Some(&case.value),
        )?;
        let before = outgoing(&case.value, "withdrawal")?;
        let after = before.withdrawn()?;
        let _chain = self.lock_chain(&case.value.peer)?;
        let mut writing = self.writing();
        let mut sent = None;
        if let Some(message) = case.value.message {
            // It has left the house: the counterpart must hear of it, but not of anybody.
            if safeguard::screen_words("reason", reason, &case.value.request).blocks() {
                return Err(OfficeError::invalid(
                    "reason",
                    "the gate found selectors or persons in it that the request does not name; the counterpart reads this reason, write it without them",
                ));
            }
            let content = Content::Withdrawal {
                reason: reason.to_owned(),
            };
            sent = Some(self.send(
                &mut writing,
                &case.value.peer,
                &Dispatch {
                    content: &content,
                    attachments: &[],
                    thread,
                    reply_to: Some(message),
                    deadline: None,
                    marking: &case.value.request.marking,
                    exercise: case.value.exercise,
                },
            )?);
        }
        case.value.stage = Stage::Outgoing(after);
        let mut fields = act_fields(actor, allowed);
        fields.push(("reason", reason.into()));
        Ok(Done {
            message: sent,
            ..finish_case(writing, &case, EntryKind::RequestWithdrawn, fields)?
        })
    }
}

/// The gate's findings as the office journal keeps them.
pub(crate) fn findings_json(screening: &safeguard::Screening) -> serde_json::Value {
    serde_json::to_value(&screening.findings).unwrap_or_default()
}

fn outgoing(case: &Case, step: &'static str) -> Result<Outgoing, NotNow> {
    match case.stage {
        Stage::Outgoing(state) => Ok(state),
        Stage::Incoming(state) => Err(NotNow {
            step,
            state: state.code(),
        }),
    }
}

/// The bounds of a request, of either side.
pub(crate) fn check_request(request: &Request) -> Result<(), OfficeError> {
    if let Some((field, _)) = request.texts().find(|(_, text)| text.len() > MAX_TEXT) {
        return Err(OfficeError::invalid(
            field,
            format!("at most {MAX_TEXT} bytes"),
        ));
    }
    if request.items.len() > MAX_ITEMS {
        return Err(OfficeError::invalid(
            "items",
            format!("at most {MAX_ITEMS}"),
        ));
    }
    if request.selectors.len() > MAX_SELECTORS {
        return Err(OfficeError::invalid(
            "selectors",
            format!("at most {MAX_SELECTORS}"),
        ));
    }
    check_size("request", request)
}

/// Refuses content that is larger than any honest one.
pub(crate) fn check_size<T: serde::Serialize>(
    field: &'static str,
    content: &T,
) -> Result<(), OfficeError> {
    let bytes = serde_json::to_vec(content).map_or(usize::MAX, |json| json.len());
    if bytes > MAX_CONTENT_BYTES {
        return Err(OfficeError::invalid(
            field,
            format!("at most {MAX_CONTENT_BYTES} bytes"),
        ));
    }
    Ok(())
}
