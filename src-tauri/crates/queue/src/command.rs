//! What kiosks, clerks and the hub may ask of the queue.

use chrono::{DateTime, Utc};

use crate::{AppointmentNumber, CounterId, LanguageTag, Name, ServiceId, SlipState, TicketId};

/// Who acts. Stands on every event, so the log is the audit trail.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Actor {
    /// A kiosk, by its name.
    Kiosk(Name),
    /// A clerk, by the account's name.
    Clerk(Name),
    /// The hub itself: the day's turn, a simulation, an administrator's repair.
    Hub,
}

/// A booked slot with which somebody checks in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appointment {
    /// The number the citizen was given.
    pub number: AppointmentNumber,
    /// Slot start.
    pub start: DateTime<Utc>,
    /// Slot end.
    pub end: DateTime<Utc>,
}

/// One request. Counters' commands are refused unless the actor has that counter open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Start the business day if its time has come; nothing otherwise. The hub asks by timer,
    /// so that boards empty themselves without a visitor.
    StartDay,
    /// One press, one ticket.
    Issue {
        /// A fresh UUIDv7.
        ticket: TicketId,
        /// For what.
        service: ServiceId,
        /// The booking with which the citizen checks in.
        appointment: Option<Appointment>,
        /// Language the citizen chose.
        language: LanguageTag,
        /// Whether a finished application comes with it.
        has_case: bool,
    },
    /// What became of the paper.
    ReportSlip {
        /// Whose paper.
        ticket: TicketId,
        /// What is known of it.
        slip: SlipState,
    },
    /// A clerk sits down. A clerk who has another counter open leaves it, unless it is busy.
    OpenCounter {
        /// Where.
        counter: CounterId,
        /// The clerk's account.
        clerk: Name,
    },
    /// Nobody calls there any more. A colleague may close a counter that was left open and idle.
    CloseCounter {
        /// Which.
        counter: CounterId,
    },
    /// Call whoever is next for this counter.
    CallNext {
        /// Where.
        counter: CounterId,
    },
    /// Call one chosen ticket.
    Call {
        /// Where.
        counter: CounterId,
        /// Whom.
        ticket: TicketId,
    },
    /// Call the ticket again that was called here.
    Recall {
        /// Where.
        counter: CounterId,
        /// Whom.
        ticket: TicketId,
    },
    /// The citizen stands at the counter.
    StartService {
        /// Where.
        counter: CounterId,
        /// Whose.
        ticket: TicketId,
    },
    /// Done. Also allowed right after the call.
    Finish {
        /// Where.
        counter: CounterId,
        /// Whose.
        ticket: TicketId,
    },
    /// Called and did not come.
    NoShow {
        /// Where.
        counter: CounterId,
        /// Who.
        ticket: TicketId,
    },
    /// Somebody who had not come is back, and waits again in the old place.
    Restore {
        /// Who.
        ticket: TicketId,
    },
    /// Take a ticket back. One that stands at a counter only by that counter's clerk.
    Cancel {
        /// Which.
        ticket: TicketId,
    },
    /// Undo this counter's last call, start, finish or no-show.
    Undo {
        /// Which.
        counter: CounterId,
    },
    /// Somebody at a kiosk asks for staff.
    AskHelp {
        /// Which kiosk.
        kiosk: Name,
    },
    /// Staff has come.
    AnswerHelp {
        /// Which kiosk.
        kiosk: Name,
    },
}
