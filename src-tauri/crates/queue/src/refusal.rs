//! Why a command was not carried out. Nothing has changed when one comes back.

use chrono::NaiveTime;
use thiserror::Error;

use crate::{AppointmentNumber, CounterId, Name, ServiceId, TicketId, TicketNumber, TicketState};

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
    /// The service takes no visitors at this hour.
    #[error("service {service} is open from {opens} to {closes}")]
    ServiceClosed {
        /// Which.
        service: ServiceId,
        /// Local time.
        opens: NaiveTime,
        /// Local time.
        closes: NaiveTime,
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
    /// There is nothing to undo, or time has passed over it.
    #[error("counter {0} has nothing to undo")]
    NothingToUndo(CounterId),
}
