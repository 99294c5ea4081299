//! Pure transition tests: no IO, no async, no clock.

#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "a test looks for one kind of effect or screen among all"
)]

mod card;
mod card_late;
mod card_trouble;
mod considerate;
mod form;
mod left_behind;
mod offline;
mod printing;
mod property;
mod protocol;
mod stage;
mod ticket;
mod time;
