#![doc = include_str!("../README.md")]

mod accounts;
mod answers;
mod appointments;
mod audit;
mod backup;
mod batch;
mod cases;
mod chain;
mod devices;
mod error;
mod events;
mod handovers;
mod migrate;
mod open;
mod prepared;
mod purge;
mod reader;
mod restore;
mod stops;
mod tokens;
mod visits;
mod words;

pub use accounts::{Account, Role, Session};
pub use answers::Answer;
pub use appointments::{Appointment, BookingChanges, Source};
pub use audit::{Action, AuditEntry, AuditLine, Audited, CaseOpening, OpeningPurpose};
pub use backup::{BackupError, BackupReport, backup_name, clear_unfinished, nightly};
pub use batch::Batch;
pub use cases::{Case, CaseCode};
pub use chain::{AuditFault, AuditReport, Head, NoHead};
pub use devices::{Admission, CODE_TRIES_MAX, Device, DeviceId, DeviceKind, Enrolment};
pub use error::{OpenError, StoreError};
pub use handovers::Handover;
pub use open::Store;
pub use prepared::{Attached, NewPrepared, Prepared, PreparedId, PreparedOf};
pub use purge::{Purged, Retention};
pub use reader::{Reader, Settings};
pub use restore::{Restore, RestoreError, RestoreMay};
pub use stops::{StopOutcome, StopRow};
pub use visits::{VisitRow, VisitState};

/// The longest case that is sealed, before sealing.
pub const CASE_BYTES_MAX: usize = 256 * 1024;

/// The longest answer that is remembered.
pub const ANSWER_BYTES_MAX: usize = 64 * 1024;
