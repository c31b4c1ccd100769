//! What comes in from the edges: time, randomness and the limits that the configuration sets.

use crate::attachment::{MAX_ATTACHMENT_BYTES, MAX_ATTACHMENTS_BYTES};
use records::Timestamp;

/// Tells the time. The binary hands in the system's clock, tests their own.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// Gives random bytes that nobody can guess.
pub trait Entropy: Send + Sync {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

/// What the configuration bounds.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Largest sealed payload of a message that is taken, in bytes.
    pub part_bytes: u64,
    /// Most bytes of all payloads of a message that is taken; also what a peer may have announced
    /// and not yet sent.
    pub message_bytes: u64,
    /// Hours after the deadline until a request without answer counts as unanswered.
    pub grace_hours: u32,
    /// Seconds between two anchorings of the office journal's head in the exchange logs.
    pub anchor_every_seconds: u32,
    /// Seconds that an entry may be without sufficient cosignatures before an alarm is raised.
    pub witness_lag_seconds: u32,
    /// Days after its last step until a closed case is destroyed, where no answer says otherwise;
    /// `None`: never.
    pub keep_case_days: Option<u32>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // Sealing adds at most 16 bytes to 16 KiB.
            part_bytes: MAX_ATTACHMENT_BYTES + (2 << 20),
            message_bytes: MAX_ATTACHMENTS_BYTES + (16 << 20),
            grace_hours: 24,
            anchor_every_seconds: 60,
            witness_lag_seconds: 3600,
            keep_case_days: None,
        }
    }
}
