#![doc = include_str!("../README.md")]

mod keep;
pub mod link;
mod orders;
mod reporter;
pub mod reserve;
mod run;
pub mod session;

pub use run::{Doors, Kiosk, Ports, Printshop, start};
pub use slip::Fonts;
