//! The log: what happened, by whom, in order. Rows are only ever added; the database itself
//! refuses anything else.

use minicbor::{Decode, Encode};
use queue::{
    Actor, Appointment, AppointmentNumber, BusinessDay, Event, EventKind, LanguageTag, Name,
    ServiceId, TicketId,
};
use rusqlite::{Connection, Row, params};

use crate::{
    StoreError,
    migrate::Migration,
    words::{self, Text, Word, instant, millis},
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

/// What has no column of its own. A CBOR map with numbered keys: an older reader passes over a
/// key it does not know, a newer one finds an older row's keys missing. A number is never given
/// a second meaning.
#[derive(Default, Encode, Decode)]
#[cbor(map)]
struct Body {
    #[n(0)]
    language: Option<String>,
    #[n(1)]
    booking: Option<String>,
    #[n(2)]
    slot_start: Option<i64>,
    #[n(3)]
    slot_end: Option<i64>,
    #[n(4)]
    punctuality: Option<String>,
    #[n(5)]
    has_case: Option<bool>,
    #[n(6)]
    slip: Option<String>,
    #[n(7)]
    clerk: Option<String>,
    #[n(8)]
    services: Option<Vec<String>>,
    #[n(9)]
    reason: Option<String>,
    #[n(10)]
    deed: Option<String>,
    #[n(11)]
    kiosk: Option<String>,
}

/// Adds an event; returns its sequence number.
pub(crate) fn append(
    db: &Connection,
    event: &Event,
    today: BusinessDay,
) -> Result<u64, StoreError> {
    let (actor_kind, actor) = match &event.actor {
        Actor::Kiosk(name) => ("kiosk", Some(name.as_str())),
        Actor::Clerk(name) => ("clerk", Some(name.as_str())),
        Actor::Hub => ("hub", None),
    };
    let (service, number) = if let EventKind::Issued {
        service, number, ..
    } = &event.kind
    {
        (Some(service.as_str()), Some(number.to_string()))
    } else {
        (None, None)
    };
    let (kind, body) = write(&event.kind);
    let body = minicbor::to_vec(&body).map_err(|_| StoreError::Damaged { what: "event body" })?;
    let ticket = event.kind.ticket();
    db.prepare_cached(
        "INSERT INTO events (at, day, actor_kind, actor, kind, ticket, counter, service, number, body)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute(params![
        millis(event.at),
        today.to_string(),
        actor_kind,
        actor,
        kind,
        ticket.as_ref().map(|ticket| ticket.0.as_bytes().as_slice()),
        event.kind.counter().map(|counter| counter.as_str()),
        service,
        number,
        body,
    ])?;
    u64::try_from(db.last_insert_rowid()).map_err(|_| StoreError::Damaged { what: "sequence" })
}

/// The events of the newest business day, its beginning included.
pub(crate) fn of_today(db: &Connection) -> Result<Vec<(u64, Event)>, StoreError> {
    let dawn: Option<i64> = db
        .prepare_cached("SELECT max(seq) FROM events WHERE kind = 'day_started'")?
        .query_row([], |row| row.get(0))?;
    from(db, dawn.unwrap_or(0), i64::MAX)
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

/// The last sequence number there is; 0 before the first event.
pub(crate) fn last(db: &Connection) -> Result<u64, StoreError> {
    let last: Option<i64> = db
        .prepare_cached("SELECT max(seq) FROM events")?
        .query_row([], |row| row.get(0))?;
    Ok(last.and_then(|seq| u64::try_from(seq).ok()).unwrap_or(0))
}

fn from(db: &Connection, first: i64, events_max: i64) -> Result<Vec<(u64, Event)>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT seq, at, day, actor_kind, actor, kind, ticket, counter, service, number, body
         FROM events WHERE seq >= ?1 ORDER BY seq LIMIT ?2",
    )?;
    let mut rows = statement.query([first, events_max])?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        events.push(read_row(row)?);
    }
    Ok(events)
}

fn read_row(row: &Row<'_>) -> Result<(u64, Event), StoreError> {
    let damaged = |what| StoreError::Damaged { what };
    let seq = u64::try_from(row.get::<_, i64>("seq")?).map_err(|_| damaged("sequence"))?;
    let name = || -> Result<Name, StoreError> {
        let name: String = row.get("actor")?;
        Name::read_text(&name)
    };
    let actor_kind: String = row.get("actor_kind")?;
    let actor = match actor_kind.as_str() {
        "kiosk" => Actor::Kiosk(name()?),
        "clerk" => Actor::Clerk(name()?),
        "hub" => Actor::Hub,
        _ => return Err(damaged("actor")),
    };
    let body: Vec<u8> = row.get("body")?;
    let body = minicbor::decode(&body).map_err(|_| damaged("event body"))?;
    let event = Event {
        at: instant(row.get("at")?)?,
        actor,
        kind: read(row, body)?,
    };
    Ok((seq, event))
}

fn write(kind: &EventKind) -> (&'static str, Body) {
    let body = Body::default();
    match kind {
        EventKind::DayStarted { .. } => ("day_started", body),
        EventKind::Issued {
            appointment,
            language,
            has_case,
            slip,
            ..
        } => (
            "issued",
            Body {
                language: Some(language.to_string()),
                has_case: Some(*has_case),
                slip: Some(slip.word().to_owned()),
                ..appointment
                    .as_ref()
                    .map_or(body, |(appointment, kept)| Body {
                        booking: Some(appointment.number.to_string()),
                        slot_start: Some(millis(appointment.start)),
                        slot_end: Some(millis(appointment.end)),
                        punctuality: Some(kept.word().to_owned()),
                        ..Body::default()
                    })
            },
        ),
        EventKind::SlipReported { slip, .. } => (
            "slip_reported",
            Body {
                slip: Some(slip.word().to_owned()),
                ..body
            },
        ),
        EventKind::CounterOpened {
            clerk, services, ..
        } => (
            "counter_opened",
            Body {
                clerk: Some(clerk.to_string()),
                services: Some(services.iter().map(ServiceId::to_string).collect()),
                ..body
            },
        ),
        EventKind::CounterClosed { .. } => ("counter_closed", body),
        EventKind::Called { reason, .. } => (
            "called",
            Body {
                reason: Some(reason.word().to_owned()),
                ..body
            },
        ),
        EventKind::Recalled { .. } => ("recalled", body),
        EventKind::ServiceStarted { .. } => ("service_started", body),
        EventKind::Finished { .. } => ("finished", body),
        EventKind::NoShow { .. } => ("no_show", body),
        EventKind::Restored { .. } => ("restored", body),
        EventKind::Cancelled { .. } => ("cancelled", body),
        EventKind::Undone { deed, .. } => (
            "undone",
            Body {
                deed: Some(deed.word().to_owned()),
                ..body
            },
        ),
        EventKind::HelpAsked { kiosk } => ("help_asked", kiosk_body(kiosk)),
        EventKind::HelpAnswered { kiosk } => ("help_answered", kiosk_body(kiosk)),
    }
}

fn kiosk_body(kiosk: &Name) -> Body {
    Body {
        kiosk: Some(kiosk.to_string()),
        ..Body::default()
    }
}

fn read(row: &Row<'_>, body: Body) -> Result<EventKind, StoreError> {
    let ticket = || -> Result<TicketId, StoreError> {
        let bytes: Vec<u8> = row.get("ticket")?;
        words::ticket(&bytes)
    };
    let kind: String = row.get("kind")?;
    Ok(match kind.as_str() {
        "day_started" => EventKind::DayStarted {
            day: column(row, "day")?,
        },
        "issued" => EventKind::Issued {
            ticket: ticket()?,
            number: column(row, "number")?,
            service: column(row, "service")?,
            appointment: appointment(&body)?,
            language: LanguageTag::read_text(&required(body.language)?)?,
            has_case: required(body.has_case)?,
            slip: Word::read(&required(body.slip)?)?,
        },
        "slip_reported" => EventKind::SlipReported {
            ticket: ticket()?,
            slip: Word::read(&required(body.slip)?)?,
        },
        "counter_opened" => EventKind::CounterOpened {
            counter: column(row, "counter")?,
            clerk: Name::read_text(&required(body.clerk)?)?,
            services: required(body.services)?
                .iter()
                .map(|service| ServiceId::read_text(service))
                .collect::<Result<_, _>>()?,
        },
        "counter_closed" => EventKind::CounterClosed {
            counter: column(row, "counter")?,
        },
        "called" => EventKind::Called {
            ticket: ticket()?,
            counter: column(row, "counter")?,
            reason: Word::read(&required(body.reason)?)?,
        },
        "recalled" => EventKind::Recalled {
            ticket: ticket()?,
            counter: column(row, "counter")?,
        },
        "service_started" => EventKind::ServiceStarted {
            ticket: ticket()?,
            counter: column(row, "counter")?,
        },
        "finished" => EventKind::Finished {
            ticket: ticket()?,
            counter: column(row, "counter")?,
        },
        "no_show" => EventKind::NoShow {
            ticket: ticket()?,
            counter: column(row, "counter")?,
        },
        "restored" => EventKind::Restored { ticket: ticket()? },
        "cancelled" => EventKind::Cancelled { ticket: ticket()? },
        "undone" => EventKind::Undone {
            counter: column(row, "counter")?,
            ticket: ticket()?,
            deed: Word::read(&required(body.deed)?)?,
        },
        "help_asked" => EventKind::HelpAsked {
            kiosk: Name::read_text(&required(body.kiosk)?)?,
        },
        "help_answered" => EventKind::HelpAnswered {
            kiosk: Name::read_text(&required(body.kiosk)?)?,
        },
        _ => return Err(StoreError::Damaged { what: "event kind" }),
    })
}

fn appointment(body: &Body) -> Result<Option<(Appointment, queue::Punctuality)>, StoreError> {
    let Some(number) = &body.booking else {
        return Ok(None);
    };
    let appointment = Appointment {
        number: AppointmentNumber::read_text(number)?,
        start: instant(required(body.slot_start)?)?,
        end: instant(required(body.slot_end)?)?,
    };
    let kept = body.punctuality.as_deref();
    Ok(Some((appointment, Word::read(required(kept)?)?)))
}

fn column<T: Text>(row: &Row<'_>, name: &str) -> Result<T, StoreError> {
    let text: String = row.get(name)?;
    T::read_text(&text)
}

fn required<T>(value: Option<T>) -> Result<T, StoreError> {
    value.ok_or(StoreError::Damaged { what: "event body" })
}
