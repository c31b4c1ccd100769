//! How often a caller with an unknown certificate is written down.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// One entry in this time. Anybody who reaches the port can make up certificates; without a bound
/// they could fill the journal, which never forgets. Every single attempt is still logged.
const ONE_ENTRY_PER: Duration = Duration::from_secs(60);

/// When a stranger was last written down.
#[derive(Default)]
pub(super) struct Strangers(Mutex<Option<Instant>>);

impl Strangers {
    /// Whether a stranger who calls now is to be written down.
    pub(super) fn may_be_noted(&self, now: Instant) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let due = last.is_none_or(|last| now.saturating_duration_since(last) >= ONE_ENTRY_PER);
        if due {
            *last = Some(now);
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A flood of strangers leaves a trace in the journal, and only one a minute.
    #[test]
    fn one_stranger_a_minute_is_noted() {
        let (strangers, start) = (Strangers::default(), Instant::now());
        let noted = |seconds| strangers.may_be_noted(start + Duration::from_secs(seconds));
        assert_eq!(
            [0, 1, 59, 60, 61, 119, 120].map(noted),
            [true, false, false, true, false, false, true]
        );
    }
}
