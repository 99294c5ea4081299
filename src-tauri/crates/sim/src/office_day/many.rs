//! Many office-days, on every core.

use std::{
    num::NonZeroUsize,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use super::{Failure, Tally, Told, run};

/// After so many failures the rest would tell nothing new.
const FAILURES_MAX: usize = 5;

/// What came of many office-days.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What happened how often.
    pub tally: Tally,
    /// The seeds that failed, the lowest first.
    pub failures: Vec<Failure>,
}

/// Plays the seeds from `first` on, `count` of them.
pub fn run_many(first: u64, count: u64) -> Outcome {
    let next = AtomicU64::new(first);
    let end = first.saturating_add(count);
    let outcome = Mutex::new(Outcome::default());
    let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                let mut counted = Tally::default();
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= end {
                        break;
                    }
                    match run(seed, Told::Nothing) {
                        Ok(tally) => counted.add(&tally),
                        Err(failure) => {
                            let mut outcome =
                                outcome.lock().unwrap_or_else(PoisonError::into_inner);
                            outcome.failures.push(failure);
                            if outcome.failures.len() >= FAILURES_MAX {
                                next.store(end, Ordering::Relaxed);
                            }
                        }
                    }
                }
                let mut outcome = outcome.lock().unwrap_or_else(PoisonError::into_inner);
                outcome.tally.add(&counted);
            });
        }
    });
    let mut outcome = outcome.into_inner().unwrap_or_else(PoisonError::into_inner);
    outcome.failures.sort_by_key(|failure| failure.seed);
    outcome
}
