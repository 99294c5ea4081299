#![doc = include_str!("../README.md")]

pub mod card;
mod chance;
pub mod morning;
pub mod office_day;
pub mod printer;
pub mod town;
