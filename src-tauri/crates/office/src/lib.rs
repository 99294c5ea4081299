#![doc = include_str!("../README.md")]

mod domain;
mod load;
mod mistake;
mod procedure_file;
mod settings_files;
mod source;
mod text;
mod words;

pub use domain::{
    Board, BookingSource, CardSettings, Counter, Entry, Form, HubAddress, IssuerKey, KioskSettings,
    Language, LeadsTo, Office, Password, PrinterSettings, Retention, Service,
};
pub use mistake::Mistake;
