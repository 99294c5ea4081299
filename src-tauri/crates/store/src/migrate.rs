//! How an older file becomes what this program knows. Steps are only ever added; each stands
//! beside the code of the table that it makes.

use rusqlite::Connection;

use crate::{
    StoreError, accounts, answers, appointments, audit, cases, devices, events, handovers, open,
    prepared, stops, tokens, visits,
};

/// What a step does beyond SQL.
type Then = fn(&Connection) -> Result<(), StoreError>;

/// One step. Its version is the day it was written and a count, `2026112201`.
pub(crate) struct Migration {
    pub(crate) version: i32,
    pub(crate) sql: &'static str,
    /// What SQL alone cannot do, after it.
    pub(crate) then: Option<Then>,
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
        prepared::MIGRATIONS,
        handovers::MIGRATIONS,
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
    use queue::TicketId;

    use super::*;
    use crate::{OpeningPurpose, chain};

    #[test]
    fn every_step_has_a_version_of_its_own() {
        let versions: Vec<_> = migrations().iter().map(|m| m.version).collect();
        let mut distinct = versions.clone();
        distinct.dedup();
        assert_eq!(versions, distinct);
    }

    #[test]
    fn an_office_s_first_database_gets_its_chain_and_loses_nothing() {
        let db = Connection::open_in_memory().unwrap();
        for migration in migrations() {
            if migration.version <= 2026112209 {
                db.execute_batch(migration.sql).unwrap();
            }
        }
        db.pragma_update(None, "user_version", 2026112209).unwrap();
        db.execute_batch(
            "INSERT INTO office VALUES (1, 'fukuyama');
             INSERT INTO events VALUES
               (1, 0, '2026-11-24', 'hub', NULL, 'day_started', NULL, NULL, NULL, NULL, x'a0'),
               (2, 5, '2026-11-24', 'kiosk', '入口', 'issued', zeroblob(16), NULL, 'moving', 'A-001',
                x'a300626a6105f406646e6f6e65');
             INSERT INTO visits VALUES (zeroblob(16), '2026-11-24', 'A-001', 'moving', 'waiting', 'ja', 0,
               'none', 5, NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL);
             INSERT INTO case_openings VALUES (1, zeroblob(16), 'sato', 'paper', 7);",
        )
        .unwrap();
        migrate(&db).unwrap();
        assert_eq!(found(&db).unwrap(), known());
        let report = chain::verify(&db, None).unwrap();
        assert_eq!((report.rows, report.head.seq), (3, 3));
        let events = events::of_today(&db).unwrap();
        assert_eq!(events.len(), 2);
        let ticket = TicketId(uuid::Uuid::nil());
        assert_eq!(events[1].1.kind.ticket(), Some(ticket));
        let openings = audit::openings(&db, ticket).unwrap();
        assert_eq!(openings[0].clerk.as_str(), "sato");
        assert_eq!(openings[0].purpose, OpeningPurpose::Paper);
        let visit = &visits::of_day(&db, "2026-11-24".parse().unwrap()).unwrap()[0];
        assert_eq!((visit.present.as_str(), visit.stops_done), ("moving", 0));
        let changed = db.execute("UPDATE events SET actor = 'x' WHERE seq = 2", []);
        assert!(changed.is_err(), "guarded again");
        // Once is enough.
        migrate(&db).unwrap();
        assert_eq!(chain::verify(&db, None).unwrap().rows, 3);
    }

    #[test]
    fn a_database_from_before_visits_were_prepared_keeps_its_cases_and_takes_prepared_visits() {
        let db = Connection::open_in_memory().unwrap();
        for migration in migrations() {
            if migration.version < 2026112310 {
                db.execute_batch(migration.sql).unwrap();
                migration.then.map_or(Ok(()), |then| then(&db)).unwrap();
            }
        }
        db.pragma_update(None, "user_version", 2026112301).unwrap();
        db.execute_batch(
            "INSERT INTO visits (ticket, day, number, service, state, language, has_case, slip, issued_at, calls,
               present, stops_done, considerate, leased, after_hours)
             VALUES (zeroblob(16), '2026-11-24', 'A-001', 'moving', 'waiting', 'ja', 1, 'none', 5, 0,
               'moving', 0, 0, 0, 0);
             INSERT INTO cases (ticket, sealed_at, sealed) VALUES (zeroblob(16), 5, x'01');
             INSERT INTO case_keys VALUES (zeroblob(16), x'02');",
        )
        .unwrap();
        migrate(&db).unwrap();
        assert_eq!(found(&db).unwrap(), known());
        let sealed: (Vec<u8>, Vec<u8>) = db
            .query_row(
                "SELECT sealed, wrapped FROM cases JOIN case_keys USING (ticket)",
                [],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .unwrap();
        assert_eq!(sealed, (vec![1], vec![2]));
        let taken = db.execute(
            "INSERT INTO prepared (prepared, source, remote_id, day, service, life_event, begun_at, sealed, wrapped)
             VALUES (zeroblob(16), 'caldav', 'a', '2026-11-25', 'family', 'bereavement', 5, x'01', x'02')",
            [],
        );
        assert_eq!(taken.unwrap(), 1);
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
