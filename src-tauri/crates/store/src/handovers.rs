//! Which cases were handed to which other system, so that a day's file that is made twice holds nobody twice.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use queue::{BusinessDay, TicketId};
use rusqlite::{Connection, params};

use crate::{
    StoreError,
    migrate::Migration,
    words::{self, millis},
};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration::sql(
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
)];

pub(crate) fn note(
    db: &Connection,
    ticket: TicketId,
    target: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO handovers (target, ticket, at) VALUES (?1, ?2, ?3)
         ON CONFLICT DO UPDATE SET at = excluded.at",
    )?
    .execute(params![target, ticket.0.as_bytes().as_slice(), millis(now)])?;
    Ok(())
}

pub(crate) fn to(
    db: &Connection,
    target: &str,
    day: BusinessDay,
) -> Result<BTreeSet<TicketId>, StoreError> {
    let mut tickets = db.prepare_cached(
        "SELECT ticket FROM visits JOIN handovers USING (ticket) WHERE day = ?2 AND target = ?1",
    )?;
    let mut rows = tickets.query(params![target, day.to_string()])?;
    let mut found = BTreeSet::new();
    while let Some(row) = rows.next()? {
        found.insert(words::ticket(&row.get::<_, Vec<u8>>(0)?)?);
    }
    Ok(found)
}
