//! Virtual cards on a virtual PC/SC reader.
//!
//! ```text
//! the product ─ PC/SC ─► pcscd ─► vpcd (Debian's vsmartcard-vpcd) ─ TCP 35963 ─► Slot ─► FaultyCard ─► VirtualCard ─► Chip
//!                                                control line ─ TCP ─► put · take · fault · log · tries
//! ```
//!
//! A My Number card answers commands as a real one does as far as public sources tell: five applications, files with
//! access conditions, keys with counters and locks, signatures under published test keys. Beside it there are the
//! cards that are laid down by mistake ([`Model`]). Each is a [`Chip`]; what lies around the chip, the log, the
//! faults and the slot, is the same for all.
//!
//! It proves the path through PC/SC and the handling of faults; it proves nothing about real cards.

mod apdu;
mod chip;
pub mod control;
mod fault;
mod files;
mod foreign;
mod jpki;
mod keys;
mod licence;
mod log;
mod machine;
mod memory;
mod model;
mod my_number;
mod person;
mod register;
mod residence;
mod slot;
mod text;
mod tlv;
mod visual;

pub use apdu::Command;
pub use chip::{Chip, Counter, Reply};
pub use fault::{Exchange, Fault, FaultyCard, NotAFault, NotAScript, Script};
pub use files::Manner;
pub use keys::{TEST_ISSUER_ID, test_issuer_modulus};
pub use licence::{Licence, MOVED_TO};
pub use log::{Entry, LOG_ENTRIES_MAX, Place, Tally};
pub use machine::{Signal, VirtualCard};
pub use memory::MemoryReader;
pub use model::{Model, NotAModel};
pub use my_number::{Lock, MyNumberCard, Proof};
pub use person::Person;
pub use residence::{RESIDENCE_CARD_NUMBER, Residence};
pub use slot::{Slot, VPCD_PORT};
