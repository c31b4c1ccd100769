//! What the content of a message changes, once it has been opened.

use super::file_case;
use super::opening::Opening;
use super::unusable::Stop;
use crate::OFFICE_LOG;
use crate::case::{Case, GivenAnswer, Receipted};
use crate::content::Content;
use crate::dispatch::Dispatch;
use crate::entry_kind::EntryKind;
use crate::handling::{check_answer, check_reason, check_request, findings_json};
use crate::office::Office;
use crate::state::{Incoming, Stage};
use crate::writing::{Loaded, Writing};
use journal::hash::Hash;
use records::{Answer, Marking, Request, ThreadId};

impl Office {
    /// What an opened message changes here; [`Stop::Unusable`] says why an understandable message
    /// cannot have its effect, such as an answer to nothing. The caller holds the chain if it is a
    /// ping.
    pub(super) fn take_effect(
        &self,
        writing: &mut Writing<'_>,
        opening: &Opening<'_>,
        content: &Content,
    ) -> Result<(), Stop> {
        let manifest = opening.manifest();
        let thread: ThreadId = manifest.thread.parse().map_err(|_| {
            Stop::Unusable(format!("{:?} is not the name of a case", manifest.thread))
        })?;
        let existing = self.load::<Case>(&thread.to_string())?;
        if let Some(case) = &existing {
            if case.value.peer != *opening.peer {
                return Err(Stop::unusable("the case belongs to another peer"));
            }
            if case.value.exercise != manifest.exercise {
                return Err(Stop::unusable("exercise and reality do not mix in a case"));
            }
        }
        let no_case = || Stop::unusable("there is no such case");
        // The bounds that hold for our own content hold for theirs.
        match content {
            Content::Ping => self.reply_to_ping(writing, opening, thread),
            Content::PingReply => {
                let fields = vec![
                    ("peer", opening.peer.to_string().into()),
                    ("message", opening.id().to_string().into()),
                ];
                writing.entry(OFFICE_LOG, EntryKind::PingAnswered, fields)?;
                Ok(())
            }
            Content::Request(_) if existing.is_some() => {
                Err(Stop::unusable("there is a case of this name already"))
            }
            Content::Request(request) => {
                check_request(request)?;
                self.open_case(writing, opening, thread, request)
            }
            Content::Answer(answer) => {
                check_answer(answer)?;
                take_answer(writing, opening, existing.ok_or_else(no_case)?, answer)
            }
            Content::Withdrawal { reason } => {
                check_reason("reason", reason)?;
                take_withdrawal(writing, existing.ok_or_else(no_case)?, reason)
            }
        }
    }

    fn reply_to_ping(
        &self,
        writing: &mut Writing<'_>,
        opening: &Opening<'_>,
        thread: ThreadId,
    ) -> Result<(), Stop> {
        self.send(
            writing,
            opening.peer,
            &Dispatch {
                content: &Content::PingReply,
                attachments: &[],
                thread,
                reply_to: Some(opening.id()),
                deadline: None,
                marking: &Marking::amber(),
                exercise: opening.manifest().exercise,
            },
        )?;
        Ok(())
    }

    fn open_case(
        &self,
        writing: &mut Writing<'_>,
        opening: &Opening<'_>,
        thread: ThreadId,
        request: &Request,
    ) -> Result<(), Stop> {
        let attachments = opening.attachments()?;
        let screening = self.screen_request(request, attachments)?;
        let findings = findings_json(&screening);
        let hours = i64::from(request.urgency.answer_within_hours());
        let case = Case {
            thread,
            peer: opening.peer.clone(),
            exercise: opening.manifest().exercise,
            stage: Stage::Incoming(Incoming::screened(screening.blocks())),
            request: request.clone(),
            attachments: attachments.to_vec(),
            screening,
            opened: writing.now,
            deadline: Some(writing.now.plus_seconds(hours * 3600)),
            overdue: false,
            message: Some(opening.id()),
            receipted: Receipted::default(),
            drafted_by: None,
            submitted_by: None,
            released_by: None,
            review: None,
            draft: None,
            answer: None,
        };
        let fields = vec![("findings", findings)];
        file_case(
            writing,
            &Loaded::new(case),
            EntryKind::RequestReceived,
            fields,
        )?;
        Ok(())
    }
}

fn take_answer(
    writing: &mut Writing<'_>,
    opening: &Opening<'_>,
    mut case: Loaded<Case>,
    answer: &Answer,
) -> Result<(), Stop> {
    let Stage::Outgoing(state) = case.value.stage else {
        return Err(Stop::unusable(
            "an answer to a request of the other side's own",
        ));
    };
    let next = state.answered(answer.outcome)?;
    check_goes_with(&case.value, opening.manifest().reply_to, answer)?;
    case.value.stage = Stage::Outgoing(next);
    case.value.answer = Some(GivenAnswer {
        answer: answer.clone(),
        attachments: opening.attachments()?.to_vec(),
        at: writing.now,
        message: opening.id(),
        receipted: Receipted::default(),
        drafted_by: None,
        released_by: None,
        ground: None,
    });
    let fields = vec![("outcome", answer.outcome.code().into())];
    file_case(writing, &case, EntryKind::AnswerReceived, fields)?;
    Ok(())
}

fn take_withdrawal(
    writing: &mut Writing<'_>,
    mut case: Loaded<Case>,
    reason: &str,
) -> Result<(), Stop> {
    let Stage::Incoming(state) = case.value.stage else {
        return Err(Stop::unusable("a withdrawal of a request of ours"));
    };
    case.value.stage = Stage::Incoming(state.withdrawn()?);
    let fields = vec![("reason", reason.into())];
    file_case(writing, &case, EntryKind::RequestWithdrawn, fields)?;
    Ok(())
}

/// An answer must name the message that carried the request, and each of its items one that the
/// request has, each at most once.
fn check_goes_with(case: &Case, reply_to: Option<Hash>, answer: &Answer) -> Result<(), Stop> {
    if reply_to.is_none() || reply_to != case.message {
        return Err(Stop::unusable(
            "it does not name the request that it answers",
        ));
    }
    let asked = case.request.items.len();
    let mut items: Vec<u32> = answer.items.iter().map(|item| item.item).collect();
    items.sort_unstable();
    let mut before = None;
    for item in items {
        let known = usize::try_from(item).is_ok_and(|item| (1..=asked).contains(&item));
        if !known {
            return Err(Stop::Unusable(format!("it answers item {item} of {asked}")));
        }
        if before == Some(item) {
            return Err(Stop::Unusable(format!("it answers item {item} twice")));
        }
        before = Some(item);
    }
    Ok(())
}
