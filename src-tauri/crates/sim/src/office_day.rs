//! A whole office for a day, from one seed and without real time: four kiosks, twelve clerks, 総合案内, six boards,
//! a hub whose power goes, a network that loses, repeats and reorders, clocks that jump, midnight and closing time.
//!
//! Everything goes through the product's own queue as the hub uses it, and after every group of commands the
//! invariants are looked at. A seed is one day, the same on every machine; a seed that fails is played again, told
//! step by step, with `cargo xtask simulate --seed S`.

mod clerk;
mod day;
mod hub;
mod invariant;
mod kiosk;
mod many;
mod office;
mod paper;
mod patience;
mod rest;
mod stream;
mod tally;
mod watch;

use std::fmt;

use queue::{Event, State};

pub use many::{Outcome, run_many};
pub use tally::Tally;

use self::{hub::Key, watch::Watch};
use crate::chance::Chance;

/// Whether a day is told while it is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// Nothing is said.
    Nothing,
    /// Every step is said, on standard output.
    EveryStep,
}

/// An office-day in which something did not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "seed {seed} fails at step {step}: {what}\n    play it again: cargo xtask simulate --seed {seed}"
)]
pub struct Failure {
    /// The day.
    pub seed: u64,
    /// The step.
    pub step: usize,
    /// What did not hold.
    pub what: String,
}

/// Plays the day of a seed.
///
/// # Errors
/// The first thing that did not hold.
pub fn run(seed: u64, told: Told) -> Result<Tally, Failure> {
    let failed = |step, what| Failure { seed, step, what };
    let mut day = day::Day::new(seed, told).map_err(|error| failed(0, error.to_string()))?;
    match day.play() {
        Ok(()) => Ok(day.into_tally()),
        Err(what) => Err(failed(day.step(), what)),
    }
}

/// What every actor has at hand.
struct Around {
    chance: Chance,
    watch: Watch,
    tally: Tally,
    told: Told,
    keys: Key,
}

impl Around {
    /// A fresh idempotency key.
    fn key(&mut self) -> Key {
        self.keys += 1;
        self.keys
    }

    /// Tells an event by the number that people read.
    fn tell_event(&self, event: &Event, state: &State) {
        if self.told == Told::EveryStep {
            let ticket = event.kind.ticket().and_then(|id| state.ticket(&id));
            let number = ticket.map_or_else(String::new, |ticket| ticket.number.to_string());
            let at = event.at.format("%H:%M:%S%.3f");
            println!("    {at} {:?} {number} {:?}", event.actor, event.kind);
        }
    }

    fn say(&self, line: fmt::Arguments<'_>) {
        if self.told == Told::EveryStep {
            println!("{line}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_is_the_same_day() {
        for seed in [1, 2, 3] {
            let (one, other) = (run(seed, Told::Nothing), run(seed, Told::Nothing));
            assert_eq!(one, other);
            assert!(one.unwrap().commands > 100);
        }
    }

    #[test]
    fn a_hundred_days_hold() {
        let outcome = run_many(1, 100);
        assert_eq!(outcome.failures, []);
        assert_eq!(outcome.tally.days, 100);
    }

    #[test]
    fn a_failure_says_how_to_play_it_again() {
        let failure = Failure {
            seed: 1234,
            step: 56,
            what: "A-001 stands on two slips".to_owned(),
        };
        assert_eq!(
            failure.to_string(),
            "seed 1234 fails at step 56: A-001 stands on two slips\n    \
             play it again: cargo xtask simulate --seed 1234"
        );
    }
}
