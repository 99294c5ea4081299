#![doc = include_str!("../README.md")]

pub mod card;
pub mod morning;
pub mod printer;
pub mod town;
