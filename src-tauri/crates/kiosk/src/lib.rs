#![doc = include_str!("../README.md")]

pub mod link;
mod run;
pub mod session;

pub use run::{Doors, Kiosk, Ports, Printshop, start};
pub use slip::Fonts;
