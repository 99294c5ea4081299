//! One row a ticket, always as the log says it is now: what statistics are made of, and where
//! the database itself forbids what must never be.

use chrono::{DateTime, Utc};
use queue::{
    AppointmentNumber, BusinessDay, CallReason, CancelReason, CounterId, LanguageTag, ServiceId,
    SlipState, Ticket, TicketId, TicketNumber, TicketState,
};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::{
    StoreError,
    migrate::Migration,
    words::{self, Text, Word, instant, millis},
};

pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration::sql(
        2026112203,
        "
CREATE TABLE visits (
  ticket BLOB PRIMARY KEY CONSTRAINT visits_ticket CHECK (length(ticket) = 16),
  day TEXT NOT NULL,
  number TEXT NOT NULL,
  service TEXT NOT NULL,
  state TEXT NOT NULL,
  language TEXT NOT NULL,
  has_case INTEGER NOT NULL,
  slip TEXT NOT NULL,
  issued_at INTEGER NOT NULL,
  booking TEXT,
  booked_for INTEGER,
  counter TEXT,
  first_called_at INTEGER,
  called_at INTEGER,
  calls INTEGER NOT NULL,
  reason TEXT,
  started_at INTEGER,
  ended_at INTEGER
) STRICT;
CREATE INDEX visits_by_day ON visits (day);
CREATE UNIQUE INDEX visits_number_in_force ON visits (day, number)
  WHERE state IN ('waiting', 'called', 'serving', 'no_show');
CREATE UNIQUE INDEX visits_one_at_a_counter ON visits (day, counter)
  WHERE state IN ('called', 'serving');
CREATE UNIQUE INDEX visits_booking_once_a_day ON visits (day, booking)
  WHERE booking IS NOT NULL AND state <> 'cancelled';
",
    ),
    Migration::sql(
        2026112212,
        "
ALTER TABLE visits ADD COLUMN present TEXT;
ALTER TABLE visits ADD COLUMN stops_done INTEGER NOT NULL DEFAULT 0;
ALTER TABLE visits ADD COLUMN considerate INTEGER NOT NULL DEFAULT 0;
ALTER TABLE visits ADD COLUMN leased INTEGER NOT NULL DEFAULT 0;
ALTER TABLE visits ADD COLUMN after_hours INTEGER NOT NULL DEFAULT 0;
ALTER TABLE visits ADD COLUMN cancelled_for TEXT;
DROP INDEX visits_number_in_force;
CREATE UNIQUE INDEX visits_number_in_force ON visits (day, number)
  WHERE state IN ('waiting', 'called', 'serving', 'held', 'no_show');
",
    ),
];

/// A visit's state, as statistics see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VisitState {
    /// In the queue.
    Waiting,
    /// Called.
    Called,
    /// At the counter.
    Serving,
    /// Done.
    Finished,
    /// Set aside.
    Held,
    /// Called and did not come.
    NoShow,
    /// Taken back.
    Cancelled,
    /// Still open when its business day ended.
    Lapsed,
}

impl From<TicketState> for VisitState {
    fn from(state: TicketState) -> Self {
        match state {
            TicketState::Waiting => Self::Waiting,
            TicketState::Called => Self::Called,
            TicketState::Serving => Self::Serving,
            TicketState::Finished => Self::Finished,
            TicketState::Held => Self::Held,
            TicketState::NoShow => Self::NoShow,
            TicketState::Cancelled => Self::Cancelled,
        }
    }
}

/// One visit of a day. Nothing of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitRow {
    /// The ticket.
    pub ticket: TicketId,
    /// Its business day.
    pub day: BusinessDay,
    /// Its number.
    pub number: TicketNumber,
    /// For what it was issued.
    pub service: ServiceId,
    /// For what it waits or was served last.
    pub present: ServiceId,
    /// How many services are behind it.
    pub stops_done: u32,
    /// Considerate priority.
    pub considerate: bool,
    /// Whether a kiosk issued it while the hub was away.
    pub leased: bool,
    /// Whether the service was closed already.
    pub after_hours: bool,
    /// Why it was taken back.
    pub cancelled_for: Option<CancelReason>,
    /// Its state.
    pub state: VisitState,
    /// Language the citizen chose.
    pub language: LanguageTag,
    /// Whether a finished application came with it.
    pub has_case: bool,
    /// What is known of the paper.
    pub slip: SlipState,
    /// When it was issued; for a booked citizen, the check-in.
    pub issued_at: DateTime<Utc>,
    /// The booking's number.
    pub booking: Option<AppointmentNumber>,
    /// The booked slot's start.
    pub booked_for: Option<DateTime<Utc>>,
    /// The counter that called it last.
    pub counter: Option<CounterId>,
    /// When it was first called.
    pub first_called_at: Option<DateTime<Utc>>,
    /// When it was last called.
    pub called_at: Option<DateTime<Utc>>,
    /// How often it was called.
    pub calls: u32,
    /// Why it was called when it was.
    pub reason: Option<CallReason>,
    /// When service began, if a clerk said so.
    pub started_at: Option<DateTime<Utc>>,
    /// When it was finished, given up or taken back.
    pub ended_at: Option<DateTime<Utc>>,
}

/// Writes a ticket as it is now.
pub(crate) fn put(db: &Connection, ticket: &Ticket, day: BusinessDay) -> Result<(), StoreError> {
    let state = VisitState::from(ticket.state);
    db.prepare_cached(
        "INSERT INTO visits (ticket, day, number, service, state, language, has_case, slip, issued_at,
           booking, booked_for, counter, first_called_at, called_at, calls, reason, started_at, ended_at,
           present, stops_done, considerate, leased, after_hours, cancelled_for)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,
           ?4, ?19, ?20, ?21, ?22, ?23)
         ON CONFLICT (ticket) DO UPDATE SET state = ?5, slip = ?8, counter = ?12, first_called_at = ?13,
           called_at = ?14, calls = ?15, reason = ?16, started_at = ?17, ended_at = ?18,
           present = ?4, stops_done = ?19, considerate = ?20, cancelled_for = ?23",
    )?
    .execute(params![
        ticket.id.0.as_bytes().as_slice(),
        day.to_string(),
        ticket.number.to_string(),
        ticket.service.as_str(),
        state.word(),
        ticket.language.as_str(),
        ticket.has_case,
        ticket.slip.word(),
        millis(ticket.issued_at),
        ticket.appointment.as_ref().map(|(appointment, _)| appointment.number.as_str()),
        ticket.appointment.as_ref().map(|(appointment, _)| millis(appointment.start)),
        ticket.counter.as_ref().map(CounterId::as_str),
        ticket.first_called_at.map(millis),
        ticket.called_at.map(millis),
        ticket.calls,
        ticket.reason.map(Word::word),
        ticket.started_at.map(millis),
        ticket.ended_at.map(millis),
        ticket.stops_done,
        ticket.considerate,
        ticket.leased,
        ticket.after_hours,
        ticket.cancelled_for.map(Word::word),
    ])?;
    Ok(())
}

/// Tells whether a ticket has a case, which may have come to it at a counter.
pub(crate) fn has_case(db: &Connection, ticket: &[u8], has: bool) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE visits SET has_case = ?2 WHERE ticket = ?1 AND has_case <> ?2")?
        .execute(params![ticket, has])?;
    Ok(())
}

/// A new business day began: whoever still waited does so no more.
pub(crate) fn lapse(db: &Connection) -> Result<(), StoreError> {
    db.prepare_cached(
        "UPDATE visits SET state = 'lapsed'
         WHERE day = (SELECT max(day) FROM visits) AND state IN ('waiting', 'called', 'serving', 'held')",
    )?
    .execute([])?;
    Ok(())
}

/// What stands on the slip of a ticket.
pub(crate) fn number(db: &Connection, ticket: TicketId) -> Result<Option<String>, StoreError> {
    Ok(db
        .prepare_cached("SELECT number FROM visits WHERE ticket = ?1")?
        .query_row([ticket.0.as_bytes().as_slice()], |row| row.get(0))
        .optional()?)
}

/// For what a ticket waits or was served last.
pub(crate) fn present(db: &Connection, ticket: TicketId) -> Result<Option<ServiceId>, StoreError> {
    let found: Option<String> = db
        .prepare_cached("SELECT coalesce(present, service) FROM visits WHERE ticket = ?1")?
        .query_row([ticket.0.as_bytes().as_slice()], |row| row.get(0))
        .optional()?;
    found.map(|it| Text::read_text(&it)).transpose()
}

/// The visits of a business day, by issue.
pub(crate) fn of_day(db: &Connection, day: BusinessDay) -> Result<Vec<VisitRow>, StoreError> {
    let mut statement = db.prepare_cached("SELECT * FROM visits WHERE day = ?1 ORDER BY rowid")?;
    let mut rows = statement.query([day.to_string()])?;
    let mut visits = Vec::new();
    while let Some(row) = rows.next()? {
        visits.push(read(row)?);
    }
    Ok(visits)
}

fn read(row: &Row<'_>) -> Result<VisitRow, StoreError> {
    let text = |name: &str| row.get::<_, String>(name);
    let maybe = |name: &str| row.get::<_, Option<String>>(name);
    let at = |name: &str| -> Result<Option<DateTime<Utc>>, StoreError> {
        row.get::<_, Option<i64>>(name)?.map(instant).transpose()
    };
    let ticket: Vec<u8> = row.get("ticket")?;
    Ok(VisitRow {
        ticket: words::ticket(&ticket)?,
        day: Text::read_text(&text("day")?)?,
        number: Text::read_text(&text("number")?)?,
        service: Text::read_text(&text("service")?)?,
        present: maybe("present")?.map_or_else(
            || Text::read_text(&text("service")?),
            |present| Text::read_text(&present),
        )?,
        stops_done: row.get("stops_done")?,
        considerate: row.get("considerate")?,
        leased: row.get("leased")?,
        after_hours: row.get("after_hours")?,
        cancelled_for: maybe("cancelled_for")?
            .map(|word| Word::read(&word))
            .transpose()?,
        state: Word::read(&text("state")?)?,
        language: Text::read_text(&text("language")?)?,
        has_case: row.get("has_case")?,
        slip: Word::read(&text("slip")?)?,
        issued_at: instant(row.get("issued_at")?)?,
        booking: maybe("booking")?.map(|t| Text::read_text(&t)).transpose()?,
        booked_for: at("booked_for")?,
        counter: maybe("counter")?.map(|t| Text::read_text(&t)).transpose()?,
        first_called_at: at("first_called_at")?,
        called_at: at("called_at")?,
        calls: row.get("calls")?,
        reason: maybe("reason")?.map(|word| Word::read(&word)).transpose()?,
        started_at: at("started_at")?,
        ended_at: at("ended_at")?,
    })
}
