//! The opaque words behind the QR on a slip. They name nobody; they only find a ticket.

use queue::TicketId;
use rusqlite::{Connection, OptionalExtension, params};

use crate::{StoreError, migrate::Migration, words};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration::sql(
    2026112206,
    "
CREATE TABLE visit_tokens (
  token TEXT PRIMARY KEY,
  ticket BLOB NOT NULL CONSTRAINT visit_tokens_ticket UNIQUE REFERENCES visits (ticket)
) STRICT;
",
)];

pub(crate) fn give(db: &Connection, ticket: TicketId, token: &str) -> Result<(), StoreError> {
    db.prepare_cached("INSERT INTO visit_tokens (token, ticket) VALUES (?1, ?2)")?
        .execute(params![token, ticket.0.as_bytes().as_slice()])?;
    Ok(())
}

pub(crate) fn of_ticket(db: &Connection, ticket: TicketId) -> Result<Option<String>, StoreError> {
    Ok(db
        .prepare_cached("SELECT token FROM visit_tokens WHERE ticket = ?1")?
        .query_row([ticket.0.as_bytes().as_slice()], |row| row.get(0))
        .optional()?)
}

pub(crate) fn ticket_of(db: &Connection, token: &str) -> Result<Option<TicketId>, StoreError> {
    db.prepare_cached("SELECT ticket FROM visit_tokens WHERE token = ?1")?
        .query_row([token], |row| row.get::<_, Vec<u8>>(0))
        .optional()?
        .map(|bytes| words::ticket(&bytes))
        .transpose()
}
