//! Pure transition tests: no IO, no async, no clock.

#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "a test looks for one kind of effect or screen among all"
)]

mod attached;
mod card;
mod card_late;
mod card_trouble;
mod checklist;
mod considerate;
mod drafts;
mod errands;
mod every_errand;
mod first;
mod form;
mod gone_back;
mod left_behind;
mod life_event;
mod moving_family;
mod offline;
mod people;
mod phone;
mod printing;
mod property;
mod protocol;
mod search;
mod several_forms;
mod stage;
mod ticket;
mod time;
mod towns;
