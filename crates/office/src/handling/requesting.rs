//! Our own requests: draft, submission, release by a second officer, withdrawal.

use super::{act_fields, check_reason, finish_case};
use crate::attachment::{MAX_ATTACHMENT_BYTES, MAX_ATTACHMENTS, MAX_NAME_BYTES, NewAttachment};
use crate::authority::{Actor, case_facts};
use crate::case::Case;
use crate::channel::Dispatch;
use crate::command::Done;
use crate::content::{CONTENT_PART, Content, MAX_CONTENT_BYTES};
use crate::error::OfficeError;
use crate::office::Office;
use crate::peer::Peer;
use crate::state::{NotNow, Outgoing, Stage};
use crate::writing::Loaded;
use policy::Action;
use records::request::{MAX_ITEMS, MAX_SELECTORS, MAX_TEXT};
use records::{PartyId, Request, ThreadId};
use store::BlobRef;

impl Office {
    pub(crate) fn draft_request(
        &self,
        actor: &Actor,
        peer: &PartyId,
        request: &Request,
        attachments: &[NewAttachment],
    ) -> Result<Done, OfficeError> {
        check_request(request)?;
        check_attachments(attachments)?;
        let peer = self.peer(peer)?;
        let mut writing = self.writing();
        let screening = self.screen_request(request, attachments);
        let case = Case {
            thread: self.new_thread(writing.now),
            peer: peer.party,
            exercise: self.exercise,
            // Without a guardian, every request that names a person goes to people first.
            stage: Stage::Outgoing(Outgoing::screened(
                screening.blocks() || screening.names_person_without_guardian(),
            )),
            request: request.clone(),
            attachments: attachments.iter().map(NewAttachment::reference).collect(),
            screening,
            opened: writing.now,
            deadline: None,
            overdue: false,
            message: None,
            drafted_by: Some(actor.name().to_owned()),
            submitted_by: None,
            released_by: None,
            review: None,
            draft: None,
            answer: None,
        };
        let allowed = self.authorise(actor, Action::DraftRequest, case_facts(&case), None)?;
        writing
            .batch
            .blobs
            .extend(attachments.iter().map(|a| BlobRef::new(a.bytes.clone())));
        let mut fields = act_fields(actor, allowed);
        fields.push(("findings", findings_json(&case.screening)));
        finish_case(writing, &Loaded::new(case), "request.drafted", fields)
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
            "request.submitted",
            act_fields(actor, allowed),
        )
    }

    pub(crate) fn release_request(
        &self,
        actor: &Actor,
        thread: ThreadId,
    ) -> Result<Done, OfficeError> {
        let _chain = self.lock_chain();
        let mut case = self.load_case(thread)?;
        let allowed = self.authorise(
            actor,
            Action::ReleaseRequest,
            case_facts(&case.value),
            Some(&case.value),
        )?;
        let next = outgoing(&case.value, "release")?.released()?;
        let attachments = self.stored_attachments(&case.value.attachments)?;
        let mut writing = self.writing();
        let hours = case.value.request.urgency.answer_within_hours();
        let deadline = writing.now.plus_seconds(i64::from(hours) * 3600);
        let content = Content::Request(Box::new(case.value.request.clone()));
        let message = self.send(
            &mut writing,
            &case.value.peer,
            &Dispatch {
                content: &content,
                attachments: &attachments,
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
            ..finish_case(writing, &case, "request.released", fields)?
        })
    }

    pub(crate) fn withdraw_request(
        &self,
        actor: &Actor,
        thread: ThreadId,
        reason: &str,
    ) -> Result<Done, OfficeError> {
        check_reason("reason", reason)?;
        let _chain = self.lock_chain();
        let mut case = self.load_case(thread)?;
        let allowed = self.authorise(
            actor,
            Action::WithdrawRequest,
            case_facts(&case.value),
            Some(&case.value),
        )?;
        let before = outgoing(&case.value, "withdrawal")?;
        let after = before.withdrawn()?;
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
            ..finish_case(writing, &case, "request.withdrawn", fields)?
        })
    }

    pub(crate) fn peer(&self, party: &PartyId) -> Result<Peer, OfficeError> {
        self.load::<Peer>(party.as_str())?
            .map(|peer| peer.value)
            .ok_or_else(|| OfficeError::NoSuch {
                what: "accepted peer",
                name: party.to_string(),
            })
    }

    pub(crate) fn screen_request(
        &self,
        request: &Request,
        attachments: &[NewAttachment],
    ) -> safeguard::Screening {
        safeguard::screen(request, &for_gate(attachments), self.registry.as_ref())
    }

    pub(crate) fn stored_attachments(
        &self,
        references: &[crate::AttachmentRef],
    ) -> Result<Vec<NewAttachment>, OfficeError> {
        references
            .iter()
            .map(|reference| {
                let missing = || OfficeError::NoSuch {
                    what: "stored attachment",
                    name: reference.name.clone(),
                };
                Ok(NewAttachment {
                    name: reference.name.clone(),
                    media_type: reference.media_type.clone(),
                    bytes: self
                        .database()
                        .blob(&reference.sha256)?
                        .ok_or_else(missing)?,
                })
            })
            .collect()
    }

    pub(crate) fn lock_chain(&self) -> std::sync::MutexGuard<'_, ()> {
        // A panic elsewhere leaves no half-written chain: the chain lies in the store.
        self.chain
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// The attachments as the gate looks at them.
pub(crate) fn for_gate(attachments: &[NewAttachment]) -> Vec<safeguard::Attachment<'_>> {
    attachments
        .iter()
        .map(|a| safeguard::Attachment {
            name: &a.name,
            media_type: &a.media_type,
            bytes: &a.bytes,
        })
        .collect()
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

/// Refuses names and media types that the envelope would refuse at the release, when nobody can
/// change them any more.
fn check_name(attachment: &NewAttachment) -> Result<(), OfficeError> {
    let NewAttachment {
        name, media_type, ..
    } = attachment;
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '/' | '\\' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if name.is_empty()
        || name.len() > MAX_NAME_BYTES
        || name == "."
        || name == ".."
        || name.contains(hidden)
    {
        return Err(OfficeError::invalid(
            "attachments",
            format!("{name:?} is not a plain file name of 1 to {MAX_NAME_BYTES} bytes"),
        ));
    }
    let plain = (1..=128).contains(&media_type.len())
        && media_type.bytes().all(|byte| byte.is_ascii_graphic());
    if !plain {
        return Err(OfficeError::invalid(
            format!("attachment {name}"),
            "its media type is not 1 to 128 visible ASCII characters",
        ));
    }
    Ok(())
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

pub(crate) fn check_attachments(attachments: &[NewAttachment]) -> Result<(), OfficeError> {
    if attachments.len() > MAX_ATTACHMENTS {
        return Err(OfficeError::invalid(
            "attachments",
            format!("at most {MAX_ATTACHMENTS}"),
        ));
    }
    for (at, attachment) in attachments.iter().enumerate() {
        check_name(attachment)?;
        let earlier = attachments.iter().take(at);
        if earlier
            .into_iter()
            .any(|other| other.name == attachment.name)
        {
            return Err(OfficeError::invalid(
                "attachments",
                format!("the name {:?} is there twice", attachment.name),
            ));
        }
        if attachment.bytes.len() > MAX_ATTACHMENT_BYTES {
            return Err(OfficeError::invalid(
                format!("attachment {}", attachment.name),
                format!("at most {MAX_ATTACHMENT_BYTES} bytes"),
            ));
        }
        if attachment.name == CONTENT_PART {
            return Err(OfficeError::invalid(
                "attachments",
                format!("the name {CONTENT_PART:?} is taken"),
            ));
        }
    }
    Ok(())
}
