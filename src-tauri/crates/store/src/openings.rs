//! Who opened which case, when and for what. Rows are only ever added: the database refuses anything else.

use chrono::{DateTime, Utc};
use queue::{Name, TicketId};
use rusqlite::{Connection, params};

use crate::{
    StoreError,
    migrate::Migration,
    words::{Text, Word, instant, millis},
};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration::sql(
    2026112209,
    "
CREATE TABLE case_openings (
  id INTEGER PRIMARY KEY,
  ticket BLOB NOT NULL REFERENCES visits (ticket),
  clerk TEXT NOT NULL,
  purpose TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX case_openings_by_ticket ON case_openings (ticket);
CREATE TRIGGER case_openings_stay BEFORE UPDATE ON case_openings
BEGIN SELECT RAISE(ABORT, 'case_openings_stay'); END;
CREATE TRIGGER case_openings_remain BEFORE DELETE ON case_openings
BEGIN SELECT RAISE(ABORT, 'case_openings_remain'); END;
",
)];

/// For what a case was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OpeningPurpose {
    /// To read it on a clerk's screen.
    Screen,
    /// To see what the paper will look like.
    Preview,
    /// To print it.
    Paper,
}

/// One opening of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseOpening {
    /// Who, by the account's name.
    pub clerk: Name,
    /// For what.
    pub purpose: OpeningPurpose,
    /// When.
    pub at: DateTime<Utc>,
}

pub(crate) fn note(
    db: &Connection,
    ticket: TicketId,
    opening: &CaseOpening,
) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO case_openings (ticket, clerk, purpose, at) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![
        ticket.0.as_bytes().as_slice(),
        opening.clerk.as_str(),
        opening.purpose.word(),
        millis(opening.at),
    ])?;
    Ok(())
}

/// The openings of a ticket's case, in their order.
pub(crate) fn of_ticket(db: &Connection, ticket: TicketId) -> Result<Vec<CaseOpening>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT clerk, purpose, at FROM case_openings WHERE ticket = ?1 ORDER BY id",
    )?;
    let mut rows = statement.query([ticket.0.as_bytes().as_slice()])?;
    let mut openings = Vec::new();
    while let Some(row) = rows.next()? {
        let (clerk, purpose): (String, String) = (row.get(0)?, row.get(1)?);
        openings.push(CaseOpening {
            clerk: Text::read_text(&clerk)?,
            purpose: Word::read(&purpose)?,
            at: instant(row.get(2)?)?,
        });
    }
    Ok(openings)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn an_opening_stays_as_it_was_written() {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch(MIGRATIONS[0].sql).unwrap();
        db.pragma_update(None, "foreign_keys", false).unwrap();
        let ticket = TicketId(Uuid::from_u128(1));
        let opening = CaseOpening {
            clerk: Name::parse("suzuki").unwrap(),
            purpose: OpeningPurpose::Paper,
            at: DateTime::UNIX_EPOCH,
        };
        note(&db, ticket, &opening).unwrap();
        for edit in [
            "UPDATE case_openings SET clerk = 'sato'",
            "DELETE FROM case_openings",
        ] {
            assert!(db.execute_batch(edit).is_err(), "{edit}");
        }
        assert_eq!(of_ticket(&db, ticket).unwrap(), [opening]);
    }
}
