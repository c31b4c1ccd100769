//! Slows down whoever guesses passwords.
//!
//! After some wrong attempts a name is locked for a while, longer each time. Names are kept hashed:
//! people type passwords into the wrong field. Memory is bounded, so a flood of names cannot fill it.

use journal::hash::{Hash, sha256};
use records::Timestamp;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Wrong attempts that are free.
const FREE_ATTEMPTS: u32 = 5;

/// The first lock; each further wrong attempt doubles it.
const FIRST_LOCK_MS: i64 = 30 * 1000;

/// The longest lock: long enough to make guessing useless, short enough that nobody who wants to
/// keep an officer out can do so for a shift without being seen.
const LONGEST_LOCK_MS: i64 = 15 * 60 * 1000;

/// Wrong attempts are forgotten after this long.
const FORGET_MS: i64 = 60 * 60 * 1000;

/// Most names that are remembered.
const MAX_NAMES: usize = 10_000;

#[derive(Default)]
pub(crate) struct Throttle(Mutex<BTreeMap<Hash, Failures>>);

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    last: i64,
    locked_until: i64,
}

impl Throttle {
    /// How many seconds the name is still locked; none if an attempt is welcome.
    pub(crate) fn locked_for(&self, name: &str, now: Timestamp) -> Option<u64> {
        let until = self.names().get(&sha256(name.as_bytes()))?.locked_until;
        let left = until - now.millis();
        u64::try_from(left)
            .ok()
            .filter(|left| *left > 0)
            .map(|left| left.div_ceil(1000))
    }

    /// A wrong attempt.
    pub(crate) fn failed(&self, name: &str, now: Timestamp) {
        let now = now.millis();
        let key = sha256(name.as_bytes());
        let mut names = self.names();
        if names.len() >= MAX_NAMES && !names.contains_key(&key) {
            names.retain(|_, failures| now - failures.last <= FORGET_MS);
            let oldest = names
                .iter()
                .min_by_key(|(_, failures)| failures.last)
                .map(|(key, _)| *key);
            if names.len() >= MAX_NAMES {
                oldest.and_then(|key| names.remove(&key));
            }
        }
        let known = names
            .get(&key)
            .filter(|failures| now - failures.last <= FORGET_MS);
        let count = known.map_or(0, |failures| failures.count).saturating_add(1);
        let doublings = count.checked_sub(FREE_ATTEMPTS).map(|over| over.min(20));
        let lock = doublings.map_or(0, |n| (FIRST_LOCK_MS << n).min(LONGEST_LOCK_MS));
        names.insert(
            key,
            Failures {
                count,
                last: now,
                locked_until: now + lock,
            },
        );
    }

    /// A right one.
    pub(crate) fn succeeded(&self, name: &str) {
        self.names().remove(&sha256(name.as_bytes()));
    }

    fn names(&self) -> MutexGuard<'_, BTreeMap<Hash, Failures>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millis(1_800_000_000_000 + ms)
    }

    /// Promise: a mistyped password costs nothing; guessing costs ever more time; nobody is locked
    /// out for good.
    #[test]
    fn guessing_gets_slower_and_is_forgotten() {
        let throttle = Throttle::default();
        for _ in 1..FREE_ATTEMPTS {
            throttle.failed("a.weber", at(0));
            assert_eq!(throttle.locked_for("a.weber", at(0)), None);
        }
        throttle.failed("a.weber", at(0));
        assert_eq!(throttle.locked_for("a.weber", at(0)), Some(30));
        assert_eq!(throttle.locked_for("b.koch", at(0)), None);
        throttle.failed("a.weber", at(30_000));
        assert_eq!(throttle.locked_for("a.weber", at(30_000)), Some(60));
        for _ in 0..100 {
            throttle.failed("a.weber", at(30_000));
        }
        assert_eq!(throttle.locked_for("a.weber", at(30_000)), Some(15 * 60));
        throttle.failed("a.weber", at(30_000 + FORGET_MS + 1));
        assert_eq!(
            throttle.locked_for("a.weber", at(30_000 + FORGET_MS + 1)),
            None
        );
    }

    /// Promise: the right password ends it at once.
    #[test]
    fn success_clears_the_name() {
        let throttle = Throttle::default();
        for _ in 0..FREE_ATTEMPTS {
            throttle.failed("a.weber", at(0));
        }
        throttle.succeeded("a.weber");
        assert_eq!(throttle.locked_for("a.weber", at(0)), None);
    }

    /// Promise: a flood of made-up names does not fill the memory.
    #[test]
    fn memory_is_bounded() {
        let throttle = Throttle::default();
        for i in 0..i64::try_from(MAX_NAMES).unwrap_or(0) + 50 {
            throttle.failed(&format!("name-{i}"), at(i));
        }
        assert_eq!(throttle.names().len(), MAX_NAMES);
    }
}
