//! What anybody did besides moving the queue: who, from where, when, what, to what. Rows share the
//! sequence and the hash chain of the events; the two together are the audit trail.

use chrono::{DateTime, Utc};
use queue::{Actor, Event, Name, TicketId};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::{
    StoreError,
    chain::{self, Columns, Digest, Head},
    events,
    migrate::Migration,
    words::{Text, Word, instant, millis},
};

pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration::sql(
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
    ),
    // Events get their place in the chain, and the openings of cases become rows of it.
    Migration {
        version: 2026112211,
        sql: "
CREATE TABLE audit (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  actor_kind TEXT NOT NULL CONSTRAINT audit_actor_kind CHECK (actor_kind IN ('kiosk', 'clerk', 'hub')),
  actor TEXT CONSTRAINT audit_actor CHECK ((actor IS NULL) = (actor_kind = 'hub')),
  place TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT,
  through INTEGER CONSTRAINT audit_through CHECK ((through IS NOT NULL) = (action IN ('tickets_purged', 'audit_purged'))),
  through_hash BLOB CONSTRAINT audit_through_hash CHECK ((through_hash IS NOT NULL) = (action = 'audit_purged')),
  hash BLOB NOT NULL CONSTRAINT audit_hash CHECK (length(hash) = 32)
) STRICT;
CREATE INDEX audit_by_subject ON audit (subject) WHERE subject IS NOT NULL;
CREATE INDEX audit_purges ON audit (action, through) WHERE through IS NOT NULL;
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit BEGIN
  SELECT raise(ABORT, 'the audit trail is never changed');
END;
CREATE TRIGGER audit_remains BEFORE DELETE ON audit
WHEN OLD.seq > coalesce((SELECT max(through) FROM audit WHERE action = 'audit_purged' AND through IS NOT NULL), 0)
BEGIN
  SELECT raise(ABORT, 'the audit trail is only purged through its checkpoint');
END;
ALTER TABLE events RENAME TO events_before;
CREATE TABLE events (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  day TEXT NOT NULL,
  actor_kind TEXT NOT NULL CONSTRAINT events_actor_kind CHECK (actor_kind IN ('kiosk', 'clerk', 'hub')),
  actor TEXT CONSTRAINT events_actor CHECK ((actor IS NULL) = (actor_kind = 'hub')),
  place TEXT NOT NULL,
  kind TEXT NOT NULL,
  ticket BLOB CONSTRAINT events_ticket CHECK (length(ticket) = 16),
  counter TEXT,
  service TEXT,
  number TEXT,
  body BLOB,
  detail_hash BLOB CONSTRAINT events_detail CHECK ((detail_hash IS NULL) = (body IS NOT NULL)),
  hash BLOB NOT NULL CONSTRAINT events_hash CHECK (length(hash) = 32)
) STRICT;
",
        then: Some(|db| {
            chain::found_chain(db)?;
            Ok(db.execute_batch(
                "
DROP TABLE events_before;
DROP TABLE case_openings;
CREATE INDEX events_by_ticket ON events (ticket) WHERE ticket IS NOT NULL;
CREATE INDEX events_days ON events (seq) WHERE kind = 'day_started';
CREATE INDEX events_leases ON events (day) WHERE kind = 'leased';
CREATE TRIGGER events_stay BEFORE UPDATE ON events
WHEN OLD.seq > coalesce((SELECT max(through) FROM audit WHERE action = 'tickets_purged' AND through IS NOT NULL), 0)
  OR OLD.body IS NULL OR NEW.body IS NOT NULL
  OR NEW.ticket IS NOT NULL OR NEW.counter IS NOT NULL OR NEW.service IS NOT NULL OR NEW.number IS NOT NULL
  OR (OLD.seq, OLD.at, OLD.day, OLD.actor_kind, OLD.actor, OLD.place, OLD.kind, OLD.hash)
    IS NOT (NEW.seq, NEW.at, NEW.day, NEW.actor_kind, NEW.actor, NEW.place, NEW.kind, NEW.hash)
BEGIN
  SELECT raise(ABORT, 'events are never changed');
END;
CREATE TRIGGER events_remain BEFORE DELETE ON events
WHEN OLD.seq > coalesce((SELECT max(through) FROM audit WHERE action = 'audit_purged' AND through IS NOT NULL), 0)
BEGIN
  SELECT raise(ABORT, 'events are never deleted');
END;
",
            )?)
        }),
    },
];

const PLACE_CHARS_MAX: usize = 64;
const SUBJECT_CHARS_MAX: usize = 128;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// A case was opened on a clerk's screen. Its subject is the ticket.
    CaseShown,
    /// A case was opened to see what the paper will look like. Its subject is the ticket.
    CasePreviewed,
    /// A case was opened to print it. Its subject is the ticket.
    CasePrinted,
    /// A case was opened to hand it to another system. Its subject is the ticket.
    CaseExported,
    /// A case was opened to make the file for the city's document system. Its subject is the ticket.
    CaseArchived,
    /// Sensitive answers of a case were shown to the counter that owns them. Its subject is the ticket.
    SensitiveShown,
    /// A case was changed at a counter. Its subject is the ticket and which field or line, never a value.
    CaseChanged,
    /// A ticket that came without a case was given an empty one. Its subject is the ticket.
    CaseStarted,
    /// The list of a day's prepared visits was opened, which names who announced a move. Its subject is the day and how many.
    PreparedListed,
    /// A visit's preparation was begun. Its subject is the prepared visit.
    PreparedBegun,
    /// A prepared visit's case became a ticket's. Its subject is the prepared visit and the ticket.
    PreparedAttached,
    /// That was undone. Its subject is the prepared visit and the ticket.
    PreparedDetached,
    /// A list of announced moves was imported. Its subject is how many visits were new and how many updated.
    PreparedImported,
    /// A prepared visit was erased before its time, or what an imported list had made. Its subject is the prepared visit, or how many.
    PreparedErased,
    /// A form was put on a counter's tablet to be signed. Its subject is the ticket and the procedure.
    SignatureAsked,
    /// It was signed there. Its subject is the ticket, the procedure and who had asked; its place is the tablet.
    SignatureGiven,
    /// A signed form was changed: the signature is worth nothing any more. Its subject is the ticket and the procedure.
    SignatureVoided,
    /// Cases were erased. Its subject is how many.
    CasesErased,
    /// Somebody logged in.
    LoggedIn,
    /// A login failed. Its subject is the account, and only if there is one of that name: what
    /// else people type there may be a password.
    LoginFailed,
    /// Somebody logged out, or was logged out.
    LoggedOut,
    /// An account was made or changed. Its subject is the account.
    AccountChanged,
    /// An account was removed. Its subject is the account.
    AccountRemoved,
    /// An account may try again at once. Its subject is the account.
    AccountUnlocked,
    /// A device was let in. Its subject is the device's name.
    DeviceAdmitted,
    /// A device showed its code and got its token. Its subject is the device's name.
    DeviceEnrolled,
    /// A device showed a wrong code.
    DeviceRefused,
    /// A device was put out. Its subject is the device's name.
    DeviceRevoked,
    /// The hub began to serve. Its subject is its version.
    HubStarted,
    /// The hub ended in good order.
    HubStopped,
    /// A backup was made and checked. Its subject is the file's name.
    BackedUp,
    /// A backup could not be made.
    BackupFailed,
    /// A backup took the place of the database. Its subject is the head of the backup's chain.
    Restored,
    /// Somebody took data out. Its subject is what.
    Exported,
    /// Files for another system that nobody had fetched were deleted. Its subject is the target and how many.
    HandoffCleared,
    /// Cancellations of bookings that were held back were agreed to. Its subject is how many.
    BookingsReleased,
    /// A clerk had a ticket's slip printed at a kiosk. Its subject is the number, the ticket and the kiosk.
    SlipOrdered,
    /// A citizen had a slip printed once more at a kiosk, after it had not come out. Its subject is the ticket.
    SlipReissued,
    /// Tickets' facts were purged. Its subject is how many visits.
    TicketsPurged,
    /// The oldest rows of this trail were purged. Its subject is how many.
    AuditPurged,
}

impl Action {
    /// Its word, as rows spell it: `logged_in`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.word()
    }
}

/// For what a case was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OpeningPurpose {
    /// To read it on a clerk's screen.
    Screen,
    /// To see what the paper will look like.
    Preview,
    /// To print it.
    Paper,
    /// To make the file for the city's document system.
    Archive,
    /// To hand it to another system.
    Export,
}

impl From<OpeningPurpose> for Action {
    fn from(purpose: OpeningPurpose) -> Self {
        match purpose {
            OpeningPurpose::Screen => Self::CaseShown,
            OpeningPurpose::Preview => Self::CasePreviewed,
            OpeningPurpose::Paper => Self::CasePrinted,
            OpeningPurpose::Archive => Self::CaseArchived,
            OpeningPurpose::Export => Self::CaseExported,
        }
    }
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

/// Something that was done. Never a citizen's name, never a password or a PIN, nothing of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub actor: Actor,
    /// From where: a device's name or an address. Cut after 64 characters.
    pub place: String,
    /// What.
    pub action: Action,
    /// To what, as the action says. Cut after 128 characters.
    pub subject: Option<String>,
}

/// A row of the audit trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditLine {
    /// Its place in the trail.
    pub seq: u64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub actor: Actor,
    /// From where; empty where nobody said.
    pub place: String,
    /// What.
    pub what: Audited,
}

/// What a row of the audit trail tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audited {
    /// The queue moved.
    Event(Event),
    /// The queue moved; of the tickets only the kind of the event is left.
    PurgedEvent {
        /// The event's kind, as rows spell it: `called`.
        kind: String,
    },
    /// Something else was done.
    Entry {
        /// What.
        action: Action,
        /// To what.
        subject: Option<String>,
    },
}

/// A row as it is stored, but for its hash.
#[derive(Debug)]
pub(crate) struct AuditRow {
    pub(crate) seq: i64,
    pub(crate) at: i64,
    pub(crate) actor_kind: String,
    pub(crate) actor: Option<String>,
    pub(crate) place: String,
    pub(crate) action: String,
    pub(crate) subject: Option<String>,
    pub(crate) through: Option<i64>,
    pub(crate) through_hash: Option<Vec<u8>>,
}

/// A purge that the chain tells of.
pub(crate) struct Purge {
    /// The last row that it took.
    pub(crate) through: i64,
    /// That row's hash, with which the chain goes on.
    pub(crate) hash: Option<Vec<u8>>,
}

impl AuditRow {
    pub(crate) fn at_seq(seq: i64) -> Self {
        Self {
            seq,
            at: 0,
            actor_kind: String::new(),
            actor: None,
            place: String::new(),
            action: String::new(),
            subject: None,
            through: None,
            through_hash: None,
        }
    }

    pub(crate) fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            seq: row.get("seq")?,
            at: row.get("at")?,
            actor_kind: row.get("actor_kind")?,
            actor: row.get("actor")?,
            place: row.get("place")?,
            action: row.get("action")?,
            subject: row.get("subject")?,
            through: row.get("through")?,
            through_hash: row.get("through_hash")?,
        })
    }

    pub(crate) fn digest(&self) -> Digest {
        Columns::new("audit")
            .int(self.seq)
            .int(self.at)
            .text(Some(&self.actor_kind))
            .text(self.actor.as_deref())
            .text(Some(&self.place))
            .text(Some(&self.action))
            .text(self.subject.as_deref())
            .maybe_int(self.through)
            .bytes(self.through_hash.as_deref())
            .digest()
    }
}

pub(crate) fn actor_columns(actor: &Actor) -> (&'static str, Option<&str>) {
    match actor {
        Actor::Kiosk(name) => ("kiosk", Some(name.as_str())),
        Actor::Clerk(name) => ("clerk", Some(name.as_str())),
        Actor::Hub => ("hub", None),
    }
}

pub(crate) fn read_actor(kind: &str, name: Option<&str>) -> Result<Actor, StoreError> {
    let damaged = StoreError::Damaged { what: "actor" };
    match (kind, name) {
        ("kiosk", Some(name)) => Ok(Actor::Kiosk(Name::read_text(name)?)),
        ("clerk", Some(name)) => Ok(Actor::Clerk(Name::read_text(name)?)),
        ("hub", None) => Ok(Actor::Hub),
        _ => Err(damaged),
    }
}

/// Where from, as rows keep it.
pub(crate) fn place(text: &str) -> String {
    cut(text, PLACE_CHARS_MAX)
}

fn cut(text: &str, chars_max: usize) -> String {
    text.chars()
        .filter(|letter| !letter.is_control())
        .take(chars_max)
        .collect()
}

/// Adds a row; returns the new head.
pub(crate) fn append(
    db: &Connection,
    head: Head,
    entry: &AuditEntry,
    purge: Option<Purge>,
) -> Result<Head, StoreError> {
    let (actor_kind, actor) = actor_columns(&entry.actor);
    let (through, through_hash) =
        purge.map_or((None, None), |purge| (Some(purge.through), purge.hash));
    let row = AuditRow {
        at: millis(entry.at),
        actor_kind: actor_kind.into(),
        actor: actor.map(Into::into),
        place: place(&entry.place),
        action: entry.action.word().into(),
        subject: entry
            .subject
            .as_deref()
            .map(|subject| cut(subject, SUBJECT_CHARS_MAX)),
        through,
        through_hash,
        ..AuditRow::at_seq(head.next()?)
    };
    insert(db, head, &row)
}

pub(crate) fn insert(db: &Connection, head: Head, row: &AuditRow) -> Result<Head, StoreError> {
    let head = head.followed_by(&row.digest());
    db.prepare_cached(
        "INSERT INTO audit (seq, at, actor_kind, actor, place, action, subject, through, through_hash, hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute(params![
        row.seq,
        row.at,
        row.actor_kind,
        row.actor,
        row.place,
        row.action,
        row.subject,
        row.through,
        row.through_hash,
        head.hash.as_slice(),
    ])?;
    Ok(head)
}

pub(crate) fn newest_purge(db: &Connection, action: Action) -> Result<Option<Purge>, StoreError> {
    Ok(db
        .prepare_cached(
            "SELECT through, through_hash FROM audit
             WHERE action = ?1 AND through IS NOT NULL ORDER BY through DESC LIMIT 1",
        )?
        .query_row([action.word()], |row| {
            Ok(Purge {
                through: row.get(0)?,
                hash: row.get(1)?,
            })
        })
        .optional()?)
}

/// The openings of a ticket's case, in their order.
pub(crate) fn openings(db: &Connection, ticket: TicketId) -> Result<Vec<CaseOpening>, StoreError> {
    let mut statement = db.prepare_cached(
        "SELECT at, actor, action FROM audit
         WHERE subject = ?1 AND action IN ('case_shown', 'case_previewed', 'case_printed', 'case_exported', 'case_archived') ORDER BY seq",
    )?;
    let mut rows = statement.query([ticket.to_string()])?;
    let mut openings = Vec::new();
    while let Some(row) = rows.next()? {
        let (clerk, action): (String, String) = (row.get(1)?, row.get(2)?);
        let purpose = match action.as_str() {
            "case_shown" => OpeningPurpose::Screen,
            "case_previewed" => OpeningPurpose::Preview,
            "case_exported" => OpeningPurpose::Export,
            "case_archived" => OpeningPurpose::Archive,
            _ => OpeningPurpose::Paper,
        };
        openings.push(CaseOpening {
            clerk: Text::read_text(&clerk)?,
            purpose,
            at: instant(row.get(0)?)?,
        });
    }
    Ok(openings)
}

/// Up to `lines_max` rows before a sequence number, newest first.
pub(crate) fn before(
    db: &Connection,
    seq: u64,
    lines_max: usize,
) -> Result<Vec<AuditLine>, StoreError> {
    let first = i64::try_from(seq).unwrap_or(i64::MAX);
    let rows_max = i64::try_from(lines_max).unwrap_or(i64::MAX);
    let mut lines = Vec::new();
    let mut statement =
        db.prepare_cached("SELECT * FROM events WHERE seq < ?1 ORDER BY seq DESC LIMIT ?2")?;
    let mut rows = statement.query([first, rows_max])?;
    while let Some(row) = rows.next()? {
        lines.push(events::line(events::EventRow::of(row)?)?);
    }
    let mut statement =
        db.prepare_cached("SELECT * FROM audit WHERE seq < ?1 ORDER BY seq DESC LIMIT ?2")?;
    let mut rows = statement.query([first, rows_max])?;
    while let Some(row) = rows.next()? {
        let row = AuditRow::of(row)?;
        lines.push(AuditLine {
            seq: u64::try_from(row.seq).map_err(|_| StoreError::Damaged { what: "sequence" })?,
            at: instant(row.at)?,
            actor: read_actor(&row.actor_kind, row.actor.as_deref())?,
            place: row.place,
            what: Audited::Entry {
                action: Action::read(&row.action)?,
                subject: row.subject,
            },
        });
    }
    lines.sort_by_key(|line| std::cmp::Reverse(line.seq));
    lines.truncate(lines_max);
    Ok(lines)
}
