//! The store on a real disk, opened, killed and opened again.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops where something is not as it says"
)]

mod accounts;
mod audit;
mod backup;
mod bookings;
mod cases;
mod custody;
mod day;
mod handovers;
mod killed;
mod office;
mod opening;
mod prepared;
mod purge;
mod replay;
mod schema;
