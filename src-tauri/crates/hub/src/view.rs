//! What pages see, made from the queue's state and the office: pure functions.
//!
//! There are two audiences. The hall sees numbers; the staff sees what a clerk needs beside them.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use chrono::{DateTime, TimeDelta, Utc};
use office::Office;
use queue::{
    CounterId, Destination, Notice, ServiceId, State, Ticket, TicketId, TicketNumber, Weight,
};
use wire::{
    Language, Text, Words,
    office::{
        BoardView, BookingView, Bracket, CallingView, Change, CounterView, Freshness, HelpView,
        OfficeView, ServiceNow, ServiceView, StaffView, TicketView, VisitView,
    },
};

use crate::{live::Audience, machines::Seen, owner::People};

mod words;

pub(crate) use words::{cancel_from, hold_from, opening_of, place_from, slip_from};

/// Waiting tickets whose order a change tells.
pub(crate) const ORDER_TOLD_MAX: usize = 12;
/// Tickets called last that the hall sees although they are done.
const CALLED_SHOWN_MAX: usize = 20;
/// Ended tickets that the staff sees …
const ENDED_SHOWN_MAX: usize = 100;
/// … and for how long.
const ENDED_SHOWN_HOURS: i64 = 2;

/// What the office and the queue look like at one moment.
#[derive(Clone, Copy)]
pub(crate) struct Moment<'a> {
    pub(crate) office: &'a Office,
    pub(crate) state: &'a State,
    pub(crate) people: &'a People,
    /// The cases that were changed today, with their revisions.
    pub(crate) changed_cases: &'a BTreeMap<TicketId, u32>,
    /// Whether a ticket has a case, where that changed after it was issued.
    pub(crate) late_cases: &'a BTreeMap<TicketId, bool>,
    pub(crate) seq: u64,
    pub(crate) now: DateTime<Utc>,
}

/// What stands beside the queue.
pub(crate) struct Beside {
    /// Each service's opening and wait, in the office's order.
    pub(crate) services: Vec<ServiceNow>,
    /// Today's bookings.
    pub(crate) bookings: Vec<BookingView>,
    /// How fresh they are.
    pub(crate) freshness: Option<Freshness>,
    /// The kiosks; absent for the hall.
    pub(crate) machines: Option<Seen>,
}

/// What a change tells beside tickets, counters and order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Extra {
    /// The calls for staff changed.
    pub(crate) help: bool,
    /// The alarms changed.
    pub(crate) alarms: bool,
    /// The notice changed.
    pub(crate) notice: bool,
    /// How many serve, if that changed.
    pub(crate) staff: Option<StaffView>,
    /// Bookings that are other than before.
    pub(crate) bookings: Vec<BookingView>,
    /// How fresh they are, if that is worth telling.
    pub(crate) freshness: Option<Freshness>,
}

impl Moment<'_> {
    /// Everything.
    pub(crate) fn office(&self, beside: Beside, audience: Audience) -> OfficeView {
        let Self { office, state, .. } = *self;
        let staff = audience == Audience::Staff;
        let day = state.day().unwrap_or_else(|| office.rules.day(self.now));
        let counters = office.counters.iter();
        let (kiosks, prints) = match beside.machines {
            Some(Seen { kiosks, prints }) => (kiosks, prints),
            None => Default::default(),
        };
        OfficeView {
            seq: self.seq,
            id: office.id.clone(),
            name: office.name.clone(),
            day: day.to_string(),
            at: self.now.timestamp_millis(),
            zone: office.zone.name().to_owned(),
            languages: office.languages.iter().map(language).collect(),
            services: self.services(beside.services),
            counters: counters
                .filter_map(|counter| self.counter(&counter.id, audience))
                .collect(),
            tickets: self.tickets(audience),
            order: numbers(&self.order(usize::MAX)),
            bookings: if staff { beside.bookings } else { Vec::new() },
            help: self.help(),
            alarms: if staff { self.alarms() } else { Vec::new() },
            staff: self.staff(),
            notice: state.notice().map(notice),
            boards: office.boards.iter().map(board).collect(),
            calling: calling(office),
            bookings_as_of: beside.freshness.filter(|_| staff),
            kiosks,
            prints,
        }
    }

    /// What changed for these tickets and counters, and the order as it is now.
    pub(crate) fn change(
        &self,
        tickets: &BTreeSet<TicketId>,
        counters: &BTreeSet<CounterId>,
        order: &[TicketNumber],
        extra: &Extra,
        audience: Audience,
    ) -> Change {
        let staff = audience == Audience::Staff;
        let changed = tickets.iter().filter_map(|id| self.state.ticket(id));
        let counters = counters.iter();
        Change {
            seq: self.seq,
            at: self.now.timestamp_millis(),
            tickets: changed.map(|it| self.ticket(it, audience)).collect(),
            counters: counters
                .filter_map(|id| self.counter(id, audience))
                .collect(),
            order: numbers(order),
            help: extra.help.then(|| self.help()),
            alarms: (extra.alarms && staff).then(|| self.alarms()),
            bookings: if staff {
                extra.bookings.clone()
            } else {
                Vec::new()
            },
            staff: extra.staff,
            notice: extra
                .notice
                .then(|| self.state.notice().map(notice).unwrap_or_default()),
            bookings_as_of: extra.freshness.clone().filter(|_| staff),
        }
    }

    /// The tickets of a snapshot: those in force, and those that ended lately, by issue.
    fn tickets(&self, audience: Audience) -> Vec<TicketView> {
        let since = match audience {
            Audience::Hall => {
                let called = self.state.tickets().filter_map(|ticket| ticket.called_at);
                nth_newest(called, CALLED_SHOWN_MAX)
            }
            Audience::Staff => {
                let ended = self.state.tickets().filter_map(|ticket| ticket.ended_at);
                nth_newest(ended, ENDED_SHOWN_MAX)
                    .max(self.now - TimeDelta::hours(ENDED_SHOWN_HOURS))
            }
        };
        let lately = |ticket: &Ticket| match audience {
            Audience::Hall => ticket.called_at.is_some_and(|at| at >= since),
            Audience::Staff => ticket.ended_at.is_some_and(|at| at >= since),
        };
        self.state
            .tickets()
            .filter(|ticket| ticket.state.is_in_force() || lately(ticket))
            .map(|ticket| self.ticket(ticket, audience))
            .collect()
    }

    fn services(&self, now: Vec<ServiceNow>) -> Vec<ServiceView> {
        let office = self.office;
        let services = office.rules.services.iter().zip(&office.services);
        services
            .zip(now)
            .map(|((rule, service), now)| ServiceView {
                id: rule.id.to_string(),
                letter: rule.letter.to_string(),
                name: service.name.clone(),
                area: service.area.clone(),
                considerate_at_kiosk: rule.considerate_at_kiosk,
                now,
            })
            .collect()
    }

    /// The numbers of the first waiting tickets in the order in which they would be called.
    pub(crate) fn order(&self, most: usize) -> Vec<TicketNumber> {
        let rules = &self.office.rules;
        let order = self.state.order_first(rules, self.now, most);
        order
            .iter()
            .filter_map(|id| Some(self.state.ticket(id)?.number))
            .collect()
    }

    /// What the phone page of a ticket shows.
    pub(crate) fn visit(&self, id: &TicketId, wait: Option<Bracket>) -> Option<VisitView> {
        let found = self.state.ticket(id)?;
        let service = self.office.service(&found.service)?;
        let counter = found
            .counter
            .as_ref()
            .filter(|_| found.state.is_at_counter())
            .and_then(|id| self.office.counter(id));
        Some(VisitView {
            number: found.number.to_string(),
            service: service.name.clone(),
            state: words::state_of(found.state),
            ahead: self.ahead(id),
            wait,
            then: found.then.iter().map(|id| self.name_of(id)).collect(),
            area: service.area.clone(),
            counter: counter.map(|counter| counter.name.clone()),
            at: self.now.timestamp_millis(),
        })
    }

    /// What people call a service.
    fn name_of(&self, id: &ServiceId) -> Text {
        let service = self.office.service(id);
        service.map(|it| it.name.clone()).unwrap_or_default()
    }

    /// How many of the same service would be called before a ticket; 0 once it was called.
    pub(crate) fn ahead(&self, id: &TicketId) -> u32 {
        self.state
            .ahead(id, &self.office.rules, self.now)
            .unwrap_or_default()
    }

    fn counter(&self, id: &CounterId, audience: Audience) -> Option<CounterView> {
        let counter = self.office.counter(id)?;
        let rule = self.office.rules.counter(id)?;
        let desk = self.state.counter(id);
        let shares = desk.map_or(&rule.services, |desk| &desk.services);
        let staff = audience == Audience::Staff;
        let uneven = shares.iter().any(|share| share.weight != Weight::EVEN);
        let weights = shares.iter().map(|share| share.weight.percent());
        Some(CounterView {
            id: id.to_string(),
            name: counter.name.clone(),
            services: shares.iter().map(|it| it.service.to_string()).collect(),
            open: desk.is_some(),
            paused: desk.is_some_and(|desk| desk.paused),
            clerk: desk
                .filter(|_| staff)
                .map(|desk| self.people.shown(&desk.clerk).to_owned()),
            account: desk.filter(|_| staff).map(|desk| desk.clerk.to_string()),
            weights: if staff && uneven {
                weights.collect()
            } else {
                Vec::new()
            },
            ticket: desk
                .and_then(|desk| desk.ticket)
                .map(|ticket| ticket.to_string()),
        })
    }

    fn help(&self) -> Vec<HelpView> {
        self.state.help().map(help).collect()
    }

    fn alarms(&self) -> Vec<HelpView> {
        self.state.alarms().map(help).collect()
    }

    /// How many serve.
    pub(crate) fn staff(&self) -> StaffView {
        let staff = self.state.staff();
        StaffView {
            counted: staff.counted,
            declared: staff.declared,
        }
    }

    /// A ticket as an audience sees it.
    pub(crate) fn ticket(&self, ticket: &Ticket, audience: Audience) -> TicketView {
        let staff = audience == Audience::Staff;
        let ms = |at: DateTime<Utc>| at.timestamp_millis();
        let appointment = ticket.appointment.as_ref().map(|(booked, _)| booked);
        let (for_counter, for_clerk) = match &ticket.aim {
            Some(Destination::Counter(counter)) => (Some(counter.to_string()), None),
            Some(Destination::Clerk(clerk)) => (None, Some(self.people.shown(clerk).to_owned())),
            Some(Destination::Service(_)) | None => (None, None),
        };
        let since = Some(ticket.waiting_since).filter(|since| *since != ticket.issued_at);
        let note = ticket.note.as_ref().filter(|_| staff);
        TicketView {
            id: ticket.id.to_string(),
            number: ticket.number.to_string(),
            service: ticket.service.to_string(),
            then: ticket.then.iter().map(ToString::to_string).collect(),
            state: words::state_of(ticket.state),
            language: ticket.language.to_string(),
            issued_at: ms(ticket.issued_at),
            waiting_since: since.map(ms),
            considerate: staff && ticket.considerate,
            for_counter: for_counter.filter(|_| staff),
            for_clerk: for_clerk.filter(|_| staff),
            note: note.map(ToString::to_string),
            hold: ticket.hold.filter(|_| staff).map(words::hold_of),
            after_hours: staff && ticket.after_hours,
            leased: staff && ticket.leased,
            booked_for: appointment.map(|booked| ms(booked.start)),
            booking: appointment
                .filter(|_| staff)
                .map(|booked| booked.number.to_string()),
            has_case: *self.late_cases.get(&ticket.id).unwrap_or(&ticket.has_case),
            case_revision: self
                .changed_cases
                .get(&ticket.id)
                .copied()
                .filter(|_| staff),
            counter: ticket.counter.as_ref().map(ToString::to_string),
            first_called_at: ticket.first_called_at.map(ms),
            called_at: ticket.called_at.map(ms),
            calls: ticket.calls,
            reason: ticket.reason.map(words::reason_of),
            ended_at: ticket.ended_at.map(ms),
            slip: words::slip_of(ticket.slip),
        }
    }
}

/// The nth newest of some instants; the beginning of time where there are not so many.
fn nth_newest(instants: impl Iterator<Item = DateTime<Utc>>, n: usize) -> DateTime<Utc> {
    let mut instants: Vec<_> = instants.map(Reverse).collect();
    let place = n.saturating_sub(1);
    if instants.len() <= place {
        return DateTime::UNIX_EPOCH;
    }
    let (_, Reverse(nth), _) = instants.select_nth_unstable(place);
    *nth
}

fn numbers(order: &[TicketNumber]) -> Vec<String> {
    order.iter().map(ToString::to_string).collect()
}

fn help((place, since): (&queue::Name, DateTime<Utc>)) -> HelpView {
    HelpView {
        kiosk: place.to_string(),
        since: since.timestamp_millis(),
    }
}

fn notice(notice: &Notice) -> Text {
    let en = notice.en.as_ref().map(|en| ("en", en));
    let words = std::iter::once(("ja", &notice.ja)).chain(en);
    words
        .map(|(tag, note)| (tag.to_owned(), note.to_string()))
        .collect()
}

fn board(board: &office::Board) -> BoardView {
    BoardView {
        id: board.id.clone(),
        title: board.title.clone(),
        services: board.services.iter().map(ToString::to_string).collect(),
        languages: board.languages.clone(),
        call_s: board.call_s,
        sound: board.sound,
        messages: board.messages.clone(),
    }
}

fn calling(office: &Office) -> CallingView {
    let rules = &office.rules.calling;
    let whole = |number: i64| u32::try_from(number).unwrap_or_default();
    let threshold_min = office.wait_threshold.as_secs() / 60;
    CallingView {
        calls_max: rules.calls_max,
        recall_after_s: whole(rules.recall_after.num_seconds()),
        override_after_min: whole(rules.override_after.num_minutes()),
        wait_threshold_min: u32::try_from(threshold_min).unwrap_or(u32::MAX),
    }
}

/// A language that may be chosen.
pub(crate) fn language(language: &office::Language) -> Language {
    Language {
        tag: language.tag.clone(),
        name: language.name.clone(),
    }
}

/// Every text of a language; absent where the office does not offer it.
pub(crate) fn words(office: &Office, tag: &str) -> Option<Words> {
    let found = office.languages.iter().find(|it| it.tag == tag)?;
    Some(Words {
        language: language(found),
        words: office.words.get(tag)?.clone(),
    })
}
