//! How fast one account's password may be guessed. Pure: `now` is an argument.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

/// Wrong passwords that cost nothing: people mistype.
const FREE_FAILURES_MAX: u32 = 4;
/// The longest wait; a counter must never be locked out for a morning.
const WAIT_MINUTES_MAX: i64 = 8;
/// Names remembered at once, so that inventing names does not fill the memory.
const NAMES_MAX: usize = 1024;

/// The failures of each account name, whether the account exists or not.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    failures: BTreeMap<String, Failures>,
}

#[derive(Debug)]
struct Failures {
    count: u32,
    last: DateTime<Utc>,
}

impl Failures {
    fn free_again_at(&self) -> DateTime<Utc> {
        let beyond = self.count.saturating_sub(FREE_FAILURES_MAX);
        let minutes = match beyond {
            0 => 0,
            n => 1i64
                .checked_shl(n - 1)
                .map_or(WAIT_MINUTES_MAX, |m| m.min(WAIT_MINUTES_MAX)),
        };
        self.last + TimeDelta::minutes(minutes)
    }
}

impl Throttle {
    /// Seconds this account must still wait before its next attempt, if any.
    pub(crate) fn wait_s(&self, account: &str, now: DateTime<Utc>) -> Option<u64> {
        let left = self.failures.get(account)?.free_again_at() - now;
        // Rounded up: whoever waits as told is never told again.
        let seconds = (left.num_milliseconds() + 999) / 1000;
        u64::try_from(seconds).ok().filter(|seconds| *seconds > 0)
    }

    /// Somebody tries a password. It counts as wrong until it is known to be right, so that many at once are no
    /// more than one after the other.
    pub(crate) fn tries(&mut self, account: &str, now: DateTime<Utc>) {
        if self.failures.len() >= NAMES_MAX && !self.failures.contains_key(account) {
            let oldest = self
                .failures
                .iter()
                .min_by_key(|(_, failures)| failures.last)
                .map(|(name, _)| name.clone());
            if let Some(oldest) = oldest {
                self.failures.remove(&oldest);
            }
        }
        let failures = self.failures.entry(account.to_owned()).or_insert(Failures {
            count: 0,
            last: now,
        });
        failures.count = failures.count.saturating_add(1);
        failures.last = now;
    }

    /// The password was not looked at.
    pub(crate) fn not_looked_at(&mut self, account: &str) {
        if let Some(failures) = self.failures.get_mut(account) {
            failures.count = failures.count.saturating_sub(1);
        }
    }

    /// The right password came: what was before is forgiven.
    pub(crate) fn succeeded(&mut self, account: &str) {
        self.failures.remove(account);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fifth_wrong_password_costs_a_minute_and_the_next_ones_double_up_to_the_limit() {
        let mut throttle = Throttle::default();
        let mut now = DateTime::UNIX_EPOCH;
        for _ in 0..4 {
            throttle.tries("clerk", now);
            assert_eq!(throttle.wait_s("clerk", now), None);
        }
        for minutes in [1, 2, 4, 8, 8, 8] {
            throttle.tries("clerk", now);
            assert_eq!(throttle.wait_s("clerk", now), Some(minutes * 60));
            now += TimeDelta::minutes(i64::try_from(minutes).unwrap());
            assert_eq!(throttle.wait_s("clerk", now), None);
        }
        assert_eq!(throttle.wait_s("another", now), None);
        throttle.succeeded("clerk");
        throttle.tries("clerk", now);
        assert_eq!(throttle.wait_s("clerk", now), None);
    }

    #[test]
    fn invented_names_do_not_fill_the_memory() {
        let mut throttle = Throttle::default();
        for n in 0..2000 {
            throttle.tries(&n.to_string(), DateTime::UNIX_EPOCH + TimeDelta::seconds(n));
        }
        assert_eq!(throttle.failures.len(), NAMES_MAX);
        assert!(throttle.failures.contains_key("1999"));
    }
}
