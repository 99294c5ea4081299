//! What was answered to a command, so that the same press gets the same answer again.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, params};

use crate::{
    ANSWER_BYTES_MAX, StoreError,
    migrate::Migration,
    words::{instant, millis},
};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration::sql(
    2026112204,
    "
CREATE TABLE answers (
  key TEXT PRIMARY KEY,
  body_hash BLOB NOT NULL CONSTRAINT answers_body_hash CHECK (length(body_hash) = 32),
  answer BLOB NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX answers_by_age ON answers (at);
",
)];

/// A remembered answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The hash of the body to which it was given. Another hash means: the key was used again
    /// for something else.
    pub body_hash: [u8; 32],
    /// What was answered.
    pub answer: Vec<u8>,
    /// When.
    pub at: DateTime<Utc>,
}

pub(crate) fn remember(
    db: &Connection,
    key: &str,
    body_hash: &[u8; 32],
    answer: &[u8],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if answer.len() > ANSWER_BYTES_MAX {
        return Err(StoreError::TooLarge {
            what: "an answer",
            bytes: answer.len(),
            bytes_max: ANSWER_BYTES_MAX,
        });
    }
    db.prepare_cached("INSERT INTO answers (key, body_hash, answer, at) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![key, body_hash.as_slice(), answer, millis(now)])?;
    Ok(())
}

/// As [`remember`], also where the key is remembered already: its answer is another from now on.
pub(crate) fn settle(
    db: &Connection,
    key: &str,
    body_hash: &[u8; 32],
    answer: &[u8],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM answers WHERE key = ?1")?
        .execute([key])?;
    remember(db, key, body_hash, answer, now)
}

pub(crate) fn recall(db: &Connection, key: &str) -> Result<Option<Answer>, StoreError> {
    db.prepare_cached("SELECT body_hash, answer, at FROM answers WHERE key = ?1")?
        .query_row([key], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get::<_, i64>(2)?))
        })
        .optional()?
        .map(|(body_hash, answer, at)| {
            Ok(Answer {
                body_hash,
                answer,
                at: instant(at)?,
            })
        })
        .transpose()
}

pub(crate) fn forget(db: &Connection, before: DateTime<Utc>) -> Result<usize, StoreError> {
    Ok(db
        .prepare_cached("DELETE FROM answers WHERE at < ?1")?
        .execute([millis(before)])?)
}
