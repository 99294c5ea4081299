//! What is written, all of it or nothing.

use chrono::{DateTime, Utc};
use queue::{Actor, Event, EventKind, Name, State, TicketId};
use rusqlite::Transaction;

use crate::{
    Account, Admission, Answer, AuditEntry, BookingChanges, Case, CaseOpening, DeviceId, Enrolment,
    Handover, Purged, Retention, StoreError, accounts, answers, appointments, audit,
    cases::{self, CaseKey},
    chain::{self, Head},
    devices, events, handovers, purge, stops, tokens, visits,
};

/// One transaction for the writes of any number of commands: one wait for the disk for all.
///
/// What a command leads to is decided before anything of it is written here. So an error of any
/// method means that the whole batch is to be dropped.
#[must_use = "a batch that is not committed never was"]
pub struct Batch<'store> {
    tx: Transaction<'store>,
    key: Option<CaseKey>,
    poisoned: &'store mut bool,
    /// The newest row of the chain, once something was added to it.
    head: Option<Head>,
}

impl<'store> Batch<'store> {
    pub(crate) fn new(
        tx: Transaction<'store>,
        key: Option<CaseKey>,
        poisoned: &'store mut bool,
    ) -> Self {
        Self {
            tx,
            key,
            poisoned,
            head: None,
        }
    }

    /// What the modules of tables write with.
    pub(crate) fn parts(&self) -> (&Transaction<'store>, Option<&CaseKey>) {
        (&self.tx, self.key.as_ref())
    }

    /// The newest row of the audit trail, this batch's included.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn head(&mut self) -> Result<Head, StoreError> {
        match self.head {
            Some(head) => Ok(head),
            None => Ok(*self.head.insert(chain::head(&self.tx)?)),
        }
    }

    /// Appends what one command led to, with the state that has followed it, and keeps the
    /// visits' rows as that state has them. `place` says from where the command came: a device's
    /// name or an address; it is cut after 64 characters. Returns the last event's sequence
    /// number; events share their sequence with the other rows of the audit trail, so there are
    /// gaps between them.
    ///
    /// # Errors
    /// [`StoreError::NotFollowed`] when the state has not followed the events; [`StoreError::Sqlite`]
    /// with a constraint's name when they break what the database forbids.
    pub fn append(
        &mut self,
        events: &[Event],
        after: &State,
        place: &str,
    ) -> Result<u64, StoreError> {
        let today = after.day().ok_or(StoreError::NotFollowed)?;
        let place = audit::place(place);
        if events.is_empty() {
            return events::last(&self.tx);
        }
        for event in events {
            if let EventKind::DayStarted { day } = event.kind {
                if day != today {
                    return Err(StoreError::NotFollowed);
                }
                visits::lapse(&self.tx)?;
            }
            let head = self.head()?;
            self.head = Some(events::append(&self.tx, head, event, today, &place)?);
            if let Some(id) = event.kind.ticket() {
                let ticket = after.ticket(&id).ok_or(StoreError::NotFollowed)?;
                visits::put(&self.tx, ticket, today)?;
                stops::follow(&self.tx, ticket, event)?;
            }
        }
        Ok(self.head()?.seq)
    }

    /// Writes down something that is no event of the queue. Returns its sequence number.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn audit(&mut self, entry: &AuditEntry) -> Result<u64, StoreError> {
        let head = self.head()?;
        let head = audit::append(&self.tx, head, entry, None)?;
        self.head = Some(head);
        Ok(head.seq)
    }

    /// Remembers what is answered to a command, with the hash of its body.
    ///
    /// # Errors
    /// When the key is remembered already, or the answer longer than [`crate::ANSWER_BYTES_MAX`].
    pub fn remember(
        &mut self,
        key: &str,
        body_hash: &[u8; 32],
        answer: &[u8],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        answers::remember(&self.tx, key, body_hash, answer, now)
    }

    /// Remembers an answer also where the key has another one: somebody settled what the key stands for.
    ///
    /// # Errors
    /// When the answer is longer than [`crate::ANSWER_BYTES_MAX`].
    pub fn settle_answer(
        &mut self,
        key: &str,
        body_hash: &[u8; 32],
        answer: &[u8],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        answers::settle(&self.tx, key, body_hash, answer, now)
    }

    /// What was answered to a command with this idempotency key, earlier in this batch included.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn recall_answer(&self, key: &str) -> Result<Option<Answer>, StoreError> {
        answers::recall(&self.tx, key)
    }

    /// Forgets answers given before an instant; tells how many.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn forget_answers(&mut self, before: DateTime<Utc>) -> Result<usize, StoreError> {
        answers::forget(&self.tx, before)
    }

    /// Seals the case that came with a ticket, which must be appended before.
    ///
    /// # Errors
    /// When it has one, or the case is longer than [`crate::CASE_BYTES_MAX`].
    pub fn seal_case(
        &mut self,
        ticket: TicketId,
        plaintext: &[u8],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let key = self.key.as_ref().ok_or(StoreError::Sealed)?;
        cases::seal(&self.tx, key, ticket, plaintext, now)
    }

    /// A ticket's case, as this batch has it.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when it cannot be opened.
    pub fn case(&self, ticket: TicketId) -> Result<Case, StoreError> {
        cases::open(&self.tx, self.key.as_ref(), ticket)
    }

    /// Seals a ticket's case anew, with a key of its own again: what stood there before is erased with the key that it had.
    /// Its age stays that of the first sealing.
    ///
    /// # Errors
    /// When there is none, or the case is longer than [`crate::CASE_BYTES_MAX`].
    pub fn reseal_case(&mut self, ticket: TicketId, plaintext: &[u8]) -> Result<(), StoreError> {
        let key = self.key.as_ref().ok_or(StoreError::Sealed)?;
        cases::reseal(&self.tx, key, ticket, plaintext)
    }

    /// Erases a ticket's case; tells whether there was one. It cannot be opened again once this
    /// is committed; [`crate::Store::scrub`] then removes the last bytes from the disk.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn erase_case(&mut self, ticket: TicketId, now: DateTime<Utc>) -> Result<bool, StoreError> {
        cases::erase(&self.tx, ticket, now)
    }

    /// Lets a ticket's case live until an instant, where it would go with the first
    /// [`Batch::erase_cases_sealed_before`] otherwise; never shorter than what was said before.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn keep_case_until(
        &mut self,
        ticket: TicketId,
        until: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        cases::keep_until(&self.tx, ticket, until)
    }

    /// Erases every case that was sealed before an instant and is not to be kept longer; tells how many.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn erase_cases_sealed_before(
        &mut self,
        before: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<usize, StoreError> {
        cases::erase_older(&self.tx, before, now)
    }

    /// Notes that a form was handed to another system, and how it stood then. It is forgotten with its case.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn note_handover(
        &mut self,
        target: &str,
        handover: &Handover,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        handovers::note(&self.tx, target, handover, now)
    }

    /// Notes that a clerk opens a case, and from where. The row stays, also when the case is erased.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn note_opening(
        &mut self,
        ticket: TicketId,
        opening: &CaseOpening,
        place: &str,
    ) -> Result<(), StoreError> {
        self.audit(&AuditEntry {
            at: opening.at,
            actor: Actor::Clerk(opening.clerk.clone()),
            place: place.to_owned(),
            action: opening.purpose.into(),
            subject: Some(ticket.to_string()),
        })?;
        Ok(())
    }

    /// Gives a ticket, which must be appended before, the token of its slip.
    ///
    /// # Errors
    /// When the ticket has one, or another has this one.
    pub fn give_token(&mut self, ticket: TicketId, token: &str) -> Result<(), StoreError> {
        tokens::give(&self.tx, ticket, token)
    }

    /// The token of a ticket's slip, earlier in this batch included.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn visit_token(&self, ticket: TicketId) -> Result<Option<String>, StoreError> {
        tokens::of_ticket(&self.tx, ticket)
    }

    /// Applies one successful pull from a reservation service.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn apply_bookings(&mut self, changes: &BookingChanges) -> Result<(), StoreError> {
        appointments::apply(&self.tx, changes)
    }

    /// Notes that a pull failed; the cursor and the bookings stay.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn pull_failed(&mut self, source: &str, at: DateTime<Utc>) -> Result<(), StoreError> {
        appointments::pull_failed(&self.tx, source, at)
    }

    /// Makes an account or changes it, and ends its sessions.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn put_account(&mut self, account: &Account, now: DateTime<Utc>) -> Result<(), StoreError> {
        accounts::put(&self.tx, account, now)
    }

    /// Removes an account and its sessions; tells whether there was one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn remove_account(&mut self, name: &str) -> Result<bool, StoreError> {
        accounts::remove(&self.tx, name)
    }

    /// Starts a session of an account.
    ///
    /// # Errors
    /// When there is no such account.
    pub fn start_session(
        &mut self,
        token_hash: &[u8; 32],
        account: &Name,
        expires_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        accounts::start_session(&self.tx, token_hash, account, expires_at, now)
    }

    /// Ends a session.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn end_session(&mut self, token_hash: &[u8; 32]) -> Result<(), StoreError> {
        accounts::end_session(&self.tx, token_hash)
    }

    /// Forgets every login of an account, but one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn end_sessions(
        &mut self,
        account: &str,
        but: Option<&[u8; 32]>,
    ) -> Result<usize, StoreError> {
        accounts::end_sessions(&self.tx, account, but)
    }

    /// Removes sessions that have ended; tells how many.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn end_expired_sessions(&mut self, now: DateTime<Utc>) -> Result<usize, StoreError> {
        accounts::end_expired(&self.tx, now)
    }

    /// Lets a device in, which shows its code later. One that has not shown its code gets another.
    /// False when the name belongs to a device that is enrolled, or to another kind of device.
    ///
    /// # Errors
    /// [`StoreError::Sqlite`] also where another open code has this hash: make another code.
    pub fn admit_device(
        &mut self,
        admission: &Admission,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        devices::admit(&self.tx, admission, now)
    }

    /// Takes a device's code for a token, once. A wrong code counts against every open one; after
    /// [`crate::CODE_TRIES_MAX`] they are closed.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn enrol_device(
        &mut self,
        code_hash: &[u8; 32],
        token_hash: &[u8; 32],
        now: DateTime<Utc>,
    ) -> Result<Enrolment, StoreError> {
        devices::enrol(&self.tx, code_hash, token_hash, now)
    }

    /// Puts a device out; tells whether it was in.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn revoke_device(&mut self, id: DeviceId, now: DateTime<Utc>) -> Result<bool, StoreError> {
        devices::revoke(&self.tx, id, now)
    }

    /// Takes what is older than the office's policy allows; for the turn of the day, after it
    /// began. [`crate::Store::scrub`] then removes the last bytes from the disk.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn purge(&mut self, policy: &Retention, now: DateTime<Utc>) -> Result<Purged, StoreError> {
        let head = self.head()?;
        let (purged, head) = purge::purge(&self.tx, head, now, policy)?;
        self.head = Some(head);
        Ok(purged)
    }

    /// Makes everything durable. When this returns, the power cord may be pulled.
    ///
    /// # Errors
    /// What became of the batch is then unknown, and the store takes no more: open it again and
    /// ask for the idempotency keys.
    pub fn commit(self) -> Result<(), StoreError> {
        let Self { tx, poisoned, .. } = self;
        tx.commit().map_err(|error| {
            *poisoned = true;
            error.into()
        })
    }
}
