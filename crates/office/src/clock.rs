//! What comes in from the edges: time, randomness and the limits that the configuration sets.

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
    /// Largest sealed part of a message, in bytes.
    pub part_bytes: u64,
    /// Hours after the deadline until a request without answer counts as unanswered.
    pub grace_hours: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            part_bytes: 16 * 1024 * 1024,
            grace_hours: 24,
        }
    }
}
