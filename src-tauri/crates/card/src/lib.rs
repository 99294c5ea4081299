#![doc = include_str!("../README.md")]

pub mod allow;
pub mod apdu;
mod basic_four;
pub mod characters;
pub mod credential;
mod day;
mod file;
mod gate;
mod genuine;
pub mod licence;
mod my_number;
pub mod objects;
pub mod pin;
mod read;
pub mod reading;
mod recognise;
pub mod residence;
pub mod retries;
pub mod session;
pub mod status;
pub mod tlv;
mod transparent;
mod transport;

pub use basic_four::{BasicFour, Birth, Malformed, Sex};
pub use credential::{CardNumber, Credential, NumberB, PrintedDates, Random};
pub use day::Day;
pub use file::{FILE_BYTES_MAX, READ_COMMANDS_MAX};
pub use genuine::{ISSUER_ID_BYTES, IssuerKey, IssuerKeys, KEY_BITS_MIN, NoKey};
pub use read::{Looked, Outcome, look};
pub use reading::{Caution, Document, Genuineness, Parts, Reading};
pub use transport::{CardTransport, Fault};
