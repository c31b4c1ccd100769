//! How long each side waits for the other.

use std::time::Duration;

/// The slowest line that is waited for, in bytes a second; 64 KiB is half a megabit a second.
const SLOWEST_LINE: u64 = 64 * 1024;

/// Bounds on waiting. Nobody can hold a connection by saying nothing.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Until a TCP connection stands.
    pub connect: Duration,
    /// Until the TLS handshake is done, on either side.
    pub handshake: Duration,
    /// Until the head of a request is complete, and how long a connection may idle before it.
    pub head: Duration,
    /// Between two pieces of a message's body.
    pub stall: Duration,
    /// Until an answer to a complete request is here.
    pub answer: Duration,
    /// Until a witness has answered about one log.
    pub witness: Duration,
    /// How long open conversations may finish once the node is to stop.
    pub farewell: Duration,
    /// How often the courier looks at the outbox when nobody nudges it.
    pub poll: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            handshake: Duration::from_secs(10),
            head: Duration::from_secs(10),
            stall: Duration::from_secs(10),
            answer: Duration::from_secs(60),
            witness: Duration::from_secs(10),
            farewell: Duration::from_secs(5),
            poll: Duration::from_millis(500),
        }
    }
}

impl Patience {
    /// How long sending `bytes` and getting the answer may take on the slowest line.
    #[must_use]
    pub const fn transfer(&self, bytes: u64) -> Duration {
        self.answer
            .saturating_add(Duration::from_secs(bytes / SLOWEST_LINE))
    }
}
