//! What officers and operators can do.

use crate::attachment::NewAttachment;
use crate::attachment::base64_bytes;
use crate::entry_kind::EntryKind;
use crate::state::Decision;
use journal::hash::Hash;
use policy::Role;
use records::answer::AnswerDraft;
use records::{PartyId, Record, RecordId, Request, ThreadId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use store::EntryRef;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A password on its way in: wiped when dropped, never printed.
#[derive(Clone, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(transparent)]
pub struct Password(String);

impl Password {
    /// Takes a password.
    #[must_use]
    pub const fn new(password: String) -> Self {
        Self(password)
    }

    /// The password itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(secret)")
    }
}

/// One act. The command line, the console and the demo all speak in these.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Command {
    /// Appoints an officer.
    AddOfficer {
        /// The name the journal will know.
        name: String,
        /// What the officer may do.
        roles: BTreeSet<Role>,
        /// The unit.
        unit: String,
        /// The first password; only its hash is kept.
        password: Password,
    },
    /// Accepts a counterpart's keys after its fingerprint was compared over another channel.
    AcceptPeer {
        /// The signed key manifest.
        manifest: String,
        /// The fingerprint as it was read out or printed.
        fingerprint: String,
    },
    /// Asks the counterpart whether it is there.
    Ping {
        /// The counterpart.
        peer: PartyId,
    },
    /// Drafts a request of our own; the gate looks at it at once.
    DraftRequest {
        /// The counterpart.
        peer: PartyId,
        /// What is asked.
        request: Box<Request>,
        /// What goes with it.
        #[serde(default)]
        attachments: Vec<NewAttachment>,
    },
    /// Hands a draft in for release.
    SubmitRequest {
        /// The case.
        thread: ThreadId,
    },
    /// Releases a request that another officer drafted.
    ReleaseRequest {
        /// The case.
        thread: ThreadId,
    },
    /// Takes a request of our own back.
    WithdrawRequest {
        /// The case.
        thread: ThreadId,
        /// Why; the counterpart reads it.
        reason: String,
    },
    /// Decides on the screening of a request, the counterpart's or our own.
    ReviewScreening {
        /// The case.
        thread: ThreadId,
        /// What is decided.
        decision: Decision,
        /// Why; stays in the house.
        reason: String,
    },
    /// Drafts the answer to a request of the counterpart. A refusal is an answer too.
    DraftAnswer {
        /// The case.
        thread: ThreadId,
        /// The draft.
        draft: Box<AnswerDraft>,
        /// What goes with it.
        #[serde(default)]
        attachments: Vec<NewAttachment>,
    },
    /// Releases an answer that another officer drafted.
    ReleaseAnswer {
        /// The case.
        thread: ThreadId,
        /// The draft that the officer has read ([`crate::case::DraftedAnswer::hash`]); another one
        /// is not released.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        read: Option<Hash>,
    },
    /// Writes records down, all or none.
    ImportRecords {
        /// The records.
        records: Vec<Record>,
    },
    /// Registers a parliamentary inquiry.
    RegisterInquiry {
        /// Its number, such as `19/9523`.
        reference: String,
        /// The paper as it came in.
        #[serde(with = "base64_bytes")]
        source: Vec<u8>,
        /// What the parser read in it.
        parsed: serde_json::Value,
    },
    /// Files the draft of an inquiry's answer.
    FileInquiryAnswer {
        /// The inquiry's number.
        reference: String,
        /// The answer document (JSON).
        document: String,
    },
    /// Releases an inquiry's answer that another officer filed.
    ReleaseInquiryAnswer {
        /// The inquiry's number.
        reference: String,
        /// The document that the officer has read; another one is not released.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        read: Option<Hash>,
    },
    /// Moves the clock of an exercise node forward, openly.
    MoveExerciseClock {
        /// By how many seconds.
        seconds: u32,
    },
}

impl Command {
    /// The code under which the journal knows the act.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.kind().code()
    }

    /// What the journal says has happened.
    #[must_use]
    pub const fn kind(&self) -> EntryKind {
        match self {
            Self::AddOfficer { .. } => EntryKind::OfficerAdded,
            Self::AcceptPeer { .. } => EntryKind::PeerAccepted,
            Self::Ping { .. } => EntryKind::PingSent,
            Self::DraftRequest { .. } => EntryKind::RequestDrafted,
            Self::SubmitRequest { .. } => EntryKind::RequestSubmitted,
            Self::ReleaseRequest { .. } => EntryKind::RequestReleased,
            Self::WithdrawRequest { .. } => EntryKind::RequestWithdrawn,
            Self::ReviewScreening { .. } => EntryKind::ScreeningReviewed,
            Self::DraftAnswer { .. } => EntryKind::AnswerDrafted,
            Self::ReleaseAnswer { .. } => EntryKind::AnswerReleased,
            Self::ImportRecords { .. } => EntryKind::RecordWritten,
            Self::RegisterInquiry { .. } => EntryKind::InquiryRegistered,
            Self::FileInquiryAnswer { .. } => EntryKind::InquiryAnswerFiled,
            Self::ReleaseInquiryAnswer { .. } => EntryKind::InquiryAnswerReleased,
            Self::MoveExerciseClock { .. } => EntryKind::ExerciseClockMoved,
        }
    }
}

/// What an act came to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Done {
    /// The entries it wrote.
    pub entries: Vec<EntryRef>,
    /// The case it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<ThreadId>,
    /// The code of the case's state afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// The message it sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Hash>,
    /// The records it wrote.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub records: Vec<RecordId>,
    /// When.
    pub at: Timestamp,
}
