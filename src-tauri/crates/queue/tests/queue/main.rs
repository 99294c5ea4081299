//! The queue, seen from outside: one office, ordinary days, and any sequence of commands.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops where something is not as it says"
)]

mod calendar;
mod calling;
mod contradictions;
mod counters;
mod estimate;
mod hall;
mod invariants;
mod issuing;
mod journeys;
mod leases;
mod moves;
mod office;
mod places;
mod priority;
mod rules;
mod undo;
