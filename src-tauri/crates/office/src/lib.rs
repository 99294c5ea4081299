#![doc = include_str!("../README.md")]

mod addresses;
mod checklist;
mod domain;
mod export_file;
mod exports;
mod import_file;
mod imports;
mod life_event_file;
mod load;
mod mistake;
mod procedure_file;
mod search_file;
mod settings_files;
mod slip_file;
mod slips;
mod source;
mod text;
mod words;

pub use addresses::{TOWNS_MAX, Town};
pub use checklist::{ChecklistWords, Phrase, checklist, date_in, plan_url};
pub use domain::{
    Board, BookingSource, CardSettings, Counter, Entry, Find, Form, HubAddress, IssuerKey,
    KioskSettings, Language, LeadsTo, LifeEventForm, Office, Password, PrinterSettings, Retention,
    Service, SlipSettings,
};
pub use exports::{BatchTarget, ExportTarget};
pub use imports::{DateForm, ListColumn, ListEncoding, MoveList, is_individual_number_header};
pub use mistake::Mistake;
pub use slips::{check_slips, fonts, sample_slip};
