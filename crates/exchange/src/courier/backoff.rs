//! When a delivery that failed is tried again.

use std::time::Duration;

/// The first wait.
const FIRST: Duration = Duration::from_secs(1);

/// The longest wait: a peer that comes back from an outage hears of us well within the eight hours
/// in which an emergency is to be answered.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// How long to wait after `failures` failures in a row: twice as long each time, and somewhere in
/// the upper half of that, so that nodes which failed together do not come back together.
///
/// `random` is any number, drawn at the edge. Where a person has to mend something first, the wait
/// is of the longest kind at once.
#[must_use]
pub fn wait(failures: u32, needs_a_person: bool, random: u32) -> Duration {
    let doubled = FIRST
        .saturating_mul(2_u32.saturating_pow(failures))
        .min(LONGEST);
    let whole = if needs_a_person { LONGEST } else { doubled };
    let half = whole / 2;
    half + half.mul_f64(f64::from(random) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A peer that stays away is tried less and less often, but at least every quarter of an hour.
    #[test]
    fn the_wait_doubles_up_to_a_quarter_of_an_hour() {
        let longest = |failures| wait(failures, false, u32::MAX).as_secs();
        assert_eq!([0, 1, 2, 3, 9].map(longest), [1, 2, 4, 8, 512]);
        assert_eq!([10, 31, 32, u32::MAX].map(longest), [900; 4]);
    }

    /// Jitter never brings a try forward by more than half, nor puts it off.
    #[test]
    fn the_wait_lies_in_the_upper_half() {
        for random in [0, 1, u32::MAX / 3, u32::MAX] {
            let waited = wait(5, false, random);
            assert!(
                (Duration::from_secs(16)..=Duration::from_secs(32)).contains(&waited),
                "{waited:?}"
            );
        }
        assert_ne!(wait(5, false, 0), wait(5, false, u32::MAX));
    }

    /// What only a person can mend is not hammered at.
    #[test]
    fn an_alarm_waits_long_from_the_first_failure() {
        assert!(wait(0, true, 0) >= LONGEST / 2);
    }
}
