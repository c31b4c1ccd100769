//! How each command is carried out, one family of commands a module.

mod answering;
mod deadlines;
mod gate;
mod inquiring;
mod node;
mod requesting;
mod reviewing;

pub(crate) use answering::check_answer;
pub use inquiring::{FiledAnswer, Inquiry, MAX_ANSWER_BYTES, MAX_PAPER_BYTES, MAX_PARSED_BYTES};
pub(crate) use requesting::{check_request, findings_json};

use crate::authority::Actor;
use crate::command::{Command, Done};
use crate::entry_kind::EntryKind;
use crate::error::OfficeError;
use crate::office::Office;
use crate::writing::{Loaded, Writing};
use crate::{Case, OFFICE_LOG};
use serde_json::Value;

impl Office {
    pub(crate) fn handle(&self, actor: &Actor, command: &Command) -> Result<Done, OfficeError> {
        match command {
            Command::DraftRequest {
                peer,
                request,
                attachments,
            } => self.draft_request(actor, peer, request, attachments),
            Command::SubmitRequest { thread } => self.submit_request(actor, *thread),
            Command::ReleaseRequest { thread } => self.release_request(actor, *thread),
            Command::WithdrawRequest { thread, reason } => {
                self.withdraw_request(actor, *thread, reason)
            }
            Command::ReviewScreening {
                thread,
                decision,
                reason,
            } => self.review_screening(actor, *thread, *decision, reason),
            Command::DraftAnswer {
                thread,
                draft,
                attachments,
            } => self.draft_answer(actor, *thread, draft, attachments),
            Command::ReleaseAnswer { thread, read } => {
                self.release_answer(actor, *thread, read.as_ref())
            }
            Command::AddOfficer {
                name,
                roles,
                unit,
                password,
            } => self.add_officer(actor, name, roles, unit, password),
            Command::AcceptPeer {
                manifest,
                fingerprint,
            } => self.accept_peer(actor, manifest, fingerprint),
            Command::Ping { peer } => self.ping(actor, peer),
            Command::ImportRecords { records } => self.import_records(actor, records),
            Command::RegisterInquiry {
                reference,
                source,
                parsed,
            } => self.register_inquiry(actor, reference, source, parsed),
            Command::FileInquiryAnswer {
                reference,
                document,
            } => self.file_inquiry_answer(actor, reference, document),
            Command::ReleaseInquiryAnswer { reference, read } => {
                self.release_inquiry_answer(actor, reference, read.as_ref())
            }
            Command::MoveExerciseClock { seconds } => self.move_exercise_clock(actor, *seconds),
        }
    }
}

/// Writes a case's next revision with the office entry that says what was done, and commits.
pub(crate) fn finish_case(
    mut writing: Writing<'_>,
    case: &Loaded<Case>,
    kind: EntryKind,
    mut fields: Vec<(&'static str, Value)>,
) -> Result<Done, OfficeError> {
    let value = &case.value;
    fields.push(("case", value.thread.to_string().into()));
    fields.push(("state", value.stage.code().into()));
    let entry = writing.entry(OFFICE_LOG, kind, fields)?;
    writing.file(case, Some(entry))?;
    Ok(Done {
        thread: Some(value.thread),
        state: Some(value.stage.code().to_owned()),
        ..done(writing)?
    })
}

/// Commits, and says which entries came of it.
pub(crate) fn done(writing: Writing<'_>) -> Result<Done, OfficeError> {
    let at = writing.now;
    let committed = writing.commit()?;
    Ok(Done {
        entries: committed.entries,
        thread: None,
        state: None,
        message: None,
        records: Vec::new(),
        at,
    })
}

/// What the office entry of an act by an officer always says.
pub(crate) fn act_fields(
    actor: &Actor,
    allowed: crate::authority::Allowed,
) -> Vec<(&'static str, Value)> {
    vec![("actor", actor.name().into()), ("decision", allowed.0)]
}

/// Refuses free text that is empty where a reason is owed, or too long anywhere.
pub(crate) fn check_reason(field: &'static str, text: &str) -> Result<(), OfficeError> {
    if text.trim().is_empty() {
        return Err(OfficeError::invalid(field, "a reason is needed"));
    }
    if text.len() > records::request::MAX_TEXT {
        return Err(OfficeError::invalid(
            field,
            format!("at most {} bytes", records::request::MAX_TEXT),
        ));
    }
    Ok(())
}
