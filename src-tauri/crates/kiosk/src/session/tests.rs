//! Pure transition tests: no IO, no async, no clock.

mod card;
mod form;
mod property;
mod stage;
mod ticket;
mod time;
