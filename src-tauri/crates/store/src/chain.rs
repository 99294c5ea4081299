//! One hash chain over everything that anybody did: the queue's events and the rows of the audit
//! table share one sequence, and each row's hash covers the row and the hash before it. So an
//! edit, a removal, an insertion or an exchange shows at the first row that it touches; that the
//! newest rows were cut off shows against a head that was noted elsewhere.
//!
//! ```text
//! hash(0) = SHA-256("uketsuke audit 1" office)
//! hash(n) = SHA-256(hash(n-1) digest(n))      digest(n): the row's columns, each with its length
//! ```

use std::{fmt, str::FromStr};

use rusqlite::{Connection, OptionalExtension};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::{
    StoreError,
    audit::{self, AuditRow},
    events::{self, EventRow},
    words::Word as _,
};

/// A SHA-256 digest.
pub(crate) type Digest = [u8; 32];

/// The newest row of the chain. Noted elsewhere (on paper, in another machine's log), it shows
/// later whether rows that were there then are gone. Spelled `SEQ:HASH` in decimal and hex.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Its sequence number; 0 before the first row.
    pub seq: u64,
    /// Its hash.
    pub hash: [u8; 32],
}

/// What a walk along the whole chain found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditReport {
    /// How many rows are there and are as they were written.
    pub rows: u64,
    /// The newest row.
    pub head: Head,
    /// The rows up to this one were purged, as the chain itself says.
    pub purged_through: Option<u64>,
    /// Events up to this one have lost their tickets' facts by purge; who, what and when are there.
    pub tickets_purged_through: Option<u64>,
}

/// The first place where the chain is not as it was written.
#[derive(Debug, Error)]
pub enum AuditFault {
    /// The row's contents do not have the hash that was written.
    #[error("row {seq} is not as it was written")]
    Changed {
        /// Which.
        seq: u64,
    },
    /// A row is not there, and later ones are.
    #[error("row {seq} is missing")]
    Missing {
        /// Which.
        seq: u64,
    },
    /// The newest rows are not there.
    #[error("the log ends at row {found}, and row {expected} was there once")]
    CutOff {
        /// The last one there is.
        found: u64,
        /// The one that was noted.
        expected: u64,
    },
    /// There is another row in its place.
    #[error("row {seq} is another than the one that was noted")]
    OtherHead {
        /// Which.
        seq: u64,
    },
    /// It was purged since; note a newer head.
    #[error("row {seq} was purged since it was noted; the log begins after row {through}")]
    HeadPurged {
        /// Which.
        seq: u64,
        /// The last row that was purged.
        through: u64,
    },
    /// The database cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for AuditFault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.seq)?;
        self.hash
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Text that is no head: it should be a number, `:` and 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("expected SEQ:HASH, a row's number and its 64 hexadecimal digits")]
pub struct NoHead;

impl FromStr for Head {
    type Err = NoHead;
    fn from_str(text: &str) -> Result<Self, NoHead> {
        let (seq, hex) = text.trim().split_once(':').ok_or(NoHead)?;
        if hex.len() != 64 || !hex.is_ascii() {
            return Err(NoHead);
        }
        let mut hash = [0; 32];
        for (byte, digits) in hash.iter_mut().zip(hex.as_bytes().chunks(2)) {
            let digits = std::str::from_utf8(digits).map_err(|_| NoHead)?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| NoHead)?;
        }
        let seq = seq.parse().map_err(|_| NoHead)?;
        Ok(Self { seq, hash })
    }
}

impl Head {
    /// What comes before the first row of an office.
    fn genesis(office: &str) -> Self {
        let hash = Columns::new("uketsuke audit 1").text(Some(office)).digest();
        Self { seq: 0, hash }
    }

    /// The head after a row of this digest.
    pub(crate) fn followed_by(self, digest: &Digest) -> Self {
        Self {
            seq: self.seq.saturating_add(1),
            hash: Sha256::new()
                .chain_update(self.hash)
                .chain_update(digest)
                .finalize()
                .into(),
        }
    }

    /// The sequence number of the next row, as SQLite counts.
    pub(crate) fn next(self) -> Result<i64, StoreError> {
        i64::try_from(self.seq.saturating_add(1))
            .map_err(|_| StoreError::Damaged { what: "sequence" })
    }
}

/// Columns in an unambiguous spelling: each says whether it is there and how long it is.
pub(crate) struct Columns(Sha256);

impl Columns {
    pub(crate) fn new(kind: &str) -> Self {
        Self(Sha256::new()).text(Some(kind))
    }

    pub(crate) fn text(self, text: Option<&str>) -> Self {
        self.bytes(text.map(str::as_bytes))
    }

    pub(crate) fn int(self, int: i64) -> Self {
        self.bytes(Some(int.to_be_bytes().as_slice()))
    }

    pub(crate) fn maybe_int(self, int: Option<i64>) -> Self {
        match int {
            Some(int) => self.int(int),
            None => self.bytes(None),
        }
    }

    pub(crate) fn bytes(mut self, bytes: Option<&[u8]>) -> Self {
        match bytes {
            None => self.0.update([0]),
            Some(bytes) => {
                self.0.update([1]);
                self.0.update((bytes.len() as u64).to_be_bytes());
                self.0.update(bytes);
            }
        }
        self
    }

    pub(crate) fn digest(self) -> Digest {
        self.0.finalize().into()
    }
}

/// The newest row there is.
pub(crate) fn head(db: &Connection) -> Result<Head, StoreError> {
    let newest = |sql| -> Result<Option<Head>, StoreError> {
        let found: Option<(i64, Vec<u8>)> = db
            .prepare_cached(sql)?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        found.map(|(seq, hash)| stored(seq, &hash)).transpose()
    };
    let event = newest("SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1")?;
    let entry = newest("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")?;
    match event.into_iter().chain(entry).max_by_key(|head| head.seq) {
        Some(head) => Ok(head),
        None => genesis(db),
    }
}

pub(crate) fn genesis(db: &Connection) -> Result<Head, StoreError> {
    let office: Option<String> = db
        .prepare_cached("SELECT id FROM office")?
        .query_row([], |row| row.get(0))
        .optional()?;
    Ok(Head::genesis(office.as_deref().unwrap_or_default()))
}

fn stored(seq: i64, hash: &[u8]) -> Result<Head, StoreError> {
    let damaged = || StoreError::Damaged { what: "chain" };
    Ok(Head {
        seq: u64::try_from(seq).map_err(|_| damaged())?,
        hash: hash.try_into().map_err(|_| damaged())?,
    })
}

/// A row on the walk.
struct Link {
    seq: i64,
    /// Absent where the row cannot even be read.
    digest: Option<Digest>,
    hash: Vec<u8>,
    stripped: bool,
}

/// Walks the whole chain, and compares it with a head that was noted.
pub(crate) fn verify(db: &Connection, noted: Option<Head>) -> Result<AuditReport, AuditFault> {
    // One transaction, so that both tables are seen at one moment.
    let seen = db.unchecked_transaction()?;
    let purge = audit::newest_purge(&seen, audit::Action::AuditPurged)?;
    let strip = audit::newest_purge(&seen, audit::Action::TicketsPurged)?;
    let mut walk = Walk {
        head: match &purge {
            Some(purge) => stored(purge.through, purge.hash.as_deref().unwrap_or_default())?,
            None => genesis(&seen)?,
        },
        stripped_through: strip.as_ref().map_or(0, |strip| strip.through),
        noted,
        rows: 0,
    };
    walk.compare()?;
    let start = walk.head.seq;
    let mut events = seen.prepare("SELECT * FROM events ORDER BY seq")?;
    let mut entries = seen.prepare("SELECT * FROM audit ORDER BY seq")?;
    let (mut events, mut entries) = (events.query([])?, entries.query([])?);
    let (mut event, mut entry) = (event_link(events.next()?)?, entry_link(entries.next()?)?);
    loop {
        let seq = |link: &Option<Link>| link.as_ref().map_or(i64::MAX, |link| link.seq);
        let (link, is_event) = if seq(&event) <= seq(&entry) {
            (event.take(), true)
        } else {
            (entry.take(), false)
        };
        let Some(link) = link else { break };
        walk.step(&link)?;
        if is_event {
            event = event_link(events.next()?)?;
        } else {
            entry = entry_link(entries.next()?)?;
        }
    }
    walk.end(start)?;
    let through = |through: i64| u64::try_from(through).ok();
    Ok(AuditReport {
        rows: walk.rows,
        head: walk.head,
        purged_through: purge.and_then(|purge| through(purge.through)),
        tickets_purged_through: strip.and_then(|strip| through(strip.through)),
    })
}

struct Walk {
    head: Head,
    stripped_through: i64,
    noted: Option<Head>,
    rows: u64,
}

impl Walk {
    fn step(&mut self, link: &Link) -> Result<(), AuditFault> {
        let expected = self.head.seq.saturating_add(1);
        let seq = u64::try_from(link.seq).unwrap_or_default();
        if seq > expected {
            return Err(AuditFault::Missing { seq: expected });
        }
        let next = link
            .digest
            .filter(|_| seq == expected && (!link.stripped || link.seq <= self.stripped_through))
            .map(|digest| self.head.followed_by(&digest))
            .filter(|next| next.hash.as_slice() == link.hash);
        self.head = next.ok_or(AuditFault::Changed { seq })?;
        self.rows = self.rows.saturating_add(1);
        self.compare()
    }

    fn compare(&self) -> Result<(), AuditFault> {
        match self.noted {
            Some(noted) if noted.seq == self.head.seq && noted.hash != self.head.hash => {
                Err(AuditFault::OtherHead { seq: noted.seq })
            }
            _ => Ok(()),
        }
    }

    fn end(&self, start: u64) -> Result<(), AuditFault> {
        match self.noted {
            Some(noted) if noted.seq > self.head.seq => Err(AuditFault::CutOff {
                found: self.head.seq,
                expected: noted.seq,
            }),
            Some(noted) if noted.seq < start => Err(AuditFault::HeadPurged {
                seq: noted.seq,
                through: start,
            }),
            _ => Ok(()),
        }
    }
}

fn event_link(row: Option<&rusqlite::Row<'_>>) -> Result<Option<Link>, AuditFault> {
    let Some(row) = row else { return Ok(None) };
    let whole = EventRow::of(row).ok();
    Ok(Some(Link {
        seq: row.get("seq")?,
        digest: whole.as_ref().map(EventRow::digest),
        hash: row.get("hash")?,
        stripped: whole.is_some_and(|row| row.detail.is_stripped()),
    }))
}

fn entry_link(row: Option<&rusqlite::Row<'_>>) -> Result<Option<Link>, AuditFault> {
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Link {
        seq: row.get("seq")?,
        digest: AuditRow::of(row).ok().map(|row| row.digest()),
        hash: row.get("hash")?,
        stripped: false,
    }))
}

/// Gives the rows of a database that had no chain their place in it: its events as they are, then
/// the openings of cases, which had a table of their own.
pub(crate) fn found_chain(db: &Connection) -> Result<(), StoreError> {
    let mut head = genesis(db)?;
    let mut old = db.prepare(
        "SELECT seq, at, day, actor_kind, actor, '' AS place, kind, ticket, counter, service, number, body,
           NULL AS detail_hash FROM events_before ORDER BY seq",
    )?;
    let mut rows = old.query([])?;
    while let Some(row) = rows.next()? {
        let row = EventRow::of(row)?;
        head = events::insert(
            db,
            head,
            EventRow {
                seq: head.next()?,
                ..row
            },
        )?;
    }
    let mut old = db.prepare("SELECT at, clerk, purpose, ticket FROM case_openings ORDER BY id")?;
    let mut rows = old.query([])?;
    while let Some(row) = rows.next()? {
        let (purpose, ticket): (String, Vec<u8>) = (row.get(2)?, row.get(3)?);
        let purpose = crate::OpeningPurpose::read(&purpose)?;
        head = audit::insert(
            db,
            head,
            &AuditRow {
                at: row.get(0)?,
                actor_kind: "clerk".into(),
                actor: Some(row.get(1)?),
                action: audit::Action::from(purpose).word().into(),
                subject: Some(crate::words::ticket(&ticket)?.to_string()),
                ..AuditRow::at_seq(head.next()?)
            },
        )?;
    }
    drop(rows);
    drop(old);
    Ok(())
}
