#![doc = include_str!("../README.md")]

pub mod allow;
pub mod apdu;
mod basic_four;
pub mod pin;
mod read;
pub mod retries;
pub mod session;
pub mod status;
pub mod tlv;
mod transport;

pub use basic_four::{BasicFour, Birth, Malformed, Sex};
pub use read::{FILE_BYTES_MAX, Looked, Outcome, READ_COMMANDS_MAX, look};
pub use transport::{CardTransport, Fault};
