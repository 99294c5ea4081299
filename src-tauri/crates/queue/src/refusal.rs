//! Why a command was not carried out. Nothing has changed when one comes back.

use thiserror::Error;

use crate::{
    AppointmentNumber, BusinessDay, CounterId, Name, Opening, ServiceId, TicketId, TicketNumber,
    TicketState,
};

/// The facts of a refusal. Each variant is one stable code outside.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Not found.
    #[error("no ticket {0} today")]
    TicketUnknown(TicketId),
    /// Not found.
    #[error("no counter {0}")]
    CounterUnknown(CounterId),
    /// The booking was already checked in.
    #[error("booking {number} already has ticket {ticket_number}")]
    BookingUsed {
        /// The booking.
        number: AppointmentNumber,
        /// Its ticket.
        ticket: TicketId,
        /// Its ticket's number.
        ticket_number: TicketNumber,
    },
    /// The service does not exist.
    #[error("no service {0}")]
    ServiceUnknown(ServiceId),
    /// The service takes no visitors now.
    #[error("service {service} is closed: {opening:?}")]
    ServiceClosed {
        /// Which.
        service: ServiceId,
        /// In what way, and when it opens next.
        opening: Opening,
    },
    /// Every number of the service is in force.
    #[error("every number of service {0} is in force")]
    NumbersExhausted(ServiceId),
    /// The counter is not open.
    #[error("counter {0} is not open")]
    CounterClosed(CounterId),
    /// Somebody else has the counter.
    #[error("counter {counter} is {clerk}'s")]
    CounterTaken {
        /// Which.
        counter: CounterId,
        /// Whose.
        clerk: Name,
    },
    /// A ticket still stands at the counter.
    #[error("counter {counter} still has ticket {ticket}")]
    CounterBusy {
        /// Which.
        counter: CounterId,
        /// Whose ticket.
        ticket: TicketId,
    },
    /// Nobody waits whom this counter calls.
    #[error("nobody waits for counter {0}")]
    NobodyWaiting(CounterId),
    /// The ticket is not in a state that allows this, or stands at another counter.
    #[error("ticket {number} is {state:?}")]
    TicketState {
        /// Which.
        ticket: TicketId,
        /// Its number.
        number: TicketNumber,
        /// Its state.
        state: TicketState,
    },
    /// The ticket was called as often as the office calls.
    #[error("ticket {number} was called {calls} times; the office calls {calls_max} times")]
    RecallsExhausted {
        /// Which.
        ticket: TicketId,
        /// Its number.
        number: TicketNumber,
        /// How often it was called.
        calls: u32,
        /// The limit.
        calls_max: u32,
    },
    /// The ticket was called a moment ago.
    #[error("ticket {number} was called less than {wait_s} s too soon")]
    RecallTooSoon {
        /// Which.
        ticket: TicketId,
        /// Its number.
        number: TicketNumber,
        /// Seconds until it may be called again, rounded up.
        wait_s: u32,
    },
    /// The service has issued as many tickets as the office gives a day.
    #[error("service {service} gives {capacity} tickets a day, and has given them")]
    CapacityReached {
        /// Which.
        service: ServiceId,
        /// Tickets a day.
        capacity: u32,
    },
    /// The counter pauses.
    #[error("counter {0} pauses")]
    CounterPaused(CounterId),
    /// The counter does not call this service.
    #[error("counter {counter} does not call {service}")]
    NotCalledHere {
        /// Where.
        counter: CounterId,
        /// What.
        service: ServiceId,
    },
    /// A destination at which nobody would call the ticket, a plan that is too long or repeats
    /// itself, an empty assignment.
    #[error("that cannot be: {0}")]
    Nonsense(&'static str),
    /// The number was never leased to this kiosk for this day and service, or is used.
    #[error("number {0} is not leased to this kiosk")]
    NotLeased(TicketNumber),
    /// The ticket belongs to a business day that is over: it is no place in today's line. Who
    /// tells of it may forget it.
    #[error("the day {day} of the ticket is over")]
    DayOver {
        /// The ticket's day.
        day: BusinessDay,
    },
    /// Considerate priority is not the citizen's to choose here.
    #[error("service {0} leaves considerate priority to the staff")]
    PriorityByStaff(ServiceId),
    /// Only the hub itself may do that.
    #[error("only the hub may do that")]
    HubOnly,
    /// There is nothing to undo, or time has passed over it.
    #[error("there is nothing to undo")]
    NothingToUndo,
}
