//! What happened. Events are facts: they name everything that [`crate::State`] needs to follow,
//! so that a later change of the rules never changes the past.

use chrono::{DateTime, Utc};

use crate::{
    Actor, Appointment, BusinessDay, CounterId, LanguageTag, Name, ServiceId, TicketId,
    TicketNumber,
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
    /// It had waited long behind bookings.
    Override,
    /// A clerk chose it.
    Manual,
}

/// What is known of the paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SlipState {
    /// Not reported yet.
    Pending,
    /// The printer confirmed it.
    Printed,
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

/// What a counter did and can undo.
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
        /// `Pending` from a kiosk, `None` from a clerk.
        slip: SlipState,
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
        /// What it calls until it closes.
        services: Vec<ServiceId>,
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
    /// Done.
    Finished {
        /// Whose.
        ticket: TicketId,
        /// Where.
        counter: CounterId,
    },
    /// The citizen did not come.
    NoShow {
        /// Who.
        ticket: TicketId,
        /// Where.
        counter: CounterId,
    },
    /// The citizen came back and waits again.
    Restored {
        /// Who.
        ticket: TicketId,
    },
    /// The ticket was taken back.
    Cancelled {
        /// Which.
        ticket: TicketId,
    },
    /// A counter undid its last deed; the ticket is as it was before, its paper as it is.
    Undone {
        /// Where.
        counter: CounterId,
        /// Whose.
        ticket: TicketId,
        /// What was undone.
        deed: Deed,
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
            | Self::Restored { ticket }
            | Self::Cancelled { ticket }
            | Self::Undone { ticket, .. } => Some(*ticket),
            Self::DayStarted { .. }
            | Self::CounterOpened { .. }
            | Self::CounterClosed { .. }
            | Self::HelpAsked { .. }
            | Self::HelpAnswered { .. } => None,
        }
    }

    /// The counter at which it happened. A cancelled ticket may have stood at one, too:
    /// that one is on the ticket.
    pub fn counter(&self) -> Option<&CounterId> {
        match self {
            Self::CounterOpened { counter, .. }
            | Self::CounterClosed { counter }
            | Self::Called { counter, .. }
            | Self::Recalled { counter, .. }
            | Self::ServiceStarted { counter, .. }
            | Self::Finished { counter, .. }
            | Self::NoShow { counter, .. }
            | Self::Undone { counter, .. } => Some(counter),
            Self::DayStarted { .. }
            | Self::Issued { .. }
            | Self::SlipReported { .. }
            | Self::Restored { .. }
            | Self::Cancelled { .. }
            | Self::HelpAsked { .. }
            | Self::HelpAnswered { .. } => None,
        }
    }
}
