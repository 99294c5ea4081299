//! When to ask again.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::source::SyncError;

/// How often a service is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rhythm {
    /// While the office is open.
    pub open_every: Duration,
    /// At other times.
    pub closed_every: Duration,
    /// First pause after a failure; it doubles with each.
    pub backoff_base: Duration,
    /// Longest pause after failures.
    pub backoff_max: Duration,
}

impl Default for Rhythm {
    fn default() -> Self {
        Self {
            open_every: Duration::from_secs(60),
            closed_every: Duration::from_secs(300),
            backoff_base: Duration::from_secs(2),
            backoff_max: Duration::from_secs(300),
        }
    }
}

/// The successes and failures so far, and the pause that follows from them.
#[derive(Debug, Clone)]
pub struct Pace {
    rhythm: Rhythm,
    failures: u32,
    trouble: Option<SyncError>,
    as_of: Option<DateTime<Utc>>,
}

impl Pace {
    /// A service that was never asked.
    pub fn new(rhythm: Rhythm) -> Self {
        Self {
            rhythm,
            failures: 0,
            trouble: None,
            as_of: None,
        }
    }

    /// A round was pulled and applied.
    pub fn succeeded(&mut self, now: DateTime<Utc>) {
        self.failures = 0;
        self.trouble = None;
        self.as_of = Some(now);
    }

    /// A round failed.
    pub fn failed(&mut self, trouble: SyncError) {
        self.failures = self.failures.saturating_add(1);
        self.trouble = Some(trouble);
    }

    /// When the last round was applied: how fresh the mirror is.
    pub fn as_of(&self) -> Option<DateTime<Utc>> {
        self.as_of
    }

    /// Why the last round failed; `None` when it did not.
    pub fn trouble(&self) -> Option<&SyncError> {
        self.trouble.as_ref()
    }

    /// How long to pause now. `random` is in `0.0..1.0`.
    ///
    /// Offices that were started by one power cut do not ask in one instant: a regular pause varies by 20 %, and a
    /// pause after a failure by all of itself.
    pub fn pause(&self, open: bool, random: f64) -> Duration {
        let Rhythm {
            open_every,
            closed_every,
            backoff_base,
            backoff_max,
        } = self.rhythm;
        let random = random.clamp(0.0, 1.0);
        match &self.trouble {
            None => {
                let every = if open { open_every } else { closed_every };
                every.mul_f64(0.8 + 0.4 * random)
            }
            // Nothing but a person changes these; asking quickly could lock the account.
            Some(SyncError::Auth(_) | SyncError::NotFound) => {
                backoff_max.mul_f64(0.8 + 0.4 * random)
            }
            Some(SyncError::Limited(asked)) => {
                let asked = asked.unwrap_or_default().min(backoff_max);
                asked + backoff(self.failures, backoff_base, backoff_max, random)
            }
            Some(SyncError::CursorInvalid | SyncError::Unavailable(_) | SyncError::Protocol(_)) => {
                backoff(self.failures, backoff_base, backoff_max, random)
            }
        }
    }
}

/// Exponential backoff with full jitter: a random share of `base · 2^failures`, at most `max`.
pub fn backoff(failures: u32, base: Duration, max: Duration, random: f64) -> Duration {
    let doubled = base.saturating_mul(2_u32.saturating_pow(failures));
    doubled.min(max).mul_f64(random.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn the_pause_after_failures_doubles_up_to_its_limit() {
        let pauses: Vec<u64> = (0..10)
            .map(|n| backoff(n, 2 * SECOND, 300 * SECOND, 1.0).as_secs())
            .collect();
        assert_eq!(pauses, [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
        assert_eq!(
            backoff(u32::MAX, 2 * SECOND, 300 * SECOND, 0.5),
            150 * SECOND
        );
        assert_eq!(backoff(3, 2 * SECOND, 300 * SECOND, 0.0), Duration::ZERO);
    }

    #[test]
    fn each_kind_of_trouble_has_its_own_patience() {
        let pause = |trouble: Option<SyncError>, open| {
            let mut pace = Pace::new(Rhythm::default());
            if let Some(trouble) = trouble {
                pace.failed(trouble);
            }
            pace.pause(open, 0.5).as_secs()
        };
        assert_eq!(pause(None, true), 60);
        assert_eq!(pause(None, false), 300);
        assert_eq!(
            pause(Some(SyncError::Unavailable("away".to_owned())), true),
            2
        );
        assert_eq!(pause(Some(SyncError::Limited(Some(30 * SECOND))), true), 32);
        assert_eq!(
            pause(Some(SyncError::Limited(Some(9999 * SECOND))), true),
            302
        );
        assert_eq!(pause(Some(SyncError::Auth(401)), true), 300);
        assert_eq!(pause(Some(SyncError::NotFound), true), 300);
    }

    #[test]
    fn a_success_forgets_the_failures_and_dates_the_mirror() {
        let now = DateTime::from_timestamp_millis(1_764_000_000_000).unwrap();
        let mut pace = Pace::new(Rhythm::default());
        pace.failed(SyncError::NotFound);
        assert_eq!(
            (pace.as_of(), pace.trouble()),
            (None, Some(&SyncError::NotFound))
        );
        pace.succeeded(now);
        assert_eq!((pace.as_of(), pace.trouble()), (Some(now), None));
        assert_eq!(pace.pause(true, 0.5), 60 * SECOND);
    }
}
