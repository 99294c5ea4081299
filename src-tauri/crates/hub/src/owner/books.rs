//! What the owner keeps: the queue, today's bookings, the clock, and what it has told.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, Utc};
use office::Office;
use queue::{Actor, BusinessDay, Event, Pace, State, TicketId};
use store::{Action, AuditEntry, Batch, Reader, StoreError};

use crate::{
    clock::Clock,
    live::{Audience, Live},
    machines::Machines,
    owner::{OwnerEnded, bookings::Bookings, people::People, tell::Teller},
    sign::Signing,
    view::Moment,
};

/// A clock that is set back by less than this stands still instead: nobody notices, and order is kept.
const STEP_BACK_MS_MAX: i64 = 2_000;

/// The owner's books.
pub(crate) struct Books {
    pub(super) office: Arc<Office>,
    /// How long a visit takes, as the office expects it.
    pub(super) pace: Pace,
    clock: Clock,
    pub(super) live: Arc<Live>,
    /// The kiosks, which staff sees beside the queue.
    pub(crate) machines: Arc<Machines>,
    /// The forms that stand on counters' tablets.
    pub(crate) signing: Arc<Signing>,
    pub(super) state: State,
    pub(super) seq: u64,
    pub(super) now: DateTime<Utc>,
    /// The newest instant that was ever read, or stands in the log.
    newest: DateTime<Utc>,
    /// Whether it was said that the clock went back.
    behind: bool,
    pub(super) people: People,
    /// The cases that were changed today since the hub started, with their revisions.
    pub(super) changed_cases: BTreeMap<TicketId, u32>,
    /// Today's tickets whose case came, or went, after they were issued, and whether it is there.
    pub(super) late_cases: BTreeMap<TicketId, bool>,
    pub(super) bookings: Bookings,
    pub(super) teller: Teller,
    /// Cases were erased, or changed, and the write-ahead log may still hold what they were.
    pub(super) erased: bool,
    /// A business day began, and a backup is to be made.
    pub(super) backup_due: bool,
    /// When the newest backup was made.
    pub(super) last_backup: Option<DateTime<Utc>>,
    /// The last attempt at one failed.
    pub(super) backup_failed: bool,
    /// Files for other systems whose time is over and that could not be deleted, when it was tried last.
    pub(super) handoffs_left: usize,
    /// Groups that were committed since the hub started.
    pub(super) commits: u64,
}

/// How the office is, for whoever watches over the hub.
#[derive(Debug, Clone)]
pub(crate) struct Pulse {
    /// The last event there is.
    pub(crate) seq: u64,
    /// The business day.
    pub(crate) day: BusinessDay,
    /// By how much the clock is behind the newest instant.
    pub(crate) behind_ms: u64,
    /// Whether the reservation service answered last; absent where there is none.
    pub(crate) bookings_ok: Option<bool>,
    /// When the newest backup was made.
    pub(crate) last_backup: Option<DateTime<Utc>>,
    /// The last attempt at one failed.
    pub(crate) backup_failed: bool,
    /// Files for other systems whose time is over and that could not be deleted.
    pub(crate) handoffs_left: usize,
    /// Groups that were committed since the hub started.
    pub(crate) commits: u64,
}

/// Who asks, and from where.
#[derive(Clone, Copy)]
pub(super) struct By<'a> {
    pub(super) actor: &'a Actor,
    pub(super) place: &'a str,
}

impl By<'static> {
    /// The hub itself.
    pub(super) const HUB: Self = Self {
        actor: &Actor::Hub,
        place: "hub",
    };
}

impl By<'_> {
    /// How much of a ticket whoever asks may know: a kiosk stands in the hall.
    pub(super) fn audience(self) -> Audience {
        match self.actor {
            Actor::Kiosk(_) => Audience::Hall,
            Actor::Hub | Actor::Clerk(_) => Audience::Staff,
        }
    }
}

impl Books {
    /// The books as the log and the mirror have them.
    pub(crate) fn open(
        office: Arc<Office>,
        clock: Clock,
        live: impl FnOnce(u64) -> Arc<Live>,
        reader: &Reader,
    ) -> Result<Self, StoreError> {
        let (state, seq) = reader.state()?;
        let now = clock.now();
        let last = reader.events_after(seq.saturating_sub(1), 1)?;
        let newest = last.iter().map(|(_, event)| event.at).fold(now, Ord::max);
        let live = live(seq);
        let mut books = Self {
            pace: Pace::of(&office.rules),
            machines: Arc::new(Machines::new(Arc::clone(&live), &office.kiosk.names)),
            signing: Arc::default(),
            office,
            clock,
            live,
            state,
            seq,
            now,
            newest,
            behind: false,
            people: People::read(reader)?,
            changed_cases: BTreeMap::new(),
            late_cases: BTreeMap::new(),
            bookings: Bookings::default(),
            teller: Teller::default(),
            // The hub before this one may have died between an erasure and the scrub after it.
            erased: true,
            backup_due: false,
            last_backup: None,
            backup_failed: false,
            handoffs_left: 0,
            commits: 0,
        };
        books.look_at_the_clock();
        books.read_late_cases(reader)?;
        books.read_bookings(reader)?;
        books.begin_telling();
        Ok(books)
    }

    /// The tickets whose case came or went after they were issued, as the database has them.
    fn read_late_cases(&mut self, reader: &Reader) -> Result<(), StoreError> {
        for visit in reader.visits(self.day())? {
            let issued = self.state.ticket(&visit.ticket);
            if issued.is_some_and(|it| it.has_case != visit.has_case) {
                self.late_cases.insert(visit.ticket, visit.has_case);
            }
        }
        Ok(())
    }

    /// The queue and the office at the time of this group.
    pub(crate) fn moment(&self) -> Moment<'_> {
        Moment {
            office: &self.office,
            state: &self.state,
            people: &self.people,
            changed_cases: &self.changed_cases,
            late_cases: &self.late_cases,
            seq: self.seq,
            now: self.now,
        }
    }

    /// The time of this group.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// The business day of the queue; before the first one, the one that the clock shows.
    pub(super) fn day(&self) -> BusinessDay {
        let shown = || self.office.rules.day(self.now);
        self.state.day().unwrap_or_else(shown)
    }

    /// How the office is.
    pub(super) fn pulse(&self) -> Pulse {
        let behind = self.newest - self.clock.now();
        let freshness = self.bookings.freshness.as_ref();
        Pulse {
            seq: self.seq,
            day: self.day(),
            behind_ms: u64::try_from(behind.num_milliseconds()).unwrap_or_default(),
            bookings_ok: freshness.map(|freshness| freshness.ok),
            last_backup: self.last_backup,
            backup_failed: self.backup_failed,
            handoffs_left: self.handoffs_left,
            commits: self.commits,
        }
    }

    /// How many backups the office keeps.
    pub(super) fn backups_kept(&self) -> u32 {
        u32::from(self.office.retention.backups_kept)
    }

    /// One reading for the whole group. A clock that went back is followed, because opening hours and waits are
    /// real times; the order of things is the log's, and the business day never turns back.
    pub(super) fn look_at_the_clock(&mut self) {
        let read = self.clock.now();
        let behind_ms = (self.newest - read).num_milliseconds();
        if behind_ms <= 0 {
            if std::mem::take(&mut self.behind) {
                tracing::info!("the clock has caught up");
            }
            self.newest = read;
            self.now = read;
        } else if behind_ms < STEP_BACK_MS_MAX {
            self.now = self.newest;
        } else {
            if !std::mem::replace(&mut self.behind, true) {
                tracing::warn!(behind_ms, newest = %self.newest, "the clock went back");
            }
            self.now = read;
        }
    }

    /// Whether a new business day is to be begun.
    pub(super) fn day_is_over(&self) -> bool {
        let today = self.office.rules.day(self.now);
        self.state.day().is_none_or(|day| day < today)
    }

    /// Begins the business day if its time has come, and lets go of what only the day before needed.
    pub(super) fn turn_the_day(&mut self, batch: &mut Batch<'_>) -> Result<(), OwnerEnded> {
        if !self.day_is_over() {
            return Ok(());
        }
        // A refusal of this command cannot be: it says nothing but what time it is.
        let _ = self.decide(batch, By::HUB, &queue::Command::StartDay)?;
        let rules = &self.office.rules;
        let (dawn, _) = rules.day(self.now).bounds(rules.zone, rules.day_starts);
        let erased = batch.erase_cases_sealed_before(dawn, self.now)?;
        if erased > 0 {
            self.audit(
                batch,
                By::HUB,
                Action::CasesErased,
                Some(erased.to_string()),
            )?;
        }
        let unused = self.erase_prepared(batch)?;
        if unused > 0 {
            let subject = Some(format!("prepared {unused}"));
            self.audit(batch, By::HUB, Action::CasesErased, subject)?;
        }
        let purged = batch.purge(&retention(&self.office), self.now)?;
        self.erased |= erased + unused > 0 || purged.anything();
        self.backup_due = true;
        tracing::info!(day = %self.day(), case.erased = erased, "a business day began");
        Ok(())
    }

    /// Writes down what somebody did besides moving the queue.
    pub(super) fn audit(
        &self,
        batch: &mut Batch<'_>,
        by: By<'_>,
        action: Action,
        subject: Option<String>,
    ) -> Result<(), StoreError> {
        batch.audit(&AuditEntry {
            at: self.now,
            actor: by.actor.clone(),
            place: by.place.to_owned(),
            action,
            subject,
        })?;
        Ok(())
    }

    /// Stores events and follows them.
    pub(super) fn follow(
        &mut self,
        batch: &mut Batch<'_>,
        events: &[Event],
        place: &str,
    ) -> Result<(), OwnerEnded> {
        if events.is_empty() {
            return Ok(());
        }
        for event in events {
            self.state.evolve(event)?;
            self.hear(event);
        }
        self.seq = batch.append(events, &self.state, place)?;
        Ok(())
    }
}

/// What the office keeps, in the store's words.
pub(crate) fn retention(office: &Office) -> store::Retention {
    let kept = office.retention;
    store::Retention {
        tickets_days: u32::from(kept.tickets_days),
        audit_days: u32::from(kept.audit_days),
        backups_kept: u32::from(kept.backups_kept),
        answers_hours: u32::from(kept.answers_hours),
    }
}
