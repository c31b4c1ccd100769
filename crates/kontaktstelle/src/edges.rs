//! The edges of the world: the system's clock and the system's randomness.

use office::{Clock, Entropy};
use records::Timestamp;
use std::time::{SystemTime, UNIX_EPOCH};

/// The system's clock.
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// The operating system's generator.
pub(crate) struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        // Without randomness there is no salt that protects anybody: end here rather than go on.
        if getrandom::fill(bytes).is_err() {
            eprintln!("kontaktstelle: the operating system gives no randomness");
            std::process::abort();
        }
    }
}
