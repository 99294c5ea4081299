//! What a reservation service must answer, in the engine's words.

use std::{future::Future, time::Duration};

use chrono::{DateTime, Days, NaiveDate, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use crate::{
    appointment::{RemoteAppointment, RemoteId},
    cursor::Token,
};

/// A reservation service, behind one adapter.
///
/// An adapter reads; it decides nothing. What a missing booking means, what is held back and when to ask again is
/// the engine's, once for all services.
pub trait ReservationSource: Send + Sync {
    /// What this service can do.
    fn caps(&self) -> Caps;

    /// One page of changes since `since`, or, without it, of everything in `window`.
    ///
    /// # Errors
    /// [`SyncError::CursorInvalid`] when the service no longer knows `since`.
    fn pull(
        &self,
        since: Option<&Token>,
        window: &Window,
    ) -> impl Future<Output = Result<Page, SyncError>> + Send;

    /// One appointment by its key; `None` when the service says that it does not exist.
    ///
    /// # Errors
    /// [`SyncError::Protocol`] when it exists and cannot be read.
    fn fetch(
        &self,
        remote_id: &RemoteId,
    ) -> impl Future<Output = Result<Option<RemoteAppointment>, SyncError>> + Send;
}

/// What a service can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caps {
    /// How it tells changes.
    pub pull: Pull,
    /// Whether removals are told; without it only a complete round shows what is gone.
    pub tombstones: bool,
    /// Whether every answer carries a revision by which equal contents are known.
    pub revisions: bool,
}

/// How a service tells changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pull {
    /// By a token that it gave with the last answer.
    Token,
    /// By a point in time.
    ModifiedSince,
    /// Not at all: everything, every time.
    Snapshot,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The appointment is now as told.
    Upsert(RemoteAppointment),
    /// The service has removed it.
    Gone {
        /// Which.
        remote_id: RemoteId,
    },
}

/// One answer of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// What changed, in no particular order.
    pub changes: Vec<Change>,
    /// Where the next pull goes on.
    pub next: Token,
    /// Whether the service has more to tell at once.
    pub more: bool,
    /// Set when the changes are *everything* in this window: only then is what is missing gone.
    pub complete: Option<Window>,
    /// Entries that could not be read; they hold nothing up.
    pub bad: Vec<BadItem>,
}

/// An entry that could not be read, or not wholly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadItem {
    /// Which.
    pub remote_id: RemoteId,
    /// Its revision.
    pub rev: Option<String>,
    /// Why.
    pub why: BadWhy,
}

/// Why an entry could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadWhy {
    /// Not iCalendar.
    #[error("it is not iCalendar")]
    NotCalendar,
    /// Larger than an appointment can be.
    #[error("it is larger than {bytes_max} bytes")]
    TooLarge {
        /// The limit.
        bytes_max: usize,
    },
    /// No event in it.
    #[error("no event is in it")]
    NoEvent,
    /// Several events, or one that repeats: an appointment is one slot of one day.
    #[error("it repeats, or it holds several events")]
    Recurring,
    /// No time of day.
    #[error("{property} has no time that can be read")]
    Time {
        /// `DTSTART`, `DTEND` or `DURATION`.
        property: &'static str,
    },
    /// A zone that nobody knows.
    #[error("the time zone {tzid:?} is unknown")]
    Zone {
        /// As written.
        tzid: String,
    },
    /// The end lies before the start.
    #[error("it ends before it begins")]
    Backwards,
    /// The booking number cannot be read; the appointment itself was taken over, without a number.
    #[error("its booking number cannot be read")]
    Number,
    /// The service listed it and did not hand it out when asked.
    #[error("the service listed it and did not hand it out")]
    NotHandedOut,
}

/// Why a pull failed. None of these changes a booking.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SyncError {
    /// The service no longer knows the place where we stopped: read everything again.
    #[error("the service no longer knows where the last pull ended")]
    CursorInvalid,
    /// The service does not accept our account.
    #[error("the service refuses the account ({0}); check user and password")]
    Auth(u16),
    /// The calendar itself is not there: a mistake in the configuration, never a reason to cancel anything.
    #[error("the service has no such calendar; check the address")]
    NotFound,
    /// The service asks for patience.
    #[error("the service asks to come later")]
    Limited(Option<Duration>),
    /// The service cannot be reached or is broken.
    #[error("the service cannot be reached: {0}")]
    Unavailable(String),
    /// The service answered what we cannot read.
    #[error("the service's answer cannot be read: {0}")]
    Protocol(String),
}

/// A span of days that is mirrored, as local dates of the office.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The zone in which the days begin and end.
    pub zone: Tz,
    /// The first day.
    pub first: NaiveDate,
    /// The last day, included.
    pub last: NaiveDate,
}

impl Window {
    /// Today and the `ahead` days that follow.
    pub fn from_today(now: DateTime<Utc>, zone: Tz, ahead: u16) -> Self {
        let first = now.with_timezone(&zone).date_naive();
        let last = first
            .checked_add_days(Days::new(u64::from(ahead)))
            .unwrap_or(first);
        Self { zone, first, last }
    }

    /// The first instant of the window and the first after it.
    pub fn bounds(&self) -> (DateTime<Utc>, DateTime<Utc>) {
        let after = self
            .last
            .checked_add_days(Days::new(1))
            .unwrap_or(self.last);
        (midnight(self.first, self.zone), midnight(after, self.zone))
    }

    /// Whether a slot lies in the window, if only in part.
    pub fn touches(&self, start: DateTime<Utc>, end: DateTime<Utc>) -> bool {
        let (from, until) = self.bounds();
        start < until && (end > from || start >= from)
    }
}

/// The first instant of a day. Where a zone skips midnight, the day begins an hour later.
fn midnight(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let naive = day.and_time(chrono::NaiveTime::MIN);
    zone.from_local_datetime(&naive)
        .earliest()
        .or_else(|| {
            zone.from_local_datetime(&(naive + TimeDelta::hours(1)))
                .earliest()
        })
        .map_or_else(|| naive.and_utc(), |local| local.with_timezone(&Utc))
}
