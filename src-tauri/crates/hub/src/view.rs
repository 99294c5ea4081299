//! What pages see, made from the queue's state and the office: pure functions.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use office::Office;
use queue::{CallReason, CounterId, SlipState, State, Ticket, TicketId, TicketState};
use wire::{
    Language, Words,
    office::{
        self as seen, BookingView, Change, CounterView, Freshness, HelpView, OfficeView,
        ServiceView, TicketView, VisitView,
    },
};

/// Waiting tickets whose order a change tells.
pub(crate) const ORDER_TOLD_MAX: usize = 12;

/// What the office and the queue look like at one moment.
#[derive(Clone, Copy)]
pub(crate) struct Moment<'a> {
    pub(crate) office: &'a Office,
    pub(crate) state: &'a State,
    pub(crate) seq: u64,
    pub(crate) now: DateTime<Utc>,
}

impl Moment<'_> {
    /// Everything.
    pub(crate) fn office(
        &self,
        bookings: Vec<BookingView>,
        freshness: Option<Freshness>,
    ) -> OfficeView {
        let Self {
            office, state, now, ..
        } = *self;
        let day = state.day().unwrap_or_else(|| office.rules.day(now));
        OfficeView {
            seq: self.seq,
            id: office.id.clone(),
            name: office.name.clone(),
            day: day.to_string(),
            at: now.timestamp_millis(),
            zone: office.zone.name().to_owned(),
            languages: office.languages.iter().map(language).collect(),
            services: self.services(),
            counters: office
                .counters
                .iter()
                .filter_map(|counter| self.counter(&counter.id))
                .collect(),
            tickets: state.tickets().map(ticket).collect(),
            order: self.order(usize::MAX),
            bookings,
            help: self.help(),
            bookings_as_of: freshness,
        }
    }

    /// What changed for these tickets and counters, and the order as it is now.
    pub(crate) fn change(
        &self,
        tickets: &BTreeSet<TicketId>,
        counters: &BTreeSet<CounterId>,
        order: Vec<String>,
    ) -> Change {
        Change {
            seq: self.seq,
            at: self.now.timestamp_millis(),
            tickets: tickets
                .iter()
                .filter_map(|id| self.state.ticket(id))
                .map(ticket)
                .collect(),
            counters: counters.iter().filter_map(|id| self.counter(id)).collect(),
            order,
            help: self.help(),
        }
    }

    /// Whether each service takes visitors now, in the office's order.
    pub(crate) fn open(&self) -> impl Iterator<Item = bool> {
        let Self { office, now, .. } = *self;
        let services = office.rules.services.iter();
        services.map(move |rule| rule.is_open(now, office.zone))
    }

    fn services(&self) -> Vec<ServiceView> {
        let office = self.office;
        office
            .rules
            .services
            .iter()
            .zip(&office.services)
            .zip(self.open())
            .map(|((rule, service), open)| ServiceView {
                id: rule.id.to_string(),
                letter: rule.letter.to_string(),
                name: service.name.clone(),
                open,
            })
            .collect()
    }

    /// The first waiting tickets in the order in which they would be called.
    pub(crate) fn order(&self, most: usize) -> Vec<String> {
        self.state
            .order(&self.office.rules, self.now)
            .iter()
            .take(most)
            .map(TicketId::to_string)
            .collect()
    }

    /// What the phone page of a ticket shows.
    pub(crate) fn visit(&self, id: &TicketId) -> Option<VisitView> {
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
            state: state_of(found.state),
            ahead: self.ahead(id),
            counter: counter.map(|counter| counter.name.clone()),
            at: self.now.timestamp_millis(),
        })
    }

    /// How many of the same service would be called before a ticket; 0 once it was called.
    pub(crate) fn ahead(&self, id: &TicketId) -> u32 {
        self.state
            .ahead(id, &self.office.rules, self.now)
            .unwrap_or_default()
    }

    fn counter(&self, id: &CounterId) -> Option<CounterView> {
        let counter = self.office.counter(id)?;
        let rule = self.office.rules.counter(id)?;
        let desk = self.state.counter(id);
        let services = desk.map_or(&rule.services, |desk| &desk.services);
        Some(CounterView {
            id: id.to_string(),
            name: counter.name.clone(),
            services: services.iter().map(ToString::to_string).collect(),
            open: desk.is_some(),
            ticket: desk
                .and_then(|desk| desk.ticket)
                .map(|ticket| ticket.to_string()),
        })
    }

    fn help(&self) -> Vec<HelpView> {
        self.state
            .help()
            .map(|(kiosk, since)| HelpView {
                kiosk: kiosk.to_string(),
                since: since.timestamp_millis(),
            })
            .collect()
    }
}

/// A ticket.
pub(crate) fn ticket(ticket: &Ticket) -> TicketView {
    let ms = |at: DateTime<Utc>| at.timestamp_millis();
    let appointment = ticket.appointment.as_ref().map(|(booked, _)| booked);
    TicketView {
        id: ticket.id.to_string(),
        number: ticket.number.to_string(),
        service: ticket.service.to_string(),
        state: state_of(ticket.state),
        language: ticket.language.to_string(),
        issued_at: ms(ticket.issued_at),
        booked_for: appointment.map(|booked| ms(booked.start)),
        booking: appointment.map(|booked| booked.number.to_string()),
        has_case: ticket.has_case,
        counter: ticket.counter.as_ref().map(ToString::to_string),
        first_called_at: ticket.first_called_at.map(ms),
        called_at: ticket.called_at.map(ms),
        calls: ticket.calls,
        reason: ticket.reason.map(reason_of),
        ended_at: ticket.ended_at.map(ms),
        slip: slip_of(ticket.slip),
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

fn state_of(state: TicketState) -> seen::TicketState {
    match state {
        TicketState::Waiting => seen::TicketState::Waiting,
        TicketState::Called => seen::TicketState::Called,
        TicketState::Serving => seen::TicketState::Serving,
        TicketState::Finished => seen::TicketState::Finished,
        TicketState::NoShow => seen::TicketState::NoShow,
        TicketState::Cancelled => seen::TicketState::Cancelled,
    }
}

fn reason_of(reason: CallReason) -> seen::CallReason {
    match reason {
        CallReason::Due => seen::CallReason::Due,
        CallReason::Fcfs => seen::CallReason::Fcfs,
        CallReason::Override => seen::CallReason::Override,
        CallReason::Manual => seen::CallReason::Manual,
    }
}

fn slip_of(slip: SlipState) -> seen::SlipState {
    match slip {
        SlipState::Pending => seen::SlipState::Pending,
        SlipState::Printed => seen::SlipState::Printed,
        SlipState::Unknown => seen::SlipState::Unknown,
        SlipState::Failed => seen::SlipState::Failed,
        SlipState::None => seen::SlipState::None,
    }
}

/// What a kiosk says of the paper.
pub(crate) fn slip_from(slip: seen::SlipState) -> SlipState {
    match slip {
        seen::SlipState::Pending => SlipState::Pending,
        seen::SlipState::Printed => SlipState::Printed,
        seen::SlipState::Unknown => SlipState::Unknown,
        seen::SlipState::Failed => SlipState::Failed,
        seen::SlipState::None => SlipState::None,
    }
}
