//! The facts of one act: who wants to do what, to what.
//!
//! A [`Request`] is plain data that serialises, so that the journal keeps exactly what the
//! policies saw. Roles, acts and states are closed enums: an unknown one cannot be built, nor
//! read back from a journal.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// One act that an officer wants to do, with every fact the policies may look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Who acts.
    pub officer: OfficerFacts,
    /// What the officer wants to do.
    pub action: Action,
    /// What it is done to. An act on the wrong kind of resource is never allowed.
    pub resource: Resource,
}

/// What is known about the acting officer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficerFacts {
    /// The name under which the journal knows the officer. Four-eyes compares these names, so
    /// one person must have one name.
    pub name: String,
    /// What the officer is appointed to; empty for nobody's officer.
    pub roles: BTreeSet<Role>,
    /// Organisational unit.
    pub unit: String,
    /// False once the officer has left or is suspended.
    pub active: bool,
}

/// What an officer can be appointed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Role {
    /// Drafts and submits requests, drafts answers.
    Handler,
    /// Releases what others drafted.
    Releaser,
    /// Decides the screening of a request.
    Reviewer,
    /// Desk officer: prepares consultations and answers parliament.
    Desk,
    /// Runs the installation; sees no cases.
    Operator,
    /// Auditor: reads, never acts.
    Controller,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 6] = [
        Self::Handler,
        Self::Releaser,
        Self::Reviewer,
        Self::Desk,
        Self::Operator,
        Self::Controller,
    ];

    /// The word the schema uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Handler => "handler",
            Self::Releaser => "releaser",
            Self::Reviewer => "reviewer",
            Self::Desk => "desk",
            Self::Operator => "operator",
            Self::Controller => "controller",
        }
    }
}

/// What an officer can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Action {
    /// Write or change the draft of one's own request.
    DraftRequest,
    /// Hand one's own request in for release.
    SubmitRequest,
    /// Send one's own request to the counterpart.
    ReleaseRequest,
    /// Decide the screening of a request.
    ReviewScreening,
    /// Draft the answer to the counterpart's request; a refusal is an answer too.
    DraftAnswer,
    /// Send the answer to the counterpart.
    ReleaseAnswer,
    /// Withdraw one's own request.
    WithdrawRequest,
    /// Close a case.
    CloseCase,
    /// Import records of the consultation mechanism.
    ImportRecords,
    /// Register a parliamentary inquiry.
    RegisterInquiry,
    /// Hand the answer to an inquiry to parliament.
    ReleaseInquiryAnswer,
    /// Accept a counterpart's key manifest.
    AcceptPeerKeys,
    /// Send a ping to a counterpart.
    SendPing,
    /// Register an officer.
    AddOfficer,
    /// Move the clock of an exercise.
    MoveExerciseClock,
    /// Read journal entries' heads and proofs.
    ReadJournal,
    /// Read cases, singly ([`Resource::Case`]) or as a list ([`Resource::Node`]).
    ReadCases,
    /// Read records, statistics and findings.
    ReadRecords,
}

impl Action {
    /// All acts.
    pub const ALL: [Self; 18] = [
        Self::DraftRequest,
        Self::SubmitRequest,
        Self::ReleaseRequest,
        Self::ReviewScreening,
        Self::DraftAnswer,
        Self::ReleaseAnswer,
        Self::WithdrawRequest,
        Self::CloseCase,
        Self::ImportRecords,
        Self::RegisterInquiry,
        Self::ReleaseInquiryAnswer,
        Self::AcceptPeerKeys,
        Self::SendPing,
        Self::AddOfficer,
        Self::MoveExerciseClock,
        Self::ReadJournal,
        Self::ReadCases,
        Self::ReadRecords,
    ];

    /// The word the schema uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DraftRequest => "draftRequest",
            Self::SubmitRequest => "submitRequest",
            Self::ReleaseRequest => "releaseRequest",
            Self::ReviewScreening => "reviewScreening",
            Self::DraftAnswer => "draftAnswer",
            Self::ReleaseAnswer => "releaseAnswer",
            Self::WithdrawRequest => "withdrawRequest",
            Self::CloseCase => "closeCase",
            Self::ImportRecords => "importRecords",
            Self::RegisterInquiry => "registerInquiry",
            Self::ReleaseInquiryAnswer => "releaseInquiryAnswer",
            Self::AcceptPeerKeys => "acceptPeerKeys",
            Self::SendPing => "sendPing",
            Self::AddOfficer => "addOfficer",
            Self::MoveExerciseClock => "moveExerciseClock",
            Self::ReadJournal => "readJournal",
            Self::ReadCases => "readCases",
            Self::ReadRecords => "readRecords",
        }
    }
}

/// What an act is done to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Resource {
    /// A request with its answer.
    Case(CaseFacts),
    /// A parliamentary inquiry with its answer.
    Inquiry(InquiryFacts),
    /// The installation as a whole.
    Node(NodeFacts),
}

/// What is known about a case. An officer who is absent here has not done that act yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CaseFacts {
    /// True for a request to the counterpart, false for a request from it.
    pub own_request: bool,
    /// Who drafted what is to be released: one's own request, or the answer.
    pub drafted_by: Option<String>,
    /// Who handed one's own request in for release.
    pub submitted_by: Option<String>,
    /// The person who decided the screening; `None` when only the machine has looked.
    pub reviewed_by: Option<String>,
    /// Where the screening stands.
    pub screening: Screening,
    /// Findings of the screening that no person has decided yet.
    pub findings_open: u32,
    /// What the guardian of the protected register says.
    pub guardian: Guardian,
    /// True when the answer gives data; false for a refusal, nil statement or neutral answer.
    /// Requests count as giving data whatever this says.
    pub discloses_content: bool,
    /// Whether this is an exercise. No policy of the embedded bundle softens on it.
    pub exercise: bool,
}

/// Where the screening of a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Screening {
    /// Not decided.
    Open,
    /// May be answered.
    Cleared,
    /// May be answered under conditions.
    Conditional,
    /// Stopped until something is settled.
    Held,
    /// Must not be answered with data.
    Rejected,
}

impl Screening {
    /// All states.
    pub const ALL: [Self; 5] = [
        Self::Open,
        Self::Cleared,
        Self::Conditional,
        Self::Held,
        Self::Rejected,
    ];

    /// The word the schema uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Cleared => "cleared",
            Self::Conditional => "conditional",
            Self::Held => "held",
            Self::Rejected => "rejected",
        }
    }
}

/// What the guardian of the register of protected selectors says about a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Guardian {
    /// There is no guardian; the register is off.
    NotAppointed,
    /// There is a guardian who has not answered yet.
    Unchecked,
    /// No objection.
    Cleared,
    /// Objection, without a reason given.
    Objected,
}

impl Guardian {
    /// All states.
    pub const ALL: [Self; 4] = [
        Self::NotAppointed,
        Self::Unchecked,
        Self::Cleared,
        Self::Objected,
    ];

    /// The word the schema uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotAppointed => "notAppointed",
            Self::Unchecked => "unchecked",
            Self::Cleared => "cleared",
            Self::Objected => "objected",
        }
    }
}

/// What is known about a parliamentary inquiry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InquiryFacts {
    /// Who drafted the answer.
    pub drafted_by: Option<String>,
}

/// What is known about the installation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NodeFacts {
    /// Whether the node runs on an exercise clock.
    pub exercise: bool,
}
