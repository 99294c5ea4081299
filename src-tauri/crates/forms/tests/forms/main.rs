//! Procedures and applications from outside.

#![expect(clippy::unwrap_used, unreachable_pub, reason = "helpers of tests")]

mod answers;
mod applications;
mod definitions;
mod exports;
mod fixture;
mod life_events;
mod links;
mod parts;
mod people;
mod sharing;
mod unknown_days;
