//! Who may do what, and who is logged in. Passwords and session tokens come here only as hashes.

use chrono::{DateTime, Utc};
use queue::Name;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::{
    StoreError,
    migrate::Migration,
    words::{Text, Word, instant, millis},
};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration::sql(
    2026112208,
    "
CREATE TABLE accounts (
  name TEXT PRIMARY KEY,
  display TEXT NOT NULL,
  role TEXT NOT NULL CONSTRAINT accounts_role CHECK (role IN ('clerk', 'lead', 'manager', 'administrator')),
  password_hash TEXT NOT NULL,
  changed_at INTEGER NOT NULL
) STRICT;
CREATE TABLE sessions (
  token_hash BLOB PRIMARY KEY CONSTRAINT sessions_token_hash CHECK (length(token_hash) = 32),
  account TEXT NOT NULL REFERENCES accounts (name) ON DELETE CASCADE,
  started_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_by_account ON sessions (account);
",
)];

/// What an account may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Calls numbers, opens cases.
    Clerk,
    /// A clerk who may also choose whom to call.
    Lead,
    /// Reads the dashboard.
    Manager,
    /// Makes accounts.
    Administrator,
}

/// An account. Not `Debug`: a password's hash does not belong into a log.
///
/// ```compile_fail,E0277
/// fn log(account: &store::Account) {
///     println!("{account:?}");
/// }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// Its name, with which one logs in.
    pub name: Name,
    /// The name to show.
    pub display: String,
    /// What it may do.
    pub role: Role,
    /// The password's hash in PHC format (argon2id).
    pub password_hash: String,
}

/// A session that has not ended.
#[derive(Clone, PartialEq, Eq)]
pub struct Session {
    /// Whose.
    pub account: Account,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

/// Makes an account or changes it. A change ends its sessions: whoever lost a role or a password
/// is out at once.
pub(crate) fn put(
    db: &Connection,
    account: &Account,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO accounts (name, display, role, password_hash, changed_at)
         VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (name) DO UPDATE SET display = ?2, role = ?3, password_hash = ?4, changed_at = ?5",
    )?
    .execute(params![
        account.name.as_str(),
        account.display,
        account.role.word(),
        account.password_hash,
        millis(now),
    ])?;
    db.prepare_cached("DELETE FROM sessions WHERE account = ?1")?
        .execute([account.name.as_str()])?;
    Ok(())
}

pub(crate) fn remove(db: &Connection, name: &str) -> Result<bool, StoreError> {
    let removed = db
        .prepare_cached("DELETE FROM accounts WHERE name = ?1")?
        .execute([name])?;
    Ok(removed > 0)
}

pub(crate) fn named(db: &Connection, name: &str) -> Result<Option<Account>, StoreError> {
    let mut statement = db.prepare_cached("SELECT * FROM accounts WHERE name = ?1")?;
    let mut rows = statement.query([name])?;
    rows.next()?.map(read).transpose()
}

pub(crate) fn all(db: &Connection) -> Result<Vec<Account>, StoreError> {
    let mut statement = db.prepare_cached("SELECT * FROM accounts ORDER BY name")?;
    let mut rows = statement.query([])?;
    let mut accounts = Vec::new();
    while let Some(row) = rows.next()? {
        accounts.push(read(row)?);
    }
    Ok(accounts)
}

pub(crate) fn start_session(
    db: &Connection,
    token_hash: &[u8; 32],
    account: &Name,
    expires_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    db.prepare_cached(
        "INSERT INTO sessions (token_hash, account, started_at, expires_at) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![
        token_hash.as_slice(),
        account.as_str(),
        millis(now),
        millis(expires_at),
    ])?;
    Ok(())
}

pub(crate) fn session(
    db: &Connection,
    token_hash: &[u8; 32],
    now: DateTime<Utc>,
) -> Result<Option<Session>, StoreError> {
    let found: Option<(String, i64)> = db
        .prepare_cached("SELECT account, expires_at FROM sessions WHERE token_hash = ?1")?
        .query_row([token_hash.as_slice()], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    let Some((name, expires_at)) = found else {
        return Ok(None);
    };
    let expires_at = instant(expires_at)?;
    let account = named(db, &name)?;
    Ok(account.filter(|_| now < expires_at).map(|account| Session {
        account,
        expires_at,
    }))
}

pub(crate) fn end_session(db: &Connection, token_hash: &[u8; 32]) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM sessions WHERE token_hash = ?1")?
        .execute([token_hash.as_slice()])?;
    Ok(())
}

/// Ends every session of an account, but one.
pub(crate) fn end_sessions(
    db: &Connection,
    account: &str,
    but: Option<&[u8; 32]>,
) -> Result<usize, StoreError> {
    Ok(db
        .prepare_cached("DELETE FROM sessions WHERE account = ?1 AND token_hash IS NOT ?2")?
        .execute(params![account, but.map(|hash| hash.as_slice())])?)
}

pub(crate) fn end_expired(db: &Connection, now: DateTime<Utc>) -> Result<usize, StoreError> {
    Ok(db
        .prepare_cached("DELETE FROM sessions WHERE expires_at <= ?1")?
        .execute([millis(now)])?)
}

fn read(row: &Row<'_>) -> Result<Account, StoreError> {
    let (name, role): (String, String) = (row.get("name")?, row.get("role")?);
    Ok(Account {
        name: Text::read_text(&name)?,
        display: row.get("display")?,
        role: Word::read(&role)?,
        password_hash: row.get("password_hash")?,
    })
}
