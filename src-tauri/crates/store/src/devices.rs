//! Kiosks, boards and tablets that belong to the office. An administrator admits a device and reads a code
//! to whoever stands before it; the device shows the code once and gets a token. Codes and tokens
//! come here only as hashes.

use chrono::{DateTime, Utc};
use queue::{CounterId, Name};
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use crate::{
    StoreError,
    migrate::Migration,
    words::{Text, Word, instant, millis},
};

pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration::sql(
        2026112210,
        "
CREATE TABLE devices (
  id BLOB PRIMARY KEY CONSTRAINT devices_id CHECK (length(id) = 16),
  name TEXT NOT NULL,
  kind TEXT NOT NULL CONSTRAINT devices_kind CHECK (kind IN ('kiosk', 'board')),
  admitted_by TEXT NOT NULL,
  admitted_at INTEGER NOT NULL,
  code_hash BLOB CONSTRAINT devices_code_hash CHECK (length(code_hash) = 32),
  code_expires_at INTEGER,
  code_tries INTEGER NOT NULL,
  token_hash BLOB CONSTRAINT devices_token_hash CHECK (length(token_hash) = 32),
  enrolled_at INTEGER,
  revoked_at INTEGER,
  CONSTRAINT devices_code CHECK ((code_hash IS NULL) = (code_expires_at IS NULL)),
  CONSTRAINT devices_token CHECK (token_hash IS NULL OR enrolled_at IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX devices_name_in_use ON devices (name) WHERE revoked_at IS NULL;
CREATE UNIQUE INDEX devices_by_code ON devices (code_hash) WHERE code_hash IS NOT NULL;
CREATE UNIQUE INDEX devices_by_token ON devices (token_hash) WHERE token_hash IS NOT NULL;
",
    ),
    // A tablet to sign on belongs to a counter; a CHECK cannot be altered, so the table is made anew.
    Migration::sql(
        2026112320,
        "
CREATE TABLE devices_of_counters (
  id BLOB PRIMARY KEY CONSTRAINT devices_id CHECK (length(id) = 16),
  name TEXT NOT NULL,
  kind TEXT NOT NULL CONSTRAINT devices_kind CHECK (kind IN ('kiosk', 'board', 'tablet')),
  counter TEXT,
  admitted_by TEXT NOT NULL,
  admitted_at INTEGER NOT NULL,
  code_hash BLOB CONSTRAINT devices_code_hash CHECK (length(code_hash) = 32),
  code_expires_at INTEGER,
  code_tries INTEGER NOT NULL,
  token_hash BLOB CONSTRAINT devices_token_hash CHECK (length(token_hash) = 32),
  enrolled_at INTEGER,
  revoked_at INTEGER,
  CONSTRAINT devices_counter CHECK ((kind = 'tablet') = (counter IS NOT NULL)),
  CONSTRAINT devices_code CHECK ((code_hash IS NULL) = (code_expires_at IS NULL)),
  CONSTRAINT devices_token CHECK (token_hash IS NULL OR enrolled_at IS NOT NULL)
) STRICT;
INSERT INTO devices_of_counters
  SELECT id, name, kind, NULL, admitted_by, admitted_at, code_hash, code_expires_at, code_tries, token_hash, enrolled_at, revoked_at
  FROM devices;
DROP TABLE devices;
ALTER TABLE devices_of_counters RENAME TO devices;
CREATE UNIQUE INDEX devices_name_in_use ON devices (name) WHERE revoked_at IS NULL;
CREATE UNIQUE INDEX devices_tablet_in_use ON devices (counter) WHERE revoked_at IS NULL AND counter IS NOT NULL;
CREATE UNIQUE INDEX devices_by_code ON devices (code_hash) WHERE code_hash IS NOT NULL;
CREATE UNIQUE INDEX devices_by_token ON devices (token_hash) WHERE token_hash IS NOT NULL;
",
    ),
];

/// So many wrong codes, whoever typed them, and every code that was open then is worth nothing.
pub const CODE_TRIES_MAX: u32 = 5;

/// A device's identity: a UUID that the caller makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeviceId(pub Uuid);

/// What a device is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeviceKind {
    /// Gives tickets.
    Kiosk,
    /// Shows numbers.
    Board,
    /// Takes signatures at a counter.
    Tablet,
}

/// A device that an administrator lets in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admission {
    /// Its identity.
    pub id: DeviceId,
    /// What the office calls it.
    pub name: Name,
    /// What it is.
    pub kind: DeviceKind,
    /// The counter at which a tablet lies; other kinds have none.
    pub counter: Option<CounterId>,
    /// Who lets it in.
    pub by: Name,
    /// SHA-256 of the code that it will show.
    pub code_hash: [u8; 32],
    /// The code is worth nothing from then on.
    pub code_expires_at: DateTime<Utc>,
}

/// A device as the office has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Its identity.
    pub id: DeviceId,
    /// What the office calls it.
    pub name: Name,
    /// What it is.
    pub kind: DeviceKind,
    /// The counter at which a tablet lies.
    pub counter: Option<CounterId>,
    /// Who let it in.
    pub admitted_by: Name,
    /// When.
    pub admitted_at: DateTime<Utc>,
    /// Until when its code is good; absent once it was used or tried too often.
    pub code_expires_at: Option<DateTime<Utc>>,
    /// When it showed the code and got its token.
    pub enrolled_at: Option<DateTime<Utc>>,
    /// When it was put out.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// What became of a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Enrolment {
    /// The device has its token now, and the code is spent.
    Enrolled(Device),
    /// No open code is this one. It counts against every code that is open.
    Wrong,
    /// It was the right one, too late.
    Expired,
}

/// Lets a device in, or gives one that has not shown its code yet another. False when the name
/// belongs to a device that is enrolled, or to another kind of device, or when the counter has another tablet.
pub(crate) fn admit(
    db: &Connection,
    admission: &Admission,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let before = one(
        db,
        "SELECT * FROM devices WHERE name = ?1 AND revoked_at IS NULL",
        admission.name.as_str(),
    )?;
    if let Some(before) = &before {
        if before.enrolled_at.is_some() || before.kind != admission.kind {
            return Ok(false);
        }
        db.prepare_cached("DELETE FROM devices WHERE id = ?1")?
            .execute([before.id.0.as_bytes().as_slice()])?;
    }
    if let Some(counter) = &admission.counter {
        let lies_there = one(
            db,
            "SELECT * FROM devices WHERE counter = ?1 AND revoked_at IS NULL",
            counter.as_str(),
        )?;
        if lies_there.is_some() {
            return Ok(false);
        }
    }
    db.prepare_cached(
        "INSERT INTO devices (id, name, kind, counter, admitted_by, admitted_at, code_hash, code_expires_at, code_tries)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0)",
    )?
    .execute(params![
        admission.id.0.as_bytes().as_slice(),
        admission.name.as_str(),
        admission.kind.word(),
        admission.counter.as_ref().map(CounterId::as_str),
        admission.by.as_str(),
        millis(now),
        admission.code_hash.as_slice(),
        millis(admission.code_expires_at),
    ])?;
    Ok(true)
}

/// Takes a code for a token, once.
pub(crate) fn enrol(
    db: &Connection,
    code_hash: &[u8; 32],
    token_hash: &[u8; 32],
    now: DateTime<Utc>,
) -> Result<Enrolment, StoreError> {
    let found = one(
        db,
        "SELECT * FROM devices WHERE code_hash = ?1 AND revoked_at IS NULL",
        code_hash.as_slice(),
    )?;
    let Some(device) = found else {
        count_wrong_code(db)?;
        return Ok(Enrolment::Wrong);
    };
    let expired = device.code_expires_at.is_none_or(|until| until <= now);
    db.prepare_cached(
        "UPDATE devices SET code_hash = NULL, code_expires_at = NULL,
           token_hash = CASE WHEN ?2 THEN token_hash ELSE ?3 END,
           enrolled_at = CASE WHEN ?2 THEN enrolled_at ELSE ?4 END
         WHERE id = ?1",
    )?
    .execute(params![
        device.id.0.as_bytes().as_slice(),
        expired,
        token_hash.as_slice(),
        millis(now),
    ])?;
    Ok(if expired {
        Enrolment::Expired
    } else {
        Enrolment::Enrolled(Device {
            code_expires_at: None,
            enrolled_at: Some(instant(millis(now))?),
            ..device
        })
    })
}

/// A wrong code names no device, so it counts against every open one: whoever guesses has
/// [`CODE_TRIES_MAX`] tries at all of them together.
fn count_wrong_code(db: &Connection) -> Result<(), StoreError> {
    db.prepare_cached(
        "UPDATE devices SET code_tries = code_tries + 1 WHERE code_hash IS NOT NULL",
    )?
    .execute([])?;
    db.prepare_cached(
        "UPDATE devices SET code_hash = NULL, code_expires_at = NULL
         WHERE code_hash IS NOT NULL AND code_tries >= ?1",
    )?
    .execute([CODE_TRIES_MAX])?;
    Ok(())
}

/// Puts a device out; tells whether it was in. Its token lets nobody in any more, and its name is free.
pub(crate) fn revoke(
    db: &Connection,
    id: DeviceId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let revoked = db
        .prepare_cached(
            "UPDATE devices SET revoked_at = ?2, code_hash = NULL, code_expires_at = NULL, token_hash = NULL
             WHERE id = ?1 AND revoked_at IS NULL",
        )?
        .execute(params![id.0.as_bytes().as_slice(), millis(now)])?;
    Ok(revoked > 0)
}

/// The device of a token's hash, unless it was put out.
pub(crate) fn of_token(
    db: &Connection,
    token_hash: &[u8; 32],
) -> Result<Option<Device>, StoreError> {
    one(
        db,
        "SELECT * FROM devices WHERE token_hash = ?1 AND revoked_at IS NULL",
        token_hash.as_slice(),
    )
}

/// Every device there ever was, by name; those that were put out after those that are in.
pub(crate) fn all(db: &Connection) -> Result<Vec<Device>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT * FROM devices ORDER BY revoked_at IS NOT NULL, name, admitted_at, id",
    )?;
    let mut rows = statement.query([])?;
    let mut devices = Vec::new();
    while let Some(row) = rows.next()? {
        devices.push(read(row)?);
    }
    Ok(devices)
}

fn one(
    db: &Connection,
    sql: &str,
    key: impl rusqlite::ToSql,
) -> Result<Option<Device>, StoreError> {
    db.prepare_cached(sql)?
        .query_row([key], |row| Ok(read(row)))
        .optional()?
        .transpose()
}

fn read(row: &Row<'_>) -> Result<Device, StoreError> {
    let text = |name: &str| row.get::<_, String>(name);
    let at = |name: &str| -> Result<Option<DateTime<Utc>>, StoreError> {
        row.get::<_, Option<i64>>(name)?.map(instant).transpose()
    };
    let id: Vec<u8> = row.get("id")?;
    Ok(Device {
        id: DeviceId(Uuid::from_slice(&id).map_err(|_| StoreError::Damaged { what: "device id" })?),
        name: Text::read_text(&text("name")?)?,
        kind: Word::read(&text("kind")?)?,
        counter: row
            .get::<_, Option<String>>("counter")?
            .map(|counter| Text::read_text(&counter))
            .transpose()?,
        admitted_by: Text::read_text(&text("admitted_by")?)?,
        admitted_at: instant(row.get("admitted_at")?)?,
        code_expires_at: at("code_expires_at")?,
        enrolled_at: at("enrolled_at")?,
        revoked_at: at("revoked_at")?,
    })
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    const NOON: DateTime<Utc> = DateTime::UNIX_EPOCH;
    const TOKEN: [u8; 32] = [9; 32];

    fn db() -> Connection {
        let db = Connection::open_in_memory().unwrap();
        for migration in MIGRATIONS {
            db.execute_batch(migration.sql).unwrap();
        }
        db
    }

    fn admission(serial: u8, name: &str) -> Admission {
        Admission {
            id: DeviceId(Uuid::from_u128(u128::from(serial))),
            name: Name::parse(name).unwrap(),
            kind: DeviceKind::Kiosk,
            counter: None,
            by: Name::parse("admin").unwrap(),
            code_hash: [serial; 32],
            code_expires_at: NOON + TimeDelta::minutes(10),
        }
    }

    #[test]
    fn a_counter_has_one_tablet_and_a_tablet_has_a_counter() {
        let db = db();
        let tablet = |serial, name, counter: Option<&str>| Admission {
            kind: DeviceKind::Tablet,
            counter: counter.map(|it| CounterId::parse(it).unwrap()),
            ..admission(serial, name)
        };
        assert!(admit(&db, &tablet(1, "タブレット1", Some("1")), NOON).unwrap());
        assert!(!admit(&db, &tablet(2, "タブレット2", Some("1")), NOON).unwrap());
        assert!(admit(&db, &tablet(3, "タブレット2", Some("2")), NOON).unwrap());
        // Another code for the same one, perhaps at another counter.
        assert!(admit(&db, &tablet(4, "タブレット1", Some("3")), NOON).unwrap());
        assert!(admit(&db, &tablet(5, "タブレット3", Some("1")), NOON).unwrap());
        assert!(admit(&db, &tablet(6, "タブレット4", None), NOON).is_err());
        let devices = all(&db).unwrap();
        let counters = devices
            .iter()
            .map(|it| it.counter.as_ref().unwrap().as_str());
        assert_eq!(Vec::from_iter(counters), ["3", "2", "1"]);
        revoke(&db, DeviceId(Uuid::from_u128(3)), NOON).unwrap();
        assert!(admit(&db, &tablet(7, "タブレット5", Some("2")), NOON).unwrap());
    }

    #[test]
    fn a_code_lets_one_device_in_once() {
        let db = db();
        assert!(admit(&db, &admission(1, "入口"), NOON).unwrap());
        let Enrolment::Enrolled(device) = enrol(&db, &[1; 32], &TOKEN, NOON).unwrap() else {
            panic!("the right code was refused");
        };
        assert_eq!(device.enrolled_at, Some(NOON));
        assert_eq!(of_token(&db, &TOKEN).unwrap(), Some(device));
        assert_eq!(
            enrol(&db, &[1; 32], &[8; 32], NOON).unwrap(),
            Enrolment::Wrong,
            "a second time"
        );
        assert_eq!(of_token(&db, &[8; 32]).unwrap(), None);
    }

    #[test]
    fn a_code_is_good_until_it_ends_and_five_wrong_ones_close_it() {
        let db = db();
        admit(&db, &admission(1, "入口"), NOON).unwrap();
        let late = NOON + TimeDelta::minutes(10);
        assert_eq!(
            enrol(&db, &[1; 32], &TOKEN, late).unwrap(),
            Enrolment::Expired
        );
        assert_eq!(all(&db).unwrap()[0].enrolled_at, None);
        // Asked again, the administrator gives the same device another code.
        assert!(admit(&db, &admission(2, "入口"), late).unwrap());
        for _ in 0..CODE_TRIES_MAX {
            assert_eq!(
                enrol(&db, &[7; 32], &TOKEN, NOON).unwrap(),
                Enrolment::Wrong
            );
        }
        assert_eq!(
            enrol(&db, &[2; 32], &TOKEN, NOON).unwrap(),
            Enrolment::Wrong
        );
        assert_eq!(all(&db).unwrap().len(), 1);
    }

    #[test]
    fn a_device_that_was_put_out_stays_out_and_leaves_its_name() {
        let db = db();
        admit(&db, &admission(1, "入口"), NOON).unwrap();
        enrol(&db, &[1; 32], &TOKEN, NOON).unwrap();
        assert!(
            !admit(&db, &admission(2, "入口"), NOON).unwrap(),
            "the name is in use"
        );
        let id = DeviceId(Uuid::from_u128(1));
        assert!(revoke(&db, id, NOON).unwrap());
        assert!(!revoke(&db, id, NOON).unwrap());
        assert_eq!(of_token(&db, &TOKEN).unwrap(), None);
        assert!(admit(&db, &admission(2, "入口"), NOON).unwrap());
        let devices = all(&db).unwrap();
        let revoked: Vec<_> = devices.iter().map(|it| it.revoked_at.is_some()).collect();
        assert_eq!(revoked, [false, true]);
    }

    #[test]
    fn a_device_that_is_put_out_before_it_showed_its_code_cannot_show_it() {
        let db = db();
        admit(&db, &admission(1, "入口"), NOON).unwrap();
        revoke(&db, DeviceId(Uuid::from_u128(1)), NOON).unwrap();
        assert_eq!(
            enrol(&db, &[1; 32], &TOKEN, NOON).unwrap(),
            Enrolment::Wrong
        );
    }
}
