#![doc = include_str!("../README.md")]

pub mod card;
pub mod printer;
pub mod town;
