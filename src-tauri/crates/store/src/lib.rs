#![doc = include_str!("../README.md")]

mod accounts;
mod answers;
mod appointments;
mod batch;
mod cases;
mod devices;
mod error;
mod events;
mod migrate;
mod open;
mod openings;
mod reader;
mod tokens;
mod visits;
mod words;

pub use accounts::{Account, Role, Session};
pub use answers::Answer;
pub use appointments::{Appointment, BookingChanges, Source};
pub use batch::Batch;
pub use cases::Case;
pub use devices::{Admission, CODE_TRIES_MAX, Device, DeviceId, DeviceKind, Enrolment};
pub use error::{OpenError, StoreError};
pub use open::Store;
pub use openings::{CaseOpening, OpeningPurpose};
pub use reader::{Reader, Settings};
pub use visits::{VisitRow, VisitState};

/// The longest case that is sealed, before sealing.
pub const CASE_BYTES_MAX: usize = 256 * 1024;

/// The longest answer that is remembered.
pub const ANSWER_BYTES_MAX: usize = 64 * 1024;
