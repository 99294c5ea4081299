//! Visits that are prepared before there is a ticket: sealed as cases are, known by a booking or by the keyed hash of an
//! announced move's number, and handed to one ticket.

mod rows;

use chrono::{DateTime, Utc};
use queue::{BusinessDay, ServiceId, TicketId};
use rusqlite::params;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    Appointment, Batch, Case, Reader, StoreError, appointments,
    cases::{self, CaseCode, Purpose, Sealed},
    migrate::Migration,
    words::millis,
};

pub(crate) use rows::of_code;
use rows::{announced, begin, by_id, by_ticket, columns, known_by, one, open, own, read};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration::sql(
    2026112310,
    "
CREATE TABLE prepared (
  prepared BLOB PRIMARY KEY CONSTRAINT prepared_id CHECK (length(prepared) = 16),
  source TEXT,
  remote_id TEXT,
  announced BLOB CONSTRAINT prepared_announced CHECK (length(announced) = 32),
  day TEXT NOT NULL,
  service TEXT NOT NULL,
  life_event TEXT NOT NULL,
  begun_at INTEGER NOT NULL,
  touched INTEGER NOT NULL DEFAULT 0,
  sealed BLOB,
  wrapped BLOB,
  erased_at INTEGER,
  ticket BLOB REFERENCES visits (ticket),
  attached_at INTEGER,
  merged INTEGER,
  before_sealed BLOB,
  before_wrapped BLOB,
  CONSTRAINT prepared_known CHECK ((source IS NULL) = (remote_id IS NULL) AND (source IS NULL) <> (announced IS NULL)),
  CONSTRAINT prepared_sealed CHECK ((sealed IS NULL) = (wrapped IS NULL)),
  CONSTRAINT prepared_somewhere CHECK (sealed IS NOT NULL OR ticket IS NOT NULL OR erased_at IS NOT NULL),
  CONSTRAINT prepared_attached CHECK ((ticket IS NULL) = (attached_at IS NULL)),
  CONSTRAINT prepared_before CHECK (
    (before_sealed IS NULL) = (before_wrapped IS NULL) AND (before_sealed IS NULL OR merged IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX prepared_of_booking ON prepared (source, remote_id) WHERE source IS NOT NULL;
CREATE UNIQUE INDEX prepared_of_announced ON prepared (announced) WHERE announced IS NOT NULL;
CREATE UNIQUE INDEX prepared_of_ticket ON prepared (ticket) WHERE ticket IS NOT NULL;
CREATE INDEX prepared_by_day ON prepared (day);
",
)];

const PREPARED: Purpose = Purpose {
    bytes: "prepared",
    key: "prepared key",
};

/// A prepared visit's identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PreparedId(pub Uuid);

/// By what a prepared visit is known. It names nobody.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum PreparedOf {
    /// A booking.
    Booking {
        /// Which reservation service.
        source: String,
        /// Its own key for the booking.
        remote_id: String,
    },
    /// An announced move, by [`Batch::announced`].
    Announced([u8; 32]),
}

/// A prepared visit, without what is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// Its identity.
    pub id: PreparedId,
    /// By what it is known.
    pub of: PreparedOf,
    /// The day for which it is planned.
    pub day: BusinessDay,
    /// For what.
    pub service: ServiceId,
    /// The life event's id.
    pub life_event: String,
    /// When it was begun.
    pub begun_at: DateTime<Utc>,
    /// A clerk has changed it.
    pub touched: bool,
    /// Its ticket.
    pub attached: Option<Attached>,
    /// When it was erased; an erased one may be begun anew.
    pub erased_at: Option<DateTime<Utc>>,
}

/// A prepared visit's ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attached {
    /// Which.
    pub ticket: TicketId,
    /// Since when.
    pub at: DateTime<Utc>,
    /// The ticket has a case of its own beside it: the revision at which nothing but the two stood in the ticket's case. Both are still
    /// there, each for itself, until the turn of the day.
    pub merged: Option<u32>,
}

/// What is begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPrepared {
    /// Its identity.
    pub id: PreparedId,
    /// By what it is known.
    pub of: PreparedOf,
    /// The day for which it is planned.
    pub day: BusinessDay,
    /// For what.
    pub service: ServiceId,
    /// The life event's id.
    pub life_event: String,
}

impl Batch<'_> {
    /// Booked slots that start within `from..to`, by slot.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn appointments(
        &self,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<Vec<Appointment>, StoreError> {
        appointments::between(self.parts().0, from, to)
    }

    /// By what an announced move is known outside the seal: a hash that only the hub's key makes of its number.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] without the hub's key.
    pub fn announced(&self, number: &str) -> Result<PreparedOf, StoreError> {
        announced(self.parts().1, number)
    }

    /// The prepared visit that is known by this.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn prepared_of(&self, of: &PreparedOf) -> Result<Option<Prepared>, StoreError> {
        known_by(self.parts().0, of)
    }

    /// A prepared visit.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn prepared(&self, id: PreparedId) -> Result<Option<Prepared>, StoreError> {
        by_id(self.parts().0, id)
    }

    /// The prepared visit of a ticket.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn prepared_of_ticket(&self, ticket: TicketId) -> Result<Option<Prepared>, StoreError> {
        by_ticket(self.parts().0, ticket)
    }

    /// What is sealed of a prepared visit. Where it is a ticket's now, that is what was handed over, until the turn of the day.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when it does not open.
    pub fn prepared_case(&self, id: PreparedId) -> Result<Case, StoreError> {
        let (db, key) = self.parts();
        open(db, key, id)
    }

    /// Begins a prepared visit; one that was erased is begun anew, under the identity that it had.
    ///
    /// # Errors
    /// When there is one that is not erased, or the case is longer than [`crate::CASE_BYTES_MAX`].
    pub fn begin_prepared(
        &mut self,
        new: &NewPrepared,
        plaintext: &[u8],
        now: DateTime<Utc>,
    ) -> Result<PreparedId, StoreError> {
        let (db, key) = self.parts();
        begin(db, key.ok_or(StoreError::Sealed)?, new, plaintext, now)
    }

    /// Seals a prepared visit anew, with another key; the one that it had is overwritten. `touched` says that a clerk has changed it.
    ///
    /// # Errors
    /// When it is not there, or the case is longer than [`crate::CASE_BYTES_MAX`].
    pub fn reseal_prepared(
        &mut self,
        id: PreparedId,
        plaintext: &[u8],
        touched: bool,
    ) -> Result<(), StoreError> {
        let (db, key) = self.parts();
        let seal = Sealed::new(key.ok_or(StoreError::Sealed)?, &PREPARED, &id.0, plaintext)?;
        let changed = db
            .prepare_cached(
                "UPDATE prepared SET sealed = ?2, wrapped = ?3, touched = touched OR ?4
                 WHERE prepared = ?1 AND sealed IS NOT NULL AND ticket IS NULL",
            )?
            .execute(params![
                id.0.as_bytes().as_slice(),
                seal.sealed,
                seal.wrapped,
                touched
            ])?;
        one(changed)
    }

    /// A visit is planned for another day, or for something else.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn move_prepared(
        &mut self,
        of: &PreparedOf,
        day: BusinessDay,
        service: Option<&ServiceId>,
    ) -> Result<(), StoreError> {
        let (source, remote_id, announced) = columns(of);
        self.parts()
            .0
            .prepare_cached(
                "UPDATE prepared SET day = ?4, service = coalesce(?5, service)
                 WHERE source = ?1 AND remote_id = ?2 OR announced = ?3",
            )?
            .execute(params![
                source,
                remote_id,
                announced,
                day.to_string(),
                service.map(ServiceId::as_str)
            ])?;
        Ok(())
    }

    /// Hands a prepared visit's case to a ticket that has none. What was sealed here stays as it was until the turn of the day, so
    /// that whoever was given it by mistake can be told from it.
    ///
    /// # Errors
    /// When it is a ticket's already, the ticket has a case or another prepared visit, or the case is longer than
    /// [`crate::CASE_BYTES_MAX`].
    pub fn attach_prepared(
        &mut self,
        id: PreparedId,
        ticket: TicketId,
        plaintext: &[u8],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.seal_case(ticket, plaintext, now)?;
        let changed = self
            .parts()
            .0
            .prepare_cached(
                "UPDATE prepared SET ticket = ?2, attached_at = ?3
                 WHERE prepared = ?1 AND ticket IS NULL AND sealed IS NOT NULL",
            )?
            .execute(params![
                id.0.as_bytes().as_slice(),
                ticket.0.as_bytes().as_slice(),
                millis(now)
            ])?;
        one(changed)
    }

    /// Makes one case of a prepared visit's and the one that its ticket has. Both stay as they were until the turn of the day,
    /// for [`Batch::detach_prepared`]. `revision` is that of the one.
    ///
    /// # Errors
    /// When it is a ticket's already, the ticket has no case or another prepared visit, or the case is longer than
    /// [`crate::CASE_BYTES_MAX`].
    pub fn attach_merged(
        &mut self,
        id: PreparedId,
        ticket: TicketId,
        plaintext: &[u8],
        revision: u32,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let changed = self
            .parts()
            .0
            .prepare_cached(
                "UPDATE prepared SET ticket = ?2, attached_at = ?3, merged = ?4,
                   before_sealed = (SELECT sealed FROM cases WHERE ticket = ?2),
                   before_wrapped = (SELECT wrapped FROM case_keys WHERE ticket = ?2)
                 WHERE prepared = ?1 AND ticket IS NULL AND sealed IS NOT NULL",
            )?
            .execute(params![
                id.0.as_bytes().as_slice(),
                ticket.0.as_bytes().as_slice(),
                millis(now),
                revision
            ])?;
        one(changed)?;
        self.reseal_case(ticket, plaintext)
    }

    /// What the ticket of a prepared visit has of its own: the case that it had before, with what its citizen brought since
    /// ([`Batch::keep_own`]); `None` where everything in the ticket's case was prepared, or written at the counter.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when it does not open.
    pub fn own_case(
        &self,
        id: PreparedId,
        ticket: TicketId,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        let (db, key) = self.parts();
        own(db, key, id, ticket)
    }

    /// Keeps what a ticket has of its own apart from what was prepared for it, until the turn of the day. `revision` is that of the
    /// ticket's case at which nothing but both stood in it.
    ///
    /// # Errors
    /// When it is not this ticket's, or the case is longer than [`crate::CASE_BYTES_MAX`].
    pub fn keep_own(
        &mut self,
        id: PreparedId,
        ticket: TicketId,
        plaintext: &[u8],
        revision: u32,
    ) -> Result<(), StoreError> {
        let (db, key) = self.parts();
        let seal = Sealed::new(
            key.ok_or(StoreError::Sealed)?,
            &cases::CASE,
            &ticket.0,
            plaintext,
        )?;
        let changed = db
            .prepare_cached(
                "UPDATE prepared SET merged = ?3, before_sealed = ?4, before_wrapped = ?5
                 WHERE prepared = ?1 AND ticket = ?2",
            )?
            .execute(params![
                id.0.as_bytes().as_slice(),
                ticket.0.as_bytes().as_slice(),
                revision,
                seal.sealed,
                seal.wrapped
            ])?;
        one(changed)
    }

    /// Takes a prepared visit back from a ticket: `plaintext` is what goes back, `own` what the ticket keeps; without that it has no
    /// case then. Both are sealed with other keys than before.
    ///
    /// # Errors
    /// When it is not this ticket's, the ticket has no case to keep anything in, or one of them is longer than
    /// [`crate::CASE_BYTES_MAX`].
    pub fn detach_prepared(
        &mut self,
        id: PreparedId,
        ticket: TicketId,
        plaintext: &[u8],
        own: Option<&[u8]>,
    ) -> Result<(), StoreError> {
        let (db, key) = self.parts();
        let seal = Sealed::new(key.ok_or(StoreError::Sealed)?, &PREPARED, &id.0, plaintext)?;
        let changed = db
            .prepare_cached(
                "UPDATE prepared SET ticket = NULL, attached_at = NULL, merged = NULL, sealed = ?3, wrapped = ?4,
                   before_sealed = NULL, before_wrapped = NULL
                 WHERE prepared = ?1 AND ticket = ?2",
            )?
            .execute(params![
                id.0.as_bytes().as_slice(),
                ticket.0.as_bytes().as_slice(),
                seal.sealed,
                seal.wrapped
            ])?;
        one(changed)?;
        match own {
            Some(own) => self.reseal_case(ticket, own),
            None => cases::take(db, ticket),
        }
    }

    /// Erases what is sealed of one prepared visit, because somebody says so. It may be begun anew.
    ///
    /// # Errors
    /// When it is a ticket's, or nothing of it is there.
    pub fn take_back_prepared(
        &mut self,
        id: PreparedId,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let changed = self
            .parts()
            .0
            .prepare_cached(
                "UPDATE prepared SET wrapped = NULL, before_wrapped = NULL, sealed = NULL, before_sealed = NULL,
                   erased_at = ?2
                 WHERE prepared = ?1 AND sealed IS NOT NULL AND ticket IS NULL",
            )?
            .execute(params![id.0.as_bytes().as_slice(), millis(now)])?;
        one(changed)
    }

    /// Erases what is sealed of prepared visits that were planned for days before one, and of those that became a ticket's before an
    /// instant; tells how many.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn erase_prepared(
        &mut self,
        planned_before: BusinessDay,
        attached_before: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<usize, StoreError> {
        let erased = self
            .parts()
            .0
            .prepare_cached(
                "UPDATE prepared SET wrapped = NULL, before_wrapped = NULL, sealed = NULL, before_sealed = NULL,
                   erased_at = ?3
                 WHERE sealed IS NOT NULL AND (day < ?1 AND ticket IS NULL OR attached_at < ?2)",
            )?
            .execute(params![
                planned_before.to_string(),
                millis(attached_before),
                millis(now)
            ])?;
        Ok(erased)
    }
}

impl Reader {
    /// The prepared visits that are planned for a day, in the order in which they were begun.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn prepared_on(&self, day: BusinessDay) -> Result<Vec<Prepared>, StoreError> {
        let mut statement = self
            .parts()
            .0
            .prepare_cached("SELECT * FROM prepared WHERE day = ?1 ORDER BY begun_at, prepared")?;
        let mut rows = statement.query([day.to_string()])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(read(row)?);
        }
        Ok(found)
    }

    /// A prepared visit.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn prepared(&self, id: PreparedId) -> Result<Option<Prepared>, StoreError> {
        by_id(self.parts().0, id)
    }

    /// The prepared visit of a ticket.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn prepared_of_ticket(&self, ticket: TicketId) -> Result<Option<Prepared>, StoreError> {
        by_ticket(self.parts().0, ticket)
    }

    /// The prepared visit that is known by this.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn prepared_of(&self, of: &PreparedOf) -> Result<Option<Prepared>, StoreError> {
        known_by(self.parts().0, of)
    }

    /// By what an announced move is known outside the seal, as [`Batch::announced`].
    ///
    /// # Errors
    /// [`StoreError::Sealed`] without the hub's key.
    pub fn announced(&self, number: &str) -> Result<PreparedOf, StoreError> {
        announced(self.parts().1, number)
    }

    /// What is sealed of a prepared visit. Where it is a ticket's now, that is what was handed over, until the turn of the day.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when it does not open.
    pub fn prepared_case(&self, id: PreparedId) -> Result<Case, StoreError> {
        let (db, key) = self.parts();
        open(db, key, id)
    }

    /// What names a prepared case on paper before it has a ticket; [`Reader::ticket_of_case_code`] finds the ticket that it has later.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] without the hub's key.
    pub fn prepared_code(&self, id: PreparedId) -> Result<CaseCode, StoreError> {
        Ok(self.parts().1.ok_or(StoreError::Sealed)?.code(&id.0))
    }
}
