//! What is told to whoever watches: changes as they are committed, waits at most once a second, snapshots on demand.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use queue::{CounterId, Event, EventKind, Ticket, TicketId, TicketNumber, TicketState};
use store::{Reader, StoreError};
use wire::office::{BookingView, Bracket, Freshness, Live as Message, ServiceNow, StaffView};

use crate::{
    clock::Stopwatch,
    live::{self, Audience, Both, Snapshot},
    owner::{Books, bookings, people::People},
    problem::Refused,
    view::{Beside, Extra, ORDER_TOLD_MAX, opening_of},
};

/// A snapshot may be this old where nothing but time has passed since.
const SNAPSHOT_AGE_MS_MAX: i64 = 1_000;
/// Waits are worked out anew after this time; they are told only when they differ.
const WAITS_AGE_MS_MAX: i64 = 1_000;
/// The same for the waits of single tickets.
const BRACKETS_AGE_MS_MAX: i64 = 3_000;
/// However long working it out takes, it is done this often.
const REST_MS_MAX: i64 = 15_000;
/// With more people waiting, a single ticket's wait is not worked out while somebody waits for the slip.
const WORKED_OUT_WAITING_MAX: usize = 500;
/// Where nothing else changed, clients are told this often how fresh the bookings are.
const FRESHNESS_TOLD_MINUTES: i64 = 5;

/// What was told, and what is to be told.
#[derive(Default)]
pub(super) struct Teller {
    news: News,
    told: Told,
    hall: Option<(DateTime<Utc>, Snapshot)>,
    staff: Option<(DateTime<Utc>, Snapshot)>,
    waits: Waits,
    /// How long each waiting ticket will wait, and until when that may be said.
    brackets: Option<(DateTime<Utc>, BTreeMap<TicketId, queue::Bracket>)>,
}

/// What happened in this group and is to be told after its commit.
#[derive(Default)]
struct News {
    tickets: BTreeSet<TicketId>,
    counters: BTreeSet<CounterId>,
    help: bool,
    alarms: bool,
    notice: bool,
    /// Bookings, or tickets that stand for some.
    bookings: bool,
    /// The mirror has other bookings than were read.
    mirror: bool,
    /// Somebody sat down, or something was passed on to somebody.
    people: bool,
    /// A business day began.
    day: bool,
}

/// What clients were told last of the things that are not said with every change.
#[derive(Default)]
struct Told {
    order: Vec<TicketNumber>,
    staff: Option<StaffView>,
    bookings: Vec<BookingView>,
    freshness: Option<Freshness>,
}

/// How long each service's newcomer would wait.
#[derive(Default)]
struct Waits {
    /// When it is to be worked out anew; absent: at once.
    due: Option<DateTime<Utc>>,
    services: Vec<ServiceNow>,
    told: Vec<ServiceNow>,
}

impl Books {
    /// What was so when the hub started was told by nobody, and needs no telling.
    pub(super) fn begin_telling(&mut self) {
        self.teller.told = Told {
            order: self.moment().order(ORDER_TOLD_MAX),
            staff: Some(self.moment().staff()),
            bookings: self.bookings.views(&self.state),
            freshness: self.bookings.freshness.clone(),
        };
        self.work_out_waits();
        self.teller.waits.told = self.teller.waits.services.clone();
    }

    /// The mirror has other bookings, or is of another age.
    pub(super) fn bookings_moved(&mut self) {
        self.teller.news.mirror = true;
    }

    /// A case was changed: whoever has it open is told that there is another revision, and nothing of what is in it.
    pub(super) fn case_changed(&mut self, ticket: TicketId, revision: u32) {
        self.changed_cases.insert(ticket, revision);
        self.teller.news.tickets.insert(ticket);
    }

    /// Takes down what an event changed.
    pub(super) fn hear(&mut self, event: &Event) {
        let news = &mut self.teller.news;
        news.counters.extend(event.kind.counter().cloned());
        let ticket = event.kind.ticket().and_then(|id| self.state.ticket(&id));
        if let Some(ticket) = ticket {
            news.tickets.insert(ticket.id);
        }
        match &event.kind {
            EventKind::DayStarted { .. } => {
                news.day = true;
                self.changed_cases.clear();
                self.late_cases.clear();
            }
            EventKind::HelpAsked { .. } | EventKind::HelpAnswered { .. } => news.help = true,
            EventKind::AlarmRaised { .. } | EventKind::AlarmCleared { .. } => news.alarms = true,
            EventKind::Announced { .. } => news.notice = true,
            EventKind::Issued { .. } | EventKind::Cancelled { .. } | EventKind::Undone { .. } => {
                // The booking's line changes with its ticket.
                news.bookings |= ticket.is_some_and(|ticket| ticket.appointment.is_some());
                // A ticket that is taken back may have stood at a counter.
                news.counters
                    .extend(ticket.and_then(|ticket| ticket.counter.clone()));
            }
            EventKind::CounterOpened { .. } | EventKind::CounterTakenOver { .. } => {
                news.people = true;
                self.teller.waits.due = None;
            }
            EventKind::CounterAssigned { .. }
            | EventKind::CounterPaused { .. }
            | EventKind::CounterResumed { .. }
            | EventKind::CounterClosed { .. }
            | EventKind::StaffDeclared { .. } => self.teller.waits.due = None,
            EventKind::Transferred { .. } => news.people = true,
            EventKind::SlipReported { .. }
            | EventKind::Leased { .. }
            | EventKind::NumbersSkipped { .. }
            | EventKind::Called { .. }
            | EventKind::Recalled { .. }
            | EventKind::ServiceStarted { .. }
            | EventKind::Finished { .. }
            | EventKind::NoShow { .. }
            | EventKind::Held { .. }
            | EventKind::Restored { .. }
            | EventKind::Planned { .. }
            | EventKind::Prioritised { .. } => {}
        }
    }

    /// Tells whoever watches what the group did, or what time did to the order.
    pub(super) fn tell(&mut self, reader: &Reader) -> Result<(), StoreError> {
        self.signing.tell(&self.state, self.now);
        let news = std::mem::take(&mut self.teller.news);
        if news.people {
            self.people = People::read(reader)?;
        }
        if news.mirror || news.day {
            self.read_bookings(reader)?;
        }
        let extra = if news.day { None } else { self.extra(&news) };
        match extra {
            Some(extra) => self.tell_change(&news, &extra),
            None => self.tell_everything(),
        }
        Ok(())
    }

    /// What a change says beside tickets, counters and order; `None` when it cannot say it.
    fn extra(&mut self, news: &News) -> Option<Extra> {
        let mut extra = Extra {
            help: news.help,
            alarms: news.alarms,
            notice: news.notice,
            ..Extra::default()
        };
        let staff = Some(self.moment().staff());
        if staff != self.teller.told.staff {
            extra.staff = staff;
            self.teller.told.staff = staff;
        }
        if news.bookings || news.mirror {
            let bookings = self.bookings.views(&self.state);
            extra.bookings = bookings::moved(&self.teller.told.bookings, &bookings)?;
            self.teller.told.bookings = bookings;
        }
        let freshness = &self.bookings.freshness;
        if is_news(freshness.as_ref(), self.teller.told.freshness.as_ref()) {
            extra.freshness.clone_from(freshness);
            self.teller.told.freshness.clone_from(freshness);
        }
        Some(extra)
    }

    fn tell_change(&mut self, news: &News, extra: &Extra) {
        let order = self.moment().order(ORDER_TOLD_MAX);
        // An event that shows nowhere, such as a lease, moves the sequence all the same.
        let nothing = self.seq == self.live.seq()
            && news.tickets.is_empty()
            && news.counters.is_empty()
            && order == self.teller.told.order
            && !(extra.help || extra.alarms || extra.notice)
            && extra.staff.is_none()
            && extra.bookings.is_empty()
            && extra.freshness.is_none();
        if nothing {
            return;
        }
        let json = |audience| {
            let moment = self.moment();
            let change = moment.change(&news.tickets, &news.counters, &order, extra, audience);
            serde_json::to_vec(&Message::Change { change })
        };
        match (json(Audience::Hall), json(Audience::Staff)) {
            (Ok(hall), Ok(staff)) => self.live.change(self.seq, &Both { hall, staff }),
            (Err(error), _) | (_, Err(error)) => {
                tracing::error!(%error, "a change could not be written");
            }
        }
        self.teller.told.order = order;
        self.forget_snapshots();
    }

    fn tell_everything(&mut self) {
        self.work_out_waits();
        self.teller.told = Told {
            order: self.moment().order(ORDER_TOLD_MAX),
            staff: Some(self.moment().staff()),
            bookings: self.bookings.views(&self.state),
            freshness: self.bookings.freshness.clone(),
        };
        self.forget_snapshots();
        match (
            self.snapshot(Audience::Hall),
            self.snapshot(Audience::Staff),
        ) {
            (Ok(hall), Ok(staff)) => {
                let (hall, staff) = (hall.event, staff.event);
                self.live.replace(self.seq, Both { hall, staff });
                // What a kiosk told meanwhile is not in it.
                self.machines.tell_again(self.now());
                self.teller.waits.told = self.teller.waits.services.clone();
            }
            (Err(refused), _) | (_, Err(refused)) => {
                tracing::error!(?refused, "a snapshot could not be written");
            }
        }
        // They stand before the publication that carries them.
        self.forget_snapshots();
    }

    fn forget_snapshots(&mut self) {
        self.teller.hall = None;
        self.teller.staff = None;
    }

    /// A snapshot; the same one for everybody of an audience who asks at the same time.
    pub(crate) fn snapshot(&mut self, audience: Audience) -> Result<Snapshot, Refused> {
        let kept = match audience {
            Audience::Hall => &self.teller.hall,
            Audience::Staff => &self.teller.staff,
        };
        // Before anything is looked at: what is told from here on is told beside the snapshot.
        let ordinal = self.live.ordinal();
        if let Some((at, snapshot)) = kept
            && snapshot.ordinal == ordinal
            && (self.now() - *at).num_milliseconds().abs() < SNAPSHOT_AGE_MS_MAX
        {
            return Ok(snapshot.clone());
        }
        let beside = Beside {
            services: self.teller.waits.services.clone(),
            bookings: match audience {
                Audience::Hall => Vec::new(),
                Audience::Staff => self.bookings.views(&self.state),
            },
            freshness: self.bookings.freshness.clone(),
            machines: match audience {
                Audience::Hall => None,
                Audience::Staff => Some(self.machines.seen()),
            },
        };
        let view = self.moment().office(beside, audience);
        let office = serde_json::to_vec(&view)
            .map_err(|error| Refused::internal("writing a snapshot", &error))?;
        let json = [br#"{"kind":"snapshot","office":"#, office.as_slice(), b"}"].concat();
        let snapshot = Snapshot {
            ordinal,
            seq: self.seq,
            event: live::event(Some(self.seq), &json),
            office: Bytes::from(office),
        };
        let kept = Some((self.now(), snapshot.clone()));
        match audience {
            Audience::Hall => self.teller.hall = kept,
            Audience::Staff => self.teller.staff = kept,
        }
        Ok(snapshot)
    }

    /// Works out and tells how long newcomers would wait, when it is time to; the group's answers are out by then.
    pub(super) fn estimate(&mut self) {
        let now = self.now();
        // A clock that went back is not waited for.
        let soon = |due: DateTime<Utc>| now < due && due - now <= TimeDelta::minutes(1);
        if self.teller.waits.due.is_some_and(soon) {
            return;
        }
        self.work_out_waits();
        let waits = &mut self.teller.waits;
        if waits.services == waits.told {
            return;
        }
        waits.told.clone_from(&waits.services);
        let message = Message::Waits {
            at: now.timestamp_millis(),
            services: waits.services.clone(),
        };
        match serde_json::to_vec(&message) {
            Ok(json) => self.live.waits(&json),
            Err(error) => tracing::error!(%error, "waits could not be written"),
        }
        self.forget_snapshots();
    }

    fn work_out_waits(&mut self) {
        let moment = self.moment();
        let (state, rules) = (moment.state, &moment.office.rules);
        let watch = Stopwatch::start();
        let services = rules.services.iter().map(|service| {
            let is_full = service
                .capacity
                .is_some_and(|capacity| state.issued(&service.id) >= capacity);
            let (opening, until) = opening_of(rules.opening(service, moment.now), is_full);
            let waiting = state.waiting_for(&service.id);
            let wait = state.newcomer(rules, &self.pace, &service.id, moment.now);
            ServiceNow {
                service: service.id.to_string(),
                opening,
                until: until.map(|until| until.timestamp_millis()),
                waiting: u32::try_from(waiting).unwrap_or(u32::MAX),
                wait: wait.map(bracket),
            }
        });
        let services = services.collect();
        let age_ms_max = rest_ms(watch.ms(), WAITS_AGE_MS_MAX);
        let waits = &mut self.teller.waits;
        waits.services = services;
        waits.due = Some(self.now + TimeDelta::milliseconds(age_ms_max));
    }

    /// How long somebody who has just got a ticket will wait, while that can be said.
    pub(super) fn wait_at_issue(&self, ticket: &Ticket) -> Option<Bracket> {
        if ticket.state != TicketState::Waiting {
            return None;
        }
        if ticket.considerate || ticket.slot().is_some() {
            // Not a newcomer like others: worked out for this one, where that is quickly done.
            let moment = self.moment();
            let few = moment.state.waiting() <= WORKED_OUT_WAITING_MAX;
            let brackets = few.then(|| {
                moment
                    .state
                    .brackets(&moment.office.rules, &self.pace, moment.now)
            });
            return brackets?.get(&ticket.id).copied().map(bracket);
        }
        let mut services = self.teller.waits.services.iter();
        let its = services.find(|now| now.service == ticket.service.as_str());
        its?.wait
    }

    /// How long a ticket will still wait, as the phone page asks.
    pub(super) fn wait_of(&mut self, ticket: &TicketId) -> Option<Bracket> {
        let now = self.now();
        let due = self.teller.brackets.as_ref().map(|(due, _)| *due);
        if due.is_none_or(|due| now >= due || due - now > TimeDelta::minutes(1)) {
            let moment = self.moment();
            let watch = Stopwatch::start();
            let brackets = moment.state.brackets(&moment.office.rules, &self.pace, now);
            let due = now + TimeDelta::milliseconds(rest_ms(watch.ms(), BRACKETS_AGE_MS_MAX));
            self.teller.brackets = Some((due, brackets));
        }
        let (_, brackets) = self.teller.brackets.as_ref()?;
        brackets.get(ticket).copied().map(bracket)
    }
}

/// After which rest a work of this cost may be done again, so that at most a fiftieth of the owner's time goes into it.
fn rest_ms(cost_ms: u64, at_least_ms: i64) -> i64 {
    i64::try_from(cost_ms.saturating_mul(50))
        .unwrap_or(i64::MAX)
        .clamp(at_least_ms, REST_MS_MAX)
}

/// Minutes in the contract's words.
fn bracket(bracket: queue::Bracket) -> Bracket {
    Bracket {
        from_min: bracket.from_min,
        to_min: bracket.to_min,
    }
}

fn is_news(new: Option<&Freshness>, old: Option<&Freshness>) -> bool {
    match (new, old) {
        (Some(new), Some(old)) => {
            let later_ms = new.at.unwrap_or_default() - old.at.unwrap_or_default();
            (new.ok, new.held) != (old.ok, old.held) || later_ms >= FRESHNESS_TOLD_MINUTES * 60_000
        }
        (new, old) => new != old,
    }
}
