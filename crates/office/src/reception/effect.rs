//! What the content of an authentic message changes.

use super::{Opened, file_case};
use crate::OFFICE_LOG;
use crate::attachment::NewAttachment;
use crate::case::{Case, GivenAnswer};
use crate::channel::{Channel, Dispatch};
use crate::content::Content;
use crate::error::OfficeError;
use crate::handling::{check_answer, check_reason, check_request, findings_json};
use crate::office::Office;
use crate::peer::Peer;
use crate::state::{Incoming, Stage};
use crate::writing::{Loaded, Writing};
use records::{Marking, ThreadId};
use store::BlobRef;

impl Office {
    /// What an authentic message changes here. The inner error says why an understandable message
    /// cannot have its effect, such as an answer to nothing.
    pub(super) fn take_effect(
        &self,
        writing: &mut Writing<'_>,
        peer: &Peer,
        channel: &mut Loaded<Channel>,
        opened: &Opened,
        content: &Content,
        attachments: &[NewAttachment],
    ) -> Result<Result<(), String>, OfficeError> {
        let manifest = opened.manifest();
        let Ok(thread) = manifest.thread.parse::<ThreadId>() else {
            return Ok(Err(format!(
                "{:?} is not the name of a case",
                manifest.thread
            )));
        };
        if self.exercise && !manifest.exercise {
            // It would be answered in earnest, by a clock that may have been moved.
            return Ok(Err("this node runs an exercise".to_owned()));
        }
        let existing = self.load::<Case>(&thread.to_string())?;
        if existing
            .as_ref()
            .is_some_and(|case| case.value.peer != peer.party)
        {
            return Ok(Err("the case belongs to another peer".to_owned()));
        }
        if existing
            .as_ref()
            .is_some_and(|case| case.value.exercise != manifest.exercise)
        {
            return Ok(Err("exercise and reality do not mix in a case".to_owned()));
        }
        check_content(content)?;
        writing
            .batch
            .blobs
            .extend(attachments.iter().map(|a| BlobRef::new(a.bytes.clone())));
        match (content, existing) {
            (Content::Ping, _) => {
                self.dispatch(
                    writing,
                    peer,
                    channel,
                    &Dispatch {
                        content: &Content::PingReply,
                        attachments: &[],
                        thread,
                        reply_to: Some(opened.id),
                        deadline: None,
                        marking: &Marking::amber(),
                        exercise: manifest.exercise,
                    },
                )?;
                Ok(Ok(()))
            }
            (Content::PingReply, _) => {
                writing.entry(
                    OFFICE_LOG,
                    "ping.answered",
                    vec![
                        ("peer", peer.party.to_string().into()),
                        ("message", opened.id.to_string().into()),
                    ],
                )?;
                Ok(Ok(()))
            }
            (Content::Request(_), Some(_)) => {
                Ok(Err("there is a case of this name already".to_owned()))
            }
            (Content::Request(request), None) => {
                let screening = self.screen_request(request, attachments);
                let findings = findings_json(&screening);
                let case = Case {
                    thread,
                    peer: peer.party.clone(),
                    exercise: manifest.exercise,
                    stage: Stage::Incoming(Incoming::screened(screening.blocks())),
                    request: (**request).clone(),
                    attachments: attachments.iter().map(NewAttachment::reference).collect(),
                    screening,
                    opened: writing.now,
                    deadline: Some(
                        writing
                            .now
                            .plus_seconds(i64::from(request.urgency.answer_within_hours()) * 3600),
                    ),
                    overdue: false,
                    message: Some(opened.id),
                    drafted_by: None,
                    submitted_by: None,
                    released_by: None,
                    review: None,
                    draft: None,
                    answer: None,
                };
                file_case(
                    writing,
                    &Loaded::new(case),
                    "request.received",
                    vec![("findings", findings)],
                )?;
                Ok(Ok(()))
            }
            (Content::Answer(answer), Some(mut case)) => {
                let Stage::Outgoing(state) = case.value.stage else {
                    return Ok(Err(
                        "an answer to a request of the other side's own".to_owned()
                    ));
                };
                let next = match state.answered(answer.outcome) {
                    Ok(next) => next,
                    Err(not_now) => return Ok(Err(not_now.to_string())),
                };
                case.value.stage = Stage::Outgoing(next);
                case.value.answer = Some(GivenAnswer {
                    answer: (**answer).clone(),
                    attachments: attachments.iter().map(NewAttachment::reference).collect(),
                    at: writing.now,
                    message: opened.id,
                    drafted_by: None,
                    released_by: None,
                    ground: None,
                });
                file_case(
                    writing,
                    &case,
                    "answer.received",
                    vec![("outcome", answer.outcome.code().into())],
                )?;
                Ok(Ok(()))
            }
            (Content::Withdrawal { reason }, Some(mut case)) => {
                let Stage::Incoming(state) = case.value.stage else {
                    return Ok(Err("a withdrawal of a request of ours".to_owned()));
                };
                let next = match state.withdrawn() {
                    Ok(next) => next,
                    Err(not_now) => return Ok(Err(not_now.to_string())),
                };
                case.value.stage = Stage::Incoming(next);
                file_case(
                    writing,
                    &case,
                    "request.withdrawn",
                    vec![("reason", reason.clone().into())],
                )?;
                Ok(Ok(()))
            }
            (Content::Answer(_) | Content::Withdrawal { .. }, None) => {
                Ok(Err("there is no such case".to_owned()))
            }
        }
    }
}

/// The bounds that hold for our own content hold for theirs.
fn check_content(content: &Content) -> Result<(), OfficeError> {
    match content {
        Content::Request(request) => check_request(request),
        Content::Answer(answer) => check_answer(answer),
        Content::Withdrawal { reason } => check_reason("reason", reason),
        Content::Ping | Content::PingReply => Ok(()),
    }
}
