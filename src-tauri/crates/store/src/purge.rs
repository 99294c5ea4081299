//! What is kept no longer than the office has decided. A purge is announced in the audit trail
//! before it takes anything, and the database lets only what was announced go; so the chain says
//! itself where it begins, and everything after that can still be proven.

use chrono::{DateTime, TimeDelta, Utc};
use queue::{Actor, BusinessDay};
use rusqlite::{Connection, OptionalExtension, params};

use crate::{
    Action, AuditEntry, StoreError, accounts, answers,
    audit::{self, Purge},
    chain::Head,
    events::{self, EventRow},
    words::{instant, millis},
};

/// Rows that are read before they are changed.
const ROWS_AT_ONCE: i64 = 1_000;

/// How long what is kept is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Days after which tickets are gone: visits, stops, bookings, and what events say of them.
    pub tickets_days: u32,
    /// Days after which the audit trail is gone: who did what, from where, when.
    pub audit_days: u32,
    /// How many nightly backups are kept.
    pub backups_kept: u32,
    /// For how many hours the same idempotency key gets the same answer.
    pub answers_hours: u32,
}

/// What a purge took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Purged {
    /// Visits with their stops, tokens and the traces of their cases.
    pub visits: usize,
    /// Events that say no more of tickets than their kind.
    pub events: usize,
    /// Rows of the audit trail, events included.
    pub audit_rows: usize,
    /// Bookings.
    pub bookings: usize,
    /// Remembered answers.
    pub answers: usize,
    /// Sessions that had ended.
    pub sessions: usize,
    /// Devices that were put out.
    pub devices: usize,
}

impl Purged {
    /// Whether anything was taken, so that the write-ahead log is to be emptied.
    #[must_use]
    pub fn anything(&self) -> bool {
        *self != Self::default()
    }
}

fn ago(now: DateTime<Utc>, time: Option<TimeDelta>) -> i64 {
    let then = time.and_then(|time| now.checked_sub_signed(time));
    then.map_or(i64::MIN, millis)
}

/// Takes what is older than the policy allows. Returns the new head, too.
pub(crate) fn purge(
    db: &Connection,
    mut head: Head,
    now: DateTime<Utc>,
    policy: &Retention,
) -> Result<(Purged, Head), StoreError> {
    let days = |days: u32| ago(now, TimeDelta::try_days(i64::from(days)));
    let (tickets, trail) = (days(policy.tickets_days), days(policy.audit_days));
    let answers_before = TimeDelta::try_hours(i64::from(policy.answers_hours))
        .and_then(|time| now.checked_sub_signed(time))
        .unwrap_or(DateTime::<Utc>::MIN_UTC);
    let mut purged = Purged {
        visits: visits(db, tickets)?,
        answers: answers::forget(db, answers_before)?,
        sessions: accounts::end_expired(db, now)?,
        bookings: db
            .prepare_cached("DELETE FROM appointments WHERE end_at < ?1")?
            .execute([tickets])?,
        devices: db
            .prepare_cached("DELETE FROM devices WHERE revoked_at < ?1")?
            .execute([trail])?,
        ..Purged::default()
    };
    let entry = |action, subject: usize| AuditEntry {
        at: now,
        actor: Actor::Hub,
        place: String::new(),
        action,
        subject: Some(subject.to_string()),
    };
    let needed = first_needed(db)?;
    let stripped = through(db, Action::TicketsPurged)?;
    let last = first_kept(db, stripped, tickets, now)?.min(needed) - 1;
    if last > stripped || purged.visits > 0 {
        let checkpoint = Purge {
            through: last.max(stripped),
            hash: None,
        };
        let entry = entry(Action::TicketsPurged, purged.visits);
        head = audit::append(db, head, &entry, Some(checkpoint))?;
        purged.events = strip(db, stripped, last)?;
    }
    let gone = through(db, Action::AuditPurged)?;
    let last = first_kept(db, gone, trail, now)?.min(needed) - 1;
    if last > gone {
        let rows = usize::try_from(last - gone).unwrap_or(usize::MAX);
        let checkpoint = Purge {
            through: last,
            hash: Some(hash_of(db, last)?),
        };
        head = audit::append(
            db,
            head,
            &entry(Action::AuditPurged, rows),
            Some(checkpoint),
        )?;
        db.prepare_cached("DELETE FROM events WHERE seq <= ?1")?
            .execute([last])?;
        db.prepare_cached("DELETE FROM audit WHERE seq <= ?1")?
            .execute([last])?;
        purged.audit_rows = rows;
    }
    Ok((purged, head))
}

/// Visits of days before this one that were issued before an instant.
fn visits(db: &Connection, before: i64) -> Result<usize, StoreError> {
    // No business day begins more than a day before or after its date in any zone; the index on days
    // spares the look at every visit.
    let newest = instant(before)
        .ok()
        .and_then(|at| at.date_naive().succ_opt());
    let newest = newest.map_or_else(String::new, |date| BusinessDay::on(date).to_string());
    let old = "SELECT ticket FROM visits WHERE issued_at < ?1 AND day <= ?2
        AND day < (SELECT day FROM events WHERE kind = 'day_started' ORDER BY seq DESC LIMIT 1)";
    db.prepare_cached("DELETE FROM prepared WHERE erased_at < ?1")?
        .execute([before])?;
    for table in [
        "prepared",
        "case_keys",
        "cases",
        "handovers",
        "visit_tokens",
        "stops",
    ] {
        db.prepare_cached(&format!("DELETE FROM {table} WHERE ticket IN ({old})"))?
            .execute(params![before, newest])?;
    }
    Ok(db
        .prepare_cached(&format!("DELETE FROM visits WHERE ticket IN ({old})"))?
        .execute(params![before, newest])?)
}

fn through(db: &Connection, action: Action) -> Result<i64, StoreError> {
    Ok(audit::newest_purge(db, action)?.map_or(0, |purge| purge.through))
}

/// The first row after `after` that is not older than an instant. A row that lies in the future
/// was written by a clock that was wrong, and keeps nothing.
fn first_kept(
    db: &Connection,
    after: i64,
    kept_from: i64,
    now: DateTime<Utc>,
) -> Result<i64, StoreError> {
    let mut first = i64::MAX;
    for table in ["events", "audit"] {
        let found: Option<i64> = db
            .prepare_cached(&format!(
                "SELECT seq FROM {table} WHERE seq > ?1 AND at >= ?2 AND at <= ?3 ORDER BY seq LIMIT 1"
            ))?
            .query_row([after, kept_from, millis(now)], |row| row.get(0))
            .optional()?;
        first = first.min(found.unwrap_or(i64::MAX));
    }
    Ok(first)
}

/// The first row from which the queue is made again at a start: the beginning of the day, or a
/// lease of numbers that is still good.
fn first_needed(db: &Connection) -> Result<i64, StoreError> {
    let dawn = events::dawn(db)?;
    let lease = events::leases_before(db, dawn)?
        .first()
        .map(|(seq, _)| *seq);
    let lease = lease.and_then(|seq| i64::try_from(seq).ok());
    Ok(lease.map_or(dawn, |lease| lease.min(dawn)).max(1))
}

fn hash_of(db: &Connection, seq: i64) -> Result<Vec<u8>, StoreError> {
    Ok(db
        .prepare_cached(
            "SELECT hash FROM events WHERE seq = ?1 UNION ALL SELECT hash FROM audit WHERE seq = ?1",
        )?
        .query_row([seq], |row| row.get(0))?)
}

/// Takes from events what they say of tickets; tells from how many.
fn strip(db: &Connection, after: i64, last: i64) -> Result<usize, StoreError> {
    let mut read = db.prepare_cached(
        "SELECT * FROM events WHERE seq > ?1 AND seq <= ?2 AND body IS NOT NULL ORDER BY seq LIMIT ?3",
    )?;
    let mut change = db.prepare_cached(
        "UPDATE events SET ticket = NULL, counter = NULL, service = NULL, number = NULL, body = NULL,
           detail_hash = ?2 WHERE seq = ?1",
    )?;
    let (mut after, mut stripped) = (after, 0);
    loop {
        let digests: Vec<_> = read
            .query_map([after, last, ROWS_AT_ONCE], |row| {
                EventRow::of(row).map(|row| (row.seq, row.detail.digest()))
            })?
            .collect::<Result<_, _>>()?;
        let Some((newest, _)) = digests.last() else {
            return Ok(stripped);
        };
        after = *newest;
        for (seq, digest) in &digests {
            stripped += change.execute(params![seq, digest.as_slice()])?;
        }
    }
}
