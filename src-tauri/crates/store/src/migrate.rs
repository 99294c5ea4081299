//! How an older file becomes what this program knows. Steps are only ever added; each stands
//! beside the code of the table that it makes.

use rusqlite::Connection;

use crate::{
    StoreError, accounts, answers, appointments, audit, cases, devices, events, open, stops,
    tokens, visits,
};

/// One step. Its version is the day it was written and a count, `2026112201`.
pub(crate) struct Migration {
    pub(crate) version: i32,
    pub(crate) sql: &'static str,
    /// What SQL alone cannot do, after it.
    pub(crate) then: Option<fn(&Connection) -> Result<(), StoreError>>,
}

impl Migration {
    pub(crate) const fn sql(version: i32, sql: &'static str) -> Self {
        Self {
            version,
            sql,
            then: None,
        }
    }
}

fn migrations() -> Vec<&'static Migration> {
    let mut all: Vec<_> = [
        open::MIGRATIONS,
        events::MIGRATIONS,
        visits::MIGRATIONS,
        answers::MIGRATIONS,
        cases::MIGRATIONS,
        tokens::MIGRATIONS,
        appointments::MIGRATIONS,
        accounts::MIGRATIONS,
        audit::MIGRATIONS,
        devices::MIGRATIONS,
        stops::MIGRATIONS,
    ]
    .into_iter()
    .flatten()
    .collect();
    all.sort_by_key(|migration| migration.version);
    all
}

/// The newest schema that this program knows.
pub(crate) fn known() -> i32 {
    migrations().last().map_or(0, |migration| migration.version)
}

/// The schema of a file.
pub(crate) fn found(db: &Connection) -> rusqlite::Result<i32> {
    db.query_row("PRAGMA user_version", [], |row| row.get(0))
}

/// Takes every step that the file has not taken, or none. The caller's transaction.
pub(crate) fn migrate(db: &Connection) -> Result<(), StoreError> {
    let found = found(db)?;
    for migration in migrations() {
        if migration.version > found {
            db.execute_batch(migration.sql)?;
            if let Some(then) = migration.then {
                then(db)?;
            }
        }
    }
    Ok(db.pragma_update(None, "user_version", known())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_has_a_version_of_its_own() {
        let versions: Vec<_> = migrations().iter().map(|m| m.version).collect();
        let mut distinct = versions.clone();
        distinct.dedup();
        assert_eq!(versions, distinct);
    }

    #[test]
    fn sqlite_is_one_whose_wal_can_be_reset_safely() {
        assert!(
            rusqlite::version_number() >= 3_051_003,
            "{}",
            rusqlite::version()
        );
    }
}
