//! What can be read, by the writer and by any other thread.

use std::path::Path;

use chrono::{DateTime, Utc};
use queue::{AppointmentNumber, BusinessDay, Event, State, TicketId};
use rusqlite::{Connection, types::FromSql};

use crate::{
    Account, Answer, Appointment, AuditFault, AuditLine, AuditReport, Case, CaseCode, CaseOpening,
    Device, Handover, Head, OpenError, Session, Source, StopRow, StoreError, VisitRow, accounts,
    answers, appointments, audit,
    cases::{self, CaseKey},
    chain, devices, events, handovers, open, stops, tokens, visits,
};

/// A connection for reading. Sees what is committed; may move to another thread, but not be
/// shared by two.
pub struct Reader {
    db: Connection,
    /// Absent where cases are not to be opened.
    key: Option<CaseKey>,
}

/// The settings on which durability rests, as SQLite reports them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `wal`.
    pub journal_mode: String,
    /// 2: FULL.
    pub synchronous: i32,
    /// Whether references are enforced.
    pub foreign_keys: bool,
    /// 1: deleted bytes are overwritten.
    pub secure_delete: i32,
}

impl Reader {
    pub(crate) fn new(db: Connection, key: Option<CaseKey>) -> Self {
        Self { db, key }
    }

    /// Opens the database of a folder for reading only, beside a hub that is running or not. It
    /// does not open cases.
    ///
    /// # Errors
    /// See [`OpenError`]; [`OpenError::Older`] when this program has never opened it for writing.
    pub fn open(dir: &Path) -> Result<Self, OpenError> {
        Ok(Self::new(
            open::for_reading(&dir.join(open::DATABASE))?,
            None,
        ))
    }

    pub(crate) fn key(&self) -> Option<CaseKey> {
        self.key.clone()
    }

    pub(crate) fn parts(&self) -> (&Connection, Option<&CaseKey>) {
        (&self.db, self.key.as_ref())
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.db
    }

    pub(crate) fn connection_mut(&mut self) -> &mut Connection {
        &mut self.db
    }

    /// Whose database it is.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn office(&self) -> Result<String, StoreError> {
        self.one("SELECT id FROM office")
    }

    /// The settings of this connection, for `uketsuke-hub check` and for tests.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn settings(&self) -> Result<Settings, StoreError> {
        Ok(Settings {
            journal_mode: self.one("PRAGMA journal_mode")?,
            synchronous: self.one("PRAGMA synchronous")?,
            foreign_keys: self.one("PRAGMA foreign_keys")?,
            secure_delete: self.one("PRAGMA secure_delete")?,
        })
    }

    fn one<T: FromSql>(&self, sql: &str) -> Result<T, StoreError> {
        Ok(self.db.query_row(sql, [], |row| row.get(0))?)
    }

    /// The events of the newest business day with their sequence numbers, from its beginning.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn replay(&self) -> Result<Vec<(u64, Event)>, StoreError> {
        events::of_today(&self.db)
    }

    /// The queue as the log says it is, and the last sequence number (0 before the first event).
    ///
    /// # Errors
    /// [`StoreError`]; `Contradiction` when the log is damaged.
    pub fn state(&self) -> Result<(State, u64), StoreError> {
        let mut state = State::default();
        for event in events::before_dawn(&self.db)? {
            state.evolve(&event)?;
        }
        let mut last = 0;
        for (seq, event) in self.replay()? {
            state.evolve(&event)?;
            last = seq;
        }
        Ok((state, last))
    }

    /// Up to `events_max` events after a sequence number.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn events_after(
        &self,
        seq: u64,
        events_max: usize,
    ) -> Result<Vec<(u64, Event)>, StoreError> {
        events::after(&self.db, seq, events_max)
    }

    /// The last event's sequence number; 0 before the first event.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn last_seq(&self) -> Result<u64, StoreError> {
        events::last(&self.db)
    }

    /// The newest row of the audit trail: what to note elsewhere, so that a later
    /// [`Reader::verify_audit`] finds rows that were cut off.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn head(&self) -> Result<Head, StoreError> {
        chain::head(&self.db)
    }

    /// Walks the whole audit trail, and compares it with a head that was noted.
    ///
    /// # Errors
    /// The first row that is not as it was written.
    pub fn verify_audit(&self, noted: Option<Head>) -> Result<AuditReport, AuditFault> {
        chain::verify(&self.db, noted)
    }

    /// Up to `lines_max` rows of the audit trail before a sequence number, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn audit_before(&self, seq: u64, lines_max: usize) -> Result<Vec<AuditLine>, StoreError> {
        audit::before(&self.db, seq, lines_max)
    }

    /// What was answered to a command with this idempotency key.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn recall_answer(&self, key: &str) -> Result<Option<Answer>, StoreError> {
        answers::recall(&self.db, key)
    }

    /// The case that came with a ticket.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when it does not open.
    pub fn case(&self, ticket: TicketId) -> Result<Case, StoreError> {
        cases::open(&self.db, self.key.as_ref(), ticket)
    }

    /// What stands on the slip of a ticket, of whatever day.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn number(&self, ticket: TicketId) -> Result<Option<String>, StoreError> {
        visits::number(&self.db, ticket)
    }

    /// For what a ticket waits or was served last, of whatever day.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn present_service(
        &self,
        ticket: TicketId,
    ) -> Result<Option<queue::ServiceId>, StoreError> {
        visits::present(&self.db, ticket)
    }

    /// What names a ticket's case on paper: 80 bits that nobody can guess; the same as long as the hub's key is.
    /// `None` where the ticket came without a case.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] without the hub's key.
    pub fn case_code(&self, ticket: TicketId) -> Result<Option<CaseCode>, StoreError> {
        cases::code(&self.db, self.key.as_ref(), ticket)
    }

    /// The ticket whose case a paper names, also when that case was erased since an instant.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] without the hub's key.
    pub fn ticket_of_case_code(
        &self,
        code: &CaseCode,
        erased_since: DateTime<Utc>,
    ) -> Result<Option<TicketId>, StoreError> {
        cases::of_code(&self.db, self.key.as_ref(), code, erased_since)
    }

    /// Who opened a ticket's case, in order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn case_openings(&self, ticket: TicketId) -> Result<Vec<CaseOpening>, StoreError> {
        audit::openings(&self.db, ticket)
    }

    /// The token on a ticket's slip.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn visit_token(&self, ticket: TicketId) -> Result<Option<String>, StoreError> {
        tokens::of_ticket(&self.db, ticket)
    }

    /// The ticket of a token.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn ticket_of_token(&self, token: &str) -> Result<Option<TicketId>, StoreError> {
        tokens::ticket_of(&self.db, token)
    }

    /// The visits of a business day, by issue.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn visits(&self, day: BusinessDay) -> Result<Vec<VisitRow>, StoreError> {
        visits::of_day(&self.db, day)
    }

    /// What another system has of the visits of a business day.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn handed_to(&self, target: &str, day: BusinessDay) -> Result<Vec<Handover>, StoreError> {
        handovers::to(&self.db, target, day)
    }

    /// The stops of the visits of a business day, by visit and in their order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn stops(&self, day: BusinessDay) -> Result<Vec<StopRow>, StoreError> {
        stops::of_day(&self.db, day)
    }

    /// A booking by the reservation service's own key.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn appointment_of(
        &self,
        source: &str,
        remote_id: &str,
    ) -> Result<Option<Appointment>, StoreError> {
        appointments::by_key(&self.db, source, remote_id)
    }

    /// Booked slots that start within `from..to`, by slot; cancelled ones included.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn appointments(
        &self,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<Vec<Appointment>, StoreError> {
        appointments::between(&self.db, from, to)
    }

    /// The slot that a number has within `from..to`; a cancelled one only when no other has it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn appointment(
        &self,
        number: &AppointmentNumber,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<Option<Appointment>, StoreError> {
        appointments::numbered(&self.db, number, from, to)
    }

    /// How far the mirror of a reservation service has come; absent before the first attempt.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn source(&self, source: &str) -> Result<Option<Source>, StoreError> {
        appointments::source(&self.db, source)
    }

    /// The account of a name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn account(&self, name: &str) -> Result<Option<Account>, StoreError> {
        accounts::named(&self.db, name)
    }

    /// Every account, by name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        accounts::all(&self.db)
    }

    /// The session of a token's hash, unless it has ended.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn session(
        &self,
        token_hash: &[u8; 32],
        now: DateTime<Utc>,
    ) -> Result<Option<Session>, StoreError> {
        accounts::session(&self.db, token_hash, now)
    }
    /// The device of a token's hash, unless it was put out.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn device_of_token(&self, token_hash: &[u8; 32]) -> Result<Option<Device>, StoreError> {
        devices::of_token(&self.db, token_hash)
    }

    /// Every device there ever was, by name; those that were put out come last.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn devices(&self) -> Result<Vec<Device>, StoreError> {
        devices::all(&self.db)
    }
}
