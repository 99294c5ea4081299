//! What happened. Events are facts: they name everything that [`crate::State`] needs to follow,
//! so that a later change of the rules never changes the past.

use chrono::{DateTime, Utc};

use crate::{
    Actor, Appointment, BusinessDay, CancelReason, CounterId, Destination, HoldReason, LanguageTag,
    Name, Note, Notice, Place, ServiceId, Share, TicketId, TicketNumber,
};

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When, by the hub's clock, in whole milliseconds. The order of events is the log's, not the clock's.
    pub at: DateTime<Utc>,
    /// By whom.
    pub actor: Actor,
    /// What.
    pub kind: EventKind,
}

/// Why a ticket was called when it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CallReason {
    /// Its booked time had come, or nobody without a booking waited.
    Due,
    /// First come, first served.
    Fcfs,
    /// It had waited long behind bookings and considerate priority.
    Override,
    /// Considerate priority.
    Priority,
    /// A clerk chose it, or chose its place in the line.
    Manual,
}

/// What is known of the paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SlipState {
    /// Not reported yet.
    Pending,
    /// The printer confirmed it.
    Printed,
    /// A print queue took it, and confirms nothing.
    Sent,
    /// It may or may not have come out.
    Unknown,
    /// It certainly did not come out.
    Failed,
    /// Issued without paper.
    None,
}

/// How a booked citizen's check-in lies to the slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Punctuality {
    /// Earlier than the office asks for; shown as 「10:00 のご予約」.
    Early,
    /// In time.
    OnTime,
    /// Too late to keep the slot: waits like somebody without a booking, from the check-in on.
    Late,
}

/// What a clerk did to a ticket and can undo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Deed {
    /// Called.
    Call,
    /// Began to serve.
    Start,
    /// Finished.
    Finish,
    /// Marked as not come.
    NoShow,
    /// Set aside.
    Hold,
    /// Put back into the line.
    Restore,
    /// Passed on.
    Transfer,
    /// Taken back.
    Cancel,
}

/// What happened, by kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventKind {
    /// A business day began; everything of the day before has ended.
    DayStarted {
        /// Which.
        day: BusinessDay,
    },
    /// A ticket was issued.
    Issued {
        /// Its identity.
        ticket: TicketId,
        /// Its number.
        number: TicketNumber,
        /// For what.
        service: ServiceId,
        /// The booking, and how the check-in lies to it.
        appointment: Option<(Appointment, Punctuality)>,
        /// Language the citizen chose.
        language: LanguageTag,
        /// Whether a finished application came with it.
        has_case: bool,
        /// `Pending` from a kiosk, `None` from a clerk, what the kiosk knows from a lease.
        slip: SlipState,
        /// The services after the first.
        then: Vec<ServiceId>,
        /// Considerate priority.
        considerate: bool,
        /// What the place in the line counts from. Never earlier than the arrival before it, so that
        /// a clock that is put back cheats nobody; from a lease, the kiosk's time between the lease and now.
        arrived_at: DateTime<Utc>,
        /// Whether a kiosk issued it from its lease.
        leased: bool,
        /// Whether the service was closed already.
        after_hours: bool,
    },
    /// A kiosk may give these numbers, and nobody else.
    Leased {
        /// The kiosk.
        kiosk: Name,
        /// Of which business day.
        day: BusinessDay,
        /// For what.
        service: ServiceId,
        /// The first number.
        first: TicketNumber,
        /// The last number.
        last: TicketNumber,
    },
    /// Numbers that may stand on paper already are passed over.
    NumbersSkipped {
        /// Of which service.
        service: ServiceId,
        /// The last number passed over.
        last: TicketNumber,
    },
    /// What became of the paper.
    SlipReported {
        /// Whose.
        ticket: TicketId,
        /// What is known now.
        slip: SlipState,
    },
    /// A clerk sat down.
    CounterOpened {
        /// Where.
        counter: CounterId,
        /// Who.
        clerk: Name,
        /// What it calls until it closes or is assigned something else.
        services: Vec<Share>,
    },
    /// Another clerk sat down where one had left.
    CounterTakenOver {
        /// Where.
        counter: CounterId,
        /// Who.
        clerk: Name,
    },
    /// What the counter calls changed.
    CounterAssigned {
        /// Where.
        counter: CounterId,
        /// What it calls now.
        services: Vec<Share>,
    },
    /// The counter calls nobody for a while.
    CounterPaused {
        /// Where.
        counter: CounterId,
    },
    /// The counter calls again.
    CounterResumed {
        /// Where.
        counter: CounterId,
    },
    /// The clerk left.
    CounterClosed {
        /// Where.
        counter: CounterId,
    },
    /// A number was called.
    Called {
        /// Whose.
        ticket: TicketId,
        /// To where.
        counter: CounterId,
        /// Why this one.
        reason: CallReason,
    },
    /// It was called again.
    Recalled {
        /// Whose.
        ticket: TicketId,
        /// To where.
        counter: CounterId,
    },
    /// The citizen came.
    ServiceStarted {
        /// Whose.
        ticket: TicketId,
        /// Where.
        counter: CounterId,
    },
    /// Done here.
    Finished {
        /// Whose.
        ticket: TicketId,
        /// Where.
        counter: CounterId,
        /// The service for which it waits next; absent when the visit is over.
        next: Option<ServiceId>,
    },
    /// The citizen did not come.
    NoShow {
        /// Who.
        ticket: TicketId,
        /// Where.
        counter: CounterId,
    },
    /// It was set aside; the counter at which it stood is free.
    Held {
        /// Which.
        ticket: TicketId,
        /// Where it stood, if at a counter.
        counter: Option<CounterId>,
        /// Why.
        reason: HoldReason,
    },
    /// It waits again.
    Restored {
        /// Who.
        ticket: TicketId,
        /// Where in the line.
        place: Place,
    },
    /// It was passed on; the counter at which it stood is free.
    Transferred {
        /// Which.
        ticket: TicketId,
        /// Where it stood, if at a counter.
        counter: Option<CounterId>,
        /// To whom.
        to: Destination,
        /// What the next one should know.
        note: Option<Note>,
    },
    /// What comes after the present service changed.
    Planned {
        /// Whose.
        ticket: TicketId,
        /// In order.
        then: Vec<ServiceId>,
    },
    /// Considerate priority was given or taken.
    Prioritised {
        /// Whose.
        ticket: TicketId,
        /// Whether.
        considerate: bool,
    },
    /// The ticket was taken back.
    Cancelled {
        /// Which.
        ticket: TicketId,
        /// Why.
        reason: CancelReason,
    },
    /// A clerk (the actor) undid the last deed; the ticket is as it was before, its paper as it is.
    Undone {
        /// Where the clerk sat, if at a counter.
        counter: Option<CounterId>,
        /// Whose.
        ticket: TicketId,
        /// What was undone.
        deed: Deed,
    },
    /// 総合案内 told how many serve.
    StaffDeclared {
        /// People; absent: counters are counted again.
        count: Option<u16>,
    },
    /// What boards say beside the numbers changed.
    Announced {
        /// The sentences; absent: nothing.
        notice: Option<Notice>,
    },
    /// A clerk needs help at once.
    AlarmRaised {
        /// Where.
        place: Name,
    },
    /// Somebody is there.
    AlarmCleared {
        /// Where.
        place: Name,
    },
    /// Somebody at a kiosk asked for staff.
    HelpAsked {
        /// Which kiosk.
        kiosk: Name,
    },
    /// Staff came.
    HelpAnswered {
        /// Which kiosk.
        kiosk: Name,
    },
}

impl EventKind {
    /// The ticket that this event changed.
    pub fn ticket(&self) -> Option<TicketId> {
        match self {
            Self::Issued { ticket, .. }
            | Self::SlipReported { ticket, .. }
            | Self::Called { ticket, .. }
            | Self::Recalled { ticket, .. }
            | Self::ServiceStarted { ticket, .. }
            | Self::Finished { ticket, .. }
            | Self::NoShow { ticket, .. }
            | Self::Held { ticket, .. }
            | Self::Restored { ticket, .. }
            | Self::Transferred { ticket, .. }
            | Self::Planned { ticket, .. }
            | Self::Prioritised { ticket, .. }
            | Self::Cancelled { ticket, .. }
            | Self::Undone { ticket, .. } => Some(*ticket),
            Self::DayStarted { .. }
            | Self::Leased { .. }
            | Self::NumbersSkipped { .. }
            | Self::CounterOpened { .. }
            | Self::CounterTakenOver { .. }
            | Self::CounterAssigned { .. }
            | Self::CounterPaused { .. }
            | Self::CounterResumed { .. }
            | Self::CounterClosed { .. }
            | Self::StaffDeclared { .. }
            | Self::Announced { .. }
            | Self::AlarmRaised { .. }
            | Self::AlarmCleared { .. }
            | Self::HelpAsked { .. }
            | Self::HelpAnswered { .. } => None,
        }
    }

    /// The counter at which it happened. A cancelled ticket may have stood at one, too:
    /// that one is on the ticket.
    pub fn counter(&self) -> Option<&CounterId> {
        match self {
            Self::CounterOpened { counter, .. }
            | Self::CounterTakenOver { counter, .. }
            | Self::CounterAssigned { counter, .. }
            | Self::CounterPaused { counter }
            | Self::CounterResumed { counter }
            | Self::CounterClosed { counter }
            | Self::Called { counter, .. }
            | Self::Recalled { counter, .. }
            | Self::ServiceStarted { counter, .. }
            | Self::Finished { counter, .. }
            | Self::NoShow { counter, .. } => Some(counter),
            Self::Held { counter, .. }
            | Self::Transferred { counter, .. }
            | Self::Undone { counter, .. } => counter.as_ref(),
            Self::DayStarted { .. }
            | Self::Issued { .. }
            | Self::Leased { .. }
            | Self::NumbersSkipped { .. }
            | Self::SlipReported { .. }
            | Self::Restored { .. }
            | Self::Planned { .. }
            | Self::Prioritised { .. }
            | Self::Cancelled { .. }
            | Self::StaffDeclared { .. }
            | Self::Announced { .. }
            | Self::AlarmRaised { .. }
            | Self::AlarmCleared { .. }
            | Self::HelpAsked { .. }
            | Self::HelpAnswered { .. } => None,
        }
    }
}
