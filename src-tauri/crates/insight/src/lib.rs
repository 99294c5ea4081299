#![doc = include_str!("../README.md")]

mod half_hour;
mod measure;
mod visit;

pub use half_hour::{HALF_HOURS_MAX, HalfHour, half_hours};
pub use measure::{Measures, WaitPoint, measure, points};
pub use visit::{Outcome, Visit};
