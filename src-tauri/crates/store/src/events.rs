//! The log: what happened, by whom, from where, in order. Rows are only ever added; the database
//! itself refuses anything else, but for what a purge has announced in the audit trail.

mod codec;

use chrono::{DateTime, Days};
use queue::{Actor, BusinessDay, Event, EventKind};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::{
    AuditLine, Audited, StoreError,
    audit::{actor_columns, read_actor},
    chain::{Columns, Digest, Head},
    migrate::Migration,
    words::{Text as _, instant, millis},
};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration::sql(
    2026112202,
    "
CREATE TABLE events (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  day TEXT NOT NULL,
  actor_kind TEXT NOT NULL CONSTRAINT events_actor_kind CHECK (actor_kind IN ('kiosk', 'clerk', 'hub')),
  actor TEXT CONSTRAINT events_actor CHECK ((actor IS NULL) = (actor_kind = 'hub')),
  kind TEXT NOT NULL,
  ticket BLOB CONSTRAINT events_ticket CHECK (length(ticket) = 16),
  counter TEXT,
  service TEXT,
  number TEXT,
  body BLOB NOT NULL
) STRICT;
CREATE INDEX events_by_ticket ON events (ticket) WHERE ticket IS NOT NULL;
CREATE INDEX events_days ON events (seq) WHERE kind = 'day_started';
CREATE TRIGGER events_stay BEFORE UPDATE ON events BEGIN
  SELECT raise(ABORT, 'events are never changed');
END;
CREATE TRIGGER events_remain BEFORE DELETE ON events BEGIN
  SELECT raise(ABORT, 'events are never deleted');
END;
",
)];

/// Numbers are leased for a day within a week; one more for an office whose clock was wrong.
const LEASE_DAYS_MAX: u64 = 8;

/// A row as it is stored, but for its hash.
#[derive(Debug)]
pub(crate) struct EventRow {
    pub(crate) seq: i64,
    pub(crate) at: i64,
    pub(crate) day: String,
    pub(crate) actor_kind: String,
    pub(crate) actor: Option<String>,
    pub(crate) place: String,
    pub(crate) kind: String,
    pub(crate) detail: Detail,
}

/// What an event says of tickets, counters and numbers: what goes when tickets are purged. Then
/// only its digest stays, so that the chain can still be walked.
#[derive(Debug)]
pub(crate) struct Detail {
    pub(crate) ticket: Option<Vec<u8>>,
    pub(crate) counter: Option<String>,
    pub(crate) service: Option<String>,
    pub(crate) number: Option<String>,
    pub(crate) body: Option<Vec<u8>>,
    pub(crate) stripped: Option<Vec<u8>>,
}

impl Detail {
    pub(crate) fn is_stripped(&self) -> bool {
        self.body.is_none()
    }

    pub(crate) fn digest(&self) -> Digest {
        Columns::new("detail")
            .bytes(self.ticket.as_deref())
            .text(self.counter.as_deref())
            .text(self.service.as_deref())
            .text(self.number.as_deref())
            .bytes(self.body.as_deref())
            .digest()
    }

    /// Whether nothing but the digest is left, as a purge leaves it.
    fn is_bare(&self) -> bool {
        self.ticket.is_none()
            && self.counter.is_none()
            && self.service.is_none()
            && self.number.is_none()
            && self.body.is_none()
    }
}

impl EventRow {
    pub(crate) fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            seq: row.get("seq")?,
            at: row.get("at")?,
            day: row.get("day")?,
            actor_kind: row.get("actor_kind")?,
            actor: row.get("actor")?,
            place: row.get("place")?,
            kind: row.get("kind")?,
            detail: Detail {
                ticket: row.get("ticket")?,
                counter: row.get("counter")?,
                service: row.get("service")?,
                number: row.get("number")?,
                body: row.get("body")?,
                stripped: row.get("detail_hash")?,
            },
        })
    }

    pub(crate) fn digest(&self) -> Digest {
        let row = Columns::new("event")
            .int(self.seq)
            .int(self.at)
            .text(Some(&self.day))
            .text(Some(&self.actor_kind))
            .text(self.actor.as_deref())
            .text(Some(&self.place))
            .text(Some(&self.kind));
        match &self.detail.stripped {
            Some(digest) if self.detail.is_bare() => row.bytes(Some(digest)),
            // A digest beside what it stands for was never written.
            Some(_) => row.bytes(None),
            None => row.bytes(Some(&self.detail.digest())),
        }
        .digest()
    }

    fn event(self) -> Result<(u64, Event), StoreError> {
        let seq = sequence(self.seq)?;
        let event = Event {
            at: instant(self.at)?,
            actor: read_actor(&self.actor_kind, self.actor.as_deref())?,
            kind: codec::read(&self)?,
        };
        Ok((seq, event))
    }
}

/// Adds an event to the chain; returns the new head.
pub(crate) fn append(
    db: &Connection,
    head: Head,
    event: &Event,
    today: BusinessDay,
    place: &str,
) -> Result<Head, StoreError> {
    let (actor_kind, actor) = actor_columns(&event.actor);
    let (kind, detail) = codec::write(&event.kind)?;
    let row = EventRow {
        seq: head.next()?,
        at: millis(event.at),
        day: today.to_string(),
        actor_kind: actor_kind.to_owned(),
        actor: actor.map(str::to_owned),
        place: place.to_owned(),
        kind: kind.to_owned(),
        detail,
    };
    insert(db, head, row)
}

pub(crate) fn insert(db: &Connection, head: Head, row: EventRow) -> Result<Head, StoreError> {
    let head = head.followed_by(&row.digest());
    db.prepare_cached(
        "INSERT INTO events
           (seq, at, day, actor_kind, actor, place, kind, ticket, counter, service, number, body, hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )?
    .execute(params![
        row.seq,
        row.at,
        row.day,
        row.actor_kind,
        row.actor,
        row.place,
        row.kind,
        row.detail.ticket,
        row.detail.counter,
        row.detail.service,
        row.detail.number,
        row.detail.body,
        head.hash.as_slice(),
    ])?;
    Ok(head)
}

/// The beginning of the newest business day; 0 before the first.
pub(crate) fn dawn(db: &Connection) -> Result<i64, StoreError> {
    let dawn: Option<i64> = db
        .prepare_cached("SELECT max(seq) FROM events WHERE kind = 'day_started'")?
        .query_row([], |row| row.get(0))?;
    Ok(dawn.unwrap_or(0))
}

/// The events of the newest business day, its beginning included.
pub(crate) fn of_today(db: &Connection) -> Result<Vec<(u64, Event)>, StoreError> {
    from(db, dawn(db)?, i64::MAX)
}

/// Numbers that were leased on earlier days for the newest business day or a later one.
pub(crate) fn leases_before(db: &Connection, dawn: i64) -> Result<Vec<(u64, Event)>, StoreError> {
    let today: Option<String> = db
        .prepare_cached("SELECT day FROM events WHERE seq = ?1")?
        .query_row([dawn], |row| row.get(0))
        .optional()?;
    let Some(today) = today else {
        return Ok(Vec::new());
    };
    let today = BusinessDay::read_text(&today)?;
    let since = today.date() - Days::new(LEASE_DAYS_MAX);
    let mut statement = db.prepare_cached(
        "SELECT * FROM events WHERE kind = 'leased' AND day >= ?1 AND seq < ?2 AND body IS NOT NULL
         ORDER BY seq",
    )?;
    let mut rows = statement.query(params![BusinessDay::on(since).to_string(), dawn])?;
    let mut leases = Vec::new();
    while let Some(row) = rows.next()? {
        let (seq, event) = EventRow::of(row)?.event()?;
        if matches!(&event.kind, EventKind::Leased { day, .. } if *day >= today) {
            leases.push((seq, event));
        }
    }
    Ok(leases)
}

/// What the newest business day had from the days before it: the numbers that kiosks hold, granted
/// on a day that is only there to be over.
pub(crate) fn before_dawn(db: &Connection) -> Result<Vec<Event>, StoreError> {
    let leases = leases_before(db, dawn(db)?)?;
    let granted = leases.iter().filter_map(|(_, event)| {
        if let EventKind::Leased { day, .. } = &event.kind {
            Some(*day)
        } else {
            None
        }
    });
    let Some(first) = granted.min() else {
        return Ok(Vec::new());
    };
    let eve = BusinessDay::on(first.date() - Days::new(LEASE_DAYS_MAX));
    let eve = Event {
        at: DateTime::UNIX_EPOCH,
        actor: Actor::Hub,
        kind: EventKind::DayStarted { day: eve },
    };
    let leases = leases.into_iter().map(|(_, event)| event);
    Ok(std::iter::once(eve).chain(leases).collect())
}

/// Up to `events_max` events after a sequence number.
pub(crate) fn after(
    db: &Connection,
    seq: u64,
    events_max: usize,
) -> Result<Vec<(u64, Event)>, StoreError> {
    let first = i64::try_from(seq).unwrap_or(i64::MAX).saturating_add(1);
    from(db, first, i64::try_from(events_max).unwrap_or(i64::MAX))
}

/// The last event's sequence number; 0 before the first event.
pub(crate) fn last(db: &Connection) -> Result<u64, StoreError> {
    let last: Option<i64> = db
        .prepare_cached("SELECT max(seq) FROM events")?
        .query_row([], |row| row.get(0))?;
    Ok(last.and_then(|seq| u64::try_from(seq).ok()).unwrap_or(0))
}

fn from(db: &Connection, first: i64, events_max: i64) -> Result<Vec<(u64, Event)>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT * FROM events WHERE seq >= ?1 AND body IS NOT NULL ORDER BY seq LIMIT ?2",
    )?;
    let mut rows = statement.query([first, events_max])?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        events.push(EventRow::of(row)?.event()?);
    }
    Ok(events)
}

/// The row as a line of the audit trail.
pub(crate) fn line(row: EventRow) -> Result<AuditLine, StoreError> {
    let place = row.place.clone();
    if row.detail.is_stripped() {
        return Ok(AuditLine {
            seq: sequence(row.seq)?,
            at: instant(row.at)?,
            actor: read_actor(&row.actor_kind, row.actor.as_deref())?,
            place,
            what: Audited::PurgedEvent { kind: row.kind },
        });
    }
    let (seq, event) = row.event()?;
    Ok(AuditLine {
        seq,
        at: event.at,
        actor: event.actor.clone(),
        place,
        what: Audited::Event(event),
    })
}

fn sequence(seq: i64) -> Result<u64, StoreError> {
    u64::try_from(seq).map_err(|_| StoreError::Damaged { what: "sequence" })
}

#[cfg(test)]
mod tests;
