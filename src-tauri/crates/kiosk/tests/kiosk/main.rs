//! A kiosk with its tasks and its HTTP, and nothing real around it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "helpers of tests, outside of #[test]"
)]

mod link;
mod run;
mod script;
