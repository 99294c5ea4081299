//! What the owner keeps: the queue, today's bookings, and what it has told.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use axum::body::Bytes;
use booking::{Cursor, Local, Plan, RemoteAppointment, RemoteId, Status, Window, canonical};
use chrono::{DateTime, TimeDelta, Utc};
use office::Office;
use queue::{
    Actor, AppointmentNumber, CounterId, Event, EventKind, State, Ticket, TicketId, TicketState,
};
use store::{Appointment, Batch, BookingChanges, Reader, StoreError};
use wire::{
    Code,
    office::{BookingView, Freshness, Live as Message},
};

use crate::{
    clock::Clock,
    live::{Live, Snapshot},
    owner::{OwnerEnded, carry},
    problem::Refused,
    view::{Moment, ORDER_TOLD_MAX},
};

/// The one reservation service of the office, in the store's words.
const SOURCE: &str = "caldav";
/// A snapshot may be this old where nothing but time has passed since.
const SNAPSHOT_AGE_MS_MAX: i64 = 1_000;
/// The answers of commands are remembered so long; a kiosk that retries gives up much earlier.
const ANSWERS_HOURS_MAX: i64 = 48;
/// Where nothing else changed, clients are told this often how fresh the bookings are.
const FRESHNESS_TOLD_MINUTES: i64 = 5;

/// What the mirror holds.
pub(crate) struct Mirror {
    /// The appointments.
    pub(crate) rows: Vec<Local>,
    /// Where the last round ended.
    pub(crate) cursor: Option<Cursor>,
}

/// The owner's books.
pub(crate) struct Books {
    office: Arc<Office>,
    clock: Clock,
    live: Arc<Live>,
    state: State,
    seq: u64,
    now: DateTime<Utc>,
    bookings: Vec<Appointment>,
    freshness: Option<Freshness>,
    news: News,
    told: Told,
    snapshot: Option<(DateTime<Utc>, Snapshot)>,
    /// Cases were erased, and the write-ahead log may still hold them.
    pub(super) erased: bool,
}

/// What happened in this group and is to be told after its commit.
#[derive(Default)]
struct News {
    tickets: BTreeSet<TicketId>,
    counters: BTreeSet<CounterId>,
    help: bool,
    /// More changed than a change can tell.
    everything: bool,
    bookings: bool,
}

/// What clients were told last of the things that time alone changes.
#[derive(Default)]
struct Told {
    order: Vec<String>,
    open: Vec<bool>,
    freshness: Option<Freshness>,
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
        let mut books = Self {
            office,
            clock,
            live: live(seq),
            state,
            seq,
            now,
            bookings: Vec::new(),
            freshness: None,
            news: News::default(),
            told: Told::default(),
            snapshot: None,
            erased: false,
        };
        books.read_bookings(reader)?;
        books.told = books.tellable();
        Ok(books)
    }

    /// The queue and the office at the time of this group.
    pub(crate) fn moment(&self) -> Moment<'_> {
        Moment {
            office: &self.office,
            state: &self.state,
            seq: self.seq,
            now: self.now,
        }
    }

    /// The time of this group.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// One reading for the whole group.
    pub(super) fn look_at_the_clock(&mut self) {
        self.now = self.clock.now();
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
        let _ = self.decide(batch, &Actor::Hub, &queue::Command::StartDay)?;
        let rules = &self.office.rules;
        let (dawn, _) = rules.day(self.now).bounds(rules.zone, rules.day_starts);
        let erased = batch.erase_cases_sealed_before(dawn, self.now)?;
        self.erased |= erased > 0;
        batch.forget_answers(self.now - TimeDelta::hours(ANSWERS_HOURS_MAX))?;
        batch.end_expired_sessions(self.now)?;
        tracing::info!(day = %rules.day(self.now), case.erased = erased, "a business day began");
        Ok(())
    }

    /// Stores events and follows them.
    pub(super) fn follow(
        &mut self,
        batch: &mut Batch<'_>,
        events: &[Event],
    ) -> Result<(), OwnerEnded> {
        if events.is_empty() {
            return Ok(());
        }
        for event in events {
            self.state.evolve(event)?;
            self.note(event);
        }
        self.seq = batch.append(events, &self.state)?;
        Ok(())
    }

    fn note(&mut self, event: &Event) {
        let news = &mut self.news;
        news.counters.extend(event.kind.counter().cloned());
        if let Some(ticket) = event.kind.ticket().and_then(|id| self.state.ticket(&id)) {
            news.tickets.insert(ticket.id);
            news.counters.extend(ticket.counter.clone());
        }
        match &event.kind {
            EventKind::DayStarted { .. } => {
                news.everything = true;
                news.bookings = true;
            }
            EventKind::HelpAsked { .. } | EventKind::HelpAnswered { .. } => news.help = true,
            EventKind::Issued { ticket, .. } | EventKind::Cancelled { ticket } => {
                // The booking's line changes with its ticket.
                let booked = self.state.ticket(ticket);
                news.everything |= booked.is_some_and(|ticket| ticket.appointment.is_some());
            }
            EventKind::SlipReported { .. }
            | EventKind::CounterOpened { .. }
            | EventKind::CounterClosed { .. }
            | EventKind::Called { .. }
            | EventKind::Recalled { .. }
            | EventKind::ServiceStarted { .. }
            | EventKind::Finished { .. }
            | EventKind::NoShow { .. }
            | EventKind::Restored { .. }
            | EventKind::Undone { .. } => {}
        }
    }

    /// Tells whoever watches what the group did, or what time did.
    pub(super) fn tell(&mut self, reader: &Reader) -> Result<(), StoreError> {
        let news = std::mem::take(&mut self.news);
        if news.bookings {
            self.read_bookings(reader)?;
        }
        let tellable = self.tellable();
        let everything = news.everything
            || tellable.open != self.told.open
            || tellable.freshness_is_news(&self.told);
        let something = !news.tickets.is_empty()
            || !news.counters.is_empty()
            || news.help
            || tellable.order != self.told.order;
        if everything {
            self.told = tellable;
            self.snapshot = None;
            match self.snapshot() {
                Ok(snapshot) => self.live.replace(self.seq, snapshot.json),
                Err(refused) => tracing::error!(?refused, "a snapshot could not be written"),
            }
            self.snapshot = None;
        } else if something {
            self.told.order.clone_from(&tellable.order);
            let order = tellable.order;
            let change = self.moment().change(&news.tickets, &news.counters, order);
            match serde_json::to_vec(&Message::Change { change }) {
                Ok(json) => self.live.change(self.seq, Bytes::from(json)),
                Err(error) => tracing::error!(%error, "a change could not be written"),
            }
            self.snapshot = None;
        }
        Ok(())
    }

    fn tellable(&self) -> Told {
        Told {
            order: self.moment().order(ORDER_TOLD_MAX),
            open: self.moment().open().collect(),
            freshness: self.freshness.clone(),
        }
    }

    /// A snapshot; the same one for everybody who asks at the same time.
    pub(crate) fn snapshot(&mut self) -> Result<Snapshot, Refused> {
        if let Some((at, snapshot)) = &self.snapshot
            && (self.now - *at).num_milliseconds().abs() < SNAPSHOT_AGE_MS_MAX
        {
            return Ok(snapshot.clone());
        }
        let view = self
            .moment()
            .office(self.booking_views(), self.freshness.clone());
        let office = serde_json::to_vec(&view)
            .map_err(|error| Refused::internal("writing a snapshot", &error))?;
        let json = [br#"{"kind":"snapshot","office":"#, office.as_slice(), b"}"].concat();
        let snapshot = Snapshot {
            ordinal: self.live.ordinal(),
            seq: self.seq,
            json: Bytes::from(json),
            office: Bytes::from(office),
        };
        self.snapshot = Some((self.now, snapshot.clone()));
        Ok(snapshot)
    }

    /// The booking that a citizen means by what they typed, and its number in the one spelling that tickets carry.
    pub(super) fn booking(&self, typed: &str) -> Result<(BookingView, AppointmentNumber), Refused> {
        let wanted = canonical(typed).ok_or(Refused::from(Code::BookingUnknown))?;
        if let Some(ticket) = self.checked_in().get(&wanted) {
            return Err(carry::used(ticket.number));
        }
        let same = |row: &&Appointment| canonical(row.number.as_str()).as_ref() == Some(&wanted);
        let row = self
            .bookings
            .iter()
            .filter(same)
            .min_by_key(|row| (row.cancelled, row.start))
            .ok_or(Refused::from(Code::BookingUnknown))?;
        Ok((booking_view(row, &BTreeMap::new()), row.number.clone()))
    }

    fn booking_views(&self) -> Vec<BookingView> {
        let checked_in = self.checked_in();
        self.bookings
            .iter()
            .map(|row| booking_view(row, &checked_in))
            .collect()
    }

    /// Today's tickets that stand for a booking, by the booking's canonical number.
    fn checked_in(&self) -> BTreeMap<String, &Ticket> {
        self.state
            .tickets()
            .filter(|ticket| ticket.state != TicketState::Cancelled)
            .filter_map(|ticket| {
                let (booked, _) = ticket.appointment.as_ref()?;
                Some((canonical(booked.number.as_str())?, ticket))
            })
            .collect()
    }

    fn read_bookings(&mut self, reader: &Reader) -> Result<(), StoreError> {
        if self.office.bookings.is_none() {
            return Ok(());
        }
        let rules = &self.office.rules;
        let day = self.state.day().unwrap_or_else(|| rules.day(self.now));
        let (dawn, dusk) = day.bounds(rules.zone, rules.day_starts);
        self.bookings = reader.appointments(dawn, dusk)?;
        let source = reader.source(SOURCE)?;
        self.freshness = Some(Freshness {
            at: source
                .as_ref()
                .and_then(|source| source.pulled_at)
                .map(|at| at.timestamp_millis()),
            ok: source.is_some_and(|source| source.ok),
        });
        Ok(())
    }

    /// What the mirror holds of these days.
    pub(super) fn mirror(&self, window: &Window, reader: &Reader) -> Result<Mirror, StoreError> {
        let (from, to) = window.bounds();
        let checked_in = self.checked_in();
        let rows = reader.appointments(from, to)?;
        let cursor = reader.source(SOURCE)?.and_then(|source| source.cursor);
        Ok(Mirror {
            rows: rows
                .into_iter()
                .filter_map(|row| {
                    let number = canonical(row.number.as_str());
                    Some(Local {
                        remote_id: RemoteId::new(row.remote_id)?,
                        rev: row.revision,
                        // The mirror keeps our own word; the guards only compare it with itself.
                        service_ref: row.service.map(|service| service.to_string()),
                        start: row.start,
                        end: row.end,
                        cancelled: row.cancelled,
                        checked_in: number.is_some_and(|number| checked_in.contains_key(&number)),
                    })
                })
                .collect(),
            cursor: cursor.and_then(|text| Cursor::parse(&text)),
        })
    }

    /// Applies what the booking engine decided. Where it gives no cursor, the one `before` stays, so that
    /// what is held back is heard of again.
    pub(super) fn apply(
        &mut self,
        plan: &Plan,
        before: Option<&Cursor>,
        batch: &mut Batch<'_>,
    ) -> Result<(), StoreError> {
        let upserts: Vec<Appointment> = plan
            .upserts
            .iter()
            .filter_map(|told| self.row(told))
            .collect();
        self.news.bookings = true;
        self.news.everything |= !upserts.is_empty() || !plan.cancels.is_empty();
        batch.apply_bookings(&BookingChanges {
            source: SOURCE.to_owned(),
            upserts,
            gone: plan.cancels.iter().map(ToString::to_string).collect(),
            cursor: plan.cursor.as_ref().or(before).map(ToString::to_string),
            at: self.now,
        })
    }

    /// The mirror's row of an appointment; a booking without a number cannot be checked in and is left out.
    fn row(&self, told: &RemoteAppointment) -> Option<Appointment> {
        let number = told.number.as_ref()?;
        // As it was given, where a ticket can carry it so: then slip, ticket and booking show the same number.
        let number = AppointmentNumber::parse(number.given())
            .or_else(|_| AppointmentNumber::parse(number.canonical()))
            .ok()?;
        let services = self.office.bookings.as_ref().map(|source| &source.services);
        let word = told.service_ref.as_deref();
        let service = services.and_then(|services| services.get(word?)).cloned();
        Some(Appointment {
            source: SOURCE.to_owned(),
            remote_id: told.remote_id.to_string(),
            revision: told.rev.clone(),
            number,
            service,
            summary: told.summary.clone(),
            start: told.start,
            end: told.end,
            cancelled: told.status == Status::Cancelled,
        })
    }

    /// The reservation service did not answer.
    pub(super) fn pull_failed(&mut self, batch: &mut Batch<'_>) -> Result<(), StoreError> {
        self.news.bookings = true;
        batch.pull_failed(SOURCE, self.now)
    }
}

impl Told {
    fn freshness_is_news(&self, told: &Self) -> bool {
        match (&self.freshness, &told.freshness) {
            (Some(new), Some(old)) => {
                let later_ms = new.at.unwrap_or_default() - old.at.unwrap_or_default();
                new.ok != old.ok || later_ms >= FRESHNESS_TOLD_MINUTES * 60_000
            }
            (new, old) => new != old,
        }
    }
}

fn booking_view(row: &Appointment, checked_in: &BTreeMap<String, &Ticket>) -> BookingView {
    let ticket = canonical(row.number.as_str()).and_then(|number| checked_in.get(&number).copied());
    BookingView {
        number: row.number.to_string(),
        service: row.service.as_ref().map(ToString::to_string),
        summary: row.summary.clone(),
        start: row.start.timestamp_millis(),
        end: row.end.timestamp_millis(),
        ticket: ticket.map(|ticket| ticket.id.to_string()),
        cancelled: row.cancelled,
    }
}
