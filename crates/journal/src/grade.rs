//! Grades of evidence: who, besides its keeper, has vouched for the state of a log.

use serde::{Deserialize, Serialize};

use crate::note::{AnyVerifier, Note};
use crate::policy::Policy;

/// How far a checkpoint, and with it every entry and figure under it, is vouched for. A higher grade
/// compares as greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// Only the keeper has signed. It can still show different logs to different readers.
    SelfSigned,
    /// The counterpart has cosigned. The keeper can no longer rewrite alone; both together could.
    PeerWitnessed,
    /// The quorum of witnesses of the policy has cosigned. Rewriting would take that many of them.
    QuorumWitnessed,
}

impl Grade {
    /// All grades, the lowest first.
    pub const ALL: [Grade; 3] = [
        Grade::SelfSigned,
        Grade::PeerWitnessed,
        Grade::QuorumWitnessed,
    ];

    /// The grade of a checkpoint that the log has signed (the caller has verified that), by the
    /// cosignatures under it: of the peer, and of a policy's witnesses.
    ///
    /// A policy that asks for no witness (`quorum none`) raises nothing. A cosignature by the peer
    /// that does not verify counts as absent. One by a witness of the policy spoils the quorum, even
    /// where the others would be enough ([`Policy::evaluate`]): such a note is not to be trusted.
    #[must_use]
    pub fn of(note: &Note, peer: &[AnyVerifier], policy: Option<&Policy>) -> Self {
        let quorum = |policy: &&Policy| policy.asks_for_witnesses() && policy.is_met_by(note);
        if policy.filter(quorum).is_some() {
            return Grade::QuorumWitnessed;
        }
        let cosigned = |key: &AnyVerifier| key.time_of(note).is_some_and(|time| time > 0);
        if peer.iter().any(cosigned) {
            return Grade::PeerWitnessed;
        }
        Grade::SelfSigned
    }

    /// The word for this grade in data, such as `peer_witnessed`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Grade::SelfSigned => "self_signed",
            Grade::PeerWitnessed => "peer_witnessed",
            Grade::QuorumWitnessed => "quorum_witnessed",
        }
    }

    /// The grade with this word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grade| grade.code() == code)
    }
}
