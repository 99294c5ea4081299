//! The office's queue at one moment of one business day, followed from events.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::{
    Actor, Appointment, AppointmentNumber, BusinessDay, CallReason, CancelReason, CounterId, Deed,
    Destination, HoldReason, LanguageTag, Name, Note, Notice, Punctuality, ServiceId, Share,
    SlipState, TicketId, TicketNumber,
    line::{Counts, LineId, Lines, Spot},
    numbers::Round,
};

/// A ticket's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TicketState {
    /// In the queue.
    Waiting,
    /// Called; the citizen is on the way.
    Called,
    /// At the counter.
    Serving,
    /// Done.
    Finished,
    /// Set aside, for a reason that stands on the ticket.
    Held,
    /// Called and did not come; a clerk can restore it.
    NoShow,
    /// Taken back.
    Cancelled,
}

impl TicketState {
    /// Whether the number may still be called, so that nobody else may carry it.
    pub fn is_in_force(self) -> bool {
        match self {
            Self::Waiting | Self::Called | Self::Serving | Self::Held | Self::NoShow => true,
            Self::Finished | Self::Cancelled => false,
        }
    }

    /// Whether the ticket stands at a counter or is on its way there.
    pub fn is_at_counter(self) -> bool {
        match self {
            Self::Called | Self::Serving => true,
            Self::Waiting | Self::Finished | Self::Held | Self::NoShow | Self::Cancelled => false,
        }
    }
}

/// A ticket (番号札という権利) as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// Its identity.
    pub id: TicketId,
    /// What people read and hear.
    pub number: TicketNumber,
    /// For what it waits or is served now.
    pub service: ServiceId,
    /// The services after that, in order.
    pub then: Vec<ServiceId>,
    /// How many services are behind it.
    pub stops_done: u32,
    /// Considerate priority.
    pub considerate: bool,
    /// The one counter or person it was passed on to.
    pub aim: Option<Destination>,
    /// What the clerk before wrote for the next.
    pub note: Option<Note>,
    /// Why it is set aside.
    pub hold: Option<HoldReason>,
    /// Why it was taken back.
    pub cancelled_for: Option<CancelReason>,
    /// Whether the service was closed already when it was issued.
    pub after_hours: bool,
    /// Whether a kiosk issued it while the hub was away.
    pub leased: bool,
    /// What its place in the line counts from.
    pub arrived_at: DateTime<Utc>,
    /// When it began to wait for the present service: the issue, the end of the service before,
    /// the transfer.
    pub waiting_since: DateTime<Utc>,
    /// Its state.
    pub state: TicketState,
    /// Language the citizen chose.
    pub language: LanguageTag,
    /// The booking and how the check-in lay to it.
    pub appointment: Option<(Appointment, Punctuality)>,
    /// Whether a finished application came with it.
    pub has_case: bool,
    /// What is known of the paper.
    pub slip: SlipState,
    /// When it was issued; for a booked citizen, the check-in.
    pub issued_at: DateTime<Utc>,
    /// By whom.
    pub issued_by: Actor,
    /// The counter that called it last.
    pub counter: Option<CounterId>,
    /// When it was first called.
    pub first_called_at: Option<DateTime<Utc>>,
    /// When it was last called.
    pub called_at: Option<DateTime<Utc>>,
    /// How often it was called.
    pub calls: u32,
    /// Why it was called when it was.
    pub reason: Option<CallReason>,
    /// When service began, if a clerk said so.
    pub started_at: Option<DateTime<Utc>>,
    /// When it was finished, given up or taken back.
    pub ended_at: Option<DateTime<Utc>>,
    /// Its place among today's tickets.
    pub(crate) turn: usize,
    pub(crate) spot: Spot,
    /// The service whose capacity it took.
    pub(crate) issued_for: ServiceId,
    /// The event that last did something to it; reports of its paper and repeated calls apart.
    pub(crate) revision: u64,
}

impl Ticket {
    /// The start of the slot that the ticket is called by; absent for walk-ins, for those who
    /// came too late for their slot or were put to the end of the line, and at every service
    /// after the first.
    pub fn slot(&self) -> Option<DateTime<Utc>> {
        if self.stops_done > 0 || self.spot.plain {
            return None;
        }
        match &self.appointment {
            Some((appointment, Punctuality::Early | Punctuality::OnTime)) => {
                Some(appointment.start)
            }
            Some((_, Punctuality::Late)) | None => None,
        }
    }
}

/// An open counter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desk {
    /// Who calls there.
    pub clerk: Name,
    /// Since when.
    pub since: DateTime<Utc>,
    /// What it calls. A change of the rules takes effect when the counter is next opened.
    pub services: Vec<Share>,
    /// Whether it calls nobody for a while.
    pub paused: bool,
    /// When it last called.
    pub called_at: Option<DateTime<Utc>>,
    /// The ticket that stands there or is on its way.
    pub ticket: Option<TicketId>,
}

/// What is needed to undo a clerk's last deed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Memory {
    pub(crate) deed: Deed,
    pub(crate) before: Ticket,
    /// The ticket's revision after the deed: another one, and somebody has touched it since.
    pub(crate) revision: u64,
    /// The lines that a call passed over, with their counts before and after it.
    pub(crate) passed: Vec<(LineId, Counts, Counts)>,
}

/// Numbers that one kiosk may give while the hub is away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The kiosk.
    pub kiosk: Name,
    /// Of which business day.
    pub day: BusinessDay,
    /// For what.
    pub service: ServiceId,
    /// Since when.
    pub granted_at: DateTime<Utc>,
    /// Those not told of as issued, ascending.
    pub unused: Vec<TicketNumber>,
    pub(crate) first: TicketNumber,
    pub(crate) last: TicketNumber,
}

/// How many serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Staff {
    /// Counters that are open and do not pause.
    pub counted: u16,
    /// What 総合案内 told, if it did.
    pub declared: Option<u16>,
}

/// The queue. Only [`State::evolve`] changes it; two states that saw the same events are equal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    pub(crate) day: Option<BusinessDay>,
    /// Today's tickets; a ticket's place here is its turn.
    pub(crate) tickets: Vec<Ticket>,
    pub(crate) turns: BTreeMap<TicketId, usize>,
    pub(crate) lines: Lines,
    pub(crate) in_force: BTreeMap<TicketNumber, usize>,
    pub(crate) appointments: BTreeMap<AppointmentNumber, usize>,
    pub(crate) rounds: BTreeMap<ServiceId, Round>,
    /// Blocks of numbers for kiosks, of today and of later days, by grant.
    pub(crate) leases: Vec<Lease>,
    /// Every number in a block, given or not.
    pub(crate) reserved: BTreeSet<(BusinessDay, TicketNumber)>,
    pub(crate) desks: BTreeMap<CounterId, Desk>,
    pub(crate) memories: BTreeMap<Name, Memory>,
    pub(crate) help: BTreeMap<Name, DateTime<Utc>>,
    pub(crate) alarms: BTreeMap<Name, DateTime<Utc>>,
    pub(crate) notice: Option<Notice>,
    pub(crate) declared: Option<u16>,
    /// The latest arrival, so that a clock that is put back cheats nobody.
    pub(crate) latest: Option<DateTime<Utc>>,
    /// Events followed today.
    pub(crate) stamp: u64,
}

impl State {
    /// The business day; absent before the first.
    pub fn day(&self) -> Option<BusinessDay> {
        self.day
    }

    /// Today's tickets, by issue.
    pub fn tickets(&self) -> impl DoubleEndedIterator<Item = &Ticket> + ExactSizeIterator {
        self.tickets.iter()
    }

    /// The ticket of an id.
    pub fn ticket(&self, id: &TicketId) -> Option<&Ticket> {
        self.tickets.get(*self.turns.get(id)?)
    }

    /// The ticket that a booking has; one that was cancelled does not count.
    pub fn booked_ticket(&self, number: &AppointmentNumber) -> Option<&Ticket> {
        self.tickets.get(*self.appointments.get(number)?)
    }

    /// The ticket that carries a number now.
    pub fn numbered(&self, number: TicketNumber) -> Option<&Ticket> {
        self.tickets.get(*self.in_force.get(&number)?)
    }

    /// How many wait.
    pub fn waiting(&self) -> usize {
        self.lines.iter().map(|seen| seen.line.len()).sum()
    }

    /// How many wait for a service.
    pub fn waiting_for(&self, service: &ServiceId) -> usize {
        let lines = self.lines.iter().filter(|seen| seen.service == service);
        lines.map(|seen| seen.line.len()).sum()
    }

    /// How many tickets a service has issued today. Those that were taken back as issued by mistake do not count.
    pub fn issued(&self, service: &ServiceId) -> u32 {
        self.rounds.get(service).map_or(0, |round| round.issued)
    }

    /// An open counter; absent while it is closed.
    pub fn counter(&self, id: &CounterId) -> Option<&Desk> {
        self.desks.get(id)
    }

    /// The open counters.
    pub fn counters(&self) -> impl Iterator<Item = (&CounterId, &Desk)> {
        self.desks.iter()
    }

    /// The counter that a clerk has open.
    pub fn counter_of(&self, clerk: &Name) -> Option<&CounterId> {
        self.desks
            .iter()
            .find(|(_, desk)| desk.clerk == *clerk)
            .map(|(counter, _)| counter)
    }

    /// The blocks of numbers that kiosks have, of today and of later days, by grant.
    pub fn leases(&self) -> impl Iterator<Item = &Lease> {
        self.leases.iter()
    }

    /// How many serve.
    pub fn staff(&self) -> Staff {
        let counted = self.desks.values().filter(|desk| !desk.paused).count();
        Staff {
            counted: u16::try_from(counted).unwrap_or(u16::MAX),
            declared: self.declared,
        }
    }

    /// What boards say beside the numbers.
    pub fn notice(&self) -> Option<&Notice> {
        self.notice.as_ref()
    }

    /// The places where a clerk needs help at once, and since when.
    pub fn alarms(&self) -> impl Iterator<Item = (&Name, DateTime<Utc>)> {
        self.alarms.iter().map(|(place, since)| (place, *since))
    }

    /// The kiosks where somebody asked for staff, and since when.
    pub fn help(&self) -> impl Iterator<Item = (&Name, DateTime<Utc>)> {
        self.help.iter().map(|(kiosk, since)| (kiosk, *since))
    }
}
