//! The store on a real disk, opened, killed and opened again.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops where something is not as it says"
)]

mod accounts;
mod bookings;
mod cases;
mod day;
mod killed;
mod office;
mod opening;
mod replay;
mod schema;
