//! One appointment as a reservation service tells it.

use std::fmt;

use chrono::{DateTime, Utc};

use crate::number::BookingNumber;

/// The longest summary that is kept; it is for one line on a screen.
pub const SUMMARY_CHARS_MAX: usize = 80;
/// The longest word for a service that is kept.
pub const SERVICE_REF_CHARS_MAX: usize = 64;
/// The longest identity that is taken from a service.
pub const REMOTE_ID_BYTES_MAX: usize = 1024;

/// What the service calls the appointment, for as long as it lives: the key of the mirror, together with the source.
///
/// For CalDAV it is the path of the resource with its percent-encoding undone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RemoteId(String);

impl RemoteId {
    /// Takes an identity from a service or from the mirror; `None` when it is empty or longer than
    /// [`REMOTE_ID_BYTES_MAX`].
    pub fn new(id: impl Into<String>) -> Option<Self> {
        let id = id.into();
        (!id.is_empty() && id.len() <= REMOTE_ID_BYTES_MAX).then_some(Self(id))
    }

    /// The text, for the mirror's table.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RemoteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether the appointment stands. The names are those of HL7 FHIR's appointment status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// The citizen is expected.
    Booked,
    /// The service still lists it, as cancelled.
    Cancelled,
}

/// An appointment, and nothing about the person who made it: neither name, nor address, nor telephone number is
/// ever taken over from a service.
#[derive(Clone, PartialEq, Eq)]
pub struct RemoteAppointment {
    /// Its key.
    pub remote_id: RemoteId,
    /// The revision that the service gave (CalDAV: the ETag); equal revisions are equal contents.
    pub rev: Option<String>,
    /// The number the citizen was given; absent where the service's entry has none that can be read.
    pub number: Option<BookingNumber>,
    /// The service's word for what the citizen comes for (CalDAV: the first of `CATEGORIES`), to be mapped to a
    /// queue's service by configuration.
    pub service_ref: Option<String>,
    /// What the service calls the appointment, in one line; empty where the office chose not to keep it.
    pub summary: String,
    /// Slot start.
    pub start: DateTime<Utc>,
    /// Slot end, never before the start.
    pub end: DateTime<Utc>,
    /// Whether it stands.
    pub status: Status,
    /// How often the service has changed it (`SEQUENCE`), 0 where it does not count.
    pub sequence: u32,
    /// When the service says that it last changed it.
    pub modified: Option<DateTime<Utc>>,
}

/// The summary is left out: some services write the citizen's name there, and a debug line ends in a log.
impl fmt::Debug for RemoteAppointment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteAppointment")
            .field("remote_id", &self.remote_id)
            .field("rev", &self.rev)
            .field("number", &self.number)
            .field("service_ref", &self.service_ref)
            .field("start", &self.start)
            .field("end", &self.end)
            .field("status", &self.status)
            .field("sequence", &self.sequence)
            .field("modified", &self.modified)
            .finish_non_exhaustive()
    }
}
