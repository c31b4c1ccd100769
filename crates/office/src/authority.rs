//! Who acts, and whether the policies let them.

use crate::case::Case;
use crate::command::Command;
use crate::entry_kind::EntryKind;
use crate::error::OfficeError;
use crate::office::Office;
use crate::state::{Decision, Incoming, Outgoing, Reviewed, Stage};
use policy::{
    Action, CaseFacts, Guardian, InquiryFacts, NodeFacts, OfficerFacts, Resource, Role, Screening,
};
use std::collections::BTreeSet;

/// Who acts. Made only by signing in, or by the operator's own access to the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor(OfficerFacts);

impl Actor {
    /// The operator at the machine itself: whoever may read the node's keys may operate it, and
    /// nothing more; no case is open to the operator.
    #[must_use]
    pub fn local_operator() -> Self {
        Self(OfficerFacts {
            name: "local-operator".to_owned(),
            roles: BTreeSet::from([Role::Operator]),
            unit: "operations".to_owned(),
            active: true,
        })
    }

    pub(crate) const fn signed_in(facts: OfficerFacts) -> Self {
        Self(facts)
    }

    /// The name the journal knows.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The officer's roles.
    #[must_use]
    pub const fn roles(&self) -> &BTreeSet<Role> {
        &self.0.roles
    }

    /// What the policies may know of the actor.
    #[must_use]
    pub const fn facts(&self) -> &OfficerFacts {
        &self.0
    }
}

/// A decision that allowed an act, as the journal keeps it.
#[derive(Debug)]
pub struct Allowed(pub(crate) serde_json::Value);

impl Office {
    /// Whether the policies let `actor` do this, as a question: nothing is written down.
    #[must_use]
    pub fn may(&self, actor: &Actor, action: Action, resource: Resource) -> bool {
        self.decide(actor, action, resource).0.allowed
    }

    fn decide(
        &self,
        actor: &Actor,
        action: Action,
        resource: Resource,
    ) -> (policy::Decision, policy::Request) {
        let request = policy::Request {
            officer: actor.facts().clone(),
            action,
            resource,
        };
        (self.bundle.decide(&request), request)
    }

    /// Asks the policies; a refusal is journalled like an act.
    pub(crate) fn authorise(
        &self,
        actor: &Actor,
        action: Action,
        resource: Resource,
        about: Option<&Case>,
    ) -> Result<Allowed, OfficeError> {
        let (decision, request) = self.decide(actor, action, resource);
        let ids: Vec<String> = decision
            .reason_ids()
            .iter()
            .map(ToString::to_string)
            .collect();
        let record = serde_json::json!({
            "bundle": decision.bundle_hash,
            "policies": ids,
            "facts": serde_json::to_value(&request).unwrap_or_default(),
        });
        if decision.allowed {
            return Ok(Allowed(record));
        }
        let mut writing = self.writing();
        let mut fields = vec![
            ("actor", actor.name().into()),
            ("act", action.as_str().into()),
            ("decision", record),
        ];
        if let Some(case) = about {
            fields.push(("case", case.thread.to_string().into()));
        }
        writing.entry(crate::OFFICE_LOG, EntryKind::ActRefused, fields)?;
        writing.commit()?;
        Err(OfficeError::Refused {
            policies: decision.policies,
        })
    }

    /// The facts about the node.
    pub(crate) const fn node_facts(&self) -> Resource {
        Resource::Node(NodeFacts {
            exercise: self.exercise,
        })
    }
}

/// The act a command is, for the policies.
#[must_use]
pub const fn action_of(command: &Command) -> Action {
    match command {
        Command::AddOfficer { .. } => Action::AddOfficer,
        Command::AcceptPeer { .. } => Action::AcceptPeerKeys,
        Command::Ping { .. } => Action::SendPing,
        Command::DraftRequest { .. } => Action::DraftRequest,
        Command::SubmitRequest { .. } => Action::SubmitRequest,
        Command::ReleaseRequest { .. } => Action::ReleaseRequest,
        Command::WithdrawRequest { .. } => Action::WithdrawRequest,
        Command::ReviewScreening { .. } => Action::ReviewScreening,
        Command::DraftAnswer { .. } => Action::DraftAnswer,
        Command::ReleaseAnswer { .. } => Action::ReleaseAnswer,
        Command::ImportRecords { .. } => Action::ImportRecords,
        Command::RegisterInquiry { .. } | Command::FileInquiryAnswer { .. } => {
            Action::RegisterInquiry
        }
        Command::ReleaseInquiryAnswer { .. } => Action::ReleaseInquiryAnswer,
        Command::MoveExerciseClock { .. } => Action::MoveExerciseClock,
    }
}

/// The facts about an inquiry.
#[must_use]
pub const fn inquiry_facts(drafted_by: Option<String>) -> Resource {
    Resource::Inquiry(InquiryFacts { drafted_by })
}

/// The facts about a case.
#[must_use]
pub fn case_facts(case: &Case) -> Resource {
    let reviewed_by = case.review.as_ref().map(|review| review.by.clone());
    let answer = case.draft.as_ref();
    let own_request = matches!(case.stage, Stage::Outgoing(_));
    let drafted_by = if own_request {
        case.drafted_by.clone()
    } else {
        answer_drafted_by(case)
    };
    let undecided = reviewed_by.is_none()
        || matches!(
            case.review.as_ref().map(|r| r.decision),
            Some(Decision::Hold)
        );
    Resource::Case(CaseFacts {
        own_request,
        drafted_by,
        submitted_by: case.submitted_by.clone(),
        findings_open: if undecided { open_findings(case) } else { 0 },
        reviewed_by,
        screening: screening_fact(case),
        guardian: match case.screening.registry {
            safeguard::RegistryAnswer::NoGuardianAppointed => Guardian::NotAppointed,
            safeguard::RegistryAnswer::SentToGuardian => Guardian::Unchecked,
        },
        discloses_content: answer.is_some_and(|draft| draft.draft.answer.outcome.discloses()),
        exercise: case.exercise,
    })
}

/// Who drafted the answer, before and after its release.
fn answer_drafted_by(case: &Case) -> Option<String> {
    match (&case.draft, &case.answer) {
        (Some(draft), _) => Some(draft.by.clone()),
        (None, Some(given)) => given.drafted_by.clone(),
        (None, None) => None,
    }
}

fn open_findings(case: &Case) -> u32 {
    let stopping = case
        .screening
        .findings
        .iter()
        .filter(|finding| finding.consequence != safeguard::Consequence::Inform)
        .count();
    u32::try_from(stopping).unwrap_or(u32::MAX)
}

const fn screening_fact(case: &Case) -> Screening {
    match case.stage {
        Stage::Incoming(Incoming::Screening | Incoming::Withdrawn) => Screening::Open,
        Stage::Incoming(Incoming::Held) | Stage::Outgoing(Outgoing::Held) => Screening::Held,
        Stage::Incoming(Incoming::Rejected | Incoming::AnswerDrafted(Reviewed::Rejected))
        | Stage::Outgoing(Outgoing::Rejected) => Screening::Rejected,
        Stage::Incoming(Incoming::Conditional | Incoming::AnswerDrafted(Reviewed::Conditional)) => {
            Screening::Conditional
        }
        // An answer that has left needs no further clearance; our own request passes when the gate
        // stops nothing or a reviewer has let it go on.
        Stage::Incoming(_) | Stage::Outgoing(_) => Screening::Cleared,
    }
}
