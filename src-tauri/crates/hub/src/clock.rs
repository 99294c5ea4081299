//! The only place of this crate where the clock is read; everybody else is told the time.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use chrono::{DateTime, TimeDelta, Utc};

/// The hub's clock: the machine's clock, moved by a distance that rehearsals and tests may choose.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    ahead_ms: Arc<AtomicI64>,
}

impl Clock {
    /// The machine's clock as it is.
    pub fn real() -> Self {
        Self::default()
    }

    /// A clock that shows `instant` now and runs on from there: for rehearsals and tests, so that
    /// an office can be shown open in the middle of the night.
    pub fn starting_at(instant: DateTime<Utc>) -> Self {
        let clock = Self::real();
        clock.advance(instant - clock.now());
        clock
    }

    /// Moves the clock; every copy of it moves too.
    pub fn advance(&self, by: TimeDelta) {
        self.ahead_ms
            .fetch_add(by.num_milliseconds(), Ordering::Relaxed);
    }

    /// The time, in whole milliseconds: what is stored and what is shown are then the same.
    #[expect(
        clippy::disallowed_methods,
        reason = "the hub is a shell; this is the one place where it reads the clock"
    )]
    pub fn now(&self) -> DateTime<Utc> {
        let ms = Utc::now()
            .timestamp_millis()
            .saturating_add(self.ahead_ms.load(Ordering::Relaxed));
        DateTime::from_timestamp_millis(ms).unwrap_or(DateTime::UNIX_EPOCH)
    }
}

/// Time that has passed, whatever anybody does to the clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stopwatch(std::time::Instant);

impl Stopwatch {
    /// Begins.
    #[expect(
        clippy::disallowed_methods,
        reason = "the hub is a shell; it may know how long its own work takes"
    )]
    pub(crate) fn start() -> Self {
        Self(std::time::Instant::now())
    }

    /// Whole milliseconds since.
    pub(crate) fn ms(self) -> u64 {
        u64::try_from(self.0.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moved_clock_moves_for_everyone_who_holds_it() {
        let start = DateTime::from_timestamp(1_795_500_000, 0).unwrap();
        let clock = Clock::starting_at(start);
        let copy = clock.clone();
        assert!((copy.now() - start).num_seconds().abs() <= 1);
        clock.advance(TimeDelta::days(1));
        assert!((copy.now() - start).num_hours() >= 24);
    }
}
