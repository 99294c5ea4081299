//! Rows of prepared visits, and what is sealed in them.

use chrono::{DateTime, Utc};
use queue::TicketId;
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{Attached, NewPrepared, PREPARED, Prepared, PreparedId, PreparedOf};
use crate::{
    Case, StoreError,
    cases::{CASE, CaseCode, CaseKey, Sealed},
    words::{Text, instant, millis, ticket},
};

/// The ticket of a prepared visit whose paper has this code.
pub(crate) fn of_code(
    db: &Connection,
    hub: &CaseKey,
    code: &CaseCode,
) -> Result<Option<TicketId>, StoreError> {
    let mut attached =
        db.prepare_cached("SELECT prepared, ticket FROM prepared WHERE ticket IS NOT NULL")?;
    let mut rows = attached.query([])?;
    while let Some(row) = rows.next()? {
        if hub.code(&id_of(row)?.0) == *code {
            return ticket(&row.get::<_, Vec<u8>>(1)?).map(Some);
        }
    }
    Ok(None)
}

pub(super) fn announced(hub: Option<&CaseKey>, number: &str) -> Result<PreparedOf, StoreError> {
    let hub = hub.ok_or(StoreError::Sealed)?;
    Ok(PreparedOf::Announced(
        hub.name("announced", number.as_bytes()),
    ))
}

pub(super) fn begin(
    db: &Connection,
    hub: &CaseKey,
    new: &NewPrepared,
    plaintext: &[u8],
    now: DateTime<Utc>,
) -> Result<PreparedId, StoreError> {
    let before = known_by(db, &new.of)?;
    let id = match before {
        Some(before) => {
            // One that is there, or is a ticket's, violates its index below.
            if before.erased_at.is_some() && before.attached.is_none() {
                db.prepare_cached("DELETE FROM prepared WHERE prepared = ?1")?
                    .execute([before.id.0.as_bytes().as_slice()])?;
            }
            before.id
        }
        None => new.id,
    };
    let seal = Sealed::new(hub, &PREPARED, &id.0, plaintext)?;
    let (source, remote_id, announced) = columns(&new.of);
    db.prepare_cached(
        "INSERT INTO prepared
           (prepared, source, remote_id, announced, day, service, life_event, begun_at, sealed, wrapped)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute(params![
        id.0.as_bytes().as_slice(),
        source,
        remote_id,
        announced,
        new.day.to_string(),
        new.service.as_str(),
        new.life_event,
        millis(now),
        seal.sealed,
        seal.wrapped,
    ])?;
    Ok(id)
}

pub(super) fn open(
    db: &Connection,
    hub: Option<&CaseKey>,
    id: PreparedId,
) -> Result<Case, StoreError> {
    type Found = (i64, Option<i64>, Option<Vec<u8>>, Option<Vec<u8>>);
    let found: Option<Found> = db
        .prepare_cached(
            "SELECT begun_at, erased_at, sealed, wrapped FROM prepared WHERE prepared = ?1",
        )?
        .query_row([id.0.as_bytes().as_slice()], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })
        .optional()?;
    match found {
        Some((begun_at, _, Some(sealed), Some(wrapped))) => {
            let plaintext: Zeroizing<Vec<u8>> =
                Sealed { sealed, wrapped }.open(hub, &PREPARED, &id.0)?;
            Ok(Case::Open {
                sealed_at: instant(begun_at)?,
                plaintext,
            })
        }
        Some((_, Some(erased_at), _, _)) => Ok(Case::Erased {
            at: instant(erased_at)?,
        }),
        Some(_) | None => Ok(Case::None),
    }
}

/// What a ticket has of its own beside what was prepared for it.
pub(super) fn own(
    db: &Connection,
    hub: Option<&CaseKey>,
    id: PreparedId,
    ticket: TicketId,
) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
    let kept = db
        .prepare_cached(
            "SELECT before_sealed, before_wrapped FROM prepared
             WHERE prepared = ?1 AND ticket = ?2
               AND before_sealed IS NOT NULL AND before_wrapped IS NOT NULL",
        )?
        .query_row(
            [id.0.as_bytes().as_slice(), ticket.0.as_bytes().as_slice()],
            |row| {
                Ok(Sealed {
                    sealed: row.get(0)?,
                    wrapped: row.get(1)?,
                })
            },
        )
        .optional()?;
    kept.map(|it| it.open(hub, &CASE, &ticket.0)).transpose()
}

pub(super) fn by_id(db: &Connection, id: PreparedId) -> Result<Option<Prepared>, StoreError> {
    let mut statement = db.prepare_cached("SELECT * FROM prepared WHERE prepared = ?1")?;
    let mut rows = statement.query([id.0.as_bytes().as_slice()])?;
    rows.next()?.map(read).transpose()
}

pub(super) fn by_ticket(db: &Connection, ticket: TicketId) -> Result<Option<Prepared>, StoreError> {
    let mut statement = db.prepare_cached("SELECT * FROM prepared WHERE ticket = ?1")?;
    let mut rows = statement.query([ticket.0.as_bytes().as_slice()])?;
    rows.next()?.map(read).transpose()
}

pub(super) fn known_by(db: &Connection, of: &PreparedOf) -> Result<Option<Prepared>, StoreError> {
    let (source, remote_id, announced) = columns(of);
    let mut statement = db.prepare_cached(
        "SELECT * FROM prepared WHERE source = ?1 AND remote_id = ?2 OR announced = ?3",
    )?;
    let mut rows = statement.query(params![source, remote_id, announced])?;
    rows.next()?.map(read).transpose()
}

/// Source, its key, and the hash of a number.
pub(super) type Columns<'a> = (Option<&'a str>, Option<&'a str>, Option<&'a [u8]>);

pub(super) fn columns(of: &PreparedOf) -> Columns<'_> {
    match of {
        PreparedOf::Booking { source, remote_id } => (Some(source), Some(remote_id), None),
        PreparedOf::Announced(hash) => (None, None, Some(hash.as_slice())),
    }
}

fn id_of(row: &Row<'_>) -> Result<PreparedId, StoreError> {
    let bytes: Vec<u8> = row.get("prepared")?;
    Uuid::from_slice(&bytes)
        .map(PreparedId)
        .map_err(|_| StoreError::Damaged {
            what: "identity of a prepared visit",
        })
}

pub(super) fn read(row: &Row<'_>) -> Result<Prepared, StoreError> {
    let damaged = || StoreError::Damaged {
        what: "what a prepared visit is known by",
    };
    let announced: Option<Vec<u8>> = row.get("announced")?;
    let of = match announced {
        Some(hash) => PreparedOf::Announced(hash.try_into().map_err(|_| damaged())?),
        None => PreparedOf::Booking {
            source: row.get("source")?,
            remote_id: row.get("remote_id")?,
        },
    };
    let attached: Option<Vec<u8>> = row.get("ticket")?;
    let attached = attached
        .map(|of| {
            Ok::<_, StoreError>(Attached {
                ticket: ticket(&of)?,
                at: instant(row.get("attached_at")?)?,
                merged: row.get("merged")?,
            })
        })
        .transpose()?;
    let erased_at: Option<i64> = row.get("erased_at")?;
    Ok(Prepared {
        id: id_of(row)?,
        of,
        day: Text::read_text(&row.get::<_, String>("day")?)?,
        service: Text::read_text(&row.get::<_, String>("service")?)?,
        life_event: row.get("life_event")?,
        begun_at: instant(row.get("begun_at")?)?,
        touched: row.get("touched")?,
        attached,
        erased_at: erased_at.map(instant).transpose()?,
    })
}

/// What names one row changes one row.
pub(super) fn one(changed: usize) -> Result<(), StoreError> {
    if changed == 1 {
        Ok(())
    } else {
        Err(StoreError::Sealed)
    }
}
