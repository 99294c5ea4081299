//! A virtual My Number card on a virtual PC/SC reader.
//!
//! ```text
//! the product ─ PC/SC ─► pcscd ─► vpcd (Debian's vsmartcard-vpcd) ─ TCP 35963 ─► Slot ─► VirtualCard
//!                                                          control line ─ TCP ─► put · take · fault · log
//! ```
//!
//! The card answers commands as a My Number card does as far as public sources tell: applications, files with
//! access conditions, keys with counters and locks, signatures under published test keys. It proves the path
//! through PC/SC and the handling of faults; it proves nothing about real cards.

mod apdu;
mod applications;
pub mod control;
mod fault;
mod log;
mod machine;
mod person;
mod slot;

pub use fault::Fault;
pub use log::{Entry, LOG_ENTRIES_MAX};
pub use machine::{Signal, VirtualCard};
pub use person::Person;
pub use slot::{Slot, VPCD_PORT};
