//! One row for each service that a visit waited for: a slip may lead through several counters, and
//! may be passed on. What a manager needs to see where time goes.

use chrono::{DateTime, Utc};
use queue::{BusinessDay, CounterId, Event, EventKind, ServiceId, Ticket, TicketId};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::{
    StoreError, VisitState,
    migrate::Migration,
    words::{self, Text, Word, instant, millis},
};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration::sql(
    2026112213,
    "
CREATE TABLE stops (
  ticket BLOB NOT NULL REFERENCES visits (ticket),
  stop INTEGER NOT NULL,
  service TEXT NOT NULL,
  waiting_since INTEGER NOT NULL,
  counter TEXT,
  first_called_at INTEGER,
  called_at INTEGER,
  started_at INTEGER,
  ended_at INTEGER,
  outcome TEXT NOT NULL,
  called_before INTEGER,
  started_before INTEGER,
  PRIMARY KEY (ticket, stop)
) STRICT;
",
)];

/// How a stop went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StopOutcome {
    /// It is the visit's present or last one: as the visit.
    AsVisit(VisitState),
    /// It was passed on to somebody else.
    PassedOn,
    /// It was finished, and the visit went on.
    WentOn,
}

/// One service of one visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StopRow {
    /// The visit's ticket.
    pub ticket: TicketId,
    /// Which, from 1.
    pub stop: u32,
    /// For what.
    pub service: ServiceId,
    /// Since when it waited.
    pub waiting_since: DateTime<Utc>,
    /// The counter that called it last here.
    pub counter: Option<CounterId>,
    /// When it was first called here.
    pub first_called_at: Option<DateTime<Utc>>,
    /// When it was last called here.
    pub called_at: Option<DateTime<Utc>>,
    /// When service began here, if a clerk said so.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended here.
    pub ended_at: Option<DateTime<Utc>>,
    /// How.
    pub outcome: StopOutcome,
}

impl StopOutcome {
    fn word(self) -> &'static str {
        match self {
            Self::AsVisit(state) => state.word(),
            Self::PassedOn => "passed_on",
            Self::WentOn => "went_on",
        }
    }

    fn read(word: &str) -> Result<Self, StoreError> {
        match word {
            "passed_on" => Ok(Self::PassedOn),
            "went_on" => Ok(Self::WentOn),
            state => VisitState::read(state).map(Self::AsVisit),
        }
    }
}

/// What tells a stop from the next of the same visit.
struct Newest {
    stop: i64,
    service: String,
    waiting_since: i64,
}

/// Keeps the ticket's stops as it is now, after an event that changed it.
pub(crate) fn follow(db: &Connection, ticket: &Ticket, event: &Event) -> Result<(), StoreError> {
    if matches!(event.kind, EventKind::Issued { .. }) {
        return begin(db, ticket, 1);
    }
    let id = ticket.id.0.as_bytes().as_slice();
    loop {
        let Some(newest) = newest(db, ticket)? else {
            return begin(db, ticket, 1);
        };
        let here = newest.service == ticket.service.as_str()
            && newest.waiting_since == millis(ticket.waiting_since);
        if here {
            return keep(db, ticket, newest.stop);
        }
        let undone = matches!(event.kind, EventKind::Undone { .. }) && newest.stop > 1;
        if !undone {
            leave(db, ticket, newest.stop, event)?;
            return begin(db, ticket, newest.stop + 1);
        }
        db.prepare_cached("DELETE FROM stops WHERE ticket = ?1 AND stop = ?2")?
            .execute(params![id, newest.stop])?;
    }
}

fn newest(db: &Connection, ticket: &Ticket) -> Result<Option<Newest>, StoreError> {
    Ok(db
        .prepare_cached(
            "SELECT stop, service, waiting_since FROM stops WHERE ticket = ?1 ORDER BY stop DESC LIMIT 1",
        )?
        .query_row([ticket.id.0.as_bytes().as_slice()], |row| {
            Ok(Newest {
                stop: row.get(0)?,
                service: row.get(1)?,
                waiting_since: row.get(2)?,
            })
        })
        .optional()?)
}

/// A ticket carries its last call from stop to stop; what it brings along is not of this one.
fn begin(db: &Connection, ticket: &Ticket, stop: i64) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO stops (ticket, stop, service, waiting_since, outcome, called_before, started_before)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        ticket.id.0.as_bytes().as_slice(),
        stop,
        ticket.service.as_str(),
        millis(ticket.waiting_since),
        VisitState::from(ticket.state).word(),
        ticket.called_at.map(millis),
        ticket.started_at.map(millis),
    ])?;
    Ok(())
}

fn keep(db: &Connection, ticket: &Ticket, stop: i64) -> Result<(), StoreError> {
    db.prepare_cached(
        "UPDATE stops SET
           called_at = nullif(?3, called_before),
           first_called_at = CASE WHEN nullif(?3, called_before) IS NULL THEN NULL
             ELSE coalesce(first_called_at, ?3) END,
           counter = CASE WHEN nullif(?3, called_before) IS NULL THEN NULL ELSE ?4 END,
           started_at = nullif(?5, started_before),
           ended_at = ?6,
           outcome = ?7
         WHERE ticket = ?1 AND stop = ?2",
    )?
    .execute(params![
        ticket.id.0.as_bytes().as_slice(),
        stop,
        ticket.called_at.map(millis),
        ticket.counter.as_ref().map(CounterId::as_str),
        ticket.started_at.map(millis),
        ticket.ended_at.map(millis),
        VisitState::from(ticket.state).word(),
    ])?;
    Ok(())
}

fn leave(db: &Connection, ticket: &Ticket, stop: i64, event: &Event) -> Result<(), StoreError> {
    let outcome = if matches!(event.kind, EventKind::Finished { .. }) {
        StopOutcome::WentOn
    } else {
        StopOutcome::PassedOn
    };
    db.prepare_cached(
        "UPDATE stops SET ended_at = ?3, outcome = ?4 WHERE ticket = ?1 AND stop = ?2",
    )?
    .execute(params![
        ticket.id.0.as_bytes().as_slice(),
        stop,
        millis(event.at),
        outcome.word(),
    ])?;
    Ok(())
}

/// The stops of a business day's visits, by visit and in their order.
pub(crate) fn of_day(db: &Connection, day: BusinessDay) -> Result<Vec<StopRow>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT stops.*, visits.state AS state FROM visits JOIN stops USING (ticket)
         WHERE day = ?1 ORDER BY visits.rowid, stop",
    )?;
    let mut rows = statement.query([day.to_string()])?;
    let mut stops = Vec::new();
    while let Some(row) = rows.next()? {
        stops.push(read(row)?);
    }
    Ok(stops)
}

fn read(row: &Row<'_>) -> Result<StopRow, StoreError> {
    let at = |name: &str| -> Result<Option<DateTime<Utc>>, StoreError> {
        row.get::<_, Option<i64>>(name)?.map(instant).transpose()
    };
    let (ticket, service): (Vec<u8>, String) = (row.get("ticket")?, row.get("service")?);
    let counter: Option<String> = row.get("counter")?;
    let (outcome, state): (String, String) = (row.get("outcome")?, row.get("state")?);
    let outcome = match StopOutcome::read(&outcome)? {
        // The day's turn changes visits only.
        StopOutcome::AsVisit(_) => StopOutcome::AsVisit(VisitState::read(&state)?),
        other @ (StopOutcome::PassedOn | StopOutcome::WentOn) => other,
    };
    Ok(StopRow {
        ticket: words::ticket(&ticket)?,
        stop: row.get("stop")?,
        service: Text::read_text(&service)?,
        waiting_since: instant(row.get("waiting_since")?)?,
        counter: counter.map(|id| Text::read_text(&id)).transpose()?,
        first_called_at: at("first_called_at")?,
        called_at: at("called_at")?,
        started_at: at("started_at")?,
        ended_at: at("ended_at")?,
        outcome,
    })
}
