//! Numbers at hand: what this kiosk gives when the hub is away.
//!
//! The hub leases some numbers of each service to each kiosk. Which of them stand on paper is written down
//! in the kiosk's data folder *before* the paper is printed, and told to the hub when it is back.
//! The README says why one press never has two living tickets.

pub(crate) mod book;
mod journal;
pub(crate) mod papers;
pub(crate) mod record;

#[cfg(test)]
mod tests;

use std::path::Path;

use chrono::{DateTime, Utc};
use uuid::Uuid;
use wire::{
    Code,
    command::{CaseDraft, IssueTicket, LeasedTicket, Leases},
    office::SlipState,
};

use zeroize::Zeroize;

pub use book::{NoNumber, Stock, Stocks};
pub use journal::JournalError;
pub use papers::Sheet;
pub use record::Damage;

use book::{Book, Known};
use journal::Journal;
use papers::PAPERS_MAX;
use record::Record;

/// A log longer than this is begun anew with what still counts.
const LONG_LOG_BYTES: u64 = 1 << 20;

/// The numbers at hand, with their log.
pub struct Reserve {
    journal: Journal,
    book: Book,
    /// So many papers, and the log is looked through for those that nobody needs any more.
    papers_max: usize,
}

/// A ticket issued here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Here {
    /// Its identity.
    pub ticket: Uuid,
    /// Its number.
    pub number: String,
    /// When.
    pub issued_at: wire::Millis,
}

/// A ticket of which the hub has to be told, without the case, which is in no log.
pub struct Tell {
    /// Its identity.
    pub ticket: Uuid,
    /// The body, as far as it is in the log.
    pub body: Box<LeasedBody>,
}

/// What the hub is told of a ticket, perhaps with a person's answers; wiped when it is dropped.
pub struct LeasedBody(LeasedTicket);

impl LeasedBody {
    /// The body.
    #[must_use]
    pub fn get(&self) -> &LeasedTicket {
        &self.0
    }

    /// Lays the finished application to it.
    #[must_use]
    pub fn with_case(mut self, case: Option<CaseDraft>) -> Self {
        self.0.wanted.case = case;
        self
    }
}

impl Drop for LeasedBody {
    fn drop(&mut self) {
        let case = self.0.wanted.case.iter_mut();
        for said in case.flat_map(CaseDraft::said_mut) {
            said.zeroize();
        }
    }
}

impl Reserve {
    /// Opens the log in a kiosk's data folder. A damaged log is laid aside, what is whole in it is kept, and
    /// no number of a day that had begun is given any more; the damage is told.
    ///
    /// # Errors
    /// When the folder cannot be used, or another program uses it.
    pub fn open(folder: &Path, now: DateTime<Utc>) -> Result<(Self, Option<Damage>), JournalError> {
        let opened = Journal::open(folder)?;
        let mut reserve = Self {
            journal: opened.journal,
            book: Book::of(opened.records),
            papers_max: PAPERS_MAX,
        };
        if let Some(damage) = &opened.damage {
            let at = now.timestamp_millis();
            let name = format!("numbers.damaged-{at}.log");
            tracing::error!(%damage, kept = name, "the log of numbers is damaged");
            reserve.journal.keep_damaged(&name)?;
            reserve.book.apply(Record::Damaged { at });
            reserve.journal.replace(&reserve.book.condensed(now))?;
        }
        // The program ended before the printer told: whether these came out is not known.
        for ticket in reserve.book.left_pending() {
            let sheet = Sheet::new(Uuid::now_v7(), ticket.to_string(), false, false);
            reserve.sent(&sheet, now)?;
        }
        for print in reserve.book.papers.left_open() {
            reserve.came(print, SlipState::Unknown)?;
        }
        reserve.condense(now)?;
        Ok((reserve, opened.damage))
    }

    /// Burns a number for somebody. When this returns, the number is on the disk: it may go on paper.
    ///
    /// # Errors
    /// Why there is none.
    pub fn issue(
        &mut self,
        ticket: Uuid,
        wanted: &IssueTicket,
        replaces: Option<Uuid>,
        now: DateTime<Utc>,
    ) -> Result<Here, NoNumber> {
        let issued = self.book.next(ticket, wanted, replaces, now)?;
        let here = Here {
            ticket,
            number: issued.number.clone(),
            issued_at: issued.issued_at,
        };
        self.put(Record::Issued(issued)).map_err(|error| {
            tracing::error!(%error, "no number can be given without the hub");
            NoNumber::Unwritable
        })?;
        Ok(here)
    }

    /// A slip goes to the printer next. When this returns, that is on the disk. False where this printing was
    /// sent before: then it must not be sent again.
    ///
    /// # Errors
    /// When the log cannot be written.
    pub fn sent(&mut self, sheet: &Sheet, now: DateTime<Utc>) -> Result<bool, JournalError> {
        if self.book.papers.get(sheet.print).is_some() {
            return Ok(false);
        }
        if self.book.papers.len() >= self.papers_max {
            self.condense_now(now)?;
            // Where all of them are needed, the log is not written anew for each.
            self.papers_max = PAPERS_MAX.max(self.book.papers.len() * 2);
        }
        self.put(sheet.goes_out(now))?;
        Ok(true)
    }

    /// A ticket exists, and certainly nobody has it on paper.
    ///
    /// # Errors
    /// When the log cannot be written.
    pub fn never_sent(
        &mut self,
        print: Uuid,
        ticket: &str,
        now: DateTime<Utc>,
    ) -> Result<(), JournalError> {
        self.sent(&Sheet::new(print, ticket.to_owned(), false, false), now)?;
        self.came(print, SlipState::Failed)?;
        Ok(())
    }

    /// What is known of a slip that was sent. False where the log has no such paper: then it will not be told from
    /// here.
    ///
    /// # Errors
    /// When the log cannot be written.
    pub fn came(&mut self, print: Uuid, slip: SlipState) -> Result<bool, JournalError> {
        let Some(learns) = self.book.papers.would_learn(print, slip) else {
            return Ok(false);
        };
        if learns {
            self.put(Record::Came { print, slip })?;
        }
        Ok(true)
    }

    /// The hub knows this of a slip that was sent.
    ///
    /// # Errors
    /// When the log cannot be written.
    pub fn came_told(&mut self, print: Uuid, slip: SlipState) -> Result<(), JournalError> {
        match self.book.papers.get(print) {
            Some(sheet) if sheet.told != Some(slip) => self.put(Record::CameTold { print, slip }),
            Some(_) | None => Ok(()),
        }
    }

    /// What the log says of a printing.
    #[must_use]
    pub fn sheet(&self, print: Uuid) -> Option<&Sheet> {
        self.book.papers.get(print)
    }

    /// Slips of visitors of which the hub has to be told something, in the order in which they were sent. Those of a
    /// ticket that the hub does not have are not among them.
    #[must_use]
    pub fn untold_papers(&self) -> Vec<Sheet> {
        self.book.papers_untold(|it| !it.order && !it.copy)
    }

    /// The same of what staff have printed, and of the office's copies.
    #[must_use]
    pub fn untold_orders(&self) -> Vec<Sheet> {
        self.book.papers_untold(|it| it.order || it.copy)
    }

    /// The ticket of which the hub has to be told next, in the order of issue.
    #[must_use]
    pub fn tell(&self) -> Option<Tell> {
        let told = self.book.untold()?;
        let body = told.issued.told(told.slip, told.issued.wanted());
        Some(Tell {
            ticket: told.issued.ticket,
            body: Box::new(LeasedBody(body)),
        })
    }

    /// So many slips came from the roll that is in the printer.
    ///
    /// # Errors
    /// When the log cannot be written.
    pub fn on_roll(&mut self, slips: u32) -> Result<(), JournalError> {
        if self.book.roll() == Some(slips) {
            return Ok(());
        }
        self.put(Record::Roll { slips })
    }

    /// Slips that came from the roll, as far as it was ever counted.
    #[must_use]
    pub fn slips_on_roll(&self) -> Option<u32> {
        self.book.roll()
    }

    /// The hub has this ticket and has heard this of its first paper.
    ///
    /// # Errors
    /// When the log cannot be written.
    pub fn acknowledged(&mut self, ticket: Uuid, slip: SlipState) -> Result<(), JournalError> {
        self.put(Record::Acknowledged { ticket, slip })
    }

    /// The hub refused this ticket, and would again.
    ///
    /// # Errors
    /// When the log cannot be written.
    pub fn refused(&mut self, ticket: Uuid, code: Code) -> Result<(), JournalError> {
        self.put(Record::Refused { ticket, code })
    }

    /// The number of a ticket issued here, for a message to the staff.
    #[must_use]
    pub fn number(&self, ticket: Uuid) -> Option<&str> {
        Some(self.book.ticket(ticket)?.issued.number.as_str())
    }

    /// Whether the hub has been told of this ticket.
    #[must_use]
    pub fn is_told(&self, ticket: Uuid) -> bool {
        let told = self.book.ticket(ticket);
        told.is_some_and(|it| it.hub != Known::Not)
    }

    /// Takes the hub's leases in place of those before.
    ///
    /// # Errors
    /// When the log cannot be written.
    pub fn leases(&mut self, told: Leases, now: DateTime<Utc>) -> Result<(), JournalError> {
        let off_ms = told.at.saturating_sub(now.timestamp_millis());
        if off_ms.abs() > CLOCK_OFF_MS_TOLD {
            tracing::warn!(off_ms, "this kiosk's clock differs from the hub's");
        }
        self.put(Book::leases(told, now))?;
        self.condense(now)
    }

    /// What is at hand.
    #[must_use]
    pub fn stocks(&self) -> Stocks {
        self.book.stocks()
    }

    /// Milliseconds until the day is over for which numbers are at hand.
    #[must_use]
    pub fn day_ends(&self, now: DateTime<Utc>) -> Option<u64> {
        self.book.day_ends(now)
    }

    fn put(&mut self, record: Record) -> Result<(), JournalError> {
        self.journal.write(&record)?;
        self.book.apply(record);
        Ok(())
    }

    /// A long log is begun anew; so is one of days that are over.
    fn condense(&mut self, now: DateTime<Utc>) -> Result<(), JournalError> {
        let condensed = self.book.condensed(now);
        let fresh = Book::of(condensed.iter().cloned());
        if fresh != self.book || self.journal.bytes() > LONG_LOG_BYTES {
            self.journal.replace(&condensed)?;
            self.book = fresh;
        }
        Ok(())
    }

    /// Too many papers: those of which the hub knows everything go first by age.
    fn condense_now(&mut self, now: DateTime<Utc>) -> Result<(), JournalError> {
        let condensed = self.book.condensed(now);
        self.journal.replace(&condensed)?;
        self.book = Book::of(condensed);
        Ok(())
    }
}

/// A clock that is off by more is told in the log.
const CLOCK_OFF_MS_TOLD: i64 = 120_000;
