//! A case: one request, what the gate found, who decided what, and its answer.

use crate::attachment::AttachmentRef;
use crate::state::{Decision, Stage};
use journal::hash::Hash;
use records::answer::AnswerDraft;
use records::vocabulary::Direction;
use records::{Answer, PartyId, Request, ThreadId, Timestamp};
use seal::receipt::ReceiptEvent;
use serde::{Deserialize, Serialize};

/// What the counterpart's receipts say about a message of ours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipted {
    /// It holds the sealed message and cannot deny it (D.1). The message counts as delivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consigned: Option<Timestamp>,
    /// It has been given the content (E.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handed_over: Option<Timestamp>,
    /// It could not take it (D.2) or could not make use of the content (E.2). Somebody has to ask.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<Timestamp>,
}

impl Receipted {
    /// Notes when a receipt came, by our clock. The first one counts: a counterpart that has lost
    /// the message since then had it all the same.
    pub(crate) fn note(&mut self, event: ReceiptEvent, at: Timestamp) {
        let time = match event {
            ReceiptEvent::ContentConsignment => &mut self.consigned,
            ReceiptEvent::ContentHandover => &mut self.handed_over,
            ReceiptEvent::ContentConsignmentFailure | ReceiptEvent::ContentHandoverFailure => {
                &mut self.failed
            }
            // The sender's own events.
            ReceiptEvent::SubmissionAcceptance | ReceiptEvent::AcceptanceRejectionExpiry => return,
        };
        time.get_or_insert(at);
    }
}

/// A reviewer's decision with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// The reviewer.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// What was decided.
    pub decision: Decision,
    /// Why.
    pub reason: String,
}

/// A draft answer that waits for release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftedAnswer {
    /// The draft, with its internal ground.
    pub draft: AnswerDraft,
    /// Its attachments.
    pub attachments: Vec<AttachmentRef>,
    /// Who drafted it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// What the gate found in it.
    pub screening: safeguard::Screening,
}

impl DraftedAnswer {
    /// What stands for this draft: whoever releases says with it which one was read.
    #[must_use]
    pub fn hash(&self) -> Hash {
        journal::hash::sha256(&serde_json::to_vec(self).unwrap_or_default())
    }
}

/// An answer that has left or arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenAnswer {
    /// What was answered.
    pub answer: Answer,
    /// Its attachments.
    pub attachments: Vec<AttachmentRef>,
    /// When it left or arrived.
    pub at: Timestamp,
    /// The message that carried it.
    pub message: Hash,
    /// What became of the message; empty for the counterpart's answers.
    #[serde(default)]
    pub receipted: Receipted,
    /// Who drafted it; absent for the counterpart's answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drafted_by: Option<String>,
    /// Who released it; absent for the counterpart's answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released_by: Option<String>,
    /// The fine ground; kept on the side that gave the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ground: Option<records::vocabulary::Ground>,
}

/// One request and everything that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// Its name, the same on both sides.
    pub thread: ThreadId,
    /// The other side.
    pub peer: PartyId,
    /// Part of an exercise; never counted as real.
    pub exercise: bool,
    /// Where it stands.
    pub stage: Stage,
    /// What is asked.
    pub request: Request,
    /// The request's attachments.
    pub attachments: Vec<AttachmentRef>,
    /// What the gate found in the request.
    pub screening: safeguard::Screening,
    /// When it was drafted or arrived.
    pub opened: Timestamp,
    /// By when an answer is due; absent until the request is sent.
    pub deadline: Option<Timestamp>,
    /// The deadline has passed without an answer of ours.
    #[serde(default)]
    pub overdue: bool,
    /// The message that carried the request, once there is one.
    pub message: Option<Hash>,
    /// What became of the message that carried a request of our own.
    #[serde(default)]
    pub receipted: Receipted,
    /// Who drafted a request of our own.
    pub drafted_by: Option<String>,
    /// Who handed it in.
    pub submitted_by: Option<String>,
    /// Who released it.
    pub released_by: Option<String>,
    /// The last decision on its screening.
    pub review: Option<Review>,
    /// The answer that waits for release.
    pub draft: Option<DraftedAnswer>,
    /// The answer.
    pub answer: Option<GivenAnswer>,
}

impl Case {
    /// Which way the request went.
    #[must_use]
    pub const fn direction(&self) -> Direction {
        match self.stage {
            Stage::Outgoing(_) => Direction::Outgoing,
            Stage::Incoming(_) => Direction::Incoming,
        }
    }

    /// Milliseconds by which lists are sorted: the deadline, or else when it was opened.
    #[must_use]
    pub fn sort_key(&self) -> i64 {
        self.deadline.unwrap_or(self.opened).millis()
    }
}
