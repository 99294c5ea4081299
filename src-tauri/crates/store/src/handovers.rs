//! Which forms were handed to which other system and how they stood then, so that a day's file that is made twice holds nobody
//! twice, and whoever was changed since is in it again.

use chrono::{DateTime, Utc};
use queue::{BusinessDay, TicketId};
use rusqlite::{Connection, params};

use crate::{
    StoreError,
    migrate::Migration,
    words::{self, millis},
};

pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration::sql(
        2026112330,
        "
CREATE TABLE handovers (
  target TEXT NOT NULL,
  ticket BLOB NOT NULL REFERENCES visits (ticket),
  at INTEGER NOT NULL,
  PRIMARY KEY (target, ticket)
) STRICT;
CREATE INDEX handovers_by_ticket ON handovers (ticket);
",
    ),
    // What was noted before says neither which forms went nor how they stood, so nothing can be compared with it.
    Migration::sql(
        2026112331,
        "
DROP TABLE handovers;
CREATE TABLE handovers (
  target TEXT NOT NULL,
  ticket BLOB NOT NULL REFERENCES visits (ticket),
  procedure TEXT NOT NULL,
  stand BLOB NOT NULL CONSTRAINT handovers_stand CHECK (length(stand) = 32),
  at INTEGER NOT NULL,
  PRIMARY KEY (target, ticket, procedure)
) STRICT;
CREATE INDEX handovers_by_ticket ON handovers (ticket);
",
    ),
];

/// A form that another system has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handover {
    /// Whose it is.
    pub ticket: TicketId,
    /// The form's procedure.
    pub procedure: String,
    /// How it stood: a keyed digest of its answers, which is good for nothing but to be compared with another one.
    pub stand: [u8; 32],
}

pub(crate) fn note(
    db: &Connection,
    target: &str,
    handover: &Handover,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO handovers (target, ticket, procedure, stand, at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT DO UPDATE SET stand = excluded.stand, at = excluded.at",
    )?
    .execute(params![
        target,
        handover.ticket.0.as_bytes().as_slice(),
        handover.procedure,
        handover.stand.as_slice(),
        millis(now)
    ])?;
    Ok(())
}

/// What a target has of the visits of a day.
pub(crate) fn to(
    db: &Connection,
    target: &str,
    day: BusinessDay,
) -> Result<Vec<Handover>, StoreError> {
    let mut noted = db.prepare_cached(
        "SELECT ticket, procedure, stand FROM visits JOIN handovers USING (ticket)
         WHERE day = ?2 AND target = ?1",
    )?;
    let mut rows = noted.query(params![target, day.to_string()])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(Handover {
            ticket: words::ticket(&row.get::<_, Vec<u8>>(0)?)?,
            procedure: row.get(1)?,
            stand: row.get(2)?,
        });
    }
    Ok(found)
}

/// Forgets what was handed over of a ticket's case: it is not the ticket's any more, or it is erased.
pub(crate) fn forget(db: &Connection, ticket: TicketId) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM handovers WHERE ticket = ?1")?
        .execute([ticket.0.as_bytes().as_slice()])?;
    Ok(())
}
