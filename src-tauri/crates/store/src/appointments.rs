//! Booked slots, mirrored from reservation services, and how far each mirror has come.

use chrono::{DateTime, Utc};
use queue::{AppointmentNumber, ServiceId};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::{
    StoreError,
    migrate::Migration,
    words::{Text, instant, millis},
};

pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration::sql(
        2026112207,
        "
CREATE TABLE sources (
  source TEXT PRIMARY KEY,
  cursor TEXT,
  pulled_at INTEGER,
  attempted_at INTEGER NOT NULL,
  ok INTEGER NOT NULL
) STRICT;
CREATE TABLE appointments (
  source TEXT NOT NULL REFERENCES sources (source),
  remote_id TEXT NOT NULL,
  revision TEXT,
  number TEXT NOT NULL,
  service TEXT,
  summary TEXT NOT NULL,
  start_at INTEGER NOT NULL,
  end_at INTEGER NOT NULL,
  cancelled INTEGER NOT NULL,
  PRIMARY KEY (source, remote_id)
) STRICT;
CREATE INDEX appointments_by_slot ON appointments (start_at);
CREATE INDEX appointments_by_number ON appointments (number, start_at);
",
    ),
    // Which bookings are prepared is told by the reservation service's word, so it is kept.
    Migration::sql(
        2026112311,
        "
ALTER TABLE appointments ADD COLUMN category TEXT;
",
    ),
];

/// A booked slot, as the reservation service says it is. No name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appointment {
    /// Which reservation service.
    pub source: String,
    /// Its own key for the booking.
    pub remote_id: String,
    /// Its own word for this version of the booking.
    pub revision: Option<String>,
    /// The number the citizen was given.
    pub number: AppointmentNumber,
    /// For what; absent where the reservation service's word is not mapped.
    pub service: Option<ServiceId>,
    /// The reservation service's word for it, which the office maps; absent where it has none.
    pub category: Option<String>,
    /// What the reservation service calls it.
    pub summary: String,
    /// Slot start.
    pub start: DateTime<Utc>,
    /// Slot end.
    pub end: DateTime<Utc>,
    /// Whether it was cancelled there.
    pub cancelled: bool,
}

/// One successful pull: what changed, and how far it came. Applied whole or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookingChanges {
    /// Which reservation service.
    pub source: String,
    /// New or changed bookings; each one's `source` is this one.
    pub upserts: Vec<Appointment>,
    /// Keys of bookings that are not there any more. They stay, as cancelled.
    pub gone: Vec<String>,
    /// Where the next pull goes on.
    pub cursor: Option<String>,
    /// When the pull ended.
    pub at: DateTime<Utc>,
}

/// How far a mirror has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Where the next pull goes on.
    pub cursor: Option<String>,
    /// When the last complete pull ended.
    pub pulled_at: Option<DateTime<Utc>>,
    /// When the last attempt ended.
    pub attempted_at: DateTime<Utc>,
    /// Whether the last attempt succeeded.
    pub ok: bool,
}

pub(crate) fn apply(db: &Connection, changes: &BookingChanges) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO sources (source, cursor, pulled_at, attempted_at, ok) VALUES (?1, ?2, ?3, ?3, 1)
         ON CONFLICT (source) DO UPDATE SET cursor = ?2, pulled_at = ?3, attempted_at = ?3, ok = 1",
    )?
    .execute(params![changes.source, changes.cursor, millis(changes.at)])?;
    for appointment in &changes.upserts {
        put(db, &changes.source, appointment)?;
    }
    let mut cancel = db.prepare_cached(
        "UPDATE appointments SET cancelled = 1 WHERE source = ?1 AND remote_id = ?2",
    )?;
    for remote_id in &changes.gone {
        cancel.execute(params![changes.source, remote_id])?;
    }
    Ok(())
}

fn put(db: &Connection, source: &str, appointment: &Appointment) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO appointments
           (source, remote_id, revision, number, service, summary, start_at, end_at, cancelled, category)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         ON CONFLICT (source, remote_id) DO UPDATE SET revision = ?3, number = ?4, service = ?5,
           summary = ?6, start_at = ?7, end_at = ?8, cancelled = ?9, category = ?10",
    )?
    .execute(params![
        source,
        appointment.remote_id,
        appointment.revision,
        appointment.number.as_str(),
        appointment.service.as_ref().map(ServiceId::as_str),
        appointment.summary,
        millis(appointment.start),
        millis(appointment.end),
        appointment.cancelled,
        appointment.category,
    ])?;
    Ok(())
}

pub(crate) fn pull_failed(
    db: &Connection,
    source: &str,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO sources (source, attempted_at, ok) VALUES (?1, ?2, 0)
         ON CONFLICT (source) DO UPDATE SET attempted_at = ?2, ok = 0",
    )?
    .execute(params![source, millis(at)])?;
    Ok(())
}

pub(crate) fn source(db: &Connection, source: &str) -> Result<Option<Source>, StoreError> {
    type Found = (Option<String>, Option<i64>, i64, bool);
    let found: Option<Found> = db
        .prepare_cached(
            "SELECT cursor, pulled_at, attempted_at, ok FROM sources WHERE source = ?1",
        )?
        .query_row([source], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })
        .optional()?;
    found
        .map(|(cursor, pulled_at, attempted_at, ok)| {
            Ok(Source {
                cursor,
                pulled_at: pulled_at.map(instant).transpose()?,
                attempted_at: instant(attempted_at)?,
                ok,
            })
        })
        .transpose()
}

/// Slots that start within `from..to`, by slot.
pub(crate) fn between(
    db: &Connection,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<Appointment>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT * FROM appointments WHERE start_at >= ?1 AND start_at < ?2
         ORDER BY start_at, number, source, remote_id",
    )?;
    let mut rows = statement.query([millis(from), millis(to)])?;
    let mut appointments = Vec::new();
    while let Some(row) = rows.next()? {
        appointments.push(read(row)?);
    }
    Ok(appointments)
}

/// A booking by the reservation service's own key.
pub(crate) fn by_key(
    db: &Connection,
    source: &str,
    remote_id: &str,
) -> Result<Option<Appointment>, StoreError> {
    let mut statement =
        db.prepare_cached("SELECT * FROM appointments WHERE source = ?1 AND remote_id = ?2")?;
    let mut rows = statement.query([source, remote_id])?;
    rows.next()?.map(read).transpose()
}

/// The slot that a number has within `from..to`. Where a booking was moved and its old version
/// stands there as cancelled, the living one.
pub(crate) fn numbered(
    db: &Connection,
    number: &AppointmentNumber,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Option<Appointment>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT * FROM appointments WHERE number = ?1 AND start_at >= ?2 AND start_at < ?3
         ORDER BY cancelled, start_at, source, remote_id LIMIT 1",
    )?;
    let mut rows = statement.query(params![number.as_str(), millis(from), millis(to)])?;
    rows.next()?.map(read).transpose()
}

fn read(row: &Row<'_>) -> Result<Appointment, StoreError> {
    let number: String = row.get("number")?;
    let service: Option<String> = row.get("service")?;
    Ok(Appointment {
        source: row.get("source")?,
        remote_id: row.get("remote_id")?,
        revision: row.get("revision")?,
        number: Text::read_text(&number)?,
        service: service.map(|id| Text::read_text(&id)).transpose()?,
        category: row.get("category")?,
        summary: row.get("summary")?,
        start: instant(row.get("start_at")?)?,
        end: instant(row.get("end_at")?)?,
        cancelled: row.get("cancelled")?,
    })
}
