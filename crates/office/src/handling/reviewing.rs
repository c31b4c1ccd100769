//! The review of a screening by a person.

use super::{act_fields, check_reason, finish_case};
use crate::authority::{Actor, case_facts};
use crate::case::{Case, Review};
use crate::command::Done;
use crate::entry_kind::EntryKind;
use crate::error::OfficeError;
use crate::office::Office;
use crate::state::{Decision, NotNow, Stage};
use policy::Action;
use records::ThreadId;
use safeguard::{Check, Place};

impl Office {
    pub(crate) fn review_screening(
        &self,
        actor: &Actor,
        thread: ThreadId,
        decision: Decision,
        reason: &str,
    ) -> Result<Done, OfficeError> {
        check_reason("reason", reason)?;
        let mut case = self.load_case(thread)?;
        let allowed = self.authorise(
            actor,
            Action::ReviewScreening,
            case_facts(&case.value),
            Some(&case.value),
        )?;
        let clears = matches!(decision, Decision::Clear | Decision::ClearWithConditions);
        if clears && let Some(field) = missing_field(&case.value) {
            return Err(OfficeError::invalid(
                field,
                "the request lacks it; hold or reject it, a review cannot fill it in",
            ));
        }
        case.value.stage = match case.value.stage {
            Stage::Incoming(state) => Stage::Incoming(state.reviewed(decision)?),
            Stage::Outgoing(state) => match decision {
                Decision::Clear => Stage::Outgoing(state.reviewed(true)?),
                Decision::Reject => Stage::Outgoing(state.reviewed(false)?),
                Decision::Hold if state == crate::state::Outgoing::Held => case.value.stage,
                Decision::Hold | Decision::ClearWithConditions => {
                    return Err(NotNow {
                        step: "this decision on a request of our own",
                        state: state.code(),
                    }
                    .into());
                }
            },
        };
        let writing = self.writing();
        case.value.review = Some(Review {
            by: actor.name().to_owned(),
            at: writing.now,
            decision,
            reason: reason.to_owned(),
        });
        let mut fields = act_fields(actor, allowed);
        fields.push(("review", serde_json::to_value(decision).unwrap_or_default()));
        fields.push(("reason", reason.into()));
        finish_case(writing, &case, EntryKind::ScreeningReviewed, fields)
    }
}

/// The first required field that the gate found empty. No review stands in for a request's own
/// facts, purpose or legal basis.
fn missing_field(case: &Case) -> Option<String> {
    let empty = case
        .screening
        .findings
        .iter()
        .find(|finding| finding.check == Check::RequiredField)?;
    Some(match &empty.location.place {
        Place::Field { name } => name.clone(),
        Place::AttachmentName { name } | Place::Attachment { name, .. } => name.clone(),
    })
}
